// Where an organisation stands on the path from ISO/IEC 27001 to ISO/IEC 42001.
import Access
import Catalogue
package import Foundation
package import RecordKit
package import Records
import Storage

/// Something of the organisation's own that serves a requirement.
package struct ServingRecord: Sendable, Hashable {
    package let schema: AnySchema
    package let id: UUID
    package let title: String
}

/// An item of ISO/IEC 42001 that an ISMS does not bring along, with what there is for it already.
package struct PathAddition: Sendable {
    /// Why it is on the list.
    package enum Reason: Sendable {
        /// A clause of both standards in which AI has a part of its own; the words say which.
        case ownPart(String)
        /// A clause that only ISO/IEC 42001 has.
        case newClause
        case control
    }
    package let row: LibraryRow
    package let item: LibraryItem
    package let reason: Reason
    /// `nil` while ISO/IEC 42001 is not in the scope of the assessment.
    package let shown: Conformity?
    /// Controls that name the item, and evidence for the item or for one of these controls.
    package let serving: [ServingRecord]
    /// The items of ISO/IEC 27001 that the crosswalk relates, strongest first.
    package let related: [(item: LibraryItem, relationship: Mapping.Relationship, strength: Int)]
    /// What serves a related item and not yet this one: a hint by the crosswalk, never a result.
    package let inferred: [ServingRecord]
}

/// An item of ISO/IEC 42001 that is not conform yet.
package struct PathGap: Sendable {
    package let row: RowView
    package let part: PartView
    package var hasOpenTask: Bool { (part.status?.tasksOpen ?? 0) > 0 }

    /// As ``GapList`` names it.
    var key: String { row.isOneAnswer ? row.row.key : GapList.key(of: row.row, part.item) }
}

