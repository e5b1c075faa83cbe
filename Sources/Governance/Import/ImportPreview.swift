// What an import would do, for people: field by field, old and new; and the same as a CSV file.
package import Access
import Exchange
package import Foundation
package import RecordKit
package import Storage

/// One row of an import with what it would do.
package struct ImportPreviewRow: Sendable {
    package let row: ImportRow
    package let title: String
    package let changes: [FieldChange]
}

extension ImportService {
    package static let previewRowsMax = 200

    /// Rows of an import, after a place.
    package func preview(
        _ id: UUID, _ action: ImportRow.Action? = nil, after: ImportPlace? = nil, limit: Int, as caller: Caller
    ) async throws -> [ImportPreviewRow] {
        let job = try await job(id, as: caller)
        let schema = try schema(job)
        return try await store.read { reader in
            let rows = try reader.importRows(id, action, after: after, limit: min(limit, Self.rowsAtOnce))
            return try self.shown(rows, job, schema, in: reader, caller)
        }
    }

    private func shown(
        _ rows: [ImportRow], _ job: ImportJob, _ schema: AnySchema, in reader: any Reader, _ caller: Caller
    ) throws -> [ImportPreviewRow] {
        let ids = rows.filter { $0.version != nil }.compactMap(\.record)
        var present: [UUID: StoredRecord] = [:]
        if !ids.isEmpty {
            let query = Query(schema, where: .ids(ids), archived: .include, limit: Query.limitMax)
            for record in try reader.page(query, in: caller.organisation, asOf: nil).records
            where Authorisation.may(caller, .read, record) { present[record.id] = records.redacted(record, caller) }
        }
        let titleColumn = job.settings.targets.firstIndex(of: schema.fields[schema.titlePosition].name)
        return rows.map { row in
            let old = row.record.flatMap { present[$0] }
            let changes = schema.fields.compactMap { field -> FieldChange? in
                guard let text = row.input[field.name] else { return nil }
                let value: FieldValue
                do { value = try text.map { try FieldInput.value($0, for: field) } ?? .null } catch { return nil }
                return FieldChange(field: field, old: old?[field.name] ?? .null, new: value)
            }
            var title = old?.title ?? ""
            if let at = titleColumn, row.cells.indices.contains(at) {
                let text = ImportValues.text(row.cells[at]).trimmingCharacters(in: .whitespacesAndNewlines)
                if !text.isEmpty { title = text }
            }
            return ImportPreviewRow(row: row, title: title, changes: changes)
        }
    }

    /// The whole report, a line for each change, problem and notice.
    package func report(
        _ id: UUID, as caller: Caller, write: ([UInt8]) async throws -> Void
    ) async throws {
        let job = try await job(id, as: caller)
        let schema = try schema(job)
        var bytes: [UInt8] = []
        CSV.append(["line", "action", "id", "title", "column", "field", "old", "new", "message"], to: &bytes)
        try await write(bytes)
        try await eachRow(of: job, nil) { rows in
            let shown = try await store.read { try self.shown(rows, job, schema, in: $0, caller) }
            try await write(Self.lines(shown, job))
        }
    }

    private static func lines(_ shown: [ImportPreviewRow], _ job: ImportJob) -> [UInt8] {
        var bytes: [UInt8] = []
        for each in shown {
            let row = each.row
            let start = [
                String(row.line), row.action?.rawValue ?? "", row.record?.lowercased ?? "", CSV.disarmed(each.title),
            ]
            func heading(_ column: Int?) -> String {
                column.flatMap { job.header.indices.contains($0) ? CSV.disarmed(job.header[$0]) : nil } ?? ""
            }
            func line(_ column: Int?, _ field: String, _ old: String, _ new: String, _ message: String) {
                CSV.append(
                    start + [heading(column), field, CSV.disarmed(old), CSV.disarmed(new), CSV.disarmed(message)],
                    to: &bytes)
            }
            for change in each.changes {
                line(
                    job.settings.targets.firstIndex(of: change.field.name), change.field.name, change.old.text,
                    change.new.text, "")
            }
            for remark in row.problems + row.notices { line(remark.column, remark.field, "", "", remark.message) }
            if each.changes.isEmpty, row.problems.isEmpty, row.notices.isEmpty { line(nil, "", "", "", "") }
        }
        return bytes
    }
}

extension ImportService {
    /// Titles of the records that changes name, as far as the caller may see them: one query a type.
    package func titles(in rows: [ImportPreviewRow], as caller: Caller) async throws -> [UUID: String] {
        var wanted: [RecordType: Set<UUID>] = [:]
        for change in rows.flatMap(\.changes) {
            guard let target = change.field.kind.target else { continue }
            for value in [change.old, change.new] {
                switch value {
                case .reference(let id): wanted[target, default: []].insert(id)
                case .links(let ids): wanted[target, default: []].formUnion(ids)
                default: break
                }
            }
        }
        let all = wanted
        let schemas = records.schemas
        var titles = try await store.read { reader in
            var titles: [UUID: String] = [:]
            for (type, ids) in all {
                guard let schema = schemas.first(where: { $0.type == type }) else { continue }
                titles.merge(try reader.titles(schema, Array(ids), in: caller.organisation)) { a, _ in a }
            }
            return titles
        }
        // What the file itself makes has no title in the store yet.
        for shown in rows {
            if let id = shown.row.record, titles[id] == nil { titles[id] = shown.title }
        }
        return titles
    }
}
