// An assessment as it is shown: rows with parts, each with what is assessed, measured and shown, and the counts.
import Foundation
package import RecordKit
package import Records
package import Storage

/// One standard's part of a row. A reference, as a ``RowView`` is: the rows that an answer leaves alone are the same
/// before and after it.
package final class PartView: Sendable {
    package let item: LibraryItem
    package let isInScope: Bool
    package let answer: Stored<Answer>?
    package let storedAnswer: StoredRecord?
    package let applicability: Stored<Applicability>?
    package let assessed: Conformity
    package let measured: Measured?
    package let shown: Conformity
    /// What the measured one was computed from.
    package let status: StatusRow?
    /// The short name of the other standard, if this row was answered for it alone: the answer never fills this one.
    package let answeredOnlyFor: String?
    /// How what is assessed came about; nil while nothing is.
    package let origin: Answer.Origin?

    init(
        item: LibraryItem, isInScope: Bool, answer: Stored<Answer>?, storedAnswer: StoredRecord?,
        applicability: Stored<Applicability>?, assessed: Conformity, measured: Measured?, shown: Conformity,
        status: StatusRow?, answeredOnlyFor: String?, origin: Answer.Origin?
    ) {
        self.item = item
        self.isInScope = isInScope
        self.answer = answer
        self.storedAnswer = storedAnswer
        self.applicability = applicability
        self.assessed = assessed
        self.measured = measured
        self.shown = shown
        self.status = status
        self.answeredOnlyFor = answeredOnlyFor
        self.origin = origin
    }
    /// Where a result came from that was not given in this round.
    package var originNote: String? {
        guard let origin, origin != .assessed else { return nil }
        guard assessed != .notApplicable else {
            return applicability.map { "the decision of \($0.meta.updatedAt.day(in: .gmt))" }
        }
        return answer?.value.originNote
    }
}

/// One row of an assessment.
package final class RowView: Sendable {
    package let row: LibraryRow
    package let parts: [PartView]
    /// A row that one answer could fill, and that a person has split.
    package let isSplit: Bool
    /// The section with its subsections is in somebody's hands; the innermost one counts.
    package let delegation: Stored<SectionAssignment>?
    /// The state of the whole assessment, as far as answers go.
    package let lock: AssessmentLock
    let frameworkNames: [String: String]
    package let partsInScope: [PartView]

    init(
        row: LibraryRow, parts: [PartView], isSplit: Bool, delegation: Stored<SectionAssignment>?,
        lock: AssessmentLock, frameworkNames: [String: String]
    ) {
        self.row = row
        self.parts = parts
        self.isSplit = isSplit
        self.delegation = delegation
        self.lock = lock
        self.frameworkNames = frameworkNames
        partsInScope = parts.filter(\.isInScope)
    }

    /// The row takes one answer for all its parts in scope.
    package var isOneAnswer: Bool { partsInScope.count == 1 || (row.sharing == .equal && !isSplit) }
    package func frameworkName(_ part: PartView) -> String { frameworkNames[part.item.frameworkKey] ?? "" }
    /// The worst of what is shown, unknown before conform: by this rows are filtered.
    package var worst: Conformity {
        let order: [Conformity] = [.nonconform, .partlyConform, .unknown, .conform, .notApplicable]
        return order.first { conformity in partsInScope.contains { $0.shown == conformity } } ?? .unknown
    }
}

/// Whether an assessment takes answers.
package enum AssessmentLock: Sendable, Hashable {
    case none, locked, closed
    init(_ assessment: Stored<Assessment>) {
        switch assessment.value.status {
        case _ where assessment.meta.isArchived: self = .closed
        case .open: self = .none
        case .locked: self = .locked
        case .closed: self = .closed
        }
    }
}

/// Requirements of an assessment that continues an earlier one, by where their results come from.
package struct OriginCounts: Sendable, Hashable {
    package var reassessed: Int
    package var carriedOver: Int
    package init(reassessed: Int = 0, carriedOver: Int = 0) {
        self.reassessed = reassessed
        self.carriedOver = carriedOver
    }
}

/// The work that one list for both standards saves, counted over the rows in scope of both.
package struct WorkSaved: Sendable, Hashable {
    /// Pairs of clauses that one answer fills for both.
    package var answeredOnce = 0
    /// Pairs that could be answered once and were split by a person.
    package var split = 0
    /// Pairs with a shared part and a part for each standard.
    package var sharePart = 0
    /// Rows of one standard only.
    package var own = 0
}

