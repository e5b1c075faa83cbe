// The embedded store: one SQLite file in WAL mode. Reads run on a pool of connections; writes queue up and share
// commits, so that many small changes wait for one flush together.
package import Foundation
package import GRDB
package import RecordKit
package import Storage
import Synchronization

/// A database file.
package final class SQLiteStore: DatabaseStore {
    /// Changes in one commit; more wait for the next.
    package static let changesPerCommitMax = 256
    /// Changes that may wait; more are refused.
    package static let waitingChangesMax = 10_000

    /// What the connection that writes is set to. Its memory for pages is larger than a reader's: an import of
    /// thousands of records goes over all indexes of their table and would write and read the same pages again and again.
    private static let writing =
        "PRAGMA synchronous = FULL; PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 4000"

    /// The longest wait for changes that may still join a commit.
    static let joiningTimeMax = Duration.milliseconds(2)

    let pool: DatabasePool
    let layouts: Layouts
    let generation = Atomic<Int>(0)
    package let changes = ChangeHub()
    private let metrics = StoreMetrics()
    private let queue = Mutex(Queue())

    private struct Outcome: Sendable {
        /// Who may do what may have changed.
        var touchesAccess = false
        /// The transaction was its own alone, and is undone with it.
        var isUndone = false
        /// What others are told once the commit is through.
        var committed: [CommittedChange] = []
        var leaves = 0
        let finish: @Sendable ((any Error)?) -> Void
    }
    private struct Queue {
        var waiting: [Pending] = []
        var isDraining = false
    }
    private struct Pending: Sendable {
        let organisation: UUID?
        /// Runs the body and returns what to do once the commit is through or has failed. One that shares its commit
        /// runs in a savepoint; one that is alone needs none, and a long one is far quicker without: SQLite walks
        /// over all pages kept for an outer savepoint at the end of each inner one.
        let run: @Sendable (_ db: Database, _ isAlone: Bool) -> Outcome
        let refuse: @Sendable (any Error) -> Void
    }

    /// Opens the file and brings its tables up to date.
    /// - Parameters:
    ///   - migrator: The frozen migrations; without them an empty file gets the tables that the schemas
    ///     ask for, as tests with record types of their own need it.
    ///   - replacedReadMax: See ``SQLGenerator``; tests set it to read the past in the other way.
    /// - Throws: a `DatabaseError` if the file cannot be opened or is not a database of Concord.
    package init(
        path: String, schemas: [AnySchema], migrator: DatabaseMigrator? = nil,
        replacedReadMax: Int = SQLGenerator.replacedReadMaxUsual
    ) throws {
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -8000; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY")
        }
        layouts = Layouts(schemas, .sqlite, replacedReadMax: replacedReadMax)
        pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB lowers this for WAL; an acknowledged change must survive a power cut.
        try pool.writeWithoutTransaction { db in try db.execute(sql: Self.writing) }
        if let migrator {
            try migrator.migrate(pool)
        } else {
            try pool.write { [layouts] db in
                guard try !db.tableExists("record") else { return }
                for statement in layouts.definition { try db.execute(sql: statement) }
            }
        }
    }

    /// Nothing is flushed before the body ends, and the memory for pages is larger: for a folder that is only being
    /// filled and that can be filled again after a power cut.
    package func withoutFlushes<T: Sendable>(_ body: @Sendable () async throws -> T) async throws -> T {
        func set(_ pragmas: String) async throws {
            try await pool.writeWithoutTransaction { db in try db.execute(sql: pragmas) }
        }
        try await set("PRAGMA synchronous = OFF; PRAGMA cache_size = -512000; PRAGMA wal_autocheckpoint = 40000")
        let result: Result<T, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        try await set(Self.writing)
        // Syncs the file.
        try await pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        return try result.get()
    }

    /// Ends all connections; nothing may be asked afterwards. What is left is the one file.
    package func close() throws {
        try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        try pool.close()
        // The last connection to close removes the files beside the database, but not one that can only read, and of a
        // pool that may be any. An empty `-wal` would still say that the file is open elsewhere.
        let last = try DatabaseQueue(path: pool.path)
        try last.read { db in _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") }
        try last.close()
    }

    /// Writes a consistent copy of the whole database to a new file.
    package func copy(to path: String) async throws {
        try await pool.writeWithoutTransaction { db in try db.execute(sql: "VACUUM INTO ?", arguments: [path]) }
    }

    /// Every statement that an empty database needs.
    package static func definition(_ schemas: [AnySchema]) -> [String] {
        Layouts(schemas, .sqlite).definition
    }

    package var waitingChanges: Int { queue.withLock { $0.waiting.count } }

    /// A file is open in one process only.
    package func liveNodes() async throws -> Int? { nil }
    package func take(
        _ requests: [String: Int], from budget: RequestBudget, at: Instant
    ) async throws -> [String: Double]? { nil }
    package func removeRequestBudgets(before: Instant) async throws {}

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Reader) throws -> T) async throws -> T {
        try await readServer { try body($0) }
    }

    package func write<T: Sendable>(
        _ organisation: UUID?, isBrief: Bool, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        try await metrics.measure(.write) { try await enqueued(organisation, body) }
    }

    private func enqueued<T: Sendable>(
        _ organisation: UUID?, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let pending = Pending(
                organisation: organisation,
                run: { [self] db, isAlone in
                    do {
                        let transaction = SQLTransaction(SQLiteConnection(db), layouts, organisation)
                        var result: T?
                        func runBody() throws {
                            result = try body(transaction)
                            // The body may have caught it; half a save stays in no commit.
                            if let failure = transaction.failure { throw failure }
                        }
                        if isAlone {
                            try runBody()
                        } else {
                            try db.inSavepoint {
                                try runBody()
                                return .commit
                            }
                        }
                        guard let result else { preconditionFailure("a savepoint without a result") }
                        return Outcome(
                            touchesAccess: transaction.touchesAccess, committed: transaction.committed,
                            leaves: transaction.leaves
                        ) { failure in
                            if let failure {
                                continuation.resume(throwing: failure)
                            } else {
                                continuation.resume(returning: result)
                            }
                        }
                    } catch {
                        let named = StoreError.from(error)
                        return Outcome(isUndone: isAlone) { _ in continuation.resume(throwing: named) }
                    }
                },
                refuse: { continuation.resume(throwing: $0) })
            enqueue(pending)
        }
    }

    /// Waits until as many more changes wait as were just answered, or the time is over. Only when somebody waits
    /// already: a client that is alone is never held up.
    private func wait(for more: Int, atMost time: Duration, _ clock: ContinuousClock) {
        let first = queue.withLock { $0.waiting.count }
        guard first > 0 else { return }
        let end = clock.now + time
        while clock.now < end, queue.withLock({ $0.waiting.count }) < first + more { usleep(100) }
    }

    private func enqueue(_ pending: Pending) {
        enum Next { case drain, wait, refuse }
        let next: Next = queue.withLock { queue in
            guard queue.waiting.count < Self.waitingChangesMax else { return .refuse }
            queue.waiting.append(pending)
            if queue.isDraining { return .wait }
            queue.isDraining = true
            return .drain
        }
        switch next {
        case .wait: break
        case .refuse: pending.refuse(StoreError.away("\(Self.waitingChangesMax) changes wait already"))
        case .drain: drain()
        }
    }

    /// Takes what waits, commits it together, and goes on until nothing waits. What arrives during a commit makes up
    /// the next one; those who were just answered often come back at once, and a fraction of what the last flush
    /// cost is well spent on letting them join.
    private func drain() {
        pool.asyncWriteWithoutTransaction { [self] db in
            let clock = ContinuousClock()
            var answered = 0
            var flush = Duration.zero
            while true {
                if answered > 0 { wait(for: answered, atMost: min(flush / 4, Self.joiningTimeMax), clock) }
                let batch: [Pending] = queue.withLock { queue in
                    let batch = Array(queue.waiting.prefix(Self.changesPerCommitMax))
                    queue.waiting.removeFirst(batch.count)
                    if batch.isEmpty { queue.isDraining = false }
                    return batch
                }
                if batch.isEmpty { return }
                var outcomes: [Outcome] = []
                do {
                    var ran = clock.now
                    try db.inTransaction(.immediate) {
                        for pending in batch { outcomes.append(pending.run(db, batch.count == 1)) }
                        ran = clock.now
                        return outcomes.contains(where: \.isUndone) ? .rollback : .commit
                    }
                    flush = clock.now - ran
                    answered = batch.count
                    // Only now do readers see it: what they worked out before is no longer good.
                    if outcomes.contains(where: \.touchesAccess) {
                        generation.add(1, ordering: .sequentiallyConsistent)
                    }
                    if !outcomes.contains(where: \.isUndone) {
                        metrics.committed(leaves: outcomes.reduce(0) { $0 + $1.leaves })
                    }
                    for outcome in outcomes { outcome.finish(nil) }
                    changes.publish(outcomes.flatMap(\.committed))
                } catch {
                    // Nothing of this batch is on disk: everyone in it is told.
                    let failure = StoreError.from(error)
                    answered = 0
                    for outcome in outcomes { outcome.finish(failure) }
                    for pending in batch.dropFirst(outcomes.count) { pending.refuse(failure) }
                }
            }
        }
    }
}

