// The integrated assessment over REST, on the real standards.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

private let ai = "iso42001-2023"
private let security = "iso27001-2022"

@Suite(.serialized) struct AssessmentTests {
    /// An installation of these tests alone: they count.
    private static let installation = _Concurrency.Task { try await RouterHarness.api(withCatalogue: true) }

    private struct Setting {
        let harness: RouterHarness
        let id: String
        var tenant: Tenant { harness.meridian }

        func view(_ query: String = "") async throws -> JSONValue {
            let answer = try await harness.get("assessments/\(id)/rows\(query)", as: tenant.founder)
            #expect(answer.status == 200, "\(answer.text)")
            return try answer.json
        }
        func answer(_ key: String, _ body: String, as member: Member? = nil) async throws -> Reply {
            let segment = key.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? key
            return try await harness.put(
                "assessments/\(id)/rows/\(segment)", body, as: member ?? tenant.founder, ifMatch: nil)
        }
    }

    private func setting() async throws -> Setting {
        let harness = try await Self.installation.value
        let latest = try await harness.services.assessments.latest(as: .system(organisation: harness.meridian.id))
        return Setting(harness: harness, id: try #require(latest).lowercased)
    }

    /// A row that fits, and that nobody has answered.
    private func open(
        _ setting: Setting, _ sharing: String, kind: String = "clause"
    ) async throws -> (key: String, row: JSONValue) {
        let row = try await setting.view()["rows"].items.first { row in
            row["sharing"].string == sharing && row["parts"][0]["kind"].string == kind
                && row["parts"].items.allSatisfy { $0["answer"] == .null && $0["applicability"] == .null }
        }
        let found = try #require(row)
        return (try #require(found["key"].string), found)
    }

    @Test func everyPartHasItsAreasAndThePostureIsCountedByArea() async throws {
        let setting = try await setting()
        let parts = try await setting.view()["rows"].items.flatMap { $0["parts"].items }
        #expect(parts.allSatisfy { !$0["areas"].items.isEmpty })
        let screening = try #require(parts.first { $0["reference"].string == "A.6.1" })
        #expect(screening["areas"].items.compactMap(\.string) == ["people"])
        let posture = try await setting.harness.get("posture", as: setting.tenant.founder).json
        let areas = posture["areas"].items
        #expect(areas.count == 10)
        for area in areas {
            let own = parts.filter { $0["areas"].items.contains { $0 == area["id"] } }.count
            #expect(area["counts"]["total"] == .integer(own) && own > 0)
        }
    }

    @Test func thePathIsReadAndItsOpenItemsBecomeTasksOnce() async throws {
        let (harness, path) = (try await Self.installation.value, "paths/iso27001-to-42001")
        let tenant = harness.hospital
        let found = try await harness.get(path, as: tenant.founder).json
        #expect(found["additions"].items.count == 54)
        let gaps = found["gaps"].items
        #expect(gaps.count == 70 && gaps.allSatisfy { $0["hasOpenTask"] == .bool(false) })
        let id = try #require(gaps[0]["requirement"].string)
        let body = "{\"requirements\": [\"\(id)\"], \"dueOn\": \"2090-01-31\"}"
        #expect(try await harness.post("\(path)/tasks", body, as: tenant.founder).json["made"] == .integer(1))
        #expect(try await harness.post("\(path)/tasks", body, as: tenant.founder).json["made"] == .integer(0))
        let bad = [
            "{}", "{\"requirements\": []}", "{\"requirements\": [\"\(tenant.id.lowercased)\"]}",
            "{\"requirements\": [\"\(id)\"], \"dueOn\": \"2000-01-01\"}",
            "{\"requirements\": [\"\(id)\"], \"dueOn\": 5}", "{\"requirements\": \"x\"}", "{\"others\": 1}",
        ]
        for body in bad {
            let answer = try await harness.post("\(path)/tasks", body, as: tenant.founder)
            #expect(answer.status == 422, "\(body): \(answer.text)")
        }
        #expect(try await harness.post("\(path)/tasks", body, as: tenant[.externalAuditor]).status == 403)
    }

    @Test func theRowsAreThoseOfBothStandards() async throws {
        let view = try await setting().view()
        let rows = view["rows"].items
        #expect(rows.count == 163)
        #expect(rows.filter { $0["parts"].items.count == 2 }.count == 30)
        #expect(rows.filter { $0["sharing"].string == "equal" }.count == 16)
        #expect(rows.filter { $0["sharing"].string == "shared" }.count == 14)
        #expect(view["total"]["total"].int == 193)
        #expect(view["frameworks"].items.compactMap { $0["key"].string } == [ai, security])
        #expect(view["workSaved"]["sharePart"].int == 14)
        let parts = rows.flatMap { $0["parts"].items }
        #expect(parts.allSatisfy { $0["questions"].items.isEmpty == false })
        #expect(view["sections"].items.allSatisfy { !$0["rows"].items.isEmpty })
    }

    @Test func oneAnswerFillsBothStandards() async throws {
        let setting = try await setting()
        let (key, row) = try await open(setting, "equal")
        #expect(row["isOneAnswer"] == .bool(true) && row["mayAnswer"] == .bool(true))
        #expect(row["versions"].members == [ai: .integer(0), security: .integer(0)])
        let before = try await setting.view()
        let answer = try await setting.answer(
            key,
            """
            {"result":"partlyConform","maturity":2,"note":"half <b>done</b>","dueOn":"2026-06-30",
            "owner":"\(setting.tenant[.controlOwner].person.lowercased)","versions":{"\(ai)":0,"\(security)":0}}
            """)
        #expect(answer.status == 200, "\(answer.text)")
        let json = try answer.json
        #expect(json["row"]["versions"].members == [ai: .integer(1), security: .integer(1)])
        for part in json["row"]["parts"].items {
            #expect(part["assessed"].string == "partlyConform" && part["shown"].string == "partlyConform")
            #expect(part["answer"]["maturity"].int == 2 && part["answer"]["note"].string == "half <b>done</b>")
            #expect(part["answer"]["dueOn"].string == "2026-06-30")
            #expect(part["answer"]["answeredBy"].string == setting.tenant.founder.person.lowercased)
        }
        let moved = try #require(before["total"]["partlyConform"].int) + 2
        #expect(json["total"]["partlyConform"].int == moved)
        let posture = try await setting.harness.get("posture?assessment=\(setting.id)", as: setting.tenant.founder).json
        #expect(posture["total"] == json["total"])
        #expect(posture["formula"].string?.contains("lowered") == true)
        // The row's owner may answer it, too; the rest is not theirs.
        let owner = setting.tenant[.controlOwner]
        let cleared = try await setting.answer(
            key, "{\"note\":null,\"maturity\":null,\"versions\":{\"\(ai)\":1,\"\(security)\":1}}", as: owner)
        #expect(cleared.status == 200, "\(cleared.text)")
        let part = try cleared.json["row"]["parts"][0]
        #expect(part["answer"]["note"] == .null && part["answer"]["maturity"] == .null)
        #expect(part["answer"]["result"].string == "partlyConform", "what is not said stays")
        let other = try await open(setting, "equal")
        let refused = try await setting.answer(other.key, "{\"result\":\"conform\",\"versions\":{}}", as: owner)
        #expect(refused.status == 403)
    }

    @Test func aRowIsSplitBeforeItsStandardsDiffer() async throws {
        let setting = try await setting()
        let (key, _) = try await open(setting, "equal")
        let one = "{\"part\":\"\(ai)\",\"result\":\"nonconform\",\"versions\":{\"\(ai)\":0,\"\(security)\":0}}"
        let early = try await setting.answer(key, one)
        #expect(early.status == 422)
        #expect(try early.fields == ["part"])
        let split = try await setting.answer(
            key,
            "{\"part\":\"\(ai)\",\"result\":\"nonconform\",\"isSeparate\":true,\"versions\":{\"\(ai)\":0,\"\(security)\":0}}"
        )
        #expect(split.status == 200, "\(split.text)")
        let row = try split.json["row"]
        #expect(row["isSplit"] == .bool(true) && row["isOneAnswer"] == .bool(false))
        let parts = row["parts"].items
        #expect(parts.first { $0["framework"].string == ai }?["shown"].string == "nonconform")
        let unanswered = try #require(parts.first { $0["framework"].string == security })
        #expect(unanswered["shown"].string == "unknown", "an answer for one standard never fills the other")
        #expect(unanswered["answeredOnlyFor"].string?.contains("42001") == true)
        let versions = try row["versions"].text
        let whole = try await setting.answer(key, "{\"result\":\"conform\",\"versions\":\(versions)}")
        #expect(whole.status == 422)
        let join = try await setting.answer(key, "{\"isSeparate\":false,\"versions\":\(versions)}")
        #expect(join.status == 422)
        #expect(try join.fields == ["isSeparate"])
    }

    @Test func aRowThatIsSharedInPartAsksForWhichStandard() async throws {
        let setting = try await setting()
        let (key, row) = try await open(setting, "shared")
        #expect(row["isOneAnswer"] == .bool(false) && row["difference"] != .null)
        let whole = try await setting.answer(
            key, "{\"result\":\"conform\",\"versions\":{\"\(ai)\":0,\"\(security)\":0}}")
        #expect(whole.status == 422)
        #expect(try whole.fields == ["part"])
        let part = try await setting.answer(
            key, "{\"part\":\"\(security)\",\"result\":\"conform\",\"versions\":{\"\(security)\":0}}")
        #expect(part.status == 200, "\(part.text)")
        let shown = try part.json["row"]["parts"].items.map { $0["shown"].string }
        #expect(Set(shown) == ["conform", "unknown"])
        let nobody = try await setting.answer(key, "{\"part\":\"gdpr\",\"result\":\"conform\",\"versions\":{}}")
        #expect(nobody.status == 422)
    }

    @Test func clausesAlwaysApplyAndControlsNeedAReasonNotTo() async throws {
        let setting = try await setting()
        let (clause, _) = try await open(setting, "equal")
        let refused = try await setting.answer(
            clause,
            "{\"result\":\"notApplicable\",\"justification\":\"We do not do that here.\",\"versions\":{\"\(ai)\":0,\"\(security)\":0}}"
        )
        #expect(refused.status == 422)
        #expect(try refused.fields == ["result"])
        let (control, row) = try await open(setting, "own", kind: "control")
        let framework = try #require(row["parts"][0]["framework"].string)
        let mute = try await setting.answer(control, "{\"result\":\"notApplicable\",\"versions\":{\"\(framework)\":0}}")
        #expect(mute.status == 422)
        #expect(try mute.fields == ["justification"])
        let decided = try await setting.answer(
            control,
            "{\"result\":\"notApplicable\",\"justification\":\"No such premises.\",\"versions\":{\"\(framework)\":0},\"applicabilityVersions\":{\"\(framework)\":0}}"
        )
        #expect(decided.status == 200, "\(decided.text)")
        let part = try decided.json["row"]["parts"][0]
        #expect(part["shown"].string == "notApplicable")
        #expect(part["applicability"]["justification"].string == "No such premises.")
        // It is the organisation's one decision, a record like any other.
        let id = try #require(part["applicability"]["id"].string)
        let record = try await setting.harness.get("applicabilities/\(id)", as: setting.tenant.founder)
        #expect(try record.json["isApplicable"] == .bool(false))
        #expect(try decided.json["row"]["applicabilityVersions"][framework].int == 1)
    }

    @Test func whoeverDecidesSecondWhetherAControlAppliesSeesTheFirst() async throws {
        let setting = try await setting()
        let (control, row) = try await open(setting, "own", kind: "control")
        let framework = try #require(row["parts"][0]["framework"].string)
        func body(_ words: String, _ seen: String) -> String {
            "{\"result\":\"notApplicable\",\"justification\":\"\(words)\",\"versions\":{\"\(framework)\":0}\(seen)}"
        }
        let zero = ",\"applicabilityVersions\":{\"\(framework)\":0}"
        let blind = try await setting.answer(control, body("Decided without looking.", ""))
        #expect(blind.status == 422)
        #expect(try blind.fields == ["applicabilityVersions"])
        #expect(try await setting.answer(control, body("The first decision.", zero)).status == 200)
        let second = try await setting.answer(
            control, body("The second decision.", zero), as: setting.tenant[.complianceLead])
        #expect(second.status == 409, "\(second.text)")
        let json = try second.json
        #expect(json["present"]["justification"].string == "The first decision.")
        #expect(json["yours"]["justification"].string == "The second decision.")
        // Nor is it found applicable again by an answer that was given without seeing the decision.
        let conform = try await setting.answer(
            control, "{\"result\":\"conform\",\"versions\":{\"\(framework)\":0}\(zero)}")
        #expect(conform.status == 409, "\(conform.text)")
        let now = try await setting.view()["rows"].items.first { $0["key"].string == control }
        #expect(now?["parts"][0]["shown"].string == "notApplicable")
    }

    @Test func whoeverAnswersSecondSeesTheFirst() async throws {
        let setting = try await setting()
        let (key, _) = try await open(setting, "equal")
        let zero = "\"versions\":{\"\(ai)\":0,\"\(security)\":0}"
        let first = try await setting.answer(key, "{\"result\":\"conform\",\"note\":\"first\",\(zero)}")
        #expect(first.status == 200)
        let second = try await setting.answer(
            key, "{\"result\":\"nonconform\",\"note\":\"second\",\(zero)}", as: setting.tenant[.complianceLead])
        #expect(second.status == 409, "\(second.text)")
        let json = try second.json
        #expect(json["present"]["note"].string == "first" && json["present"]["version"].int == 1)
        #expect(json["yours"]["note"].string == "second" && json["yours"]["result"].string == "nonconform")
        let unseen = try await setting.answer(key, "{\"result\":\"nonconform\"}")
        #expect(unseen.status == 422)
        #expect(try unseen.fields == ["versions"])
        let row = try await setting.view()["rows"].items.first { $0["key"].string == key }
        #expect(row?["parts"].items.allSatisfy { $0["shown"].string == "conform" } == true)
    }

    @Test(arguments: [
        ("{\"result\":\"fine\"}", "result"), ("{\"result\":null}", "result"),
        ("{\"maturity\":6,\"versions\":{}}", "maturity"),
        ("{\"maturity\":\"x\"}", "maturity"), ("{\"owner\":\"me\"}", "owner"), ("{\"dueOn\":\"soon\"}", "dueOn"),
        ("{\"note\":7}", "note"), ("{\"isSeparate\":\"yes\"}", "isSeparate"), ("{\"versions\":{\"a\":-1}}", "versions"),
        ("{\"versions\":[]}", "versions"), ("{\"applicabilityVersions\":[]}", "applicabilityVersions"),
        ("{\"part\":1}", "part"), ("{\"justification\":1}", "justification"),
        ("{\"score\":1}", "score"),
        (
            "{\"owner\":\"00000000-0000-7000-8000-000000000001\",\"versions\":{\"iso42001-2023\":0,\"iso27001-2022\":0}}",
            "owner"
        ),
    ])
    func anAnswerThatDoesNotFitIsNamed(_ body: String, _ field: String) async throws {
        let setting = try await setting()
        let (key, _) = try await open(setting, "equal")
        let answer = try await setting.answer(key, body)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(try answer.fields == [field])
    }

    @Test func rowsAndPostureAreShownAsOfAnIndex() async throws {
        let setting = try await setting()
        let size = try #require(try await setting.view()["ledgerSize"].int)
        let before = try await setting.view()["total"]
        let (key, _) = try await open(setting, "equal")
        let answer = try await setting.answer(
            key, "{\"result\":\"nonconform\",\"versions\":{\"\(ai)\":0,\"\(security)\":0}}")
        #expect(answer.status == 200)
        let then = try await setting.view("?asOf=\(size - 1)")
        #expect(then["total"] == before && then["asOf"].int == size - 1)
        #expect(try await setting.view()["total"] != before)
        let posture = try await setting.harness.get("posture?asOf=\(size - 1)", as: setting.tenant.founder).json
        #expect(posture["total"] == before)
    }

    @Test func anUnknownRowOrAssessmentIsNotFound() async throws {
        let setting = try await setting()
        #expect(try await setting.answer("nothing", "{}").status == 404)
        let nobody = try await setting.harness.get(
            "assessments/\(UUID.unset.lowercased)/rows", as: setting.tenant.founder)
        #expect(nobody.status == 404)
        // An employee who does not lead it sees no assessment, nor its posture.
        let employee = setting.tenant[.employee]
        #expect(try await setting.harness.get("assessments/\(setting.id)/rows", as: employee).status == 404)
        #expect(try await setting.harness.get("posture", as: employee).status == 404)
        let auditor = setting.tenant[.externalAuditor]
        let row = try await setting.harness.get("assessments/\(setting.id)/rows", as: auditor).json["rows"][0]
        #expect(row["mayAnswer"] == .bool(false))
        let key = try #require(row["key"].string)
        #expect(try await setting.answer(key, "{\"result\":\"conform\",\"versions\":{}}", as: auditor).status == 403)
    }
}
