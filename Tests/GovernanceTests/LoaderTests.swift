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
}
