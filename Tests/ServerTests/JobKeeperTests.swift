// The workers of a node: what they do with a job that succeeds, fails, comes back, or was taken over.
import Access
import Foundation
import Governance
import Logging
import RecordKit
import Storage
import Synchronization
import Testing

@testable import Server

@Suite final class JobKeeperTests: Sendable {
    private final class Handler: JobHandler {
        let kind = JobKind("test")
        let isRecurring: Bool
        let runs = Mutex<[Job]>([])
        let body: @Sendable (Job) async throws -> Instant?
        init(isRecurring: Bool = false, _ body: @escaping @Sendable (Job) async throws -> Instant?) {
            self.isRecurring = isRecurring
            self.body = body
        }
        func run(_ job: Job) async throws -> Instant? {
            runs.withLock { $0.append(job) }
            return try await body(job)
        }
    }
    private struct Fault: Error, CustomStringConvertible { let description = "no disk" }

    private let time: Mutex<Instant>
    private let store = MemoryStore()
    private let organisation = UUID()
    init() { time = Mutex(Instant(millisecondsSince1970: 1_800_000_000_000)) }

    private func now() -> Instant { time.withLock { $0 } }
    private func pass(seconds: Int) { time.withLock { $0 = $0.adding(seconds: seconds) } }

    private func keeper(_ handler: Handler) -> JobKeeper {
        JobKeeper(
            queue: store, handlers: [handler],
            environment: Environment(clock: Clock { [self] in now() }, random: .system), logger: Logger(label: "test"))
    }
    private func enqueue() async throws -> UUID {
        let job = NewJob(id: UUID(), kind: JobKind("test"), at: now())
        try await store.write(organisation) { try $0.enqueue(job) }
        return job.id
    }

    @Test func aJobIsDoneAndGone() async throws {
        let handler = Handler { _ in nil }
        _ = try await enqueue()
        #expect(try await keeper(handler).doOne())
        #expect(try await !keeper(handler).doOne(), "there is no second one")
        #expect(handler.runs.withLock { $0.map(\.attempts) } == [1])
        #expect(try await store.jobCounts() == JobCounts())
    }

    @Test func aFailureIsTriedAgainLaterEachTimeUntilItGivesUp() async throws {
        let handler = Handler { _ in throw Fault() }
        let id = try await enqueue()
        var pauses: [Double] = []
        for attempt in 1...JobRetry.attemptsMax {
            #expect(try await keeper(handler).doOne(), "attempt \(attempt)")
            let job = try #require(try await store.job(id))
            #expect(job.failure == "no disk" && job.failedAt == now() && job.attempts == attempt)
            guard attempt < JobRetry.attemptsMax else {
                #expect(job.state == .dead)
                break
            }
            #expect(job.state == .waiting)
            pauses.append(Double(job.dueAt.millisecondsSince1970 - now().millisecondsSince1970) / 1_000)
            #expect(try await !keeper(handler).doOne(), "not before its time")
            pass(seconds: Int(pauses[pauses.count - 1]) + 1)
        }
        // From 5 seconds to an hour, a fifth more or less.
        for (n, pause) in pauses.enumerated() {
            let middle = min(5 * pow(2, Double(n)), 3_600)
            #expect(pause >= middle * 0.8 - 1 && pause <= middle * 1.2, "\(n): \(pause)")
        }
        pass(seconds: 100_000)
        #expect(try await !keeper(handler).doOne(), "it has given up")
    }

    @Test func aRoundComesBackAndNeverGivesUp() async throws {
        let handler = Handler(isRecurring: true) { [self] job in
            if job.attempts > 20 { return now().adding(seconds: 60) }
            throw Fault()
        }
        try await store.enqueueOnce(NewJob(id: UUID(), kind: handler.kind, at: now()))
        for _ in 0..<20 {
            #expect(try await keeper(handler).doOne())
            pass(seconds: 5_000)
        }
        #expect(try await keeper(handler).doOne())
        let job = try #require(try await store.jobs(.waiting, after: nil, limit: 2).first)
        #expect(job.dueAt == now().adding(seconds: 60) && job.attempts == 0 && job.failure == nil)
    }

    @Test func aJobThatEndsItsNodeEachTimeGivesUpWithoutRunning() async throws {
        let handler = Handler { _ in nil }
        let id = try await enqueue()
        for _ in 0..<JobRetry.attemptsMax {
            #expect(try await store.takeJob(of: [handler.kind], lease: UUID(), at: now()) != nil)
            try await store.releaseAbandonedJobs()
        }
        #expect(try await keeper(handler).doOne())
        #expect(handler.runs.withLock { $0.isEmpty })
        #expect(try await store.job(id)?.state == .dead)
    }

    @Test func whoIsTakenOverLeavesTheJobToTheOther() async throws {
        let store = store
        let handler = Handler { job in
            // Its node says nothing for long, and another takes the job meanwhile.
            try await store.releaseAbandonedJobs()
            let other = try await store.takeJob(of: [job.kind], lease: UUID(), at: job.dueAt)
            #expect(other?.id == job.id)
            try await store.write(job.organisation) { try $0.confirm(job) }
            return nil
        }
        let id = try await enqueue()
        #expect(try await keeper(handler).doOne())
        let job = try #require(try await store.job(id))
        #expect(job.state == .running && job.failure == nil && job.attempts == 2, "the other has it, unharmed")
    }
}
