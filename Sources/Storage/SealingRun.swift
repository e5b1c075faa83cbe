// Seals what lies in the clear, or the reverse, file by file. It may end anywhere and begin again.
import Foundation
import RecordKit

/// Brings every file into the form in which new ones are kept.
package struct SealingRun: Sendable {
    /// What a run came to.
    package struct Report: Sendable, Hashable {
        /// Files that were looked at.
        package var seen = 0
        /// Files that were sealed, or opened.
        package var changed = 0
        /// Plain bytes of those.
        package var bytes = 0
        /// Files that no longer have their digest, or are sealed with another key: they stay as they are.
        package var damaged: [BlobName] = []
        /// Damaged files that are named; more are only counted.
        package static let damagedNamedMax = 1_000
        package var damagedCount = 0
    }

    private let raw: any RawBlobs
    private let key: FileKey
    private let seals: Bool
    private let store: any Store

    /// - Parameter seals: Else what is sealed is opened.
    package init(_ raw: any RawBlobs, key: FileKey, seals: Bool, store: any Store) {
        (self.raw, self.key, self.seals, self.store) = (raw, key, seals, store)
    }

    /// - Parameter progress: Called after each file.
    package func run(progress: (Report) -> Void = { _ in }) async throws -> Report {
        var report = Report()
        try await raw.forEach { name in
            do {
                if let bytes = try await convert(name) {
                    report.changed += 1
                    report.bytes += bytes
                }
            } catch let error as BlobError where error.isOfTheFile {
                report.damagedCount += 1
                if report.damaged.count < Report.damagedNamedMax { report.damaged.append(name) }
            }
            report.seen += 1
            progress(report)
        }
        return report
    }

    /// - Returns: The plain bytes; `nil` if there was nothing to do.
    private func convert(_ name: BlobName) async throws -> Int? {
        guard let found = try await raw.look(name, first: SealedHeader.bytes) else { return nil }
        let isSealed = SealedHeader(found.first)?.isGood(for: name, key) ?? false
        guard isSealed != seals else { return nil }
        let organisation = name.organisation
        let (isGoing, size) = try await store.read { reader in
            (try reader.isGoing(file: name.sha256, in: organisation), try reader.ledgerSize(organisation))
        }
        guard !isGoing, let bytes = try await rewrite(name) else { return nil }
        // What was removed meanwhile must not come back by this.
        let isErased = try await store.read { reader in
            let anyErased = try reader.hasErasures(in: organisation, from: size)
            return try anyErased && !reader.isHeld(file: name.sha256, in: organisation)
        }
        if isErased { try await raw.remove(name) }
        return bytes
    }

    private func rewrite(_ name: BlobName) async throws -> Int? {
        let source = SealingBlobStore(over: raw, key: key)
        guard let pieces = try await source.open(name.sha256, for: name.organisation) else { return nil }
        let writer = try await SealingBlobStore(over: raw, key: seals ? key : nil)
            .writer(for: name.organisation, bytesMax: .max)
        do {
            while let piece = try await pieces.next() { try await writer.append(Data(piece)) }
            return try await writer.finish().bytes
        } catch {
            await writer.abandon()
            throw error
        }
    }
}

extension BlobError {
    /// The file itself is to blame, and others may be good.
    fileprivate var isOfTheFile: Bool {
        switch self {
        case .damaged, .sealed: true
        case .badName, .cannotRead, .cannotWrite, .tooLarge: false
        }
    }
}

extension SealingBlobStore {
    private static let noteStart = "concord files sealed with key "

    /// Opens a store, or says at once what would come to light with the first file that is read: that its files are
    /// sealed and the key is missing, or is another. With a key, the store is marked as sealed.
    /// - Throws: ``FileKeyError``.
    package static func opened(over raw: any RawBlobs, key: FileKey?) async throws -> SealingBlobStore {
        let note = try await raw.note()
        if let note, note.hasPrefix(noteStart) {
            let name = note.dropFirst(noteStart.count).trimmingCharacters(in: .whitespacesAndNewlines)
            guard let key else { throw FileKeyError.needed(key: name) }
            guard key.name == name else { throw FileKeyError.other(key: name, given: key.name) }
        } else if let key {
            try await raw.setNote("\(noteStart)\(key.name)\n")
        }
        return SealingBlobStore(over: raw, key: key)
    }

    /// Takes the mark away: none of the files is sealed any more.
    package static func forgetKey(over raw: any RawBlobs) async throws { try await raw.setNote(nil) }
}
