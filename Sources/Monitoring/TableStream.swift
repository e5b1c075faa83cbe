// A stream without end, block by block: parsed by the same code as files, remembered by accumulators only.
import Crypto
import Foundation
import Statistics

/// Reads a table in blocks: memory is that of a block and its parsed columns, whatever the length of the stream.
struct TableBlocks {
    /// How much is read at a time.
    static let blockBytes = 8 << 20
    /// The longest record.
    static let recordBytesMax = 256 << 20

    let reader: TableReader
    /// Columns that must be there; nil takes all that are there.
    let wanted: Set<String>?

    /// Reads a file, or standard input for `-`, to its end.
    ///
    /// - Parameters:
    ///   - role: what a column is read as. `inferred` is settled by the first block that has a value of it.
    ///   - body: called with every block and with how many rows were before it.
    /// - Throws: `TableError` with line and column; a column that is missing is one, too.
    func read(
        path: String, role: (String) -> ColumnRole,
        body: (TableReader.ParsedBlock, _ rowsBefore: Int) throws(TableError) -> Void
    ) throws(TableError) -> MeasurementReport.Input {
        guard path != "-" else { return try read(STDIN_FILENO, path: path, role: role, body: body) }
        let (input, sha256) = try SourceFile.stream(path: path) { descriptor throws(TableError) in
            try read(descriptor, path: path, role: role, body: body)
        }
        return sha256.map { .init(path: path, sha256: $0, rows: input.rows, columns: input.columns) } ?? input
    }

    /// Reads from a descriptor to its end.
    func read(
        _ descriptor: Int32, path: String, role: (String) -> ColumnRole,
        body: (TableReader.ParsedBlock, _ rowsBefore: Int) throws(TableError) -> Void
    ) throws(TableError) -> MeasurementReport.Input {
        var hash = SHA256()
        var buffer: [UInt8] = []
        var format: TableFormat?
        var header: [String]?
        var unseen = wanted ?? []
        var settled: [String: ColumnRole] = [:]
        var rows = 0
        var linesBefore = 0
        var isAtEnd = false
        while !isAtEnd {
            isAtEnd = try fill(&buffer, descriptor, path, &hash)
            format = format ?? Self.format(buffer)
            let end = isAtEnd ? buffer.count : Self.lastRecordEnd(buffer, format ?? .csv)
            guard end > 0 else {
                if isAtEnd { break }
                guard buffer.count < Self.recordBytesMax else {
                    throw TableError(path: path, line: linesBefore + 1, reason: "a record is longer than 256 MB")
                }
                continue
            }
            let block = try MappedFile(path: path, contents: Array(buffer[0..<end]))
            buffer.removeFirst(end)
            let parsed: TableReader.ParsedBlock
            do throws(TableError) {
                // Members of NDJSON may come late: the columns asked for are known beforehand.
                let isNamed = format == .ndjson && wanted != nil
                let names = isNamed ? header ?? unseen.sorted() : header
                parsed = try self.parsed(block, format ?? .csv, names, &settled, role)
            } catch {
                throw TableError(
                    path: path, line: error.line.map { $0 + linesBefore }, column: error.column, name: error.name,
                    reason: error.reason)
            }
            unseen.subtract(parsed.seen)
            if format == .csv, let missing = unseen.min() { throw Self.missing(missing, path) }
            header = parsed.header
            linesBefore += parsed.lines
            try body(parsed, rows)
            rows += parsed.rows
            reader.progress?(ReadingProgress(path: path, bytes: end, bytesTotal: nil))
        }
        guard let header else { throw TableError(path: path, reason: "the input is empty") }
        guard rows > 0 else { throw TableError(path: path, reason: "there are no rows") }
        if let missing = unseen.min() { throw Self.missing(missing, path) }
        let digest = hash.finalize().map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
        return MeasurementReport.Input(path: path, sha256: digest, rows: rows, columns: header.count)
    }

