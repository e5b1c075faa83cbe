// Erasure over the API: proposed, looked at, carried out by somebody else, and then shown as erased.
import Foundation
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import TestKit
import Testing

@Suite struct ErasureTests {
    @Test func aRecordIsErasedByTwoPeople() async throws {
        let harness = try await RouterHarness.shared.value
        let tenant = harness.meridian
        let (lead, officer) = (tenant[.complianceLead], tenant[.dataSecurityOfficer])
        let made = try await harness.post("tasks", #"{"title":"Call Vreni","kind":"other","priority":"low"}"#, as: lead)
        let task = try #require(try made.json["id"].string)
        let body = """
            {"subjectType":"task","subjectID":"\(task)","scope":"record","legalBasis":"objection","reason":"Asked for"}
            """
        let asked = try await harness.post("erasureRequests", body, as: lead)
        #expect(asked.status == 201, "\(asked.text)")
        let path = "erasureRequests/\(try asked.json["id"].string ?? "")"
        let preview = try await harness.get("\(path)/preview", as: officer).json
        #expect(preview["revisions"].int == 1 && preview["allowed"] == .bool(true))
        #expect(try await harness.get("\(path)/preview", as: lead).json["allowed"] == .bool(false))
        #expect(try await harness.get("\(path)/preview", as: tenant[.employee]).status == 404)
        let verb = "\(path)/transitions/carryOut"
        #expect(try await harness.take(verb, as: lead, ifMatch: asked.etag).status == 403)
        let done = try await harness.take(verb, as: officer, ifMatch: asked.etag)
        #expect(done.status == 200, "\(done.text)")
        #expect(try done.json["erasedRevisions"].int == 1)
        #expect(try await harness.get("\(path)/preview", as: officer).status == 409)
        let now = try await harness.get("tasks/\(task)", as: lead)
        #expect(try now.json["title"].string == "Erased" && now.json["archived"] == .bool(true))
        #expect(try now.json["erasedAt"].string != nil && !now.text.contains("Vreni"))
        let history = try await harness.get("tasks/\(task)/history", as: lead)
        #expect(!history.text.contains("Vreni"))
        let entries = try history.json["items"].items
        #expect(entries.map { $0["action"].string } == ["erase", "create"])
        #expect(entries.allSatisfy { $0["erasedAt"].string != nil && $0["changes"].items.isEmpty })
        #expect(try await harness.get("tasks?q=Vreni&limit=5", as: lead).json["items"].items.isEmpty)
    }

    @Test func aRequestThatNamesNothingIsRefusedByField() async throws {
        let harness = try await RouterHarness.shared.value
        let lead = harness.meridian[.complianceLead]
        for (type, id, field) in [
            ("colour", UUID().lowercased, "subjectType"), ("task", UUID().lowercased, "subjectID"),
            ("task", String(repeating: "x", count: 36), "subjectID"),
        ] {
            let body = #"{"subjectType":"\#(type)","subjectID":"\#(id)","reason":"Asked for"}"#
            let answer = try await harness.post("erasureRequests", body, as: lead)
            #expect(answer.status == 422, "\(answer.text)")
            #expect(try answer.fields == [field])
        }
    }
}
