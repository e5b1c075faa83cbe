// How far long work has come, in one line that is drawn over itself.
import Foundation
import Synchronization

/// A progress bar on standard error; silent unless that is a terminal.
package final class ProgressBar: Sendable {
    private let label: String
    private let isShown: Bool
    private let columns: Int
    private let shown = Mutex("")

    package init(_ label: String, on terminal: TerminalDevice = .standardError) {
        self.label = label
        isShown = terminal.isTerminal
        columns = terminal.columns ?? 80
    }

    /// The bar's line.
    package static func line(_ label: String, done: Int, total: Int?, columns: Int) -> String {
        guard let total, total > 0 else { return DisplayText.fitted("\(label) \(done)", columns) }
        let numbers = " \(min(done, total))/\(total)"
        let room = columns - DisplayText.width(label) - numbers.count - 4
        guard room >= 10 else { return DisplayText.fitted("\(label)\(numbers)", columns) }
        let cells = min(room, 40)
        let full = min(cells, cells * done / total)
        return "\(label) [" + String(repeating: "#", count: full) + String(repeating: ".", count: cells - full) + "]"
            + numbers
    }

    package func show(_ done: Int, of total: Int?) {
        guard isShown else { return }
        let line = Self.line(label, done: done, total: total, columns: columns - 1)
        guard
            shown.withLock({ shown in
                defer { shown = line }
                return shown != line
            })
        else { return }
        FileHandle.standardError.write(Data("\r\(line)\u{1B}[K".utf8))
    }

    /// Takes the bar away.
    package func end() {
        guard isShown, !shown.withLock({ $0.isEmpty }) else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