    /// Parses a block. A column whose kind is open is taken for numbers, and read again as categories where it holds others.
    private func parsed(
        _ block: MappedFile, _ format: TableFormat, _ names: [String]?, _ settled: inout [String: ColumnRole],
        _ role: (String) -> ColumnRole
    ) throws(TableError) -> TableReader.ParsedBlock {
        var known = names
        while true {
            let before = settled
            let parsed = try reader.readBlock(block, format: format, header: known) { before[$0] ?? role($0) }
            let isOpen = parsed.header.map { name in
                if case .inferred = before[name] ?? role(name) { true } else { false }
            }
            var isAgain = false
            for (column, name) in parsed.header.enumerated() where isOpen[column] {
                guard column < parsed.kinds.count else {
                    // A member that only later objects have: the block is read again with it.
                    isAgain = isAgain || wanted == nil
                    continue
                }
                if parsed.parsers.contains(where: { $0.sinks[column].failure >= 0 }) {
                    settled[name] = .category
                    isAgain = true
                } else if parsed.parsers.contains(where: { $0.sinks[column].nulls < $0.rows }) {
                    settled[name] = .numeric
                }
            }
            guard isAgain else { return parsed }
            // The first block of CSV starts with the header itself.
            known = format == .csv ? names : parsed.header
        }
    }

    private static func missing(_ name: String, _ path: String) -> TableError {
        TableError(path: path, reason: "there is no column \"\(name)\"")
    }

    /// What a stream is, by its first byte that is no space; nil when there is none yet.
    private static func format(_ buffer: [UInt8]) -> TableFormat? {
        let isMarked = buffer.starts(with: [0xEF, 0xBB, 0xBF])
        let first = buffer[(isMarked ? 3 : 0)...].first { ![32, 9, 10, 13].contains($0) }
        return first.map { $0 == UInt8(ascii: "{") ? .ndjson : .csv }
    }

    private func fill(
        _ buffer: inout [UInt8], _ descriptor: Int32, _ path: String, _ hash: inout SHA256
    ) throws(TableError) -> Bool {
        let start = buffer.count
        let wanted = start + Self.blockBytes
        buffer.append(contentsOf: repeatElement(0, count: Self.blockBytes))
        var filled = start
        var isAtEnd = false
        while filled < wanted {
            let count = buffer.withUnsafeMutableBytes { bytes in
                Foundation.read(descriptor, bytes.baseAddress.map { $0 + filled }, wanted - filled)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw TableError(path: path, reason: "the input cannot be read")
            }
            if count == 0 {
                isAtEnd = true
                break
            }
            filled += count
        }
        buffer.removeLast(wanted - filled)
        buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[start...])) }
        return isAtEnd
    }

    /// Behind the last newline that ends a record: in CSV one that is not in quotes.
    static func lastRecordEnd(_ buffer: [UInt8], _ format: TableFormat) -> Int {
        if format == .ndjson || !buffer.contains(UInt8(ascii: "\"")) {
            return (buffer.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        }
        var isInside = false
        var end = 0
        for i in buffer.indices {
            if buffer[i] == UInt8(ascii: "\"") { isInside.toggle() }
            if buffer[i] == UInt8(ascii: "\n"), !isInside { end = i + 1 }
        }
        return end
    }
}

/// Reads a table in blocks and gives each column to an accumulator.
struct TableStream {
    let reader: TableReader
    /// Columns read as numbers, with the bins of the reference.
    let numeric: [String: [BinEdges]]
    /// Columns read as categories.
    let categorical: Set<String>
    /// More values of one column than this are sketched.
    let exactMax: Int

    /// What is left of the stream.
    struct Result {
        var input: MeasurementReport.Input
        var side: DriftSide
        /// The drift of its chunks, when they were asked for.
        var chunks: [(String, ReportValue)]
    }

    /// Reads a file, or standard input for `-`, to its end.
    ///
    /// - Parameter chunks: what is measured chunk by chunk; nil for nothing.
    /// - Throws: `TableError` with line and column; a column that is missing is one, too.
    func read(path: String, chunks: DriftStreamChunks? = nil) throws(TableError) -> Result {
        var numbers = numeric.mapValues { NumericAccumulator(exactMax: exactMax, edges: $0) }
        var categories = Dictionary(uniqueKeysWithValues: categorical.map { ($0, CategoryAccumulator()) })
        var chunks = chunks
        let time = chunks?.time
        let wanted = Set(numeric.keys).union(categorical).union(time.map { [$0] } ?? [])
        let input = try TableBlocks(reader: reader, wanted: wanted).read(path: path) {
            $0 == time ? .time : role($0)
        } body: { block, rowsBefore throws(TableError) in
            add(block, &numbers, &categories)
            try chunks?.add(block, rowsBefore: rowsBefore, path: path)
        }
        let names = numbers.keys.sorted()
        let values = names.map { numbers[$0] ?? NumericAccumulator() }
        let profiles = concurrently(names.count) { NumericProfile(values[$0]) }
        return Result(
            input: input,
            side: DriftSide(
                numeric: Dictionary(uniqueKeysWithValues: zip(names, profiles)),
                categorical: categories.mapValues { CategoryProfile($0) }), chunks: try chunks?.report(path) ?? [])
    }

