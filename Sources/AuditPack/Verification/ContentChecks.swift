// What the entries commit to: revisions, walked side by side with their entries so that neither is held in memory, and
// pieces of evidence.
import MerkleLog

/// Revisions against commitments, and the numbering without gaps.
struct RevisionCheck {
    private let pack: OpenedPack
    private let isWhole: Bool
    private let statement: PackStatement
    private let erased: [Int: PackStatement.Erased]
    private let withheld: Set<Int>
    /// By the entry of an erasure, the revisions that it is said to have erased.
    private var erasures: [Int: [PackStatement.Erased]]
    /// The versions of erased revisions that were passed, by entry.
    private var erasedVersions: [Int: Int] = [:]
    private var lines: RevisionLines
    /// The last version of each record and its commitment, in a selective pack.
    private var chains: [String: (version: Int, commitment: String?)] = [:]
    private var lastTimeMilliseconds: Int64?
    private var setBack: (index: Int, count: Int)?
    /// The digest of each piece of evidence that an included revision names, with the entry that names it first.
    private(set) var evidence: [Hash: Int] = [:]

    init(pack: OpenedPack, isWhole: Bool) {
        self.pack = pack
        self.isWhole = isWhole
        statement = pack.manifest.statement
        erased = Dictionary(statement.erased.map { ($0.index, $0) }) { first, _ in first }
        withheld = Set(statement.notIncluded.filter { $0.file == nil }.map(\.index))
        erasures = Dictionary(grouping: statement.erased) { $0.erasure ?? -1 }
        lines = RevisionLines(pack: pack)
    }

    mutating func check(_ report: inout PackReport) throws(PackProblem) {
        if let unfounded = erasures[-1]?.first { throw .notAnErasure(index: unfounded.index, erasure: nil) }
        var check = self
        var found = report
        try pack.entries { (index, bytes) throws(PackProblem) in
            let leaf: Leaf
            do throws(LeafError) { leaf = try Leaf(canonicalBytes: bytes) } catch {
                throw .entryMalformed(index: index, error)
            }
            try check.entry(index, leaf, &found)
        }
        self = check
        report = found
        if let line = try lines.next() {
            throw .revisionOutOfPlace(file: line.file, line: line.number, index: RevisionLine.index(of: line.bytes))
        }
        if let unfounded = erasures.values.joined().min(by: { $0.index < $1.index }) {
            throw .notAnErasure(index: unfounded.index, erasure: unfounded.erasure)
        }
        if let setBack { report.notes.append(.clockSetBack(index: setBack.index, count: setBack.count)) }
    }

    private mutating func entry(_ index: Int, _ leaf: Leaf, _ report: inout PackReport) throws(PackProblem) {
        guard leaf.organisation == statement.organisation else {
            throw .ledger(.otherOrganisation(index: index, found: leaf.organisation, wanted: statement.organisation))
        }
        report.entries += 1
        if let last = lastTimeMilliseconds, leaf.timeMilliseconds < last, isWhole {
            setBack = (setBack?.index ?? index, (setBack?.count ?? 0) + 1)
        }
        lastTimeMilliseconds = leaf.timeMilliseconds
        let record = leaf.object.type + "/" + leaf.object.id
        if let claimed = erasures.removeValue(forKey: index) {
            for item in claimed {
                guard leaf.action == PackFiles.erasureAction, item.record == record,
                    erasedVersions[item.index] == leaf.object.version
                else { throw .notAnErasure(index: item.index, erasure: index) }
            }
        }
        guard let commitment = leaf.after, index <= statement.asOf else { return }
        if !isWhole { try follow(record, leaf) }
        if let claimed = erased[index] {
            guard claimed.record == record else { throw .notAnErasure(index: index, erasure: claimed.erasure) }
            report.erased += 1
            erasedVersions[index] = leaf.object.version
            return
        }
        guard !withheld.contains(index) else { return }
        guard let line = try lines.next() else { throw .revisionMissing(index: index, record: record) }
        guard let revision = RevisionLine(line: line.bytes, index: index, commitment: commitment) else {
            let said = RevisionLine.index(of: line.bytes)
            if let said, said > index { throw .revisionMissing(index: index, record: record) }
            guard said == index else { throw .revisionOutOfPlace(file: line.file, line: line.number, index: said) }
            throw .revisionMalformed(file: line.file, line: line.number, index: index)
        }
        // Content from which no commitment can be made is not the content that was committed to.
        guard (try? Commitment.make(salt: revision.salt, revision: revision.body)) == commitment else {
            throw .revisionChanged(index: index, record: record)
        }
        // A body that is no JSON is no revision of this record.
        guard case .object(let members) = try? JSONValue.parse(revision.body, bytesMax: PackLimit.recordsPartBytesMax),
            members["id"] == .string(leaf.object.id), members["type"] == .string(leaf.object.type),
            members["version"] == .integer(leaf.object.version)
        else { throw .revisionOfOther(index: index, record: record) }
        report.revisions += 1
        for file in leaf.evidence where evidence[file.sha256] == nil { evidence[file.sha256] = index }
    }

