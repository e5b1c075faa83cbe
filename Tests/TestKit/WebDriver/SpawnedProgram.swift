// The system-call half of `ChildProcess`: start a program in a process group of its own and say once, surely, how it
// ended. Foundation's `Process` is not used: on Linux its children inherit the blocked signals of the thread that
// started them, and a server that never sees SIGTERM cannot be tested.

import Foundation
import Synchronization

/// A started program, reaped by a thread of its own.
final class SpawnedProgram: Sendable {
    /// The descriptors that become the program's standard streams; /dev/null where nil.
    struct Streams {
        var input: Int32?
        var output: Int32?
        var errors: Int32?
    }

    /// A system call that failed, with its error number.
    struct SystemCallError: Error, CustomStringConvertible {
        let call: String
        let number: Int32

        var description: String { "\(call): \(String(cString: strerror(number)))" }
    }

    let processID: Int32
    private let ended = Mutex<ChildProcess.Exit?>(nil)

    /// How the program ended, or nil while it runs.
    var exit: ChildProcess.Exit? { ended.withLock { $0 } }

    /// `posix_spawn_file_actions_addclosefrom_np` of glibc 2.34, which the module of the C library does not show.
    private static let addCloseFrom: (@convention(c) (UnsafeMutableRawPointer, Int32) -> Int32)? = dlsym(
        nil, "posix_spawn_file_actions_addclosefrom_np"
    ).map { unsafeBitCast($0, to: (@convention(c) (UnsafeMutableRawPointer, Int32) -> Int32).self) }

    /// Starts a program with default signal handling, nothing blocked, and no descriptor but its standard streams: what
    /// lives long would hide the end of the pipes of what is started at the same moment, and of the socket through which
    /// Foundation's `Process` learns that its program has ended.
    init(
        _ program: String, arguments: [String], environment: [String: String], streams: Streams
    ) throws(SystemCallError) {
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        for (target, source) in [(STDIN_FILENO, streams.input), (1, streams.output), (2, streams.errors)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        guard let addCloseFrom = Self.addCloseFrom, addCloseFrom(&actions, 3) == 0 else {
            throw SystemCallError(call: "posix_spawn_file_actions_addclosefrom_np", number: ENOSYS)
        }

        var started: pid_t = 0
        let failure = Self.withCStrings([program] + arguments) { argv in
            Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&started, program, &actions, &attributes, argv, envp)
            }
        }
        guard failure == 0 else { throw SystemCallError(call: "posix_spawn", number: failure) }
        processID = started
        Thread.detachNewThread { self.reap() }
    }

    /// Sends a signal to the program, or to its whole group. Nothing happens once the program has ended, so that a
    /// process id used again is never hit.
    func send(signal: Int32, toGroup: Bool = false) {
        ended.withLock { exit in
            if exit == nil { _ = kill(toGroup ? -processID : processID, signal) }
        }
    }

    /// Waits for the end, kills what is left of the group while the program's id is still taken, then reaps.
    private func reap() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        ended.withLock { exit in
            _ = kill(-processID, SIGKILL)
            var status: Int32 = 0
            while waitpid(processID, &status, 0) < 0, errno == EINTR {}
            // The macros WIFEXITED, WEXITSTATUS and WTERMSIG of <sys/wait.h>, which Swift does not import.
            exit = status & 0x7F == 0 ? .status(status >> 8 & 0xFF) : .signal(status & 0x7F)
        }
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return body(copies)
    }
}

/// A pipe whose ends no program started later inherits: an end kept open elsewhere would hide the end of the stream.
struct CloseOnExecPipe {
    let readEnd: Int32
    let writeEnd: Int32

    init() throws(SpawnedProgram.SystemCallError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw SpawnedProgram.SystemCallError(call: "pipe", number: errno)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }
}

/// Cuts what a program prints into lines. Keeps the newest lines, of at most `lineBytesMax` bytes each.
final class LineBuffer: Sendable {
    private static let linesMax = 100_000
    private static let lineBytesMax = 1 << 20
    private static let chunkBytes = 1 << 16

    private struct State {
        var pending: [UInt8] = []
        var lines: [String] = []
        var isAtEnd = false
    }

    private let state = Mutex(State())

    /// Reads a descriptor to its end on a thread of its own, then closes it.
    init(reading descriptor: Int32) {
        Thread.detachNewThread {
            var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
            while true {
                let count = read(descriptor, &chunk, Self.chunkBytes)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { break }
                self.append(chunk[..<count])
            }
            close(descriptor)
            self.end()
        }
    }

    var lines: [String] { state.withLock { $0.lines } }
    /// Whether the program has closed the stream and all of it is in `lines`.
    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

    private func append(_ chunk: ArraySlice<UInt8>) {
        state.withLock { state in
            for byte in chunk {
                if byte == UInt8(ascii: "\n") {
                    Self.endLine(&state)
                } else {
                    if state.pending.count == Self.lineBytesMax { Self.endLine(&state) }
                    state.pending.append(byte)
                }
            }
        }
    }

    /// A last line without a line end counts as a line.
    private func end() {
        state.withLock { state in
            if !state.pending.isEmpty { Self.endLine(&state) }
            state.isAtEnd = true
        }
    }

    private static func endLine(_ state: inout State) {
        state.lines.append(String(decoding: state.pending, as: UTF8.self))
        state.pending.removeAll(keepingCapacity: true)
        if state.lines.count > linesMax { state.lines.removeFirst(linesMax / 10) }
    }
}
