// Create, edit, read and move records of any type: the one place where permission, rules, lifecycle and store meet.
package import Access
package import Foundation
package import RecordKit
import Records
package import Storage

/// Records of every type, for callers. All doors (forms, REST, CSV, the command line) enter here.
package struct RecordService: Sendable {
    package static let historyEntriesMax = 200
    package static let linksShownMax = 500
    let store: any Store
    let environment: Environment
    let posture: PostureEngine
    /// Where files lie that a rule looks into.
    let blobs: (any BlobStore)?
    /// The record types that exist.
    package let schemas: [AnySchema]
    let byType: [RecordType: AnySchema]

    package init(
        store: any Store, environment: Environment, posture: PostureEngine, blobs: (any BlobStore)? = nil,
        schemas: [AnySchema] = Registry.schemas
    ) {
        self.schemas = schemas
        byType = Dictionary(uniqueKeysWithValues: schemas.map { ($0.type, $0) })
        self.store = store
        self.environment = environment
        self.posture = posture
        self.blobs = blobs
    }

    // MARK: Reading

    /// One page of the records that the caller may see.
    /// - Throws: ``ServiceError``: invalid for a filter, sort or cursor that the type does not offer.
    package func list(
        _ schema: AnySchema, _ filter: ListFilter, as caller: Caller, asOf: AsOf? = nil
    ) async throws -> RecordPage {
        let query = try Query(
            schema, where: predicate(schema, filter, caller), archived: filter.archived, sort: filter.sort,
            cursor: filter.cursor, limit: filter.limit)
        let page = try await translated(schema) {
            try await store.read { reader in try reader.page(query, in: caller.organisation, asOf: asOf) }
        }
        guard schema.fields.contains(where: { $0.has(.sensitive) }) else { return page }
        return RecordPage(
            records: page.records.map { redacted($0, caller) }, next: page.next, previous: page.previous)
    }

    package func count(
        _ schema: AnySchema, _ filter: ListFilter, as caller: Caller, asOf: AsOf? = nil
    ) async throws -> Int {
        let predicate = try predicate(schema, filter, caller)
        return try await translated(schema) {
            try await store.read {
                try $0.count(
                    schema, where: predicate, archived: filter.archived, in: caller.organisation, asOf: asOf)
            }
        }
    }

    package func get(
        _ schema: AnySchema, _ id: UUID, as caller: Caller, asOf: AsOf? = nil
    ) async throws -> StoredRecord {
        guard caller.organisation != nil || schema.isCatalogue else { throw ServiceError.notFound(schema.label) }
        let found = try await store.read { try $0.find(schema, id, in: caller.organisation, asOf: asOf) }
        guard let found, Authorisation.may(caller, .read, found) else { throw ServiceError.notFound(schema.label) }
        return redacted(found, caller)
    }

    /// Revisions of a record with what each changed, newest first.
    package func history(
        _ schema: AnySchema, _ id: UUID, as caller: Caller, before version: Int? = nil, limit: Int = 50
    ) async throws -> [HistoryEntry] {
        _ = try await get(schema, id, as: caller)
        let limit = min(limit, Self.historyEntriesMax)
        return try await store.read { reader in
            // One more than shown: the oldest shown entry also needs what it changed from.
            let revisions = try reader.revisions(
                of: id, schema, in: caller.organisation, before: version, limit: limit + 1)
            let people = Set(revisions.compactMap(\.person))
            let names = try reader.titles(Person.schema.erased, Array(people), in: caller.organisation)
            return revisions.prefix(limit).enumerated().map { n, revision in
                let before = n + 1 < revisions.count ? revisions[n + 1].record : nil
                let hidden = !Authorisation.canSeeSensitive(caller, revision.record)
                // What an erased revision said, and so what the next one changed, is not known any more.
                let isErased = revision.record.meta.erasedAt != nil || before?.meta.erasedAt != nil
                return HistoryEntry(
                    revision: revision, personName: revision.person.flatMap { names[$0] },
                    changes: isErased
                        ? []
                        : schema.changes(from: before?.values ?? schema.blank, to: revision.record.values)
                            .filter { !(hidden && $0.field.has(.sensitive)) })
            }
        }
    }

    /// Records that this one points to and that point to it, with their titles, as far as the caller may see them.
    package func links(
        _ schema: AnySchema, _ id: UUID, as caller: Caller, asOf: AsOf? = nil
    ) async throws -> [LinkedRecords] {
        _ = try await get(schema, id, as: caller, asOf: asOf)
        return try await store.read { reader in
            let out = try reader.links(
                from: [id], in: caller.organisation, asOf: asOf, limit: Self.linksShownMax)
            let back = try reader.links(to: [id], in: caller.organisation, asOf: asOf, limit: Self.linksShownMax)
            var groups: [LinkedRecords] = []
            for field in schema.fields {
                guard let target = field.kind.target, let other = byType[target] else { continue }
                let ids = out.filter { $0.field == field.name }.map(\.to)
                groups += try Self.group(reader, other, ids, field.label, false, caller, asOf)
            }
            for other in schemas {
                for field in other.fields where field.kind.target == schema.type {
                    let ids = back.filter { $0.fromType == other.type && $0.field == field.name }.map(\.from)
                    groups += try Self.group(reader, other, ids, field.label, true, caller, asOf)
                }
            }
            return groups
        }
    }

    private static func group(
        _ reader: any Reader, _ schema: AnySchema, _ ids: [UUID], _ label: String, _ isBack: Bool, _ caller: Caller,
        _ asOf: AsOf?
    ) throws -> [LinkedRecords] {
        guard !ids.isEmpty else { return [] }
        let query = Query(
            schema, where: .both(.ids(ids), Authorisation.visible(caller, .read, schema)), archived: .include,
            limit: linksShownMax)
        let records = try reader.page(query, in: caller.organisation, asOf: asOf).records
        guard !records.isEmpty else { return [] }
        return [LinkedRecords(schema: schema, fieldLabel: label, isIncoming: isBack, records: records)]
    }

    /// Titles of the records that fields of these records name, for lists and forms: one query a type.
    package func titles(of records: [StoredRecord], as caller: Caller) async throws -> [UUID: String] {
        var wanted: [RecordType: Set<UUID>] = [:]
        for record in records {
            for (field, value) in zip(record.schema.fields, record.values) {
                guard let target = field.kind.target else { continue }
                switch value {
                case .reference(let id): wanted[target, default: []].insert(id)
                case .links(let ids): wanted[target, default: []].formUnion(ids)
                default: break
                }
            }
            let people = [record.meta.createdBy, record.meta.updatedBy].compactMap(\.self)
            wanted[Person.type, default: []].formUnion(people)
        }
        let all = wanted
        return try await store.read { reader in
            var titles: [UUID: String] = [:]
            for (type, ids) in all {
                guard let schema = byType[type] else { continue }
                titles.merge(try reader.titles(schema, Array(ids), in: caller.organisation)) { a, _ in a }
            }
            return titles
        }
    }

    /// The moment of a ledger index, or of a time.
    package func moment(index: Int, as caller: Caller) async throws -> AsOf {
        let found = try await store.read { try $0.position(index: index, in: caller.organisation) }
        guard let found else { throw ServiceError.invalid("asOf", "\(index) is not an index of this ledger") }
        return found
    }
    package func moment(at time: Instant, as caller: Caller) async throws -> AsOf {
        try await store.read { try $0.position(at: time, in: caller.organisation) } ?? AsOf(index: -1, sharedIndex: -1)
    }

    // MARK: Writing

    /// - Parameter input: Values by wire name; what is missing stays as in a blank form.
    package func create(
        _ schema: AnySchema, _ input: [String: FieldValue], as caller: Caller, reason: String? = nil,
        request: String? = nil, keeping claim: RequestClaim? = nil
    ) async throws -> StoredRecord {
        guard Authorisation.mayCreate(caller, schema) else {
            throw ServiceError.forbidden(RecordRules.whyNotCreated(schema))
        }
        let organisation = try writable(caller, schema)
        let id = environment.id()
        let draft = try newValues(input, schema)
        let seen = try await filesSeen(schema, input, over: nil, as: caller)
        let change = caller.change("create", reason: try checked(reason), request: request, in: environment)
        return try await translated(schema) {
            try await store.write(organisation, isBrief: true) { [posture] transaction in
                try seen?.confirm(in: transaction)
                let ruled = try RecordRules.prepared(schema, old: nil, draft, in: transaction, by: caller)
                let saved = try transaction.save(
                    try schema.validated(ruled), id: id, over: nil, isArchived: false, by: change)
                try posture.recordChanged(from: nil, to: saved, in: transaction, today: caller.today(at: change.at))
                try claim?.keep(saved, isNew: true, in: transaction, at: change.at)
                return saved
            }
        }
    }

    /// The values of a new record: those of a blank one with what the caller sent, in its first state.
    func newValues(_ input: [String: FieldValue], _ schema: AnySchema) throws(ServiceError) -> [FieldValue] {
        var values = schema.blank
        try apply(input, to: &values, schema, old: nil)
        if let lifecycle = schema.lifecycle, let at = schema.position[lifecycle.field] {
            values[at] = .text(lifecycle.initial)
        }
        return values
    }

    /// Saves new values over the version that the caller saw.
    /// - Parameter keepsMissing: Fields that are not in `input` stay (a patch); otherwise they become blank (a
    ///   replacement).
    /// - Returns: The record as it was if nothing changed: no revision is made then.
    package func update(
        _ schema: AnySchema, _ id: UUID, over version: Int, _ input: [String: FieldValue], keepsMissing: Bool,
        as caller: Caller, reason: String? = nil, request: String? = nil
    ) async throws -> StoredRecord {
        let organisation = try writable(caller, schema)
        let seen = try await filesSeen(schema, input, over: id, as: caller)
        try await checkFiles(schema, input, organisation)
        let change = caller.change("update", reason: try checked(reason), request: request, in: environment)
        return try await translated(schema) {
            try await store.write(organisation, isBrief: true) { transaction in
                try seen?.confirm(in: transaction)
                return try update(
                    schema, id, over: version, input, keepsMissing: keepsMissing, as: caller, by: change,
                    in: transaction)
            }
        }
    }

    /// The same inside a transaction, for verbs that change several records at once.
    func update(
        _ schema: AnySchema, _ id: UUID, over version: Int, _ input: [String: FieldValue], keepsMissing: Bool,
        as caller: Caller, by change: Change, in transaction: any Transaction
    ) throws -> StoredRecord {
        let old = try Self.found(schema, id, .update, in: transaction, caller)
        var values = old.values
        if !keepsMissing {
            for (at, field) in schema.fields.enumerated() where Self.isOpen(field, schema) {
                values[at] = schema.blank[at]
            }
        }
        try apply(input, to: &values, schema, old: old)
        guard old.version == version else {
            throw ServiceError.conflict(.stale(present: old, yours: values))
        }
        guard !old.meta.isArchived else {
            throw ServiceError.conflict(.state("it is archived; restore it first"))
        }
        let ruled = try RecordRules.prepared(schema, old: old, values, in: transaction, by: caller)
        let valid = try schema.validated(ruled)
        if schema.changes(from: old.values, to: valid.values).isEmpty { return old }
        let saved = try transaction.save(valid, id: id, over: version, isArchived: false, by: change)
        try posture.recordChanged(from: old, to: saved, in: transaction, today: caller.today(at: change.at))
        return saved
    }

    /// Archives a record, or takes it back from the archive.
    package func setArchived(
        _ isArchived: Bool, _ schema: AnySchema, _ id: UUID, over version: Int, as caller: Caller, reason: String?,
        request: String? = nil, keeping claim: RequestClaim? = nil
    ) async throws -> StoredRecord {
        let organisation = try writable(caller, schema)
        let change = caller.change(
            isArchived ? "archive" : "restore", reason: try checked(reason), request: request, in: environment)
        return try await translated(schema) {
            try await store.write(organisation, isBrief: true) { transaction in
                let saved = try setArchived(
                    isArchived, schema, id, over: version, as: caller, by: change, in: transaction)
                try claim?.keep(saved, in: transaction, at: change.at)
                return saved
            }
        }
    }

    /// The same inside a transaction.
    func setArchived(
        _ isArchived: Bool, _ schema: AnySchema, _ id: UUID, over version: Int, as caller: Caller, by change: Change,
        in transaction: any Transaction
    ) throws -> StoredRecord {
        let old = try Self.found(schema, id, .archive, in: transaction, caller)
        guard old.version == version else {
            throw ServiceError.conflict(.stale(present: redacted(old, caller), yours: redacted(old, caller).values))
        }
        guard old.meta.isArchived != isArchived else { return redacted(old, caller) }
        if isArchived {
            try RecordRules.checkArchiving(old, in: transaction)
        } else {
            try RecordRules.checkRestoring(old)
        }
        let valid = try schema.validated(old.values)
        let saved = try transaction.save(valid, id: id, over: version, isArchived: isArchived, by: change)
        try posture.recordChanged(from: old, to: saved, in: transaction, today: caller.today(at: change.at))
        return redacted(saved, caller)
    }

    /// Takes a record through a named transition of its lifecycle.
    package func take(
        _ name: String, _ schema: AnySchema, _ id: UUID, over version: Int, as caller: Caller, reason: String?,
        request: String? = nil, keeping claim: RequestClaim? = nil
    ) async throws -> StoredRecord {
        guard let transition = schema.lifecycle?.transition(named: name) else {
            throw ServiceError.notFound("transition \(name) of \(schema.label)")
        }
        let organisation = try writable(caller, schema)
        let change = caller.change(name, reason: try checked(reason), request: request, in: environment)
        return try await translated(schema) {
            try await store.write(organisation, isBrief: !transition.byVerb) { transaction in
                let saved = try take(transition, schema, id, over: version, as: caller, by: change, in: transaction)
                try claim?.keep(saved, in: transaction, at: change.at)
                return saved
            }
        }
    }

    /// The same inside a transaction; the change carries the reason.
    func take(
        _ transition: Transition, _ schema: AnySchema, _ id: UUID, over version: Int, as caller: Caller,
        by change: Change, in transaction: any Transaction
    ) throws -> StoredRecord {
        let old = try Self.found(schema, id, .read, in: transaction, caller)
        guard old.version == version else {
            throw ServiceError.conflict(
                .stale(present: redacted(old, caller), yours: redacted(old, caller).values))
        }
        if let refusal = try Self.refusal(transition, old, caller, in: transaction) {
            throw ServiceError.forbidden(refusal.message)
        }
        let state = schema.lifecycle.map { old[$0.field].text } ?? ""
        guard transition.from.contains(state), !old.meta.isArchived else {
            throw ServiceError.conflict(
                .state(
                    "“\(transition.label)” is not possible \(old.meta.isArchived ? "in the archive" : "from \(state.asLabel.lowercased())")"
                ))
        }
        if transition.needsReason, change.reason == nil { throw ServiceError.invalid("reason", "is required") }
        let missing = transition.requires.filter { old[$0].isUnset || old[$0] == .links([]) }
        guard missing.isEmpty else {
            throw ServiceError.invalid(Invalid(missing.map { Problem($0, "must be filled in first") }))
        }
        try RecordRules.checkTransition(transition, old, in: transaction, by: caller)
        var values = old.values
        Self.stamp(&values, schema, transition, caller, today: caller.today(at: change.at))
        if schema.type == ErasureRequest.type, transition.byVerb {
            try ErasureVerb(schemas: schemas, environment: environment, posture: posture)
                .carryOut(old, &values, in: transaction, by: caller)
        }
        if schema.type == StatementOfApplicability.type {
            try StatementRules.supersede(for: transition, old, in: transaction, by: caller, environment)
        }
        let saved = try transaction.save(
            try schema.validated(values), id: id, over: version, isArchived: false, by: change)
        try posture.recordChanged(from: old, to: saved, in: transaction, today: caller.today(at: change.at))
        return redacted(saved, caller)
    }

    /// The transitions that are possible from a record's state, each with why the caller may not take it, if so.
    package func transitions(
        _ record: StoredRecord, as caller: Caller
    ) async throws -> [(transition: Transition, refusal: String?)] {
        guard let lifecycle = record.schema.lifecycle, !record.meta.isArchived else { return [] }
        let state = record[lifecycle.field].text
        let possible = lifecycle.transitions.filter { $0.from.contains(state) }
        let refusals = try await store.read { reader in
            try possible.map { try Self.refusal($0, record, caller, in: reader)?.message }
        }
        return zip(possible, refusals).map { ($0, $1) }
    }

    // MARK: Parts

    static func refusal(
        _ transition: Transition, _ record: StoredRecord, _ caller: Caller, in reader: any Reader
    ) throws -> Refusal? {
        var authors: Set<UUID> = []
        var lastTaker: UUID?
        if transition.notByAuthor || transition.notByTakerOf != nil {
            let revisions = try reader.revisions(
                of: record.id, record.schema, in: caller.organisation, before: nil, limit: 1_000)
            authors = Set(
                revisions.filter { ["create", "update"].contains($0.action) }.compactMap(\.person))
            if let oldest = revisions.last, oldest.record.version > 1, let creator = record.meta.createdBy {
                authors.insert(creator)
            }
            lastTaker = revisions.first { $0.action == transition.notByTakerOf }?.person
            if try RecordRules.isAlone(caller, with: transition, of: record, in: reader) { authors = [] }
        }
        return Authorisation.mayTake(transition, caller, record, authors: authors, lastTaker: lastTaker)
    }

    private static func stamp(
        _ values: inout [FieldValue], _ schema: AnySchema, _ transition: Transition, _ caller: Caller, today: Day
    ) {
        if let lifecycle = schema.lifecycle, let at = schema.position[lifecycle.field] {
            values[at] = .text(transition.to)
        }
        for stamp in transition.stamps {
            switch stamp {
            case .actor(let name):
                if let at = schema.position[name] { values[at] = caller.person.map { .reference($0) } ?? .null }
            case .today(let name): if let at = schema.position[name] { values[at] = .day(today) }
            case .clear(let name): if let at = schema.position[name] { values[at] = .null }
            }
        }
    }

    /// The present record for an action; not visible means not found.
    static func found(
        _ schema: AnySchema, _ id: UUID, _ action: Action, in transaction: any Transaction, _ caller: Caller
    ) throws -> StoredRecord {
        guard let old = try transaction.find(schema, id, in: caller.organisation, asOf: nil),
            Authorisation.may(caller, .read, old)
        else { throw ServiceError.notFound(schema.label) }
        guard Authorisation.may(caller, action, old) else {
            if schema.type == Answer.type { throw ServiceError.forbidden(RecordRules.whyNotCreated(schema)) }
            throw ServiceError.forbidden(
                "Your role does not allow you to \(action.rawValue) this \(schema.label.lowercased()).")
        }
        return old
    }

    func writable(_ caller: Caller, _ schema: AnySchema) throws -> UUID? {
        guard caller.mayWrite else { throw ServiceError.forbidden(Refusal.readOnlyToken.message) }
        guard caller.organisation != nil || schema.isCatalogue else { throw ServiceError.notFound(schema.label) }
        return caller.organisation
    }

    private static let reasonCharactersMax = 2_000
    func checked(_ reason: String?) throws -> String? {
        let reason = reason?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        guard reason.count <= Self.reasonCharactersMax else {
            throw ServiceError.invalid("reason", "must have at most \(Self.reasonCharactersMax) characters")
        }
        return reason.isEmpty ? nil : reason
    }

    /// A caller may set the field: neither derived, set by the system, nor a lifecycle's state.
    static func isOpen(_ field: FieldDescription, _ schema: AnySchema) -> Bool {
        field.isWritable && field.name != schema.lifecycle?.field && !field.has(.fixed)
    }

    func apply(
        _ input: [String: FieldValue], to values: inout [FieldValue], _ schema: AnySchema, old: StoredRecord?
    ) throws(ServiceError) {
        var problems: [Problem] = []
        for (name, value) in input {
            guard let at = schema.position[name] else {
                problems.append(Problem(name, "is not a field of \(schema.label)"))
                continue
            }
            let field = schema.fields[at]
            let same = old.map { $0.values[at] == value } ?? (value == schema.blank[at])
            if same, !field.isWritable || field.name == schema.lifecycle?.field { continue }
            if field.name == schema.lifecycle?.field {
                problems.append(Problem(name, "changes only by a transition"))
            } else if !field.isWritable {
                problems.append(Problem(name, "is set by the system"))
            } else if field.has(.fixed), let old, old.values[at] != value {
                problems.append(Problem(name, "is fixed since the record was created"))
            } else {
                let isLinks = if case .links = field.kind { true } else { false }
                values[at] = isLinks && value == .null ? .links([]) : value
            }
        }
        guard problems.isEmpty else {
            throw .invalid(Invalid(problems.sorted { $0.field < $1.field }))
        }
    }

    private func predicate(_ schema: AnySchema, _ filter: ListFilter, _ caller: Caller) throws -> Criteria {
        var parts: [Criteria] = []
        for condition in filter.conditions {
            guard let field = schema.field(condition.field), field.has(.filterable) || field.has(.sortable),
                !field.has(.sensitive)
            else {
                throw ServiceError.invalid("filter", "\(condition.field) is not a filter of \(schema.pluralLabel)")
            }
            parts.append(condition.predicate(field))
        }
        if let name = filter.sort.field {
            guard let field = schema.field(name), field.has(.sortable), !field.has(.sensitive) else {
                throw ServiceError.invalid("sort", "\(name) cannot be sorted by")
            }
        }
        if !filter.search.isEmpty { parts.append(.search(filter.search)) }
        if let ids = filter.ids { parts.append(.ids(ids)) }
        if let linked = filter.linkedTo {
            guard let field = schema.field(linked.field), field.kind.target != nil else {
                throw ServiceError.invalid("filter", "\(linked.field) does not link")
            }
            parts.append(.linked(linked.field, [linked.id]))
        }
        let visible = Authorisation.visible(caller, .read, schema)
        return parts.reduce(visible) { .both($0, $1) }
    }

    func redacted(_ record: StoredRecord, _ caller: Caller) -> StoredRecord {
        guard record.schema.fields.contains(where: { $0.has(.sensitive) }),
            !Authorisation.canSeeSensitive(caller, record)
        else { return record }
        let values = zip(record.schema.fields, record.values).map { $0.has(.sensitive) ? FieldValue.null : $1 }
        return StoredRecord(schema: record.schema, id: record.id, meta: record.meta, values: values)
    }
}

