// Changes row by row: the command and the stream against the detectors themselves.
import Foundation
import Monitoring
import Statistics
import Testing

@Suite struct ChangeStreamTests {
    /// A stream whose rate of errors rises from a fifth to three fifths at row 5,001, with some rows incomplete.
    private struct Sample {
        var labels: [String] = []
        var predictions: [String] = []
        /// 1, 0, or NaN where a value is missing.
        var errors: [Double] = []

        init() {
            var state: UInt64 = 7
            func next() -> Double {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Double(state >> 11) / Double(UInt64(1) << 53)
            }
            for row in 1...7_000 {
                let isError = next() < (row <= 5_000 ? 0.2 : 0.6)
                let label = next() < 0.5
                labels.append(label ? "1" : "0")
                predictions.append(row % 500 == 0 ? "" : label == isError ? "0.0" : "1.0")
                errors.append(row % 500 == 0 ? .nan : isError ? 1 : 0)
            }
        }

        /// - Parameter filling: text of a column that nobody asks for.
        func csv(_ rows: Range<Int>, filling: String = "") -> String {
            "y,p,note\n" + rows.map { "\(labels[$0]),\(predictions[$0]),\(filling)\n" }.joined()
        }
        var ndjson: String {
            labels.indices.map { i in
                predictions[i].isEmpty ? "{\"y\":\(labels[i])}\n" : "{\"p\":\(predictions[i]),\"y\":\(labels[i])}\n"
            }.joined()
        }
    }

    private static let folder = FileManager.default.temporaryDirectory
    private static func file(_ text: String, _ kind: String) throws -> String {
        let url = folder.appendingPathComponent("changes-\(UUID().uuidString).\(kind)")
        try Data(text.utf8).write(to: url)
        return url.path
    }

    private static let still = "the reference does not vary, or its values are too large"
    private static func rows(_ value: ReportValue?) -> [Int] {
        guard case .array(let rows)? = value else { return [] }
        return rows.compactMap { $0.number.map { Int($0) } }
    }

    @Test func rowsOfAlarmsAreThoseOfTheDetectors() throws {
        let sample = Sample()
        // Large enough to be read in blocks of 8 MiB: the change comes in the second one.
        let whole = try Self.file(sample.csv(0..<7_000, filling: String(repeating: "n", count: 2_000)), "csv")
        let reference = try Self.file(sample.csv(0..<4_000), "csv")
        let json = try Self.file(sample.ndjson, "ndjson")
        defer { for path in [whole, reference, json] { try? FileManager.default.removeItem(atPath: path) } }
        let before = sample.errors[..<4_000].filter { !$0.isNaN }
        let mean = before.reduce(0, +) / Double(before.count)
        let deviation =
            (before.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(before.count - 1)).squareRoot()
        var (window, rise) = (AdaptiveWindow(), PageHinkley())
        var sum = CumulativeSum(mean: mean, deviation: deviation)
        var expected: (adwin: [Int], cusum: [Int], rise: [Int]) = ([], [], [])
        for (i, error) in sample.errors.enumerated() where !error.isNaN {
            if window.add(error) { expected.adwin.append(i + 1) }
            if sum.add(error) { expected.cusum.append(i + 1) }
            if rise.add(error) { expected.rise.append(i + 1) }
        }
        #expect(expected.adwin.contains { (5_001...5_300).contains($0) } && !expected.rise.isEmpty)
        for path in [whole, json] {
            let run = try MeasureRun([
                "changes", "--data", path, "--label", "y", "--prediction", "p", "--reference", reference,
            ])
            #expect(run.status == 0, "\(run.error)")
            let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            let result = try #require(report["result"] as? [String: Any])
            #expect(result["n"] as? Int == 6_986 && result["incomplete"] as? Int == 14)
            #expect(result["errors"] as? String == "p is not y")
            for (name, rows) in [
                ("adwin", expected.adwin), ("cusum", expected.cusum), ("page_hinkley", expected.rise),
            ] {
                let detector = try #require(result[name] as? [String: Any])
                #expect(detector["rows"] as? [Int] == rows && detector["alarms"] as? Int == rows.count, "\(name)")
            }
            let course = try #require(result["course"] as? [String: Any])
            let means = try #require(course["mean"] as? [Double])
            #expect(course["rows_each"] as? Int == 128 && means.count == 55)
            for (stretch, mean) in means.enumerated() {
                let values = sample.errors[stretch * 128..<min(7_000, (stretch + 1) * 128)].filter { !$0.isNaN }
                #expect(abs(mean - values.reduce(0, +) / Double(values.count)) < 1e-12, "\(stretch)")
            }
            let cusum = try #require(result["cusum"] as? [String: Any])
            #expect(abs(try #require(cusum["mean"] as? Double) - mean) < 1e-12)
            #expect(abs(try #require(cusum["deviation"] as? Double) - deviation) < 1e-12)
            let expectedFalse = 6_986 / sum.averageRunLength
            #expect(abs(try #require(cusum["false_alarms_expected"] as? Double) - expectedFalse) < 1e-9)
            let decisions = try #require(report["decisions"] as? [[String: Any]])
            #expect(decisions.map { $0["rule"] as? String } == ["adwin.alarms>0"])
            #expect(decisions.map { $0["outcome"] as? String } == ["breached"])
        }
    }

