// The queue of jobs in memory: the reference for what every store must do with it.
package import Foundation
package import RecordKit

/// A job with how often it was wanted, and had been when it was taken.
struct QueuedJob: Sendable {
    var job: Job
    var wanted = 1
    var taken = 0

    mutating func set(
        _ state: Job.State, due: Instant, attempts: Int, lease: UUID? = nil, failedAt: Instant?, failure: String?
    ) {
        job = Job(
            id: job.id, organisation: job.organisation, kind: job.kind, subject: job.subject, state: state,
            createdAt: job.createdAt, dueAt: due, attempts: attempts, failedAt: failedAt, failure: failure, lease: lease
        )
    }
}

extension MemoryState {
    fileprivate func queued(_ new: NewJob, _ organisation: UUID?) -> UUID? {
        jobs.values.first {
            $0.job.organisation == organisation && $0.job.kind == new.kind && $0.job.subject == new.subject
        }?.job.id
    }

    fileprivate mutating func insert(_ new: NewJob, _ organisation: UUID?) {
        jobs[new.id] = QueuedJob(
            job: Job(
                id: new.id, organisation: organisation, kind: new.kind, subject: new.subject, state: .waiting,
                createdAt: new.createdAt, dueAt: new.dueAt, attempts: 0, failedAt: nil, failure: nil, lease: nil))
    }

    fileprivate func held(_ job: Job) throws(LeaseLost) -> QueuedJob {
        guard let lease = job.lease, let found = jobs[job.id], found.job.lease == lease else { throw LeaseLost() }
        return found
    }

    fileprivate func ordered(_ state: Job.State) -> [Job] {
        jobs.values.map(\.job).filter { $0.state == state }.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
    }
}

extension MemoryTransaction {
    func enqueue(_ new: NewJob) throws {
        guard let id = state.queued(new, organisation), var found = state.jobs[id] else {
            return state.insert(new, organisation)
        }
        let job = found.job
        let isDead = job.state == .dead
        found.wanted += 1
        found.set(
            isDead ? .waiting : job.state, due: isDead ? new.dueAt : min(job.dueAt, new.dueAt),
            attempts: isDead ? 0 : job.attempts, lease: job.lease, failedAt: job.failedAt, failure: job.failure)
        state.jobs[id] = found
    }

    func confirm(_ job: Job) throws { _ = try state.held(job) }
}

extension MemoryStore: JobStore {
    package func enqueueOnce(_ job: NewJob) async throws {
        withState { state in
            if state.queued(job, nil) == nil { state.insert(job, nil) }
        }
    }

    package func takeJob(of kinds: [JobKind], lease: UUID, at now: Instant) async throws -> Job? {
        withState { state in
            let due = state.ordered(.waiting).first { $0.dueAt <= now && kinds.contains($0.kind) }
            guard let due, var found = state.jobs[due.id] else { return nil }
            found.taken = found.wanted
            found.set(
                .running, due: due.dueAt, attempts: due.attempts + 1, lease: lease, failedAt: due.failedAt,
                failure: due.failure)
            state.jobs[due.id] = found
            return found.job
        }
    }

    package func finish(_ job: Job, again: Instant?, at now: Instant) async throws {
        try withState { state in
            var found = try state.held(job)
            guard let due = found.wanted > found.taken ? now : again else { return state.jobs[job.id] = nil }
            found.set(.waiting, due: due, attempts: 0, failedAt: nil, failure: nil)
            state.jobs[job.id] = found
        }
    }

    package func fail(_ job: Job, _ failure: String, again: Instant?, at now: Instant) async throws {
        try withState { state in
            var found = try state.held(job)
            found.set(
                again == nil ? .dead : .waiting, due: again ?? now, attempts: found.job.attempts, failedAt: now,
                failure: String(failure.prefix(Job.failureMax)))
            state.jobs[job.id] = found
        }
    }

    package func releaseAbandonedJobs() async throws {
        withState { state in
            for job in state.ordered(.running) {
                state.jobs[job.id]?.set(
                    .waiting, due: job.dueAt, attempts: job.attempts, failedAt: job.failedAt, failure: job.failure)
            }
        }
    }

    package func jobs(_ word: Job.State, after: Job?, limit: Int) async throws -> [Job] {
        withState { state in
            let rest = state.ordered(word).filter { job in
                after.map { (job.dueAt, job.id) > ($0.dueAt, $0.id) } ?? true
            }
            return Array(rest.prefix(min(limit, Job.pageMax)))
        }
    }

    package func job(_ id: UUID) async throws -> Job? { withState { $0.jobs[id]?.job } }

    package func jobCounts() async throws -> JobCounts {
        withState { state in
            var counts = JobCounts()
            for job in state.jobs.values.map(\.job) { counts.byState[job.state, default: 0] += 1 }
            counts.earliestDue = state.ordered(.waiting).first?.dueAt
            return counts
        }
    }

    package func retryJob(_ id: UUID, at now: Instant, noting event: AccountEvent) async throws -> Bool {
        try await noting(event) { state in
            guard let job = state.jobs[id]?.job, job.state != .running else { return false }
            state.jobs[id]?.set(.waiting, due: now, attempts: 0, failedAt: job.failedAt, failure: job.failure)
            return true
        }
    }

    package func discardJob(_ id: UUID, noting event: AccountEvent) async throws -> Bool {
        try await noting(event) { state in
            guard state.jobs[id]?.job.state == .dead else { return false }
            state.jobs[id] = nil
            return true
        }
    }

    /// The change and its leaf, or neither.
    private func noting(
        _ event: AccountEvent, _ body: @escaping @Sendable (inout MemoryState) -> Bool
    ) async throws -> Bool {
        try withState { state in
            var changed = state
            guard body(&changed) else { return false }
            let transaction = MemoryTransaction(changed, organisation: event.organisation)
            try transaction.append(event.event, by: event.change)
            state = transaction.state
            return true
        }
    }
}
