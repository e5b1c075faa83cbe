// Reads a ZIP file as `ZIPWriter` writes it, and nothing else. Every byte outside the contents is compared with the one
// that must stand there: two programs cannot see two different packs in one file, and no byte is without meaning.
import Foundation

/// What is wrong with the ZIP file around a pack.
public enum ZIPProblem: Error, Hashable, Sendable {
    /// The file cannot be opened or read.
    case unreadable(String)
    /// It does not begin as a ZIP file.
    case notAZIP
    /// It ends before it should: inside a file of which some bytes are there, or between files.
    case cutOff(inside: String?, atByte: Int)
    /// A byte of a header or of the directory is not what it must be.
    case altered(atByte: Int, near: String?)
    /// Bytes follow the end.
    case trailing(bytes: Int)
    /// A file has a name that does not belong in a pack.
    case unsafeName(atByte: Int)
    /// Two files have one name.
    case duplicateName(String)
    /// More files than a pack may have.
    case tooManyFiles(max: Int)
}

/// An opened ZIP file.
public final class ZIPReader {
    /// Files that are read at most.
    public static let filesMax = 1_000_000
    static let pieceBytes = 262_144

    /// The files in order.
    public let entries: [ZIPEntry]
    /// The length of the ZIP file.
    public let bytes: Int
    private let byName: [String: Int]
    private let descriptor: Int32

    /// Opens a file and checks everything but the contents.
    /// - Throws: ``ZIPProblem``.
    public init(path: String) throws(ZIPProblem) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable("\(path): \(String(cString: strerror(errno)))") }
        do throws(ZIPProblem) {
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw .unreadable("\(path) is not a file")
            }
            bytes = Int(status.st_size)
            let source = Source(descriptor: descriptor, bytes: bytes)
            entries = try source.entries()
            var names: [String: Int] = [:]
            for (place, entry) in entries.enumerated() {
                guard names.updateValue(place, forKey: entry.name) == nil else { throw .duplicateName(entry.name) }
            }
            byName = names
            self.descriptor = descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// The file of a name.
    public func entry(_ name: String) -> ZIPEntry? { byName[name].map { entries[$0] } }

    /// Hands out the content of a file piece by piece.
    /// - Throws: ``ZIPProblem``, also if the checksum does not fit.
    public func read(_ entry: ZIPEntry, _ body: ([UInt8]) -> Void) throws(ZIPProblem) {
        let source = Source(descriptor: descriptor, bytes: bytes)
        var crc = CRC32()
        var at = entry.contentOffset
        let end = entry.end
        while at < end {
            let piece = try source.read(at: at, count: min(Self.pieceBytes, end - at))
            crc.update(piece)
            body(piece)
            at += piece.count
        }
        guard crc.value == entry.crc32 else { throw .altered(atByte: entry.contentOffset, near: entry.name) }
    }
}

/// The walk over the headers.
private struct Source {
    let descriptor: Int32
    let bytes: Int

