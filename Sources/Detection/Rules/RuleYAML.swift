// YAML as rules need it: mappings in their order, scalars as they are written, a line for everything, and limits.
//
// Scalars are resolved here by YAML's core schema; the library's resolver costs a regular expression for each scalar,
// also for the keys that it compares, and is left out.
// A file is looked at before it is parsed, because the parser recurses: what nests too deep never reaches it.
import Yams

/// A node of a YAML document.
struct RuleYAML: Sendable {
    enum Content: Sendable {
        case scalar(Scalar)
        case list([RuleYAML])
        case mapping([(key: RuleYAML, value: RuleYAML)])
    }

    /// A scalar, and what plain style makes of it.
    enum Scalar: Sendable, Equatable {
        case text(String)
        case number(Double, String)
        case bool(Bool)
        case null
    }

    let line: Int
    let content: Content
    /// The scalar as it is written.
    let written: String

    // MARK: Limits

    static let fileBytesMax = 4 << 20
    static let nestingMax = 64
    static let nodesMax = 200_000

    /// The documents of a file.
    static func documents(_ text: String) throws(RuleError) -> [RuleYAML] {
        let (documents, error) = try readable(text)
        if let error { throw error }
        return documents
    }

    /// The documents of a file up to the first error in it.
    static func readable(_ text: String) throws(RuleError) -> ([RuleYAML], RuleError?) {
        guard text.utf8.count <= fileBytesMax else {
            throw RuleError(1, "the file is larger than \(fileBytesMax) bytes")
        }
        if let line = tooDeep(text) { throw RuleError(line, "nests too deep") }
        var nodes: [Node] = []
        var failure: RuleError?
        do {
            // The encoding is named, because the library else reads the environment for every file.
            var sequence = try Yams.compose_all(yaml: text, .basic, .default, .utf8)
            while let node = sequence.next() { nodes.append(node) }
            // What goes wrong while the documents are read is no error of the call.
            failure = sequence.error.map(yamlError)
        } catch {
            throw yamlError(error)
        }
        var left = nodesMax
        var documents: [RuleYAML] = []
        for node in nodes { documents.append(try RuleYAML(node, depth: 0, left: &left)) }
        return (documents, failure)
    }

    private static func yamlError(_ error: any Error) -> RuleError {
        guard let error = error as? YamlError else { return RuleError(1, "not YAML: \(error)") }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return RuleError(max(1, mark.line), "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().joined(separator: ", ")
            return RuleError(max(1, context.mark.line), "the key \(names) stands twice in one mapping")
        default: return RuleError(1, "not YAML: \(error)")
        }
    }

    /// The first line on which brackets or block sequences nest deeper than any rule does. It may count a bracket
    /// inside a text; the bound is far above what texts have unbalanced.
    private static func tooDeep(_ text: String) -> Int? {
        var text = text
        return text.withUTF8(tooDeep)
    }

