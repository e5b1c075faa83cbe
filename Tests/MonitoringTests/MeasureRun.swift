// The command as a user runs it.
import Foundation

/// A run of `concord measure`, to its end.
struct MeasureRun {
    /// The program beside the test bundle.
    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("concord")

    let status: Int32
    let output: Data
    let error: String
    var text: String { String(decoding: output, as: UTF8.self) }

    /// - Parameter path: Folders where the command looks for others, in place of those of the tests.
    init(_ arguments: [String], path: String? = nil) throws {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["measure"] + arguments
        if let path {
            process.environment = ProcessInfo.processInfo.environment.merging(["PATH": path]) { _, own in own }
        }
        let errors = FileManager.default.temporaryDirectory.appendingPathComponent("errors-\(UUID().uuidString)")
        try Data().write(to: errors)
        defer { try? FileManager.default.removeItem(at: errors) }
        let pipe = Pipe()
        process.standardOutput = pipe
        // To a file: whoever reads one pipe to its end must not have another one fill up meanwhile.
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        status = process.terminationStatus
        error = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    }
}
