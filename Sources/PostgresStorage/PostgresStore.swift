// The store for many nodes: one PostgreSQL that all of them share. Changes queue up by organisation (`CommitQueue`) and
// share commits; what may take long has a connection and a commit of its own.
package import Foundation
package import RecordKit
package import Storage
import Synchronization

/// A database on a PostgreSQL server.
package final class PostgresStore: DatabaseStore {
    /// How often a change is tried again that another transaction was in the way of, or whose connection broke.
    package static let retriesMax = 5

    let layouts: Layouts
    let readers: PostgresPool
    let writers: PostgresPool
    let exchange: PostgresExchange
    package let changes: ChangeHub
    let metrics = StoreMetrics()
    let queue = Mutex(CommitQueue())

    /// The lane of what no ledger tells of: sessions, failures and the like. It needs no ledger's lock, so that a long
    /// load of the catalogue lets people sign in.
    static let ownLane = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))

    /// Opens the database.
    /// - Parameters:
    ///   - schemas: The record types.
    ///   - isMigrating: The tables are brought up to date before.
    ///   - isDerived: An empty database gets the tables that the schemas ask for, not those of the migrations.
    ///   - connectionsMax: Connections of this node for reading, and as many for writing.
    ///   - replacedReadMax: See ``SQLGenerator``; tests set it to read the past in the other way.
    /// - Throws: ``StoreError/unavailable(_:)``, without any password.
    package init(
        _ address: PostgresAddress, schemas: [AnySchema], isMigrating: Bool = true,
        isDerived: Bool = false,
        connectionsMax: Int = 8, replacedReadMax: Int = SQLGenerator.replacedReadMaxUsual
    ) throws {
        layouts = Layouts(schemas, .postgres, replacedReadMax: replacedReadMax)
        if isMigrating { try PostgresMigrations.migrate(address, schemas: isDerived ? schemas : nil) }
        changes = ChangeHub()
        let node = UUID()
        readers = PostgresPool(address, node: node, threads: connectionsMax, name: "postgres-read")
        writers = PostgresPool(address, node: node, threads: connectionsMax, name: "postgres-write")
        exchange = PostgresExchange(address, node: node, changes)
        do { try exchange.register() } catch let error as PostgresError { throw error.named }
        exchange.start(
            reading: { [weak self] ledger, range in self?.announce(ledger, range) },
            tending: { [weak self] in self?.tend() })
    }

    deinit {
        exchange.stop()
        readers.stop(isWaiting: false)
        writers.stop(isWaiting: false)
    }

    /// Ends all connections; nothing may be asked afterwards.
    package func close() throws {
        writers.stop()
        exchange.stop()
        exchange.waitForEnd()
        readers.stop()
    }

    // MARK: Reading

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Reader) throws -> T) async throws
        -> T
    {
        try await reading { try body($0) }
    }

    private func reading<T: Sendable>(_ body: @escaping @Sendable (SQLReader) throws -> T)
        async throws -> T
    {
        try await metrics.measure(.read) {
            try await withCheckedThrowingContinuation { continuation in
                let isTaken = readers.submit { [layouts] worker in
                    let result = Self.retrying { try Self.reading(worker, layouts, body) }
                    continuation.resume(with: result.mapError(Self.named))
                }
                if !isTaken { continuation.resume(throwing: Self.full) }
            }
        }
    }

    private static func reading<T>(
        _ worker: PostgresWorker, _ layouts: Layouts, _ body: (SQLReader) throws -> T
    ) throws -> T {
        let connection = try worker.connection()
        try connection.begin(isReading: true)
        do {
            let result = try body(SQLReader(connection, layouts))
            try connection.endReading()
            return result
        } catch {
            if !connection.isBroken { try connection.rollback() }
            throw error
        }
    }

    static let full = StoreError.away("the store is closed, or too much waits for it")

    static func named(_ error: any Error) -> any Error {
        (error as? PostgresError)?.named ?? error
    }

    /// What may be done again is, a few times.
    static func retrying<T>(_ body: () throws -> T) -> Result<T, any Error> {
        var attempt = 0
        while true {
            do { return .success(try body()) } catch let error as PostgresError {
                attempt += 1
                guard error.isConflict || error.isConnection, attempt <= retriesMax else {
                    return .failure(error)
                }
                usleep(UInt32(attempt * attempt) * 2_000)
            } catch { return .failure(error) }
        }
    }

    // MARK: Writing

    package func write<T: Sendable>(
        _ organisation: UUID?, isBrief: Bool, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        try await writing(organisation, isBrief: isBrief) { try body($0) }
    }

    private func writing<T: Sendable>(
        _ organisation: UUID?, isBrief: Bool = false, touchesAccess: Bool = false, lane: UUID? = nil,
        _ body: @escaping @Sendable (SQLTransaction) throws -> T
    ) async throws -> T {
        try await metrics.measure(.write) {
            try await withCheckedThrowingContinuation { continuation in
                let change = PendingChange(
                    isBrief: isBrief,
                    run: { [layouts] connection, end, place in
                        try Self.run(
                            body,
                            SQLTransaction(
                                connection, layouts, organisation, end: end,
                                isTrustingIdentifiers: connection.isTrustingIdentifiers && place != .savepoint,
                                isShared: place == .shared),
                            on: connection, place, touchesAccess: touchesAccess, continuation)
                    },
                    refuse: { continuation.resume(throwing: $0) })
                enqueue(change, lane ?? organisation ?? .unset)
            }
        }
    }

    /// Runs the body of a change.
    /// - Throws: ``PostgresError`` if the whole transaction cannot go on; what the change alone is refused for is its
    ///   outcome.
    private static func run<T: Sendable>(
        _ body: (SQLTransaction) throws -> T, _ transaction: SQLTransaction, on connection: PostgresConnection,
        _ place: PendingChange.Place, touchesAccess: Bool, _ continuation: CheckedContinuation<T, any Error>
    ) throws -> ChangeOutcome {
        let changesBefore = connection.changes
        do {
            var result: T?
            func runBody() throws {
                result = try body(transaction)
                // The body may have caught it; half a save stays in no commit.
                if let failure = transaction.failure { throw failure }
            }
            if place == .savepoint { try connection.inSavepoint(runBody) } else { try runBody() }
            guard let result else { preconditionFailure("a change without a result") }
            return ChangeOutcome(
                touchesAccess: touchesAccess || transaction.touchesAccess, committed: transaction.committed,
                leaves: transaction.leaves, end: transaction.end
            ) { failure in
                if let failure {
                    continuation.resume(throwing: failure)
                } else {
                    continuation.resume(returning: result)
                }
            }
        } catch let error as PostgresError where error.isConflict || error.isConnection {
            throw error
        } catch {
            if let lost = connection.lasting { throw lost }
            if place == .shared {
                if let spoiled = connection.spoiled { throw spoiled }
                guard connection.changes == changesBefore, !(error is SQLTransaction.TakesLong) else {
                    throw PostgresError.undone(error)
                }
            }
            let named = connection.named(error)
            return ChangeOutcome(isRefused: true) { _ in continuation.resume(throwing: named) }
        }
    }

    // MARK: Other nodes

    /// What another node committed, told to those who listen here.
    private func announce(_ ledger: UUID, _ range: ClosedRange<Int>) {
        guard changes.hasSubscribers(of: ledger) else { return }
        _ = readers.submit { [self] worker in
            let found = Self.retrying {
                try Self.reading(worker, layouts) { try $0.committedChanges(in: ledger, range) }
            }
            // Whoever cannot be told what happened must not go on as if nothing had.
            if case .success(let committed) = found {
                changes.publish(committed)
            } else {
                changes.endAll()
            }
        }
    }

    /// Imports of nodes that are gone are marked, and their jobs wait again, now and then.
    private func tend() {
        let pending = PendingChange(
            run: { [layouts] connection, end, _ in
                let transaction = SQLTransaction(connection, layouts, nil, end: end)
                try transaction.interruptImports()
                try transaction.releaseAbandonedJobs()
                return ChangeOutcome { _ in }
            }, refuse: { _ in })
        enqueue(pending, Self.ownLane)
    }

    package var waitingChanges: Int { queue.withLock { $0.waitingChanges } }

    package func liveNodes() async throws -> Int? { try await reading { try $0.liveNodes() } }

    package func take(
        _ requests: [String: Int], from budget: RequestBudget, at: Instant
    ) async throws -> [String: Double]? {
        try await changeServer(touchesAccess: false, noting: nil) { try $0.take(requests, from: budget, at: at) }
    }
    package func removeRequestBudgets(before: Instant) async throws {
        try await changeServer(touchesAccess: false, noting: nil) { reader in
            try reader.run(
                "DELETE FROM \"request_budget\" WHERE \"at\" < ?", [.integer(before.millisecondsSince1970)])
        }
    }

    // MARK: Operators

    /// Nothing is known of other nodes' work: the database flushes as ever.
    package func withoutFlushes<T: Sendable>(_ body: @Sendable () async throws -> T) async throws -> T {
        try await body()
    }

    /// Rewrites the tables that hold content without what was deleted. Each is locked meanwhile. The write-ahead log and
    /// backups keep what they have until the server recycles them.
    package func scrub() async throws {
        let tables =
            ["revision", "link", "search_word", "import", "import_row", "account", "membership", "view"]
            .map(quoted) + layouts.all.map(\.layout.table)
        try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Void, any Error>) in
            let isTaken = writers.submit { worker in
                let result = Self.retrying {
                    try worker.connection().outside { run in
                        _ = try run("SET statement_timeout = 0")
                        for table in tables { _ = try run("VACUUM (FULL) \(table)") }
                        _ = try run("SET statement_timeout = 60000")
                    }
                }
                continuation.resume(with: result.mapError(Self.named))
            }
            if !isTaken { continuation.resume(throwing: Self.full) }
        }
    }
}

