import Foundation
import FoundationNetworking
import TestKit
import Testing

/// A node that is told to stop ends nothing that is under way, unless it takes too long; and it says how far it is.
@Suite(.serialized, .withoutBrowser) struct DrainingJourney {
    /// A server with metrics on a port of their own, and a log for programs.
    private struct Node {
        let process: ChildProcess
        let base: String
        let metrics: String

        init(_ folder: URL, _ arguments: String...) async throws {
            process = try ChildProcess(
                RunningServer.program,
                arguments: [
                    "serve", "--data", folder.path, "--port", "0", "--metrics-port", "0", "--log-format", "json",
                ]
                    + arguments)
            let line = try await process.waitForLine(within: .seconds(60)) { $0.contains("answers on ") }
            base = String(line.split(separator: " ").last ?? "")
            let told = try await process.waitForLine(on: .errors, within: .seconds(60)) {
                $0.contains("Metrics are answered")
            }
            let port = try #require(told.firstMatch(of: /"port":"([0-9]+)"/)).output.1
            metrics = "http://127.0.0.1:\(port)"
        }

        func get(_ path: String) async throws -> (status: Int, text: String) {
            let url = try #require(URL(string: metrics + path))
            let (data, response) = try await URLSession.shared.data(from: url)
            return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
        }

        /// Tells it to stop, and waits until it says so.
        func stop() async throws {
            process.send(signal: SIGTERM)
            _ = try await process.waitForLine(on: .errors) { $0.contains("\"Told to stop\"") }
        }

