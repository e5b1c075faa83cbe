// NDJSON as a stream: the same numbers as from the whole file, in memory that does not grow with it.
import Foundation
import Monitoring
import Testing

@Suite struct NDJSONStreamTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ndjson-\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func file(_ name: String, _ text: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    private func drift(
        _ reference: String, _ current: String, stream: Int?, numeric: [String]? = nil, categorical: [String]? = nil
    ) throws -> (inputs: [MeasurementReport.Input], result: ReportObject) {
        try DriftRequest(numeric: numeric, categorical: categorical, streamBytesMax: stream)
            .run(reference: .file(reference), current: current)
    }

    /// Texts hold escaped quotes and newlines, so that a reader that cuts at the wrong place cuts them. Longer than two
    /// blocks of the stream.
    private func long(_ rows: Int) -> String {
        var lines = ""
        for i in 0..<rows {
            let text = ["plain", "a \\\"quoted\\\" one", "two\\nlines", "brace }{", "日本"][i % 5]
            lines += "{\"x\": \(Double(i % 997) / 7), \"c\": \"\(text)\", \"n\": \(i % 11 == 0 ? "null" : "\(i % 13)")"
            if i % 3 != 0 { lines += ", \"late\": \(i % 17)" }
            lines += "}\n"
        }
        return lines
    }

    @Test func aStreamGivesTheNumbersOfTheFile() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = long(420_000)
        #expect(text.utf8.count > 2 * 8 << 20)
        let current = try file("c.ndjson", text)
        let reference = try file("r.ndjson", long(10_000))
        let whole = try drift(reference, current, stream: nil)
        let stream = try drift(reference, current, stream: 1 << 30)
        #expect(stream.inputs == whole.inputs)
        #expect(stream.inputs[1].columns == 4 && stream.inputs[1].rows == 420_000)
        for (kind, keys) in [("numeric", ["psi_q10", "ks", "null_test"]), ("categorical", ["psi_cat", "chi2"])] {
            let columns = try #require(whole.result[kind]?.object?.keys)
            #expect(!columns.isEmpty && stream.result[kind]?.object?.keys == columns)
            for column in columns {
                for key in keys { #expect(stream.result[kind]?[column]?[key] == whole.result[kind]?[column]?[key]) }
            }
        }
        #expect(stream.result["categorical"]?["c"]?["categories"] == whole.result["categorical"]?["c"]?["categories"])
    }

    @Test func membersThatComeLateOrNeverAreToldApart() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let reference = try file("r.csv", "x,late\n" + (0..<50).map { "\($0),\($0)\n" }.joined())
        // Three blocks; `late` is only in the last line.
        let filler = String(
            repeating: "{\"x\": 1, \"other\": \"\(String(repeating: "o", count: 80))\"}\n", count: 200_000)
        let current = try file("c.ndjson", filler + "{\"late\": 7}\n")
        let found = try drift(reference, current, stream: 1 << 26, numeric: ["x", "late"])
        #expect(found.result["numeric"]?["late"]?["n_cur"] == .integer(1))
        #expect(found.result["numeric"]?["late"]?["null_cur"] == .integer(200_000))
        #expect(found.result["numeric"]?["x"]?["null_cur"] == .integer(1))
        #expect(found.inputs[1].columns == 3)
        let without = try file("d.ndjson", filler)
        let error = #expect(throws: TableError.self) {
            try drift(reference, without, stream: 1 << 26, numeric: ["x", "late"])
        }
        #expect(error?.reason == "there is no column \"late\"")
    }

    @Test func errorsNameTheLineOfTheStream() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let reference = try file("r.csv", "x\n" + (0..<50).map { "\($0)\n" }.joined())
        let filler = String(repeating: "{\"x\": 1, \"o\": \"\(String(repeating: "o", count: 90))\"}\n", count: 100_000)
        for (last, reason) in [
            ("{\"x\": \"one\"}", "\"one\" is not a number"), ("{\"x\": 1", "a comma or the closing brace is missing"),
            ("{\"x\": [1]}", "a nested object or array cannot be measured"), ("x,y", "the line is not a JSON object"),
            ("{\"x\": 1, \"x\": 2}", "the name stands twice in the object"),
        ] {
            let current = try file("c.ndjson", filler + last + "\n")
            let error = #expect(throws: TableError.self) { try drift(reference, current, stream: 1 << 26) }
            #expect(error?.line == 100_001 && error?.reason == reason, "\(String(describing: error))")
        }
    }

    @Test func nothingAndEmptyLinesAreNoRows() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let reference = try file("r.csv", "x\n" + (0..<50).map { "\($0)\n" }.joined())
        let current = try file("c.ndjson", "\u{FEFF}\n{\"x\": 1}\n\n{\"x\": 2}")
        #expect(try drift(reference, current, stream: 1 << 26).inputs[1].rows == 2)
        let empty = try file("d.ndjson", "")
        #expect(throws: TableError.self) { try drift(reference, empty, stream: 1 << 26) }
    }

    // MARK: Progress

    /// What a callback was told.
    private final class Told: @unchecked Sendable {
        private let lock = NSLock()
        private var all: [ReadingProgress] = []
        func tell(_ progress: ReadingProgress) { lock.withLock { all.append(progress) } }
        var list: [ReadingProgress] { lock.withLock { all } }
    }

    @Test func everyByteOfFileAndStreamIsReportedOnce() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = long(200_000)
        let path = try file("c.ndjson", text)
        let told = Told()
        var reader = TableReader(chunkBytesMax: 1 << 20)
        reader.progress = { told.tell($0) }
        _ = try reader.read(path: path) { _ in .category }
        #expect(told.list.reduce(0) { $0 + $1.bytes } == text.utf8.count && told.list.count > 4)
        #expect(told.list.allSatisfy { $0.bytesTotal == text.utf8.count && $0.path == path })
        let reference = try file("r.ndjson", long(100))
        let streamed = Told()
        reader.progress = { streamed.tell($0) }
        _ = try DriftRequest(streamBytesMax: 1 << 26).run(
            reference: .file(reference), current: path, reader: reader)
        let stream = streamed.list.filter { $0.path == path }
        #expect(stream.reduce(0) { $0 + $1.bytes } == text.utf8.count && stream.allSatisfy { $0.bytesTotal == nil })
    }

    @Test func theLineSaysWhatIsGoingOnAfterASecond() {
        var line = ProgressLine()
        line.read(ReadingProgress(path: "a.csv", bytes: 30, bytesTotal: 100))
        #expect(line.text(seconds: 0.9) == nil && line.text(seconds: 1.2) == "reading a.csv, 30 %, 1 s")
        line.read(ReadingProgress(path: "a.csv", bytes: 70, bytesTotal: 100))
        #expect(line.text(seconds: 3) == "measuring, 3 s")
        line.read(ReadingProgress(path: "-", bytes: 7_500_000, bytesTotal: nil))
        #expect(line.text(seconds: 4) == "reading standard input, 7 MB, 4 s")
        line.read(ReadingProgress(path: "\u{1B}[2J" + String(repeating: "x", count: 99), bytes: 1, bytesTotal: 9))
        let text = line.text(seconds: 4) ?? "\u{1B}"
        #expect(!text.contains("\u{1B}") && text.count <= ProgressLine.widthMax)
        line.score(rows: 40)
        line.score(rows: 2)
        #expect(line.text(seconds: 5) == "42 rows scored, 5 s")
    }

    @Test func aMeterWritesToATerminalAndNowhereElse() throws {
        var master: Int32 = -1
        var terminal: Int32 = -1
        try #require(openpty(&master, &terminal, nil, nil, nil) == 0)
        let pipe = Pipe()
        let onTerminal = ProgressMeter(output: FileHandle(fileDescriptor: terminal))
        let onPipe = ProgressMeter(output: pipe.fileHandleForWriting)
        for meter in [onTerminal, onPipe] {
            meter.read(ReadingProgress(path: "a.csv", bytes: 30, bytesTotal: 100))
        }
        Thread.sleep(forTimeInterval: 1.6)
        onTerminal.close()
        onPipe.close()
        try pipe.fileHandleForWriting.close()
        #expect(try pipe.fileHandleForReading.readToEnd() ?? Data() == Data())
        var buffer = [UInt8](repeating: 0, count: 4_096)
        // A terminal may give what was written in several pieces.
        var bytes: [UInt8] = []
        var ready = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        while poll(&ready, 1, 200) > 0, ready.revents & Int16(POLLIN) != 0 {
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text.contains("reading a.csv, 30 %") && text.hasSuffix("\r\u{1B}[K"), "the line is taken away at the end")
        close(master)
        close(terminal)
    }
}
