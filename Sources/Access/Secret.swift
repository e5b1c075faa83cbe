// Secrets that a browser, a program or a link carries. Stores keep only their SHA-256: a stolen database opens nothing.
import Crypto
import Foundation

/// A random text of 256 bits that proves who sends it.
package struct Secret: Sendable, Hashable {
    package static let randomBytes = 32
    /// Longer texts are no secrets of ours and are not even hashed.
    package static let charactersMax = 200

    /// What the holder keeps, in characters that need no escaping in cookies, headers and addresses.
    package let text: String

    /// - Parameter prefix: What a program that searches for leaked keys recognises it by.
    package init(prefix: String = "", from random: RandomSource) {
        text = prefix + Base64URL.encode(random.bytes(Self.randomBytes))
    }
    package init(text: String) { self.text = text }

    /// What the store keeps. 256 random bits need no slow hash.
    package var hash: [UInt8] { Array(SHA256.hash(data: Data(text.utf8))) }

    /// Compares two texts in a time that does not depend on where they differ.
    package static func areEqual(_ a: String, _ b: String) -> Bool {
        // Digests compare in constant time.
        SHA256.hash(data: Data(a.utf8)) == SHA256.hash(data: Data(b.utf8))
    }
}

/// Base64 in the alphabet for addresses and without padding (RFC 4648, section 5).
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    /// - Returns: `nil` for any text that ``encode(_:)`` does not make.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var base64 = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64) else { return nil }
        let bytes = Array(data)
        return encode(bytes) == text ? bytes : nil
    }
}
