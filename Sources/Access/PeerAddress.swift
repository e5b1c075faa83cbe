// Addresses of peers, as they are counted.
import Foundation

/// What counts as one address.
package enum PeerAddress {
    /// An IPv6 network of 64 bits counts as one address: a single customer has 2^64 of them. An IPv4 address written
    /// as IPv6 counts as itself.
    package static func network(_ address: String) -> String {
        var six = in6_addr()
        guard inet_pton(AF_INET6, address, &six) == 1 else { return String(address.prefix(64)) }
        let bytes = withUnsafeBytes(of: &six) { Array($0) }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return bytes[12...].map(String.init).joined(separator: ".") }
        return bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":") + "/64"
    }
}
