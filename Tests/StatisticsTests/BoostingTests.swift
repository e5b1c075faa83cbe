// Boosted trees against scikit-learn, and what must hold of any fit.
import Foundation
import Statistics
import Testing

/// The rows of Reference/boosting_reference.py.
private func rows(_ seed: Int, _ n: Int) -> (features: [[Double]], targets: [Double]) {
    var generator = Generator(seed)
    var features = [[Double]](repeating: [], count: 3)
    var targets: [Double] = []
    for _ in 0..<n {
        let a = generator.next()
        let b = (generator.next() * 12).rounded(.down) / 12
        let c = generator.next()
        let e = generator.next()
        features[0].append(a)
        features[1].append(b)
        features[2].append(c < 0.125 ? .nan : c)
        targets.append((0.5 + 2 * a * (b < 0.5 ? 1 : 0.25) + (c < 0.125 ? 1 : 0)) * e)
    }
    return (features, targets)
}

@Suite struct BoostingTests {
    @Test func predictionsAreThoseOfScikitLearn() throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/boosting_reference.json")
        let cases = Reference(try JSONSerialization.jsonObject(with: Data(contentsOf: url)))["cases"].list
        #expect(cases.count == 4)
        for reference in cases {
            let (features, targets) = rows(reference["seed"].int, reference["n"].int)
            var settings = BoostingSettings()
            settings.rounds = reference["rounds"].int
            let model = try #require(BoostedRegression(features: features, targets: targets, settings: settings))
            let query = rows(reference["seed"].int + 50, 40).features
            let found = model.predictions(query)
            let expected = reference["predictions"].numbers
            #expect(found.count == 40 && expected.count == 40)
            // That library has gradients of single precision, so that a near tie of two splits may fall the other way.
            let other = zip(found, expected).filter { abs($0 - $1) > 1e-4 * abs($1) }
            #expect(other.count <= 1 && other.allSatisfy { abs($0 - $1) < 0.05 * abs($1) }, "\(other)")
            let mean = model.predictions(features).reduce(0, +) / Double(targets.count)
            #expect(agrees(mean, reference["mean"].number, 1e-6))
        }
    }

    @Test func manyRowsTogetherArePredictedAsEachAlone() throws {
        let (features, targets) = rows(21, 3_000)
        let model = try #require(BoostedRegression(features: features, targets: targets))
        var query = rows(22, 1_301).features
        for row in stride(from: 0, to: 1_301, by: 7) { query[row % 3][row] = row % 2 == 0 ? .nan : -.infinity }
        query[1][5] = 1e300
        query[1][6] = -1e300
        // At thresholds themselves, which are halfway between values.
        for row in 0..<900 { query[1][row + 400] = Double(row % 25) / 24 }
        let together = model.predictions(query)
        #expect(together.count == 1_301)
        #expect((0..<1_301).allSatisfy { row in together[row] == model(query.map { $0[row] }) })
        // A column without missing values in the fit, and constant ones.
        let plain = try #require(
            BoostedRegression(features: [features[0], [Double](repeating: 4, count: 3_000)], targets: targets))
        let other = [query[0], [Double](repeating: .nan, count: 1_301)]
        let found = plain.predictions(other)
        #expect((0..<1_301).allSatisfy { row in found[row] == plain(other.map { $0[row] }) })
        // Trees with more places than a byte tells apart.
        var settings = BoostingSettings()
        settings.leavesMax = 200
        settings.leafRowsMin = 1
        settings.rounds = 3
        let large = try #require(BoostedRegression(features: features, targets: targets, settings: settings))
        let big = large.predictions(query)
        #expect((0..<1_301).allSatisfy { row in big[row] == large(query.map { $0[row] }) })
    }

    @Test func aFitPredictsItsMeanAndSurvivesCoding() throws {
        let (features, targets) = rows(9, 500)
        let model = try #require(BoostedRegression(features: features, targets: targets))
        let mean = targets.reduce(0, +) / 500
        #expect(agrees(model.predictions(features).reduce(0, +) / 500, mean, 1e-9))
        let copy = try JSONDecoder().decode(BoostedRegression.self, from: JSONEncoder().encode(model))
        #expect(copy == model && copy.predictions(features) == model.predictions(features))
        let constant = try #require(BoostedRegression(features: [[1, 1, 1]], targets: [2, 2, 5]))
        #expect(constant([1]) == 3 && constant([.nan]) == 3 && constant([.infinity]) == 3)
        #expect(BoostedRegression(features: [[]], targets: []) == nil)
    }
}
