// Events out of files and standard input: lines of JSON, arrays, laid-out documents; plain or gzip.
//
// Bytes are read into blocks that end with a line and are never copied again: events point into their block. A line
// that is no JSON is reported by its place, and the rest goes on.
import CZlib
import Foundation

/// Something in the input that is not as it should be. It is told, counted, and does not stop the run.
public struct InputProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file as it was given.
    public let file: String
    /// The line, counted from 1.
    public let line: Int
    /// What is wrong, with the column where there is one.
    public let reason: String

    /// `file:line: reason`.
    public var description: String { "\(file):\(line): \(reason)" }
}

/// A block of input with the places of the events in it.
final class EventBlock: @unchecked Sendable {
    // Unchecked: a block is filled by the reader, and only read once it is handed on.
    let file: String
    let bytes: [UInt8]
    /// The first line of the block, for lines; for documents each record has its own.
    let firstLine: Int
    /// `nil`: each line is an event.
    let records: [(start: Int, end: Int, line: Int)]?
    let problems: [InputProblem]

    init(
        file: String, bytes: [UInt8], firstLine: Int, records: [(start: Int, end: Int, line: Int)]? = nil,
        problems: [InputProblem] = []
    ) {
        self.file = file
        self.bytes = bytes
        self.firstLine = firstLine
        self.records = records
        self.problems = problems
    }
}

/// Reads one file block by block.
final class EventReader {
    static let blockBytes = 1 << 20
    static let lineBytesMax = 32 << 20
    static let documentBytesMax = 1 << 30

    private let path: String
    private let descriptor: Int32
    private var stream = z_stream()
    private var isCompressed = false
    private var compressed: [UInt8] = []
    private var carried: [UInt8] = []
    private var line = 1
    private var isFirst = true
    private var isAtEnd = false
    private var isSkipping = false
    private var problems: [InputProblem] = []
    private let blockBytes: Int

