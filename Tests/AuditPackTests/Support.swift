// A ledger made up in memory, packs of it, and packs that somebody forged.
import AuditPack
import Foundation
import MerkleLog

/// Collects what is written.
final class MemorySink: ByteSink {
    private(set) var bytes: [UInt8] = []
    func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
}

/// A file of a pack.
struct PackedFile: Equatable {
    var name: String
    var bytes: [UInt8]
}

/// A ledger with records, evidence, an erasure and an export, and the packs that can be made of it.
struct Forge {
    let organisation: String
    let host = "concord.example"
    let seed: [UInt8]
    private(set) var leaves: [[UInt8]] = []
    private(set) var lines: [RevisionLine] = []
    private(set) var evidence: [Hash: [UInt8]] = [:]
    private(set) var evidenceOrder: [Hash] = []
    private(set) var erased: [PackStatement.Erased] = []
    private var source = MemoryHashSource()
    private var commitments: [String: String] = [:]
    private var timeMilliseconds: Int64 = 1_790_000_000_000

    var origin: String { "\(host)/ledger/\(organisation)" }
    var signer: NoteSigner { get throws { try NoteSigner(name: origin, seed: seed) } }
    var key: NoteVerifier { get throws { try signer.verifier } }
    var size: Int { leaves.count }

    /// - Parameters:
    ///   - records: Each gets two versions, every fifth a file.
    ///   - setsClockBack: Halfway through, once.
    init(
        records: Int = 200, organisation: String = "0b0e0000-0000-7000-8000-000000000001", seed: UInt8 = 3,
        erases: Bool = true, setsClockBack: Bool = false
    ) throws {
        self.organisation = organisation
        self.seed = [UInt8](repeating: seed, count: 32)
        for version in 1...2 {
            for number in 0..<records {
                if setsClockBack, version == 2, number == 7 { timeMilliseconds -= 3_600_000 }
                let content = number % 5 == 0 && version == 1 ? Array("evidence \(number) of \(seed)".utf8) : nil
                try save(number, version, file: content)
            }
        }
        if erases { try erase(record: 3, version: 1) }
    }

