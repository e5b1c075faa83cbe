// The 32-byte SHA-256 value that every part of this library passes around, and the strict text forms of it.

import Crypto
import Foundation

/// A SHA-256 value (32 bytes), kept inline so that arrays of it are flat memory.
public struct Hash: Hashable, Sendable {
    /// The length of a hash in bytes.
    public static let byteCount = 32

    // The four words hold the bytes in memory order, not as numbers.
    private let word0: UInt64
    private let word1: UInt64
    private let word2: UInt64
    private let word3: UInt64

    /// Reads `byteCount` bytes at any alignment.
    init(unaligned source: UnsafeRawPointer) {
        word0 = source.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        word1 = source.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        word2 = source.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        word3 = source.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    init(_ digest: SHA256Digest) {
        self = digest.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, buffer.count == Hash.byteCount else {
                preconditionFailure("a SHA-256 digest has 32 bytes")
            }
            return Hash(unaligned: base)
        }
    }

    /// Takes exactly 32 bytes; `nil` for any other length.
    public init?(_ bytes: some Collection<UInt8>) {
        let copy = Array(bytes)
        guard copy.count == Hash.byteCount else { return nil }
        self = copy.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("32 bytes have an address") }
            return Hash(unaligned: base)
        }
    }

    /// Takes exactly 32 bytes, at any alignment; `nil` for any other length.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Hash.byteCount, let base = bytes.baseAddress else { return nil }
        self.init(unaligned: base)
    }

    /// Takes exactly 64 lower-case hexadecimal digits; `nil` for anything else, so that a hash has one spelling.
    public init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    /// Takes padded standard base64 of 32 bytes (RFC 4648, section 4); `nil` for anything else.
    public init?(base64: String) {
        guard let bytes = Base64.decode(base64) else { return nil }
        self.init(bytes)
    }

    /// The SHA-256 of `data`, without any prefix.
    public static func sha256(_ data: [UInt8]) -> Hash {
        Hash(SHA256.hash(data: data))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        withBytes { Array($0) }
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        withBytes { Hex.encode($0) }
    }

    /// Padded standard base64 (RFC 4648, section 4), 44 characters.
    public var base64: String {
        Base64.encode(bytes)
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: self, body)
    }
}

extension Hash: CustomStringConvertible {
    /// The hexadecimal form.
    public var description: String { hex }
}

/// Lower-case hexadecimal.
enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func append(_ bytes: some Sequence<UInt8>, to output: inout [UInt8]) {
        for byte in bytes {
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        }
    }

    /// The digit of a number below 16.
    static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    /// Whether a character is one of `0` to `9` and `a` to `f`.
    static func isDigit(_ character: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(character)
    }

    /// `nil` if a character is not a lower-case hexadecimal digit or the count is odd.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            let value: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }
}

/// Padded standard base64 that accepts only the one spelling an encoder writes, so that no signed text has two forms.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }

    static func decode(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        return Array(data)
    }
}
