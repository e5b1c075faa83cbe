// One record type's table as the verification reads it: rows in order of record and version, each turned back into the
// canonical JSON that its revision committed to.
import Foundation
import MerkleLog
import RecordKit
import Storage

/// The rows of a type, and what is worked out from them.
final class VerifiedTable {
    /// A stored field and its column in ``rows``. A reference: every row goes over all columns, and a copy of the
    /// description costs more than what is read by it.
    final class Column {
        let field: FieldDescription
        let number: Int
        /// How the column is read.
        let reader: ColumnReader
        let isLater: Bool
        /// The column of its sort key.
        let sortKey: Int?
        /// The words of a choice in their order; empty for another kind.
        let words: [[UInt8]]
        /// `"name":`
        let key: [UInt8]
        var name: String { field.name }

        init(_ field: FieldDescription, number: Int, sortKey: Int?) {
            self.field = field
            self.number = number
            self.sortKey = sortKey
            reader = ColumnReader(field.kind)
            isLater = field.has(.later)
            words = if case .choice(let words) = field.kind { words.map { Array($0.utf8) } } else { [] }
            key = Array("\"\(field.name)\":".utf8)
        }
    }
    /// Columns before those of fields: the revision's number, then `TableLayout.metaColumns`.
    enum Meta {
        static let revision = 0
        static let id = 1
        static let organisation = 2
        static let version = 3
        static let archived = 4
        static let since = 5
        static let until = 6
        static let createdAt = 7
        static let createdBy = 8
        static let updatedAt = 9
        static let updatedBy = 10
        static let count = 11
    }

    let schema: AnySchema
    /// The name in the database, without quotes.
    let table: String
    /// The row at hand, and those after it.
    let rows: RowCursor
    /// In the order of canonical JSON.
    let columns: [Column]
    /// References and links, in ascending order of their names.
    let linkColumns: [Column]
    private let searchColumns: [Column]
    private let fileColumns: [Column]
    private let sortColumns: [Column]
    private let tail: [UInt8]

    /// - Throws: ``LedgerVerifierError``.
    init(_ file: VerifiedFile, _ layout: TableLayout) throws(LedgerVerifierError) {
        schema = layout.schema
        table = layout.schema.type.name.asColumn
        let fields = layout.stored.map { layout.schema.fields[$0] }
        var sortKeys = 0
        var made: [Column] = []
        for (position, field) in fields.enumerated() {
            var sortKey: Int?
            if field.hasSortKey {
                sortKey = Meta.count + fields.count + sortKeys
                sortKeys += 1
            }
            made.append(Column(field, number: Meta.count + position, sortKey: sortKey))
        }
        // Names are ASCII: their order is that of UTF-16 code units, and SQLite's.
        columns = made.sorted { $0.name < $1.name }
        linkColumns = columns.filter { $0.field.kind.target != nil }
        searchColumns = columns.filter {
            switch $0.field.kind {
            case .text, .choice: $0.field.has(.searchable) && !$0.field.has(.sensitive)
            default: false
            }
        }
        fileColumns = columns.filter { $0.field.kind == .file }.sorted { $0.number < $1.number }
        sortColumns = columns.filter { $0.sortKey != nil }
        tail = Array(",\"type\":\"\(layout.schema.type.name)\",\"version\":".utf8)
        let names =
            ([quoted("revision")] + TableLayout.metaColumns.map(quoted) + fields.map(\.column)
            + fields.filter(\.hasSortKey).map(\.keyColumn)).map { "t." + $0 }
        rows = try file.cursor(
            "SELECT \(names.joined(separator: ", ")) FROM \(layout.table) t ORDER BY t.\"id\", t.\"version\"")
        try rows.next()
    }

    // MARK: The body

    /// Writes the canonical JSON of the row at hand, as `RevisionBody` makes it.
    /// - Returns: the column that holds what its field cannot.
    func appendBody(id: Key, version: Int, reason: UnsafeRawBufferPointer?, to output: inout [UInt8]) -> Column? {
        output.appendText(rows.integer(Meta.archived) == 1 ? "{\"archived\":true," : "{\"archived\":false,")
        output.appendText("\"fields\":{")
        var isFirst = true
        for column in columns where !isLeftOut(column) {
            if !isFirst { output.append(0x2C) }
            isFirst = false
            output.append(contentsOf: column.key)
            guard appendValue(of: column, to: &output) else { return column }
        }
        output.appendText("},\"id\":\"")
        output.appendIdentifier(id)
        output.append(0x22)
        if let reason {
            output.appendText(",\"reason\":")
            output.appendJSONString(reason)
        }
        output.append(contentsOf: tail)
        output.appendNumber(version)
        output.append(0x7D)
        return nil
    }

