// The crosswalk over REST, on the real catalogue.
import Access
import Foundation
import Governance
import HTTPServing
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite(.serialized) struct CrosswalkTests {
    private static let installation = _Concurrency.Task { try await RouterHarness.api(withCatalogue: true) }

    private func path(_ key: String, _ harness: RouterHarness) async throws -> String {
        let library = try await harness.services.library.current(for: harness.meridian.id)
        return "frameworks/\(try #require(library.framework(key)).id.lowercased)/projection"
    }

    @Test func aProjectionIsPagedAndTellsPathsWithTheirMappings() async throws {
        let harness = try await Self.installation.value
        let (founder, path) = (harness.meridian.founder, try await path("nist-csf-2.0", harness))
        var references: [String] = []
        var after = ""
        repeat {
            let page = try await harness.get("\(path)?limit=40\(after)", as: founder)
            #expect(page.status == 200, "\(page.text)")
            let json = try page.json
            references += json["items"].items.compactMap { $0["reference"].string }
            after = json["next"].string.map { "&after=\($0)" } ?? ""
            #expect(json["counts"]["unknown"].int == 106 && json["counts"]["answered"].int == 0)
            #expect(json["inScope"] == .bool(false))
        } while !after.isEmpty
        #expect(references.count == 106 && Set(references).count == 106)
        let first = try await harness.get("\(path)?word=unknown&limit=1", as: founder).json["items"][0]
        let source = first["sources"][0]
        #expect(source["path"]["inferred"] == .bool(false))
        let mapping = source["path"]["steps"][0]["mappings"][0]
        #expect(mapping["author"].string == "Concord" && mapping["rationale"].string?.isEmpty == false)
        #expect(mapping["origin"].string?.isEmpty == false && mapping["reviewState"] == .null)
    }

    @Test func whatTheCallDoesNotKnowIsRefusedByName() async throws {
        let harness = try await Self.installation.value
        let (founder, path) = (harness.meridian.founder, try await path("gdpr", harness))
        for (query, field) in [
            ("word=conform", "word"), ("limit=0", "limit"), ("after=\(UUID())", "after"), ("from=1", "from"),
            ("assessment=x", "assessment"),
        ] {
            let answer = try await harness.get("\(path)?\(query)", as: founder)
            #expect((400..<500).contains(answer.status), "\(query)")
            #expect(answer.text.contains(field), "\(answer.text)")
        }
        #expect(try await harness.get("frameworks/\(UUID().lowercased)/projection", as: founder).status == 404)
        #expect(try await harness.get("\(path)?assessment=\(UUID().lowercased)", as: founder).status == 404)
    }

    @Test func conflictsAndThePostureTellOfTheCrosswalk() async throws {
        let harness = try await Self.installation.value
        let founder = harness.meridian.founder
        let conflicts = try await harness.get("crosswalk/conflicts", as: founder)
        #expect(conflicts.status == 200)
        #expect(try conflicts.json["total"].int == (try conflicts.json["items"].items.count))
        let posture = try await harness.get("posture", as: founder).json
        #expect(posture["projections"].items.count == 6)
        #expect(try await harness.get("posture?asOf=1", as: founder).json["projections"].items.isEmpty)
    }

    @Test func acceptingNamesWhatIsWrong() async throws {
        let harness = try await Self.installation.value
        let founder = harness.meridian.founder
        let latest = try await harness.services.assessments.latest(as: .system(organisation: harness.meridian.id))
        let root = "assessments/\(try #require(latest).lowercased)/rows"
        func fields(_ body: String, _ row: String = "iso27001-2022:A.5.1") async throws -> (Int, [String]) {
            let answer = try await harness.post("\(root)/\(row)/accept", body, as: founder)
            return (answer.status, (try? answer.fields) ?? [])
        }
        #expect(try await fields("{}") == (422, ["framework", "result", "reason"]))
        let whole = "\"framework\":\"iso27001-2022\",\"reason\":\"Seen in the audit.\""
        #expect(try await fields("{\(whole),\"result\":\"fine\"}") == (422, ["result"]))
        #expect(try await fields("{\(whole),\"result\":\"conform\",\"versions\":[]}") == (422, ["versions"]))
        let versions = "\"versions\":{\"iso27001-2022\":0}"
        #expect(try await fields("{\(whole),\"result\":\"conform\",\(versions)}") == (422, ["result"]))
        #expect(try await fields("{\(whole),\"result\":\"conform\",\(versions)}", "nothing").0 == 404)
        let other = "{\"framework\":\"gdpr\",\"reason\":\"Seen in the audit.\",\"result\":\"conform\",\(versions)}"
        #expect(try await fields(other) == (422, ["part"]))
    }
}
