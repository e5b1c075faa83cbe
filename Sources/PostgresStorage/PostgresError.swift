// What PostgreSQL says when it refuses.
import Foundation
import Storage

/// An error of the server or of the connection to it.
struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// Five characters, appendix A of the manual; empty if the connection itself failed.
    let state: String
    let message: String
    /// The constraint or unique index that was violated.
    var constraint = ""
    /// The statement, without its values.
    var statement = ""

    var description: String {
        let kind = state.isEmpty ? "" : " (\(state))"
        let about = statement.isEmpty ? "" : " in: \(statement.prefix(300))"
        return "PostgreSQL: \(message)\(kind)\(about)"
    }

    /// Another transaction was in the way: the same again may well succeed.
    var isConflict: Bool { state == "40001" || state == "40P01" || state == "55P03" }
    /// The connection is gone, or the server is going.
    var isConnection: Bool {
        state.isEmpty || state.hasPrefix("08")
            || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(state)
    }
    /// The server is full (53: disk, memory, connections), or took longer than it may.
    private var isExhaustion: Bool { state.hasPrefix("53") || state == "57014" }
    /// The identifier of a new record is one that there is already.
    var isTakenIdentifier: Bool { state == "23505" && constraint == "record_pkey" }
    /// A change that was refused after it had written beside others: none of them may be committed so.
    static func undone(_ cause: any Error) -> PostgresError {
        PostgresError(state: "XX000", message: "a change was refused beside others: \(cause)")
    }
    /// In the words of the store.
    var named: StoreError {
        if state == "23505", let taken = StoreError.refusal(byIndex: constraint) { return taken }
        if isConnection || isConflict || isExhaustion { return .away("database: \(self)") }
        return .unavailable("database: \(self)")
    }
}
