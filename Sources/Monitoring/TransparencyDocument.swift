// Model cards and information for users: what they say, what they lack, and how old they are.
public import Foundation

/// A document about an AI system, in Markdown or JSON, held against the topics that it should treat.
public struct TransparencyDocument: Sendable {
    /// A topic and the words by which a heading or key is known to treat it.
    public struct Topic: Hashable, Sendable {
        /// Its name in results.
        public let name: String
        /// Any of these in a heading, in lower case, is enough.
        public let words: [String]

        /// A topic.
        public init(_ name: String, _ words: [String]) {
            self.name = name
            self.words = words
        }
    }

    /// The kinds of documents.
    public enum Kind: String, Sendable, CaseIterable {
        /// For those who judge the model.
        case modelCard = "model_card"
        /// For those who use the system.
        case userInformation = "user_information"

        /// What such a document treats: the sections of Mitchell and others, Model Cards for Model Reporting (2019); the
        /// items of ISO/IEC 42001, B.8.2 with A.6.2.7.
        public var topics: [Topic] {
            switch self {
            case .modelCard:
                [
                    Topic("details", ["model details", "details", "overview", "description"]),
                    Topic("intended_use", ["intended use", "use case", "purpose"]),
                    Topic("factors", ["factor", "groups", "subgroup", "population"]),
                    Topic("metrics", ["metric", "measures"]),
                    Topic("evaluation_data", ["evaluation data", "test data", "evaluation"]),
                    Topic("training_data", ["training data", "training"]),
                    Topic("analyses", ["analys", "results", "performance"]),
                    Topic("ethics", ["ethic", "fairness", "bias", "risk"]),
                    Topic("caveats", ["caveat", "limitation", "recommendation"]),
                ]
            case .userInformation:
                [
                    Topic("purpose", ["purpose", "intended use"]),
                    Topic("use_of_ai", ["use of ai", "uses ai", "ai system", "artificial intelligence", "automated"]),
                    Topic("interaction", ["how to use", "interact", "instructions", "operation"]),
                    Topic("override", ["override", "stop", "contest", "appeal", "objection"]),
                    Topic("requirements", ["requirement", "resources", "lifetime", "environment"]),
                    Topic("limitations", ["limitation", "caveat"]),
                    Topic("oversight", ["oversight", "human review", "supervision"]),
                    Topic("performance", ["accuracy", "performance"]),
                    Topic("impact", ["impact", "benefit", "harm", "risk"]),
                    Topic("changes", ["change", "update", "version", "maintenance"]),
                    Topic("contact", ["contact", "support", "report a problem", "complaint"]),
                    Topic("training", ["training", "education", "learning material"]),
                ]
            }
        }
    }

    /// The most bytes that are read.
    public static let bytesMax = 16 << 20
    /// Fewer letters and digits are no content.
    static let contentMin = 10

    /// Where it came from.
    public let path: String
    /// The SHA-256 of the file, in hexadecimal.
    public let sha256: String
    /// Headings or keys with all text under them.
    let sections: [(heading: String, text: String)]
    /// How many sections it has.
    public var sectionCount: Int { sections.count }
    /// Dates that stand beside a word such as "updated".
    let dates: [CivilDate]

    /// Reads a document: JSON when it starts with a brace, else Markdown.
    ///
    /// - Throws: `TableError` when it cannot be read, is no UTF-8 text, or no JSON.
    public init(contentsOf path: String) throws(TableError) {
        let file = try MappedFile(path: path)
        guard file.count <= Self.bytesMax else { throw TableError(path: path, reason: "the file is too large") }
        let data = try file.contents()
        guard let text = String(validating: data, as: UTF8.self) else {
            throw TableError(path: path, reason: "the file is not UTF-8 text")
        }
        self.path = path
        sha256 = try file.sha256()
        if text.first(where: { !$0.isWhitespace }) == "{" {
            guard let value = try? JSONSerialization.jsonObject(with: data),
                let object = value as? [String: Any]
            else { throw TableError(path: path, reason: "this starts like JSON and is none") }
            (sections, dates) = Self.json(object)
        } else {
            (sections, dates) = Self.markdown(text)
        }
    }

