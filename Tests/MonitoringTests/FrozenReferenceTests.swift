// What goes with a reference: its range, its calibration, its rules; and what moves the scores of a model.
import Foundation
import Monitoring
import Statistics
import Testing

@Suite struct FrozenReferenceTests {
    private func table(_ values: [Double]) -> Table {
        Table(path: "t", sha256: "", rows: values.count, header: ["x"], columns: [Column(name: "x", numbers: values)])
    }

    @Test func valuesOutsideOfTheRangeOfTheReferenceAreDrift() throws {
        func range(_ current: [Double]) throws -> ReportObject {
            let side = DriftSide(table: table((0..<100).map(Double.init)))
            let report = Drift.report(
                numeric: ["x"], categorical: [], reference: side,
                current: DriftSide(table: table(current), against: side))
            let found = try #require(report["numeric"]?["x"]?["range"]?.object)
            let measured = try MeasurementReport(
                measure: "drift", inputs: [], result: report, rules: DecisionRule.list("range.share>0.05"))
            #expect(measured.isBreached == ((found["share"]?.number ?? 0) > 0.05))
            return found
        }
        let inside = try range((0..<100).map { Double($0 % 50) })
        #expect(inside["is_wider"] == .bool(false) && inside["share"] == .number(0) && inside["below"] == .integer(0))
        let edges = try range([0, 99] + (0..<98).map { Double($0) })
        #expect(edges["share"] == .number(0))
        let outside = try range([-0.5, -0.25, 99.5, 100, 200] + (0..<45).map(Double.init))
        #expect(outside["below"] == .integer(2) && outside["above"] == .integer(3))
        #expect(outside["share"] == .number(0.1) && outside["is_wider"] == .bool(true))
    }

    @Test func everyRateHasBothIntervals() {
        let counts = (0..<40).map { ($0 % 3 == 0, $0 % 4 == 0) }
        let report = Performance.binary(
            BinarySample(labels: counts.map(\.0), predictions: counts.map(\.1), scores: []))
        for rate in ["accuracy", "precision", "recall", "specificity", "npv", "selection_rate", "base_rate"] {
            for kind in ["wilson95_", "clopper_pearson95_"] {
                guard case .array(let ends)? = report[kind + rate], let value = report[rate]?.number,
                    let low = ends.first?.number, let high = ends.last?.number
                else {
                    Issue.record("\(kind)\(rate)")
                    continue
                }
                #expect(low < value && value < high)
            }
        }
    }

    @Test func roundingAndTheWorstSliceOfAModelAreMeasured() throws {
        let text =
            #"{"kind":"logistic","features":["a","b"],"mean":[0,0],"sd":[1,1],"coefficients":[0.02,0],"intercept":-3}"#
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let model = try DeclaredModel(contentsOf: path)
        // Scores move most where they are steepest: at a = 150.
        let rows = (0..<200).map { [Double($0) + 0.456, Double($0 % 7)] }
        let report = try Explanation.report(
            model: model, data: rows, background: Array(rows.prefix(10)), backgroundName: "b", chosen: [0],
            method: .exact)
        let robustness = try #require(report["robustness"]?.object)
        let rounding = try #require(robustness["rounding_two_digits"]?.object)
        // 123.456 is written as 120: the score moves by less than 0.02 * 5 / 4.
        #expect((rounding["mean_change"]?.number ?? 0) > 0.001 && (rounding["max_change"]?.number ?? 1) < 0.0251)
        let slice = try #require(robustness["worst_slice"]?.object)
        #expect(slice["feature"] == .string("a") && slice["n"] == .integer(50))
        #expect((slice["from"]?.number ?? 0) >= 99 && (slice["to"]?.number ?? 0) <= 200)
        let mean = try #require(robustness["noise_tenth_sd"]?["mean_change"]?.number)
        #expect((slice["mean_change"]?.number ?? 0) > mean)
    }

    @Test func aBaselineWithoutScoresEstimatesNothing() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(("y,s\n" + (0..<200).map { "\($0 % 3 == 0 ? 1 : 0),0.\($0 % 10)\n" }.joined()).utf8)
            .write(to: URL(fileURLWithPath: path))
        let table = try TableReader().read(path: path) { _ in .numeric }
        let columns = try BinaryColumns(table: table, label: "y", prediction: nil, score: "s")
        let current = try Estimate.Unlabelled(table: table, prediction: nil, score: "s")
        let plain = try DriftRequest().baseline(reference: path, name: "plain")
        #expect(throws: MeasureError.self) { try Estimate.report(baseline: plain, current: current) }
        let rules = try DecisionRule.list("psi.s>0.2,null_rate.s>0.1")
        let scored = try DriftRequest().baseline(
            reference: path, name: "scored", scored: CalibrationAccumulator(columns.sample), rules: rules)
        let url = URL(fileURLWithPath: path + ".json")
        defer { try? FileManager.default.removeItem(at: url) }
        try scored.encoded().write(to: url)
        let again = try Baseline(contentsOf: url.path)
        #expect(again == scored && again.rules == ["psi.s>0.2", "null_rate.s>0.1"])
        #expect(
            try Estimate.report(baseline: again, current: current)
                == Estimate.report(reference: columns.sample, current: current))
    }
}
