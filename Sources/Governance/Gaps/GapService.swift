// The gaps of an assessment for callers, and the verb that makes tasks of them.
package import Access
package import Foundation
package import RecordKit
import Records
package import Storage

/// What becomes tasks.
package struct GapTasks: Sendable {
    package static let targetsMax = 200
    /// Keys of gaps, or of rows: then every gap of the row.
    package var gaps: [String]
    /// Ids of suggestions: one task for all open requirements that each serves.
    package var measures: [String]
    /// Without one, whoever owns the answer.
    package var assignee: UUID?
    /// Without one, the day that the answer has.
    package var dueOn: Day?
    package var milestone: UUID?
    package init(
        gaps: [String], measures: [String] = [], assignee: UUID? = nil, dueOn: Day? = nil, milestone: UUID? = nil
    ) {
        self.gaps = gaps
        self.measures = measures
        self.assignee = assignee
        self.dueOn = dueOn
        self.milestone = milestone
    }
}

/// What became of one gap or measure.
package struct GapTaskOutcome: Sendable {
    package enum Result: Sendable {
        case made(StoredRecord)
        /// An open task is about the same requirements: no second one is made. Which one, those learn who may see it.
        case alreadyOpen(UUID?, title: String?)
        /// There is no such gap (any more).
        case notOpen
    }
    package let key: String
    package let result: Result
}

/// Reads gaps and makes tasks of them.
package struct GapService: Sendable {
    let records: RecordService
    let library: LibraryHolder
    private var store: any Store { records.store }
    private var environment: Environment { records.environment }

    package init(records: RecordService, library: LibraryHolder) {
        self.records = records
        self.library = library
    }

    /// The gaps of an assessment that the caller may see; see ``GapList`` for the cost.
    package func list(_ id: UUID, as caller: Caller, asOf: AsOf? = nil) async throws -> GapList {
        let library = try await library.current(for: caller.organisation)
        let today = caller.today(at: environment.now())
        return try await store.read { [posture = records.posture] reader in
            let view = try Self.view(id, library, reader, caller, asOf, today, posture)
            return try Self.list(view, reader, caller, asOf)
        }
    }

    /// Makes a task for each gap and measure, in one transaction. A gap with an open task about all its requirements
    /// gets no second one. The effort of a measure is put into the first task that it serves and is 0 in the others,
    /// so that the effort of the plan counts it once.
    /// - Returns: What became of each, in the order asked for.
    /// - Throws: ``ServiceError``: forbidden without the right to create tasks; invalid for a person or milestone that
    ///   does not exist here.
    package func makeTasks(
        _ assessment: UUID, _ wanted: GapTasks, as caller: Caller, request: String? = nil
    ) async throws -> [GapTaskOutcome] {
        let schema = Task.schema.erased
        guard Authorisation.mayCreate(caller, schema) else {
            throw ServiceError.forbidden(RecordRules.whyNotCreated(schema))
        }
        guard let organisation = try records.writable(caller, schema) else { throw ServiceError.notFound(schema.label) }
        guard (1...GapTasks.targetsMax).contains(wanted.gaps.count + wanted.measures.count) else {
            throw ServiceError.invalid(
                "gaps",
                "choose 1 to \(GapTasks.targetsMax) gaps or measures, are \(wanted.gaps.count + wanted.measures.count)"
            )
        }
        let library = try await library.current(for: organisation)
        let environment = environment
        let today = caller.today(at: environment.now())
        return try await translated(schema) {
            try await store.write(organisation) { [records] transaction in
                let view = try Self.view(assessment, library, transaction, caller, nil, today, records.posture)
                let list = try GapList(view, transaction, organisation, asOf: nil)
                try Self.check(wanted, transaction, caller)
                let titles = try Self.titlesSeen(list, transaction, caller)
                var maker = TaskMaker(list: list, titles: titles, wanted: wanted, carried: list.carriedEfforts)
                let drafts = maker.drafts()
                var batch = PostureBatch()
                let outcomes = try drafts.map { draft -> GapTaskOutcome in
                    guard case .success(let task) = draft.task else { return draft.refused }
                    let saved = try transaction.save(
                        try schema.validated(try Task.schema.validated(task).erased.values), id: environment.id(),
                        over: nil, isArchived: false, by: caller.change("create", request: request, in: environment))
                    batch.note(from: nil, to: saved)
                    return GapTaskOutcome(key: draft.key, result: .made(saved))
                }
                try batch.finish(records.posture, in: transaction, organisation, today)
                return outcomes
            }
        }
    }

    // MARK: Parts

    /// The assessment at a moment, for somebody who may see it.
    static func view(
        _ id: UUID, _ library: FrameworkLibrary, _ reader: any Reader, _ caller: Caller, _ asOf: AsOf?, _ today: Day,
        _ posture: PostureEngine
    ) throws -> AssessmentView {
        let schema = Assessment.schema.erased
        guard let organisation = caller.organisation,
            let record = try reader.find(schema, id, in: organisation, asOf: asOf),
            Authorisation.may(caller, .read, record)
        else { throw ServiceError.notFound(schema.label) }
        return try AssessmentView(
            assessment: record.decoded(), library: library, reader: reader, organisation: organisation, asOf: asOf,
            today: today, posture: posture)
    }

    static func list(_ view: AssessmentView, _ reader: any Reader, _ caller: Caller, _ asOf: AsOf?) throws -> GapList {
        guard let organisation = caller.organisation else { throw ServiceError.notFound("assessment") }
        return try GapList(
            view, reader, organisation, asOf: asOf,
            controlsSeen: Authorisation.visible(caller, .read, Control.schema.erased),
            tasksSeen: Authorisation.visible(caller, .read, Task.schema.erased))
    }

    /// Titles of the open tasks of a list that the caller may see.
    private static func titlesSeen(_ list: GapList, _ reader: any Reader, _ caller: Caller) throws -> [UUID: String] {
        let schema = Task.schema.erased
        var titles: [UUID: String] = [:]
        for part in Set(list.gaps.flatMap(\.tasks) + list.measures.flatMap(\.tasks)).sorted(by: <).chunks(of: 500) {
            let criteria = Criteria.both(.ids(part), Authorisation.visible(caller, .read, schema))
            let page = try reader.page(
                Query(schema, where: criteria, limit: part.count), in: caller.organisation, asOf: nil)
            for record in page.records { titles[record.id] = record.title }
        }
        return titles
    }

    private static func check(_ wanted: GapTasks, _ reader: any Reader, _ caller: Caller) throws {
        if let id = wanted.assignee, try reader.find(ID<Person>(id), in: caller.organisation) == nil {
            throw ServiceError.invalid("assignee", "is nobody of this organisation")
        }
        guard let id = wanted.milestone else { return }
        guard let milestone = try reader.find(ID<Milestone>(id), in: caller.organisation) else {
            throw ServiceError.invalid("milestone", "is no milestone of this organisation")
        }
        guard milestone.value.status == .planned, !milestone.meta.isArchived else {
            throw ServiceError.invalid("milestone", "is not planned any more")
        }
    }
}

