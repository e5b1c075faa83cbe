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

    /// The number of conform items of ISO/IEC 27001, as the page shows it.
    private func conform(_ browser: BrowserSession) async throws -> Int {
        let text: String = try await browser.execute(
            "return document.querySelector('#posture-iso27001-2022 a[href*=\"shown=conform\"]').textContent")
        return try #require(Int(text.prefix { $0.isNumber }))
    }

    @Test func whatIsAskedForSlowlyNeverHidesALaterAnswer() async throws {
        let server = try await RunningServer(try await RunningServer.demo.copy())
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            try await browser.signIn(to: server, "ines.hartmann@meridian-credit.example")
            try await browser.navigate(to: server.base + "/assessment")
            _ = try await browser.waitFor("[data-rows]")
            func answer(_ row: String, _ key: String) async throws {
                let _: Bool = try await browser.execute(
                    "document.querySelector('#row-\(row)').focus(); return true")
                try await browser.type(key)
            }
            for row in ["clause-5-1", "clause-5-3"] {
                try await answer(row, "3")
                try await browser.wait(for: "\(row) as nonconform") {
                    try await holds(
                        browser, "document.querySelector('#row-\(row)').matches('[data-save-state=saved], .swapped')")
                }
            }
            try await browser.reload()
            _ = try await browser.waitFor("[data-rows]")
            let before = try await conform(browser)
            // What others changed is asked for at the first answer, and its response arrives just after the page heard
            // of the second one.
            let _: Bool = try await browser.execute(
                """
                const original = window.fetch;
                let heard = 0, release, hasHeard = new Promise((resolve) => { release = resolve; });
                window.polls = { isHeld: false, hasPassed: false };
                const source = document.querySelector('[data-events-url]');
                new EventSource(source.dataset.eventsUrl).addEventListener('change', (event) => {
                    if (JSON.parse(event.data).type === 'answer' && window.polls.isHeld) setTimeout(release, 60);
                });
                window.fetch = async (resource, options) => {
                    const response = await original(resource, options);
                    if (window.polls.isHeld || !String(resource).includes('/changes')) return response;
                    window.polls.isHeld = true;
                    await hasHeard;
                    window.polls.hasPassed = true;
                    return response;
                };
                return true;
                """)
            try await answer("clause-5-1", "1")
            try await browser.wait(for: "a slow response") { try await holds(browser, "window.polls.isHeld") }
            try await answer("clause-5-3", "1")
            try await browser.wait(for: "its arrival") { try await holds(browser, "window.polls.hasPassed") }
            try await browser.wait(for: "both answers in the count") { try await conform(browser) == before + 2 }
            let isKept = try await holds(
                browser, "document.querySelector('#row-clause-5-3 input[value=conform]:checked')")
            #expect(isKept)
            try await Task.sleep(for: .seconds(1))
            #expect(try await conform(browser) == before + 2, "and it stays")
        }
        await server.stop()
    }

    @Test func aPageThatWasReadSlowlyNeverHidesALaterChange() async throws {
        let demo = try await RunningServer.demo.copy()
        let server = try await RunningServer(demo)
        let token = try await server.token("katarzyna.nowak@meridian-credit.example")
        struct Listed: Decodable {
            struct Item: Decodable, Sendable {
                let id: String
                let version: Int
            }
            let items: [Item]
        }
        let listed = try await server.send("GET", "/api/v1/controls?sort=code&limit=2", token: token)
        let controls = try JSONDecoder().decode(Listed.self, from: listed.body).items
        try #require(controls.count == 2)
        @Sendable func rename(_ control: Listed.Item, _ title: String, after changes: Int = 0) async throws {
            let (status, body) = try await server.send(
                "PATCH", "/api/v1/controls/\(control.id)", token: token, body: "{\"title\":\"\(title)\"}",
                mediaType: "application/merge-patch+json", version: control.version + changes)
            #expect(status == 200, "\(String(decoding: body, as: UTF8.self))")
        }
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            try await browser.signIn(to: server, "ines.hartmann@meridian-credit.example")
            /// Pages that are asked for from here on arrive when they are let through.
            func holdPages() async throws {
                let _: Bool = try await browser.execute(
                    """
                    const original = window.fetch;
                    window.held = [];
                    window.isHolding = true;
                    window.fetch = async (resource, options) => {
                        const response = await original(resource, options);
                        if (window.isHolding && String(resource) === location.href)
                            await new Promise((resolve) => { window.held.push(resolve); });
                        return response;
                    };
                    window.heard = 0;
                    const source = document.querySelector('[data-events-url]');
                    const stream = new EventSource(source.dataset.eventsUrl);
                    stream.addEventListener('change', () => { window.heard += 1; });
                    stream.addEventListener('ready', () => { window.isListening = true; });
                    window.notes = 0;
                    new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => {
                        if (node.nodeType === 1 && node.matches('.live-note')) window.notes += 1;
                    }))).observe(document.body, { childList: true, subtree: true });
                    return true;
                    """)
                try await browser.wait(for: "a listener") { try await holds(browser, "window.isListening") }
            }
            func isShown(_ title: String) async throws -> Bool {
                try await holds(browser, "document.querySelector('main').textContent.includes('\(title)')")
            }
            // The page of a record: whichever of two pages arrives first.
            for (turn, order) in [[0, 1], [1, 0]].enumerated() {
                try await browser.navigate(to: "\(server.base)/controls/\(controls[0].id)")
                try await holdPages()
                for change in 0...1 {
                    try await rename(controls[0], "New title \(turn) \(change)", after: turn * 2 + change)
                    try await browser.wait(for: "a slow page") { try await holds(browser, "window.held[\(change)]") }
                }
                for (arrived, page) in order.enumerated() {
                    let _: Bool = try await browser.execute("window.held[\(page)](); return true")
                    try await browser.wait(for: "its note") { try await holds(browser, "window.notes > \(arrived)") }
                }
                #expect(try await isShown("New title \(turn) 1"), "the first of the pages was \(order[0])")
            }
            // A list.
            try await browser.navigate(to: "\(server.base)/controls?sort=code")
            try await holdPages()
            try await rename(controls[0], "The last new title", after: 4)
            try await browser.wait(for: "a slow list") { try await holds(browser, "window.held[0]") }
            try await rename(controls[1], "Another new title")
            try await browser.wait(for: "both changes") { try await holds(browser, "window.heard == 2") }
            let _: Bool = try await browser.execute("window.isHolding = false; window.held[0](); return true")
            try await browser.wait(for: "both titles") {
                let (first, second) = (try await isShown("The last new title"), try await isShown("Another new title"))
                return first && second
            }
            let errors = try await browser.console().filter { $0.level == "SEVERE" }
            #expect(errors.isEmpty, "\(errors)")
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