    /// Its completeness and age.
    ///
    /// - Parameter today: the day on which the age is told.
    public func report(_ kind: Kind, today: CivilDate) -> ReportObject {
        let topics = kind.topics
        let treated = topics.filter { topic in
            sections.contains { section in
                topic.words.contains { section.heading.lowercased().contains($0) } && Self.isContent(section.text)
            }
        }
        var out = ReportObject()
        out["path"] = .string(path)
        out["completeness"] = .number(Double(treated.count) / Double(topics.count))
        out["treated"] = .array(treated.map { .string($0.name) })
        out["missing"] = .array(topics.filter { !treated.contains($0) }.map { .string($0.name) })
        let past = dates.filter { $0 <= today }.max()
        out["date"] = past.map { .string($0.description) } ?? .null
        let reason =
            dates.isEmpty
            ? "no date stands beside date, updated, reviewed or version" : "all its dates are in the future"
        if past == nil { out["date_reason"] = .string(reason) }
        out.set("age_days", past.map { Double(today.dayNumber - $0.dayNumber) }, reason: reason)
        return out
    }

    /// More than a placeholder.
    private static func isContent(_ text: String) -> Bool {
        let bare = text.lowercased().filter { $0.isLetter || $0.isNumber }
        let placeholders = ["tobedone", "todo", "tbd", "tobedetermined", "notavailable", "comingsoon"]
        return bare.count >= contentMin && !placeholders.contains(bare)
    }

    private static func markdown(_ text: String) -> (sections: [(String, String)], dates: [CivilDate]) {
        var found: [(level: Int, heading: String, text: String)] = []
        var dates: [CivilDate] = []
        var isInCode = false
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("```") { isInCode.toggle() }
            dates += dated(String(line), beside: String(line))
            let level = line.prefix { $0 == "#" }.count
            if !isInCode, (1...6).contains(level), line.dropFirst(level).first == " " {
                found.append((level, line.dropFirst(level).trimmingCharacters(in: .whitespaces), ""))
            } else {
                // A section also holds the text of those below it.
                var limit = 7
                for i in found.indices.reversed() where found[i].level < limit {
                    found[i].text += line + "\n"
                    limit = found[i].level
                }
            }
        }
        // The title holds everything; only what stands directly below counts, so that it treats no topic by its name.
        let sections = found.filter { $0.level > 1 || found.count { $0.level == 1 } > 1 }
        return (sections.map { ($0.heading, $0.text) }, dates)
    }

    private static func json(_ object: [String: Any]) -> (sections: [(String, String)], dates: [CivilDate]) {
        var sections: [(String, String)] = []
        var dates: [CivilDate] = []
        func text(_ value: Any, _ key: String) -> String {
            switch value {
            case let inner as [String: Any]:
                return inner.sorted { $0.key < $1.key }.map { member in
                    let text = text(member.value, member.key)
                    sections.append((words(member.key), text))
                    return text
                }.joined(separator: "\n")
            case let list as [Any]: return list.map { text($0, key) }.joined(separator: "\n")
            case let string as String:
                dates += dated(string, beside: key)
                return string
            case let number as NSNumber: return number.stringValue
            default: return ""
            }
        }
        _ = text(object, "")
        return (sections, dates)
    }

    /// `intendedUse` and `intended_use` as words.
    private static func words(_ key: String) -> String {
        var out = ""
        for character in key {
            if character.isUppercase { out += " " }
            out.append(character == "_" || character == "-" ? " " : character)
        }
        return out.trimmingCharacters(in: .whitespaces)
    }

    /// The dates in a text, if words beside it say that they are dates of the document.
    private static func dated(_ text: String, beside: String) -> [CivilDate] {
        let beside = beside.lowercased()
        guard ["date", "updated", "reviewed", "version", "revised"].contains(where: beside.contains) else { return [] }
        return text.split { !($0.isNumber || $0 == "-" || $0 == "T" || $0 == ":") }.compactMap {
            CivilDate(String($0.prefix(10)))
        }
    }
}

/// A day of the Gregorian calendar.
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The year.
    public let year: Int
    /// The month, from 1.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int

    /// Reads `YYYY-MM-DD`; nil for anything else, and for days that do not exist.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            (bytes[0..<4] + bytes[5..<7] + bytes[8..<10]).allSatisfy({ (48...57).contains($0) }),
            let year = Int(text.prefix(4)), let month = Int(text.dropFirst(5).prefix(2)), let day = Int(text.suffix(2)),
            (1...12).contains(month)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        guard (1...days).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day in UTC of a time.
    public init(_ time: Date) {
        // Days from 0000-03-01, so that leap days come last (Richards, Explanatory Supplement, 2013).
        let days = Int((time.timeIntervalSince1970 / 86_400).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let ofEra = days - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * ofYear + 2) / 153
        day = ofYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    public var dayNumber: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    }

    /// In order of time.
    public static func < (a: CivilDate, b: CivilDate) -> Bool { a.dayNumber < b.dayNumber }

    /// `YYYY-MM-DD`.
    public var description: String {
        func padded(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }
}