    /// Opens a file; `-` is standard input.
    init(path: String, blockBytes: Int = EventReader.blockBytes) throws {
        self.path = path
        self.blockBytes = blockBytes
        if path == "-" {
            descriptor = STDIN_FILENO
        } else {
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw UnreadableFile(path: path, reason: String(cString: strerror(errno)))
            }
        }
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
        if isCompressed { inflateEnd(&stream) }
    }

    /// The next block; `nil` at the end.
    func next() throws -> EventBlock? {
        while true {
            guard let bytes = try nextBytes() else {
                guard !problems.isEmpty else { return nil }
                let left = problems
                problems = []
                return EventBlock(file: path, bytes: [], firstLine: line, records: [], problems: left)
            }
            if isFirst, let document = try document(bytes) { return document }
            isFirst = false
            let first = line
            line += Self.lineEnds(bytes)
            let told = problems
            problems = []
            return EventBlock(file: path, bytes: bytes, firstLine: first, problems: told)
        }
    }

    private static func lineEnds(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            var count = 0
            var at = 0
            while at < buffer.count, let found = memchr(base + at, 0x0A, buffer.count - at) {
                count += 1
                at = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found)) + 1
            }
            return count
        }
    }

    // MARK: Lines

    /// Whole lines, as many as fit; standard input is handed on as soon as nothing more waits.
    private func nextBytes() throws -> [UInt8]? {
        var bytes = carried
        carried = []
        while true {
            if !isAtEnd {
                let before = bytes.count
                try fill(&bytes)
                isAtEnd = bytes.count == before
            }
            if isSkipping {
                // The rest of a line that was too long.
                guard let end = bytes.firstIndex(of: 0x0A) else {
                    bytes = []
                    if isAtEnd { return nil }
                    continue
                }
                bytes.removeSubrange(...end)
                line += 1
                isSkipping = false
            }
            if isAtEnd { return bytes.isEmpty ? nil : bytes }
            if let end = bytes.lastIndex(of: 0x0A), bytes.count >= blockBytes || !hasMore() {
                carried = Array(bytes[(end + 1)...])
                bytes.removeSubrange((end + 1)...)
                return bytes
            }
            if bytes.count > Self.lineBytesMax, !bytes.contains(0x0A) {
                if isFirst, Self.mayBeDocument(bytes) { continue }
                problems.append(
                    InputProblem(file: path, line: line, reason: "a line longer than \(Self.lineBytesMax) bytes"))
                bytes = []
                isSkipping = true
            }
        }
    }

    private static func mayBeDocument(_ bytes: [UInt8]) -> Bool {
        bytes.first { $0 > 0x20 } == UInt8(ascii: "[") && bytes.count <= documentBytesMax
    }

    /// Whether the next block has to be waited for.
    var isWaiting: Bool { !isAtEnd && compressed.isEmpty && !hasMore() }

    /// Whether a read would find something at once. A file always has more until its end.
    private func hasMore() -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) > 0
    }

    private func fill(_ bytes: inout [UInt8]) throws {
        let piece = 1 << 18
        if !isCompressed {
            let read = try readPiece(piece)
            if isFirst, bytes.isEmpty, read.starts(with: [0x1F, 0x8B]) {
                // 15 bits of window, and the header of gzip.
                guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
                    throw UnreadableFile(path: path, reason: "gzip cannot be read")
                }
                isCompressed = true
                compressed = read
            } else {
                bytes += read
                return
            }
        }
        try inflate(&bytes, piece)
    }

    private func inflate(_ bytes: inout [UInt8], _ piece: Int) throws {
        let before = bytes.count
        while bytes.count == before {
            if compressed.isEmpty {
                compressed = try readPiece(piece)
                guard !compressed.isEmpty else { return }
            }
            var output = [UInt8](repeating: 0, count: piece * 4)
            var status = Z_OK
            var used = 0
            var made = 0
            compressed.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    used = input.count - Int(stream.avail_in)
                    made = output.count - Int(stream.avail_out)
                }
            }
            compressed.removeFirst(used)
            bytes += output[..<made]
            switch status {
            case Z_OK: break
            case Z_STREAM_END:
                // Another member may follow.
                inflateReset(&stream)
                if compressed.isEmpty { compressed = try readPiece(piece) }
                if compressed.isEmpty { return }
            case Z_BUF_ERROR where used == 0 && made == 0: return
            default:
                problems.append(InputProblem(file: path, line: line, reason: "the gzip data are damaged"))
                compressed = []
                isAtEnd = true
                return
            }
        }
    }

    private func readPiece(_ count: Int) throws -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while true {
                let got = read(descriptor, buffer.baseAddress, count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                filled = max(0, got)
                return
            }
        }
        guard failure == 0 else { throw UnreadableFile(path: path, reason: String(cString: strerror(failure))) }
        return bytes
    }

    // MARK: Documents

    /// A file that is an array, or whose first line is no whole value, is read as a whole.
    private func document(_ start: [UInt8]) throws -> EventBlock? {
        guard let first = start.firstIndex(where: { $0 > 0x20 }) else { return nil }
        guard start[first] == UInt8(ascii: "[") || Self.isOpen(start[first...]) else { return nil }
        var bytes = start + carried
        carried = []
        while !isAtEnd {
            let before = bytes.count
            try fill(&bytes)
            if bytes.count == before { isAtEnd = true }
            guard bytes.count <= Self.documentBytesMax else {
                throw UnreadableFile(
                    path: path, reason: "a document larger than \(Self.documentBytesMax) bytes; write one event a line")
            }
        }
        isFirst = false
        var splitter = RecordSplitter()
        bytes.withUnsafeBufferPointer { splitter.split($0) }
        if let open = splitter.open {
            problems.append(InputProblem(file: path, line: open, reason: "what begins here does not end"))
        }
        let told = problems
        problems = []
        return EventBlock(file: path, bytes: bytes, firstLine: 1, records: splitter.records, problems: told)
    }

    private static func isOpen(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let end = bytes.firstIndex(of: 0x0A) else { return false }
        let line = Array(bytes[..<end])
        guard line.first == UInt8(ascii: "{") else { return false }
        return line.withUnsafeBufferPointer { text in
            do throws(JSONProblem) {
                try JSONTape().read(text)
                return false
            } catch {
                // Only a text that is right so far goes on in the next line.
                return error.column > text.count && error.reason == "the text ends too early"
            }
        }
    }
}

/// Finds the values of a document, and those of its outermost array, by their brackets.
struct RecordSplitter {
    private(set) var records: [(start: Int, end: Int, line: Int)] = []
    /// The line of a value that does not end.
    private(set) var open: Int?

    mutating func split(_ bytes: UnsafeBufferPointer<UInt8>) {
        var line = 1
        var depth = 0
        var inText = false
        var isArray = false
        var start: (at: Int, line: Int)?
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == 0x0A { line += 1 }
            if inText {
                if byte == 0x5C { at += 1 } else if byte == 0x22 { inText = false }
                at += 1
                continue
            }
            let floor = isArray ? 1 : 0
            switch byte {
            case 0x22:
                inText = true
                if start == nil { start = (at, line) }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if depth == 0, byte == UInt8(ascii: "["), start == nil {
                    isArray = true
                } else if start == nil {
                    start = (at, line)
                }
                depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth == 1, isArray, byte == UInt8(ascii: "]") {
                    if let from = start { records.append((from.at, at, from.line)) }
                    start = nil
                    isArray = false
                    depth = 0
                } else {
                    depth = max(floor, depth - 1)
                    if start == nil { start = (at, line) }
                    if depth == floor, let from = start {
                        records.append((from.at, at + 1, from.line))
                        start = nil
                    }
                }
            case UInt8(ascii: ",") where depth == floor:
                if let from = start { records.append((from.at, at, from.line)) }
                start = nil
            case 0x20, 0x09, 0x0A, 0x0D: break
            default: if start == nil { start = (at, line) }
            }
            at += 1
        }
        if let from = start {
            if depth > (isArray ? 1 : 0) || inText { open = from.line }
            records.append((from.at, bytes.count, from.line))
        }
        if isArray, open == nil { open = line }
    }
}
