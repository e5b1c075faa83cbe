// Files that are sealed at rest: what lies there, what is noticed, and how an installation gets from one form to the
// other.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

@Suite struct SealedBlobTests {
    private let key = BlobsUnderTest.key
    private let organisation = UUID()

    private func raw(_ folder: WorldFolder) throws -> FolderBlobs { try FolderBlobs(folder.url) }

    private func name(_ bytes: Data) -> BlobName { BlobName(organisation: organisation, sha256: digest(bytes)) }

    private func place(_ bytes: Data, as name: BlobName, in raw: any RawBlobs) async throws {
        let writer = try await raw.writer(reserving: 0)
        try await writer.append(bytes)
        try await writer.finish(as: name, head: [])
    }

    @Test func whatLiesThereTellsNothingAndIsNeverTheSameTwice() async throws {
        let (here, there) = (try WorldFolder("sealed", types: .own), try WorldFolder("sealed", types: .own))
        let text = Data(String(repeating: "evidence of something. ", count: 40_000).utf8)
        var lying: [Data] = []
        for folder in [here, there] {
            let raw = try raw(folder)
            let blobs = SealingBlobStore(over: raw, key: key)
            #expect(try await blobs.put(text, for: organisation) == digest(text))
            let bytes = try #require(try await read(raw.open(name(text))))
            #expect(bytes.range(of: Data("evidence".utf8)) == nil)
            #expect(bytes.count == 81 + SealedStream.sealedCount(text.count, pieceBytes: 262_144))
            #expect(bytes.starts(with: [0x89] + Array("CONFILE".utf8) + [1]))
            lying.append(bytes)
        }
        #expect(lying[0].dropFirst(17) != lying[1].dropFirst(17), "each has a salt of its own")
    }

    /// Every byte of a small file, and every length that it may be cut to.
    @Test func noByteCanBeChangedAndNoneBeMissing() async throws {
        let folder = try WorldFolder("sealed", types: .own)
        let raw = try raw(folder)
        let blobs = SealingBlobStore(over: raw, key: key)
        let text = Data("two words".utf8)
        let sha256 = try await blobs.put(text, for: organisation)
        let sealed = try #require(try await read(raw.open(name(text))))
        for at in sealed.indices {
            var changed = sealed
            changed[at] ^= 0x40
            try await place(changed, as: name(text), in: raw)
            await #expect(throws: BlobError.self, "byte \(at)") { try await blobs.get(sha256, for: organisation) }
            try await place(sealed.prefix(at), as: name(text), in: raw)
            await #expect(throws: BlobError.self, "cut to \(at)") { try await blobs.get(sha256, for: organisation) }
        }
        try await place(sealed + [0], as: name(text), in: raw)
        await #expect(throws: BlobError.self) { try await blobs.get(sha256, for: organisation) }
        try await place(sealed, as: name(text), in: raw)
        #expect(try await blobs.get(sha256, for: organisation) == text)
    }

