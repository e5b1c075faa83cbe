// Erased content is counted by both verifiers; content that is missing, or back, without a leaf that says so is named.
import Foundation
import GRDB
import RecordKit
import SQLiteStorage
import Storage
import TestKit
import Testing

@Suite struct ErasureVerificationTests {
    /// A workspace in which a third of the records was erased, whole or in part; made once.
    private static let workspace = _Concurrency.Task {
        try await Workspace.make(operations: 150, seed: 23, erasing: true)
    }

    @Test func bothVerifiersCountWhatWasErased() async throws {
        let workspace = try await Self.workspace.value
        let (found, second) = try workspace.withCopy(workspace.bytes) { path in
            (try workspace.verify(path), try SecondVerifier.run([path, "--key"] + workspace.keys))
        }
        #expect(found.firstProblem?.description == nil)
        let gone = try workspace.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM revision WHERE body IS NULL") }
        #expect(found.erased == gone && found.erased > 20)
        #expect(try found.links == workspace.count("link"))
        #expect(second.status == 0 && second.text.contains("(\(found.erased) erased)"), "\(second)")
    }

    /// What somebody with the file may try, and the table that a verification names.
    static let statements: [(sql: String, table: String)] = [
        // Content removed without an erasure.
        (
            "UPDATE revision SET body = NULL, salt = NULL, reason = NULL WHERE number = (SELECT max(number) FROM revision "
                + "WHERE type = 'companion' AND (record, version) NOT IN (SELECT record, version FROM erasure))",
            "revision"
        ),
        // An erasure that is denied, moved, dated back or made up.
        (
            "DELETE FROM erasure WHERE (record, version) IN (SELECT record, version FROM revision WHERE body IS NULL)",
            "erasure"
        ),
        ("DELETE FROM erasure WHERE \"index\" = (SELECT min(\"index\") FROM erasure)", "erasure"),
        ("UPDATE erasure SET \"index\" = \"index\" - 100000", "erasure"),
        ("UPDATE erasure SET at = at - 1", "erasure"),
        ("UPDATE erasure SET version = version + 1000", "revision"),
        (
            "INSERT INTO erasure SELECT record, version, ledger, \"index\", at, NULL FROM revision WHERE body IS NOT NULL "
                + "AND (record, version) NOT IN (SELECT record, version FROM erasure) LIMIT 1", "erasure"
        ),
        // Something put where nothing should be.
        (
            "UPDATE specimen SET notes = 'back' WHERE revision IN (SELECT number FROM revision WHERE body IS NULL)",
            "specimen"
        ),
        (
            "UPDATE specimen SET summary = 'back' WHERE revision IN (SELECT number FROM revision WHERE body IS NULL)",
            "specimen"
        ),
        ("UPDATE revision SET reason = 'back' WHERE body IS NULL", "revision"),
        ("UPDATE revision SET salt = zeroblob(32), body = '{}' WHERE body IS NULL", "revision"),
        ("UPDATE revision SET commitment = replace(commitment, 'a', 'b') WHERE body IS NULL", "revision"),
        ("DELETE FROM specimen WHERE revision IN (SELECT number FROM revision WHERE body IS NULL)", "specimen"),
        (
            "INSERT INTO link SELECT id, 'related', id, since, NULL, 'specimen', organisation, organisation FROM specimen "
                + "WHERE revision IN (SELECT number FROM revision WHERE body IS NULL) LIMIT 1", "link"
        ),
    ]

    @Test(arguments: statements)
    func whatDoesNotFitAnErasureIsNamed(_ alteration: (sql: String, table: String)) async throws {
        let workspace = try await Self.workspace.value
        let found = try workspace.altered { try $0.execute(sql: alteration.sql) }
        #expect(found.firstProblem?.table == alteration.table, "\(found.firstProblem?.description ?? "nothing")")
    }

    @Test(arguments: [
        (
            "UPDATE revision SET body = NULL, salt = NULL WHERE number = (SELECT max(number) FROM revision WHERE type = "
                + "'companion' AND body IS NOT NULL)", "no leaf"
        ),
        ("UPDATE revision SET salt = zeroblob(32), body = '{}' WHERE body IS NULL", "content was changed"),
        ("UPDATE revision SET salt = zeroblob(32) WHERE body IS NULL", "content or salt is missing"),
    ])
    func theSecondVerifierNamesIt(_ alteration: (sql: String, words: String)) async throws {
        let workspace = try await Self.workspace.value
        let second = try workspace.withAlteredCopy({ try $0.execute(sql: alteration.sql) }) {
            try SecondVerifier.run([$0, "--key"] + workspace.keys)
        }
        #expect(second.status == 1 && second.text.contains(alteration.words), "\(second)")
    }

