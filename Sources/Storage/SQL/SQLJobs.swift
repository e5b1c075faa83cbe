// The queue of jobs in a database.
package import Foundation
package import RecordKit

extension Job {
    static let columns =
        "\"id\", \"organisation\", \"kind\", \"subject\", \"state\", \"created_at\", \"due_at\", \"attempts\", "
        + "\"failed_at\", \"failure\", \"lease\""

    init(_ row: any SQLRows) throws {
        let organisation: UUID = row[1]
        let word: String = row[4]
        guard let state = State(rawValue: word) else {
            throw StoreError.unavailable("a job in the state \(word), which there is not")
        }
        func time(_ column: Int) -> Instant { Instant(millisecondsSince1970: row[column]) }
        self.init(
            id: row[0], organisation: organisation == .unset ? nil : organisation,
            kind: JobKind(row[2] as String), subject: row[3], state: state, createdAt: time(5), dueAt: time(6),
            attempts: row[7], failedAt: row.isNull(8) ? nil : time(8), failure: row[9], lease: row[10])
    }
}

extension SQLReader {
    fileprivate func jobs(_ condition: BoundSQL) throws -> [Job] {
        connection.enter(.server)
        var found: [Job] = []
        try each(BoundSQL("SELECT \(Job.columns) FROM \"job\" WHERE ") + condition) { row in found.append(try Job(row))
        }
        return found
    }

    /// Whether a job was wanted again since it was taken. Nobody else can take it before the end of the transaction.
    /// - Throws: ``LeaseLost``.
    fileprivate func isWantedAgain(_ job: Job, within scope: SQLScope) throws -> Bool {
        guard let lease = job.lease else { throw LeaseLost() }
        connection.enter(scope)
        let isWanted: Bool? = try one(
            BoundSQL(
                "SELECT CASE WHEN \"wanted\" > \"taken\" THEN 1 ELSE 0 END FROM \"job\" WHERE \"id\" = ? "
                    + "AND \"lease\" = ?\(dialect.rowLock)", [.identifier(job.id), .identifier(lease)]))
        guard let isWanted else { throw LeaseLost() }
        return isWanted
    }

    fileprivate func insert(_ job: NewJob, _ organisation: UUID?, onConflict: String) throws {
        try run(
            "INSERT INTO \"job\" (\"id\", \"organisation\", \"kind\", \"subject\", \"state\", \"created_at\", "
                + "\"due_at\", \"attempts\", \"wanted\", \"taken\") VALUES (?, ?, ?, ?, 'waiting', ?, ?, 0, 1, 0) "
                + "ON CONFLICT (\"organisation\", \"kind\", \"subject\") \(onConflict)",
            [
                .identifier(job.id), .identifier(organisation ?? .unset), .text(job.kind.rawValue), .text(job.subject),
                .integer(job.createdAt.millisecondsSince1970), .integer(job.dueAt.millisecondsSince1970),
            ])
    }

    /// Writes to a job of whichever organisation.
    fileprivate func runAsServer(_ sql: String, _ values: [SQLValue]) throws {
        connection.enter(.server)
        try connection.run(BoundSQL(sql, values))
    }

    fileprivate func waitAgain(_ id: UUID, due: Instant, resettingAttempts: Bool) throws {
        try runAsServer(
            "UPDATE \"job\" SET \"state\" = 'waiting', \"lease\" = NULL, \"node\" = NULL, \"due_at\" = ?"
                + (resettingAttempts ? ", \"attempts\" = 0" : "") + " WHERE \"id\" = ?",
            [.integer(due.millisecondsSince1970), .identifier(id)])
    }
}

extension SQLReader {
    /// See ``JobStore/releaseAbandonedJobs()``.
    package func releaseAbandonedJobs() throws {
        try runAsServer(
            "UPDATE \"job\" SET \"state\" = 'waiting', \"lease\" = NULL, \"node\" = NULL "
                + "WHERE \"state\" = 'running'\(dialect.isAbandonedJob)", [])
    }
}

extension SQLTransaction {
    package func enqueue(_ job: NewJob) throws {
        try insert(
            job, organisation,
            onConflict: """
                DO UPDATE SET "wanted" = "job"."wanted" + 1,
                "due_at" = CASE WHEN "job"."state" = 'dead' OR "job"."due_at" > excluded."due_at"
                THEN excluded."due_at" ELSE "job"."due_at" END,
                "attempts" = CASE WHEN "job"."state" = 'dead' THEN 0 ELSE "job"."attempts" END,
                "state" = CASE WHEN "job"."state" = 'dead' THEN 'waiting' ELSE "job"."state" END
                """)
    }

    package func confirm(_ job: Job) throws { _ = try isWantedAgain(job, within: .organisation(organisation)) }
}

/// There is no such job in a state in which it can be changed so.
private struct NoSuchJob: Error {}

extension SQLAccountStore where Self: JobStore {
    private func change<T: Sendable>(
        noting event: AccountEvent? = nil, _ body: @escaping @Sendable (SQLReader) throws -> T
    ) async throws -> T {
        try await changeServer(touchesAccess: false, noting: event, body)
    }

    package func enqueueOnce(_ job: NewJob) async throws {
        try await change { try $0.insert(job, nil, onConflict: "DO NOTHING") }
    }

