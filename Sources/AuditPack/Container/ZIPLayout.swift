// The bytes of a ZIP file (PKWARE APPNOTE 6.3) that is not compressed and leaves nothing open: no times, no attributes,
// no comments, no gaps. The same files in the same order give the same bytes, so the reader can compare every one.

/// A file inside a ZIP file.
public struct ZIPEntry: Hashable, Sendable {
    /// Its path, as `records/000000.ndjson`.
    public let name: String
    /// Its length in bytes.
    public let bytes: Int
    /// The CRC-32 of its content.
    public let crc32: UInt32
    /// Where its header begins, in bytes from the beginning of the ZIP file.
    public let offset: Int

    /// See the properties.
    public init(name: String, bytes: Int, crc32: UInt32, offset: Int) {
        self.name = name
        self.bytes = bytes
        self.crc32 = crc32
        self.offset = offset
    }

    /// Where the content begins.
    public var contentOffset: Int { offset + ZIPLayout.localHeader(of: self).count }
    /// Where the next header begins.
    public var end: Int { contentOffset + bytes }
}

/// Headers and directory of a ZIP file.
enum ZIPLayout {
    static let localSignature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    static let centralSignature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    static let endSignature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    /// A local header without name and extra field.
    static let localHeaderBytes = 30
    /// The end record, which has no comment.
    static let endBytes = 22
    static let nameBytesMax = 255
    /// A field of 32 bits that says: see the ZIP64 field.
    private static let elsewhere32 = 0xFFFF_FFFF
    private static let elsewhere16 = 0xFFFF

    /// Letters, digits and `._-` in segments: no system reads such a path differently, and none leads upwards.
    static func isSafeName(_ name: String) -> Bool {
        guard (1...nameBytesMax).contains(name.utf8.count) else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                        UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }

    /// What stands before the content of a file.
    static func localHeader(of entry: ZIPEntry) -> [UInt8] {
        let isLarge = entry.bytes >= elsewhere32
        var bytes = LittleEndianBytes()
        bytes.append(localSignature)
        bytes.append(common(entry, needed: isLarge ? 45 : 20, extraBytes: isLarge ? 20 : 0))
        bytes.append(Array(entry.name.utf8))
        if isLarge { bytes.append(extra([entry.bytes, entry.bytes])) }
        return bytes.bytes
    }

    /// The directory of all files with the records that end the ZIP file.
    static func directory(of entries: [ZIPEntry], at start: Int) -> [UInt8] {
        var bytes = LittleEndianBytes()
        for entry in entries { appendCentral(entry, to: &bytes) }
        let length = bytes.bytes.count
        let isLarge = entries.count >= elsewhere16 || length >= elsewhere32 || start >= elsewhere32
        if isLarge {
            let at = start + length
            bytes.append([0x50, 0x4B, 0x06, 0x06])
            bytes.append64(44)
            bytes.append16(45)
            bytes.append16(45)
            bytes.append32(0)
            bytes.append32(0)
            bytes.append64(entries.count)
            bytes.append64(entries.count)
            bytes.append64(length)
            bytes.append64(start)
            bytes.append([0x50, 0x4B, 0x06, 0x07])
            bytes.append32(0)
            bytes.append64(at)
            bytes.append32(1)
        }
        bytes.append(endSignature)
        bytes.append16(0)
        bytes.append16(0)
        bytes.append16(min(entries.count, elsewhere16))
        bytes.append16(min(entries.count, elsewhere16))
        bytes.append32(min(length, elsewhere32))
        bytes.append32(min(start, elsewhere32))
        bytes.append16(0)
        return bytes.bytes
    }

    private static func appendCentral(_ entry: ZIPEntry, to bytes: inout LittleEndianBytes) {
        var wide: [Int] = []
        if entry.bytes >= elsewhere32 { wide += [entry.bytes, entry.bytes] }
        if entry.offset >= elsewhere32 { wide.append(entry.offset) }
        bytes.append(centralSignature)
        bytes.append16(45)
        bytes.append(common(entry, needed: wide.isEmpty ? 20 : 45, extraBytes: wide.isEmpty ? 0 : 4 + 8 * wide.count))
        // Comment, disk, attributes.
        bytes.append16(0)
        bytes.append16(0)
        bytes.append16(0)
        bytes.append32(0)
        bytes.append32(min(entry.offset, elsewhere32))
        bytes.append(Array(entry.name.utf8))
        if !wide.isEmpty { bytes.append(extra(wide)) }
    }

    /// The fields that a local header and the directory share: UTF-8 names, stored, 1 January 1980, 00:00.
    private static func common(_ entry: ZIPEntry, needed: Int, extraBytes: Int) -> [UInt8] {
        var bytes = LittleEndianBytes()
        bytes.append16(needed)
        bytes.append16(0x0800)
        bytes.append16(0)
        bytes.append16(0)
        bytes.append16(0x0021)
        bytes.append32(Int(entry.crc32))
        bytes.append32(min(entry.bytes, elsewhere32))
        bytes.append32(min(entry.bytes, elsewhere32))
        bytes.append16(entry.name.utf8.count)
        bytes.append16(extraBytes)
        return bytes.bytes
    }

    /// The ZIP64 field, with those numbers that 32 bits do not hold.
    private static func extra(_ numbers: [Int]) -> [UInt8] {
        var bytes = LittleEndianBytes()
        bytes.append16(1)
        bytes.append16(8 * numbers.count)
        for number in numbers { bytes.append64(number) }
        return bytes.bytes
    }
}

/// Numbers as ZIP files have them.
struct LittleEndianBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ more: [UInt8]) { bytes += more }
    mutating func append16(_ number: Int) { append(number, 2) }
    mutating func append32(_ number: Int) { append(number, 4) }
    mutating func append64(_ number: Int) { append(number, 8) }
    private mutating func append(_ number: Int, _ count: Int) {
        for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
    }

    /// The number of `count` bytes at an offset.
    static func read(_ bytes: [UInt8], at offset: Int, count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
}
