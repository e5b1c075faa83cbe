import Catalogue
import Crypto
import Foundation
import Testing

@Suite struct SourceTests {
    @Test func sha256IsThatOfThePublishedVector() throws {
        // FIPS 180-2, appendix B.1.
        #expect(
            try document("abc").sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func aDigestIsTheHashOfTheFileAsItIs() throws {
        let digests = try CatalogueSource.bundled.digests()
        #expect(digests.map(\.file) == CatalogueFile.allCases)
        #expect(Set(digests.map(\.sha256)).count == CatalogueFile.allCases.count)
        for digest in digests {
            let data = try Data(contentsOf: CatalogueSource.bundled.folder.appending(path: digest.file.rawValue))
            let hash = SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
            #expect(digest.sha256 == hash)
            #expect(digest.bytes == data.count)
        }
    }

    @Test func aFrameworkCarriesTheHashOfItsFile() throws {
        for file in CatalogueFile.frameworks {
            let content = try CatalogueSource.bundled.framework(file)
            #expect(try content.sha256 == CatalogueSource.bundled.digest(of: file).sha256)
            #expect(content.id == file.frameworkID)
        }
    }

    @Test func digestsAreMadeWithoutParsing() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "catalogue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        for file in CatalogueFile.allCases {
            try Data("[no: catalogue".utf8).write(to: folder.appending(path: file.rawValue))
        }
        let source = CatalogueSource(folder: folder)
        #expect(try source.digests().count == CatalogueFile.allCases.count)
        #expect(throws: CatalogueError.self) { try source.framework(.gdpr) }
    }

    @Test func loadingTwiceGivesEqualValues() throws {
        #expect(try LoadedCatalogue(.bundled) == LoadedCatalogue(.bundled))
        #expect(try CatalogueSource.bundled.integratedItems() == CatalogueSource.bundled.integratedItems())
    }

    @Test func everyFileOfTheFolderIsKnown() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: CatalogueSource.bundled.folder.path)
        #expect(names.sorted() == (CatalogueFile.allCases.map(\.rawValue) + ["PROVENANCE.md"]).sorted())
    }

    @Test func aMissingFileIsNamed() throws {
        let source = CatalogueSource(folder: FileManager.default.temporaryDirectory.appending(path: "not-there"))
        let error = #expect(throws: CatalogueError.self) { try source.framework(.gdpr) }
        #expect(error?.file == "gdpr.yaml")
        guard case .unreadable = error?.problem else {
            Issue.record("unexpected \(String(describing: error))")
            return
        }
    }

    @Test func aFileAboveTheLimitIsRefused() throws {
        let data = Data(repeating: UInt8(ascii: "#"), count: CatalogueSource.fileBytesMax + 1)
        let error = #expect(throws: CatalogueError.self) { try CatalogueDocument(name: "big.yaml", data: data) }
        #expect(error?.problem == .tooLarge(bytes: data.count, bytesMax: CatalogueSource.fileBytesMax))
        _ = try CatalogueDocument(name: "big.yaml", data: data.dropLast())
    }
}
