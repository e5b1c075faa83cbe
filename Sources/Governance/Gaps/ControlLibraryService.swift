// The verbs of the control library: take over what is suggested, find what is double, merge two into one.
package import Access
package import Foundation
package import RecordKit
import Records
import Storage

/// What became of one suggestion.
package struct AdoptOutcome: Sendable {
    package enum Result: Sendable {
        case made(StoredRecord)
        case already(UUID, title: String)
        /// There is probably such a control; ask again with `evenIfSimilar`, or merge later.
        case similar(UUID, title: String, Likeness)
    }
    package let suggestion: String
    package let result: Result
}

/// Two controls that become one.
package struct ControlMerge: Sendable {
    /// The control that stays, as it was seen.
    package let keep: SeenRecord
    /// The one that is retired and archived, as it was seen.
    package let drop: SeenRecord
    package let reason: String
    package init(keep: SeenRecord, drop: SeenRecord, reason: String) {
        self.keep = keep
        self.drop = drop
        self.reason = reason
    }
}

/// The organisation's library of controls, for callers.
package struct ControlLibraryService: Sendable {
    package static let suggestionsMax = 200
    /// Records that name the dropped control and are changed in one merge.
    package static let movedMax = 1_000
    let records: RecordService
    let library: LibraryHolder

    package init(records: RecordService, library: LibraryHolder) {
        self.records = records
        self.library = library
    }

    /// The library as the caller may see it; see ``ControlLibrary`` for the cost.
    package func library(as caller: Caller) async throws -> ControlLibrary {
        guard let organisation = caller.organisation else { throw ServiceError.notFound(Control.schema.erased.label) }
        let library = try await library.current(for: organisation)
        let seen = Authorisation.visible(caller, .read, Control.schema.erased)
        return try await records.store.read {
            try ControlLibrary($0, library, organisation, controlsSeen: seen)
        }
    }

    // MARK: Taking over

    /// Makes a planned control of each suggestion, with all its fields and the requirements that it serves in the
    /// frameworks that are followed; controls of Annex A that were decided not to apply are left out. What was taken
    /// over already is recognised by the suggestion, and what is probably there under another name by ``Likeness``.
    /// - Parameter evenIfSimilar: Makes those, too, that are probably there already.
    /// - Returns: What became of each, in the order asked for.
    package func adopt(
        _ ids: [String], owner: UUID? = nil, evenIfSimilar: Bool = false, as caller: Caller, request: String? = nil
    ) async throws -> [AdoptOutcome] {
        let schema = Control.schema.erased
        guard Authorisation.mayCreate(caller, schema) else {
            throw ServiceError.forbidden(RecordRules.whyNotCreated(schema))
        }
        guard let organisation = try records.writable(caller, schema) else { throw ServiceError.notFound(schema.label) }
        guard (1...Self.suggestionsMax).contains(ids.count) else {
            throw ServiceError.invalid("suggestions", "must be 1 to \(Self.suggestionsMax), are \(ids.count)")
        }
        let known = Dictionary(uniqueKeysWithValues: try ControlSuggestion.all().map { ($0.id, $0) })
        var seen: Set<String> = []
        let wanted = try ids.filter { seen.insert($0).inserted }.map { id in
            guard let suggestion = known[id] else {
                throw ServiceError.invalid("suggestions", "“\(id.prefix(40))” is no suggestion of the catalogue")
            }
            return suggestion
        }
        let library = try await library.current(for: organisation)
        return try await translated(schema) {
            try await records.store.write(organisation) { [records] transaction in
                if let owner, try transaction.find(ID<Person>(owner), in: organisation) == nil {
                    throw ServiceError.invalid("owner", "is nobody of this organisation")
                }
                let followed = try ControlLibrary.followed(transaction, library, organisation)
                let excluded = try Self.excluded(transaction, organisation)
                let carried = try CarriedOver(transaction, organisation)
                var (controls, _) = try ControlLibrary.controls(transaction, organisation, .all)
                var prepared = controls.map { ControlWords($0.value) }
                var codes = Set(controls.map(\.value.code))
                var batch = PostureBatch()
                let outcomes = try wanted.map { suggestion -> AdoptOutcome in
                    if let control = controls.first(where: { $0.value.template == suggestion.id }) {
                        return AdoptOutcome(
                            suggestion: suggestion.id, result: .already(control.id.raw, title: control.value.title))
                    }
                    let serves = carried.requirements(of: suggestion).filter { id in
                        library.item(id).map { followed.contains($0.frameworkKey) && !excluded.contains(id) } ?? false
                    }
                    if !evenIfSimilar,
                        let similar = ControlLibrary.similar(to: suggestion, serves: serves, controls, prepared)
                    {
                        return AdoptOutcome(
                            suggestion: suggestion.id,
                            result: .similar(
                                similar.control.id.raw, title: similar.control.value.title, similar.likeness))
                    }
                    var control = Control(suggestion, requirements: serves)
                    control.owner = owner.map { ID($0) }
                    control.code = try Self.freeCode(suggestion.id, &codes, transaction, organisation)
                    let saved = try transaction.save(
                        try Control.schema.validated(control).erased, id: records.environment.id(), over: nil,
                        isArchived: false, by: caller.change("create", request: request, in: records.environment))
                    batch.note(from: nil, to: saved)
                    controls.append(try saved.decoded())
                    prepared.append(ControlWords(control))
                    return AdoptOutcome(suggestion: suggestion.id, result: .made(saved))
                }
                try batch.finish(
                    records.posture, in: transaction, organisation, caller.today(at: records.environment.now()))
                return outcomes
            }
        }
    }

    /// Controls of Annex A that were decided not to apply.
    private static func excluded(_ reader: any Reader, _ organisation: UUID) throws -> Set<UUID> {
        let decisions = try reader.every(Applicability.schema.erased, in: organisation).map {
            try $0.decoded(as: Applicability.self)
        }
        return Set(decisions.filter { !$0.value.isApplicable }.map(\.value.requirement.raw))
    }

    /// The suggestion's id, with a number behind it while another control has that code.
    private static func freeCode(
        _ id: String, _ codes: inout Set<String>, _ reader: any Reader, _ organisation: UUID
    ) throws -> String {
        for number in 1...99 {
            let code = number == 1 ? id : "\(id)-\(number)"
            guard !codes.contains(code) else { continue }
            let taken = try reader.count(
                Control.schema.erased, where: .equals("code", .text(code)), in: organisation, asOf: nil)
            if taken == 0 {
                codes.insert(code)
                return code
            }
        }
        throw ServiceError.conflict(.taken(type: Control.type.name, field: "code"))
    }

    // MARK: Merging

    /// Makes one control of two, in one transaction: what the dropped one serves and protects is added to the one that
    /// stays; every record that names the dropped one (evidence, tasks, risks, obligations) names the other instead;
    /// then the dropped one is retired and archived. Records in the archive keep their links. The history of each
    /// record that changes tells of it.
    /// - Returns: The control that stays, and how many records were moved.
    /// - Throws: ``ServiceError``: a conflict if either changed since it was seen; forbidden if the caller may not
    ///   change one of the records; invalid above ``movedMax`` records.
    package func merge(
        _ merge: ControlMerge, as caller: Caller, request: String? = nil
    ) async throws -> (kept: StoredRecord, moved: Int) {
        let schema = Control.schema.erased
        guard let organisation = try records.writable(caller, schema) else { throw ServiceError.notFound(schema.label) }
        guard let reason = try records.checked(merge.reason) else {
            throw ServiceError.invalid("reason", "is required: say why the two are one")
        }
        guard merge.keep.id != merge.drop.id else {
            throw ServiceError.invalid("drop", "must be another control than the one that is kept")
        }
        return try await translated(schema) {
            try await records.store.write(organisation) { transaction in
                try MergeVerb(
                    records: records, transaction: transaction, organisation: organisation, caller: caller,
                    request: request, reason: reason
                ).run(merge)
            }
        }
    }
}

