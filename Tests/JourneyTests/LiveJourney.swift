import Foundation
import TestKit
import Testing

/// Search by keyboard, two people at once, bulk edit and undo, in a real browser.
@Suite(.serialized, .inBrowser) struct LiveJourney {
    private func holds(_ browser: BrowserSession, _ script: String) async throws -> Bool {
        try await browser.execute("return !!(\(script))")
    }

    @Test(arguments: Backend.allCases)
    func theKeyboardFindsAndOpensAControl(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            try await browser.signIn(to: server, "ines.hartmann@meridian-credit.example")
            try await browser.press("k", holding: [.control])
            try await browser.wait(for: "what was changed last") {
                try await holds(browser, "document.querySelector('#finder:popover-open [role=option]')")
            }
            try await browser.type("privileged")
            try await browser.wait(for: "a control") {
                try await holds(browser, "document.querySelector('#finder a[href^=\"/controls/\"]')")
            }
            // Down to the first control, whatever stands before it.
            for _ in 0..<30
            where
                !(try await holds(
                    browser, "document.querySelector('#finder a[href^=\"/controls/\"][aria-selected=true]')"))
            {
                try await browser.press(.down)
            }
            try await browser.press(.enter)
            try await browser.wait(for: "its page") { try await browser.url().contains("/controls/") }
            let errors = try await browser.console().filter { $0.level == "SEVERE" }
            #expect(errors.isEmpty, "\(errors)")
        }
        await server.stop()
    }

    @Test(arguments: Backend.allCases)
    func theSecondPersonSeesTheFirstOnesAnswerAtOnceAndWhoGaveIt(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        try await WebDriver.run { driver in
            let ines = try await driver.openSession(width: 1440, height: 1000)
            let katarzyna = try await driver.openSession(width: 1440, height: 1000)
            try await ines.signIn(to: server, "ines.hartmann@meridian-credit.example")
            try await katarzyna.signIn(to: server, "katarzyna.nowak@meridian-credit.example")
            for browser in [ines, katarzyna] {
                try await browser.navigate(to: server.base + "/assessment")
                _ = try await browser.waitFor("#row-clause-5-3")
            }
            // She types meanwhile.
            let _: Bool = try await katarzyna.execute(
                """
                const row = document.querySelector('#row-clause-5-1');
                row.querySelector('details').open = true;
                const note = row.querySelector('textarea');
                note.focus(); note.value = 'half a thou'; return true
                """)
            let _: Bool = try await ines.execute("document.querySelector('#row-clause-5-3').focus(); return true")
            try await ines.type("3")
            try await katarzyna.wait(for: "the answer with its name", within: .seconds(10)) {
                try await holds(
                    katarzyna,
                    """
                    document.querySelector('#row-clause-5-3 input[value=nonconform]:checked')
                    && document.querySelector('#row-clause-5-3 .changed-by')?.textContent.includes('Ines Hartmann')
                    """)
            }
            let typed: String = try await katarzyna.execute("return document.activeElement.value")
            #expect(typed == "half a thou", "what she types stays")
            // Undo in the first one's page reaches the second one, too.
            try await ines.find("#undo-place button").click()
            try await katarzyna.wait(for: "the answer taken back", within: .seconds(10)) {
                try await holds(
                    katarzyna, "!document.querySelector('#row-clause-5-3 input[value=nonconform]:checked')")
            }
        }
        await server.stop()
    }

    @Test(arguments: Backend.allCases)
    func manyControlsAreChangedAtOnceAndTakenBack(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            let other = try await driver.openSession(width: 1440, height: 1000)
            try await browser.signIn(to: server, "ines.hartmann@meridian-credit.example")
            try await other.signIn(to: server, "katarzyna.nowak@meridian-credit.example")
            for page in [browser, other] { try await page.navigate(to: server.base + "/controls?sort=code") }
            let picks = try await browser.findAll(".pick")
            try await picks[0].click()
            let _: Bool = try await browser.execute(
                """
                const pick = document.querySelectorAll('.pick')[3];
                pick.dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true })); return true
                """)
            let chosen: Int = try await browser.execute("return document.querySelectorAll('.pick:checked').length")
            #expect(chosen == 4, "shift and a click choose all between")
            try await browser.find("#bulk button").click()
            _ = try await browser.waitFor(".bulk-form")
            let _: Bool = try await browser.execute(
                """
                const select = document.querySelector('.bulk-form select[name=frequency]');
                select.value = 'quarterly'; select.dispatchEvent(new Event('input', { bubbles: true })); return true
                """)
            try await browser.find(".bulk-form button[value=preview]:not(.visually-hidden)").click()
            _ = try await browser.waitFor("button[value=apply]")
            try await browser.find("button[value=apply]").click()
            _ = try await browser.waitFor("form.undo")
            try await other.wait(for: "the other one's list says who changed it", within: .seconds(5)) {
                try await holds(other, "document.querySelectorAll('.changed-by').length >= 3")
            }
            try await browser.find("form.undo button").click()
            try await browser.wait(for: "the list again") { try await browser.url().contains("/controls?") }
            let errors = try await browser.console().filter { $0.level == "SEVERE" }
            #expect(errors.isEmpty, "\(errors)")
        }
        await server.stop()
        let (status, text) = try await demo.verify()
        #expect(status == 0, "\(text)")
    }
}
