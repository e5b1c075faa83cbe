// From `field|modifier|modifier: value` to tests of the field.
//
// Source: Sigma specification 2.1.0, sigma-appendix-modifiers. Modifiers are applied in the order in which they stand;
// a transformation may make several values of one, which are alternatives.

/// Reads one item of a map in a detection.
struct ItemReader {
    /// Values of placeholders by name (`expand`).
    let placeholders: [String: [String]]

    /// The five dashes that `windash` takes for one another.
    private static let dashes = ["-", "/", "\u{2013}", "\u{2014}", "\u{2015}"].map { Array($0.utf8) }
    /// More alternatives than this from one value are refused.
    static let alternativesMax = 5_000

    private enum Value {
        case pattern(TextPattern)
        case raw(String)
        case number(Double, String)
        case bool(Bool)
        case null
    }

    private struct Modifiers {
        var isAll = false
        var isNegated = false
        var isCased = false
        var comparison: Comparison?
        var timePart: TimePart?
        var flags: Set<Character> = []
        var kind: String?
        var transformations: [String] = []
    }

    /// The condition of one pair of a map.
    func read(key: RuleYAML, value: RuleYAML) throws(RuleError) -> Detection {
        let parts = key.written.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let field = parts[0].isEmpty ? nil : parts[0]
        let modifiers = try parse(parts.dropFirst(), key.line)
        let scalars = value.list ?? [value]
        guard !scalars.isEmpty else { throw RuleError(value.line, "the list of values of \(key.written) is empty") }
        var alternatives: [Detection] = []
        for scalar in scalars {
            guard let content = scalar.scalar else {
                throw RuleError(scalar.line, "\(key.written): a value must be a text, a number, true, false or null")
            }
            var tests = try tests(content, modifiers, scalar.line, key.written)
            // A keyword is looked for inside every value.
            if field == nil { tests = tests.map(Self.opened) }
            let matches = tests.map { Detection.match(FieldMatch(field: field, test: $0, line: scalar.line)) }
            alternatives.append(matches.count == 1 ? matches[0] : .any(matches))
        }
        if field == nil, let problem = keywordProblem(alternatives) {
            throw RuleError(key.line, problem)
        }
        let joined: Detection =
            alternatives.count == 1 ? alternatives[0] : modifiers.isAll ? .all(alternatives) : .any(alternatives)
        return modifiers.isNegated ? .not(joined) : joined
    }

    /// A keyword: a value that any field may have.
    func keyword(_ value: RuleYAML) throws(RuleError) -> Detection {
        guard let text = value.text else { throw RuleError(value.line, "a keyword must be a text") }
        var pattern = TextPattern(text)
        pattern.open(start: true, end: true)
        return .match(FieldMatch(field: nil, test: .text(pattern), line: value.line))
    }

    private static func opened(_ test: ValueTest) -> ValueTest {
        guard case .text(var pattern) = test else { return test }
        pattern.open(start: true, end: true)
        return .text(pattern)
    }

    private func keywordProblem(_ detections: [Detection]) -> String? {
        for detection in detections {
            switch detection {
            case .any(let parts): if let problem = keywordProblem(parts) { return problem }
            case .match(let match):
                switch match.test {
                case .text, .regex: continue
                default: return "a keyword must be a text or a regular expression"
                }
            default: continue
            }
        }
        return nil
    }

