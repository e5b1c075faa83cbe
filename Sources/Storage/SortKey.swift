// How values compare in every store, and which words search finds: made in Swift, so that databases agree.
import Foundation
package import RecordKit

extension FieldDescription {
    /// The field has a column beside its own that holds what its lists are sorted by.
    package var hasSortKey: Bool {
        guard has(.sortable) else { return false }
        return switch kind {
        case .text, .choice, .decimal: true
        default: false
        }
    }

    /// The key is of the kind that ``sortKey(of:)`` makes for this field.
    func sorts(by key: Cursor.Key) -> Bool {
        switch (key, kind) {
        case (.null, _), (.text, .text), (.text, .reference), (.real, .decimal): true
        case (.integer, .choice), (.integer, .bool), (.integer, .integer), (.integer, .day), (.integer, .time): true
        default: false
        }
    }

    /// What the database compares to sort by this field. Text is folded and compared bytewise, a choice by its
    /// declared order.
    package func sortKey(of value: FieldValue) -> Cursor.Key {
        switch value {
        case .null, .links, .file, .json: .null
        case .bool(let flag): .integer(flag ? 1 : 0)
        case .integer(let number): .integer(Int64(number))
        case .decimal(let number): .real(NSDecimalNumber(decimal: number).doubleValue)
        case .day(let day): .integer(Int64(day.daysSince1970))
        case .time(let time): .integer(time.millisecondsSince1970)
        case .reference(let id): .text(id.lowercased)
        case .text(let text):
            if case .choice(let words) = kind {
                words.firstIndex(of: text).map { .integer(Int64($0)) } ?? .null
            } else {
                text.isEmpty ? .null : .text(SearchText.sortKey(text))
            }
        }
    }
}

/// Folding of text for order and search: case and accents do not matter.
package enum SearchText {
    /// Characters of a query or a record beyond this are not searched.
    package static let charactersMax = 100_000
    package static let queryWordsMax = 12

    /// Texts that agree in so many folded bytes sort as equals: keys, and cursors made of them, stay short.
    package static let sortKeyBytesMax = 1_000

    /// The folded text, cut at a character's border.
    static func sortKey(_ text: String) -> String {
        let folded = folded(text)
        guard folded.utf8.count > sortKeyBytesMax else { return folded }
        var end = folded.utf8.index(folded.utf8.startIndex, offsetBy: sortKeyBytesMax)
        while String.Index(end, within: folded.unicodeScalars) == nil { end = folded.utf8.index(before: end) }
        return String(folded[..<end])
    }

    package static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return String(
                unsafeUninitializedCapacity: text.utf8.count
            ) { buffer in
                var at = 0
                for byte in text.utf8 {
                    buffer[at] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                    at += 1
                }
                return at
            }
        }
        let plain = text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars.filter {
            !(0x0300...0x036F).contains($0.value)
        }
        // The two forms of lower-case sigma are one letter, and so are ß and ss.
        return String(String.UnicodeScalarView(plain)).replacingOccurrences(of: "ß", with: "ss")
            .replacingOccurrences(of: "ς", with: "σ")
    }

    /// The folded words of a text: letters, marks and digits; everything else separates.
    package static func words(_ text: String) -> [String] {
        // No text has more characters than bytes: most need no counting.
        let text = folded(text.utf8.count <= charactersMax ? text : String(text.prefix(charactersMax)))
        return wordsOfASCII(text)
            ?? text.unicodeScalars.split { !isPartOfWord($0) }.map { String(String.UnicodeScalarView($0)) }
    }

    /// The same from bytes alone; `nil` if a letter is not ASCII.
    private static func wordsOfASCII(_ text: String) -> [String]? {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            var words: [String] = []
            var start = 0
            for at in 0...bytes.count {
                if at < bytes.count, isPartOfWord(Unicode.Scalar(bytes[at])) { continue }
                if at > start { words.append(String(decoding: bytes[start..<at], as: UTF8.self)) }
                start = at + 1
            }
            return words
        }
    }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return switch UInt8(truncatingIfNeeded: scalar.value) {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"):
                true
            default: false
            }
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    /// The words by which a record is found: its searchable fields that are not sensitive.
    package static func words(of values: [FieldValue], _ schema: AnySchema) -> [String] {
        zip(schema.fields, values).flatMap { field, value -> [String] in
            guard field.has(.searchable), !field.has(.sensitive), case .text(let text) = value else { return [] }
            return words(text)
        }
    }
}
