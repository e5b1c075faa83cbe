// Files are looked for before the transaction, which asks no disk and no network; the transaction makes sure that none
// of them was removed in between.
import Access
import Foundation
import RecordKit
import Storage

/// Files that a record is about to hold, seen in the blob store while none of them was being removed. A file is only
/// removed after an erasure, so that what was there stays as long as the ledger tells of no erasure since.
struct FilesSeen: Sendable {
    private let organisation: UUID
    /// Where the ledger ended before anybody looked.
    private let size: Int

    /// Looks for the files.
    /// - Returns: `missing`, the digests of those that are not there or have another length.
    /// - Throws: ``StoreError/away(_:)`` if one of them is being removed.
    static func look(
        for files: [(sha256: String, bytes: Int)], of organisation: UUID, in store: any Store, _ blobs: any BlobStore
    ) async throws -> (seen: FilesSeen, missing: Set<String>) {
        let digests = Set(files.map(\.sha256))
        let size = try await store.read { reader in
            try reader.checkStays(digests, in: organisation)
            return try reader.ledgerSize(organisation)
        }
        var lengths: [String: Int] = [:]
        for sha256 in digests { lengths[sha256] = try await blobs.count(sha256, for: organisation) }
        let missing = files.filter { lengths[$0.sha256] != $0.bytes }.map(\.sha256)
        return (FilesSeen(organisation: organisation, size: size), Set(missing))
    }

    /// Looks for a file that was just kept.
    /// - Throws: ``StoreError/away(_:)`` if it is being removed, or was.
    static func look(
        forKept sha256: String, bytes: Int, of organisation: UUID, in store: any Store, _ blobs: any BlobStore
    ) async throws -> FilesSeen {
        let (seen, missing) = try await look(for: [(sha256, bytes)], of: organisation, in: store, blobs)
        guard missing.isEmpty else {
            throw StoreError.away("the file \(sha256) was removed meanwhile; send it again")
        }
        return seen
    }

    /// Makes sure, until the end of the transaction, that the files stay.
    /// - Throws: ``StoreError/away(_:)`` if something was erased meanwhile: they have to be looked for again.
    func confirm(in transaction: any Transaction) throws {
        guard try !transaction.hasErasures(in: organisation, from: size) else {
            throw StoreError.away("something was erased while files were looked for; try again")
        }
    }
}

extension RecordService {
    /// Looks for the files of many new records. One that is not there refuses its line.
    /// - Returns: What was seen first: what holds since then holds for all that was seen later.
    func filesSeen(
        _ schema: AnySchema, _ lines: inout [BulkLine], as caller: Caller
    ) async throws -> FilesSeen? {
        var first: FilesSeen?
        for (at, line) in lines.enumerated() {
            guard case .success(let input) = line else { continue }
            do {
                let seen = try await filesSeen(schema, input, over: nil, as: caller)
                first = first ?? seen
            } catch let error as ServiceError { lines[at] = .failure(error) }
        }
        return first
    }

    /// Looks for the files that a change would let a record hold. What the caller may not set is for the change itself
    /// to refuse, so that nobody learns here which files there are.
    /// - Parameter id: The record that is changed; `nil` for a new one.
    /// - Returns: `nil` if there are none.
    /// - Throws: ``ServiceError``: invalid, with the field, for a file that is not there.
    func filesSeen(
        _ schema: AnySchema, _ input: [String: FieldValue], over id: UUID?, as caller: Caller
    ) async throws -> FilesSeen? {
        guard let blobs, let organisation = caller.organisation else { return nil }
        var files = input.compactMapValues { if case .file(let file) = $0 { file } else { FileReference?.none } }
            .filter { name, _ in
                guard let field = schema.field(name) else { return false }
                return field.isWritable && (id == nil || !field.has(.fixed))
            }
        if files.isEmpty { return nil }
        if let id {
            let present = try await store.read { try $0.find(schema, id, in: organisation, asOf: nil) }
            guard let present, Authorisation.may(caller, .update, present) else { return nil }
            let held = present.values.compactMap { if case .file(let file) = $0 { file } else { nil } }
            files = files.filter { _, file in
                !held.contains { $0.sha256 == file.sha256 && $0.bytes == file.bytes }
            }
            if files.isEmpty { return nil }
        }
        let (seen, missing) = try await FilesSeen.look(
            for: files.values.map { ($0.sha256, $0.bytes) }, of: organisation, in: store, blobs)
        let problems = files.filter { missing.contains($0.value.sha256) }.map { name, _ in
            Problem(name, "names a file that was not uploaded, or has another size")
        }
        guard problems.isEmpty else {
            throw ServiceError.invalid(Invalid(problems.sorted { $0.field < $1.field }))
        }
        return seen
    }
}
