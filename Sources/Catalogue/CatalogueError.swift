// What can be wrong with a catalogue file: every error names the file and, where known, line, item and field.

/// A fault in a catalogue file. Nothing of a file with a fault is used.
package struct CatalogueError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, with the offending value.
    package enum Problem: Sendable, Hashable {
        /// The file could not be read; the text says why.
        case unreadable(String)
        case tooLarge(bytes: Int, bytesMax: Int)
        /// The file is not one YAML document; the text says why.
        case malformed(String)
        /// A mapping of the YAML document says the same key twice.
        case duplicateKey(String)
        case missing
        case empty
        case unknownField
        case wrongType(expected: String)
        case notOneOf(value: String, allowed: [String])
        case tooLong(bytes: Int, bytesMax: Int)
        /// Not a date of the form YYYY-MM-DD.
        case notADate(String)
        case outOfRange(value: Int, lowest: Int, highest: Int)
        /// Another item of the file already has this id.
        case duplicateID
        case duplicateValue(String)
        case unknownParent(String)
        /// An item must come after its parent, so that a reader can build the tree in one pass.
        case parentAfterChild(String)
        /// The chain of parents comes back to the item; the ids of the chain in order.
        case parentCycle([String])
        case unknownFramework(String)
        case unknownItem(framework: String, item: String)
        /// The file describes another framework than its name says.
        case otherFramework(found: String, expected: String)
    }

    /// Name of the file, without a folder.
    package let file: String
    /// Line in the file, from 1.
    package let line: Int?
    /// Id of the item, question, policy, scenario or crosswalk set; a mapping is written `set: source -> target`.
    package let item: String?
    /// Name of the field as the file spells it; parts of a nested field are joined by a full stop.
    package let field: String?
    package let problem: Problem

    package init(file: String, line: Int? = nil, item: String? = nil, field: String? = nil, problem: Problem) {
        self.file = file
        self.line = line
        self.item = item
        self.field = field
        self.problem = problem
    }

    /// One line for a log or a terminal, such as `gdpr.yaml:31: item Art.5, field kind: …`.
    package var description: String {
        var place = line.map { "\(file):\($0)" } ?? file
        var parts: [String] = []
        if let item { parts.append("item \(item)") }
        if let field { parts.append("field \(field)") }
        if !parts.isEmpty { place += ": " + parts.joined(separator: ", ") }
        return "\(place): \(problem)"
    }
}

extension CatalogueError.Problem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .tooLarge(let bytes, let bytesMax): "has \(bytes) bytes, more than the \(bytesMax) allowed"
        case .malformed(let reason): "is not valid YAML: \(reason)"
        case .duplicateKey(let key): "the key \"\(key)\" is written twice"
        case .missing: "is missing"
        case .empty: "is empty"
        case .unknownField: "is not a field of this file"
        case .wrongType(let expected): "must be \(expected)"
        case .notOneOf(let value, let allowed): "\"\(value)\" is not one of \(allowed.joined(separator: ", "))"
        case .tooLong(let bytes, let bytesMax): "has \(bytes) bytes, more than the \(bytesMax) allowed"
        case .notADate(let value): "\"\(value)\" is not a date of the form YYYY-MM-DD"
        case .outOfRange(let value, let lowest, let highest): "\(value) is not between \(lowest) and \(highest)"
        case .duplicateID: "the id is used twice"
        case .duplicateValue(let value): "\"\(value)\" is listed twice"
        case .unknownParent(let parent): "the parent \"\(parent)\" does not exist"
        case .parentAfterChild(let parent): "the parent \"\(parent)\" comes after its child"
        case .parentCycle(let chain): "the parents form a circle: \(chain.joined(separator: " -> "))"
        case .unknownFramework(let framework): "the framework \"\(framework)\" is not in the catalogue"
        case .unknownItem(let framework, let item): "\(framework) has no item \"\(item)\""
        case .otherFramework(let found, let expected): "describes \"\(found)\", but \"\(expected)\" is expected"
        }
    }
}
