// What a file descriptor is: a terminal of some size, or not.
import Foundation

/// One of the process's streams.
package struct TerminalDevice: Sendable {
    package let descriptor: Int32
    package init(descriptor: Int32) { self.descriptor = descriptor }

    package static let standardInput = TerminalDevice(descriptor: STDIN_FILENO)
    package static let standardOutput = TerminalDevice(descriptor: STDOUT_FILENO)
    package static let standardError = TerminalDevice(descriptor: STDERR_FILENO)

    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// - Returns: `nil` if it is no terminal, or one that does not know its size.
    package var size: (columns: Int, rows: Int)? {
        var size = winsize()
        guard isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    package var columns: Int? { size?.columns }

    /// Emphasis is for terminals that can show it, unless `NO_COLOR` is set (no-color.org).
    package func style(environment: [String: String]) -> Style {
        let isUnwanted = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return Style(isOn: isTerminal && !isUnwanted && environment["TERM"] != "dumb")
    }

    /// Writes all bytes, however the system cuts them.
    /// - Throws: ``TerminalError/readerGone`` if nobody reads them any more.
    package func write(_ bytes: [UInt8]) throws(TerminalError) {
        var at = 0
        while at < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: at), $0.count - at)
            }
            if count >= 0 {
                at += count
            } else if errno == EPIPE {
                throw .readerGone
            } else if errno != EINTR {
                throw .cannotWrite(String(cString: strerror(errno)))
            }
        }
    }

    /// Reads one line from a terminal without showing what is typed.
    /// - Returns: `nil` at the end of the input.
    package func readHidden(prompt: String) throws(TerminalError) -> String? {
        var original = termios()
        guard tcgetattr(descriptor, &original) == 0 else { throw .noTerminal }
        var hidden = original
        hidden.c_lflag &= ~tcflag_t(ECHO)
        hidden.c_lflag |= tcflag_t(ECHONL)
        try TerminalDevice.standardError.write(Array(prompt.utf8))
        guard tcsetattr(descriptor, TCSAFLUSH, &hidden) == 0 else { throw .noTerminal }
        defer { tcsetattr(descriptor, TCSAFLUSH, &original) }
        return readLine()
    }
}

/// What a terminal refuses.
package enum TerminalError: Error, Sendable, Equatable {
    /// Whoever read the output has stopped: `… | head`.
    case readerGone
    case cannotWrite(String)
    case noTerminal
}

extension TerminalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .readerGone: "Nobody reads the output any more."
        case .cannotWrite(let why): "The output cannot be written: \(why)."
        case .noTerminal: "This needs a terminal."
        }
    }
}
