// Where tests keep their databases. `./test` names one folder for the whole run and checks every database in it
// afterwards; without that name a folder goes when its test does, at the latest when the process ends.
package import Foundation
import Synchronization

/// A new folder for one test's database and files.
package final class WorldFolder: Sendable {
    /// Whose record types the database has, which decides what can read it afterwards.
    package enum Types: String, Sendable {
        /// The product's: `concord ledger verify` reads them.
        case product
        /// The tests' own.
        case own
        /// Some that say what no ledger says, such as checkpoints that nobody signed: it is never kept.
        case forged
    }
    /// The variable that names the folder of the whole run.
    package static let variable = "CONCORD_TEST_DATABASES"

    package let url: URL
    private let isKept: Bool
    private let goesWithTheProcess: Bool

    /// - Parameters:
    ///   - name: What it is for, a part of the folder's name.
    ///   - goesWithTheProcess: For a folder that other processes use, or that tests share.
    package init(_ name: String, types: Types = .product, goesWithTheProcess: Bool = false) throws {
        let kept = types == .forged ? nil : Self.kept
        let parent =
            kept?.appendingPathComponent(types.rawValue, isDirectory: true) ?? FileManager.default.temporaryDirectory
        isKept = kept != nil
        url = parent.appendingPathComponent("concord-\(name)-\(UUID().uuidString)", isDirectory: true)
        self.goesWithTheProcess = goesWithTheProcess
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        if !isKept { Self.leftovers.add(url.path) }
    }

    deinit {
        if !isKept, !goesWithTheProcess { Self.leftovers.remove(url.path) }
    }

    /// The folder of the whole run; `nil` where nothing is kept.
    private static let kept: URL? = ProcessInfo.processInfo.environment[variable].flatMap { path in
        path.isEmpty ? nil : URL(fileURLWithPath: path, isDirectory: true)
    }
    private static let leftovers = Leftovers()
}

/// Folders that are to go, the last ones at the end of the process: what `static let` holds is never let go of.
private final class Leftovers: Sendable {
    private let paths = Mutex<Set<String>>([])
    private static let atEnd = Mutex<[Leftovers]>([])

    init() {
        Self.atEnd.withLock { $0.append(self) }
        atexit { Leftovers.atEnd.withLock { $0 }.forEach { $0.removeAll() } }
    }

    func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

    func remove(_ path: String) {
        guard paths.withLock({ $0.remove(path) }) != nil else { return }
        do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(path): \(error)") }
    }

    private func removeAll() { paths.withLock { Array($0) }.forEach(remove) }
}
