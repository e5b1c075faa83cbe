// Whether a proxy may send requests here.
package import Storage
import Telemetry

/// Answers cheaply whether this node can work: at most one read of the store a second, however often it is asked.
package struct Readiness: Sendable {
    /// An answer of the store is good so long.
    package static let goodFor = Duration.seconds(1)
    /// A store that is slower is none.
    package static let storeTimeMax = Duration.seconds(2)

    private let stopping: Stopping
    private let store: Probe<Void>

    package init(store: any Store, stopping: Stopping) {
        self.stopping = stopping
        self.store = Probe(goodFor: Self.goodFor, within: Self.storeTimeMax) {
            _ = try await store.read { try $0.ledgerSize(nil) }
        }
    }

    /// Why it cannot, a line for each reason; empty if it can. No reason names an address, an error or a person.
    package func reasons() async -> [String] {
        var reasons: [String] = []
        if stopping.isDraining { reasons.append("the node is draining") }
        if case .failure = await store.answer() { reasons.append("the store does not answer") }
        return reasons
    }
}
