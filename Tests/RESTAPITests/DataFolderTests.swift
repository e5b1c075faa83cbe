import Foundation
import Server
import Testing

@Suite struct DataFolderTests {
    @Test func nodesThatStartAtOnceAgreeOnOneKey() async throws {
        let parent = FileManager.default.temporaryDirectory.appendingPathComponent("concord-\(UUID().uuidString)")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: parent) } }
        for round in 0..<20 {
            let url = parent.appendingPathComponent("\(round)")
            let seeds = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for node in 0..<8 {
                    group.addTask {
                        let folder = try DataFolder(url, isShared: true)
                        return try folder.signingSeed { [UInt8](repeating: UInt8(node), count: $0) }
                    }
                }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(seeds.count == 1)
            let files = try FileManager.default.contentsOfDirectory(atPath: url.appendingPathComponent("keys").path)
            #expect(files == ["ledger.key"])
        }
    }

    /// A proposal is a name that others signed under already, or it is refused: nobody signs under a second one.
    @Test func nodesThatStartAtOnceAgreeOnOneName() async throws {
        let parent = FileManager.default.temporaryDirectory.appendingPathComponent("concord-\(UUID().uuidString)")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: parent) } }
        for round in 0..<20 {
            let url = parent.appendingPathComponent("\(round)")
            let names = try await withThrowingTaskGroup(of: String?.self) { group in
                for node in 0..<8 {
                    group.addTask {
                        let folder = try DataFolder(url, isShared: true)
                        do { return try folder.ledgerHost(proposed: "node\(node).example.org") } catch {
                            guard case DataFolderError.otherHost = error else { throw error }
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: [String]()) { if let name = $1 { $0.append(name) } }
            }
            #expect(names.count == 1)
            #expect(try DataFolder(url, isShared: true).ledgerHost(proposed: nil) == names.first)
        }
    }
}
