// Applying an import: every row through the rules again, all in one transaction, or none of it.
package import Access
import Exchange
package import Foundation
import MerkleLog
import RecordKit
package import Storage

extension ImportService {
    /// Saves all that the plan says, in one transaction: revisions, links, statuses, and a leaf for the import itself.
    /// Other changes wait meanwhile; readers do not. Cost: linear, see docs/import.md.
    /// - Returns: The import, applied. What was staged is gone.
    /// - Throws: ``ServiceError/conflict(_:)`` while rows have errors, and for rows whose records were changed since
    ///   the plan: these are then shown as errors of the import.
    package func apply(
        _ id: UUID, as caller: Caller, reason: String? = nil, request: String? = nil
    ) async throws -> ImportJob {
        let schema = try schema(try await job(id, as: caller))
        guard let organisation = try records.writable(caller, schema) else { throw ServiceError.notFound("import") }
        let reason = try records.checked(reason)
        let begun = try await store.write(organisation) { transaction in
            var job = try Self.found(id, in: transaction, caller)
            guard job.state == .planned || job.state == .interrupted else { throw Self.notOpen(job) }
            guard job.counts.errors == 0 else {
                throw ServiceError.conflict(
                    .state("\(job.counts.errors) rows have errors; nothing is applied until none has"))
            }
            guard job.asOf != nil else { throw ServiceError.conflict(.state("the rows are not worked out yet")) }
            job.state = .applying
            try transaction.save(job)
            return job
        }
        let applier = ImportApplier(
            job: begun, schema: schema, caller: caller, records: records, reason: reason, request: request)
        do {
            return try await translated(schema) {
                try await store.write(organisation) { transaction in try applier.run(in: transaction) }
            }
        } catch {
            try await takeBack(begun, error)
            if let refused = error as? ImportRefused { throw refused.error }
            throw error
        }
    }

    /// The import stands as it did before, with the rows that were refused as errors.
    private func takeBack(_ begun: ImportJob, _ error: any Error) async throws {
        let refused = error as? ImportRefused
        try await store.write(begun.organisation) { transaction in
            // Where the connection was lost in the commit, nobody knows; if it went through, it stands.
            guard try transaction.importJob(begun.id, in: begun.organisation)?.state == .applying else { return }
            var job = begun
            job.state = .planned
            for (row, remark) in refused?.rows ?? [] {
                var row = row
                if row.action == .create { job.counts.creates -= 1 } else { job.counts.updates -= 1 }
                job.counts.errors += 1
                row.action = .error
                row.problems.append(remark)
                try transaction.save([row], of: job.id)
            }
            try transaction.save(job)
        }
    }
}

/// Rows that cannot be applied any more.
struct ImportRefused: Error {
    let rows: [(ImportRow, ImportRow.Remark)]

    var error: ServiceError {
        let lines = rows.map { String($0.0.line) }
        let named = lines.prefix(10).joined(separator: ", ") + (lines.count > 10 ? " and more" : "")
        return .conflict(
            .state(
                "records were changed since the dry run, on line\(lines.count == 1 ? "" : "s") \(named); nothing was "
                    + "applied; run it again"))
    }
}

/// One import on its way into the records.
private struct ImportApplier: Sendable {
    let job: ImportJob
    let schema: AnySchema
    let caller: Caller
    let records: RecordService
    let reason: String?
    let request: String?

