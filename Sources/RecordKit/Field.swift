// One field of a record: what the database, the API, the form and the CSV file need to know of it.
import Foundation

/// A property of a field that its Swift type cannot say.
package enum Trait: Sendable, Hashable {
    /// Characters; without it a text may have up to `textCharactersMax`, a long text up to `longTextCharactersMax`.
    case length(ClosedRange<Int>)
    case range(ClosedRange<Int>)
    /// Markdown in several lines.
    case longText
    /// A column of the list page.
    case listed
    /// Its words are found by search.
    case searchable
    case filterable
    case sortable
    /// Unique among the organisation's records that are not archived.
    case unique
    /// Shown only to those who may update the record; never searched.
    case sensitive
    /// Set on creation and kept.
    case fixed
    /// Set by the system only: by a transition or a verb, never from a form, the API or CSV.
    case readOnly
    /// An address that starts with http:// or https://.
    case webAddress
    /// Links that a type gained when there were records already: left out of a revision's content while there are
    /// none, so that older revisions keep what they committed to.
    case later
}

/// Limits of texts without a `.length`, in characters.
package enum FieldLimit {
    package static let textCharactersMax = 500
    package static let longTextCharactersMax = 20_000
    package static let linksMax = 1_000
    package static let jsonBytesMax = 65_536
}

/// What every derivation needs of a field, without its record's Swift type.
package struct FieldDescription: Sendable, Hashable {
    /// The wire name: JSON and CSV use it as it is, SQL in snake_case. It never changes.
    package let name: String
    package let label: String
    package let help: String
    package let kind: FieldKind
    /// A property that is not optional must be filled in; a set of links may be empty.
    package let isRequired: Bool
    /// Worked out from other fields: shown, listed and exported, never stored or accepted.
    package let isDerived: Bool
    package let traits: Set<Trait>
    package var isLongText: Bool { traits.contains(.longText) }
    package func has(_ trait: Trait) -> Bool { traits.contains(trait) }
    /// A caller may send it: neither derived nor set by the system.
    package var isWritable: Bool { !isDerived && !traits.contains(.readOnly) }

    package func problems(of value: FieldValue) -> [Problem] {
        if value.isUnset { return isRequired ? [Problem(name, "is required")] : [] }
        var messages: [String] = []
        switch value {
        case .text(let text):
            if case .choice(let words) = kind {
                if !words.contains(text) { messages.append("must be \(kind.noun)") }
                break
            }
            let limit = isLongText ? FieldLimit.longTextCharactersMax : FieldLimit.textCharactersMax
            let allowed =
                traits.compactMap { if case .length(let range) = $0 { range } else { nil } }.first ?? 0...limit
            // Characters are counted only when the bytes leave a doubt: counting graphemes is slow.
            let bytes = text.utf8.count
            if bytes > allowed.upperBound || allowed.lowerBound > 1, !allowed.contains(text.count) {
                messages.append(
                    allowed.lowerBound > 0
                        ? "must have \(allowed.lowerBound) to \(allowed.upperBound) characters, has \(text.count)"
                        : "must have at most \(allowed.upperBound) characters, has \(text.count)")
            }
            if !isLongText, text.hasControlOrBreak { messages.append("must be one line") }
            if text.utf8.contains(0) { messages.append("must not contain a NUL character") }
            if has(.webAddress), !text.hasPrefix("https://"), !text.hasPrefix("http://") {
                messages.append("must start with https:// or http://")
            }
        case .integer(let number):
            if number.magnitude >= 1 << 53 { messages.append("must be between -2^53 and 2^53") }
            for case .range(let range) in traits where !range.contains(number) {
                messages.append("must be \(range.lowerBound) to \(range.upperBound)")
            }
        case .links(let ids) where ids.count > FieldLimit.linksMax:
            messages.append("must have at most \(FieldLimit.linksMax) entries, has \(ids.count)")
        case .json(let text):
            if text.utf8.count > FieldLimit.jsonBytesMax {
                messages.append("must have at most \(FieldLimit.jsonBytesMax) bytes")
            }
            do { _ = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) } catch {
                messages.append("is not JSON")
            }
        default: break
        }
        return messages.map { Problem(name, $0) }
    }
}