extension Control {
    /// A planned control with all that a suggestion says.
    fileprivate init(_ suggestion: ControlSuggestion, requirements: [UUID]) {
        self.init()
        title = suggestion.title
        description = suggestion.description
        type = suggestion.type
        frequency = suggestion.frequency
        procedure = suggestion.procedure
        testMethod = suggestion.testMethod
        self.requirements = Links(requirements.prefix(FieldLimit.linksMax).map { ID($0) })
        template = suggestion.id
    }
}

/// One merge, inside its transaction.
private struct MergeVerb {
    let records: RecordService
    let transaction: any Transaction
    let organisation: UUID
    let caller: Caller
    let request: String?
    let reason: String
    private let schema = Control.schema.erased

    func run(_ merge: ControlMerge) throws -> (kept: StoredRecord, moved: Int) {
        let keep = try seen(merge.keep, .update)
        let drop = try seen(merge.drop, .archive)
        guard keep["status"] != .text(Control.Status.retired.rawValue) else {
            throw ServiceError.conflict(.state("a retired control cannot take over another one"))
        }
        var batch = PostureBatch()
        let kept = try save(
            keep, setting: ["requirements", "assets"].map { ($0, joined(keep.links($0), drop.links($0))) }, &batch)
        let moved = try moveLinks(from: drop.id, to: keep.id, named: keep.title, &batch)
        // Taken from the state that it is in: a retired one is only archived.
        var dropped = drop
        if let retire = schema.lifecycle?.transition(named: "retire"),
            retire.from.contains(drop["status"].text)
        {
            dropped = try records.take(
                retire, schema, drop.id, over: drop.version, as: caller, by: change("retire", naming: keep),
                in: transaction)
        }
        let archived = try records.setArchived(
            true, schema, drop.id, over: dropped.version, as: caller, by: change("archive", naming: keep),
            in: transaction)
        batch.note(from: drop, to: archived)
        try batch.finish(
            records.posture, in: transaction, organisation, caller.today(at: records.environment.now()))
        try records.posture.recompute(
            drop.links("requirements"), in: transaction, organisation,
            caller.today(at: records.environment.now()))
        return (kept, moved)
    }

