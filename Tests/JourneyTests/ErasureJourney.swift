import Foundation
import TestKit
import Testing

/// A person is erased in the browser by two people, and everything still verifies.
@Suite(.serialized, .inBrowser) struct ErasureJourney {
    private func text(_ browser: BrowserSession) async throws -> String {
        try await browser.execute("return document.querySelector('main').textContent")
    }

    private func place(_ browser: BrowserSession, holds words: String) async throws {
        try await browser.wait(for: words, within: .seconds(20)) { try await text(browser).contains(words) }
    }

    @Test(arguments: Backend.allCases)
    func aPersonIsErasedByTwoPeopleAndEverythingStillVerifies(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        let found = try await server.send("GET", "/api/v1/people?q=whitcombe&limit=5", token: demo.token)
        struct People: Decodable {
            struct Person: Decodable {
                let id: String
                let ledgerIndex: Int
            }
            let items: [Person]
        }
        let person = try #require(try JSONDecoder().decode(People.self, from: found.body).items.first)
        let daniel = person.id
        try await WebDriver.run { driver in
            let one = try await driver.openSession(width: 1440, height: 1000)
            let two = try await driver.openSession(width: 1440, height: 1000)
            try await one.signIn(to: server, "ines.hartmann@meridian-credit.example")
            try await one.navigate(to: "\(server.base)/people/\(daniel)")
            try await one.find("a[href*='/erasureRequests/new']").click()
            let reason = try await one.waitFor("#f-reason")
            try await reason.type("Asked for by letter")
            try await one.find("main form[method=post] button[type=submit].primary").click()
            try await place(one, holds: "About this record")
            let request = try await one.url()
            // Whoever proposed it finds no button that erases.
            try await one.navigate(to: request + "/carry-out")
            try await place(one, holds: "somebody else must look at it")
            try await two.signIn(to: server, "katarzyna.nowak@meridian-credit.example")
            // The second person has a phone.
            try await two.setEmulatedWidth(390, height: 844, touch: true)
            try await two.navigate(to: request)
            try await two.waitFor("a[href$='/carry-out']", within: .seconds(20)).click()
            try await place(two, holds: "Daniel Whitcombe")
            try await two.find("form[action$='/transitions/carryOut'] button").click()
            try await place(two, holds: "Carried out")
            try await two.navigate(to: "\(server.base)/people/\(daniel)")
            try await place(two, holds: "Erased on")
            let page = try await two.source()
            #expect(!page.contains("Whitcombe"))
            try await two.navigate(to: "\(server.base)/people/\(daniel)?asOf=\(person.ledgerIndex)")
            try await place(two, holds: "Erased on")
        }
        await server.stop()
        if backend == .file {
            let bytes = try Data(contentsOf: demo.folder.appendingPathComponent("concord.sqlite"))
            #expect(bytes.range(of: Data("daniel.whitcombe".utf8)) == nil, "his address is in no byte of the file")
        }
        let (status, text) = try await demo.verify()
        #expect(status == 0 && !text.contains(" 0 erased"), "\(text)")
        let listed = try String(contentsOf: demo.folder.appendingPathComponent("erasures"), encoding: .utf8)
        #expect(listed.contains(daniel))
    }
}
