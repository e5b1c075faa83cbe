// How far a long measurement is, for those who wait in front of a terminal.
public import Foundation

/// A stretch of a file or stream that was read.
public struct ReadingProgress: Hashable, Sendable {
    /// The file, `-` for standard input.
    public let path: String
    /// How many bytes were read since the last report.
    public let bytes: Int
    /// The bytes of the whole file; nil for a stream.
    public let bytesTotal: Int?

    /// A stretch.
    public init(path: String, bytes: Int, bytesTotal: Int?) {
        self.path = path
        self.bytes = bytes
        self.bytesTotal = bytesTotal
    }
}

/// What a line of progress says: sums up what was read and scored, and puts it into words.
public struct ProgressLine: Sendable {
    /// Nothing is said before so many seconds have passed.
    public static let secondsBeforeFirst = 1.0
    /// The most columns of the terminal that a line takes.
    public static let widthMax = 79

    private var path = ""
    private var bytes = 0
    private var bytesTotal: Int?
    private var scored = 0

    /// Of nothing.
    public init() {}

    /// A stretch was read.
    public mutating func read(_ progress: ReadingProgress) {
        if progress.path != path {
            path = progress.path
            bytes = 0
        }
        bytes += progress.bytes
        bytesTotal = progress.bytesTotal
    }

    /// Rows were scored by a model.
    public mutating func score(rows: Int) { scored += rows }

    /// The line after so many seconds; nil while it is too early to say anything.
    public func text(seconds: Double) -> String? {
        guard seconds >= Self.secondsBeforeFirst else { return nil }
        var words: String
        if scored > 0 {
            words = "\(scored) rows scored"
        } else if let bytesTotal, bytes < bytesTotal {
            words = "reading \(name), \(Int(Double(bytes) / Double(max(1, bytesTotal)) * 100)) %"
        } else if path.isEmpty || bytesTotal != nil {
            words = "measuring"
        } else {
            words = "reading \(name), \(bytes / 1_000_000) MB"
        }
        words += ", \(Int(seconds)) s"
        return String(words.prefix(Self.widthMax))
    }

    /// The path without what could move the cursor, its end if it is long.
    private var name: String {
        if path == "-" { return "standard input" }
        let clean = path.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) }
        return clean.count <= 40 ? String(clean) : "…" + String(clean.suffix(39))
    }
}

/// Shows a line of progress on a terminal while it is open, and nothing anywhere else.
///
/// `@unchecked Sendable`: what changes is guarded by `lock`.
public final class ProgressMeter: @unchecked Sendable {
    private let lock = NSLock()
    private let output: FileHandle
    private let begun = ContinuousClock.now
    private var line = ProgressLine()
    private var timer: (any DispatchSourceTimer)?
    private var isShown = false

    /// A meter that writes to `output`, five times a second, if that is a terminal.
    public init(output: FileHandle = .standardError) {
        self.output = output
        guard isatty(output.fileDescriptor) == 1 else { return }
        let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        timer.schedule(deadline: .now() + ProgressLine.secondsBeforeFirst, repeating: 0.2)
        timer.setEventHandler { [weak self] in self?.show() }
        timer.resume()
        self.timer = timer
    }

    /// A stretch was read.
    public func read(_ progress: ReadingProgress) { lock.withLock { line.read(progress) } }

    /// Rows were scored by a model.
    public func score(rows: Int) { lock.withLock { line.score(rows: rows) } }

    private func show() {
        lock.withLock {
            guard timer != nil, let text = line.text(seconds: begun.duration(to: .now) / .seconds(1)) else { return }
            write("\r\u{1B}[K\(text)")
            isShown = true
        }
    }

    /// Takes the line away. Further progress is not shown.
    public func close() {
        lock.withLock {
            timer?.cancel()
            timer = nil
            if isShown { write("\r\u{1B}[K") }
            isShown = false
        }
    }

    /// A terminal that has gone away is no reason to stop measuring.
    private func write(_ text: String) { try? output.write(contentsOf: Data(text.utf8)) }
}