/// What a list shows: conditions on filterable fields, words, order, place.
package struct ListFilter: Sendable {
    package struct Condition: Sendable, Hashable {
        package enum Comparison: String, Sendable { case equals, not, less, greater, atMost, atLeast }
        package let field: String
        package let comparison: Comparison
        /// Any of them; a null asks for records without a value.
        package let values: [FieldValue]
        package init(_ field: String, _ comparison: Comparison = .equals, _ values: [FieldValue]) {
            self.field = field
            self.comparison = comparison
            self.values = values
        }
        func predicate(_ described: FieldDescription) -> Criteria {
            let ids = values.compactMap { if case .reference(let id) = $0 { id } else { nil } }
            let isLinks = if case .links = described.kind { true } else { false }
            let equal: Criteria =
                isLinks && !ids.isEmpty
                ? .linked(field, ids)
                : values.count == 1 ? .equals(field, values[0]) : .oneOf(field, values)
            return switch comparison {
            case .equals: equal
            case .not: .not(equal)
            case .less: values.first.map { .less(field, $0) } ?? .none
            case .greater: values.first.map { .greater(field, $0) } ?? .none
            // What has no value is neither: the opposite of a comparison alone would find it.
            case .atMost: values.first.map { .and([.not(.greater(field, $0)), .not(.equals(field, .null))]) } ?? .none
            case .atLeast: values.first.map { .and([.not(.less(field, $0)), .not(.equals(field, .null))]) } ?? .none
            }
        }
    }
    package var conditions: [Condition] = []
    package var search = ""
    package var ids: [UUID]?
    package var linkedTo: (field: String, id: UUID)?
    package var archived = Archived.exclude
    package var sort = Sort.creation
    package var cursor: String?
    package var limit = 50
    package init() {}
}

/// One entry of a record's history.
package struct HistoryEntry: Sendable {
    package let revision: Revision
    package let personName: String?
    package let changes: [FieldChange]
    package init(revision: Revision, personName: String?, changes: [FieldChange]) {
        self.revision = revision
        self.personName = personName
        self.changes = changes
    }
}

/// Records of one type that are linked by one field, in one direction.
package struct LinkedRecords: Sendable {
    package let schema: AnySchema
    package let fieldLabel: String
    /// The other records point to this one.
    package let isIncoming: Bool
    package let records: [StoredRecord]
    package init(schema: AnySchema, fieldLabel: String, isIncoming: Bool, records: [StoredRecord]) {
        self.schema = schema
        self.fieldLabel = fieldLabel
        self.isIncoming = isIncoming
        self.records = records
    }
}
