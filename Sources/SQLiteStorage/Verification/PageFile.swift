// Pages of a file, read past SQLite: a statement costs several times as much for each entry of an index, and may pass
// over entries that its conditions leave out. The format is documented in fileformat2.html of SQLite.
import Foundation

/// The pages of a database that is open nowhere else: closing it would end the locks that this process has on it. Reads
/// at a place and maps nothing, so that a file that shrinks or cannot be read is an error.
final class PageFile {
    let pageBytes: Int
    private let database: Int32

    /// - Returns: `nil` for a file in another form than Concord's.
    init?(path: String) {
        database = open(path, O_RDONLY | O_CLOEXEC)
        var header = [UInt8](repeating: 0, count: 100)
        let isDatabase =
            pread(database, &header, 100, 0) == 100 && header.starts(with: Array("SQLite format 3\0".utf8))
        let size = Int(header[16]) << 8 | Int(header[17])
        pageBytes = size == 1 ? 65_536 : size
        // No bytes of a page are reserved, and texts are UTF-8.
        guard isDatabase, size > 0, header[20] == 0, header[59] == 1 else { return nil }
    }

    deinit { if database >= 0 { close(database) } }

    /// Reads a page.
    /// - Throws: ``LedgerVerifierError``.
    func read(_ page: UInt32, into bytes: UnsafeMutableRawPointer) throws(LedgerVerifierError) {
        guard page > 0 else { throw .damaged(reason: "a page has the number 0") }
        let count = pread(database, bytes, pageBytes, off_t(page - 1) * off_t(pageBytes))
        guard count >= 0 else { throw .cannotRead(code: errno, reason: String(cString: strerror(errno))) }
        guard count == pageBytes else { throw .damaged(reason: "the page \(page) is not there") }
    }
}

/// The entries of an index, in the order in which they stand in the file.
final class IndexEntries {
    /// A value of an entry.
    struct Value {
        /// As SQLite sorts them.
        enum Kind: UInt8 { case null, number, text, blob }
        var kind = Kind.null
        /// A whole number.
        var integer: Int64 = 0
        /// A number that is not whole.
        var real: Double?
        /// Text or blob; good until the entry after the next.
        var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    }
    /// One entry, kept until the next is compared with it.
    private struct Entry {
        let values: UnsafeMutableBufferPointer<Value>
        var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_024, alignment: 8)
        var count = 0

        init(width: Int) {
            values = .allocate(capacity: width)
            values.initialize(repeating: Value())
        }

        func deallocate() {
            values.deallocate()
            memory.deallocate()
        }

