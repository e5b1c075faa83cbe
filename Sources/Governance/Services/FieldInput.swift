// What callers send, turned into field values: JSON members, form fields and CSV cells have one reading each.
import Foundation
package import MerkleLog
package import RecordKit

/// Reads values of fields from JSON and from text.
package enum FieldInput {
    /// - Throws: ``Problem`` that names the field and says what would be accepted.
    package static func value(_ json: JSONValue, for field: FieldDescription) throws(Problem) -> FieldValue {
        let wrong = Problem(field.name, "must be \(field.kind.noun)")
        switch (field.kind, json) {
        case (_, .null): return .null
        case (.bool, .bool(let flag)): return .bool(flag)
        case (.integer, .integer(let number)): return .integer(number)
        case (.decimal, .integer(let number)): return .decimal(Decimal(number))
        case (.links, .array(let items)):
            var ids: [UUID] = []
            for item in items {
                guard case .string(let text) = item, let id = UUID(uuidString: text) else { throw wrong }
                ids.append(id)
            }
            return .links(Set(ids).sorted { $0 < $1 })
        case (.file, .object(let parts)):
            guard case .string(let sha256) = parts["sha256"], case .string(let name) = parts["name"],
                case .string(let mediaType) = parts["mediaType"], case .integer(let bytes) = parts["bytes"],
                parts.count == 4
            else { throw Problem(field.name, "must have sha256, name, mediaType and bytes") }
            do {
                return .file(try FileReference(sha256: sha256, name: name, mediaType: mediaType, bytes: bytes))
            } catch { throw Problem(field.name, error.message) }
        case (.json, _):
            do { return .json(String(decoding: try json.canonical(), as: UTF8.self)) } catch {
                throw Problem(field.name, "is not JSON that can be kept: \(error)")
            }
        case (.bool, _), (.integer, _), (.links, _), (.file, _): throw wrong
        case (_, .string(let text)): return try value(text, for: field)
        default: throw wrong
        }
    }

    /// Reads a form field or CSV cell; empty means no value, links are separated by spaces.
    package static func value(_ text: String, for field: FieldDescription) throws(Problem) -> FieldValue {
        let wrong = Problem(field.name, "must be \(field.kind.noun)")
        if case .text = field.kind {
            if isTidy(text) { return .text(text) }
            // Browsers send CRLF; one form of a text has one commitment.
            let text = text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
            let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
            return trimmed.isEmpty ? .null : .text(trimmed)
        }
        let text = isTidy(text) ? text : text.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.isEmpty { return .null }
        switch field.kind {
        case .text, .choice: return .text(text)
        case .integer:
            guard let number = Int(text), abs(number) < 1 << 53 else { throw wrong }
            return .integer(number)
        case .decimal:
            guard isDecimal(text), let number = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else {
                throw wrong
            }
            return .decimal(number)
        case .bool:
            switch text.lowercased() {
            case "true", "yes", "on", "1": return .bool(true)
            case "false", "no", "off", "0": return .bool(false)
            default: throw wrong
            }
        case .day:
            guard let day = Day(text) else { throw wrong }
            return .day(day)
        case .time:
            guard let time = Instant(text) else { throw wrong }
            return .time(time)
        case .reference:
            guard let id = UUID(uuidString: text) else { throw wrong }
            return .reference(id)
        case .links:
            let words = text.split { $0 == " " || $0 == "," || $0 == "\n" }
            let ids = words.compactMap { UUID(uuidString: String($0)) }
            guard ids.count == words.count else { throw wrong }
            return .links(Set(ids).sorted { $0 < $1 })
        case .json: return .json(text)
        case .file: throw Problem(field.name, "is uploaded, not written")
        }
    }

    /// Whether the text is as it is kept: it begins and ends with visible ASCII, and its lines end in one way. Most are,
    /// and Foundation takes long to find out.
    private static func isTidy(_ text: String) -> Bool {
        let visible: ClosedRange<UInt8> = 0x21...0x7E
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return visible.contains(first) && visible.contains(last) && !text.utf8.contains(0x0D)
    }

    /// At most 38 digits, which a decimal keeps exactly: `-12.50`. Foundation would read the beginning of anything.
    private static func isDecimal(_ text: String) -> Bool {
        let parts = (text.hasPrefix("-") ? text.dropFirst() : text[...]).utf8.split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.reduce(0) { $0 + $1.count } <= 38
            && parts.allSatisfy { digits in !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
