// The integrated assessment over REST: its rows, the verb that answers one, and the posture that follows.
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
    /// How the shown counts come about, for whoever reads them without the pages.
    static let formula =
        "Counts of requirements in scope, never a percentage. Assessed is what a person answered. Measured is "
        + "computed: failing while a corrective action is overdue or a major nonconformity is open; weakened while a "
        + "task is overdue, a minor nonconformity is open or all evidence is too old; supported with fresh evidence and nothing overdue. Shown is the assessed result, lowered where "
        + "the measured one is worse: weakened turns conform into partlyConform, failing turns conform and "
        + "partlyConform into nonconform. Without an answer a requirement is unknown; a measurement never makes it "
        + "conform. A control that does not apply counts as notApplicable."

    // MARK: Reading

    func rows(_ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["asOf", "from", "limit"])
        let limit = try parameters.integer("limit", in: 1...Query.limitMax)
        let asOf = try await moment(parameters, call)
        let view = try await services.assessments.view(id, as: call.caller, asOf: asOf)
        var rows = view.rows[...]
        if let from = parameters["from"] {
            guard let start = rows.firstIndex(where: { $0.row.key == from }) else {
                throw Failure.invalid("from", "is no row of this assessment")
            }
            rows = rows[start...]
        }
        let shown = limit.map { rows.prefix($0) } ?? rows
        let next = shown.endIndex < view.rows.endIndex ? view.rows[shown.endIndex].row.key : nil
        var json = JSONWriter(reservingBytes: 4_096 * (shown.count + 1))
        json.object { json in
            Self.append(headOf: view, asOf, to: &json)
            Self.append(countsOf: view, to: &json)
            json.array("rows", shown) { $0.append($1, for: call.caller) }
            json.string("next", next)
        }
        return Response(json: json.bytes)
    }

    /// Counts by standard, section and area. Without `assessment` it is the latest one that the caller may see.
    func posture(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["assessment", "asOf"])
        let asOf = try await moment(parameters, call)
        var id = try parameters.id("assessment")
        if id == nil { id = try await services.assessments.latest(as: call.caller, asOf: asOf) }
        guard let id else { throw ServiceError.notFound(Assessment.schema.erased.label) }
        let view = try await services.assessments.view(id, as: call.caller, asOf: asOf)
        let projections = asOf == nil ? try await services.crosswalk.counts(view, as: call.caller) : []
        var json = JSONWriter(reservingBytes: 16_384)
        json.object { json in
            Self.append(headOf: view, asOf, to: &json)
            Self.append(countsOf: view, to: &json)
            json.string("formula", Self.formula)
            json.array("projections", projections) { json, projected in
                json.object { json in
                    json.id("id", projected.framework.id)
                    json.string("key", projected.framework.key)
                    json.string("name", projected.framework.name)
                    json.bool("inScope", view.frameworks.contains { $0.key == projected.framework.key })
                    json.append("counts", projected.counts)
                }
            }
        }
        return Response(json: json.bytes)
    }

    private static func append(headOf view: AssessmentView, _ asOf: AsOf?, to json: inout JSONWriter) {
        json.object("assessment") { json in
            json.id("id", view.assessment.id.raw)
            json.string("title", view.assessment.value.title)
            json.string("status", view.assessment.value.status.rawValue)
            json.integer("version", view.assessment.version)
        }
        json.integer("asOf", asOf?.index)
        json.integer("ledgerSize", view.ledgerSize)
    }

    private static func append(countsOf view: AssessmentView, to json: inout JSONWriter) {
        json.append("total", view.total)
        json.array("frameworks", view.frameworks) { json, framework in
            json.object { json in
                json.id("id", framework.id)
                json.string("key", framework.key)
                json.string("name", framework.name)
                json.append("counts", view.counts[framework.key] ?? ConformityCounts())
            }
        }
        let shown = Set(view.rows.map(\.row.key))
        json.array("sections", view.sections) { json, section in
            json.object { json in
                json.string("id", section.id)
                json.string("parent", section.parentID)
                json.string("label", section.label)
                json.string("title", section.title)
                json.append("counts", view.sectionCounts[section.id] ?? ConformityCounts())
                json.strings("rows", section.rowKeys.filter(shown.contains))
            }
        }
        if let origins = view.origins {
            json.object("origins") { json in
                json.integer("reassessed", origins.reassessed)
                json.integer("carriedOver", origins.carriedOver)
            }
        } else {
            json.null("origins")
        }
        json.array("areas", view.areas) { json, area in
            json.object { json in
                json.string("id", area.id)
                json.string("title", area.title)
                json.string("help", area.help)
                json.append("counts", view.areaCounts[area.id] ?? ConformityCounts())
            }
        }
        json.object("workSaved") { json in
            json.integer("answeredOnce", view.workSaved.answeredOnce)
            json.integer("split", view.workSaved.split)
            json.integer("sharePart", view.workSaved.sharePart)
            json.integer("own", view.workSaved.own)
        }
    }

    // MARK: Answering

    /// Answers a row and gives it back as it is then, with the counts that may have moved.
    func answerRow(_ key: String, _ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let input = try await JSONBody(call.request).answer()
        let view = try await services.assessments.answer(id, row: key, input, as: call.caller, request: call.id)
        return try answered(key, view, call)
    }

    func answered(_ key: String, _ view: AssessmentView, _ call: Call) throws -> Response {
        guard let row = view.rows.first(where: { $0.row.key == key }) else { throw ServiceError.notFound("row \(key)") }
        var json = JSONWriter(reservingBytes: 32_768)
        json.object { json in
            json.value("row") { $0.append(row, for: call.caller) }
            Self.append(headOf: view, nil, to: &json)
            Self.append(countsOf: view, to: &json)
        }
        return Response(json: json.bytes)
    }
}

