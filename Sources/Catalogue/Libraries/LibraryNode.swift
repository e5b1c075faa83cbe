// Loose reading of YAML: libraries are written by many hands and programs. A number serves where a text is meant, one
// thing where a list is meant, a mapping where a list with names is meant.
import Foundation
import Yams

/// A mapping of a library file, by field names in lower case.
struct LibraryNode {
    let line: Int?
    private let fields: [String: Node]

    /// - Returns: `nil` for what is no mapping.
    init?(_ node: Node) {
        guard case .mapping(let mapping) = node else { return nil }
        line = node.mark?.line
        var fields: [String: Node] = [:]
        fields.reserveCapacity(mapping.count)
        for (key, value) in mapping {
            guard case .scalar(let name) = key else { continue }
            fields[name.string.lowercased()] = value
        }
        self.fields = fields
    }

    var names: [String] { Array(fields.keys) }
    func node(_ name: String) -> Node? { fields[name] }
    func line(_ name: String) -> Int? { fields[name]?.mark?.line ?? line }

    /// The text without spaces around it; `nil` for nothing and for null.
    func text(_ names: String...) -> String? { names.lazy.compactMap { fields[$0]?.libraryText }.first }

    func integer(_ name: String) -> Int? { text(name).flatMap { Int($0) } }

    /// `true` and `false` in the spellings of YAML 1.1, also in quotes.
    func flag(_ name: String) -> Bool? {
        switch text(name)?.lowercased() {
        case "true", "yes", "on", "y", "1": true
        case "false", "no", "off", "n", "0": false
        default: nil
        }
    }

    /// A list of texts. One text may be a list of lines or, where a comma is a separator, of words.
    func texts(_ name: String, separator: Character = "\n") -> [String] {
        switch fields[name] {
        case .sequence(let sequence): sequence.compactMap(\.libraryText)
        case .scalar?:
            (text(name) ?? "").split(separator: separator).map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        default: []
        }
    }

    /// The mappings under the first of the names that is there: a list, one alone, or mappings under names.
    func nodes(_ names: String...) -> [LibraryNode] {
        guard let node = names.lazy.compactMap({ fields[$0] }).first else { return [] }
        switch node {
        case .sequence(let sequence): return sequence.compactMap { LibraryNode($0) }
        case .mapping(let mapping):
            let isOne = mapping.contains { if case .scalar = $0.value { true } else { false } }
            return isOne ? LibraryNode(node).map { [$0] } ?? [] : mapping.compactMap { LibraryNode($0.value) }
        default: return []
        }
    }
}

extension String {
    /// The text without white space around it. Foundation goes over the whole of it; here, where ASCII stands at both
    /// ends, as nearly always, only what goes is looked at.
    fileprivate var withoutOuterSpace: String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
        else { return "" }
        guard utf8[first] < 0x80, utf8[last] < 0x80 else { return trimmingCharacters(in: .whitespacesAndNewlines) }
        let isWhole = first == utf8.startIndex && utf8.index(after: last) == utf8.endIndex
        return isWhole ? self : String(self[first...last])
    }
}

extension Node {
    /// A scalar's text without spaces around it; `nil` for nothing and for null.
    fileprivate var libraryText: String? {
        guard case .scalar(let scalar) = self else { return nil }
        let text = scalar.string.withoutOuterSpace
        if text.isEmpty || (scalar.style == .plain && ["~", "null", "Null", "NULL"].contains(text)) { return nil }
        return text
    }
}

/// The YAML document of a library.
enum LibraryYAML {
    /// - Throws: ``LibraryFaults`` with the line.
    static func root(_ bytes: [UInt8]) throws(LibraryFaults) -> Node {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw LibraryFaults(line: nil, "the file is not UTF-8")
        }
        if let alias = alias(in: bytes) {
            throw LibraryFaults(
                line: alias.line, "the alias *\(alias.name) is not taken: a library writes everything out")
        }
        do {
            // No resolver rules: a scalar is what is written.
            guard let node = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() else {
                throw LibraryFaults(line: nil, "the file is empty")
            }
            return node
        } catch let faults as LibraryFaults {
            throw faults
        } catch let error as YamlError {
            throw fault(error)
        } catch {
            throw LibraryFaults(line: nil, "the file is not valid YAML: \(error)")
        }
    }

    private static func fault(_ error: YamlError) -> LibraryFaults {
        switch error {
        case .duplicatedKeysInMapping(let keys, let context):
            LibraryFaults(line: context.mark.line, "the field \(keys.first ?? "") is written twice")
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            LibraryFaults(line: mark.line, "the file is not valid YAML: \(problem)")
        case .reader(let problem, _, _, _): LibraryFaults(line: nil, "the file is not valid YAML: \(problem)")
        default: LibraryFaults(line: nil, "the file is not valid YAML")
        }
    }

    /// An alias with an anchor of its name before it. Aliases can make a small file mean a huge one, so they are looked
    /// for before anything is built. A name alone, as in a text with "*" or "&", is none.
    private static func alias(in bytes: [UInt8]) -> (line: Int, name: String)? {
        var anchors: Set<ArraySlice<UInt8>> = []
        var line = 1
        var before = UInt8(ascii: "\n")
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\n") { line += 1 }
            let isMark = byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")
            if isMark, !isNameByte(before) {
                let name = bytes[(at + 1)...].prefix(while: isNameByte)
                if !name.isEmpty {
                    if byte == UInt8(ascii: "&") {
                        anchors.insert(name)
                    } else if anchors.contains(name) {
                        return (line, String(decoding: name, as: UTF8.self))
                    }
                }
            }
            before = byte
            at += 1
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
