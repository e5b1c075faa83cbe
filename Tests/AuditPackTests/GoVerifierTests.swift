// The independent verifier: Go's own implementation of the formats must come to the same verdict.
import AuditPack
import Foundation
import MerkleLog
import Testing

@Suite struct GoVerifierTests {
    private static let built = Result { try build() }

    /// The Go program, built once; Debian's golang-golang-x-mod-dev has its packages, nothing is fetched.
    private static func build() throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("GoVerifier")
        let program = FileManager.default.temporaryDirectory.appendingPathComponent("pack-check-\(UUID().uuidString)")
        let (status, text) = try run(
            "/usr/bin/env", ["go", "build", "-o", program.path, folder.appendingPathComponent("main.go").path],
            environment: [
                "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOPROXY": "off",
                "GOCACHE": FileManager.default.temporaryDirectory.appendingPathComponent("concord-go-cache").path,
            ])
        guard status == 0 else { throw GoError.notBuilt(text) }
        return program.path
    }

    enum GoError: Error { case notBuilt(String) }

    private static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    private func judge(_ pack: [UInt8], _ key: NoteVerifier) throws -> (status: Int32, text: String) {
        let program = try Self.built.get()
        return try withFile(pack) { try Self.run(program, [$0, key.vkey]) }
    }

    @Test func itFindsAGoodPackGood() async throws {
        let forge = try Forge()
        let whole = try judge(try await forge.export(previous: 300).packed(), try forge.key)
        #expect(whole.status == 0, "\(whole.text)")
        #expect(
            whole.text.hasPrefix(
                "GOOD: 402 entries, 45 inclusion proofs, 1 consistency proofs, 399 revisions, 40 files"),
            "\(whole.text)")
        let chosen = try judge(try await forge.export(records: [3, 5], previous: 256).packed(), try forge.key)
        #expect(
            chosen.text.hasPrefix("GOOD: 6 entries, 6 inclusion proofs, 1 consistency proofs, 3 revisions, 1 files"),
            "\(chosen.text)")
    }

    @Test func itFindsAnAlteredPackBad() async throws {
        let forge = try Forge()
        func altered(_ name: String, records: [Int]? = nil) async throws -> String {
            var export = try forge.export(records: records, previous: 256)
            var bytes = export[name]
            bytes[bytes.count / 2] ^= 1
            export[name] = bytes
            let (status, text) = try judge(try await export.packed(), try forge.key)
            #expect(status == 1, "\(name): \(text)")
            return text
        }
        #expect(try await altered("checkpoint").hasPrefix("BAD: checkpoint"))
        #expect(try await altered("tile/entries/000").contains("the entries give the root"))
        #expect(try await altered("tile/0/000").hasPrefix("BAD"))
        #expect(try await altered("consistency-proof").hasPrefix("BAD"))
        #expect(try await altered(PackFiles.records(0)).hasPrefix("BAD"))
        #expect(try await altered(PackFiles.entry(5), records: [5]).contains("entry 5"))
        let evidence = try #require(try forge.export().names("evidence/").first)
        #expect(try await altered(evidence).contains("is another file"))
    }
}