extension JSONBody {
    private static let answerMembers: Set<String> = [
        "part", "result", "maturity", "note", "owner", "dueOn", "justification", "isSeparate", "versions",
        "applicabilityVersions", "confirm",
    ]

    /// What is said about a row. A member that is missing stays as it is; `null` clears maturity, note, owner and due
    /// date.
    /// - Throws: ``Failure`` with every member that cannot be read.
    func answer() throws -> AnswerInput {
        try expectOnly(Self.answerMembers)
        var input = AnswerInput()
        var problems: [Problem] = []
        func check(_ body: () throws(Problem) -> Void) {
            do { try body() } catch { problems.append(error) }
        }
        check { () throws(Problem) in input.part = try text("part") }
        check { () throws(Problem) in
            guard let word = try text("result") else { return }
            guard let result = AnswerInput.Result(rawValue: word) else {
                let words = AnswerInput.Result.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem("result", "must be one of \(words)")
            }
            input.result = result
        }
        check { () throws(Problem) in input.justification = try text("justification") }
        check { () throws(Problem) in input.isSeparate = try flag("isSeparate") }
        check { () throws(Problem) in input.confirms = try flag("confirm") ?? false }
        // These four are fields of an answer, and are read as such.
        func field(_ name: String) throws(Problem) -> FieldValue? {
            guard let value = members[name], let field = Answer.schema.erased.field(name) else { return nil }
            return try FieldInput.value(value, for: field)
        }
        check { () throws(Problem) in input.maturity = try field("maturity").map { Int(fieldValue: $0) } }
        check { () throws(Problem) in input.note = try field("note").map { String(fieldValue: $0) } }
        check { () throws(Problem) in input.dueOn = try field("dueOn").map { Day(fieldValue: $0) } }
        check { () throws(Problem) in
            input.owner = try field("owner").map { if case .reference(let id) = $0 { id } else { nil } }
        }
        check { () throws(Problem) in input.versions = try versions("versions") }
        check { () throws(Problem) in input.applicabilityVersions = try versions("applicabilityVersions") }
        guard problems.isEmpty else { throw Failure(ServiceError.invalid(Invalid(problems))) }
        return input
    }

    private func flag(_ name: String) throws(Problem) -> Bool? {
        switch members[name] {
        case nil: return nil
        case .bool(let flag): return flag
        default: throw Problem(name, "must be true or false")
        }
    }

    func text(_ name: String) throws(Problem) -> String? {
        switch members[name] {
        case nil: return nil
        case .string(let text): return text
        default: throw Problem(name, "must be text")
        }
    }

    func versions(_ name: String) throws(Problem) -> [String: Int] {
        let wrong = Problem(name, "must give the version that you saw, or 0, by framework key")
        guard let value = members[name] else { return [:] }
        guard case .object(let entries) = value else { throw wrong }
        var versions: [String: Int] = [:]
        for (key, entry) in entries {
            guard case .integer(let version) = entry, version >= 0 else { throw wrong }
            versions[key] = version
        }
        return versions
    }
}

// MARK: Rows

