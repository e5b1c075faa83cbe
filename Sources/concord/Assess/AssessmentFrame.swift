// The picture of the assessment: lines of at most the terminal's width.
import Terminal

/// Draws a screen into lines.
struct AssessmentFrame {
    static let columnsMin = 60
    static let rowsMin = 14

    let columns: Int
    let rows: Int
    let style: Style

    /// The lines from the top, and where the cursor stands while a line is typed.
    func draw(_ screen: AssessmentScreen) -> (lines: [String], cursor: (row: Int, column: Int)?) {
        guard columns >= Self.columnsMin, rows >= Self.rowsMin else {
            let text = "The window needs \(Self.columnsMin) columns and \(Self.rowsMin) rows. q leaves."
            return (DisplayText.wrapped(text, max(1, columns)).prefix(max(1, rows)).map { $0 }, nil)
        }
        if screen.mode == .help { return (help(), nil) }
        let head = head(screen)
        let foot = foot(screen)
        let room = rows - head.count - foot.lines.count - 1
        let listRows = max(4, room * 2 / 5)
        let list = list(screen, listRows)
        let detail = detail(screen)
        let detailRows = room - list.count
        let top = min(screen.detailTop, max(0, detail.count - detailRows))
        var shownDetail = Array(detail.dropFirst(top).prefix(detailRows))
        if top + detailRows < detail.count, !shownDetail.isEmpty {
            shownDetail[shownDetail.count - 1] = style.dim(fit("… J shows more"))
        }
        shownDetail += Array(repeating: "", count: detailRows - shownDetail.count)
        let lines = head + list + [style.dim(String(repeating: "─", count: columns))] + shownDetail + foot.lines
        return (lines, foot.cursor.map { (lines.count - 1, $0) })
    }

    // MARK: Parts

    private func head(_ screen: AssessmentScreen) -> [String] {
        let board = screen.board
        let title = fit(" \(board.head.title) (\(board.head.status))")
        let name = board.head.frameworks.reduce(0) { max($0, DisplayText.width($1.name)) }
        let postures = board.head.frameworks.map { framework in
            let counts = ConformityWord.allCases.map { "\($0.heading) \(framework.counts[$0])" }
            return fit(
                DisplayText.padded(framework.name, name) + "  " + counts.joined(separator: "  ")
                    + "  of \(framework.counts.total)")
        }
        var place = "Row \(screen.shown.isEmpty ? 0 : screen.current + 1) of \(screen.shown.count)"
        if !screen.search.isEmpty { place += " with “\(screen.search)”" }
        if screen.isOpenOnly { place += ", unknown only" }
        if let row = screen.row { place += " · \(board.sectionName(row))" }
        return [style.reversed(DisplayText.padded(title, columns))] + postures + [style.bold(fit(place))]
    }

    private func list(_ screen: AssessmentScreen, _ count: Int) -> [String] {
        let first = max(0, min(screen.current - count / 2, screen.shown.count - count))
        var lines = (first..<min(first + count, screen.shown.count)).map { at -> String in
            let row = screen.board.rows[screen.shown[at]]
            let parts = row.partsInScope
            let isOne = Set(parts.map(\.shown)).count == 1
            let words = isOne ? [parts[0].shown.heading] : parts.map { $0.shown.heading }
            let result = DisplayText.padded(words.joined(separator: "/"), 22)
            let references = parts.map { "\(Self.short($0.frameworkName)) \($0.reference)" }.joined(separator: " + ")
            let text = "\(DisplayText.padded(references, 28)) \(row.title)"
            let rest = DisplayText.padded(DisplayText.safe(text), columns - 24)
            if at == screen.current { return style.reversed("> " + result + rest) }
            return "  " + coloured(result, parts.map(\.shown)) + rest
        }
        if lines.isEmpty { lines = ["  No row fits. Esc shows all."] }
        return lines + Array(repeating: "", count: max(0, count - lines.count))
    }

    private func coloured(_ text: String, _ shown: [ConformityWord]) -> String {
        if shown.contains(.nonconform) { return style.red(text) }
        if shown.contains(.unknown) { return style.dim(text) }
        if shown.contains(.partlyConform) { return style.yellow(text) }
        return style.green(text)
    }

