// Gaps, the tasks made of them, how they went down, and the library of controls, over REST.
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit
import Records
import Storage

extension RESTRoutes {
    // MARK: Gaps

    func gaps(_ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(
            call.request,
            allowed: ["framework", "severity", "certification", "area", "owner", "measure", "hasTask", "sort", "asOf"])
        let asOf = try await moment(parameters, call)
        let filter = try parameters.gapFilter()
        let list = try await services.gaps.list(id, as: call.caller, asOf: asOf)
        let gaps = list.filtered(filter)
        var json = JSONWriter(reservingBytes: 1_024 * (gaps.count + list.measures.count + 1))
        json.object { json in
            json.object("assessment") { json in
                json.id("id", list.view.assessment.id.raw)
                json.string("title", list.view.assessment.value.title)
                json.string("status", list.view.assessment.value.status.rawValue)
                json.integer("version", list.view.assessment.version)
            }
            json.integer("asOf", asOf?.index)
            json.integer("ledgerSize", list.view.ledgerSize)
            json.string("rule", Self.gapRule)
            json.object("counts") { json in
                for severity in GapFilter.severities { json.integer(severity.rawValue, list.count(severity)) }
                for effect in CertificationEffect.allCases { json.integer(effect.rawValue, list.count(effect)) }
            }
            json.array("gaps", gaps) { $0.append($1, of: list) }
            json.array("measures", list.measures) { $0.append($1, of: list) }
        }
        return Response(json: json.bytes)
    }

    func makeGapTasks(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["gaps", "measures", "assignee", "dueOn", "milestone"])
        let wanted = GapTasks(
            gaps: try body.texts("gaps") ?? [], measures: try body.texts("measures") ?? [],
            assignee: try body.id("assignee"), dueOn: try body.day("dueOn"), milestone: try body.id("milestone"))
        let outcomes = try await services.gaps.makeTasks(id, wanted, as: call.caller, request: call.id)
        var json = JSONWriter(reservingBytes: 256 * (outcomes.count + 1))
        json.object { json in
            json.integer("made", outcomes.count { if case .made = $0.result { true } else { false } })
            json.array("outcomes", outcomes) { json, outcome in
                json.object { json in
                    json.string("key", outcome.key)
                    let (word, task, title) = outcome.parts
                    json.string("outcome", word)
                    json.id("task", task)
                    json.string("title", title)
                }
            }
        }
        return Response(json: json.bytes)
    }

    func burndown(_ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["weeks"])
        let weeks = try parameters.integer("weeks", in: 2...GapService.weeksMax) ?? GapService.weeksUsual
        let points = try await services.gaps.burndown(id, weeks: weeks, as: call.caller)
        var json = JSONWriter(reservingBytes: 128 * (points.count + 1))
        json.object { json in
            json.array("points", points) { json, point in
                json.object { json in
                    json.string("day", point.day.description)
                    json.integer("asOf", point.index)
                    json.integer("nonconform", point.counts?[.nonconform])
                    json.integer("partlyConform", point.counts?[.partlyConform])
                    json.integer("unknown", point.unknown)
                    json.integer("openTasks", point.openTasks)
                }
            }
        }
        return Response(json: json.bytes)
    }

    // MARK: Controls

    func controlSuggestions(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let library = try await services.controlLibrary.library(as: call.caller)
        var json = JSONWriter(reservingBytes: 131_072)
        json.object { json in
            json.array("suggestions", library.suggestions) { $0.append($1) }
        }
        return Response(json: json.bytes)
    }

    func adoptControls(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["suggestions", "owner", "evenIfSimilar"])
        guard let ids = try body.texts("suggestions") else { throw Failure.invalid("suggestions", "is required") }
        let outcomes = try await services.controlLibrary.adopt(
            ids, owner: try body.id("owner"), evenIfSimilar: try body.bool("evenIfSimilar") ?? false,
            as: call.caller, request: call.id)
        var json = JSONWriter(reservingBytes: 256 * (outcomes.count + 1))
        json.object { json in
            json.array("outcomes", outcomes) { json, outcome in
                json.object { json in
                    json.string("suggestion", outcome.suggestion)
                    switch outcome.result {
                    case .made(let record):
                        json.string("outcome", "made")
                        json.id("control", record.id)
                        json.string("title", record.title)
                    case .already(let id, let title):
                        json.string("outcome", "already")
                        json.id("control", id)
                        json.string("title", title)
                    case .similar(let id, let title, _):
                        json.string("outcome", "similar")
                        json.id("control", id)
                        json.string("title", title)
                    }
                }
            }
        }
        return Response(json: json.bytes)
    }

    func controlDuplicates(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let library = try await services.controlLibrary.library(as: call.caller)
        var json = JSONWriter(reservingBytes: 4_096)
        json.object { json in
            json.bool("complete", library.isEveryPairCompared && library.isEveryControlRead)
            json.array("pairs", library.duplicates.prefix(Self.pairsMax)) { json, pair in
                json.object { json in
                    for (name, control) in [("first", pair.first), ("second", pair.second)] {
                        json.object(name) { json in
                            json.id("id", control.id.raw)
                            json.integer("version", control.version)
                            json.string("code", control.value.code)
                            json.string("title", control.value.title)
                            json.string("status", control.value.status.rawValue)
                        }
                    }
                    json.integer("titlePercent", pair.likeness.titlePercent)
                    json.integer("requirementsPercent", pair.likeness.requirementsPercent)
                    json.bool("sameSuggestion", pair.likeness.isSameTemplate)
                }
            }
        }
        return Response(json: json.bytes)
    }

    /// Pairs in one answer, the likest.
    static let pairsMax = 200

    func mergeControls(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["keep", "drop", "reason"])
        let merge = ControlMerge(
            keep: try body.seen("keep"), drop: try body.seen("drop"),
            reason: try body.string("reason", isRequired: true) ?? "")
        let (kept, moved) = try await services.controlLibrary.merge(merge, as: call.caller, request: call.id)
        var json = JSONWriter()
        json.object { json in
            json.id("id", kept.id)
            json.integer("version", kept.version)
            json.integer("moved", moved)
        }
        return Response(json: json.bytes)
    }
}

