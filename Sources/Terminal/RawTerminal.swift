// A terminal taken over whole: keys as they are pressed, the screen to draw on, and both given back whatever happens.
import Foundation
import Synchronization

/// Where the handler of signals writes their numbers: the pipe of the terminal that is taken over.
private let signalPipe = Atomic<Int32>(-1)

/// The terminal in raw mode on its alternate screen.
package final class RawTerminal: Sendable {
    /// What happens on it.
    package enum Event: Sendable, Equatable {
        case key(Key)
        case resized
        /// The terminal is gone.
        case closed
    }

    /// Esc is a key by itself if nothing follows it for so long.
    private static let escapeMilliseconds: Int32 = 50
    private static let endingSignals = [SIGINT, SIGTERM, SIGHUP]

    private let input: TerminalDevice
    private let output: TerminalDevice
    private let original: termios
    private let isTaken = Mutex(true)
    /// Carries the numbers of signals, and 0 when the terminal is given back.
    private let wake: (read: Int32, write: Int32)

    /// Takes the terminal over; one at a time.
    /// - Throws: ``TerminalError/noTerminal`` unless both are terminals.
    package init(
        input: TerminalDevice = .standardInput, output: TerminalDevice = .standardOutput
    ) throws(TerminalError) {
        self.input = input
        self.output = output
        var found = termios()
        guard input.isTerminal, output.isTerminal, tcgetattr(input.descriptor, &found) == 0 else { throw .noTerminal }
        original = found
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .noTerminal }
        wake = (ends[0], ends[1])
        var raw = found
        cfmakeraw(&raw)
        // Ctrl-C stays a signal, so that it works while an answer is waited for; Ctrl-Z and Ctrl-\ would leave the
        // screen as it is drawn.
        raw.c_lflag |= tcflag_t(ISIG)
        withUnsafeMutableBytes(of: &raw.c_cc) { characters in
            characters[Int(VSUSP)] = 0
            characters[Int(VQUIT)] = 0
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        signalPipe.store(wake.write, ordering: .sequentiallyConsistent)
        for number in Self.endingSignals + [SIGWINCH] {
            // Nothing but a write to a pipe may happen in a handler.
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalPipe.load(ordering: .sequentiallyConsistent), &byte, 1)
            }
        }
        guard tcsetattr(input.descriptor, TCSAFLUSH, &raw) == 0 else { throw .noTerminal }
        try output.write(Array("\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[2J".utf8))
    }

    package var size: (columns: Int, rows: Int) { output.size ?? (80, 24) }

    /// Gives the terminal back as it was. Doing it again changes nothing.
    package func restore() {
        let wasTaken = isTaken.withLock { isTaken in
            defer { isTaken = false }
            return isTaken
        }
        guard wasTaken else { return }
        for number in Self.endingSignals + [SIGWINCH] { signal(number, SIG_DFL) }
        // A terminal that has gone away needs nothing back.
        do { try output.write(Array("\u{1B}[?25h\u{1B}[?1049l".utf8)) } catch {}
        var original = original
        tcsetattr(input.descriptor, TCSAFLUSH, &original)
        var end: UInt8 = 0
        _ = write(wake.write, &end, 1)
    }

    /// Draws a whole screen.
    /// - Parameters:
    ///   - lines: From the top; each at most as wide as the screen.
    ///   - cursor: Where to show the cursor, from 0; `nil` hides it.
    package func draw(_ lines: [String], cursor: (row: Int, column: Int)?) throws(TerminalError) {
        var frame = "\u{1B}[?25l\u{1B}[H"
        for (n, line) in lines.enumerated() { frame += (n > 0 ? "\r\n" : "") + line + "\u{1B}[K" }
        frame += "\u{1B}[J"
        if let cursor { frame += "\u{1B}[\(cursor.row + 1);\(cursor.column + 1)H\u{1B}[?25h" }
        guard isTaken.withLock({ $0 }) else { return }
        try output.write(Array(frame.utf8))
    }

    /// What happens, until ``restore()``. To be called once. A signal that ends the program gives the terminal back
    /// first.
    package func events() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        Thread.detachNewThread { [self] in
            read(continuation)
            continuation.finish()
        }
        return stream
    }

    /// Ends the program by a signal, as if it had not been caught.
    private static func end(by number: Int32) {
        // A thread may have been started with signals blocked.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
    }

    private func read(_ continuation: AsyncStream<Event>.Continuation) {
        var decoder = KeyDecoder()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            var waited = [
                pollfd(fd: input.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&waited, 2, decoder.isWaiting ? Self.escapeMilliseconds : -1)
            if ready < 0 {
                if errno == EINTR { continue }
                continuation.yield(.closed)
                return
            }
            if ready == 0 {
                for key in decoder.timeOut() { continuation.yield(.key(key)) }
                continue
            }
            if waited[1].revents != 0 {
                var byte: UInt8 = 0
                guard Glibc.read(wake.read, &byte, 1) == 1, byte != 0 else { return }
                if Int32(byte) == SIGWINCH {
                    continuation.yield(.resized)
                } else {
                    restore()
                    Self.end(by: Int32(byte))
                }
                continue
            }
            let count = Glibc.read(input.descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                continuation.yield(.closed)
                return
            }
            for key in decoder.take(buffer[..<count]) { continuation.yield(.key(key)) }
        }
    }
}
