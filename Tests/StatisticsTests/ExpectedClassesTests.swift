// Expected performance of several classes: counts by hand, the laws of an accumulator, and its stated size.
import Foundation
import Statistics
import Testing

private struct Rows {
    var scores: [[Double]] = [[], [], []]
    var predictions: [Int] = []

    /// Probabilities are multiples of 2⁻¹⁰ that add up to 1: sums do not round.
    init(_ n: Int, seed: Int) {
        var generator = Generator(seed)
        for _ in 0..<n {
            let first = Double(generator.below(600)) / 1_024
            let second = Double(generator.below(400)) / 1_024
            scores[0].append(first)
            scores[1].append(second)
            scores[2].append(1 - first - second)
            predictions.append(generator.below(3))
        }
    }

    func counted(_ rows: some Sequence<Int>, cells: Int = 4_096, errors: Bool = false) -> ExpectedClasses {
        var out = ExpectedClasses(classes: ["a", "b", "c"], cells: cells)
        let off = scores.map { $0.map { _ in 0.125 } }
        out.add(
            rows: rows, scores: scores, calibrated: scores, errors: errors ? off : [], predictions: predictions)
        return out
    }
}

@Suite struct ExpectedClassesTests {
    @Test func countsAreThoseByHand() {
        var expected = ExpectedClasses(classes: ["a", "b", "c"])
        expected.add(
            rows: 0..<4, scores: [[0.5, 0.25, 0.25, 0], [0.5, 0.5, 0.25, 0], [0, 0.25, 0.5, 1]],
            calibrated: [[0.5, 0.25, 0.25, 0], [0.5, 0.5, 0.25, 0], [0, 0.25, 0.5, 1]], predictions: [0, 1, 0, 1])
        #expect(expected.confusion == [[0.75, 0.25, 0], [0.75, 0.5, 0], [0.5, 1.25, 0]])
        #expect(expected.accuracy == 1.25 / 4 && expected.count == 4)
        // Of c nothing is decided: its precision is undefined and counts as 0.
        #expect(expected.macro(\.precision) == (0.75 / 2 + 0.5 / 2 + 0) / 3)
        #expect(expected.macro(\.recall) == (0.75 / 1 + 0.5 / 1.25 + 0) / 3)
        let f1 = 2 * 0.75 / (2 + 1) + 2 * 0.5 / (2 + 1.25)
        #expect(abs((expected.macro(\.f1) ?? 0) - f1 / 3) < 1e-15)
        #expect(expected.accuracyError == ((0.25 + 0.25 + 0.1875 + 0).squareRoot() / 4))
        // Of c: 1 above .5 above .25 above 0, with weights c and 1 − c.
        let wins = 1 * (1 + 0.75 + 0.5) + 0.5 * (1 + 0.75 + 0.25) + 0.25 * (1 + 0.375)
        #expect(abs((expected.oneAgainstRest[2].auc ?? 0) - wins / (1.75 * 2.25)) < 1e-12)
        #expect(ExpectedClasses(classes: ["a"]).accuracy == nil && ExpectedClasses(classes: ["a"]).auc == nil)
        #expect(ExpectedClasses(classes: ["a"]).macro(\.f1) == nil)
    }

    @Test(arguments: [false, true])
    func partsMakeTheWholeAndTheOrderOfRowsDoesNotMatter(_ errors: Bool) {
        let rows = Rows(900, seed: 4)
        let whole = rows.counted(0..<900, errors: errors)
        var parts = rows.counted(0..<0, errors: errors)
        for part in [600..<900, 0..<37, 37..<600] { parts.merge(rows.counted(part, errors: errors)) }
        #expect(parts == whole && whole.isApproximate == errors)
        #expect(rows.counted((0..<900).reversed(), errors: errors) == whole)
        #expect(whole.accuracyErrorMax == (errors ? 0.125 : 0))
        // Each expected row is somewhere.
        #expect(whole.confusion.joined().reduce(0, +) == 900)
        for k in 0..<3 {
            let own = whole.oneAgainstRest[k].performance
            #expect(own.rows == 900 && own.truePositives == whole.confusion[k][k])
            #expect(own.falseNegatives == whole.confusion[k].reduce(0, +) - whole.confusion[k][k])
        }
        if errors {
            #expect((whole.macroErrorMax(\.precisionErrorMax) ?? 0) > 0.05 && (whole.aucErrorMax ?? 0) > 0.05)
        }
    }

    @Test func theEncodedFormIsBounded() throws {
        let rows = Rows(3_000, seed: 9)
        let whole = rows.counted(0..<3_000, cells: 64, errors: true)
        let data = try JSONEncoder().encode(whole)
        #expect(data.count <= ExpectedClasses.encodedBytesMax(classes: 3, cells: 64))
        #expect(try JSONDecoder().decode(ExpectedClasses.self, from: data) == whole)
    }
}
