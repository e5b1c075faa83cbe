// The queue of jobs as the server's administrator sees it: what waits, what runs, what failed and why.
package import Access
package import Foundation
import RecordKit
import Records
package import Storage

/// Looks after the queue.
package struct JobService: Sendable {
    private let queue: any JobStore
    private let store: any Store
    private let environment: Access.Environment
    package init(queue: any JobStore, store: any Store, environment: Access.Environment) {
        (self.queue, self.store, self.environment) = (queue, store, environment)
    }

    /// A job with the name of its organisation.
    package struct Shown: Sendable {
        package let job: Job
        /// `nil` for the server's own.
        package let organisationName: String?
    }

    /// One page of jobs in one state.
    package struct Page: Sendable {
        package let jobs: [Shown]
        package let counts: JobCounts
        /// The job after which the next page begins; `nil` at the end.
        package let next: UUID?
    }

    package static let pageMax = 50

    /// Jobs in one state, those due first at the beginning.
    /// - Throws: ``ServiceError``: forbidden for anybody but the server's administrator, not found for a job after which
    ///   to go on that is no longer there.
    package func page(
        _ state: Job.State, after: UUID?, limit: Int = pageMax, as caller: Caller
    ) async throws -> Page {
        try require(caller)
        var last: Job?
        if let after {
            guard let found = try await queue.job(after) else { throw ServiceError.notFound("job") }
            last = found
        }
        let found = try await queue.jobs(state, after: last, limit: limit + 1)
        let shown = Array(found.prefix(limit))
        let organisations = Set(shown.compactMap(\.organisation))
        // Each stands in an organisation of its own, so there is no one query; the page bounds them.
        let names = try await store.read { reader in
            try Dictionary(
                uniqueKeysWithValues: organisations.map { id in
                    (id, try reader.find(ID<Organisation>(id), in: id)?.value.name)
                })
        }
        return Page(
            jobs: shown.map { Shown(job: $0, organisationName: $0.organisation.flatMap { names[$0] ?? nil }) },
            counts: try await queue.jobCounts(), next: found.count > limit ? shown.last?.id : nil)
    }

    /// Lets a job that failed run at once. The server's ledger tells of it.
    /// - Throws: ``ServiceError``: forbidden, or a conflict for a job that runs, or is done.
    package func retry(_ id: UUID, as caller: Caller, request: String? = nil) async throws {
        try require(caller, writes: true)
        let note = caller.serverNote("retry", "job", id, request: request, in: environment)
        guard try await queue.retryJob(id, at: environment.now(), noting: note) else {
            throw ServiceError.conflict(.state("the job is running, or is done already"))
        }
    }

    /// Takes a dead job out of the queue. The server's ledger tells of it.
    /// - Throws: ``ServiceError``: forbidden, or a conflict for a job that is not dead.
    package func discard(_ id: UUID, as caller: Caller, request: String? = nil) async throws {
        try require(caller, writes: true)
        let note = caller.serverNote("discard", "job", id, request: request, in: environment)
        guard try await queue.discardJob(id, noting: note) else {
            throw ServiceError.conflict(.state("only a job that has given up is taken out"))
        }
    }

    private func require(_ caller: Caller, writes: Bool = false) throws(ServiceError) {
        guard caller.isServerAdministrator else {
            throw ServiceError.forbidden("Only the administrator of the server sees its jobs.")
        }
        guard !writes || caller.mayWrite else { throw ServiceError.forbidden(Refusal.readOnlyToken.message) }
    }
}
