// Errors of a regression estimated without labels: against the truth, and what is refused.
import Foundation
import Monitoring
import Statistics
import Testing

/// Rows whose error grows with `x` and is three times as large for kind b.
private func table(_ seed: UInt64, _ n: Int, x shift: Double, b share: Double, name: String = "t") -> Table {
    var generator = SystemLikeGenerator(state: seed)
    func uniform() -> Double { Double(generator.next() >> 11) / 9_007_199_254_740_992 }
    var x: [Double] = []
    var kinds: [String?] = []
    var labels: [Double] = []
    var predictions: [Double] = []
    for _ in 0..<n {
        let value = uniform() * (1 - shift) + shift
        let isB = uniform() < share
        let truth = 10 + 5 * value
        x.append(uniform() < 0.05 ? .nan : value)
        kinds.append(isB ? "b" : "a")
        labels.append(truth)
        predictions.append(truth + (uniform() - 0.5) * (1 + 2 * value) * (isB ? 3 : 1))
    }
    let columns = [
        Column(name: "x", numbers: x), Column(name: "kind", categories: kinds), Column(name: "y", numbers: labels),
        Column(name: "p", numbers: predictions),
    ]
    return Table(path: name, sha256: "", rows: n, header: columns.map(\.name), columns: columns)
}

private func estimate(_ reference: Table, _ current: Table, chunk: Int? = nil) throws -> ReportObject {
    try LossEstimate.report(
        reference: reference, current: current, label: "y", prediction: "p", features: ["x", "kind"],
        chunks: try chunk.map { try Chunks(current, by: .rows($0)) })
}

@Suite struct LossEstimateTests {
    @Test func theEstimateFollowsARealChangeOfTheError() throws {
        let reference = table(1, 6_000, x: 0, b: 0.2)
        let current = table(2, 6_000, x: 0.6, b: 0.6)
        let result = try estimate(reference, current)
        let realised = try Performance.regression(table: current, label: "y", prediction: "p")
        let before = try #require(result["realised_reference"]?["mae"]?.number)
        for key in ["mae", "rmse", "mape"] {
            let estimated = try #require(result["estimated"]?[key]?.number)
            let truth = try #require(realised[key]?.number)
            #expect(abs(estimated - truth) < 0.06 * truth, "\(key): \(estimated) is not near \(truth)")
        }
        let truth = try #require(realised["mae"]?.number)
        #expect(truth > 1.8 * before, "the test's data do not change enough")
        #expect(try #require(result["held_out"]?["loss_r2"]?.number) > 0.15)
        let judged = try MeasurementReport(measure: "estimate", inputs: [], result: result, rules: [])
        #expect(judged.decisions.map(\.outcome) == [.breached])
        let same = try estimate(reference, table(3, 6_000, x: 0, b: 0.2))
        let calm = try MeasurementReport(measure: "estimate", inputs: [], result: same, rules: [])
        #expect(calm.decisions.map(\.outcome) == [.within])
    }

