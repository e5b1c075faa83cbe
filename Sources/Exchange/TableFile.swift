// A file that somebody sends, in pieces, as a table: its rows, its size and its SHA-256, read in one pass.
import Crypto
import Foundation

/// What a file is and how it is to be read.
package struct TableFile: Sendable {
    package enum Format: String, Sendable { case csv, xlsx }
    package let format: Format
    package let delimiter: Delimiter?
    package let encoding: TableEncoding
    /// The sheet of a workbook; `nil` takes the first.
    package let sheet: String?

    package init(
        _ format: Format, delimiter: Delimiter? = nil, encoding: TableEncoding = .automatic, sheet: String? = nil
    ) {
        self.format = format
        self.delimiter = delimiter
        self.encoding = encoding
        self.sheet = sheet
    }

    /// Pushes the bytes of the file into what takes them.
    package typealias Pieces = (_ push: ([UInt8]) async throws -> Void) async throws -> Void

    /// Reads the file and hands on its rows, the header first.
    /// - Returns: Its size in bytes and its SHA-256 in lower-case hexadecimal digits.
    /// - Throws: ``TableError``, or what `pieces` or `row` throw.
    package func read(
        _ pieces: @escaping Pieces, _ row: (TableRow) async throws -> Void
    ) async throws -> (bytes: Int, sha256: String) {
        var hash = SHA256()
        var count = 0
        func take(_ piece: [UInt8]) throws {
            count += piece.count
            guard count <= TableLimit.fileBytesMax else {
                throw TableError.fileTooLong(bytesMax: TableLimit.fileBytesMax)
            }
            hash.update(data: piece)
        }
        switch format {
        case .csv:
            var reader = CSVReader(delimiter: delimiter, encoding: encoding)
            var rows: [TableRow] = []
            try await pieces { piece in
                try take(piece)
                try reader.feed(piece) { rows.append($0) }
                for each in rows { try await row(each) }
                rows.removeAll(keepingCapacity: true)
            }
            try reader.finish { rows.append($0) }
            for each in rows { try await row(each) }
        case .xlsx:
            try await WorkFolder.with { folder in
                let workbook = folder.appendingPathComponent("workbook.xlsx")
                guard FileManager.default.createFile(atPath: workbook.path, contents: nil) else {
                    throw CocoaError(.fileWriteUnknown)
                }
                let file = try FileHandle(forWritingTo: workbook)
                try await pieces { piece in
                    try take(piece)
                    try file.write(contentsOf: piece)
                }
                try file.close()
                try await WorkbookReader.read(workbook, in: folder, sheet: sheet, row)
            }
        }
        let digest = hash.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return (count, digest.joined())
    }
}
