// What comes out of a spreadsheet or a CSV file alike: rows of cells with the lines on which they stand.

/// One row of a table.
package struct TableRow: Sendable, Hashable {
    /// The line of the file on which it begins, or the row of the sheet; counted from 1.
    package let line: Int
    package let cells: [String]
    /// Positions of cells that hold a formula; the cell is the value that was last computed.
    package let formulas: [Int]
    package init(line: Int, cells: [String], formulas: [Int] = []) {
        self.line = line
        self.cells = cells
        self.formulas = formulas
    }
}

/// Limits of tables that are read.
package enum TableLimit {
    package static let fileBytesMax = 52_428_800
    /// Rows below the header.
    package static let rowsMax = 100_000
    package static let columnsMax = 200
    /// One row with all its cells: more than the largest valid record needs.
    package static let rowBytesMax = 2_097_152
    /// What a workbook may unpack to.
    package static let unpackedBytesMax = 536_870_912
    package static let cellsMax = 5_000_000
    /// The longest that a workbook may take to read.
    package static let secondsMax = 120
}

/// What stands between two cells.
package enum Delimiter: String, Sendable, CaseIterable {
    case comma, semicolon, tab
    var byte: UInt8 {
        switch self {
        case .comma: 0x2C
        case .semicolon: 0x3B
        case .tab: 0x09
        }
    }
}

/// How the text of a CSV file is encoded.
package enum TableEncoding: String, Sendable, CaseIterable {
    /// UTF-8, or what a byte order mark says.
    case automatic, utf8, utf16, windows1252
}

/// Why a file is no table that can be read. Lines are counted from 1.
package enum TableError: Error, Sendable, Hashable {
    case empty
    case fileTooLong(bytesMax: Int)
    case rowTooLong(line: Int, bytesMax: Int)
    case tooManyRows(rowsMax: Int)
    case tooManyColumns(line: Int, columnsMax: Int)
    case notUTF8(line: Int)
    case notUTF16(line: Int)
    case noByteOrderMark
    case nul(line: Int)
    /// A quoted cell does not end.
    case openQuote(line: Int)
    case textAfterQuote(line: Int)
    /// A quote in a cell that does not begin with one.
    case quoteInside(line: Int)
    case notWorkbook
    /// The format of old spreadsheets, or an encrypted one.
    case oldWorkbook
    case damagedWorkbook(String)
    case unpacksTooLarge(bytes: Int, bytesMax: Int)
    case tooManyCells(cellsMax: Int)
    case tooSlow(secondsMax: Int)
    case noSheet(String, sheets: [String])
    case formulaWithoutValue(line: Int, column: Int)
    /// The package that reads workbooks is not installed.
    case readerMissing
    case readerFailed(String)

    /// What is wrong and what helps.
    package var message: String {
        switch self {
        case .empty: "is empty: there is no header line"
        case .fileTooLong(let most): "has more than \(most) bytes"
        case .rowTooLong(let line, let most): "has a row of more than \(most) bytes, which begins on line \(line)"
        case .tooManyRows(let most): "has more than \(most) rows; split it"
        case .tooManyColumns(let line, let most): "has more than \(most) columns on line \(line)"
        case .notUTF8(let line):
            "is not UTF-8 on line \(line); save it as UTF-8, or say that it is Windows-1252"
        case .notUTF16(let line): "is not UTF-16 somewhere from line \(line) on"
        case .noByteOrderMark: "is said to be UTF-16 and has no byte order mark"
        case .nul(let line):
            "has a NUL byte on line \(line): it is no text, or UTF-16 without a byte order mark"
        case .openQuote(let line): "has a quotation mark on line \(line) that is never closed"
        case .textAfterQuote(let line): "has text behind a closing quotation mark on line \(line)"
        case .quoteInside(let line):
            "has a quotation mark inside an unquoted cell on line \(line); quote the cell and double the mark"
        case .notWorkbook: "is not an .xlsx workbook: it is no ZIP file with a workbook in it"
        case .oldWorkbook: "is an old .xls or an encrypted workbook; save it as .xlsx without a password"
        case .damagedWorkbook(let why): "is a damaged workbook: \(why)"
        case .unpacksTooLarge(let bytes, let most):
            "would unpack to \(bytes) bytes; a workbook may unpack to at most \(most)"
        case .tooManyCells(let most): "has more than \(most) cells"
        case .tooSlow(let most): "took longer than \(most) seconds to read"
        case .noSheet(let name, let sheets):
            "has no sheet “\(name)”; it has \(sheets.map { "“\($0)”" }.joined(separator: ", "))"
        case .formulaWithoutValue(let line, let column):
            "has a formula without a computed value in row \(line), column \(column); open and save it in a spreadsheet"
        case .readerMissing:
            "cannot be read here: workbooks need the Debian package python3-openpyxl; install it, or save as CSV"
        case .readerFailed(let why): "could not be read: \(why)"
        }
    }
}
