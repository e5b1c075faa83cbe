// What became worse: the results shown now against those shown some days ago.
package import Access
import Foundation
import RecordKit
import Records
import Storage

/// A requirement that is shown worse than it was.
package struct Worsened: Sendable {
    package let row: RowView
    package let part: PartView
    /// What was shown then.
    package let before: Conformity
}

/// What became worse within some days.
package struct PostureChanges: Sendable {
    /// How far back they look.
    package static let days = 7
    /// Requirements whose former measurement is worked out; each costs a few queries.
    package static let lookedAtMax = 200
    /// In the order of the rows.
    package let worsened: [Worsened]
    /// False if there were more candidates than ``lookedAtMax``.
    package let isComplete: Bool
}

extension AssessmentService {
    /// What is shown worse now than ``PostureChanges/days`` days ago. Only what is partly conform or nonconform now can
    /// be worse, and only where the answer was better; of those the former measurement is computed. Three queries, and
    /// a few for each candidate.
    /// - Parameter view: The assessment as it is now.
    /// - Returns: `nil` if there is nothing to compare with: the assessment is younger.
    package func changes(in view: AssessmentView, as caller: Caller) async throws -> PostureChanges? {
        guard let organisation = caller.organisation else { return nil }
        let now = environment.now()
        let then = Instant(millisecondsSince1970: now.millisecondsSince1970 - Int64(PostureChanges.days) * 86_400_000)
        let day = caller.today(at: then)
        return try await store.read { [posture] reader in
            guard let asOf = try reader.position(at: then, in: organisation),
                try reader.find(view.assessment.id, in: organisation, asOf: asOf) != nil
            else { return nil }
            let former = try FormerAnswers(view.assessment.id, in: reader, organisation, asOf)
            var worsened: [Worsened] = []
            var lookedAt = 0
            for row in view.rows {
                for part in row.partsInScope {
                    guard let answered = former.result(of: part.item.id), answered.isBetter(than: part.shown) else {
                        continue
                    }
                    lookedAt += 1
                    guard lookedAt <= PostureChanges.lookedAtMax else {
                        return PostureChanges(worsened: worsened, isComplete: false)
                    }
                    let status = try posture.status(of: part.item.id, in: reader, organisation, asOf: asOf, day)
                    let before = answered.lowered(by: status.measured.flatMap { Measured(rawValue: $0) })
                    if before.isBetter(than: part.shown) {
                        worsened.append(Worsened(row: row, part: part, before: before))
                    }
                }
            }
            return PostureChanges(worsened: worsened, isComplete: true)
        }
    }
}

/// What was answered at a moment, by requirement.
private struct FormerAnswers {
    private let results: [UUID: Answer.Result]
    private let excluded: Set<UUID>

    init(_ assessment: ID<Assessment>, in reader: any Reader, _ organisation: UUID, _ asOf: AsOf) throws {
        let answers: [Stored<Answer>] = try reader.every(
            Answer.schema.erased, where: .linked("assessment", [assessment.raw]), in: organisation, asOf: asOf
        ).map { try $0.decoded() }
        results = Dictionary(
            answers.compactMap { answer in answer.value.result.map { (answer.value.requirement.raw, $0) } }
        ) { a, _ in a }
        let decisions = try reader.every(Applicability.schema.erased, in: organisation, asOf: asOf).map {
            try $0.decoded(as: Applicability.self)
        }
        excluded = Set(decisions.filter { !$0.value.isApplicable }.map(\.value.requirement.raw))
    }

    /// What was assessed; `nil` where that is nothing to become worse than.
    func result(of requirement: UUID) -> Conformity? {
        guard !excluded.contains(requirement) else { return nil }
        return switch results[requirement] {
        case .conform: .conform
        case .partlyConform: .partlyConform
        case .nonconform, nil: nil
        }
    }
}

extension Conformity {
    /// Unknown and not applicable are neither better nor worse than anything.
    fileprivate func isBetter(than other: Conformity) -> Bool {
        let order: [Conformity] = [.conform, .partlyConform, .nonconform]
        guard let mine = order.firstIndex(of: self), let its = order.firstIndex(of: other) else { return false }
        return mine < its
    }
}