    private func role(_ name: String) -> ColumnRole {
        switch (numeric[name] != nil, categorical.contains(name)) {
        case (true, true): .numericAndCategory
        case (true, false): .numeric
        case (false, true): .category
        case (false, false): .ignored
        }
    }

    private func add(
        _ block: TableReader.ParsedBlock, _ numbers: inout [String: NumericAccumulator],
        _ categories: inout [String: CategoryAccumulator]
    ) {
        let columns = block.header.indices.filter { numbers[block.header[$0]] != nil }
        var taken = columns.map { numbers.removeValue(forKey: block.header[$0]) ?? NumericAccumulator() }
        taken.withUnsafeMutableBufferPointer { taken in
            _ = concurrently(columns.count) { i in
                for parser in block.parsers {
                    taken[i].add(
                        UnsafeBufferPointer(start: parser.sinks[columns[i]].numbers, count: parser.rows))
                }
            }
        }
        for (column, accumulator) in zip(columns, taken) { numbers[block.header[column]] = accumulator }
        for (column, name) in block.header.enumerated() where categories[name] != nil {
            for parser in block.parsers {
                var counts = [Int](repeating: 0, count: parser.sinks[column].dictionary.count)
                if let codes = parser.sinks[column].codes {
                    for row in 0..<parser.rows where codes[row] >= 0 { counts[Int(codes[row])] += 1 }
                }
                for (code, count) in counts.enumerated() {
                    let bytes = parser.sinks[column].dictionary.bytes(code)
                    categories[name]?.add(String(decoding: bytes, as: UTF8.self), times: count)
                }
                categories[name]?.addNulls(parser.sinks[column].nulls)
            }
        }
    }
}

extension TableReader {
    /// Some records of a stream.
    struct ParsedBlock {
        let header: [String]
        let parsers: [ChunkParser]
        /// What the columns were read as; fewer than names where NDJSON has members that came late.
        let kinds: [(Sink.Kind, strict: Bool)]
        let rows: Int
        /// Newlines in the block.
        let lines: Int
        /// The names that were there: all of a CSV header, the members of NDJSON objects.
        let seen: Set<String>
    }

    /// Parses a block; in CSV the first one starts with the header. NDJSON gives the names it knew and those it met.
    func readBlock(
        _ block: MappedFile, format: TableFormat, header known: [String]?, role: (String) -> ColumnRole
    ) throws(TableError) -> ParsedBlock {
        let bytes = block.head.bindMemory(to: UInt8.self)
        var lines = 0
        for byte in bytes { lines &+= byte == UInt8(ascii: "\n") ? 1 : 0 }
        var input: Input
        if let known {
            input = Input(file: block, format: format, header: known)
            if format == .ndjson, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { input.start = 3 }
        } else {
            input = try opened(block, format)
        }
        if input.start >= bytes.count {
            return ParsedBlock(
                header: input.header, parsers: [], kinds: [], rows: 0, lines: lines, seen: Set(input.header))
        }
        let kinds = self.kinds(input.header.map(role))
        let rowBytes = Double(bytes.count) / Double(max(1, lines))
        var quarter = self
        quarter.chunkBytesMax = max(1 << 16, bytes.count / 4)
        let (parsers, _) = try quarter.parse(input, kinds, rowBytes, false, isProgress: false)
        var seen = Set(input.header)
        if format == .ndjson {
            seen = Set(
                input.header.indices.filter { i in parsers.contains { $0.seenColumns[i] } }.map { input.header[$0] })
            let late = Set(parsers.flatMap(\.unknownNames)).subtracting(input.header)
            seen.formUnion(late)
            input.header += late.sorted()
            guard input.header.count <= Self.columnsMax else {
                throw TableError(path: block.path, reason: "more than \(Self.columnsMax) columns")
            }
        }
        return ParsedBlock(
            header: input.header, parsers: parsers, kinds: kinds, rows: parsers.reduce(0) { $0 + $1.rows },
            lines: lines,
            seen: seen)
    }
}