extension SQLiteStore: SQLAccountStore {
    package var accessGeneration: Int { generation.load(ordering: .sequentiallyConsistent) }

    package func readServer<T: Sendable>(_ body: @escaping @Sendable (SQLReader) throws -> T) async throws -> T {
        try await metrics.measure(.read) {
            try await pool.read { [layouts] db in try body(SQLReader(SQLiteConnection(db), layouts)) }
        }
    }

    /// Runs on the connection on which records are written, too: a leaf gets the next index of its ledger.
    package func changeServer<T: Sendable>(
        touchesAccess: Bool, noting event: AccountEvent?, _ body: @escaping @Sendable (SQLReader) throws -> T
    ) async throws -> T {
        let (result, leaves) = try await metrics.measure(.write) {
            try await pool.write { [layouts] db in
                let transaction = SQLTransaction(SQLiteConnection(db), layouts, event?.organisation)
                let result = try body(transaction)
                if let event { try transaction.append(event.event, by: event.change) }
                return (result, transaction.leaves)
            }
        }
        metrics.committed(leaves: leaves)
        if touchesAccess { generation.add(1, ordering: .sequentiallyConsistent) }
        return result
    }

    /// Rewrites the search index and the file without what was deleted, and empties the write-ahead log. It takes
    /// about as long as copying the file; readers go on, writers wait.
    package func scrub() async throws {
        do {
            try await pool.writeWithoutTransaction { db in
                try db.execute(sql: "INSERT INTO \"search\" (\"search\") VALUES ('optimize')")
                try db.execute(sql: "VACUUM")
            }
            // A reader that still sees the old pages would keep them in the log.
            try await pool.barrierWriteWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch { throw StoreError.from(error) }
    }
}
