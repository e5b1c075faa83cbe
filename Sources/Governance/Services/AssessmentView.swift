// An assessment as it is shown: rows with parts, each with what is assessed, measured and shown, and the counts.
import Foundation
package import RecordKit
package import Records
package import Storage

/// One standard's part of a row.
package struct PartView: Sendable {
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
}

/// One row of an assessment.
package struct RowView: Sendable {
    package let row: LibraryRow
    package let parts: [PartView]
    /// A row that one answer could fill, and that a person has split.
    package let isSplit: Bool
    let frameworkNames: [String: String]

    package var partsInScope: [PartView] { parts.filter(\.isInScope) }
    /// The row takes one answer for all its parts in scope.
    package var isOneAnswer: Bool { partsInScope.count == 1 || (row.sharing == .equal && !isSplit) }
    package func frameworkName(_ part: PartView) -> String { frameworkNames[part.item.frameworkKey] ?? "" }
    /// The worst of what is shown, unknown before conform: by this rows are filtered.
    package var worst: Conformity {
        let order: [Conformity] = [.nonconform, .partlyConform, .unknown, .conform, .notApplicable]
        return order.first { conformity in partsInScope.contains { $0.shown == conformity } } ?? .unknown
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
    package let ledgerSize: Int

    package var total: ConformityCounts { counts.values.reduce(ConformityCounts(), +) }

    init(
        assessment: Stored<Assessment>, library: FrameworkLibrary, reader: any Reader, organisation: UUID, asOf: AsOf?,
        today: Day, posture: PostureEngine
    ) throws {
        self.assessment = assessment
        let limit = AssessmentService.recordsMax
        let adoptions = try reader.all(
            FrameworkAdoption.self, where: .ids(assessment.value.scope.ids.map(\.raw)), in: organisation, asOf: asOf,
            limit: limit)
        let inScope = Set(
            adoptions.filter { $0.value.status != .withdrawn }.compactMap {
                library.framework(id: $0.value.framework.raw)?.key
            })
        frameworks = library.frameworks.filter { inScope.contains($0.key) }
        let answers = try reader.page(
            Query(Answer.schema.erased, where: .linked("assessment", [assessment.id.raw]), limit: limit),
            in: organisation, asOf: asOf
        ).records
        let decisions = try reader.all(Applicability.self, in: organisation, asOf: asOf, limit: limit)
        let sources = Sources(
            answers: Dictionary(
                try answers.map { ($0.links(single: "requirement"), ($0, try $0.decoded(as: Answer.self))) }
            ) { a, _ in a },
            decisions: Dictionary(decisions.map { ($0.value.requirement.raw, $0) }) { a, _ in a },
            statuses: try Self.statuses(library, inScope, reader, organisation, asOf, today, posture),
            inScope: inScope,
            names: Dictionary(uniqueKeysWithValues: library.frameworks.map { ($0.key, $0.name) }))
        rows = library.rows.compactMap { sources.row($0) }
        ledgerSize = try asOf.map { $0.index + 1 } ?? reader.ledgerSize(organisation)

        var counts = Dictionary(uniqueKeysWithValues: inScope.map { ($0, ConformityCounts()) })
        var byRow: [String: ConformityCounts] = [:]
        var byArea: [String: ConformityCounts] = [:]
        var work = WorkSaved()
        for row in rows {
            var own = ConformityCounts()
            for part in row.partsInScope {
                own.add(part.shown, assessed: part.assessed)
                counts[part.item.frameworkKey, default: ConformityCounts()].add(part.shown, assessed: part.assessed)
                for area in part.item.areas {
                    byArea[area, default: ConformityCounts()].add(part.shown, assessed: part.assessed)
                }
            }
            byRow[row.row.key] = own
            if row.partsInScope.count < 2 {
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
        sections = library.sections.filter { section in section.rowKeys.contains { byRow[$0] != nil } }
        sectionCounts = Dictionary(
            uniqueKeysWithValues: sections.map { section in
                (section.id, section.rowKeys.compactMap { byRow[$0] }.reduce(ConformityCounts(), +))
            })
    }

    private static func statuses(
        _ library: FrameworkLibrary, _ inScope: Set<String>, _ reader: any Reader, _ organisation: UUID,
        _ asOf: AsOf?, _ today: Day, _ posture: PostureEngine
    ) throws -> [UUID: StatusRow] {
        let rows: [StatusRow]
        if asOf == nil {
            rows = try reader.statuses(in: organisation)
        } else {
            rows = try library.frameworks.filter { inScope.contains($0.key) }.flatMap(\.items)
                .filter(\.isAssessable).map {
                    try posture.status(of: $0.id, in: reader, organisation, asOf: asOf, today)
                }
        }
        return Dictionary(rows.map { ($0.requirement, $0) }) { a, _ in a }
    }
}

/// What rows are made of.
private struct Sources {
    let answers: [UUID: (StoredRecord, Stored<Answer>)]
    let decisions: [UUID: Stored<Applicability>]
    let statuses: [UUID: StatusRow]
    let inScope: Set<String>
    let names: [String: String]

    /// - Returns: `nil` if no member of the row is in scope.
    func row(_ row: LibraryRow) -> RowView? {
        guard row.members.contains(where: { inScope.contains($0.frameworkKey) }) else { return nil }
        let parts = row.members.map { part($0, of: row) }
        return RowView(
            row: row, parts: parts,
            isSplit: row.sharing == .equal && parts.contains { $0.answer?.value.isSeparate == true },
            frameworkNames: names)
    }

    private func part(_ item: LibraryItem, of row: LibraryRow) -> PartView {
        let answer = answers[item.id]
        let decision = item.kind == .control ? decisions[item.id] : nil
        let assessed: Conformity =
            if decision?.value.isApplicable == false {
                .notApplicable
            } else {
                switch answer?.1.value.result {
                case .conform: .conform
                case .partlyConform: .partlyConform
                case .nonconform: .nonconform
                case nil: .unknown
                }
            }
        let status = statuses[item.id]
        let measured = status?.measured.flatMap { Measured(rawValue: $0) }
        let other = row.members.first { $0.id != item.id }
        let isOnlyOther = assessed == .unknown && other.flatMap { answers[$0.id]?.1.value.result } != nil
        return PartView(
            item: item, isInScope: inScope.contains(item.frameworkKey), answer: answer?.1, storedAnswer: answer?.0,
            applicability: decision, assessed: assessed, measured: measured, shown: assessed.lowered(by: measured),
            status: status,
            answeredOnlyFor: isOnlyOther && row.sharing == .equal ? other.flatMap { names[$0.frameworkKey] } : nil)
    }
}

extension StoredRecord {
    func links(single field: String) -> UUID { if case .reference(let id) = self[field] { id } else { .unset } }
}
