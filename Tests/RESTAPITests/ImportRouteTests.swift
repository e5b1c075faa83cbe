// Imports over the API: a file in, the preview out, then all of it or nothing.
import Foundation
import Governance
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct ImportRouteTests {
    private func send(
        _ harness: RouterHarness, _ query: String, _ file: String, as member: Member, type: String = "text/csv"
    ) async throws -> Reply {
        try await harness.send(
            .post, "/api/v1/imports?\(query)", as: member, json: file, headers: [.contentType: type])
    }

    @Test func aFileIsPreviewedThenApplied() async throws {
        let harness = try await RouterHarness.api()
        let lead = harness.meridian.founder
        let sent = try await send(
            harness, "type=controls&name=my.csv&map=Bezeichnung:title&map=Intern:",
            "Code;Bezeichnung;Intern\nA-1;One;x\nA-2;Two;\n",
            as: lead)
        #expect(sent.status == 201)
        let json = try sent.json
        #expect(json["state"].string == "planned" && json["key"].string == "code")
        #expect(json["counts"]["creates"].int == 2 && json["counts"]["errors"].int == 0)
        #expect(json["preview"].items.map { $0["line"].int } == [2, 3])
        #expect(json["preview"][0]["changes"][0]["to"].string == "A-1")
        let id = try #require(json["id"].string)
        #expect(sent.headers[.location] == "/api/v1/imports/\(id)")
        #expect(try await harness.get("controls?count=true", as: lead).json["total"].int == 0)
        let applied = try await harness.take("imports/\(id)/apply", as: lead, ifMatch: nil)
        #expect(try applied.status == 200 && applied.json["state"].string == "applied")
        #expect(try await harness.get("controls?count=true", as: lead).json["total"].int == 2)
        #expect(try await harness.take("imports/\(id)/apply", as: lead, ifMatch: nil).status == 409)
        #expect(try await harness.get("imports", as: lead).json["items"].items.count == 1)
    }

    @Test func columnsAreSettledAfterwards() async throws {
        let harness = try await RouterHarness.api()
        let lead = harness.meridian.founder
        let sent = try await send(harness, "type=controls", "code,Was\nA-1,One\nA-2,\n", as: lead)
        #expect(try sent.json["state"].string == "staged")
        #expect(try sent.json["problems"][0]["heading"].string == "Was")
        let id = try #require(try sent.json["id"].string)
        #expect(try await harness.take("imports/\(id)/apply", as: lead, ifMatch: nil).status == 409)
        let planned = try await harness.post(
            "imports/\(id)/plan", "{\"mapping\": {\"Was\": \"title\"}, \"emptyCells\": \"leave\"}", as: lead)
        #expect(try planned.json["state"].string == "planned")
        #expect(try planned.json["preview"][0]["problems"][0]["message"].string == "is required")
        #expect(try planned.json["preview"].items.count == 1)
        let report = try await harness.get("imports/\(id)/report.csv", as: lead)
        #expect(report.text.hasPrefix("line,action,id,title,column,field,old,new,message\r\n2,create,"))
        #expect(try await harness.get("imports/\(id)?action=create&limit=1", as: lead).json["preview"].items.count == 1)
        for body in ["{\"mapping\": {\"No\": \"title\"}}", "{\"emptyCells\": \"x\"}", "{\"key\": 1}", "{\"other\": 1}"]
        {
            #expect(try await harness.post("imports/\(id)/plan", body, as: lead).status == 422, "\(body)")
        }
        #expect(try await harness.send(.delete, "/api/v1/imports/\(id)", as: lead).status == 204)
        #expect(try await harness.get("imports/\(id)", as: lead).status == 404)
    }

    @Test func whatCannotBeReadIsRefusedAndNothingIsKept() async throws {
        let harness = try await RouterHarness.api()
        let lead = harness.meridian.founder
        let cases = [
            ("type=nothing", "a,b\n", "text/csv", 422), ("type=controls", "a,b\n", "application/json", 415),
            ("type=controls&format=pdf", "a,b\n", "text/csv", 422),
            ("type=controls&delimiter=x", "a,b\n", "text/csv", 422),
            ("type=controls", "", "text/csv", 422), ("type=controls", "code,code\n", "text/csv", 422),
            ("type=controls", "code,title\n\"A,B\n", "text/csv", 422),
            ("type=controls&map=X:title", "code\n", "text/csv", 422),
            ("type=controls&format=xlsx", "PK no workbook", "text/csv", 422),
            ("type=controls&more=1", "a\n", "text/csv", 422),
            ("type=requirements", "title\nx\n", "text/csv", 403),
        ]
        for (query, file, type, status) in cases {
            #expect(try await send(harness, query, file, as: lead, type: type).status == status, "\(query)")
        }
        let quote = try await send(harness, "type=controls", "code,title\n\n\"A,B\n", as: lead)
        #expect(try quote.json["errors"][0]["message"].string?.contains("on line 3") == true)
        #expect(try await harness.get("imports", as: lead).json["items"].items.isEmpty)
    }

    @Test func anImportIsOnlyItsOwners() async throws {
        let harness = try await RouterHarness.api()
        let sent = try await send(harness, "type=controls", "code,title\nA-1,One\n", as: harness.meridian.founder)
        let id = try #require(try sent.json["id"].string)
        for other in [harness.hospital.founder, harness.meridian[.complianceLead]] {
            #expect(try await harness.get("imports/\(id)", as: other).status == 404)
            #expect(try await harness.get("imports/\(id)/report.csv", as: other).status == 404)
            #expect(try await harness.take("imports/\(id)/apply", as: other, ifMatch: nil).status == 404)
            #expect(try await harness.post("imports/\(id)/plan", "{}", as: other).status == 404)
            #expect(try await harness.send(.delete, "/api/v1/imports/\(id)", as: other).status == 404)
        }
        let auditor = harness.meridian[.externalAuditor]
        #expect(try await send(harness, "type=controls", "code,title\nA-1,One\n", as: auditor).status == 403)
    }
}
