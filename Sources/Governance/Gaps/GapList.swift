// The gaps of an assessment with what closes them, in order of effect against effort.
package import Foundation
package import RecordKit
import Records
import Storage

/// Every gap of one assessment, now or as of a moment. The catalogue (suggestions and crosswalk) is the present one.
package struct GapList: Sendable {
    /// Links of the open requirements that are read; more is an error rather than a wrong count.
    static let linksMax = 50_000
    package let view: AssessmentView
    /// In order of effect against effort.
    package let gaps: [Gap]
    /// The same for the suggested controls that would close something.
    package let measures: [Measure]
    /// Titles of the controls and tasks that gaps and measures name.
    package let titles: [UUID: String]
    /// The day of the tasks that gaps and measures name.
    package let due: [UUID: Day]

    package func measure(_ id: String) -> Measure? { measures.first { $0.suggestion.id == id } }
    package func gap(_ key: String) -> Gap? { gaps.first { $0.key == key } }
    /// Days of the best measure; `nil` if none is known.
    package func effortDays(_ gap: Gap) -> Int? { gap.measures.first.flatMap { measure($0)?.suggestion.effortDays } }

    /// Cost beyond the assessment's own: one page of the crosswalk, one query of links for each 500 open
    /// requirements, and a page of controls and of tasks for each 500 that are linked to them.
    /// - Parameters:
    ///   - controlsSeen: The controls that the caller may see.
    ///   - tasksSeen: The tasks that the caller may see.
    init(
        _ view: AssessmentView, _ reader: any Reader, _ organisation: UUID, asOf: AsOf?, controlsSeen: Criteria = .all,
        tasksSeen: Criteria = .all
    ) throws {
        self.view = view
        let drafts = view.rows.flatMap(Self.drafts)
        var open: [UUID: OpenRequirement] = [:]
        for requirement in drafts.flatMap(\.requirements) { open[requirement.item.id] = requirement }
        let around = try Surroundings(
            Array(open.keys), reader, organisation, asOf, controlsSeen: controlsSeen, tasksSeen: tasksSeen)
        titles = around.titles
        due = around.tasks.compactMapValues(\.value.dueOn)

        let carried = try CarriedOver(reader, organisation)
        let order = view.frameworks.map(\.key)
        let found = try ControlSuggestion.all().compactMap { suggestion -> Measure? in
            let requirements = carried.requirements(of: suggestion).compactMap { open[$0] }
            guard !requirements.isEmpty else { return nil }
            let frameworks = Set(requirements.map(\.item.frameworkKey))
            return Measure(
                suggestion: suggestion, requirements: requirements, frameworks: order.filter(frameworks.contains),
                control: around.adopted[suggestion.id], tasks: around.openTasks(onAll: requirements.map(\.item.id)),
                points: requirements.reduce(0) { $0 + $1.points })
        }
        let measures = found.enumerated().sorted { a, b in
            Self.key(a.element, a.offset) < Self.key(b.element, b.offset)
        }.map(\.element)
        self.measures = measures

        var serving: [UUID: [Int]] = [:]
        for (rank, measure) in measures.enumerated() {
            for requirement in measure.requirements { serving[requirement.item.id, default: []].append(rank) }
        }
        let ranked = drafts.enumerated().map { position, draft -> (rank: (Int, Int, Int), gap: Gap) in
            let ids = draft.requirements.map(\.item.id)
            let ranks = Set(ids.flatMap { serving[$0] ?? [] }).sorted()
            let gap = Gap(
                key: draft.key, row: draft.row, requirements: draft.requirements, severity: draft.severity,
                effect: draft.effect, owner: draft.owner, dueOn: draft.dueOn,
                measures: ranks.map { measures[$0].suggestion.id }, controls: around.controls(onAny: ids),
                tasks: around.openTasks(onAll: ids))
            let points = draft.requirements.reduce(0) { $0 + $1.points }
            return ((ranks.first ?? .max, -points, position), gap)
        }
        gaps = ranked.sorted { $0.rank < $1.rank }.map(\.gap)
    }

    /// Points a day, then points, then the number of requirements, then the place in the catalogue.
    private static func key(_ measure: Measure, _ position: Int) -> (Double, Int, Int, Int) {
        (-measure.pointsPerDay, -measure.points, -measure.requirements.count, position)
    }

    /// The gaps that a filter leaves, in its order.
    package func filtered(_ filter: GapFilter) -> [Gap] {
        let served = filter.measure.map { id in
            Set(measure(id)?.requirements.map(\.item.id) ?? [])
        }
        let found = gaps.filter { gap in
            if let framework = filter.framework,
                !gap.requirements.contains(where: { $0.item.frameworkKey == framework })
            {
                return false
            }
            if let severity = filter.severity, gap.severity != severity { return false }
            if let effect = filter.effect, gap.effect != effect { return false }
            if let owner = filter.owner, gap.owner != owner { return false }
            if let area = filter.area, !gap.belongs(toArea: area) { return false }
            if let hasTask = filter.hasTask, gap.tasks.isEmpty == hasTask { return false }
            if let served, !gap.requirements.contains(where: { served.contains($0.item.id) }) { return false }
            return true
        }
        let rows = Dictionary(uniqueKeysWithValues: view.rows.enumerated().map { ($1.row.key, $0) })
        func sorted(by key: (Gap) -> Int) -> [Gap] {
            found.enumerated().sorted { a, b in
                let (first, second) = (key(a.element), key(b.element))
                return first == second ? a.offset < b.offset : first < second
            }.map(\.element)
        }
        switch filter.order {
        case .effect: return found
        case .severity:
            return sorted { gap in
                (GapFilter.severities.firstIndex(of: gap.severity) ?? 0) * 10
                    + (CertificationEffect.allCases.firstIndex(of: gap.effect) ?? 0)
            }
        case .effort: return sorted { effortDays($0) ?? .max }
        case .reference: return sorted { rows[$0.row.key] ?? .max }
        case .owner: return sorted { $0.owner == nil ? 1 : 0 }
        }
    }

    /// Counts of gaps by severity, and the requirements that they cover.
    package func count(_ severity: Conformity) -> Int { gaps.count { $0.severity == severity } }
    package func count(_ effect: CertificationEffect) -> Int { gaps.count { $0.effect == effect } }
    /// Gaps of one severity in an area. A gap of several areas counts in each.
    package func count(_ severity: Conformity, inArea id: String) -> Int {
        gaps.count { $0.severity == severity && $0.belongs(toArea: id) }
    }

    // MARK: Parts

    private struct Draft {
        let key: String
        let row: LibraryRow
        let requirements: [OpenRequirement]
        let severity: Conformity
        let effect: CertificationEffect
        let owner: UUID?
        let dueOn: Day?
    }

    /// The key of a gap that is one part of a row.
    static func key(of row: LibraryRow, _ item: LibraryItem) -> String { "\(row.key)@\(item.frameworkKey)" }

    /// A row that one answer fills is one gap; else each part of it that is open.
    private static func drafts(_ view: RowView) -> [Draft] {
        let open = view.partsInScope.filter { GapFilter.severities.contains($0.shown) }
        guard !open.isEmpty else { return [] }
        let isWhole = view.isOneAnswer
        return (isWhole ? [open] : open.map { [$0] }).map { parts in
            let requirements = parts.map { part in
                OpenRequirement(
                    item: part.item, rowKey: view.row.key, shown: part.shown,
                    effect: CertificationEffect(of: part.item, shown: part.shown))
            }
            let answers = parts.compactMap { $0.answer?.value }
            return Draft(
                key: isWhole ? view.row.key : Self.key(of: view.row, parts[0].item), row: view.row,
                requirements: requirements,
                severity: GapFilter.severities.first { severity in parts.contains { $0.shown == severity } }
                    ?? .unknown,
                effect: CertificationEffect.allCases.first { effect in requirements.contains { $0.effect == effect } }
                    ?? .notKnown,
                owner: answers.lazy.compactMap { $0.owner?.raw }.first,
                dueOn: answers.lazy.compactMap(\.dueOn).first)
        }
    }
}

