// A verification finds every alteration of what the ledger proves, and says where it is.
import Foundation
import GRDB
import RecordKit
import SQLiteStorage
import Storage
import TestKit
import Testing

@Suite struct LedgerVerifierTests {
    // MARK: What is as it should be

    @Test func anUntouchedDatabaseVerifies() async throws {
        let workspace = try await Workspace.template.get()
        let (found, isAlone) = try workspace.withCopy(workspace.bytes) { path in
            (try workspace.verify(path), !FileManager.default.fileExists(atPath: path + "-wal"))
        }
        #expect(found.firstProblem?.description == nil)
        #expect(found.ledgers.count == 3)
        #expect(found.leaves == 420)
        #expect(try found.revisions == workspace.count("revision"))
        #expect(try found.records == workspace.count("record"))
        #expect(try found.links == workspace.count("link"))
        #expect(try found.tiles == workspace.count("tile") && found.tiles > 0)
        #expect(try found.checkpoints == workspace.count("checkpoint"))
        #expect(found.checkpointsWithoutKey == 0 && found.erased == 0 && found.searched > 30)
        #expect(found.ledgers.allSatisfy { $0.covered == $0.leaves })
        // Nothing was left beside the file.
        #expect(isAlone)
    }

    @Test func aDatabaseVerifiesWhileItIsWrittenTo() async throws {
        let folder = try WorldFolder("live", types: .own)
        defer { withExtendedLifetime(folder) {} }
        let path = folder.url.appendingPathComponent("concord.sqlite").path
        let writer = try RandomWriter(path: path, seed: 11)
        for _ in 0..<50 { try await writer.step() }
        try await writer.sign()
        let keys = try writer.keys()
        let reads = _Concurrency.Task.detached {
            try (0..<8).map { _ in
                try LedgerVerifier(path: path, schemas: Workspace.schemas, verifierKeys: keys).verify()
            }
        }
        for _ in 0..<150 { try await writer.step() }
        for found in try await reads.value {
            #expect(found.firstProblem?.description == nil)
            #expect(found.leaves >= 50)
        }
    }

    @Test func checkpointsOfALedgerWithoutAKeyAreCountedApart() async throws {
        let workspace = try await Workspace.template.get()
        let found = try workspace.withCopy(workspace.bytes) { path in
            try LedgerVerifier(path: path, schemas: Workspace.schemas, verifierKeys: [workspace.keys[2]]).verify()
        }
        #expect(found.firstProblem == nil)
        #expect(found.checkpointsWithoutKey > 0 && found.checkpointsWithoutKey < found.checkpoints)
    }

    @Test func contentWithoutItsSaltIsNamed() async throws {
        let workspace = try await Workspace.template.get()
        let half = try workspace.altered { try $0.execute(sql: "UPDATE revision SET salt = NULL WHERE number = 17") }
        #expect(half.firstProblem?.column == "salt")
    }

    // MARK: What was altered

    /// A checkpoint's time is in no signature: only its shape is checked.
    private static let unproven: Set<String> = ["checkpoint.at"]

    /// Where an alteration shows itself in another table than its own, because that one is then the odd one out.
    private static let shownElsewhere: [String: Set<String>] = [
        "record.id": ["revision"], "record.organisation": ["revision"],
        "revision.number": ["companion", "specimen", "standard"],
    ]

    @Test(arguments: [
        "record", "revision", "leaf", "tile", "checkpoint", "link", "companion", "standard", "specimen",
    ])
    func anAlteredValueInAnyColumnIsNamed(_ table: String) async throws {
        let workspace = try await Workspace.template.get()
        let columns = try workspace.read { try $0.columns(in: table) }
        for column in columns where !Self.unproven.contains("\(table).\(column.name)") {
            var alterations = 0
            for place in ["first", "middle", "last"] {
                await _Concurrency.Task.yield()
                var happened = false
                let found = try workspace.altered { db in happened = try alter(db, table, column, at: place) }
                guard happened else { continue }
                alterations += 1
                let what = "\(table).\(column.name), \(place)"
                let problem = try #require(found.firstProblem, "\(what)")
                let tables = Self.shownElsewhere["\(table).\(column.name)"] ?? [table]
                #expect(tables.contains(problem.table), "\(what): \(problem)")
                // Every sentence names the record, the leaf or checkpoint, or the ledger.
                #expect(
                    problem.record != nil || problem.index != nil || problem.ledger != nil, "\(what): \(problem)")
                if let named = problem.column { #expect(problem.description.contains(named), "\(problem)") }
            }
            // Where no value can be altered, constraints forbid it; that is so for no column of these tables.
            #expect(alterations > 0, "\(table).\(column.name) was never altered")
        }
    }

