import Foundation
import TestKit
import Testing

/// Nodes and databases that fail under load: no acknowledged change is lost, errors are clear meanwhile, and everything
/// goes on by itself.
@Suite(.withoutBrowser) struct NodeFailureJourney {
    @Test func aDatabaseThatIsKilledUnderLoadLosesNothing() async throws {
        let postgres = try PostgresServer(isFlushing: true)
        defer { postgres.stop() }
        let demo = try await RunningServer.demo.copy(of: postgres)
        let server = try await RunningServer(demo)
        let writers = Writers(to: server, demo.token)
        try await writers.during { writers in
            try await writers.goOn(by: 60)
            try postgres.kill()
            try await writers.meetARefusal()
            try postgres.start()
            try await writers.goOn(by: 60)
        }
        #expect(writers.refused.keys.contains(503), "\(writers.refused)")
        try await writers.check()
        await server.stop()
        let (status, text) = try await demo.verify()
        #expect(status == 0, "\(text)")
    }

    @Test func aNodeKilledInAnImportLeavesItToTheOther() async throws {
        let demo = try await RunningServer.demo.copy(on: .nodes)
        let server = try await RunningServer(demo)
        let rows = 4_000
        let table = "title,kind,priority\n" + (0..<rows).map { "Shiproom \($0),other,low\n" }.joined()
        let staged = try await server.send(
            "POST", "/api/v1/imports?type=tasks&name=tasks.csv", token: demo.token, body: table, mediaType: "text/csv",
            node: 0)
        #expect(staged.status == 201)
        let id = try #require(
            (try json(String(decoding: staged.body, as: UTF8.self)) as? [String: Any])?["id"] as? String)
        func state() async throws -> String {
            let answer = try await server.send("GET", "/api/v1/imports/\(id)?limit=1", token: demo.token, node: 1)
            let found = try json(String(decoding: answer.body, as: UTF8.self)) as? [String: Any]
            return found?["state"] as? String ?? "\(answer.status)"
        }
        func wait(for wanted: String, within limit: Duration) async throws {
            let end = ContinuousClock.now + limit
            var last = ""
            while last != wanted {
                guard ContinuousClock.now < end else { throw JourneyError.unexpected("\(last), not \(wanted)") }
                last = try await state()
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        let applying = Task {
            try await server.send("POST", "/api/v1/imports/\(id)/apply", token: demo.token, body: "{}", node: 0)
        }
        try await wait(for: "applying", within: .seconds(30))
        try await server.kill(node: 0)
        await #expect(throws: URLError.self) { try await applying.value }
        // The other node goes on at once, and hears after a while that nobody carries the import out.
        let task = #"{"title":"Meanwhile","kind":"other","priority":"low"}"#
        #expect(try await server.send("POST", "/api/v1/tasks", token: demo.token, body: task).status == 201)
        #expect(try await state() == "applying")
        try await wait(for: "interrupted", within: .seconds(90))
        let again = try await server.send("POST", "/api/v1/imports/\(id)/apply", token: demo.token, body: "{}")
        #expect(again.status == 200, "\(String(decoding: again.body, as: UTF8.self))")
        #expect(try await state() == "applied")
        await server.stop()
        let (status, text) = try await demo.verify()
        #expect(status == 0, "\(text)")
    }

    @Test(.enabled(if: SmallDisk.isPossible, "only root mounts a small disk"), arguments: Backend.allCases)
    func aFullDiskLosesNothing(_ backend: Backend) async throws {
        let disk = try SmallDisk(mebibytes: backend == .file ? 64 : 400)
        let postgres = backend == .nodes ? try PostgresServer(isFlushing: true, in: disk.url) : nil
        defer { postgres?.stop() }
        let demo = try await RunningServer.demo.copy(of: postgres, to: disk.url)
        let server = try await RunningServer(demo)
        let writers = Writers(to: server, demo.token)
        try await writers.during { writers in
            try await writers.goOn(by: 20)
            try disk.fill()
            try await writers.meetARefusal(within: .seconds(120))
            // As long as there is no room, it goes on like this.
            try await Task.sleep(for: .seconds(1))
            disk.free()
            // A PostgreSQL that could not even write its log ends itself; whoever keeps services starts it again.
            if let postgres {
                try await Task.sleep(for: .seconds(2))
                if !postgres.isReady { try postgres.start() }
            }
            try await writers.goOn(by: 20)
        }
        #expect(writers.refused.keys.contains(503), "\(writers.refused)")
        try await writers.check()
        await server.stop()
        let (status, text) = try await demo.verify()
        #expect(status == 0, "\(text)")
    }

    /// A node whose machine's clock is five hours off serves like the other: nobody is signed out, and what it writes
    /// has the database's time.
    @Test(arguments: [18_000, -18_000]) func aClockThatIsOffMovesNothing(_ seconds: Int) async throws {
        let demo = try await RunningServer.demo.copy(on: .nodes)
        let shim = try await Shim.compile("clock", in: demo.folder)
        let server = try await RunningServer(
            folder: demo.folder, database: demo.database,
            ofSecondNode: ["CONCORD_CLOCK_OFFSET_SECONDS": "\(seconds)"], preload: [shim.path])
        // The session is made on one node or the other, and each asks for it.
        let token = try await server.token("ines.hartmann@meridian-credit.example")
        var last = ""
        for n in 0..<6 {
            let made = try await server.send(
                "POST", "/api/v1/tasks", token: token,
                body: #"{"title":"Clock \#(n)","kind":"other","priority":"low"}"#, node: n % 2)
            #expect(made.status == 201)
            let task = try json(String(decoding: made.body, as: UTF8.self)) as? [String: Any]
            let time = try #require(task?["updatedAt"] as? String)
            let date = try Date(time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            #expect(abs(date.timeIntervalSinceNow) < 120, "node \(n % 2) wrote at \(time)")
            #expect(last <= time)
            last = time
        }
        await server.stop()
        let (status, text) = try await demo.verify()
        #expect(status == 0, "\(text)")
    }
}

/// Libraries that make a part of the system fail, preloaded into a server.
enum Shim {
    /// Compiles one of `Tests/Shims`.
    static func compile(_ name: String, in folder: URL) async throws -> URL {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Shims/\(name).c")
        let made = folder.appendingPathComponent("\(name).so")
        let compiler = try ChildProcess(
            "/usr/bin/cc", arguments: ["-shared", "-fPIC", "-O2", "-o", made.path, source.path, "-ldl"])
        let exit = try await compiler.waitForExit(within: .seconds(30))
        guard exit == .status(0) else { throw JourneyError.unexpected("cc: \(compiler.lines(of: .errors))") }
        return made
    }
}
