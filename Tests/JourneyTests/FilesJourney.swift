// Files in a bucket and sealed, as an operator sets them up: two nodes, one bucket, one key.
import Foundation
import FoundationNetworking
import TestKit
import Testing

@Suite(.withoutBrowser) struct FilesJourney {
    private static let type = "application/octet-stream"

    private func upload(_ server: RunningServer, _ bytes: Data, token: String, node: Int) async throws -> String {
        var request = URLRequest(url: try #require(URL(string: server.nodes[node] + "/api/v1/files")))
        request.httpMethod = "POST"
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        request.setValue(Self.type, forHTTPHeaderField: "Content-Type")
        request.setValue("attachment; filename=\"drill.bin\"", forHTTPHeaderField: "Content-Disposition")
        request.httpBody = bytes
        let (data, response) = try await URLSession.shared.data(for: request)
        let text = String(decoding: data, as: UTF8.self)
        #expect((response as? HTTPURLResponse)?.statusCode == 201, "\(text)")
        return text
    }

    @Test func twoNodesShareOneSealedBucket() async throws {
        let store = try S3Server()
        defer { store.stop() }
        let demo = try await RunningServer.demo.copy(on: .nodes)
        let key = demo.folder.deletingLastPathComponent().appendingPathComponent("files.key").path
        #expect(try await RunningServer.run("files", "key", key).status == 0)
        let again = try await RunningServer.run("files", "key", key)
        #expect(again.status == 2 && again.text.contains("never replaced"), "\(again.text)")
        let place = store.environment.merging(
            ["CONCORD_FILES": store.location("journey"), "CONCORD_FILE_KEY": key]) { $1 }
        let server = try await RunningServer(folder: demo.folder, database: demo.database, environment: place)
        let token = try await server.token("ines.hartmann@meridian-credit.example")
        // One goes in one request, the other in parts; each is read through both nodes.
        for (number, count) in [200_000, 20_000_000].enumerated() {
            let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 11 &+ number) })
            let file = try await upload(server, bytes, token: token, node: number)
            let body = """
                {"title":"Drill \(number)","kind":"file","file":\(file),"periodFrom":"2026-01-01","periodTo":"2026-02-01"}
                """
            let made = try await server.send(
                "POST", "/api/v1/evidence", token: token, body: body, node: 1 - number)
            let text = String(decoding: made.body, as: UTF8.self)
            #expect(made.status == 201, "\(text)")
            let id = try #require((try json(text) as? [String: Any])?["id"] as? String)
            for node in 0...1 {
                let found = try await server.send(
                    "GET", "/api/v1/evidence/\(id)/files/file", token: token, node: node)
                #expect(found.status == 200 && found.body == bytes, "node \(node): \(found.status)")
            }
        }
        // While the bucket fails, a node says that it is not available; afterwards it goes on by itself.
        try store.fail(.status(503, code: "SlowDown"), count: 4, method: "PUT")
        let bytes = Data("once more".utf8)
        var refused = URLRequest(url: try #require(URL(string: server.nodes[0] + "/api/v1/files")))
        refused.httpMethod = "POST"
        refused.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        refused.setValue(Self.type, forHTTPHeaderField: "Content-Type")
        refused.setValue("attachment; filename=\"drill.bin\"", forHTTPHeaderField: "Content-Disposition")
        refused.httpBody = bytes
        let answer = try #require(try await URLSession.shared.data(for: refused).1 as? HTTPURLResponse)
        #expect(answer.statusCode == 503 && answer.value(forHTTPHeaderField: "Retry-After") != nil)
        _ = try await upload(server, bytes, token: token, node: 0)
        await server.stop()
        // Without its key, and with the key in the wrong place, a node says so at once.
        let database = try #require(demo.database)
        for (more, words) in [(["CONCORD_FILE_KEY": ""], "sealed with the key"), ([:], "")] {
            let process = try ChildProcess(
                RunningServer.program,
                arguments: ["ledger", "keys", "--data", demo.folder.path, "--database", database],
                environment: place.merging(more) { $1 })
            let exit = try await process.waitForExit(within: .seconds(60))
            let text = process.lines(of: .errors).joined(separator: "\n")
            #expect(exit == .status(words.isEmpty ? 0 : 2) && (words.isEmpty || text.contains(words)), "\(text)")
        }
    }

    /// A data folder whose files were kept before there was a key.
    @Test func aFolderIsSealedAndOpenedAgain() async throws {
        let demo = try await RunningServer.demo.copy()
        let files = demo.folder.appendingPathComponent("files")
        let key = demo.folder.deletingLastPathComponent().appendingPathComponent("files.key").path
        #expect(try await RunningServer.run("files", "key", key).status == 0)
        func heads() throws -> [String: Bool] {
            var found: [String: Bool] = [:]
            let names = try #require(FileManager.default.enumerator(at: files, includingPropertiesForKeys: nil))
            for case let file as URL in names where file.lastPathComponent.utf8.count == 64 {
                found[file.lastPathComponent] = try Data(contentsOf: file).starts(with: [0x89] + Array("CONFILE".utf8))
            }
            return found
        }
        let before = try heads()
        #expect(before.count > 3 && before.values.allSatisfy { !$0 })
        let data = ["--data", demo.folder.path]
        func run(_ arguments: [String]) async throws -> (status: Int32, text: String) {
            try await RunningServer.run(arguments + data, limit: .seconds(120))
        }
        #expect(try await run(["files", "seal"]).status == 2, "no key was named")
        let sealed = try await run(["files", "seal", "--file-key", key])
        #expect(sealed.status == 0 && sealed.text.contains("\(before.count) files"), "\(sealed.text)")
        #expect(try heads() == before.mapValues { _ in true })
        #expect(try await run(["ledger", "keys"]).status == 2, "the key is needed")
        #expect(try await run(["ledger", "keys", "--file-key", key]).status == 0)
        let opened = try await run(["files", "unseal", "--file-key", key])
        #expect(opened.status == 0, "\(opened.text)")
        #expect(try heads() == before)
        #expect(try await run(["ledger", "keys"]).status == 0)
        // A bucket or a key that is none.
        #expect(try await run(["ledger", "keys", "--files", "/srv/files"]).status == 2)
        #expect(try await run(["ledger", "keys", "--file-key", key + ".not"]).status == 2)
        let inside = demo.folder.appendingPathComponent("inside.key").path
        #expect(try await RunningServer.run("files", "key", inside).status == 0)
        #expect(try await run(["ledger", "keys", "--file-key", inside]).status == 2)
    }
}
