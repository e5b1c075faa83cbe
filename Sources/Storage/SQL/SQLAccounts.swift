// Accounts, memberships, sessions, tokens and failures in a database: the server's own tables.
package import Foundation
package import RecordKit

/// A store whose accounts are rows of a database.
package protocol SQLAccountStore: AccountStore {
    /// Reads on one snapshot.
    func readServer<T: Sendable>(_ body: @escaping @Sendable (SQLReader) throws -> T) async throws -> T
    /// One transaction with the leaf of what it notes.
    /// - Parameter touchesAccess: What was worked out from accounts is no longer good.
    func changeServer<T: Sendable>(
        touchesAccess: Bool, noting event: AccountEvent?, _ body: @escaping @Sendable (SQLReader) throws -> T
    ) async throws -> T
}

extension SQLAccountStore {
    private func change<T: Sendable>(
        touchesAccess: Bool = false, noting event: AccountEvent? = nil,
        _ body: @escaping @Sendable (SQLReader) throws -> T
    ) async throws -> T {
        try await changeServer(touchesAccess: touchesAccess, noting: event, body)
    }

    package func account(_ id: UUID) async throws -> Account? { try await account("\"id\" = ?", .identifier(id)) }
    package func account(email: String) async throws -> Account? { try await account("\"email\" = ?", .text(email)) }
    private func account(_ condition: String, _ value: SQLValue) async throws -> Account? {
        try await readServer { reader in
            var found: Account?
            try reader.each(
                BoundSQL("SELECT \(Account.columns) FROM \"account\" a WHERE \(condition)", [value])
            ) { row in found = Account(row, from: 0) }
            return found
        }
    }
    package func accountCount() async throws -> Int {
        try await readServer { try $0.one(BoundSQL("SELECT count(*) FROM \"account\"")) ?? 0 }
    }

    package func save(_ account: Account, noting event: AccountEvent?) async throws {
        try await change(touchesAccess: true, noting: event) { try $0.save(account) }
    }
    package func save(_ account: Account, over before: Account, noting event: AccountEvent?) async throws {
        try await change(touchesAccess: true, noting: event) { reader in
            guard try reader.lockedAccount(account.id) == before else { throw Self.changedMeanwhile(account) }
            try reader.save(account)
        }
    }
    package func saveFirst(
        _ account: Account, by link: [UInt8], at: Instant, noting event: AccountEvent
    ) async throws {
        // The event goes into the server's ledger, and whoever writes there waits for those before.
        precondition(event.organisation == nil, "the first account belongs to no organisation")
        try await change(touchesAccess: true, noting: event) { reader in
            let count: Int = try reader.one(BoundSQL("SELECT count(*) FROM \"account\"")) ?? 0
            guard count == 0, let taken = try reader.takeInvitation(link, at: at), taken == nil else {
                throw Self.changedMeanwhile(account)
            }
            try reader.save(account)
        }
    }
    private static func changedMeanwhile(_ account: Account) -> StoreError {
        .changedMeanwhile(type: "account", id: account.id, present: 0)
    }

