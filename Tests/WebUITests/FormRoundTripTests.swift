// The law of forms: a form that is sent back as it came changes nothing, for every record type and every kind of field.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import Storage
import TestKit
import Testing
import WebUI

/// The controls of a page's form with the values that a browser would send.
private struct SentForm {
    private(set) var fields: [(String, String)] = []

    init(_ html: String) {
        guard let start = html.range(of: "id=\"f-form\""),
            let end = html.range(of: "</form>", range: start.upperBound..<html.endIndex)
        else { return }
        let form = String(html[start.upperBound..<end.lowerBound])
        let pattern =
            /<(input|textarea|select)((?:[^>"]|"[^"]*")*)>(?:\n?((?:(?!<\/?(?:textarea|select)).)*)<\/(?:textarea|select)>)?/
            .dotMatchesNewlines().matchingSemantics(.unicodeScalar)
        for match in form.matches(of: pattern) {
            var attributes: [String: String] = [:]
            for pair in match.2.matches(of: /\s([a-z\-]+)(?:="([^"]*)")?/.matchingSemantics(.unicodeScalar)) {
                attributes[String(pair.1)] = Self.decoded(String(pair.2 ?? ""))
            }
            guard let name = attributes["name"], attributes["disabled"] == nil else { continue }
            let content = String(match.3 ?? "")
            switch (match.1, attributes["type"]) {
            case ("textarea", _):
                fields.append((name, Self.decoded(content).replacingOccurrences(of: "\n", with: "\r\n")))
            case ("select", _):
                let options = content.matches(
                    of: /<option value="([^"]*)"( selected)?>/.matchingSemantics(.unicodeScalar))
                let chosen = options.first { $0.2 != nil } ?? options.first
                if let chosen { fields.append((name, Self.decoded(String(chosen.1)))) }
            case (_, "radio"), (_, "checkbox"):
                if attributes["checked"] != nil { fields.append((name, attributes["value"] ?? "on")) }
            case (_, "file"): break
            default: fields.append((name, attributes["value"] ?? ""))
            }
        }
    }

    private static func decoded(_ text: String) -> String {
        var text = text
        for (escaped, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
            text = text.replacingOccurrences(of: escaped, with: plain)
        }
        return text
    }
}

@Suite struct FormRoundTripTests {
    private static let schemas = Registry.schemas + SampleRegistry.schemas
    private static let world = _Concurrency.Task { try await WebWorld(schemas: schemas, withCatalogue: true) }

    /// Types whose records a compliance lead edits by the form.
    private static let edited = schemas.filter {
        !$0.isCatalogue && $0.permissions.conditions(for: .update, roles: [.complianceLead, .administrator]) == [.any]
    }

    /// A random record as forms would have made it: texts are trimmed and have one kind of line break.
    private func record(
        _ schema: AnySchema, _ fixtures: inout Fixtures, _ targets: [RecordType: [UUID]]
    ) throws -> ValidRecord? {
        // Some texts have rules that chance does not meet.
        var overrides: [String: FieldValue] = [:]
        if schema.type == Organisation.type { overrides["timeZone"] = .text("Europe/Paris") }
        if schema.type == Person.type { overrides["email"] = .text("p\(fixtures.random.next())@example.org") }
        if [ErasureRequest.type, Hold.type].contains(schema.type) {
            overrides = [
                "subjectType": .text("task"), "subjectID": .text(fixtures.id().lowercased), "scope": .text("record"),
                "fieldNames": .null,
            ]
        }
        let random = fixtures.validRecord(schema, targets: targets, overrides: overrides)
        let values = try zip(schema.fields, random.values).map { field, value -> FieldValue in
            guard case .text(let text) = value, case .text = field.kind, !field.isDerived else { return value }
            return try FieldInput.value(text, for: field)
        }
        do { return try schema.validated(values) } catch { return nil }
    }

