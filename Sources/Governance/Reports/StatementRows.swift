// Makes the rows of a Statement of Applicability from decisions, controls and the records that call for them.
import Foundation
import RecordKit
import Records
import Storage

/// Reads what a statement of one framework is made of, at one moment. Cost: a number of queries that does not depend on
/// the number of rows, and one pass over the links to the framework's items and to the controls that serve them.
struct StatementRows {
    /// Risks and obligations, and controls, that one statement may rest on.
    static let recordsMax = 20_000
    let library: FrameworkLibrary
    let framework: LibraryFramework
    let reader: any Reader
    let organisation: UUID
    let asOf: AsOf?
    let today: Day

    func rows() throws -> [StatementRow] {
        let items = framework.items.filter { $0.kind == .control && $0.isAssessable }
        let decisions = try decisions(items)
        let toItems = try links(to: framework.items.map(\.id))
        var wanted = Set(sources(toItems, Control.type, "requirements").values.joined())
        for source in InclusionReason.sources { wanted.formUnion(try called(by: source)) }
        let controls = try controls(wanted)
        let toControls = try links(to: controls.map(\.id))
        let reasons = try reasons(toItems, toControls)
        let systems = try mentions(Asset.schema.erased, decisions.values.flatMap { $0.systems.ids.map(\.raw) })

        var serving: [UUID: [StoredRecord]] = [:]
        for control in controls {
            for requirement in control.links("requirements") { serving[requirement, default: []].append(control) }
        }
        let annex = items.map { item -> StatementRow in
            let own = serving[item.id] ?? []
            return row(
                item, decisions[item.id], own, reasons.of([item.id] + own.map(\.id)),
                systems: systems)
        }
        let inAnnex = Set(items.map(\.id))
        let outside = controls.filter { $0.links("requirements").allSatisfy { !inAnnex.contains($0) } }
        return annex + outside.map { row($0, reasons.of([$0.id])) }
    }

    // MARK: Rows

    private func row(
        _ item: LibraryItem, _ decision: Applicability?, _ controls: [StoredRecord], _ derived: [StatementRow.Reason],
        systems: [UUID: RecordMention]
    ) -> StatementRow {
        var reasons = derived
        if decision?.isApplicable == true, let stated = decision?.reasons {
            reasons.append(.init(kind: "stated", text: stated, record: nil))
        }
        return StatementRow(
            key: item.reference, reference: item.reference, title: item.title, source: .annexA,
            sourceName: framework.name, requirement: item.id.lowercased,
            decision: decision.map { $0.isApplicable ? .included : .excluded } ?? .undecided,
            justification: decision?.justification, basis: decision?.exclusionBasis,
            exceptFor: decision?.systems.ids.compactMap { systems[$0.raw] } ?? [], reasons: reasons,
            controls: controls.map(measure))
    }

    /// A necessary control that no item of this Annex A stands for. A clause that it serves is a reason of its own.
    private func row(_ control: StoredRecord, _ derived: [StatementRow.Reason]) -> StatementRow {
        let served = control.links("requirements").compactMap { library.item($0) }
        let clauses = served.filter { $0.frameworkKey == framework.key }
        // Clauses and articles ask for something; only controls of another set are where this one comes from.
        let foreign = served.filter { $0.frameworkKey != framework.key && $0.kind != .clause && $0.kind != .article }
        var seen: Set<String> = []
        let others = foreign.map(\.frameworkKey).filter { seen.insert($0).inserted }
            .compactMap { library.framework($0)?.name }
        return StatementRow(
            key: "control:" + control.id.lowercased, reference: control["code"].text,
            title: control["title"].text, source: others.isEmpty ? .own : .otherFramework,
            sourceName: others.joined(separator: ", "), requirement: nil, decision: .included, justification: nil,
            basis: nil, exceptFor: [],
            reasons: clauses.map { clause in
                .init(kind: Requirement.type.name, text: "\(clause.reference) \(clause.title)", record: nil)
            } + derived, controls: [measure(control)])
    }

    private func measure(_ control: StoredRecord) -> StatementRow.Measure {
        .init(
            control: RecordMention(control), status: Control.Status(rawValue: control["status"].text) ?? .planned)
    }

    // MARK: Reading

