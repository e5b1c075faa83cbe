// Behind a proxy, clients are told apart by what it says, and by nothing that they say themselves.
import Access
import HTTPTypes
import Testing

@Suite struct ProxyTests {
    private func forwarded(_ values: String...) throws -> HTTPFields {
        let name = try #require(HTTPField.Name("X-Forwarded-For"))
        return HTTPFields(values.map { HTTPField(name: name, value: $0) })
    }

    @Test func clientsOfATrustedProxyHaveBucketsOfTheirOwn() async throws {
        let world = try await ServerWorld(requestsMax: 1, proxies: try #require(TrustedProxies(["10.0.0.0/8"])))
        func status(_ headers: HTTPFields, from peer: String?) async throws -> Int {
            try await world.send(.get, "/api/openapi.json", headers, from: peer).status
        }
        #expect(try await status(forwarded("192.0.2.1"), from: "10.0.0.1") == 200)
        #expect(try await status(forwarded("192.0.2.2"), from: "10.0.0.1") == 200)
        #expect(try await status(forwarded("192.0.2.2"), from: "10.7.0.1") == 429, "the same client by another proxy")
        // What the client itself wrote in front counts for nothing.
        #expect(try await status(forwarded("203.0.113.9, 192.0.2.1"), from: "10.0.0.1") == 429)
        #expect(try await status(forwarded("203.0.113.9", "192.0.2.1, 10.0.0.2"), from: "10.0.0.1") == 429)
        // Somebody who comes by no proxy is who they are, whatever they say.
        #expect(try await status(forwarded("192.0.2.3"), from: "198.51.100.1") == 200)
        #expect(try await status(forwarded("192.0.2.4"), from: "198.51.100.1") == 429)
        // A proxy that says nothing usable stands for all behind it.
        #expect(try await status([:], from: "10.0.0.1") == 200)
        #expect(try await status(forwarded("nobody"), from: "10.0.0.1") == 429)
        try world.end()
    }

    @Test func withoutTrustNobodyIsBelieved() async throws {
        let world = try await ServerWorld(requestsMax: 1)
        #expect(
            try await world.send(.get, "/api/openapi.json", forwarded("192.0.2.1"), from: "10.0.0.1").status == 200)
        #expect(
            try await world.send(.get, "/api/openapi.json", forwarded("192.0.2.2"), from: "10.0.0.1").status == 429)
        try world.end()
    }
}
