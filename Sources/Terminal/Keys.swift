// From the bytes that a terminal sends to keys.
import Foundation

/// A key, or a character that came with one.
package enum Key: Sendable, Hashable {
    case character(Character)
    case enter, escape, tab, backspace, delete
    case up, down, left, right, home, end, pageUp, pageDown
    /// A letter with Ctrl, in lower case.
    case control(Character)
}

/// Decodes keys from bytes as they come.
package struct KeyDecoder: Sendable {
    private var pending: [UInt8] = []
    package init() {}

    /// Whether a key has begun that more bytes would finish: a lone Esc looks like the beginning of an arrow.
    package var isWaiting: Bool { !pending.isEmpty }

    /// Takes bytes and returns the keys that they finish.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [Key] {
        pending.append(contentsOf: bytes)
        var keys: [Key] = []
        while let (key, length) = first() {
            pending.removeFirst(length)
            if let key { keys.append(key) }
        }
        return keys
    }

    /// Nothing more came for a while: what has begun is what it is.
    package mutating func timeOut() -> [Key] {
        guard let first = pending.first else { return [] }
        let rest = pending.dropFirst()
        pending = []
        guard first == 0x1B else { return [] }
        return [.escape] + take(rest)
    }

    /// The first key and its bytes; no key for bytes that mean nothing; `nil` if more must come.
    private func first() -> (key: Key?, length: Int)? {
        guard let byte = pending.first else { return nil }
        switch byte {
        case 0x1B: return sequence()
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x09: return (.tab, 1)
        case 0x7F, 0x08: return (.backspace, 1)
        case 0x01...0x1A: return (.control(Character(Unicode.Scalar(byte + 0x60))), 1)
        case 0x00...0x1F: return (nil, 1)
        case 0x20..<0x80: return (.character(Character(Unicode.Scalar(byte))), 1)
        default: return character(byte)
        }
    }

    /// A character of several bytes in UTF-8.
    private func character(_ first: UInt8) -> (key: Key?, length: Int)? {
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first <= 0xF4 else { return (nil, 1) }
        guard pending.count >= length else {
            return pending.dropFirst().contains { $0 & 0xC0 != 0x80 } ? (nil, 1) : nil
        }
        guard let text = String(bytes: pending[..<length], encoding: .utf8), let character = text.first else {
            return (nil, 1)
        }
        return (.character(character), length)
    }

    /// Esc and what follows: `ESC [ … final` or `ESC O final`.
    private func sequence() -> (key: Key?, length: Int)? {
        guard pending.count > 1 else { return nil }
        guard pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O") else { return (.escape, 1) }
        guard let end = pending[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            return pending.count > Self.sequenceBytesMax ? (nil, pending.count) : nil
        }
        let parameters = String(decoding: pending[2..<end], as: UTF8.self)
        let key: Key? =
            switch pending[end] {
            case UInt8(ascii: "A"): .up
            case UInt8(ascii: "B"): .down
            case UInt8(ascii: "C"): .right
            case UInt8(ascii: "D"): .left
            case UInt8(ascii: "H"): .home
            case UInt8(ascii: "F"): .end
            case UInt8(ascii: "~"):
                switch parameters.prefix(while: { $0 != ";" }) {
                case "1", "7": .home
                case "4", "8": .end
                case "3": .delete
                case "5": .pageUp
                case "6": .pageDown
                default: nil
                }
            default: nil
            }
        return (key, end + 1)
    }

    private static let sequenceBytesMax = 32
}
