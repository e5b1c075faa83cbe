// Where a PostgreSQL server is and who connects: a connection string, environment variables and files, as libpq reads
// them. A password appears in no error.
import CPostgres
import Foundation
package import Storage

/// How to reach a database.
package struct PostgresAddress: Sendable {
    /// `postgres://…`, or `key=value` pairs; what they leave open is taken from `PG…` variables, the service file and
    /// the password file.
    private let text: String
    private let secrets: [String]

    /// - Parameter text: A connection string of libpq, section 34.1.1 of the manual of PostgreSQL 15.
    /// - Throws: ``StoreError/unavailable(_:)`` if it is not one. The error does not repeat it.
    package init(_ text: String) throws(StoreError) {
        self.text = text
        var problem: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &problem) else {
            // The message quotes what it cannot read, which may be the password.
            PQfreemem(problem)
            throw .unavailable(
                "this is not a connection string of PostgreSQL (postgres://user@host:5432/database)")
        }
        defer { PQconninfoFree(options) }
        var secrets: [String] = []
        var at = options
        while let keyword = at.pointee.keyword {
            if ["password", "sslpassword"].contains(String(cString: keyword)), let value = at.pointee.val {
                secrets.append(String(cString: value))
            }
            at += 1
        }
        self.secrets = secrets.filter { !$0.isEmpty }
    }

    /// The text says that it is a PostgreSQL database.
    package static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") || text.contains("=")
    }

    /// A message without the password, should any part of it be there.
    func redacted(_ message: String) -> String {
        let environment = [ProcessInfo.processInfo.environment["PGPASSWORD"]].compactMap { $0 }.filter {
            !$0.isEmpty
        }
        return (secrets + environment).reduce(message) { $0.replacingOccurrences(of: $1, with: "…") }
    }

    /// The parameters of a connection. What is said first gives way to what is said later.
    func parameters(_ application: String) -> [(String, String)] {
        [
            ("connect_timeout", "5"), ("keepalives_idle", "15"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "30000"), ("dbname", text),
            ("client_encoding", "UTF8"),
            ("application_name", application),
        ]
    }
}
