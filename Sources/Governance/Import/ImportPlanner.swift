// Works out what rows would do: which record each one means, which fields would change and how, and what stands in the
// way. The same rules decide as for a form; nothing is written here but the plan.
import Access
import Foundation
import RecordKit
import Storage

/// Plans rows of one import.
struct ImportPlanner: Sendable {
    let mapping: ImportMapping
    /// A row with fewer cells than the header is an error; workbooks leave out what is empty.
    let isRagged: Bool
    let caller: Caller
    let records: RecordService
    let schemas: [RecordType: AnySchema]
    let memory = ImportMemory()
    private var schema: AnySchema { mapping.schema }
    private var label: String { schema.label.lowercased() }

    /// Some column names records of the type itself: rows may then mean each other.
    var isSelfReferring: Bool { columns.contains { $0.field.kind.target == schema.type } }

    private var columns: [(at: Int, field: FieldDescription)] {
        mapping.settings.targets.enumerated().compactMap { at, target in
            target.flatMap { schema.field($0) }.map { (at, $0) }
        }
    }

    private func cell(_ row: ImportRow, _ at: Int?) -> String {
        guard let at, row.cells.indices.contains(at) else { return "" }
        return ImportValues.text(row.cells[at])
    }

    private func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    // MARK: Which record

    /// The records that rows mean by their key; several where the key does not tell them apart.
    private func present(_ rows: [ImportRow], _ references: ImportReferences, in reader: any Reader) throws -> [Int:
        Match]
    {
        let key = mapping.settings.key
        guard !key.isEmpty, let at = mapping.column(key) else { return [:] }
        var matches: [Int: Match] = [:]
        if key == ImportMapping.id {
            var ids: [Int: UUID] = [:]
            for row in rows {
                let text = cell(row, at).trimmingCharacters(in: .whitespacesAndNewlines)
                if text.isEmpty { continue }
                ids[row.position] = UUID(uuidString: text)
                matches[row.position] = Match(key: .text(text.lowercased()), isID: true)
            }
            var found: [UUID: StoredRecord] = [:]
            for part in Array(Set(ids.values)).chunks(of: ImportReferences.valuesAtOnce) {
                let query = Query(schema, where: .ids(part), archived: .include, limit: Query.limitMax)
                for record in try reader.page(query, in: caller.organisation, asOf: nil).records
                where Authorisation.may(caller, .read, record) { found[record.id] = record }
            }
            for (position, id) in ids { matches[position]?.records = found[id].map { [$0] } ?? [] }
            return matches
        }
        guard let field = schema.field(key) else { return [:] }
        for row in rows {
            let text = cell(row, at)
            guard !isBlank(text), let value = parsed(text, field, references).value, !value.isUnset else { continue }
            matches[row.position] = Match(key: value, isID: false)
        }
        var found: [FieldValue: [StoredRecord]] = [:]
        for part in Array(Set(matches.values.map(\.key))).chunks(of: ImportReferences.valuesAtOnce) {
            let hits = try reader.records(
                schema, whose: key, isOneOf: part, in: caller.organisation, limit: ImportReferences.recordsMax)
            for record in hits where Authorisation.may(caller, .read, record) {
                found[record[key], default: []].append(record)
            }
        }
        for (position, match) in matches { matches[position]?.records = found[match.key] ?? [] }
        return matches
    }

    private struct Match {
        let key: FieldValue
        let isID: Bool
        var records: [StoredRecord] = []
        init(key: FieldValue, isID: Bool) {
            self.key = key
            self.isID = isID
        }
    }

    /// Before anything is planned: who the rows are, so that rows further up can name them.
    func introduce(_ rows: [ImportRow], in reader: any Reader) throws {
        let references = try references(rows, in: reader)
        let matches = try present(rows, references, in: reader)
        let naming = columns.filter { column in
            ImportReferences.namingFields(schema).contains { $0.name == column.field.name }
        }
        for row in rows {
            let old = matches[row.position]?.records.first
            let names = naming.map { cell(row, $0.at).trimmingCharacters(in: .whitespacesAndNewlines) }
            memory.keep(
                old?.id ?? records.environment.id(), of: row.position, isNew: old == nil, called: names)
        }
    }

    private func references(_ rows: [ImportRow], in reader: any Reader) throws -> ImportReferences {
        var cells: [RecordType: Set<String>] = [:]
        for column in columns {
            guard let target = column.field.kind.target else { continue }
            for row in rows {
                let text = cell(row, column.at)
                if !isBlank(text) { cells[target, default: []].insert(text) }
            }
        }
        return try ImportReferences.load(
            cells, schemas: schemas, own: (schema.type, memory), standard: mapping.settings.standard, in: reader,
            as: caller)
    }

    // MARK: What it does

