// What the tests of the API share: a mounted installation, plain records of any type, short ways to ask.
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RESTAPI
import RecordKit
import Records
import Storage
import Synchronization
import TestKit
import Testing

typealias Member = RouterHarness.Member
typealias Tenant = RouterHarness.Tenant
typealias Reply = RouterHarness.Reply

extension RouterHarness {
    /// An installation with the API alone.
    static func api(
        withCatalogue: Bool = false, schemas: [AnySchema] = Registry.schemas
    ) async throws -> RouterHarness {
        try await RouterHarness(withCatalogue: withCatalogue, schemas: schemas) { services, router in
            RESTRoutes(services: services, schemas: schemas).add(to: router)
        }
    }

    /// One with the catalogue, for tests that leave each other's records alone.
    static let shared = _Concurrency.Task { try await RouterHarness.api(withCatalogue: true) }

    func get(_ path: String, as member: Member) async throws -> Reply {
        try await send(.get, "/api/v1/\(path)", as: member)
    }
    func post(_ path: String, _ json: String, as member: Member, headers: HTTPFields = [:]) async throws -> Reply {
        try await send(.post, "/api/v1/\(path)", as: member, json: json, headers: headers)
    }
    func put(_ path: String, _ json: String, as member: Member, ifMatch tag: String?) async throws -> Reply {
        try await send(.put, "/api/v1/\(path)", as: member, json: json, headers: ifMatch(tag))
    }
    /// An archiving, a restoring or a transition.
    func take(
        _ path: String, as member: Member, ifMatch tag: String?, reason: String? = "because"
    ) async throws -> Reply {
        let body = try reason.map { try JSONValue.object(["reason": .string($0)]).text }
        return try await send(.post, "/api/v1/\(path)", as: member, json: body, headers: ifMatch(tag))
    }
    private func ifMatch(_ tag: String?) -> HTTPFields {
        var headers = HTTPFields()
        if let tag { headers[.ifMatch] = tag }
        return headers
    }
}

extension JSONValue {
    subscript(_ name: String) -> JSONValue {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }
    subscript(_ position: Int) -> JSONValue {
        if case .array(let items) = self, items.indices.contains(position) { items[position] } else { .null }
    }
    var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var int: Int? { if case .integer(let number) = self { number } else { nil } }
    var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
    var text: String { get throws { String(decoding: try canonical(), as: UTF8.self) } }
}

extension Reply {
    /// The names of the fields that a problem document complains about.
    var fields: [String] {
        get throws { try json["errors"].items.compactMap { $0["field"].string } }
    }
}

/// Makes plain valid records of any type, each with texts of its own.
struct Plain {
    private static let serial = Mutex(0)
    /// What references may name, by type; the next one each time.
    var targets: [RecordType: [UUID]] = [:]

    /// Targets of an organisation: its founder, and Annex A's controls where the catalogue is loaded.
    static func plain(_ harness: RouterHarness, _ tenant: Tenant) async throws -> Plain {
        let library = try await harness.services.library.current(for: nil)
        let adoptions = try await harness.store.read {
            try $0.all(FrameworkAdoption.self, in: tenant.id, limit: 100)
        }
        let assessments = try await harness.store.read {
            try $0.all(Assessment.self, in: tenant.id, limit: 100).map(\.id.raw)
        }
        // Something that may be erased as often as a test likes: nobody else names it.
        let task = try await harness.save(try Plain().record(Records.Task.schema.erased), in: tenant.id)
        // Each framework is adopted once.
        let adopted = Set(adoptions.map(\.value.framework.raw))
        let open = library.frameworks.filter { !adopted.contains($0.id) }
        return Plain(targets: [
            Person.type: [tenant.founder.person], Framework.type: open.map(\.id),
            Requirement.type: library.frameworks.flatMap(\.items).filter { $0.kind == .control }.map(\.id),
            FrameworkAdoption.type: adoptions.map(\.id.raw), Assessment.type: assessments, Records.Task.type: [task.id],
        ])
    }