        mutating func reserve(_ bytes: Int) {
            count = bytes
            guard bytes > memory.count else { return }
            memory.deallocate()
            memory = .allocate(byteCount: bytes * 2, alignment: 8)
        }
    }
    private static let depthMax = 20
    private static let payloadBytesMax = 1_000_000_000

    private let file: PageFile
    private let name: String
    private let width: Int
    private let isExact: Bool
    private var buffers: [UnsafeMutableRawPointer] = []
    // Every entry goes through these: a check of each access would cost more than reading it.
    @exclusivity(unchecked) private var entry: Entry
    @exclusivity(unchecked) private var before: Entry
    private var isFirst = true

    /// - Parameters:
    ///   - width: Values that are read of each entry.
    ///   - isExact: An entry has no more than these.
    init(_ file: PageFile, name: String, width: Int, isExact: Bool) {
        (self.file, self.name, self.width, self.isExact) = (file, name, width, isExact)
        (entry, before) = (Entry(width: width), Entry(width: width))
    }

    deinit {
        for buffer in buffers { buffer.deallocate() }
        entry.deallocate()
        before.deallocate()
    }

    private func damaged(_ what: String) -> LedgerVerifierError { .damaged(reason: "the index \(name) \(what)") }

    /// Values of one entry.
    typealias Values = UnsafeMutableBufferPointer<Value>

    /// Reads all entries under a page.
    /// - Parameter take: Gets an entry and the one before it, `nil` at first; returns what is wrong.
    /// - Returns: the first thing that is wrong.
    /// - Throws: ``LedgerVerifierError``.
    func read(
        _ root: UInt32, _ take: (_ entry: Values, _ before: Values?) -> String?
    ) throws(LedgerVerifierError) -> String? {
        try read(root, depth: 0, take)
    }

    private func read(
        _ page: UInt32, depth: Int, _ take: (Values, Values?) -> String?
    ) throws(LedgerVerifierError) -> String? {
        guard depth < Self.depthMax else { throw damaged("is too deep") }
        if depth == buffers.count { buffers.append(.allocate(byteCount: file.pageBytes, alignment: 8)) }
        let bytes = UnsafeRawBufferPointer(start: buffers[depth], count: file.pageBytes)
        try file.read(page, into: buffers[depth])
        // The first page begins with the header of the file, and is no index.
        guard page > 1, bytes[0] == 2 || bytes[0] == 10 else { throw damaged("has a page \(page) of another kind") }
        let isInner = bytes[0] == 2
        let cells = Int(bytes.bigEndian16(3))
        let start = isInner ? 12 : 8
        guard start + cells * 2 <= bytes.count else { throw damaged("has more entries on page \(page) than fit") }
        for cell in 0..<cells {
            var at = Int(bytes.bigEndian16(start + cell * 2))
            guard at >= start + cells * 2, at + 4 <= bytes.count else {
                throw damaged("has an entry outside of page \(page)")
            }
            if isInner {
                if let fault = try read(bytes.bigEndian32(at), depth: depth + 1, take) { return fault }
                at += 4
            }
            try load(bytes, at, page)
            if let fault = take(entry.values, isFirst ? nil : before.values) { return fault }
            isFirst = false
            (entry, before) = (before, entry)
        }
        return isInner ? try read(bytes.bigEndian32(8), depth: depth + 1, take) : nil
    }

    // MARK: One entry

    private func load(_ page: UnsafeRawBufferPointer, _ place: Int, _ number: UInt32) throws(LedgerVerifierError) {
        var at = place
        guard let size = page.variableInteger(&at).flatMap({ Int(exactly: $0) }), size <= Self.payloadBytesMax else {
            throw damaged("has an entry without a size on page \(number)")
        }
        let local = localBytes(of: size)
        guard at + local + (local < size ? 4 : 0) <= page.count else {
            throw damaged("has an entry that does not end on page \(number)")
        }
        entry.reserve(size)
        entry.memory.baseAddress?.copyMemory(from: page.baseAddress.unsafelyUnwrapped + at, byteCount: local)
        if local < size { try loadRest(from: local, of: size, page.bigEndian32(at + local)) }
        guard parse() else { throw damaged("has an entry of another form on page \(number)") }
    }

    /// How much of an entry stands on its page.
    private func localBytes(of size: Int) -> Int {
        let most = (file.pageBytes - 12) * 64 / 255 - 23
        guard size > most else { return size }
        let least = (file.pageBytes - 12) * 32 / 255 - 23
        let local = least + (size - least) % (file.pageBytes - 4)
        return local <= most ? local : least
    }

    private func loadRest(from start: Int, of size: Int, _ first: UInt32) throws(LedgerVerifierError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: file.pageBytes, alignment: 8)
        defer { buffer.deallocate() }
        var (at, page) = (start, first)
        while at < size {
            guard let bytes = buffer.baseAddress, let memory = entry.memory.baseAddress else { return }
            try file.read(page, into: bytes)
            let count = min(size - at, file.pageBytes - 4)
            (memory + at).copyMemory(from: bytes + 4, byteCount: count)
            at += count
            page = UnsafeRawBufferPointer(buffer).bigEndian32(0)
        }
    }

    /// Takes an entry apart.
    /// - Returns: `false` if it has fewer values than wanted, or ends inside of one.
    private func parse() -> Bool {
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(entry.memory)[..<entry.count])
        var at = 0
        guard let headerBytes = bytes.variableInteger(&at).flatMap({ Int(exactly: $0) }), headerBytes <= bytes.count
        else { return false }
        var place = headerBytes
        var found = 0
        while at < headerBytes, found < width {
            guard let type = bytes.variableInteger(&at), bytes.read(type, at: &place, into: &entry.values[found]) else {
                return false
            }
            found += 1
        }
        return found == width && (!isExact || at == headerBytes && place == bytes.count)
    }
}