    package func takeJob(of kinds: [JobKind], lease: UUID, at now: Instant) async throws -> Job? {
        guard !kinds.isEmpty else { return nil }
        let due =
            BoundSQL(
                "\"state\" = 'waiting' AND \"due_at\" <= ? AND \"kind\" IN (\(marks(kinds.count))) ",
                [.integer(now.millisecondsSince1970)] + kinds.map { .text($0.rawValue) })
            + BoundSQL("ORDER BY \"due_at\", \"id\" LIMIT 1")
        // Most looks find nothing, and a look must not write.
        guard try await readServer({ try !$0.jobs(due).isEmpty }) else { return nil }
        return try await change { reader in
            guard let found = try reader.jobs(due + BoundSQL(reader.dialect.skippingLockedRows)).first else {
                return nil
            }
            try reader.runAsServer(
                "UPDATE \"job\" SET \"state\" = 'running', \"lease\" = ?, \"node\" = ?, \"attempts\" = \"attempts\" + 1, "
                    + "\"taken\" = \"wanted\" WHERE \"id\" = ?",
                [.identifier(lease), reader.optional(reader.connection.node), .identifier(found.id)])
            return try reader.jobs(BoundSQL("\"id\" = ?", [.identifier(found.id)])).first
        }
    }

    package func finish(_ job: Job, again: Instant?, at now: Instant) async throws {
        try await change { reader in
            let isWanted = try reader.isWantedAgain(job, within: .server)
            guard let due = isWanted ? now : again else {
                return try reader.runAsServer("DELETE FROM \"job\" WHERE \"id\" = ?", [.identifier(job.id)])
            }
            try reader.runAsServer(
                "UPDATE \"job\" SET \"failed_at\" = NULL, \"failure\" = NULL WHERE \"id\" = ?", [.identifier(job.id)])
            try reader.waitAgain(job.id, due: due, resettingAttempts: true)
        }
    }

    package func fail(_ job: Job, _ failure: String, again: Instant?, at now: Instant) async throws {
        try await change { reader in
            _ = try reader.isWantedAgain(job, within: .server)
            try reader.runAsServer(
                "UPDATE \"job\" SET \"state\" = ?, \"lease\" = NULL, \"node\" = NULL, \"due_at\" = ?, "
                    + "\"failed_at\" = ?, \"failure\" = ? WHERE \"id\" = ?",
                [
                    .text((again == nil ? Job.State.dead : .waiting).rawValue),
                    .integer((again ?? now).millisecondsSince1970), .integer(now.millisecondsSince1970),
                    .text(String(failure.prefix(Job.failureMax))), .identifier(job.id),
                ])
        }
    }

    package func releaseAbandonedJobs() async throws {
        try await change { try $0.releaseAbandonedJobs() }
    }

    package func jobs(_ state: Job.State, after: Job?, limit: Int) async throws -> [Job] {
        var condition = BoundSQL("\"state\" = ?", [.text(state.rawValue)])
        if let after {
            condition =
                condition
                + BoundSQL(
                    " AND (\"due_at\", \"id\") > (?, ?)",
                    [.integer(after.dueAt.millisecondsSince1970), .identifier(after.id)])
        }
        let page =
            condition
            + BoundSQL(" ORDER BY \"due_at\", \"id\" LIMIT ?", [.integer(Int64(min(limit, Job.pageMax)))])
        return try await readServer { try $0.jobs(page) }
    }

    package func job(_ id: UUID) async throws -> Job? {
        try await readServer { try $0.jobs(BoundSQL("\"id\" = ?", [.identifier(id)])).first }
    }

    package func jobCounts() async throws -> JobCounts {
        try await readServer { reader in
            reader.connection.enter(.server)
            var counts = JobCounts()
            try reader.each(
                BoundSQL("SELECT \"state\", count(*), min(\"due_at\") FROM \"job\" GROUP BY \"state\"")
            ) { row in
                guard let state = Job.State(rawValue: row[0]) else { return }
                counts.byState[state] = row[1]
                if state == .waiting { counts.earliestDue = Instant(millisecondsSince1970: row[2]) }
            }
            return counts
        }
    }

    package func retryJob(_ id: UUID, at now: Instant, noting event: AccountEvent) async throws -> Bool {
        try await changing(id, in: [.dead, .waiting], noting: event) { reader in
            try reader.waitAgain(id, due: now, resettingAttempts: true)
        }
    }

    package func discardJob(_ id: UUID, noting event: AccountEvent) async throws -> Bool {
        try await changing(id, in: [.dead], noting: event) { reader in
            try reader.runAsServer("DELETE FROM \"job\" WHERE \"id\" = ?", [.identifier(id)])
        }
    }

    /// Changes a job in one of the states, with the leaf that tells of it, or does neither.
    private func changing(
        _ id: UUID, in states: [Job.State], noting event: AccountEvent,
        _ body: @escaping @Sendable (SQLReader) throws -> Void
    ) async throws -> Bool {
        do {
            try await change(noting: event) { reader in
                reader.connection.enter(.server)
                let state: String? = try reader.one(
                    BoundSQL(
                        "SELECT \"state\" FROM \"job\" WHERE \"id\" = ?\(reader.dialect.rowLock)", [.identifier(id)]))
                guard let state, states.map(\.rawValue).contains(state) else { throw NoSuchJob() }
                try body(reader)
            }
            return true
        } catch is NoSuchJob { return false }
    }
}
