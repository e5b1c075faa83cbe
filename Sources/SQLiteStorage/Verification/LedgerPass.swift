// The ledgers: every leaf against its hash, the tiles and the checkpoints; leaves that are not of a revision by
// themselves. The content of the others is compared with the revisions in `RecordPass`.
import Foundation
import MerkleLog
import RecordKit

/// Reads every ledger of a file.
struct LedgerPass {
    private let file: VerifiedFile
    private let keys: [NoteVerifier]
    private var found = LedgerVerification()
    /// The time under which the leaf before is filed.
    private var filedLast = Int.min
    /// The time of a leaf in letters, kept for its memory.
    private var spelled: [UInt8] = []
    private static let timeKey = Array(#""time":""#.utf8)

    init(_ file: VerifiedFile, _ keys: [NoteVerifier]) {
        self.file = file
        self.keys = keys
    }

    mutating func run(_ progress: (LedgerVerifier.Progress) -> Void) throws(LedgerVerifierError) -> LedgerVerification {
        let next = try file.cursor(
            """
            SELECT min("ledger") FROM (SELECT min("ledger") AS "ledger" FROM "leaf" WHERE "ledger" > ?1 \
            UNION ALL SELECT min("ledger") FROM "tile" WHERE "ledger" > ?1 \
            UNION ALL SELECT min("ledger") FROM "checkpoint" WHERE "ledger" > ?1)
            """)
        var last: [UInt8] = []
        while true {
            next.restart([.bytes(last)])
            guard try next.next(), let bytes = next.bytes(0) else { break }
            last = Array(bytes)
            guard let ledger = next.key(0) else {
                found.firstProblem = VerificationFault(
                    "leaf", column: "ledger", "A ledger is named by \(last.count) bytes instead of 16.")
                break
            }
            if let fault = try verify(ledger, progress) {
                found.firstProblem = fault
                break
            }
        }
        progress(.leaves(found.leaves))
        return found
    }

    private mutating func verify(
        _ ledger: Key, _ progress: (LedgerVerifier.Progress) -> Void
    ) throws(LedgerVerifierError) -> VerificationFault? {
        let checkpoints: [Checkpoint]
        switch try self.checkpoints(ledger) {
        case .success(let read): checkpoints = read
        case .failure(let fault): return fault
        }
        var auditor = LedgerAuditor(checkpoints: checkpoints, readsLeaves: false)
        let tile = try file.cursor(
            "SELECT \"hashes\" FROM \"tile\" WHERE \"ledger\" = ? AND \"level\" = ? AND \"index\" = ?")
        let rows = try file.cursor(
            """
            SELECT l."index", l."at", l."hash", l."data", e."record" FROM "leaf" l \
            LEFT JOIN "erasure" e ON e."ledger" = l."ledger" AND e."index" = l."index" \
            WHERE l."ledger" = ? ORDER BY l."index"
            """)
        rows.restart([.bytes(ledger.bytes)])
        // Read beside the leaves: a lookup for each costs several times as much.
        let revisions = try file.cursor(
            "SELECT \"index\" FROM \"revision\" WHERE \"ledger\" = ? ORDER BY \"index\"")
        revisions.restart([.bytes(ledger.bytes)])
        try revisions.next()
        let before = found.leaves
        var tiles = 0
        var batch: [LedgerEntry] = []
        batch.reserveCapacity(LedgerVerifier.batchRowsMax)
        repeat {
            batch.removeAll(keepingCapacity: true)
            var fault: VerificationFault?
            while fault == nil, batch.count < LedgerVerifier.batchRowsMax, try rows.next() {
                let index = rows.integer(0) ?? -1
                while revisions.hasRow, revisions.integer(0) ?? -1 < index { try revisions.next() }
                fault = take(rows, ledger, isRevision: revisions.hasRow && revisions.integer(0) == index, into: &batch)
            }
            for full in auditor.read(batch) {
                tile.restart([.bytes(ledger.bytes), .integer(full.level), .integer(full.index)])
                auditor.compare(full, stored: try tile.next() ? Self.hashes(tile.bytes(0)) : nil)
                tiles += 1
            }
            // A leaf before the one at fault may not fit, either.
            if let problem = auditor.firstProblem { return Self.fault(problem, ledger) }
            if let fault { return fault }
            found.leaves += batch.count
            progress(.leaves(found.leaves))
        } while !batch.isEmpty
        let report = auditor.finish()
        if let problem = report.firstProblem { return Self.fault(problem, ledger) }
        if let fault = try extraTiles(ledger, tiles) { return fault }
        found.tiles += tiles
        found.ledgers.append(
            LedgerVerification.LedgerEnd(
                ledger: ledger.ledgerName, leaves: found.leaves - before, root: report.root.base64,
                covered: report.coveredCount))
        return nil
    }

    private func extraTiles(_ ledger: Key, _ wanted: Int) throws(LedgerVerifierError) -> VerificationFault? {
        let count = try file.cursor("SELECT count(*) FROM \"tile\" WHERE \"ledger\" = ?")
        count.restart([.bytes(ledger.bytes)])
        guard try count.next(), count.integer(0) != wanted else { return nil }
        return VerificationFault(
            "tile", ledger: ledger.ledgerName,
            "The ledger \(ledger.ledgerName) has \(count.integer(0) ?? 0) stored tiles, but its leaves fill \(wanted).")
    }

    // MARK: Leaves

    private mutating func take(
        _ row: RowCursor, _ ledger: Key, isRevision: Bool, into batch: inout [LedgerEntry]
    ) -> VerificationFault? {
        guard let index = row.integer(0), let at = row.integer(1), let hash = row.bytes(2).flatMap({ Hash($0) }),
            let data = row.bytes(3)
        else {
            return VerificationFault(
                "leaf", ledger: ledger.ledgerName, index: row.integer(0),
                "Leaf \(row.integer(0).map(String.init) ?? "?") of the ledger \(ledger.ledgerName) has a column of "
                    + "another type.")
        }
        let bytes = Array(data)
        batch.append(LedgerEntry(index: index, bytes: bytes, storedHash: hash))
        guard !isRevision else { return timeFault(filed: at, says: time(of: data, filed: at), ledger, index) }
        return event(bytes, ledger, index, at, isErasure: !row.isNull(4))
    }

    /// The time that a leaf says, without reading the rest of it: inside a text the quotes would be escaped. It stands
    /// near the end.
    private mutating func time(of leaf: UnsafeRawBufferPointer, filed at: Int) -> Int? {
        guard let place = leaf.lastPlace(of: Self.timeKey), place + Self.timeKey.count + 24 <= leaf.count else {
            return nil
        }
        let text = UnsafeRawBufferPointer(rebasing: leaf[(place + Self.timeKey.count)...].prefix(24))
        // Mostly it is the time under which the leaf is filed: then the two spellings are the same.
        if RFC3339.millisecondsRange.contains(Int64(at)) {
            spelled.removeAll(keepingCapacity: true)
            RFC3339.append(Int64(at), to: &spelled)
            if spelled.withUnsafeBytes({ text.isSame(as: $0) }) { return at }
        }
        return RFC3339.parse(String(decoding: text, as: UTF8.self)).map { Int($0) }
    }

    /// A leaf is filed under its own time, but never before the leaf that it follows.
    private mutating func timeFault(filed at: Int, says own: Int?, _ ledger: Key, _ index: Int) -> VerificationFault? {
        let before = index == 0 ? Int.min : filedLast
        filedLast = at
        guard at != max(before, own ?? Int.min) else { return nil }
        return VerificationFault(
            "leaf", column: "at", ledger: ledger.ledgerName, index: index,
            "Leaf \(index) of the ledger \(ledger.ledgerName) is filed under another time than it says (table leaf, column at)."
        )
    }

    /// A leaf without a revision must be well formed, of this ledger, and say that it is an event.
    private mutating func event(
        _ bytes: [UInt8], _ ledger: Key, _ index: Int, _ at: Int, isErasure: Bool
    ) -> VerificationFault? {
        let leaf: Leaf
        do { leaf = try Leaf(canonicalBytes: bytes) } catch {
            return Self.fault(.leafMalformed(index: index, error), ledger)
        }
        guard leaf.organisation == ledger.ledgerName else {
            return Self.fault(
                .otherOrganisation(index: index, found: leaf.organisation, wanted: ledger.ledgerName), ledger)
        }
        guard leaf.type != "record", leaf.after == nil else {
            return VerificationFault(
                "revision", ledger: ledger.ledgerName, index: index, record: UUID(uuidString: leaf.object.id),
                version: leaf.object.version,
                "Leaf \(index) of the ledger \(ledger.ledgerName) records version \(leaf.object.version) of the "
                    + "\(leaf.object.type) \(leaf.object.id), but there is no such revision.")
        }
        // That an erasure is listed with a revision that has its commitment and no content, `RecordPass` checks.
        guard leaf.action != "erase" || isErasure else {
            return VerificationFault(
                "erasure", ledger: ledger.ledgerName, index: index, record: UUID(uuidString: leaf.object.id),
                version: leaf.object.version,
                "Leaf \(index) of the ledger \(ledger.ledgerName) says that version \(leaf.object.version) of the "
                    + "\(leaf.object.type) \(leaf.object.id) was erased, but it is not listed so (table erasure).")
        }
        return timeFault(filed: at, says: Int(leaf.timeMilliseconds), ledger, index)
    }

    // MARK: Checkpoints

    private mutating func checkpoints(
        _ ledger: Key
    ) throws(LedgerVerifierError) -> Result<[Checkpoint], VerificationFault> {
        let name = ledger.ledgerName
        let known = keys.filter { $0.name.hasSuffix("/ledger/" + name) }
        var read: [Checkpoint] = []
        let rows = try file.cursor(
            "SELECT \"size\", \"root\", \"note\", \"at\" FROM \"checkpoint\" WHERE \"ledger\" = ? ORDER BY \"size\"")
        rows.restart([.bytes(ledger.bytes)])
        while try rows.next() {
            let size = rows.integer(0) ?? -1
            func fault(_ column: String, _ reason: String) -> Result<[Checkpoint], VerificationFault> {
                .failure(
                    VerificationFault(
                        "checkpoint", column: column, ledger: name, index: size,
                        "The checkpoint of size \(size) of the ledger \(name) does not fit (table checkpoint, column \(column)). "
                            + reason))
            }
            let checkpoint: Checkpoint
            do { checkpoint = try Self.open(rows.bytes(2).map { Array($0) } ?? [], name, known) } catch {
                return fault("note", error.description)
            }
            guard checkpoint.size == size else { return fault("size", "Its note is of size \(checkpoint.size).") }
            guard rows.has(1, checkpoint.root.bytes) else {
                return fault("root", "Its note has another root than is filed beside it.")
            }
            guard let at = rows.integer(3), RFC3339.millisecondsRange.contains(Int64(at)) else {
                return fault("at", "Its time is none.")
            }
            read.append(checkpoint)
        }
        found.checkpoints += read.count
        if known.isEmpty { found.checkpointsWithoutKey += read.count }
        return .success(read)
    }

    private static func open(
        _ note: [UInt8], _ ledger: String, _ keys: [NoteVerifier]
    ) throws(CheckpointError) -> Checkpoint {
        let parsed: SignedNote
        do { parsed = try SignedNote(parsing: note) } catch { throw .note(error) }
        let checkpoint = try Checkpoint(text: parsed.text)
        // A server may have been renamed: the keys of the name that it has in this note.
        let known = keys.filter { $0.name == checkpoint.origin }
        guard keys.isEmpty ? checkpoint.origin.hasSuffix("/ledger/" + ledger) : !known.isEmpty else {
            throw .otherOrigin(found: checkpoint.origin, wanted: keys.first?.name ?? "…/ledger/" + ledger)
        }
        guard !known.isEmpty else { return checkpoint }
        return try Checkpoint.open(note, origin: checkpoint.origin, logKeys: known).checkpoint
    }

    // MARK: Helpers

    private static func hashes(_ bytes: UnsafeRawBufferPointer?) -> [Hash] {
        guard let bytes, bytes.count % Hash.byteCount == 0 else { return [] }
        return stride(from: 0, to: bytes.count, by: Hash.byteCount).compactMap {
            Hash(UnsafeRawBufferPointer(rebasing: bytes[$0..<($0 + Hash.byteCount)]))
        }
    }

    private static func fault(_ problem: LedgerProblem, _ ledger: Key) -> VerificationFault {
        let (table, index): (String, Int?) =
            switch problem {
            case .indexGap(let expected, _): ("leaf", expected)
            case .leafChanged(let index, _, _), .leafMalformed(let index, _), .otherOrganisation(let index, _, _):
                ("leaf", index)
            case .tileMissing(_, let tile), .tileOfWrongWidth(_, let tile, _, _), .tileDiffers(_, let tile, _):
                ("tile", tile)
            case .rootDiffers(let size, _, _, _): ("leaf", size)
            case .entriesMissing(let from, _): ("leaf", from)
            }
        return VerificationFault(
            table, ledger: ledger.ledgerName, index: index,
            "In the ledger \(ledger.ledgerName): \(problem.description)")
    }
}
