// What may not fit in a pack, each with what it means for the judgement and with words that name the place.
public import MerkleLog

/// The judgement about a pack.
public enum PackVerdict: String, Hashable, Sendable {
    /// Everything that is in the pack fits, and nothing is missing.
    case good
    /// Something was changed, put in or taken out after the export.
    case tampered
    /// What is there fits, but something is missing.
    case incomplete
    /// Nothing can be said: no key that fits, or no proof from the checkpoint that was given.
    case cannotJudge
    /// The file is not a pack.
    case notAPack
}

/// The first thing that does not fit.
public enum PackProblem: Error, Hashable, Sendable {
    // The file around it.
    case container(ZIPProblem)
    case noManifest
    case manifest(ManifestError)
    case fileMissing(String)
    case fileNotListed(String)
    case filesOutOfOrder(String)
    case foreignFile(String)
    case fileAltered(String, found: Hash, wanted: Hash)
    case fileTooLong(String, bytes: Int)

    // Signatures.
    case noKey
    case unknownKey(names: [String])
    case signature(of: String, CheckpointError)
    case quorumMissed(found: Int, wanted: Int)
    case otherOrigin(of: String, found: String, wanted: String)
    case otherCheckpoint(of: String)

    // Root and inclusion.
    case tile(String, TileError)
    case ledger(LedgerProblem)
    case tilesGiveOtherRoot
    case proof(String, ProofFileError)
    case notInTree(index: Int)
    case entryMalformed(index: Int, LeafError)
    case notTheExport(index: Int)
    case statementAltered(index: Int)
    case summaryAltered(String)

    // Consistency.
    case doesNotContinue(oldSize: Int, size: Int)
    case packIsOlder(oldSize: Int, size: Int)
    case noProofFrom(oldSize: Int)

    // Commitments.
    case revisionMissing(index: Int, record: String)
    case revisionOutOfPlace(file: String, line: Int, index: Int?)
    case revisionMalformed(file: String, line: Int, index: Int)
    case revisionChanged(index: Int, record: String)
    case revisionOfOther(index: Int, record: String)
    case notAnErasure(index: Int, erasure: Int?)

    // Evidence.
    case evidenceMissing(Hash, index: Int)
    case evidenceSwapped(Hash, found: Hash)
    case evidenceUnnamed(Hash)
    case leftOutAtExport(PackStatement.NotIncluded, count: Int)

    // Gaps.
    case versionMissing(record: String, version: Int)
    case chainBroken(record: String, version: Int)
    case recordMissing(String)
    case countDiffers(of: String, found: Int, stated: Int)

    /// What it means.
    public var verdict: PackVerdict {
        switch self {
        case .container(let problem):
            switch problem {
            case .notAZIP, .unreadable, .unsafeName, .tooManyFiles: .notAPack
            case .cutOff: .incomplete
            case .altered, .trailing, .duplicateName: .tampered
            }
        case .noManifest: .notAPack
        case .noKey, .unknownKey, .quorumMissed, .packIsOlder, .noProofFrom: .cannotJudge
        case .fileMissing, .revisionMissing, .evidenceMissing, .leftOutAtExport, .versionMissing, .recordMissing:
            .incomplete
        case .ledger(let problem): problem.isIncomplete ? .incomplete : .tampered
        default: .tampered
        }
    }
}

