// A record type of the tests' own, with every kind of field, is served without another line.
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

/// Whom everybody may move on, but whose inside only few may see.
private struct Sealed: Record {
    enum Status: String, Choice { case shut, opened }
    var name = ""
    var inside: String?
    var status = Status.shut

    static let type: RecordType = "sealed"
    static let schema = Schema<Sealed>(
        plural: "sealeds", title: "name", help: "A thing with something inside.",
        permissions: Permissions(.allowAll(.read), .allow(.create, .update, .archive, to: [.complianceLead])),
        lifecycle: Lifecycle(
            "status", initial: Status.shut,
            [Transition("open", from: [Status.shut], to: .opened, by: Role.allCases)])
    ) {
        Section("Sealed") {
            Field(\.name, "name", .listed)
            Field(\.inside, "inside", .sensitive)
            Field(\.status, "status", .readOnly)
        }
    }
}

@Suite struct OwnTypeTests {
    private struct Setting {
        let harness: RouterHarness
        let companion: UUID
        let plain: Plain
        var tenant: Tenant { harness.meridian }
    }

    private func setting() async throws -> Setting {
        let harness = try await RouterHarness.api(schemas: Registry.schemas + SampleRegistry.schemas)
        _ = try await harness.services.blobs.put(Data(), for: harness.meridian.id)
        let companion = try await harness.save(try Plain().record(Companion.schema.erased), in: harness.meridian.id)
        return Setting(
            harness: harness, companion: companion.id, plain: Plain(targets: [Companion.type: [companion.id]]))
    }