    @Test func aSealedFileIsGoodUnderItsOwnNameOnly() async throws {
        let folder = try WorldFolder("sealed", types: .own)
        let raw = try raw(folder)
        let blobs = SealingBlobStore(over: raw, key: key)
        let (one, two) = (Data("one".utf8), Data("two".utf8))
        _ = try await blobs.put(one, for: organisation)
        _ = try await blobs.put(two, for: organisation)
        let sealed = try #require(try await read(raw.open(name(one))))
        try await place(sealed, as: name(two), in: raw)
        await #expect(throws: BlobError.damaged(sha256: digest(two))) {
            try await blobs.get(digest(two), for: organisation)
        }
        let other = BlobName(organisation: UUID(), sha256: digest(one))
        try await place(sealed, as: other, in: raw)
        await #expect(throws: BlobError.self) { try await blobs.get(digest(one), for: other.organisation) }
    }

    /// A file whose content is a sealed file, to the letter: its digest says that it is what it is.
    @Test func aFileThatLooksSealedIsReadAsWhatItIs() async throws {
        let folder = try WorldFolder("sealed", types: .own)
        let raw = try raw(folder)
        let sealing = SealingBlobStore(over: raw, key: key)
        let text = someBytes(300_000)
        _ = try await sealing.put(text, for: organisation)
        let sealed = try #require(try await read(raw.open(name(text))))
        let starts = [sealed, sealed.prefix(81), sealed.prefix(9), Data([0x89] + Array("CONFILE".utf8)) + text]
        for content in starts {
            let plain = SealingBlobStore(over: raw, key: nil)
            try await place(content, as: name(content), in: raw)
            for store in [plain, sealing] {
                #expect(try await store.get(digest(content), for: organisation) == content)
                #expect(try await store.count(digest(content), for: organisation) == content.count)
            }
            // Sealed in its turn, it comes back as well.
            let report = try await SealingRun(raw, key: key, seals: true, store: MemoryStore()).run()
            #expect(report.damaged.isEmpty)
            #expect(try await sealing.get(digest(content), for: organisation) == content)
        }
    }

    @Test func withoutTheKeyTheStoreDoesNotOpen() async throws {
        let folder = try WorldFolder("sealed", types: .own)
        let raw = try raw(folder)
        _ = try await SealingBlobStore.opened(over: raw, key: nil)
        let sealing = try await SealingBlobStore.opened(over: raw, key: key)
        let sha256 = try await sealing.put(Data("secret".utf8), for: organisation)
        await #expect(throws: FileKeyError.needed(key: key.name)) {
            try await SealingBlobStore.opened(over: raw, key: nil)
        }
        let other = FileKey(secret: Array(repeating: 7, count: 32))
        await #expect(throws: FileKeyError.other(key: key.name, given: other.name)) {
            try await SealingBlobStore.opened(over: raw, key: other)
        }
        for wrong in [nil, other] {
            await #expect(throws: BlobError.sealed(sha256: sha256, key: key.name)) {
                try await SealingBlobStore(over: raw, key: wrong).get(sha256, for: organisation)
            }
        }
        #expect(try await SealingBlobStore.opened(over: raw, key: key).get(sha256, for: organisation) != nil)
    }

    @Test(arguments: [false, true])
    func aRunBringsEveryFileIntoTheOtherFormAndBack(_ isBucket: Bool) async throws {
        try await BlobsUnderTest(isBucket: isBucket, isSealed: false).run { plain, raw in
            let store = MemoryStore()
            var all: [BlobName: Data] = [:]
            for n in 0..<10 {
                let bytes = someBytes(n * 60_000, seed: UInt64(n))
                let whose = n.isMultiple(of: 2) ? organisation : UUID()
                all[BlobName(organisation: whose, sha256: try await plain.put(bytes, for: whose))] = bytes
            }
            let sealing = SealingBlobStore(over: raw, key: key)
            // Some are sealed already, as after a run that was ended.
            for (name, _) in all.prefix(4) { try await raw.remove(name) }
            for (name, bytes) in all.prefix(4) { _ = try await sealing.put(bytes, for: name.organisation) }
            // One is damaged: it stays as it is, and the others are sealed all the same.
            let broken = BlobName(organisation: organisation, sha256: digest(Data("never kept".utf8)))
            try await place(Data("something else".utf8), as: broken, in: raw)
            func isSealed(_ name: BlobName) async throws -> Bool {
                try await raw.look(name, first: 8)?.first == [0x89] + Array("CONFILE".utf8)
            }
            var seen: [Int] = []
            let report = try await SealingRun(raw, key: key, seals: true, store: store).run { seen.append($0.seen) }
            #expect(seen == Array(1...11) && report.changed == 6 && report.damaged == [broken])
            for (name, bytes) in all {
                #expect(try await isSealed(name))
                #expect(try await sealing.get(name.sha256, for: name.organisation) == bytes)
            }
            let again = try await SealingRun(raw, key: key, seals: true, store: store).run()
            #expect(again.changed == 0 && again.seen == 11 && again.damagedCount == 1)
            let back = try await SealingRun(raw, key: key, seals: false, store: store).run()
            #expect(back.changed == 10 && back.damagedCount == 0)
            for (name, bytes) in all {
                #expect(try await !isSealed(name))
                #expect(try await plain.get(name.sha256, for: name.organisation) == bytes)
            }
        }
    }

    /// A record is erased, and its file removed, while a run is just sealing that file.
    @Test func aRunBringsNothingBackThatWasErased() async throws {
        let folder = try WorldFolder("sealed", types: .own)
        let raw = try raw(folder)
        let store = MemoryStore()
        let scene = Scene(store: store)
        let text = Data("a list of names".utf8)
        let plain = SealingBlobStore(over: raw, key: nil)
        let sha256 = try await plain.put(text, for: scene.here)
        let companion = try await scene.create(Companion(name: "Nadia"), in: scene.here)
        var specimen = scene.specimen("Quibber", companion: companion)
        specimen.attachment = try FileReference(
            sha256: sha256, name: "list.txt", mediaType: "text/plain", bytes: text.count)
        let made = try await scene.create(specimen, in: scene.here)
        let (here, change) = (scene.here, scene.fixtures.change("erase"))
        let watched = WatchedBlobs(raw) {
            let erasure = Erasure(schema: Specimen.schema.erased, record: made.id.raw, fields: nil, archives: true)
            _ = try await store.write(here) { try $0.erase(erasure, by: change) }
            try await raw.remove(BlobName(organisation: here, sha256: sha256))
            try await store.write(here) { try $0.finishErasureWork(ErasureWork(.file, sha256)) }
        }
        let report = try await SealingRun(watched, key: key, seals: true, store: store).run()
        #expect(report.seen == 1)
        #expect(try await raw.look(BlobName(organisation: here, sha256: sha256), first: 0) == nil)
    }

    /// A folder in which something happens when a file is begun.
    private struct WatchedBlobs: RawBlobs {
        let raw: FolderBlobs
        let before: @Sendable () async throws -> Void
        init(_ raw: FolderBlobs, before: @escaping @Sendable () async throws -> Void) {
            (self.raw, self.before) = (raw, before)
        }
        func writer(reserving: Int) async throws -> any RawBlobWriter {
            try await before()
            return try await raw.writer(reserving: reserving)
        }
        func look(_ name: BlobName, first: Int) async throws -> (first: [UInt8], count: Int)? {
            try await raw.look(name, first: first)
        }
        func open(_ name: BlobName) async throws -> (any BlobPieces)? { try await raw.open(name) }
        func remove(_ name: BlobName) async throws { try await raw.remove(name) }
        func forEach(_ body: (BlobName) async throws -> Void) async throws { try await raw.forEach(body) }
        func note() async throws -> String? { try await raw.note() }
        func setNote(_ note: String?) async throws { try await raw.setNote(note) }
    }
}

