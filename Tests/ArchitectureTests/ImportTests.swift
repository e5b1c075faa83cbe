// The structure, held against the import lines in both directions: a target imports what the table allows it, and
// everything that the table says.
import Foundation
import Testing

private let table: [String: Set<String>] = [
    "RecordKit": [],
    "Records": ["RecordKit"],
    "Statistics": [],
    "Monitoring": ["Statistics", "Crypto"],
    "MerkleLog": ["Crypto"],
    "AuditPack": ["MerkleLog", "Crypto"],
    "Catalogue": ["Yams", "Crypto"],
    "Telemetry": ["Logging", "CoreMetrics", "ServiceContextModule"],
    "Storage": ["RecordKit", "MerkleLog", "Telemetry", "Crypto"],
    "SQLiteStorage": ["RecordKit", "Storage", "MerkleLog", "GRDB", "GRDBSQLite"],
    "CPostgres": [],
    "PostgresStorage": ["RecordKit", "Storage", "CPostgres"],
    "S3Storage": ["RecordKit", "Storage", "Crypto", "AsyncHTTPClient", "NIOCore", "NIOHTTP1"],
    "Access": ["RecordKit", "Records", "Storage", "Telemetry", "Crypto", "CryptoExtras"],
    "Governance": [
        "RecordKit", "Records", "Storage", "MerkleLog", "AuditPack", "Access", "Catalogue", "Exchange", "Telemetry",
    ],
    "Exchange": ["RecordKit", "Storage", "CXlsx", "Crypto"],
    "CXlsx": [],
    "HTTPServing": [
        "RecordKit", "Storage", "AuditPack", "Access", "Governance", "Telemetry", "Hummingbird", "HTTPTypes", "NIOCore",
        "Logging", "ServiceContextModule",
    ],
    "RESTAPI": [
        "RecordKit", "Records", "Storage", "MerkleLog", "Access", "Governance", "Exchange", "HTTPServing",
        "Telemetry", "Hummingbird", "HTTPTypes", "NIOCore", "Logging", "ServiceLifecycle",
    ],
    "WebUI": [
        "RecordKit", "Records", "Storage", "MerkleLog", "Access", "Governance", "Exchange", "HTTPServing",
        "Hummingbird",
        "HTTPTypes", "NIOCore", "Logging", "Crypto",
    ],
    "Demo": ["RecordKit", "Records", "Storage", "Access", "Governance"],
    "Server": [
        "RecordKit", "Records", "Storage", "SQLiteStorage", "PostgresStorage", "S3Storage", "MerkleLog", "Access",
        "Governance", "HTTPServing", "RESTAPI", "WebUI", "Telemetry", "Hummingbird", "HTTPTypes", "NIOCore", "Logging",
        "ServiceLifecycle", "UnixSignals", "Crypto", "CryptoExtras",
    ],
    "CZlib": [],
    "Detection": ["CZlib", "Yams"],
    "Client": ["MerkleLog"],
    "Terminal": [],
    "concord": [
        "RecordKit", "Records", "Storage", "SQLiteStorage", "PostgresStorage", "S3Storage", "MerkleLog", "AuditPack",
        "Access", "Governance", "Exchange", "HTTPServing", "Demo", "Server", "Client", "Detection", "Statistics",
        "Monitoring",
        "Terminal", "Telemetry", "Logging", "ArgumentParser",
    ],
]
/// What the language and the system bring along.
private let system: Set<String> = ["Foundation", "Synchronization", "Glibc", "FoundationNetworking", "Dispatch"]

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private func imports(of target: String) throws -> [String: Set<String>] {
    let folder = root.appendingPathComponent("Sources/\(target)")
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    var found: [String: Set<String>] = [:]
    for case let file as URL in files where file.pathExtension == "swift" {
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let at = words.firstIndex(of: "import"), at <= 1, words.count > at + 1,
                at == 0 || ["package", "public", "private", "@testable"].contains(words[0])
            else { continue }
            found[String(words[at + 1]), default: []].insert(file.lastPathComponent)
        }
    }
    return found
}

@Suite struct ImportTests {
    @Test func everyTargetHasALineInTheTable() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("Sources").path)
        #expect(Set(folders) == Set(table.keys))
    }

    @Test(arguments: table.keys.sorted())
    func aTargetImportsWhatTheTableSaysAndNothingElse(_ target: String) throws {
        let found = try imports(of: target).filter { !system.contains($0.key) }
        let allowed = table[target] ?? []
        for (name, files) in found where !allowed.contains(name) {
            Issue.record("\(target) imports \(name) in \(files.sorted())")
        }
        #expect(allowed.subtracting(found.keys).isEmpty, "in the table but not imported by \(target)")
    }

    @Test func noArrowPointsUpwards() {
        // A target stands below everything that it imports: the table has no circle.
        var done: Set<String> = []
        var left = Set(table.keys)
        while let next = left.first(where: { (table[$0] ?? []).intersection(table.keys).isSubset(of: done) }) {
            done.insert(next)
            left.remove(next)
        }
        #expect(left.isEmpty, "in a circle: \(left.sorted())")
    }
}

@Suite struct HouseRuleTests {
    /// Every Swift file of the product with its text.
    private func sources() throws -> [(name: String, text: String)] {
        let folder = root.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var found: [(String, String)] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            found.append((file.lastPathComponent, try String(contentsOf: file, encoding: .utf8)))
        }
        return found
    }

    @Test func nothingIsForcedOrSwallowed() throws {
        for (name, text) in try sources() {
            for mark in ["try!", "as!", "fatalError(", "nonisolated(unsafe)"] where text.contains(mark) {
                Issue.record("\(name) has \(mark)")
            }
        }
    }

    @Test func theClockIsReadInOnePlace() throws {
        let readers = try sources().filter { $0.text.contains("Date()") || $0.text.contains("Date.now") }.map(\.name)
        #expect(readers == ["Environment.swift"])
    }

    @Test func everyFileSaysWhatItIsFor() throws {
        for (name, text) in try sources() where !text.hasPrefix("//") { Issue.record("\(name) has no header comment") }
    }
}
