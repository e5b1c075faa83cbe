// Regular expressions of rules: parsed to a tree, refused by name where they cannot be matched in linear time.
//
// Source of the syntax: Sigma specification 2.1.0 (modifier `re`, a part of PCRE) and the pcre2pattern manual for the
// classes, escapes and inline flags that public rules use besides. Back references and look-around are not regular.

/// Why a regular expression is refused.
struct RegexError: Error {
    let reason: String
}

/// A regular expression with its flags.
public struct RegexPattern: Sendable, Hashable {
    /// The expression as it is written.
    public let text: String
    let flags: Set<Character>
    let tree: RegexNode

    init(_ text: String, flags: Set<Character> = []) throws(RegexError) {
        var parser = try RegexParser(text, flags: flags)
        self.text = text
        self.flags = flags
        tree = try parser.parse()
        // Compiled once here, so that an expression that is too large is refused with its rule.
        _ = try RegexProgram(tree)
    }

    /// The expression and its flags decide, not the tree.
    public static func == (left: RegexPattern, right: RegexPattern) -> Bool {
        left.text == right.text && left.flags == right.flags
    }

    /// As equality.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(flags)
    }
}

/// Characters as ranges of Unicode scalars, sorted and apart.
struct ScalarSet: Sendable, Hashable {
    var ranges: [ClosedRange<UInt32>] = []

    static let all = ScalarSet(ranges: [0...0xD7FF, 0xE000...0x10FFFF])
    static let digits = ScalarSet(ranges: [0x30...0x39])
    static let words = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let spaces = ScalarSet(ranges: [0x09...0x0D, 0x20...0x20])
    static let horizontal = ScalarSet(ranges: [0x09...0x09, 0x20...0x20])

    static func one(_ scalar: UInt32) -> ScalarSet { ScalarSet(ranges: [scalar...scalar]) }

    var normal: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound &+ 1 {
                result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return ScalarSet(ranges: result)
    }

    var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        for whole in Self.all.ranges {
            var next = whole.lowerBound
            for range in normal.ranges where range.overlaps(whole) {
                if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
                next = max(next, range.upperBound &+ 1)
            }
            if next <= whole.upperBound { result.append(next...whole.upperBound) }
        }
        return ScalarSet(ranges: result)
    }

    /// With the other case of each character. Large ranges beyond ASCII are taken as they are.
    var withBothCases: ScalarSet {
        var result = self
        for range in ranges {
            guard range.count <= 4_096 else {
                for letter in UInt32(0x41)...0x5A {
                    if range.contains(letter) { result.ranges.append((letter | 0x20)...(letter | 0x20)) }
                    if range.contains(letter | 0x20) { result.ranges.append(letter...letter) }
                }
                continue
            }
            for value in range {
                guard let scalar = Unicode.Scalar(value) else { continue }
                for mapping in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                    let scalars = Array(mapping.unicodeScalars)
                    if scalars.count == 1, scalars[0] != scalar {
                        result.ranges.append(scalars[0].value...scalars[0].value)
                    }
                }
            }
        }
        return result.normal
    }
}

/// The tree of a regular expression.
indirect enum RegexNode: Sendable, Hashable {
    enum Assertion: Sendable, Hashable {
        case textStart, textEnd, textEndOrNewline, lineStart, lineEnd, wordBoundary, notWordBoundary
    }

    case empty
    case set(ScalarSet)
    case sequence([RegexNode])
    case alternatives([RegexNode])
    case repeated(RegexNode, Int, Int?)
    case assertion(Assertion)
}

/// Parses by descent over the Unicode scalars of the expression.
struct RegexParser {
    static let charactersMax = 10_000
    private static let nestingMax = 200
    private static let repeatMax = 2_000
    private let text: [Unicode.Scalar]
    private var index = 0
    private var depth = 0
    private var ignoresCase: Bool
    private var isMultiline: Bool
    private var dotTakesNewline: Bool
    private var isExtended = false

