// Work that each node does for itself by the clock: signing ledgers that grew, and what it knows of sign-ins.
import Access
import Foundation
import Governance
import HTTPServing
import Logging
import RecordKit
import Records
import ServiceLifecycle
import Storage
import Telemetry

/// Every organisation of the server, page by page; `nil` last, for the server itself.
private func eachOrganisation(of store: any Storage.Store, _ body: (UUID) async throws -> Void) async throws {
    var last: UUID?
    while true {
        let after = last
        let page = try await store.read { try $0.organisations(after: after, limit: 100) }
        for organisation in page { try await body(organisation) }
        guard page.count == 100, let end = page.last else { return }
        last = end
    }
}

/// Signs a checkpoint of each ledger that grew, every five seconds. What was signed a moment ago, by another node or for
/// a report, waits for the next round.
struct CheckpointKeeper: Service {
    static let secondsBetween = 5
    let services: Services
    let logger: Logger
    private let failures = Metric.ledgerFailures.counter()

    init(services: Services, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    func run() async throws {
        while !_Concurrency.Task.isCancelled {
            // A little less: a round takes its time, and the next one must not find the last one's too young.
            await round(unlessWithin: Self.secondsBetween - 1)
            do {
                try await cancelWhenGracefulShutdown {
                    try await _Concurrency.Task.sleep(for: .seconds(Self.secondsBetween))
                }
            } catch is CancellationError { break }
        }
        // What was acknowledged before the stop is signed before it ends.
        await round()
    }

    private func round(unlessWithin seconds: Int = 0) async {
        do {
            try await eachOrganisation(of: services.store) {
                _ = try await services.ledger.checkpoint($0, unlessWithin: seconds)
            }
            _ = try await services.ledger.checkpoint(nil, unlessWithin: seconds)
        } catch {
            failures.increment()
            logger.error("A ledger was not signed", metadata: ["error": "\(error)"])
        }
    }
}

/// Tidies sessions once a minute, and records sign-in failures that were only counted.
struct ClockKeeper: Service {
    static let secondsBetween = 60
    let services: Services
    let logger: Logger

    func run() async throws {
        while !_Concurrency.Task.isCancelled {
            do { try await services.signIn.tidy() } catch {
                logger.error("The clock's round failed", metadata: ["error": "\(error)"])
            }
            do {
                try await cancelWhenGracefulShutdown {
                    try await _Concurrency.Task.sleep(for: .seconds(Self.secondsBetween))
                }
            } catch is CancellationError { break }
        }
        do { try await services.signIn.tidy(isStopping: true) } catch {
            logger.error("Sign-in failures were not recorded at the stop", metadata: ["error": "\(error)"])
        }
    }
}

/// Tells the other nodes four times a second how many requests this one let through, and hears of theirs: a caller who asks
/// all nodes at once gets that much more than the limit, and waits for it afterwards.
struct RequestKeeper: Service {
    static let millisecondsBetween = 250
    /// Rounds between two in which budgets are forgotten that nobody takes from.
    private static let roundsBetweenTidying = 240
    let limiter: RateLimiter
    let store: any DatabaseStore
    let clock: Clock
    let logger: Logger

    func run() async throws {
        var round = 0
        var hasFailed = false
        while !_Concurrency.Task.isCancelled {
            do {
                try await cancelWhenGracefulShutdown {
                    try await _Concurrency.Task.sleep(for: .milliseconds(Self.millisecondsBetween))
                }
            } catch is CancellationError { return }
            round += 1
            do {
                let now = clock.now()
                try await limiter.share { try await store.take($1, from: $0, at: now) }
                if round.isMultiple(of: Self.roundsBetweenTidying) {
                    try await store.removeRequestBudgets(before: now.adding(seconds: -2 * limiter.secondsToFull))
                }
                hasFailed = false
            } catch {
                // Said once, not four times a second: meanwhile each node counts for itself.
                if !hasFailed {
                    logger.warning(
                        "Requests are not counted together with other nodes", metadata: ["error": "\(error)"])
                }
                hasFailed = true
            }
        }
    }
}