    private struct Draft {
        var row: ImportRow
        var values: [FieldValue] = []
        var changed: Set<String> = []
    }

    /// The rows with what each would do.
    func plan(_ rows: [ImportRow], in reader: any Reader) throws -> [ImportRow] {
        let references = try references(rows, in: reader)
        let matches = try present(rows, references, in: reader)
        var drafts = try rows.map { row -> Draft in
            var blank = ImportRow(position: row.position, line: row.line, cells: row.cells, formulas: row.formulas)
            for at in row.formulas where mapping.settings.targets.indices.contains(at) {
                guard let target = mapping.settings.targets[at], target != ImportMapping.ignored else { continue }
                blank.notices.append(
                    .init(
                        column: at, field: target,
                        "is a formula; the value that it had when the file was saved is taken"))
            }
            return try draft(blank, matches[row.position], references, in: reader)
        }
        try checkUnique(&drafts, in: reader)
        return drafts.map { draft in
            var row = draft.row
            if !row.problems.isEmpty { row.action = .error }
            if row.action == .create, let id = row.record, isSelfReferring {
                let own = columns.filter { $0.field.kind.target == schema.type }
                memory.note(
                    row.position,
                    names: own.flatMap { column -> [UUID] in
                        switch schema.position[column.field.name].map({ draft.values[$0] }) {
                        case .reference(let other): other == id ? [] : [other]
                        case .links(let others): others.filter { $0 != id }
                        default: []
                        }
                    })
            }
            return row
        }
    }

    private func draft(
        _ given: ImportRow, _ match: Match?, _ references: ImportReferences, in reader: any Reader
    ) throws -> Draft {
        var row = given
        let width = mapping.header.count
        let extra = row.cells.dropFirst(width).contains { !$0.isEmpty }
        if extra || (isRagged && row.cells.count < width) {
            row.problems.append(
                .init(column: nil, field: "", "has \(row.cells.count) cells, and the header has \(width)"))
            return Draft(row: row)
        }
        let keyColumn = mapping.column(mapping.settings.key)
        func refuse(_ message: String) -> Draft {
            row.problems.append(.init(column: keyColumn, field: mapping.settings.key, message))
            return Draft(row: row)
        }
        if let match {
            if let line = memory.firstLine(of: match.key, in: mapping.settings.key, line: row.line) {
                return refuse("is the same as on line \(line)")
            }
            if match.records.count > 1 {
                return refuse("is the same in \(match.records.count) records; use the id to say which one is meant")
            }
            if match.isID, match.records.isEmpty {
                return refuse("is no \(label) that you can see; leave it empty to create one")
            }
        }
        guard let old = match?.records.first else { return try creation(row, references, in: reader) }
        row.record = old.id
        row.version = old.version
        return try edit(row, of: old, references, in: reader)
    }

    private func creation(
        _ given: ImportRow, _ references: ImportReferences, in reader: any Reader
    ) throws -> Draft {
        var row = given
        row.action = .create
        row.record = memory.record(of: row.position) ?? records.environment.id()
        guard Authorisation.mayCreate(caller, schema) else {
            row.problems.append(.init(column: nil, field: "", RecordRules.whyNotCreated(schema)))
            return Draft(row: row)
        }
        var input: [String: FieldValue] = [:]
        for (at, field) in columns {
            let text = cell(row, at)
            if isBlank(text) { continue }
            let position = schema.position[field.name] ?? 0
            let start = field.name == schema.lifecycle?.field ? schema.lifecycle?.initial : nil
            let read = parsed(text, field, references)
            if !field.isWritable || start != nil {
                let same = read.value == schema.blank[position] || read.value?.text == start
                if !same { row.problems.append(.init(column: at, field: field.name, closed(field))) }
            } else if let value = read.value {
                if value != schema.blank[position] { input[field.name] = value }
            } else {
                row.problems.append(.init(column: at, field: field.name, read.problem))
            }
        }
        return try finish(row, input) { try records.imported(schema, input, in: reader, as: caller) }
    }

