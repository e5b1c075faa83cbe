// Streams and chunks of performance, fairness, calibration, quality and drift against the same rows read whole.
import Foundation
import Monitoring
import Statistics
import Testing

/// Files of one data set as CSV and as NDJSON, in a folder of their own.
private final class Sample {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("streams-\(UUID())")
    let csv: String
    let ndjson: String

    /// Rows of a classifier over 90 days, with nulls; group `c` is small.
    init(rows: Int = 4_000) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var state: UInt64 = 17
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / 9_007_199_254_740_992
        }
        var csv = "at,y,p,s,sex,age,pay\n"
        var ndjson = ""
        for i in 0..<rows {
            let day = i * 90 / rows
            let at = "2026-0\(1 + day / 30)-\(day % 30 < 9 ? "0" : "")\(min(28, day % 30 + 1))"
            let score = (uniform() * 1e4).rounded() / 1e4
            let label = uniform() < score ? 1 : 0
            let sex = i % 200 == 7 ? "c" : i % 3 == 0 ? "f" : "m"
            let decision = score > (sex == "f" && day >= 60 ? 0.8 : 0.5) ? 1 : 0
            let age = Int(20 + 50 * uniform()) + (day >= 60 ? 10 : 0)
            let pay = i % 11 == 0 || (day >= 60 && i % 4 == 0) ? nil : (uniform() * 1e6).rounded() / 1e3
            let isUnknown = i % 97 == 0
            csv += "\(at),\(label),\(decision),\(i % 101 == 0 ? "" : "\(score)"),\(isUnknown ? "" : sex),\(age),"
            csv += (pay.map { "\($0)" } ?? "") + "\n"
            var members = ["\"at\":\"\(at)\",\"y\":\(label),\"p\":\(decision),\"age\":\(age)"]
            if i % 101 != 0 { members.append("\"s\":\(score)") }
            if !isUnknown { members.append("\"sex\":\"\(sex)\"") }
            if let pay { members.append("\"pay\":\(pay)") }
            ndjson += "{" + members.joined(separator: ",") + "}\n"
        }
        self.csv = folder.appendingPathComponent("a.csv").path
        self.ndjson = folder.appendingPathComponent("a.ndjson").path
        try Data(csv.utf8).write(to: URL(fileURLWithPath: self.csv))
        try Data(ndjson.utf8).write(to: URL(fileURLWithPath: self.ndjson))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func table() throws -> Table {
        try TableReader().read(path: csv) { name in
            switch name {
            case "at": .time
            case "sex": .category
            default: .numeric
            }
        }
    }
}

/// Every value of the exact report stands in the other, equal but for rounding.
private func compare(
    _ exact: ReportValue, _ other: ReportValue?, _ path: String, without: Set<String> = []
) -> Int {
    switch (exact, other) {
    case (.object(let a), .object(let b)?):
        return a.members.filter { !without.contains($0.key) }.reduce(0) {
            $0 + compare($1.value, b[$1.key], path + "." + $1.key, without: without)
        }
    case (.array(let a), .array(let b)?):
        #expect(a.count == b.count, "\(path)")
        return zip(a, b).enumerated().reduce(0) {
            $0 + compare($1.element.0, $1.element.1, path + "[\($1.offset)]", without: without)
        }
    case (.number(let x), .number(let y)?):
        #expect(abs(x - y) <= 1e-9 * max(1, abs(x)), "\(path): \(x), \(y)")
    default: #expect(exact == other, "\(path): \(exact) and \(String(describing: other))")
    }
    return 1
}

/// What comes from a grid in a stream, and what it lacks.
private let sketched: Set = [
    "roc_auc", "gini", "average_precision", "pr_auc_trapezoid", "ks_score", "delong", "lift_top10pct_stable_order",
    "auc_difference", "scoring_rate_above_median", "impact_ratio_scoring",
]
private let chunkings: [Chunking] = [.rows(700), .period(.month, column: "at")]

@Suite struct StreamedMeasureTests {
    private func stream(_ attributes: [String], _ chunking: Chunking?) -> ClassifierStream {
        var stream = ClassifierStream(label: "y", prediction: "p", score: "s")
        stream.attributes = attributes
        stream.chunking = chunking
        return stream
    }

