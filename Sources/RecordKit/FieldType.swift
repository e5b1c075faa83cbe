// The Swift types that a field can hold. A conformance adds a kind of field to the whole system.
package import Foundation

/// A Swift type that a field can hold.
package protocol FieldType: Sendable {
    static var kind: FieldKind { get }
    static var isOptional: Bool { get }
    var fieldValue: FieldValue { get }
    /// - Returns: `nil` if the value is of another kind.
    init?(fieldValue: FieldValue)
}

extension FieldType { package static var isOptional: Bool { false } }

/// What a field holds, as the database, the API, forms and CSV need to know it.
package enum FieldKind: Sendable, Hashable {
    case text, integer, decimal, bool, day, time, file, json
    /// A closed set of words in declared order.
    case choice([String])
    case reference(RecordType)
    case links(RecordType)

    /// The record type that a reference or a link points to.
    package var target: RecordType? {
        switch self {
        case .reference(let type), .links(let type): type
        default: nil
        }
    }
    /// The kind's name in messages: "is not a whole number".
    package var noun: String {
        switch self {
        case .text: "text"
        case .integer: "a whole number"
        case .decimal: "a decimal number"
        case .bool: "true or false"
        case .day: "a date (yyyy-mm-dd)"
        case .time: "a time (RFC 3339)"
        case .file: "a file"
        case .json: "JSON"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .reference(let type): "the id of a \(type.name)"
        case .links(let type): "a list of ids of a \(type.name)"
        }
    }
}

/// A closed set of words: `enum Status: String, Choice { case draft, open }`.
package protocol Choice: FieldType, RawRepresentable<String>, CaseIterable, Hashable {}
extension Choice {
    package static var kind: FieldKind { .choice(allCases.map(\.rawValue)) }
    package var fieldValue: FieldValue { .text(rawValue) }
    package init?(fieldValue: FieldValue) {
        guard case .text(let word) = fieldValue else { return nil }
        self.init(rawValue: word)
    }
}
extension String: FieldType {
    package static var kind: FieldKind { .text }
    package var fieldValue: FieldValue { .text(self) }
    package init?(fieldValue: FieldValue) {
        guard case .text(let text) = fieldValue else { return nil }
        self = text
    }
}
extension Int: FieldType {
    package static var kind: FieldKind { .integer }
    package var fieldValue: FieldValue { .integer(self) }
    package init?(fieldValue: FieldValue) {
        guard case .integer(let number) = fieldValue else { return nil }
        self = number
    }
}
extension Decimal: FieldType {
    package static var kind: FieldKind { .decimal }
    package var fieldValue: FieldValue { .decimal(self) }
    package init?(fieldValue: FieldValue) {
        guard case .decimal(let number) = fieldValue else { return nil }
        self = number
    }
}
extension Bool: FieldType {
    package static var kind: FieldKind { .bool }
    package var fieldValue: FieldValue { .bool(self) }
    package init?(fieldValue: FieldValue) {
        guard case .bool(let value) = fieldValue else { return nil }
        self = value
    }
}
extension Day: FieldType {
    package static var kind: FieldKind { .day }
    package var fieldValue: FieldValue { .day(self) }
    package init?(fieldValue: FieldValue) {
        guard case .day(let day) = fieldValue else { return nil }
        self = day
    }
}
extension Instant: FieldType {
    package static var kind: FieldKind { .time }
    package var fieldValue: FieldValue { .time(self) }
    package init?(fieldValue: FieldValue) {
        guard case .time(let time) = fieldValue else { return nil }
        self = time
    }
}
extension FileReference: FieldType {
    package static var kind: FieldKind { .file }
    package var fieldValue: FieldValue { .file(self) }
    package init?(fieldValue: FieldValue) {
        guard case .file(let file) = fieldValue else { return nil }
        self = file
    }
}
extension JSONDocument: FieldType {
    package static var kind: FieldKind { .json }
    package var fieldValue: FieldValue { .json(text) }
    package init?(fieldValue: FieldValue) {
        guard case .json(let text) = fieldValue else { return nil }
        self.init(text)
    }
}
extension ID: FieldType {
    package static var kind: FieldKind { .reference(Target.type) }
    package var fieldValue: FieldValue { self == .unset ? .null : .reference(raw) }
    package init?(fieldValue: FieldValue) {
        guard case .reference(let raw) = fieldValue else { return nil }
        self.init(raw)
    }
}

/// Several references of one kind, kept as rows of the link table: `var controls = Links<Control>()`.
package struct Links<Target: Record>: FieldType, Hashable {
    /// In ascending order and without repetition: a set has one form only, so that its commitment has one, too.
    package private(set) var ids: [ID<Target>]
    package init(_ ids: [ID<Target>] = []) { self.ids = Set(ids).sorted { $0.raw < $1.raw } }
    package static var kind: FieldKind { .links(Target.type) }
    package var fieldValue: FieldValue { .links(ids.map { $0.raw }) }
    package init?(fieldValue: FieldValue) {
        switch fieldValue {
        case .links(let raws): self.init(raws.map { ID($0) })
        case .null: self.init()
        default: return nil
        }
    }
}
extension Optional: FieldType where Wrapped: FieldType {
    package static var kind: FieldKind { Wrapped.kind }
    package static var isOptional: Bool { true }
    package var fieldValue: FieldValue { self?.fieldValue ?? .null }
    package init?(fieldValue: FieldValue) {
        if fieldValue == .null {
            self = .none
        } else {
            guard let wrapped = Wrapped(fieldValue: fieldValue) else { return nil }
            self = wrapped
        }
    }
}