    private func alter(_ db: Database, _ table: String, _ column: ColumnInfo, at place: String) throws -> Bool {
        let name = "\"\(column.name)\""
        let columns = try db.primaryKey(table).columns
        let key = columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let rows = try Row.fetchAll(
            db, sql: "SELECT \(key), \(name) AS \"old value\" FROM \"\(table)\" ORDER BY \(key)")
        let filled = rows.filter { !$0.hasNull(atIndex: $0.count - 1) }
        let candidates = filled.isEmpty ? rows : filled
        guard !candidates.isEmpty else { return false }
        let start = place == "first" ? 0 : place == "last" ? candidates.count - 1 : candidates.count / 2
        // The first row from there on whose value no constraint holds in place.
        for row in (candidates[start...] + candidates[..<start]).prefix(40) {
            let old: DatabaseValue = row["old value"]
            let new: any DatabaseValueConvertible =
                switch old.storage {
                case .null: column.type == "TEXT" ? "x" : column.type == "INTEGER" ? 1 : Data(repeating: 7, count: 16)
                case .int64(let number):
                    column.name.hasPrefix("is_") || column.name == "archived" ? 1 - number : number + 1
                case .double(let number): number + 0.5
                case .string(let text): text + "x"
                case .blob(let data):
                    data.isEmpty ? Data(repeating: 7, count: 16) : Data([data[0] ^ 1]) + data.dropFirst()
                }
            let values: [DatabaseValue] = columns.map { row[$0] }
            do {
                try db.execute(
                    sql: "UPDATE \"\(table)\" SET \(name) = ? WHERE "
                        + columns.map { "\"\($0)\" = ?" }.joined(separator: " AND "),
                    arguments: StatementArguments([new.databaseValue] + values))
                return true
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                continue
            }
        }
        return false
    }

    /// Alterations and where they must show: the first table named is the one that a verification names.
    static let statements: [(sql: String, table: String)] = [
        ("DELETE FROM leaf WHERE \"index\" = 5 AND ledger <> zeroblob(16)", "leaf"),
        ("DELETE FROM leaf WHERE (ledger, \"index\") IN (SELECT ledger, max(\"index\") FROM leaf GROUP BY 1)", "leaf"),
        ("DELETE FROM leaf WHERE ledger = zeroblob(16)", "leaf"),
        ("DELETE FROM revision WHERE number = 40", "revision"),
        ("DELETE FROM tile WHERE rowid = 1", "tile"),
        ("INSERT INTO tile SELECT ledger, level, \"index\" + 9, hashes FROM tile LIMIT 1", "tile"),
        ("DELETE FROM record WHERE id = (SELECT record FROM revision WHERE number = 9)", "revision"),
        ("DELETE FROM specimen WHERE revision = (SELECT max(revision) FROM specimen)", "specimen"),
        ("DELETE FROM companion WHERE until IS NOT NULL", "companion"),
        ("DELETE FROM link WHERE until IS NULL", "link"), ("DELETE FROM link WHERE until IS NOT NULL", "link"),
        (
            "INSERT INTO link (from_id, field, to_id, since, from_type, organisation) "
                + "SELECT id, 'related', id, 900, 'specimen', organisation FROM specimen LIMIT 1", "link"
        ),
        (
            "INSERT INTO record SELECT randomblob(16), organisation, type, version, archived FROM record LIMIT 1",
            "revision"
        ),
        (
            "UPDATE specimen SET name = (SELECT name FROM specimen s WHERE s.name <> specimen.name LIMIT 1) "
                + "WHERE revision = (SELECT min(revision) FROM specimen)", "specimen"
        ),
        // A rewritten history: content, salt and commitment fit each other, but not the leaf.
        (
            "UPDATE revision SET (salt, body, commitment) = (SELECT salt, body, commitment FROM revision WHERE number = 30) "
                + "WHERE number = 31", "revision"
        ),
        ("DELETE FROM search_docsize WHERE id = (SELECT max(id) FROM search_docsize)", "search"),
        ("INSERT INTO search (search) VALUES ('delete-all')", "search"),
        ("UPDATE checkpoint SET note = replace(note, 'concord.example', 'concord.evil')", "checkpoint"),
        (
            "UPDATE checkpoint SET note = (SELECT note FROM checkpoint c WHERE c.ledger = checkpoint.ledger ORDER BY size LIMIT 1) "
                + "WHERE rowid = (SELECT max(rowid) FROM checkpoint)", "checkpoint"
        ),
    ]