extension GapTaskOutcome {
    fileprivate var parts: (word: String, task: UUID?, title: String?) {
        switch result {
        case .made(let record): ("made", record.id, record.title)
        case .alreadyOpen(let id, let title): ("alreadyOpen", id, title)
        case .notOpen: ("notOpen", nil, nil)
        }
    }
}

extension QueryParameters {
    fileprivate func gapFilter() throws -> GapFilter {
        func word<W: RawRepresentable<String>>(_ name: String, _ words: [W]) throws -> W? {
            guard let text = self[name] else { return nil }
            guard let found = words.first(where: { $0.rawValue == text }) else {
                throw Failure.invalid(name, "must be one of \(words.map(\.rawValue).joined(separator: ", "))")
            }
            return found
        }
        var filter = GapFilter()
        filter.framework = self["framework"]
        filter.severity = try word("severity", GapFilter.severities)
        filter.effect = try word("certification", CertificationEffect.allCases)
        filter.area = self["area"]
        filter.owner = try id("owner")
        filter.measure = self["measure"]
        filter.hasTask = try self["hasTask"].map { _ in try bool("hasTask") }
        filter.order = try word("sort", GapFilter.Order.allCases) ?? .effect
        return filter
    }
}

extension JSONBody {
    /// A list of texts; `nil` if it is missing.
    fileprivate func texts(_ name: String) throws -> [String]? {
        switch members[name] {
        case nil, .null: return nil
        case .array(let items):
            return try items.map { item in
                guard case .string(let text) = item else { throw Failure.invalid(name, "must be a list of texts") }
                return text
            }
        default: throw Failure.invalid(name, "must be a list of texts")
        }
    }

    fileprivate func id(_ name: String) throws -> UUID? {
        guard let text = try string(name) else { return nil }
        guard let id = UUID(uuidString: text) else { throw Failure.invalid(name, "must be an id") }
        return id
    }

    fileprivate func day(_ name: String) throws -> Day? {
        guard let text = try string(name) else { return nil }
        guard let day = Day(text) else { throw Failure.invalid(name, "must be a day such as 2027-03-31") }
        return day
    }

    /// A record with the version that the caller saw.
    fileprivate func seen(_ name: String) throws -> SeenRecord {
        guard case .object(let members)? = members[name], members.count == 2,
            case .string(let text)? = members["id"], let id = UUID(uuidString: text),
            case .integer(let version)? = members["version"]
        else { throw Failure.invalid(name, "must have id and version") }
        return SeenRecord(id: id, version: version)
    }
}

// MARK: Writing

extension JSONWriter {
    fileprivate mutating func named(_ name: String, _ ids: [UUID], _ list: GapList) {
        array(name, ids) { json, id in
            json.object { json in
                json.id("id", id)
                json.string("title", list.titles[id] ?? "")
            }
        }
    }