@Suite struct FileKeyTests {
    @Test func aKeyIsWrittenOnceForItsOwnerAlone() throws {
        let folder = try WorldFolder("key", types: .own)
        let file = folder.url.appendingPathComponent("files.key")
        let data = folder.url.appendingPathComponent("data")
        let made = try FileKey.make(file, secret: Array(1...32))
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o600)
        #expect(throws: FileKeyError.exists(path: file.path)) { try FileKey.make(file, secret: Array(2...33)) }
        let read = try FileKey(file: file, outside: data)
        #expect(read.name == made.name && read.name.count == 16)
        #expect(FileKey(secret: Array(2...33)).name != made.name)
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(Data(base64Encoded: text.trimmingCharacters(in: .newlines)) == Data(1...32))
    }

    @Test func aKeyThatIsMissingDamagedOpenOrInTheWrongPlaceIsRefused() throws {
        let folder = try WorldFolder("key", types: .own)
        let file = folder.url.appendingPathComponent("files.key")
        let data = folder.url.appendingPathComponent("data")
        #expect(throws: FileKeyError.missing(path: file.path)) { try FileKey(file: file, outside: data) }
        for text in [
            "", "AAAA", "not base64!", Data(1...31).base64EncodedString(), String(repeating: "A", count: 5_000),
        ] {
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            #expect(throws: FileKeyError.damaged(path: file.path)) { try FileKey(file: file, outside: data) }
        }
        try FileManager.default.removeItem(at: file)
        _ = try FileKey.make(file, secret: Array(1...32))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        #expect(throws: FileKeyError.open(path: file.path)) { try FileKey(file: file, outside: data) }
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        _ = try FileKey(file: file, outside: data)
        #expect(throws: FileKeyError.inside(path: file.path, folder: folder.url.path)) {
            try FileKey(file: file, outside: folder.url)
        }
        #expect(throws: FileKeyError.self) { try FileKey(file: folder.url, outside: data) }
    }
}
