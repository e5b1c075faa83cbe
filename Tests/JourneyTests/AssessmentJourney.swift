import Foundation
import TestKit
import Testing

/// What people do in a browser, in a real one.
@Suite(.serialized, .inBrowser) struct AssessmentJourney {
    /// The path of the present assessment.
    private func assessment(_ browser: BrowserSession, _ base: String) async throws -> String {
        try await browser.navigate(to: base + "/assessment")
        _ = try await browser.waitFor("[data-rows]")
        return try await browser.url()
    }

    /// The number of conform items of a standard, as the page shows it.
    private func conform(_ browser: BrowserSession, _ standard: String) async throws -> Int {
        let text: String = try await browser.execute(
            "return document.querySelector('#posture-\(standard) a[href*=\"shown=conform\"]').textContent")
        guard let number = Int(text.prefix { $0.isNumber }) else { throw JourneyError.unexpected(text) }
        return number
    }

    /// Rows that take one answer for both standards, in order.
    private let sharedRows = [
        "clause-4-2", "clause-5-1", "clause-5-3", "clause-6-3", "clause-7-1", "clause-9-3-1", "clause-7-4",
        "clause-7-5-1", "clause-7-5-2", "clause-9-2-1",
    ]

    private func focus(_ browser: BrowserSession, _ row: String) async throws {
        let _: Bool = try await browser.execute("document.querySelector('#row-\(row)').focus(); return true")
    }

    private func isChecked(_ browser: BrowserSession, _ row: String, _ value: String) async throws -> Bool {
        try await browser.execute(
            "return !!document.querySelector('#row-\(row) input[value=\"\(value)\"]:checked')")
    }

    private func isSaved(_ browser: BrowserSession, _ row: String) async throws -> Bool {
        try await browser.execute(
            """
            const row = document.querySelector('#row-\(row)');
            return !!row && !row.matches('[data-busy], .saving, [aria-busy=true]')
              && !!row.querySelector('.save') && !/ing/.test(row.querySelector('.save').textContent);
            """)
    }

    @Test(arguments: Backend.allCases)
    func tenSharedRowsAreAnsweredByKeyboardAndBothStandardsMove(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            try await browser.signIn(to: server, "ines.hartmann@meridian-credit.example")
            _ = try await assessment(browser, server.base)
            // Everything from nonconform to conform, so that both counts must rise by ten.
            for row in sharedRows {
                try await focus(browser, row)
                try await browser.type("3")
                try await browser.wait(for: "\(row) nonconform") { try await isChecked(browser, row, "nonconform") }
                try await browser.wait(for: "\(row) saved") { try await isSaved(browser, row) }
            }
            try await browser.reload()
            let before = (
                try await conform(browser, "iso42001-2023"), try await conform(browser, "iso27001-2022")
            )
            for row in sharedRows {
                try await focus(browser, row)
                try await browser.type("1")
                try await browser.wait(for: "\(row) conform") { try await isChecked(browser, row, "conform") }
                try await browser.wait(for: "\(row) saved") { try await isSaved(browser, row) }
            }
            try await browser.wait(for: "both counts live") {
                let now = (
                    try await conform(browser, "iso42001-2023"), try await conform(browser, "iso27001-2022")
                )
                return now == (before.0 + 10, before.1 + 10)
            }
            try await browser.reload()
            #expect(try await conform(browser, "iso42001-2023") == before.0 + 10, "and on disk")
            #expect(try await conform(browser, "iso27001-2022") == before.1 + 10)
            let errors = try await browser.console().filter { $0.level == "SEVERE" }
            #expect(errors.isEmpty, "\(errors)")
        }
        await server.stop()
        let (status, text) = try await demo.verify()
        #expect(status == 0, "\(text)")
    }

    @Test(arguments: Backend.allCases)
    func twoPeopleOnOneRowAndOnNeighbouringRowsLoseNothing(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        try await WebDriver.run { driver in
            let one = try await driver.openSession(width: 1440, height: 1000)
            let two = try await driver.openSession(width: 1440, height: 1000)
            try await one.signIn(to: server, "ines.hartmann@meridian-credit.example")
            try await two.signIn(to: server, "ines.hartmann@meridian-credit.example")
            _ = try await assessment(one, server.base)
            _ = try await assessment(two, server.base)
            // Neighbours at once: both stay.
            try await focus(one, "clause-5-1")
            try await focus(two, "clause-5-3")
            async let first: Void = one.type("2")
            async let second: Void = two.type("3")
            _ = try await (first, second)
            try await one.wait(for: "first saved") { try await isSaved(one, "clause-5-1") }
            try await two.wait(for: "second saved") { try await isSaved(two, "clause-5-3") }
            try await one.wait(for: "each sees the other", within: .seconds(20)) {
                try await isChecked(one, "clause-5-3", "nonconform")
            }
            try await two.wait(for: "each sees the other", within: .seconds(20)) {
                try await isChecked(two, "clause-5-1", "partly")
            }
            // The same row: the page of the second is older than the first one's answer.
            let _: Bool = try await two.execute(
                "Object.defineProperty(document, 'hidden', {value: true}); return true")
            try await focus(one, "clause-6-3")
            try await one.type("3")
            try await one.wait(for: "saved") { try await isSaved(one, "clause-6-3") }
            try await focus(two, "clause-6-3")
            try await two.type("2")
            try await two.wait(for: "a conflict that shows both") {
                let text: String = try await two.execute(
                    "return document.querySelector('#row-clause-6-3').textContent")
                return text.contains("Nonconform") && text.contains("Partly")
            }
            try await one.reload()
            #expect(
                try await isChecked(one, "clause-6-3", "nonconform"), "the first answer stands until someone chooses")
            #expect(try await isChecked(one, "clause-5-1", "partly"))
        }
        await server.stop()
    }

    @Test(arguments: Backend.allCases)
    func anAnswerIsGivenWithoutScript(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            try await browser.signIn(to: server, "ines.hartmann@meridian-credit.example")
            let url = try await assessment(browser, server.base)
            try await browser.setScripting(enabled: false)
            try await browser.navigate(to: url)
            try await browser.find("#row-clause-5-3 label:has(input[value=partly])").click()
            try await browser.find("#row-clause-5-3 button[type=submit]").click()
            try await browser.setScripting(enabled: true)
            try await browser.navigate(to: url)
            #expect(try await isChecked(browser, "clause-5-3", "partly"))
        }
        await server.stop()
    }
}
