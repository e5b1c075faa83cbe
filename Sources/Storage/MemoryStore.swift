// The reference implementation of `Store`: everything in arrays, everything evaluated in Swift, nothing clever. The
// contract suite holds the databases to what it answers; tests of services use it where speed does not matter.
package import Foundation
import Synchronization

/// A store in memory. It forgets everything when it goes.
package final class MemoryStore: Store {
    private let state = Mutex(MemoryState())
    package let changes = ChangeHub()

    /// An empty store.
    package init() {}

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Reader) throws -> T) async throws -> T {
        // The state is a value: a copy is a snapshot, and writers need not wait for the reader.
        try body(MemoryReader(state.withLock { $0 }))
    }

    package func write<T: Sendable>(
        _ organisation: UUID?, isBrief: Bool, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        let (result, committed) = try state.withLock { state in
            let transaction = MemoryTransaction(state, organisation: organisation)
            let result = try body(transaction)
            // A body that throws never gets here: its copy of the state is dropped with all that it did.
            state = transaction.state
            return (result, transaction.committed)
        }
        changes.publish(committed)
        return result
    }

    /// Changes what no transaction is about.
    func withState<T: Sendable>(_ body: (inout MemoryState) throws -> T) rethrows -> T {
        try state.withLock { try body(&$0) }
    }

    /// Nothing is left behind in memory.
    package func scrub() async throws {}
}
