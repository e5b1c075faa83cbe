// Work that is done after a commit: a row that is written in the transaction of the change, and taken by whichever node
// has time. A job is done at least once; what it writes confirms in the same transaction that it still holds the job,
// so that its effects come once.
package import Foundation
package import RecordKit

/// What a job does, by the name of the work.
package struct JobKind: RawRepresentable, Sendable, Hashable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(_ name: String) { rawValue = name }
}

/// A job in the queue. A job that is done is no longer there.
package struct Job: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// For its time, or for somebody to take it.
        case waiting
        case running
        /// It failed as often as it may: a person looks at it, and lets it run again or takes it out.
        case dead
    }

    package let id: UUID
    /// Whose work it is; `nil` is the server's.
    package let organisation: UUID?
    package let kind: JobKind
    /// What it is about, in the words of its kind; empty for the organisation as a whole. No secret, and nothing of
    /// records' content: it is shown to the server's administrator.
    package let subject: String
    package let state: State
    package let createdAt: Instant
    /// When it may run; of a running one, when it was to run.
    package let dueAt: Instant
    /// How often it was taken since it was last done or let run again.
    package let attempts: Int
    /// When it failed last, and why.
    package let failedAt: Instant?
    package let failure: String?
    /// Names who holds it; `nil` unless it is running.
    package let lease: UUID?
    package init(
        id: UUID, organisation: UUID?, kind: JobKind, subject: String, state: State, createdAt: Instant, dueAt: Instant,
        attempts: Int, failedAt: Instant?, failure: String?, lease: UUID?
    ) {
        self.id = id
        self.organisation = organisation
        self.kind = kind
        self.subject = subject
        self.state = state
        self.createdAt = createdAt
        self.dueAt = dueAt
        self.attempts = attempts
        self.failedAt = failedAt
        self.failure = failure
        self.lease = lease
    }

    /// The longest failure that is kept, in characters.
    package static let failureMax = 500
    /// Jobs on one page.
    package static let pageMax = 200
}

/// A job to be put into the queue of a transaction's organisation.
package struct NewJob: Sendable {
    package let id: UUID
    package let kind: JobKind
    package let subject: String
    package let createdAt: Instant
    package let dueAt: Instant
    /// - Parameter dueAt: `nil` for at once.
    package init(id: UUID, kind: JobKind, subject: String = "", at createdAt: Instant, dueAt: Instant? = nil) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.createdAt = createdAt
        self.dueAt = dueAt ?? createdAt
    }
}

/// Somebody else holds the job, or it is done: what was being done for it must not be kept.
package struct LeaseLost: Error, Sendable {
    package init() {}
}

/// How many jobs there are.
package struct JobCounts: Sendable, Hashable {
    package var byState: [Job.State: Int]
    /// The earliest time at which a job that waits was due; `nil` if none waits.
    package var earliestDue: Instant?
    package init(byState: [Job.State: Int] = [:], earliestDue: Instant? = nil) {
        self.byState = byState
        self.earliestDue = earliestDue
    }
}

/// What a transaction does with jobs.
package protocol JobWriter {
    /// Puts a job of this transaction's organisation into the queue: it is there if the change is. There is one job of
    /// a kind and subject: if it waits already, it is due at the earlier time; if it is running, it runs once more;
    /// if it is dead, it waits again.
    func enqueue(_ job: NewJob) throws
    /// Makes sure, until the end of the transaction, that the job is still held.
    /// - Throws: ``LeaseLost``.
    func confirm(_ job: Job) throws
}

/// The queue, for those who work on it and those who look after it. Each method is one short transaction.
package protocol JobStore: Sendable {
    /// Puts a job of the server into the queue unless one of its kind and subject is there.
    func enqueueOnce(_ job: NewJob) async throws
    /// Takes the job that is due for longest. Nobody else gets it before it is finished, failed, or its node is gone.
    /// Cost: one index seek; it writes only if there is one.
    /// - Parameter lease: A new identifier, by which the holder is known.
    func takeJob(of kinds: [JobKind], lease: UUID, at now: Instant) async throws -> Job?
    /// Takes a job out that is done, unless it was wanted again meanwhile.
    /// - Parameter again: When it is to run next; `nil` for a job that is done with.
    /// - Throws: ``LeaseLost``.
    func finish(_ job: Job, again: Instant?, at now: Instant) async throws
    /// Notes a failure.
    /// - Parameter again: When it is tried again; `nil` if it is dead.
    /// - Throws: ``LeaseLost``.
    func fail(_ job: Job, _ failure: String, again: Instant?, at now: Instant) async throws
    /// Lets jobs that nobody works on any more wait again: those of nodes that are gone, or, where there is only one
    /// process, all, at its start.
    func releaseAbandonedJobs() async throws
    /// Jobs in one state by the time at which they are due, at most ``Job/pageMax``, after the given one.
    func jobs(_ state: Job.State, after: Job?, limit: Int) async throws -> [Job]
    func job(_ id: UUID) async throws -> Job?
    func jobCounts() async throws -> JobCounts
    /// Lets a dead job, or one that waits for its next attempt, run at once.
    /// - Returns: `false` if there is no such job, or it is running.
    func retryJob(_ id: UUID, at now: Instant, noting event: AccountEvent) async throws -> Bool
    /// Takes a dead job out.
    /// - Returns: `false` if there is no such job, or it is not dead.
    func discardJob(_ id: UUID, noting event: AccountEvent) async throws -> Bool
}
