// A Sigma rule as it was read: who wrote it, where it stands, which log source it is for, and its detection as a tree.
//
// Source: Sigma specification 2.1.0 (2025-08-02), sigma-rules-specification. The tree is what the specification's
// selections and conditions mean; how it is evaluated quickly is the business of the matcher.

/// How grave a match is (Sigma, attribute `level`).
public enum Level: String, Sendable, CaseIterable, Comparable {
    case informational, low, medium, high, critical

    /// Levels in the order of the specification, from informational to critical.
    public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

    var rank: Int {
        switch self {
        case .informational: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .critical: 4
        }
    }
}

/// Where a rule stands: a file and the line on which its document begins.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    /// The path as it was given.
    public let file: String
    /// The line, counted from 1.
    public let line: Int

    /// A place in a file.
    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// `file:line`.
    public var description: String { "\(file):\(line)" }
}

/// The kind of log for which a rule is written, or the kind of log that an event is from (Sigma, attribute `logsource`).
public struct LogSource: Sendable, Hashable, CustomStringConvertible {
    /// The maker or the system, such as `aws`.
    public let product: String?
    /// A kind of log that several products write, such as `process_creation`.
    public let category: String?
    /// A part of a product, such as `cloudtrail`.
    public let service: String?

    /// Names are compared without case; an empty name and `-` are absent.
    public init(product: String? = nil, category: String? = nil, service: String? = nil) {
        func name(_ text: String?) -> String? {
            guard let text, !text.isEmpty, text != "-" else { return nil }
            return text.lowercased()
        }
        self.product = name(product)
        self.category = name(category)
        self.service = name(service)
    }

    /// Reads `product/category/service`, where `-` is absent; `nil` unless there are three parts.
    public init?(label: String) {
        let parts = label.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        self.init(product: parts[0], category: parts[1], service: parts[2])
    }

    /// `product/category/service`, with `-` for what is absent.
    public var description: String { "\(product ?? "-")/\(category ?? "-")/\(service ?? "-")" }

    /// Whether an event with this label is one for a rule of the other log source: each name that the rule gives is met.
    public func satisfies(_ rule: LogSource) -> Bool {
        (rule.product == nil || rule.product == product) && (rule.category == nil || rule.category == category)
            && (rule.service == nil || rule.service == service)
    }

    var isEmpty: Bool { product == nil && category == nil && service == nil }
}

/// What a rule says of itself.
public struct RuleHeader: Sendable, Hashable {
    /// The rule's id; without one, its name or its place.
    public let id: String
    /// The name by which correlations and filters may call it.
    public let name: String?
    /// What the rule detects, in a few words.
    public let title: String
    /// How grave a match is; medium if the rule says nothing.
    public let level: Level
    /// `stable`, `test`, `experimental`, `deprecated` or `unsupported`.
    public let status: String?
    /// Who wrote it; kept with every match, as the licences of rule collections ask.
    public let author: String?
    /// What the rule looks for, at length.
    public let description: String?
    /// Tags such as `attack.t1078` or `iso27001.a.8.15`.
    public let tags: [String]
    /// Where the rule's knowledge is from.
    public let references: [String]
    /// What may match without being an attack.
    public let falsePositives: [String]
    /// Fields that an analyst wants to see.
    public let fields: [String]
    /// The licence, by its SPDX name.
    public let license: String?
    /// The file and line of the rule.
    public let source: SourceLocation
    /// Controls concerned, as `iso27001:A.8.15`: the rule's own attribute `controls`, or derived from its tags.
    public let controls: [String]
}

/// A rule that looks at one event at a time.
public struct SigmaRule: Sendable, Hashable {
    /// What the rule says of itself.
    public let header: RuleHeader
    /// The log for which it is written.
    public let logSource: LogSource
    /// The detection, with the filters that apply to it.
    public internal(set) var detection: Detection
    /// Examples written with the rule (`concord detect test`).
    public let examples: [RuleExample]
}