    /// A chosen record's versions follow each other from the first.
    private mutating func follow(_ record: String, _ leaf: Leaf) throws(PackProblem) {
        let last = chains[record] ?? (0, nil)
        guard leaf.object.version == last.version + 1 else {
            throw .versionMissing(record: record, version: last.version + 1)
        }
        guard leaf.before == last.commitment else {
            throw .chainBroken(record: record, version: leaf.object.version)
        }
        chains[record] = (leaf.object.version, leaf.after)
    }

    /// After everything else fits: is it all that was exported?
    func checkGaps(_ report: inout PackReport) throws(PackProblem) {
        for record in statement.records ?? [] where chains[record] == nil { throw .recordMissing(record) }
        guard report.revisions == statement.revisions else {
            throw .countDiffers(of: "revisions", found: report.revisions, stated: statement.revisions)
        }
        guard report.evidence == statement.evidence else {
            throw .countDiffers(of: "pieces of evidence", found: report.evidence, stated: statement.evidence)
        }
        let left = statement.notIncluded.filter { $0.reason != .notPermitted }
        if let first = left.first { throw .leftOutAtExport(first, count: left.count) }
        let hidden = statement.notIncluded.filter { $0.reason == .notPermitted }
        if !hidden.isEmpty {
            let files = hidden.filter { $0.file != nil }.count
            report.notes.append(.notPermitted(revisions: hidden.count - files, files: files))
        }
    }
}

/// The lines of all parts, one after the other.
private struct RevisionLines {
    struct Line {
        let file: String
        let number: Int
        let bytes: ArraySlice<UInt8>
    }
    private let pack: OpenedPack
    private var parts: ArraySlice<String>
    private var file = ""
    private var rest: ArraySlice<UInt8> = []
    private var number = 0
    private var part = 0

    init(pack: OpenedPack) {
        self.pack = pack
        parts = pack.names(in: PackFiles.recordsFolder)[...]
    }

    mutating func next() throws(PackProblem) -> Line? {
        while rest.isEmpty {
            guard let name = parts.popFirst() else { return nil }
            guard name == PackFiles.records(part) else { throw .foreignFile(name) }
            part += 1
            file = name
            number = 0
            rest = try pack.content(name, bytesMax: PackLimit.recordsPartBytesMax)[...]
        }
        number += 1
        let end = rest.firstIndex(of: 0x0a) ?? rest.endIndex
        let line = Line(file: file, number: number, bytes: rest[..<end])
        rest = rest[min(end + 1, rest.endIndex)...]
        return line
    }
}

/// Files against the digests that entries name.
struct EvidenceCheck {
    let pack: OpenedPack
    let named: [Hash: Int]

    func check(_ report: inout PackReport) throws(PackProblem) {
        let leftOut = Set(pack.manifest.statement.notIncluded.compactMap(\.file))
        for name in pack.names(in: PackFiles.evidenceFolder) {
            guard let hash = Hash(hex: String(name.dropFirst(PackFiles.evidenceFolder.count))) else {
                throw .foreignFile(name)
            }
            guard named[hash] != nil else { throw .evidenceUnnamed(hash) }
            let digest = try pack.digest(name)
            guard digest.sha256 == hash else { throw .evidenceSwapped(hash, found: digest.sha256) }
            guard pack.listedDigest(name) == hash, pack.bytes(of: name) == digest.bytes else {
                throw .fileAltered(name, found: hash, wanted: pack.listedDigest(name) ?? hash)
            }
            report.evidence += 1
            report.evidenceBytes += digest.bytes
        }
        let missing = named.filter { !leftOut.contains($0.key) && !pack.has(PackFiles.evidence($0.key)) }
        if let (hash, index) = missing.min(by: { $0.value < $1.value }) { throw .evidenceMissing(hash, index: index) }
    }
}
