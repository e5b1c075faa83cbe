// One change of many records: every row passes the same checks as an edit of its own, all in one transaction. A preview
// is the change itself, rolled back: what it shows is what will happen.
package import Access
package import Foundation
package import RecordKit
import Storage

/// What is done to each record.
package enum BulkAction: Sendable, Hashable {
    /// Values by wire name; all other fields stay.
    case set([String: FieldValue])
    case archive
    case restore
    /// By name.
    case transition(String)
}

/// A record as the caller saw it.
package struct SeenRecord: Sendable, Hashable {
    package let id: UUID
    package let version: Int
    package init(id: UUID, version: Int) {
        self.id = id
        self.version = version
    }
}

/// One bulk edit.
package struct BulkEdit: Sendable {
    package static let recordsMax = 1_000
    package let records: [SeenRecord]
    package let action: BulkAction
    /// Part of the history of every record that is changed.
    package let reason: String?
    /// One refused row refuses all.
    package let isAllOrNothing: Bool
    package init(records: [SeenRecord], action: BulkAction, reason: String?, isAllOrNothing: Bool) {
        self.records = records
        self.action = action
        self.reason = reason
        self.isAllOrNothing = isAllOrNothing
    }
}

/// What became of the rows, in the order in which they were asked for.
package struct BulkReport: Sendable {
    package enum Outcome: Sendable {
        case changed(from: StoredRecord, to: StoredRecord)
        /// It is so already: no revision is made.
        case unchanged(StoredRecord)
        /// - Parameter present: `nil` if there is no such record, or it is not the caller's to see.
        case refused(ServiceError, present: StoredRecord?)
    }
    package struct Row: Sendable {
        package let id: UUID
        package let outcome: Outcome
    }
    package let rows: [Row]
    /// `false` for a preview, and where one refusal refused all.
    package let isWritten: Bool

    package var changedCount: Int { rows.count { if case .changed = $0.outcome { true } else { false } } }
    package var refusedCount: Int { rows.count { if case .refused = $0.outcome { true } else { false } } }
    /// The ledger index of the last change; `nil` if nothing was changed.
    package var lastIndex: Int? {
        rows.compactMap { if case .changed(_, let to) = $0.outcome { to.meta.since } else { nil } }.max()
    }
}

extension RecordService {
    /// Carries the result of a body whose transaction is to leave nothing behind.
    private struct RolledBack: Error { let report: BulkReport }

    /// The records that a filter finds, with their versions.
    /// - Throws: ``ServiceError``: invalid if there are more than ``BulkEdit/recordsMax``.
    package func seen(_ schema: AnySchema, _ filter: ListFilter, as caller: Caller) async throws -> [SeenRecord] {
        var filter = filter
        filter.cursor = nil
        filter.limit = BulkEdit.recordsMax
        let page = try await list(schema, filter, as: caller)
        guard page.next == nil else {
            throw ServiceError.invalid(
                "records", "are more than \(BulkEdit.recordsMax); narrow the list and take them in parts")
        }
        return page.records.map { SeenRecord(id: $0.id, version: $0.version) }
    }

    /// Changes records of one type, each with all checks of its own.
    /// - Parameter isPreview: Nothing is kept.
    /// - Throws: ``ServiceError`` for what refuses the whole; what refuses a row stands in the report.
    package func bulkEdit(
        _ schema: AnySchema, _ edit: BulkEdit, isPreview: Bool, as caller: Caller, request: String? = nil
    ) async throws -> BulkReport {
        let organisation = try writable(caller, schema)
        let reason = try checked(edit.reason)
        guard (1...BulkEdit.recordsMax).contains(edit.records.count) else {
            throw ServiceError.invalid(
                "records", "must be 1 to \(BulkEdit.recordsMax), are \(edit.records.count)")
        }
        guard Set(edit.records.map(\.id)).count == edit.records.count else {
            throw ServiceError.invalid("records", "names a record twice")
        }
        let step = try step(edit.action, schema)
        var files: FilesSeen?
        if case .set(let values) = edit.action {
            files = try await filesSeen(schema, values, over: nil, as: caller)
            try await checkFiles(schema, values, organisation)
        }
        let seen = files
        do {
            return try await store.write(organisation) { [environment] transaction in
                try seen?.confirm(in: transaction)
                var rows: [BulkReport.Row] = []
                rows.reserveCapacity(edit.records.count)
                for record in edit.records {
                    // Each revision has a salt of its own.
                    let change = caller.change(step.name, reason: reason, request: request, in: environment)
                    let outcome = try outcome(schema, record, caller, in: transaction) {
                        try step.run(self, record, caller, change, transaction)
                    }
                    rows.append(BulkReport.Row(id: record.id, outcome: outcome))
                }
                let report = BulkReport(rows: rows, isWritten: true)
                guard !isPreview, !(edit.isAllOrNothing && report.refusedCount > 0) else {
                    throw RolledBack(report: BulkReport(rows: rows, isWritten: false))
                }
                return report
            }
        } catch let rolledBack as RolledBack { return rolledBack.report }
    }

    private struct Step: Sendable {
        let name: String
        let run: @Sendable (RecordService, SeenRecord, Caller, Change, any Transaction) throws -> StoredRecord
    }

    private func step(_ action: BulkAction, _ schema: AnySchema) throws -> Step {
        switch action {
        case .set(let values):
            guard !values.isEmpty else { throw ServiceError.invalid("set", "must name at least one field") }
            return Step(name: "update") { service, record, caller, change, transaction in
                try service.update(
                    schema, record.id, over: record.version, values, keepsMissing: true, as: caller, by: change,
                    in: transaction)
            }
        case .archive, .restore:
            let isArchived = action == .archive
            return Step(name: isArchived ? "archive" : "restore") { service, record, caller, change, transaction in
                try service.setArchived(
                    isArchived, schema, record.id, over: record.version, as: caller, by: change, in: transaction)
            }
        case .transition(let name):
            guard let transition = schema.lifecycle?.transition(named: name) else {
                throw ServiceError.invalid("transition", "\(name) is no transition of \(schema.label)")
            }
            return Step(name: name) { service, record, caller, change, transaction in
                try service.take(
                    transition, schema, record.id, over: record.version, as: caller, by: change, in: transaction)
            }
        }
    }

    /// What a row's change came to. A save refuses before it writes: one that is refused leaves nothing.
    private func outcome(
        _ schema: AnySchema, _ seen: SeenRecord, _ caller: Caller, in transaction: any Transaction,
        _ change: () throws -> StoredRecord
    ) throws -> BulkReport.Outcome {
        let found = try transaction.find(schema, seen.id, in: caller.organisation, asOf: nil)
        let old = found.flatMap { Authorisation.may(caller, .read, $0) ? redacted($0, caller) : nil }
        do {
            let saved = redacted(try change(), caller)
            guard let old else { throw ServiceError.notFound(schema.label) }
            return saved.version == old.version ? .unchanged(saved) : .changed(from: old, to: saved)
        } catch let error as ServiceError {
            return .refused(error, present: old)
        } catch let error as Invalid {
            return .refused(.invalid(error), present: old)
        } catch let error as StoreError {
            guard let refusal = ServiceError.from(error, schema) as? ServiceError else { throw error }
            return .refused(refusal, present: old)
        }
    }
}