    @Test(arguments: chunkings, [true, false])
    func decisionsAsAStreamAreThoseOfTheFile(_ chunking: Chunking, _ isCSV: Bool) throws {
        let sample = try Sample()
        let table = try sample.table()
        let columns = try BinaryColumns(table: table, label: "y", prediction: "p", score: "s")
        let chunks = try Chunks(table, by: chunking)
        let found = try stream(["sex"], chunking).read(path: isCSV ? sample.csv : sample.ndjson)
        #expect(found.input.rows == 4_000 && found.incomplete == columns.incomplete && found.incomplete == 40)
        let performance = try found.performance()
        var exact = Performance.binary(columns.sample)
        exact["chunking"] = chunks.report
        exact["chunks"] = Performance.chunks(chunks, columns: columns)
        #expect(compare(.object(exact), .object(performance), "performance", without: sketched) > 100)
        guard case .array(let measured)? = performance["chunks"], case .array(let whole)? = exact["chunks"] else {
            throw MeasureError("no chunks")
        }
        for (chunk, other) in zip(measured, whole) {
            let (a, b) = (chunk["roc_auc"]?.number ?? .nan, other["roc_auc"]?.number ?? .nan)
            #expect(abs(a - b) <= (chunk["roc_auc_error_max"]?.number ?? 0) && abs(a - b) < 0.005)
        }
        let fairness = try FairnessReport.reports(
            table: table, columns: columns, attributes: ["sex"], chunks: chunks)
        let streamed = try found.fairness()
        #expect(compare(.object(fairness), .object(streamed), "fairness", without: sketched) > 200)
        let calibration = try found.calibration()
        var own = try CalibrationReport.binary(columns.sample)
        own["chunks"] = try CalibrationReport.chunks(chunks, columns: columns)
        let without: Set = ["mass10", "logistic_recalibration_clip1e-6", "hosmer_lemeshow_mass10", "isotonic"]
        #expect(compare(.object(own), .object(calibration), "calibration", without: without) > 60)
        for name in without {
            #expect(calibration[name] == .null && calibration[name + "_reason"] != nil, "\(name)")
        }
    }

    @Test func severalClassesAndRegressionsAsStreamsAreThoseOfTheFile() throws {
        let sample = try Sample()
        let table = try TableReader().read(path: sample.csv) {
            $0 == "at" ? .time : $0 == "sex" ? .category : .numericAndCategory
        }
        let chunks = try Chunks(table, by: .rows(900))
        var classes = ClassifierStream(kind: .multiclass, label: "y", prediction: "p", score: nil)
        classes.chunking = .rows(900)
        var exact = try Performance.multiclass(table: table, label: "y", prediction: "p")
        exact["chunks"] = try Performance.multiclassChunks(chunks, table: table, label: "y", prediction: "p")
        let found = try classes.read(path: sample.csv).performance()
        #expect(compare(.object(exact), .object(found), "classes") > 50)
        var errors = ClassifierStream(kind: .regression, label: "age", prediction: "pay", score: nil)
        errors.chunking = .rows(900)
        var other = try Performance.regression(table: table, label: "age", prediction: "pay")
        other["chunks"] = try Performance.regressionChunks(chunks, table: table, label: "age", prediction: "pay")
        #expect(compare(.object(other), .object(try errors.read(path: sample.csv).performance()), "errors") > 30)
    }

