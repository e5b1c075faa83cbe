// Assessments over time over REST.
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

@Suite(.serialized) struct RoundTests {
    private static let installation = _Concurrency.Task { try await RouterHarness.api(withCatalogue: true) }

    private func setting() async throws -> (harness: RouterHarness, lead: Member, id: String) {
        let harness = try await Self.installation.value
        let latest = try await harness.services.assessments.latest(as: .system(organisation: harness.meridian.id))
        return (harness, harness.meridian.founder, try #require(latest).lowercased)
    }

    @Test func sectionsAreDelegatedAllOrNoneAndMoveByTransitions() async throws {
        let (harness, lead, id) = try await setting()
        let employee = harness.meridian[.employee]
        let root = "assessments/\(id)/delegations"
        func body(_ sections: [String], _ more: String = "") -> String {
            let items = sections.map {
                "{\"section\":\"\($0)\",\"assignee\":\"\(employee.person.lowercased)\"\(more)}"
            }
            return "{\"sections\":[\(items.joined(separator: ","))]}"
        }
        for (wrong, status) in [
            ("{}", 422), ("{\"sections\":[]}", 422), ("{\"sections\":[1]}", 422),
            (body(["clause:5", "clause:99"]), 422),
            (body(["clause:5"], ",\"dueOn\":\"soon\""), 422), (body(["clause:5"], ",\"colour\":1"), 422),
        ] {
            let refused = try await harness.post(root, wrong, as: lead)
            #expect(refused.status == status, "\(wrong): \(refused.text)")
        }
        #expect(try await harness.post(root, body(["clause:5"]), as: employee).status == 404)
        #expect(try await harness.post(root, body(["clause:5"]), as: harness.hospital.founder).status == 404)
        let made = try await harness.post(root, body(["clause:5", "clause:6"], ",\"dueOn\":\"2030-01-31\""), as: lead)
        #expect(made.status == 201, "\(made.text)")
        let record = try made.json["items"][0]
        let recordID = try #require(record["id"].string)
        let direct = try await harness.post(
            "sectionAssignments", "{\"assessment\":\"\(id)\",\"section\":\"clause:7\"}", as: lead)
        #expect([403, 422].contains(direct.status), "only the call of the assessment delegates")
        let rows = try await harness.get("assessments/\(id)/rows", as: employee).json["rows"].items
        #expect(!rows.isEmpty && rows.allSatisfy { $0["delegation"]["assignee"].string == employee.person.lowercased })
        let submitted = try await harness.take(
            "sectionAssignments/\(recordID)/transitions/submit", as: employee, ifMatch: "\"1\"", reason: nil)
        #expect(submitted.status == 200, "\(submitted.text)")
        let late = try await harness.put(
            "assessments/\(id)/rows/clause%3A5.1",
            "{\"result\":\"conform\",\"versions\":{\"iso42001-2023\":0,\"iso27001-2022\":0}}", as: employee,
            ifMatch: nil)
        #expect(late.status == 409)
    }

    @Test func theNextAssessmentIsReadByWindowsAndCompared() async throws {
        let (harness, lead, id) = try await setting()
        let seen = "\"versions\":{\"iso42001-2023\":0,\"iso27001-2022\":0}"
        let answered = try await harness.put(
            "assessments/\(id)/rows/clause%3A7.2", "{\"result\":\"conform\",\(seen)}", as: lead, ifMatch: nil)
        #expect(answered.status == 200, "\(answered.text)")
        #expect(try await harness.get("assessments/\(id)/comparison", as: lead).status == 422)
        for wrong in [
            "{}", "{\"title\":\"\"}", "{\"title\":\"x\",\"scope\":[]}", "{\"title\":\"x\",\"dueOn\":\"never\"}",
        ] {
            #expect(try await harness.post("assessments/\(id)/next", wrong, as: lead).status == 422, "\(wrong)")
        }
        let employee = harness.meridian[.controlOwner]
        #expect(try await harness.post("assessments/\(id)/next", "{\"title\":\"x\"}", as: employee).status == 403)
        var headers = HTTPFields()
        headers[.idempotencyKey] = "next-round"
        let made = try await harness.post("assessments/\(id)/next", "{\"title\":\"Next\"}", as: lead, headers: headers)
        #expect(made.status == 201, "\(made.text)")
        let next = try #require(try made.json["id"].string)
        let twice = try await harness.post("assessments/\(id)/next", "{\"title\":\"Next\"}", as: lead, headers: headers)
        #expect(try twice.json["id"].string == next, "the same request is carried out once")
        #expect(try made.json["previous"].string == id)

        let window = try await harness.get("assessments/\(next)/rows?limit=10", as: lead).json
        #expect(window["rows"].items.count == 10 && window["origins"]["carriedOver"].int == 2)
        let from = try #require(window["next"].string)
        let encoded = try #require(from.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        let rest = try await harness.get("assessments/\(next)/rows?from=\(encoded)", as: lead).json
        #expect(rest["rows"][0]["key"].string == from && rest["rows"].items.count == 153 && rest["next"] == .null)
        for wrong in ["from=nothing", "limit=0", "limit=x", "limit=1001"] {
            #expect([400, 422].contains(try await harness.get("assessments/\(next)/rows?\(wrong)", as: lead).status))
        }
        let row = try #require(
            try await harness.get("assessments/\(next)/rows", as: lead).json["rows"].items.first {
                $0["key"].string == "clause:7.2"
            })
        #expect(row["parts"][0]["origin"].string == "carriedOver")
        #expect(row["parts"][0]["originNote"].string?.contains("“") == true)
        let confirmed = try await harness.put(
            "assessments/\(next)/rows/clause%3A7.2", "{\"confirm\":true,\"versions\":\(try row["versions"].text)}",
            as: lead, ifMatch: nil)
        #expect(try confirmed.json["row"]["parts"][0]["origin"].string == "assessed", "\(confirmed.text)")
        let compared = try await harness.get("assessments/\(next)/comparison?change=same", as: lead).json
        #expect(compared["then"]["id"].string == id && compared["changes"]["same"].int == 193)
        #expect(compared["items"].items.count == 193)
        #expect(try await harness.get("assessments/\(next)/comparison?change=odd", as: lead).status == 422)
        let groups = "assessments/\(next)/groups"
        #expect(try await harness.put(groups, "{\"groups\":{}}", as: lead, ifMatch: nil).status == 428)
        #expect(try await harness.put(groups, "{\"groups\":{}}", as: lead, ifMatch: "\"1\"").status == 200)
        #expect(try await harness.put(groups, "{\"groups\":[]}", as: lead, ifMatch: "\"1\"").status == 422)
        let unknown = "{\"groups\":{\"iso27001-2022\":[\"IG1\"]}}"
        #expect(try await harness.put(groups, unknown, as: lead, ifMatch: "\"1\"").status == 422)
    }
}
