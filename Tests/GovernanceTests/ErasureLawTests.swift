// A law over all record types: whatever its type, a record can be erased, everything still verifies, and no text of it is
// left in any file.
import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import TestKit
import Testing

@Suite struct ErasureLawTests {
    private static let mark = "quibberwock"

    /// Every text says the mark, as far as the field's form allows it.
    private func marked(_ schema: AnySchema, _ subject: UUID, _ file: FileReference, _ n: Int) -> [String: FieldValue] {
        var values: [String: FieldValue] = [:]
        for field in schema.fields where !field.isDerived && field.name != schema.lifecycle?.field {
            switch field.kind {
            case .text:
                var text = "\(Self.mark) \(n) of \(schema.type.name)"
                if field.has(.webAddress) { text = "https://example.org/\(Self.mark)" }
                if field.isLongText { text = Array(repeating: text, count: 200).joined(separator: "\n") }
                for case .length(let range) in field.traits {
                    text = String(text.prefix(range.upperBound))
                    text += String(repeating: "x", count: max(0, range.lowerBound - text.count))
                }
                values[field.name] = .text(text)
            case .file: values[field.name] = .file(file)
            case .json: values[field.name] = .json("{\"of\":\"\(Self.mark)\"}")
            default: break
            }
        }
        switch schema.type {
        case Person.type: values["email"] = .text("\(Self.mark)\(n)@example.org")
        case Organisation.type: values["timeZone"] = .text("Europe/Berlin")
        case Evidence.type: values.merge(["kind": .text("file"), "link": .null]) { $1 }
        case ErasureRequest.type, Hold.type:
            values.merge([
                "subjectType": .text("person"), "subjectID": .text(subject.lowercased), "scope": .text("record"),
                "fieldNames": .null,
            ]) { $1 }
        default: break
        }
        return values
    }

    private func targets(_ world: World) async throws -> [RecordType: [UUID]] {
        let organisation = world.organisation
        let adopted = try await world.library.current(for: nil).frameworks.prefix(2).map(\.id)
        return try await world.store.read { reader in
            var targets: [RecordType: [UUID]] = [:]
            for schema in Registry.schemas {
                let page = try reader.page(Query(schema, limit: 5), in: organisation, asOf: nil)
                targets[schema.type] = page.records.map(\.id)
            }
            // Both ISO standards are adopted since the founding, and each may be adopted once.
            targets[Framework.type]?.removeAll { adopted.contains($0) }
            return targets
        }
    }

    @Test func anyRecordCanBeErasedWithoutATrace() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let blobs = try FolderBlobStore(folder: world.folder.appendingPathComponent("files"))
        let content = Data("\(Self.mark) in a file".utf8)
        let file = try FileReference(
            sha256: try await blobs.put(content, for: world.organisation), name: "\(Self.mark).txt",
            mediaType: "text/plain", bytes: content.count)
        var fixtures = Fixtures(seed: 77)
        let organisation = world.organisation
        let other = try #require(officer.person)
        var subjects: [(schema: AnySchema, id: UUID)] = []
        for schema in Registry.schemas where !schema.isCatalogue {
            let id = schema.type == Organisation.type ? organisation : world.environment.id()
            var version = schema.type == Organisation.type ? 1 : Int?.none
            for n in 0..<3 {
                let record = fixtures.validRecord(
                    schema, targets: try await targets(world), overrides: marked(schema, other, file, n))
                let change = world.lead.change(
                    version == nil ? "create" : "update", reason: Self.mark, in: world.environment)
                let over = version
                version = try await world.store.write(organisation) {
                    try $0.save(record, id: id, over: over, isArchived: false, by: change)
                }.version
            }
            subjects.append((schema, id))
        }
        #expect(try traces(world).count > 1, "in the database and in the file: the test looks where it was written")
        for (schema, id) in subjects {
            let asked = try await world.records.create(
                ErasureRequest.schema.erased,
                [
                    "subjectType": .text(schema.type.name), "subjectID": .text(id.lowercased),
                    "reason": .text("A law of the tests"),
                ], as: world.lead)
            let done = try await world.records.take(
                "carryOut", ErasureRequest.schema.erased, asked.id, over: 1, as: officer, reason: nil)
            #expect(done["erasedRevisions"] != .integer(0), "\(schema.type.name)")
            let rest = try await world.store.read { try $0.find(schema, id, in: organisation, asOf: nil) }
            #expect(rest?.meta.erasedAt != nil, "\(schema.type.name)")
        }
        let service = ErasureService(records: world.records, blobs: blobs, journal: NoErasureJournal())
        try await service.finish(world.organisation)
        #expect(try traces(world) == [])
        let found = try LedgerVerifier(path: world.database, schemas: Registry.schemas, verifierKeys: []).verify()
        #expect(found.firstProblem?.description == nil)
        #expect(found.erased >= 3 * subjects.count)
    }

    /// The files in which the mark still stands, in large or small letters.
    private func traces(_ world: World) throws -> [String] {
        let files = try #require(FileManager.default.enumerator(at: world.folder, includingPropertiesForKeys: nil))
        var found: [String] = []
        for case let file as URL in files where !file.hasDirectoryPath {
            let bytes = Data(try Data(contentsOf: file).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
            if bytes.range(of: Data(Self.mark.utf8)) != nil { found.append(file.lastPathComponent) }
        }
        return found
    }
}