    /// Whether the body has no such field: there is no value, or no link of a field that came later.
    func isLeftOut(_ column: Column) -> Bool {
        rows.isNull(column.number) || (column.isLater && rows.bytes(column.number)?.isEmpty == true)
    }

    /// Writes a column's canonical JSON. Every column has one spelling for a value, so that equal JSON means equal
    /// columns.
    /// - Returns: `false` if it holds what its field cannot.
    func appendValue(of column: Column, to output: inout [UInt8]) -> Bool {
        switch column.reader {
        case .text, .json, .decimal:
            guard let bytes = rows.bytes(column.number) else { return false }
            output.appendJSONString(bytes)
        case .file:
            // Stored in the form in which the body holds it.
            guard let bytes = rows.bytes(column.number) else { return false }
            output.append(contentsOf: bytes)
        case .integer:
            guard let number = rows.integer(column.number) else { return false }
            output.appendNumber(number)
        case .bool:
            guard let number = rows.integer(column.number), number == 0 || number == 1 else { return false }
            output.appendText(number == 1 ? "true" : "false")
        case .day:
            guard let number = rows.integer(column.number), (-719_162...2_932_896).contains(number) else {
                return false
            }
            output.append(0x22)
            output.append(contentsOf: Day(daysSince1970: number).description.utf8)
            output.append(0x22)
        case .time:
            guard let number = rows.integer(column.number), RFC3339.millisecondsRange.contains(Int64(number)) else {
                return false
            }
            output.append(0x22)
            output.append(contentsOf: Instant(millisecondsSince1970: Int64(number)).description.utf8)
            output.append(0x22)
        case .reference:
            guard let key = rows.key(column.number) else { return false }
            output.append(0x22)
            output.appendIdentifier(key)
            output.append(0x22)
        case .links:
            guard let keys = keys(column) else { return false }
            output.append(0x5B)
            for (position, key) in keys.enumerated() {
                output.appendText(position > 0 ? ",\"" : "\"")
                output.appendIdentifier(key)
                output.append(0x22)
            }
            output.append(0x5D)
        }
        return true
    }

    /// The first field of the row at hand that holds more than an erasure leaves.
    func columnWithContent(id: UUID) -> Column? {
        columns.first { column in
            guard schema.isErasable(column.field), let position = schema.position[column.name] else { return false }
            let left = schema.erasedValue(position, of: id, keeping: .null)
            if rows.isNull(column.number) || left == .null { return rows.isNull(column.number) != (left == .null) }
            var own: [UInt8] = []
            guard appendValue(of: column, to: &own) else { return true }
            do { return try left.canonicalJSON.canonical() != own } catch { return true }
        }
    }

    // MARK: What follows from the fields

    /// What a reference or links name; `nil` if the column holds something else.
    func keys(_ column: Column) -> [Key]? {
        if case .reference = column.reader {
            if rows.isNull(column.number) { return [] }
            return rows.key(column.number).map { [$0] }
        }
        guard let bytes = rows.bytes(column.number), bytes.count % 16 == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: 16).map { start in
            Key(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)))
        }
    }

    /// The first column whose sort key is not that of its value.
    func wrongSortKey() -> Column? {
        sortColumns.first { column in
            guard let number = column.sortKey, !isPlainSortKey(of: column, number) else { return false }
            var value = FieldValue.null
            if let text = rows.text(column.number) {
                if case .decimal = column.field.kind {
                    guard let decimal = Decimal(string: text) else { return true }
                    value = .decimal(decimal)
                } else {
                    value = .text(text)
                }
            }
            switch column.field.sortKey(of: value) {
            case .null: return !rows.isNull(number)
            case .integer(let key): return rows.integer(number) != Int(key)
            case .real(let key): return rows.real(number)?.bitPattern != key.bitPattern
            case .text(let key): return !rows.has(number, key)
            }
        }
    }

    /// Whether a sort key is right, where that is seen without a word of Unicode: a choice's place, and short ASCII text
    /// in lower case. Otherwise nothing is said.
    private func isPlainSortKey(of column: Column, _ number: Int) -> Bool {
        guard case .text = column.reader, let text = rows.textBytes(column.number), !text.isEmpty else { return false }
        guard column.words.isEmpty else {
            guard let place = rows.integer(number), column.words.indices.contains(place) else { return false }
            return column.words[place].withUnsafeBytes { text.isSame(as: $0) }
        }
        guard let key = rows.textBytes(number), key.count == text.count, text.count <= SearchText.sortKeyBytesMax else {
            return false
        }
        for place in 0..<text.count {
            let byte = text[place]
            guard byte < 0x80, key[place] == ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) else { return false }
        }
        return true
    }

    /// The files of the row at hand, in the order of the schema; `nil` if one cannot be read.
    func files() -> [Leaf.Evidence]? {
        var found: [Leaf.Evidence] = []
        for column in fileColumns where !rows.isNull(column.number) {
            guard let bytes = rows.bytes(column.number), let value = try? JSONValue.parse(Array(bytes)),
                case .object(let parts) = value, case .string(let sha256) = parts["sha256"],
                let hash = Hash(hex: sha256),
                case .string(let mediaType) = parts["mediaType"], case .integer(let size) = parts["bytes"]
            else { return nil }
            found.append(Leaf.Evidence(sha256: hash, bytes: size, mediaType: mediaType))
        }
        return found
    }

    /// Whether search finds the row by any word.
    func hasWords() -> Bool {
        for column in searchColumns {
            guard let bytes = rows.bytes(column.number) else { continue }
            // An ASCII letter or digit near the beginning is a word or part of one; only texts without are looked into.
            let isPlain = bytes.prefix(1_000).contains {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0)
            }
            if isPlain || !SearchText.words(String(decoding: bytes, as: UTF8.self)).isEmpty { return true }
        }
        return false
    }

    /// The words by which search finds the row.
    func words() -> [String] {
        var values = [FieldValue](repeating: .null, count: schema.fields.count)
        for column in searchColumns {
            guard let position = schema.position[column.name] else { continue }
            values[position] = rows.text(column.number).map { .text($0) } ?? .null
        }
        return SearchText.words(of: values, schema)
    }
}