    package func memberships(of account: UUID) async throws -> [Membership] {
        try await memberships("\"account\" = ?", account)
    }
    package func memberships(in organisation: UUID) async throws -> [Membership] {
        try await memberships("\"organisation\" = ?", organisation)
    }
    private func memberships(_ condition: String, _ value: UUID) async throws -> [Membership] {
        try await readServer { reader in
            var found: [Membership] = []
            try reader.each(
                BoundSQL(
                    "SELECT \(Membership.columns) FROM \"membership\" m WHERE \(condition) "
                        + "ORDER BY \"organisation\", \"account\" LIMIT 1000", [.identifier(value)])
            ) { row in found.append(Membership(row)) }
            return found
        }
    }
    package func members(of organisation: UUID) async throws -> [MemberAccount] {
        try await readServer { reader in
            var found: [MemberAccount] = []
            try reader.each(
                BoundSQL(
                    """
                    SELECT \(Membership.columns), \(Account.columns), EXISTS (SELECT 1 FROM "membership" o
                    WHERE o."account" = m."account" AND o."organisation" <> m."organisation")
                    FROM "membership" m JOIN "account" a ON a."id" = m."account"
                    WHERE m."organisation" = ? ORDER BY m."account" LIMIT 1000
                    """, [.identifier(organisation)])
            ) { row in
                found.append(
                    MemberAccount(membership: Membership(row), account: Account(row, from: 5), isUsedElsewhere: row[11])
                )
            }
            return found
        }
    }
    package func save(_ membership: Membership, noting event: AccountEvent?) async throws {
        try await change(touchesAccess: true, noting: event) { reader in
            try reader.run(
                """
                INSERT INTO "membership" ("account", "organisation", "person", "from", "until") VALUES (?, ?, ?, ?, ?)
                ON CONFLICT ("account", "organisation") DO UPDATE SET "person" = excluded."person",
                "from" = excluded."from", "until" = excluded."until"
                """,
                [
                    .identifier(membership.account), .identifier(membership.organisation),
                    .identifier(membership.person), .integer(Int64(membership.from.daysSince1970)),
                    membership.until.map { .integer(Int64($0.daysSince1970)) } ?? .null,
                ])
        }
    }
    package func removeMembership(account: UUID, organisation: UUID, noting event: AccountEvent?) async throws {
        try await change(touchesAccess: true, noting: event) { reader in
            try reader.run(
                "DELETE FROM \"membership\" WHERE \"account\" = ? AND \"organisation\" = ?",
                [.identifier(account), .identifier(organisation)])
        }
    }

    package func session(_ secretHash: [UInt8]) async throws -> Session? {
        try await readServer { reader in
            var found: Session?
            try reader.each(
                BoundSQL(
                    "SELECT \"account\", \"organisation\", \"form_secret\", \"created_at\", \"seen_at\", "
                        + "\"expires_at\" FROM \"session\" WHERE \"secret_hash\" = ?", [.bytes(secretHash)])
            ) { row in
                found = Session(
                    secretHash: secretHash, account: row[0], organisation: row[1], formSecret: row[2],
                    createdAt: Instant(millisecondsSince1970: row[3]),
                    seenAt: Instant(millisecondsSince1970: row[4]),
                    expiresAt: Instant(millisecondsSince1970: row[5]))
            }
            return found
        }
    }
    package func begin(_ session: Session, ifPasswordIs hash: String?) async throws -> Bool {
        try await change { reader in
            guard let account = try reader.lockedAccount(session.account), !account.isDisabled,
                account.passwordHash == hash
            else { return false }
            try reader.add(session)
            return true
        }
    }
    package func replace(_ secretHash: [UInt8], by session: Session) async throws -> Bool {
        try await change(touchesAccess: true) { reader in
            let ended: UUID? = try reader.one(
                BoundSQL(
                    "DELETE FROM \"session\" WHERE \"secret_hash\" = ? RETURNING \"account\"", [.bytes(secretHash)]))
            guard ended != nil else { return false }
            try reader.add(session)
            return true
        }
    }
    package func see(_ secretHash: [UInt8], at: Instant) async throws {
        // Being seen changes nothing that a caller was worked out from.
        try await change { reader in
            try reader.run(
                "UPDATE \"session\" SET \"seen_at\" = ? WHERE \"secret_hash\" = ? AND \"seen_at\" < ?",
                [.integer(at.millisecondsSince1970), .bytes(secretHash), .integer(at.millisecondsSince1970)])
        }
    }
    package func removeSession(_ secretHash: [UInt8]) async throws {
        try await change(touchesAccess: true) { reader in
            try reader.run("DELETE FROM \"session\" WHERE \"secret_hash\" = ?", [.bytes(secretHash)])
        }
    }
    package func removeSessions(of account: UUID, except secretHash: [UInt8]?) async throws {
        try await change(touchesAccess: true) { reader in
            try reader.run(
                "DELETE FROM \"session\" WHERE \"account\" = ? AND \"secret_hash\" <> ?",
                [.identifier(account), .bytes(secretHash ?? [])])
        }
    }
    package func removeSessions(expiredAt now: Instant) async throws {
        try await change { reader in
            try reader.run(
                "DELETE FROM \"session\" WHERE \"expires_at\" <= ?", [.integer(now.millisecondsSince1970)])
        }
    }