/// An event written with a rule, and what the rule must say to it.
public struct RuleExample: Sendable, Hashable {
    /// One event, or several for a correlation, as JSON texts.
    public let events: [String]
    /// Whether the rule must match.
    public let matches: Bool
    /// The line of the example in the rule's file.
    public let line: Int
}

/// A detection as a tree of conditions on one event.
public indirect enum Detection: Sendable, Hashable {
    /// All parts hold.
    case all([Detection])
    /// At least one part holds.
    case any([Detection])
    /// The part does not hold.
    case not(Detection)
    /// At least so many parts hold.
    case atLeast(Int, [Detection])
    /// A field, or for a keyword any value of the event, passes a test.
    case match(FieldMatch)
    /// A search identifier by its name, kept so that an explanation can say which part matched.
    case named(String, Detection)
}

/// One test of one field.
public struct FieldMatch: Sendable, Hashable {
    /// The field as the rule names it; `nil` is a keyword, which any value of the event may meet.
    public let field: String?
    /// What the value must be.
    public let test: ValueTest
    /// The line in the rule's file.
    public let line: Int

    /// The same field and the same test are the same condition, wherever they stand.
    public static func == (left: FieldMatch, right: FieldMatch) -> Bool {
        left.field == right.field && left.test == right.test
    }

    /// Leaves out the line, as equality does.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(field)
        hasher.combine(test)
    }
}

/// A comparison of numbers.
public enum Comparison: String, Sendable, Hashable, CaseIterable {
    case lt, lte, gt, gte, eq, neq

    func holds(_ left: Double, _ right: Double) -> Bool {
        switch self {
        case .lt: left < right
        case .lte: left <= right
        case .gt: left > right
        case .gte: left >= right
        case .eq: left == right
        case .neq: left != right
        }
    }
}

/// A part of a time that the time modifiers take out of a date.
public enum TimePart: String, Sendable, Hashable, CaseIterable {
    case minute, hour, day, week, month, year
}

/// What a value must be.
public enum ValueTest: Sendable, Hashable {
    /// A text with or without wildcards.
    case text(TextPattern)
    /// A regular expression that is found somewhere in the value.
    case regex(RegexPattern)
    /// An address inside a network.
    case network(Network)
    /// A number on one side of another.
    case number(Comparison, Double)
    /// A part of a date compared with a number.
    case timePart(TimePart, Comparison, Double)
    /// The field is there, or is not.
    case exists(Bool)
    /// The field is missing or null.
    case null
    /// The value compared with that of another field of the event.
    case fieldReference(FieldReference)
}

/// A comparison with another field of the same event (Sigma modifier `fieldref`).
public struct FieldReference: Sendable, Hashable {
    /// Where the other field's value must stand in the field's value.
    public enum Place: String, Sendable, Hashable { case whole, start, end, inside }
    /// The other field.
    public let field: String
    /// Where its value must stand.
    public let place: Place
    /// Whether case counts.
    public let isCased: Bool
}

/// Why a rule is not used.
public enum RuleProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file or document is not what the specification allows.
    case invalid(String)
    /// Placeholders without a value (modifier `expand`).
    case waitingForPlaceholders([String])

    /// The reason in words.
    public var description: String {
        switch self {
        case .invalid(let reason): reason
        case .waitingForPlaceholders(let names):
            "no value for " + names.map { "%\($0)%" }.joined(separator: ", ")
        }
    }
}

/// A rule that is not used, by name, place and reason.
public struct RefusedRule: Sendable, Hashable {
    /// The rule's id, if it could be read.
    public let id: String?
    /// The rule's title, if it could be read.
    public let title: String?
    /// The file, and the line of what is wrong.
    public let location: SourceLocation
    /// What is wrong.
    public let problem: RuleProblem
}

/// An error while one rule is read: the line and the reason.
struct RuleError: Error {
    let line: Int
    let problem: RuleProblem

    init(_ line: Int, _ reason: String) {
        self.line = line
        problem = .invalid(reason)
    }

    init(_ line: Int, waiting names: [String]) {
        self.line = line
        problem = .waitingForPlaceholders(names)
    }
}