    fileprivate mutating func append(_ gap: Gap, of list: GapList) {
        object { json in
            json.string("key", gap.key)
            json.string("row", gap.row.key)
            json.string("title", gap.row.title)
            json.string("severity", gap.severity.rawValue)
            json.string("certification", gap.effect.rawValue)
            json.id("owner", gap.owner)
            json.string("dueOn", gap.dueOn?.description)
            json.integer("effortDays", list.effortDays(gap))
            json.strings("measures", gap.measures)
            json.named("controls", gap.controls, list)
            json.named("tasks", gap.tasks, list)
            json.array("requirements", gap.requirements) { json, requirement in
                json.object { json in
                    json.id("id", requirement.item.id)
                    json.string("framework", requirement.item.frameworkKey)
                    json.string("reference", requirement.item.reference)
                    json.string("title", requirement.item.title)
                    json.string("shown", requirement.shown.rawValue)
                    json.string("certification", requirement.effect.rawValue)
                    json.strings("areas", requirement.item.areas)
                }
            }
        }
    }

    fileprivate mutating func append(_ measure: Measure, of list: GapList) {
        object { json in
            json.string("suggestion", measure.suggestion.id)
            json.string("title", measure.suggestion.title)
            json.integer("effortDays", measure.suggestion.effortDays)
            json.integer("points", measure.points)
            for severity in GapFilter.severities { json.integer(severity.rawValue, measure.count(severity)) }
            for effect in [CertificationEffect.possibleMajor, .minorAtLeast] {
                json.integer(effect.rawValue, measure.count(effect))
            }
            json.strings("frameworks", measure.frameworks)
            json.array("requirements", measure.requirements) { $0.id(nil, $1.item.id) }
            json.id("control", measure.control)
            json.named("tasks", measure.tasks, list)
        }
    }

    fileprivate mutating func append(_ suggested: SuggestedControl) {
        let suggestion = suggested.suggestion
        object { json in
            json.string("id", suggestion.id)
            json.string("title", suggestion.title)
            json.string("description", suggestion.description)
            json.string("type", suggestion.type.rawValue)
            json.string("frequency", suggestion.frequency.rawValue)
            json.string("procedure", suggestion.procedure)
            json.string("testMethod", suggestion.testMethod)
            json.integer("effortDays", suggestion.effortDays)
            json.id("control", suggested.control?.id.raw)
            json.id("similarControl", suggested.similar?.control.id.raw)
            json.array("serves", suggested.serves.enumerated()) { json, served in
                json.object { json in
                    json.id("id", served.element.id)
                    json.string("framework", served.element.frameworkKey)
                    json.string("reference", served.element.reference)
                    json.string("by", served.offset < suggested.direct ? "catalogue" : "crosswalk")
                }
            }
        }
    }
}

