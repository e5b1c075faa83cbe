// How much a caller may ask, and in which forms.
import Access
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RESTAPI
import RecordKit
import Storage
import TestKit
import Testing

@Suite struct LimitTests {
    private func harness(caller: Int, address: Int) async throws -> RouterHarness {
        try await RouterHarness { services, router in
            let limits = RateLimits(
                caller: RateLimit(requestsMax: caller), address: RateLimit(requestsMax: address))
            RESTRoutes(
                services: services, limiter: RateLimiter(limits: limits, clock: services.environment.clock)
            ).add(to: router)
        }
    }
    private let policy = HTTPField.Name("RateLimit-Policy")
    private let left = HTTPField.Name("RateLimit")

    @Test func aTokenHasItsOwnBucketThatTimeRefills() async throws {
        let harness = try await harness(caller: 3, address: 1)
        let founder = harness.meridian.founder
        let (policy, left) = (try #require(policy), try #require(left))
        for remaining in [2, 1, 0] {
            let reply = try await harness.get("me", as: founder)
            #expect(reply.status == 200 && reply.headers[policy] == "\"default\";q=3;w=60")
            #expect(reply.headers[left] == "\"default\";r=\(remaining);t=\((3 - remaining) * 20)")
        }
        let refused = try await harness.get("me", as: founder)
        #expect(refused.status == 429 && refused.headers[.retryAfter] == "20")
        #expect(refused.headers[left] == "\"default\";r=0;t=60")
        #expect(try refused.json["type"].string == "urn:concord:problem:too-many-requests")
        // Another token is another bucket, even of the same person.
        let other = try await harness.token(founder, mayWrite: false)
        #expect(try await harness.send(.get, "/api/v1/me", as: other).status == 200)
        harness.clock.advance(seconds: 19)
        #expect(try await harness.get("me", as: founder).status == 429)
        harness.clock.advance(seconds: 1)
        #expect(try await harness.get("me", as: founder).status == 200)
        #expect(try await harness.get("me", as: founder).status == 429)
    }

    @Test func whoIsNotSignedInSharesTheBucketOfTheAddress() async throws {
        let harness = try await harness(caller: 100, address: 2)
        #expect(try await harness.send(.get, "/api/openapi.json").status == 200)
        #expect(try await harness.send(.get, "/api/v1/me", as: "concord_wrong").status == 401)
        #expect(try await harness.send(.get, "/api/v1/me", as: "concord_guess").status == 429)
        #expect(try await harness.send(.get, "/api/openapi.json").status == 429)
        #expect(try await harness.get("me", as: harness.meridian.founder).status == 200)
    }

    @Test func aSessionIsCountedByItsAccount() async throws {
        let harness = try await harness(caller: 2, address: 100)
        let founder = harness.meridian.founder
        for expected in [200, 200, 429] {
            let session = try await harness.session(founder)
            let reply = try await harness.send(.get, "/api/v1/me", headers: [.cookie: session.cookie])
            #expect(reply.status == expected)
        }
    }

    @Test func bucketsAreBounded() {
        let clock = SteppedClock()
        let limits = RateLimits(caller: nil, address: RateLimit(requestsMax: 10))
        let limiter = RateLimiter(limits: limits, clock: clock.environment.clock)
        for n in 0..<(RateLimiter.bucketsMax * 2) { #expect(limiter.take(.address("a\(n)"))?.remaining == 9) }
        #expect(limiter.take(.token("t")) == nil, "no limit, no verdict")
        #expect(limiter.take(.address("b"))?.remaining == 9)
        #expect(limiter.take(.address("b"))?.remaining == 8)
    }

    @Test func nodesGoOnFromWhatIsLeftForAllOfThem() async throws {
        let clock = SteppedClock()
        let limits = RateLimits(caller: RateLimit(requestsMax: 10), address: RateLimit(requestsMax: 10))
        let nodes = (0..<2).map { _ in RateLimiter(limits: limits, clock: clock.environment.clock) }
        var taken: [String: Int] = [:]
        var isAway = false
        func share(_ node: Int) async throws {
            try await nodes[node].share { budget, counts in
                #expect(budget == RequestBudget(full: 10, windowSeconds: 60))
                if isAway { throw StoreError.unavailable("away") }
                taken.merge(counts, uniquingKeysWith: +)
                return counts.reduce(into: [:]) { $0[$1.key] = Double(10 - (taken[$1.key] ?? 0)) }
            }
        }
        for _ in 0..<4 { _ = nodes[0].take(.token("t")) }
        _ = nodes[0].take(.address("a"))
        for _ in 0..<3 { _ = nodes[1].take(.token("t")) }
        isAway = true
        await #expect(throws: StoreError.self) { try await share(0) }
        #expect(nodes[0].take(.token("t"))?.remaining == 5, "alone it counts for itself")
        isAway = false
        try await share(0)
        #expect(taken == ["token:t": 5, "address:a": 1], "what could not be told is told later")
        try await share(0)
        #expect(taken == ["token:t": 5, "address:a": 1], "and once")
        try await share(1)
        #expect(nodes[1].take(.token("t"))?.remaining == 1, "ten, less five there and four here")
        _ = nodes[1].take(.token("t"))
        #expect(nodes[1].take(.token("t"))?.isAllowed == false)
        for _ in 0..<5 { _ = nodes[0].take(.token("t")) }
        try await share(0)
        try await share(1)
        // Both let too much through before they knew: the debt is paid before there is a request again.
        let verdict = try #require(nodes[1].take(.token("t")))
        #expect(!verdict.isAllowed && verdict.remaining == 0 && verdict.retrySeconds > 6)
        #expect(nodes[0].take(.address("a"))?.remaining == 8)
    }

    @Test func whoStaysBelowTheLimitWhileTheDatabaseIsAwayOwesNothing() async throws {
        let clock = SteppedClock()
        let limits = RateLimits(caller: RateLimit(requestsMax: 60), address: nil)
        let limiter = RateLimiter(limits: limits, clock: clock.environment.clock)
        for _ in 0..<600 {
            clock.advance(seconds: 1)
            #expect(limiter.take(.token("t"))?.isAllowed == true)
            await #expect(throws: StoreError.self) {
                try await limiter.share { _, _ in throw StoreError.unavailable("away") }
            }
        }
        try await limiter.share { _, counts in
            #expect(counts == ["token:t": 1], "the other 599 came back meanwhile")
            return ["token:t": 59]
        }
        #expect(limiter.take(.token("t"))?.remaining == 58)
    }

    @Test func aNodeWithoutOthersCountsForItself() async throws {
        let limits = RateLimits(caller: RateLimit(requestsMax: 10), address: nil)
        let limiter = RateLimiter(limits: limits, clock: SteppedClock().environment.clock)
        for _ in 0..<4 { _ = limiter.take(.token("t")) }
        try await limiter.share { _, _ in nil }
        #expect(limiter.take(.token("t"))?.remaining == 5)
    }

    @Test(
        arguments: [
            (nil, 200), ("*/*", 200), ("application/json", 200), ("application/*", 200), ("text/html, */*;q=0.1", 200),
            ("APPLICATION/JSON", 200), ("text/html", 406), ("application/json;q=0", 406),
            ("*/*, application/json;q=0", 406),
            ("text/*", 406), ("application/xml, text/csv", 406), ("application/json; q=0.5", 200), ("nonsense", 406),
        ] as [(String?, Int)])
    func whatIsNotAcceptedIsNotSent(_ accept: String?, _ status: Int) async throws {
        let harness = try await RouterHarness.shared.value
        var headers = HTTPFields()
        if let accept { headers[.accept] = accept }
        let reply = try await harness.send(.get, "/api/v1/me", as: harness.hospital.founder, headers: headers)
        #expect(reply.status == status, "\(accept ?? "")")
    }

    @Test(
        arguments: [
            ("application/json", nil, 201), ("application/json; charset=utf-8", nil, 201),
            ("application/json;charset=\"UTF-8\"", "identity", 201), ("application/json; charset=latin1", nil, 415),
            ("application/json", "gzip", 415), ("text/json", nil, 415), ("application/json-seq", nil, 415),
            ("", nil, 415),
        ] as [(String, String?, Int)])
    func aBodyInAnotherFormIsRefused(_ type: String, _ encoding: String?, _ status: Int) async throws {
        let harness = try await RouterHarness.shared.value
        var headers: HTTPFields = [.contentType: type]
        if let encoding { headers[.contentEncoding] = encoding }
        let reply = try await harness.post(
            "tasks", #"{"title":"Form","kind":"other"}"#, as: harness.hospital.founder, headers: headers)
        #expect(reply.status == status, "\(type): \(reply.text)")
    }

    @Test func bytesThatAreNoUTF8AreRefusedWithTheirPlace() async throws {
        let harness = try await RouterHarness.shared.value
        for (bytes, place) in [
            ([0x22, 0xC3, 0x28, 0x22] as [UInt8], "byte 9"), ([0x22, 0xED, 0xA0, 0x80, 0x22], "byte 9"),
            ([0x22, 0xC0, 0xAF, 0x22], "byte 9"), ([0xFF], "byte 9"),
        ] {
            let body = Array("{\"title\":".utf8) + bytes + Array("}".utf8)
            let reply = try await harness.send(
                .post, "/api/v1/tasks", as: harness.hospital.founder, bytes: body)
            #expect(reply.status == 400 && reply.text.contains(place), "\(reply.text)")
        }
    }
}
