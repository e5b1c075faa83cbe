// What a leaf says of a change: one place, so that every store writes the same bytes for the same change.
package import Foundation
package import MerkleLog
package import RecordKit

/// The leaf of a record's revision or, without commitments, of another event.
/// - Parameters:
///   - organisation: `nil` for the server's ledger, whose leaves say `server`.
///   - objectType: The record's type, or what else was acted on.
///   - objectID: Its id, a UUID in lower case.
///   - version: The revision's version; `nil` for an event, whose leaf says 0.
///   - before: The commitment of the revision that this one follows, as its own leaf says it; `nil` for the first.
///   - after: The commitment of this revision, made with the salt of the change.
/// - Returns: Canonical JSON of at most `Leaf.bytesMax` bytes.
/// - Throws: `LeafError` if the leaf would be too long or a commitment is malformed.
package func makeLeaf(
    organisation: UUID?, change: Change, objectType: String, objectID: String, version: Int?, before: String?,
    after: String?, evidence: [Leaf.Evidence]
) throws -> [UInt8] {
    try Leaf(
        type: after == nil ? "event" : "record", organisation: organisation?.lowercased ?? "server",
        timeMilliseconds: change.at.millisecondsSince1970,
        actor: Leaf.Actor(
            kind: change.actorKind.rawValue, id: change.person?.lowercased ?? "", auth: change.auth),
        action: change.action, object: Leaf.Object(type: objectType, id: objectID, version: version ?? 0),
        before: before, after: after, evidence: evidence, request: change.request ?? ""
    ).canonicalBytes()
}

extension Leaf.Evidence {
    /// The files that a record holds, in the order of its fields.
    /// - Throws: ``StoreError/unavailable(_:)`` for a file without a SHA-256, which `FileReference` prevents.
    package static func files(in values: [FieldValue]) throws(StoreError) -> [Leaf.Evidence] {
        var files: [Leaf.Evidence] = []
        for case .file(let file) in values {
            guard let hash = Hash(hex: file.sha256) else { throw .unavailable("\(file.sha256) is not a SHA-256") }
            files.append(Leaf.Evidence(sha256: hash, bytes: file.bytes, mediaType: file.mediaType))
        }
        return files
    }
}
