// How much a caller may ask, and in which forms.
import Access
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RESTAPI
import RecordKit
import TestKit
import Testing

@Suite struct LimitTests {
    private func harness(caller: Int, address: Int) async throws -> RouterHarness {
        try await RouterHarness { services, router in
            RESTRoutes(
                services: services,
                limits: RateLimits(
                    caller: RateLimit(requestsMax: caller), address: RateLimit(requestsMax: address))
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
