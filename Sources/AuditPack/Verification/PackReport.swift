// What a verification found, for people and programs.
public import MerkleLog

/// One part of the verification, in the order in which they are made.
public enum PackStep: String, Hashable, Sendable, CaseIterable {
    /// The ZIP file and its list of files.
    case container
    /// Who signed the checkpoint.
    case signatures
    /// All entries give the signed root; only of packs of a whole ledger.
    case root
    /// The entries in the pack, that of the export among them, stand in the signed tree.
    case inclusion
    /// The ledger continues the checkpoint that the auditor kept.
    case consistency
    /// Every revision is the one that its entry committed to.
    case commitments
    /// Every file is the one that an entry names.
    case evidence
    /// Nothing is missing.
    case gaps
}

/// Something worth knowing that is no fault.
public enum PackNote: Hashable, Sendable {
    /// An entry says an earlier time than the one before it; how many do.
    case clockSetBack(index: Int, count: Int)
    /// No older checkpoint was compared: the ledger could have been written anew before this one was signed.
    case noOlderCheckpoint
    /// No witness cosigned: only the organisation's own signature stands for the checkpoint.
    case noWitness
    /// So many revisions and files were left out, as whoever exported may not see them.
    case notPermitted(revisions: Int, files: Int)
}

extension PackNote: CustomStringConvertible {
    /// As a sentence for people.
    public var description: String {
        switch self {
        case .clockSetBack(let index, let count):
            "Entry \(index) says an earlier time than the entry before it"
                + (count > 1 ? ", and so do \(count - 1) more" : "")
                + ": the server's clock was set back. The order of entries is proved, their times are the server's word."
        case .noOlderCheckpoint:
            "No older checkpoint was compared. Keep this one, and give it with the next pack."
        case .noWitness:
            "No witness was asked for: the checkpoint rests on the signature of the organisation's server alone."
        case .notPermitted(let revisions, let files):
            "Left out, since whoever exported may not see them: \(revisions) revisions, \(files) files. "
                + "Their entries are in the ledger; their content was not checked."
        }
    }
}

/// What a verification found.
public struct PackReport: Hashable, Sendable {
    /// The judgement.
    public internal(set) var verdict = PackVerdict.good
    /// The first thing that does not fit.
    public internal(set) var problem: PackProblem?
    /// What was checked and fits.
    public internal(set) var passed: [PackStep] = []
    /// What does not apply to this pack.
    public internal(set) var skipped: [PackStep] = []
    /// What the pack says it covers; believed only if everything fits.
    public internal(set) var statement: PackStatement?
    /// The checkpoint, once its signature was checked.
    public internal(set) var checkpoint: Checkpoint?
    /// The signatures under it that were checked.
    public internal(set) var signatures: [VerifiedSignature] = []
    /// Entries that were checked.
    public internal(set) var entries = 0
    /// Revisions whose content fits their commitment.
    public internal(set) var revisions = 0
    /// Revisions whose content was erased before the export, as an entry says.
    public internal(set) var erased = 0
    /// Pieces of evidence that fit their digest.
    public internal(set) var evidence = 0
    /// Their length.
    public internal(set) var evidenceBytes = 0
    /// What is worth knowing.
    public internal(set) var notes: [PackNote] = []
}

/// How far a verification is.
public struct PackProgress: Hashable, Sendable {
    /// What is being checked.
    public let step: PackStep
    /// Bytes read.
    public let bytesDone: Int
    /// Bytes to read.
    public let bytesAll: Int
}
