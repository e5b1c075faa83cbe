// The Statements of Applicability over REST: read, submitted, approved by somebody else, compared, as files.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RESTAPI
import RecordKit
import Records
import SQLiteStorage
import Storage
import TestKit
import Testing
import WebUI

@Suite struct StatementRouteTests {
    private static let root = "statements/\(FrameworkLibrary.ai)"

    /// One in which ISO/IEC 42001 is adopted.
    private func harness() async throws -> RouterHarness {
        let documents = try DocumentMaker(environment: .system)
        let harness = try await RouterHarness(withCatalogue: true, documents: documents) { services, router in
            RESTRoutes(services: services).add(to: router)
        }
        let framework = try #require(
            try await harness.services.library.current(for: nil).framework(FrameworkLibrary.ai))
        let tenant = harness.meridian.id
        let adoption = try #require(
            try await harness.store.read {
                try $0.all(FrameworkAdoption.self, where: .linked("framework", [framework.id]), in: tenant, limit: 5)
            }.first)
        if adoption.value.status != .inScope {
            _ = try await harness.services.records.take(
                "adopt", FrameworkAdoption.schema.erased, adoption.id.raw, over: adoption.version,
                as: .operator(user: "test", organisation: tenant), reason: nil)
        }
        for item in framework.items where item.kind == .control && item.isAssessable {
            _ = try await harness.services.records.create(
                Applicability.schema.erased,
                [
                    "requirement": .reference(item.id), "isApplicable": .bool(true),
                    "justification": .text("Needed for our systems"), "reasons": .text("By law"),
                ], as: .operator(user: "test", organisation: tenant))
        }
        return harness
    }

    @Test func aStatementGoesFromThePresentStateToAnApprovedVersion() async throws {
        let harness = try await harness()
        let (lead, head) = (harness.meridian.founder, harness.meridian[.topManagement])
        let present = try await harness.get(Self.root, as: lead)
        #expect(present.status == 200 && present.headers[.contentType] == "application/json")
        #expect(try present.json["content"]["rows"].items.count == 38)
        #expect(try present.json["version"] == .null && present.json["blocking"].items.isEmpty)

        #expect(try await harness.post("\(Self.root)/submit", "{\"notes\":1}", as: lead).status == 422)
        #expect(try await harness.post("\(Self.root)/submit", "{\"note\":1}", as: lead).status == 422)
        #expect(try await harness.post("\(Self.root)/submit", "{}", as: head).status == 403)
        let made = try await harness.post("\(Self.root)/submit", "{\"note\":\"First\"}", as: lead)
        #expect(made.status == 201)
        #expect(try await harness.post("\(Self.root)/submit", "{}", as: lead).status == 409)
        let id = try #require(try made.json["id"].string)
        let approve = "statementsOfApplicability/\(id)/transitions/approve"
        let seen: HTTPFields = [.ifMatch: "\"1\""]
        #expect(try await harness.post(approve, "{}", as: lead, headers: seen).status == 403)
        #expect(try await harness.post(approve, "{}", as: head, headers: seen).status == 200)
        let kept = try await harness.get("\(Self.root)?version=1", as: lead).json
        #expect(kept["version"]["status"].string == "approved" && kept["version"]["note"].string == "First")
        let same = try await harness.get("\(Self.root)/differences?from=1", as: lead).json
        #expect(same["from"].int == 1 && same["to"] == .null && same["rows"].items.isEmpty)

        let stranger = harness.hospital.founder
        #expect(try await harness.get("\(Self.root)?version=1", as: stranger).status == 404)
        #expect(try await harness.get("statementsOfApplicability/\(id)", as: stranger).status == 404)
    }

    @Test func filesHaveTheirMediaTypesAndWrongWishesAreRefused() async throws {
        let harness = try await harness()
        let lead = harness.meridian.founder
        for (format, start) in [("csv", "Standard,"), ("html", "<!doctype html>"), ("xlsx", "PK"), ("pdf", "%PDF")] {
            let file = try await harness.get("statements/both/statement.\(format)", as: lead)
            #expect(file.status == 200 && file.body.starts(with: Array(start.utf8)), "\(format)")
            #expect(file.headers[.contentDisposition]?.contains("both.\(format)") == true)
        }
        for (path, status) in [
            ("statements/gdpr", 404), ("\(Self.root)?version=3", 404), ("\(Self.root)?version=0", 422),
            ("\(Self.root)?nonsense=1", 422), ("\(Self.root)?asOf=soon", 422), ("\(Self.root)/statement.zip", 404),
            ("\(Self.root)/differences?from=x", 422), ("statements/both", 404),
        ] {
            #expect(try await harness.get(path, as: lead).status == status, "\(path)")
        }
        #expect(try await harness.get(Self.root, as: harness.meridian[.employee]).status == 404)
    }
}
