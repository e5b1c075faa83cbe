// How changes get into the database: taken from the queue, run in one transaction, told to whoever waits for them.
import Foundation
import RecordKit
import Storage
import Synchronization

/// A change that waits for its commit.
struct PendingChange: Sendable {
    /// How a change stands in its transaction.
    enum Place {
        /// It has it for itself.
        case alone
        /// Beside others, undone by itself if it is refused.
        case savepoint
        /// Beside others: if it is refused after it wrote something, all are undone and run alone.
        case shared
    }

    /// It saves a record or two and is done.
    var isBrief = false
    let run: @Sendable (_ connection: PostgresConnection, _ end: LedgerEnd?, _ place: Place) throws -> ChangeOutcome
    let refuse: @Sendable (any Error) -> Void
}

/// What a change did, before its commit.
struct ChangeOutcome: Sendable {
    var touchesAccess = false
    var committed: [CommittedChange] = []
    var leaves = 0
    /// Where the ledger ends after the change; `nil` if it did not look.
    var end: LedgerEnd?
    /// The change threw by itself: it is told so, whatever becomes of the rest.
    var isRefused = false
    let finish: @Sendable ((any Error)?) -> Void
}

extension PostgresStore {
    func enqueue(_ change: PendingChange, _ ledger: UUID) {
        guard let start = queue.withLock({ $0.add(change, to: ledger) }) else {
            return change.refuse(StoreError.away("\(CommitQueue.waitingChangesMax) changes wait already"))
        }
        begin(start)
    }

    private func begin(_ start: CommitQueue.Start) {
        switch start {
        case .nothing: return
        case .sharing:
            guard !writers.submit({ [self] in commitShared($0) }) else { return }
            for change in queue.withLock({ $0.abandonShared() }) { change.refuse(Self.full) }
        case .alone(let ledger):
            let isTaken = writers.submit { [self] worker in
                commit(queue.withLock { $0.next(of: ledger) }, worker)
                begin(queue.withLock { $0.advance(ledger) })
            }
            guard !isTaken else { return }
            for change in queue.withLock({ $0.abandon(ledger) }) { change.refuse(Self.full) }
        }
    }

    /// Commits brief changes until none waits.
    private func commitShared(_ worker: PostgresWorker) {
        while true {
            let parts = queue.withLock { $0.nextShared() }
            guard !parts.isEmpty else { return }
            let result = Self.retrying { try sharedTransaction(parts, worker) }
            switch result {
            case .success(let done):
                for (part, outcomes) in zip(parts, done) {
                    guard let outcomes else {
                        begin(queue.withLock { $0.putBack(part) })
                        continue
                    }
                    finish(outcomes, part.ledger)
                    begin(queue.withLock { $0.advance(part.ledger) })
                }
            case .failure(let error):
                // One of them spoils the commit of all; alone, each meets its own fate, and may wait for other nodes.
                begin(queue.withLock { $0.stopSharing() })
                for part in parts {
                    if isLost(error) { refuse(part.changes, error) } else { commitEach(part, worker) }
                    begin(queue.withLock { $0.advance(part.ledger) })
                }
                return
            }
        }
    }

    private func commit(_ part: CommitQueue.Part, _ worker: PostgresWorker) {
        switch Self.retrying({ try transaction(part, worker) }) {
        case .success(let outcomes): finish(outcomes, part.ledger)
        case .failure(let error):
            let isTakenIdentifier = (error as? PostgresError)?.isTakenIdentifier ?? false
            if part.changes.count > 1, error is PostgresError, !isLost(error) {
                commitEach(part, worker)
            } else if isTakenIdentifier,
                case .success(let outcomes) = Self.retrying({
                    try transaction(part, worker, isCareful: true)
                })
            {
                finish(outcomes, part.ledger)
            } else {
                refuse(part.changes, error)
            }
        }
    }

    private func commitEach(_ part: CommitQueue.Part, _ worker: PostgresWorker) {
        for change in part.changes { commit(CommitQueue.Part(ledger: part.ledger, changes: [change]), worker) }
    }