    private func parse(_ names: ArraySlice<String>, _ line: Int) throws(RuleError) -> Modifiers {
        var modifiers = Modifiers()
        func kind(_ name: String) throws(RuleError) {
            if let kind = modifiers.kind {
                throw RuleError(line, "the modifiers \(kind) and \(name) cannot stand together")
            }
            modifiers.kind = name
        }
        for name in names {
            switch name {
            case "all": modifiers.isAll = true
            case "neq": modifiers.isNegated = true
            case "cased", "exact": modifiers.isCased = true
            case "contains", "startswith", "endswith", "windash", "wide", "utf16le", "utf16be", "utf16", "base64",
                "base64offset", "expand":
                modifiers.transformations.append(name)
            case "re", "cidr", "exists", "fieldref": try kind(name)
            case "i", "m", "s":
                guard modifiers.kind == "re" else {
                    throw RuleError(line, "the modifier \(name) belongs behind re")
                }
                modifiers.flags.formUnion(name)
            case "lt", "lte", "gt", "gte":
                guard modifiers.comparison == nil else { throw RuleError(line, "two comparisons of one value") }
                modifiers.comparison = Comparison(rawValue: name)
            default:
                if let part = TimePart(rawValue: name) {
                    guard modifiers.timePart == nil else { throw RuleError(line, "two time modifiers of one value") }
                    modifiers.timePart = part
                } else {
                    throw RuleError(line, name.isEmpty ? "an empty modifier" : "there is no modifier \(name)")
                }
            }
        }
        let isText = !modifiers.transformations.isEmpty || modifiers.isCased
        if modifiers.comparison != nil || modifiers.timePart != nil, modifiers.kind != nil || isText {
            throw RuleError(line, "comparisons of numbers and times stand with no other modifier")
        }
        switch modifiers.kind {
        case "re", "cidr":
            let others = modifiers.transformations.filter { $0 != "expand" }
            // `re|contains` is what an expression means anyway.
            guard others.allSatisfy({ $0 == "contains" && modifiers.kind == "re" }) else {
                throw RuleError(line, "\(modifiers.kind ?? "") and \(others[0]) cannot stand together")
            }
        case "exists":
            guard modifiers.transformations.isEmpty else {
                throw RuleError(line, "exists and \(modifiers.transformations[0]) cannot stand together")
            }
        case "fieldref":
            guard modifiers.transformations.allSatisfy({ ["contains", "startswith", "endswith"].contains($0) }),
                modifiers.transformations.count <= 1
            else { throw RuleError(line, "fieldref stands with contains, startswith or endswith alone") }
        default: break
        }
        return modifiers
    }

    // MARK: One value

    private func tests(
        _ scalar: RuleYAML.Scalar, _ modifiers: Modifiers, _ line: Int, _ key: String
    ) throws(RuleError) -> [ValueTest] {
        if let part = modifiers.timePart {
            return [.timePart(part, modifiers.comparison ?? .eq, try number(scalar, line, key))]
        }
        if let comparison = modifiers.comparison { return [.number(comparison, try number(scalar, line, key))] }
        switch modifiers.kind {
        case "exists":
            switch scalar {
            case .bool(let flag): return [.exists(flag)]
            case .text(let text) where ["true", "yes"].contains(text.lowercased()): return [.exists(true)]
            case .text(let text) where ["false", "no"].contains(text.lowercased()): return [.exists(false)]
            default: throw RuleError(line, "\(key): exists must be true or false")
            }
        case "fieldref":
            guard case .text(let field) = scalar, !field.isEmpty else {
                throw RuleError(line, "\(key): fieldref must name a field")
            }
            let place: FieldReference.Place =
                switch modifiers.transformations.first {
                case "contains": .inside
                case "startswith": .start
                case "endswith": .end
                default: .whole
                }
            return [.fieldReference(FieldReference(field: field, place: place, isCased: modifiers.isCased))]
        case "re":
            var tests: [ValueTest] = []
            for text in try expanded(scalar, modifiers, line, key) {
                do throws(RegexError) {
                    tests.append(.regex(try RegexPattern(text, flags: modifiers.flags)))
                } catch {
                    throw RuleError(line, "\(key): regular expression: \(error.reason)")
                }
            }
            return tests
        case "cidr":
            var tests: [ValueTest] = []
            for text in try expanded(scalar, modifiers, line, key) {
                guard let network = Network(text) else { throw RuleError(line, "\(key): \(text) is not a network") }
                tests.append(.network(network))
            }
            return tests
        default: return try textTests(scalar, modifiers, line, key)
        }
    }

