// Starts a program for a test, reads what it prints, and makes sure that it ends.
//
// The child leads a process group of its own, and the group ends with it: a browser does not outlive its driver. A
// guard process kills the group when the test process itself dies (crash, SIGKILL, Ctrl-C), because no `defer` or
// `deinit` runs then.

import Foundation

/// Why a child process could not be used; each case carries what the child last said.
package enum ChildProcessError: Error, Sendable, CustomStringConvertible {
    /// The program could not be started at all.
    case notStarted(program: String, reason: String)
    /// The program ended before the line that was waited for.
    case endedEarly(program: String, exit: ChildProcess.Exit, said: String)
    /// What was waited for did not come within the limit.
    case timedOut(program: String, waitingFor: String, limit: Duration, said: String)
    /// The kernel gave no loopback port.
    case noFreePort(reason: String)

    package var description: String {
        switch self {
        case .notStarted(let program, let reason):
            "\(program) could not be started: \(reason)"
        case .endedEarly(let program, let exit, let said):
            "\(program) ended (\(exit)) before the line that was waited for; it last said:\n\(said)"
        case .timedOut(let program, let what, let limit, let said):
            "\(program): no \(what) within \(limit); it last said:\n\(said)"
        case .noFreePort(let reason):
            "no free loopback port: \(reason)"
        }
    }
}

