// JSON Schema (2020-12, as OpenAPI 3.1 has it) of what the API takes and gives, derived from the fields of record types.
import Foundation
import MerkleLog
import RecordKit

/// Shapes that several schemas share.
enum JSONSchema {
    static let text: JSONValue = ["type": "string"]
    static let integer: JSONValue = ["type": "integer"]
    static let boolean: JSONValue = ["type": "boolean"]
    static let id: JSONValue = ["type": "string", "format": "uuid"]
    static let day: JSONValue = ["type": "string", "format": "date"]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let texts = list(text)
    static let ids = list(id)

    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }
    static func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }
    static func choice(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }

    /// An object with these members, all of them unless `required` says which, and no other.
    static func object(_ members: KeyValuePairs<String, JSONValue>, required: [String]? = nil) -> JSONValue {
        object(members.map { ($0.key, $0.value) }, required: required)
    }
    static func object(_ members: [(String, JSONValue)], required: [String]? = nil) -> JSONValue {
        [
            "type": "object", "properties": .object(Dictionary(members) { _, last in last }),
            "required": .array((required ?? members.map(\.0)).map { .string($0) }), "additionalProperties": false,
        ]
    }

    /// The same, or null.
    static func nullable(_ schema: JSONValue) -> JSONValue {
        guard case .object(var members) = schema, case .string(let type) = members["type"] else {
            return ["anyOf": [schema, ["type": "null"]]]
        }
        members["type"] = .array([.string(type), "null"])
        if case .array(let words) = members["enum"] { members["enum"] = .array(words + [.null]) }
        return .object(members)
    }

    static func with(_ schema: JSONValue, _ more: [String: JSONValue]) -> JSONValue {
        guard case .object(let members) = schema else { return schema }
        return .object(members.merging(more) { _, new in new })
    }
}

extension FieldDescription {
    /// What an answer holds. Texts have no length here: the API counts characters as people see them, JSON Schema
    /// counts code points, which are at least as many.
    var answerSchema: JSONValue {
        var schema: JSONValue =
            switch kind {
            case .text: JSONSchema.text
            case .integer: JSONSchema.integer
            case .decimal: ["type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"]
            case .bool: JSONSchema.boolean
            case .day: JSONSchema.day
            case .time: JSONSchema.time
            case .choice(let words): JSONSchema.choice(words)
            case .reference: JSONSchema.id
            case .links: JSONSchema.with(JSONSchema.ids, ["uniqueItems": true])
            case .file: JSONSchema.reference("File")
            case .json: [:]
            }
        if !isRequired || has(.sensitive), !isLinks, kind != .json { schema = JSONSchema.nullable(schema) }
        return JSONSchema.with(schema, described)
    }

    /// What a caller may send.
    /// - Parameter takesNull: Null stands for no value.
    func inputSchema(takesNull: Bool) -> JSONValue {
        var schema = answerSchema
        switch kind {
        case .text:
            schema = JSONSchema.text
            let limit = isLongText ? FieldLimit.longTextCharactersMax : FieldLimit.textCharactersMax
            let length = traits.compactMap { if case .length(let range) = $0 { range } else { nil } }.first ?? 0...limit
            let least = isRequired ? max(1, length.lowerBound) : length.lowerBound
            var more: [String: JSONValue] = ["maxLength": .integer(length.upperBound)]
            if least > 0 { more["minLength"] = .integer(least) }
            if has(.webAddress) {
                more["pattern"] = "^https?://"
            } else if !isLongText {
                more["pattern"] = "^[^\\u0000-\\u001F\\u007F\\u0085\\u2028\\u2029]*$"
            }
            schema = JSONSchema.with(schema, more)
        case .integer:
            let range = traits.compactMap { if case .range(let range) = $0 { range } else { nil } }.first
            let limits = range ?? -JSONValue.integerMax...JSONValue.integerMax
            schema = [
                "type": "integer", "minimum": .integer(limits.lowerBound), "maximum": .integer(limits.upperBound),
            ]
        case .decimal:
            schema = ["type": "string", "pattern": "^-?[0-9]{1,19}(\\.[0-9]{1,19})?$"]
        case .links: schema = JSONSchema.with(schema, ["maxItems": .integer(FieldLimit.linksMax)])
        case .bool: schema = JSONSchema.boolean
        case .day: schema = JSONSchema.day
        case .time: schema = JSONSchema.time
        case .choice(let words): schema = JSONSchema.choice(words)
        case .reference: schema = JSONSchema.id
        case .file: schema = JSONSchema.reference("File")
        case .json: schema = [:]
        }
        if takesNull, kind != .json { schema = JSONSchema.nullable(schema) }
        return JSONSchema.with(schema, described)
    }

