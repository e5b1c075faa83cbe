// The check of all databases of a test run, Tools/check-test-databases.py: it must be able to fail.
import Foundation
import GRDB
import TestKit
import Testing

@Suite struct WholeRunCheckTests {
    private func check(_ folder: URL, _ more: String...) throws -> (status: Int32, text: String) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Tools/check-test-databases.py").standardizedFileURL
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // No database here has the product's types: the program is not asked.
        process.arguments = ["python3", script.path, folder.path, "--concord", "/nonexistent"] + more
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// Checks a folder with a good database and an altered copy of it; outside the folder of the run, which must fit.
    private func checkAltered(_ sql: String?) async throws -> (status: Int32, text: String) {
        let workspace = try await Workspace.template.get()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("law-\(UUID().uuidString)")
        let own = folder.appendingPathComponent("own")
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch {
                print("left behind: \(folder.path): \(error)")
            }
        }
        try workspace.bytes.write(to: own.appendingPathComponent("good.sqlite"))
        if let sql {
            try workspace.withAlteredCopy({ try $0.execute(sql: sql) }) { copy in
                try FileManager.default.copyItem(
                    at: URL(fileURLWithPath: copy), to: own.appendingPathComponent("altered.sqlite"))
            }
        }
        return try check(folder)
    }

    @Test func aGoodDatabaseIsCounted() async throws {
        let workspace = try await Workspace.template.get()
        let found = try await checkAltered(nil)
        #expect(found.status == 0, "\(found.text)")
        let revisions = try #require(try workspace.count("revision"))
        #expect(found.text.contains("1 databases, 2 organisations: \(revisions) revisions = \(revisions) leaves"))
    }

    @Test(arguments: [
        ("DELETE FROM revision WHERE number = 22", "leaves of records"),
        ("UPDATE revision SET salt = zeroblob(32) WHERE number = 21", "content was changed"),
        ("DELETE FROM leaf WHERE \"index\" = 6", "leaves of records"),
    ])
    func theDatabaseAndItsFirstProblemAreNamed(_ alteration: (sql: String, words: String)) async throws {
        let found = try await checkAltered(alteration.sql)
        #expect(found.status == 1, "\(found.text)")
        #expect(found.text.contains("own/altered.sqlite") && found.text.contains(alteration.words), "\(found.text)")
    }

    @Test func nothingToCheckIsAFailureUnlessItWasToBeExpected() throws {
        let folder = try WorldFolder("nothing", types: .own)
        #expect(try check(folder.url).status == 2)
        #expect(try check(folder.url, "--may-be-empty").status == 0)
    }
}