    package func token(_ secretHash: [UInt8]) async throws -> APIToken? {
        try await tokens("\"secret_hash\" = ?", [.bytes(secretHash)]).first
    }
    package func tokens(of account: UUID, in organisation: UUID) async throws -> [APIToken] {
        try await tokens(
            "\"account\" = ? AND \"organisation\" = ?", [.identifier(account), .identifier(organisation)])
    }
    private func tokens(_ condition: String, _ values: [SQLValue]) async throws -> [APIToken] {
        try await readServer { reader in
            var found: [APIToken] = []
            try reader.each(
                BoundSQL(
                    "SELECT \"id\", \"secret_hash\", \"account\", \"organisation\", \"name\", \"may_write\", "
                        + "\"created_at\", \"expires_at\", \"revoked_at\" FROM \"token\" WHERE \(condition) "
                        + "ORDER BY \"id\" LIMIT 1000", values)
            ) { row in
                found.append(
                    APIToken(
                        id: row[0], secretHash: row[1], account: row[2], organisation: row[3], name: row[4],
                        mayWrite: row[5], createdAt: Instant(millisecondsSince1970: row[6]),
                        expiresAt: Instant(millisecondsSince1970: row[7]),
                        revokedAt: (row[8] as Int64?).map { Instant(millisecondsSince1970: $0) }))
            }
            return found
        }
    }
    package func save(_ token: APIToken, noting event: AccountEvent) async throws {
        try await change(touchesAccess: true, noting: event) { reader in
            try reader.run(
                """
                INSERT INTO "token" ("id", "secret_hash", "account", "organisation", "name", "may_write",
                "created_at", "expires_at", "revoked_at") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT ("id") DO UPDATE SET "revoked_at" = excluded."revoked_at"
                """,
                [
                    .identifier(token.id), .bytes(token.secretHash), .identifier(token.account),
                    .identifier(token.organisation), .text(token.name), .integer(token.mayWrite ? 1 : 0),
                    .integer(token.createdAt.millisecondsSince1970), .integer(token.expiresAt.millisecondsSince1970),
                    token.revokedAt.map { .integer($0.millisecondsSince1970) } ?? .null,
                ])
        }
    }

    package func failures(_ key: String, since: Instant) async throws -> Int {
        try await readServer { try $0.failures(key, since: since) }
    }
    package func countFailure(_ key: String, at: Instant, since: Instant) async throws -> Int {
        try await change { reader in
            // The row of the minute stays locked to the end: whoever counts next sees this one.
            try reader.run(
                """
                INSERT INTO "failure" ("key", "minute", "count") VALUES (?, ?, 1) ON CONFLICT ("key", "minute")
                DO UPDATE SET "count" = "failure"."count" + 1
                """, [.text(key), .integer(at.millisecondsSince1970 / 60_000)])
            return try reader.failures(key, since: since)
        }
    }
    package func takeBackFailure(_ key: String, at: Instant) async throws {
        try await change { reader in
            try reader.run(
                "UPDATE \"failure\" SET \"count\" = \"count\" - 1 WHERE \"key\" = ? AND \"minute\" = ? AND \"count\" > 0",
                [.text(key), .integer(at.millisecondsSince1970 / 60_000)])
        }
    }
    package func removeFailures(_ key: String) async throws {
        try await change { try $0.run("DELETE FROM \"failure\" WHERE \"key\" = ?", [.text(key)]) }
    }
    package func removeFailures(before: Instant) async throws {
        try await change { reader in
            try reader.run(
                "DELETE FROM \"failure\" WHERE \"minute\" < ?", [.integer(before.millisecondsSince1970 / 60_000)])
        }
    }

    package func saveInvitation(
        _ secretHash: [UInt8], account: UUID?, expiresAt: Instant, noting event: AccountEvent
    ) async throws {
        try await change(noting: event) { reader in
            try reader.run(
                "INSERT INTO \"invitation\" (\"secret_hash\", \"account\", \"expires_at\") VALUES (?, ?, ?)",
                [
                    .bytes(secretHash), account.map { .identifier($0) } ?? .null,
                    .integer(expiresAt.millisecondsSince1970),
                ])
        }
    }
    package func takeInvitation(_ secretHash: [UInt8], at: Instant) async throws -> UUID?? {
        try await change { try $0.takeInvitation(secretHash, at: at) }
    }
    package func hasInvitation(_ secretHash: [UInt8], at: Instant) async throws -> Bool {
        try await readServer { reader in
            let found: Int? = try reader.one(
                BoundSQL(
                    "SELECT count(*) FROM \"invitation\" WHERE \"secret_hash\" = ? AND \"used_at\" IS NULL "
                        + "AND \"expires_at\" > ?", [.bytes(secretHash), .integer(at.millisecondsSince1970)]))
            return found ?? 0 > 0
        }
    }
}

