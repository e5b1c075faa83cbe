// Reads .xlsx workbooks through a child process: Debian's openpyxl, read-only, bounded in size, cells, memory and time.
// What it writes is CSV, which `CSVReader` reads on; so a workbook, too, is never in memory whole.
package import Foundation

/// One sheet of a workbook as a table.
package enum WorkbookReader {
    private static let memoryBytesMax = 2_147_483_648

    /// Reads a sheet and hands on its rows.
    /// - Parameters:
    ///   - workbook: The file.
    ///   - folder: Where the child process may write; the caller removes it.
    ///   - sheet: The name of the sheet; `nil` takes the first one.
    ///   - row: Takes each row that has any cell; a formula's cell is the value that was computed last.
    /// - Throws: ``TableError``, or what `row` throws.
    package static func read(
        _ workbook: URL, in folder: URL, sheet: String?, _ row: (TableRow) async throws -> Void
    ) async throws {
        let output = folder.appendingPathComponent("sheet.csv")
        try await convert(workbook, to: output, sheet: sheet)
        let file = try FileHandle(forReadingFrom: output)
        // Two cells more than the table's own columns, and no delimiter to be found.
        var reader = CSVReader(delimiter: .comma, encoding: .utf8)
        var rows: [TableRow] = []
        while let piece = try file.read(upToCount: 65_536), !piece.isEmpty {
            try reader.feed([UInt8](piece)) { rows.append(try Self.row($0)) }
            for each in rows { try await row(each) }
            rows.removeAll(keepingCapacity: true)
        }
        try reader.finish { rows.append(try Self.row($0)) }
        for each in rows { try await row(each) }
    }

    private static func row(_ written: TableRow) throws(TableError) -> TableRow {
        guard written.cells.count >= 2, let number = Int(written.cells[0]) else {
            throw .readerFailed("line \(written.line) of its output")
        }
        let formulas = written.cells[1].split(separator: " ").compactMap { Int($0) }
        return TableRow(line: number, cells: Array(written.cells.dropFirst(2)), formulas: formulas)
    }

    private static func convert(_ workbook: URL, to output: URL, sheet: String?) async throws {
        let limits = [
            TableLimit.unpackedBytesMax, TableLimit.cellsMax, TableLimit.rowsMax, TableLimit.secondsMax, memoryBytesMax,
        ]
        guard
            let (process, said) = ChildProcess.python(
                "read_xlsx", [workbook.path, output.path, sheet ?? ""] + limits.map { String($0) })
        else { throw TableError.readerMissing }
        guard try await ChildProcess.run(process, secondsMax: TableLimit.secondsMax) else {
            throw TableError.tooSlow(secondsMax: TableLimit.secondsMax)
        }
        let line = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw refusal(process, line.trimmingCharacters(in: .newlines).components(separatedBy: "\t"), sheet)
        }
    }

    private static func refusal(_ process: Process, _ parts: [String], _ sheet: String?) -> TableError {
        func number(_ at: Int) -> Int { parts.indices.contains(at) ? Int(parts[at]) ?? 0 : 0 }
        guard process.terminationReason == .exit, process.terminationStatus == 3 else {
            return process.terminationReason == .uncaughtSignal
                ? .tooSlow(secondsMax: TableLimit.secondsMax)
                : .readerFailed("the reader ended with \(process.terminationStatus)")
        }
        return switch parts[0] {
        case "missing": .readerMissing
        case "old": .oldWorkbook
        case "notWorkbook": .notWorkbook
        case "unpacks": .unpacksTooLarge(bytes: number(1), bytesMax: TableLimit.unpackedBytesMax)
        case "noSheet": .noSheet(sheet ?? "", sheets: Array(parts.dropFirst()))
        case "cells": .tooManyCells(cellsMax: TableLimit.cellsMax)
        case "rows": .tooManyRows(rowsMax: TableLimit.rowsMax)
        case "formula": .formulaWithoutValue(line: number(1), column: number(2))
        case "memory": .readerFailed("it needs more than \(memoryBytesMax) bytes of memory")
        default: .damagedWorkbook(parts.dropFirst().joined(separator: ": "))
        }
    }
}
