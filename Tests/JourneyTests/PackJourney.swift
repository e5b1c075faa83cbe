import Foundation
import TestKit
import Testing

/// An auditor takes a pack away and checks it elsewhere.
@Suite(.serialized, .inBrowser) struct PackJourney {
    @Test(arguments: Backend.allCases)
    func aPackIsExportedVerifiedElsewhereAndOneAlteredByteIsNamed(_ backend: Backend) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        let server = try await RunningServer(demo)
        // While the server holds the folder, the command points to the page.
        if backend == .file {
            let refused = try await RunningServer.run(
                "pack", "--data", demo.folder.path, "--organisation", "Meridian Credit", "--output", "/tmp/never.zip")
            #expect(refused.status == 5 && refused.text.contains("Export from its ledger page"), "\(refused.text)")
        }
        let elsewhere = FileManager.default.temporaryDirectory.appendingPathComponent("concord-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
        defer { unlink(elsewhere.appendingPathComponent("pack.zip").path) }
        let file = elsewhere.appendingPathComponent("pack.zip")
        try await WebDriver.run { driver in
            let browser = try await driver.openSession(width: 1440, height: 1000)
            try await browser.navigate(to: server.base + "/sign-in")
            try await browser.find("input[name=email]").type("ines.hartmann@meridian-credit.example")
            try await browser.find("input[name=password]").type(DemoFolder.password)
            try await browser.press(.enter)
            _ = try await browser.waitFor("nav.nav", within: .seconds(20))
            try await browser.navigate(to: server.base + "/ledger")
            _ = try await browser.waitFor("form[action='/ledger/pack'] button")
            // The browser sends the form of the page itself; what it would save is read instead.
            let _: Bool = try await browser.execute(
                """
                window.pack = null;
                const form = document.querySelector("form[action='/ledger/pack']");
                fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) })
                  .then((response) => response.ok ? response.arrayBuffer() : Promise.reject(response.status))
                  .then((buffer) => {
                    let text = '';
                    const bytes = new Uint8Array(buffer);
                    for (let at = 0; at < bytes.length; at += 32768) {
                      text += String.fromCharCode(...bytes.subarray(at, at + 32768));
                    }
                    window.pack = btoa(text);
                  })
                  .catch((error) => { window.pack = 'failed: ' + error; });
                return true
                """)
            try await browser.wait(for: "the pack", within: .seconds(60)) {
                try await browser.execute("return window.pack !== null")
            }
            let base64: String = try await browser.execute("return window.pack")
            let bytes = try #require(Data(base64Encoded: base64), "\(base64.prefix(80))")
            try bytes.write(to: file)
            // The proof of a record, in plain words.
            let entry: String = try await browser.execute(
                "return document.querySelector('#entry-0 a, [id^=entry-] a').getAttribute('href')")
            try await browser.navigate(to: server.base + entry)
            let text: String = try await browser.execute("return document.querySelector('main').textContent")
            #expect(text.contains("What this does not prove"))
            let errors = try await browser.console().filter { $0.level == "SEVERE" }
            #expect(errors.isEmpty, "\(errors)")
        }
        await server.stop()
        let records = demo.database.map { ["--database", $0] } ?? []
        let keys = try await RunningServer.run(
            ["ledger", "keys", "--data", demo.folder.path] + records, limit: .seconds(120)
        ).text
        let line = try #require(keys.split(separator: "\n").first { $0.hasSuffix("  Meridian Credit") })
        let key = String(line.prefix { $0 != " " })
        let good = try await RunningServer.run("verify", "pack", file.path, "--key", key)
        #expect(good.status == 0 && good.text.contains("Everything fits."), "\(good.text)")
        let unknown = try await RunningServer.run("verify", "pack", file.path)
        #expect(unknown.status == 3, "\(unknown.text)")
        // One byte, in the middle of a revision.
        var bytes = try Data(contentsOf: file)
        let at = try #require(bytes.range(of: Data("{\"body\":{".utf8))).upperBound + 60
        bytes[at] ^= 0x01
        try bytes.write(to: file)
        let bad = try await RunningServer.run("verify", "pack", file.path, "--key", key, "--format", "json")
        #expect(bad.status == 1 && bad.text.contains("records/000000.ndjson"), "\(bad.text)")
        // Without the server, the command exports as well; over PostgreSQL it does not yet.
        guard backend == .file else { return }
        let second = elsewhere.appendingPathComponent("second.zip")
        defer { unlink(second.path) }
        let made = try await RunningServer.run(
            "pack", "--data", demo.folder.path, "--organisation", "Meridian Credit", "--as-of", "20", "--output",
            second.path)
        #expect(made.status == 0, "\(made.text)")
        let verified = try await RunningServer.run("verify", "pack", second.path, "--key", key)
        #expect(verified.status == 0 && verified.text.contains("as of entry 20"), "\(verified.text)")
    }
}
