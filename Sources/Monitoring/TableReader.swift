// Files into tables: finds the records, parses them on all cores, and joins the columns.
public import Foundation

/// How a file is laid out.
public enum TableFormat: String, Sendable {
    /// RFC 4180, comma separated, with a header.
    case csv
    /// One JSON object a line.
    case ndjson
}

/// Reads CSV and NDJSON.
///
/// A file is parsed once by all cores. Only when a column that looked like numbers at the top turns out not to be, that
/// column alone is read again as categories.
public struct TableReader: Sendable {
    /// Texts that mean null, besides the empty one.
    public var nullSpellings: [String]
    /// Spaces and tabs around names and texts are dropped.
    public var trims: Bool
    /// The most bytes one thread parses at a time.
    public var chunkBytesMax: Int
    /// The zone whose clock columns of times are read by.
    public var timeZone = TimeZone.gmt
    /// Called with every stretch of a file that was read, by the thread that read it; nil for nobody.
    public var progress: (@Sendable (ReadingProgress) -> Void)?
    /// The most columns of a table.
    public static let columnsMax = 100_000
    /// How much of a file is looked at to guess what its columns hold.
    static let sampleBytes = 128 << 10

    /// A reader.
    public init(nullSpellings: [String] = [], trims: Bool = false, chunkBytesMax: Int = 8 << 20) {
        self.nullSpellings = nullSpellings
        self.trims = trims
        self.chunkBytesMax = max(1, chunkBytesMax)
    }

