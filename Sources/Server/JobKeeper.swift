// Takes jobs from the queue and does them, a few at a time, beside the other nodes.
import Access
import Foundation
import Governance
import Logging
import RecordKit
import ServiceLifecycle
import Storage

/// The workers of one node.
struct JobKeeper: Service {
    /// Jobs that one node does at once.
    static let workers = 2
    /// How long a worker that found nothing waits before it looks again.
    static let millisecondsBetween = 1_000

    let queue: any JobStore
    let handlers: [any JobHandler]
    let environment: Access.Environment
    let logger: Logger

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for _ in 0..<Self.workers { group.addTask { await work() } }
        }
    }

    /// Until the server stops. A job that is under way then is finished first.
    private func work() async {
        var hasRounds = false
        while !_Concurrency.Task.isShuttingDownGracefully, !_Concurrency.Task.isCancelled {
            var wasBusy = false
            do {
                if !hasRounds {
                    try await enqueueRounds()
                    hasRounds = true
                }
                wasBusy = try await doOne()
            } catch {
                logger.error("The queue of jobs cannot be read", metadata: ["error": "\(error)"])
            }
            if wasBusy { continue }
            do {
                try await cancelWhenGracefulShutdown {
                    try await _Concurrency.Task.sleep(for: .milliseconds(Self.millisecondsBetween))
                }
            } catch { break }
        }
        await finishDue()
    }

    /// What is due when the server stops is done before it ends: an erasure leaves nothing behind in a file at rest.
    private func finishDue() async {
        do { while !_Concurrency.Task.isCancelled, try await doOne() {} } catch {
            logger.error("Jobs were left to the next start", metadata: ["error": "\(error)"])
        }
    }

    /// The rounds of the server are in the queue from the first start on.
    private func enqueueRounds() async throws {
        let now = environment.now()
        for handler in handlers where handler.isRecurring {
            try await queue.enqueueOnce(NewJob(id: environment.id(), kind: handler.kind, at: now))
        }
    }

    /// - Returns: Whether there was a job.
    func doOne() async throws -> Bool {
        let taken = try await queue.takeJob(of: handlers.map(\.kind), lease: environment.id(), at: environment.now())
        guard let job = taken, let handler = handlers.first(where: { $0.kind == job.kind }) else { return false }
        do {
            try await perform(job, handler)
        } catch is LeaseLost {
            logger.warning("A job was taken over by another node", metadata: name(job))
        }
        return true
    }

    private func perform(_ job: Job, _ handler: any JobHandler) async throws {
        let again: Instant?
        do {
            // A job that ends its node each time has nobody who could note a failure.
            guard handler.isRecurring || job.attempts <= JobRetry.attemptsMax else { throw EndedItsNode() }
            again = try await handler.run(job)
        } catch let lost as LeaseLost {
            throw lost
        } catch {
            return try await failed(job, handler, error)
        }
        try await queue.finish(job, again: again, at: environment.now())
    }

    private func failed(_ job: Job, _ handler: any JobHandler, _ error: any Error) async throws {
        let chance = Double(environment.random.bytes(1).first ?? 0) / 255
        let pause = JobRetry.pause(after: job.attempts, chance: chance)
        let isDead = !handler.isRecurring && job.attempts >= JobRetry.attemptsMax
        let now = environment.now()
        let again = isDead ? nil : now.adding(seconds: Int(pause.components.seconds))
        var metadata = name(job)
        metadata["error"] = "\(error)"
        metadata["attempt"] = "\(job.attempts)"
        if isDead {
            logger.error("A job failed as often as it may; see Settings, Jobs", metadata: metadata)
        } else {
            logger.warning("A job failed; it is tried again", metadata: metadata)
        }
        try await queue.fail(job, "\(error)", again: again, at: now)
    }

    private func name(_ job: Job) -> Logger.Metadata {
        ["job": "\(job.id.lowercased)", "kind": "\(job.kind.rawValue)"]
    }

    private struct EndedItsNode: Error, CustomStringConvertible {
        var description: String { "the server ended each time while it ran" }
    }
}