    @Test(arguments: statements)
    func rowsThatAreDeletedInsertedOrSwappedAreNamed(_ alteration: (sql: String, table: String)) async throws {
        let workspace = try await Workspace.template.get()
        let found = try workspace.altered { try $0.execute(sql: alteration.sql) }
        #expect(found.firstProblem?.table == alteration.table, "\(found.firstProblem?.description ?? "nothing")")
    }

    /// Lists are read from indexes: an entry that is not what its row says is found, though every row fits.
    @Test(arguments: ["specimen__replaced", "specimen__present", "%by_name", "specimen__list"])
    func anIndexThatDisagreesWithItsTableIsNamed(_ pattern: String) async throws {
        let workspace = try await Workspace.template.get()
        try workspace.withCopy(workspace.bytes) { copy in
            func write<T>(_ body: (Database) throws -> T) throws -> T {
                let queue = try DatabaseQueue(path: copy)
                defer { withExtendedLifetime(queue) {} }
                return try queue.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA writable_schema = ON; PRAGMA foreign_keys = OFF")
                    return try body(db)
                }
            }
            // SQLite keeps every index that it knows: one that it does not know for a while goes stale.
            let (index, number, id) = try write { db in
                let index = try #require(
                    try Row.fetchOne(
                        db,
                        sql:
                            "SELECT * FROM sqlite_master WHERE tbl_name = 'specimen' AND type = 'index' AND name LIKE ?",
                        arguments: [pattern]))
                let condition = (index["sql"] as String).components(separatedBy: " WHERE ").last ?? ""
                let row = try #require(
                    try Row.fetchOne(db, sql: "SELECT revision, id FROM specimen WHERE \(condition) LIMIT 1"))
                try db.execute(
                    sql: "UPDATE specimen SET revision = 1000000 WHERE revision = ?",
                    arguments: [row["revision"] as Int])
                try db.execute(sql: "DELETE FROM sqlite_master WHERE name = ?", arguments: [index["name"] as String])
                return (index, row["revision"] as Int, row["id"] as Data)
            }
            try write { db in
                try db.execute(
                    sql: "UPDATE specimen SET revision = ? WHERE revision = 1000000 AND id = ?",
                    arguments: [number, id])
                try db.execute(
                    sql: "INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)",
                    arguments: StatementArguments(Array(index.databaseValues)))
            }
            try Workspace.settle(copy)
            let sentence = try #require(try workspace.verify(copy).firstProblem?.description)
            #expect(sentence.contains("damaged") && sentence.contains(index["name"] as String), "\(sentence)")
        }
    }

    /// A statement with the condition of a partial index may pass over entries that do not fulfil it.
    @Test(arguments: ["IS NOT NULL", "\"archived\" = 0"])
    func anEntryThatAPartialIndexShouldNotHaveIsNamed(_ condition: String) async throws {
        let workspace = try await Workspace.template.get()
        let names = try workspace.read { db in
            try String.fetchAll(
                db,
                sql: "SELECT name FROM sqlite_master WHERE tbl_name = 'specimen' AND sql LIKE ?",
                arguments: ["%WHERE \"until\" IS NULL AND%\(condition)"])
        }
        #expect(!names.isEmpty)
        for name in names {
            try workspace.withCopy(workspace.bytes) { copy in
                func write(_ sql: String, _ arguments: StatementArguments = []) throws {
                    let queue = try DatabaseQueue(path: copy)
                    defer { withExtendedLifetime(queue) {} }
                    try queue.writeWithoutTransaction { db in
                        try db.execute(sql: "PRAGMA writable_schema = ON")
                        try db.execute(sql: sql, arguments: arguments)
                    }
                }
                let meant = try #require(
                    try workspace.read {
                        try String.fetchOne($0, sql: "SELECT sql FROM sqlite_master WHERE name = ?", arguments: [name])
                    })
                // Made anew under a wider condition, and then said to be of the narrower one again.
                let wider = meant.components(separatedBy: " AND ").dropLast().joined(separator: " AND ")
                try write("UPDATE sqlite_master SET sql = ? WHERE name = ?", [wider, name])
                try write("REINDEX \"\(name)\"")
                try write("UPDATE sqlite_master SET sql = ? WHERE name = ?", [meant, name])
                try Workspace.settle(copy)
                let sentence = try #require(try workspace.verify(copy).firstProblem?.description, "\(name)")
                #expect(sentence.contains("damaged") && sentence.contains(name), "\(sentence)")
            }
        }
    }

    @Test(arguments: [
        ("leaf__by_time", "UPDATE leaf SET at = at + 1", "UPDATE leaf SET at = at - 1"),
        (
            "link__to", "UPDATE link SET from_type = from_type || 'x'",
            "UPDATE link SET from_type = substr(from_type, 1, length(from_type) - 1)"
        ),
    ])
    func anIndexThatDisagreesWithATableWithoutRowNumbersIsNamed(
        _ name: String, _ alteration: String, _ back: String
    ) async throws {
        let workspace = try await Workspace.template.get()
        try workspace.withCopy(workspace.bytes) { copy in
            func write(_ statements: String...) throws {
                let queue = try DatabaseQueue(path: copy)
                defer { withExtendedLifetime(queue) {} }
                try queue.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA writable_schema = ON; PRAGMA foreign_keys = OFF")
                    for statement in statements { try db.execute(sql: statement) }
                }
            }
            // SQLite keeps every index that it knows: one that it does not know for a while goes stale.
            try write(
                alteration, "CREATE TABLE kept AS SELECT * FROM sqlite_master WHERE name = '\(name)'",
                "DELETE FROM sqlite_master WHERE name = '\(name)'")
            try write(back, "INSERT INTO sqlite_master SELECT * FROM kept", "DROP TABLE kept")
            try Workspace.settle(copy)
            let sentence = try #require(try workspace.verify(copy).firstProblem?.description)
            #expect(sentence.contains("damaged") && sentence.contains(name), "\(sentence)")
        }
    }

    @Test func swappedLeavesAreNamed() async throws {
        let workspace = try await Workspace.template.get()
        let found = try workspace.altered { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT \"index\", hash, data FROM leaf WHERE ledger <> zeroblob(16) ORDER BY ledger LIMIT 12")
            for (row, other) in [(rows[10], rows[11]), (rows[11], rows[10])] {
                try db.execute(
                    sql:
                        "UPDATE leaf SET hash = ?, data = ? WHERE \"index\" = ? AND ledger = (SELECT min(ledger) FROM leaf "
                        + "WHERE ledger <> zeroblob(16))",
                    arguments: [other["hash"] as Data, other["data"] as String, row["index"] as Int])
            }
        }
        #expect(found.firstProblem?.ledger != nil)
        #expect(["leaf", "tile", "revision", "specimen"].contains(found.firstProblem?.table ?? ""))
    }

    // MARK: Damage

    @Test func whatIsNotADatabaseIsRefusedWithItsReason() async throws {
        let workspace = try await Workspace.template.get()
        _ = try workspace.withCopy(Data("This is a letter, not a database. ".utf8) + Data(count: 4_096)) { path in
            #expect {
                try workspace.verify(path)
            } throws: {
                guard case .notADatabase(path, _) = $0 as? LedgerVerifierError else { return false }
                return "\($0)".contains("file is not a database")
            }
        }
        #expect(throws: LedgerVerifierError.noFile(path: "/nowhere/ledger.sqlite")) {
            try workspace.verify("/nowhere/ledger.sqlite")
        }
        _ = try workspace.withCopy(Data()) { path in
            #expect {
                try workspace.verify(path)
            } throws: {
                "\($0)".contains("no such table")
            }
        }
        #expect(throws: LedgerVerifierError.self) {
            try LedgerVerifier(path: "any", schemas: Workspace.schemas, verifierKeys: ["name+01234567+AAAA"])
        }
    }

    @Test(arguments: [0.1, 0.5, 0.9, 0.999])
    func aTruncatedFileIsNamedAsDamaged(_ share: Double) async throws {
        let workspace = try await Workspace.template.get()
        let bytes = workspace.bytes.prefix(Int(Double(workspace.bytes.count) * share))
        try workspace.withCopy(bytes) { path in
            do {
                let found = try workspace.verify(path)
                #expect(found.firstProblem != nil)
            } catch LedgerVerifierError.notADatabase(_, let reason) {
                #expect(reason.contains("malformed"))
            }
        }
    }

    /// What the ledger proves, read from a file as text; `nil` if it cannot be read at all.
    private func content(_ path: String) -> [String]? {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: "file:\(path)?immutable=1", configuration: configuration)
            return try queue.read { db in
                var lines: [String] = []
                for table in [
                    "record", "revision", "leaf", "tile", "checkpoint", "link", "companion", "standard", "specimen",
                ] {
                    let columns = try db.columns(in: table).map(\.name).filter {
                        !Self.unproven.contains("\(table).\($0)")
                    }
                    let values = columns.map { "typeof(\"\($0)\") || hex(cast(\"\($0)\" AS BLOB))" }
                    lines += try String.fetchAll(
                        db, sql: "SELECT \(values.joined(separator: " || ',' || ")) FROM \"\(table)\" NOT INDEXED")
                }
                return lines
            }
        } catch { return nil }
    }

    /// Tables and indexes are checked here and not by SQLite; nothing that it would find is lost by that.
    @Test func whatSQLitesOwnCheckFindsIsFound() async throws {
        let workspace = try await Workspace.template.get()
        var random = SplitMix64(seed: 17)
        var damaged = 0
        for _ in 0..<300 {
            // Verifying takes long, and tests share few threads.
            await _Concurrency.Task.yield()
            var bytes = workspace.bytes
            var offset = 0
            repeat { offset = Int.random(in: 100..<bytes.count, using: &random) } while bytes[offset] == 0
            bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try workspace.withCopy(bytes) { path in
                var configuration = Configuration()
                configuration.readonly = true
                var own: String?
                do {
                    let queue = try DatabaseQueue(path: "file:\(path)?immutable=1", configuration: configuration)
                    own = try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") }
                } catch is DatabaseError {}
                guard own != "ok" else { return }
                damaged += 1
                do {
                    let found = try workspace.verify(path)
                    #expect(found.firstProblem != nil, "a flip at \(offset): \(own ?? "not readable")")
                } catch is LedgerVerifierError {}
            }
        }
        #expect(damaged > 50)
    }

    /// A single flipped bit anywhere in the file is found whenever it changes a value that the ledger proves.
    @Test func aFlippedBitThatChangesAnyValueIsFound() async throws {
        let workspace = try await Workspace.template.get()
        let before = try workspace.withCopy(workspace.bytes) { content($0) }
        #expect((before ?? []).count > 1_000)
        var random = SplitMix64(seed: 99)
        var (changed, detected) = (0, 0)
        for _ in 0..<200 {
            await _Concurrency.Task.yield()
            var bytes = workspace.bytes
            // Past the file's header, in bytes that are used.
            var offset = 0
            repeat { offset = Int.random(in: 100..<bytes.count, using: &random) } while bytes[offset] == 0
            bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try workspace.withCopy(bytes) { path in
                let isSame = content(path) == before
                if !isSame { changed += 1 }
                do {
                    let found = try workspace.verify(path)
                    if found.firstProblem != nil { detected += 1 }
                    #expect(
                        isSame || found.firstProblem != nil, "a flip at \(offset) changed a value and was not found")
                } catch is LedgerVerifierError {
                    detected += 1
                }
            }
        }
        print("200 flipped bits: \(changed) changed a value of the ledger's tables, \(detected) were found")
        #expect(changed > 50 && detected >= changed)
    }
}