    private func detail(_ screen: AssessmentScreen) -> [String] {
        guard let row = screen.row else { return [] }
        var lines: [String] = []
        func add(_ text: String, indent: Int = 0, _ look: (String) -> String = { $0 }) {
            let space = String(repeating: " ", count: indent)
            for line in DisplayText.wrapped(DisplayText.safeLines(text), columns - indent) {
                lines.append(space + look(line))
            }
        }
        switch row.sharing {
        case "equal":
            add(
                row.isSplit
                    ? "Answered for each standard apart (u joins)." : "One answer serves both standards (u splits).")
        case "shared": add("A part for each standard (Tab changes). \(row.difference ?? "")")
        default: add("In \(row.partsInScope.first?.frameworkName ?? "one standard") only.")
        }
        for part in row.partsInScope {
            let isChosen = screen.chosenPart?.framework == part.framework
            add("\(isChosen ? "▸ " : "")\(part.frameworkName) \(part.reference) \(part.title)") { style.bold($0) }
            add(state(part), indent: 2)
            if screen.board.head.isContinued, let origin = part.origin {
                let from = part.originNote.map { " from \($0)" } ?? ""
                add(
                    origin == "carriedOver" ? "Carried over\(from) (c: still true)." : "Assessed in this round.",
                    indent: 2)
            }
            if let other = part.answeredOnlyFor { add("Answered for \(other) only.", indent: 2) }
            if !part.note.isEmpty { add("Note: \(part.note)", indent: 2) }
            if let why = part.justification, part.assessed == "notApplicable" {
                add("Not applicable: \(why)", indent: 2)
            }
            add(part.text, indent: 2)
            for question in part.questions { add("? \(question)", indent: 2) }
            if !part.typicalEvidence.isEmpty {
                add("Typical evidence: \(part.typicalEvidence.joined(separator: "; "))", indent: 2) { style.dim($0) }
            }
        }
        return lines
    }

    private func state(_ part: AssessmentBoard.Part) -> String {
        var words = "Shown \(part.shown.heading), assessed \(part.assessed), measured \(part.measured ?? "nothing")"
        if let maturity = part.maturity { words += ", maturity \(maturity)" }
        if let day = part.answeredOn { words += ", answered on \(day)" }
        return words + "."
    }

    private func foot(_ screen: AssessmentScreen) -> (lines: [String], cursor: Int?) {
        func typing(_ prompt: String, _ line: LineInput) -> (lines: [String], cursor: Int?) {
            let width = DisplayText.width(prompt)
            let shown = line.shown(columns: columns - width)
            return (
                [style.dim(fit("Enter keeps it, Esc leaves it as it was.")), prompt + shown.text], width + shown.cursor
            )
        }
        switch screen.mode {
        case .search(let line): return typing("Search: ", line)
        case .note(let line): return typing("Note: ", line)
        case .justification(let line): return typing("Why it does not apply: ", line)
        case .maturity:
            return (["", fit("Maturity 0 to 5; Backspace clears it, any other key leaves it.")], nil)
        case .rows, .help:
            let keys =
                "1 conform 2 partly 3 nonconform 4 open 5 n/a  m n u /  ? all keys  q quit"
            return ([fit(screen.message), style.dim(fit(keys))], nil)
        }
    }

    private func help() -> [String] {
        let keys = [
            ("j, k, arrows", "next, previous row; g and G first and last"), ("J, K", "the detail down and up"),
            ("1", "conform"), ("2", "partly conform"), ("3", "nonconform"),
            ("4", "not assessed: takes the answer back"),
            ("5", "not applicable, with a reason: controls only"), ("m", "maturity 0 to 5"),
            ("n", "note; Ctrl-N makes a new line"), ("Tab", "the other standard's part"),
            ("c", "what was carried over still holds"), ("u", "answer each standard apart, or join"),
            ("/", "search; Esc shows all rows"),
            ("f", "only rows with something unknown"), ("r", "read anew"),
            ("q", "leave; every answer is saved at once"),
        ]
        let lines = [style.bold("Keys"), ""] + keys.map { fit("  \(DisplayText.padded($0.0, 14))\($0.1)") }
        return Array(lines.prefix(rows - 1)) + [style.dim("Any key goes back.")]
    }

    private func fit(_ text: String) -> String { DisplayText.fitted(DisplayText.safe(text), columns) }

    /// `ISO/IEC 42001:2023` becomes `42001`; a name without such a number stays.
    private static func short(_ name: String) -> String {
        name.split { !$0.isNumber }.first { $0.count == 5 }.map(String.init) ?? name
    }
}