extension SQLReader {
    /// The account as it is now. Whoever wants it for a change, too, waits for this transaction to end.
    fileprivate func lockedAccount(_ id: UUID) throws -> Account? {
        var found: Account?
        try each(
            BoundSQL(
                "SELECT \(Account.columns) FROM \"account\" a WHERE \"id\" = ?\(dialect.rowLock)", [.identifier(id)])
        ) { row in found = Account(row, from: 0) }
        return found
    }

    fileprivate func save(_ account: Account) throws {
        let other: UUID? = try one(
            BoundSQL("SELECT \"id\" FROM \"account\" WHERE \"email\" = ?", [.text(account.email)]))
        guard other == nil || other == account.id else { throw StoreError.taken(type: "account", field: "email") }
        try run(
            """
            INSERT INTO "account" ("id", "email", "password_hash", "is_disabled", "is_server_administrator",
            "created_at") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT ("id") DO UPDATE SET
            "email" = excluded."email", "password_hash" = excluded."password_hash",
            "is_disabled" = excluded."is_disabled",
            "is_server_administrator" = excluded."is_server_administrator"
            """,
            [
                .identifier(account.id), .text(account.email), account.passwordHash.map { .text($0) } ?? .null,
                .integer(account.isDisabled ? 1 : 0), .integer(account.isServerAdministrator ? 1 : 0),
                .integer(account.createdAt.millisecondsSince1970),
            ])
    }

    fileprivate func add(_ session: Session) throws {
        try run(
            """
            INSERT INTO "session" ("secret_hash", "account", "organisation", "form_secret", "created_at",
            "seen_at", "expires_at") VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .bytes(session.secretHash), .identifier(session.account),
                session.organisation.map { .identifier($0) } ?? .null, .text(session.formSecret),
                .integer(session.createdAt.millisecondsSince1970), .integer(session.seenAt.millisecondsSince1970),
                .integer(session.expiresAt.millisecondsSince1970),
            ])
    }

    fileprivate func failures(_ key: String, since: Instant) throws -> Int {
        try one(
            BoundSQL(
                "SELECT CAST(sum(\"count\") AS BIGINT) FROM \"failure\" WHERE \"key\" = ? AND \"minute\" >= ?",
                [.text(key), .integer(since.millisecondsSince1970 / 60_000)])) ?? 0
    }

    fileprivate func takeInvitation(_ secretHash: [UInt8], at: Instant) throws -> UUID?? {
        var found: UUID?? = nil
        try each(
            BoundSQL(
                """
                UPDATE "invitation" SET "used_at" = ? WHERE "secret_hash" = ? AND "used_at" IS NULL
                AND "expires_at" > ? RETURNING "account"
                """,
                [.integer(at.millisecondsSince1970), .bytes(secretHash), .integer(at.millisecondsSince1970)])
        ) { row in found = .some(row[0] as UUID?) }
        return found
    }
}

extension Account {
    fileprivate static let columns =
        "a.\"id\", a.\"email\", a.\"password_hash\", a.\"is_disabled\", a.\"is_server_administrator\", a.\"created_at\""
    fileprivate init(_ row: any SQLRows, from column: Int) {
        self.init(
            id: row[column], email: row[column + 1], passwordHash: row[column + 2], isDisabled: row[column + 3],
            isServerAdministrator: row[column + 4], createdAt: Instant(millisecondsSince1970: row[column + 5]))
    }
}

extension Membership {
    fileprivate static let columns = "m.\"account\", m.\"organisation\", m.\"person\", m.\"from\", m.\"until\""
    fileprivate init(_ row: any SQLRows) {
        self.init(
            account: row[0], organisation: row[1], person: row[2], from: Day(daysSince1970: row[3]),
            until: (row[4] as Int?).map { Day(daysSince1970: $0) })
    }
}