extension GapList {
    /// Suggestions whose effort an open task carries already.
    fileprivate var carriedEfforts: Set<String> {
        Set(
            gaps.filter { !$0.tasks.isEmpty }.compactMap(\.measures.first)
                + measures.filter { !$0.tasks.isEmpty }.map(\.suggestion.id))
    }
}

/// Works out the tasks of one call.
private struct TaskMaker {
    struct Refused: Error { let result: GapTaskOutcome.Result }
    struct Draft {
        let key: String
        let task: Result<Task, Refused>
        var refused: GapTaskOutcome {
            if case .failure(let refused) = task {
                GapTaskOutcome(key: key, result: refused.result)
            } else {
                GapTaskOutcome(key: key, result: .notOpen)
            }
        }
    }
    private static let controlsMax = 50
    let list: GapList
    /// Of the open tasks that the caller may see.
    let titles: [UUID: String]
    let wanted: GapTasks
    /// Measures whose effort stands in another task.
    var carried: Set<String>

    mutating func drafts() -> [Draft] {
        var drafts: [Draft] = []
        var done: Set<String> = []
        for key in wanted.measures where done.insert("measure:\(key)").inserted {
            drafts.append(Draft(key: key, task: measure(key)))
        }
        for key in wanted.gaps {
            let gaps = list.gaps.filter { $0.isMeant(by: key) }
            if gaps.isEmpty { drafts.append(Draft(key: key, task: .failure(Refused(result: .notOpen)))) }
            for gap in gaps where done.insert(gap.key).inserted {
                drafts.append(Draft(key: gap.key, task: task(of: gap)))
            }
        }
        return drafts
    }

    private mutating func measure(_ id: String) -> Result<Task, Refused> {
        guard let measure = list.measure(id) else { return .failure(Refused(result: .notOpen)) }
        if let open = measure.tasks.first { return .failure(alreadyOpen(open)) }
        var task = blank(measure.requirements)
        task.title = String("Put in place: \(measure.suggestion.title)".prefix(200))
        task.description = measure.suggestion.procedure
        task.controls = Links(measure.control.map { [ID($0)] } ?? [])
        putEffort(of: measure, into: &task)
        return .success(task)
    }

    private mutating func task(of gap: Gap) -> Result<Task, Refused> {
        if let open = gap.tasks.first { return .failure(alreadyOpen(open)) }
        var task = blank(gap.requirements)
        let reference = gap.requirements.first?.item.reference ?? ""
        let words = gap.severity == .unknown ? "Find out" : "Close the gap"
        task.title = String("\(words): \(reference) \(gap.row.title)".prefix(200))
        task.controls = Links(gap.controls.prefix(Self.controlsMax).map { ID($0) })
        if task.assignee == nil { task.assignee = gap.owner.map { ID($0) } }
        if task.dueOn == nil { task.dueOn = gap.dueOn }
        if let measure = gap.measures.first.flatMap({ list.measure($0) }) {
            task.description = "Suggested: \(measure.suggestion.title). \(measure.suggestion.procedure)"
            putEffort(of: measure, into: &task)
        }
        return .success(task)
    }

    private func alreadyOpen(_ task: UUID) -> Refused {
        Refused(result: .alreadyOpen(titles[task] == nil ? nil : task, title: titles[task]))
    }

    private func blank(_ requirements: [OpenRequirement]) -> Task {
        var task = Task()
        task.kind = .gap
        task.requirements = Links(requirements.map { ID($0.item.id) })
        task.assignee = wanted.assignee.map { ID($0) }
        task.dueOn = wanted.dueOn
        task.milestone = wanted.milestone.map { ID($0) }
        task.priority =
            requirements.contains { $0.effect == .possibleMajor }
            ? .high : requirements.contains { $0.shown != .unknown } ? .medium : .low
        return task
    }

    private mutating func putEffort(of measure: Measure, into task: inout Task) {
        let isFirst = carried.insert(measure.suggestion.id).inserted
        task.effortDays = isFirst ? Decimal(measure.suggestion.effortDays) : 0
        if !isFirst {
            task.description = [
                task.description, "The effort of “\(measure.suggestion.title)” stands in another task.",
            ]
            .compactMap(\.self).joined(separator: "\n\n")
        }
    }
}
