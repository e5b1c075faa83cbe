// Lists: what to find, in what order, from where.
package import Foundation
package import RecordKit

/// A condition on records of one type, in wire names.
package indirect enum Criteria: Sendable, Hashable {
    case all
    case none
    case and([Criteria])
    case or([Criteria])
    case not(Criteria)
    /// A null value asks for records without one.
    case equals(String, FieldValue)
    case oneOf(String, [FieldValue])
    case less(String, FieldValue)
    case greater(String, FieldValue)
    /// The reference, or one of the links, in this field is one of the ids.
    case linked(String, [UUID])
    case ids([UUID])
    case createdBy(UUID)
    /// Every word is the beginning of a word of the record.
    case search(String)

    package static func both(_ a: Criteria, _ b: Criteria) -> Criteria {
        switch (a, b) {
        case (.all, let other), (let other, .all): other
        case (.none, _), (_, .none): .none
        default: .and([a, b])
        }
    }
}

/// Which of the archived records a list shows.
package enum Archived: String, Sendable, Hashable { case exclude, only, include }

/// An order of a list. Ties are broken by id; records without a value come last in both directions.
package struct Sort: Sendable, Hashable {
    /// The wire name of a `.sortable` field; `nil` sorts by creation.
    package let field: String?
    package let isDescending: Bool
    package init(_ field: String?, isDescending: Bool = false) {
        self.field = field
        self.isDescending = isDescending
    }
    package static let creation = Sort(nil)
}

/// One page of one list.
package struct Query: Sendable {
    package static let limitMax = 1_000
    package let schema: AnySchema
    package let predicate: Criteria
    package let archived: Archived
    package let sort: Sort
    /// An opaque position from a former page of the same list.
    package let cursor: String?
    package let limit: Int

    package init(
        _ schema: AnySchema, where predicate: Criteria = .all, archived: Archived = .exclude,
        sort: Sort = .creation, cursor: String? = nil, limit: Int
    ) {
        precondition((1...Self.limitMax).contains(limit), "a page has 1 to \(Self.limitMax) records")
        self.schema = schema
        self.predicate = predicate
        self.archived = archived
        self.sort = sort
        self.cursor = cursor
        self.limit = limit
    }
}

/// The position of a record in a list, as text that callers hand back unread.
package struct Cursor: Sendable, Hashable {
    /// What a list is sorted by, in the form in which the database compares it.
    package enum Key: Sendable, Hashable {
        case null
        case integer(Int64)
        case real(Double)
        case text(String)
    }
    package let key: Key
    package let id: UUID
    /// The page ends before this record, instead of beginning after it.
    package let isBackwards: Bool
    package let sort: Sort

    package init(key: Key, id: UUID, isBackwards: Bool, sort: Sort) {
        self.key = key
        self.id = id
        self.isBackwards = isBackwards
        self.sort = sort
    }

    package var text: String {
        let keyText: String =
            switch key {
            case .null: "n"
            case .integer(let number): "i\(number)"
            case .real(let number): "r\(number.bitPattern)"
            case .text(let text): "t\(text)"
            }
        let order = "\(isBackwards ? "b" : "f")\(sort.isDescending ? "d" : "a")\(sort.field ?? "")"
        let plain = "\(order)\n\(id.lowercased)\n\(keyText)"
        return Self.base64URL(Array(plain.utf8))
    }

    /// RFC 4648, section 5, without padding.
    private static func base64URL(_ bytes: [UInt8]) -> String {
        let digits = StaticString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return String(unsafeUninitializedCapacity: bytes.count / 3 * 4 + 4) { buffer in
            var at = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let group = bytes[start..<min(start + 3, bytes.count)]
                let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
                for digit in 0...group.count {
                    buffer[at] = digits.utf8Start[bits >> (18 - 6 * digit) & 63]
                    at += 1
                }
            }
            return at
        }
    }

    /// - Throws: ``StoreError/badCursor`` unless it was made for this order.
    package init(_ text: String, for sort: Sort) throws(StoreError) {
        var base64 = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard text.utf8.count <= 4_096, let data = Data(base64Encoded: base64) else { throw .badCursor }
        // Split as bytes: a key may begin with a mark that would make one character with what stands before it.
        let parts = data.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let order = String(validating: parts[0], as: UTF8.self),
            let idText = String(validating: parts[1], as: UTF8.self), let id = UUID(uuidString: idText),
            let kind = parts[2].first, let rest = String(validating: parts[2].dropFirst(), as: UTF8.self)
        else { throw .badCursor }
        guard order.dropFirst() == "\(sort.isDescending ? "d" : "a")\(sort.field ?? "")",
            order.first == "b" || order.first == "f"
        else { throw .badCursor }
        switch kind {
        case UInt8(ascii: "n"): key = .null
        case UInt8(ascii: "i"):
            guard let number = Int64(rest) else { throw .badCursor }
            key = .integer(number)
        case UInt8(ascii: "r"):
            guard let bits = UInt64(rest) else { throw .badCursor }
            key = .real(Double(bitPattern: bits))
        case UInt8(ascii: "t"): key = .text(rest)
        default: throw .badCursor
        }
        self.id = id
        isBackwards = order.first == "b"
        self.sort = sort
    }
}