extension PostgresStore {
    /// The database's time. Nodes whose machines disagree about the time agree about this, and what a machine's clock
    /// does while a node runs moves nothing.
    package func now() -> Instant { exchange.now() }
}

extension PostgresStore: SQLAccountStore {
    package var accessGeneration: Int { exchange.accessGeneration }

    package func readServer<T: Sendable>(_ body: @escaping @Sendable (SQLReader) throws -> T)
        async throws -> T
    {
        try await reading(body)
    }

    package func changeServer<T: Sendable>(
        touchesAccess: Bool, noting event: AccountEvent?,
        _ body: @escaping @Sendable (SQLReader) throws -> T
    ) async throws -> T {
        let lane = event == nil ? Self.ownLane : nil
        return try await writing(event?.organisation, touchesAccess: touchesAccess, lane: lane) { transaction in
            let result = try body(transaction)
            if let event { try transaction.append(event.event, by: event.change) }
            return result
        }
    }
}

extension PostgresConnection {
    /// The end of a ledger, and numbers for revisions, in one round trip with everything that waits.
    func prepareLedger(_ ledger: UUID, revisions: Int) throws -> LedgerEnd {
        // A power of two: the statement has few forms, each of which is planned once.
        var wanted = 2
        while wanted < revisions + 2 { wanted *= 2 }
        let numbers = (0..<wanted).map { "n\($0)" }
        let taken = numbers.map { "nextval('revision_number') AS \($0)" }.joined(separator: ", ")
        let rows = try fetch(
            BoundSQL(
                "SELECT l.\"index\", l.\"at\", \(numbers.joined(separator: ", ")) FROM (SELECT \(taken)) n "
                    + "LEFT JOIN (SELECT \"index\", \"at\" FROM \"leaf\" WHERE \"ledger\" = ? "
                    + "ORDER BY \"index\" DESC LIMIT 1) l ON true", [.identifier(ledger)]))
        guard try rows.next() else { throw PostgresError(state: "", message: "no end of the ledger") }
        give(numbers: numbers.indices.map { rows[$0 + 2] })
        guard !rows.isNull(0) else { return LedgerEnd(size: 0, at: .min) }
        return LedgerEnd(size: (rows[0] as Int) + 1, at: rows[1])
    }
}
