// Assessments over time over REST.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit
import Records
import Storage

extension RESTRoutes {
    private func resource(_ schema: AnySchema) throws -> Resource {
        guard let found = resource(named: schema.type.name) else { throw ServiceError.notFound(schema.label) }
        return found
    }

    // MARK: Sections in other hands

    func delegate(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["sections"])
        guard case .array(let items) = body.members["sections"], (1...RoundLimit.sectionsMax).contains(items.count)
        else {
            throw Failure.invalid("sections", "must be a list of 1 to \(RoundLimit.sectionsMax) sections")
        }
        let delegations = try items.map { item -> Delegation in
            guard case .object(let members) = item else {
                throw Failure.invalid("sections", "must hold objects with section and assignee")
            }
            return try JSONBody(members: members).delegation()
        }
        let records = try await services.assessments.delegate(id, delegations, as: call.caller, request: call.id)
        let resource = try resource(SectionAssignment.schema.erased)
        return Response(
            json: resource.bytes(
                of: RecordPage(records: records, next: nil, previous: nil), total: nil, for: call.caller, nil),
            status: .created)
    }

    // MARK: The next round

    func startNext(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        let names: Set<String> = ["title", "lead", "reviewer", "startedOn", "dueOn"]
        try body.expectOnly(names)
        let values = try body.values(Assessment.schema.erased)
        guard case .text(let title) = values["title"] else { throw Failure.invalid("title", "is required") }
        var next = NextAssessment(title: title)
        if case .reference(let id) = values["lead"] { next.lead = id }
        if case .reference(let id) = values["reviewer"] { next.reviewer = id }
        if case .day(let day) = values["startedOn"] { next.startedOn = day }
        if case .day(let day) = values["dueOn"] { next.dueOn = day }
        let made = try await services.assessments.startNext(
            from: id, next, as: call.caller, request: call.id, keeping: call.claim)
        return Self.response(made, try resource(Assessment.schema.erased), call, isNew: true)
    }

    func setGroups(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let version = try call.request.versionSeen()
        let body = try await JSONBody(call.request)
        try body.expectOnly(["groups"])
        let wrong = Failure.invalid("groups", "must give a list of groups by framework key")
        guard case .object(let members) = body.members["groups"] else { throw wrong }
        let groups = try members.mapValues { value -> [String] in
            guard case .array(let items) = value else { throw wrong }
            return try items.map { item in
                guard case .string(let group) = item else { throw wrong }
                return group
            }
        }
        let saved = try await services.assessments.setGroups(
            groups, of: id, over: version, as: call.caller, request: call.id)
        return Self.response(saved, try resource(Assessment.schema.erased), call)
    }

    // MARK: Comparison

    func compare(_ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["with", "change"])
        let change = try parameters["change"].map { word in
            guard let change = AssessedChange(rawValue: word) else {
                let words = AssessedChange.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure.invalid("change", "must be one of \(words)")
            }
            return change
        }
        let compared = try await services.assessments.compare(
            id, with: try parameters.id("with"), as: call.caller)
        let items = compared.items.filter { change == nil || $0.change == change }
        var json = JSONWriter(reservingBytes: 512 * (items.count + 16))
        json.object { json in
            for (name, view) in [("then", compared.then), ("now", compared.now)] {
                json.object(name) { json in
                    json.id("id", view.assessment.id.raw)
                    json.string("title", view.assessment.value.title)
                }
            }
            json.object("changes") { json in
                for change in AssessedChange.allCases { json.integer(change.rawValue, compared.counts[change] ?? 0) }
            }
            json.array("frameworks", compared.frameworks) { json, framework in
                json.append(framework.key, framework.name, compared)
            }
            json.array("sections", compared.sections) { json, section in
                json.append(section.id, section.title, compared)
            }
            json.array("items", items) { $0.append($1) }
        }
        return Response(json: json.bytes)
    }
}

extension JSONBody {
    /// - Throws: ``Failure`` with every member that cannot be read.
    fileprivate func delegation() throws -> Delegation {
        try expectOnly(["section", "assignee", "reviewer", "dueOn", "note"])
        guard case .string(let section) = members["section"] else {
            throw Failure.invalid("sections", "section must be the id of a section")
        }
        let values = try values(SectionAssignment.schema.erased, without: ["section"])
        guard case .reference(let assignee) = values["assignee"] else {
            throw Failure.invalid("sections", "assignee is required")
        }
        var delegation = Delegation(section: section, assignee: assignee)
        if case .reference(let id) = values["reviewer"] { delegation.reviewer = id }
        if case .day(let day) = values["dueOn"] { delegation.dueOn = day }
        if case .text(let note) = values["note"] { delegation.note = note }
        return delegation
    }
}

extension JSONWriter {
    fileprivate mutating func append(_ key: String, _ title: String, _ compared: AssessmentComparison) {
        object { json in
            json.string("key", key)
            json.string("title", title)
            for (name, counts) in [("then", compared.countsThen[key]), ("now", compared.countsNow[key])] {
                if let counts { json.append(name, counts) } else { json.null(name) }
            }
        }
    }

    fileprivate mutating func append(_ item: ComparedItem) {
        object { json in
            json.id("requirement", item.item.id)
            json.string("framework", item.item.frameworkKey)
            json.string("reference", item.item.reference)
            json.string("title", item.item.title)
            json.string("row", item.rowKey)
            json.string("section", item.sectionID)
            json.string("then", item.then?.rawValue)
            json.string("now", item.now?.rawValue)
            json.string("change", item.change.rawValue)
            json.string("origin", item.origin?.rawValue)
        }
    }
}