extension [UInt8] {
    mutating func appendText(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func appendNumber(_ number: Int) {
        guard !(0..<10).contains(number) else { return append(0x30 + UInt8(number)) }
        append(contentsOf: String(number).utf8)
    }

    /// The lower 32 bits as eight letters in the order of memory, without a loop over them.
    private static func hexadecimal(_ number: UInt64) -> UInt64 {
        // One half byte to each byte, the highest first.
        var digits = number & 0xFFFF_FFFF
        digits = (digits << 16 | digits) & 0x0000_FFFF_0000_FFFF
        digits = (digits << 8 | digits) & 0x00FF_00FF_00FF_00FF
        digits = (digits << 4 | digits) & 0x0F0F_0F0F_0F0F_0F0F
        // Those above nine go on at the letter a.
        let isLetter = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (digits &+ 0x3030_3030_3030_3030 &+ isLetter &* 0x27).bigEndian
    }

    /// A UUID in lower case.
    mutating func appendIdentifier(_ key: Key) {
        withUnsafeTemporaryAllocation(byteCount: 36, alignment: 1) { text in
            let (high, low) = (key.high, key.low)
            text.storeBytes(of: Self.hexadecimal(high >> 32), toByteOffset: 0, as: UInt64.self)
            text.storeBytes(of: Self.hexadecimal(high), toByteOffset: 10, as: UInt64.self)
            text.storeBytes(of: Self.hexadecimal(low >> 32), toByteOffset: 20, as: UInt64.self)
            text.storeBytes(of: Self.hexadecimal(low), toByteOffset: 28, as: UInt64.self)
            // The two halves in the middle stand apart: 10 to 17 and 20 to 27, each with a dash inside.
            for at in stride(from: 9, to: 13, by: 1) { text[at] = text[at + 1] }
            for at in stride(from: 19, to: 23, by: 1) { text[at] = text[at + 1] }
            for at in [8, 13, 18, 23] { text[at] = 0x2D }
            append(contentsOf: text)
        }
    }

    /// A JSON string as RFC 8785 writes it, section 3.2.2.2. Written a second time here, so that a mistake in the
    /// writer of bodies is found.
    mutating func appendJSONString(_ bytes: UnsafeRawBufferPointer) {
        append(0x22)
        var rest = bytes[...]
        while let at = rest.firstIndex(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) {
            append(contentsOf: rest[..<at])
            switch rest[at] {
            case 0x22: appendText("\\\"")
            case 0x5C: appendText("\\\\")
            case 0x08: appendText("\\b")
            case 0x09: appendText("\\t")
            case 0x0A: appendText("\\n")
            case 0x0C: appendText("\\f")
            case 0x0D: appendText("\\r")
            case let control:
                appendText("\\u00")
                append(0x30 + (control >> 4))
                append(control & 15 < 10 ? 0x30 + (control & 15) : 0x57 + (control & 15))
            }
            rest = rest[(at + 1)...]
        }
        append(contentsOf: rest)
        append(0x22)
    }
}
