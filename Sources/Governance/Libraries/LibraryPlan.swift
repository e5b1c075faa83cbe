// What importing a library would change, worked out by the same code that then changes it.
import Catalogue
package import Foundation
package import RecordKit
package import Records
import Storage

/// A library file as it was sent.
package struct LibraryFile: Sendable {
    package let name: String
    package let mediaType: String
    package let bytes: [UInt8]
    package init(name: String, mediaType: String, bytes: [UInt8]) {
        (self.name, self.mediaType, self.bytes) = (name, mediaType, bytes)
    }
    /// The longest file, in bytes.
    package static let bytesMax = LibraryLimit.fileBytesMax
}

/// One record that an import changes.
package struct LibraryChange: Sendable {
    package enum Kind: String, Sendable, CaseIterable { case create, update, archive, restore }
    package let kind: Kind
    package let schema: AnySchema
    package let id: UUID
    package let title: String
    /// What changes in it, old and new; empty for one that is created or archived.
    package let fields: [FieldChange]
    /// A requirement that somebody answered in an assessment.
    package var isAnswered = false
    /// The version that it is saved over; `nil` for a new one.
    let version: Int?
    let record: ValidRecord
}

/// What an import, an update or a roll back would do, or did.
package struct LibraryPlan: Sendable {
    /// Something in the file that is read otherwise, or left out.
    package struct Remark: Sendable {
        package let isKeptOut: Bool
        package let line: Int?
        package let urn: String
        package let message: String
    }
    /// The id that the library has, or will have.
    package let id: UUID
    package let library: ImportedLibrary
    /// The version that counts now; `nil` if there is none.
    package let presentVersion: Int?
    /// Every record that changes.
    package internal(set) var changes: [LibraryChange]
    package let unchanged: Int
    package let remarks: [Remark]
    /// Remarks in all, of which ``remarks`` has the first.
    package let remarksCount: Int
    /// URNs of libraries that it rests on and that are not here.
    package let missingDependencies: [String]
    /// The imported library as it is now; `nil` for a new one.
    let present: Stored<ImportedLibrary>?

    package var changesAnything: Bool { !changes.isEmpty || present?.value != library }
    package var answered: [LibraryChange] { changes.filter(\.isAnswered) }
    /// The changes that need a look first: of what was answered, then what goes, what changes, what comes.
    package func shown(_ limit: Int) -> [LibraryChange] {
        let order: [LibraryChange.Kind] = [.archive, .update, .restore, .create]
        let groups = [answered] + order.map { kind in changes.filter { $0.kind == kind && !$0.isAnswered } }
        return Array(groups.joined().prefix(limit))
    }
    package func count(_ kind: LibraryChange.Kind) -> Int { changes.count { $0.kind == kind } }
}

