// Search, saved views, bulk edit, undo and the event stream: who sees and changes what by them.
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct LiveTests {
    private func control(
        _ code: String, _ title: String, owner: Member? = nil, _ harness: RouterHarness
    ) async throws -> JSONValue {
        let owner = owner.map { ",\"owner\":\"\($0.person.lowercased)\"" } ?? ""
        let reply = try await harness.post(
            "controls", "{\"code\":\"\(code)\",\"title\":\"\(title)\",\"type\":\"preventive\"\(owner)}",
            as: harness.meridian.founder)
        #expect(reply.status == 201, "\(reply.text)")
        return try reply.json
    }
    private func seen(_ records: [JSONValue]) -> String {
        let items = records.map { "{\"id\":\"\($0["id"].string ?? "")\",\"version\":\($0["version"].int ?? 0)}" }
        return "[\(items.joined(separator: ","))]"
    }

    // MARK: Search

    @Test func searchFindsWhatTheCallerMaySeeAndNothingElse() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        _ = try await control("QX-1", "Quokka fence", owner: tenant[.employee], harness)
        _ = try await control("QX-2", "Quokka gate", harness)
        func titles(_ member: Member) async throws -> [String] {
            let json = try await harness.get("search?q=quok", as: member).json
            return json["groups"].items.flatMap { $0["records"].items.compactMap { $0["title"].string } }
        }
        #expect(try await titles(tenant.founder) == ["Quokka fence", "Quokka gate"])
        #expect(try await titles(tenant[.employee]) == ["Quokka fence"])
        #expect(try await titles(harness.hospital.founder) == [])
    }

    @Test func aSingleLetterFindsTitlesThatBeginWithIt() async throws {
        let harness = try await RouterHarness.api()
        _ = try await control("ZX-1", "Étude of zeal", harness)
        _ = try await control("ZX-2", "Zenith with étude", harness)
        let json = try await harness.get("search?q=e", as: harness.meridian.founder).json
        let controls = json["groups"].items.first { $0["type"].string == "control" }
        #expect(controls?["records"].items.compactMap { $0["title"].string } == ["Étude of zeal"])
    }

    @Test func whoSeesAPartFindsTheirOwnBehindManyOfOthers() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        _ = try await control("WX-0", "Wombat den", owner: tenant[.employee], harness)
        for n in 1...(SearchLimit.hitsPerTypeMax + 3) { _ = try await control("WX-\(n)", "Wombat \(n)", harness) }
        let json = try await harness.get("search?q=wombat", as: tenant[.employee]).json
        #expect(json["groups"][0]["records"].items.compactMap { $0["title"].string } == ["Wombat den"])
    }

    @Test func anIdentifierFindsItsRequirementFirst() async throws {
        let harness = try await RouterHarness.shared.value
        let json = try await harness.get("search?q=a.5.15", as: harness.meridian.founder).json
        #expect(json["requirements"][0]["reference"].string == "A.5.15")
        let clause = try await harness.get("search?q=6.1.2", as: harness.meridian.founder).json
        #expect(
            Set(
                clause["requirements"].items.filter { $0["reference"].string == "6.1.2" }.map { $0["framework"].string }
            )
            .isSuperset(of: ["iso42001-2023", "iso27001-2022"]))
    }

    @Test func withoutWordsTheRecordsThatWereChangedLastAreShown() async throws {
        let harness = try await RouterHarness.api()
        let made = try await control("RX-1", "Just made", harness)
        let json = try await harness.get("search", as: harness.meridian.founder).json
        #expect(json["recent"] == .bool(true))
        #expect(json["groups"][0]["records"][0]["id"] == made["id"])
    }

    // MARK: Saved views

    @Test func aViewIsOnesOwnOrTheOrganisations() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        func create(_ name: String, shared: Bool, as member: Member) async throws -> Reply {
            try await harness.post(
                "views",
                "{\"type\":\"control\",\"name\":\"\(name)\",\"query\":\"status=planned\",\"shared\":\(shared)}",
                as: member)
        }
        let own = try await create("Mine", shared: false, as: tenant[.controlOwner])
        #expect(own.status == 201)
        #expect(try await create("Ours", shared: true, as: tenant[.controlOwner]).status == 403)
        let shared = try await create("Ours", shared: true, as: tenant.founder)
        #expect(shared.status == 201)
        #expect(try await create("Mine", shared: false, as: tenant[.controlOwner]).status == 422, "the name is taken")
        func names(_ member: Member) async throws -> [String] {
            try await harness.get("views?type=control", as: member).json["items"].items.compactMap { $0["name"].string }
        }
        #expect(try await names(tenant[.controlOwner]) == ["Mine", "Ours"])
        #expect(try await names(tenant.founder) == ["Ours"])
        #expect(try await names(harness.hospital.founder) == [])
        let id = try shared.json["id"].string ?? ""
        let path = "/api/v1/views/\(id)"
        #expect(try await harness.send(.delete, path, as: tenant[.controlOwner]).status == 403)
        #expect(try await harness.send(.delete, path, as: harness.hospital.founder).status == 404)
        let begun = try await harness.send(.patch, path, as: tenant[.controlOwner], json: "{\"default\":true}")
        #expect(try begun.json["default"] == .bool(true))
        #expect(try await harness.send(.delete, path, as: tenant.founder).status == 204)
        #expect(try await names(tenant.founder) == [])
    }

    @Test(arguments: ["colour=red", "status=%zz", "nonsense"])
    func aViewOfWhatTheListDoesNotKnowIsRefused(_ query: String) async throws {
        let harness = try await RouterHarness.shared.value
        let reply = try await harness.post(
            "views", "{\"type\":\"control\",\"name\":\"x\",\"query\":\"\(query)\"}", as: harness.meridian.founder)
        #expect(reply.status == 422)
        #expect(try reply.fields == ["query"])
    }

    // MARK: Bulk edit

    @Test func aPreviewShowsWhatTheChangeDoesAndChangesNothing() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let controls = [
            try await control("BX-1", "One", harness), try await control("BX-2", "Two", harness),
        ]
        let before = try await harness.get("ledger", as: tenant.founder).json["size"].int ?? 0
        let body =
            "{\"records\":\(seen(controls)),\"set\":{\"frequency\":\"weekly\"},\"reason\":\"a round\",\"preview\":"
        let preview = try await harness.post("controls/bulk-edit", body + "true}", as: tenant.founder)
        #expect(try preview.json["written"] == .bool(false) && preview.json["changed"].int == 2)
        #expect(try await harness.get("ledger", as: tenant.founder).json["size"].int == before)
        let done = try await harness.post("controls/bulk-edit", body + "false}", as: tenant.founder)
        #expect(try done.json["written"] == .bool(true) && done.json["changed"].int == 2)
        #expect(try done.json["rows"].items.map { $0["changes"] } == preview.json["rows"].items.map { $0["changes"] })
        #expect(try await harness.get("ledger", as: tenant.founder).json["size"].int == before + 2)
        let again = try await harness.post(
            "controls/bulk-edit", body + "false}", as: tenant.founder)
        #expect(try again.json["refused"].int == 2, "the versions are no longer those that were seen")
    }

    @Test func eachRowIsCheckedByItselfAndAllOrNothingMeansIt() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let own = try await control("CX-1", "Own", owner: tenant[.controlOwner], harness)
        let other = try await control("CX-2", "Other", harness)
        func edit(allOrNothing: Bool) async throws -> JSONValue {
            try await harness.post(
                "controls/bulk-edit",
                "{\"records\":\(seen([own, other])),\"set\":{\"frequency\":\"daily\"},\"allOrNothing\":\(allOrNothing)}",
                as: tenant[.controlOwner]
            ).json
        }
        let refused = try await edit(allOrNothing: true)
        #expect(refused["written"] == .bool(false))
        #expect(refused["rows"].items.map { $0["outcome"].string } == ["changed", "refused"])
        #expect(refused["rows"][1]["problem"]["status"].int == 403)
        let path = "controls/\(own["id"].string ?? "")"
        #expect(try await harness.get(path, as: tenant.founder).json["version"].int == 1)
        let done = try await edit(allOrNothing: false)
        #expect(done["written"] == .bool(true) && done["changed"].int == 1)
        #expect(try await harness.get(path, as: tenant.founder).json["frequency"].string == "daily")
    }

    @Test(arguments: [
        "{\"records\":[],\"archive\":true}", "{\"archive\":true}",
        "{\"records\":[{\"id\":\"x\",\"version\":1}],\"archive\":true}",
        "{\"records\":[],\"set\":{\"status\":\"planned\"},\"archive\":true}",
    ])
    func whatNamesNoRecordsOrTwoActionsIsRefused(_ body: String) async throws {
        let harness = try await RouterHarness.shared.value
        #expect(try await harness.post("controls/bulk-edit", body, as: harness.meridian.founder).status == 422)
    }

    @Test func aStateIsNotSetButATransitionIsTaken() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let ready = try await control("DX-1", "Ready", owner: tenant[.controlOwner], harness)
        let bare = try await control("DX-2", "Without an owner", harness)
        let set = try await harness.post(
            "controls/bulk-edit", "{\"records\":\(seen([ready])),\"set\":{\"status\":\"retired\"}}", as: tenant.founder)
        #expect(try set.json["refused"].int == 1)
        let taken = try await harness.post(
            "controls/bulk-edit?filter=status:planned", "{\"transition\":\"implement\"}", as: tenant.founder)
        let outcomes = try taken.json["rows"].items.map { ($0["id"], $0["outcome"].string) }
        #expect(outcomes.first { $0.0 == ready["id"] }?.1 == "changed")
        #expect(outcomes.first { $0.0 == bare["id"] }?.1 == "refused")
    }

    // MARK: Undo

    @Test func undoBringsTheFormerValuesBackAsANewRevision() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let controls = [
            try await control("UX-1", "One", harness), try await control("UX-2", "Two", harness),
        ]
        let done = try await harness.post(
            "controls/bulk-edit", "{\"records\":\(seen(controls)),\"set\":{\"frequency\":\"weekly\"}}",
            as: tenant.founder)
        let index = try done.json["ledgerIndex"].int ?? -1
        let body = "{\"ledgerIndex\":\(index)}"
        #expect(try await harness.post("undo", body, as: tenant[.complianceLead]).status == 404, "not their change")
        // One is changed since, by somebody else.
        let path = "controls/\(controls[1]["id"].string ?? "")"
        let changed = try await harness.get(path, as: tenant.founder)
        let touched = try await harness.post(
            "controls/bulk-edit", "{\"records\":\(seen([try changed.json])),\"set\":{\"frequency\":\"daily\"}}",
            as: tenant[.complianceLead])
        #expect(try touched.json["changed"].int == 1)
        let undone = try await harness.post("undo", body, as: tenant.founder)
        #expect(try undone.json["restored"].items.map { $0["id"] } == [controls[0]["id"]])
        #expect(try undone.json["refused"].items.map { $0["id"] } == [controls[1]["id"]])
        let first = "controls/\(controls[0]["id"].string ?? "")"
        let now = try await harness.get(first, as: tenant.founder).json
        #expect(now["frequency"] == .null && now["version"].int == 3)
        let history = try await harness.get("\(first)/history", as: tenant.founder).json["items"]
        #expect(history[0]["reason"].string == "Undo of version 2" && history[0]["action"].string == "undo")
        #expect(try await harness.post("undo", body, as: tenant.founder).status == 409)
    }

    @Test func aTransitionIsNotUndone() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let made = try await control("TX-1", "One", owner: tenant[.controlOwner], harness)
        let taken = try await harness.take(
            "controls/\(made["id"].string ?? "")/transitions/implement", as: tenant.founder, ifMatch: "\"1\"")
        let index = try taken.json["ledgerIndex"].int ?? -1
        #expect(try await harness.post("undo", "{\"ledgerIndex\":\(index)}", as: tenant.founder).status == 409)
    }

    @Test func valuesOfAnOlderVersionComeBack() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let made = try await control("VX-1", "First title", harness)
        let path = "controls/\(made["id"].string ?? "")"
        _ = try await harness.post(
            "controls/bulk-edit", "{\"records\":\(seen([made])),\"set\":{\"title\":\"Second title\"}}",
            as: tenant.founder)
        let reply = try await harness.send(
            .post, "/api/v1/\(path)/restore-values", as: tenant.founder, json: "{\"version\":1}",
            headers: [.ifMatch: "\"2\""])
        #expect(try reply.json["title"].string == "First title" && reply.json["version"].int == 3)
    }

    // MARK: Live changes

    @Test func theStreamTellsWhatTheCallerMaySeeAndEndsWithTheirAccess() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let missed = try await control("LX-1", "Missed", harness)
        let since = (missed["ledgerIndex"].int ?? 0) - 1
        let token = try await harness.token(tenant[.employee], mayWrite: false)
        let hub = harness.store.changes
        async let employee = harness.send(.get, "/api/v1/events?since=\(since)", as: token)
        async let lead = harness.send(
            .get, "/api/v1/events", as: tenant[.complianceLead], headers: Self.lastEvent(since))
        while hub.subscriptionCount < 2 { try await _Concurrency.Task.sleep(for: .milliseconds(5)) }
        let hidden = try await control("LX-2", "Hidden from employees", harness)
        let shown = try await control("LX-3", "Theirs", owner: tenant[.employee], harness)
        // The account's access ends: so does its stream, at the next signal.
        for member in [tenant[.employee], tenant[.complianceLead]] {
            var account = member.account
            account.isDisabled = true
            try await harness.services.accounts.save(account)
        }
        hub.beat()
        let heard = try await (employee.text, lead.text)
        #expect(try await employee.headers[.contentType] == "text/event-stream; charset=utf-8")
        func tells(_ text: String, _ record: JSONValue) -> Bool { text.contains(record["id"].string ?? "?") }
        #expect(tells(heard.0, shown) && !tells(heard.0, hidden) && !tells(heard.0, missed))
        #expect(tells(heard.1, shown) && tells(heard.1, hidden) && tells(heard.1, missed))
        #expect(heard.1.contains("\"personName\":\"Founder of Meridian\""))
        #expect(heard.1.contains("id: \(shown["ledgerIndex"].int ?? -1)\nevent: change\n"))
        #expect(hub.subscriptionCount == 0)
    }

    private static func lastEvent(_ index: Int) throws -> HTTPFields {
        [try #require(HTTPField.Name("Last-Event-ID")): String(index)]
    }
}