    @Test func aRuleDecidesTheStatus() throws {
        let sample = Sample()
        let path = try Self.file(sample.csv(0..<4_900), "csv")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let arguments = ["changes", "--data", path, "--label", "y", "--prediction", "p", "--detectors", "page-hinkley"]
        #expect(try MeasureRun(arguments + ["--fail-on", "page_hinkley.alarms>0"]).status == 0)
        let strict = try MeasureRun(arguments + ["--fail-on", "page_hinkley.alarms>0", "--rise-limit", "3"])
        #expect(strict.status == 1)
        let unknown = try MeasureRun(arguments + ["--fail-on", "adwin.alarms>0"])
        #expect(unknown.status == 2 && unknown.error.contains("adwin.alarms>0"))
    }

    @Test func theTableNamesTheRows() throws {
        let path = try Self.file("amount\n" + (1...100).map { "\($0 * 10)\n" }.joined(), "csv")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let shown = try MeasureRun(["changes", "--data", path, "--value", "amount", "--format", "table"])
        #expect(shown.status == 0)
        let lines = shown.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.contains("adwin – it is for values within 0 and 1"), "\(shown.text)")
        #expect(lines.contains("page hinkley 16 6, 12, 18, 24, 30, 36, 42, 48, …"), "\(shown.text)")
        let page = try MeasureRun(["changes", "--data", path, "--value", "amount", "--format", "html"])
        #expect(page.status == 0 && page.text.contains("rise of the mean over its own past"))
        #expect(page.text.contains("The mean of each 2 rows") && page.text.contains("rows 99 to 100: 995"))
        #expect(page.text.contains("Page-Hinkley: 16 alarms") && !page.text.contains("ADWIN:"))
        #expect(page.text.components(separatedBy: "class=\"whisker\"").count == 17, "a line for each alarm")
    }

    @Test func theCourseHasGapsAndStaysShort() throws {
        // Rows without values fill a whole stretch.
        let values = (0..<1_000).map { "\($0 % 2)" } + [String](repeating: "", count: 64) + ["4", "6"]
        let path = try Self.file("x,n\n" + values.map { "\($0),1\n" }.joined(), "csv")
        let short = try Self.file("x\n7\ninf\n9\n", "csv")
        defer { for path in [path, short] { try? FileManager.default.removeItem(atPath: path) } }
        func course(_ path: String) throws -> (each: Int?, means: [Double?]) {
            let found = try ChangeStream(.value(column: "x")).report(path: path).result["course"]?.object
            guard case .array(let means)? = found?["mean"] else { return (nil, []) }
            return (found?["rows_each"]?.number.map { Int($0) }, means.map(\.number))
        }
        let long = try course(path)
        #expect(long.each == 32 && long.means.count == 34)
        #expect(long.means.prefix(31).allSatisfy { $0 == 0.5 } && long.means[31] == 0.5)
        #expect(long.means[32] == nil && long.means[33] == 5)
        let few = try course(short)
        #expect(few.each == 1 && few.means == [7, nil, 9])
    }

    @Test func classesAreEqualHoweverTheyAreWritten() throws {
        let pairs = [
            ("1", "true", 0), ("1", "1.0", 0), ("0", "-0.0", 0), ("no", "0", 0), ("YES", "1", 0), ("1.50", "1.5", 0),
            ("9007199254740993", "9007199254740992", 1), ("007", "7", 1), ("0x10", "16", 1), ("-1", "1", 1),
            ("a", "b", 1), ("a", "a", 0), ("1.", "1", 1), (".5", "0.5", 1),
        ]
        for (label, prediction, error) in pairs {
            let path = try Self.file("y,p\n\(label),\(prediction)\n,\(prediction)\n", "csv")
            defer { try? FileManager.default.removeItem(atPath: path) }
            let stream = ChangeStream(.errors(label: "y", prediction: "p"))
            let result = try stream.report(path: path).result
            #expect(result["mean"]?.number == Double(error), "\(label) and \(prediction)")
            #expect(result["n"]?.number == 1 && result["incomplete"]?.number == 1)
        }
    }

    @Test func referencesAndValuesThatAreNoneAreToldApart() throws {
        let path = try Self.file("a,b,c\n1,inf,\n2,1,\n4,2,\n", "csv")
        let close = try Self.file("a\n0\n1e-170\n", "csv")
        let large = try Self.file("a\n1e308\n-1e308\n", "csv")
        let none = try Self.file("a,b\n,1\n,2\n", "csv")
        defer { for path in [path, close, large, none] { try? FileManager.default.removeItem(atPath: path) } }
        let stream = ChangeStream(.value(column: "a"))
        for reference in [close, large] {
            let control = try stream.control(path: reference).moments
            let result = try stream.report(path: path, control: control).result
            #expect(result["cusum"] == .null && result["cusum_reason"] == .string(Self.still))
        }
        let result = try stream.report(path: path, control: try stream.control(path: none).moments).result
        #expect(result["cusum_reason"] == .string("the reference has no values"))
        let infinite = try ChangeStream(.value(column: "b")).report(path: path).result
        #expect(infinite["n"]?.number == 2 && infinite["infinities"]?.number == 1)
        #expect(infinite["incomplete"]?.number == 0 && infinite["mean"]?.number == 1.5)
        let empty = try MeasureRun(["changes", "--data", path, "--value", "c"])
        #expect(empty.status == 2 && empty.error.contains("no row has c"), "\(empty.error)")
    }

    @Test func whatCannotBeLookedAtHasItsReason() throws {
        let path = try Self.file("amount\n" + (1...100).map { "\($0 * 10)\n" }.joined(), "csv")
        let constant = try Self.file("amount\n" + String(repeating: "5\n", count: 100), "csv")
        defer { for path in [path, constant] { try? FileManager.default.removeItem(atPath: path) } }
        var stream = ChangeStream(.value(column: "amount"))
        let (_, result) = try stream.report(path: path)
        #expect(result["adwin"] == .null && result["cusum"] == .null)
        #expect(result["adwin_reason"] == .string("it is for values within 0 and 1"))
        #expect(result["mean"]?.number == 505)
        // The k-th value is 5 (k − 1) above the mean of the first k: the sum passes 50 with the sixth.
        #expect(Self.rows(result["page_hinkley"]?["rows"]).first == 6)
        let (input, control) = try stream.control(path: constant)
        #expect(input.rows == 100 && control.isConstant)
        let still = try stream.report(path: path, control: control).result
        #expect(still["cusum_reason"] == .string(Self.still))
        let decided = try MeasurementReport(measure: "changes", inputs: [], result: result, rules: [])
        let adwin = try #require(decided.decisions.first { $0.rule.text == "adwin.alarms>0" })
        #expect(adwin.outcome == .notEvaluable && adwin.reason == "it is for values within 0 and 1")
        // Whatever is listed is bounded, and all is counted.
        let jumps = try Self.file(
            "amount\n" + (0..<9_000).map { $0.isMultiple(of: 3) ? "100\n" : "0\n" }.joined(), "csv")
        defer { try? FileManager.default.removeItem(atPath: jumps) }
        stream.detectors = [.pageHinkley]
        stream.riseLimit = 1
        let many = try #require(try stream.report(path: jumps).result["page_hinkley"]?.object)
        #expect(Self.rows(many["rows"]).count == ChangeStream.listedMax)
        let alarms = try #require(many["alarms"]?.number)
        #expect(alarms > 1_000 && many["rows_not_listed"]?.number == alarms - 1_000)
    }

    @Test func badInputNamesWhatIsWrong() throws {
        let path = try Self.file("y,p,amount\n1,1,3\n0,1,x\n", "csv")
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (arguments, words) in [
            (["--value", "nothing"], "nothing"), (["--value", "amount"], "line 3"),
            (["--label", "y"], "--prediction"), (["--value", "amount", "--label", "y", "--prediction", "p"], "Either"),
            ([], "Either"), (["--value", "y", "--delta", "1"], "--delta"),
            (["--value", "y", "--limit", "0"], "--limit"),
            (["--value", "y", "--detectors", "adwin,kswin"], "kswin"),
            (["--label", "y", "--prediction", "q"], "q"),
            (["--value", "y", "--detectors", "adwin", "--reference", path], "--reference is for cusum"),
        ] {
            let run = try MeasureRun(["changes", "--data", path] + arguments)
            #expect(run.status == 2 && run.error.contains(words), "\(arguments): \(run.status) \(run.error)")
        }
    }
}