    private func seen(_ seen: SeenRecord, _ action: Action) throws -> StoredRecord {
        let record = try RecordService.found(schema, seen.id, action, in: transaction, caller)
        guard record.version == seen.version else {
            throw ServiceError.conflict(.stale(present: record, yours: record.values))
        }
        guard !record.meta.isArchived else {
            throw ServiceError.conflict(.state("“\(record.title)” is archived; restore it first"))
        }
        return record
    }

    private func change(_ action: String, naming other: StoredRecord) -> Change {
        caller.change(
            action, reason: "Merged into “\(other.title)”: \(reason)", request: request, in: records.environment)
    }

    private func joined(_ a: [UUID], _ b: [UUID]) -> FieldValue { .links(Set(a + b).sorted { $0 < $1 }) }

    /// Saves fields of a record if they differ.
    private func save(
        _ record: StoredRecord, setting fields: [(String, FieldValue)], _ batch: inout PostureBatch
    ) throws -> StoredRecord {
        var values = record.values
        for (name, value) in fields {
            if let at = record.schema.position[name] { values[at] = value }
        }
        guard values != record.values else { return record }
        let change = caller.change(
            "update", reason: "Controls merged: \(reason)", request: request, in: records.environment)
        let saved = try transaction.save(
            try record.schema.validated(values), id: record.id, over: record.version, isArchived: false, by: change)
        batch.note(from: record, to: saved)
        return saved
    }

    /// Every record that names one control by a reference or link names the other instead.
    private func moveLinks(
        from old: UUID, to new: UUID, named title: String, _ batch: inout PostureBatch
    ) throws -> Int {
        let limit = ControlLibraryService.movedMax
        let links = try transaction.links(to: [old], in: organisation, asOf: nil, limit: limit + 1)
        guard links.count <= limit else {
            throw ServiceError.invalid("drop", "is named by more than \(limit) records; merge the other way round")
        }
        var moved = 0
        for (type, group) in Dictionary(grouping: links, by: \.fromType).sorted(by: { $0.key.name < $1.key.name }) {
            guard let schema = records.byType[type] else { continue }
            let ids = Set(group.map(\.from)).sorted { $0 < $1 }
            for part in ids.chunks(of: Query.limitMax) {
                let page = try transaction.page(
                    Query(schema, where: .ids(part), limit: part.count), in: organisation, asOf: nil)
                for record in page.records {
                    guard Authorisation.may(caller, .update, record) else {
                        throw ServiceError.forbidden(
                            "Your role does not allow you to change every record that names the control, such as a \(schema.label.lowercased())."
                        )
                    }
                    let fields = group.filter { $0.from == record.id }.map(\.field)
                    let changed = fields.compactMap { name -> (String, FieldValue)? in
                        switch record[name] {
                        case .reference(old): (name, .reference(new))
                        case .links(let ids): (name, joined(ids.filter { $0 != old }, [new]))
                        default: nil
                        }
                    }
                    _ = try save(record, setting: changed, &batch)
                    moved += 1
                }
            }
        }
        return moved
    }
}
