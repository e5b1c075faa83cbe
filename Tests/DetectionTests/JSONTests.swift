// Reading events: what is JSON and what is not, where it breaks, and what of it is kept.
import Foundation
import Testing

@testable import Detection

private func problem(_ text: String) -> JSONProblem? { problem(Array(text.utf8)) }

private func problem(_ bytes: [UInt8]) -> JSONProblem? {
    bytes.withUnsafeBufferPointer { text in
        do throws(JSONProblem) {
            try JSONTape().read(text)
            return nil
        } catch { return error }
    }
}

@Suite struct JSONTests {
    @Test(arguments: [
        "{}", "[]", "null", " { \"a\" : [ 1 , 2.5e-3 , -0 , true , false , null , \"x\" ] } ", "\"\\u00e9\\n\\\"\"",
        "[[[]],{}]", "{\"a\":{\"b\":{}}}", "12", "[\"\(String(repeating: "x", count: 100))\"]",
    ])
    func whatIsJSONIsRead(_ text: String) { #expect(problem(text) == nil) }

    @Test(arguments: [
        ("", 1), ("{", 2), ("{\"a\"}", 5), ("{\"a\":}", 6), ("{\"a\":1,}", 8), ("[1,]", 4), ("[1 2]", 4), ("{a:1}", 2),
        ("\"x", 1), ("\"\\q\"", 2), ("\"\\u12\"", 2), ("01", 1), ("1.", 3), ("-", 2), ("1e", 3), ("tru", 1),
        ("trux", 1),
        ("{} {}", 4), ("]", 1), ("[}", 2), ("{\"a\":1]", 7), ("\"a\u{01}b\"", 3), ("{\"a\":1 \"b\":2}", 8), ("nul", 1),
    ])
    func whatIsNotIsRefusedWithItsColumn(_ text: String, _ column: Int) throws {
        let found = try #require(problem(text))
        #expect(found.column == column, "\(found)")
    }

    @Test func nestingIsBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(problem(deep)?.reason.contains("nests deeper") == true)
        let just = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
        #expect(problem(just) == nil)
    }

    /// Every prefix and every single wrong byte of a text is read or refused, and nothing else.
    @Test func brokenTextsNeverCrash() {
        let text = Array(#"{"a":[1,-2.5e+3,"x\u00e9\n",{"b":null,"c":true}],"d":"\ud83d\ude00é"}"#.utf8)
        var refused = 0
        for end in 0..<text.count where problem(Array(text[..<end])) != nil { refused += 1 }
        #expect(refused == text.count)
        var random = Numbers(seed: 3)
        for _ in 0..<20_000 {
            var bytes = text
            for _ in 0...random.next(3) { bytes[random.next(bytes.count)] = UInt8(random.next(256)) }
            let event = Event()
            bytes.withUnsafeBufferPointer { buffer in
                guard (try? event.read(buffer)) != nil else { return }
                _ = event.json()
                _ = event.scalars().map(\.string)
                _ = event.values("a.b")
            }
        }
    }

    @Test func escapesAreUndone() throws {
        let event = Event()
        let bytes = Array(#"{"a":"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00\ud800x"}"#.utf8)
        try bytes.withUnsafeBufferPointer { text in
            try event.read(text)
            #expect(
                event.values("a").map(\.string) == ["\"\\/\u{08}\u{0C}\n\r\tA\u{E9}\u{1F600}\u{FFFD}x"])
        }
    }

    @Test(arguments: [
        ("2026-11-02T08:15:00Z", 1_793_607_300_000), ("2026-11-02 08:15:00.230 UTC", 1_793_607_300_230),
        ("2026-11-02T09:15:00+01:00", 1_793_607_300_000), ("2026-11-02T07:15:00.5-0100", 1_793_607_300_500),
        ("2026-11-02", 1_793_577_600_000), ("1793607300", 1_793_607_300_000), ("1793607300123", 1_793_607_300_123),
        ("1793607300123456", 1_793_607_300_123), ("1793607300.25", 1_793_607_300_250), ("1970-01-01T00:00:00Z", 0),
        ("2024-02-29T23:59:60Z", 1_709_251_200_000),
    ])
    func timesAreReadInTheFormsThatProductsWrite(_ text: String, _ milliseconds: Int64) {
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBufferPointer(TimeText.parse) == milliseconds)
        if text.hasSuffix("00Z") { #expect(TimeText.format(milliseconds) == text.dropLast() + ".000Z") }
    }

    @Test(arguments: [
        "", "x", "2026-13-01", "2026-02-30", "2026-11-02T25:00", "2026-11-02Tx", "-5", "2026-11-02T08:15:00+9",
    ])
    func whatIsNoTimeIsNone(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBufferPointer(TimeText.parse) == nil)
    }

