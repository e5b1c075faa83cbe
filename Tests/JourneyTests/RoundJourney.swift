import Foundation
import TestKit
import Testing

/// A round of assessment with two people: a section in other hands, the Statement of Applicability, the next year.
@Suite(.serialized, .inBrowser) struct RoundJourney {
    private static let lead = "ines.hartmann@meridian-credit.example"
    private static let management = "charlotte.brandt@meridian-credit.example"

    private func holds(_ browser: BrowserSession, _ script: String) async throws -> Bool {
        try await browser.execute("return !!(\(script))")
    }

    /// Presses a button out from under the head of the page, which stays in sight.
    private func press(_ browser: BrowserSession, _ css: String) async throws {
        let button = try await browser.waitFor(css)
        let _: Bool = try await browser.execute(
            "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' }); return true", [.string(css)])
        try await button.click()
    }

    private func choose(_ browser: BrowserSession, _ css: String, text: String) async throws {
        let isThere: Bool = try await browser.execute(
            """
            const select = document.querySelector(arguments[0]);
            const option = [...select.options].find(o => o.textContent.includes(arguments[1]));
            if (!option) return false;
            select.value = option.value; select.dispatchEvent(new Event('change', { bubbles: true })); return true
            """, [.string(css), .string(text)])
        #expect(isThere, "\(text) cannot be chosen in \(css)")
    }

    private func answer(_ browser: BrowserSession, _ row: String, _ key: String, _ value: String) async throws {
        let _: Bool = try await browser.execute("document.querySelector('#row-\(row)').focus(); return true")
        try await browser.type(key)
        try await browser.wait(for: "\(row) \(value), saved") {
            try await holds(
                browser,
                """
                (row => row.querySelector('input[value=\(value)]:checked') && !row.matches('.saving, [aria-busy=true]')
                  && !/ing/.test(row.querySelector('.save')?.textContent ?? ''))
                  (document.querySelector('#row-\(row)'))
                """)
        }
    }

    /// What the browser would save.
    private func download(_ browser: BrowserSession, _ path: String) async throws -> Data {
        let base64: String = try await browser.execute(
            """
            return fetch(arguments[0]).then(r => r.ok ? r.blob() : Promise.reject(r.status)).then(blob =>
              new Promise(done => {
                const reader = new FileReader();
                reader.onload = () => done(reader.result.split(',')[1]);
                reader.readAsDataURL(blob);
              }));
            """, [.string(path)])
        return try #require(Data(base64Encoded: base64))
    }

    /// Runs a program of the system and returns what it printed.
    private func run(_ program: String, _ arguments: String..., limit: Duration = .seconds(120)) async throws -> String
    {
        let process = try ChildProcess(program, arguments: arguments)
        let exit = try await process.waitForExit(within: limit)
        let text = (process.lines() + process.lines(of: .errors)).joined(separator: "\n")
        #expect(exit == .status(0), "\(program): \(text)")
        return text
    }

    @Test(arguments: Backend.allCases)
    func aRoundWithTwoPeopleFromDelegationToTheNextYear(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        try await WebDriver.run { driver in
            let ines = try await driver.openSession(width: 1440, height: 1000)
            let charlotte = try await driver.openSession(width: 1440, height: 1000)
            try await ines.signIn(to: server, Self.lead)
            try await charlotte.signIn(to: server, Self.management)
            try await ines.navigate(to: server.base + "/assessment")
            _ = try await ines.waitFor("[data-rows]")
            let rows = try await ines.url()
            let assessment = rows.replacingOccurrences(of: "/rows", with: "")
            try await delegation(ines, charlotte, assessment)
            try await statement(ines, charlotte, server, demo.folder)
            try await nextYear(ines, assessment)
            for browser in [ines, charlotte] {
                let errors = try await browser.console().filter { $0.level == "SEVERE" }
                #expect(errors.isEmpty, "\(errors)")
            }
        }
        await server.stop()
        let (status, text) = try await demo.verify()
        #expect(status == 0, "\(text)")
    }

    /// Clause 5 in the hands of top management: answered, returned, answered again, accepted.
    private func delegation(
        _ ines: BrowserSession, _ charlotte: BrowserSession, _ assessment: String
    ) async throws {
        try await ines.navigate(to: assessment + "/sections")
        let field: String = try await ines.execute(
            """
            return [...document.querySelectorAll('[aria-labelledby=h-delegate] label')]
              .find(label => /Leadership/.test(label.textContent)).htmlFor
            """)
        try await choose(ines, "[id='\(field)']", text: "Charlotte Brandt")
        try await choose(ines, "[aria-labelledby=h-delegate] select[name=reviewer]", text: "Ines Hartmann")
        try await ines.find("[aria-labelledby=h-delegate] textarea[name=note]").type(
            "The policy was renewed in spring.")
        try await press(ines, "[aria-labelledby=h-delegate] button[type=submit]")
        _ = try await ines.waitFor("[aria-labelledby=h-delegated] tbody tr")

        try await charlotte.navigate(to: assessment + "/rows")
        _ = try await charlotte.waitFor("[aria-labelledby=h-own-sections]")
        try await answer(charlotte, "clause-5-1", "3", "nonconform")
        try await press(charlotte, "[aria-labelledby=h-own-sections] button[value=submit]")
        try await charlotte.wait(for: "nothing left in her hands") {
            try await holds(
                charlotte, "!document.querySelector('[aria-labelledby=h-own-sections] button[value=submit]')")
        }
        // What is submitted is not answered any more.
        #expect(
            try await holds(charlotte, "!document.querySelector('#row-clause-5-1 input[type=radio]:enabled')"))

