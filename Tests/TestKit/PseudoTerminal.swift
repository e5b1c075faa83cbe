// A program on a terminal of its own: typed to, and looked at as a person sees it.
import Foundation
import Synchronization

/// A running program whose standard streams are a pseudo-terminal.
package final class PseudoTerminal: Sendable {
    /// What a terminal remembers of its mode.
    package struct Mode: Sendable, Equatable {
        package let isEchoing: Bool
        package let isLineWise: Bool

        /// As a shell has it.
        package static let cooked = Mode(isEchoing: true, isLineWise: true)
        /// As a program that takes every key.
        package static let raw = Mode(isEchoing: false, isLineWise: false)
    }

    private let spawned: SpawnedProgram
    private let master: Int32
    private let written = Mutex<[UInt8]>([])
    /// Nothing more will be written.
    private let isWhole = Mutex(false)

    /// - Throws: ``ChildProcessError/notStarted(program:reason:)``.
    package init(
        _ program: String, arguments: [String], environment: [String: String] = [:], columns: Int = 110, rows: Int = 40
    ) throws(ChildProcessError) {
        // What unlockpt and ptsname do, which the module of the C library does not show: <asm-generic/ioctls.h>.
        let (unlock, number) = (UInt(0x4004_5431), UInt(0x8004_5430))
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (isLocked, at): (Int32, UInt32) = (0, 0)
        guard master >= 0, ioctl(master, unlock, &isLocked) == 0, ioctl(master, number, &at) == 0 else {
            throw .notStarted(program: program, reason: "no pseudo-terminal: errno \(errno)")
        }
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        let slave = open("/dev/pts/\(at)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0, ioctl(slave, UInt(TIOCSWINSZ), &size) == 0 else {
            throw .notStarted(program: program, reason: "the pseudo-terminal does not open: errno \(errno)")
        }
        defer { close(slave) }
        var merged = ProcessInfo.processInfo.environment.merging(environment) { _, added in added }
        merged["TERM"] = "xterm"
        self.master = master
        do {
            spawned = try SpawnedProgram(
                program, arguments: arguments, environment: merged,
                streams: .init(input: slave, output: slave, errors: slave))
        } catch {
            close(master)
            throw .notStarted(program: program, reason: "\(error)")
        }
        Thread.detachNewThread { [weak self] in
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(master, &chunk, chunk.count)
                // The end comes as an error when the program has gone.
                guard count > 0, let self else {
                    self?.isWhole.withLock { $0 = true }
                    return
                }
                self.written.withLock { $0.append(contentsOf: chunk[..<count]) }
            }
        }
    }

    deinit {
        spawned.send(signal: SIGKILL, toGroup: true)
        close(master)
    }

    package var exit: ChildProcess.Exit? { spawned.exit }

    /// All that was written, with the commands to the terminal.
    package var raw: String { String(decoding: written.withLock { $0 }, as: UTF8.self) }

    /// The last whole picture, without the commands to the terminal.
    package var screen: String {
        let text = raw
        guard let end = text.range(of: "\u{1B}[J", options: .backwards),
            let start = text.range(of: "\u{1B}[H", options: .backwards, range: text.startIndex..<end.lowerBound)
        else { return "" }
        return text[start.upperBound..<end.lowerBound]
            .replacingOccurrences(of: "\u{1B}\\[[0-9;?]*[A-Za-z]", with: "", options: .regularExpression)
            .replacingOccurrences(of: "\r\n", with: "\n")
    }

    package var mode: Mode {
        var found = termios()
        tcgetattr(master, &found)
        return Mode(
            isEchoing: found.c_lflag & tcflag_t(ECHO) != 0, isLineWise: found.c_lflag & tcflag_t(ICANON) != 0)
    }

    package func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    package func resize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        // The kernel tells the foreground group of the terminal, which a program without a session is not.
        send(signal: SIGWINCH)
    }

    package func send(signal: Int32) { spawned.send(signal: signal) }

    /// Waits until the picture is as wanted.
    /// - Throws: ``ChildProcessError/timedOut(program:waitingFor:limit:said:)`` with the last picture.
    package func wait(
        for what: String, within limit: Duration = .seconds(60), until holds: (_ screen: String) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while !holds(screen) {
            guard ContinuousClock.now < deadline else {
                throw ChildProcessError.timedOut(program: "terminal", waitingFor: what, limit: limit, said: screen)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits for the program's end, and until all that it wrote is read.
    package func waitForExit(within limit: Duration = .seconds(60)) async throws -> ChildProcess.Exit {
        let deadline = ContinuousClock.now + limit
        while true {
            if let exit = spawned.exit, isWhole.withLock({ $0 }) { return exit }
            guard ContinuousClock.now < deadline else {
                throw ChildProcessError.timedOut(program: "terminal", waitingFor: "exit", limit: limit, said: raw)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
