// The query string of a request: decoded, bounded, and refused where it says something that nobody would read.
import Foundation
import Governance
import HTTPServing
import Hummingbird
import RecordKit
import Storage

/// The parameters of one request.
struct QueryParameters {
    private var items: [(name: String, value: String)] = []

    /// - Parameters:
    ///   - allowed: The names that the route reads; any other one is an error, since a misspelt filter that is
    ///     passed over would show too much.
    ///   - repeatable: The one name that may occur several times.
    /// - Throws: ``Failure``.
    init(_ request: Request, allowed: Set<String>, repeatable: String? = nil) throws {
        guard let query = request.uri.query, !query.isEmpty else { return }
        guard query.utf8.count <= HTTPLimit.queryBytesMax else {
            throw Failure(
                .uriTooLong, "invalid", "Too long", "A query may have at most \(HTTPLimit.queryBytesMax) bytes.")
        }
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(parts[0])
            let value = parts.count > 1 ? try Self.decoded(parts[1]) : ""
            guard allowed.contains(name) else {
                throw Failure.invalid(
                    name, "is not a parameter here; known are \(allowed.sorted().joined(separator: ", "))")
            }
            guard name == repeatable || self[name] == nil else { throw Failure.invalid(name, "is given twice") }
            items.append((name, value))
        }
    }

    subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }
    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Failure.invalid(name, "must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func bool(_ name: String) throws -> Bool {
        switch self[name] {
        case nil, "false": return false
        case "true": return true
        default: throw Failure.invalid(name, "must be true or false")
        }
    }

    func id(_ name: String) throws -> UUID? {
        guard let text = self[name] else { return nil }
        guard let id = UUID(uuidString: text) else { throw Failure.invalid(name, "must be an id") }
        return id
    }

    /// Undoes percent signs and plus signs; most texts have neither.
    private static func decoded(_ bytes: Substring.UTF8View) throws -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return text }
        guard let decoded = text.replacingOccurrences(of: "+", with: " ").removingPercentEncoding else {
            throw Failure(
                .badRequest, "invalid", "Malformed query", "“\(text)” has a percent sign that encodes no UTF-8.")
        }
        return decoded
    }
}

// MARK: Lists

extension QueryParameters {
    static let ofLists: Set<String> = [
        "limit", "cursor", "sort", "filter", "q", "archived", "asOf", "count", "fields",
    ]

    /// What a list is asked for.
    /// - Throws: ``Failure`` for what is no filter, sort or value of the type.
    func listFilter(_ schema: AnySchema) throws -> ListFilter {
        var list = ListFilter()
        list.limit = try integer("limit", in: 1...Query.limitMax) ?? list.limit
        list.cursor = self["cursor"]
        list.search = self["q"] ?? ""
        if let text = self["archived"] {
            guard let archived = Archived(rawValue: text) else {
                throw Failure.invalid("archived", "must be exclude, only or include")
            }
            list.archived = archived
        }
        if let text = self["sort"] {
            let isDescending = text.hasPrefix("-")
            let name = isDescending ? String(text.dropFirst()) : text
            list.sort = Sort(name == "createdAt" ? nil : name, isDescending: isDescending)
        }
        for text in all("filter") { try Self.read(text, schema, into: &list) }
        return list
    }

    /// Reads one filter; several are all to hold. A comma inside a value is written `\,`, a backslash `\\`.
    ///
    ///     field:value         equal, or linked to it     field:a,b      any of them
    ///     field:              without a value            !field:value   not so
    ///     field<value  field<=value  field>value  field>=value           in the order of the field's sort
    ///     id:a,b              these records
    private static func read(_ text: String, _ schema: AnySchema, into list: inout ListFilter) throws {
        let isNot = text.hasPrefix("!")
        let body = isNot ? text.dropFirst() : text[...]
        guard let at = body.firstIndex(where: { $0 == ":" || $0 == "<" || $0 == ">" }), !isNot || body[at] == ":" else {
            throw Failure.invalid(
                "filter",
                "“\(text)” is not field:value, !field:value, field<value, field<=value, field>value or field>=value")
        }
        let name = String(body[..<at])
        var rest = body[body.index(after: at)...]
        if name == "id", body[at] == ":", !isNot {
            let words = words(rest)
            let ids = words.compactMap { UUID(uuidString: $0) }
            guard ids.count == words.count else { throw Failure.invalid("filter", "id: must be ids") }
            list.ids = list.ids.map { $0.filter(ids.contains) } ?? ids
            return
        }
        guard let field = schema.field(name) else {
            throw Failure.invalid("filter", "\(name) is not a field of \(schema.label)")
        }
        if body[at] != ":" {
            let isInclusive = rest.first == "="
            if isInclusive { rest = rest.dropFirst() }
            guard field.isOrdered else {
                throw Failure.invalid("filter", "\(name) has no order; use \(name):value")
            }
            let values = try Self.values(String(rest), of: field)
            guard values != [.null] else { throw Failure.invalid("filter", "\(name): a value is missing") }
            let comparison: ListFilter.Condition.Comparison =
                body[at] == "<" ? (isInclusive ? .atMost : .less) : (isInclusive ? .atLeast : .greater)
            list.conditions.append(ListFilter.Condition(name, comparison, values))
            return
        }
        let values = try rest.isEmpty ? [.null] : Self.words(rest).flatMap { try Self.values($0, of: field) }
        list.conditions.append(ListFilter.Condition(name, isNot ? .not : .equals, values))
    }

    private static func values(_ text: String, of field: FieldDescription) throws -> [FieldValue] {
        do {
            let value = try FieldInput.value(text, for: field)
            switch (value, field.kind) {
            case (.links(let ids), _): return ids.map { .reference($0) }
            case (.text(let word), .choice(let words)) where !words.contains(word):
                throw Problem(field.name, "must be \(field.kind.noun)")
            default: return [value]
            }
        } catch let problem as Problem { throw Failure.invalid("filter", "\(problem.field) \(problem.message)") }
    }

    private static func words(_ text: Substring) -> [String] {
        var words = [""]
        var isEscaped = false
        for character in text {
            if !isEscaped, character == "\\" {
                isEscaped = true
                continue
            }
            if !isEscaped, character == "," { words.append("") } else { words[words.count - 1].append(character) }
            isEscaped = false
        }
        return words
    }
}

extension FieldDescription {
    /// Its values can be compared by `<` and `>`.
    var isOrdered: Bool {
        switch kind {
        case .integer, .day, .time, .bool: true
        default: has(.sortable)
        }
    }
    /// Lists can be filtered by it.
    var isFilter: Bool { (has(.filterable) || has(.sortable)) && !has(.sensitive) && !isDerived }
    /// Lists can be sorted by it.
    var isSort: Bool { has(.sortable) && !has(.sensitive) }
}
