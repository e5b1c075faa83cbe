// Writes a story into the store, event by event, through the services and as the person who did it: what the rules
// refuse to a user, they refuse here, too.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// One organisation's story on its way into the store.
actor StoryWriter {
    let story: Story
    let today: Day
    let organisation: UUID
    let zone: TimeZone
    let environment: Access.Environment
    let store: any Store
    let blobs: any BlobStore
    let library: FrameworkLibrary
    private let records: RecordService
    private let assessments: AssessmentService
    private let statements: StatementService
    /// Ids of what was written, by kind and key.
    private var ids: [String: UUID] = [:]
    /// Versions of answers, by assessment and requirement.
    private var versions: [String: Int] = [:]

    init(
        story: Story, today: Day, environment: Access.Environment, store: any Store, blobs: any BlobStore,
        holder: LibraryHolder, library: FrameworkLibrary, posture: PostureEngine
    ) throws {
        self.story = story
        self.today = today
        self.environment = environment
        self.store = store
        self.blobs = blobs
        self.library = library
        guard let zone = TimeZone(identifier: story.organisation.timeZone) else {
            throw DemoError.unknown("time zone", story.organisation.timeZone)
        }
        self.zone = zone
        organisation = Self.id(of: story.key)
        records = RecordService(store: store, environment: environment, posture: posture)
        assessments = AssessmentService(store: store, environment: environment, library: holder, posture: posture)
        statements = StatementService(store: store, blobs: blobs, environment: environment, library: holder)
    }

    /// The same on every server and day.
    static func id(of key: String) -> UUID { CatalogueLoader.id(Organisation.type, "demo/\(key)") }

    // MARK: Names

    func id(_ kind: RecordType, _ key: String) throws -> UUID {
        guard let id = ids["\(kind.name):\(key)"] else { throw DemoError.unknown(kind.name, key) }
        return id
    }
    func reference<R: Record>(_ key: String) throws -> ID<R> { ID(try id(R.type, key)) }
    func links<R: Record>(_ keys: [String]) throws -> Links<R> { Links(try keys.map { ID(try id(R.type, $0)) }) }

    /// Requirements of both standards by their references.
    func requirements(security: String, ai: String) throws -> Links<Requirement> {
        let wanted = [(FrameworkLibrary.security, security), (FrameworkLibrary.ai, ai)]
        return Links(
            try wanted.flatMap { framework, references in
                try references.split(separator: " ").map { ID(try requirement(framework, String($0)).id) }
            })
    }

    func requirement(_ framework: String, _ reference: String) throws -> LibraryItem {
        guard let item = library.framework(framework)?.items.first(where: { $0.reference == reference }) else {
            throw DemoError.unknown(framework, reference)
        }
        return item
    }

    /// The calendar day of an offset, as due dates and periods mean it.
    func day(_ offset: Int) -> Day { today.adding(days: offset) }

    // MARK: Acting

    /// A person with the roles that are theirs at this moment of the story.
    func caller(_ key: String) async throws -> Caller {
        let person = try id(Person.type, key)
        let now = environment.now().day(in: zone)
        let held = try await store.read { [organisation] in
            try $0.all(RoleAssignment.self, where: .linked("person", [person]), in: organisation, limit: 100)
        }.map(\.value).filter { $0.status == .active && $0.from <= now && ($0.to.map { now <= $0 } ?? true) }
        return Caller(
            account: nil, organisation: organisation, person: person, personName: key,
            organisationName: story.organisation.name, timeZone: zone, roles: Set(held.map(\.role)))
    }

    /// Creates a record as somebody and keeps its id under a key.
    func create<R: Record>(_ record: R, _ key: String, by person: String) async throws {
        let schema = R.schema.erased
        var input: [String: FieldValue] = [:]
        for field in R.schema.fields where field.description.isWritable && field.name != schema.lifecycle?.field {
            input[field.name] = field.get(record)
        }
        let made = try await told("create \(R.type.name) \(key) by \(person)") {
            try await records.create(schema, input, as: try await caller(person))
        }
        ids["\(R.type.name):\(key)"] = made.id
    }

    /// Edits some fields of a record as somebody.
    func update(
        _ schema: AnySchema, _ key: String, _ input: [String: FieldValue], by person: String
    ) async throws {
        let id = try id(schema.type, key)
        let caller = try await caller(person)
        try await told("update \(schema.type.name) \(key) by \(person)") {
            let old = try await records.get(schema, id, as: caller)
            _ = try await records.update(schema, id, over: old.version, input, keepsMissing: true, as: caller)
        }
    }

    /// Takes a record through a transition as somebody.
    func take(
        _ transition: String, _ schema: AnySchema, _ key: String, by person: String, reason: String? = nil
    ) async throws {
        let id = try id(schema.type, key)
        let caller = try await caller(person)
        try await told("\(transition) \(schema.type.name) \(key) by \(person)") {
            let old = try await records.get(schema, id, as: caller)
            _ = try await records.take(transition, schema, id, over: old.version, as: caller, reason: reason)
        }
    }

    /// Submits a statement as it stands, by the framework's key.
    func submit(_ framework: String, note: String, by person: String) async throws {
        let caller = try await caller(person)
        let made = try await told("submit \(framework) by \(person)") {
            try await statements.submit(framework, note: note, as: caller)
        }
        ids["\(StatementOfApplicability.type.name):\(framework)"] = made.id
    }

    /// Puts a section of an assessment into somebody's hands; it is named by its section from then on.
    func delegate(_ assessment: String, _ draft: SectionDraft) async throws {
        var delegation = Delegation(section: draft.section, assignee: try id(Person.type, draft.assignee))
        delegation.reviewer = try id(Person.type, draft.reviewer)
        delegation.dueOn = day(draft.due)
        delegation.note = draft.note
        let (round, caller, wanted) = (try id(Assessment.type, assessment), try await caller(draft.by), delegation)
        let made = try await told("delegate \(draft.section) by \(draft.by)") {
            try await assessments.delegate(round, [wanted], as: caller)
        }
        for record in made { ids["\(SectionAssignment.type.name):\(draft.section)"] = record.id }
    }

    /// Keeps a file in the blob store.
    func keep(name: String, mediaType: String, _ bytes: Data) async throws -> FileReference {
        try FileReference(
            sha256: try await blobs.put(bytes, for: organisation), name: name, mediaType: mediaType, bytes: bytes.count)
    }

    /// Answers a row of an assessment as somebody, over the versions that the story has seen.
    func answer(_ assessment: String, _ draft: AnswerDraft) async throws {
        let id = try id(Assessment.type, assessment)
        guard let row = library.row(draft.row) else { throw DemoError.unknown("row", draft.row) }
        var input = AnswerInput()
        input.part = draft.part
        input.result = AnswerInput.Result(rawValue: draft.result.rawValue)
        input.maturity = .some(draft.maturity)
        if draft.splits { input.isSeparate = true }
        if let note = draft.note { input.note = .some(note) }
        if let owner = draft.owner { input.owner = .some(try self.id(Person.type, owner)) }
        if let due = draft.due { input.dueOn = .some(day(due)) }
        for item in row.members {
            input.versions[item.frameworkKey] = versions["\(assessment)/\(item.id)"] ?? 0
        }
        let decided = try await decisionVersions(row)
        input.applicabilityVersions = decided
        let caller = try await caller(draft.by)
        let wanted = input
        let view = try await told("answer \(draft.row) by \(draft.by)") {
            try await assessments.answer(id, row: draft.row, wanted, as: caller)
        }
        for part in view.rows.first(where: { $0.row.key == draft.row })?.parts ?? [] {
            versions["\(assessment)/\(part.item.id)"] = part.answer?.version ?? 0
        }
    }

    /// The versions of the decisions whether a row's controls apply: the story decides one after the other.
    private func decisionVersions(_ row: LibraryRow) async throws -> [String: Int] {
        let ids = row.members.map(\.id)
        let decisions = try await store.read { [organisation] reader in
            try reader.all(
                Applicability.self, where: .linked("requirement", ids), in: organisation, limit: ids.count)
        }
        let versions = Dictionary(uniqueKeysWithValues: decisions.map { ($0.value.requirement.raw, $0.version) })
        return Dictionary(uniqueKeysWithValues: row.members.map { ($0.frameworkKey, versions[$0.id] ?? 0) })
    }

    /// The founding, by the system as for every new organisation: the organisation, its compliance lead, who is
    /// its administrator, and top management, who from then on activates roles.
    func found() async throws {
        let system = Caller.system(organisation: organisation, timeZone: zone)
        let start = system.change("start", in: environment)
        let from = environment.now().day(in: zone)
        let founders: [(String, [Role])] = [
            (story.lead, [.administrator, .complianceLead]), (story.head, [.topManagement]),
        ]
        var own = story.organisation
        if let text = story.logo {
            guard let image = Data(base64Encoded: text) else { throw DemoError.unknown("logo", story.key) }
            own.logo = try await keep(name: "logo.png", mediaType: "image/png", image)
        }
        var saves: [(ValidRecord, UUID, Change)] = [
            (
                try Organisation.schema.validated(own).erased, organisation,
                system.change("found", in: environment)
            )
        ]
        for (key, roles) in founders {
            guard let draft = story.people.first(where: { $0.key == key }) else {
                throw DemoError.unknown("person", key)
            }
            let id = environment.id()
            ids["\(Person.type.name):\(key)"] = id
            let person = try Person.schema.validated(Self.person(draft)).erased
            saves.append((person, id, system.change("create", in: environment)))
            for role in roles {
                var assignment = RoleAssignment()
                assignment.person = ID(id)
                assignment.role = role
                assignment.from = from
                assignment.status = .active
                saves.append(
                    (
                        try RoleAssignment.schema.validated(assignment).erased, environment.id(),
                        system.change("create", in: environment)
                    ))
            }
        }
        let all = saves
        let organisation = organisation
        try await store.write(organisation) { transaction in
            try transaction.startLedger(of: organisation, by: start)
            for (record, id, change) in all {
                try transaction.save(record, id: id, over: nil, isArchived: false, by: change)
            }
        }
    }

    static func person(_ draft: PersonDraft) -> Person {
        var person = Person()
        person.name = draft.name
        person.email = draft.email
        person.jobTitle = draft.jobTitle
        person.unit = draft.unit
        return person
    }

    /// Says which event of the story was refused.
    private func told<T: Sendable>(_ event: String, _ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch let error as DemoError { throw error } catch {
            throw DemoError.refused(story: story.key, event: event, why: "\(error)")
        }
    }
}
