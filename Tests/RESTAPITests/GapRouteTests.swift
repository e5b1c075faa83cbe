// Gaps, tasks made of them, burn-down and the library of controls over the API.
import Foundation
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import TestKit
import Testing

@Suite(.serialized) struct GapRouteTests {
    private func assessment(_ harness: RouterHarness, _ lead: Member) async throws -> String {
        // The first one: other suites that share the installation begin assessments of nothing.
        try #require(try await harness.get("assessments?limit=1", as: lead).json["items"][0]["id"].string)
    }

    @Test func gapsAreListedMadeIntoTasksAndSeenToGoDown() async throws {
        let harness = try await RouterHarness.shared.value
        let lead = harness.meridian[.complianceLead]
        let id = try await assessment(harness, lead)
        let list = try await harness.get("assessments/\(id)/gaps?sort=reference", as: lead)
        #expect(list.status == 200, "\(list.text)")
        let gap = try #require(try list.json["gaps"].items.last)
        #expect(try list.json["counts"]["unknown"].int ?? 0 > 0)
        let key = try #require(gap["key"].string)
        let measure = try #require(gap["measures"][0].string)
        let narrowed = try await harness.get("assessments/\(id)/gaps?measure=\(measure)", as: lead)
        #expect(try narrowed.json["gaps"].items.contains { $0["key"].string == key })
        let area = try #require(gap["requirements"][0]["areas"][0].string)
        let ofArea = try await harness.get("assessments/\(id)/gaps?area=\(area)", as: lead).json["gaps"].items
        #expect(ofArea.contains { $0["key"].string == key })
        #expect(
            ofArea.allSatisfy { gap in
                gap["requirements"].items.contains { $0["areas"].items.contains { $0.string == area } }
            })
        let body = #"{"gaps":["\#(key)"],"dueOn":"2027-03-31"}"#
        let made = try await harness.post("assessments/\(id)/gaps/tasks", body, as: lead)
        #expect(try made.json["outcomes"][0]["outcome"].string == "made", "\(made.text)")
        let again = try await harness.post("assessments/\(id)/gaps/tasks", body, as: lead)
        #expect(try again.json["outcomes"][0]["outcome"].string == "alreadyOpen")
        #expect(try again.json["made"].int == 0)
        let points = try await harness.get("assessments/\(id)/burndown?weeks=3", as: lead)
        #expect(try points.json["points"].items.count == 3)
        #expect(try points.json["points"][2]["openTasks"].int ?? 0 > 0)
    }

    @Test func badQuestionsAreRefusedByField() async throws {
        let harness = try await RouterHarness.shared.value
        let lead = harness.meridian[.complianceLead]
        let id = try await assessment(harness, lead)
        for (query, field) in [
            ("severity=bad", "severity"), ("certification=x", "certification"), ("owner=1", "owner"),
            ("sort=up", "sort"), ("hasTask=1", "hasTask"), ("colour=1", "colour"),
        ] {
            let answer = try await harness.get("assessments/\(id)/gaps?\(query)", as: lead)
            #expect(answer.status == 400 || answer.status == 422, "\(query): \(answer.text)")
            #expect(try answer.fields == [field])
        }
        for (body, field) in [
            (#"{}"#, "gaps"), (#"{"gaps":"x"}"#, "gaps"), (#"{"gaps":[1]}"#, "gaps"),
            (#"{"gaps":["x"],"dueOn":"soon"}"#, "dueOn"), (#"{"gaps":["x"],"assignee":"me"}"#, "assignee"),
            (#"{"gaps":["x"],"assignee":"\#(id)"}"#, "assignee"), (#"{"gaps":["x"],"extra":1}"#, "extra"),
        ] {
            let answer = try await harness.post("assessments/\(id)/gaps/tasks", body, as: lead)
            #expect((400...422).contains(answer.status), "\(body): \(answer.text)")
            #expect(try answer.fields == [field], "\(body)")
        }
        #expect(try await harness.get("assessments/\(id)/burndown?weeks=99", as: lead).status >= 400)
        #expect(try await harness.get("assessments/\(UUID().lowercased)/gaps", as: lead).status == 404)
    }

    @Test func suggestionsBecomeControlsAndDoublesBecomeOne() async throws {
        let harness = try await RouterHarness.shared.value
        let lead = harness.meridian[.complianceLead]
        let all = try await harness.get("controls/suggestions", as: lead)
        #expect(try all.json["suggestions"].items.count == 80, "\(all.text.prefix(300))")
        let body = #"{"suggestions":["IS-22"],"evenIfSimilar":true}"#
        let made = try await harness.post("controls/suggestions/adopt", body, as: lead)
        #expect(try made.json["outcomes"][0]["outcome"].string == "made", "\(made.text)")
        let keep = try #require(try made.json["outcomes"][0]["control"].string)
        let title = try #require(try made.json["outcomes"][0]["title"].string)
        let double = try await harness.post("controls", #"{"code":"DBL-1","title":"\#(title)"}"#, as: lead)
        let drop = try #require(try double.json["id"].string)
        let pairs = try await harness.get("controls/duplicates", as: lead)
        #expect(pairs.text.contains(drop) && pairs.text.contains(keep))
        let merge = """
            {"keep":{"id":"\(keep)","version":1},"drop":{"id":"\(drop)","version":1},"reason":"Typed twice."}
            """
        let employee = harness.meridian[.employee]
        #expect(try await harness.post("controls/duplicates/merge", merge, as: employee).status >= 403)
        let merged = try await harness.post("controls/duplicates/merge", merge, as: lead)
        #expect(merged.status == 200, "\(merged.text)")
        #expect(try await harness.get("controls/\(drop)", as: lead).json["archived"] == .bool(true))
        let twice = try await harness.post("controls/duplicates/merge", merge, as: lead)
        #expect(twice.status == 409, "\(twice.text)")
        for bad in [#"{"suggestions":["ZZ-1"]}"#, #"{"suggestions":7}"#, #"{}"#] {
            #expect(try await harness.post("controls/suggestions/adopt", bad, as: lead).fields == ["suggestions"])
        }
        #expect(try await harness.post("controls/duplicates/merge", #"{"reason":"x"}"#, as: lead).fields == ["keep"])
    }
}
