// What an erasure leaves to be done once it is committed: the journal, files, the free pages of the database.
package import RecordKit
package import Storage

/// Finishes the erasures of one organisation.
package struct ErasureJob: JobHandler {
    private let erasure: ErasureService
    package init(_ erasure: ErasureService) { self.erasure = erasure }
    package var kind: JobKind { .erasure }

    package func run(_ job: Job) async throws -> Instant? {
        guard let organisation = job.organisation else { return nil }
        try await erasure.finish(organisation, holding: job)
        return nil
    }
}
