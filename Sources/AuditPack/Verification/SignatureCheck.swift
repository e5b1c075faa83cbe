// Who signed. Keys come from outside the pack: a pack that brings its own proves nothing.
import MerkleLog

/// The check of signatures under checkpoints.
struct SignatureCheck {
    let keys: [NoteVerifier]
    let witnesses: [NoteVerifier]
    let quorum: Int

    /// The checkpoint of the pack.
    func check(_ pack: OpenedPack, _ report: inout PackReport) throws(PackProblem) -> Checkpoint {
        let bytes = try pack.content(PackFiles.checkpoint)
        let (checkpoint, signatures) = try open(bytes, named: PackFiles.checkpoint)
        let cosigners = Set(
            signatures.filter { signature in
                signature.cosignedAt != nil && witnesses.contains { $0.vkey == signature.vkey }
            }.map(\.name))
        guard cosigners.count >= quorum else { throw .quorumMissed(found: cosigners.count, wanted: quorum) }
        let listed = pack.manifest.checkpoint
        guard listed.origin == checkpoint.origin, listed.size == checkpoint.size, listed.root == checkpoint.root else {
            throw .otherCheckpoint(of: PackFiles.manifest)
        }
        let organisation = pack.manifest.statement.organisation
        guard checkpoint.origin.hasSuffix("/ledger/" + organisation) else {
            throw .otherOrigin(of: PackFiles.checkpoint, found: checkpoint.origin, wanted: "…/ledger/" + organisation)
        }
        report.checkpoint = checkpoint
        report.signatures = signatures
        return checkpoint
    }

    /// Reads a signed checkpoint and believes it only with the signature of a key of its own ledger.
    func open(
        _ bytes: [UInt8], named name: String
    ) throws(PackProblem) -> (checkpoint: Checkpoint, signatures: [VerifiedSignature]) {
        guard !keys.isEmpty else { throw .noKey }
        let note: SignedNote
        let checkpoint: Checkpoint
        do throws(NoteError) {
            note = try SignedNote(parsing: bytes)
        } catch {
            throw .signature(of: name, .note(error))
        }
        do throws(CheckpointError) {
            checkpoint = try Checkpoint(text: note.text)
        } catch {
            throw .signature(of: name, error)
        }
        let signatures: [VerifiedSignature]
        do throws(NoteError) {
            signatures = try note.verified(by: keys + witnesses)
        } catch {
            guard case .noKnownSignature = error else { throw .signature(of: name, .note(error)) }
            throw .unknownKey(names: note.signatures.map(Self.words))
        }
        let own = signatures.filter { signature in keys.contains { $0.vkey == signature.vkey } }
        guard let first = own.first else { throw .unknownKey(names: note.signatures.map(Self.words)) }
        guard own.contains(where: { $0.name == checkpoint.origin }) else {
            throw .otherOrigin(of: name, found: checkpoint.origin, wanted: first.name)
        }
        return (checkpoint, signatures)
    }

    private static func words(_ signature: NoteSignature) -> String {
        let id = String(signature.keyID, radix: 16)
        return signature.name + "+" + String(repeating: "0", count: 8 - id.count) + id
    }
}