    init(_ text: String, flags: Set<Character>) throws(RegexError) {
        self.text = Array(text.unicodeScalars)
        guard self.text.count <= Self.charactersMax else { throw RegexError(reason: "too long") }
        ignoresCase = flags.contains("i")
        isMultiline = flags.contains("m")
        dotTakesNewline = flags.contains("s")
    }

    mutating func parse() throws(RegexError) -> RegexNode {
        let node = try alternatives()
        guard index == text.count else { throw RegexError(reason: "a closing parenthesis too many") }
        return node
    }

    private var next: Unicode.Scalar? { index < text.count ? text[index] : nil }

    private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        index += 1
        return true
    }

    private mutating func alternatives() throws(RegexError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.nestingMax else { throw RegexError(reason: "nests too deep") }
        // Flags set inside a group end with it.
        let flags = (ignoresCase, isMultiline, dotTakesNewline, isExtended)
        defer { (ignoresCase, isMultiline, dotTakesNewline, isExtended) = flags }
        var branches = [try sequence()]
        while accept("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(RegexError) -> RegexNode {
        var parts: [RegexNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            if isExtended, scalar.properties.isWhitespace {
                index += 1
                continue
            }
            if isExtended, scalar == "#" {
                while let other = next, other != "\n" { index += 1 }
                continue
            }
            guard let atom = try atom() else { continue }
            parts.append(try quantified(atom))
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func quantified(_ atom: RegexNode) throws(RegexError) -> RegexNode {
        var node = atom
        while let (low, high) = try quantifier() {
            if case .assertion = node { throw RegexError(reason: "a quantifier behind an assertion") }
            // Whether a quantifier is lazy changes what is captured, not whether there is a match.
            if !accept("?"), next == "+" { throw RegexError(reason: "possessive quantifiers are not supported") }
            node = .repeated(node, low, high)
        }
        return node
    }

    private mutating func quantifier() throws(RegexError) -> (Int, Int?)? {
        switch next {
        case "*":
            index += 1
            return (0, nil)
        case "+":
            index += 1
            return (1, nil)
        case "?":
            index += 1
            return (0, 1)
        case "{":
            // Braces that are no quantifier are plain.
            let start = index
            index += 1
            let low = number()
            var high = low
            if accept(",") { high = number() }
            let hasComma = index > start + 1 && text[start..<index].contains(",")
            guard let low, accept("}") else {
                index = start
                return nil
            }
            guard low <= Self.repeatMax, (high ?? 0) <= Self.repeatMax else {
                throw RegexError(reason: "more than \(Self.repeatMax) repetitions")
            }
            let upper = hasComma ? high : low
            if let upper, upper < low { throw RegexError(reason: "a repetition that ends before it begins") }
            return (low, upper)
        default: return nil
        }
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, ("0"..."9").contains(scalar), (value ?? 0) < 1_000_000 {
            value = (value ?? 0) * 10 + Int(scalar.value - 0x30)
            index += 1
        }
        return value
    }

    private func cased(_ set: ScalarSet) -> RegexNode { .set(ignoresCase ? set.withBothCases : set) }

    /// One atom; `nil` for flags, which match nothing themselves.
    private mutating func atom() throws(RegexError) -> RegexNode? {
        guard let scalar = next else { return .empty }
        index += 1
        switch scalar {
        case "(": return try group()
        case "[": return .set(try bracket())
        case ".": return .set(dotTakesNewline ? .all : ScalarSet.one(0x0A).inverted)
        case "^": return .assertion(isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(isMultiline ? .lineEnd : .textEndOrNewline)
        case "*", "+", "?": throw RegexError(reason: "a quantifier with nothing before it")
        case "{":
            // A brace that is no quantifier stands for itself.
            index -= 1
            if try quantifier() != nil { throw RegexError(reason: "a quantifier with nothing before it") }
            index += 1
            return cased(.one(scalar.value))
        case "\\": return try escape()
        default: return cased(.one(scalar.value))
        }
    }

    private mutating func group() throws(RegexError) -> RegexNode? {
        if accept("?") {
            switch next {
            case ":": index += 1
            case "P", "<", "'":
                if accept("P"), next != "<" { throw RegexError(reason: "back references are not regular") }
                let close: Unicode.Scalar = next == "'" ? "'" : ">"
                index += 1
                if next == "=" || next == "!" { throw RegexError(reason: "look-behind is not supported") }
                while let scalar = next, scalar != close { index += 1 }
                guard accept(close) else { throw RegexError(reason: "the name of a group does not end") }
            case "=", "!": throw RegexError(reason: "look-ahead is not supported")
            case ">": throw RegexError(reason: "atomic groups are not supported")
            case "#":
                while let scalar = next, scalar != ")" { index += 1 }
                guard accept(")") else { throw RegexError(reason: "a comment does not end") }
                return nil
            default:
                let flags = (ignoresCase, isMultiline, dotTakesNewline, isExtended)
                try inlineFlags()
                if accept(")") { return nil }
                guard accept(":") else { throw RegexError(reason: "an unknown kind of group") }
                // Flags of `(?i:…)` hold inside only.
                let inner = try alternatives()
                (ignoresCase, isMultiline, dotTakesNewline, isExtended) = flags
                guard accept(")") else { throw RegexError(reason: "a group does not end") }
                return inner
            }
        } else if next == "*" {
            throw RegexError(reason: "verbs are not supported")
        }
        let inner = try alternatives()
        guard accept(")") else { throw RegexError(reason: "a group does not end") }
        return inner
    }

    private mutating func inlineFlags() throws(RegexError) {
        var isOn = true
        while let scalar = next, scalar != ")", scalar != ":" {
            index += 1
            switch scalar {
            case "-": isOn = false
            case "i": ignoresCase = isOn
            case "m": isMultiline = isOn
            case "s": dotTakesNewline = isOn
            case "x": isExtended = isOn
            default: throw RegexError(reason: "there is no flag \(scalar)")
            }
        }
    }

    // MARK: Escapes and classes

    private mutating func escape() throws(RegexError) -> RegexNode {
        guard let scalar = next else { throw RegexError(reason: "ends with a backslash") }
        index += 1
        switch scalar {
        case "b": return .assertion(.wordBoundary)
        case "B": return .assertion(.notWordBoundary)
        case "A": return .assertion(.textStart)
        case "z": return .assertion(.textEnd)
        case "Z": return .assertion(.textEndOrNewline)
        case "Q":
            var parts: [RegexNode] = []
            while let other = next {
                if other == "\\", index + 1 < text.count, text[index + 1] == "E" {
                    index += 2
                    break
                }
                parts.append(cased(.one(other.value)))
                index += 1
            }
            return .sequence(parts)
        case "E": return .empty
        case "R":
            return .alternatives([.sequence([.set(.one(13)), .set(.one(10))]), .set(ScalarSet(ranges: [10...13]))])
        case "1"..."9", "k", "g": throw RegexError(reason: "back references are not regular")
        case "G", "K", "C", "X": throw RegexError(reason: "\\\(scalar) is not supported")
        default: return cased(try escapedSet(scalar))
        }
    }

    private mutating func escapedSet(_ scalar: Unicode.Scalar) throws(RegexError) -> ScalarSet {
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet.digits.inverted
        case "w": return .words
        case "W": return ScalarSet.words.inverted
        case "s": return .spaces
        case "S": return ScalarSet.spaces.inverted
        case "h": return .horizontal
        case "H": return ScalarSet.horizontal.inverted
        case "N": return ScalarSet.one(0x0A).inverted
        case "v": return ScalarSet(ranges: [0x0A...0x0D])
        case "n": return .one(0x0A)
        case "r": return .one(0x0D)
        case "t": return .one(0x09)
        case "f": return .one(0x0C)
        case "a": return .one(0x07)
        case "e": return .one(0x1B)
        case "0":
            var value: UInt32 = 0
            var digits = 0
            while digits < 2, let digit = next, ("0"..."7").contains(digit) {
                value = value * 8 + digit.value - 0x30
                digits += 1
                index += 1
            }
            return .one(value)
        case "x":
            if accept("{") {
                let value = try hexadecimal(8)
                guard accept("}") else { throw RegexError(reason: "\\x{ does not end") }
                return .one(value)
            }
            return .one(try hexadecimal(2))
        case "u": return .one(try hexadecimal(4))
        default:
            // Letters without a meaning are mistakes; anything else stands for itself.
            if scalar.isASCII, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
                throw RegexError(reason: "there is no escape \\\(scalar)")
            }
            return .one(scalar.value)
        }
    }

    private mutating func hexadecimal(_ digitsMax: Int) throws(RegexError) -> UInt32 {
        var value: UInt32 = 0
        var digits = 0
        while digits < digitsMax, let scalar = next, let digit = Character(scalar).hexDigitValue {
            value = value << 4 | UInt32(digit)
            digits += 1
            index += 1
        }
        guard digits > 0, Unicode.Scalar(value) != nil else { throw RegexError(reason: "no character of that number") }
        return value
    }

    private mutating func bracket() throws(RegexError) -> ScalarSet {
        let isInverted = accept("^")
        var set = ScalarSet()
        var isFirst = true
        while true {
            guard let scalar = next else { throw RegexError(reason: "a class does not end") }
            index += 1
            if scalar == "]", !isFirst { break }
            isFirst = false
            if scalar == "[", next == ":", let named = try namedClass() {
                set.ranges += named.ranges
                continue
            }
            let low: ScalarSet
            if scalar == "\\" {
                guard let escaped = next else { throw RegexError(reason: "a class does not end") }
                index += 1
                low = escaped == "b" ? .one(8) : try escapedSet(escaped)
            } else {
                low = .one(scalar.value)
            }
            guard low.ranges.count == 1, low.ranges[0].count == 1, next == "-", index + 1 < text.count,
                text[index + 1] != "]"
            else {
                set.ranges += low.ranges
                continue
            }
            index += 1
            var upper = text[index]
            index += 1
            var high = ScalarSet.one(upper.value)
            if upper == "\\" {
                guard let escaped = next else { throw RegexError(reason: "a class does not end") }
                upper = escaped
                index += 1
                high = try escapedSet(escaped)
            }
            guard high.ranges.count == 1, high.ranges[0].count == 1 else {
                // `[a-\d]`: the dash is plain.
                set.ranges += low.ranges + [0x2D...0x2D] + high.ranges
                continue
            }
            guard high.ranges[0].lowerBound >= low.ranges[0].lowerBound else {
                throw RegexError(reason: "a range that ends before it begins")
            }
            set.ranges.append(low.ranges[0].lowerBound...high.ranges[0].lowerBound)
        }
        // Case is taken in before the class is turned round.
        let whole = (ignoresCase ? set.withBothCases : set).normal
        return isInverted ? whole.inverted : whole
    }

    private mutating func namedClass() throws(RegexError) -> ScalarSet? {
        var end = index + 1
        while end < text.count, text[end] != ":" { end += 1 }
        guard end + 1 < text.count, text[end + 1] == "]" else { return nil }
        let name = String(String.UnicodeScalarView(text[(index + 1)..<end]))
        index = end + 2
        switch name {
        case "alpha": return ScalarSet(ranges: [0x41...0x5A, 0x61...0x7A])
        case "digit": return .digits
        case "alnum": return ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x61...0x7A])
        case "upper": return ScalarSet(ranges: [0x41...0x5A])
        case "lower": return ScalarSet(ranges: [0x61...0x7A])
        case "space": return .spaces
        case "blank": return .horizontal
        case "punct": return ScalarSet(ranges: [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
        case "xdigit": return ScalarSet(ranges: [0x30...0x39, 0x41...0x46, 0x61...0x66])
        case "word": return .words
        case "cntrl": return ScalarSet(ranges: [0x00...0x1F, 0x7F...0x7F])
        case "print": return ScalarSet(ranges: [0x20...0x7E])
        case "graph": return ScalarSet(ranges: [0x21...0x7E])
        default: throw RegexError(reason: "there is no class [:\(name):]")
        }
    }
}
