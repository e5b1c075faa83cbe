// Writes .xlsx workbooks through Debian's libxlsxwriter. Texts are written as strings and never become formulas or links.
import CXlsx
package import Foundation
package import RecordKit

/// Writes sheets into one workbook.
package enum WorkbookWriter {
    /// What one cell of a workbook holds; a longer text is cut, and says so.
    package static let cellBytesMax = 32_767
    package static let rowsMax = 1_048_575
    private static let cutMark = " … (cut: a cell holds no more)"

    /// - Parameters:
    ///   - sheets: At least one; names that a workbook refuses are changed.
    ///   - title: The title in the properties of the file.
    ///   - madeAt: The time in the properties of the file.
    /// - Returns: The bytes of the file. Cost: linear in the cells, about 100,000 of them in a second.
    /// - Throws: ``DocumentError``.
    package static func data(_ sheets: [Sheet], title: String, madeAt: Instant) async throws -> Data {
        try await WorkFolder.with { folder in
            let file = folder.appendingPathComponent("book.xlsx")
            var options = lxw_workbook_options()
            // Rows go to the disk as they come, in the folder that is removed afterwards.
            let error = folder.path.withCString { path in
                options.tmpdir = UnsafeMutablePointer(mutating: path)
                return write(sheets, title, madeAt, to: file.path, &options)
            }
            guard error == LXW_NO_ERROR else {
                throw DocumentError.failed(String(cString: lxw_strerror(error)))
            }
            return try Data(contentsOf: file)
        }
    }

    private static func write(
        _ sheets: [Sheet], _ title: String, _ madeAt: Instant, to path: String, _ options: inout lxw_workbook_options
    ) -> lxw_error {
        guard let book = workbook_new_opt(path, &options) else { return LXW_ERROR_MEMORY_MALLOC_FAILED }
        var failed = LXW_NO_ERROR
        title.withMutableCString { title in
            var properties = lxw_doc_properties()
            properties.title = title
            properties.created = Int(madeAt.millisecondsSince1970 / 1000)
            note(workbook_set_properties(book, &properties), &failed)
        }
        let head = workbook_add_format(book)
        format_set_bold(head)
        format_set_text_wrap(head)
        format_set_align(head, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        format_set_bottom(head, UInt8(LXW_BORDER_THIN.rawValue))
        let plain = workbook_add_format(book)
        format_set_text_wrap(plain)
        format_set_align(plain, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        let day = workbook_add_format(book)
        format_set_num_format(day, "yyyy-mm-dd")
        format_set_align(day, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        var names: Set<String> = []
        for sheet in sheets {
            guard let page = workbook_add_worksheet(book, name(sheet.name, &names)) else {
                note(LXW_ERROR_SHEETNAME_ALREADY_USED, &failed)
                continue
            }
            for (n, column) in sheet.columns.enumerated() {
                note(worksheet_set_column(page, UInt16(n), UInt16(n), Double(column.width), nil), &failed)
                note(worksheet_write_string(page, 0, UInt16(n), fitting(column.title), head), &failed)
            }
            worksheet_freeze_panes(page, 1, 0)
            worksheet_set_landscape(page)
            worksheet_set_paper(page, 9)
            worksheet_fit_to_pages(page, 1, 0)
            note(worksheet_repeat_rows(page, 0, 0), &failed)
            if !sheet.columns.isEmpty {
                note(
                    worksheet_autofilter(page, 0, 0, UInt32(sheet.rows.count), UInt16(sheet.columns.count - 1)),
                    &failed)
            }
            for (r, row) in sheet.rows.enumerated() {
                guard r < rowsMax else {
                    note(LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE, &failed)
                    break
                }
                for (n, cell) in row.enumerated() {
                    let (r, n) = (UInt32(r + 1), UInt16(n))
                    switch cell {
                    case .text(let text): note(worksheet_write_string(page, r, n, fitting(text), plain), &failed)
                    case .number(let number): note(worksheet_write_number(page, r, n, number, plain), &failed)
                    case .day(let value):
                        // Workbooks know no day before 1900, and count from 1899-12-30 from March of that year on.
                        let number = value.daysSince1970 + 25_569
                        note(
                            number > 60
                                ? worksheet_write_number(page, r, n, Double(number), day)
                                : worksheet_write_string(page, r, n, value.description, plain), &failed)
                    case .empty: break
                    }
                }
            }
        }
        note(workbook_close(book), &failed)
        return failed
    }

    /// Keeps the first error.
    private static func note(_ error: lxw_error, _ failed: inout lxw_error) {
        if failed == LXW_NO_ERROR { failed = error }
    }

    private static func fitting(_ text: String) -> String {
        guard text.utf8.count > cellBytesMax else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: cellBytesMax - cutMark.utf8.count)
        while end.samePosition(in: text) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + cutMark
    }

    /// A name that a workbook takes: 1 to 31 characters without []:*?/\ or apostrophes at its ends, each name once.
    private static func name(_ wanted: String, _ names: inout Set<String>) -> String {
        let plain = String(wanted.map { "[]:*?/\\'".contains($0) ? "-" : $0 }).trimmingCharacters(in: .whitespaces)
        let base = plain.isEmpty ? "Sheet" : plain
        var name = String(base.prefix(31))
        var number = 2
        while !names.insert(name.lowercased()).inserted {
            let suffix = " (\(number))"
            name = base.prefix(31 - suffix.count) + suffix
            number += 1
        }
        return name
    }
}

extension String {
    /// Lends the text to C, which wants a pointer that it could write to and does not.
    fileprivate func withMutableCString<T>(_ body: (UnsafeMutablePointer<CChar>) -> T) -> T {
        withCString { body(UnsafeMutablePointer(mutating: $0)) }
    }
}