extension String {
    /// A control character, or one that ends a line: U+0085, U+2028 and U+2029 among them.
    fileprivate var hasControlOrBreak: Bool {
        var text = self
        return text.withUTF8 { bytes in
            for (at, byte) in bytes.enumerated() {
                if byte < 0x20 || byte == 0x7F { return true }
                // The three in UTF-8: C2 85, E2 80 A8, E2 80 A9.
                if byte == 0x85, at > 0, bytes[at - 1] == 0xC2 { return true }
                if byte == 0xA8 || byte == 0xA9, at > 1, bytes[at - 1] == 0x80, bytes[at - 2] == 0xE2 { return true }
            }
            return false
        }
    }
}

/// One field of a record type: its description and the way to its property.
package struct Field<R: Record>: Sendable {
    package let description: FieldDescription
    package let get: @Sendable (R) -> FieldValue
    /// `nil` for a derived field.
    package let set: (@Sendable (inout R, FieldValue) throws(Problem) -> Void)?
    package var name: String { description.name }

    /// A stored field. The property's own type gives the kind.
    package init<V: FieldType>(
        _ path: any WritableKeyPath<R, V> & Sendable, _ name: String, label: String? = nil, help: String = "",
        _ traits: Trait...
    ) {
        var isLinks = false
        if case .links = V.kind { isLinks = true }
        description = FieldDescription(
            name: name, label: label ?? name.asLabel, help: help, kind: V.kind,
            isRequired: !V.isOptional && !isLinks, isDerived: false, traits: Set(traits))
        // Every change reads and writes every field several times, and a stored property is found sooner by its place
        // than by its path.
        let place = MemoryLayout<R>.offset(of: path)
        get = { record in
            guard let place else { return record[keyPath: path].fieldValue }
            return withUnsafeBytes(of: record) { $0.load(fromByteOffset: place, as: V.self).fieldValue }
        }
        set = { (record, value) throws(Problem) in
            guard let typed = V(fieldValue: value) else { throw Problem(name, "must be \(V.kind.noun)") }
            guard let place else { return record[keyPath: path] = typed }
            withUnsafeMutableBytes(of: &record) {
                $0.baseAddress?.advanced(by: place).assumingMemoryBound(to: V.self).pointee = typed
            }
        }
    }

    /// A field worked out from others: shown, listed and exported, never stored or accepted.
    package init<V: FieldType>(
        derived path: any KeyPath<R, V> & Sendable, _ name: String, label: String? = nil, help: String = "",
        _ traits: Trait...
    ) {
        description = FieldDescription(
            name: name, label: label ?? name.asLabel, help: help, kind: V.kind, isRequired: false, isDerived: true,
            traits: Set(traits))
        get = { $0[keyPath: path].fieldValue }
        set = nil
    }
}

extension String {
    /// `inherentLikelihood` becomes `Inherent likelihood`.
    package var asLabel: String {
        let words = camelWords.map { $0.count > 1 && $0.allSatisfy { !$0.isLowercase } ? $0 : $0.lowercased() }
        let label = words.joined(separator: " ")
        return label.prefix(1).uppercased() + label.dropFirst()
    }
    /// `inherentLikelihood` becomes `inherent_likelihood`, `contentSHA256` becomes `content_sha256`. Names are ASCII,
    /// and statements ask for many columns: so it goes by bytes.
    package var asColumn: String {
        let letters = Array(utf8)
        func isUpper(_ n: Int) -> Bool { letters.indices.contains(n) && (0x41...0x5A).contains(letters[n]) }
        func isLower(_ n: Int) -> Bool { letters.indices.contains(n) && (0x61...0x7A).contains(letters[n]) }
        return String(unsafeUninitializedCapacity: 2 * letters.count) { buffer in
            var at = 0
            for n in letters.indices {
                if isUpper(n), n > 0, !isUpper(n - 1) || isLower(n + 1) {
                    buffer[at] = 0x5F
                    at += 1
                }
                buffer[at] = isUpper(n) ? letters[n] | 0x20 : letters[n]
                at += 1
            }
            return at
        }
    }

    /// The words of a camelCase name; letters that follow each other in upper case are one word.
    private var camelWords: [String] {
        let letters = Array(self)
        var words: [String] = []
        for (n, letter) in letters.enumerated() {
            let follows = n > 0 && letters[n - 1].isUppercase
            let precedes = n + 1 < letters.count && letters[n + 1].isLowercase
            if letter.isUppercase, n > 0, !follows || precedes || letters[n - 1].isLowercase {
                words.append(String(letter))
            } else if words.isEmpty {
                words.append(String(letter))
            } else {
                words[words.count - 1].append(letter)
            }
        }
        return words
    }
}