extension RESTRoutes {
    static let gapSchemas: [String: JSONValue] = [
        "GapList": JSONSchema.object([
            "assessment": JSONSchema.reference("AssessmentHead"), "asOf": JSONSchema.nullable(JSONSchema.integer),
            "ledgerSize": count, "rule": JSONSchema.text,
            "counts": JSONSchema.object(
                (GapFilter.severities.map(\.rawValue) + CertificationEffect.allCases.map(\.rawValue)).map {
                    ($0, count)
                }),
            "gaps": JSONSchema.list(JSONSchema.reference("Gap")),
            "measures": JSONSchema.list(JSONSchema.reference("Measure")),
        ]),
        "Gap": JSONSchema.object([
            "key": JSONSchema.text, "row": JSONSchema.text, "title": JSONSchema.text, "severity": severity,
            "certification": effect, "owner": JSONSchema.nullable(JSONSchema.id),
            "dueOn": JSONSchema.nullable(JSONSchema.day), "effortDays": JSONSchema.nullable(count),
            "measures": JSONSchema.texts, "controls": named, "tasks": named,
            "requirements": JSONSchema.list(
                JSONSchema.object([
                    "id": JSONSchema.id, "framework": JSONSchema.text, "reference": JSONSchema.text,
                    "title": JSONSchema.text, "shown": severity, "certification": effect, "areas": JSONSchema.texts,
                ])),
        ]),
        "Measure": JSONSchema.object([
            "suggestion": JSONSchema.text, "title": JSONSchema.text, "effortDays": count, "points": count,
            "nonconform": count, "partlyConform": count, "unknown": count, "possibleMajor": count,
            "minorAtLeast": count, "frameworks": JSONSchema.texts, "requirements": JSONSchema.ids,
            "control": JSONSchema.nullable(JSONSchema.id), "tasks": named,
        ]),
        "GapTasks": JSONSchema.object(
            [
                "gaps": JSONSchema.nullable(JSONSchema.texts), "measures": JSONSchema.nullable(JSONSchema.texts),
                "assignee": JSONSchema.nullable(JSONSchema.id), "dueOn": JSONSchema.nullable(JSONSchema.day),
                "milestone": JSONSchema.nullable(JSONSchema.id),
            ], required: []),
        "GapTasksMade": JSONSchema.object([
            "made": count,
            "outcomes": JSONSchema.list(
                JSONSchema.object([
                    "key": JSONSchema.text, "outcome": JSONSchema.choice(["made", "alreadyOpen", "notOpen"]),
                    "task": JSONSchema.nullable(JSONSchema.id), "title": JSONSchema.nullable(JSONSchema.text),
                ])),
        ]),
        "Burndown": JSONSchema.object([
            "points": JSONSchema.list(
                JSONSchema.object([
                    "day": JSONSchema.day, "asOf": JSONSchema.nullable(count),
                    "nonconform": JSONSchema.nullable(count), "partlyConform": JSONSchema.nullable(count),
                    "unknown": JSONSchema.nullable(count), "openTasks": JSONSchema.nullable(count),
                ]))
        ]),
        "ControlSuggestions": JSONSchema.object([
            "suggestions": JSONSchema.list(
                JSONSchema.object([
                    "id": JSONSchema.text, "title": JSONSchema.text, "description": JSONSchema.text,
                    "type": JSONSchema.choice(Control.Effect.allCases.map(\.rawValue)),
                    "frequency": JSONSchema.choice(Control.Frequency.allCases.map(\.rawValue)),
                    "procedure": JSONSchema.text, "testMethod": JSONSchema.text, "effortDays": count,
                    "control": JSONSchema.nullable(JSONSchema.id),
                    "similarControl": JSONSchema.nullable(JSONSchema.id),
                    "serves": JSONSchema.list(
                        JSONSchema.object([
                            "id": JSONSchema.id, "framework": JSONSchema.text, "reference": JSONSchema.text,
                            "by": JSONSchema.choice(["catalogue", "crosswalk"]),
                        ])),
                ]))
        ]),
        "ControlAdoption": JSONSchema.object(
            [
                "suggestions": JSONSchema.texts, "owner": JSONSchema.nullable(JSONSchema.id),
                "evenIfSimilar": JSONSchema.nullable(JSONSchema.boolean),
            ], required: ["suggestions"]),
        "ControlsAdopted": JSONSchema.object([
            "outcomes": JSONSchema.list(
                JSONSchema.object([
                    "suggestion": JSONSchema.text, "outcome": JSONSchema.choice(["made", "already", "similar"]),
                    "control": JSONSchema.id, "title": JSONSchema.text,
                ]))
        ]),
        "ControlDuplicates": JSONSchema.object([
            "complete": JSONSchema.boolean,
            "pairs": JSONSchema.list(
                JSONSchema.object([
                    "first": control, "second": control, "titlePercent": count, "requirementsPercent": count,
                    "sameSuggestion": JSONSchema.boolean,
                ])),
        ]),
        "ControlMerge": JSONSchema.object(["keep": seen, "drop": seen, "reason": JSONSchema.text]),
        "ControlsMerged": JSONSchema.object(["id": JSONSchema.id, "version": JSONSchema.integer, "moved": count]),
    ]

    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let severity = JSONSchema.choice(GapFilter.severities.map(\.rawValue))
    private static let effect = JSONSchema.choice(CertificationEffect.allCases.map(\.rawValue))
    private static let named = JSONSchema.list(JSONSchema.object(["id": JSONSchema.id, "title": JSONSchema.text]))
    private static let control = JSONSchema.object([
        "id": JSONSchema.id, "version": JSONSchema.integer, "code": JSONSchema.text, "title": JSONSchema.text,
        "status": JSONSchema.choice(Control.Status.allCases.map(\.rawValue)),
    ])
    private static let seen = JSONSchema.object([
        "id": JSONSchema.id,
        "version": ["type": "integer", "minimum": 1, "maximum": .integer(JSONValue.integerMax)],
    ])
}
