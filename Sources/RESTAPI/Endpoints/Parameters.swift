// Parameters that several calls have, with their words for the document.
import Foundation
import HTTPServing
import MerkleLog
import RecordKit
import Storage

extension Operation.Parameter {
    static let asOf = Self(
        name: "asOf",
        words: "The past: an index of the ledger, or a time (RFC 3339), which means the last index at or before it.",
        schema: [
            "anyOf": [["type": "integer", "minimum": 0], JSONSchema.time]
        ])

    static let ifMatch = Self(
        name: "If-Match", place: .header, isRequired: true,
        words: "The ETag of the version that you saw. Without it 428, with an older one 412 and both versions.",
        schema: ["type": "string", "pattern": "^\"[1-9][0-9]{0,9}\"$"], example: "\"1\"")

    static let reason = Self(
        name: "X-Concord-Reason", place: .header,
        words: "Why, for the history: UTF-8, percent-encoded into ASCII, at most 2000 characters.",
        schema: ["type": "string", "maxLength": 2_000, "pattern": .string("^([ -$&-~]|\(utf8))*$")],
        example: "Agreed%20in%20March")

    /// One character in percent-encoded UTF-8, as RFC 3629 has it.
    private static let utf8 = {
        let (digit, tail) = ("[0-9A-Fa-f]", "%[89ABab][0-9A-Fa-f]")
        return [
            "%[0-7]\(digit)", "%([Cc][2-9A-Fa-f]|[Dd]\(digit))\(tail)", "%[Ee]0%[ABab]\(digit)\(tail)",
            "%[Ee][1-9A-Ca-cEeFf]\(tail)\(tail)", "%[Ee][Dd]%[89]\(digit)\(tail)",
            "%[Ff]0%[9ABab]\(digit)\(tail)\(tail)",
            "%[Ff][1-3]\(tail)\(tail)\(tail)", "%[Ff]4%8\(digit)\(tail)\(tail)",
        ].joined(separator: "|")
    }()

    static let idempotencyKey = Self(
        name: "Idempotency-Key", place: .header,
        words:
            "Visible ASCII of your choice, such as a UUID. The same request with the same key is carried out once and "
            + "answered again for \(KeptRequest.hoursMax) hours, or until you used \(KeptRequest.perAccountMax) newer "
            + "keys; another request with the same key is refused. Refused requests keep no key.",
        schema: [
            "type": "string", "minLength": 1, "maxLength": .integer(RESTRoutes.keyCharactersMax),
            "pattern": "^[!#-~]+$",
        ])

    static func limit(_ max: Int, standard: Int) -> Self {
        Self(
            name: "limit", words: "How many at most.",
            schema: ["type": "integer", "minimum": 1, "maximum": .integer(max), "default": .integer(standard)])
    }

    static func fields(_ schema: AnySchema) -> Self {
        let names = (Resource.systemMembers + schema.fields.map(\.name)).joined(separator: "|")
        return Self(
            name: "fields",
            words: "Only these members, separated by commas; id and version always come along.",
            schema: ["type": "string", "pattern": .string("^(\(names))(,(\(names)))*$")])
    }

    static func sort(_ schema: AnySchema) -> Self {
        let names = ["createdAt"] + schema.fields.filter(\.isSort).map(\.name)
        return Self(
            name: "sort",
            words:
                "A field to sort by, with “-” before it from the last to the first. Text goes by its letters without "
                + "case and accents, choices in declared order, records without a value come last. Ties go by id.",
            schema: JSONSchema.choice(names.flatMap { [$0, "-\($0)"] }))
    }

    static func filter(_ schema: AnySchema) -> Self {
        let equal = (["id"] + schema.fields.filter(\.isFilter).map(\.name))
        let ordered = schema.fields.filter { $0.isFilter && $0.isOrdered }.map(\.name)
        let example = schema.fields.first { $0.isFilter && !$0.example.isReference }
        return Self(
            name: "filter", isRepeated: true,
            words: filterWords + " Filters here: \(equal.joined(separator: ", ")). In order: "
                + "\(ordered.isEmpty ? "none" : ordered.joined(separator: ", ")).",
            schema: ["type": "string", "minLength": 1],
            example: .string(example.map { "\($0.name):\($0.example.word)" } ?? "id:\(FieldDescription.exampleID)"))
    }

    /// The grammar of filters; `QueryParameters` reads it.
    static let filterWords =
        "May occur several times; all must hold. field:value is equal to (for references and links: names this id); "
        + "field:a,b any of them; field: without a value; !field:value not so; field<value, field<=value, field>value, "
        + "field>=value in the order of the field. Days are yyyy-mm-dd, times RFC 3339, numbers plain, choices and ids "
        + "their words. A comma inside a value is written \\, and a backslash \\\\."

    static let search = Self(
        name: "q", words: "Every word is the beginning of a word of the record; case and accents do not matter.",
        schema: JSONSchema.text)

    static let archived = Self(
        name: "archived", words: "Which records.",
        schema: JSONSchema.with(JSONSchema.choice(["exclude", "only", "include"]), ["default": "exclude"]))

    static let lists: [Self] = [
        .search, .archived,
        .limit(Query.limitMax, standard: 50),
        Self(
            name: "cursor", words: "Where to go on: `next` or `previous` of a former page of the same list.",
            schema: ["type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9_-]+$"]),
        Self(
            name: "count", words: "Whether to count all that the filters find, as `total`.",
            schema: JSONSchema.with(JSONSchema.boolean, ["default": false])),
        .asOf,
    ]
}

extension JSONValue {
    fileprivate var isReference: Bool {
        switch self {
        case .string(FieldDescription.exampleID), .array, .object: true
        default: false
        }
    }
    /// A plain value as a query has it.
    fileprivate var word: String {
        switch self {
        case .string(let text): text.replacingOccurrences(of: ",", with: "\\,")
        case .integer(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        default: ""
        }
    }
}
