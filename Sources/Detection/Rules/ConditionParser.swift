// The grammar of conditions: `selection and not 1 of filter_*`.
//
// Source: Sigma specification 2.1.0, “Condition”. From least to most binding: or, and, not, x of pattern, parentheses.
// Read by descent, with a bound on its depth.

/// Reads one condition over the search identifiers of a detection.
struct ConditionParser {
    private static let nestingMax = 100
    private let tokens: [String]
    private let identifiers: [(name: String, detection: Detection)]
    private let line: Int
    private var index = 0
    private var depth = 0

    init(_ text: String, identifiers: [(name: String, detection: Detection)], line: Int) throws(RuleError) {
        var tokens: [String] = []
        var word = ""
        for character in text {
            switch character {
            case "(", ")", "|":
                if !word.isEmpty { tokens.append(word) }
                word = ""
                tokens.append(String(character))
            case _ where character.isWhitespace:
                if !word.isEmpty { tokens.append(word) }
                word = ""
            default: word.append(character)
            }
        }
        if !word.isEmpty { tokens.append(word) }
        guard !tokens.isEmpty else { throw RuleError(line, "the condition is empty") }
        guard !tokens.contains("|") else {
            throw RuleError(line, "the condition has an aggregation, which correlation rules have replaced")
        }
        self.tokens = tokens
        self.identifiers = identifiers
        self.line = line
    }

    mutating func parse() throws(RuleError) -> Detection {
        let detection = try disjunction()
        guard index == tokens.count else { throw RuleError(line, "the condition goes on with “\(tokens[index])”") }
        return detection
    }

    private func isNext(_ word: String) -> Bool { index < tokens.count && tokens[index].lowercased() == word }

    private mutating func disjunction() throws(RuleError) -> Detection {
        var parts = [try conjunction()]
        while isNext("or") {
            index += 1
            parts.append(try conjunction())
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(RuleError) -> Detection {
        var parts = [try negation()]
        while isNext("and") {
            index += 1
            parts.append(try negation())
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(RuleError) -> Detection {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.nestingMax else {
            throw RuleError(line, "the condition nests deeper than \(Self.nestingMax)")
        }
        if isNext("not") {
            index += 1
            return .not(try negation())
        }
        return try primary()
    }

    private mutating func primary() throws(RuleError) -> Detection {
        guard index < tokens.count else { throw RuleError(line, "the condition ends too early") }
        let token = tokens[index]
        index += 1
        if token == "(" {
            let inner = try disjunction()
            guard isNext(")") else { throw RuleError(line, "a parenthesis is not closed") }
            index += 1
            return inner
        }
        if isNext("of") {
            index += 1
            guard index < tokens.count else { throw RuleError(line, "“\(token) of” names nothing") }
            let pattern = tokens[index]
            index += 1
            return try quantified(token, pattern)
        }
        guard ![")", "and", "or", "of"].contains(token.lowercased()) else {
            throw RuleError(line, "the condition has “\(token)” where a search identifier belongs")
        }
        guard let found = identifiers.first(where: { $0.name == token }) else {
            throw RuleError(line, "the condition names “\(token)”, which the detection has not")
        }
        return .named(found.name, found.detection)
    }

    private func quantified(_ quantifier: String, _ pattern: String) throws(RuleError) -> Detection {
        let parts: [Detection]
        if pattern.lowercased() == "them" {
            parts = identifiers.filter { !$0.name.hasPrefix("_") }.map { .named($0.name, $0.detection) }
            guard !parts.isEmpty else { throw RuleError(line, "“of them” finds no search identifier") }
        } else {
            let glob = TextPattern(pattern)
            // A name that begins with an underscore is taken only by a pattern that says so itself.
            parts = identifiers.filter { name, _ in
                (!name.hasPrefix("_") || pattern.hasPrefix("_"))
                    && Array(name.utf8).withUnsafeBufferPointer(glob.matches)
            }.map { .named($0.name, $0.detection) }
            guard !parts.isEmpty else { throw RuleError(line, "“of \(pattern)” finds no search identifier") }
        }
        switch quantifier.lowercased() {
        case "all": return .all(parts)
        case "any", "1": return .any(parts)
        default:
            guard let count = Int(quantifier), count >= 1 else {
                throw RuleError(line, "“\(quantifier) of” must be all, any or a number from 1")
            }
            // More than there are can never be met; that is a mistake in the rule, not a rule.
            guard count <= parts.count else {
                throw RuleError(line, "“\(quantifier) of \(pattern)” asks for more than the \(parts.count) there are")
            }
            return .atLeast(count, parts)
        }
    }
}