    @Test(arguments: edited)
    func aFormSentBackAsItCameChangesNothing(_ schema: AnySchema) async throws {
        let world = try await Self.world.value
        let lead = world.lead
        var fixtures = Fixtures(seed: schema.plural.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        var targets: [RecordType: [UUID]] = [:]
        for other in Self.schemas {
            var filter = ListFilter()
            filter.limit = 5
            targets[other.type] = try await world.services.records.list(other, filter, as: lead.caller).records.map(
                \.id)
        }
        let library = try await world.services.library.current(for: nil)
        targets[Requirement.type] = library.frameworks.flatMap(\.items).filter { $0.kind == .control }.map(\.id)
        if schema.type == Specimen.type {
            let companion = try await world.create(Companion.self, ["name": .text("Beside")], as: lead)
            targets[Companion.type] = [companion.id]
        }
        var sent = 0
        for _ in 0..<40 where sent < 12 {
            guard let valid = try record(schema, &fixtures, targets) else { continue }
            let id = world.services.environment.id()
            let change = lead.caller.change("create", in: world.services.environment)
            do {
                _ = try await world.services.store.write(world.organisation) { transaction in
                    try transaction.save(valid, id: id, over: nil, isArchived: false, by: change)
                }
            } catch StoreError.taken { continue }
            sent += 1
            let path = "/\(schema.plural)/\(id.lowercased)/edit"
            let page = try await world.get(path, as: lead)
            #expect(page.status == 200)
            #expect(PageCheck(page.text).problems == [])
            let answer = try await world.post(path, SentForm(page.text).fields, as: lead)
            #expect(answer.status == 303, "\(answer.text.matches(of: /class="error"[^\0]{0,300}/).map { $0.output })")
            let after = try await world.find(schema, id)
            // What the system fills in on its own is not the form's doing, and happens once.
            for change in schema.changes(from: valid.values, to: after.values) where change.field.isWritable {
                Issue.record("\(change.field.name): \(change.old) became \(change.new)")
            }
            let again = SentForm(try await world.get(path, as: lead).text)
            #expect(try await world.post(path, again.fields, as: lead).status == 303)
            #expect(try await world.find(schema, id).version == after.version)
        }
        #expect(sent > 0)
    }

    @Test func everyKindOfFieldIsFilledInByAForm() async throws {
        let world = try await Self.world.value
        let lead = world.lead
        let companion = try await world.create(Companion.self, ["name": .text("A companion")], as: lead)
        let fields = [
            ("name", "Every kind"), ("code", "EVERY-1"), ("summary", "One\r\nTwo"), ("secret", "hidden"),
            ("website", "https://example.org/"), ("rank", "-3"), ("score", "7"), ("price", "-12.50"), ("cost", "0.1"),
            ("isActive", "true"), ("startedOn", "2026-02-28"), ("dueOn", "2026-03-01"), ("madeAt", "2026-07-01T10:30"),
            ("kind", "plant"), ("grade", "good"), ("settings", "{\"a\": [1, true]}"),
            ("companion", companion.id.lowercased), ("companions", companion.id.lowercased),
        ]
        let answer = try await world.upload(
            "/specimens/new", fields, file: ("document", "a.txt", Array("text".utf8)), as: lead)
        #expect(answer.status == 303)
        guard case .record(_, let id, _) = try #require(answer.location.flatMap { Link($0) }) else { return }
        let record = try await world.find(Specimen.schema.erased, id)
        // The organisation keeps the time of Berlin: two hours before UTC in summer.
        #expect(record["madeAt"].text == "2026-07-01T08:30:00.000Z")
        #expect(record["price"].text == "-12.5" && record["rank"] == .integer(-3))
        #expect(record["isActive"] == .bool(true) && record["isVerified"] == .null)
        #expect(record["summary"] == .text("One\nTwo"))
        #expect(record["companions"] == .links([companion.id]))
        #expect(record["settings"].text == "{\"a\": [1, true]}")
        let page = try await world.get("/specimens/\(id.lowercased)", as: lead)
        #expect(PageCheck(page.text).problems == [])
        #expect(page.text.contains("28 February 2026") && page.text.contains("1 July 2026"))
        #expect(page.text.contains(">Draft<") && page.text.contains("hidden"))
        // A type that no step of the navigation names is found there all the same.
        #expect(page.text.contains("href=\"/specimens\""))
        let wrong = try await world.post(
            "/specimens/\(id.lowercased)/edit",
            [
                ("form.version", "1"), ("name", "Every kind"), ("rank", "three"), ("price", "1,5"),
                ("startedOn", "28.2.2026"), ("madeAt", "noon"), ("website", "example.org"), ("settings", "{"),
                ("companion", "nobody"), ("kind", "mushroom"), ("isActive", "perhaps"),
            ], as: lead)
        #expect(wrong.status == 422)
        for name in [
            "rank", "price", "startedOn", "madeAt", "website", "settings", "companion", "kind", "isActive",
        ] {
            #expect(wrong.text.contains("id=\"f-\(name)-error\""), "\(name)")
        }
    }
}