    private func number(_ scalar: RuleYAML.Scalar, _ line: Int, _ key: String) throws(RuleError) -> Double {
        switch scalar {
        case .number(let number, _): return number
        case .text(let text):
            if NumberText.isNumber(text), let number = Double(text) { return number }
        default: break
        }
        throw RuleError(line, "\(key): the value must be a number")
    }

    /// The texts of a value that is no pattern, placeholders filled in if the item says so.
    private func expanded(
        _ scalar: RuleYAML.Scalar, _ modifiers: Modifiers, _ line: Int, _ key: String
    ) throws(RuleError) -> [String] {
        let text: String
        switch scalar {
        case .text(let written): text = written
        case .number(_, let written): text = written
        case .bool(let flag): text = flag ? "true" : "false"
        case .null: throw RuleError(line, "\(key): the value must be a text")
        }
        guard modifiers.transformations.contains("expand") else { return [text] }
        return try expand(text, line)
    }

    private func textTests(
        _ scalar: RuleYAML.Scalar, _ modifiers: Modifiers, _ line: Int, _ key: String
    ) throws(RuleError) -> [ValueTest] {
        var patterns: [TextPattern]
        switch scalar {
        case .null:
            guard modifiers.transformations.isEmpty else {
                throw RuleError(line, "\(key): null cannot be changed by \(modifiers.transformations[0])")
            }
            return [.null]
        case .bool(let flag): patterns = [TextPattern(flag ? "true" : "false")]
        case .number(_, let text): patterns = [TextPattern(text)]
        case .text(let text):
            patterns =
                modifiers.transformations.contains("expand")
                ? try expand(text, line).map(TextPattern.init) : [TextPattern(text)]
        }
        for name in modifiers.transformations {
            var next: [TextPattern] = []
            for pattern in patterns { next += try transform(pattern, name, line, key) }
            guard next.count <= Self.alternativesMax else {
                throw RuleError(line, "\(key): \(name) makes more than \(Self.alternativesMax) values of one")
            }
            patterns = next
        }
        return patterns.map { pattern in
            var pattern = pattern
            pattern.isCased = modifiers.isCased
            return .text(pattern)
        }
    }

    private func transform(
        _ pattern: TextPattern, _ name: String, _ line: Int, _ key: String
    ) throws(RuleError) -> [TextPattern] {
        var pattern = pattern
        switch name {
        case "contains": pattern.open(start: true, end: true)
        case "startswith": pattern.open(start: false, end: true)
        case "endswith": pattern.open(start: true, end: false)
        case "windash": return try windash(pattern, line, key)
        case "wide", "utf16le", "utf16be", "utf16":
            pattern.elements = pattern.elements.map { element in
                guard case .literal(let bytes) = element else { return element }
                return .literal(Self.utf16(bytes, bigEndian: name == "utf16be"))
            }
            // A byte order mark stands before the text, so it is put at the front.
            if name == "utf16" { pattern.elements.insert(.literal([0xFF, 0xFE]), at: 0) }
            pattern.elements = Self.joined(pattern.elements)
        case "base64", "base64offset":
            guard let plain = pattern.plain else {
                throw RuleError(line, "\(key): \(name) of a value with wildcards")
            }
            guard !plain.isEmpty else { throw RuleError(line, "\(key): \(name) of an empty value") }
            if name == "base64" { return [TextPattern(literal: Base64Text.encode(plain))] }
            return (0...2).map { TextPattern(literal: Base64Text.encode(plain, offset: $0)) }
        default: break
        }
        return [pattern]
    }

    private static func utf16(_ bytes: [UInt8], bigEndian: Bool) -> [UInt8] {
        String(decoding: bytes, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
            let high = UInt8(unit >> 8)
            let low = UInt8(unit & 0xFF)
            return bigEndian ? [high, low] : [low, high]
        }
    }

