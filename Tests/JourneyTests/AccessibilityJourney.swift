import Foundation
import TestKit
import Testing
import WebUI

/// WCAG 2.2, level AA, as far as a program can tell: axe-core looks at every kind of page, in both appearances and at
/// the width of a phone.
///
/// `./test` installs axe-core into `.build/python-tools`; without it this test fails and says so.
@Suite(.serialized, .inBrowser) struct AccessibilityJourney {
    /// Routes that no page stands behind: they take a form, send on, or answer with a file.
    private static let withoutPage: Set<Link.Route> = [
        .signOut, .theme, .switchOrganisation, .assessmentNow, .assessmentChanges, .answerRow, .invite, .endAccess,
        .resetLink, .resetAnyLink, .retryJob, .discardJob, .revokeToken, .pack, .entryProof, .entryLeaf, .view, .undo,
        .file, .asset,
        .importMapping, .importApply, .importDiscard, .importReport, .csv, .bulk, .archive, .restore, .transition,
        .restoreValues, .gapsNow, .gapTasks, .adoptControls, .mergeControls, .applyLibrary, .pathScope, .pathConfirm,
        .pathTasks, .acceptProjection, .statementVerb, .statementFile, .sectionStep, .comparisonCSV, .importTemplate,
    ]
    /// Pages that no link of a working organisation leads to.
    private static let elsewhere: Set<Link.Route> = [.setUp, .invitation, .importJob, .erasurePreview]
    /// Pages of one kind that are looked at: lists and records of every type, and one of the others.
    private static let pagesMax: [Link.Route: Int] = [.list: 60, .record: 60, .new: 6, .edit: 6]

    private struct Fault: Decodable, Sendable, Equatable, CustomStringConvertible {
        let id: String
        let impact: String?
        let help: String
        let targets: [String]
        var description: String { "\(id) (\(impact ?? "")): \(help): \(targets.prefix(4).joined(separator: " | "))" }
    }

    private static func axe() throws -> String {
        let tools = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(".build/python-tools/lib")
        let versions = try FileManager.default.contentsOfDirectory(atPath: tools.path)
        let file = try #require(
            versions.map {
                tools.appendingPathComponent("\($0)/site-packages/axe_playwright_python/axe.min.js")
            }.first { FileManager.default.fileExists(atPath: $0.path) }, "run ./test, which installs axe-core")
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// What axe-core calls serious or critical, and every breach of a rule of WCAG 2.2.
    private func faults(_ browser: BrowserSession, _ axe: String, onlyColours: Bool = false) async throws -> [Fault] {
        let rules =
            onlyColours
            ? "{type: 'rule', values: ['color-contrast']}"
            : "{type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
        return try await browser.execute(
            """
            if (!window.axe) { \(axe) }
            return axe.run(document, {runOnly: \(rules), resultTypes: ['violations']}).then(found => found.violations
              .filter(v => ['serious', 'critical'].includes(v.impact) || v.tags.includes('wcag22aa'))
              .map(v => ({id: v.id, impact: v.impact, help: v.help, targets: v.nodes.map(n => n.target.join(' '))})));
            """)
    }

    private func links(_ browser: BrowserSession) async throws -> [String] {
        try await browser.execute(
            """
            return [...document.querySelectorAll('a[href]')].filter(a => a.origin === location.origin)
              .map(a => a.pathname + a.search);
            """)
    }

    /// The kind of page that an address leads to: its route, and the record type for the derived ones.
    private func kind(_ address: String) -> (route: Link.Route, name: String)? {
        guard let link = Link(address) else { return nil }
        let plural = address.split(separator: "/").first.map { String($0.prefix { $0 != "?" }) } ?? ""
        let isDerived = [Link.Route.list, .record, .new, .edit].contains(link.route)
        return (link.route, isDerived ? "\(link.route.rawValue) \(plural)" : link.route.rawValue)
    }

    @Test func noPageHasASeriousFaultInLightDarkOrOnAPhone() async throws {
        let axe = try Self.axe()
        let demo = try await RunningServer.demo.copy()
        let server = try await RunningServer(folder: demo.folder)
        let token = try await server.token("ines.hartmann@meridian-credit.example")
        for version in 1...2 {
            let file = """
                framework: house-rules
                name: House rules
                version: \(version)
                items:
                  - id: '1'
                    title: Lock up, rule \(version)
                """
            let answer = try await server.send(
                "POST", "/api/v1/libraries?apply=true&name=house.yaml", token: token, body: file,
                mediaType: "application/yaml")
            #expect(answer.status < 300, "\(String(decoding: answer.body, as: UTF8.self))")
        }
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            // A colour on its way to another one is none of either appearance.
            try await browser.setEmulatedMedia(["prefers-reduced-motion": "reduce"])
            try await browser.navigate(to: server.base + "/sign-in")
            #expect(try await faults(browser, axe) == [], "/sign-in")
            // The server's administrator has two pages more.
            try await browser.signIn(to: server, "tomasz.zielinski@meridian-credit.example")
            for own in [Link.hosted().href, Link.jobs().href] {
                try await browser.navigate(to: server.base + own)
                #expect(try await faults(browser, axe) == [], "\(own), light")
                try await look(browser, axe, own)
            }
            try await browser.deleteCookies()
            try await browser.signIn(to: server, "ines.hartmann@meridian-credit.example")
            try await browser.navigate(to: server.base + "/assessment")
            let comparison = try await browser.url().replacingOccurrences(of: server.base, with: "")
                .replacingOccurrences(of: "/rows", with: "/comparison")
            // Where forms lead.
            var waiting = ["/", "/search?q=access", "/reports/document", comparison]
            var seen: Set<String> = [Link.Route.signIn.rawValue]
            var perRoute: [Link.Route: Int] = [.hosted: 1, .jobs: 1, .search: 1, .report: 1, .comparison: 1]
            while let address = waiting.popLast() {
                try await browser.navigate(to: server.base + address)
                #expect(try await faults(browser, axe) == [], "\(address), light")
                try await look(browser, axe, address)
                for next in try await links(browser) {
                    guard let (route, name) = kind(next), !Self.withoutPage.contains(route), !seen.contains(name),
                        perRoute[route, default: 0] < Self.pagesMax[route] ?? 1
                    else { continue }
                    seen.insert(name)
                    perRoute[route, default: 0] += 1
                    waiting.insert(next, at: 0)
                }
            }
            let wanted = Set(Link.Route.allCases).subtracting(Self.withoutPage).subtracting(Self.elsewhere)
            let missed = wanted.subtracting(perRoute.keys).subtracting([.signIn, .overview])
            #expect(missed == [], "no link leads to them")
        }
        await server.stop()
    }

    /// The page in the dark, and at 390 pixels, where nothing may stand out to the side.
    private func look(_ browser: BrowserSession, _ axe: String, _ address: String) async throws {
        let _: Bool = try await browser.execute("document.documentElement.dataset.theme = 'dark'; return true")
        #expect(try await faults(browser, axe, onlyColours: true) == [], "\(address), dark")
        let _: Bool = try await browser.execute("document.documentElement.dataset.theme = 'light'; return true")
        try await browser.setEmulatedWidth(390, touch: true)
        let width: Int = try await browser.execute("return document.documentElement.scrollWidth")
        #expect(width <= 390, "\(address) is \(width) pixels wide on a phone")
        #expect(try await faults(browser, axe) == [], "\(address), phone")
        try await browser.setEmulatedWidth(1440, height: 1000)
    }
}
