import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

/// What the database says of an organisation, as plain values that can be compared.
private struct Picture: Equatable {
    var lists: [String: [String]] = [:]
    var linksOut: [String] = []
    var linksIn: [String] = []
    var found: [String: [String]] = [:]
    var posture: [String] = []
}

@Suite struct AsOfTests {
    @Test func asOfAPointEqualsACopyTakenThen() async throws {
        let world = try await World()
        var random = StateBox(5)
        var copies: [(index: Int, today: Day, file: String)] = []
        try await RandomWork(world).run(steps: 1_000, &random) { step in
            guard step % 50 == 49 else { return }
            let file = world.folder.appendingPathComponent("copy-\(step).sqlite").path
            try await world.store.copy(to: file)
            let size = try await world.store.read { try $0.ledgerSize(world.organisation) }
            copies.append((size - 1, world.clock.today, file))
        }
        #expect(copies.count == 20)
        for copy in copies {
            let then = try SQLiteStore(path: copy.file, schemas: Registry.schemas)
            #expect(copy.index > 0)
            let was = try await picture(of: then, world, asOf: nil, copy.today)
            let asOf: AsOf? = try await world.store.read {
                try $0.position(index: copy.index, in: world.organisation)
            }
            let now = try await picture(of: world.store, world, asOf: asOf, copy.today)
            #expect(was.lists == now.lists, "lists as of \(copy.index)")
            #expect(was.linksOut == now.linksOut, "links as of \(copy.index)")
            #expect(was.linksIn == now.linksIn, "links back as of \(copy.index)")
            #expect(was.found == now.found, "search as of \(copy.index)")
            #expect(was.posture == now.posture, "posture as of \(copy.index)")
            try then.close()
        }
    }

    private func picture(
        of store: SQLiteStore, _ world: World, asOf: AsOf?, _ today: Day
    ) async throws -> Picture {
        let library = try await world.library.current(for: nil)
        let organisation = world.organisation
        let posture = world.posture
        return try await store.read { reader in
            var picture = Picture()
            for schema in Registry.schemas where !schema.isCatalogue {
                var records: [StoredRecord] = []
                var cursor: String?
                repeat {
                    let sort = schema.fields.first { $0.has(.sortable) && !$0.isDerived }
                    let page = try reader.page(
                        Query(
                            schema, archived: .include, sort: Sort(sort?.name, isDescending: true), cursor: cursor,
                            limit: 37), in: organisation, asOf: asOf)
                    records += page.records
                    cursor = page.next
                } while cursor != nil
                picture.lists[schema.plural] = records.map { "\($0.id) \($0.version) \($0.values)" }
                let ids = records.map(\.id)
                picture.linksOut += try reader.links(from: ids, in: organisation, asOf: asOf, limit: 50_000)
                    .map { "\($0)" }
                for word in ["zurich", "led", "aud acc", "naive"] {
                    picture.found["\(schema.plural) \(word)"] = try reader.page(
                        Query(schema, where: .search(word), limit: 1_000), in: organisation, asOf: asOf
                    ).records.map(\.id.uuidString)
                }
            }
            let requirements = library.frameworks.prefix(2).flatMap(\.items).filter(\.isAssessable).map(\.id)
            picture.linksIn = try reader.links(to: requirements, in: organisation, asOf: asOf, limit: 50_000)
                .filter { $0.fromType != Requirement.type && $0.fromType != Mapping.type }.map { "\($0)" }
            for requirement in requirements {
                let status = try posture.status(of: requirement, in: reader, organisation, asOf: asOf, today)
                picture.posture.append("\(status)")
            }
            return picture
        }
    }
}