    /// Exactly so many bytes.
    func read(at offset: Int, count: Int) throws(ZIPProblem) -> [UInt8] {
        var failure: Int32 = 0
        let found = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            while length < count {
                let target = buffer.baseAddress.map { $0 + length }
                let more = pread(descriptor, target, count - length, off_t(offset + length))
                if more < 0, errno == EINTR { continue }
                guard more > 0 else {
                    failure = more < 0 ? errno : 0
                    return
                }
                length += more
            }
        }
        guard found.count == count else {
            if failure != 0 { throw .unreadable(String(cString: strerror(failure))) }
            throw .cutOff(inside: nil, atByte: offset + found.count)
        }
        return found
    }

    func entries() throws(ZIPProblem) -> [ZIPEntry] {
        var entries: [ZIPEntry] = []
        var offset = 0
        while true {
            guard bytes - offset >= 4 else {
                let isCut = try isBeginning(offset)
                guard isCut || !entries.isEmpty else { throw .notAZIP }
                throw .cutOff(inside: nil, atByte: bytes)
            }
            let signature = try read(at: offset, count: 4)
            if signature == ZIPLayout.localSignature {
                guard entries.count < ZIPReader.filesMax else { throw .tooManyFiles(max: ZIPReader.filesMax) }
                let entry = try entry(at: offset, after: entries.last)
                entries.append(entry)
                offset = entry.end
            } else if signature == ZIPLayout.centralSignature, !entries.isEmpty {
                try checkDirectory(of: entries, at: offset)
                return entries
            } else {
                guard offset > 0 else { throw .notAZIP }
                throw .altered(atByte: offset, near: entries.last?.name)
            }
        }
    }

    /// Whether what is left could be the beginning of a header that was cut off.
    private func isBeginning(_ offset: Int) throws(ZIPProblem) -> Bool {
        let rest = try read(at: offset, count: bytes - offset)
        return !rest.isEmpty && ZIPLayout.localSignature.starts(with: rest)
    }

    private func entry(at offset: Int, after last: ZIPEntry?) throws(ZIPProblem) -> ZIPEntry {
        let fixed = ZIPLayout.localHeaderBytes
        guard bytes - offset >= fixed else { throw .cutOff(inside: nil, atByte: bytes) }
        let head = try read(at: offset, count: fixed)
        let nameBytes = LittleEndianBytes.read(head, at: 26, count: 2)
        let extraBytes = LittleEndianBytes.read(head, at: 28, count: 2)
        guard nameBytes <= ZIPLayout.nameBytesMax, extraBytes == 0 || extraBytes == 20 else {
            throw .altered(atByte: offset + 26, near: last?.name)
        }
        let length = fixed + nameBytes + extraBytes
        guard bytes - offset >= length else { throw cut(inside: nil, at: offset + 26, near: last?.name) }
        let header = try read(at: offset, count: length)
        let name = String(decoding: header[fixed..<(fixed + nameBytes)], as: UTF8.self)
        guard ZIPLayout.isSafeName(name) else { throw .unsafeName(atByte: offset + fixed) }
        let size = LittleEndianBytes.read(
            header, at: extraBytes == 0 ? 22 : fixed + nameBytes + 4, count: extraBytes == 0 ? 4 : 8)
        guard size >= 0 else { throw .altered(atByte: offset + fixed + nameBytes, near: name) }
        let entry = ZIPEntry(
            name: name, bytes: size, crc32: UInt32(LittleEndianBytes.read(header, at: 14, count: 4)), offset: offset)
        let wanted = ZIPLayout.localHeader(of: entry)
        if let differing = firstDifference(header, wanted) { throw .altered(atByte: offset + differing, near: name) }
        guard size <= bytes - offset - length else { throw cut(inside: name, at: offset + 18, near: name) }
        return entry
    }

    /// A file that reaches beyond the end was cut off, unless the end is there: then its length was altered.
    private func cut(inside name: String?, at offset: Int, near: String?) -> ZIPProblem {
        let start = bytes - ZIPLayout.endBytes
        // An end that cannot be read is an end that is not there: both mean that the file was cut off.
        guard start > 0, let end = try? read(at: start, count: 4), end == ZIPLayout.endSignature else {
            return .cutOff(inside: name, atByte: bytes)
        }
        return .altered(atByte: offset, near: near)
    }

    private func checkDirectory(of entries: [ZIPEntry], at start: Int) throws(ZIPProblem) {
        let wanted = ZIPLayout.directory(of: entries, at: start)
        let found = try read(at: start, count: min(bytes - start, wanted.count))
        if let differing = firstDifference(found, Array(wanted.prefix(found.count))) {
            throw .altered(atByte: start + differing, near: nil)
        }
        guard found.count == wanted.count else { throw .cutOff(inside: nil, atByte: bytes) }
        guard bytes == start + wanted.count else { throw .trailing(bytes: bytes - start - wanted.count) }
    }

    private func firstDifference(_ found: [UInt8], _ wanted: [UInt8]) -> Int? {
        zip(found, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            ?? (found.count == wanted.count ? nil : min(found.count, wanted.count))
    }
}