    func values(_ schema: AnySchema, _ overrides: [String: FieldValue] = [:]) -> [FieldValue] {
        let serial = Self.serial.withLock { serial in
            serial += 1
            return serial
        }
        var given = overrides
        if schema.type == Evidence.type {
            given.merge(["kind": .text("link"), "file": .null]) { own, _ in own }
        }
        // A result would need the day on which it was given, which only the assessment's verb sets.
        // Nobody reviews their own section.
        if schema.type == SectionAssignment.type { given.merge(["reviewer": .null]) { own, _ in own } }
        if schema.type == Records.Answer.type { given.merge(["result": .null]) { own, _ in own } }
        // One of the controls of each standard, a pair that no other record has.
        if schema.type == Mapping.type, let items = targets[Requirement.type], items.count > 100 {
            let ends: [String: FieldValue] = [
                "source": .reference(items[serial % 38]), "target": .reference(items[items.count - 1 - serial % 89]),
            ]
            given.merge(ends) { own, _ in own }
        }
        if [ErasureRequest.type, Hold.type].contains(schema.type) {
            let subject = targets[Records.Task.type]?.first ?? .unset
            let about: [String: FieldValue] = [
                "subjectType": .text("task"), "subjectID": .text(subject.lowercased), "scope": .text("record"),
                "fieldNames": .null,
            ]
            given.merge(about) { own, _ in own }
        }
        return schema.fields.map { given[$0.name] ?? value($0, schema, serial) }
    }

    func record(_ schema: AnySchema, _ overrides: [String: FieldValue] = [:]) throws -> ValidRecord {
        try schema.validated(values(schema, overrides))
    }

    private func value(_ field: FieldDescription, _ schema: AnySchema, _ serial: Int) -> FieldValue {
        if field.isDerived { return .null }
        if let lifecycle = schema.lifecycle, lifecycle.field == field.name { return .text(lifecycle.initial) }
        if field.has(.readOnly), !field.isRequired { return .null }
        switch field.kind {
        case .text:
            switch field.name {
            case "email": return .text("p\(serial)@example.org")
            case "timeZone": return .text("Europe/Berlin")
            default: return .text(text(field, serial))
            }
        case .integer:
            for case .range(let range) in field.traits { return .integer(range.lowerBound) }
            return .integer(serial)
        case .decimal: return .decimal(Decimal(serial) / 4)
        case .bool: return .bool(true)
        case .day: return .day(Day(daysSince1970: 20_500))
        case .time: return .time(Instant(millisecondsSince1970: 1_770_000_000_123))
        case .choice(let words): return .text(words[0])
        case .file: return field.isRequired ? .file(SampleRegistry.blankFile) : .null
        case .json: return .json("{\"list\":[1,2,{\"ä\":null}]}")
        case .reference(let type):
            let known = targets[type] ?? []
            // Of its own type only if it must be: a chain of parents proves nothing here.
            guard !known.isEmpty, field.isRequired || type == Person.type else { return .null }
            return .reference(known[serial % known.count])
        case .links: return .links([])
        }
    }

    private func text(_ field: FieldDescription, _ serial: Int) -> String {
        var text = "\(serial) \(field.label)"
        if field.has(.webAddress) { text = "https://example.org/\(serial)" }
        for case .length(let range) in field.traits {
            text = String(text.prefix(range.upperBound))
            text += String(repeating: "x", count: max(0, range.lowerBound - text.count))
        }
        return text
    }

    /// The fields that a caller may send, as a JSON object.
    func body(_ schema: AnySchema, _ overrides: [String: FieldValue] = [:]) throws -> String {
        try Self.body(schema, values(schema, overrides))
    }

    static func body(_ schema: AnySchema, _ values: [FieldValue]) throws -> String {
        var members: [String: JSONValue] = [:]
        for (field, value) in zip(schema.fields, values)
        where field.isWritable && field.name != schema.lifecycle?.field {
            if case .json(let text) = value {
                members[field.name] = try JSONValue.parse(Array(text.utf8))
            } else {
                members[field.name] = value.canonicalJSON
            }
        }
        return try JSONValue.object(members).text
    }
}

extension HTTPField.Name {
    static let idempotencyKey = named("Idempotency-Key")
    static let idempotencyReplayed = named("Idempotency-Replayed")
    static let acceptPatch = named("Accept-Patch")

    private static func named(_ text: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(text)") else { preconditionFailure("\(text) is no name of a header") }
        return name
    }
}
