// Tells whoever listens in this process what commits made visible. The store publishes after each commit; where several
// nodes share one database, what another node says it committed is published by the same call.
package import Foundation
package import RecordKit
import Synchronization

/// One revision that a commit made visible.
package struct CommittedChange: Sendable {
    /// The record as it is now.
    package let record: StoredRecord
    /// create, update, archive, restore, answer, or a transition's name.
    package let action: String
    package let person: UUID?
    /// As the caller was named when it changed; `nil` where nobody looked it up.
    package let personName: String?
    package init(record: StoredRecord, action: String, person: UUID?, personName: String?) {
        self.record = record
        self.action = action
        self.person = person
        self.personName = personName
    }
}

/// Why nobody more may listen.
package enum ChangeHubError: Error, Sendable, Equatable {
    case tooMany(subscriptionsMax: Int)
}

/// Hands committed changes to subscribers, organisation by organisation. Nothing is kept for those who come later:
/// they read the ledger from the index that they saw last.
package final class ChangeHub: Sendable {
    package static let subscriptionsMax = 10_000
    /// One more ends the account's oldest: most likely a page that was left and whose connection is not yet known to be
    /// gone. A page that is still there connects again.
    package static let subscriptionsPerAccountMax = 24
    /// Signals that may wait for one subscriber; whoever is slower is ended and catches up from the ledger.
    package static let signalsWaitingMax = 256

    /// What a subscriber hears.
    package enum Signal: Sendable {
        case changes([CommittedChange])
        /// Nothing happened; the connection is to be kept open.
        case heartbeat
    }

    /// One listener. It ends when it is cancelled, when it is too slow, or when nobody holds its signals any more.
    package struct Subscription: Sendable {
        package let signals: AsyncStream<Signal>
        package let cancel: @Sendable () -> Void
    }

    private struct Subscriber {
        let account: UUID?
        let continuation: AsyncStream<Signal>.Continuation
    }
    private struct State {
        var serial = 0
        var byOrganisation: [UUID: [Int: Subscriber]] = [:]
        var countByAccount: [UUID?: Int] = [:]
        var count = 0

        mutating func remove(_ id: Int, in organisation: UUID) {
            guard let gone = byOrganisation[organisation]?.removeValue(forKey: id) else { return }
            if byOrganisation[organisation]?.isEmpty == true { byOrganisation[organisation] = nil }
            let left = (countByAccount[gone.account] ?? 1) - 1
            countByAccount[gone.account] = left > 0 ? left : nil
            count -= 1
        }

        mutating func removeOldest(of account: UUID?) -> Subscriber? {
            var oldest: (id: Int, organisation: UUID)?
            for (organisation, subscribers) in byOrganisation {
                for (id, subscriber) in subscribers where subscriber.account == account && id < oldest?.id ?? .max {
                    oldest = (id, organisation)
                }
            }
            guard let oldest else { return nil }
            let found = byOrganisation[oldest.organisation]?[oldest.id]
            remove(oldest.id, in: oldest.organisation)
            return found
        }
    }
    private let state = Mutex(State())

    /// A hub without listeners.
    package init() {}

    package var subscriptionCount: Int { state.withLock { $0.count } }

    /// Listens to one organisation, from now on.
    /// - Throws: ``ChangeHubError``.
    package func subscribe(to organisation: UUID, account: UUID?) throws(ChangeHubError) -> Subscription {
        let (signals, continuation) = AsyncStream.makeStream(
            of: Signal.self, bufferingPolicy: .bufferingOldest(Self.signalsWaitingMax))
        let (id, ended) = try state.withLock { state throws(ChangeHubError) -> (Int, Subscriber?) in
            let isFull = (state.countByAccount[account] ?? 0) >= Self.subscriptionsPerAccountMax
            let ended = isFull ? state.removeOldest(of: account) : nil
            guard state.count < Self.subscriptionsMax else { throw .tooMany(subscriptionsMax: Self.subscriptionsMax) }
            state.serial += 1
            state.count += 1
            state.countByAccount[account, default: 0] += 1
            state.byOrganisation[organisation, default: [:]][state.serial] = Subscriber(
                account: account, continuation: continuation)
            return (state.serial, ended)
        }
        // Outside the lock: ending a stream takes it.
        ended?.continuation.finish()
        continuation.onTermination = { [self] _ in state.withLock { $0.remove(id, in: organisation) } }
        return Subscription(signals: signals) { continuation.finish() }
    }

    /// Says what was committed. Shared content is no organisation's change and is not told.
    package func publish(_ changes: [CommittedChange]) {
        for (organisation, own) in Dictionary(grouping: changes, by: \.record.meta.organisation) {
            guard let organisation else { continue }
            let listeners = state.withLock { Array($0.byOrganisation[organisation, default: [:]].values) }
            for listener in listeners { Self.send(.changes(own), to: listener) }
        }
    }

    /// Somebody listens to the organisation.
    package func hasSubscribers(of organisation: UUID) -> Bool {
        state.withLock { $0.byOrganisation[organisation] != nil }
    }

    /// Ends every subscription: changes may have been missed. Whoever connects again catches up from the ledger.
    package func endAll() {
        let listeners = state.withLock { state in state.byOrganisation.values.flatMap { Array($0.values) } }
        for listener in listeners { listener.continuation.finish() }
    }

    /// Reminds every listener that the connection is open.
    package func beat() {
        let listeners = state.withLock { state in state.byOrganisation.values.flatMap { Array($0.values) } }
        for listener in listeners { Self.send(.heartbeat, to: listener) }
    }

    /// A listener that lost a signal must not go on as if it had heard all. Sending happens outside the lock: ending
    /// a stream takes it.
    private static func send(_ signal: Signal, to listener: Subscriber) {
        if case .dropped = listener.continuation.yield(signal) { listener.continuation.finish() }
    }
}