    func run(in transaction: any Transaction) throws -> ImportJob {
        // A node that said nothing for long was taken for gone: others may have carried the import out meanwhile.
        guard let present = try transaction.importJob(job.id, in: job.organisation), present.state == .applying else {
            throw ServiceError.conflict(.state("the import was interrupted meanwhile; look at it again"))
        }
        var posture = PostureBatch()
        var refused: [(ImportRow, ImportRow.Remark)] = []
        for action in [ImportRow.Action.create, .update] {
            var last: ImportPlace?
            while true {
                let rows = try transaction.importRows(
                    job.id, action, after: last, limit: ImportService.rowsAtOnce)
                guard let end = rows.last else { break }
                last = end.place
                for row in rows {
                    do {
                        try save(row, in: transaction, &posture)
                    } catch let refusal as Refused {
                        refused.append((row, refusal.remark))
                        if refused.count == ImportService.refusalsMax { throw ImportRefused(rows: refused) }
                    }
                }
            }
        }
        guard refused.isEmpty else { throw ImportRefused(rows: refused) }
        var done = job
        let change = caller.change("import", reason: reason, request: request, in: records.environment)
        if job.counts.creates + job.counts.updates > 0 {
            try posture.finish(records.posture, in: transaction, job.organisation, caller.today(at: change.at))
            try transaction.append(try event(), by: change)
        }
        done.state = .applied
        done.appliedAtMilliseconds = change.at.millisecondsSince1970
        try transaction.removeImportRows(job.id)
        try transaction.save(done)
        return done
    }

    private struct Refused: Error {
        let remark: ImportRow.Remark
        init(_ message: String, field: String = "") {
            remark = .init(column: nil, field: field, message)
        }
    }

    private func save(_ row: ImportRow, in transaction: any Transaction, _ posture: inout PostureBatch) throws {
        guard let id = row.record else { throw StoreError.unavailable("row \(row.position) names no record") }
        do {
            var input: [String: FieldValue] = [:]
            for (name, text) in row.input {
                guard let field = schema.field(name) else { continue }
                input[name] = try text.map { try FieldInput.value($0, for: field) } ?? .null
            }
            guard row.action == .update else {
                guard Authorisation.mayCreate(caller, schema) else { throw Refused(RecordRules.whyNotCreated(schema)) }
                let valid = try records.imported(schema, input, in: transaction, as: caller)
                let saved = try transaction.save(
                    valid, id: id, over: nil, isArchived: false, by: change("create"))
                return posture.note(from: nil, to: saved)
            }
            guard let old = try transaction.find(schema, id, in: caller.organisation, asOf: nil),
                Authorisation.may(caller, .read, old)
            else { throw Refused("is not there any more") }
            guard old.version == row.version else {
                throw Refused(
                    "was changed since the dry run: it was version \(row.version ?? 0), and is \(old.version) now")
            }
            if let refusal = records.whyNotImported(over: old, as: caller) { throw Refused(refusal) }
            let valid = try records.imported(schema, input, over: old, in: transaction, as: caller)
            let saved = try transaction.save(
                valid, id: id, over: old.version, isArchived: false, by: change("update"))
            posture.note(from: old, to: saved)
        } catch let error as StoreError {
            switch error {
            case .taken(_, let field): throw Refused("is taken by another record since the dry run", field: field)
            case .unknownReference(_, let field, _): throw Refused("names a record that is not there", field: field)
            case .changedMeanwhile, .notFound: throw Refused("was changed since the dry run")
            default: throw error
            }
        } catch let error as Invalid {
            throw Refused(error.problems.first?.message ?? "", field: error.problems.first?.field ?? "")
        } catch let error as Problem {
            throw Refused(error.message, field: error.field)
        } catch ServiceError.invalid(let error) {
            throw Refused(error.problems.first?.message ?? "", field: error.problems.first?.field ?? "")
        } catch ServiceError.conflict(.state(let why)) {
            throw Refused(why)
        }
    }

    private func change(_ action: String) -> Change {
        caller.change(action, reason: reason, request: job.id.lowercased, in: records.environment)
    }

    /// The leaf of the import: which file it was, and how many records it made and changed, as parameters of the
    /// file's media type. The leaves of its revisions name the import as their request.
    private func event() throws -> LedgerEvent {
        guard let hash = Hash(hex: job.sha256) else { throw StoreError.unavailable("an import without a SHA-256") }
        let type =
            job.format == TableFile.Format.csv.rawValue
            ? "text/csv" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        let counts = job.counts
        return LedgerEvent(
            objectType: "import", objectID: job.id.lowercased,
            evidence: [
                Leaf.Evidence(
                    sha256: hash, bytes: job.bytes,
                    mediaType:
                        "\(type); created=\(counts.creates); updated=\(counts.updates); unchanged=\(counts.unchanged)")
            ])
    }
}
