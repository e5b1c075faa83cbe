// A table for a terminal: columns as wide as needed, narrowed fairly where the terminal has fewer columns.

/// Rows of cells under headings.
package struct TextTable: Sendable {
    /// How a column stands.
    package enum Side: Sendable { case left, right }

    private static let gapColumns = 2
    /// No column is narrowed below this.
    private static let columnColumnsMin = 6

    package let headings: [String]
    private let sides: [Side]
    private let kept: Set<Int>
    package private(set) var rows: [[String]] = []

    /// - Parameters:
    ///   - sides: Numbers stand right; a column without an entry stands left.
    ///   - kept: Columns that are of no use when they are cut, such as ids.
    package init(_ headings: [String], sides: [Int: Side] = [:], kept: Set<Int> = []) {
        self.headings = headings
        self.kept = kept
        self.sides = headings.indices.map { sides[$0] ?? .left }
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// - Parameter cells: As they are; what a terminal would obey is made harmless here.
    package mutating func append(_ cells: [String]) {
        precondition(cells.count == headings.count, "\(cells.count) cells under \(headings.count) headings")
        rows.append(cells.map(DisplayText.safe))
    }

    /// The lines of the table.
    /// - Parameter columns: What the terminal has; `nil` for no limit.
    package func lines(columns: Int?, style: Style) -> [String] {
        var widths = headings.indices.map { at in
            rows.reduce(DisplayText.width(headings[at])) { max($0, DisplayText.width($1[at])) }
        }
        if let columns { narrow(&widths, to: columns - Self.gapColumns * (widths.count - 1)) }
        let gap = String(repeating: " ", count: Self.gapColumns)
        func line(_ cells: [String]) -> String {
            let parts = cells.indices.map { at -> String in
                if sides[at] == .right {
                    let cut = DisplayText.fitted(cells[at], widths[at])
                    return String(repeating: " ", count: widths[at] - DisplayText.width(cut)) + cut
                }
                // What would be spaces at the end of the line is left out.
                return at == cells.count - 1
                    ? DisplayText.fitted(cells[at], widths[at]) : DisplayText.padded(cells[at], widths[at])
            }
            var text = parts.joined(separator: gap)
            while text.last == " " { text.removeLast() }
            return text
        }
        return [style.bold(line(headings))] + rows.map(line)
    }

    /// Takes places from the widest columns until all fit, or none can be narrower.
    private func narrow(_ widths: inout [Int], to available: Int) {
        var excess = widths.reduce(0, +) - available
        let open = widths.indices.filter { !kept.contains($0) }
        while excess > 0 {
            let widest = open.map { widths[$0] }.max() ?? 0
            guard widest > Self.columnColumnsMin else { return }
            let those = open.filter { widths[$0] == widest }
            let next = max(open.map { widths[$0] }.filter { $0 < widest }.max() ?? 0, Self.columnColumnsMin)
            let step = max(1, min(widest - next, excess / those.count))
            for at in those where excess > 0 {
                widths[at] -= step
                excess -= step
            }
        }
    }
}

/// Emphasis, where it is wanted.
package struct Style: Sendable {
    package let isOn: Bool
    package init(isOn: Bool) { self.isOn = isOn }
    package static let plain = Style(isOn: false)

    package func bold(_ text: String) -> String { wrapped(text, "1") }
    package func dim(_ text: String) -> String { wrapped(text, "2") }
    package func reversed(_ text: String) -> String { wrapped(text, "7") }
    package func green(_ text: String) -> String { wrapped(text, "32") }
    package func yellow(_ text: String) -> String { wrapped(text, "33") }
    package func red(_ text: String) -> String { wrapped(text, "31") }

    private func wrapped(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