extension IndexEntries.Value {
    /// As SQLite compares values: below zero if this one sorts before the other.
    func order(to other: IndexEntries.Value) -> Int {
        guard kind == other.kind else { return kind.rawValue < other.kind.rawValue ? -1 : 1 }
        switch kind {
        case .null: return 0
        case .number:
            if real == nil, other.real == nil {
                return integer == other.integer ? 0 : integer < other.integer ? -1 : 1
            }
            let (own, others) = (real ?? Double(integer), other.real ?? Double(other.integer))
            return own == others ? 0 : own < others ? -1 : 1
        case .text, .blob:
            let shared = min(bytes.count, other.bytes.count)
            if shared > 0, let own = bytes.baseAddress, let others = other.bytes.baseAddress {
                let order = memcmp(own, others, shared)
                if order != 0 { return Int(order) }
            }
            return bytes.count - other.bytes.count
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian16(_ at: Int) -> UInt16 {
        UInt16(bigEndian: loadUnaligned(fromByteOffset: at, as: UInt16.self))
    }
    fileprivate func bigEndian32(_ at: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: at, as: UInt32.self))
    }

    /// A number of one to nine bytes; `nil` if it does not end.
    @inline(__always)
    fileprivate func variableInteger(_ at: inout Int) -> UInt64? {
        if at < count, self[at] < 0x80 {
            at += 1
            return UInt64(self[at - 1])
        }
        return longInteger(&at)
    }

    private func longInteger(_ at: inout Int) -> UInt64? {
        var number: UInt64 = 0
        for position in 0..<9 {
            guard at < count else { return nil }
            let byte = self[at]
            at += 1
            if position == 8 { return number << 8 | UInt64(byte) }
            number = number << 7 | UInt64(byte & 0x7F)
            if byte < 0x80 { return number }
        }
        return nil
    }

    /// Reads the value of a serial type.
    /// - Returns: `false` if it does not end, or there is no such type.
    @inline(__always)
    fileprivate func read(_ type: UInt64, at place: inout Int, into value: inout IndexEntries.Value) -> Bool {
        value.real = nil
        switch type {
        case 0: value.kind = .null
        case 1...7:
            let bytes = type < 5 ? Int(type) : type == 5 ? 6 : 8
            guard place + bytes <= count else { return false }
            let number = bigEndian(place, bytes)
            place += bytes
            value.kind = .number
            if type == 7 {
                value.setReal(Double(bitPattern: UInt64(bitPattern: number)))
            } else {
                value.integer = number
            }
        case 8, 9:
            value.kind = .number
            value.integer = Int64(type - 8)
        case 12...:
            guard let bytes = Int(exactly: (type - 12) / 2), place + bytes <= count else { return false }
            value.kind = type % 2 == 0 ? .blob : .text
            value.bytes = UnsafeRawBufferPointer(rebasing: self[place..<(place + bytes)])
            place += bytes
        default: return false
        }
        return true
    }

    /// A number of one to eight bytes; the sign is that of the first.
    @inline(__always)
    private func bigEndian(_ place: Int, _ bytes: Int) -> Int64 {
        // Eight bytes at once if they are there, then without those behind.
        if place + 8 <= count {
            let whole = Int64(bigEndian: loadUnaligned(fromByteOffset: place, as: Int64.self))
            return whole >> Int64(64 - 8 * bytes)
        }
        var number = Int64(Int8(bitPattern: self[place]))
        for at in (place + 1)..<(place + bytes) { number = number << 8 | Int64(self[at]) }
        return number
    }
}

extension IndexEntries.Value {
    /// A number that is whole is the same whole number, as it is stored.
    mutating func setReal(_ number: Double) {
        kind = .number
        if let whole = Int64(exactly: number) { integer = whole } else { real = number }
    }
}
