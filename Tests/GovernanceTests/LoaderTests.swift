import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct LoaderTests {
    @Test func loadingAgainReadsNoFileAndChangesNothing() async throws {
        let world = try await World()
        let before = try await world.store.read { try $0.ledgerSize(nil) }
        let report = try await CatalogueLoader(store: world.store, environment: world.environment).load()
        #expect(report.filesRead.isEmpty)
        #expect(!report.changedAnything)
        #expect(try await world.store.read { try $0.ledgerSize(nil) } == before)
    }

    @Test func aFileWhoseFingerprintIsUnknownIsReadAndChangesOnlyWhatDiffers() async throws {
        let world = try await World()
        try await world.store.write(nil) { try $0.saveLoadedSource("questions.yaml", sha256: "older") }
        let report = try await CatalogueLoader(store: world.store, environment: world.environment).load()
        #expect(report.filesRead == ["questions.yaml"])
        #expect(report.unchanged > 0)
        #expect(!report.changedAnything)
    }

    /// During an upgrade a new node loads what the old ones have in memory.
    @Test func whatAnotherNodeLoadsIsSeen() async throws {
        let world = try await World()
        let holder = LibraryHolder(store: world.store)
        let organisation = UUID()
        let before = try await holder.current(for: organisation)
        let found = try #require(before.frameworks.flatMap(\.items).first { $0.reference == "A.6.1" })
        let system = Caller.system(organisation: nil).change("update", in: world.environment)
        try await world.store.write(nil) { transaction in
            let stored = try #require(try transaction.find(ID<Requirement>(found.id), in: nil))
            var requirement = stored.value
            requirement.title = "Screening, in other words"
            try transaction.save(
                Requirement.schema.validated(requirement).erased, id: found.id, over: stored.version,
                isArchived: false, by: system)
            try transaction.saveLoadedSource("questions.yaml", sha256: "newer")
        }
        for library in [try await holder.current(for: organisation), try await holder.current(for: nil)] {
            let item = library.frameworks.flatMap(\.items).first { $0.id == found.id }
            #expect(item?.title == "Screening, in other words")
        }
    }

    @Test func allSixFrameworksAreThere() async throws {
        let library = try await World().library.current(for: nil)
        #expect(
            library.frameworks.map(\.key) == [
                "iso42001-2023", "iso27001-2022", "eu-ai-act", "nist-ai-rmf-1.0", "nist-csf-2.0", "gdpr",
            ])
        #expect(library.assessable.count == 593)
        #expect(library.rows.count == 563)
        let row = try #require(library.row("clause:6.1.2"))
        #expect(row.members.allSatisfy { !$0.questions.isEmpty && !$0.typicalEvidence.isEmpty })
    }

    @Test func aRequirementCarriesItsAreasInItsGuidanceAndTheLibraryKnowsThem() async throws {
        let world = try await World()
        let library = try await world.library.current(for: nil)
        #expect(library.areas.count == 10)
        let items = library.frameworks.flatMap(\.items).filter(\.isAssessable)
        #expect(items.allSatisfy { !$0.areas.isEmpty })
        let screening = try #require(items.first { $0.reference == "A.6.1" })
        #expect(screening.areas == ["people"])
        let stored = try await world.store.read {
            try $0.find(Requirement.schema.erased, screening.id, in: nil, asOf: nil)
        }
        let guidance = try #require(try stored?.decoded(as: Requirement.self).value.guidance)
        #expect(guidance.text.contains("\"areas\":[\"people\"]"))
    }
}