/// A whole assessment.
package struct AssessmentView: Sendable {
    package let assessment: Stored<Assessment>
    /// Frameworks in scope, in the library's order.
    package let frameworks: [LibraryFramework]
    package let rows: [RowView]
    /// Sections with at least one row in scope.
    package let sections: [LibrarySection]
    /// By framework key.
    package let counts: [String: ConformityCounts]
    /// By section id.
    package let sectionCounts: [String: ConformityCounts]
    /// Areas with at least one requirement in scope.
    package let areas: [LibraryArea]
    /// By area id. A requirement of several areas counts in each, so these add up to more than the total.
    package let areaCounts: [String: ConformityCounts]
    package let workSaved: WorkSaved
    /// Nil for an assessment that continues none.
    package let origins: OriginCounts?
    /// By section id.
    package let delegations: [String: Stored<SectionAssignment>]
    package let ledgerSize: Int
    private let library: FrameworkLibrary

    package var total: ConformityCounts { counts.values.reduce(ConformityCounts(), +) }

    /// - Parameter statuses: What is measured, if it is known already.
    init(
        assessment: Stored<Assessment>, library: FrameworkLibrary, reader: any Reader, organisation: UUID, asOf: AsOf?,
        today: Day, posture: PostureEngine, statuses: [StatusRow]? = nil
    ) throws {
        let adoptions = try reader.all(
            FrameworkAdoption.self, where: .ids(assessment.value.scope.ids.map(\.raw)), in: organisation, asOf: asOf,
            limit: Query.limitMax)
        let inScope = Set(
            adoptions.filter { $0.value.status != .withdrawn }.compactMap {
                library.framework(id: $0.value.framework.raw)?.key
            })
        let round: Criteria = .linked("assessment", [assessment.id.raw])
        let answers = try reader.every(Answer.schema.erased, where: round, in: organisation, asOf: asOf)
        let decisions = try reader.every(Applicability.schema.erased, in: organisation, asOf: asOf)
        let delegated = try reader.every(SectionAssignment.schema.erased, where: round, in: organisation, asOf: asOf)
        let delegations = Dictionary(
            try delegated.map { try $0.decoded(as: SectionAssignment.self) }.map { ($0.value.section, $0) }
        ) { a, _ in a }
        let measured =
            try statuses ?? Self.statuses(library, inScope, reader, organisation, asOf, today, posture)
        let sources = Sources(
            answers: try Sources.byRequirement(answers), decisions: try Sources.byRequirement(decisions),
            statuses: Dictionary(measured.map { ($0.requirement, $0) }) { a, _ in a },
            scope: ScopeOfAssessment(inScope, assessment.value.groups), delegations: delegations,
            parents: delegations.isEmpty ? [:] : library.sectionParents, assessment: assessment,
            names: Dictionary(uniqueKeysWithValues: library.frameworks.map { ($0.key, $0.name) }))
        self.init(
            assessment, library, library.frameworks.filter { inScope.contains($0.key) },
            library.rows.compactMap { sources.row($0) }, delegations,
            ledgerSize: try asOf.map { $0.index + 1 } ?? reader.ledgerSize(organisation))
    }

    /// Counts the rows. Cost: one pass over the rows, and one over the rows of each section.
    private init(
        _ assessment: Stored<Assessment>, _ library: FrameworkLibrary, _ frameworks: [LibraryFramework],
        _ rows: [RowView], _ delegations: [String: Stored<SectionAssignment>], ledgerSize: Int
    ) {
        (self.assessment, self.library, self.frameworks) = (assessment, library, frameworks)
        (self.rows, self.delegations, self.ledgerSize) = (rows, delegations, ledgerSize)
        var counts = Dictionary(uniqueKeysWithValues: frameworks.map { ($0.key, ConformityCounts()) })
        var byRow: [String: ConformityCounts] = [:]
        var byArea: [String: ConformityCounts] = [:]
        var work = WorkSaved()
        var origins = OriginCounts()
        for row in rows {
            var own = ConformityCounts()
            let parts = row.partsInScope
            for part in parts {
                own.add(part.shown, assessed: part.assessed)
                counts[part.item.frameworkKey, default: ConformityCounts()].add(part.shown, assessed: part.assessed)
                switch part.origin {
                case .assessed: origins.reassessed += 1
                case .carriedOver: origins.carriedOver += 1
                case .acceptedProjection, nil: break
                }
                for area in part.item.areas {
                    byArea[area, default: ConformityCounts()].add(part.shown, assessed: part.assessed)
                }
            }
            byRow[row.row.key] = own
            if parts.count < 2 {
                work.own += 1
            } else if row.row.sharing == .shared {
                work.sharePart += 1
            } else if row.isSplit {
                work.split += 1
            } else {
                work.answeredOnce += 1
            }
        }
        self.counts = counts
        areaCounts = byArea
        areas = library.areas.filter { byArea[$0.id] != nil }
        workSaved = work
        self.origins = assessment.value.previous == nil ? nil : origins
        sections = library.sections.filter { section in section.rowKeys.contains { byRow[$0] != nil } }
        sectionCounts = Dictionary(
            sections.map { section in
                (section.id, section.rowKeys.compactMap { byRow[$0] }.reduce(ConformityCounts(), +))
            }
        ) { a, _ in a }
    }

    /// The rows of the sections that are in a person's hands, for somebody who may not see the whole.
    func only(delegatedTo person: UUID?) -> AssessmentView {
        let own = rows.filter { row in
            guard let person, let delegation = row.delegation?.value else { return false }
            return delegation.assignee.raw == person || delegation.reviewer?.raw == person
        }
        return AssessmentView(assessment, library, frameworks, own, delegations, ledgerSize: ledgerSize)
    }

    /// The same assessment after one of its rows was answered. Reads only what an answer changes.
    func renewed(_ row: RowView, reader: any Reader, organisation: UUID) throws -> AssessmentView {
        let items = row.parts.map(\.item.id)
        let ids = Set(items.map { AssessmentService.answerID(assessment.id, $0).raw })
            .union(row.parts.compactMap { $0.answer?.id.raw })
        let answers = try reader.every(Answer.schema.erased, where: .ids(Array(ids)), in: organisation)
        let decisions = try reader.every(
            Applicability.schema.erased, where: .linked("requirement", items), in: organisation)
        let statuses = row.parts.compactMap { part in part.status.map { (part.item.id, $0) } }
        let sources = Sources(
            answers: try Sources.byRequirement(answers), decisions: try Sources.byRequirement(decisions),
            statuses: Dictionary(statuses) { a, _ in a },
            scope: ScopeOfAssessment(Set(frameworks.map(\.key)), assessment.value.groups), delegations: delegations,
            parents: delegations.isEmpty ? [:] : library.sectionParents, assessment: assessment,
            names: row.frameworkNames)
        let rows = rows.map { $0.row.key == row.row.key ? sources.row($0.row) ?? $0 : $0 }
        return AssessmentView(
            assessment, library, frameworks, rows, delegations, ledgerSize: try reader.ledgerSize(organisation))
    }

    private static func statuses(
        _ library: FrameworkLibrary, _ inScope: Set<String>, _ reader: any Reader, _ organisation: UUID,
        _ asOf: AsOf?, _ today: Day, _ posture: PostureEngine
    ) throws -> [StatusRow] {
        guard asOf != nil else { return try reader.statuses(in: organisation) }
        let items = library.frameworks.filter { inScope.contains($0.key) }.flatMap(\.items)
        return try posture.statuses(
            of: items.filter(\.isAssessable).map(\.id), in: reader, organisation, asOf: asOf, today)
    }
}

