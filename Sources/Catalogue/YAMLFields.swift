// Strict reading of one YAML mapping: each field is taken by name and type, and a field that nobody took is an error.
//
// Plain scalars are read as they are written (no YAML 1.1 guessing), so `4.10` cannot become `4.1`; where a text is
// wanted, a plain scalar that another YAML reader would take for a number, a date, a boolean or null is refused.
import Foundation
import Yams

/// The greatest length of one text in a catalogue file, in UTF-8 bytes.
let textBytesMax = 2_000

/// Words of a catalogue vocabulary, spelled in the file as their raw value.
typealias CatalogueWord = CaseIterable & RawRepresentable<String>

struct YAMLFields {
    let file: String
    /// Id of the item that errors name; set as soon as it is known.
    var item: String?
    let line: Int?
    private let path: String
    private var names: [String] = []
    private var values: [Node] = []
    private var taken: Set<Int> = []

    /// - Parameter path: written before each field name in errors, such as `attributes.`.
    init(_ node: Node, file: String, item: String? = nil, path: String = "") throws(CatalogueError) {
        self.file = file
        self.item = item
        self.path = path
        line = node.mark?.line
        guard case .mapping(let mapping) = node else {
            throw CatalogueError(
                file: file, line: line, item: item, field: path.isEmpty ? nil : String(path.dropLast()),
                problem: .wrongType(expected: "a mapping"))
        }
        names.reserveCapacity(mapping.count)
        values.reserveCapacity(mapping.count)
        for index in mapping.indices {
            let pair = mapping[index]
            guard case .scalar(let key) = pair.key else {
                throw failure(nil, .wrongType(expected: "a mapping of names"))
            }
            names.append(key.string)
            values.append(pair.value)
        }
    }

    func failure(_ field: String?, _ problem: CatalogueError.Problem) -> CatalogueError {
        var line = line
        if let field, let index = names.firstIndex(of: field) { line = values[index].mark?.line ?? line }
        return CatalogueError(file: file, line: line, item: item, field: field.map { path + $0 }, problem: problem)
    }

    /// Refuses fields that were not taken.
    func finish() throws(CatalogueError) {
        guard taken.count < names.count, let index = names.indices.first(where: { !taken.contains($0) }) else { return }
        throw failure(names[index], .unknownField)
    }

    /// Marks fields as known that are notes for readers of the file only.
    mutating func ignore(_ fields: String...) {
        for field in fields { _ = take(field) }
    }

    // MARK: Texts

    mutating func text(_ field: String) throws(CatalogueError) -> String {
        guard let node = take(field) else { throw failure(field, .missing) }
        return try text(node, field)
    }

    mutating func optionalText(_ field: String) throws(CatalogueError) -> String? {
        guard let node = take(field) else { return nil }
        return try text(node, field)
    }

    /// A text or an explicit null; the field itself must be there.
    mutating func nullableText(_ field: String) throws(CatalogueError) -> String? {
        guard let node = take(field) else { throw failure(field, .missing) }
        if case .scalar(let scalar) = node, scalar.style == .plain, Self.isNull(scalar.string) { return nil }
        return try text(node, field)
    }

    /// A list of texts, none twice.
    mutating func texts(_ field: String, mayBeEmpty: Bool = false) throws(CatalogueError) -> [String] {
        var texts: [String] = []
        for node in try list(field, mayBeEmpty: mayBeEmpty) {
            let text = try text(node, field)
            guard !texts.contains(text) else { throw failure(field, .duplicateValue(text)) }
            texts.append(text)
        }
        return texts
    }

    mutating func optionalTexts(_ field: String) throws(CatalogueError) -> [String] {
        try names.contains(field) ? texts(field) : []
    }

    mutating func date(_ field: String) throws(CatalogueError) -> String {
        try checkedDate(try text(field), field)
    }

    mutating func optionalDate(_ field: String) throws(CatalogueError) -> String? {
        guard let text = try optionalText(field) else { return nil }
        return try checkedDate(text, field)
    }

    private func checkedDate(_ text: String, _ field: String) throws(CatalogueError) -> String {
        guard isCalendarDate(text) else { throw failure(field, .notADate(text)) }
        return text
    }

    // MARK: Other kinds

    mutating func flag(_ field: String) throws(CatalogueError) -> Bool {
        guard let flag = try optionalFlag(field) else { throw failure(field, .missing) }
        return flag
    }

