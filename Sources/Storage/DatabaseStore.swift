// The store of an installation: records and accounts in one database, whichever it is.
package import RecordKit

/// How many requests there are for each name, and the time in which an empty budget is full again.
package struct RequestBudget: Sendable, Hashable {
    package let full: Int
    package let windowSeconds: Int
    package init(full: Int, windowSeconds: Int) {
        self.full = full
        self.windowSeconds = windowSeconds
    }
}

/// A database that an installation is opened over.
package protocol DatabaseStore: Store, AccountStore, JobStore {
    /// Runs a body that fills an empty installation, which can be filled again after a power cut. A database of one
    /// process may leave out the flushes meanwhile.
    func withoutFlushes<T: Sendable>(_ body: @Sendable () async throws -> T) async throws -> T
    /// Changes that wait to be written.
    var waitingChanges: Int { get }
    /// Nodes that gave a sign of life of late; `nil` where there are no others.
    func liveNodes() async throws -> Int?
    /// Takes requests from the budgets that all nodes share, by name. What time gave back until `at` is there again; the
    /// debt of nodes that let too much through at the same time is at most a whole budget.
    /// - Returns: What is left of each budget, below zero where there is a debt; `nil` where there are no other nodes.
    func take(_ requests: [String: Int], from budget: RequestBudget, at: Instant) async throws -> [String: Double]?
    /// Forgets budgets from which nothing was taken since a time.
    func removeRequestBudgets(before: Instant) async throws
    /// Ends all connections; nothing may be asked afterwards.
    func close() throws
}
