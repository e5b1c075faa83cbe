// Requests that were carried out, in a database. They are no records and leave no leaf.
import Foundation
package import RecordKit

extension SQLReader {
    package func keptRequest(_ key: RequestKey, at now: Instant) throws -> KeptRequest? {
        enter(key.organisation)
        var found: KeptRequest?
        let sql = BoundSQL(
            "SELECT \"fingerprint\", \"answer\", \"at\" FROM \"kept_request\" WHERE \"account\" = ? "
                + "AND \"organisation\" = ? AND \"key\" = ? AND \"at\" > ?",
            key.sql + [.integer(KeptRequest.horizon(at: now).millisecondsSince1970)])
        try each(sql) { row in
            found = KeptRequest(
                key: key, fingerprint: row[0], answer: row[1],
                at: Instant(millisecondsSince1970: row[2]))
        }
        return found
    }
}

extension SQLTransaction {
    package func keep(_ request: KeptRequest) throws {
        let horizon = KeptRequest.horizon(at: request.at)
        // Keys of all organisations are forgotten, and counted together.
        connection.enter(.server)
        try connection.run(
            BoundSQL(
                "DELETE FROM \"kept_request\" WHERE \"at\" <= ?", [.integer(horizon.millisecondsSince1970)]))
        guard try keptRequest(request.key, at: request.at) == nil else {
            throw StoreError.taken(type: "request", field: "key")
        }
        try run(
            "INSERT INTO \"kept_request\" (\"account\", \"organisation\", \"key\", \"fingerprint\", \"answer\", \"at\") "
                + "VALUES (?, ?, ?, ?, ?, ?)",
            request.key.sql + [
                .bytes(request.fingerprint), .text(request.answer), .integer(request.at.millisecondsSince1970),
            ])
        // Walks the account's own index entries only, and ends at once for whoever keeps few.
        connection.enter(.server)
        try connection.run(
            BoundSQL(
                """
                DELETE FROM "kept_request" WHERE "account" = ? AND ("at", "key") <= (SELECT "at", "key"
                FROM "kept_request" WHERE "account" = ? ORDER BY "at" DESC, "key" DESC LIMIT 1 OFFSET ?)
                """,
                [
                    .identifier(request.key.account), .identifier(request.key.account),
                    .integer(Int64(KeptRequest.perAccountMax)),
                ]))
    }
}

extension RequestKey {
    fileprivate var sql: [SQLValue] { [.identifier(account), .identifier(organisation), .text(key)] }
}