    @Test func theEstimateIsNearThatOfNannyML() throws {
        struct Reference: Decodable {
            struct Chunk: Decodable {
                let mae, mae_se, mae_upper, rmse, rmse_se, mape, mape_se, mae_realised, rmse_realised: Double
            }
            let chunks: [Chunk]
        }
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/dle_reference.json")
        let expected = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url)).chunks
        #expect(expected.count == 4)
        /// The rows of the script.
        func table(_ seed: UInt64, _ n: Int, _ low: Double) -> Table {
            var state = seed
            func next() -> Double {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Double(state >> 11) / 9_007_199_254_740_992
            }
            var columns: [[Double]] = [[], [], [], []]
            for _ in 0..<n {
                let x = low + (1 - low) * next()
                let z = next()
                let y = 10 + 5 * x
                for (i, value) in [x, z, y, y + (next() - 0.5) * (1 + 2 * x) * (z < 0.2 ? 3 : 1)].enumerated() {
                    columns[i].append(value)
                }
            }
            let names = ["x", "z", "y", "p"]
            return Table(
                path: "t", sha256: "", rows: n, header: names,
                columns: zip(names, columns).map { Column(name: $0, numbers: $1) })
        }
        let current = table(2, 4_000, 0.5)
        let result = try LossEstimate.report(
            reference: table(1, 6_000, 0), current: current, label: "y", prediction: "p", features: ["x", "z"],
            chunks: try Chunks(current, by: .rows(1_000)))
        guard case .array(let chunks)? = result["chunks"] else {
            Issue.record("there are no chunks")
            return
        }
        #expect(chunks.count == 4)
        for (chunk, peer) in zip(chunks, expected) {
            let found = { (key: String) in chunk[key]?.number ?? .nan }
            // Other trees: LightGBM's bins are not ours. The errors that were really made are as near.
            #expect(abs(found("mae") - peer.mae) < 0.02 * peer.mae)
            #expect(abs(found("rmse") - peer.rmse) < 0.02 * peer.rmse)
            #expect(abs(found("mape") - peer.mape) < 0.02 * peer.mape)
            #expect(abs(found("mae") - peer.mae_realised) < 0.04 * peer.mae_realised)
            #expect(abs(found("rmse") - peer.rmse_realised) < 0.04 * peer.rmse_realised)
            #expect(abs(found("mae_se") - peer.mae_se) < 1e-9 * peer.mae_se)
            #expect(abs(found("rmse_se") - peer.rmse_se) < 1e-9 * peer.rmse_se)
            #expect(abs(found("mape_se") - peer.mape_se) < 1e-9 * peer.mape_se)
            let upper = result["reference_chunks"]?["mae_upper"]?.number ?? .nan
            #expect(abs(upper - peer.mae_upper) < 1e-9 * peer.mae_upper)
        }
    }

    @Test func samplingErrorsAreThoseOfTheReferenceLosses() throws {
        let reference = table(4, 1_000, x: 0, b: 0.2)
        let result = try estimate(reference, table(5, 400, x: 0, b: 0.2), chunk: 150)
        let y = try #require(reference["y"]?.numbers)
        let p = try #require(reference["p"]?.numbers)
        let losses = zip(y, p).map { abs($0 - $1) }
        let mean = losses.reduce(0, +) / 1_000
        let deviation = (losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1_000).squareRoot()
        #expect(abs(try #require(result["estimated"]?["mae_se"]?.number) - deviation / 20) < 1e-12)
        guard case .array(let chunks)? = result["chunks"] else {
            Issue.record("there are no chunks")
            return
        }
        #expect(chunks.map { $0["n"]?.number } == [150, 150, 100])
        #expect(chunks.map { $0["first_row"]?.number } == [0, 150, 300])
        #expect(abs(try #require(chunks[2]["mae_se"]?.number) - deviation / 10) < 1e-12)
        let total = try chunks.reduce(0.0) { sum, chunk in
            sum + (try #require(chunk["mae"]?.number)) * (try #require(chunk["n"]?.number))
        }
        #expect(abs(total / 400 - (try #require(result["estimated"]?["mae"]?.number))) < 1e-9)
        // Six whole chunks of the reference: their mean and three standard deviations.
        let whole = (0..<6).map { losses[$0 * 150..<($0 + 1) * 150].reduce(0, +) / 150 }
        let middle = whole.reduce(0, +) / 6
        let spread = (whole.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / 6).squareRoot()
        #expect(abs(try #require(result["reference_chunks"]?["mae_upper"]?.number) - middle - 3 * spread) < 1e-12)
    }

    @Test func periodsWithoutRowsAreThereAndNotJudged() throws {
        let reference = table(7, 400, x: 0, b: 0.2)
        var current = table(8, 200, x: 0, b: 0.2)
        // A hundred rows on the first of March, a hundred on the third.
        let days = (0..<200).map { 1_772_323_200.0 + ($0 < 100 ? 0 : 2 * 86_400) }
        current = Table(
            path: "c", sha256: "", rows: 200, header: current.header + ["t"],
            columns: current.columns + [Column(name: "t", numbers: days)])
        let result = try LossEstimate.report(
            reference: reference, current: current, label: "y", prediction: "p", features: ["x", "kind"],
            chunks: try Chunks(current, by: .period(.day, column: "t")))
        guard case .array(let chunks)? = result["chunks"] else {
            Issue.record("there are no chunks")
            return
        }
        #expect(chunks.map { $0["n"]?.number } == [100, 0, 100])
        #expect(chunks[1]["mae"] == .null && chunks[1]["mae_reason"] == .string("there are no rows"))
        #expect(result["reference_chunks"] == nil)
        let judged = try MeasurementReport(
            measure: "estimate", inputs: [], result: result, rules: try DecisionRule.list("mae>0"),
            hysteresis: Hysteresis(needed: 2, of: 2))
        let given = judged.decisions.filter(\.rule.isGiven)
        #expect(given.map(\.outcome) == [.breached, .breached, .notEvaluable, .breached, .breached])
        #expect(given[2].subject == "chunk 2026-03-02" && given[4].subject == "alarm, 2 of 2")
        #expect(judged.isBreached && !ReportValue.object(result).json().contains("nan"))
    }

    @Test func whatCannotBeEstimatedIsToldWithTheColumn() throws {
        let good = table(6, 200, x: 0, b: 0.2)
        #expect(throws: MeasureError("t: 50 rows with label and prediction, at least 100 are needed")) {
            try estimate(table(6, 50, x: 0, b: 0.2), good)
        }
        let ones = Column(name: "kind", numbers: [Double](repeating: 1, count: 200))
        let columns = good.columns.map { $0.name == "kind" ? ones : $0 }
        let other = Table(path: "c", sha256: "", rows: 200, header: good.header, columns: columns)
        #expect(throws: MeasureError("c: \"kind\" is not of the same type as in t")) { try estimate(good, other) }
        let lacking = Table(
            path: "c", sha256: "", rows: 200, header: ["p"], columns: good.columns.filter { $0.name == "p" })
        #expect(throws: MeasureError("c: there is no column \"x\"")) { try estimate(good, lacking) }
        #expect(throws: MeasureError("c: there is no column \"p\"")) {
            try estimate(
                good, Table(path: "c", sha256: "", rows: 200, header: ["x"], columns: [good.columns[0]]))
        }
    }

    @Test func errorsOfZeroAndTruthsOfZeroHaveReasons() throws {
        let zeros = [Double](repeating: 0, count: 120)
        let columns = ["x", "y", "p"].map { Column(name: $0, numbers: zeros) }
        let flat = Table(path: "t", sha256: "", rows: 120, header: ["x", "y", "p"], columns: columns)
        let result = try LossEstimate.report(
            reference: flat, current: flat, label: "y", prediction: "p", features: ["x"])
        #expect(result["estimated"]?["mae"]?.number == 0)
        #expect(result["estimated"]?["mape_reason"] == .string("every true value is zero"))
        #expect(result["estimated"]?["mae_ratio"]?["value_reason"] == .string("the reference has no errors"))
        #expect(result["held_out"]?["loss_r2_reason"] == .string("the losses do not vary"))
        let judged = try MeasurementReport(measure: "estimate", inputs: [], result: result, rules: [])
        #expect(judged.decisions.map(\.outcome) == [.notEvaluable])
        #expect(judged.decisions.first?.reason == "the reference has no errors")
    }
}
