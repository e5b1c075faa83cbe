// JSON for people: indented, in the order in which the server wrote it, and without anything that a terminal obeys.

/// Lays out JSON that was parsed before and so is known to be well-formed.
package enum JSONLayout {
    /// The text with a line for each member and element.
    /// - Parameter level: How deep it stands in what is around it.
    package static func indented(_ bytes: [UInt8], level: Int = 0) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count * 2)
        var level = level
        func breakLine() {
            out.append(UInt8(ascii: "\n"))
            out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
        }
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): at += 1
            case UInt8(ascii: "\""):
                let end = stringEnd(bytes, at)
                append(string: bytes[at..<end], to: &out)
                at = end
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let next = skipSpace(bytes, at + 1)
                out.append(byte)
                if next < bytes.count, bytes[next] == byte + 2 {
                    out.append(byte + 2)
                    at = next + 1
                } else {
                    level += 1
                    breakLine()
                    at = next
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                level -= 1
                breakLine()
                out.append(byte)
                at += 1
            case UInt8(ascii: ","):
                out.append(byte)
                breakLine()
                at += 1
            case UInt8(ascii: ":"):
                out.append(contentsOf: [byte, UInt8(ascii: " ")])
                at += 1
            default:
                out.append(byte)
                at += 1
            }
        }
        return out
    }

    /// The texts of the elements of the array under a name of the outermost object.
    static func elements(of name: String, in bytes: [UInt8]) -> [[UInt8]] {
        var at = skipSpace(bytes, skipSpace(bytes, 0) + 1)
        while at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            let end = stringEnd(bytes, at)
            let isIt = String(decoding: bytes[(at + 1)..<(end - 1)], as: UTF8.self) == name
            at = skipSpace(bytes, skipSpace(bytes, end) + 1)
            if isIt { return elements(bytes, at) }
            at = skipSpace(bytes, valueEnd(bytes, at))
            if at < bytes.count, bytes[at] == UInt8(ascii: ",") { at = skipSpace(bytes, at + 1) }
        }
        return []
    }

    private static func elements(_ bytes: [UInt8], _ start: Int) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var at = skipSpace(bytes, start + 1)
        while at < bytes.count, bytes[at] != UInt8(ascii: "]") {
            let end = valueEnd(bytes, at)
            found.append(Array(bytes[at..<end]))
            at = skipSpace(bytes, end)
            if at < bytes.count, bytes[at] == UInt8(ascii: ",") { at = skipSpace(bytes, at + 1) }
        }
        return found
    }

    /// Behind the value that starts here.
    private static func valueEnd(_ bytes: [UInt8], _ start: Int) -> Int {
        var at = start
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at = stringEnd(bytes, at)
                if depth == 0 { return at }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth < 0 { return at }
                if depth == 0 { return at + 1 }
            case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09:
                if depth == 0 { return at }
            default: break
            }
            at += 1
        }
        return at
    }

    /// Behind the closing quote of the string that starts here.
    private static func stringEnd(_ bytes: [UInt8], _ start: Int) -> Int {
        var at = start + 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        return min(at + 1, bytes.count)
    }

    private static func skipSpace(_ bytes: [UInt8], _ start: Int) -> Int {
        var at = start
        while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
        return at
    }

    /// A string as it is, but for DEL and the C1 controls (U+007F to U+009F), which JSON may hold as they are and a
    /// terminal may take for commands.
    private static func append(string: ArraySlice<UInt8>, to out: inout [UInt8]) {
        var at = string.startIndex
        while at < string.endIndex {
            let byte = string[at]
            if byte == 0x7F {
                out.append(contentsOf: "\\u007f".utf8)
            } else if byte == 0xC2, at + 1 < string.endIndex, (0x80...0x9F).contains(string[at + 1]) {
                out.append(contentsOf: "\\u00\(String(string[at + 1], radix: 16))".utf8)
                at += 1
            } else {
                out.append(byte)
            }
            at += 1
        }
    }
}