    /// Reads a file by its path; Parquet and gzip go through DuckDB.
    ///
    /// - Throws: `TableError` with line and column.
    public func read(path: String, role: (String) -> ColumnRole) throws(TableError) -> Table {
        let (file, digest) = try SourceFile.open(path: path)
        let table = try read(file, hashes: digest == nil, role: role)
        guard let digest else { return table }
        return Table(path: path, sha256: digest, rows: table.rows, header: table.header, columns: table.columns)
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - format: nil to tell it by the first byte: `{` is NDJSON.
    ///   - hashes: whether the SHA-256 of the bytes is computed on the way.
    ///   - role: what each column is read as, by name.
    /// - Throws: `TableError` with line and column.
    public func read(
        _ file: MappedFile, format: TableFormat? = nil, hashes: Bool = true, role: (String) -> ColumnRole
    ) throws(TableError) -> Table {
        try read(try opened(file, format), hashes: hashes, role: role)
    }

    /// Looks at the start of a file: what it is, and its header.
    func opened(_ file: MappedFile, _ format: TableFormat?) throws(TableError) -> Input {
        let bytes = file.head.bindMemory(to: UInt8.self)
        if bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B {
            throw TableError(path: file.path, reason: "the file is compressed with gzip")
        }
        if bytes.count >= 4, bytes.prefix(4).elementsEqual(Array("PAR1".utf8)) {
            throw TableError(path: file.path, reason: "the file is Parquet")
        }
        if bytes.prefix(4_096).contains(0) { throw TableError(path: file.path, reason: "this is not a text file") }
        var start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
        let format = format ?? Self.guess(bytes, from: start)
        var input = Input(file: file, format: format)
        switch format {
        case .csv: (input.header, start) = try header(file, bytes, from: start)
        case .ndjson: input.header = try names(input, from: start)
        }
        input.start = start
        return input
    }

    struct Input {
        let file: MappedFile
        let format: TableFormat
        var header: [String] = []
        var start = 0

        /// The first bytes, in which header and sample are.
        var head: UnsafeBufferPointer<UInt8> { file.head.bindMemory(to: UInt8.self) }
    }

    private static func guess(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> TableFormat {
        let first = bytes[start...].first { ![32, 9, 10, 13].contains($0) }
        return first == UInt8(ascii: "{") ? .ndjson : .csv
    }

    private func read(
        _ input: Input, hashes: Bool, role: (String) -> ColumnRole
    ) throws(TableError) -> Table {
        var input = input
        var digest: String? = hashes ? nil : ""
        while true {
            var kinds = self.kinds(input.header.map(role))
            let (rowBytes, textColumns) = try sample(input, kinds)
            for column in textColumns { kinds[column].0 = .category }
            var (parsers, hash) = try parse(input, kinds, rowBytes, digest == nil)
            digest = digest ?? hash
            let unknown = Set(parsers.flatMap(\.unknownNames))
            if !unknown.isEmpty {
                // NDJSON whose later lines have more members: all is read again with all names.
                // Two names that are equal but for their Unicode form would be one column here and two there.
                if let twin = unknown.first(where: { input.header.contains($0) }) {
                    throw TableError(
                        path: input.file.path, reason: "the name \"\(twin)\" stands in two Unicode forms")
                }
                input.header += unknown.sorted()
                continue
            }
            let rows = parsers.reduce(0) { $0 + $1.rows }
            guard rows > 0 else { throw TableError(path: input.file.path, reason: "there are no rows") }
            let failed = kinds.indices.filter { column in
                parsers.contains { $0.sinks[column].failure >= 0 }
            }
            var columns = join(input.header, kinds, parsers, without: Set(failed))
            parsers = []
            if !failed.isEmpty {
                let again = kinds.indices.map {
                    failed.contains($0) ? (Sink.Kind.category, strict: false) : (.skip, false)
                }
                let (second, _) = try parse(input, again, rowBytes, false)
                for column in join(input.header, again, second, without: []) { columns[column.key] = column.value }
            }
            for (index, column) in columns {
                if let text = column.invalidText {
                    throw TableError(
                        path: input.file.path, column: index + 1, name: column.name,
                        reason: "a value is not UTF-8: \"\(text)\"")
                }
            }
            return Table(
                path: input.file.path, sha256: digest ?? "", rows: rows, header: input.header,
                columns: columns.sorted { $0.key < $1.key }.map(\.value))
        }
    }

    func kinds(_ roles: [ColumnRole]) -> [(Sink.Kind, strict: Bool)] {
        roles.map { role -> (Sink.Kind, strict: Bool) in
            switch role {
            case .ignored: (.skip, false)
            case .numeric: (.numeric, true)
            case .category: (.category, false)
            case .numericAndCategory: (.both, true)
            case .inferred: (.numeric, false)
            case .time: (.time, true)
            }
        }
    }

    // MARK: Header

    private func header(
        _ file: MappedFile, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) throws(TableError) -> ([String], Int) {
        var names: [String] = []
        var p = start
        var field: [UInt8] = []
        let quote = UInt8(ascii: "\"")
        func bad(_ reason: String) -> TableError {
            TableError(path: file.path, line: 1, column: names.count + 1, reason: reason)
        }
        header: while true {
            field.removeAll(keepingCapacity: true)
            if p < bytes.count, bytes[p] == quote {
                p += 1
                while true {
                    guard p < bytes.count else {
                        let end = file.isWhole ? "" : " in the first 4 MB"
                        throw bad("the quote that opens here is not closed\(end)")
                    }
                    if bytes[p] == quote {
                        guard p + 1 < bytes.count, bytes[p + 1] == quote else { break }
                        p += 1
                    }
                    field.append(bytes[p])
                    p += 1
                }
                p += 1
            } else {
                while p < bytes.count, bytes[p] != UInt8(ascii: ","), bytes[p] != UInt8(ascii: "\n") {
                    field.append(bytes[p])
                    p += 1
                }
                if p == bytes.count || bytes[p] == UInt8(ascii: "\n"), field.last == UInt8(ascii: "\r") {
                    field.removeLast()
                }
            }
            if p < bytes.count, bytes[p] == UInt8(ascii: "\r"), p + 1 < bytes.count, bytes[p + 1] == UInt8(ascii: "\n")
            {
                p += 1
            }
            guard p == bytes.count || bytes[p] == UInt8(ascii: ",") || bytes[p] == UInt8(ascii: "\n") else {
                throw bad("text follows the quote that closes the field")
            }
            guard let text = String(validating: field, as: UTF8.self) else { throw bad("the name is not UTF-8") }
            let name = trims ? text.trimmingCharacters(in: .whitespaces) : text
            if names.contains(name) { throw bad("the name \"\(name)\" stands twice in the header") }
            names.append(name)
            guard names.count <= Self.columnsMax else { throw bad("more than \(Self.columnsMax) columns") }
            if p == bytes.count {
                guard file.isWhole else { throw bad("the header is longer than 4 MB") }
                break header
            }
            p += 1
            if bytes[p - 1] == UInt8(ascii: "\n") { break header }
        }
        guard p < file.count else { throw TableError(path: file.path, reason: "there are no rows") }
        return (names, p)
    }

    /// The names of members in the first lines, in the order of their first occurrence.
    private func names(_ input: Input, from start: Int) throws(TableError) -> [String] {
        var names: [String] = []
        let bytes = input.head
        guard let base = bytes.baseAddress else { return [] }
        var p = start
        while p < bytes.count, p < start + Self.sampleBytes {
            var end = p
            while end < bytes.count, base[end] != UInt8(ascii: "\n") { end += 1 }
            // The line goes on behind what is looked at here.
            if end == bytes.count, !input.file.isWhole {
                if p == start {
                    throw TableError(path: input.file.path, line: 1, reason: "the first line is longer than 4 MB")
                }
                break
            }
            var line = JSONLine(base: base, position: p, end: end)
            line.skipSpace()
            if line.position < end {
                let problem = line.members { name, value, _ in
                    if case .nested = value { return JSONLine.nestedReason }
                    guard let text = String(validating: name, as: UTF8.self) else { return JSONLine.nameReason }
                    if !names.contains(text) { names.append(text) }
                    return nil
                }
                if let problem { throw try error(input, problem.offset, nil, problem.reason) }
            }
            p = end + 1
        }
        return names
    }

    // MARK: Records

    /// The average bytes of a row at the top of the file, and the columns that are no numbers there.
    private func sample(
        _ input: Input, _ kinds: [(Sink.Kind, strict: Bool)]
    ) throws(TableError) -> (rowBytes: Double, textColumns: [Int]) {
        let bytes = input.head
        let end = min(bytes.count, input.start + Self.sampleBytes)
        guard let base = bytes.baseAddress, input.start < end else { return (100, []) }
        var last = end
        var isInside = false
        if end < input.file.count {
            last = input.start
            for i in input.start..<end {
                if base[i] == UInt8(ascii: "\""), input.format == .csv { isInside.toggle() }
                if base[i] == UInt8(ascii: "\n"), !isInside { last = i + 1 }
            }
            if last == input.start { return (Double(Self.sampleBytes), []) }
        }
        let parser = parser(kinds, 256)
        try run(input, parser, UnsafeBufferPointer(rebasing: bytes[input.start..<last]), at: input.start)
        let rows = max(1, parser.rows)
        return (
            Double(last - input.start) / Double(rows), kinds.indices.filter { parser.sinks[$0].failure >= 0 }
        )
    }

    private func parser(_ kinds: [(Sink.Kind, strict: Bool)], _ rowsExpected: Int) -> ChunkParser {
        ChunkParser(
            kinds: kinds, rowsExpected: rowsExpected, nullSpellings: nullSpellings.map { Array($0.utf8) }, trims: trims,
            timeZone: timeZone)
    }

    private func run(
        _ input: Input, _ parser: ChunkParser, _ bytes: UnsafeBufferPointer<UInt8>, at start: Int
    ) throws(TableError) {
        if let failure = Self.run(input, parser, bytes, at: start) {
            throw try error(input, failure.offset, failure.column, failure.reason)
        }
    }

    /// Runs a parser on the bytes of a chunk; one without a last newline is copied and gets one.
    private static func run(
        _ input: Input, _ parser: ChunkParser, _ bytes: UnsafeBufferPointer<UInt8>, at start: Int
    ) -> ChunkParser.Failure? {
        guard let last = bytes.last, let base = bytes.baseAddress else { return nil }
        func parse(_ base: UnsafePointer<UInt8>, _ count: Int) {
            switch input.format {
            case .csv: parser.parseCSV(base, from: 0, to: count)
            case .ndjson:
                parser.parseNDJSON(base, from: 0, to: count, names: input.header.map { Array($0.utf8) })
            }
        }
        if last == UInt8(ascii: "\n") {
            parse(base, bytes.count)
        } else {
            var copy = Array(bytes)
            copy.append(UInt8(ascii: "\n"))
            copy.withUnsafeBufferPointer { buffer in
                if let base = buffer.baseAddress { parse(base, buffer.count) }
            }
        }
        return parser.failure.map {
            ChunkParser.Failure(offset: $0.offset + start, column: $0.column, reason: $0.reason)
        }
    }

    private func error(
        _ input: Input, _ offset: Int, _ column: Int?, _ reason: String
    ) throws(TableError) -> TableError {
        var line = 1
        try input.file.forEachBlock(0..<min(offset, input.file.count)) { block, _ in
            for byte in block { line &+= byte == UInt8(ascii: "\n") ? 1 : 0 }
            return true
        }
        let name = column.flatMap { $0 < input.header.count ? input.header[$0] : nil }
        return TableError(
            path: input.file.path, line: line, column: column.map { $0 + 1 }, name: name, reason: reason)
    }

    /// Parses all records, and hashes all bytes beside it if asked for.
    func parse(
        _ input: Input, _ kinds: [(Sink.Kind, strict: Bool)], _ rowBytes: Double, _ hashes: Bool,
        isProgress: Bool = true
    ) throws(TableError) -> ([ChunkParser], String?) {
        let bounds = try boundaries(input)
        let extra = hashes ? 1 : 0
        let results = concurrently(bounds.count - 1 + extra) { task -> Result<Piece, TableError> in
            do throws(TableError) {
                if task < extra { return .success(.hash(try input.file.sha256())) }
                let range = bounds[task - extra]..<bounds[task - extra + 1]
                let parser = parser(kinds, Int(Double(range.count) / rowBytes * 1.03) + 16)
                let failure = try input.file.withBytes(range) { bytes in
                    Self.run(input, parser, bytes, at: range.lowerBound)
                }
                if let failure { throw try error(input, failure.offset, failure.column, failure.reason) }
                if let progress, isProgress {
                    progress(ReadingProgress(path: input.file.path, bytes: range.count, bytesTotal: input.file.count))
                }
                return .success(.parser(parser))
            } catch { return .failure(error) }
        }
        input.file.releaseSpare()
        var parsers: [ChunkParser] = []
        var digest: String?
        for result in results {
            switch try result.get() {
            case .hash(let text): digest = text
            case .parser(let parser): parsers.append(parser)
            }
        }
        return (parsers, digest)
    }

    /// What one task of a parse gives.
    private enum Piece {
        case hash(String)
        case parser(ChunkParser)
    }

    /// Places where records start, the first and the end of the file included. Newlines in quotes are none: with quotes
    /// in the file, their number before a place says whether the place is inside of a field.
    private func boundaries(_ input: Input) throws(TableError) -> [Int] {
        let all = input.file.count
        let length = all - input.start
        guard length > chunkBytesMax else { return [input.start, all] }
        let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)
        let pieces = max(cores, (length + chunkBytesMax - 1) / chunkBytesMax)
        let starts = (0..<pieces).map { input.start + length / pieces * $0 }
        var quotes = [Int](repeating: 0, count: pieces)
        if input.format == .csv {
            let counted = concurrently(pieces) { i -> Result<Int, TableError> in
                do throws(TableError) {
                    return .success(try Self.quotes(input.file, starts[i]..<(i + 1 < pieces ? starts[i + 1] : all)))
                } catch { return .failure(error) }
            }
            for (i, count) in counted.enumerated() { quotes[i] = try count.get() }
        }
        var bounds = [input.start]
        var before = 0
        for i in 1..<max(1, pieces) {
            before += quotes[i - 1]
            let place = try Self.recordStart(input, starts[i], isInside: before % 2 == 1)
            if let last = bounds.last, place > last, place < all { bounds.append(place) }
        }
        bounds.append(all)
        return bounds
    }

    private static func quotes(_ file: MappedFile, _ range: Range<Int>) throws(TableError) -> Int {
        var count = 0
        try file.forEachBlock(range) { block, _ in
            let quote = UInt8(ascii: "\"")
            if let base = block.baseAddress, memchr(base, Int32(quote), block.count) != nil {
                for byte in block { count &+= byte == quote ? 1 : 0 }
            }
            return true
        }
        return count
    }

    /// The place behind the first newline from a place on that is not in quotes; the end of the file without one.
    private static func recordStart(
        _ input: Input, _ place: Int, isInside: Bool
    ) throws(TableError) -> Int {
        var isInside = isInside
        var found = input.file.count
        try input.file.forEachBlock(place..<input.file.count) { block, start in
            for (i, byte) in block.enumerated() {
                if byte == UInt8(ascii: "\""), input.format == .csv { isInside.toggle() }
                if byte == UInt8(ascii: "\n"), !isInside {
                    found = start + i + 1
                    return false
                }
            }
            return true
        }
        return found
    }

    // MARK: Joining

    /// The table of a block, whose parsers are then empty.
    func table(_ block: ParsedBlock, path: String) throws(TableError) -> Table {
        let joined = join(block.header, block.kinds, block.parsers, without: []).sorted { $0.key < $1.key }
        for (index, column) in joined {
            if let text = column.invalidText {
                throw TableError(
                    path: path, column: index + 1, name: column.name, reason: "a value is not UTF-8: \"\(text)\"")
            }
        }
        return Table(path: path, sha256: "", rows: block.rows, header: block.header, columns: joined.map(\.value))
    }

    private func join(
        _ header: [String], _ kinds: [(Sink.Kind, strict: Bool)], _ parsers: [ChunkParser], without: Set<Int>
    ) -> [Int: Column] {
        let wanted = kinds.indices.filter { kinds[$0].0 != .skip && !without.contains($0) }
        let rows = parsers.reduce(0) { $0 + $1.rows }
        let joined = concurrently(wanted.count) { i -> Column in
            let index = wanted[i]
            var column = Column(name: header[index])
            for parser in parsers {
                column.nulls += parser.sinks[index].nulls
                column.infinities += parser.sinks[index].infinities
            }
            if kinds[index].0.hasNumbers {
                column.numbers = [Double](unsafeUninitializedCapacity: rows) { buffer, initialized in
                    for parser in parsers {
                        if let source = parser.sinks[index].numbers, let target = buffer.baseAddress {
                            (target + initialized).update(from: source, count: parser.rows)
                            source.deallocate()
                            parser.sinks[index].numbers = nil
                        }
                        initialized += parser.rows
                    }
                }
            }
            if kinds[index].0.hasCodes { joinCategories(&column, index, parsers, rows) }
            return column
        }
        return Dictionary(uniqueKeysWithValues: zip(wanted, joined))
    }

    private func joinCategories(_ column: inout Column, _ index: Int, _ parsers: [ChunkParser], _ rows: Int) {
        var names: [String: Int32] = [:]
        let local = parsers.map { parser in
            (0..<parser.sinks[index].dictionary.count).map { code -> String in
                let bytes = parser.sinks[index].dictionary.bytes(code)
                if let text = String(validating: bytes, as: UTF8.self) { return text }
                let text = String(decoding: bytes, as: UTF8.self)
                column.invalidText = text
                return text
            }
        }
        let sorted = Set(local.joined()).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for (code, name) in sorted.enumerated() { names[name] = Int32(code) }
        column.categories = sorted
        column.codes = [Int32](unsafeUninitializedCapacity: rows) { buffer, initialized in
            for (parser, categories) in zip(parsers, local) {
                let map = categories.map { names[$0] ?? -1 }
                if let source = parser.sinks[index].codes, let target = buffer.baseAddress {
                    map.withUnsafeBufferPointer { map in
                        for row in 0..<parser.rows {
                            let code = source[row]
                            target[initialized + row] = code < 0 ? -1 : map[Int(code)]
                        }
                    }
                    source.deallocate()
                    parser.sinks[index].codes = nil
                }
                initialized += parser.rows
            }
        }
    }
}