/// A running program. Killed when the last reference goes, when `stop` is called, or when the test process dies.
package final class ChildProcess: Sendable {
    /// How a program ended.
    package enum Exit: Sendable, Equatable, CustomStringConvertible {
        /// It returned this status (0 to 255).
        case status(Int32)
        /// This signal ended it; 9 is SIGKILL.
        case signal(Int32)

        package var description: String {
            switch self {
            case .status(let status): "status \(status)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// One of the two streams a program prints to.
    package enum Stream: Sendable { case output, errors }

    /// The path the program was started from.
    package let program: String
    /// The child's process id, which is also its process group.
    package let processID: Int32

    private let spawned: SpawnedProgram
    private let guardian: SpawnedProgram
    private let guardianInput: Int32
    private let output: LineBuffer
    private let errors: LineBuffer

    /// Starts `program` (a path) with nothing on its standard input.
    ///
    /// - Parameters:
    ///   - environment: added to this process's own environment.
    ///   - preload: shared libraries for `LD_PRELOAD`, in order.
    /// - Throws: `notStarted`.
    package init(
        _ program: String, arguments: [String] = [], environment: [String: String] = [:], preload: [String] = []
    ) throws(ChildProcessError) {
        var merged = ProcessInfo.processInfo.environment.merging(environment) { _, added in added }
        if !preload.isEmpty { merged["LD_PRELOAD"] = preload.joined(separator: ":") }
        do {
            let (outputPipe, errorsPipe) = (try CloseOnExecPipe(), try CloseOnExecPipe())
            // The readers see the end as soon as the program has closed the write ends, so ours are closed here; when
            // nothing was started, that ends the readers too.
            defer {
                close(outputPipe.writeEnd)
                close(errorsPipe.writeEnd)
            }
            output = LineBuffer(reading: outputPipe.readEnd)
            errors = LineBuffer(reading: errorsPipe.readEnd)
            spawned = try SpawnedProgram(
                program, arguments: arguments, environment: merged,
                streams: .init(output: outputPipe.writeEnd, errors: errorsPipe.writeEnd))
        } catch {
            throw .notStarted(program: program, reason: "\(error)")
        }
        do {
            (guardian, guardianInput) = try Self.startGuardian(group: spawned.processID)
        } catch {
            spawned.send(signal: SIGKILL, toGroup: true)
            throw .notStarted(program: program, reason: "its guard process: \(error)")
        }
        self.program = program
        processID = spawned.processID
    }

    deinit {
        endGroup()
        close(guardianInput)
    }

    /// All complete lines printed so far, oldest first, without line ends.
    package func lines(of stream: Stream = .output) -> [String] {
        buffer(stream).lines
    }

    /// How the program ended, or nil while it runs.
    package var exit: Exit? {
        spawned.exit
    }

    /// The first line that matches, whether it was printed before or is still to come.
    ///
    /// - Throws: `endedEarly` when the program ends without such a line, `timedOut`, or cancellation.
    package func waitForLine(
        on stream: Stream = .output, within limit: Duration = .seconds(10), where matches: (String) -> Bool
    ) async throws -> String {
        let deadline = ContinuousClock.now + limit
        while true {
            // Read before the lines are: what was printed before the end is then always seen.
            let ended = exit
            let drained = buffer(stream).isAtEnd
            if let line = lines(of: stream).first(where: matches) { return line }
            if let ended, drained { throw ChildProcessError.endedEarly(program: program, exit: ended, said: lastWords) }
            if ContinuousClock.now >= deadline {
                throw ChildProcessError.timedOut(
                    program: program, waitingFor: "matching line", limit: limit, said: lastWords)
            }
            try await Task.sleep(for: Self.pollInterval)
        }
    }

    /// Sends a signal (`SIGTERM`, `SIGKILL`, …) to the program alone. Nothing happens when it has already ended.
    package func send(signal: Int32) {
        spawned.send(signal: signal)
    }

    /// Waits until the program has ended and its output has been read.
    ///
    /// - Throws: `timedOut` when it still runs after `limit`, or cancellation.
    @discardableResult
    package func waitForExit(within limit: Duration = .seconds(10)) async throws -> Exit {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let exit, output.isAtEnd, errors.isAtEnd { return exit }
            try await Task.sleep(for: Self.pollInterval)
        }
        // A grandchild that left the group can hold the pipes open; the program itself has ended.
        if let exit { return exit }
        throw ChildProcessError.timedOut(program: program, waitingFor: "exit", limit: limit, said: lastWords)
    }

    /// Asks the program to end (SIGTERM), kills its group when it has not ended after `grace`, and says how it ended.
    ///
    /// Works in a cancelled task too, so that it can stand on a test's failure path.
    @discardableResult
    package func stop(grace: Duration = .seconds(5)) async -> Exit? {
        send(signal: SIGTERM)
        await pollUntilEnded(within: grace)
        endGroup()
        await pollUntilEnded(within: Self.killLimit)
        return exit
    }

    private static let pollInterval = Duration.milliseconds(5)
    private static let killLimit = Duration.seconds(5)
    private static let lastWordsLinesMax = 20

    private func pollUntilEnded(within limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while exit == nil, ContinuousClock.now < deadline { await Self.pause() }
    }

    /// Five milliseconds, in a cancelled task too, where `Task.sleep` would return at once.
    static func pause() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(5)) { continuation.resume() }
        }
    }

    private func endGroup() {
        spawned.send(signal: SIGKILL, toGroup: true)
        guardian.send(signal: SIGKILL, toGroup: true)
    }

    private func buffer(_ stream: Stream) -> LineBuffer {
        stream == .output ? output : errors
    }

    private var lastWords: String {
        let last = { (buffer: LineBuffer) in buffer.lines.suffix(Self.lastWordsLinesMax) }
        return (last(output) + last(errors)).joined(separator: "\n")
    }

    /// A shell that waits for the end of its input, which comes when this process dies, and then ends the group.
    private static func startGuardian(group: Int32) throws(SpawnedProgram.SystemCallError) -> (SpawnedProgram, Int32) {
        let input = try CloseOnExecPipe()
        defer { close(input.readEnd) }
        let script = #"read -r _; kill -s TERM -- "-$1"; sleep 1; kill -s KILL -- "-$1""#
        do {
            let guardian = try SpawnedProgram(
                "/bin/sh", arguments: ["-c", script, "guard", "\(group)"], environment: ["PATH": "/usr/bin:/bin"],
                streams: .init(input: input.readEnd))
            return (guardian, input.writeEnd)
        } catch {
            close(input.writeEnd)
            throw error
        }
    }
}

/// A loopback TCP port that was free a moment ago. Another program may take it first: where a server can choose its
/// port itself (port 0) and say which it got, prefer that.
///
/// - Throws: `ChildProcessError.noFreePort`.
package func freeLoopbackPort() throws(ChildProcessError) -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw .noFreePort(reason: "socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in.loopback(port: 0)
    let result = address.withGeneric { generic, length in
        var length = length
        return bind(descriptor, generic, length) == 0 ? getsockname(descriptor, generic, &length) : -1
    }
    guard result == 0 else { throw .noFreePort(reason: "bind: errno \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
}