    @Test(arguments: chunkings, [true, false])
    func qualityOfAStreamIsThatOfTheFile(_ chunking: Chunking, _ isCSV: Bool) throws {
        let sample = try Sample()
        let isPeriod = chunking.column != nil
        let table = try TableReader().read(path: sample.csv) { $0 == "at" && isPeriod ? .time : .inferred }
        let chunks = try Chunks(table, by: chunking)
        let measured = isPeriod ? table.without("at") : table
        var exact = Quality.report(measured, label: "y")
        exact["chunking"] = chunks.report
        exact["chunks"] = Quality.chunks(chunks, table: measured)
        let found = try QualityStream(label: "y", chunking: chunking)
            .report(path: isCSV ? sample.csv : sample.ndjson)
        #expect(found.input.rows == 4_000)
        #expect(
            compare(
                .object(exact), .object(found.result), "quality", without: ["spearman", "duplicate_rows_extra"]) > 100)
        #expect(found.result["spearman"] == .null && found.result["spearman_reason"] != nil)
        // The third month lacks a quarter of the pay.
        guard case .array(let parts)? = found.result["chunks"] else { throw MeasureError("no chunks") }
        #expect((parts.last?["null_rate"]?["pay"]?.number ?? 0) > 0.25)
        #expect((parts.first?["null_rate"]?["pay"]?.number ?? 1) < 0.12)
        let sketch = try QualityStream(label: "y", chunking: nil, bytesMax: 1).report(path: sample.csv).result
        #expect(sketch["unique_nonnull"]?["pay"] == .null && sketch["unique_nonnull"]?["pay_reason"] != nil)
        #expect(sketch["unique_nonnull"]?["sex"] == .integer(3))
    }

    @Test func whatAStreamHoldsIsSettledByItsFirstValues() throws {
        func report(_ text: String) throws -> ReportObject {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            return try QualityStream().report(path: path).result
        }
        // Eight megabytes of one kind, then another.
        let filler = String(repeating: "x", count: 1_000)
        let long = String(repeating: "1,,\(filler)\n", count: 9_000)
        let open = try report("a,b,c\n" + long + "2,text,z\n")
        #expect(open["nulls"]?["b"] == .integer(9_000) && open["unique_nonnull"]?["b"] == .integer(1))
        #expect(open["unique_nonnull"]?["a"] == .integer(2))
        let error = #expect(throws: TableError.self) { try report("a,b,c\n" + long + "no,1,z\n") }
        #expect(error?.line == 9_002 && error?.name == "a")
        let late = try report(
            String(repeating: "{\"a\":1,\"c\":\"\(filler)\"}\n", count: 9_000) + "{\"a\":1,\"d\":5}\n{\"d\":7}\n")
        #expect(late["nulls"]?["d"] == .integer(9_000) && late["unique_nonnull"]?["d"] == .integer(2))
        #expect(late["nulls"]?["a"] == .integer(1))
    }

    @Test(arguments: [
        ("y,s\n1,0.5\n2,0.5\n3,0.5\n", "more than two values"),
        ("y,s\nno,0.5\nno,0.1\n", "none that counts as positive"),
        ("y,s\n1,1.5\n0,0.5\n", "not within 0"), ("y,z\n1,0.5\n", "there is no column \"s\""),
        ("y,s\n,0.5\n1,\n", "no row has label"), ("y,s\n1,high\n", "line 2"), ("", "empty"),
    ])
    func badStreamsAreTold(_ text: String, _ reason: String) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: TableError.self) {
            try ClassifierStream(label: "y", prediction: nil, score: "s").read(path: path)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(reason), "\(error.map { "\($0)" } ?? "")")
    }

    @Test func positiveValuesOfStreamsAreThoseOfFiles() throws {
        let texts = [
            ("y,s\n1.0,0.9\n1,0.9\n0,0.2\n", nil), ("y,s\nyes,0.9\nno,0.1\n", nil), ("y,s\n0,0.9\n0,0.1\n", nil),
            ("y,s\n2,0.9\n1,0.1\n2,0.4\n", "2"), ("y,s\nbad,0.9\ngood,0.1\n", "bad"), ("y,s\nbad,0.9\n", "good"),
        ]
        for (text, favourable) in texts {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let table = try TableReader().read(path: path) { $0 == "s" ? .numeric : .inferred }
            let columns = try BinaryColumns(
                table: table, label: "y", prediction: nil, score: "s", favourable: favourable)
            var stream = ClassifierStream(label: "y", prediction: nil, score: "s")
            stream.favourable = favourable
            let found = try stream.read(path: path).performance()
            let exact = Performance.binary(columns.sample)
            for key in ["tp", "fp", "tn", "fn"] { #expect(found[key] == exact[key], "\(text) \(key)") }
        }
    }

    // MARK: Thresholds and alarms on chunks

    @Test func oneChunkThatDriftsIsJudgedAndAnAlarmNeedsMore() throws {
        let sample = try Sample()
        let reference = sample.folder.appendingPathComponent("r.csv").path
        let lines = try String(contentsOfFile: sample.csv, encoding: .utf8).split(separator: "\n")
        try Data((lines.prefix(2_001).joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: reference))
        let request = DriftRequest(ignored: ["y", "p", "s", "at"], suite: .psi, chunking: .rows(500))
        let (inputs, result) = try request.run(reference: .file(reference), current: sample.csv)
        let rule = try DecisionRule.list("psi.age>0.25")
        let each = try MeasurementReport(measure: "drift", inputs: inputs, result: result, rules: rule)
        let given = each.decisions.filter(\.rule.isGiven)
        #expect(given.map(\.subject).prefix(2) == ["age", "age, chunk 0 from row 0"] && given.count == 9)
        // Rows from 2,667 on are ten years older: the chunks from 3,000 on, and a part of that before.
        #expect(given.dropFirst().map { $0.outcome == .breached }.suffix(2) == [true, true])
        #expect(given.dropFirst().prefix(5).allSatisfy { $0.outcome == .within } && each.isBreached)
        #expect(given.last?.adjustedP.map { $0 < 1e-6 } == true)
        let alarmed = try MeasurementReport(
            measure: "drift", inputs: inputs, result: result, rules: rule, hysteresis: Hysteresis(needed: 4, of: 4))
        #expect(!alarmed.isBreached && alarmed.decisions.contains { $0.subject == "age, alarm, 4 of 4" })
        let sooner = try MeasurementReport(
            measure: "drift", inputs: inputs, result: result, rules: rule, hysteresis: Hysteresis(needed: 2, of: 3))
        #expect(sooner.isBreached)
        #expect(sooner.decisions.filter { $0.outcome == .breached && $0.isDeciding && $0.rule.isGiven }.count == 1)
        // Of a default rule the chunk that is furthest off is told, one for each column.
        let usual = each.decisions.filter { !$0.rule.isGiven && $0.subject.hasPrefix("age, chunk") }
        #expect(usual.count == 1 && usual.first?.outcome == .breached)
        // A single rule on null rates has values by chunk only.
        let nulls = try MeasurementReport(
            measure: "drift", inputs: inputs, result: result, rules: DecisionRule.list("null_rate.pay>0.2"))
        #expect(nulls.decisions.filter(\.rule.isGiven).count == 8 && nulls.isBreached)
        let shown = TextReport.text(each)
        #expect(shown.contains("moved most") && shown.contains("3500"))
        #expect(throws: MeasureError.self) {
            try MeasurementReport(
                measure: "drift", inputs: inputs, result: result, rules: DecisionRule.list("nonsense.age>0.2"))
        }
    }

    @Test func fairnessAndCalibrationAreJudgedByChunk() throws {
        let sample = try Sample()
        let table = try sample.table()
        let columns = try BinaryColumns(table: table, label: "y", prediction: "p", score: "s")
        let chunks = try Chunks(table, by: .period(.month, column: "at"))
        let fairness = try FairnessReport.reports(
            table: table, columns: columns, attributes: ["sex"], chunks: chunks)
        let rules = try DecisionRule.list("sex.disparate_impact<0.8")
        let report = try MeasurementReport(measure: "fairness", inputs: [], result: fairness, rules: rules)
        let given = report.decisions.filter { $0.rule.isGiven && $0.subject.hasPrefix("sex, chunk") }
        #expect(given.map(\.subject) == ["2026-01", "2026-02", "2026-03"].map { "sex, chunk \($0)" })
        #expect(given.map(\.outcome) == [.within, .within, .breached])
        #expect(given.last?.adjustedP.map { $0 < 0.001 } == true)
        // Seven people of the group c a month are too few.
        guard case .array(let parts)? = fairness["sex"]?["chunks"] else { throw MeasureError("no chunks") }
        #expect(parts.allSatisfy { $0["not_evaluable"] == .array([.string("c")]) })
        let alarm = try MeasurementReport(
            measure: "fairness", inputs: [], result: fairness, rules: rules, hysteresis: Hysteresis(needed: 2, of: 3))
        #expect(!alarm.isBreached && alarm.decisions.contains { $0.subject == "sex, alarm, 2 of 3" })
        let html = HTMLReport.html(report)
        #expect(html.contains("sex: disparate impact") && html.contains("Over time"))
        #expect(TextReport.text(report).contains("2026-03") && TextReport.text(report).contains("equal opportunity"))

        var calibration = try CalibrationReport.binary(columns.sample)
        calibration["chunking"] = chunks.report
        calibration["chunks"] = try CalibrationReport.chunks(chunks, columns: columns)
        let judged = try MeasurementReport(
            measure: "calibration", inputs: [], result: calibration, rules: DecisionRule.list("width10.ece>0.2"))
        #expect(judged.decisions.filter { $0.rule.isGiven && $0.subject.hasPrefix("chunk 2026") }.count == 3)
        // Scores that mean what they say: over five points by chance only.
        #expect(judged.decisions.allSatisfy { $0.outcome == .within })
        #expect(HTMLReport.html(judged).contains("ECE, ten bins of equal width"))
    }

    // MARK: Groups in chunks

    @Test func everyGroupOfAChunkHasItsAUCAndCalibration() throws {
        let sample = try Sample()
        let table = try sample.table()
        let columns = try BinaryColumns(table: table, label: "y", prediction: "p", score: "s")
        let chunks = try Chunks(table, by: .rows(700))
        let whole = try FairnessReport.reports(table: table, columns: columns, attributes: ["sex"], chunks: chunks)
        let streamed = try stream(["sex"], .rows(700)).read(path: sample.csv).fairness()
        guard case .array(let parts)? = whole["sex"]?["chunks"], case .array(let others)? = streamed["sex"]?["chunks"]
        else { throw MeasureError("no chunks") }
        let sex = try #require(table["sex"])
        var compared = 0
        for (number, (part, other)) in zip(parts, others).enumerated() {
            // The same rows by hand.
            var scores: [String: (scores: [Double], labels: [Bool])] = [:]
            for row in number * 700..<min(4_000, (number + 1) * 700) {
                let score = table["s"]?.numbers?[row] ?? .nan
                guard !score.isNaN, let code = sex.codes?[row], code >= 0 else { continue }
                scores[sex.categories[Int(code)], default: ([], [])].scores.append(score)
                scores[sex.categories[Int(code)], default: ([], [])].labels.append(table["y"]?.numbers?[row] == 1)
            }
            var areas: [Double] = []
            for (name, rows) in scores {
                let group = part["groups"]?[name]
                let ranking = BinarySample.ranking(scores: rows.scores, labels: rows.labels)
                var bins = ReliabilityBins(edges: .unit(bins: 10))
                for i in rows.scores.indices { bins.add(score: rows.scores[i], label: rows.labels[i]) }
                let auc = group?["roc_auc"]?.number
                #expect(auc == ranking?.auc, "\(name)")
                #expect(abs((group?["ece_width10"]?.number ?? 1) - (bins.expectedError ?? 0)) < 1e-12)
                let streamed = other["groups"]?[name]
                let error = streamed?["roc_auc_error_max"]?.number ?? 0
                if let auc {
                    #expect(abs((streamed?["roc_auc"]?.number ?? .nan) - auc) <= error + 1e-12 && error < 0.05)
                } else {
                    #expect(group?["roc_auc_reason"] != nil && streamed?["roc_auc_reason"] != nil)
                }
                if rows.scores.count >= 30, let auc { areas.append(auc) }
                compared += 1
            }
            let difference = try #require(part["auc_difference"]?.number)
            #expect(abs(difference - ((areas.max() ?? 0) - (areas.min() ?? 0))) < 1e-12)
            let error = try #require(other["auc_difference_error_max"]?.number)
            #expect(
                abs((other["auc_difference"]?.number ?? .nan) - difference) <= error
                    && part["auc_difference_error_max"] == nil)
            #expect(part["calibration_ece_difference"]?.number != nil)
        }
        #expect(compared == 18)
        let report = try MeasurementReport(
            measure: "fairness", inputs: [], result: whole, rules: DecisionRule.list("sex.auc_difference>0.5"))
        #expect(report.decisions.filter { $0.rule.isGiven && $0.subject.hasPrefix("sex, chunk") }.count == 6)
        #expect(HTMLReport.html(report).contains("sex: AUC difference"))
        #expect(TextReport.text(report).contains("ECE difference"))
    }

    @Test func chunksWithoutScoresSayWhyThereIsNoAUC() throws {
        let sample = try Sample()
        let table = try sample.table()
        let columns = try BinaryColumns(table: table, label: "y", prediction: "p", score: nil)
        let whole = try FairnessReport.reports(
            table: table, columns: columns, attributes: ["sex"], chunks: Chunks(table, by: .rows(2_000)))
        var request = ClassifierStream(label: "y", prediction: "p", score: nil)
        request.attributes = ["sex"]
        request.chunking = .rows(2_000)
        let streamed = try request.read(path: sample.csv).fairness()
        #expect(compare(.object(whole), .object(streamed), "fairness", without: sketched) > 100)
        guard case .array(let parts)? = whole["sex"]?["chunks"], case .array(let others)? = streamed["sex"]?["chunks"]
        else { throw MeasureError("no chunks") }
        for part in parts + others {
            #expect(part["auc_difference"] == .null && part["auc_difference_reason"] == .string("there are no scores"))
            #expect(part["calibration_ece_difference_reason"] == .string("there are no scores"))
            #expect(part["groups"]?["m"]?["roc_auc_reason"] == .string("there are no scores"))
            #expect(part["groups"]?["m"]?["ece_width10"] == .null)
        }
    }
}
