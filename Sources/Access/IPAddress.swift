// Addresses of peers: read, compared, and as they are counted.
import Foundation

/// An IP address; one of version 4 is the same whether it is written as such or as version 6.
struct IPAddress: Sendable, Hashable {
    /// 16 bytes; those of version 4 are mapped (RFC 4291, 2.5.5.2).
    let bytes: [UInt8]

    init?(_ text: some StringProtocol) {
        let host = String(text)
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, host, &four) == 1 {
            bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, host, &six) == 1 {
            bytes = withUnsafeBytes(of: &six) { Array($0) }
        } else {
            return nil
        }
    }

    /// - Parameter hop: With or without a port, as proxies write it: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`,
    ///   `[2001:db8::1]:80`.
    init?(hop: some StringProtocol) {
        let host = hop.trimmingCharacters(in: .whitespaces)
        if host.first == "[", let end = host.firstIndex(of: "]") {
            self.init(host[host.index(after: host.startIndex)..<end])
        } else if host.count(where: { $0 == ":" }) == 1, let end = host.firstIndex(of: ":") {
            self.init(host[..<end])
        } else {
            self.init(host)
        }
    }

    /// Whether the first bits are those of another address.
    func shares(_ bits: Int, with other: IPAddress) -> Bool {
        let (whole, rest) = (bits / 8, bits % 8)
        guard bytes[..<whole] == other.bytes[..<whole] else { return false }
        return rest == 0 || (bytes[whole] ^ other.bytes[whole]) >> (8 - rest) == 0
    }

    private var isVersion4: Bool { bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF }

    /// As it is written.
    var text: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let isFour = isVersion4
        let written = (isFour ? Array(bytes[12...]) : bytes).withUnsafeBytes {
            inet_ntop(isFour ? AF_INET : AF_INET6, $0.baseAddress, &buffer, socklen_t(buffer.count))
        }
        precondition(written != nil, "the buffer holds any address")
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What counts as one address: of version 6 a network of 64 bits, for a single customer has 2^64 of them.
    var network: String {
        isVersion4 ? text : bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":") + "/64"
    }
}

/// Addresses of peers, as they are counted.
package enum PeerAddress {
    /// What counts as one address; a text that is none counts as itself.
    package static func network(_ address: String) -> String {
        IPAddress(address)?.network ?? String(address.prefix(64))
    }
}
