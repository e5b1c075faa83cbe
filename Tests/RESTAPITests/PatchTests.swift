// PATCH: what is named changes, null takes away, all else stays; what only the system sets cannot be named.
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

extension RouterHarness {
    func patch(_ path: String, _ json: String, as member: Member, ifMatch tag: String? = "\"1\"") async throws -> Reply
    {
        var headers: HTTPFields = [.contentType: "application/merge-patch+json"]
        if let tag { headers[.ifMatch] = tag }
        return try await send(.patch, "/api/v1/\(path)", as: member, json: json, headers: headers)
    }
}

@Suite struct PatchTests {
    private func asset(_ harness: RouterHarness) async throws -> (path: String, json: JSONValue) {
        let body = #"{"name":"Ledger","kind":"software","description":"Kept","classification":"internal"}"#
        let made = try await harness.post("assets", body, as: harness.meridian.founder)
        #expect(made.status == 201, "\(made.text)")
        return ("assets/\(try #require(made.json["id"].string))", try made.json)
    }

    @Test func whatIsNamedChangesAndAllElseStays() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let (path, before) = try await asset(harness)
        let changed = try await harness.patch(path, #"{"name":"Books"}"#, as: founder)
        #expect(changed.status == 200 && changed.etag == "\"2\"", "\(changed.text)")
        let after = try changed.json
        #expect(after["name"].string == "Books")
        for field in Asset.schema.erased.fields where field.name != "name" {
            #expect(after[field.name] == before[field.name], "\(field.name)")
        }
        let cleared = try await harness.patch(path, #"{"description":null}"#, as: founder, ifMatch: "\"2\"")
        #expect(try cleared.json["description"] == .null && cleared.etag == "\"3\"")
        // Nothing changes: no version is made.
        let same = try await harness.patch(path, "{}", as: founder, ifMatch: "\"3\"")
        #expect(same.status == 200 && same.etag == "\"3\"")
    }

    @Test func anUnknownARequiredOrABadFieldIsRefused() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let (path, _) = try await asset(harness)
        for (body, fields) in [
            (#"{"colour":1}"#, ["colour"]), (#"{"name":null}"#, ["name"]), (#"{"kind":"spaceship"}"#, ["kind"]),
            (#"{"id":"x","version":1,"name":"ab"}"#, ["id", "version"]),
        ] {
            let refused = try await harness.patch(path, body, as: founder)
            #expect(refused.status == 422, "\(refused.text)")
            #expect(try refused.fields == fields)
        }
        #expect(try await harness.patch(path, "[1]", as: founder).status == 400)
        #expect(try await harness.get(path, as: founder).etag == "\"1\"")
    }

    @Test(arguments: Registry.schemas)
    func whatTheSystemSetsCannotBeNamed(_ schema: AnySchema) async throws {
        let harness = try await RouterHarness.shared.value
        let closed = schema.fields.filter { !$0.isWritable || $0.name == schema.lifecycle?.field }
        for field in closed {
            let body = try JSONValue.object([field.name: .null]).text
            let refused = try await harness.patch(
                "\(schema.plural)/\(UUID().uuidString)", body, as: harness.meridian.founder)
            #expect(refused.status == 422, "\(field.name): \(refused.text)")
            #expect(try refused.fields == [field.name])
        }
    }

    @Test func aPatchNeedsTheVersionAndItsMediaType() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let (path, _) = try await asset(harness)
        #expect(try await harness.patch(path, #"{"name":"ab"}"#, as: founder, ifMatch: nil).status == 428)
        let stale = try await harness.patch(path, #"{"name":"ab"}"#, as: founder, ifMatch: "\"7\"")
        #expect(stale.status == 412)
        #expect(try stale.json["present"]["name"].string == "Ledger" && stale.json["yours"]["name"].string == "ab")
        let plain = try await harness.send(
            .patch, "/api/v1/\(path)", as: founder, json: #"{"name":"ab"}"#, headers: [.ifMatch: "\"1\""])
        #expect(plain.status == 415)
        #expect(plain.headers[.acceptPatch] == "application/merge-patch+json")
        let reader = try await harness.token(founder, mayWrite: false)
        let refused = try await harness.send(
            .patch, "/api/v1/\(path)", as: reader, json: #"{"name":"ab"}"#,
            headers: [.ifMatch: "\"1\"", .contentType: "application/merge-patch+json"])
        #expect(refused.status == 403)
    }

    /// The examples of RFC 7396, appendix A, inside a field that holds a JSON document. A null inside an array stays.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"a":1,"e":null}"#), (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func aPatchReachesIntoADocument(_ old: String, _ patch: String, _ new: String) async throws {
        let harness = try await Self.ownTypes.value
        let tenant = harness.meridian
        let companion = try await harness.save(try Plain().record(Companion.schema.erased), in: tenant.id)
        let plain = Plain(targets: [Companion.type: [companion.id]])
        let saved = try await harness.save(
            try plain.record(Specimen.schema.erased, ["payload": .json(old)]), in: tenant.id)
        let path = "specimens/\(saved.id.lowercased)"
        let changed = try await harness.patch(path, #"{"payload":\#(patch)}"#, as: tenant.founder)
        #expect(changed.status == 200, "\(changed.text)")
        #expect(try changed.json["payload"] == JSONValue.parse(Array(new.utf8)))
        let cleared = try await harness.patch(path, #"{"payload":null}"#, as: tenant.founder, ifMatch: changed.etag)
        #expect(try cleared.json["payload"] == .null)
    }

    @Test func aFixedFieldStaysAndAFilesNameCanBePatchedAlone() async throws {
        let harness = try await Self.ownTypes.value
        let tenant = harness.meridian
        _ = try await harness.services.blobs.put(Data(), for: tenant.id)
        let companion = try await harness.save(try Plain().record(Companion.schema.erased), in: tenant.id)
        let plain = Plain(targets: [Companion.type: [companion.id]])
        let saved = try await harness.save(try plain.record(Specimen.schema.erased), in: tenant.id)
        let path = "specimens/\(saved.id.lowercased)"
        let fixed = try await harness.patch(path, #"{"origin":"elsewhere"}"#, as: tenant.founder)
        #expect(fixed.status == 422)
        #expect(try fixed.fields == ["origin"])
        let named = try await harness.patch(path, #"{"document":{"name":"new.txt"}}"#, as: tenant.founder)
        #expect(try named.json["document"]["name"].string == "new.txt")
        #expect(try named.json["document"]["sha256"].string == SampleRegistry.blankFile.sha256)
    }

    private static let ownTypes = _Concurrency.Task {
        try await RouterHarness.api(schemas: Registry.schemas + SampleRegistry.schemas)
    }
}