        /// Waits for a value of a metric.
        func wait(for line: String) async throws {
            let end = ContinuousClock.now + .seconds(30)
            while try await !get("/metrics").text.contains("\n\(line)\n") {
                try #require(ContinuousClock.now < end, "\(line) did not come")
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        var log: String { process.lines(of: .errors).joined(separator: "\n") }
    }

    private static let body = #"{"title":"Begun before the stop","kind":"other","priority":"low"}"#

    /// The beginning of a request that creates a task, with the first half of its body; and the rest.
    private func halves(_ token: String) -> (String, String) {
        let head =
            "POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(Self.body.utf8.count)\r\n\r\n"
        return (head + Self.body.prefix(20), String(Self.body.dropFirst(20)))
    }

    private func verified(_ folder: URL) async throws {
        let (status, text) = try await RunningServer.run("ledger", "verify", "--data", folder.path)
        #expect(status == 0, "\(text)")
        // Every leaf is under a checkpoint: the last was signed at the stop.
        for match in text.matches(of: /: ([0-9]+) leaves, ([0-9]+) under/) {
            #expect(match.output.1 == match.output.2, "\(text)")
        }
    }

    @Test func whatIsUnderWayIsFinishedAndLiveUpdatesEndCleanly() async throws {
        let demo = try await RunningServer.demo.copy()
        let node = try await Node(demo.folder)
        let ready = try await node.get("/readyz")
        #expect(ready.status == 200 && ready.text == "ready\n")
        let (first, rest) = halves(demo.token)
        let upload = try RawConnection(node.base)
        try upload.send(first)
        try await node.wait(for: "concord_http_requests_in_flight 1")
        let stream = try RawConnection(node.base)
        try stream.send(
            "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(demo.token)\r\n\r\n")
        try await node.wait(for: "concord_live_streams 1")
        try await node.stop()
        let draining = try await node.get("/readyz")
        #expect(draining.status == 503 && draining.text == "the node is draining\n")
        #expect(try await node.get("/healthz").status == 200)
        // The last piece of a body in pieces: the stream ended, it did not break.
        let events = String(decoding: try stream.receiveAll(), as: UTF8.self)
        #expect(events.hasPrefix("HTTP/1.1 200") && events.hasSuffix("\r\n0\r\n\r\n"))
        #expect(throws: POSIXError.self, "the port is closed") { try RawConnection(node.base) }
        try await node.wait(for: "concord_http_requests_in_flight 1")
        try upload.send(rest)
        let answer = String(decoding: try upload.receiveAll(), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 201"), "\(answer)")
        #expect(try await node.process.waitForExit() == .status(0))
        #expect(!node.log.contains("cut off") && !node.log.contains("\"error\""), "\(node.log)")
        try await verified(demo.folder)
    }

    /// Several times what the kernel keeps for a reader that does not read.
    private static let fileBytes = 24_000_000

    /// A server with a large file, and the request for it.
    private func download(_ demo: DemoFolder.Copy, _ arguments: String...) async throws -> (Node, RawConnection) {
        let server = try await RunningServer(folder: demo.folder)
        let token = try await server.token("ines.hartmann@meridian-credit.example")
        let url = try #require(URL(string: server.base + "/api/v1/files"))
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        request.setValue("application/octet-stream", forHTTPHeaderField: "Content-Type")
        request.setValue("attachment; filename=\"large.bin\"", forHTTPHeaderField: "Content-Disposition")
        request.httpBody = Data(repeating: 0x5A, count: Self.fileBytes)
        let file = String(decoding: try await URLSession.shared.data(for: request).0, as: UTF8.self)
        let made = try await server.send(
            "POST", "/api/v1/evidence", token: token,
            body: #"{"title":"Large","kind":"file","periodFrom":"2026-11-01","periodTo":"2026-11-01","file":\#(file)}"#)
        let text = String(decoding: made.body, as: UTF8.self)
        let id = try #require(text.firstMatch(of: /"id":"([0-9a-f-]{36})"/), "\(text)").output.1
        await server.stop()
        let node = try await arguments.isEmpty ? Node(demo.folder) : Node(demo.folder, arguments[0], arguments[1])
        let connection = try RawConnection(node.base, receiveBytes: 65_536)
        try connection.send(
            "GET /api/v1/evidence/\(id)/files/file HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n"
        )
        return (node, connection)
    }

    @Test func aSlowReaderGetsAnAnswerToItsEnd() async throws {
        let demo = try await RunningServer.demo.copy()
        let (node, connection) = try await download(demo)
        var received = try connection.receive(atMost: 10)
        try await node.stop()
        #expect(try await node.get("/readyz").status == 503)
        received += try connection.receiveAll()
        let end = try #require(received.firstRange(of: Array("\r\n\r\n".utf8))).upperBound
        #expect(received.count - end == Self.fileBytes)
        #expect(received[end...].allSatisfy { $0 == 0x5A })
        #expect(try await node.process.waitForExit() == .status(0))
        #expect(!node.log.contains("cut off"), "\(node.log)")
        try await verified(demo.folder)
    }

    @Test func whatTakesTooLongIsCutOffAndTheLogSaysSo() async throws {
        let demo = try await RunningServer.demo.copy()
        let (node, reader) = try await download(demo, "--shutdown-seconds", "1")
        _ = try reader.receive(atMost: 10)
        let upload = try RawConnection(node.base)
        try upload.send(halves(demo.token).0)
        // The download, which is sent piece by piece, and the upload.
        try await node.wait(for: "concord_http_requests_in_flight 2")
        try await node.stop()
        #expect(try await node.process.waitForExit(within: .seconds(20)) == .status(0))
        let line = try #require(node.process.lines(of: .errors).first { $0.contains("cut off") })
        #expect(line.contains(#""answers":"1""#) && line.contains(#""requests":"2""#), "\(line)")
        try await verified(demo.folder)
    }

    @Test func aSecondSignalEndsAllWaiting() async throws {
        let demo = try await RunningServer.demo.copy()
        let node = try await Node(demo.folder, "--drain-seconds", "600", "--shutdown-seconds", "600")
        let upload = try RawConnection(node.base)
        try upload.send(halves(demo.token).0)
        try await node.wait(for: "concord_http_requests_in_flight 1")
        try await node.stop()
        // While it drains it still answers, and says that it wants no more.
        let late = try RawConnection(node.base)
        try late.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        #expect(String(decoding: try late.receiveAll(), as: UTF8.self).hasPrefix("HTTP/1.1 503"))
        node.process.send(signal: SIGTERM)
        #expect(try await node.process.waitForExit(within: .seconds(20)) == .status(0))
        #expect(node.log.contains("Told to stop at once"))
        try await verified(demo.folder)
    }
}
