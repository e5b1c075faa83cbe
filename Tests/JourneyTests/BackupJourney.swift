import Foundation
import FoundationNetworking
import TestKit
import Testing

/// Backups that are taken while people write, restored into either store; and records that move from store to store.
@Suite(.serialized, .withoutBrowser) struct BackupJourney {
    private static let passphrase = "six words that nobody else says"

    private static func restored(_ backup: URL, _ target: DemoFolder.Copy, _ secret: URL) async throws
        -> (status: Int32, text: String)
    {
        var arguments = ["restore", backup.path, "--data", target.folder.path, "--passphrase-file", secret.path]
        if let database = target.database { arguments += ["--database", database] }
        return try await RunningServer.run(arguments, limit: .seconds(120))
    }

    @Test(arguments: Backend.allCases)
    func aBackupTakenUnderLoadRestoresIntoEitherStore(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let place = try WorldFolder("backup", goesWithTheProcess: true).url
        let (backup, secret) = (place.appendingPathComponent("all.backup"), place.appendingPathComponent("secret"))
        try Data((Self.passphrase + "\n").utf8).write(to: secret)
        let server = try await RunningServer(demo)
        var written: [String] = []
        try await Writers(to: server, demo.token).during { writers in
            try await writers.goOn(by: 30)
            written = writers.acknowledged.all
            var arguments = ["backup", "--data", demo.folder.path, "--output", backup.path]
            arguments += ["--passphrase-file", secret.path] + (demo.database.map { ["--database", $0] } ?? [])
            let made = try await RunningServer.run(arguments, limit: .seconds(120))
            #expect(made.status == 0, "\(made.text)")
            #expect(made.text.contains("It is encrypted.") && !made.text.contains("not in it"), "\(made.text)")
            try await writers.goOn(by: 10)
        }
        await server.stop()
        let bytes = try Data(contentsOf: backup)
        for secretWords in ["meridian", "SQLite format", "Written under load"] {
            #expect(bytes.range(of: Data(secretWords.utf8)) == nil, "\(secretWords) can be read")
        }
        for target in Backend.allCases {
            let copy = try await DemoFolder.nothing(on: target)
            let done = try await Self.restored(backup, copy, secret)
            #expect(done.status == 0 && done.text.contains("Everything fits and is in place."), "\(done.text)")
            #expect(!done.text.contains("nobody's signature"), "\(done.text)")
            let again = try await Self.restored(backup, copy, secret)
            #expect(again.status == 2 && again.text.contains("empty installation"), "\(again.text)")
            let running = try await RunningServer(folder: copy.folder, database: copy.database)
            for code in written.suffix(12) {
                let found = try await running.send("GET", "/api/v1/tasks?q=\(code)&limit=50", token: demo.token)
                #expect(String(decoding: found.body, as: UTF8.self).contains("load \(code)\""), "\(code) is gone")
            }
            let lead = try await running.token("ines.hartmann@meridian-credit.example")
            let made = try await running.send(
                "POST", "/api/v1/tasks", token: lead,
                body: #"{"title":"After the restoration","kind":"other","priority":"low"}"#)
            #expect(made.status == 201)
            try await Self.compareEvidence(running, lead)
            await running.stop()
            let verified = try await DemoFolder.Copy(
                folder: copy.folder, database: copy.database, token: ""
            ).verify()
            #expect(verified.status == 0, "\(verified.text)")
        }
        if backend == .file { try await Self.refuse(backup, place, secret) }
    }

    /// Every file of evidence comes with the bytes that it had.
    private static func compareEvidence(_ server: RunningServer, _ token: String) async throws {
        let list = try await server.send("GET", "/api/v1/evidence?limit=50", token: token)
        let object = try #require(try JSONSerialization.jsonObject(with: list.body) as? [String: Any])
        let items = try #require(object["items"] as? [[String: Any]])
        var files = 0
        for item in items {
            guard let id = item["id"] as? String, let file = item["file"] as? [String: Any] else { continue }
            let answer = try await server.send("GET", "/api/v1/evidence/\(id)/files/file", token: token)
            #expect(answer.status == 200)
            #expect(answer.body.count == file["bytes"] as? Int)
            files += 1
        }
        #expect(files > 0)
    }

    /// What does not fit is refused, and leaves nothing behind.
    private static func refuse(_ backup: URL, _ place: URL, _ secret: URL) async throws {
        let target = place.appendingPathComponent("refused")
        let other = place.appendingPathComponent("other")
        try Data("another passphrase than that\n".utf8).write(to: other)
        let damaged = place.appendingPathComponent("damaged.backup")
        var bytes = try Data(contentsOf: backup)
        bytes[bytes.count * 2 / 3] ^= 1
        try bytes.write(to: damaged)
        let cut = place.appendingPathComponent("cut.backup")
        try bytes.prefix(bytes.count / 2).write(to: cut)
        for (file, words, secret) in [
            (backup, "the passphrase is another one", other), (damaged, "is damaged", secret),
            (cut, "is damaged", secret), (secret, "not a backup", secret),
        ] {
            let refused = try await RunningServer.run(
                "restore", file.path, "--data", target.path, "--passphrase-file", secret.path)
            #expect(refused.status == 2 && refused.text.contains(words), "\(refused)")
            let left = try FileManager.default.contentsOfDirectory(atPath: target.path).sorted()
            #expect(left == ["files", "lock"], "\(left)")
        }
        // The files of another installation stay what they are.
        let foreign = "2f9d1c7e-0a64-4f0e-9b1e-6d2a54c6f0aa"
        let folder = target.appendingPathComponent("files/\(foreign)/ab")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("theirs".utf8).write(
            to: folder.appendingPathComponent("ab" + String(repeating: "0", count: 62)))
        let taken = try await RunningServer.run(
            "restore", backup.path, "--data", target.path, "--passphrase-file", secret.path)
        #expect(taken.status == 2 && taken.text.contains(foreign), "\(taken)")
        #expect(!FileManager.default.fileExists(atPath: target.appendingPathComponent("concord.sqlite").path))
        try FileManager.default.removeItem(at: folder.deletingLastPathComponent())
        let open = try await RunningServer.run("restore", backup.path, "--data", target.path)
        #expect(open.status == 2 && open.text.contains("--passphrase-file"), "\(open)")
        let checked = try await RunningServer.run("restore", backup.path, "--check", "--passphrase-file", secret.path)
        #expect(checked.status == 0 && checked.text.contains("Everything fits."), "\(checked)")
    }

    /// An archive without a passphrase is one for every tar, and says with `sha256sum` whether it is whole.
    @Test func aBackupWithoutAPassphraseIsAnOrdinaryArchive() async throws {
        let demo = try await RunningServer.demo.copy()
        let place = try WorldFolder("backup", goesWithTheProcess: true).url
        let backup = place.appendingPathComponent("all.tar")
        let made = try await RunningServer.run("backup", "--data", demo.folder.path, "--output", backup.path)
        #expect(made.status == 0 && made.text.contains("It is not encrypted"), "\(made.text)")
        #expect(made.text.contains("The key that signs the ledgers is not in it"), "\(made.text)")
        let again = try await RunningServer.run("backup", "--data", demo.folder.path, "--output", backup.path)
        #expect(again.status == 2 && again.text.contains("exists already"), "\(again.text)")
        let line =
            "cd \"$1\" && tar -xf all.tar && sha256sum --check --strict SHA256SUMS && sqlite=database.sqlite && "
            + "test -s $sqlite && test ! -e keys/ledger.key"
        let unpacked = try ChildProcess("/bin/bash", arguments: ["-c", line, "unpack", place.path])
        #expect(try await unpacked.waitForExit(within: .seconds(60)) == .status(0), "\(unpacked.lines(of: .errors))")
        #expect(unpacked.lines().contains("database.sqlite: OK"))
        #expect(unpacked.lines().contains { $0.hasPrefix("files/") && $0.hasSuffix(": OK") })
        let verified = try await RunningServer.run(
            "ledger", "verify", "--database", place.appendingPathComponent("database.sqlite").path)
        #expect(verified.status == 0, "\(verified.text)")
    }

    private static let searched = ["bias", "access contr", "model", "review of the"]

    /// The ids of all that the search finds.
    private static func found(_ words: String, _ server: RunningServer, _ token: String) async throws -> Set<String> {
        let query = words.replacingOccurrences(of: " ", with: "%20")
        let answer = try await server.send("GET", "/api/v1/search?q=\(query)", token: token)
        #expect(answer.status == 200)
        let ids = String(decoding: answer.body, as: UTF8.self).matches(of: /"id":"([0-9a-f-]{36})"/).map {
            String($0.1)
        }
        #expect(!ids.isEmpty, "nothing is found for \(words)")
        return Set(ids)
    }

    @Test func recordsMoveToPostgresAndBack() async throws {
        let demo = try await RunningServer.demo.copy()
        let empty = try await DemoFolder.nothing(on: .nodes)
        let database = try #require(empty.database)
        let options = ["--data", demo.folder.path, "--database", database]
        let running = try await RunningServer(demo)
        let lead = try await running.token("ines.hartmann@meridian-credit.example")
        let held = try await RunningServer.run(
            ["move", "--from", "sqlite", "--to", "postgres"] + options, limit: .seconds(60))
        #expect(held.status == 2 && held.text.contains("in use"), "\(held.text)")
        var wanted: [String: Set<String>] = [:]
        for words in Self.searched { wanted[words] = try await Self.found(words, running, lead) }
        await running.stop()
        let nowhere = try await RunningServer.run(
            ["move", "--from", "sqlite", "--to", "postgres", "--data", demo.folder.path, "--database"]
                + ["postgres://concord@127.0.0.1:1/concord"], limit: .seconds(60))
        #expect(nowhere.status == 4 && nowhere.text.contains("database: "), "\(nowhere.text)")
        let before = try await demo.verify()
        let moved = try await RunningServer.run(
            ["move", "--from", "sqlite", "--to", "postgres"] + options, limit: .seconds(120))
        #expect(moved.status == 0 && moved.text.contains("Everything fits."), "\(moved.text)")
        #expect(!moved.text.contains("nobody's signature"), "\(moved.text)")
        let file = demo.folder.appendingPathComponent("concord.sqlite").path
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(FileManager.default.fileExists(atPath: file + ".moved"))
        // The same ledgers, leaf by leaf.
        let roots = before.text.split(separator: "\n").filter { $0.hasPrefix("ledger ") }
        #expect(!roots.isEmpty)
        for line in roots { #expect(moved.text.contains(line), "\(line) is not in \(moved.text)") }

        let nodes = try await RunningServer(folder: demo.folder, database: database)
        // Tokens, passwords and the search go on.
        let made = try await nodes.send(
            "POST", "/api/v1/tasks", token: lead,
            body: #"{"title":"Among the nodes","kind":"other","priority":"low"}"#)
        #expect(made.status == 201)
        for words in Self.searched { #expect(try await Self.found(words, nodes, lead) == wanted[words], "\(words)") }
        #expect(try await Self.found("among the nodes", nodes, lead).count == 1)
        try await Self.compareEvidence(nodes, lead)
        let busy = try await RunningServer.run(
            ["move", "--from", "postgres", "--to", "sqlite"] + options, limit: .seconds(60))
        #expect(busy.status == 2 && busy.text.contains("nodes are running"), "\(busy.text)")
        await nodes.stop()
        let back = try await RunningServer.run(
            ["move", "--from", "postgres", "--to", "sqlite"] + options, limit: .seconds(120))
        #expect(back.status == 0 && back.text.contains("Everything fits."), "\(back.text)")
        let last = try await RunningServer(folder: demo.folder)
        let found = try await last.send("GET", "/api/v1/tasks?q=nodes&limit=50", token: lead)
        #expect(String(decoding: found.body, as: UTF8.self).contains("Among the nodes"))
        await last.stop()
        let verified = try await demo.verify()
        #expect(verified.status == 0, "\(verified.text)")
    }

    /// A backup from before an erasure has what was erased; the newer list makes it forget again.
    @Test func whatWasErasedAfterTheBackupIsErasedAgain() async throws {
        let demo = try await RunningServer.demo.copy()
        let place = try WorldFolder("backup", goesWithTheProcess: true).url
        let backup = place.appendingPathComponent("before.tar")
        let server = try await RunningServer(demo)
        let lead = try await server.token("ines.hartmann@meridian-credit.example")
        let officer = try await server.token("katarzyna.nowak@meridian-credit.example")
        func id(_ answer: (status: Int, body: Data)) throws -> String {
            #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
            return try #require((JSONSerialization.jsonObject(with: answer.body) as? [String: Any])?["id"] as? String)
        }
        let task = try id(
            try await server.send(
                "POST", "/api/v1/tasks", token: lead, body: #"{"title":"Call Vreni","kind":"other","priority":"low"}"#))
        // A copy that a killed backup left behind goes with the next one.
        let left = demo.folder.appendingPathComponent("concord-staging-left")
        try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
        let made = try await RunningServer.run("backup", "--data", demo.folder.path, "--output", backup.path, "--key")
        #expect(made.status == 0 && !FileManager.default.fileExists(atPath: left.path), "\(made.text)")
        let request = try id(
            try await server.send(
                "POST", "/api/v1/erasureRequests", token: lead,
                body: #"{"subjectType":"task","subjectID":"\#(task)","reason":"Asked for","legalBasis":"objection"}"#))
        var address = URLRequest(
            url: try #require(
                URL(string: server.base + "/api/v1/erasureRequests/\(request)/transitions/carryOut")))
        address.httpMethod = "POST"
        address.setValue("Bearer \(officer)", forHTTPHeaderField: "Authorization")
        address.setValue("\"1\"", forHTTPHeaderField: "If-Match")
        let (answer, response) = try await URLSession.shared.data(for: address)
        #expect(
            (response as? HTTPURLResponse)?.statusCode == 200, "\(String(decoding: answer, as: UTF8.self))")
        await server.stop()
        for isNewer in [true, false] {
            let folder = place.appendingPathComponent(isNewer ? "newer" : "alone")
            var arguments = ["restore", backup.path, "--data", folder.path]
            if isNewer { arguments += ["--erasures", demo.folder.appendingPathComponent("erasures").path] }
            let restored = try await RunningServer.run(arguments, limit: .seconds(60))
            #expect(restored.status == 0, "\(restored.text)")
            let running = try await RunningServer(folder: folder)
            let found = try await running.send("GET", "/api/v1/tasks/\(task)", token: lead)
            #expect(String(decoding: found.body, as: UTF8.self).contains("Vreni") != isNewer)
            await running.stop()
            let verified = try await DemoFolder.Copy(folder: folder, database: nil, token: "").verify()
            #expect(verified.status == 0, "\(verified.text)")
        }
    }
}
