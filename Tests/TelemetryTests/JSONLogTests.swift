import Foundation
import Glibc
import Logging
import Synchronization
import Telemetry
import Testing

/// A logger, and what it wrote.
private final class Written: Sendable {
    private let lines = Mutex<[[UInt8]]>([])
    var all: [[UInt8]] { lines.withLock { $0 } }

    func logger(_ provider: Logger.MetadataProvider? = nil) -> Logger {
        Logger(
            label: "concord",
            factory: { [self] label in
                JSONLogHandler(label: label, metadataProvider: provider, time: { "2026-11-29T06:30:00.123Z" }) {
                    [self] line in
                    lines.withLock { $0.append(line) }
                }
            })
    }

    /// The only line, read by another parser than wrote it.
    func object() throws -> [String: Any] {
        let line = try #require(all.first)
        #expect(all.count == 1)
        #expect(line.last == 0x0A)
        #expect(line.dropLast().allSatisfy { $0 != 0x0A && $0 != 0x0D }, "one line")
        let object = try JSONSerialization.jsonObject(with: Data(line))
        return try #require(object as? [String: Any])
    }
}

@Suite struct JSONLogTests {
    @Test func aLineSaysWhenHowBadWhatAndWhere() throws {
        let written = Written()
        written.logger(Logger.MetadataProvider { ["requestId": "r", "traceId": "t", "spanId": "s"] })
            .warning("It \"broke\"", metadata: ["path": "/x", "traceId": "mine"])
        let object = try written.object()
        #expect(object["time"] as? String == "2026-11-29T06:30:00.123Z")
        #expect(object["level"] as? String == "warning")
        #expect(object["message"] as? String == "It \"broke\"")
        #expect(object["logger"] as? String == "concord")
        #expect(object["requestId"] as? String == "r")
        #expect(object["spanId"] as? String == "s")
        // The line's own word is the last.
        #expect(object["traceId"] as? String == "mine")
        #expect(object["metadata"] as? [String: String] == ["path": "/x"])
    }

    @Test func aLineWithoutMetadataHasNone() throws {
        let written = Written()
        written.logger().info("plain")
        #expect(try Set(written.object().keys) == ["time", "level", "message", "logger"])
    }

    @Test func controlCharactersAndLineSeparatorsAreEscaped() throws {
        let written = Written()
        let scalars = (Array(0..<0xA0) + [0x2028, 0x2029, 0xFEFF, 0x1F9ED] as [UInt32]).compactMap(Unicode.Scalar.init)
        let text = String(String.UnicodeScalarView(scalars))
        written.logger().error("\(text)", metadata: ["\(text)": .string(text)])
        let object = try written.object()
        #expect((object["message"] as? String)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
        let line = try #require(written.all.first)
        #expect(line.dropLast().allSatisfy { $0 >= 0x20 }, "no control character as it is")
        let asText = String(decoding: line, as: UTF8.self)
        #expect(!asText.unicodeScalars.contains { [0x2028, 0x2029, 0x85].contains($0.value) })
        let metadata = try #require(object["metadata"] as? [String: String])
        #expect(metadata.values.first?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    }

    @Test(
        arguments: [
            [0xFF, 0xFE, 0x41], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x41, 0x00, 0x80, 0x42],
        ] as [[UInt8]])
    func bytesThatAreNoTextStayALine(_ bytes: [UInt8]) throws {
        let written = Written()
        written.logger().error("x", metadata: ["value": .string(String(decoding: bytes, as: UTF8.self))])
        let object = try written.object()
        let value = try #require((object["metadata"] as? [String: String])?["value"])
        #expect(value.contains("\u{FFFD}"))
    }

    @Test func nestedMetadataKeepsItsShape() throws {
        let written = Written()
        var deep: Logger.MetadataValue = "bottom"
        for _ in 0..<40 { deep = ["below": deep] }
        written.logger().info(
            "x",
            metadata: [
                "list": ["a", ["b": "c"], .stringConvertible(7)], "empty": .array([]), "none": .dictionary([:]),
                "deep": deep, "level": "mine", "message": "mine",
            ])
        let object = try written.object()
        #expect(object["level"] as? String == "info", "a key of the metadata hides none of the line")
        let metadata = try #require(object["metadata"] as? [String: Any])
        let list = try #require(metadata["list"] as? [Any])
        #expect(list.count == 3)
        #expect(list[0] as? String == "a")
        #expect(list[1] as? [String: String] == ["b": "c"])
        #expect(list[2] as? String == "7")
        #expect((metadata["empty"] as? [Any])?.isEmpty == true)
        #expect((metadata["none"] as? [String: Any])?.isEmpty == true)
        #expect(metadata["message"] as? String == "mine")
    }

    @Test func aLongValueIsCut() throws {
        let written = Written()
        written.logger().info("x", metadata: ["long": .string(String(repeating: "é", count: 1_000_000))])
        let value = try #require((try written.object()["metadata"] as? [String: String])?["long"])
        #expect(value.utf8.count <= JSONLogHandler.valueBytesMax + 3)
        #expect(value.hasSuffix("é…"))
    }

    @Test func anErrorIsNamedWithItsType() throws {
        struct Broken: Error { let what = "a cup" }
        let written = Written()
        written.logger().error("x", error: Broken())
        let metadata = try #require(try written.object()["metadata"] as? [String: String])
        #expect(metadata["error"] == "Broken(what: \"a cup\")")
        #expect(metadata["errorType"]?.hasSuffix("Broken") == true)
    }

    @Test func linesOfManyThreadsDoNotMix() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let output = LogOutput(descriptor: ends[1])
        let reader = Reader(descriptor: ends[0])
        // Longer than what a pipe takes in one piece.
        let length = 20_000
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for _ in 0..<20 { output.write([UInt8](repeating: 0x61 + UInt8(thread), count: length) + [0x0A]) }
        }
        close(ends[1])
        let lines = reader.all().split(separator: 0x0A)
        #expect(lines.count == 160)
        #expect(lines.allSatisfy { line in line.count == length && line.allSatisfy { $0 == line.first } })
    }
}

/// Reads a pipe to its end, while others write.
private final class Reader: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let ended = DispatchSemaphore(value: 0)

    init(descriptor: Int32) {
        Thread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                bytes.withLock { $0 += buffer[..<count] }
            }
            close(descriptor)
            ended.signal()
        }.start()
    }

    func all() -> [UInt8] {
        ended.wait()
        return bytes.withLock { $0 }
    }
}
