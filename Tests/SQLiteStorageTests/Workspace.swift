// A database with random content in three ledgers, made once; tests alter copies of it.
import Foundation
import GRDB
import MerkleLog
import RecordKit
import SQLiteStorage
import Storage
import TestKit

/// A database file with signed ledgers.
struct Workspace: Sendable {
    static let schemas = SampleRegistry.schemas
    static let host = "concord.example"

    /// What the paths of copies begin with.
    private let path: String
    /// The public key of every ledger.
    let keys: [String]
    /// The file as it was made.
    let bytes: Data

    /// The one that tests copy.
    static let template = SharedWorkspace()

    /// Random operations in two organisations and the server's ledger, and a checkpoint of each now and then.
    /// - Parameter erasing: Erases a third of the records at the end, whole or in part.
    static func make(operations: Int, seed: UInt64, erasing: Bool = false) async throws -> Workspace {
        let folder = try WorldFolder("ledger", types: .own)
        let made = folder.url.appendingPathComponent("concord.sqlite").path
        var writer: RandomWriter? = try RandomWriter(path: made, seed: seed)
        for step in 0..<operations {
            try await writer?.step()
            if step % 60 == 59 || step == operations - 1 { try await writer?.sign() }
        }
        if erasing {
            try await writer?.erase()
            try await writer?.sign()
        }
        let keys = try writer?.keys() ?? []
        try writer?.store.close()
        writer = nil
        try settle(made)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: made))
        // What is altered is altered in copies elsewhere: what was made stays as it is.
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("copy-\(UUID().uuidString)").path
        return Workspace(path: path, keys: keys, bytes: bytes)
    }

    /// Brings everything into the one file.
    static func settle(_ path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { db in
            _ = try Row.fetchAll(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try queue.close()
        for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    /// Alters a copy and verifies it.
    func altered(_ alter: (Database) throws -> Void) throws -> LedgerVerification {
        try withAlteredCopy(alter) { try verify($0) }
    }

    /// Alters a copy with plain SQL, as somebody with the file can, and hands it on.
    func withAlteredCopy<T>(_ alter: (Database) throws -> Void, _ body: (String) throws -> T) throws -> T {
        try withCopy(bytes) { copy in
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            let queue = try DatabaseQueue(path: copy, configuration: configuration)
            try queue.write { db in
                try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
                try alter(db)
            }
            try queue.close()
            try Self.settle(copy)
            return try body(copy)
        }
    }

    func withCopy<T>(_ bytes: Data, _ body: (String) throws -> T) throws -> T {
        let copy = path + "-\(UUID().uuidString)"
        try bytes.write(to: URL(fileURLWithPath: copy))
        defer {
            // A test that failed may leave nothing to remove.
            for suffix in ["", "-wal", "-shm"] { unlink(copy + suffix) }
        }
        return try body(copy)
    }

    func verify(_ path: String) throws -> LedgerVerification {
        try LedgerVerifier(path: path, schemas: Self.schemas, verifierKeys: keys).verify()
    }

    /// Reads from a copy: opening the file itself would leave a `-wal` beside it.
    func read<T>(_ body: (Database) throws -> T) throws -> T {
        try withCopy(bytes) { copy in
            let queue = try DatabaseQueue(path: copy)
            return try queue.read(body)
        }
    }

    func count(_ table: String) throws -> Int? {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \"\(table)\"") }
    }
}

/// Makes the template when the first test asks for it.
actor SharedWorkspace {
    private var made: _Concurrency.Task<Workspace, any Error>?
    func get() async throws -> Workspace {
        let task = made ?? _Concurrency.Task { try await Workspace.make(operations: 420, seed: 7) }
        made = task
        return try await task.value
    }
}

/// Creates, edits, archives and restores records of all sample types at random, and appends events.
final class RandomWriter {
    let store: SQLiteStore
    let organisations: [UUID]
    private var fixtures: Fixtures
    private var records: [UUID?: [RecordType: [StoredRecord]]] = [:]
    private let seed: [UInt8]

