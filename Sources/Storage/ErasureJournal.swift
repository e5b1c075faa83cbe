// The list of what was erased, kept beside the database: a backup from before an erasure knows nothing of it, this list
// does. It holds ids, versions and commitments, and no content.
package import Foundation
import MerkleLog
import RecordKit

/// Remembers erasures apart from the database.
package protocol ErasureJournal: Sendable {
    /// There is a list, be it empty.
    var exists: Bool { get }
    /// Adds to the end and returns once it is on disk. The same entry may come twice.
    func append(_ entries: [ErasedRevision]) async throws
    /// Hands out all entries in their order, a part at a time.
    func forEach(partsOf count: Int, _ body: ([ErasedRevision]) async throws -> Void) async throws
}

/// For stores that are never restored.
package struct NoErasureJournal: ErasureJournal {
    package init() {}
    package var exists: Bool { true }
    package func append(_ entries: [ErasedRevision]) async throws {}
    package func forEach(partsOf count: Int, _ body: ([ErasedRevision]) async throws -> Void) async throws {}
}

/// Why the list cannot be read or written.
package enum ErasureJournalError: Error, Sendable, Hashable, CustomStringConvertible {
    case cannotWrite(path: String)
    /// A line is not an entry; lines are counted from 1.
    case damaged(path: String, line: Int)

    package var description: String {
        switch self {
        case .cannotWrite(let path): "\(path) cannot be written"
        case .damaged(let path, let line): "\(path), line \(line): it is not an entry of the list of erasures"
        }
    }
}

/// A file with one line of canonical JSON for each erased revision.
package struct FileErasureJournal: ErasureJournal {
    /// Bytes of the file that are read at once.
    static let readBytes = 65_536
    /// The longest line; a longer one is none of ours.
    static let lineBytesMax = 65_536
    private let url: URL
    package init(_ url: URL) { self.url = url }

    package var exists: Bool { FileManager.default.fileExists(atPath: url.path) }

    package func append(_ entries: [ErasedRevision]) async throws {
        // Never over a list that another node began in between.
        let made = open(url.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw ErasureJournalError.cannotWrite(path: url.path) }
        close(made)
        let file = try FileHandle(forUpdating: url)
        defer { file.closeFile() }
        // Nodes that share the folder write one after the other; closing lets the next one in.
        while flock(file.fileDescriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw ErasureJournalError.cannotWrite(path: url.path) }
        }
        // What a crash cut short must not run into the next line.
        let end = try file.seekToEnd()
        if end > 0 {
            try file.seek(toOffset: end - 1)
            if try file.read(upToCount: 1) != Data([0x0A]) { try cutUnfinishedLine(file, end: end) }
        }
        var bytes = Data()
        for entry in entries {
            bytes.append(contentsOf: try Self.line(entry))
            bytes.append(0x0A)
        }
        try file.seekToEnd()
        try file.write(contentsOf: bytes)
        try file.synchronize()
    }

    /// Takes away the rest of a line that a crash cut short; the work that wrote it is done again.
    private func cutUnfinishedLine(_ file: FileHandle, end: UInt64) throws {
        let start = end > UInt64(Self.lineBytesMax) ? end - UInt64(Self.lineBytesMax) : 0
        try file.seek(toOffset: start)
        let tail = try file.read(upToCount: Self.lineBytesMax) ?? Data()
        let kept = tail.lastIndex(of: 0x0A).map { tail.distance(from: tail.startIndex, to: $0) + 1 } ?? 0
        try file.truncate(atOffset: start + UInt64(kept))
    }

    package func forEach(
        partsOf count: Int, _ body: ([ErasedRevision]) async throws -> Void
    ) async throws {
        guard exists else { return }
        let file = try FileHandle(forReadingFrom: url)
        defer { file.closeFile() }
        var rest = Data()
        var line = 0
        var part: [ErasedRevision] = []
        while let bytes = try file.read(upToCount: Self.readBytes), !bytes.isEmpty {
            rest.append(bytes)
            while let end = rest.firstIndex(of: 0x0A) {
                line += 1
                let text = rest[rest.startIndex..<end]
                rest = Data(rest[(end + 1)...])
                part.append(try entry(Array(text), line))
                if part.count >= count {
                    try await body(part)
                    part = []
                }
            }
            guard rest.count <= Self.lineBytesMax else {
                throw ErasureJournalError.damaged(path: url.path, line: line + 1)
            }
        }
        if !part.isEmpty { try await body(part) }
    }

    private static func line(_ entry: ErasedRevision) throws -> [UInt8] {
        var members: [String: JSONValue] = [
            "at": .string(entry.at.description), "commitment": .string(entry.commitment),
            "organisation": .string(entry.organisation.lowercased), "record": .string(entry.record.lowercased),
            "type": .string(entry.type.name), "version": .integer(entry.version),
        ]
        if let fields = entry.fields { members["fields"] = .array(fields.map { .string($0) }) }
        return try JSONValue.object(members).canonical()
    }

    private func entry(_ bytes: [UInt8], _ line: Int) throws(ErasureJournalError) -> ErasedRevision {
        let damaged = ErasureJournalError.damaged(path: url.path, line: line)
        let value: JSONValue
        do { value = try JSONValue.parse(bytes) } catch { throw damaged }
        guard case .object(let members) = value, case .integer(let version) = members["version"] else { throw damaged }
        func text(_ name: String) throws(ErasureJournalError) -> String {
            guard case .string(let text) = members[name] else { throw damaged }
            return text
        }
        var fields: [String]?
        if let given = members["fields"] {
            guard case .array(let items) = given else { throw damaged }
            var names: [String] = []
            for case .string(let name) in items { names.append(name) }
            guard names.count == items.count else { throw damaged }
            fields = names
        }
        guard let organisation = UUID(uuidString: try text("organisation")),
            let record = UUID(uuidString: try text("record")), let at = Instant(try text("at"))
        else { throw damaged }
        return ErasedRevision(
            organisation: organisation, type: RecordType(try text("type")), record: record, version: version,
            commitment: try text("commitment"), fields: fields, at: at)
    }
}
