// How gaps and open tasks went down, week by week: computed from the revisions as of each point, never written down.
package import Access
package import Foundation
package import RecordKit
import Records
import Storage

/// What was open at one moment.
package struct BurndownPoint: Sendable {
    package let day: Day
    /// The ledger index that it was computed as of; `nil` for now.
    package let index: Int?
    /// Requirements in scope by what was shown of them; `nil` while there was no such assessment.
    package let counts: ConformityCounts?
    /// Tasks that were open or in progress, of every kind, as far as the caller may see them.
    package let openTasks: Int?

    /// Known gaps; what is unknown is counted apart.
    package var gaps: Int? { counts.map { $0[.nonconform] + $0[.partlyConform] } }
    package var unknown: Int? { counts.map { $0[.unknown] } }
}

extension GapService {
    package static let weeksMax = 26
    package static let weeksUsual = 12

    /// The last weeks of an assessment, oldest first, the last point being now. Cost: for each point what one
    /// assessment costs as of a moment (its records in pages of up to 1,000, and the links of 500 requirements a
    /// query) and two counts; at most ``weeksMax`` points, each in a read of its own.
    package func burndown(_ id: UUID, weeks: Int = weeksUsual, as caller: Caller) async throws -> [BurndownPoint] {
        guard (2...Self.weeksMax).contains(weeks) else {
            throw ServiceError.invalid("weeks", "must be 2 to \(Self.weeksMax)")
        }
        let library = try await library.current(for: caller.organisation)
        let posture = records.posture
        let now = records.environment.now()
        // Whoever may not see the assessment now sees none of its past.
        _ = try await records.get(Assessment.schema.erased, id, as: caller)
        var points: [BurndownPoint] = []
        for back in stride(from: weeks - 1, through: 0, by: -1) {
            let time = now.adding(seconds: -back * 7 * 86_400)
            let day = caller.today(at: time)
            let point = try await records.store.read { reader in
                let moment = back == 0 ? nil : try reader.position(at: time, in: caller.organisation)
                guard back == 0 || moment != nil, let organisation = caller.organisation,
                    let found = try reader.find(Assessment.schema.erased, id, in: organisation, asOf: moment)
                else { return BurndownPoint(day: day, index: nil, counts: nil, openTasks: nil) }
                let view = try AssessmentView(
                    assessment: found.decoded(), library: library, reader: reader, organisation: organisation,
                    asOf: moment, today: day, posture: posture)
                let tasks = try reader.counts(
                    Task.schema.erased, by: "status",
                    where: Authorisation.visible(caller, .read, Task.schema.erased), in: organisation, asOf: moment)
                let open = [Task.Status.open, .inProgress].reduce(0) { $0 + (tasks[$1.rawValue] ?? 0) }
                return BurndownPoint(day: day, index: moment?.index, counts: view.total, openTasks: open)
            }
            points.append(point)
        }
        return points
    }
}
