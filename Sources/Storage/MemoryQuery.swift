// Predicates and orders, evaluated in Swift.
import Foundation
import RecordKit

extension AnySchema {
    /// A stored field and its position.
    /// - Throws: ``StoreError/unknownField`` for a name that the type has not, and for a derived field.
    func stored(_ name: String) throws(StoreError) -> (field: FieldDescription, position: Int) {
        guard let position = position[name], !fields[position].isDerived else {
            throw .unknownField(type: type.name, field: name)
        }
        return (fields[position], position)
    }
}

extension Criteria {
    /// A function that tells which records this finds. Two values only: what is not known is not so, and its opposite
    /// holds.
    /// - Throws: ``StoreError/unknownField``, ``StoreError/notSupported``.
    func evaluator(_ schema: AnySchema) throws(StoreError) -> (StoredRecord) -> Bool {
        switch self {
        case .all: return { _ in true }
        case .none: return { _ in false }
        case .and(let parts):
            let parts = try Self.evaluators(parts, schema)
            return { record in parts.allSatisfy { $0(record) } }
        case .or(let parts):
            let parts = try Self.evaluators(parts, schema)
            return { record in parts.contains { $0(record) } }
        case .not(let inner):
            let inner = try inner.evaluator(schema)
            return { !inner($0) }
        case .equals(let name, let value): return try Self.equals(schema, name, [value])
        case .oneOf(let name, let values): return try Self.equals(schema, name, values)
        case .less(let name, let bound): return try Self.compares(schema, name, bound) { $0 < 0 }
        case .greater(let name, let bound): return try Self.compares(schema, name, bound) { $0 > 0 }
        case .linked(let name, let ids):
            let (_, position) = try schema.stored(name)
            let ids = Set(ids)
            return { record in
                switch record.values[position] {
                case .reference(let id): ids.contains(id)
                case .links(let links): links.contains { ids.contains($0) }
                default: false
                }
            }
        case .ids(let ids):
            let ids = Set(ids)
            return { ids.contains($0.id) }
        case .createdBy(let person): return { $0.meta.createdBy == person }
        case .search(let text):
            let wanted = SearchText.words(text).prefix(SearchText.queryWordsMax).map { Array($0.utf8) }
            return { record in
                if wanted.isEmpty { return true }
                let words = SearchText.words(of: record.values, schema)
                return wanted.allSatisfy { beginning in words.contains { $0.utf8.starts(with: beginning) } }
            }
        }
    }

    private static func evaluators(
        _ parts: [Criteria], _ schema: AnySchema
    ) throws(StoreError) -> [(StoredRecord) -> Bool] {
        var made: [(StoredRecord) -> Bool] = []
        for part in parts { made.append(try part.evaluator(schema)) }
        return made
    }

    private static func equals(
        _ schema: AnySchema, _ name: String, _ wanted: [FieldValue]
    ) throws(StoreError) -> (StoredRecord) -> Bool {
        let (_, position) = try schema.stored(name)
        return { record in
            let value = record.values[position]
            return wanted.contains { wanted in
                guard wanted.isUnset else { return value.isStoredLike(wanted) }
                return value == .null || value == .links([])
            }
        }
    }

    /// Compares by sort key; a record without a value is neither less nor greater.
    private static func compares(
        _ schema: AnySchema, _ name: String, _ bound: FieldValue, _ holds: @escaping (Int) -> Bool
    ) throws(StoreError) -> (StoredRecord) -> Bool {
        let (field, position) = try schema.stored(name)
        switch field.kind {
        case .integer, .day, .time, .bool: break
        default:
            guard field.hasSortKey else { throw .notSupported(type: schema.type.name, field: name, use: "compare") }
        }
        let boundKey = field.sortKey(of: bound)
        return { record in
            let key = field.sortKey(of: record.values[position])
            return key != .null && boundKey != .null && holds(key.compare(boundKey))
        }
    }
}

/// The order of a list: by sort key in its direction, then by id in the same direction; records without a value come
/// last and are in ascending order of id whatever the direction.
struct MemoryOrder {
    private let field: (field: FieldDescription, position: Int)?
    private let isDescending: Bool

    /// - Throws: ``StoreError/unknownField``, ``StoreError/notSupported`` for a field that is not sortable.
    init(_ sort: Sort, _ schema: AnySchema) throws(StoreError) {
        isDescending = sort.isDescending
        guard let name = sort.field else {
            field = nil
            return
        }
        let stored = try schema.stored(name)
        guard stored.field.has(.sortable) else {
            throw .notSupported(type: schema.type.name, field: name, use: "sort")
        }
        field = stored
    }

    /// Without a field there is no key: ids are in the order of creation.
    func key(of record: StoredRecord) -> Cursor.Key {
        field.map { $0.field.sortKey(of: record.values[$0.position]) } ?? .null
    }

    func precedes(_ a: (Cursor.Key, UUID), _ b: (Cursor.Key, UUID)) -> Bool {
        if field != nil, a.0 == .null || b.0 == .null {
            return a.0 == .null && b.0 == .null ? a.1 < b.1 : b.0 == .null
        }
        let order = a.0.compare(b.0)
        if order != 0 { return (order < 0) != isDescending }
        return a.1 != b.1 && (a.1 < b.1) != isDescending
    }
}

extension Cursor.Key {
    /// Negative if this comes before the other, 0 if they are equal: null, numbers, then texts byte by byte.
    func compare(_ other: Cursor.Key) -> Int {
        func ordered<C: Comparable>(_ a: C, _ b: C) -> Int { a < b ? -1 : a == b ? 0 : 1 }
        switch (self, other) {
        case (.integer(let a), .integer(let b)): return ordered(a, b)
        case (.real(let a), .real(let b)): return ordered(a, b)
        case (.integer(let a), .real(let b)): return ordered(Double(a), b)
        case (.real(let a), .integer(let b)): return ordered(a, Double(b))
        case (.text(var a), .text(var b)):
            return a.withUTF8 { a in
                b.withUTF8 { b in
                    guard let start = a.baseAddress, let other = b.baseAddress else { return ordered(a.count, b.count) }
                    let order = memcmp(start, other, min(a.count, b.count))
                    return order == 0 ? ordered(a.count, b.count) : Int(order)
                }
            }
        default: return ordered(rank, other.rank)
        }
    }

    private var rank: Int {
        switch self {
        case .null: 0
        case .integer, .real: 1
        case .text: 2
        }
    }
}