    private func decisions(_ items: [LibraryItem]) throws -> [UUID: Applicability] {
        let found = try reader.all(
            Applicability.self, where: .linked("requirement", items.map(\.id)), in: organisation, asOf: asOf,
            limit: Query.limitMax)
        return Dictionary(found.map { ($0.value.requirement.raw, $0.value) }) { a, _ in a }
    }

    private func links(to ids: [UUID]) throws -> [Link] {
        try ids.chunks(of: 500).flatMap { part in
            let found = try reader.links(to: part, in: organisation, asOf: asOf, limit: PostureEngine.linksMax)
            guard found.count < PostureEngine.linksMax else {
                throw StoreError.unavailable("a statement has more than \(PostureEngine.linksMax) links to one part")
            }
            return found
        }
    }

    /// By what is linked to, the records of a type that link to it by a field.
    private func sources(_ links: [Link], _ type: RecordType, _ field: String) -> [UUID: [UUID]] {
        Dictionary(grouping: links.filter { $0.fromType == type && $0.field == field }, by: \.to)
            .mapValues { $0.map(\.from) }
    }

    /// Controls of the records that make them necessary for this framework whatever they serve.
    private func called(by source: InclusionReason) throws -> Set<UUID> {
        let calls = source.calls(framework.key)
        guard calls != .none else { return [] }
        var found: Set<UUID> = []
        for record in try all(source.schema, .both(source.condition, calls)) where source.isInForce(record, today) {
            found.formUnion(record.links(source.controls))
        }
        return found
    }

    private func controls(_ ids: Set<UUID>) throws -> [StoredRecord] {
        try records(Control.schema.erased, ids).filter {
            $0["status"] != .text(Control.Status.retired.rawValue)
        }.sorted { ($0["code"].text, $0.id) < ($1["code"].text, $1.id) }
    }

    /// Reasons by what they call for, each in the order of sources and codes.
    private struct Reasons {
        var byTarget: [UUID: [Int]] = [:]
        var all: [StatementRow.Reason] = []
        func of(_ targets: [UUID]) -> [StatementRow.Reason] {
            Set(targets.flatMap { byTarget[$0] ?? [] }).sorted().map { all[$0] }
        }
    }

    private func reasons(_ toItems: [Link], _ toControls: [Link]) throws -> Reasons {
        var found = Reasons()
        for source in InclusionReason.sources {
            var targets: [UUID: Set<UUID>] = [:]
            for link in toItems where link.fromType == source.schema.type && link.field == source.requirements {
                targets[link.from, default: []].insert(link.to)
            }
            for link in toControls where link.fromType == source.schema.type && link.field == source.controls {
                targets[link.from, default: []].insert(link.to)
            }
            let records = try records(source.schema, Set(targets.keys), source.condition)
                .filter { source.isInForce($0, today) }
                .map { ($0.id, RecordMention($0)) }.sorted { ($0.1.name, $0.1.id) < ($1.1.name, $1.1.id) }
            for (id, mention) in records {
                for target in targets[id] ?? [] { found.byTarget[target, default: []].append(found.all.count) }
                found.all.append(.init(kind: mention.type, text: mention.name, record: mention))
            }
        }
        return found
    }

    private func mentions(_ schema: AnySchema, _ ids: [UUID]) throws -> [UUID: RecordMention] {
        Dictionary(try records(schema, Set(ids)).map { ($0.id, RecordMention($0)) }) { a, _ in a }
    }

    private func records(_ schema: AnySchema, _ ids: Set<UUID>, _ condition: Criteria = .all) throws -> [StoredRecord] {
        try ids.sorted { $0 < $1 }.chunks(of: 500).flatMap { part in
            try reader.page(
                Query(schema, where: .both(.ids(part), condition), limit: part.count), in: organisation, asOf: asOf
            ).records
        }
    }

    private func all(_ schema: AnySchema, _ condition: Criteria) throws -> [StoredRecord] {
        var found: [StoredRecord] = []
        var cursor: String?
        repeat {
            let page = try reader.page(
                Query(schema, where: condition, cursor: cursor, limit: Query.limitMax), in: organisation, asOf: asOf)
            found += page.records
            guard found.count <= Self.recordsMax else {
                throw ServiceError.conflict(
                    .state("a statement rests on more than \(Self.recordsMax) \(schema.plural)"))
            }
            cursor = page.next
        } while cursor != nil
        return found
    }
}