    private static func tooDeep(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var line = 1
        var open = 0
        var dashes = 0
        var indent = 0
        var atStart = true
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                dashes = 0
                indent = 0
                atStart = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                open += 1
                atStart = false
                if open > 500 { return line }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                open = max(0, open - 1)
                atStart = false
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
                if atStart { dashes += 1 }
                if dashes > 100 { return line }
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                if atStart { indent += 1 }
                if indent > 2_000 { return line }
            default: atStart = false
            }
        }
        return nil
    }

    private init(_ node: Node, depth: Int, left: inout Int) throws(RuleError) {
        let line = max(1, node.mark?.line ?? 1)
        left -= 1
        // An alias costs as much as what it stands for, so that ten lines cannot become a billion nodes.
        guard left > 0 else { throw RuleError(line, "more than \(Self.nodesMax) values, with aliases written out") }
        guard depth <= Self.nestingMax else { throw RuleError(line, "nests deeper than \(Self.nestingMax)") }
        self.line = line
        switch node {
        case .scalar(let scalar):
            written = scalar.string
            content = .scalar(
                scalar.style == .plain || scalar.style == .any ? Self.resolve(scalar.string) : .text(scalar.string))
        case .sequence(let sequence):
            written = ""
            var items: [RuleYAML] = []
            items.reserveCapacity(sequence.count)
            for item in sequence { items.append(try RuleYAML(item, depth: depth + 1, left: &left)) }
            content = .list(items)
        case .mapping(let mapping):
            written = ""
            var pairs: [(key: RuleYAML, value: RuleYAML)] = []
            pairs.reserveCapacity(mapping.count)
            for (key, value) in mapping {
                pairs.append(
                    (
                        try RuleYAML(key, depth: depth + 1, left: &left),
                        try RuleYAML(value, depth: depth + 1, left: &left)
                    ))
            }
            content = .mapping(pairs)
        case .alias:
            throw RuleError(line, "an alias that stands for nothing")
        }
    }

    init(line: Int, mapping: [(key: RuleYAML, value: RuleYAML)]) {
        self.line = line
        written = ""
        content = .mapping(mapping)
    }

    /// YAML 1.2, core schema.
    static func resolve(_ text: String) -> Scalar {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "~"): return text == "~" ? .null : .text(text)
        case UInt8(ascii: "n"), UInt8(ascii: "N"):
            return text == "null" || text == "Null" || text == "NULL" ? .null : .text(text)
        case UInt8(ascii: "t"), UInt8(ascii: "T"):
            return text == "true" || text == "True" || text == "TRUE" ? .bool(true) : .text(text)
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            return text == "false" || text == "False" || text == "FALSE" ? .bool(false) : .text(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            if text.hasPrefix("0x"), let number = UInt64(text.dropFirst(2), radix: 16) {
                return .number(Double(number), String(number))
            }
            if text.hasPrefix("0o"), let number = UInt64(text.dropFirst(2), radix: 8) {
                return .number(Double(number), String(number))
            }
            guard NumberText.isNumber(text), let number = Double(text) else { return .text(text) }
            return .number(number, NumberText.canonical(text))
        default: return .text(text)
        }
    }

    // MARK: Reading

    var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    var list: [RuleYAML]? {
        if case .list(let items) = content { items } else { nil }
    }

    var mapping: [(key: RuleYAML, value: RuleYAML)]? {
        if case .mapping(let pairs) = content { pairs } else { nil }
    }

    /// The text of a scalar that is not null.
    var text: String? {
        switch scalar {
        case .text(let text): text
        case .number, .bool: written
        case .null, nil: nil
        }
    }

    /// A list of texts, where one text stands for a list of one.
    var texts: [String]? {
        if let items = list {
            let texts = items.compactMap(\.text)
            return texts.count == items.count ? texts : nil
        }
        return text.map { [$0] }
    }

    subscript(_ key: String) -> RuleYAML? {
        mapping?.first { $0.key.written == key }?.value
    }

    var isNull: Bool { scalar == .null }

    /// The same tree with the pairs of another laid over it, mapping by mapping (rule collections, `action: global`).
    func merged(under other: RuleYAML) -> RuleYAML {
        guard let mine = mapping, let theirs = other.mapping else { return other }
        var pairs = mine
        for (key, value) in theirs {
            if let index = pairs.firstIndex(where: { $0.key.written == key.written }) {
                pairs[index] = (key, pairs[index].value.merged(under: value))
            } else {
                pairs.append((key, value))
            }
        }
        return RuleYAML(line: other.line, mapping: pairs)
    }
}

/// Numbers as texts: what is one, and the one way to write it.
enum NumberText {
    /// Digits with a sign, a point and an exponent; not `inf`, `nan` or a hexadecimal number.
    static func isNumber(_ text: some StringProtocol) -> Bool {
        var digits = 0
        var points = 0
        var exponent = false
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "+"), UInt8(ascii: "-"):
                guard previous == 0 || previous == UInt8(ascii: "e") || previous == UInt8(ascii: "E") else {
                    return false
                }
            case UInt8(ascii: "."):
                points += 1
                guard points == 1, !exponent else { return false }
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard !exponent, digits > 0 else { return false }
                exponent = true
                digits = 0
            default: return false
            }
            previous = byte
        }
        return digits > 0
    }

    /// Integers without a sign of plus or leading zeros, `1.0` and `1e0` as `1`; anything else as it is written.
    static func canonical(_ text: String) -> String {
        if let integer = Int64(text) { return String(integer) }
        guard let number = Double(text), number.isFinite else { return text }
        if number == number.rounded(), abs(number) < 9e15 { return String(Int64(number)) }
        return text.hasPrefix("+") ? String(text.dropFirst()) : text
    }
}
