// A table that is made to be read in a spreadsheet: the same rows as XLSX and as CSV.
package import RecordKit

/// One sheet: titles of columns and rows of cells below them.
package struct Sheet: Sendable {
    package struct Column: Sendable {
        package let title: String
        /// In characters of the usual font; longer texts are wrapped.
        package let width: Int
        package init(_ title: String, width: Int) {
            self.title = title
            self.width = width
        }
    }

    package enum Cell: Sendable, Hashable {
        case text(String)
        case number(Double)
        case day(Day)
        /// Unknown, and nothing else: zero is a number.
        case empty
    }

    /// At most 31 characters are shown.
    package let name: String
    package let columns: [Column]
    package var rows: [[Cell]]
    package init(name: String, columns: [Column], rows: [[Cell]] = []) {
        self.name = name
        self.columns = columns
        self.rows = rows
    }

    /// The table as CSV (RFC 4180, UTF-8); texts that a spreadsheet would run are disarmed.
    package var csv: [UInt8] {
        var bytes: [UInt8] = []
        CSV.append(columns.map { CSV.disarmed($0.title) }, to: &bytes)
        for row in rows {
            let cells = row.map { cell in
                switch cell {
                case .text(let text): CSV.disarmed(text)
                case .number(let number): Self.plain(number)
                case .day(let day): "\(day)"
                case .empty: ""
                }
            }
            CSV.append(cells, to: &bytes)
        }
        return bytes
    }

    private static func plain(_ number: Double) -> String {
        Int(exactly: number).map { String($0) } ?? String(number)
    }
}
