// A cell as the value of a field: more forgiving than the API, since people write spreadsheets, and strict where a
// guess could be wrong.
import Exchange
import Foundation
import RecordKit

/// Reads cells.
enum ImportValues {
    /// The text of a cell as a person meant it: without the apostrophe that keeps spreadsheets from running it.
    static func text(_ cell: String) -> String { CSV.armed(cell) }

    /// A cell of a field that names no other records.
    /// - Throws: ``Problem`` that says what would be accepted.
    static func value(_ text: String, for field: FieldDescription) throws(Problem) -> FieldValue {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        switch field.kind {
        case .choice(let words):
            let wanted = trimmed.lowercased()
            if let word = words.first(where: { $0.lowercased() == wanted || $0.asLabel.lowercased() == wanted }) {
                return .text(word)
            }
            return try FieldInput.value(text, for: field)
        case .day:
            if let day = try day(trimmed, field) { return .day(day) }
            return try FieldInput.value(text, for: field)
        case .decimal: return try FieldInput.value(try pointed(trimmed, field), for: field)
        default: return try FieldInput.value(text, for: field)
        }
    }

    /// Days that can be read in one way only: 2026-12-31, 31.12.2026, 2026/12/31.
    private static func day(_ text: String, _ field: FieldDescription) throws(Problem) -> Day? {
        func parts(_ mark: Character) -> [Int] {
            let parts = text.split(separator: mark, omittingEmptySubsequences: false)
            let numbers = parts.compactMap { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil }
            return parts.count == 3 && numbers.count == 3 ? numbers : []
        }
        let german = parts(".")
        if german.count == 3, text.split(separator: ".").last?.count == 4 {
            return Day(year: german[2], month: german[1], day: german[0])
        }
        let slashed = parts("/")
        if slashed.count == 3 {
            guard text.split(separator: "/").first?.count == 4 else {
                throw Problem(field.name, "could be read in two ways; write it as yyyy-mm-dd")
            }
            return Day(year: slashed[0], month: slashed[1], day: slashed[2])
        }
        return nil
    }

    /// A decimal comma becomes a point, unless it could as well part thousands.
    private static func pointed(_ text: String, _ field: FieldDescription) throws(Problem) -> String {
        guard let comma = text.firstIndex(of: ",") else { return text }
        let digits = text[text.index(after: comma)...]
        guard !text.contains("."), !digits.contains(","), digits.count != 3 else {
            throw Problem(field.name, "could be read in two ways; write it with a point, and nothing between thousands")
        }
        return text.replacingOccurrences(of: ",", with: ".")
    }
}
