import Testing

@testable import Access

@Suite struct TrustedProxyTests {
    @Test(
        arguments: [
            (["10.0.0.0/8"], "10.1.2.3", ["192.0.2.1"], "192.0.2.1"),
            (["10.0.0.0/8"], "11.1.2.3", ["192.0.2.1"], "11.1.2.3"),
            (["10.128.0.0/9"], "10.127.0.1", ["192.0.2.1"], "10.127.0.1"),
            (["10.128.0.0/9"], "10.129.0.1", ["192.0.2.1"], "192.0.2.1"),
            (["127.0.0.1", "::1"], "::1", ["192.0.2.1:4711"], "192.0.2.1"),
            (["127.0.0.1"], "::ffff:127.0.0.1", ["2001:db8::1"], "2001:db8::1"),
            (["127.0.0.1"], "127.0.0.1", ["[2001:DB8::1]:4711"], "2001:db8::1"),
            (["2001:db8::/32"], "2001:db8:7::1", [" 192.0.2.1 "], "192.0.2.1"),
            (["0.0.0.0/0"], "10.0.0.1", ["192.0.2.1, 192.0.2.2"], "192.0.2.1"),
            (["10.0.0.0/8"], "10.0.0.1", ["203.0.113.1, 192.0.2.1,10.0.0.3", "10.0.0.2"], "192.0.2.1"),
            (["10.0.0.0/8"], "10.0.0.1", ["192.0.2.1,,10.0.0.3"], "10.0.0.3"),
            (["10.0.0.0/8"], "10.0.0.1", ["unknown"], "10.0.0.1"),
            (["10.0.0.0/8"], "10.0.0.1", [], "10.0.0.1"),
            (["10.0.0.0/8"], "unknown", ["192.0.2.1"], "unknown"),
            ([], "10.0.0.1", ["192.0.2.1"], "10.0.0.1"),
        ] as [([String], String, [String], String)])
    func theLastHopThatIsNoProxyIsTheClient(
        _ trusted: [String], _ peer: String, _ forwarded: [String], _ client: String
    ) throws {
        let proxies = try #require(TrustedProxies(trusted))
        #expect(proxies.client(of: peer, forwarded: forwarded) == client)
    }

    @Test(arguments: ["", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "::1/129", "10.0.0.1:80"])
    func whatIsNoNetworkIsRefused(_ text: String) {
        #expect(TrustedProxies([text]) == nil)
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "20:1:d:b8:0:1:0:2/64"),
            ("unknown", "unknown"),
        ])
    func anAddressCountsAsItsNetwork(_ address: String, _ network: String) {
        #expect(PeerAddress.network(address) == network)
    }
}
