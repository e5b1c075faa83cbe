// What is written out: JSON, HTML and text, with names that try to break them.
import Foundation
import Monitoring
import Testing

@Suite struct OutputTests {
    private let nasty = "</td><script>alert(1)</script>\"'&\u{1B}[31m\u{0}"

    private func measurement() throws -> MeasurementReport {
        let reference = Table(
            path: nasty, sha256: "ab", rows: 100, header: [nasty],
            columns: [
                Column(name: nasty, numbers: (0..<100).map { Double($0) }),
                Column(name: "c", categories: (0..<100).map { "\(nasty)\($0 % 3)" }),
            ])
        let first = DriftSide(table: reference)
        let second = DriftSide(table: reference, against: first)
        let result = Drift.report(numeric: [nasty], categorical: ["c"], reference: first, current: second)
        return try MeasurementReport(measure: "drift", inputs: [.init(reference)], result: result, rules: [])
    }

    @Test func namesDoNotBreakHTML() throws {
        let html = HTMLReport.html(try measurement())
        #expect(!html.contains("<script") && !html.contains("\u{1B}") && !html.contains("\u{0}"))
        #expect(html.contains("&lt;script&gt;") && html.contains("<svg") && html.contains("prefers-color-scheme"))
        #expect(!html.contains("http://") && !html.contains("https://"), "nothing is loaded from elsewhere")
        for tag in ["table", "figure", "svg", "div", "details", "tr"] {
            let opened = html.components(separatedBy: "<\(tag)>").count + html.components(separatedBy: "<\(tag) ").count
            #expect(opened - 2 == html.components(separatedBy: "</\(tag)>").count - 1, "\(tag)")
        }
    }

    @Test func namesDoNotBreakTheTerminal() throws {
        let text = TextReport.text(try measurement())
        #expect(!text.contains("\u{1B}") && !text.contains("\u{0}") && text.contains("psi"))
    }

    @Test func jsonIsReadBackAsItWas() throws {
        let value = ReportValue.object(
            ReportObject([
                (nasty, .string(nasty + "\n\t日本")), ("n", .number(.nan)), ("i", .number(.infinity)),
                ("x", .number(1e-300)), ("y", .number(-0.1)), ("a", .array([.integer(1), .null, .bool(true)])),
                ("o", .object(ReportObject())),
            ]))
        for isPretty in [true, false] {
            let text = value.json(isPretty: isPretty)
            let read = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            #expect(read[nasty] as? String == nasty + "\n\t日本")
            #expect(read["n"] is NSNull && read["i"] is NSNull && read["x"] as? Double == 1e-300)
            #expect(read["y"] as? Double == -0.1 && (read["a"] as? [Any])?.count == 3)
        }
    }

    @Test func anUndefinedNumberHasItsReasonBesideIt() {
        var object = ReportObject()
        object.set("a", nil, reason: "no rows")
        object.set("b", .infinity, reason: "too large")
        object.set("c", 1, reason: "never")
        #expect(object.keys == ["a", "a_reason", "b", "b_reason", "c"])
        object["a"] = .integer(2)
        #expect(object.keys.count == 5 && object["a"] == .integer(2))
    }
}