    @Test func everyKindOfFieldComesBackAsItWasSent() async throws {
        let setting = try await setting()
        let schema = Specimen.schema.erased
        let first = try await setting.harness.save(try setting.plain.record(schema), in: setting.tenant.id)
        let body = try setting.plain.body(
            schema,
            [
                "rank": .integer(3), "score": .integer(7), "price": .decimal(Decimal(1_234_567_891) / 100),
                "cost": .decimal(-1), "isVerified": .null, "payload": .json("[{\"a\":1.5},\"\\u0007\"]"),
                "parent": .reference(first.id), "related": .links([first.id]),
                "dueOn": .day(Day(daysSince1970: 20_501)),
            ])
        let made = try await setting.harness.post("specimens", body, as: setting.tenant.founder)
        #expect(made.status == 201, "\(made.text)")
        let sent = try JSONValue.parse(Array(body.utf8)).members
        let got = try await setting.harness.get(
            "specimens/\(try #require(try made.json["id"].string))", as: setting.tenant.founder
        ).json.members
        for (name, value) in sent { #expect(got[name] == value, "\(name)") }
        #expect(got["price"] == .string("12345678.91") && got["dueOn"] == .string("2026-02-17"))
        #expect(got["seenAt"] == .string("2026-02-02T02:40:00.123Z"))
        #expect(got["weight"] == .integer(21), "worked out from two others")
        #expect(got["related"] == .array([.string(first.id.lowercased)]))
        #expect(got["status"] == .string("draft") && got["approvedOn"] == .null)
    }

    @Test(arguments: [
        ("rank", "1001"), ("rank", "1.5"), ("score", "\"many\""), ("price", "1.5"), ("price", "\"1,5\""),
        ("cost", "true"),
        ("isActive", "\"maybe\""), ("startedOn", "\"2026-02-30\""), ("startedOn", "20260101"), ("madeAt", "\"today\""),
        ("grade", "\"best\""), ("grade", "3"), ("document", "\"name\""), ("document", "{\"sha256\":\"00\"}"),
        ("parent", "\"1\""), ("parent", "[]"), ("related", "[1]"), ("website", "\"javascript:alert(1)\""),
        ("weight", "9"), ("approvedOn", "\"2026-01-01\""), ("status", "\"approved\""), ("dueOn", "\"2000-01-01\""),
    ])
    func aValueOfTheWrongKindIsNamed(_ field: String, _ value: String) async throws {
        let setting = try await Self.shared.value
        var members = try JSONValue.parse(Array(try setting.plain.body(Specimen.schema.erased).utf8)).members
        members[field] = try JSONValue.parse(Array(value.utf8))
        let answer = try await setting.harness.post(
            "specimens", try JSONValue.object(members).text, as: setting.tenant.founder)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(try answer.fields == [field], "\(answer.text)")
    }
    private static let shared = _Concurrency.Task { try await OwnTypeTests().setting() }

    @Test func aSensitiveFieldIsShownToThoseWhoMayChangeIt() async throws {
        let setting = try await setting()
        let tenant = setting.tenant
        let schema = Specimen.schema.erased
        let record = try await setting.harness.save(
            try setting.plain.record(schema, ["secret": .text("the secret")]), in: tenant.id,
            by: tenant[.employee].person)
        let path = "specimens/\(record.id.lowercased)"
        let founder = try await setting.harness.get(path, as: tenant.founder)
        #expect(try founder.json["secret"].string == "the secret")
        for part in ["", "/history"] {
            // The employee reads what they created, and may not update it.
            let answer = try await setting.harness.get(path + part, as: tenant[.employee])
            #expect(answer.status == 200)
            #expect(!answer.text.contains("the secret"), "\(part)")
        }
        let list = try await setting.harness.get("specimens", as: tenant[.employee])
        #expect(list.text.contains(record.id.lowercased) && !list.text.contains("the secret"))
        #expect(try await setting.harness.get("specimens?filter=secret:x", as: tenant.founder).status == 422)
        #expect(try await setting.harness.get("specimens?q=secret", as: tenant.founder).json["items"].items.isEmpty)
    }

    @Test func whoeverTakesATransitionSeesNoMoreThanBefore() async throws {
        let harness = try await RouterHarness.api(schemas: Registry.schemas + [Sealed.schema.erased])
        let tenant = harness.meridian
        let body = "{\"name\":\"Box\",\"inside\":\"the secret\"}"
        let made = try await harness.post("sealeds", body, as: tenant[.complianceLead])
        #expect(try made.json["inside"].string == "the secret")
        let path = "sealeds/\(try #require(try made.json["id"].string))"
        let put = try await harness.put(
            path, "{\"name\":\"Case\",\"inside\":\"the secret\"}", as: tenant[.complianceLead], ifMatch: "\"1\"")
        #expect(put.status == 200)
        let late = try await harness.take("\(path)/transitions/open", as: tenant[.employee], ifMatch: "\"1\"")
        #expect(late.status == 412)
        #expect(try late.json["present"]["name"].string == "Case" && late.json["present"]["inside"] == .null)
        let taken = try await harness.take("\(path)/transitions/open", as: tenant[.employee], ifMatch: "\"2\"")
        #expect(taken.status == 200)
        #expect(try taken.json["inside"] == .null && taken.json["status"].string == "opened")
        for reply in [late, taken] { #expect(!reply.text.contains("the secret")) }
    }

    @Test func separationOfDutiesHoldsOverTheWholeLifecycle() async throws {
        let setting = try await setting()
        let (harness, tenant) = (setting.harness, setting.tenant)
        let body = try setting.plain.body(Specimen.schema.erased, ["score": .null])
        let made = try await harness.post("specimens", body, as: tenant[.complianceLead])
        let path = "specimens/\(try #require(try made.json["id"].string))"
        let submit = "\(path)/transitions/submit"
        let approve = "\(path)/transitions/approve"
        #expect(try await harness.take(submit, as: tenant[.complianceLead], ifMatch: "\"1\"").etag == "\"2\"")
        // The author, and whoever submitted it, may not approve it.
        #expect(try await harness.take(approve, as: tenant[.complianceLead], ifMatch: "\"2\"").status == 403)
        let unfilled = try await harness.take(approve, as: tenant.founder, ifMatch: "\"2\"")
        #expect(unfilled.status == 422)
        #expect(try unfilled.fields == ["score"])
        var members = try await harness.get(path, as: tenant.founder).json.members
        members["score"] = .integer(4)
        // Editing makes an author.
        let edited = try await harness.put(
            path, try JSONValue.object(members).text, as: tenant[.administrator], ifMatch: "\"2\"")
        #expect(edited.status == 200, "\(edited.text)")
        let approved = try await harness.take(approve, as: tenant.founder, ifMatch: "\"3\"")
        #expect(approved.status == 200, "\(approved.text)")
        #expect(try approved.json["status"].string == "approved")
        #expect(try approved.json["approvedOn"].string == "2026-03-10")
        // The last step needs other records to decide: no service has it, so nobody takes it.
        let withdrawn = try await harness.take("\(path)/transitions/withdraw", as: tenant.founder, ifMatch: "\"4\"")
        #expect(try withdrawn.json["approvedOn"] == .null)
        #expect(
            try await harness.take("\(path)/transitions/reopen", as: tenant.founder, ifMatch: "\"5\"").status == 403)
    }
}
