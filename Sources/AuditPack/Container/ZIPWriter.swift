// Writes a ZIP file front to back: what was written is never touched again, so it can go straight to a network.

/// Where bytes go: a file, or the answer to a request.
public protocol ByteSink {
    /// Takes bytes; returns when more may come.
    mutating func write(_ bytes: [UInt8]) async throws
}

/// Why a file could not be put into a ZIP file.
public enum ZIPWriterError: Error, Hashable, Sendable {
    /// The name holds something that some system reads differently.
    case unsafeName(String)
    /// A file of this name is there already.
    case duplicateName(String)
    /// The content is not what was announced.
    case otherContent(String)
}

extension ZIPWriterError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .unsafeName(let name): "“\(name)” cannot be the name of a file in a pack."
        case .duplicateName(let name): "The pack has a file “\(name)” already."
        case .otherContent(let name): "The content of “\(name)” changed while it was read."
        }
    }
}

/// A ZIP file in the making. Length and checksum of a file are said before its content.
public struct ZIPWriter<Sink: ByteSink> {
    private var sink: Sink
    private var entries: [ZIPEntry] = []
    private var names: Set<String> = []
    private var offset = 0
    private var crc = CRC32()
    private var bytesLeft = 0

    /// Begins an empty ZIP file.
    public init(sink: Sink) { self.sink = sink }

    /// A whole file.
    public mutating func add(_ name: String, _ content: [UInt8]) async throws {
        var crc = CRC32()
        crc.update(content)
        try await begin(name, bytes: content.count, crc32: crc.value)
        try await append(content)
        try end()
    }

    /// Begins a file that is written in pieces.
    /// - Throws: ``ZIPWriterError``, or what the sink throws.
    public mutating func begin(_ name: String, bytes: Int, crc32: UInt32) async throws {
        guard ZIPLayout.isSafeName(name) else { throw ZIPWriterError.unsafeName(name) }
        guard names.insert(name).inserted else { throw ZIPWriterError.duplicateName(name) }
        let entry = ZIPEntry(name: name, bytes: bytes, crc32: crc32, offset: offset)
        entries.append(entry)
        crc = CRC32()
        bytesLeft = bytes
        try await put(ZIPLayout.localHeader(of: entry))
    }

    /// The next piece of the file.
    public mutating func append(_ piece: [UInt8]) async throws {
        crc.update(piece)
        bytesLeft -= piece.count
        guard bytesLeft >= 0 else { throw ZIPWriterError.otherContent(entries.last?.name ?? "") }
        try await put(piece)
    }

    /// Ends the file.
    /// - Throws: ``ZIPWriterError/otherContent(_:)`` if length or checksum are not those that were said.
    public mutating func end() throws {
        guard bytesLeft == 0, crc.value == entries.last?.crc32 else {
            throw ZIPWriterError.otherContent(entries.last?.name ?? "")
        }
    }

    /// Writes the directory. Nothing may follow.
    public mutating func finish() async throws {
        try await put(ZIPLayout.directory(of: entries, at: offset))
    }

    private mutating func put(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        offset += bytes.count
        try await sink.write(bytes)
    }
}
