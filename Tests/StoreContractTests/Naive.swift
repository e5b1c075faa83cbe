// The meaning of order and search, written a second time in the plainest way, and random records to try it on.
import Foundation
import RecordKit
import Storage
import TestKit

/// Order and search as the architecture words them, without cursors, keys or indexes.
enum Naive {
    /// Case and accents do not count; the rest is compared byte by byte, as far as sort keys go.
    static func folded(_ text: String) -> [UInt8] {
        var end = SearchText.folded(text).unicodeScalars[...]
        while end.reduce(0, { $0 + UTF8.width($1) }) > SearchText.sortKeyBytesMax { end.removeLast() }
        return Array(String(String.UnicodeScalarView(end)).utf8)
    }

    private static func order(_ a: [UInt8], _ b: [UInt8]) -> ComparisonResult {
        a == b ? .orderedSame : a.lexicographicallyPrecedes(b) ? .orderedAscending : .orderedDescending
    }

    /// - Returns: `nil` if one of the two has no value.
    static func compare(_ a: FieldValue, _ b: FieldValue, _ field: String, _ schema: AnySchema) -> ComparisonResult? {
        func order<C: Comparable>(_ a: C, _ b: C) -> ComparisonResult {
            a < b ? .orderedAscending : a == b ? .orderedSame : .orderedDescending
        }
        switch (a, b) {
        case (.text(let a), .text(let b)):
            if case .choice(let words)? = schema.field(field)?.kind {
                guard let a = words.firstIndex(of: a), let b = words.firstIndex(of: b) else { return nil }
                return order(a, b)
            }
            return self.order(folded(a), folded(b))
        case (.integer(let a), .integer(let b)): return order(a, b)
        case (.decimal(let a), .decimal(let b)): return order(a, b)
        case (.bool(let a), .bool(let b)): return order(a ? 1 : 0, b ? 1 : 0)
        case (.day(let a), .day(let b)): return order(a, b)
        case (.time(let a), .time(let b)): return order(a, b)
        default: return nil
        }
    }

    /// Records with a value in order, ties by id in the same direction; then those without one by id.
    static func sorted(_ records: [StoredRecord], by sort: Sort, _ schema: AnySchema) -> [UUID] {
        func byID(_ a: StoredRecord, _ b: StoredRecord) -> Bool { a.id.lowercased < b.id.lowercased }
        guard let field = sort.field else {
            let ids = records.sorted(by: byID).map(\.id)
            return sort.isDescending ? ids.reversed() : ids
        }
        let isText = schema.field(field)?.kind == .text
        let known = records.filter { $0[field] != .null }
            .map { (record: $0, value: $0[field], folded: isText ? folded($0[field].text) : []) }
            .sorted { a, b in
                let order =
                    isText ? self.order(a.folded, b.folded) : compare(a.value, b.value, field, schema)
                return order == .orderedSame ? byID(a.record, b.record) : order == .orderedAscending
            }
            .map(\.record)
        let unknown = records.filter { $0[field] == .null }.sorted(by: byID)
        return (sort.isDescending ? known.reversed() : known).map(\.id) + unknown.map(\.id)
    }

    /// Every word begins a word of a searchable field that is not sensitive.
    static func finds(_ record: StoredRecord, _ words: [String]) -> Bool {
        let texts = record.schema.fields.filter { $0.has(.searchable) && !$0.has(.sensitive) }.map {
            record[$0.name].text
        }
        let there = texts.flatMap { SearchText.words($0) }
        return words.flatMap { SearchText.words($0) }.allSatisfy { word in
            there.contains { Array($0.utf8).starts(with: Array(word.utf8)) }
        }
    }
}

/// An organisation with random companions and specimens, some of them edited and archived, and shared standards.
struct World {
    let schema = Specimen.schema.erased
    private(set) var companions: [UUID] = []
    private(set) var standards: [UUID] = []
    /// The present revisions.
    private(set) var records: [StoredRecord] = []

    init(_ scene: Scene, specimens: Int) async throws {
        for number in 0..<8 {
            companions.append(try await scene.create(Companion(name: "c\(number)"), in: scene.here).id.raw)
            standards.append(
                try await scene.create(
                    Standard(key: "s\(number)", title: "t"), in: number.isMultiple(of: 2) ? nil : scene.here
                ).id.raw)
        }
        let people = (0..<4).map { _ in scene.fixtures.id() }
        for _ in 0..<specimens {
            let targets: [RecordType: [UUID]] = [
                Companion.type: companions, Standard.type: standards, Specimen.type: records.map(\.id),
            ]
            let id = scene.fixtures.id()
            let person = scene.fixtures.random.chance(80) ? scene.fixtures.random.pick(people) : nil
            var record = try await scene.save(
                scene.fixtures.validRecord(schema, targets: targets), id: id, in: scene.here,
                by: scene.fixtures.change(by: person))
            let isArchived = scene.fixtures.random.chance(10)
            if isArchived || scene.fixtures.random.chance(20) {
                record = try await scene.save(
                    scene.fixtures.validRecord(schema, targets: targets), id: id, over: 1, isArchived: isArchived,
                    in: scene.here)
            }
            records.append(record)
        }
    }
}