extension PackProblem: CustomStringConvertible {
    /// What does not fit, as a sentence for people.
    public var description: String {
        switch self {
        case .container(let problem): problem.description
        case .noManifest: "The ZIP file has no \(PackFiles.manifest) at its end: it is not a pack of Concord."
        case .manifest(let error): error.description
        case .fileMissing(let name): "The file “\(name)” is missing."
        case .fileNotListed(let name): "The manifest does not list the file “\(name)”: it was put in after the export."
        case .filesOutOfOrder(let name): "The file “\(name)” stands in another place than the manifest says."
        case .foreignFile(let name): "The file “\(name)” does not belong in this pack."
        case .fileAltered(let name, let found, let wanted):
            "The file “\(name)” was altered: its SHA-256 is \(found), and the manifest says \(wanted)."
        case .fileTooLong(let name, let bytes): "The file “\(name)” has \(bytes) bytes, too many for what it is."
        case .noKey:
            "No key was given. Take the verifier key from the organisation itself, not from the pack, and give it."
        case .unknownKey(let names):
            "None of the keys that were given has signed the checkpoint; it names \(Self.list(names))."
        case .signature(let name, let error): "The file “\(name)” is not a checkpoint to be believed. \(error)"
        case .quorumMissed(let found, let wanted):
            "\(found) of the \(wanted) witnesses that you ask for have cosigned the checkpoint."
        case .otherOrigin(let name, let found, let wanted):
            "The file “\(name)” is of the ledger “\(found)”, not of “\(wanted)”."
        case .otherCheckpoint(let name): "The file “\(name)” carries another checkpoint than the pack."
        case .tile(let name, let error): "The file “\(name)” cannot be read. \(error)"
        case .ledger(let problem): problem.description
        case .tilesGiveOtherRoot: "The tiles do not give the root that was signed: one of the last tiles was altered."
        case .proof(let name, let error): "The file “\(name)” is not a proof. \(error)"
        case .notInTree(let index):
            "Entry \(index) is not in the signed tree: entry or proof was altered."
        case .entryMalformed(let index, let error): "Entry \(index) is not a valid ledger entry. \(error)"
        case .notTheExport(let index): "Entry \(index) does not record the export of this pack."
        case .statementAltered(let index):
            "The statement in the manifest was altered: entry \(index), which records the export, commits to another."
        case .summaryAltered(let name): "The file “\(name)” is not the one that was exported."
        case .doesNotContinue(let old, let size):
            "The ledger of \(size) entries does not continue your checkpoint of \(old) entries: history was rewritten."
        case .packIsOlder(let old, let size):
            "Your checkpoint covers \(old) entries and the pack only \(size): ask for a newer pack."
        case .noProofFrom(let old):
            "The pack holds no proof from your checkpoint of \(old) entries: ask for one made with it."
        case .revisionMissing(let index, let record):
            "The revision of entry \(index) (\(record)) is missing, and nothing says why."
        case .revisionOutOfPlace(let file, let line, let index):
            "Line \(line) of “\(file)” "
                + (index.map { "holds a revision of entry \($0), which does not belong there." } ?? "is no revision.")
        case .revisionMalformed(let file, let line, let index):
            "Line \(line) of “\(file)” is not the revision of entry \(index) with its commitment and salt."
        case .revisionChanged(let index, let record):
            "The revision of entry \(index) (\(record)) was changed: content and salt do not give the commitment."
        case .revisionOfOther(let index, let record):
            "The revision of entry \(index) is not of \(record), as the entry says."
        case .notAnErasure(let index, let erasure):
            "The revision of entry \(index) is said to be erased"
                + (erasure.map { " by entry \($0), which records no such erasure." } ?? ", but no entry records it.")
        case .evidenceMissing(let hash, let index):
            "The evidence \(hash), named by entry \(index), is missing, and nothing says why."
        case .evidenceSwapped(let hash, let found):
            "The evidence \(hash) is another file: its SHA-256 is \(found)."
        case .evidenceUnnamed(let hash): "The evidence \(hash) is named by no entry: it was put in after the export."
        case .leftOutAtExport(let item, let count):
            "\(item.file.map { "The evidence \($0)" } ?? "The revision") of entry \(item.index) "
                + (item.reason == .damaged ? "was damaged" : "was missing") + " on the server when the pack was made"
                + (count > 1 ? ", and \(count - 1) more." : ".")
        case .versionMissing(let record, let version): "Version \(version) of \(record) is missing."
        case .chainBroken(let record, let version):
            "Version \(version) of \(record) does not follow the version before: an entry was left out."
        case .recordMissing(let record): "The pack holds no revision of \(record), which was asked for."
        case .countDiffers(let what, let found, let stated):
            "The pack holds \(found) \(what), and its statement says \(stated)."
        }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "nobody" : names.map { "“\($0)”" }.joined(separator: ", ")
    }
}

extension ZIPProblem: CustomStringConvertible {
    /// What is wrong, as a sentence for people.
    public var description: String {
        switch self {
        case .unreadable(let why): "The file cannot be read: \(why)."
        case .notAZIP: "The file is not a ZIP file, and so not a pack."
        case .cutOff(let inside, let byte):
            "The file was cut off at byte \(byte)\(inside.map { ", inside “\($0)”" } ?? "")."
        case .altered(let byte, let near):
            "The file was altered at byte \(byte)\(near.map { ", at “\($0)”" } ?? ", in the directory of the ZIP file")."
        case .trailing(let bytes): "\(bytes) bytes follow the end of the pack: something was appended, as another pack."
        case .unsafeName(let byte): "The file name at byte \(byte) does not belong in a pack."
        case .duplicateName(let name): "Two files are called “\(name)”: packs were merged."
        case .tooManyFiles(let max): "The file holds more than \(max) files."
        }
    }
}
