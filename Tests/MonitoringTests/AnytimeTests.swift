// Decisions over chunks that hold at every look: by the result, the report, and the command.
import Foundation
import Monitoring
import Statistics
import Testing

private struct Random {
    var state: UInt64
    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) / 9_007_199_254_740_992
    }
}

@Suite struct AnytimeTests {
    /// Rows whose decisions are right with the given probability, and selected by group with another.
    private func table(
        _ rows: Int, seed: UInt64, accuracy: (Int) -> Double, selected: (String, Int) -> Double = { _, _ in 0.4 }
    ) -> Table {
        var random = Random(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var (labels, predictions): ([Double], [Double]) = ([], [])
        var groups: [String] = []
        for row in 0..<rows {
            let group = random.next() < 0.6 ? "m" : "f"
            let decision = random.next() < selected(group, row)
            let isRight = random.next() < accuracy(row)
            predictions.append(decision ? 1 : 0)
            labels.append(decision == isRight ? 1 : 0)
            groups.append(group)
        }
        return Table(
            path: "t", sha256: "", rows: rows, header: ["y", "p", "g"],
            columns: [
                Column(name: "y", numbers: labels), Column(name: "p", numbers: predictions),
                Column(name: "g", categories: groups),
            ])
    }

    private func performance(_ table: Table, chunk: Int) throws -> ReportObject {
        let columns = try BinaryColumns(table: table, label: "y", prediction: "p", score: nil)
        let chunks = try Chunks(table, by: .rows(chunk))
        var result = Performance.binary(columns.sample)
        result["chunks"] = Performance.chunks(chunks, columns: columns)
        return result
    }

    private func fairness(_ table: Table, chunk: Int) throws -> ReportObject {
        try FairnessReport.reports(
            table: table, columns: BinaryColumns(table: table, label: "y", prediction: "p", score: nil),
            attributes: ["g"], chunks: Chunks(table, by: .rows(chunk)))
    }

    private func chunks(_ report: MeasurementReport, _ attribute: String? = nil) -> [ReportValue] {
        let object = attribute.map { report.result[$0]?.object } ?? report.result
        guard case .array(let values)? = object?["chunks"] else { return [] }
        return values
    }

    @Test func overManyRunsFalseAlarmsStayAtTheLevel() throws {
        var (alarms, misses, naive) = (0, 0, 0)
        for run in 0..<300 {
            // The accuracy is that of the threshold: the hardest case that is no breach.
            let result = try performance(table(1_500, seed: UInt64(run + 1), accuracy: { _ in 0.8 }), chunk: 50)
            let report = try MeasurementReport(
                measure: "performance", inputs: [], result: result, rules: DecisionRule.list("accuracy<0.8"),
                anytime: 0.1)
            alarms += report.isBreached ? 1 : 0
            let parts = chunks(report)
            #expect(parts.count == 30)
            let isMissed = parts.contains { part in
                let ends = part["anytime"]?["accuracy"]
                return (ends?["low"]?.number).map { $0 > 0.8 } ?? true
                    || (ends?["high"]?.number).map { $0 < 0.8 } ?? true
            }
            misses += isMissed ? 1 : 0
            let plain = try MeasurementReport(
                measure: "performance", inputs: [], result: result, rules: DecisionRule.list("accuracy<0.8"))
            naive += plain.isBreached ? 1 : 0
        }
        #expect(alarms <= 30, "\(alarms) of 300 at level 0.1")
        #expect(misses <= 30, "\(misses) of 300 at level 0.1")
        #expect(naive == 300, "a rule on single chunks alarms in \(naive) of 300")
    }

    @Test func equalSelectionRaisesNoAlarmMoreOftenThanTheLevel() throws {
        var (impact, difference, evidence) = (0, 0, 0)
        for run in 0..<150 {
            let rows = table(2_000, seed: UInt64(run + 7_000), accuracy: { _ in 0.8 })
            let result = try fairness(rows, chunk: 100)
            func isBreached(_ rule: String) throws -> Bool {
                try MeasurementReport(
                    measure: "fairness", inputs: [], result: result, rules: DecisionRule.list(rule), anytime: 0.1
                ).isBreached
            }
            impact += try isBreached("g.disparate_impact<0.999") ? 1 : 0
            difference += try isBreached("g.selection_rate_difference>0.001") ? 1 : 0
            evidence += try isBreached("g.log_e_value>2.3025851") ? 1 : 0
        }
        #expect(impact <= 15 && difference <= 15 && evidence <= 15, "\(impact) \(difference) \(evidence) of 150")
    }

    @Test func aFallIsFoundAndToldWithItsChunk() throws {
        let rows = table(6_000, seed: 3, accuracy: { $0 < 4_500 ? 0.92 : 0.7 })
        let report = try MeasurementReport(
            measure: "performance", inputs: [], result: performance(rows, chunk: 250),
            rules: DecisionRule.list("accuracy<0.8,error_rate>0.2,selection_rate>0.6"), anytime: 0.05)
        let every = report.decisions.filter { $0.subject == "every look, alpha 0.05" && $0.rule.isGiven }
        #expect(every.map(\.outcome) == [.breached, .breached, .within] && report.isBreached)
        #expect(every.allSatisfy { $0.isDeciding })
        #expect(report.decisions.filter { $0.rule.isGiven && $0.isDeciding }.count == 3)
        // The rate of all rows is above the threshold all the time.
        #expect((every.first?.value ?? 0) > 0.8 && every.first?.reason?.contains("20 reached with chunk") == true)
        let parts = chunks(report)
        #expect(parts.first?["anytime"]?["accuracy"]?["has_changed"] == .bool(false))
        #expect(parts.last?["anytime"]?["accuracy"]?["has_changed"] == .bool(true))
        #expect(parts.last?["anytime"]?["accuracy"]?["low_reason"] != nil)
        #expect(parts.last?["anytime"]?["accuracy"]?["n"] == .integer(6_000))
        // Intervals only close.
        var width = 1.0
        for part in parts {
            guard let low = part["anytime"]?["selection_rate"]?["low"]?.number,
                let high = part["anytime"]?["selection_rate"]?["high"]?.number
            else { throw MeasureError("no interval") }
            #expect(high - low <= width + 1e-12)
            width = high - low
        }
        #expect(width < 0.1)
        let html = HTMLReport.html(report)
        #expect(html.contains("At every look") && html.contains("accuracy so far"))
        // Names of chunks are not broken: the table scrolls instead.
        #expect(
            html.contains("<td class=\"whole\">chunk 0 from row 0</td>") && html.contains(".whole{white-space:nowrap}"))
        let text = TextReport.text(report)
        #expect(text.contains("accuracy ≥") && text.contains("accuracy ≤"))
    }

