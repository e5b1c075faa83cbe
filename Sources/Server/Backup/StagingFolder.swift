// Where whole databases lie while they are copied or verified. Nothing of them outlives the work, even if it is killed.
import Foundation

/// A folder within another, which only this user may read, for as long as a piece of work lasts.
enum StagingFolder {
    private static let prefix = "concord-staging-"

    /// - Throws: ``BackupError/cannotWrite(path:reason:)``, and what the work throws.
    static func with<T>(in parent: URL, _ work: (URL) async throws -> T) async throws -> T {
        try removeAbandoned(in: parent)
        let folder = parent.appendingPathComponent(prefix + UUID().uuidString, isDirectory: true)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // Held until the work is over, however it ends: the system lets go of it with the process.
        guard let lock = lock(folder) else {
            throw BackupError.cannotWrite(path: folder.path, reason: String(cString: strerror(errno)))
        }
        defer { close(lock) }
        let result: T
        do { result = try await work(folder) } catch {
            // The reason counts more than what could not be removed, which the next work removes.
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
        try FileManager.default.removeItem(at: folder)
        return result
    }

    /// Removes what work that was killed left behind: what was erased since must not lie there for ever.
    private static func removeAbandoned(in parent: URL) throws {
        guard FileManager.default.fileExists(atPath: parent.path) else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: parent.path) where name.hasPrefix(prefix) {
            let folder = parent.appendingPathComponent(name)
            guard let lock = lock(folder) else { continue }
            defer { close(lock) }
            try FileManager.default.removeItem(at: folder)
        }
    }

    /// - Returns: `nil` if somebody else holds it, or it is gone.
    private static func lock(_ folder: URL) -> Int32? {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