    @Test func daysAndDatesAreInverse() {
        for day in stride(from: Int64(-200_000), through: 200_000, by: 37) {
            let time = CalendarTime(day * 86_400_000)
            #expect(CalendarTime.daysSince1970(time.year, time.month, time.day) == day)
        }
    }
}

@Suite struct EventReaderTests {
    private func run(_ bytes: [UInt8], blockBytes: Int = EventReader.blockBytes) throws -> (ids: [String], BlockResult)
    {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("detection-\(UUID().uuidString)").path
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
        let rules = loaded(ruleText("selection:\n    n|exists: true\ncondition: selection"))
        var options = DetectionOptions()
        options.logSource = LogSource(product: "test")
        let worker = DetectionWorker(
            matcher: Matcher(rules: rules.rules), plan: CorrelationPlan(rules), options: options, wantsAccesses: false)
        let reader = try EventReader(path: path, blockBytes: blockBytes)
        var all = BlockResult()
        while let block = try reader.next() {
            let result = worker.run(block)
            all.findings += result.findings
            all.problems += result.problems
            all.counts += result.counts
        }
        return (all.findings.map { "\($0.event.line)" }, all)
    }

    @Test func linesAreReadAcrossBlocks() throws {
        let text = (1...5_000).map { "{\"n\":\($0),\"x\":\"\(String(repeating: "y", count: 100))\"}" }
        let (ids, all) = try run(Array(text.joined(separator: "\n").utf8), blockBytes: 1_000)
        #expect(ids == (1...5_000).map(String.init))
        #expect(all.counts.events == 5_000)
    }

    @Test func aBrokenLineIsToldAndTheRestGoesOn() throws {
        let (ids, all) = try run(Array("{\"n\":1}\n{\"n\":\n\n[1]\n5\n{\"n\":2}\n{\"n\":3".utf8))
        #expect(ids == ["1", "6"])
        #expect(all.problems.map(\.line) == [2, 4, 5, 7])
        #expect(all.counts.broken == 4)
        #expect(all.problems[0].reason == "column 6: the text ends too early")
    }

    @Test func arraysDocumentsAndEnvelopes() throws {
        #expect(try run(Array("[{\"n\":1},\n {\"n\":2}]".utf8)).ids == ["1", "2"])
        #expect(try run(Array("\n[\n{\"n\":1},\n{\"n\":oops},\n{\"n\":3}\n]".utf8)).ids == ["3", "5"])
        #expect(try run(Array("{\n \"n\": 1\n}\n".utf8)).ids == ["1"])
        #expect(try run(Array("{\"Records\":[{\"n\":1},{\"n\":2}]}".utf8)).ids == ["1", "1"])
        #expect(try run(Array("{\n\"Records\":[{\"n\":1},\n{\"n\":2}]}".utf8)).ids.count == 2)
        #expect(try run([0xEF, 0xBB, 0xBF] + Array("{\"n\":1}".utf8)).ids == ["1"])
        let (_, open) = try run(Array("[{\"n\":1},{\"n\":2}".utf8))
        #expect(open.problems.count == 1)
        #expect(open.counts.events == 2)
    }

    @Test func whatIsNotUTF8IsReplacedAndCounted() throws {
        let (ids, all) = try run(Array("{\"n\":\"".utf8) + [0xFF, 0xC0] + Array("\"}\n".utf8))
        #expect(ids == ["1"])
        #expect(all.counts.repaired == 1)
    }

    @Test func aLineOfAHundredMegabytesIsToldAndLeftOut() throws {
        var bytes = Array("{\"n\":1}\n{\"n\":\"".utf8)
        bytes += [UInt8](repeating: UInt8(ascii: "x"), count: 100 << 20)
        bytes += Array("\"}\n{\"n\":3}\n".utf8)
        let (ids, all) = try run(bytes)
        #expect(ids == ["1", "3"])
        #expect(all.problems.count == 1)
        #expect(all.problems.first?.line == 2)
    }

    @Test func gzipIsReadMemberByMember() throws {
        // Two members, made by gzip -n of one line each.
        let one = try #require(Data(base64Encoded: "H4sIAAAAAAAAA6tWylOyMqzlAgCTEb6FCAAAAA=="))
        let (ids, all) = try run(Array(one + one))
        #expect(ids == ["1", "2"])
        #expect(all.problems.isEmpty)
        var damaged = Array(one)
        damaged[14] ^= 0xFF
        let (_, bad) = try run(damaged)
        #expect(!bad.problems.isEmpty)
    }

    @Test func aFileThatIsNotThereIsAnError() {
        #expect(throws: UnreadableFile.self) { try EventReader(path: "/nowhere/at/all") }
    }
}
