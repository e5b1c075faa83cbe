import Foundation
import TestKit
import Testing

/// From nothing to the first answer, as `./run --empty` begins: the link that the server prints, in a real browser.
@Suite(.serialized, .inBrowser) struct SetUpJourney {
    @Test(arguments: Backend.allCases)
    func theSetUpLinkLeadsToTheFirstAnswer(_ backend: Backend) async throws {
        let empty = try await DemoFolder.nothing(on: backend)
        let server = try await RunningServer(folder: empty.folder, database: empty.database, isEmpty: true)
        let printed = try await server.line { $0.contains("/set-up/") }.trimmingCharacters(in: .whitespaces)
        let link = printed.replacingOccurrences(of: server.nodes[0], with: server.base)
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            try await browser.navigate(to: link)
            for (name, value) in [
                ("organisation", "Lakeside Insurance"), ("name", "Mira Okafor"), ("email", "mira@lakeside.example"),
                ("password", "four quiet green lakes"),
            ] { try await browser.find("input[name=\(name)]").type(value) }
            let zone = try await browser.find("input[name=timeZone]")
            try await zone.clear()
            try await zone.type("Africa/Lagos")
            try await browser.find("form.card button[type=submit]").click()
            _ = try await browser.waitFor("nav.nav", within: .seconds(20))
            let overview: String = try await browser.execute("return document.body.textContent")
            #expect(overview.contains("Lakeside Insurance") && overview.contains("Mira Okafor"))
            // Both standards are adopted, and nothing is assessed yet.
            try await browser.navigate(to: server.base + "/frameworkAdoptions")
            let adopted: String = try await browser.execute("return document.querySelector('main').textContent")
            #expect(adopted.contains("ISO/IEC 42001:2023") && adopted.contains("ISO/IEC 27001:2022"))
            try await browser.navigate(to: server.base + "/assessment")
            _ = try await browser.waitFor("[data-rows]")
            let saved: String = try await browser.execute(
                "return document.querySelector('#row-clause-5-1 .save').textContent")
            #expect(saved == "Not answered yet")
            // The first answer, by keyboard, moves both standards.
            let _: Bool = try await browser.execute("document.querySelector('#row-clause-5-1').focus(); return true")
            try await browser.type("1")
            try await browser.wait(for: "saved in both standards", within: .seconds(20)) {
                let shown: [String] = try await browser.execute(
                    """
                    return ['iso42001-2023', 'iso27001-2022'].map((key) =>
                      document.querySelector(`#posture-${key} a[href*="shown=conform"]`)?.textContent ?? '')
                    """)
                return shown.allSatisfy { $0.prefix { $0.isNumber } == "1" }
            }
            try await browser.reload()
            let after: String = try await browser.execute(
                "return document.querySelector('#row-clause-5-1 .save').textContent")
            #expect(after == "Saved")
            // The link worked once.
            try await browser.deleteCookies()
            try await browser.navigate(to: link)
            let again: String = try await browser.execute("return document.body.textContent")
            #expect(again.contains("This link is not good"))
        }
        await server.stop()
        let (status, text) = try await empty.verify()
        #expect(status == 0, "\(text)")
        #expect(text.contains("Everything fits."))
    }

    @Test func anOperatorsLinkIsAWholeAddressWhereTheServersIsKnown() async throws {
        let demo = try await RunningServer.demo.copy()
        func link(_ arguments: String..., environment: [String: String] = [:]) async throws -> (Int32, String) {
            let process = try ChildProcess(
                RunningServer.program,
                arguments: ["user", "link", "ines.hartmann@meridian-credit.example", "--data", demo.folder.path]
                    + arguments, environment: environment)
            guard case .status(let status) = try await process.waitForExit(within: .seconds(60)) else {
                return (-1, "")
            }
            return (status, (process.lines() + process.lines(of: .errors)).joined(separator: "\n"))
        }
        let bare = try await link()
        #expect(bare.0 == 0 && bare.1.hasPrefix("/welcome/"), "\(bare)")
        let given = try await link("--base-url", "https://concord.example.org/")
        #expect(given.0 == 0 && given.1.hasPrefix("https://concord.example.org/welcome/"), "\(given)")
        let known = try await link(environment: ["CONCORD_URL": "http://127.0.0.1:9"])
        #expect(known.0 == 0 && known.1.hasPrefix("http://127.0.0.1:9/welcome/"), "\(known)")
        let bad = try await link("--base-url", "concord.example.org")
        #expect(bad.0 == 2, "\(bad)")
        let (status, text) = try await RunningServer.run("ledger", "verify", "--data", demo.folder.path)
        #expect(status == 0, "\(text)")
    }
}
