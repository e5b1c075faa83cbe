// Reads CSV as it comes, in pieces of any size: RFC 4180 with any line ends, a delimiter that is found or chosen, and
// the encodings that spreadsheets write. It holds one row at a time, whatever the length of the file.

/// A reader that is fed bytes and hands on rows.
package struct CSVReader: Sendable {
    /// Bytes of the first row that are looked at to find the delimiter.
    private static let lookedAtBytesMax = 65_536

    private enum Place { case cellStart, plain, quoted, afterQuote }
    private var text: TextDecoding
    private var delimiter: UInt8?
    private let rowBytesMax: Int
    /// What came before the delimiter was known.
    private var beginning: [UInt8] = []
    private var place = Place.cellStart
    private var cell: [UInt8] = []
    private var cells: [String] = []
    private var line = 1
    private var rowLine = 1
    private var quoteLine = 1
    private var rowBytes = 0
    /// The last byte was a carriage return: a line feed after it belongs to it.
    private var isAfterReturn = false
    private var hasContent = false

    /// - Parameter delimiter: `nil` takes the one that the first row has most of.
    package init(
        delimiter: Delimiter? = nil, encoding: TableEncoding = .automatic, rowBytesMax: Int = TableLimit.rowBytesMax
    ) {
        text = TextDecoding(encoding)
        self.delimiter = delimiter?.byte
        self.rowBytesMax = rowBytesMax
    }

    /// All rows of a file that is in memory.
    /// - Throws: ``TableError``.
    package static func rows(
        _ bytes: [UInt8], delimiter: Delimiter? = nil, encoding: TableEncoding = .automatic
    ) throws -> [TableRow] {
        var reader = CSVReader(delimiter: delimiter, encoding: encoding)
        var rows: [TableRow] = []
        try reader.feed(bytes) { rows.append($0) }
        try reader.finish { rows.append($0) }
        return rows
    }

    /// Takes the next bytes. Lines without any cell are passed over.
    /// - Throws: ``TableError``, or what `row` throws.
    package mutating func feed(_ bytes: [UInt8], _ row: (TableRow) throws -> Void) throws {
        try go(try text.decode(bytes, line: line), row, isEnd: false)
    }

    /// Ends the file.
    package mutating func finish(_ row: (TableRow) throws -> Void) throws {
        try go(try text.finish(line: line), row, isEnd: true)
        if place == .quoted { throw TableError.openQuote(line: quoteLine) }
        if place != .cellStart || !cells.isEmpty { try endRow(row) }
    }

    private mutating func go(_ bytes: [UInt8], _ row: (TableRow) throws -> Void, isEnd: Bool) throws {
        if let delimiter { return try scan(bytes, delimiter, row) }
        beginning += bytes
        guard let found = Self.delimiter(of: beginning, isWhole: isEnd) else { return }
        delimiter = found
        let held = beginning
        beginning = []
        try scan(held, found, row)
    }

    /// The delimiter that the first row has most of, outside quotes; `nil` until the row is whole.
    private static func delimiter(of bytes: [UInt8], isWhole: Bool) -> UInt8? {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        var isRowWhole = isWhole || bytes.count >= lookedAtBytesMax
        for byte in bytes {
            if byte == 0x22 { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == 0x0A || byte == 0x0D {
                isRowWhole = true
                // Empty lines before the header say nothing.
                if !counts.isEmpty { break }
            }
            if Delimiter.allCases.contains(where: { $0.byte == byte }) { counts[byte, default: 0] += 1 }
        }
        guard isRowWhole else { return nil }
        return Delimiter.allCases.map(\.byte).max { counts[$0, default: 0] < counts[$1, default: 0] }
            .flatMap { counts[$0] == nil ? nil : $0 } ?? Delimiter.comma.byte
    }

    private mutating func scan(_ bytes: [UInt8], _ delimiter: UInt8, _ row: (TableRow) throws -> Void) throws {
        for byte in bytes {
            rowBytes += 1
            if rowBytes > rowBytesMax { throw TableError.rowTooLong(line: rowLine, bytesMax: rowBytesMax) }
            if byte == 0 { throw TableError.nul(line: line) }
            let isSecondOfTwo = byte == 0x0A && isAfterReturn
            isAfterReturn = byte == 0x0D
            if place == .quoted {
                if byte == 0x22 {
                    place = .afterQuote
                } else {
                    cell.append(byte)
                    if byte == 0x0D || (byte == 0x0A && !isSecondOfTwo) { line += 1 }
                }
                continue
            }
            switch byte {
            case 0x0A, 0x0D:
                if isSecondOfTwo, place == .cellStart, cells.isEmpty {
                    rowBytes = 0
                    continue
                }
                try endRow(row)
                line += 1
                rowLine = line
            case delimiter:
                try endCell()
                place = .cellStart
                hasContent = true
            case 0x22:
                switch place {
                case .cellStart:
                    place = .quoted
                    quoteLine = line
                    hasContent = true
                case .afterQuote:
                    cell.append(byte)
                    place = .quoted
                case .plain, .quoted: throw TableError.quoteInside(line: line)
                }
            default:
                if place == .afterQuote { throw TableError.textAfterQuote(line: line) }
                cell.append(byte)
                place = .plain
            }
        }
    }

    private mutating func endCell() throws {
        guard let text = String(validating: cell, as: UTF8.self) else { throw TableError.notUTF8(line: rowLine) }
        guard cells.count < TableLimit.columnsMax else {
            throw TableError.tooManyColumns(line: rowLine, columnsMax: TableLimit.columnsMax)
        }
        cells.append(text)
        cell.removeAll(keepingCapacity: true)
    }

    /// A line of nothing at all is no row; a quoted nothing is one.
    private mutating func endRow(_ row: (TableRow) throws -> Void) throws {
        let isRow = hasContent || !cell.isEmpty
        if isRow {
            try endCell()
            try row(TableRow(line: rowLine, cells: cells))
        }
        cells.removeAll(keepingCapacity: true)
        place = .cellStart
        hasContent = false
        rowBytes = 0
    }
}

/// Turns the bytes of a file into UTF-8, piece by piece.
private struct TextDecoding: Sendable {
    private enum Form { case utf8, utf16(isLittleEndian: Bool), windows1252 }
    private let chosen: TableEncoding
    private var form: Form?
    /// Bytes that are not decoded yet: the first few, or half a unit.
    private var held: [UInt8] = []
    private var highSurrogate: UInt16?

    init(_ chosen: TableEncoding) { self.chosen = chosen }

    mutating func decode(_ bytes: [UInt8], line: Int) throws(TableError) -> [UInt8] {
        if form == nil {
            held += bytes
            guard held.count >= 3 else { return [] }
            let beginning = try begin()
            return try decoded(beginning, line: line)
        }
        return try decoded(bytes, line: line)
    }

    mutating func finish(line: Int) throws(TableError) -> [UInt8] {
        var rest: [UInt8] = []
        if form == nil { rest = try decoded(try begin(), line: line) }
        guard held.isEmpty, highSurrogate == nil else { throw .notUTF16(line: line) }
        return rest
    }

    /// Settles the form by the byte order mark and returns what follows it.
    private mutating func begin() throws(TableError) -> [UInt8] {
        let bytes = held
        held = []
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            form = .utf8
            return Array(bytes.dropFirst(3))
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            form = .utf16(isLittleEndian: bytes[0] == 0xFF)
            return Array(bytes.dropFirst(2))
        }
        switch chosen {
        case .automatic, .utf8: form = .utf8
        case .windows1252: form = .windows1252
        case .utf16:
            guard bytes.isEmpty else { throw .noByteOrderMark }
            form = .utf8
        }
        return bytes
    }

    private mutating func decoded(_ bytes: [UInt8], line: Int) throws(TableError) -> [UInt8] {
        switch form {
        case nil, .utf8: return bytes
        case .windows1252:
            var text = ""
            for byte in bytes { text.unicodeScalars.append(Self.windows1252(byte)) }
            return Array(text.utf8)
        case .utf16(let isLittleEndian):
            let all = held + bytes
            held = all.count % 2 == 0 ? [] : [all[all.count - 1]]
            var text = ""
            for at in stride(from: 0, to: all.count - 1, by: 2) {
                let (first, second) = (UInt16(all[at]), UInt16(all[at + 1]))
                let unit = isLittleEndian ? second << 8 | first : first << 8 | second
                try append(unit, to: &text, line: line)
            }
            return Array(text.utf8)
        }
    }

    private mutating func append(_ unit: UInt16, to text: inout String, line: Int) throws(TableError) {
        if let high = highSurrogate {
            guard UTF16.isTrailSurrogate(unit) else { throw .notUTF16(line: line) }
            highSurrogate = nil
            text.unicodeScalars.append(UTF16.decode(UTF16.EncodedScalar([high, unit])))
        } else if UTF16.isLeadSurrogate(unit) {
            highSurrogate = unit
        } else if let scalar = Unicode.Scalar(unit) {
            text.unicodeScalars.append(scalar)
        } else {
            throw .notUTF16(line: line)
        }
    }

    private static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return high[Int(byte) - 0x80]
    }
    /// What Windows-1252 has where ISO 8859-1 has control characters; the five bytes that mean nothing keep theirs.
    private static let high: [Unicode.Scalar] = [
        "\u{20AC}", "\u{81}", "\u{201A}", "\u{192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}", "\u{2C6}",
        "\u{2030}", "\u{160}", "\u{2039}", "\u{152}", "\u{8D}", "\u{17D}", "\u{8F}", "\u{90}", "\u{2018}", "\u{2019}",
        "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}", "\u{2DC}", "\u{2122}", "\u{161}", "\u{203A}",
        "\u{153}", "\u{9D}", "\u{17E}", "\u{178}",
    ]
}