extension JSONWriter {
    mutating func append(_ name: String, _ counts: ConformityCounts) {
        object(name) { json in
            for conformity in Conformity.allCases { json.integer(conformity.rawValue, counts[conformity]) }
            json.integer("total", counts.total)
            json.integer("answered", counts.answered)
            json.integer("lowered", counts.lowered)
        }
    }

    mutating func append(_ view: RowView, for caller: Caller) {
        let row = view.row
        object { json in
            json.string("key", row.key)
            json.string("section", row.sectionID)
            json.string("title", row.title)
            json.string("difference", row.difference)
            switch row.sharing {
            case .equal: json.string("sharing", "equal")
            case .shared: json.string("sharing", "shared")
            case .own: json.string("sharing", "own")
            }
            json.string("relationship", row.relationship)
            json.integer("strength", row.strength)
            json.string("rationale", row.rationale)
            json.string("closestControl", row.closestControl)
            json.bool("isSplit", view.isSplit)
            json.bool("isOneAnswer", view.isOneAnswer)
            json.string("worst", view.worst.rawValue)
            json.bool("mayAnswer", AssessmentService.mayAnswer(view, as: caller))
            json.object("versions") { json in
                for part in view.partsInScope { json.integer(part.item.frameworkKey, part.answer?.version ?? 0) }
            }
            json.object("applicabilityVersions") { json in
                for part in view.partsInScope where part.item.kind == .control {
                    json.integer(part.item.frameworkKey, part.applicability?.version ?? 0)
                }
            }
            if let delegation = view.delegation { json.append(delegation) } else { json.null("delegation") }
            json.array("parts", view.parts) { $0.append($1, named: view.frameworkName($1)) }
        }
    }

    private mutating func append(_ part: PartView, named framework: String) {
        let item = part.item
        object { json in
            json.string("framework", item.frameworkKey)
            json.string("frameworkName", framework)
            json.id("requirement", item.id)
            json.string("reference", item.reference)
            json.string("title", item.title)
            json.string("text", item.text)
            json.string("kind", item.kind.rawValue)
            json.string("theme", item.theme)
            json.strings("areas", item.areas)
            json.strings("questions", item.questions)
            json.strings("typicalEvidence", item.typicalEvidence)
            json.bool("inScope", part.isInScope)
            json.string("assessed", part.assessed.rawValue)
            json.string("measured", part.measured?.rawValue)
            json.string("shown", part.shown.rawValue)
            json.string("answeredOnlyFor", part.answeredOnlyFor)
            json.string("origin", part.origin?.rawValue)
            json.string("originNote", part.originNote)
            if let answer = part.answer { json.append(answer) } else { json.null("answer") }
            if let decision = part.applicability { json.append(decision) } else { json.null("applicability") }
            if let status = part.status { json.append(status) } else { json.null("status") }
        }
    }

    private mutating func append(_ answer: Stored<Answer>) {
        object("answer") { json in
            json.id("id", answer.id.raw)
            json.integer("version", answer.version)
            json.string("result", answer.value.result?.rawValue)
            json.integer("maturity", answer.value.maturity)
            json.string("note", answer.value.note)
            json.id("owner", answer.value.owner?.raw)
            json.string("dueOn", answer.value.dueOn?.description)
            json.bool("isSeparate", answer.value.isSeparate)
            json.string("answeredOn", answer.value.answeredOn?.description)
            json.id("answeredBy", answer.value.answeredBy?.raw)
        }
    }

    private mutating func append(_ delegation: Stored<SectionAssignment>) {
        object("delegation") { json in
            json.id("id", delegation.id.raw)
            json.string("section", delegation.value.section)
            json.string("status", delegation.value.status.rawValue)
            json.id("assignee", delegation.value.assignee.raw)
        }
    }

    private mutating func append(_ decision: Stored<Applicability>) {
        object("applicability") { json in
            json.id("id", decision.id.raw)
            json.integer("version", decision.version)
            json.bool("isApplicable", decision.value.isApplicable)
            json.string("justification", decision.value.justification)
        }
    }

    private mutating func append(_ status: StatusRow) {
        object("status") { json in
            json.integer("controls", status.controls)
            json.integer("evidence", status.evidence)
            json.integer("evidenceStale", status.evidenceStale)
            json.integer("tasksOpen", status.tasksOpen)
            json.integer("tasksOverdue", status.tasksOverdue)
            json.integer("nonconformities", status.nonconformities)
            json.integer("nonconformitiesMajor", status.nonconformitiesMajor)
        }
    }
}
