import Foundation
import TestKit
import Testing

/// The same commands over the folder of a server that is not running.
@Suite(.serialized, .withoutBrowser) struct OperatorJourney {
    @Test func anOperatorTakesTheSameWayAndIsNamedInTheLedger() async throws {
        let world = try await CommandWorld()
        let data = ["--data", world.folder.path]
        let running = try await world.run(["record", "list", "controls"] + data)
        #expect(running.status == 2)
        #expect(running.errorText.contains("in use"), "\(running)")
        await world.server.stop()

        let several = try await world.run(["record", "list", "controls"] + data)
        #expect(several.status == 2)
        #expect(several.errorText.contains("--organisation"), "\(several)")
        let none = try await world.run(["record", "list", "controls", "--organisation", "Nobody Ltd"] + data)
        #expect(none.status == 5, "\(none)")
        let empty = world.file("no-data")
        let nowhere = try await world.run(["record", "list", "controls", "--data", empty.path])
        #expect(nowhere.status == 2)
        #expect(!FileManager.default.fileExists(atPath: empty.path), "a folder is not made by looking at it")

        let organisation = data + ["--organisation", "meridian credit"]
        let meridian = try await world.run(["whoami"] + organisation)
        #expect(meridian.status == 0, "\(meridian)")
        #expect(meridian.text.contains("Meridian Credit") && meridian.text.contains(NSUserName()))
        let listed = try await world.run(
            ["record", "list", "controls", "--limit", "2", "--format", "json"] + organisation)
        #expect(listed.status == 0, "\(listed)")
        let made = try await world.run(
            [
                "record", "create", "tasks", "--set", "title=By the operator", "--set", "kind=other", "--set",
                "priority=low", "--format", "json",
            ] + organisation)
        #expect(made.status == 0, "\(made)")
        let id = try #require((try json(made.text) as? [String: Any])?["id"] as? String)
        let bad = try await world.run(["record", "create", "tasks", "--set", "title="] + organisation)
        #expect(bad.status == 2, "the same rules: \(bad)")
        let history = try await world.run(["record", "history", "tasks", id, "--format", "json"] + organisation)
        let entry = try #require((try json(history.text) as? [[String: Any]])?.first)
        #expect(entry["actor"] as? String == "operator")
        try Data("title,kind,priority\nBy a file,other,low\n".utf8).write(to: world.file("tasks.csv"))
        let imported = try await world.run(
            ["import", "csv", world.file("tasks.csv").path, "--type", "tasks", "--apply"] + organisation)
        #expect(imported.status == 0 && imported.output.last == "Applied.", "\(imported)")
        let found = try await world.run(["record", "list", "tasks", "--search", "file"] + organisation)
        #expect(found.text.contains("By a file"), "\(found)")
        let posture = try await world.run(["posture"] + organisation)
        #expect(posture.text.contains("unknown"), "\(posture)")
        let verified = try await RunningServer.run("ledger", "verify", "--data", world.folder.path)
        #expect(verified.status == 0, "\(verified.text)")
        let database = try Data(contentsOf: world.folder.appendingPathComponent("concord.sqlite"))
        #expect(database.range(of: Data("operator:\(NSUserName())".utf8)) != nil, "the ledger names them")
    }
}