    static func id(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "c0000000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
    static func record(_ number: Int) -> String { "control/" + id(number) }

    private mutating func append(_ leaf: Leaf) throws {
        let bytes = try leaf.canonicalBytes()
        leaves.append(bytes)
        source.append(MerkleTree.leafHash(bytes))
        timeMilliseconds += 1000
    }

    private func leaf(
        _ action: String, type: String = "event", object: Leaf.Object, before: String? = nil, after: String? = nil,
        evidence: [Leaf.Evidence] = []
    ) -> Leaf {
        Leaf(
            type: type, organisation: organisation, timeMilliseconds: timeMilliseconds,
            actor: Leaf.Actor(kind: "person", id: Self.id(1), auth: "session"), action: action, object: object,
            before: before, after: after, evidence: evidence, request: "")
    }

    private mutating func save(_ number: Int, _ version: Int, file: [UInt8]?) throws {
        let id = Self.id(number)
        let body = try JSONValue.object([
            "archived": .bool(false), "id": .string(id), "type": .string("control"), "version": .integer(version),
            "fields": .object(["title": .string("Control \(number) “ä” of \(seed[0])\n")]),
        ]).canonical()
        let salt = Hash.sha256(Array("\(seed[0]) \(number) \(version)".utf8)).bytes
        let commitment = try Commitment.make(salt: salt, revision: body)
        lines.append(RevisionLine(index: size, commitment: commitment, salt: salt, body: body))
        var files: [Leaf.Evidence] = []
        if let file {
            let hash = Hash.sha256(file)
            evidence[hash] = file
            evidenceOrder.append(hash)
            files.append(Leaf.Evidence(sha256: hash, bytes: file.count, mediaType: "text/plain"))
        }
        try append(
            leaf(
                version == 1 ? "create" : "update", type: "record",
                object: Leaf.Object(type: "control", id: id, version: version), before: commitments[id],
                after: commitment, evidence: files))
        commitments[id] = commitment
    }

    private mutating func erase(record number: Int, version: Int) throws {
        guard let at = leaves.firstIndex(where: { String(decoding: $0, as: UTF8.self).contains(Self.id(number)) })
        else {
            return
        }
        lines.removeAll { $0.index == at }
        erased.append(PackStatement.Erased(index: at, record: Self.record(number), erasure: size))
        try append(leaf("erase", object: Leaf.Object(type: "control", id: Self.id(number), version: version)))
    }

    /// A server that says something untrue.
    mutating func claimErased(_ item: PackStatement.Erased) {
        lines.removeAll { $0.index == item.index }
        erased.append(item)
    }

    // MARK: Packs

    /// A signed checkpoint of the first `size` entries.
    func checkpoint(_ size: Int, by signer: NoteSigner? = nil) throws -> String {
        let checkpoint = try Checkpoint(
            origin: origin, size: size, root: try MerkleTree.root(size: size, source: source))
        return try checkpoint.signed(by: [try signer ?? self.signer]).encoded
    }

    /// The files of an export, without the manifest, and what the manifest says beside their list.
    struct Export {
        var files: [PackedFile] = []
        var statement: PackStatement
        var exportIndex: Int
        var checkpoint: Checkpoint

        subscript(_ name: String) -> [UInt8] {
            get { files.first { $0.name == name }?.bytes ?? [] }
            set {
                if let at = files.firstIndex(where: { $0.name == name }) { files[at].bytes = newValue }
            }
        }
        mutating func remove(_ name: String) { files.removeAll { $0.name == name } }
        func names(_ prefix: String) -> [String] { files.map(\.name).filter { $0.hasPrefix(prefix) } }

        /// The manifest that fits the files as they are now.
        func manifest() throws -> PackedFile {
            let listed = files.map {
                PackManifest.File(name: $0.name, bytes: $0.bytes.count, sha256: .sha256($0.bytes))
            }
            let manifest = PackManifest(
                checkpoint: checkpoint, exportIndex: exportIndex, files: listed, statement: statement)
            return PackedFile(name: PackFiles.manifest, bytes: try manifest.canonicalBytes())
        }
    }

    /// Exports everything, or chosen records by number.
    /// - Parameters:
    ///   - previous: The size of the checkpoint that the auditor brings.
    ///   - notIncluded: What the statement says is left out; such files and revisions are not in the pack.
    func export(
        records numbers: [Int]? = nil, previous: Int? = nil, notIncluded: [PackStatement.NotIncluded] = [],
        signer: NoteSigner? = nil
    ) throws -> Export {
        var ledger = self
        let chosen = numbers.map { Set($0.map(Self.id)) }
        let hidden = Set(notIncluded.filter { $0.file == nil }.map(\.index))
        let lost = Set(notIncluded.compactMap(\.file))
        let asOf = size - 1
        let lines = try lines.filter { line in
            guard !hidden.contains(line.index) else { return false }
            guard let chosen else { return true }
            return chosen.contains(try Leaf(canonicalBytes: leaves[line.index]).object.id)
        }
        let named = try Set(lines.flatMap { try Leaf(canonicalBytes: leaves[$0.index]).evidence.map(\.sha256) })
        let files = evidenceOrder.filter { named.contains($0) && !lost.contains($0) }
        let erased = erased.filter { item in
            chosen.map { ids in ids.contains { item.record.hasSuffix($0) } } ?? true
        }
        let summary = Self.summary
        let statement = PackStatement(
            organisation: organisation, organisationName: "Meridian", asOf: asOf,
            exportedAtMilliseconds: timeMilliseconds, records: numbers.map { $0.map(Self.record) },
            revisions: lines.count, evidence: files.count, erased: erased, notIncluded: notIncluded,
            indexDigest: .sha256(summary.pageBytes()), readmeDigest: .sha256(summary.readmeBytes()))
        try ledger.append(
            leaf(
                PackFiles.exportAction, object: Leaf.Object(type: "pack", id: Self.id(9), version: 0),
                evidence: [try statement.leafEvidence()]))
        let note = try ledger.checkpoint(ledger.size, by: signer)
        let checkpoint = try Checkpoint(text: try SignedNote(parsing: Array(note.utf8)).text)
        var export = Export(statement: statement, exportIndex: size, checkpoint: checkpoint)
        func add(_ name: String, _ bytes: [UInt8]) { export.files.append(PackedFile(name: name, bytes: bytes)) }
        add(PackFiles.readme, summary.readmeBytes())
        add(PackFiles.index, summary.pageBytes())
        add(PackFiles.checkpoint, Array(note.utf8))
        if let previous {
            add(PackFiles.previousCheckpoint, Array(try self.checkpoint(previous, by: signer).utf8))
            let hashes = try MerkleTree.consistencyProof(oldSize: previous, newSize: ledger.size, source: ledger.source)
            add(
                PackFiles.consistencyProof,
                Array(ConsistencyProofFile(oldSize: previous, hashes: hashes, checkpoint: note).text.utf8))
        }
        if let chosen {
            for index in 0..<ledger.size {
                let id = try Leaf(canonicalBytes: ledger.leaves[index]).object.id
                guard chosen.contains(id) || index == size else { continue }
                let hashes = try MerkleTree.inclusionProof(index: index, size: ledger.size, source: ledger.source)
                add(PackFiles.entry(index), ledger.leaves[index])
                add(
                    PackFiles.proof(index),
                    Array(InclusionProofFile(index: index, hashes: hashes, checkpoint: note).text.utf8))
            }
        } else {
            try ledger.tiles().forEach { add($0.name, $0.bytes) }
        }
        // Two parts, so that the seam is tested.
        let half = lines.count / 2
        for (part, slice) in [lines[..<half], lines[half...]].enumerated() where !slice.isEmpty {
            add(PackFiles.records(part), slice.flatMap(\.bytes))
        }
        for hash in files { add(PackFiles.evidence(hash), evidence[hash] ?? []) }
        return export
    }

    private func tiles() throws -> [PackedFile] {
        let width = TileGeometry.widthHashes
        var files: [PackedFile] = []
        for tile in 0..<((size + width - 1) / width) {
            let count = TileGeometry.width(level: 0, tile: tile, size: size)
            guard let path = TilePath(.entries, index: tile, width: count) else { continue }
            files.append(
                PackedFile(
                    name: path.text,
                    bytes: try TileBytes.encodeBundle(Array(leaves[(tile * width)..<(tile * width + count)]))))
        }
        for path in TileGeometry.completedTiles(from: 0, to: size) + TileGeometry.partialTiles(size: size) {
            guard case .hashes(let level) = path.kind else { continue }
            let hashes = try source.hashes(level: level, tile: path.index, count: path.width)
            files.append(PackedFile(name: path.text, bytes: TileBytes.encode(hashes)))
        }
        return files
    }

    static let summary = PackSummary(
        organisation: "Meridian", origin: "concord.example/ledger/m", asOf: 1, asOfTime: "2026-01-01T00:00:00.000Z",
        exportedAt: "2026-01-02T00:00:00.000Z", verifierKey: "k+1+A", revisions: 1, evidence: 1, erased: 0,
        notIncluded: 0, isWhole: true,
        posture: [
            .init(
                standard: "ISO/IEC 42001:2023", conform: 1, partlyConform: 2, nonconform: 3, notApplicable: 4,
                unknown: 5)
        ],
        groups: [
            .init(name: "Controls", items: [.init(title: "<b>A & B</b>", record: "control/1", version: 2)], count: 3)
        ])
}

/// The ZIP file of these files, in this order.
func zipped(_ files: [PackedFile]) async throws -> [UInt8] {
    let sink = MemorySink()
    var writer = ZIPWriter(sink: sink)
    for file in files { try await writer.add(file.name, file.bytes) }
    try await writer.finish()
    return sink.bytes
}

extension Forge.Export {
    /// A pack whose manifest fits its files, whatever was done to them.
    func packed() async throws -> [UInt8] { try await zipped(files + [manifest()]) }
}

/// Runs a body with a file of these bytes.
@discardableResult
func withFile<T>(_ bytes: [UInt8], _ body: (String) throws -> T) throws -> T {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("pack-\(UUID().uuidString).zip").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { unlink(path) }
    return try body(path)
}

func verify(_ pack: [UInt8], keys: [NoteVerifier], old: String? = nil) throws -> PackReport {
    try withFile(pack) { path in
        PackVerifier(keys: keys, oldCheckpoint: old.map { Array($0.utf8) }).verify(path: path)
    }
}
