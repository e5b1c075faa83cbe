import Foundation
import TestKit
import Testing

/// What must hold when things break: a killed server, an altered file, a slow disk.
@Suite(.serialized, .withoutBrowser) struct FaultJourney {
    private func task(_ n: Int, _ writer: Int) -> String {
        #"{"title":"Written under load K\#(writer)N\#(n)","kind":"other","priority":"low"}"#
    }

    @Test(arguments: Backend.allCases)
    func aKilledServerLosesNoAcknowledgedWrite(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        let acknowledged = Acknowledged()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for n in 0..<10_000 {
                        do {
                            let answer = try await server.send(
                                "POST", "/api/v1/tasks", token: demo.token, body: task(n, writer))
                            // What the proxy says before nodes that are gone.
                            if answer.status == 502 { return }
                            guard answer.status == 201 else { throw JourneyError.unexpected("\(answer)") }
                            acknowledged.add("K\(writer)N\(n)")
                        } catch is URLError { return }
                    }
                }
            }
            while acknowledged.all.count < 200 { try await Task.sleep(for: .milliseconds(20)) }
            try await server.kill()
            try await group.waitForAll()
        }
        let codes = acknowledged.all
        #expect(codes.count >= 200)
        let (status, text) = try await demo.verify()
        #expect(status == 0, "\(text)")
        let again = try await RunningServer(demo)
        for code in codes {
            let answer = try await again.send("GET", "/api/v1/tasks?q=\(code)&limit=50", token: demo.token)
            #expect(answer.status == 200)
            #expect(String(decoding: answer.body, as: UTF8.self).contains("load \(code)\""), "\(code) was acknowledged")
        }
        await again.stop()
    }

    @Test func nothingIsAcknowledgedBeforeItsFlush() async throws {
        let demo = try await RunningServer.demo.copy()
        let shim = try await Shim.compile("slowsync", in: demo.folder)
        let count = demo.folder.appendingPathComponent("syncs")
        let server = try await RunningServer(
            folder: demo.folder,
            environment: ["CONCORD_SYNC_DELAY_US": "60000", "CONCORD_SYNC_COUNT_FILE": count.path],
            preload: [shim.path])
        func syncs() throws -> UInt64 {
            try Data(contentsOf: count).prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        }
        for n in 0..<10 {
            let before = try syncs()
            let clock = ContinuousClock()
            var status = 0
            let time = try await clock.measure {
                status = try await server.send(
                    "POST", "/api/v1/tasks", token: demo.token, body: task(n, 99)
                ).status
            }
            #expect(status == 201)
            #expect(try syncs() > before, "acknowledged without a flush")
            #expect(time >= .milliseconds(60), "acknowledged while the flush was under way")
        }
        await server.stop()
    }

    @Test func oneAlteredByteIsNamed() async throws {
        let demo = try await RunningServer.demo.copy()
        let server = try await RunningServer(folder: demo.folder)
        let created = try await server.send(
            "POST", "/api/v1/tasks", token: demo.token, body: task(1, 77))
        #expect(created.status == 201)
        await server.stop()
        let good = try await RunningServer.run("ledger", "verify", "--data", demo.folder.path)
        #expect(good.status == 0, "\(good.text)")
        let file = demo.folder.appendingPathComponent("concord.sqlite")
        let bytes = try Data(contentsOf: file)
        var at = bytes.startIndex
        var found = 0
        while let range = bytes.range(of: Data("under load K77N1".utf8), in: at..<bytes.endIndex) {
            at = range.upperBound
            found += 1
            var altered = bytes
            altered[range.lowerBound] = UInt8(ascii: "U")
            let copy = FileManager.default.temporaryDirectory.appendingPathComponent("altered-\(UUID()).sqlite")
            try altered.write(to: copy)
            defer { for suffix in ["", "-wal", "-shm"] { unlink(copy.path + suffix) } }
            let (status, text) = try await RunningServer.run("ledger", "verify", "--database", copy.path)
            #expect(status == 1, "the byte at \(range.lowerBound) was not missed: \(text)")
            #expect(text.contains("task") || text.contains("revision") || text.contains("search"), "\(text)")
        }
        #expect(found >= 2, "in the row and in the revision")
    }

    @Test func aFileThatIsNoDatabaseIsBadInput() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("no-\(UUID().uuidString).sqlite")
        try Data("not a database at all, only some text that is long enough to be read".utf8).write(to: file)
        let (status, text) = try await RunningServer.run("ledger", "verify", "--database", file.path)
        #expect(status == 2, "\(text)")
        unlink(file.path)
        let missing = try await RunningServer.run("ledger", "verify", "--database", file.path + ".none")
        #expect(missing.status == 2)
        let usage = try await RunningServer.run("serve", "--port", "99999999")
        #expect(usage.status == 2, "\(usage.text)")
    }

    @Test func twoServersDoNotShareAFolder() async throws {
        let demo = try await RunningServer.demo.copy()
        let server = try await RunningServer(folder: demo.folder)
        let second = try await RunningServer.run("serve", "--data", demo.folder.path, "--port", "0")
        #expect(second.status == 2)
        #expect(second.text.contains("in use"), "\(second.text)")
        await server.stop()
    }
}