    @Test func unequalSelectionIsFound() throws {
        let rows = table(6_000, seed: 5, accuracy: { _ in 0.8 }, selected: { group, _ in group == "f" ? 0.25 : 0.45 })
        let report = try MeasurementReport(
            measure: "fairness", inputs: [], result: fairness(rows, chunk: 500),
            rules: DecisionRule.list("g.disparate_impact<0.8,g.selection_rate_difference>0.1"), anytime: 0.05)
        let every = report.decisions.filter { $0.subject == "g, every look, alpha 0.05" && $0.rule.isGiven }
        #expect(every.map(\.outcome) == [.breached, .breached] && report.isBreached)
        let last = try #require(chunks(report, "g").last)
        for (name, truth) in [("disparate_impact_min_over_max", 0.25 / 0.45), ("selection_rate_difference", 0.2)] {
            let ends = last["anytime"]?[name]
            let (low, high) = (ends?["low"]?.number ?? 1, ends?["high"]?.number ?? 0)
            #expect(low < truth && truth < high && high - low < 0.25, "\(name) \(low) \(high)")
        }
        #expect((last["log_e_value"]?.number ?? 0) > 10)
        #expect(last["anytime"]?["groups"]?["f"]?["high"]?.number.map { $0 < 0.3 } == true)
        #expect(HTMLReport.html(report).contains("g: disparate impact so far"))
        #expect(TextReport.text(report).contains("impact ≤"))
    }

