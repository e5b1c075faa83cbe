// Two assessments side by side: what got better, what got worse, what is new, and what nobody looked at again.
package import Access
package import Foundation
import RecordKit
package import Records
import Storage

/// What became of a requirement between two assessments.
package enum AssessedChange: String, Sendable, CaseIterable {
    case worse, better
    /// Assessed in the later one only.
    case newlyAssessed
    /// Assessed in the earlier one only.
    case noLongerAssessed
    /// Applies in one of them only.
    case applicability
    /// In the scope of the later one only.
    case added
    /// In the scope of the earlier one only.
    case removed
    case same

    init(_ then: Conformity?, _ now: Conformity?) {
        let order: [Conformity] = [.conform, .partlyConform, .nonconform]
        switch (then, now) {
        case (nil, _): self = .added
        case (_, nil): self = .removed
        case (let then, let now) where then == now: self = .same
        case (.unknown, _): self = .newlyAssessed
        case (_, .unknown): self = .noLongerAssessed
        case (.notApplicable, _), (_, .notApplicable): self = .applicability
        case (let then?, let now?):
            self = (order.firstIndex(of: now) ?? 0) < (order.firstIndex(of: then) ?? 0) ? .better : .worse
        }
    }
}

/// A requirement in both assessments. What people found is compared; measurements are always of today.
package struct ComparedItem: Sendable {
    package let item: LibraryItem
    package let rowKey: String
    package let sectionID: String
    package let frameworkName: String
    /// Nil outside the scope.
    package let then: Conformity?
    package let now: Conformity?
    package let change: AssessedChange
    /// How the present result came about.
    package let origin: Answer.Origin?
}

/// Two assessments compared.
package struct AssessmentComparison: Sendable {
    package let then: AssessmentView
    package let now: AssessmentView
    /// In the order of the rows; what only the earlier one has comes last.
    package let items: [ComparedItem]
    package let counts: [AssessedChange: Int]
    /// Of what was assessed, by framework key or section id.
    package let countsThen: [String: ConformityCounts]
    package let countsNow: [String: ConformityCounts]

    package var frameworks: [LibraryFramework] {
        now.frameworks + then.frameworks.filter { framework in !now.frameworks.contains { $0.key == framework.key } }
    }
    package var sections: [LibrarySection] {
        let known = Set(now.sections.map(\.id))
        return now.sections + then.sections.filter { !known.contains($0.id) }
    }

    init(then: AssessmentView, now: AssessmentView) {
        (self.then, self.now) = (then, now)
        func parts(_ view: AssessmentView) -> [(row: RowView, part: PartView)] {
            view.rows.flatMap { row in row.partsInScope.map { (row, $0) } }
        }
        let before = Dictionary(parts(then).map { ($0.part.item.id, $0.part.assessed) }) { a, _ in a }
        let after = Set(parts(now).map(\.part.item.id))
        let gone = parts(then).filter { !after.contains($0.part.item.id) }
        items = (parts(now).map { ($0, true) } + gone.map { ($0, false) }).map { found, isNow in
            let earlier = before[found.part.item.id]
            let later = isNow ? found.part.assessed : nil
            return ComparedItem(
                item: found.part.item, rowKey: found.row.row.key, sectionID: found.row.row.sectionID,
                frameworkName: found.row.frameworkName(found.part), then: earlier, now: later,
                change: AssessedChange(earlier, later), origin: isNow ? found.part.origin : nil)
        }
        counts = Dictionary(items.map { ($0.change, 1) }, uniquingKeysWith: +)
        (countsThen, countsNow) = (Self.counts(then), Self.counts(now))
    }

    private static func counts(_ view: AssessmentView) -> [String: ConformityCounts] {
        var counts: [String: ConformityCounts] = [:]
        let sections = Dictionary(view.sections.map { ($0.id, $0) }) { a, _ in a }
        for row in view.rows {
            for part in row.partsInScope {
                counts[part.item.frameworkKey, default: ConformityCounts()].add(part.assessed, assessed: part.assessed)
                var section = sections[row.row.sectionID]
                while let at = section {
                    counts[at.id, default: ConformityCounts()].add(part.assessed, assessed: part.assessed)
                    section = at.parentID.flatMap { sections[$0] }
                }
            }
        }
        return counts
    }
}

extension AssessmentService {
    /// Compares an assessment with another one, without which with the one that it continues. One that is closed or
    /// locked is taken as it stood then, whatever was decided since. Cost: two assessments.
    /// - Throws: ``ServiceError``: invalid without anything to compare with.
    package func compare(
        _ id: UUID, with other: UUID?, as caller: Caller
    ) async throws -> AssessmentComparison {
        let library = try await library.current(for: caller.organisation)
        let today = caller.today(at: environment.now())
        let schema = Assessment.schema.erased
        return try await store.read { reader in
            func found(_ id: UUID) throws -> StoredRecord {
                guard let record = try reader.find(schema, id, in: caller.organisation, asOf: nil),
                    Authorisation.may(caller, .read, record)
                else { throw ServiceError.notFound(schema.label) }
                return record
            }
            let later = try found(id)
            guard let earlier = try other ?? later.decoded(as: Assessment.self).value.previous?.raw else {
                throw ServiceError.invalid("with", "the assessment continues no other; name one to compare with")
            }
            guard earlier != id else { throw ServiceError.invalid("with", "is the same assessment") }
            return AssessmentComparison(
                then: try settled(try found(earlier), library, reader, today),
                now: try settled(later, library, reader, today))
        }
    }

    /// What is measured plays no part, which would cost much for the past.
    private func settled(
        _ record: StoredRecord, _ library: FrameworkLibrary, _ reader: any Reader, _ today: Day
    ) throws -> AssessmentView {
        let assessment = try record.decoded(as: Assessment.self)
        let moment =
            AssessmentLock(assessment) == .none
            ? nil : try reader.position(index: record.meta.since, in: record.meta.organisation)
        guard let moment, let organisation = record.meta.organisation else {
            return try whole(record, library, reader, today, mayKeep: true)
        }
        return try AssessmentView(
            assessment: assessment, library: library, reader: reader, organisation: organisation, asOf: moment,
            today: today, posture: posture, statuses: [])
    }
}
