// Work that the clock starts: signing ledgers that grew, and statuses that change with the day.
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

/// Signs a checkpoint of each ledger that grew, at most every five seconds.
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
            await round()
            do {
                try await cancelWhenGracefulShutdown {
                    try await _Concurrency.Task.sleep(for: .seconds(Self.secondsBetween))
                }
            } catch is CancellationError { break }
        }
        // What was acknowledged before the stop is signed before it ends.
        await round()
    }

    private func round() async {
        do {
            try await eachOrganisation(of: services.store) { _ = try await services.ledger.checkpoint($0) }
            _ = try await services.ledger.checkpoint(nil)
        } catch {
            failures.increment()
            logger.error("A ledger was not signed", metadata: ["error": "\(error)"])
        }
    }
}

/// Recomputes statuses whose evidence or tasks ran out, and tidies sessions, once a minute.
struct ClockKeeper: Service {
    static let secondsBetween = 60
    static let statusesAtOnce = 200
    let services: Services
    let posture: PostureEngine
    let logger: Logger

    func run() async throws {
        while !_Concurrency.Task.isCancelled {
            await round()
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

    private func round() async {
        do {
            try await services.signIn.tidy()
            try await services.records.imports.tidy()
            try await eachOrganisation(of: services.store) { organisation in
                try await refresh(organisation)
            }
        } catch {
            logger.error("The clock's round failed", metadata: ["error": "\(error)"])
        }
    }

    private func refresh(_ organisation: UUID) async throws {
        let now = services.environment.now()
        let found = try await services.store.read { try $0.find(ID<Organisation>(organisation), in: organisation) }
        let today = now.day(in: TimeZone(identifier: found?.value.timeZone ?? "") ?? .gmt)
        while true {
            let due = try await services.store.read {
                try $0.statusesDue(by: today, in: organisation, limit: Self.statusesAtOnce)
            }
            guard !due.isEmpty else { return }
            try await services.store.write(organisation) { [posture] transaction in
                try posture.recompute(due, in: transaction, organisation, today)
            }
            if due.count < Self.statusesAtOnce { return }
        }
    }
}
