// Whom a request comes from, where proxies that are trusted pass it on.

/// Proxies whose word about their clients is taken.
package struct TrustedProxies: Sendable, Equatable {
    private struct Network: Sendable, Equatable {
        let address: IPAddress
        let bits: Int
    }
    private var networks: [Network] = []

    package static let none = TrustedProxies()
    private init() {}

    /// - Parameter networks: Addresses, or networks as in `10.0.5.0/28`, from which only proxies come.
    /// - Returns: `nil` if one is neither.
    package init?(_ networks: [String]) {
        for text in networks {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let first = parts.first, let address = IPAddress(first) else { return nil }
            let bitsMax = first.contains(":") ? 128 : 32
            let bits = parts.count == 2 ? Int(parts[1]) : bitsMax
            guard let bits, (0...bitsMax).contains(bits) else { return nil }
            self.networks.append(Network(address: address, bits: bits + 128 - bitsMax))
        }
    }

    package var isEmpty: Bool { networks.isEmpty }

    private func isTrusted(_ address: IPAddress) -> Bool {
        networks.contains { address.shares($0.bits, with: $0.address) }
    }

    /// The client's address: the last one that a trusted proxy saw and that is none itself. What stands before it can be
    /// anybody's invention.
    /// - Parameters:
    ///   - peer: The other end of the connection.
    ///   - forwarded: The values of `X-Forwarded-For`, in order.
    package func client(of peer: String, forwarded: [String]) -> String {
        var client = peer
        var hops = forwarded.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }[...]
        while let address = IPAddress(client), isTrusted(address), let hop = hops.popLast() {
            // A trusted proxy that says nothing usable: then it stands for whoever is behind it.
            guard let next = IPAddress(hop: hop) else { break }
            client = next.text
        }
        return client
    }
}
