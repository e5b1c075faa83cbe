// The store for many nodes: one PostgreSQL that all of them share. Changes of one organisation queue up and share commits;
// those of different organisations run side by side, each on a connection of its own.
package import Foundation
package import RecordKit
package import Storage
import Synchronization

/// A database on a PostgreSQL server.
package final class PostgresStore: DatabaseStore {
    /// Changes in one commit; more wait for the next.
    package static let changesPerCommitMax = 64
    /// Changes of one organisation that may wait; more are refused.
    package static let waitingChangesMax = 10_000
    /// How often a change is tried again that another transaction was in the way of, or whose connection broke.
    package static let retriesMax = 5

    let layouts: Layouts
    let readers: PostgresPool
    private let writers: PostgresPool
    private let exchange: PostgresExchange
    package let changes: ChangeHub
    private let metrics = StoreMetrics()
    private let lanes = Mutex<[UUID: Lane]>([:])

    /// The lane of what no ledger tells of: sessions, failures and the like. It needs no ledger's lock, so that a long
    /// load of the catalogue lets people sign in.
    private static let ownLane = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))

    /// What waits for one ledger. One at a time takes from it: commits of a ledger follow one another.
    private struct Lane {
        var waiting: [Pending] = []
        var isDraining = false
    }
    private struct Outcome: Sendable {
        var touchesAccess = false
        var committed: [CommittedChange] = []
        var leaves = 0
        /// Where the ledger ends after the change; `nil` if it did not look.
        var end: LedgerEnd?
        /// The change threw by itself: it is told so, whatever becomes of the rest.
        var isRefused = false
        let finish: @Sendable ((any Error)?) -> Void
    }
    private struct Pending: Sendable {
        let run:
            @Sendable (_ connection: PostgresConnection, _ end: LedgerEnd?, _ isAlone: Bool) throws ->
                Outcome
        let refuse: @Sendable (any Error) -> Void
    }

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

    private static let full = StoreError.away("the store is closed, or too much waits for it")

    private static func named(_ error: any Error) -> any Error {
        (error as? PostgresError)?.named ?? error
    }

    /// What may be done again is, a few times.
    private static func retrying<T>(_ body: () throws -> T) -> Result<T, any Error> {
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
        _ organisation: UUID?, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        try await writing(organisation) { try body($0) }
    }

    private func writing<T: Sendable>(
        _ organisation: UUID?, touchesAccess: Bool = false, lane: UUID? = nil,
        _ body: @escaping @Sendable (SQLTransaction) throws -> T
    ) async throws -> T {
        try await metrics.measure(.write) {
            try await enqueued(organisation, touchesAccess: touchesAccess, lane: lane, body)
        }
    }

    private func enqueued<T: Sendable>(
        _ organisation: UUID?, touchesAccess: Bool, lane: UUID?,
        _ body: @escaping @Sendable (SQLTransaction) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let pending = Pending(
                run: { [layouts] connection, end, isAlone in
                    let transaction = SQLTransaction(connection, layouts, organisation, end: end)
                    do {
                        var result: T?
                        func runBody() throws {
                            result = try body(transaction)
                            // The body may have caught it; half a save stays in no commit.
                            if let failure = transaction.failure { throw failure }
                        }
                        if isAlone { try runBody() } else { try connection.inSavepoint(runBody) }
                        guard let result else { preconditionFailure("a change without a result") }
                        return Outcome(
                            touchesAccess: touchesAccess || transaction.touchesAccess,
                            committed: transaction.committed, leaves: transaction.leaves, end: transaction.end
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
                        let named = connection.named(error)
                        return Outcome(isRefused: true) { _ in continuation.resume(throwing: named) }
                    }
                },
                refuse: { continuation.resume(throwing: $0) })
            enqueue(pending, lane ?? organisation ?? .unset)
        }
    }

    private func enqueue(_ pending: Pending, _ ledger: UUID) {
        enum Next { case drain, wait, refuse }
        let next: Next = lanes.withLock { lanes in
            var lane = lanes[ledger] ?? Lane()
            guard lane.waiting.count < Self.waitingChangesMax else { return .refuse }
            let isFirst = !lane.isDraining
            lane.waiting.append(pending)
            lane.isDraining = true
            lanes[ledger] = lane
            return isFirst ? .drain : .wait
        }
        switch next {
        case .wait: break
        case .refuse:
            pending.refuse(StoreError.away("\(Self.waitingChangesMax) changes wait already"))
        case .drain: drain(ledger)
        }
    }

    /// Takes what waits for a ledger and commits it together; then it is other ledgers' turn.
    private func drain(_ ledger: UUID) {
        let isTaken = writers.submit { [self] worker in
            let batch = lanes.withLock { lanes -> [Pending] in
                let batch = Array((lanes[ledger]?.waiting ?? []).prefix(Self.changesPerCommitMax))
                lanes[ledger]?.waiting.removeFirst(batch.count)
                return batch
            }
            commit(batch, ledger, worker)
            let goesOn = lanes.withLock { lanes -> Bool in
                if lanes[ledger]?.waiting.isEmpty ?? true {
                    lanes[ledger] = nil
                    return false
                }
                return true
            }
            if goesOn { drain(ledger) }
        }
        guard !isTaken else { return }
        let refused = lanes.withLock { lanes in lanes.removeValue(forKey: ledger)?.waiting ?? [] }
        for pending in refused { pending.refuse(Self.full) }
    }

    private func commit(_ batch: [Pending], _ ledger: UUID, _ worker: PostgresWorker) {
        switch Self.retrying({ try transaction(batch, ledger, worker) }) {
        case .success(let outcomes):
            if outcomes.contains(where: \.touchesAccess) { exchange.forgetAccess() }
            metrics.committed(leaves: outcomes.reduce(0) { $0 + $1.leaves })
            for outcome in outcomes { outcome.finish(nil) }
            let committed = outcomes.flatMap(\.committed)
            guard !committed.isEmpty else { return }
            changes.publish(committed)
            let indexes = committed.map(\.record.meta.since)
            if ledger != .unset, let first = indexes.min(), let last = indexes.max() {
                exchange.tell(ledger, first...last)
            }
        case .failure(let error):
            let named = (error as? UnknownOutcome)?.named ?? Self.named(error)
            guard batch.count > 1, let refused = error as? PostgresError, !refused.isConnection else {
                for pending in batch { pending.refuse(named) }
                return
            }
            // One of them spoils the commit of all; alone, each meets its own fate.
            for pending in batch { commit([pending], ledger, worker) }
        }
    }

    /// The connection was lost while a commit was under way.
    private struct UnknownOutcome: Error {
        let cause: PostgresError
        var named: StoreError {
            .unavailable(
                "database: the connection was lost during a commit, which may have succeeded: \(cause)")
        }
    }

    private func transaction(_ batch: [Pending], _ ledger: UUID, _ worker: PostgresWorker) throws
        -> [Outcome]
    {
        let connection = try worker.connection()
        var isCommitting = false
        do {
            try connection.begin(isReading: false)
            var end: LedgerEnd?
            if ledger != Self.ownLane {
                connection.enter(.organisation(ledger == .unset ? nil : ledger))
                try connection.run(BoundSQL("SELECT pg_advisory_xact_lock(?)", [.integer(Self.lock(ledger))]))
                end = try connection.prepareLedger(ledger, revisions: batch.count)
            }
            var outcomes: [Outcome] = []
            for pending in batch {
                let outcome = try pending.run(connection, end, batch.count == 1)
                if !outcome.isRefused { end = outcome.end ?? end }
                outcomes.append(outcome)
            }
            if outcomes.contains(where: \.touchesAccess) { try connection.run(exchange.accessChanged) }
            if batch.count == 1, outcomes[0].isRefused {
                try connection.rollback()
            } else {
                isCommitting = true
                try connection.commit()
            }
            return outcomes
        } catch {
            if isCommitting, let lost = error as? PostgresError, lost.isConnection {
                throw UnknownOutcome(cause: lost)
            }
            if !connection.isBroken { try connection.rollback() }
            throw error
        }
    }

    /// The number of a ledger's lock: its identifier folded to 64 bits. Two ledgers that share one only wait for each other.
    private static func lock(_ ledger: UUID) -> Int64 {
        withUnsafeBytes(of: ledger.uuid) { bytes in
            bytes.loadUnaligned(as: Int64.self) ^ bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self)
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
        let pending = Pending(
            run: { [layouts] connection, end, _ in
                let transaction = SQLTransaction(connection, layouts, nil, end: end)
                try transaction.interruptImports()
                try transaction.releaseAbandonedJobs()
                return Outcome { _ in }
            }, refuse: { _ in })
        enqueue(pending, Self.ownLane)
    }

    package var waitingChanges: Int { lanes.withLock { lanes in lanes.values.reduce(0) { $0 + $1.waiting.count } } }

    package func liveNodes() async throws -> Int? { try await reading { try $0.liveNodes() } }

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