    init(path: String, seed: UInt64) throws {
        store = try SQLiteStore(path: path, schemas: Workspace.schemas)
        var fixtures = Fixtures(seed: seed)
        organisations = [fixtures.id(), fixtures.id()]
        self.seed = fixtures.bytes(32)
        self.fixtures = fixtures
    }

    private func signer(_ organisation: UUID?) throws -> NoteSigner {
        try NoteSigner(name: "\(Workspace.host)/ledger/\(organisation?.lowercased ?? "server")", seed: seed)
    }

    func keys() throws -> [String] {
        try (organisations + [nil]).map { try signer($0).verifier.vkey }
    }

    /// One operation.
    func step() async throws {
        let organisation: UUID? =
            fixtures.random.chance(10) ? nil : fixtures.random.chance(80) ? organisations[0] : organisations[1]
        if organisation != nil, fixtures.random.chance(5) {
            let event = LedgerEvent(objectType: "export", objectID: fixtures.id().lowercased)
            let change = fixtures.change("export", request: fixtures.random.chance(50) ? "job-1" : nil)
            try await store.write(organisation) { _ = try $0.append(event, by: change) }
            return
        }
        let own = records[organisation] ?? [:]
        var schema = Standard.schema.erased
        if organisation != nil {
            let few = (own[Companion.type] ?? []).count < 3
            schema = few || fixtures.random.chance(25) ? Companion.schema.erased : Specimen.schema.erased
        }
        var targets = own.mapValues { $0.map(\.id) }
        targets[Standard.type, default: []] += organisation == nil ? [] : (records[nil]?[Standard.type] ?? []).map(\.id)
        let valid = fixtures.validRecord(schema, targets: targets)
        let person = fixtures.random.chance(50) ? fixtures.id() : nil
        let reason = fixtures.random.chance(30) ? "weil „\(fixtures.random.pick(Fixtures.hostile))“\n" : nil
        let existing = own[schema.type] ?? []
        let old = !existing.isEmpty && fixtures.random.chance(55) ? fixtures.random.pick(existing) : nil
        let flips = old != nil && fixtures.random.chance(20)
        let isArchived = old.map { $0.meta.isArchived != flips } ?? false
        let change = fixtures.change(
            old == nil ? "create" : flips ? "archive" : "update", by: person, reason: reason,
            request: fixtures.random.chance(50) ? "request-\(fixtures.random.next() % 100)" : nil)
        let id = old?.id ?? fixtures.id()
        let saved = try await store.write(organisation) {
            try $0.save(valid, id: id, over: old?.version, isArchived: isArchived, by: change)
        }
        records[organisation, default: [:]][schema.type, default: []].removeAll { $0.id == id }
        records[organisation, default: [:]][schema.type, default: []].append(saved)
    }

    /// Erases every third record of an organisation: whole, or what only some of its revisions held.
    func erase() async throws {
        for organisation in organisations {
            let own = (records[organisation] ?? [:]).filter { $0.key != Standard.type }.values.joined()
            for (n, record) in own.sorted(by: { $0.id < $1.id }).enumerated() where n.isMultiple(of: 3) {
                let isWhole = n.isMultiple(of: 2) || record.schema.type == Companion.type
                let erasure = Erasure(
                    schema: record.schema, record: record.id,
                    fields: isWhole ? nil : ["nickname", "related", "attachment", "dueOn"], archives: isWhole)
                let change = fixtures.change("erase")
                try await store.write(organisation) { _ = try $0.erase(erasure, by: change) }
            }
        }
    }

    /// A checkpoint of every ledger.
    func sign() async throws {
        for organisation in organisations + [nil] as [UUID?] {
            let signer = try signer(organisation)
            let at = fixtures.tick()
            try await store.write(organisation) { transaction in
                let size = try transaction.ledgerSize(organisation)
                guard size > 0 else { return }
                let root = try MerkleTree.root(size: size, source: transaction.hashes(organisation))
                let note = try Checkpoint(origin: signer.name, size: size, root: root).signed(by: [signer])
                try transaction.saveCheckpoint(
                    StoredCheckpoint(size: size, root: root.bytes, note: note.encoded, at: at),
                    organisation: organisation)
            }
        }
    }
}
