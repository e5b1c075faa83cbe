// How many columns a text takes on a terminal, and text that a terminal cannot take for commands.

/// Measures and cuts text for a terminal.
package enum DisplayText {
    /// Columns of a text: East Asian wide characters and emoji take two, marks that combine none.
    package static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text.utf8.count }
        return text.reduce(0) { $0 + width($1) }
    }

    /// Columns of one character, which may be made of several code points.
    package static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        // U+FE0F asks for the picture of a character that also has a plain form.
        if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        if isZeroWidth(first) { return 0 }
        return isWide(first) ? 2 : 1
    }

    /// The text in at most so many columns; what is cut off shows as an ellipsis.
    package static func fitted(_ text: String, _ columns: Int) -> String {
        guard columns > 0 else { return "" }
        guard width(text) > columns else { return text }
        var kept = ""
        var used = 0
        for character in text {
            let next = width(character)
            if used + next > columns - 1 { break }
            kept.append(character)
            used += next
        }
        return kept + "…"
    }

    /// The text in exactly so many columns.
    package static func padded(_ text: String, _ columns: Int) -> String {
        let cut = fitted(text, columns)
        return cut + String(repeating: " ", count: max(0, columns - width(cut)))
    }

    /// The text in lines of at most so many columns, broken at spaces where there are any.
    package static func wrapped(_ text: String, _ columns: Int) -> [String] {
        guard columns > 0 else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
            var lines: [String] = []
            var line = ""
            for word in paragraph.split(separator: " ") {
                var word = String(word)
                if !line.isEmpty, width(line) + 1 + width(word) > columns {
                    lines.append(line)
                    line = ""
                }
                while width(word) > columns {
                    var head = ""
                    while let next = word.first, width(head) + width(next) <= columns {
                        head.append(word.removeFirst())
                    }
                    // A character wider than the line stands alone in it.
                    if head.isEmpty { head.append(word.removeFirst()) }
                    lines.append(head)
                }
                line += line.isEmpty ? word : " " + word
            }
            return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
        }
    }

    /// The text without anything that a terminal obeys: controls, and marks that turn the direction of writing, show
    /// as U+FFFD; line breaks and tabs as spaces.
    package static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var out = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in text.unicodeScalars {
            let isReturn = scalar == "\r"
            defer { wasReturn = isReturn }
            if scalar == "\n", wasReturn { continue }
            if scalar == "\n" || isReturn || scalar == "\t" {
                out.append(" ")
            } else {
                out.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(out)
    }

    /// Like ``safe(_:)``, but keeps line breaks.
    package static func safeLines(_ text: String) -> String {
        text.replacingLineEnds().split(separator: "\n", omittingEmptySubsequences: false).map { safe(String($0)) }
            .joined(separator: "\n")
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func isZeroWidth(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: true
        default: false
        }
    }

    /// East Asian Width W and F, and emoji that show as pictures (UAX #11), in ranges.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x1100 { return false }
        if scalar.properties.isEmojiPresentation { return true }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            return true
        default: return false
        }
    }
}

extension String {
    /// CRLF and CR become LF.
    fileprivate func replacingLineEnds() -> String {
        var out = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in unicodeScalars {
            if scalar == "\n", wasReturn {
                wasReturn = false
                continue
            }
            wasReturn = scalar == "\r"
            out.append(wasReturn ? "\n" : scalar)
        }
        return String(out)
    }
}