        try await ines.navigate(to: assessment + "/sections")
        try await ines.waitFor("[aria-labelledby=h-delegated] input[name=reason]").type(
            "The minutes of March are missing.")
        try await press(ines, "[aria-labelledby=h-delegated] button[value=return]")
        _ = try await ines.waitFor("[aria-labelledby=h-delegated]")
        try await charlotte.reload()
        try await answer(charlotte, "clause-5-1", "1", "conform")
        try await press(charlotte, "[aria-labelledby=h-own-sections] button[value=submit]")
        try await charlotte.wait(for: "submitted again") {
            try await holds(
                charlotte, "!document.querySelector('[aria-labelledby=h-own-sections] button[value=submit]')")
        }
        try await ines.navigate(to: assessment + "/sections")
        try await press(ines, "[aria-labelledby=h-delegated] button[value=accept]")
        try await ines.wait(for: "accepted") {
            try await holds(
                ines, "document.querySelector('[aria-labelledby=h-delegated]').textContent.includes('Accepted')")
        }
    }

    /// Submitted by the one, approved by the other; the files open in programs that are not ours.
    private func statement(
        _ ines: BrowserSession, _ charlotte: BrowserSession, _ server: RunningServer, _ folder: URL
    ) async throws {
        let page = server.base + "/statements/iso27001-2022"
        let left = try await ines.url()
        try await ines.navigate(to: page)
        // Live updates may show what was accepted before the page's own script has its answer and loads the page anew,
        // which takes the place of the way that was begun here.
        if try await ines.url() == left { try await ines.navigate(to: page) }
        try await ines.waitFor("form[action$='/verbs/submit'] [name=note]").type("After the round of this year.")
        try await press(ines, "form[action$='/verbs/submit'] button[type=submit]")
        try await ines.wait(for: "it waits for somebody else") {
            try await holds(
                ines,
                """
                !document.querySelector("form[action$='/verbs/submit']")
                && document.body.textContent.includes('Whoever submitted a version does not approve it.')
                """)
        }
        #expect(try await holds(ines, "!document.querySelector(\"form[action$='/verbs/approve'] button\")"))
        try await charlotte.navigate(to: page)
        try await press(charlotte, "form[action$='/verbs/approve'] button[type=submit]")
        try await charlotte.wait(for: "version 2 approved") {
            try await holds(
                charlotte,
                """
                !document.querySelector("form[action$='/verbs/approve']")
                && /Version 2.*Charlotte Brandt/.test(document.querySelector('main').textContent)
                """)
        }
        let pdf = folder.appendingPathComponent("statement.pdf")
        try await download(charlotte, "/statements/iso27001-2022/files/pdf?version=2").write(to: pdf)
        let text = try await run("/usr/bin/pdftotext", "-layout", pdf.path, "-")
        for words in ["Statement of Applicability", "Charlotte Brandt", "Ines Hartmann", "A.5.1", "A.8.34"] {
            #expect(text.contains(words), "the PDF lacks \(words)")
        }
        let workbook = folder.appendingPathComponent("statement.xlsx")
        try await download(charlotte, "/statements/iso27001-2022/files/xlsx?version=2").write(to: workbook)
        // Its own profile: another one may be in use.
        _ = try await run(
            "/usr/bin/soffice", "-env:UserInstallation=file://\(folder.path)/office", "--headless", "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", folder.path,
            workbook.path)
        let sheets = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix("statement-") && $0.hasSuffix(".csv")
        }
        let cells = try sheets.map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
            .joined()
        for words in ["A.5.1", "A.8.34", "Policies for information security"] {
            #expect(cells.contains(words), "LibreOffice finds no \(words) in \(sheets)")
        }
    }

    /// The next round takes everything over and says so; what is looked at again is told apart.
    private func nextYear(_ ines: BrowserSession, _ assessment: String) async throws {
        try await ines.navigate(to: assessment + "/next")
        try await ines.waitFor("input[name=title]").type("Assessment of the next year")
        try await press(ines, "main form button[type=submit]")
        _ = try await ines.waitFor("#live-origins")
        let rows = try await ines.url()
        #expect(!rows.hasPrefix(assessment + "/"))
        func counts() async throws -> [Int] {
            let text: String = try await ines.execute("return document.querySelector('#live-origins').textContent")
            return text.matches(of: /(\d+) (?:re-assessed|carried over)/).compactMap { Int($0.output.1) }
        }
        let before = try await counts()
        #expect(before.count == 2 && before[0] == 0 && before[1] > 100, "\(before)")
        // One still holds as it was; the other one got worse.
        let _: Bool = try await ines.execute("document.querySelector('#row-clause-7-4').focus(); return true")
        try await ines.type("c")
        try await ines.wait(for: "one row that still holds") { try await counts()[0] > 0 }
        try await answer(ines, "clause-5-1", "3", "nonconform")
        try await ines.wait(for: "both rows of both standards") { try await counts()[0] == 4 }
        #expect(try await counts()[1] == before[1] - 4)
        try await ines.navigate(to: rows.replacingOccurrences(of: "/rows", with: "/comparison"))
        let changed: String = try await ines.waitFor("[aria-labelledby=h-changes]").text()
        #expect(changed.contains("Leadership and commitment") && changed.contains("Re-assessed"), "\(changed)")
    }
}
