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
    private var decisions: [UUID: Bool] = [:]
    private let caller: Caller
    private let chosen: [UUID]?

    init(caller: Caller, chosen: [UUID]?) {
        self.caller = caller
        self.chosen = chosen
        entries = chosen == nil ? nil : []
    }

    /// Looks at a stretch of the ledger.
    mutating func read(_ range: Range<Int>, upTo asOf: Int, in reader: any Reader) throws {
        guard let organisation = caller.organisation else { return }
        let leaves = try reader.leaves(organisation, from: range.lowerBound, limit: range.count)
        let sealed = try reader.sealedRevisions(
            in: organisation, from: range.lowerBound, of: chosen, limit: range.count
        ).filter { range.contains($0.index) && $0.index <= asOf }
        try decide(sealed, reader)
        let byIndex = Dictionary(uniqueKeysWithValues: sealed.map { ($0.index, $0) })
        for stored in leaves {
            let leaf = try Leaf(canonicalBytes: stored.data)
            if let revision = byIndex[stored.index] {
                add(revision, leaf)
            } else if leaf.action == PackFiles.erasureAction {
                note(erasure: leaf, at: stored.index)
            }
        }
        guard erased.count + notIncluded.count <= PackLimit.statementItemsMax else {
            throw PackError.tooManyItems(max: PackLimit.statementItemsMax)
        }
    }

    private mutating func add(_ revision: SealedRevision, _ leaf: Leaf) {
        let record = "\(revision.type.name)/\(revision.record.lowercased)"
        entries?.append(revision.index)
        guard revision.content != nil else {
            excluded.insert(revision.index)
            erasedPlace["\(record)/\(revision.version)"] = erased.count
            erased.append(PackStatement.Erased(index: revision.index, record: record, erasure: nil))
            return
        }
        guard decisions[revision.record] == true else {
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

    /// May the caller have these records, whole? One query a type.
    private mutating func decide(_ revisions: [SealedRevision], _ reader: any Reader) throws {
        var open: [RecordType: Set<UUID>] = [:]
        for revision in revisions where decisions[revision.record] == nil {
            open[revision.type, default: []].insert(revision.record)
        }
        for (type, ids) in open {
            for id in ids { decisions[id] = false }
            guard let schema = Registry.schema(named: type.name) else { continue }
            let query = Query(
                schema, where: .both(.ids(Array(ids)), Authorisation.visible(caller, .read, schema)),
                archived: .include, limit: ids.count)
            let hides = schema.fields.contains { $0.has(.sensitive) }
            for record in try reader.page(query, in: caller.organisation, asOf: nil).records {
                decisions[record.id] = !hides || Authorisation.canSeeSensitive(caller, record)
            }
        }
    }

    /// Takes a file out again that the server does not have as it should.
    mutating func leaveOut(_ digest: Hash, index: Int, _ reason: PackStatement.NotIncluded.Reason) {
        notIncluded.append(.init(index: index, file: digest, reason: reason))
        files.removeAll { $0.digest == digest }
    }
}