    private func edit(
        _ given: ImportRow, of old: StoredRecord, _ references: ImportReferences, in reader: any Reader
    ) throws -> Draft {
        var row = given
        // What the caller may not see counts as empty here, as it does in the export.
        let shown = records.redacted(old, caller)
        var input: [String: FieldValue] = [:]
        for (at, field) in columns {
            let text = cell(row, at)
            let present = shown[field.name]
            if text == present.text { continue }
            if isBlank(text) {
                if mapping.settings.emptyCells == .leave || present.isUnset || present == .links([]) { continue }
                if field.isWritable, field.name != schema.lifecycle?.field, !field.has(.fixed) {
                    input[field.name] = .null
                } else {
                    row.problems.append(.init(column: at, field: field.name, closed(field)))
                }
                continue
            }
            let read = parsed(text, field, references)
            if read.value == present { continue }
            if !field.isWritable || field.name == schema.lifecycle?.field || field.has(.fixed) {
                row.problems.append(.init(column: at, field: field.name, closed(field)))
            } else if let value = read.value {
                input[field.name] = value
            } else {
                row.problems.append(.init(column: at, field: field.name, read.problem))
            }
        }
        guard !input.isEmpty || !row.problems.isEmpty else {
            row.action = .unchanged
            return Draft(row: row)
        }
        if let refusal = records.whyNotImported(over: old, as: caller) {
            row.problems.append(.init(column: nil, field: "", refusal))
            return Draft(row: row)
        }
        if let at = mapping.column(ImportMapping.version) {
            let text = cell(row, at).trimmingCharacters(in: .whitespacesAndNewlines)
            if !text.isEmpty, text != String(old.version) {
                row.problems.append(
                    .init(
                        column: at, field: ImportMapping.version,
                        "is \(text), and the record is at version \(old.version) now: it was changed since the export"))
            }
        }
        row.action = .update
        var draft = try finish(row, input) {
            try records.imported(schema, input, over: old, in: reader, as: caller)
        }
        if draft.row.problems.isEmpty, schema.changes(from: old.values, to: draft.values).isEmpty {
            draft.row.action = .unchanged
            draft.row.input = [:]
        }
        return draft
    }

    /// Lets the rules of the type decide, and puts what they refuse beside the column that it is about.
    private func finish(
        _ given: ImportRow, _ input: [String: FieldValue], _ make: () throws -> ValidRecord
    ) throws -> Draft {
        var row = given
        row.input = input.mapValues { $0 == .null ? .none : .some($0.text) }
        // What could not be read is named already; the rules then speak of the other fields only.
        let named = Set(row.problems.map(\.field))
        func add(_ invalid: Invalid) {
            row.problems += invalid.problems.filter { !named.contains($0.field) }.map(remark)
        }
        do {
            return Draft(row: row, values: try make().values, changed: Set(input.keys))
        } catch ServiceError.invalid(let invalid) {
            add(invalid)
        } catch let invalid as Invalid {
            add(invalid)
        } catch ServiceError.conflict(.state(let why)) {
            row.problems.append(.init(column: nil, field: "", why))
        } catch ServiceError.forbidden(let why) {
            row.problems.append(.init(column: nil, field: "", why))
        }
        return Draft(row: row)
    }

    private func remark(_ problem: Problem) -> ImportRow.Remark {
        .init(column: mapping.column(problem.field), field: problem.field, problem.message)
    }

    private func closed(_ field: FieldDescription) -> String {
        if field.name == schema.lifecycle?.field { return "changes only by a transition; ignore the column" }
        if field.isDerived { return "is worked out from other fields; ignore the column" }
        if field.has(.fixed), field.isWritable { return "is fixed since the record was created" }
        return "is set by the system; ignore the column"
    }

    private func parsed(
        _ text: String, _ field: FieldDescription, _ references: ImportReferences
    ) -> (value: FieldValue?, problem: String) {
        do {
            if let target = field.kind.target {
                return (
                    try references.value(text, for: field, called: schemas[target]?.label ?? target.name), ""
                )
            }
            return (try ImportValues.value(text, for: field), "")
        } catch { return (nil, error.message) }
    }

    // MARK: Values that no two records share

    private func checkUnique(_ drafts: inout [Draft], in reader: any Reader) throws {
        for (position, field) in schema.fields.enumerated() where field.has(.unique) {
            let asking = drafts.indices.filter { at in
                let draft = drafts[at]
                guard draft.row.problems.isEmpty, !draft.values.isEmpty, !draft.values[position].isUnset else {
                    return false
                }
                return draft.row.action == .create || draft.changed.contains(field.name)
            }
            guard !asking.isEmpty else { continue }
            var holders: [FieldValue: UUID] = [:]
            let values = Array(Set(asking.map { drafts[$0].values[position] }))
            for part in values.chunks(of: ImportReferences.valuesAtOnce) {
                for record in try reader.records(
                    schema, whose: field.name, isOneOf: part, in: caller.organisation,
                    limit: ImportReferences.recordsMax)
                { holders[record.values[position]] = record.id }
            }
            for at in asking {
                let value = drafts[at].values[position]
                let row = drafts[at].row
                var message: String?
                if let holder = holders[value], holder != row.record { message = "is taken by another record" }
                if field.name != mapping.settings.key,
                    let line = memory.firstLine(of: value, in: field.name, line: row.line)
                {
                    message = "is the same as on line \(line)"
                }
                guard let message else { continue }
                drafts[at].row.problems.append(
                    .init(column: mapping.column(field.name), field: field.name, message))
            }
        }
    }
}