    private func refuse(_ changes: [PendingChange], _ error: any Error) {
        let named = (error as? UnknownOutcome)?.named ?? Self.named(error)
        for change in changes { change.refuse(named) }
    }

    private func isLost(_ error: any Error) -> Bool {
        error is UnknownOutcome || (error as? PostgresError)?.isConnection ?? false
    }

    private func finish(_ outcomes: [ChangeOutcome], _ ledger: UUID) {
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
    }

    // MARK: Transactions

    /// The connection was lost while a commit was under way.
    private struct UnknownOutcome: Error {
        let cause: PostgresError
        var named: StoreError {
            .unavailable(
                "database: the connection was lost during a commit, which may have succeeded: \(cause)")
        }
    }

    /// A transaction whose commit may be lost with the connection.
    private func transaction<T>(_ worker: PostgresWorker, _ body: (PostgresConnection) throws -> (T, commits: Bool))
        throws -> T
    {
        let connection = try worker.connection()
        var isCommitting = false
        do {
            try connection.begin(isReading: false)
            let (result, commits) = try body(connection)
            if commits {
                isCommitting = true
                try connection.commit()
            } else {
                try connection.rollback()
            }
            return result
        } catch {
            if isCommitting, let lost = error as? PostgresError, lost.isConnection {
                throw UnknownOutcome(cause: lost)
            }
            if !connection.isBroken { try connection.rollback() }
            throw error
        }
    }

    /// Changes of one ledger; of several, each is in a savepoint if not all are brief. Waits for other nodes that have the
    /// ledger.
    private func transaction(_ part: CommitQueue.Part, _ worker: PostgresWorker, isCareful: Bool = false) throws
        -> [ChangeOutcome]
    {
        try transaction(worker) { connection in
            var end: LedgerEnd?
            if part.ledger != Self.ownLane {
                connection.enter(part.scope)
                try connection.run(BoundSQL("SELECT pg_advisory_xact_lock(?)", [.integer(Self.lock(part.ledger))]))
                end = try connection.end(of: part.ledger, revisions: part.changes.count + 1)
            }
            connection.isTrustingIdentifiers = !isCareful
            let isSingle = part.changes.count == 1
            connection.isGathering = !isSingle && part.changes.allSatisfy(\.isBrief)
            let place: PendingChange.Place = isSingle ? .alone : connection.isGathering ? .shared : .savepoint
            let outcomes = try run(part, connection, end, place)
            return (outcomes, commits: outcomes.count > 1 || !outcomes[0].isRefused)
        }
    }

    /// Brief changes of several ledgers in one transaction.
    /// - Returns: the outcomes of each part; `nil` for a ledger that another node has.
    private func sharedTransaction(_ parts: [CommitQueue.Part], _ worker: PostgresWorker) throws -> [[ChangeOutcome]?] {
        try transaction(worker) { connection in
            let ends = try connection.takeLedgers(
                parts.map { ($0.ledger, Self.lock($0.ledger)) }, revisions: parts.reduce(0) { $0 + $1.changes.count })
            connection.isTrustingIdentifiers = true
            connection.isGathering = true
            var done: [[ChangeOutcome]?] = []
            for (part, end) in zip(parts, ends) {
                // The locks and ends were asked for over all organisations: nothing of a change may be.
                connection.enter(part.scope)
                done.append(try end.map { try run(part, connection, $0, .shared) })
            }
            return (done, commits: done.contains { $0?.contains { !$0.isRefused } ?? false })
        }
    }

    private func run(
        _ part: CommitQueue.Part, _ connection: PostgresConnection, _ end: LedgerEnd?, _ place: PendingChange.Place
    ) throws -> [ChangeOutcome] {
        var end = end
        let outcomes = try part.changes.map { change in
            let outcome = try change.run(connection, end, place)
            if !outcome.isRefused { end = outcome.end ?? end }
            return outcome
        }
        if outcomes.contains(where: \.touchesAccess) { try connection.run(exchange.accessChanged) }
        return outcomes
    }

    /// The number of a ledger's lock: its identifier folded to 64 bits. Two ledgers that share one only wait for each other.
    private static func lock(_ ledger: UUID) -> Int64 {
        withUnsafeBytes(of: ledger.uuid) { bytes in
            bytes.loadUnaligned(as: Int64.self) ^ bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self)
        }
    }
}