/// What an assessment is about: frameworks, of some of them only the items of chosen implementation groups.
private struct ScopeOfAssessment {
    private let frameworks: Set<String>
    private let groups: [String: Set<String>]
    init(_ frameworks: Set<String>, _ groups: [String: [String]]) {
        (self.frameworks, self.groups) = (frameworks, groups.mapValues { Set($0) })
    }

    /// An item that belongs to no group is always in.
    func contains(_ item: LibraryItem) -> Bool {
        guard frameworks.contains(item.frameworkKey) else { return false }
        guard !item.groups.isEmpty, let chosen = groups[item.frameworkKey] else { return true }
        return !chosen.isDisjoint(with: item.groups)
    }
}

extension FrameworkLibrary {
    /// By section id, the section above it.
    fileprivate var sectionParents: [String: String] {
        Dictionary(sections.compactMap { section in section.parentID.map { (section.id, $0) } }) { a, _ in a }
    }
}

/// What rows are made of.
private struct Sources {
    let answers: [UUID: (stored: StoredRecord, decoded: Stored<Answer>)]
    let decisions: [UUID: (stored: StoredRecord, decoded: Stored<Applicability>)]
    let statuses: [UUID: StatusRow]
    let scope: ScopeOfAssessment
    let delegations: [String: Stored<SectionAssignment>]
    /// By section, the one above it.
    let parents: [String: String]
    let assessment: Stored<Assessment>
    let names: [String: String]

