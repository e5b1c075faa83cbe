// Many new records at once: a result for each line, in one transaction.
import Foundation
import Governance
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import TestKit
import Testing

@Suite struct BulkTests {
    private static let mixed = """
        [{"title":"One","kind":"other"},{"kind":"other"},7,{"title":"Two","kind":"spaceship"},\
        {"title":"Three","kind":"other","colour":1},{"title":"Four","kind":"other"}]
        """

    private func size(_ harness: RouterHarness) async throws -> Int? {
        try await harness.get("ledger", as: harness.meridian.founder).json["size"].int
    }

    @Test func eachLineHasItsOwnResult() async throws {
        let harness = try await RouterHarness.api()
        let before = try #require(try await size(harness))
        let reply = try await harness.post("tasks/bulk", Self.mixed, as: harness.meridian.founder)
        #expect(reply.status == 200, "\(reply.text)")
        let json = try reply.json
        #expect(json["created"].int == 2 && json["refused"].int == 4)
        let lines = json["lines"].items
        #expect(lines.map { $0["index"].int } == Array(0..<6))
        #expect(lines.map { $0["status"].int } == [201, 422, 422, 422, 422, 201])
        #expect(lines.map { $0["problem"]["errors"][0]["field"].string } == [nil, "title", "", "kind", "colour", nil])
        for line in lines where line["status"].int == 201 {
            let record = try await harness.send(
                .get, try #require(line["location"].string), as: harness.meridian.founder)
            #expect(record.status == 200 && record.etag == "\"1\"")
        }
        #expect(try await size(harness) == before + 2)
    }

    @Test func oneRefusedLineRefusesAllOfAnAtomicOne() async throws {
        let harness = try await RouterHarness.api()
        let before = try await size(harness)
        let reply = try await harness.post("tasks/bulk?atomic=true", Self.mixed, as: harness.meridian.founder)
        #expect(reply.status == 422 && reply.headers[.contentType] == "application/problem+json")
        #expect(try reply.json["lines"].items.map { $0["index"].int } == [1, 2, 3, 4])
        #expect(try await size(harness) == before)
        let good = #"[{"title":"One","kind":"other"},{"title":"Two","kind":"other"}]"#
        let done = try await harness.post("tasks/bulk?atomic=true", good, as: harness.meridian.founder)
        #expect(try done.json["created"].int == 2 && done.status == 200)
    }

    @Test func aValueThatAnEarlierLineTookIsAConflictOfItsLine() async throws {
        let harness = try await RouterHarness.api()
        let lines = #"[{"code":"A-1","title":"One"},{"code":"A-1","title":"Two"},{"code":"A-2","title":"Three"}]"#
        let reply = try await harness.post("controls/bulk", lines, as: harness.meridian.founder)
        #expect(try reply.json["lines"].items.map { $0["status"].int } == [201, 409, 201], "\(reply.text)")
        #expect(try reply.json["lines"][1]["problem"]["errors"][0]["field"].string == "code")
        let list = try await harness.get("controls?sort=code&fields=code", as: harness.meridian.founder)
        #expect(try list.json["items"].items.map { $0["code"].string } == ["A-1", "A-2"])
    }

    @Test func whatIsNoArrayOrTooLongIsRefused() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        #expect(try await harness.post("tasks/bulk", "{}", as: founder).status == 400)
        #expect(try await harness.post("tasks/bulk", "[", as: founder).status == 400)
        #expect(try await harness.post("tasks/bulk", "[]", as: founder).status == 422)
        let line = #"{"title":"x","kind":"other"}"#
        let many = "[" + Array(repeating: line, count: RecordService.bulkLinesMax + 1).joined(separator: ",") + "]"
        let refused = try await harness.post("tasks/bulk", many, as: founder)
        #expect(refused.status == 422 && refused.text.contains("1000"))
        #expect(try await harness.post("tasks/bulk?atomic=maybe", "[\(line)]", as: founder).status == 422)
        let most = "[" + Array(repeating: line, count: RecordService.bulkLinesMax).joined(separator: ",") + "]"
        #expect(
            try await harness.post("tasks/bulk", most, as: founder).json["created"].int == RecordService.bulkLinesMax)
    }

    @Test(arguments: Registry.schemas)
    func whoMayCreateNoneMayCreateNoneAtOnce(_ schema: AnySchema) async throws {
        let harness = try await RouterHarness.shared.value
        let auditor = harness.hospital[.externalAuditor]
        let reply = try await harness.post("\(schema.plural)/bulk", "[{}]", as: auditor)
        #expect(reply.status == 403, "\(reply.text)")
    }
}
