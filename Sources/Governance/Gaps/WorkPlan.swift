// The plan: milestones with their tasks, what these cost and what they close.
package import Access
package import Foundation
package import RecordKit
package import Records
package import Storage

/// Tasks of the plan with their sums. Effort that nobody has estimated is counted, never taken for nothing.
package struct PlannedTasks: Sendable {
    package let tasks: [Stored<Task>]
    package let today: Day
    package var open: [Stored<Task>] { tasks.filter { Self.isOpen($0.value) } }
    package var done: [Stored<Task>] { tasks.filter { [.done, .verified].contains($0.value.status) } }
    package var overdue: [Stored<Task>] { open.filter { Self.isLate($0.value, today) } }
    /// Days of the open tasks that have an estimate.
    package var openDays: Decimal { open.compactMap(\.value.effortDays).reduce(0, +) }
    /// Open tasks without an estimate.
    package var unestimated: Int { open.count { $0.value.effortDays == nil } }
    /// Open, and its day is over.
    package static func isLate(_ task: Task, _ today: Day) -> Bool {
        isOpen(task) && task.dueOn.map { $0 < today } ?? false
    }
    static func isOpen(_ task: Task) -> Bool { task.status == .open || task.status == .inProgress }
}

/// A milestone with its tasks.
package struct PlannedMilestone: Sendable {
    package let milestone: Stored<Milestone>
    package let work: PlannedTasks
    package var isOverdue: Bool { milestone.value.status == .planned && milestone.value.dueOn < work.today }
}

/// The plan of an organisation as a caller may see it.
package struct WorkPlan: Sendable {
    package static let milestonesMax = 200
    package static let tasksMax = 1_000
    /// Planned and reached, by day.
    package let milestones: [PlannedMilestone]
    /// Open tasks that belong to none.
    package let others: PlannedTasks
    /// Names of people and requirements ("27001 A.5.1") by id.
    package let names: [UUID: String]
    package let items: [UUID: LibraryItem]
    package let today: Day
    /// There are more milestones or tasks than are read.
    package let isComplete: Bool
    package var all: PlannedTasks { PlannedTasks(tasks: milestones.flatMap(\.work.tasks) + others.tasks, today: today) }
}

extension GapService {
    /// Cost: one page of milestones, two of tasks (up to ``WorkPlan/tasksMax`` each) and the names of the people in them.
    package func plan(as caller: Caller, asOf: AsOf? = nil) async throws -> WorkPlan {
        guard let organisation = caller.organisation else { throw ServiceError.notFound(Milestone.schema.erased.label) }
        let library = try await library.current(for: organisation)
        let today = caller.today(at: records.environment.now())
        let milestonesSeen = Authorisation.visible(caller, .read, Milestone.schema.erased)
        let tasksSeen = Authorisation.visible(caller, .read, Task.schema.erased)
        return try await records.store.read { reader in
            let states: [FieldValue] = [Milestone.Status.planned, .reached].map { .text($0.rawValue) }
            let milestones = try reader.page(
                Query(
                    Milestone.schema.erased, where: .both(.oneOf("status", states), milestonesSeen),
                    sort: Sort("dueOn"), limit: WorkPlan.milestonesMax), in: organisation, asOf: asOf)
            func tasks(_ criteria: Criteria) throws -> RecordPage {
                try reader.page(
                    Query(
                        Task.schema.erased, where: .both(criteria, tasksSeen), sort: Sort("dueOn"),
                        limit: WorkPlan.tasksMax), in: organisation, asOf: asOf)
            }
            let inPlan =
                try milestones.records.isEmpty ? nil : tasks(.linked("milestone", milestones.records.map(\.id)))
            let open: [FieldValue] = [Task.Status.open, .inProgress].map { .text($0.rawValue) }
            let outside = try tasks(.and([.equals("milestone", .null), .oneOf("status", open)]))
            let planned: [Stored<Task>] = try (inPlan?.records ?? []).map { try $0.decoded() }
            let byMilestone = Dictionary(grouping: planned.filter { $0.value.status != .cancelled }) {
                $0.value.milestone?.raw ?? .unset
            }
            let others: [Stored<Task>] = try outside.records.map { try $0.decoded() }
            let stored: [Stored<Milestone>] = try milestones.records.map { try $0.decoded() }
            let people = Set(
                stored.compactMap { $0.value.owner?.raw } + (planned + others).compactMap { $0.value.assignee?.raw })
            let named = Set((planned + others).flatMap { $0.value.requirements.ids.map(\.raw) })
            return WorkPlan(
                milestones: stored.map {
                    PlannedMilestone(
                        milestone: $0, work: PlannedTasks(tasks: byMilestone[$0.id.raw] ?? [], today: today))
                }, others: PlannedTasks(tasks: others, today: today),
                names: try reader.titles(Person.schema.erased, Array(people), in: organisation),
                items: Dictionary(
                    uniqueKeysWithValues: named.compactMap { id in library.item(id).map { (id, $0) } }), today: today,
                isComplete: milestones.next == nil && inPlan?.next == nil && outside.next == nil)
        }
    }
}
