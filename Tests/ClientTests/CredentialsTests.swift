import Client
import Foundation
import Testing

@Suite final class CredentialsTests {
    private let home = FileManager.default.temporaryDirectory.appendingPathComponent("concord-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true) }

    deinit {
        do { try FileManager.default.removeItem(at: home) } catch { print("left behind: \(home.path): \(error)") }
    }

    private func file(_ variables: [String: String] = [:]) -> CredentialsFile {
        CredentialsFile(environment: ["XDG_CONFIG_HOME": home.path].merging(variables) { $1 })
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func whatIsKeptIsReadByItsOwnerOnly() throws {
        let file = file()
        #expect(throws: ClientError.self) { try file.credentials() }
        let credentials = try Credentials(url: "https://concord.example.org/", token: " concord_abc\n")
        #expect(credentials.token == "concord_abc")
        try file.save(credentials)
        #expect(try file.credentials() == credentials)
        #expect(try mode(file.path) == 0o600)
        #expect(try mode((file.path as NSString).deletingLastPathComponent) == 0o700)
        try file.save(try Credentials(url: "https://other.example.org", token: "concord_def"))
        #expect(try file.credentials().token == "concord_def")
        let left = try FileManager.default.contentsOfDirectory(
            atPath: (file.path as NSString).deletingLastPathComponent)
        #expect(left == ["credentials.json"])
        #expect(try file.remove())
        #expect(try !file.remove())
    }

    @Test func aFileThatOthersReadIsNotUsed() throws {
        let file = file()
        try file.save(try Credentials(url: "https://concord.example.org", token: "concord_abc"))
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        #expect(throws: ClientError.self) { try file.credentials() }
    }

    @Test func variablesWinOverTheFile() throws {
        try file().save(try Credentials(url: "https://concord.example.org", token: "concord_kept"))
        let both = try file(["CONCORD_URL": "https://x.example.org", "CONCORD_TOKEN": "concord_env"]).credentials()
        #expect(both.base.absoluteString == "https://x.example.org")
        #expect(both.token == "concord_env")
        #expect(try file(["CONCORD_TOKEN": "concord_env"]).credentials().token == "concord_env")
        #expect(try file(["CONCORD_TOKEN": ""]).credentials().token == "concord_kept")
    }

    @Test func aTokenIsNotSentToAnotherServerThanItsOwn() throws {
        try file().save(try Credentials(url: "https://concord.example.org", token: "concord_kept"))
        #expect(try file(["CONCORD_URL": "https://concord.example.org/"]).credentials().token == "concord_kept")
        #expect(throws: ClientError.self) { try file(["CONCORD_URL": "https://evil.example.org"]).credentials() }
    }

    @Test(arguments: ["", "two words", "ünicode", String(repeating: "x", count: 2_000)])
    func whatIsNoTokenIsRefused(_ token: String) {
        #expect(throws: ClientError.self) { try Credentials(url: "https://x.example.org", token: token) }
    }

    @Test func aDamagedFileIsNamed() throws {
        let file = file()
        try file.save(try Credentials(url: "https://x.example.org", token: "concord_abc"))
        try Data("{".utf8).write(to: URL(fileURLWithPath: file.path))
        do {
            _ = try file.credentials()
            Issue.record("read")
        } catch { #expect("\(error)".contains(file.path)) }
    }
}