/// The controls and open tasks around some requirements.
struct Surroundings {
    let tasks: [UUID: Stored<Task>]
    let titles: [UUID: String]
    /// Controls by the suggestion that they were made from.
    let adopted: [String: UUID]
    private let controlsByRequirement: [UUID: [UUID]]
    private let tasksByRequirement: [UUID: Set<UUID>]

    init(
        _ requirements: [UUID], _ reader: any Reader, _ organisation: UUID, _ asOf: AsOf?, controlsSeen: Criteria,
        tasksSeen: Criteria
    ) throws {
        var controlLinks: [UUID: Set<UUID>] = [:]
        var taskLinks: [UUID: Set<UUID>] = [:]
        for part in requirements.sorted(by: { $0 < $1 }).chunks(of: 500) {
            let links = try reader.links(to: part, in: organisation, asOf: asOf, limit: GapList.linksMax)
            guard links.count < GapList.linksMax else {
                throw StoreError.unavailable("\(part.count) requirements have more than \(GapList.linksMax) links")
            }
            for link in links where link.field == "requirements" {
                if link.fromType == Control.type { controlLinks[link.to, default: []].insert(link.from) }
                if link.fromType == Task.type { taskLinks[link.to, default: []].insert(link.from) }
            }
        }
        var titles: [UUID: String] = [:]
        var adopted: [String: UUID] = [:]
        var usable: Set<UUID> = []
        for part in Set(controlLinks.values.joined()).sorted(by: { $0 < $1 }).chunks(of: 500) {
            let query = Query(Control.schema.erased, where: .both(.ids(part), controlsSeen), limit: part.count)
            for record in try reader.page(query, in: organisation, asOf: asOf).records {
                let control = try record.decoded(as: Control.self)
                guard control.value.status != .retired else { continue }
                usable.insert(record.id)
                titles[record.id] = "\(control.value.code) \(control.value.title)"
                if let template = control.value.template { adopted[template] = record.id }
            }
        }
        var tasks: [UUID: Stored<Task>] = [:]
        for part in Set(taskLinks.values.joined()).sorted(by: { $0 < $1 }).chunks(of: 500) {
            let open: [FieldValue] = [Task.Status.open, .inProgress].map { .text($0.rawValue) }
            let query = Query(
                Task.schema.erased, where: .and([.ids(part), .oneOf("status", open), tasksSeen]), limit: part.count)
            for record in try reader.page(query, in: organisation, asOf: asOf).records {
                tasks[record.id] = try record.decoded(as: Task.self)
                titles[record.id] = record.title
            }
        }
        self.titles = titles
        self.adopted = adopted
        self.tasks = tasks
        controlsByRequirement = controlLinks.mapValues { $0.intersection(usable).sorted { $0 < $1 } }
        tasksByRequirement = taskLinks.mapValues { $0.filter { tasks[$0] != nil } }
    }

    func controls(onAny requirements: [UUID]) -> [UUID] {
        var seen: Set<UUID> = []
        return requirements.flatMap { controlsByRequirement[$0] ?? [] }.filter { seen.insert($0).inserted }
    }

    /// Open tasks that are about every one of the requirements.
    func openTasks(onAll requirements: [UUID]) -> [UUID] {
        guard let first = requirements.first else { return [] }
        return requirements.dropFirst().reduce(tasksByRequirement[first] ?? []) {
            $0.intersection(tasksByRequirement[$1] ?? [])
        }.sorted { $0 < $1 }
    }
}
