// `Idempotency-Key`: sent twice, done once.
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct RequestKeyTests {
    private func create(
        _ harness: RouterHarness, key: String, title: String = "Once", as member: Member? = nil
    ) async throws -> Reply {
        try await harness.post(
            "tasks", #"{"title":"\#(title)","kind":"other"}"#, as: member ?? harness.meridian.founder,
            headers: [.idempotencyKey: key])
    }
    private func count(_ harness: RouterHarness) async throws -> Int? {
        try await harness.get("tasks?count=true&archived=include", as: harness.meridian.founder).json["total"].int
    }

    @Test func theSameRequestIsAnsweredAgainAndDoneOnce() async throws {
        let harness = try await RouterHarness.api()
        let first = try await create(harness, key: "k-1")
        #expect(first.status == 201 && first.headers[.idempotencyReplayed] == nil)
        let again = try await create(harness, key: "k-1")
        #expect(again.status == 201 && again.body == first.body && again.etag == first.etag)
        #expect(again.headers[.location] == first.headers[.location])
        #expect(again.headers[.idempotencyReplayed] == "true")
        #expect(try await create(harness, key: "\"k-1\"").body == first.body, "quoted as the draft has it")
        #expect(try await count(harness) == 1)
        // The answer stays the one of then, whatever happened to the record meanwhile.
        let path = "tasks/\(try #require(first.json["id"].string))"
        #expect(try await harness.patch(path, #"{"title":"Later"}"#, as: harness.meridian.founder).status == 200)
        #expect(try await create(harness, key: "k-1").body == first.body)
    }

    @Test func theSameKeyWithAnotherRequestIsRefused() async throws {
        let harness = try await RouterHarness.api()
        #expect(try await create(harness, key: "k").status == 201)
        let other = try await create(harness, key: "k", title: "Other")
        #expect(other.status == 422, "\(other.text)")
        #expect(try other.json["title"].string == "Key already used")
        let elsewhere = try await harness.post(
            "tasks/bulk", #"[{"title":"Once","kind":"other"}]"#, as: harness.meridian.founder,
            headers: [.idempotencyKey: "k"])
        #expect(elsewhere.status == 422)
        #expect(try await count(harness) == 1)
    }

    @Test func aKeyBelongsToItsAccountAndForADay() async throws {
        let harness = try await RouterHarness.api()
        #expect(try await create(harness, key: "k").status == 201)
        let other = try await create(harness, key: "k", as: harness.meridian[.complianceLead])
        #expect(other.status == 201 && other.headers[.idempotencyReplayed] == nil)
        harness.clock.advance(seconds: 24 * 3_600 - 1)
        #expect(try await create(harness, key: "k").headers[.idempotencyReplayed] == "true")
        harness.clock.advance(seconds: 1)
        let late = try await create(harness, key: "k", title: "A day later")
        #expect(late.status == 201 && late.headers[.idempotencyReplayed] == nil)
        #expect(try await count(harness) == 3)
    }

    @Test func aRefusedRequestKeepsNoKey() async throws {
        let harness = try await RouterHarness.api()
        #expect(try await create(harness, key: "k", title: "").status == 422)
        #expect(try await create(harness, key: "k", title: "Mended").status == 201)
    }

    @Test func transitionsArchivingAndBulkTakeKeysToo() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        let task = try await create(harness, key: "made")
        let path = "tasks/\(try #require(task.json["id"].string))"
        func post(_ end: String, _ key: String, _ tag: String, _ body: String = "{}") async throws -> Reply {
            try await harness.post(
                "\(path)/\(end)", body, as: founder, headers: [.ifMatch: tag, .idempotencyKey: key])
        }
        for (end, key, tag) in [
            ("transitions/start", "t", "\"1\""), ("archive", "a", "\"2\""), ("restore", "r", "\"3\""),
        ] {
            let first = try await post(end, key, tag)
            #expect(first.status == 200, "\(end): \(first.text)")
            let again = try await post(end, key, tag)
            #expect(again.status == 200 && again.body == first.body && again.etag == first.etag, "\(end)")
            #expect(again.headers[.idempotencyReplayed] == "true")
            // Without the key the version is old by now.
            #expect(try await harness.take("\(path)/\(end)", as: founder, ifMatch: tag, reason: nil).status == 412)
        }
        let lines = #"[{"title":"One","kind":"other"},{"title":""}]"#
        let first = try await harness.post("tasks/bulk", lines, as: founder, headers: [.idempotencyKey: "b"])
        let again = try await harness.post("tasks/bulk", lines, as: founder, headers: [.idempotencyKey: "b"])
        #expect(first.status == 200 && again.body == first.body)
        #expect(again.headers[.idempotencyReplayed] == "true")
        #expect(try await count(harness) == 2)
    }

    @Test func whoMayNoLongerSeeTheRecordGetsNoAnswerAgain() async throws {
        let harness = try await RouterHarness.api()
        let employee = harness.meridian[.employee]
        let first = try await create(harness, key: "k", as: employee)
        #expect(first.status == 201, "\(first.text)")
        try await harness.services.accounts.removeMembership(
            account: employee.account.id, organisation: harness.meridian.id)
        #expect(try await create(harness, key: "k", as: employee).status == 401)
    }

    @Test(arguments: ["", "a b", "ä", String(repeating: "k", count: 256)])
    func aMalformedKeyIsRefused(_ key: String) async throws {
        let harness = try await RouterHarness.shared.value
        #expect(try await create(harness, key: key).status == 400)
    }

    @Test func manyAtOnceMakeOneRecord() async throws {
        let harness = try await RouterHarness.api()
        let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
            for _ in 0..<16 { group.addTask { try await create(harness, key: "k") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replies.allSatisfy { $0.status == 201 || $0.status == 409 })
        let bodies = Set(replies.filter { $0.status == 201 }.map(\.body))
        #expect(bodies.count == 1)
        for refused in replies where refused.status == 409 { #expect(refused.headers[.retryAfter] == "1") }
        #expect(try await count(harness) == 1)
    }

    /// Whoever looks into the table of keys finds no content of records.
    @Test func whatIsKeptHoldsNoContent() async throws {
        let harness = try await RouterHarness.api()
        let founder = harness.meridian.founder
        #expect(try await create(harness, key: "k", title: "Ada Lovelace").status == 201)
        let key = RequestKey(account: founder.account.id, organisation: harness.meridian.id, key: "k")
        let now = harness.clock.now
        let kept = try #require(try await harness.store.read { try $0.keptRequest(key, at: now) })
        #expect(!kept.answer.contains("Lovelace") && kept.answer.contains("task"))
    }
}
