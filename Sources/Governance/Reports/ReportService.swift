// Makes gap assessment reports: reads all that one shows at one moment, and notes in the ledger that one was taken away.
package import Access
import Exchange
package import Foundation
import MerkleLog
import RecordKit
import Records
package import Storage

/// Makes reports for callers; each sees what they may see.
package struct ReportService: Sendable {
    private static let chunk = 500
    let store: any Store
    let blobs: any BlobStore
    let environment: Environment
    let ledger: LedgerService
    let assessments: AssessmentService

    package init(
        store: any Store, blobs: any BlobStore, environment: Environment, ledger: LedgerService,
        assessments: AssessmentService
    ) {
        self.store = store
        self.blobs = blobs
        self.environment = environment
        self.ledger = ledger
        self.assessments = assessments
    }

    /// The report of an assessment, now or as of a moment, from one state of the database. Beyond the queries of the
    /// assessment it makes about ten, and two for every 500 requirements.
    /// - Throws: ``ServiceError``.
    package func gapReport(_ id: UUID, as caller: Caller, asOf: AsOf? = nil) async throws -> GapReport {
        let library = try await assessments.library.current(for: caller.organisation)
        let now = environment.now()
        guard let organisation = caller.organisation else {
            throw ServiceError.notFound(Assessment.schema.erased.label)
        }
        let (origin, key) = (ledger.origin(organisation), try ledger.verifierKey(organisation))
        let posture = assessments.posture
        var report = try await store.read { reader in
            let schema = Assessment.schema.erased
            guard let record = try reader.find(schema, id, in: organisation, asOf: asOf),
                Authorisation.may(caller, .read, record)
            else { throw ServiceError.notFound(schema.label) }
            let view = try AssessmentView(
                assessment: record.decoded(), library: library, reader: reader, organisation: organisation,
                asOf: asOf, today: caller.today(at: now), posture: posture)
            guard view.rows.count <= GapReport.rowsMax else {
                throw ServiceError.invalid(
                    "assessment", "has \(view.rows.count) rows; a report holds \(GapReport.rowsMax)")
            }
            guard let own = try reader.find(ID<Organisation>(organisation), in: organisation, asOf: asOf) else {
                throw ServiceError.notFound(Organisation.schema.erased.label)
            }
            let adoptions = try reader.all(
                FrameworkAdoption.self, where: .ids(view.assessment.value.scope.ids.map(\.raw)), in: organisation,
                asOf: asOf, limit: Query.limitMax)
            let requirements = view.rows.flatMap { $0.partsInScope.map(\.item.id) }
            let (controls, controlIDs) = try Self.controls(of: requirements, reader, organisation, asOf, caller)
            let (tasks, areCut) = try Self.tasks(requirements, controlIDs, reader, organisation, asOf, caller)
            let index = view.ledgerSize - 1
            let leaf = try index < 0 ? nil : reader.leaves(organisation, from: index, limit: 1).first
            return GapReport(
                organisation: own.value, logo: nil, view: view,
                adoptions: Dictionary(
                    adoptions.compactMap { adoption in
                        library.framework(id: adoption.value.framework.raw).map { ($0.key, adoption.value) }
                    }
                ) { a, _ in a },
                people: try reader.titles(
                    Person.schema.erased, Self.people(view, tasks), in: organisation),
                controls: controls, tasks: tasks, tasksAreCut: areCut, preparedAt: now, preparedBy: caller.personName,
                zone: caller.timeZone,
                moment: try leaf.map {
                    Instant(millisecondsSince1970: try Leaf(canonicalBytes: $0.data).timeMilliseconds)
                },
                isOfThePast: asOf != nil, checkpoint: try reader.lastCheckpoint(organisation), origin: origin,
                verifierKey: key)
        }
        report.logo = try await Self.logo(report.organisation, organisation, blobs)
        return report
    }

    /// The same, to be taken away: the ledger says of which assessment, as of which index and in which format, and is
    /// signed at once, so that the report carries a checkpoint that covers all of it.
    package func exportGapReport(
        _ id: UUID, format: String, as caller: Caller, asOf: AsOf? = nil, request: String? = nil
    ) async throws -> GapReport {
        var report = try await gapReport(id, as: caller, asOf: asOf)
        guard let organisation = caller.organisation else { return report }
        let change = caller.change("export", request: request, in: environment)
        let event = LedgerEvent(
            objectType: "export", objectID: "gapReport/\(id.lowercased)/\(report.index)/\(format)")
        try await store.write(organisation) { transaction in _ = try transaction.append(event, by: change) }
        report.checkpoint = try await ledger.checkpoint(organisation)
        return report
    }

    // MARK: Parts

    /// A report does without a logo that is gone; what refuses to be one was refused when it came.
    private static func logo(
        _ organisation: Organisation, _ id: UUID, _ blobs: any BlobStore
    ) async throws -> ImageFile? {
        guard let file = organisation.logo else { return nil }
        do { return try await LogoRule.image(file, id, in: blobs) } catch is Problem { return nil }
    }

    private static func people(_ view: AssessmentView, _ tasks: [Stored<Task>]) -> [UUID] {
        var ids: Set<UUID> = []
        if let lead = view.assessment.value.lead { ids.insert(lead.raw) }
        for row in view.rows {
            for answer in row.partsInScope.compactMap({ $0.answer?.value }) {
                ids.formUnion([answer.owner?.raw, answer.answeredBy?.raw].compactMap(\.self))
            }
        }
        ids.formUnion(tasks.compactMap { $0.value.assignee?.raw })
        return Array(ids)
    }

    private static func controls(
        of requirements: [UUID], _ reader: any Reader, _ organisation: UUID, _ asOf: AsOf?, _ caller: Caller
    ) throws -> (byRequirement: [UUID: [GapReport.ServingControl]], ids: Set<UUID>) {
        let schema = Control.schema.erased
        var links: [(requirement: UUID, control: UUID)] = []
        for part in requirements.chunks(of: chunk) {
            let found = try reader.links(to: part, in: organisation, asOf: asOf, limit: PostureEngine.linksMax)
            links += found.filter { $0.fromType == Control.type && $0.field == "requirements" }.map { ($0.to, $0.from) }
        }
        var known: [UUID: GapReport.ServingControl] = [:]
        for part in Set(links.map(\.control)).sorted(by: <).chunks(of: chunk) {
            let query = Query(
                schema, where: .both(.ids(part), Authorisation.visible(caller, .read, schema)), limit: part.count)
            for record in try reader.page(query, in: organisation, asOf: asOf).records {
                let control = try record.decoded(as: Control.self).value
                known[record.id] = GapReport.ServingControl(
                    code: control.code, title: control.title, status: control.status)
            }
        }
        var byRequirement: [UUID: [GapReport.ServingControl]] = [:]
        for link in links {
            if let control = known[link.control] { byRequirement[link.requirement, default: []].append(control) }
        }
        return (byRequirement.mapValues { $0.sorted { $0.code < $1.code } }, Set(known.keys))
    }

    private static func tasks(
        _ requirements: [UUID], _ controls: Set<UUID>, _ reader: any Reader, _ organisation: UUID, _ asOf: AsOf?,
        _ caller: Caller
    ) throws -> (shown: [Stored<Task>], areCut: Bool) {
        let schema = Task.schema.erased
        let open = Criteria.oneOf("status", [Task.Status.open, .inProgress].map { .text($0.rawValue) })
        let inScope = Set(requirements)
        var found: [Stored<Task>] = []
        var cursor: String?
        var lookedAt = 0
        while true {
            let page = try reader.page(
                Query(
                    schema, where: .both(open, Authorisation.visible(caller, .read, schema)), sort: Sort("dueOn"),
                    cursor: cursor, limit: chunk), in: organisation, asOf: asOf)
            for record in page.records {
                let task: Stored<Task> = try record.decoded()
                let isAbout =
                    task.value.requirements.ids.contains { inScope.contains($0.raw) }
                    || task.value.controls.ids.contains { controls.contains($0.raw) }
                guard isAbout else { continue }
                guard found.count < GapReport.tasksMax else { return (found, true) }
                found.append(task)
            }
            lookedAt += page.records.count
            guard let next = page.next else { return (found, false) }
            guard lookedAt < GapReport.tasksLookedAtMax else { return (found, true) }
            cursor = next
        }
    }
}