extension LibraryPlan {
    /// Compares what a library wants with what is there. Cost: linear in the old and the new file together, with one
    /// query for 500 records.
    /// - Parameters:
    ///   - content: What the file says; `nil` takes the library back altogether.
    ///   - old: What the file said that counts now.
    /// - Throws: ``LibraryFaults``.
    init(
        _ content: LibraryContent?, _ library: ImportedLibrary, replacing old: LibraryContent?,
        _ present: Stored<ImportedLibrary>?, in organisation: UUID, shared: FrameworkLibrary, reader: any Reader
    ) throws {
        let records = try content.map {
            try LibraryRecords(
                $0, sha256: library.contentSHA256, in: organisation, shared: shared, reader: reader)
        }
        let former = old.map { LibraryRecords.ids(of: $0, in: organisation) } ?? [:]
        var changes: [LibraryChange] = []
        var unchanged = 0
        var counts: [String: Int] = [:]
        for schema in LibraryRecords.types {
            let wanted = records?.wanted[schema.type] ?? []
            if !wanted.isEmpty { counts[schema.plural] = wanted.count }
            let ids = wanted.map(\.id) + (former[schema.type] ?? [])
            var stored: [UUID: StoredRecord] = [:]
            for part in Array(Set(ids)).sorted(by: { $0 < $1 }).chunks(of: 500) {
                let page = try reader.page(
                    Query(schema, where: .ids(part), archived: .include, limit: part.count), in: organisation,
                    asOf: nil)
                for record in page.records { stored[record.id] = record }
            }
            for one in wanted {
                guard let old = stored.removeValue(forKey: one.id) else {
                    changes.append(Self.change(.create, one.id, one.record, over: nil))
                    continue
                }
                let fields = schema.changes(from: old.values, to: one.record.values)
                if old.meta.isArchived {
                    changes.append(Self.change(.restore, one.id, one.record, over: old, fields))
                } else if fields.isEmpty {
                    unchanged += 1
                } else {
                    changes.append(Self.change(.update, one.id, one.record, over: old, fields))
                }
            }
            for gone in stored.values.filter({ !$0.meta.isArchived }).sorted(by: { $0.id < $1.id }) {
                changes.append(Self.change(.archive, gone.id, try schema.validated(gone.values), over: gone))
            }
        }
        try Self.markAnswered(&changes, organisation, reader)
        let remarks = records?.remarks ?? LibraryRemarks()
        var library = library
        library.items = counts.values.reduce(0, +)
        library.keptOut = remarks.keptOutCount
        library.counts = try Self.document(counts)
        library.remarks = try Self.document(remarks)
        self.library = library
        self.changes = changes
        self.unchanged = unchanged
        self.remarks = remarks.shown.map {
            Remark(isKeptOut: $0.kind == .keptOut, line: $0.line, urn: $0.urn, message: $0.message)
        }
        remarksCount = remarks.keptOutCount + remarks.normalisedCount
        missingDependencies = try (content?.dependencies ?? []).filter { urn in
            let id = LibraryRecords.id(ImportedLibrary.type, urn, in: organisation)
            return try reader.find(ID<ImportedLibrary>(id), in: organisation)?.value.status != .imported
        }
        id = LibraryRecords.id(ImportedLibrary.type, library.urn, in: organisation)
        self.present = present
        presentVersion = present.flatMap { $0.value.status == .imported ? $0.value.libraryVersion : nil }
    }

    private static func change(
        _ kind: LibraryChange.Kind, _ id: UUID, _ record: ValidRecord, over old: StoredRecord?,
        _ fields: [FieldChange] = []
    ) -> LibraryChange {
        LibraryChange(
            kind: kind, schema: record.schema, id: id, title: record.schema.title(of: record.values), fields: fields,
            version: old?.version, record: record)
    }

    /// Which requirements that change or go were answered: with a result, in any assessment.
    private static func markAnswered(
        _ changes: inout [LibraryChange], _ organisation: UUID, _ reader: any Reader
    ) throws {
        let ids = changes.filter { $0.schema.type == Requirement.type && $0.kind != .create }.map(\.id)
        var answered: Set<UUID> = []
        for part in ids.chunks(of: 500) {
            var cursor: String?
            repeat {
                let page = try reader.page(
                    Query(
                        Answer.schema.erased, where: .linked("requirement", part), cursor: cursor,
                        limit: Query.limitMax), in: organisation, asOf: nil)
                for record in page.records where !record["result"].isUnset {
                    answered.insert(record.links(single: "requirement"))
                }
                cursor = page.next
            } while cursor != nil
        }
        for at in changes.indices where answered.contains(changes[at].id) { changes[at].isAnswered = true }
    }

    private static func document(_ counts: [String: Int]) throws -> JSONDocument {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return JSONDocument(String(decoding: try encoder.encode(counts), as: UTF8.self))
    }

    /// As many remarks as one field holds.
    private static func document(_ remarks: LibraryRemarks) throws -> JSONDocument? {
        struct Line: Encodable {
            let kind: String
            let line: Int?
            let urn: String
            let message: String
        }
        var lines = remarks.shown.map {
            Line(kind: $0.kind.rawValue, line: $0.line, urn: $0.urn, message: String($0.message.prefix(1_000)))
        }
        guard !lines.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = try encoder.encode(lines)
        while bytes.count > FieldLimit.jsonBytesMax {
            lines.removeLast(max(1, lines.count / 4))
            bytes = try encoder.encode(lines)
        }
        return JSONDocument(String(decoding: bytes, as: UTF8.self))
    }
}
