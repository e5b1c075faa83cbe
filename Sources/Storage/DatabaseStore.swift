// The store of an installation: records and accounts in one database, whichever it is.

/// A database that an installation is opened over.
package protocol DatabaseStore: Store, AccountStore, JobStore {
    /// Runs a body that fills an empty installation, which can be filled again after a power cut. A database of one
    /// process may leave out the flushes meanwhile.
    func withoutFlushes<T: Sendable>(_ body: @Sendable () async throws -> T) async throws -> T
    /// Changes that wait to be written.
    var waitingChanges: Int { get }
    /// Nodes that gave a sign of life of late; `nil` where there are no others.
    func liveNodes() async throws -> Int?
    /// Ends all connections; nothing may be asked afterwards.
    func close() throws
}
