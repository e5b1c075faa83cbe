// The heads of files in a tar archive (POSIX.1-1988 ustar), so that a backup without a passphrase opens with any tar.
import Foundation

/// A file of an archive.
package struct TarHeader: Hashable, Sendable {
    static let blockBytes = 512
    /// The largest size in octal digits; a larger one is written as GNU tar does, in binary.
    private static let octalMax = 0o77_777_777_777

    /// Parts separated by `/`, in ASCII: the last at most 100 bytes, the others together at most 155.
    package let name: String
    package let bytes: Int

    package init(name: String, bytes: Int) {
        self.name = name
        self.bytes = bytes
    }

    /// Bytes that fill up the file's last block.
    var paddingBytes: Int { (Self.blockBytes - bytes % Self.blockBytes) % Self.blockBytes }

    /// The block before the file's bytes.
    func block(seconds: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        func put(_ text: some Sequence<UInt8>, at offset: Int) {
            for (position, byte) in text.enumerated() { block[offset + position] = byte }
        }
        func octal(_ number: Int, digits: Int) -> [UInt8] {
            let text = String(number, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }
        let parts = name.split(separator: "/")
        precondition(!parts.isEmpty, "a file without a name")
        let (prefix, last) = (parts.dropLast().joined(separator: "/"), String(parts[parts.count - 1]))
        precondition(last.utf8.count <= 100 && prefix.utf8.count <= 155, "the name \(name) is too long for an archive")
        put(last.utf8, at: 0)
        put(octal(0o600, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        if bytes <= Self.octalMax {
            put(octal(bytes, digits: 11), at: 124)
        } else {
            put([0x80, 0, 0, 0] + withUnsafeBytes(of: UInt64(bytes).bigEndian) { Array($0) }, at: 124)
        }
        put(octal(seconds, digits: 11), at: 136)
        put([UInt8](repeating: 0x20, count: 8), at: 148)
        put("0".utf8, at: 156)
        put("ustar\0".utf8, at: 257)
        put("00".utf8, at: 263)
        put(prefix.utf8, at: 345)
        put(octal(Self.checksum(block), digits: 6) + [0, 0x20], at: 148)
        return block
    }

    /// Reads a block.
    /// - Returns: `nil` for one that ``block(seconds:)`` would not write.
    init?(block: [UInt8]) {
        guard block.count == Self.blockBytes else { return nil }
        func text(_ range: Range<Int>) -> String {
            String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self)
        }
        let (last, prefix) = (text(0..<100), text(345..<500))
        name = prefix.isEmpty ? last : prefix + "/" + last
        if block[124] == 0x80 {
            guard let size = Int(exactly: block[128..<136].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) else {
                return nil
            }
            bytes = size
        } else {
            guard let size = Self.octal(block[124..<135]) else { return nil }
            bytes = size
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 0x21...0x7E ~= $0 } }),
            let seconds = Self.octal(block[136..<147]), bytes >= 0, self.block(seconds: seconds) == block
        else { return nil }
    }

    private static func octal(_ digits: ArraySlice<UInt8>) -> Int? {
        let text = String(decoding: digits, as: UTF8.self)
        // No sign, no blank.
        return text.utf8.allSatisfy { 0x30...0x37 ~= $0 } ? Int(text, radix: 8) : nil
    }

    /// The sum of all bytes, those of the sum itself taken for blanks.
    private static func checksum(_ block: [UInt8]) -> Int {
        var sum = 8 * 0x20
        for byte in block { sum += Int(byte) }
        for byte in block[148..<156] { sum -= Int(byte) }
        return sum
    }
}
