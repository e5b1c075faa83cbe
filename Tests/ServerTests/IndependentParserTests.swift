import Foundation
import HTTPTypes
import Server
import Telemetry
import Testing

/// What Prometheus' own Python library reads from the text is what was counted. `./test` installs it into
/// `.build/python-tools`; without it this test fails and says so.
@Suite struct IndependentParserTests {
    private static let python = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent(".build/python-tools/bin/python3").path

    /// Prints each sample as JSON: its name, its labels and its value; beforehand each family with its type.
    private static let script = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        for family in text_string_to_metric_families(sys.stdin.read()):
            print(json.dumps([family.name, family.type]))
            for sample in family.samples:
                print(json.dumps([sample.name, dict(sorted(sample.labels.items())), float(sample.value)]))
        """

    @Test func anotherParserReadsWhatWasCounted() async throws {
        try #require(FileManager.default.isExecutableFile(atPath: Self.python), "run ./test, which installs the parser")
        let world = try await ServerWorld()
        for _ in 0..<3 { _ = try await world.send(.get, "/healthz") }
        _ = try await world.send(.get, "/api/v1/controls/\(UUID().uuidString)")
        let text = await world.operating.registry.text()
        try world.end()
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("metrics-\(UUID().uuidString).txt")
        try Data(text.utf8).write(to: file)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = ["-c", Self.script]
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = printed.split(separator: "\n").map(String.init)
        for line in [
            // Of a counter's name the parser takes the end away.
            #"["concord_http_requests", "counter"]"#, #"["concord_http_request_duration_seconds", "histogram"]"#,
            #"["concord_store_waiting_changes", "gauge"]"#,
            #"["concord_http_requests_total", {"method": "GET", "route": "/healthz", "status": "200"}, 3.0]"#,
            #"["concord_http_requests_total", {"method": "GET", "route": "/api/v1/controls/{id}", "status": "401"}, 1.0]"#,
            #"["concord_http_request_duration_seconds_bucket", {"le": "+Inf", "method": "GET", "route": "/healthz"}, 3.0]"#,
            #"["concord_http_request_duration_seconds_count", {"method": "GET", "route": "/healthz"}, 3.0]"#,
        ] { #expect(lines.contains(line), "\(line) is not in \(printed)") }
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.count
        let families = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.count
        #expect(lines.count == samples + families, "no line is lost, none is taken for another")
    }
}