extension PostgresConnection {
    /// The end of a ledger, and numbers for revisions, in one round trip with everything that waits.
    fileprivate func end(of ledger: UUID, revisions: Int) throws -> LedgerEnd {
        let rows = try together { want in
            try want(Self.numbers(revisions))
            try want(Self.end(ledger))
        }
        try takeNumbers(rows[0])
        return try Self.end(rows[1])
    }

    /// Takes the locks of ledgers and finds their ends, in one round trip.
    /// - Returns: `nil` for each that somebody else has.
    fileprivate func takeLedgers(_ ledgers: [(id: UUID, lock: Int64)], revisions: Int) throws -> [LedgerEnd?] {
        // What a statement sees is settled before it takes a lock: the ends are asked for apart.
        let rows = try together { want in
            enter(.server)
            try want(Self.locks(ledgers.map(\.lock)))
            try want(Self.numbers(revisions))
            try want(Self.ends(ledgers.map(\.id)))
        }
        var taken: Set<Int64> = []
        while try rows[0].next() { if rows[0][1] { taken.insert(rows[0][0]) } }
        try takeNumbers(rows[1])
        var ends: [UUID: LedgerEnd] = [:]
        while try rows[2].next() { ends[rows[2][0]] = LedgerEnd(size: (rows[2][1] as Int) + 1, at: rows[2][2]) }
        return ledgers.map { ledger in
            taken.contains(ledger.lock) ? ends[ledger.id] ?? LedgerEnd(size: 0, at: .min) : nil
        }
    }

    private static func locks(_ locks: [Int64]) -> BoundSQL {
        let values = padded(locks).map { SQLValue.integer($0) }
        return BoundSQL(
            "SELECT k, pg_try_advisory_xact_lock(k)::int FROM (VALUES \(places(values.count))) v (k)", values)
    }

    /// The last leaves of ledgers that have one.
    private static func ends(_ ledgers: [UUID]) -> BoundSQL {
        let values = padded(ledgers).map { SQLValue.identifier($0) }
        return BoundSQL(
            "SELECT v.\"ledger\", l.\"index\", l.\"at\" FROM (VALUES \(places(values.count))) v (\"ledger\") "
                + "CROSS JOIN LATERAL (SELECT \"index\", \"at\" FROM \"leaf\" WHERE \"ledger\" = v.\"ledger\" "
                + "ORDER BY \"index\" DESC LIMIT 1) l", values)
    }

    /// As many as a power of two, the last one several times: a statement has few forms, and each is planned once for a
    /// connection.
    private static func padded<T>(_ values: [T]) -> [T] {
        values + Array(repeating: values[values.count - 1], count: powerOfTwo(values.count) - values.count)
    }
    private static func powerOfTwo(_ count: Int) -> Int {
        var power = 1
        while power < count { power *= 2 }
        return power
    }
    private static func places(_ count: Int) -> String { Array(repeating: "(?)", count: count).joined(separator: ", ") }

    /// Numbers of further revisions: at least so many.
    private static func numbers(_ count: Int) -> BoundSQL {
        BoundSQL(
            "VALUES "
                + Array(repeating: "(nextval('revision_number'))", count: powerOfTwo(count)).joined(separator: ", "))
    }

    private func takeNumbers(_ rows: PostgresRows) throws {
        var numbers: [Int64] = []
        while try rows.next() { numbers.append(rows[0]) }
        give(numbers: numbers)
    }

    /// The last leaf of a ledger.
    private static func end(_ ledger: UUID) -> BoundSQL {
        BoundSQL(
            "SELECT \"index\", \"at\" FROM \"leaf\" WHERE \"ledger\" = ? ORDER BY \"index\" DESC LIMIT 1",
            [.identifier(ledger)])
    }

    private static func end(_ rows: PostgresRows) throws -> LedgerEnd {
        guard try rows.next() else { return LedgerEnd(size: 0, at: .min) }
        return LedgerEnd(size: (rows[0] as Int) + 1, at: rows[1])
    }
}
