// Files that another process cuts while they are read: an error, and not the end of the process.
import Foundation
import Testing

@testable import Monitoring

@Suite struct CutFileTests {
    private func large(_ rows: Int) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "cut-\(UUID().uuidString).csv")
        let row = "1.25,\"a, \"\"b\"\"\",\(String(repeating: "x", count: 80))\n"
        try Data(("n,t,u\n" + String(repeating: row, count: rows)).utf8).write(to: url)
        return url
    }

    private func cut(_ url: URL, to size: UInt64) throws {
        let handle = try FileHandle(forWritingTo: url)
        try handle.truncate(atOffset: size)
        try handle.close()
    }

    @Test func largeFilesAreReadAsSmallOnesAre() throws {
        let url = try large(250_000)
        defer { try? FileManager.default.removeItem(at: url) }
        let file = try MappedFile(path: url.path)
        #expect(file.count > MappedFile.wholeMax && !file.isWhole)
        let table = try TableReader().read(path: url.path) { _ in .inferred }
        #expect(table.rows == 250_000 && table["n"]?.numbers?.allSatisfy { $0 == 1.25 } ?? false)
        #expect(table["t"]?.categories == ["a, \"b\""])
        let whole = try MappedFile(path: "t", contents: [UInt8](Data(contentsOf: url)))
        let digest = try whole.sha256()
        #expect(try file.sha256() == digest && table.sha256 == digest)
        // A wrong number far behind what is held is told with its line.
        let handle = try FileHandle(forUpdating: url)
        try handle.seek(toOffset: 6 + 200_000 * 97)
        try handle.write(contentsOf: Data("x".utf8))
        try handle.close()
        let error = #expect(throws: TableError.self) {
            try TableReader().read(path: url.path) { $0 == "n" ? .numeric : .ignored }
        }
        #expect(error?.line == 200_002 && error?.name == "n")
    }

    @Test func aFileThatIsCutAfterItWasOpenedIsTold() throws {
        let url = try large(250_000)
        defer { try? FileManager.default.removeItem(at: url) }
        let file = try MappedFile(path: url.path)
        let size = file.count
        try cut(url, to: 20_000_000)
        let error = #expect(throws: TableError.self) { try TableReader().read(file) { _ in .inferred } }
        #expect(error?.reason == "the file was cut to 20000000 bytes while it was read")
        #expect(throws: TableError.self) { try file.sha256() }
        #expect(throws: TableError.self) { try file.contents() }
        #expect(file.count == size && size > 20_000_000)
    }

    /// In another process, so that a signal would be seen.
    @Test func aFileThatIsCutAgainAndAgainWhileItIsReadEndsNoProcess() async throws {
        await #expect(processExitsWith: .success) {
            let url = FileManager.default.temporaryDirectory.appendingPathComponent(
                "cut-\(UUID().uuidString).csv")
            defer { try? FileManager.default.removeItem(at: url) }
            let text = Data(
                ("n,t\n" + String(repeating: "1.25,abcdefghijklmnop\n", count: 1_500_000)).utf8)
            var cuts = 0
            for round in 0..<12 {
                try text.write(to: url)
                let cutter = Thread {
                    usleep(UInt32(round) * 2_000)
                    truncate(url.path, 17_000_000)
                }
                cutter.start()
                do {
                    let table = try TableReader().read(path: url.path) { _ in .inferred }
                    guard table.rows > 0 else { exit(3) }
                } catch let error as TableError {
                    cuts += 1
                    guard !error.reason.isEmpty else { exit(4) }
                }
                while !cutter.isFinished { usleep(500) }
            }
            guard cuts > 0 else { exit(5) }
        }
    }

    @Test(arguments: [("x", "the header is longer than 4 MB"), ("{", "the first line is longer than 4 MB")])
    func aHeaderWithoutEndIsTold(_ text: String, _ reason: String) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "head-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(repeating: text.utf8.first ?? 0, count: MappedFile.wholeMax + 10).write(to: url)
        let error = #expect(throws: TableError.self) {
            try TableReader().read(path: url.path) { _ in .inferred }
        }
        #expect(error?.reason == reason)
    }
}
