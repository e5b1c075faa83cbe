// The first look at what a pack will hold: which revisions, which files, what is erased, what stays out and why. It
// keeps numbers and digests, never contents.
import Access
import AuditPack
import Foundation
import MerkleLog
import RecordKit
import Records
import Storage

/// What goes into a pack.
struct PackSurvey {
    static let leavesAtOnce = 512
    /// Entries whose revision is in the pack are all but these.
    private(set) var excluded: Set<Int> = []
    /// The entries of a selective pack, without that of the export; `nil` in a pack of everything.
    private(set) var entries: [Int]?
    private(set) var revisions = 0
    private(set) var erased: [PackStatement.Erased] = []
    private(set) var notIncluded: [PackStatement.NotIncluded] = []
    /// Digest of each file with the entry that names it first, in the order of entries.
    private(set) var files: [(digest: Hash, index: Int)] = []
    private var knownFiles: Set<Hash> = []
    /// Where an erased version stands in `erased`, by `type/id/version`.
    private var erasedPlace: [String: Int] = [:]

    init(isSelective: Bool) { entries = isSelective ? [] : nil }

    /// What was read of a stretch of the ledger.
    struct Stretch: Sendable {
        let leaves: [(index: Int, leaf: Leaf)]
        /// The revisions that are asked for, by entry, without their content.
        let revisions: [Int: (revision: SealedRevision, isErased: Bool)]
        /// The records among them that the caller may have, whole.
        let permitted: Set<UUID>
    }

    /// Reads a stretch of the ledger.
    static func read(
        _ range: Range<Int>, upTo asOf: Int, of chosen: [UUID]?, for caller: Caller, in reader: any Reader
    ) throws -> Stretch {
        let leaves = try reader.leaves(caller.organisation, from: range.lowerBound, limit: range.count).map {
            (index: $0.index, leaf: try Leaf(canonicalBytes: $0.data))
        }
        let sealed = try reader.sealedRevisions(
            in: caller.organisation, from: range.lowerBound, of: chosen, limit: range.count
        ).filter { range.contains($0.index) && $0.index <= asOf }
        let revisions = sealed.map { ($0.index, (revision: $0.withoutContent, isErased: $0.content == nil)) }
        return Stretch(
            leaves: leaves, revisions: Dictionary(uniqueKeysWithValues: revisions),
            permitted: try permitted(sealed, for: caller, in: reader))
    }

    /// Takes in what was read.
    mutating func add(_ stretch: Stretch) throws {
        for (index, leaf) in stretch.leaves {
            if let (revision, isErased) = stretch.revisions[index] {
                add(revision, leaf, isErased: isErased, isPermitted: stretch.permitted.contains(revision.record))
            } else if leaf.action == PackFiles.erasureAction {
                note(erasure: leaf, at: index)
            }
        }
        guard erased.count + notIncluded.count <= PackLimit.statementItemsMax else {
            throw PackError.tooManyItems(max: PackLimit.statementItemsMax)
        }
    }

    private mutating func add(_ revision: SealedRevision, _ leaf: Leaf, isErased: Bool, isPermitted: Bool) {
        let record = "\(revision.type.name)/\(revision.record.lowercased)"
        entries?.append(revision.index)
        guard !isErased else {
            excluded.insert(revision.index)
            erasedPlace["\(record)/\(revision.version)"] = erased.count
            erased.append(PackStatement.Erased(index: revision.index, record: record, erasure: nil))
            return
        }
        guard isPermitted else {
            excluded.insert(revision.index)
            notIncluded.append(.init(index: revision.index, file: nil, reason: .notPermitted))
            return
        }
        revisions += 1
        for file in leaf.evidence where knownFiles.insert(file.sha256).inserted {
            files.append((file.sha256, revision.index))
        }
    }

    /// An erasure comes after the revision that it erased, and is one entry for each.
    private mutating func note(erasure leaf: Leaf, at index: Int) {
        let record = "\(leaf.object.type)/\(leaf.object.id)"
        guard let place = erasedPlace["\(record)/\(leaf.object.version)"] else { return }
        erased[place] = PackStatement.Erased(index: erased[place].index, record: record, erasure: index)
        entries?.append(index)
    }

    /// The records of which the caller may have the whole content. One query a type.
    private static func permitted(
        _ revisions: [SealedRevision], for caller: Caller, in reader: any Reader
    ) throws -> Set<UUID> {
        var permitted: Set<UUID> = []
        for (type, some) in Dictionary(grouping: revisions, by: \.type) {
            guard let schema = Registry.schema(named: type.name) else { continue }
            let ids = Array(Set(some.map(\.record)))
            let query = Query(
                schema, where: .both(.ids(ids), Authorisation.visible(caller, .read, schema)), archived: .include,
                limit: ids.count)
            let hides = schema.fields.contains { $0.has(.sensitive) }
            for record in try reader.page(query, in: caller.organisation, asOf: nil).records
            where !hides || Authorisation.canSeeSensitive(caller, record) {
                permitted.insert(record.id)
            }
        }
        return permitted
    }

    /// Takes a file out again that the server does not have as it should.
    mutating func leaveOut(_ digest: Hash, index: Int, _ reason: PackStatement.NotIncluded.Reason) {
        notIncluded.append(.init(index: index, file: digest, reason: reason))
        files.removeAll { $0.digest == digest }
    }
}

extension SealedRevision {
    fileprivate var withoutContent: SealedRevision {
        SealedRevision(
            index: index, type: type, record: record, version: version, commitment: commitment, content: nil)
    }
}