    @Test func severalClassesHaveAnAccuracyAtEveryLook() throws {
        let rows = table(2_000, seed: 8, accuracy: { _ in 0.6 })
        let text = Table(
            path: "t", sha256: "", rows: 2_000, header: ["y", "p"],
            columns: ["y", "p"].map { name in
                Column(name: name, categories: (rows[name]?.numbers ?? []).map { "\($0)" })
            })
        var result = try Performance.multiclass(table: text, label: "y", prediction: "p")
        result["chunks"] = try Performance.multiclassChunks(
            Chunks(text, by: .rows(400)), table: text, label: "y", prediction: "p")
        let report = try MeasurementReport(
            measure: "performance", inputs: [], result: result, rules: DecisionRule.list("accuracy<0.7"), anytime: 0.05)
        #expect(report.isBreached)
        #expect(chunks(report).allSatisfy { $0["anytime"]?["selection_rate"] == nil })
    }

    @Test func whatIsNoRateIsRefused() throws {
        let rows = table(600, seed: 1, accuracy: { _ in 0.8 })
        func report(_ rule: String, measure: String = "performance", _ result: ReportObject) throws {
            _ = try MeasurementReport(
                measure: measure, inputs: [], result: result, rules: DecisionRule.list(rule), anytime: 0.05)
        }
        let result = try performance(rows, chunk: 100)
        #expect { try report("f1<0.5", result) } throws: { "\($0)".contains("cannot be judged at every look") }
        #expect { try report("accuracy<0.5", Performance.binary(BinarySample())) } throws: {
            "\($0)".contains("rates over chunks")
        }
        #expect { try report("psi>1", measure: "drift", ReportObject()) } throws: {
            "\($0)".contains("rates over chunks")
        }
        // An interval may be named itself.
        #expect(throws: Never.self) { try report("anytime.accuracy.high<0.5", result) }
        let outside = try MeasurementReport(
            measure: "performance", inputs: [], result: result, rules: DecisionRule.list("accuracy<1"), anytime: 0.05)
        #expect(outside.decisions.contains { $0.outcome == .notEvaluable && $0.subject.hasPrefix("every look") })
        #expect(!outside.isBreached)
    }

    // MARK: The command

    @Test func theCommandsTakeTheLevel() throws {
        let rows = table(4_000, seed: 4, accuracy: { $0 < 2_000 ? 0.9 : 0.7 })
        var text = "y,p,g\n"
        for row in 0..<rows.rows {
            text += "\(Int(rows["y"]?.numbers?[row] ?? 0)),\(Int(rows["p"]?.numbers?[row] ?? 0)),"
            text += (rows["g"]?.codes?[row] == 0 ? "f" : "m") + "\n"
        }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let data = ["--data", path, "--label", "y", "--prediction", "p", "--chunk", "200"]
        let performance = ["performance"] + data
        let found = try MeasureRun(performance + ["--anytime", "0.05", "--fail-on", "accuracy<0.8"])
        #expect(found.status == 1 && found.text.contains("every look, alpha 0.05"), "\(found.error)")
        // The same of a stream.
        let streamed = try MeasureRun(
            performance + ["--anytime", "0.05", "--fail-on", "accuracy<0.8", "--memory-megabytes", "1"])
        #expect(streamed.status == 1 && streamed.text.contains("every look, alpha 0.05"))
        let quiet = try MeasureRun(performance + ["--anytime", "0.05", "--fail-on", "accuracy<0.65"])
        #expect(quiet.status == 0)
        let fair = try MeasureRun(
            ["fairness"] + data + ["--protected", "g", "--anytime", "0.05", "--fail-on", "g.disparate_impact<0.8"])
        #expect(fair.status == 0 && fair.text.contains("g, every look, alpha 0.05"), "\(fair.error)")
        for (arguments, reason) in [
            (performance + ["--anytime", "0"], "--anytime must be"),
            (performance + ["--anytime", "1"], "--anytime must be"),
            (Array(performance.dropLast(2)) + ["--anytime", "0.05"], "--anytime needs --chunk or --period"),
            (performance + ["--anytime", "0.05", "--alarm", "1/2"], "--anytime and --alarm"),
            (performance + ["--anytime", "0.05", "--kind", "regression"], "--anytime judges rates"),
            (performance + ["--anytime", "0.05", "--fail-on", "f1<0.9"], "cannot be judged at every look"),
        ] {
            let bad = try MeasureRun(arguments)
            #expect(bad.status == 2 && bad.error.contains(reason), "\(arguments) \(bad.error)")
        }
    }
}
