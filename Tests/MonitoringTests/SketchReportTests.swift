// Reports of accumulators against those of all rows.
import Foundation
import Monitoring
import Statistics
import Testing

@Suite struct SketchReportTests {
    @Test func reportsOfAccumulatorsAreThoseOfTheRows() throws {
        var generator = SystemLikeGenerator(state: 11)
        func uniform() -> Double { Double(generator.next() >> 11) / 9_007_199_254_740_992 }
        var performance = PerformanceAccumulator()
        var fairness = FairnessAccumulator()
        var columns: (sex: [String?], label: [Double], prediction: [Double], score: [Double]) = ([], [], [], [])
        for i in 0..<3_000 {
            let score = uniform()
            let label = uniform() < score
            let sex = i % 50 == 0 ? nil : i % 3 == 0 ? "f" : "m"
            let prediction = score > (sex == "f" ? 0.6 : 0.5)
            performance.add(label: label, prediction: prediction, score: score)
            fairness.add(group: sex, label: label, prediction: prediction, score: score)
            columns.sex.append(sex)
            columns.label.append(label ? 1 : 0)
            columns.prediction.append(prediction ? 1 : 0)
            columns.score.append(score)
        }
        let table = Table(
            path: "t", sha256: "", rows: 3_000, header: ["sex", "y", "p", "s"],
            columns: [
                Column(name: "sex", categories: columns.sex), Column(name: "y", numbers: columns.label),
                Column(name: "p", numbers: columns.prediction), Column(name: "s", numbers: columns.score),
            ])
        let binary = try BinaryColumns(table: table, label: "y", prediction: "p", score: "s")
        let reports = try FairnessReport.reports(table: table, columns: binary, attributes: ["sex"])
        let exact = try #require(reports["sex"]?.object)
        let sketched = FairnessReport.report(fairness)
        compare(.object(exact), .object(sketched), "")
        compare(
            .object(Performance.binary(binary.sample)), .object(Performance.binary(performance)), "",
            without: [
                "gini", "average_precision", "pr_auc_trapezoid", "delong", "lift_top10pct_stable_order",
            ])
    }

    /// Every value of the exact report stands in the other, equal but for rounding or within the error told there.
    private func compare(
        _ exact: ReportValue, _ other: ReportValue?, _ path: String, without: Set<String> = []
    ) {
        switch (exact, other) {
        case (.object(let a), .object(let b)?):
            for member in a.members where !without.contains(member.key) {
                var allowed: Double?
                if member.key == "roc_auc" { allowed = b["roc_auc_error_max"]?.number }
                if member.key == "ks_score" { allowed = b["ks_score_error_max"]?.number }
                if member.key == "scoring_rate_above_median" { allowed = b["scoring_rate_error_max"]?.number }
                // What follows from two values that may be off.
                if member.key == "impact_ratio_scoring" || member.key == "auc_difference" { allowed = 0.02 }
                if let allowed, let x = member.value.number {
                    let y = b[member.key]?.number ?? .nan
                    #expect(abs(x - y) <= allowed + 1e-12, "\(path).\(member.key): \(x) and \(y)")
                } else {
                    compare(member.value, b[member.key], path + "." + member.key, without: without)
                }
            }
        case (.number(let x), .number(let y)?): #expect(abs(x - y) <= 1e-9 * max(1, abs(x)), "\(path): \(x), \(y)")
        case (.array(let a), .array(let b)?):
            #expect(a.count == b.count, "\(path)")
            for (i, (x, y)) in zip(a, b).enumerated() { compare(x, y, path + "[\(i)]", without: without) }
        default: #expect(exact == other, "\(path): \(exact) and \(String(describing: other))")
        }
    }
}
