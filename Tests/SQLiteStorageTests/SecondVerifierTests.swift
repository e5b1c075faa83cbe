// The second verifier, Tools/verify-ledger.py: written apart, it must agree.
import Foundation
import GRDB
import SQLiteStorage
import Testing

/// Tools/verify-ledger.py.
enum SecondVerifier {
    static func run(_ arguments: [String], isolated: Bool = false) throws -> (status: Int32, text: String) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Tools/verify-ledger.py").standardizedFileURL
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Isolated from site packages, Python has no `cryptography`: then the script's own Ed25519 is used.
        process.arguments = ["python3"] + (isolated ? ["-S"] : []) + [script.path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}

@Suite struct SecondVerifierTests {
    @Test(arguments: [false, true])
    func itAgreesThatAGoodDatabaseIsGood(isolated: Bool) async throws {
        let workspace = try await Workspace.template.get()
        let (found, second) = try workspace.withCopy(workspace.bytes) { path in
            (try workspace.verify(path), try SecondVerifier.run([path, "--key"] + workspace.keys, isolated: isolated))
        }
        #expect(second.status == 0, "\(second.text)")
        #expect(
            second.text.contains(
                "\(found.leaves) leaves, \(found.revisions) revisions (0 erased), \(found.checkpoints) checkpoints signed"
            ))
        for ledger in found.ledgers {
            #expect(second.text.contains("\(ledger.ledger): \(ledger.leaves) leaves, root \(ledger.root)"))
        }
    }

    @Test(arguments: [
        ("UPDATE leaf SET data = replace(data, '\"v\":1', '\"v\":2') WHERE \"index\" = 3", "leaf 3"),
        ("DELETE FROM leaf WHERE \"index\" = 6", "leaf 6"),
        (
            "UPDATE revision SET body = replace(body, '\"archived\":', '\"Archived\":') WHERE number = 20",
            "content was changed"
        ),
        ("UPDATE revision SET salt = zeroblob(32) WHERE number = 21", "content was changed"),
        ("DELETE FROM revision WHERE number = 22", "leaf without revision"),
        (
            "UPDATE checkpoint SET note = replace(note, char(10) || char(10), char(10) || 'x' || char(10) || char(10))",
            "signature"
        ),
        ("UPDATE revision SET commitment = replace(commitment, 'a', 'b') WHERE number = 23", "another commitment"),
    ])
    func itNamesWhatWasAltered(_ alteration: (sql: String, words: String)) async throws {
        let workspace = try await Workspace.template.get()
        for isolated in [false, true] {
            let second = try workspace.withAlteredCopy({ try $0.execute(sql: alteration.sql) }) {
                try SecondVerifier.run([$0, "--key"] + workspace.keys, isolated: isolated)
            }
            #expect(second.status == 1 && second.text.contains(alteration.words), "\(second)")
        }
    }

    @Test func itRefusesWhatItCannotRead() async throws {
        let workspace = try await Workspace.template.get()
        #expect(try SecondVerifier.run(["/nowhere.sqlite", "--key", workspace.keys[0]]).status == 2)
        let statuses = try workspace.withCopy(workspace.bytes) { path in
            try [[path], [path, "--key", "name+00000000+AAAA"]].map { try SecondVerifier.run($0).status }
        }
        #expect(statuses == [2, 2])
        let status = try workspace.withCopy(Data("no database".utf8)) {
            try SecondVerifier.run([$0, "--key", workspace.keys[0]]).status
        }
        #expect(status == 2)
    }
}
