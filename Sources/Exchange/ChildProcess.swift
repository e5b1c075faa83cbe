// Programs of the system that do work for this one: waited for without a thread, and ended if they take too long.
import Foundation

/// Runs child processes.
enum ChildProcess {
    /// Python of the system, whose packages come from Debian too.
    static let python = "/usr/bin/python3"

    /// Prepares a script of this target: without the user's own packages and settings, without a terminal.
    /// - Returns: `nil` if the installation lacks the script or the system lacks Python.
    static func python(_ script: String, _ arguments: [String]) -> (process: Process, said: Pipe)? {
        guard
            let script = Bundle.module.url(forResource: script, withExtension: "py", subdirectory: "Resources"),
            FileManager.default.isExecutableFile(atPath: python)
        else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-I", "-B", script.path] + arguments
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
        let said = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = said
        process.standardError = FileHandle.nullDevice
        return (process, said)
    }

    /// Runs it to its end.
    /// - Returns: Whether it ended within its time; it is ended if not, and if the task is cancelled.
    static func run(_ process: Process, secondsMax: Int) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            let (ended, end) = AsyncStream.makeStream(of: Void.self)
            process.terminationHandler = { _ in end.finish() }
            try process.run()
            group.addTask {
                for await _ in ended {}
                return true
            }
            group.addTask {
                try await _Concurrency.Task.sleep(for: .seconds(secondsMax))
                return false
            }
            let isDone = try await group.next() ?? true
            if !isDone || _Concurrency.Task.isCancelled {
                process.terminate()
                for await _ in ended {}
            }
            group.cancelAll()
            return isDone
        }
    }
}

/// A folder that only this process may read, for as long as a piece of work lasts.
enum WorkFolder {
    static func with<T>(_ work: (URL) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("concord-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let result: T
        do {
            result = try await work(folder)
        } catch {
            try FileManager.default.removeItem(at: folder)
            throw error
        }
        try FileManager.default.removeItem(at: folder)
        return result
    }
}
