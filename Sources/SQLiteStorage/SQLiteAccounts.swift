// Accounts, memberships, sessions, tokens and failures in the SQLite file.
package import Foundation
import GRDB
package import RecordKit
package import Storage
import Synchronization

extension SQLiteStore: AccountStore {
    package var accessGeneration: Int { generation.load(ordering: .sequentiallyConsistent) }

    package func account(_ id: UUID) async throws -> Account? { try await account("\"id\" = ?", id) }
    package func account(email: String) async throws -> Account? { try await account("\"email\" = ?", email) }
    private func account(_ condition: String, _ value: some DatabaseValueConvertible & Sendable) async throws
        -> Account?
    {
        try await pool.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM \"account\" WHERE \(condition)", arguments: [value])
                .map(Self.account)
        }
    }
    private static func account(_ row: Row) -> Account {
        Account(
            id: row["id"], email: row["email"], passwordHash: row["password_hash"],
            isDisabled: row["is_disabled"], isServerAdministrator: row["is_server_administrator"],
            createdAt: Instant(millisecondsSince1970: row["created_at"]))
    }
    package func accountCount() async throws -> Int {
        try await pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \"account\"") ?? 0 }
    }

    package func save(_ account: Account, noting event: AccountEvent?) async throws {
        try await change(touchesAccess: true, noting: event) { db in
            let other = try UUID.fetchOne(
                db, sql: "SELECT \"id\" FROM \"account\" WHERE \"email\" = ?", arguments: [account.email])
            guard other == nil || other == account.id else { throw StoreError.taken(type: "account", field: "email") }
            try db.execute(
                sql: """
                    INSERT INTO "account" ("id", "email", "password_hash", "is_disabled", "is_server_administrator",
                    "created_at") VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT ("id") DO UPDATE SET
                    "email" = excluded."email", "password_hash" = excluded."password_hash",
                    "is_disabled" = excluded."is_disabled",
                    "is_server_administrator" = excluded."is_server_administrator"
                    """,
                arguments: [
                    account.id, account.email, account.passwordHash, account.isDisabled,
                    account.isServerAdministrator, account.createdAt.millisecondsSince1970,
                ])
        }
    }

    package func memberships(of account: UUID) async throws -> [Membership] {
        try await memberships("\"account\" = ?", account)
    }
    package func memberships(in organisation: UUID) async throws -> [Membership] {
        try await memberships("\"organisation\" = ?", organisation)
    }
    private func memberships(_ condition: String, _ value: UUID) async throws -> [Membership] {
        try await pool.read { db in
            try Row.fetchAll(
                db,
                sql:
                    "SELECT * FROM \"membership\" WHERE \(condition) ORDER BY \"organisation\", \"account\" LIMIT 1000",
                arguments: [value]
            ).map(Self.membership)
        }
    }
    private static func membership(_ row: Row) -> Membership {
        Membership(
            account: row["account"], organisation: row["organisation"], person: row["person"],
            from: Day(daysSince1970: row["from"]),
            until: (row["until"] as Int?).map { Day(daysSince1970: $0) })
    }
    package func members(of organisation: UUID) async throws -> [MemberAccount] {
        try await pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT m.*, a.*, EXISTS (SELECT 1 FROM "membership" o WHERE o."account" = m."account"
                    AND o."organisation" <> m."organisation") AS "is_used_elsewhere"
                    FROM "membership" m JOIN "account" a ON a."id" = m."account"
                    WHERE m."organisation" = ? ORDER BY m."account" LIMIT 1000
                    """, arguments: [organisation]
            ).map { row in
                MemberAccount(
                    membership: Self.membership(row), account: Self.account(row),
                    isUsedElsewhere: row["is_used_elsewhere"])
            }
        }
    }
    package func save(_ membership: Membership, noting event: AccountEvent?) async throws {
        try await change(touchesAccess: true, noting: event) { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO "membership" ("account", "organisation", "person", "from", "until")
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    membership.account, membership.organisation, membership.person, membership.from.daysSince1970,
                    membership.until?.daysSince1970,
                ])
        }
    }
    package func removeMembership(account: UUID, organisation: UUID, noting event: AccountEvent?) async throws {
        try await change(touchesAccess: true, noting: event) { db in
            try db.execute(
                sql: "DELETE FROM \"membership\" WHERE \"account\" = ? AND \"organisation\" = ?",
                arguments: [account, organisation])
        }
    }

    package func session(_ secretHash: [UInt8]) async throws -> Session? {
        try await pool.read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM \"session\" WHERE \"secret_hash\" = ?", arguments: [Data(secretHash)]
            ).map { row in
                Session(
                    secretHash: secretHash, account: row["account"], organisation: row["organisation"],
                    formSecret: row["form_secret"], createdAt: Instant(millisecondsSince1970: row["created_at"]),
                    seenAt: Instant(millisecondsSince1970: row["seen_at"]),
                    expiresAt: Instant(millisecondsSince1970: row["expires_at"]))
            }
        }
    }
    package func save(_ session: Session) async throws {
        // Being seen changes nothing that a caller was worked out from.
        try await change { db in
            try db.execute(
                sql: """
                    INSERT INTO "session" ("secret_hash", "account", "organisation", "form_secret", "created_at",
                    "seen_at", "expires_at") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT ("secret_hash") DO UPDATE SET
                    "organisation" = excluded."organisation", "seen_at" = excluded."seen_at"
                    """,
                arguments: [
                    Data(session.secretHash), session.account, session.organisation, session.formSecret,
                    session.createdAt.millisecondsSince1970, session.seenAt.millisecondsSince1970,
                    session.expiresAt.millisecondsSince1970,
                ])
        }
    }
    package func removeSession(_ secretHash: [UInt8]) async throws {
        try await change(touchesAccess: true) { db in
            try db.execute(
                sql: "DELETE FROM \"session\" WHERE \"secret_hash\" = ?", arguments: [Data(secretHash)])
        }
    }
    package func removeSessions(of account: UUID, except secretHash: [UInt8]?) async throws {
        try await change(touchesAccess: true) { db in
            try db.execute(
                sql: "DELETE FROM \"session\" WHERE \"account\" = ? AND \"secret_hash\" <> ?",
                arguments: [account, Data(secretHash ?? [])])
        }
    }
    package func removeSessions(expiredAt now: Instant) async throws {
        try await change { db in
            try db.execute(
                sql: "DELETE FROM \"session\" WHERE \"expires_at\" <= ?", arguments: [now.millisecondsSince1970])
        }
    }

    package func token(_ secretHash: [UInt8]) async throws -> APIToken? {
        try await tokens("\"secret_hash\" = ?", [Data(secretHash)]).first
    }
    package func tokens(of account: UUID, in organisation: UUID) async throws -> [APIToken] {
        try await tokens("\"account\" = ? AND \"organisation\" = ?", [account, organisation])
    }
    private func tokens(_ condition: String, _ values: StatementArguments) async throws -> [APIToken] {
        try await pool.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM \"token\" WHERE \(condition) ORDER BY \"id\" LIMIT 1000", arguments: values
            ).map { row in
                APIToken(
                    id: row["id"], secretHash: [UInt8](row["secret_hash"] as Data), account: row["account"],
                    organisation: row["organisation"], name: row["name"], mayWrite: row["may_write"],
                    createdAt: Instant(millisecondsSince1970: row["created_at"]),
                    expiresAt: Instant(millisecondsSince1970: row["expires_at"]),
                    revokedAt: (row["revoked_at"] as Int64?).map { Instant(millisecondsSince1970: $0) })
            }
        }
    }
    package func save(_ token: APIToken, noting event: AccountEvent) async throws {
        try await change(touchesAccess: true, noting: event) { db in
            try db.execute(
                sql: """
                    INSERT INTO "token" ("id", "secret_hash", "account", "organisation", "name", "may_write",
                    "created_at", "expires_at", "revoked_at") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT ("id") DO UPDATE SET "revoked_at" = excluded."revoked_at"
                    """,
                arguments: [
                    token.id, Data(token.secretHash), token.account, token.organisation, token.name, token.mayWrite,
                    token.createdAt.millisecondsSince1970, token.expiresAt.millisecondsSince1970,
                    token.revokedAt?.millisecondsSince1970,
                ])
        }
    }

    package func failures(_ key: String, since: Instant) async throws -> Int {
        try await pool.read { db in
            try Int.fetchOne(
                db, sql: "SELECT sum(\"count\") FROM \"failure\" WHERE \"key\" = ? AND \"minute\" >= ?",
                arguments: [key, since.millisecondsSince1970 / 60_000]) ?? 0
        }
    }
    @discardableResult
    package func countFailure(_ key: String, at: Instant) async throws -> Int {
        try await change { db in
            try Int.fetchOne(
                db,
                sql: """
                    INSERT INTO "failure" ("key", "minute", "count") VALUES (?, ?, 1)
                    ON CONFLICT ("key", "minute") DO UPDATE SET "count" = "count" + 1 RETURNING "count"
                    """, arguments: [key, at.millisecondsSince1970 / 60_000]) ?? 0
        }
    }
    package func removeFailures(_ key: String) async throws {
        try await change { db in
            try db.execute(sql: "DELETE FROM \"failure\" WHERE \"key\" = ?", arguments: [key])
        }
    }
    package func removeFailures(before: Instant) async throws {
        try await change { db in
            try db.execute(
                sql: "DELETE FROM \"failure\" WHERE \"minute\" < ?",
                arguments: [before.millisecondsSince1970 / 60_000])
        }
    }

    package func saveInvitation(
        _ secretHash: [UInt8], account: UUID?, expiresAt: Instant, noting event: AccountEvent
    ) async throws {
        try await change(noting: event) { db in
            try db.execute(
                sql: "INSERT INTO \"invitation\" (\"secret_hash\", \"account\", \"expires_at\") VALUES (?, ?, ?)",
                arguments: [Data(secretHash), account, expiresAt.millisecondsSince1970])
        }
    }
    package func takeInvitation(_ secretHash: [UInt8], at: Instant) async throws -> UUID?? {
        try await change { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    UPDATE "invitation" SET "used_at" = ? WHERE "secret_hash" = ? AND "used_at" IS NULL
                    AND "expires_at" > ? RETURNING "account"
                    """,
                arguments: [at.millisecondsSince1970, Data(secretHash), at.millisecondsSince1970])
            return row.map { $0[0] as UUID? }
        }
    }
    package func hasInvitation(_ secretHash: [UInt8], at: Instant) async throws -> Bool {
        try await pool.read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM "invitation" WHERE "secret_hash" = ? AND "used_at" IS NULL
                    AND "expires_at" > ?
                    """, arguments: [Data(secretHash), at.millisecondsSince1970]) ?? false
        }
    }

    /// One transaction on the connection on which records are written, too: a leaf gets the next index of its ledger.
    private func change<T: Sendable>(
        touchesAccess: Bool = false, noting event: AccountEvent? = nil,
        _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        let result = try await pool.write { [layouts] db in
            let result = try body(db)
            if let event {
                try SQLiteTransaction(db, layouts, event.organisation).append(event.event, by: event.change)
            }
            return result
        }
        if touchesAccess { generation.add(1, ordering: .sequentiallyConsistent) }
        return result
    }
}