/// The whole path.
package struct PathView: Sendable {
    package enum Step: String, Sendable, CaseIterable { case standards, records, additions, confirmation, plan }

    /// The adoptions, unless withdrawn.
    package let security: Stored<FrameworkAdoption>?
    package let ai: Stored<FrameworkAdoption>?
    /// The latest assessment that the caller may see.
    package let assessment: AssessmentView?
    /// Decisions on controls of ISO/IEC 27001, and all controls, risks and findings, as far as the caller may see them.
    package let decisions: Int
    package let controls: Int
    package let risks: Int
    package let findings: Int
    package let additions: [PathAddition]
    /// More is linked than was looked at.
    package let isPartial: Bool
    /// Shared rows that are answered for ISO/IEC 27001 and not for ISO/IEC 42001.
    package let waiting: [RowView]
    /// Shared rows that are answered for both.
    package let confirmed: Int
    /// Open items of ISO/IEC 42001 in the assessment.
    package let gaps: [PathGap]

    package func isInScope(_ framework: String) -> Bool {
        assessment?.frameworks.contains { $0.key == framework } ?? false
    }
    /// Shared rows without an answer for ISO/IEC 27001: with both in scope, one answer there fills both standards.
    package var sharedUnanswered: Int {
        assessment?.rows.count { row in
            row.row.members.count > 1
                && row.part(of: FrameworkLibrary.security).map { $0.answer?.value.result == nil } == true
        } ?? 0
    }

    /// Whether a step is done, by what the records say.
    package func isDone(_ step: Step) -> Bool {
        switch step {
        case .standards:
            security != nil && ai != nil && isInScope(FrameworkLibrary.security) && isInScope(FrameworkLibrary.ai)
        case .records: decisions > 0 && controls > 0 && risks > 0
        case .additions: isDone(.standards) && !additions.contains { $0.shown == .unknown }
        case .confirmation: isDone(.standards) && waiting.isEmpty && confirmed > 0
        case .plan: isDone(.standards) && gaps.allSatisfy(\.hasOpenTask)
        }
    }
    /// Where to go on.
    package var next: Step { Step.allCases.first { $0 != .additions && !isDone($0) } ?? .plan }

    /// Whether a shared row has an answer for ISO/IEC 27001 and none for ISO/IEC 42001.
    static func isWaiting(_ row: RowView) -> Bool {
        guard let ai = row.part(of: FrameworkLibrary.ai), let security = row.part(of: FrameworkLibrary.security) else {
            return false
        }
        return security.answer?.value.result != nil && ai.assessed == .unknown
    }

    init(assessment: AssessmentView?, library: FrameworkLibrary, reader: any Reader, caller: Caller) throws {
        self.assessment = assessment
        let organisation = caller.organisation
        let adoptions = try reader.all(
            FrameworkAdoption.self, in: organisation, limit: Query.limitMax
        ).filter { $0.value.status != .withdrawn && !$0.meta.isArchived }
        func adoption(_ key: String) -> Stored<FrameworkAdoption>? {
            adoptions.first { $0.value.framework.raw == library.framework(key)?.id }
        }
        security = adoption(FrameworkLibrary.security)
        ai = adoption(FrameworkLibrary.ai)
        func count(_ schema: AnySchema, _ criteria: Criteria = .all) throws -> Int {
            try reader.count(
                schema, where: .both(criteria, Authorisation.visible(caller, .read, schema)), in: organisation,
                asOf: nil)
        }
        let own = library.framework(FrameworkLibrary.security)?.items.filter { $0.kind == .control }.map(\.id) ?? []
        decisions = try count(Applicability.schema.erased, .linked("requirement", own))
        controls = try count(Control.schema.erased)
        risks = try count(Risk.schema.erased)
        findings = try count(Finding.schema.erased)

        let shared = assessment?.rows.filter { $0.row.members.count > 1 && $0.partsInScope.count > 1 } ?? []
        waiting = shared.filter(Self.isWaiting)
        confirmed = shared.count { row in row.partsInScope.allSatisfy { $0.assessed != .unknown } }
        gaps =
            assessment?.rows.compactMap { row in
                row.part(of: FrameworkLibrary.ai).flatMap { part in
                    [.conform, .notApplicable].contains(part.shown) ? nil : PathGap(row: row, part: part)
                }
            } ?? []
        (additions, isPartial) = try Self.additions(assessment, library, reader, caller)
    }

    // MARK: What ISO/IEC 42001 adds

    private static func additions(
        _ assessment: AssessmentView?, _ library: FrameworkLibrary, _ reader: any Reader, _ caller: Caller
    ) throws -> ([PathAddition], isPartial: Bool) {
        let shown = Dictionary(
            assessment?.rows.compactMap { $0.part(of: FrameworkLibrary.ai) }.map { ($0.item.id, $0.shown) } ?? [],
            uniquingKeysWith: { a, _ in a })
        let rows = library.rows.compactMap { row -> (LibraryRow, LibraryItem, PathAddition.Reason)? in
            guard row.sharing != .equal,
                let item = row.members.first(where: { $0.frameworkKey == FrameworkLibrary.ai })
            else { return nil }
            if row.members.count > 1 { return (row, item, .ownPart(row.difference ?? "")) }
            return (row, item, item.isClause ? .newClause : .control)
        }
        let related = try related(library, reader)
        let items = Set(rows.map(\.1.id)).union(rows.flatMap { related[$0.1.id]?.map(\.item.id) ?? [] })
        let (serving, isPartial) = try serving(items, reader, caller)
        let additions = rows.map { row, item, reason in
            let direct = serving[item.id] ?? []
            let known = Set(direct)
            let others = (related[item.id] ?? []).flatMap { serving[$0.item.id] ?? [] }
            var seen = known
            return PathAddition(
                row: row, item: item, reason: reason, shown: shown[item.id], serving: direct,
                related: related[item.id] ?? [], inferred: others.filter { seen.insert($0).inserted })
        }
        return (additions, isPartial)
    }

    /// For each item of ISO/IEC 42001 the items of ISO/IEC 27001 that the shipped crosswalk relates firmly enough.
    private static func related(
        _ library: FrameworkLibrary, _ reader: any Reader
    ) throws -> [UUID: [(item: LibraryItem, relationship: Mapping.Relationship, strength: Int)]] {
        let mappings = try reader.all(
            Mapping.self, where: .equals("set", .text(CatalogueSource.integratedSetID)), in: nil,
            limit: Query.limitMax)
        var related: [UUID: [(item: LibraryItem, relationship: Mapping.Relationship, strength: Int)]] = [:]
        for mapping in mappings.map(\.value) where mapping.strength >= PathService.strengthMin {
            guard let item = library.item(mapping.target.raw) else { continue }
            related[mapping.source.raw, default: []].append((item, mapping.relationship, mapping.strength))
        }
        return related.mapValues { $0.sorted { $0.strength > $1.strength } }
    }

    /// Controls and evidence of some requirements, as far as the caller may see them.
    private static func serving(
        _ items: Set<UUID>, _ reader: any Reader, _ caller: Caller
    ) throws -> ([UUID: [ServingRecord]], isPartial: Bool) {
        let (limit, organisation) = (PathService.linksMax, caller.organisation)
        let links = try reader.links(
            to: items.sorted { $0 < $1 }, in: organisation, asOf: nil, limit: limit)
        func visible<R: Record>(_ ids: some Sequence<UUID>, _ type: R.Type) throws -> [UUID: StoredRecord] {
            let schema = R.schema.erased
            var found: [UUID: StoredRecord] = [:]
            for part in Set(ids).sorted(by: { $0 < $1 }).chunks(of: 500) {
                let criteria = Criteria.both(.ids(part), Authorisation.visible(caller, .read, schema))
                let page = try reader.page(
                    Query(schema, where: criteria, limit: part.count), in: organisation, asOf: nil)
                for record in page.records { found[record.id] = record }
            }
            return found
        }
        func sources(_ links: [Link], _ type: RecordType, _ field: String) -> [Link] {
            links.filter { $0.fromType == type && $0.field == field }
        }
        let named = sources(links, Control.type, "requirements")
        let ids = Set(named.map(\.from)).sorted { $0 < $1 }
        let controls = try visible(ids.prefix(PathService.controlsMax), Control.self)
            .filter { $0.value["status"] != .text(Control.Status.retired.rawValue) }
        var behind: [Link] = []
        for part in controls.keys.sorted(by: { $0 < $1 }).chunks(of: 500) {
            behind += sources(
                try reader.links(to: part, in: organisation, asOf: nil, limit: limit), Evidence.type, "controls")
        }
        let direct = sources(links, Evidence.type, "requirements")
        let evidence = try visible((direct + behind).map(\.from), Evidence.self)
            .filter { $0.value["status"] != .text(Evidence.Status.withdrawn.rawValue) }
        let ofControl = Dictionary(grouping: behind, by: \.to)
        var serving: [UUID: [ServingRecord]] = [:]
        var seen: [UUID: Set<UUID>] = [:]
        func add(_ record: StoredRecord?, _ item: UUID) {
            guard let record, seen[item, default: []].insert(record.id).inserted else { return }
            serving[item, default: []].append(
                ServingRecord(schema: record.schema, id: record.id, title: record.title))
        }
        for link in named { add(controls[link.from], link.to) }
        for link in direct { add(evidence[link.from], link.to) }
        for link in named where controls[link.from] != nil {
            for piece in ofControl[link.from] ?? [] { add(evidence[piece.from], link.to) }
        }
        return (serving, links.count >= limit || ids.count > PathService.controlsMax)
    }
}