    /// The content of an erased revision, kept by somebody and put back as it was.
    @Test func contentThatIsPutBackIsNamed() async throws {
        let kept = try await Workspace.make(operations: 150, seed: 23)
        let erased = try await Self.workspace.value
        let rows = try kept.read {
            try Row.fetchAll($0, sql: "SELECT record, version, salt, body, reason, commitment FROM revision")
        }
        try erased.withAlteredCopy { db in
            for row in rows {
                try db.execute(
                    sql: "UPDATE revision SET salt = ?, body = ?, reason = ? WHERE body IS NULL AND commitment = ?",
                    arguments: [row["salt"], row["body"], row["reason"], row["commitment"]])
            }
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM revision WHERE body IS NULL") == 0)
            try db.execute(sql: "DELETE FROM erasure")
        } _: { path in
            let found = try erased.verify(path)
            #expect(found.firstProblem?.table == "erasure", "\(found.firstProblem?.description ?? "nothing")")
            let second = try SecondVerifier.run([path, "--key"] + erased.keys)
            #expect(second.status == 1 && second.text.contains("erases something else"), "\(second)")
        }
    }

    /// Nothing of an erased record is left in any byte of the file, in the index of search, or in the log beside it.
    @Test func noByteOfTheContentIsLeft() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("bytes-\(UUID().uuidString).sqlite")
            .path
        defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
        let store = try SQLiteStore(path: path, schemas: Workspace.schemas)
        var fixtures = Fixtures(seed: 4)
        let organisation = fixtures.id()
        let marks = ["quibberwock", "zorblat", "fenwhistle"]
        var ids: [UUID] = []
        for n in 0..<120 {
            let isSubject = n.isMultiple(of: 10)
            var id = fixtures.id()
            if isSubject { ids.append(id) } else { id = fixtures.id() }
            for version in 0..<4 {
                var values: [String: FieldValue] = [:]
                if isSubject {
                    values = [
                        "name": .text("Quibberwock \(n) \(version)"), "nickname": .text("zorblat\(n)"),
                        "summary": .text(String(repeating: "fenwhistle \(n) ", count: 300 * version + 1)),
                        "secret": .text("quibberwock"), "payload": .json("{\"of\":\"zorblat\"}"),
                        "email": .text("quibberwock\(n)@example.org"), "remark": .text("fenwhistle"),
                        "attachment": .file(
                            try FileReference(
                                sha256: String(repeating: "c", count: 64), name: "quibberwock.txt",
                                mediaType: "text/plain", bytes: 1)),
                    ]
                }
                values["code"] = .text("C-\(n)")
                let companion = fixtures.id()
                let person = ["companion": FieldValue.reference(companion)]
                let record = fixtures.validRecord(
                    Specimen.schema.erased, targets: [:], overrides: values.merging(person) { a, _ in a })
                let neighbour = fixtures.validRecord(Companion.schema.erased, targets: [:])
                let changes = (fixtures.change(), fixtures.change("update", reason: isSubject ? "of quibberwock" : nil))
                try await store.write(organisation) { [id] transaction in
                    try transaction.save(neighbour, id: companion, over: nil, isArchived: false, by: changes.0)
                    try transaction.save(
                        record, id: id, over: version == 0 ? nil : version, isArchived: false, by: changes.1)
                }
            }
        }
        #expect(try found(marks, path).isSuperset(of: marks), "the test looks where it was written")
        for id in ids {
            let change = fixtures.change("erase")
            let erasure = Erasure(schema: Specimen.schema.erased, record: id, fields: nil, archives: true)
            try await store.write(organisation) { _ = try $0.erase(erasure, by: change) }
        }
        try await store.scrub()
        #expect(try found(marks, path) == [])
        let found = try LedgerVerifier(path: path, schemas: Workspace.schemas, verifierKeys: []).verify()
        #expect(found.firstProblem?.description == nil && found.erased == 48)
        try store.close()
    }

    private func found(_ marks: [String], _ path: String) throws -> Set<String> {
        var found: Set<String> = []
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            let lower = try Data(contentsOf: URL(fileURLWithPath: path + suffix)).map {
                (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
            }
            let bytes = Data(lower)
            for mark in marks where bytes.range(of: Data(mark.utf8)) != nil { found.insert(mark) }
        }
        return found
    }
}
