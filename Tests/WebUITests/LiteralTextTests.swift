import Foundation
import Testing

/// Words of the interface come from the text catalogue, and interpolations in attributes stand in quotes. This reads
/// the sources of the target and looks for markup literals that break either rule.
@Suite("Literal text in markup")
struct LiteralTextTests {
    private static let sources = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/WebUI")

    @Test func noMarkupLiteralContainsWords() throws {
        let enumerator = try #require(FileManager.default.enumerator(atPath: Self.sources.path))
        var filesRead = 0
        for case let path as String in enumerator where path.hasSuffix(".swift") && !path.hasPrefix("Texts/") {
            let source = try String(contentsOf: Self.sources.appending(path: path), encoding: .utf8)
            filesRead += 1
            for finding in LiteralScanner.findings(in: source) {
                Issue.record("\(path):\(finding.line): \(finding.problem)")
            }
        }
        #expect(filesRead > 5)
    }

    @Test(arguments: [
        ##"html.raw("<b>Save</b>")"##,
        ##"let m: Markup = "<b title=\"Save it\">\(x)</b>""##,
        ##"return "\(x)<span> items</span>""##,
        ##"html.raw("Saved")"##,
        ##"let m: Markup = "<input placeholder='Title'>""##,
        "let m: Markup = \"\"\"\n  <p>\\(x)\n  words here</p>\n  \"\"\"",
        ##"let m: Markup = "<a href=\(x)>""##,
        ##"let m: Markup = "<p>\(raw: .each(y) { "<b>inner</b>" })</p>""##,
    ])
    func theScannerFindsWordsAndBareAttributes(_ source: String) {
        #expect(!LiteralScanner.findings(in: source).isEmpty)
    }

    @Test(arguments: [
        ##"html.raw("<b class=\"wide\">")"##,
        ##"html.raw(" class=\"num\"")"##,
        ##"html.raw("=\"")"##,
        ##"let m: Markup = "<b>\(Text.save) – \(x) &amp; / 1</b>""##,
        ##"let m: Markup = "<b title=\"\(Text.save)\">\(raw: .each(y) { "<i>\($0)</i>" })</b>""##,
        ##"let s = "just a string""##,
        "/// html.raw(\"<b>Save</b>\")",
        ##"html.raw("<kbd>j</kbd>")"##,
    ])
    func theScannerPassesMarkupWithoutWords(_ source: String) {
        #expect(LiteralScanner.findings(in: source).isEmpty)
    }
}

/// Finds string literals of Swift source and judges those that are markup.
private enum LiteralScanner {
    struct Finding {
        var line: Int
        var problem: String
    }

    static func findings(in source: String) -> [Finding] {
        var scanner = Scanner(characters: Array(source))
        scanner.scanCode(untilClosingParenthesis: false)
        return scanner.literals.flatMap { literal in
            problems(of: literal).map { Finding(line: literal.line, problem: $0) }
        }
    }

    /// The interpolations of a literal are one private-use character each.
    static let hole: Character = "\u{E000}"

    static func problems(of literal: Literal) -> [String] {
        let isRaw = literal.precededBy.hasSuffix("raw(")
        let content = literal.content.replacingOccurrences(of: "\\\"", with: "\"")
        guard content.contains("<") || isRaw else { return [] }
        var problems: [String] = []
        if content.contains("=\(hole)") { problems.append("interpolation outside quotes: \(content)") }
        for attribute in ["title", "placeholder", "alt", "aria-label", "aria-description"] {
            for quote in ["\"", "'"] {
                for part in content.components(separatedBy: " \(attribute)=\(quote)").dropFirst() {
                    let value = part.prefix { String($0) != quote }
                    if hasWord(value) { problems.append("text in \(attribute): \(value)") }
                }
            }
        }
        let visible = visibleText(of: content, isRaw: isRaw)
        if hasWord(visible) { problems.append("text: \(visible)") }
        return problems
    }

    /// What stands outside tags. A literal may begin or end inside a tag, as the writer puts attributes in pieces.
    private static func visibleText(of content: String, isRaw: Bool) -> String {
        let startsInTag = !content.hasPrefix("<") && beginsAsAttribute(content)
        var isInTag = startsInTag
        var visible = ""
        for character in content {
            switch character {
            case "<": isInTag = true
            case ">": isInTag = false; visible.append(" ")
            default: if !isInTag { visible.append(character) }
            }
        }
        return visible.replacing(/&[a-z]+;|\\n|\\u\{[0-9A-F]+\}/, with: " ")
    }

    private static func beginsAsAttribute(_ content: String) -> Bool {
        content.firstMatch(of: /^(["']|[%]?\s?[a-zA-Z\-]*=|\s[a-zA-Z\- ]+("|=|>|$)|[a-z0-9 \-]*"|>)/) != nil
    }

    /// Two letters in a row, but for the names of keys.
    private static func hasWord(_ text: some StringProtocol) -> Bool {
        String(text).firstMatch(of: /\p{L}{2,}/) != nil
    }

    struct Literal {
        var content: String
        var line: Int
        var precededBy: String
    }

    /// Walks over code, comments and (nested) string literals.
    struct Scanner {
        let characters: [Character]
        var index = 0
        var line = 1
        var literals: [Literal] = []

        init(characters: [Character]) { self.characters = characters }

        private func peek(_ offset: Int = 0) -> Character? {
            index + offset < characters.count ? characters[index + offset] : nil
        }
        private mutating func advance() {
            if characters[index].isNewline { line += 1 }
            index += 1
        }

        mutating func scanCode(untilClosingParenthesis: Bool) {
            var depth = 0
            while let character = peek() {
                if character == "/", peek(1) == "/" {
                    while let next = peek(), !next.isNewline { advance(); _ = next }
                } else if character == "\"" {
                    scanLiteral(hashes: 0)
                } else if character == "#", peek(1) == "\"" {
                    advance()
                    scanLiteral(hashes: 1)
                } else if character == "(" {
                    depth += 1
                    advance()
                } else if character == ")" {
                    advance()
                    if untilClosingParenthesis, depth == 0 { return }
                    depth -= 1
                } else {
                    advance()
                }
            }
        }

        private mutating func scanLiteral(hashes: Int) {
            let startLine = line
            let before = String(characters[max(0, index - hashes - 12)..<(index - hashes)])
            let isMultiline = peek(1) == "\"" && peek(2) == "\""
            let quotes = isMultiline ? 3 : 1
            index += quotes
            var content = ""
            while let character = peek() {
                if character == "\"", closes(quotes: quotes, hashes: hashes) {
                    index += quotes + hashes
                    break
                }
                if hashes == 0, character == "\\", peek(1) == "(" {
                    index += 2
                    scanCode(untilClosingParenthesis: true)
                    content.append(LiteralScanner.hole)
                } else if hashes == 0, character == "\\", let next = peek(1) {
                    content.append(next.isNewline ? " " : next == "\"" ? "\"" : " ")
                    advance()
                    advance()
                } else {
                    content.append(character)
                    advance()
                }
            }
            literals.append(Literal(content: content, line: startLine, precededBy: before))
        }

        private func closes(quotes: Int, hashes: Int) -> Bool {
            (0..<quotes).allSatisfy { peek($0) == "\"" } && (0..<hashes).allSatisfy { peek(quotes + $0) == "#" }
        }
    }
}
