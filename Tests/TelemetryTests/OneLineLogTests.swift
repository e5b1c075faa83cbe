import Logging
import Synchronization
import Telemetry
import Testing

/// A handler that keeps what it is given.
private struct Kept: LogHandler {
    final class Events: Sendable {
        let all = Mutex<[String]>([])
    }
    let events: Events
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
        var all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        let pairs = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        events.all.withLock { $0.append("\(event.message) \(pairs)") }
    }
}

@Suite struct OneLineLogTests {
    private struct Failure: Error, CustomStringConvertible { let description = "read\nfailed" }

    private func written(_ body: (inout Logger) -> Void) -> [String] {
        let events = Kept.Events()
        var logger = Logger(label: "concord") { _ in
            var handler = OneLineLogHandler(Kept(events: events))
            handler.metadataProvider = Logger.MetadataProvider { ["requestId": "a\r\nb"] }
            return handler
        }
        body(&logger)
        return events.all.withLock { $0 }
    }

    @Test func whatSomebodyChoseEndsNoLine() {
        let found = written { logger in
            logger[metadataKey: "own"] = "x\u{2028}y"
            logger.warning(
                "one\ntwo\u{1B}[2K", metadata: ["path": "/a\n2026 info", "list": ["c\u{0}", .dictionary(["k": "\r"])]])
        }
        #expect(
            found == [
                #"one\ntwo\u{1B}[2K list=["c\\0", ["k": "\\r"]] own=x\u{2028}y path=/a\n2026 info requestId=a\r\nb"#
            ])
    }

    @Test func anErrorIsWrittenOnOneLine() {
        let found = written { $0.error("It failed", error: Failure()) }
        #expect(found == [#"It failed error=read\nfailed requestId=a\r\nb"#])
    }

    @Test func ordinaryTextStaysAsItIs() {
        let found = written { $0.info("Grüße, \"Ω\" \\ 日本") }
        #expect(found == [#"Grüße, "Ω" \ 日本 requestId=a\r\nb"#])
    }
}