    private var isLinks: Bool { if case .links = kind { true } else { false } }

    private var described: [String: JSONValue] {
        var members: [String: JSONValue] = ["title": .string(label)]
        if !help.isEmpty { members["description"] = .string(help) }
        return members
    }
}

extension AnySchema {
    /// The name of the type's schemas: `Control`, `ControlCreate` …
    var componentName: String { type.name.prefix(1).uppercased() + type.name.dropFirst() }

    /// Fields that a caller may send when a record is made.
    var creatable: [FieldDescription] { fields.filter { $0.isWritable && $0.name != lifecycle?.field } }
    /// Fields that a caller may send later.
    var changeable: [FieldDescription] { creatable.filter { !$0.has(.fixed) } }

    /// A field that must be sent: it has no value in a blank record.
    func mustBeSent(_ field: FieldDescription) -> Bool {
        field.isRequired && position[field.name].map { blank[$0].isUnset } == true
    }

    /// The schemas of the type's records, in every shape in which they go over the wire.
    var components: [String: JSONValue] {
        let name = componentName
        let all = answerMembers
        let every = all.map(\.0)
        return [
            name: JSONSchema.with(JSONSchema.object(all), ["description": .string(help)]),
            "\(name)Selection": JSONSchema.with(
                JSONSchema.object(all, required: ["id", "version"]),
                ["description": .string("Members of a \(name), as `fields` chose them; all \(every.count) without it.")]
            ),
            "\(name)Create": input(creatable, required: creatable.filter(mustBeSent)),
            "\(name)Replace": input(changeable, required: changeable.filter(mustBeSent)),
            "\(name)Patch": input(changeable, required: []),
            "\(name)Page": JSONSchema.object(
                [
                    ("items", JSONSchema.list(JSONSchema.reference("\(name)Selection"))),
                    ("next", JSONSchema.nullable(JSONSchema.text)), ("previous", JSONSchema.nullable(JSONSchema.text)),
                    ("total", JSONSchema.integer),
                ], required: ["items", "next", "previous"]),
        ]
    }

    private var answerMembers: [(String, JSONValue)] {
        let own: [(String, JSONValue)] = [
            ("id", JSONSchema.id), ("version", ["type": "integer", "minimum": 1]), ("archived", JSONSchema.boolean),
            ("ledgerIndex", ["type": "integer", "minimum": 0]), ("createdAt", JSONSchema.time),
            ("createdBy", JSONSchema.nullable(JSONSchema.id)), ("updatedAt", JSONSchema.time),
            ("updatedBy", JSONSchema.nullable(JSONSchema.id)), ("erasedAt", JSONSchema.nullable(JSONSchema.time)),
        ]
        let system = own.map { ($0.0, JSONSchema.with($0.1, ["readOnly": true])) }
        return system
            + fields.map { field in
                let isOpen = field.isWritable && field.name != lifecycle?.field
                return (
                    field.name, isOpen ? field.answerSchema : JSONSchema.with(field.answerSchema, ["readOnly": true])
                )
            }
    }

    private func input(_ fields: [FieldDescription], required: [FieldDescription]) -> JSONValue {
        JSONSchema.object(
            fields.map { field in
                let takesNull = !field.isRequired || (field.kind.isLinks)
                return (field.name, field.inputSchema(takesNull: takesNull))
            }, required: required.map(\.name))
    }
}

extension FieldKind {
    fileprivate var isLinks: Bool { if case .links = self { true } else { false } }
}
