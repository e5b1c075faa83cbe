// Records as CSV (RFC 4180): what spreadsheets open without running anything, and what is read back as it was.
import Foundation
package import RecordKit
package import Storage

/// Writes the records of one type, a page at a time.
package struct CSVRecords: Sendable {
    /// Records that are read and written at once.
    package static let pageRecordsMax = 500
    private let schema: AnySchema
    package init(_ schema: AnySchema) { self.schema = schema }

    /// The first line: `id`, `version`, then the wire names of the fields.
    package var header: [UInt8] {
        var bytes: [UInt8] = []
        CSV.append(["id", "version"] + schema.fields.map(\.name), to: &bytes)
        return bytes
    }

    /// A line for each record. Values have their one text form; texts that a spreadsheet would run are disarmed.
    package func rows(_ records: [StoredRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(records.count * schema.fields.count * 16)
        for record in records {
            let cells = record.values.enumerated().map { position, value -> String in
                // What stands in the fields of an erased record is not what anybody wrote.
                if let erasedAt = record.meta.erasedAt {
                    return position == schema.titlePosition ? "erased on \(erasedAt.day(in: .gmt))" : ""
                }
                switch value {
                // A number is no formula, and a spreadsheet must go on reading it as one.
                case .integer, .decimal: return value.text
                default: return CSV.disarmed(value.text)
                }
            }
            CSV.append([record.id.lowercased, String(record.version)] + cells, to: &bytes)
        }
        return bytes
    }

    /// Reads every page of a list, one after the other, and hands on its lines.
    /// - Parameters:
    ///   - read: The page at a cursor, the first one at `nil`; all of one moment.
    ///   - write: Takes the header, then the lines of each page.
    package func export(
        read: (String?) async throws -> RecordPage, write: ([UInt8]) async throws -> Void
    ) async throws {
        try await write(header)
        var cursor: String?
        repeat {
            let page = try await read(cursor)
            try await write(rows(page.records))
            cursor = page.next
        } while cursor != nil
    }
}

/// How cells and lines are written; ``CSVReader`` reads them.
package enum CSV {
    /// Spreadsheets take a cell that begins so for a formula.
    private static let formulaStarts: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n"]

    /// The text with an apostrophe before what would be a formula. A text that looks disarmed already gets another
    /// one, so that ``armed(_:)`` gives back every text as it was.
    package static func disarmed(_ text: String) -> String { isFormula(text) ? "'\(text)" : text }

    /// The reverse of ``disarmed(_:)``.
    package static func armed(_ text: String) -> String {
        text.unicodeScalars.first == "'" && isFormula(text)
            ? String(text.unicodeScalars.dropFirst()) : text
    }

    private static func isFormula(_ text: String) -> Bool {
        text.unicodeScalars.first { $0 != "'" }.map(formulaStarts.contains) ?? false
    }

    /// Appends one line; cells with commas, quotes, line breaks or spaces at their ends are quoted.
    package static func append(_ cells: [String], to bytes: inout [UInt8]) {
        for (n, cell) in cells.enumerated() {
            if n > 0 { bytes.append(0x2C) }
            let text = cell.utf8
            let isQuoted =
                text.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D } || text.first == 0x20
                || text.last == 0x20 || (cells.count == 1 && text.isEmpty)
            guard isQuoted else {
                bytes.append(contentsOf: text)
                continue
            }
            bytes.append(0x22)
            for byte in text {
                if byte == 0x22 { bytes.append(0x22) }
                bytes.append(byte)
            }
            bytes.append(0x22)
        }
        bytes.append(contentsOf: [0x0D, 0x0A])
    }
}