    mutating func optionalFlag(_ field: String) throws(CatalogueError) -> Bool? {
        guard let node = take(field) else { return nil }
        switch plain(node) {
        case "true": return true
        case "false": return false
        default: throw failure(field, .wrongType(expected: "true or false"))
        }
    }

    mutating func integer(_ field: String) throws(CatalogueError) -> Int {
        guard let node = take(field) else { throw failure(field, .missing) }
        guard let value = plain(node).flatMap({ Int($0) }) else {
            throw failure(field, .wrongType(expected: "a whole number"))
        }
        return value
    }

    mutating func word<Word: CatalogueWord>(_ field: String, as _: Word.Type) throws(CatalogueError) -> Word {
        try word(try text(field), field)
    }

    mutating func words<Word: CatalogueWord>(_ field: String, as _: Word.Type) throws(CatalogueError) -> [Word] {
        var words: [Word] = []
        for text in try texts(field) { words.append(try word(text, field)) }
        return words
    }

    private func word<Word: CatalogueWord>(_ text: String, _ field: String) throws(CatalogueError) -> Word {
        guard let word = Word(rawValue: text) else {
            throw failure(field, .notOneOf(value: text, allowed: Word.allCases.map(\.rawValue)))
        }
        return word
    }

    mutating func list(_ field: String, mayBeEmpty: Bool = false) throws(CatalogueError) -> [Node] {
        guard let node = take(field) else { throw failure(field, .missing) }
        guard case .sequence(let sequence) = node else { throw failure(field, .wrongType(expected: "a list")) }
        guard mayBeEmpty || !sequence.isEmpty else { throw failure(field, .empty) }
        return Array(sequence)
    }

    mutating func optionalList(_ field: String) throws(CatalogueError) -> [Node] {
        try names.contains(field) ? list(field) : []
    }

    mutating func fields(_ field: String) throws(CatalogueError) -> YAMLFields {
        guard let node = take(field) else { throw failure(field, .missing) }
        return try YAMLFields(node, file: file, item: item, path: path + field + ".")
    }

    mutating func optionalFields(_ field: String) throws(CatalogueError) -> YAMLFields? {
        try names.contains(field) ? fields(field) : nil
    }

    /// Names of all fields, in the order of the file.
    var allNames: [String] { names }

    /// Whether the field holds a mapping (and not a text or a list).
    func isMapping(_ field: String) -> Bool {
        guard let index = names.firstIndex(of: field), case .mapping = values[index] else { return false }
        return true
    }

    // MARK: Scalars

    private mutating func take(_ field: String) -> Node? {
        guard let index = names.firstIndex(of: field) else { return nil }
        taken.insert(index)
        return values[index]
    }

    private func plain(_ node: Node) -> String? {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return nil }
        return scalar.string
    }

    private func text(_ node: Node, _ field: String) throws(CatalogueError) -> String {
        guard case .scalar(let scalar) = node else { throw failure(field, .wrongType(expected: "a text")) }
        let text = scalar.string
        if scalar.style == .plain, Self.isNull(text) { throw failure(field, .empty) }
        if scalar.style == .plain, Self.isOfAnotherType(text) {
            throw failure(field, .wrongType(expected: "a text, in quotes"))
        }
        guard text.utf8.contains(where: { $0 > 0x20 }) else { throw failure(field, .empty) }
        let bytes = text.utf8.count
        guard bytes <= textBytesMax else { throw failure(field, .tooLong(bytes: bytes, bytesMax: textBytesMax)) }
        return text
    }

    private static func isNull(_ text: String) -> Bool {
        text.utf8.count <= 4 && ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// Whether YAML 1.1 reads this plain scalar as a boolean, a number or a date.
    private static func isOfAnotherType(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return Double(text) != nil || isCalendarDate(text)
        default:
            return text.utf8.count <= 5
                && ["true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        }
    }
}

/// Whether a text is a real date of the Gregorian calendar in the form YYYY-MM-DD.
func isCalendarDate(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let hyphen = UInt8(ascii: "-")
    guard bytes.count == 10, bytes[4] == hyphen, bytes[7] == hyphen else { return false }
    var numbers: [Int] = []
    for part in [bytes[0..<4], bytes[5..<7], bytes[8..<10]] {
        var number = 0
        for byte in part {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return false }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        numbers.append(number)
    }
    let (year, month, day) = (numbers[0], numbers[1], numbers[2])
    guard year >= 1, (1...12).contains(month) else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...lengths[month - 1]).contains(day)
}