    static func byRequirement<R: Record>(
        _ records: [StoredRecord]
    ) throws -> [UUID: (stored: StoredRecord, decoded: Stored<R>)] {
        Dictionary(try records.map { ($0.links(single: "requirement"), ($0, try $0.decoded())) }) { a, _ in a }
    }

    /// - Returns: `nil` if no member of the row is in scope.
    func row(_ row: LibraryRow) -> RowView? {
        guard row.members.contains(where: scope.contains) else { return nil }
        let parts = row.members.map { part($0, of: row) }
        return RowView(
            row: row, parts: parts,
            isSplit: row.sharing == .equal && parts.contains { $0.answer?.value.isSeparate == true },
            delegation: delegation(of: row.sectionID), lock: AssessmentLock(assessment), frameworkNames: names)
    }

    private func delegation(of section: String) -> Stored<SectionAssignment>? {
        var section: String? = delegations.isEmpty ? nil : section
        while let id = section {
            if let found = delegations[id] { return found }
            section = parents[id]
        }
        return nil
    }

    private func origin(
        _ assessed: Conformity, _ answer: Stored<Answer>?, _ decision: Stored<Applicability>?
    ) -> Answer.Origin? {
        switch assessed {
        case .unknown: nil
        // A decision outlives the rounds: one that is older than this one was not looked at in it.
        case .notApplicable:
            (decision?.meta.updatedAt ?? assessment.meta.createdAt) < assessment.meta.createdAt
                ? .carriedOver : .assessed
        default: answer?.value.origin ?? .assessed
        }
    }

    private func part(_ item: LibraryItem, of row: LibraryRow) -> PartView {
        let answer = answers[item.id]
        let decision = item.kind == .control ? decisions[item.id]?.decoded : nil
        let assessed: Conformity =
            if decision?.value.isApplicable == false {
                .notApplicable
            } else {
                switch answer?.decoded.value.result {
                case .conform: .conform
                case .partlyConform: .partlyConform
                case .nonconform: .nonconform
                case nil: .unknown
                }
            }
        let status = statuses[item.id]
        let measured = status?.measured.flatMap { Measured(rawValue: $0) }
        let other = row.members.first { $0.id != item.id }
        let isOnlyOther = assessed == .unknown && other.flatMap { answers[$0.id]?.decoded.value.result } != nil
        return PartView(
            item: item, isInScope: scope.contains(item), answer: answer?.decoded, storedAnswer: answer?.stored,
            applicability: decision, assessed: assessed, measured: measured, shown: assessed.lowered(by: measured),
            status: status,
            answeredOnlyFor: isOnlyOther && row.sharing == .equal ? other.flatMap { names[$0.frameworkKey] } : nil,
            origin: origin(assessed, answer?.decoded, decision))
    }
}

extension StoredRecord {
    func links(single field: String) -> UUID { if case .reference(let id) = self[field] { id } else { .unset } }
}

extension Reader {
    /// Every record that a predicate finds, oldest first, read a page at a time; more than
    /// ``AssessmentService/recordsMax`` is an error, not a cut.
    func every(
        _ schema: AnySchema, where predicate: Criteria = .all, in organisation: UUID?, asOf: AsOf? = nil
    ) throws -> [StoredRecord] {
        var found: [StoredRecord] = []
        var cursor: String?
        repeat {
            let page = try page(
                Query(schema, where: predicate, cursor: cursor, limit: Query.limitMax), in: organisation, asOf: asOf)
            found += page.records
            cursor = page.next
            guard found.count <= AssessmentService.recordsMax else {
                throw StoreError.unavailable(
                    "more than \(AssessmentService.recordsMax) \(schema.plural) where a bound was promised")
            }
        } while cursor != nil
        return found
    }
}
