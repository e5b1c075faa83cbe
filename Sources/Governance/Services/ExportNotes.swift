// What left as a file: the organisation's ledger tells of each export.
package import Access
package import RecordKit
package import Storage

extension RecordService {
    /// Says that a list was exported: of which type, how many records, as of which ledger index. What it was narrowed
    /// by stays unsaid, since words that somebody searched by may be a person's name.
    package func noteExport(
        _ schema: AnySchema, _ filter: ListFilter, as caller: Caller, asOf: AsOf, request: String? = nil
    ) async throws {
        guard let organisation = caller.organisation else { throw ServiceError.notFound(schema.label) }
        let count = try await count(schema, filter, as: caller, asOf: asOf)
        let change = caller.change("export", request: request, in: environment)
        let event = LedgerEvent(objectType: "export", objectID: "\(schema.type.name)/\(asOf.index)/\(count)")
        try await store.write(organisation) { transaction in _ = try transaction.append(event, by: change) }
    }
}
