// Workbooks: typed cells, formulas by their last value, and what is no workbook.
import Exchange
import Foundation
import Testing

@Suite struct WorkbookTests {
    /// Runs Python over the path of a new file and returns its bytes.
    private func made(_ script: String) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("concord-book-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("book.xlsx")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", "import sys, zipfile, datetime\npath = sys.argv[1]\n" + script, file.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let bytes = [UInt8](try Data(contentsOf: file))
        try FileManager.default.removeItem(at: folder)
        return bytes
    }

    private func rows(_ bytes: [UInt8], sheet: String? = nil) async throws -> [TableRow] {
        var rows: [TableRow] = []
        let read = try await TableFile(.xlsx, sheet: sheet).read({ try await $0(bytes) }) { rows.append($0) }
        #expect(read.bytes == bytes.count)
        #expect(read.sha256.utf8.count == 64)
        return rows
    }

    @Test func cellsAreTypedAndSheetsChosenByName() async throws {
        let book = try made(
            """
            import openpyxl
            book = openpyxl.Workbook()
            sheet = book.active
            sheet.title = "First"
            sheet.append(["Text", "Number", "Whole", "Day", "Time", "Yes"])
            sheet.append(["ä\\nb", 1.5, 3.0, datetime.date(2026, 12, 31), datetime.datetime(2026, 1, 2, 3, 4, 5), True])
            sheet["A5"] = "below a gap"
            other = book.create_sheet("Zweites Blatt")
            other.append(["x"])
            book.save(path)
            """)
        let first = try await rows(book)
        #expect(
            first.map(\.cells) == [
                ["Text", "Number", "Whole", "Day", "Time", "Yes"],
                ["ä\nb", "1.5", "3", "2026-12-31", "2026-01-02T03:04:05.000Z", "true"], ["below a gap"],
            ])
        #expect(first.map(\.line) == [1, 2, 5])
        #expect(try await rows(book, sheet: "Zweites Blatt").map(\.cells) == [["x"]])
        await #expect(throws: TableError.noSheet("No", sheets: ["First", "Zweites Blatt"])) {
            _ = try await rows(book, sheet: "No")
        }
    }

    /// A workbook of one sheet with these cells.
    private func sheet(_ cells: String) -> String {
        """
        with zipfile.ZipFile(path, "w") as z:
            z.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>')
            z.writestr("_rels/.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')
            z.writestr("xl/workbook.xml", '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>')
            z.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
            z.writestr("xl/worksheets/sheet1.xml", '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>\(cells)</sheetData></worksheet>')
        """
    }

    @Test func aFormulaGivesItsLastValueAndIsNamed() async throws {
        let book = try made(
            sheet("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><f>A1+1</f><v>2</v></c></row>"))
        #expect(try await rows(book) == [TableRow(line: 1, cells: ["1", "2"], formulas: [1])])
        let bare = try made(sheet("<row r=\"3\"><c r=\"B3\"><f>A1+1</f></c></row>"))
        await #expect(throws: TableError.formulaWithoutValue(line: 3, column: 2)) { _ = try await rows(bare) }
    }

    @Test func whatIsNoWorkbookIsNamed() async throws {
        await #expect(throws: TableError.notWorkbook) { _ = try await rows(Array("a,b\n1,2".utf8)) }
        await #expect(throws: TableError.notWorkbook) { _ = try await rows([]) }
        let old: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0, count: 600)
        await #expect(throws: TableError.oldWorkbook) { _ = try await rows(old) }
        let other = try made("with zipfile.ZipFile(path, 'w') as z: z.writestr('a.txt', 'x')")
        await #expect(throws: TableError.notWorkbook) { _ = try await rows(other) }
        let broken = try made("with zipfile.ZipFile(path, 'w') as z: z.writestr('xl/workbook.xml', '<workbook')")
        await #expect {
            _ = try await rows(broken)
        } throws: { error in
            if case .damagedWorkbook = error as? TableError { true } else { false }
        }
    }

    @Test func aZIPBombIsRefusedBeforeItIsUnpacked() async throws {
        let book = try made(
            """
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
                z.writestr("xl/workbook.xml", "<workbook/>")
                with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
                    for _ in range(540): part.write(bytes(1_000_000))
            """)
        #expect(book.count < 10_000_000)
        await #expect(
            throws: TableError.unpacksTooLarge(bytes: 540_000_011, bytesMax: TableLimit.unpackedBytesMax)
        ) { _ = try await rows(book) }
    }

    @Test func aFileOverTheLimitIsRefusedAsItComes() async throws {
        let piece = [UInt8](repeating: 0x61, count: 1_048_576)
        await #expect(throws: TableError.fileTooLong(bytesMax: TableLimit.fileBytesMax)) {
            _ = try await TableFile(.xlsx).read({ push in for _ in 0..<60 { try await push(piece) } }) { _ in }
        }
    }
}
