// Creating and replacing: what is good comes back as it was sent, what is bad is named, and nothing is half-written.
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct WritingTests {
    private func ledgerSize(_ harness: RouterHarness) async throws -> Int? {
        try await harness.get("ledger", as: harness.meridian.founder).json["size"].int
    }

    @Test func aCreatedRecordIsWhereItsLocationSays() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let made = try await harness.post("assets", try plain.body(Asset.schema.erased), as: tenant.founder)
        #expect(made.status == 201 && made.etag == "\"1\"")
        let location = try #require(made.headers[.location])
        let got = try await harness.send(.get, location, as: tenant.founder)
        #expect(got.status == 200 && got.body == made.body && got.etag == made.etag)
        let json = try got.json
        #expect(json["version"].int == 1 && json["archived"] == .bool(false))
        #expect(json["createdAt"].string == harness.clock.now.description)
        #expect(json["createdBy"].string == tenant.founder.person.lowercased)
        // Every field is there, null or not, and nothing else.
        #expect(
            Set(json.members.keys)
                == Set(Asset.schema.erased.fields.map(\.name)).union([
                    "id", "version", "archived", "ledgerIndex", "createdAt", "createdBy", "updatedAt", "updatedBy",
                    "erasedAt",
                ]))
        #expect(json["supplier"].string != nil && json["classification"].string == "public")
    }

    @Test(arguments: [
        ("missing", "{\"kind\":\"model\"}", ["name"]),
        ("null", "{\"name\":null}", ["name"]),
        ("blank", "{\"name\":\"  \"}", ["name"]),
        ("too long", "{\"name\":\"\(String(repeating: "ä", count: 201))\"}", ["name"]),
        ("number for text", "{\"name\":7}", ["name"]),
        ("two lines", "{\"name\":\"a\\nb\"}", ["name"]),
        ("NUL", "{\"name\":\"ab\",\"description\":\"a\\u0000b\"}", ["description"]),
        ("unknown choice", "{\"name\":\"ab\",\"kind\":\"spaceship\"}", ["kind"]),
        ("text for bool", "{\"name\":\"ab\",\"personalData\":[]}", ["personalData"]),
        ("broken id", "{\"name\":\"ab\",\"owner\":\"me\"}", ["owner"]),
        ("broken link", "{\"name\":\"ab\",\"dependsOn\":[\"x\"]}", ["dependsOn"]),
        ("link that is no list", "{\"name\":\"ab\",\"dependsOn\":\"x\"}", ["dependsOn"]),
        ("unknown reference", "{\"name\":\"ab\",\"owner\":\"00000000-0000-7000-8000-000000000001\"}", ["owner"]),
        ("unknown link", "{\"name\":\"ab\",\"dependsOn\":[\"00000000-0000-7000-8000-000000000001\"]}", ["dependsOn"]),
        ("unknown field", "{\"name\":\"ab\",\"colour\":\"red\",\"size\":1}", ["colour", "size"]),
        ("the system's member", "{\"name\":\"ab\",\"id\":\"x\",\"version\":3}", ["id", "version"]),
        ("several at once", "{\"kind\":7,\"colour\":1,\"owner\":true}", ["colour", "kind", "owner"]),
    ])
    func whatDoesNotFitIsNamed(_ name: String, _ body: String, _ fields: [String]) async throws {
        let harness = try await RouterHarness.shared.value
        // Nobody else writes here: a refusal leaves no leaf.
        let before = try await count(harness)
        let answer = try await harness.post("assets", body, as: harness.meridian.founder)
        #expect(answer.status == 422, "\(name): \(answer.text)")
        #expect(try answer.fields == fields, "\(name): \(answer.text)")
        #expect(try await count(harness) == before)
    }
    private func count(_ harness: RouterHarness) async throws -> Int {
        let organisation = harness.meridian.id
        return try await harness.store.read { reader in
            try reader.page(
                Query(Asset.schema.erased, where: .equals("kind", .text("model")), archived: .include, limit: 1_000),
                in: organisation, asOf: nil
            ).records.count
        }
    }

    @Test(arguments: [
        ("", "byte 0"), ("{", "byte 1"), ("{\"name\":}", "byte 8"), ("{\"name\":\"a\",}", "byte 12"),
        ("{\"name\":\"a\",\"name\":\"b\"}", "byte 12"), ("{\"name\":\"a\"} x", "byte 13"), ("[1]", "JSON object"),
        ("\"text\"", "JSON object"), ("{\"name\":\"\\uD800\"}", "byte 9"), ("{\"name\":01}", "byte 9"),
        ("{\"name\":1e999}", "byte 8"), ("{'name':1}", "byte 1"), (String(repeating: "[", count: 500), "128"),
        ("\u{FEFF}{}", "byte 0"),
    ])
    func malformedJSONIsRefusedWithItsPlace(_ body: String, _ place: String) async throws {
        let harness = try await RouterHarness.shared.value
        let answer = try await harness.post("assets", body, as: harness.meridian.founder)
        #expect(answer.status == 400, "\(answer.text)")
        #expect(try answer.json["detail"].string?.contains(place) == true, "\(answer.text)")
    }

    @Test func aBodyOfAnotherTypeOrSizeIsRefused() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        for type in [
            "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/json-patch+json",
        ] {
            let answer = try await harness.post(
                "assets", "{\"name\":\"ab\"}", as: founder, headers: [.contentType: type])
            #expect(answer.status == 415, "\(type)")
        }
        let missing = try await harness.send(.post, "/api/v1/assets", as: founder)
        #expect(missing.status == 415)
        let size = try await ledgerSize(harness)
        let big = "{\"name\":\"ab\",\"description\":\"\(String(repeating: "x", count: HTTPLimit.bodyBytesMax))\"}"
        #expect(try await harness.post("assets", big, as: founder).status == 413)
        #expect(try await ledgerSize(harness) == size)
        let good = try await harness.post(
            "assets", "{\"name\":\"ab\"}", as: founder, headers: [.contentType: "application/JSON; charset=utf-8"])
        #expect(good.status == 201)
    }

    @Test(arguments: Fixtures.hostile)
    func hostileTextComesBackAsItWasSent(_ hostile: String) async throws {
        let harness = try await RouterHarness.shared.value
        let founder = harness.meridian.founder
        let sent = String("x\(hostile)x".prefix(200))
        let long = "# \(hostile)\n\n\t\(hostile)."
        let body = try JSONValue.object(["name": .string(sent), "description": .string(long)]).text
        let made = try await harness.post("assets", body, as: founder)
        #expect(made.status == 201, "\(made.text)")
        let path = "assets/\(try #require(try made.json["id"].string))"
        for answer in [made, try await harness.get(path, as: founder)] {
            // Byte by byte: Swift holds texts to be equal that are not the same.
            #expect(try answer.json["name"].string.map { Array($0.utf8) } == Array(sent.utf8))
            #expect(try answer.json["description"].string.map { Array($0.utf8) } == Array(long.utf8))
        }
        let reason = try #require(sent.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        let put = try await harness.send(
            .put, "/api/v1/\(path)", as: founder, json: "{\"name\":\"ab\"}",
            headers: [.ifMatch: made.etag, .reason: reason])
        #expect(put.status == 200)
        let entry = try await harness.get("\(path)/history?limit=1", as: founder).json["items"][0]
        #expect(entry["reason"].string == sent)
        let change = entry["changes"].items.first { $0["field"].string == "name" }
        #expect(change?["from"].string == sent)
    }

    @Test func aDuplicateOfAUniqueValueIsAConflict() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let body = try plain.body(Control.schema.erased, ["code": .text("AC-01")])
        let first = try await harness.post("controls", body, as: tenant.founder)
        #expect(first.status == 201)
        let second = try await harness.post("controls", body, as: tenant.founder)
        #expect(second.status == 409)
        #expect(try second.fields == ["code"])
        #expect(try second.json["type"].string == "urn:concord:problem:conflict")
        // Another organisation may use the same, and so may this one once the first is archived.
        let theirs = try await Plain.plain(harness, harness.hospital)
        let other = try theirs.body(Control.schema.erased, ["code": .text("AC-01")])
        #expect(try await harness.post("controls", other, as: harness.hospital.founder).status == 201)
        let path = "controls/\(try #require(try first.json["id"].string))"
        #expect(try await harness.take("\(path)/archive", as: tenant.founder, ifMatch: "\"1\"").status == 200)
        #expect(try await harness.post("controls", body, as: tenant.founder).status == 201)
    }

    // MARK: Versions

    @Test func aChangeNeedsTheVersionThatWasSeen() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let schema = Control.schema.erased
        let made = try await harness.post("controls", try plain.body(schema), as: tenant.founder)
        let path = "controls/\(try #require(try made.json["id"].string))"
        let body = try plain.body(schema)
        for (tag, status) in [
            (nil, 428), ("*", 400), ("1", 400), ("W/\"1\"", 400), ("\"1\", \"2\"", 400), ("\"\"", 400),
        ] {
            #expect(try await harness.put(path, body, as: tenant.founder, ifMatch: tag).status == status)
            #expect(try await harness.take("\(path)/archive", as: tenant.founder, ifMatch: tag).status == status)
            #expect(
                try await harness.take("\(path)/transitions/retire", as: tenant.founder, ifMatch: tag).status == status)
        }
        #expect(try await harness.get(path, as: tenant.founder).etag == "\"1\"")
    }

    @Test func aStaleEditIsRefusedWithBothVersions() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let schema = Control.schema.erased
        let made = try await harness.post("controls", try plain.body(schema), as: tenant.founder)
        let path = "controls/\(try #require(try made.json["id"].string))"
        let theirs = try plain.body(schema, ["title": .text("Theirs")])
        let mine = try plain.body(schema, ["title": .text("Mine")])
        #expect(try await harness.put(path, theirs, as: tenant[.complianceLead], ifMatch: "\"1\"").status == 200)
        let refused = try await harness.put(path, mine, as: tenant.founder, ifMatch: "\"1\"")
        #expect(refused.status == 412)
        let json = try refused.json
        #expect(json["type"].string == "urn:concord:problem:conflict")
        #expect(json["present"]["title"].string == "Theirs" && json["present"]["version"].int == 2)
        #expect(json["yours"]["title"].string == "Mine")
        #expect(Set(json["yours"].members.keys) == Set(schema.fields.map(\.name)))
        for verb in ["archive", "restore", "transitions/retire"] {
            let answer = try await harness.take("\(path)/\(verb)", as: tenant.founder, ifMatch: "\"1\"")
            #expect(answer.status == 412, "\(verb)")
            #expect(try answer.json["present"]["version"].int == 2)
        }
        #expect(try await harness.get(path, as: tenant.founder).json["title"].string == "Theirs")
    }

    @Test func whatAGetShowedMayBeSentBackWithOneChange() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        for schema in [Control.schema.erased, RoleAssignment.schema.erased, Task.schema.erased] {
            let made = try await harness.post(schema.plural, try plain.body(schema), as: tenant.founder)
            #expect(made.status == 201, "\(made.text)")
            let path = "\(schema.plural)/\(try #require(try made.json["id"].string))"
            let same = try await harness.put(path, made.text, as: tenant.founder, ifMatch: made.etag)
            #expect(same.status == 200 && same.etag == "\"1\"", "nothing changed, and no revision was made")
            for (member, value) in [("id", "\"x\""), ("archived", "true"), ("version", "9"), ("createdBy", "null")] {
                var members = try made.json.members
                members[member] = try JSONValue.parse(Array(value.utf8))
                let body = try JSONValue.object(members).text
                let answer = try await harness.put(path, body, as: tenant.founder, ifMatch: made.etag)
                #expect(answer.status == 422, "\(member)")
                #expect(try answer.fields == [member])
            }
        }
    }

    @Test func whatAReplacementLeavesOutBecomesBlank() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let made = try await harness.post("assets", try plain.body(Asset.schema.erased), as: tenant.founder)
        #expect(try made.json["supplier"] != .null)
        let path = "assets/\(try #require(try made.json["id"].string))"
        let put = try await harness.put(path, "{\"name\":\"Only this\"}", as: tenant.founder, ifMatch: made.etag)
        #expect(put.status == 200)
        #expect(try put.json["supplier"] == .null && put.json["personalData"] == .bool(false))
        #expect(try put.json["status"].string == "planned")
    }

    @Test func anArchivedRecordIsRestoredBeforeItIsChanged() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let schema = Asset.schema.erased
        let record = try await harness.save(try plain.record(schema), in: tenant.id)
        let path = "assets/\(record.id.lowercased)"
        let archived = try await harness.take("\(path)/archive", as: tenant.founder, ifMatch: "\"1\"", reason: "sold")
        #expect(archived.etag == "\"2\"")
        #expect(try await harness.put(path, try plain.body(schema), as: tenant.founder, ifMatch: "\"2\"").status == 409)
        let take = try await harness.take("\(path)/transitions/commission", as: tenant.founder, ifMatch: "\"2\"")
        #expect(take.status == 409)
        #expect(try await harness.get("\(path)/transitions", as: tenant.founder).json["items"].items.isEmpty)
        let history = try await harness.get("\(path)/history?limit=1", as: tenant.founder).json["items"][0]
        #expect(history["reason"].string == "sold" && history["action"].string == "archive")
        // Without a body there is no reason.
        let restored = try await harness.take("\(path)/restore", as: tenant.founder, ifMatch: "\"2\"", reason: nil)
        #expect(restored.status == 200 && restored.etag == "\"3\"")
    }

    @Test(arguments: ["{\"reason\":7}", "{\"why\":\"x\"}", "[]"])
    func aReasonIsTextAndNothingElse(_ body: String) async throws {
        let harness = try await RouterHarness.shared.value
        let founder = harness.meridian.founder
        let record = try await harness.save(
            try Plain().record(Asset.schema.erased), in: harness.meridian.id)
        for verb in ["archive", "transitions/retire"] {
            let answer = try await harness.send(
                .post, "/api/v1/assets/\(record.id.lowercased)/\(verb)", as: founder, json: body,
                headers: [.ifMatch: "\"1\""])
            #expect(answer.status == (body == "[]" ? 400 : 422))
        }
    }

    @Test func aReasonHasItsLimits() async throws {
        let harness = try await RouterHarness.shared.value
        let founder = harness.meridian.founder
        let broken = try await harness.post("assets", "{\"name\":\"ab\"}", as: founder, headers: [.reason: "%ZZ"])
        #expect(broken.status == 400)
        let long = try await harness.post(
            "assets", "{\"name\":\"ab\"}", as: founder, headers: [.reason: String(repeating: "a", count: 2_001)])
        #expect(long.status == 422)
        #expect(try long.fields == ["reason"])
    }

    // MARK: Lifecycle doors

    @Test(arguments: Registry.schemas.filter { $0.lifecycle != nil }.map(\.plural))
    func aStateIsChangedByItsTransitionAlone(_ plural: String) async throws {
        let harness = try await RouterHarness.shared.value
        let tenant = harness.meridian
        let schema = try #require(Registry.schema(plural: plural))
        let lifecycle = try #require(schema.lifecycle)
        let plain = try await Plain.plain(harness, tenant)
        guard case .choice(let states)? = schema.field(lifecycle.field)?.kind else {
            Issue.record("\(plural): a state is a word")
            return
        }
        func body(state: String, _ values: [FieldValue]) throws -> String {
            var members = try JSONValue.parse(Array(try Plain.body(schema, values).utf8)).members
            members[lifecycle.field] = .string(state)
            return try JSONValue.object(members).text
        }
        let record = try await harness.save(
            try plain.record(schema, ["framework": .reference(try otherFramework(harness, plain))]), in: tenant.id)
        let path = "\(plural)/\(record.id.lowercased)"
        // What verbs alone make or change has no such door at all.
        func isClosed(_ action: Action) -> Bool {
            schema.permissions.conditions(for: action, roles: tenant.founder.roles).isEmpty
        }
        for state in states where state != lifecycle.initial {
            for (action, answer) in [
                (
                    .create,
                    try await harness.post(plural, try body(state: state, plain.values(schema)), as: tenant.founder)
                ),
                (
                    .update,
                    try await harness.put(
                        path, try body(state: state, record.values), as: tenant.founder, ifMatch: "\"1\"")
                ),
            ] as [(Action, RouterHarness.Reply)] {
                #expect(answer.status == (isClosed(action) ? 403 : 422), "\(state): \(answer.text)")
                if !isClosed(action) { #expect(try answer.fields == [lifecycle.field]) }
            }
        }
        // From where it is not possible, it is not possible.
        for transition in lifecycle.transitions where !transition.from.contains(lifecycle.initial) {
            let lead = tenant.people.first { !transition.roles.isDisjoint(with: $0.roles) }
            let answer = try await harness.take(
                "\(path)/transitions/\(transition.name)", as: try #require(lead), ifMatch: "\"1\"")
            #expect(answer.status == 409, "\(transition.name): \(answer.text)")
        }
        let unknown = try await harness.take("\(path)/transitions/nothing", as: tenant.founder, ifMatch: "\"1\"")
        #expect(unknown.status == 404)
        // What transitions stamp is not for callers either.
        for field in schema.fields where field.has(.readOnly) && field.name != lifecycle.field {
            var members = try JSONValue.parse(Array(try Plain.body(schema, record.values).utf8)).members
            members[field.name] = try other(than: record[field.name], field, tenant)
            let answer = try await harness.put(
                path, try JSONValue.object(members).text, as: tenant.founder, ifMatch: "\"1\"")
            #expect(answer.status == (isClosed(.update) ? 403 : 422), "\(field.name): \(answer.text)")
            if !isClosed(.update) { #expect(try answer.fields == [field.name]) }
        }
        #expect(try await harness.get(path, as: tenant.founder).etag == "\"1\"")
        try await harness.save(
            try schema.validated(record.values), in: tenant.id, id: record.id, over: 1, isArchived: true)
    }

    private func otherFramework(_ harness: RouterHarness, _ plain: Plain) throws -> UUID {
        try #require(plain.targets[Framework.type]?.first)
    }
    private func other(than value: FieldValue, _ field: FieldDescription, _ tenant: Tenant) throws -> JSONValue {
        switch field.kind {
        case .day: .string("2026-01-01")
        case .reference: .string(tenant[.employee].person.lowercased)
        case .text: .string("something else")
        case .integer: .integer(7)
        case .json: .object(["other": .array([.string("thing")])])
        case .file:
            .object([
                "sha256": .string(String(repeating: "0", count: 64)), "name": .string("a.txt"),
                "mediaType": .string("text/plain"), "bytes": .integer(1),
            ])
        default: throw Problem(field.name, "a test knows no other value of this kind")
        }
    }

    @Test func transitionsAskForTheirReasonAndFields() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let record = try await harness.save(
            try plain.record(Asset.schema.erased, ["owner": .null]), in: tenant.id)
        let path = "assets/\(record.id.lowercased)"
        let unowned = try await harness.take("\(path)/transitions/commission", as: tenant.founder, ifMatch: "\"1\"")
        #expect(unowned.status == 422)
        #expect(try unowned.fields == ["owner"])
        let mute = try await harness.take(
            "\(path)/transitions/retire", as: tenant.founder, ifMatch: "\"1\"", reason: nil)
        #expect(mute.status == 422)
        #expect(try mute.fields == ["reason"])
    }

    @Test func nobodyReviewsTheirOwnEvidence() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        let made = try await harness.post(
            "evidence", try plain.body(Evidence.schema.erased), as: tenant[.complianceLead])
        #expect(made.status == 201, "\(made.text)")
        let path = "evidence/\(try #require(try made.json["id"].string))/transitions/review"
        let own = try await harness.take(path, as: tenant[.complianceLead], ifMatch: "\"1\"")
        #expect(own.status == 403)
        let other = try await harness.take(path, as: tenant[.internalAuditor], ifMatch: "\"1\"")
        #expect(other.status == 200, "\(other.text)")
        #expect(try other.json["reviewedBy"].string == tenant[.internalAuditor].person.lowercased)
        #expect(try other.json["reviewedOn"].string == "2026-03-10")
    }

    @Test func aRecordNamesOnlyAFileThatIsKept() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let bytes = Data("what was seen".utf8)
        let sha256 = try await harness.services.blobs.put(bytes, for: harness.meridian.id)
        func body(_ sha256: String, _ count: Int) -> String {
            """
            {"title":"Seen","kind":"file","periodFrom":"2026-01-01","periodTo":"2026-01-31",
            "file":{"sha256":"\(sha256)","name":"seen.txt","mediaType":"text/plain","bytes":\(count)}}
            """
        }
        let good = try await harness.post("evidence", body(sha256, bytes.count), as: founder)
        #expect(good.status == 201, "\(good.text)")
        #expect(try good.json["file"]["sha256"].string == sha256 && good.json["file"]["bytes"].int == bytes.count)
        for (digest, count) in [(String(repeating: "a", count: 64), bytes.count), (sha256, 1), ("short", 1)] {
            let answer = try await harness.post("evidence", body(digest, count), as: founder)
            #expect(answer.status == 422)
            #expect(try answer.fields == ["file"])
        }
    }
}
