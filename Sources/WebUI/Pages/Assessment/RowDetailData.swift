// What the detail of a row shows beside its answers: linked controls, evidence, tasks and what changed when.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// Records around one requirement, as far as the caller may see them; archived ones are left out.
struct LinkedItems: Sendable {
    /// A piece of evidence, and the control through which it belongs here; nil if it is linked itself.
    struct Piece: Sendable {
        let evidence: Stored<Evidence>
        let through: String?
    }
    let controls: [Stored<Control>]
    let evidence: [Piece]
    let tasks: [Stored<Task>]
    /// Those that name the requirement or one of its controls; the open ones first.
    let findings: [Stored<Finding>]
}

/// Everything on the detail of one row.
struct RowDetailData: Sendable {
    static let shownMax = 100
    static let linksMax = 5_000
    static let historyMax = 30

    /// By requirement.
    let linked: [UUID: LinkedItems]
    /// Of all answers and decisions of the row, newest first.
    let history: [HistoryRun]
    /// Names of the people in `history` and of owners.
    let names: [UUID: String]

    init(_ row: RowView, services: RowServices, caller: Caller, asOf: AsOf?) async throws {
        let items = row.partsInScope.map(\.item.id)
        let (linked, assignees) = try await services.store.read { reader in
            var linked: [UUID: LinkedItems] = [:]
            for item in items { linked[item] = try Self.linked(to: item, reader, caller, asOf) }
            let people = Set(linked.values.flatMap { $0.tasks.compactMap { $0.value.assignee?.raw } })
            return (linked, try reader.titles(Person.schema.erased, Array(people), in: caller.organisation))
        }
        self.linked = linked
        var history: [HistoryRun] = []
        if asOf == nil {
            for part in row.partsInScope {
                if let answer = part.answer, let stored = part.storedAnswer, Authorisation.may(caller, .read, stored) {
                    history += try await services.records.historyRuns(
                        Answer.schema.erased, answer.id.raw, as: caller, limit: Self.historyMax
                    ).runs
                }
                if let decision = part.applicability {
                    history += try await services.records.historyRuns(
                        Applicability.schema.erased, decision.id.raw, as: caller, limit: Self.historyMax
                    ).runs
                }
            }
        }
        history.sort { $0.newest.revision.index > $1.newest.revision.index }
        self.history = Array(history.prefix(Self.historyMax))
        let mentioned = Set(
            history.flatMap(\.entries).flatMap(\.changes).flatMap { [$0.old, $0.new] }.compactMap {
                if case .reference(let id) = $0 { id } else { nil }
            })
        let named = try await services.store.read {
            try $0.titles(Person.schema.erased, Array(mentioned), in: caller.organisation)
        }
        names = assignees.merging(named) { a, _ in a }
    }

    private static func linked(
        to requirement: UUID, _ reader: any Reader, _ caller: Caller, _ asOf: AsOf?
    ) throws -> LinkedItems {
        let links = try reader.links(to: [requirement], in: caller.organisation, asOf: asOf, limit: linksMax)
        func sources(_ links: [Storage.Link], _ type: RecordType, _ field: String) -> [UUID] {
            links.filter { $0.fromType == type && $0.field == field }.map(\.from)
        }
        let controls: [Stored<Control>] = try visible(
            sources(links, Control.type, "requirements"), reader, caller, asOf)
        let codes = Dictionary(controls.map { ($0.id.raw, $0.value.code) }) { a, _ in a }
        var through: [UUID: String] = [:]
        var found = Set(sources(links, Finding.type, "requirements"))
        if !codes.isEmpty {
            let back = try reader.links(to: Array(codes.keys), in: caller.organisation, asOf: asOf, limit: linksMax)
            for link in back where link.fromType == Evidence.type && link.field == "controls" {
                through[link.from] = codes[link.to]
            }
            found.formUnion(sources(back, Finding.type, "controls"))
        }
        let direct = Set(sources(links, Evidence.type, "requirements"))
        let evidence: [Stored<Evidence>] = try visible(
            Array(direct.union(through.keys)), reader, caller, asOf)
        let pieces = evidence.filter { $0.value.status != .withdrawn }.map { piece in
            LinkedItems.Piece(
                evidence: piece, through: direct.contains(piece.id.raw) ? nil : through[piece.id.raw])
        }
        let tasks: [Stored<Task>] = try visible(sources(links, Task.type, "requirements"), reader, caller, asOf)
        let findings: [Stored<Finding>] = try visible(Array(found), reader, caller, asOf)
        return LinkedItems(
            controls: controls.sorted { $0.value.code < $1.value.code },
            evidence: pieces.sorted { $0.evidence.value.title < $1.evidence.value.title },
            tasks: tasks.sorted { ($0.value.dueOn ?? .distant) < ($1.value.dueOn ?? .distant) },
            findings: findings.sorted { a, b in
                let (first, second) = (a.value.status == .closed, b.value.status == .closed)
                return first == second ? a.value.raisedOn > b.value.raisedOn : second
            })
    }

    private static func visible<R: Record>(
        _ ids: [UUID], _ reader: any Reader, _ caller: Caller, _ asOf: AsOf?
    ) throws -> [Stored<R>] {
        let schema = R.schema.erased
        var found: [Stored<R>] = []
        var rest = ids.sorted { $0.uuidString < $1.uuidString }[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(500))
            rest = rest.dropFirst(500)
            let criteria = Criteria.both(.ids(part), Authorisation.visible(caller, .read, schema))
            let page = try reader.page(
                Query(schema, where: criteria, limit: part.count), in: caller.organisation, asOf: asOf)
            found += try page.records.map { try $0.decoded() }
        }
        return found
    }
}

/// What the detail needs of the services.
struct RowServices: Sendable {
    let store: any Store
    let records: RecordService
}

extension Day {
    /// After every due date.
    static let distant = Day(daysSince1970: 2_932_896)
}

/// The people to choose an owner from: all of them, or what a search found when they are many.
struct PeopleChoice: Sendable {
    /// More people than this are searched for, not listed.
    static let listedMax = 200
    let options: [FieldOption]
    let isSearch: Bool
    let words: String

    /// - Parameter words: What the person is searched by.
    init(_ store: any Store, _ caller: Caller, words: String = "") async throws {
        let schema = Person.schema.erased
        let all = Authorisation.visible(caller, .read, schema)
        let page = try await store.read { reader in
            let few = try reader.page(
                Query(schema, where: all, sort: Sort("name"), limit: Self.listedMax), in: caller.organisation, asOf: nil
            )
            guard few.next != nil else { return (few, false) }
            guard !words.isEmpty else { return (RecordPage(records: [], next: nil, previous: nil), true) }
            return (
                try reader.page(
                    Query(schema, where: .both(.search(words), all), sort: Sort("name"), limit: 20),
                    in: caller.organisation, asOf: nil), true
            )
        }
        options = page.0.records.map { FieldOption($0.id.lowercased, $0.title) }
        isSearch = page.1
        self.words = words
    }

    /// The field for an owner, who is among the choices in any case.
    func field(
        _ fieldName: String, owner: UUID?, name: String?, value: String?, error: String?, width: FormField.Width,
        label: String = text(.owner)
    ) -> FormField {
        var options = options
        if let owner, !options.contains(where: { $0.value == owner.lowercased }) {
            options.insert(FieldOption(owner.lowercased, name ?? text(.somebody)), at: 0)
        }
        let values = [value ?? owner?.lowercased ?? ""]
        return FormField(
            fieldName, label: label,
            isSearch ? .referenceSearch(found: options, query: words) : .reference(options), values: values,
            error: error, width: width)
    }
}