    private static func joined(_ elements: [TextPattern.Element]) -> [TextPattern.Element] {
        var result: [TextPattern.Element] = []
        for element in elements {
            if case .literal(let next) = element, case .literal(let last)? = result.last {
                result[result.count - 1] = .literal(last + next)
            } else {
                result.append(element)
            }
        }
        return result
    }

    /// Every dash that begins an option, which is one with no word character before and one behind, as each of the five.
    private func windash(_ pattern: TextPattern, _ line: Int, _ key: String) throws(RuleError) -> [TextPattern] {
        var results: [[TextPattern.Element]] = [[]]
        var previousIsWord = false
        for (position, element) in pattern.elements.enumerated() {
            guard case .literal(let bytes) = element else {
                for index in results.indices { results[index].append(element) }
                previousIsWord = false
                continue
            }
            var segments: [[UInt8]] = [[]]
            var index = 0
            while index < bytes.count {
                let dash = Self.dashes.first { bytes[index...].starts(with: $0) }
                let end = index + (dash?.count ?? 1)
                let next =
                    end < bytes.count
                    ? Self.isWord(bytes[end]) : position + 1 < pattern.elements.count
                if let dash, !previousIsWord, next {
                    var split: [[UInt8]] = []
                    for segment in segments {
                        for other in Self.dashes { split.append(segment + other) }
                    }
                    segments = split
                    previousIsWord = false
                    index += dash.count
                } else {
                    for at in segments.indices { segments[at].append(bytes[index]) }
                    previousIsWord = Self.isWord(bytes[index])
                    index += 1
                }
                guard segments.count * results.count <= Self.alternativesMax else {
                    throw RuleError(line, "\(key): windash makes more than \(Self.alternativesMax) values of one")
                }
            }
            results = results.flatMap { result in segments.map { result + [.literal($0)] } }
        }
        return results.map { elements in
            var pattern = pattern
            pattern.elements = elements
            return pattern
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// The text with each `%name%` replaced by each of its values; `\%` is a plain percent character.
    private func expand(_ text: String, _ line: Int) throws(RuleError) -> [String] {
        var results = [""]
        var missing: [String] = []
        var rest = text[...]
        while let character = rest.first {
            rest.removeFirst()
            if character == "\\", rest.first == "%" {
                rest.removeFirst()
                for index in results.indices { results[index].append("%") }
            } else if character == "%", let end = rest.firstIndex(of: "%"), end > rest.startIndex,
                rest[..<end].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "." })
            {
                let name = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                if let values = placeholders[name], !values.isEmpty {
                    results = results.flatMap { result in values.map { result + $0 } }
                    guard results.count <= Self.alternativesMax else {
                        throw RuleError(line, "placeholders make more than \(Self.alternativesMax) values of one")
                    }
                } else if !missing.contains(name) {
                    missing.append(name)
                }
            } else {
                for index in results.indices { results[index].append(character) }
            }
        }
        guard missing.isEmpty else { throw RuleError(line, waiting: missing) }
        return results
    }
}

/// Base64 as rules need it (RFC 4648, section 4).
enum Base64Text {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// With padding.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text = digits(bytes)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return text
    }

    /// The digits that are the same whatever stands before and behind, when so many bytes (modulo 3) stand before.
    static func encode(_ bytes: [UInt8], offset: Int) -> [UInt8] {
        let text = digits(Array(repeating: 0, count: offset) + bytes)
        // A digit depends on the bytes before while it holds one of their bits, and on those behind in the last group.
        let start = [0, 2, 3][offset]
        let end = (bytes.count + offset) % 3 == 0 ? text.count : text.count - 1
        return start < end ? Array(text[start..<end]) : []
    }

    private static func digits(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let group =
                UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            for digit in 0..<min(4, left + 1) { text.append(alphabet[Int(group >> UInt32(18 - 6 * digit) & 63)]) }
            index += 3
        }
        return text
    }
}
