// JSON values as literals in source: `["type": "string", "maxLength": 20]`.

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Text.
    public init(stringLiteral text: String) { self = .string(text) }
    /// A whole number; beyond ±(2^53 − 1) writing it fails.
    public init(integerLiteral number: Int) { self = .integer(number) }
    /// `true` or `false`.
    public init(booleanLiteral flag: Bool) { self = .bool(flag) }
    /// Values in order.
    public init(arrayLiteral items: JSONValue...) { self = .array(items) }
    /// Values by key; a key that is written twice stops the program, as in Swift's own dictionaries.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(Dictionary(uniqueKeysWithValues: members))
    }
}
