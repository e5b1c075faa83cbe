// Documents: what a PDF, a DOCX and a workbook hold, what they may not fetch or run, and what their making may cost.
import Exchange
import Foundation
import RecordKit
import Testing

/// Runs a program of the system over a file that holds `bytes` and returns what it printed.
private func output(of program: String, _ arguments: [String] = [], over bytes: Data, after: [String] = []) throws
    -> String
{
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("concord-doc-\(UUID().uuidString)")
    try bytes.write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments + [file.path] + after
    let said = Pipe()
    process.standardOutput = said
    try process.run()
    let text = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try FileManager.default.removeItem(at: file)
    try #require(process.terminationStatus == 0)
    return text
}

private func page(_ body: String) -> Data {
    Data("<!doctype html><html lang=\"en\"><head><title>Ünïque title</title></head><body>\(body)</body></html>".utf8)
}

/// One red pixel.
private let png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"

@Suite struct RendererTests {
    private let renderer = DocumentRenderer()

    @Test func aPageBecomesAPDFWithItsTitleAndText() async throws {
        let pdf = try await renderer.pdf(
            html: page("<h1>Statement</h1><p>Grüße, 東京</p><img alt=\"\" src=\"data:image/png;base64,\(png)\">"))
        #expect(try output(of: "/usr/bin/pdftotext", over: pdf, after: ["-"]).contains("Grüße"))
        let info = try output(of: "/usr/bin/pdfinfo", over: pdf)
        #expect(info.contains("Ünïque title"))
        #expect(info.contains("Pages:           1"))
    }

    @Test func aPageBecomesADOCXThatOpensAgain() async throws {
        let docx = try await renderer.docx(
            html: page("<h1>Gaps</h1><table><tr><td>A.5.1</td><td>naïve</td></tr></table>"))
        let text = try output(of: "/usr/bin/pandoc", ["--from=docx", "--to=plain"], over: docx)
        #expect(text.contains("Gaps"))
        #expect(text.contains("naïve"))
    }

    @Test func aFileThatIsHandedOverIsShownAndNothingElse() async throws {
        let image = try #require(Data(base64Encoded: png))
        let shown = page("<p>x</p><img alt=\"logo\" src=\"logo.png\">")
        let with = try await renderer.pdf(html: shown, files: ["logo.png": image])
        #expect(try output(of: "/usr/bin/pdfimages", ["-list"], over: with).contains("image"))
        _ = try await renderer.docx(html: shown, files: ["logo.png": image])
        for address in ["logo.png", "file:///etc/hostname", "/etc/hostname", "../x.png", "http://127.0.0.1:9/x.png"] {
            let asking = page("<img alt=\"x\" src=\"\(address)\">")
            await #expect { _ = try await renderer.pdf(html: asking) } throws: { Self.isForeign($0) }
            await #expect { _ = try await renderer.docx(html: asking) } throws: { Self.isForeign($0) }
        }
        await #expect(throws: DocumentError.foreignAddress("<iframe>")) {
            _ = try await renderer.docx(html: page("<iframe src=\"http://127.0.0.1:9/\"></iframe>"))
        }
        // A link is for the reader and fetches nothing.
        _ = try await renderer.docx(html: page("<a href=\"https://example.org/\">there</a>"))
    }

    private static func isForeign(_ error: any Error) -> Bool {
        if case DocumentError.foreignAddress = error { true } else { false }
    }

    @Test(arguments: ["", ".hidden", "a/b.png", "../b.png", "page.html", "ü.png"])
    func aNameThatIsNoFileNameIsRefused(_ name: String) async throws {
        await #expect(throws: DocumentError.badFileName(name)) {
            _ = try await renderer.pdf(html: page("x"), files: [name: Data([1])])
        }
    }

    /// The page takes a processor far longer than the test may: there is an answer only if the program is ended.
    @Test(.timeLimit(.minutes(5))) func whatTakesTooLongIsEnded() async throws {
        let rows = String(repeating: "<table><tr><td>a<td>b<td>c</table>", count: 400_000)
        await #expect(throws: DocumentError.tooSlow(secondsMax: 1)) {
            _ = try await DocumentRenderer(secondsMax: 1).pdf(html: page(rows))
        }
    }

    @Test func whatIsTooLargeIsRefused() async throws {
        await #expect(throws: DocumentError.tooLarge(bytesMax: DocumentRenderer.pageBytesMax)) {
            _ = try await renderer.pdf(html: Data(count: DocumentRenderer.pageBytesMax + 1))
        }
    }

    @Test func whoComesWhenTooManyWaitIsRefused() async throws {
        let one = DocumentRenderer(runningMax: 1, waitingMax: 0)
        let results = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    do {
                        _ = try await one.docx(html: page("x"))
                        return true
                    } catch DocumentError.busy {
                        return false
                    } catch {
                        return nil
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(!results.contains(nil))
        #expect(results.contains(true))
        #expect(results.contains(false))
    }
}

@Suite struct SheetTests {
    private let sheet = Sheet(
        name: "Statement: [27001]", columns: [.init("Control", width: 20), .init("Note", width: 40)],
        rows: [
            [.text("=1+1"), .text("@SUM(A1)")], [.text("http://example.org"), .text("+49")],
            [.number(3), .number(2.5)], [.day(Day(daysSince1970: 20_000)), .empty],
            [.text(String(repeating: "é", count: 20_000)), .text("")],
        ])

    @Test func aWorkbookHoldsTextsAsTextsAndNeverAsFormulas() async throws {
        let book = try await WorkbookWriter.data(
            [sheet, Sheet(name: "Statement- -27001-", columns: [.init("Only", width: 8)])], title: "Both",
            madeAt: Instant(millisecondsSince1970: 1_790_000_000_000))
        let script = """
            import openpyxl, sys
            book = openpyxl.load_workbook(open(sys.argv[1], "rb"))
            print(book.sheetnames, book.properties.title)
            for row in book.worksheets[0].iter_rows():
                for cell in row:
                    print(cell.data_type, cell.hyperlink, repr(cell.value)[:30], len(str(cell.value)))
            """
        let lines = try output(of: "/usr/bin/python3", ["-c", script], over: book)
            .split(separator: "\n").map(String.init)
        #expect(lines[0] == "['Statement- -27001-', 'Statement- -27001- (2)'] Both")
        #expect(
            lines[1...8] == [
                "s None 'Control' 7", "s None 'Note' 4", "s None '=1+1' 4", "s None '@SUM(A1)' 8",
                "s None 'http://example.org' 18", "s None '+49' 3", "n None 3 1", "n None 2.5 3",
            ])
        #expect(lines[9].hasPrefix("d None datetime.datetime(2024, 10, 4"))
        #expect(lines[11].hasPrefix("s None 'éé"))
        let cut = try #require(lines[11].split(separator: " ").last.flatMap { Int($0) })
        #expect(cut > 16_000 && cut < 16_400)
    }

    @Test func aTableAsCSVIsDisarmedAndReadsBack() throws {
        let rows = try CSVReader.rows(sheet.csv)
        #expect(
            rows.map(\.cells).prefix(5) == [
                ["Control", "Note"], ["'=1+1", "'@SUM(A1)"], ["http://example.org", "'+49"], ["3", "2.5"],
                ["2024-10-04", ""],
            ])
    }
}
