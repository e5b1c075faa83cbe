// What cells name: records by id, by a unique field or by title, looked up for many rows at once; also records that
// the same file makes, on whichever line.
import Access
import Foundation
import RecordKit
import Records
import Storage

/// The records that the cells of some rows may mean.
struct ImportReferences {
    /// Records that share the values of some rows; more is no reference but a mistake.
    static let recordsMax = 10_000
    static let valuesAtOnce = 500
    private var found: [RecordType: [String: Set<UUID>]] = [:]

    /// The pieces of a cell: what stands between semicolons and line breaks, and the words of each.
    private static func tokens(_ text: String) -> [(whole: String, words: [String])] {
        text.split(whereSeparator: { $0 == ";" || $0.isNewline }).compactMap { part in
            let whole = part.trimmingCharacters(in: .whitespaces)
            guard !whole.isEmpty else { return nil }
            let words = whole.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
            return (whole, words.count > 1 ? words : [])
        }
    }

    /// Looks up what the given cells name.
    /// - Parameters:
    ///   - cells: Texts of cells by the type that their field points to.
    ///   - own: Records that the file itself makes or changes, by what they are called.
    ///   - standard: The framework in which a bare reference such as `A.5.1` is looked up.
    static func load(
        _ cells: [RecordType: Set<String>], schemas: [RecordType: AnySchema], own: (type: RecordType, ImportMemory)?,
        standard: UUID?, in reader: any Reader, as caller: Caller
    ) throws -> ImportReferences {
        var references = ImportReferences()
        for (type, texts) in cells {
            guard let schema = schemas[type] else { continue }
            var tokens: Set<String> = []
            for text in texts {
                for token in Self.tokens(text) {
                    tokens.insert(token.whole)
                    tokens.formUnion(token.words)
                }
            }
            var names = try Self.named(tokens, schema, standard, in: reader, as: caller)
            if let own, own.type == type {
                for token in tokens { names[token, default: []].formUnion(own.1.records(called: token)) }
            }
            references.found[type] = names
        }
        return references
    }

    private static func named(
        _ tokens: Set<String>, _ schema: AnySchema, _ standard: UUID?, in reader: any Reader, as caller: Caller
    ) throws -> [String: Set<UUID>] {
        var names: [String: Set<UUID>] = [:]
        let ids = tokens.compactMap { text in UUID(uuidString: text).map { (text, $0) } }
        for part in ids.chunks(of: Self.valuesAtOnce) {
            let query = Query(
                schema, where: .both(.ids(part.map(\.1)), Authorisation.visible(caller, .read, schema)),
                archived: .include, limit: Query.limitMax)
            let known = Set(try reader.page(query, in: caller.organisation, asOf: nil).records.map(\.id))
            for (text, id) in part where known.contains(id) { names[text] = [id] }
        }
        let texts = tokens.filter { UUID(uuidString: $0) == nil }.map { FieldValue.text($0) }
        var frameworks: [UUID: UUID] = [:]
        for field in Self.namingFields(schema) {
            for part in texts.chunks(of: Self.valuesAtOnce) {
                let records = try reader.records(
                    schema, whose: field.name, isOneOf: part, in: caller.organisation, limit: Self.recordsMax)
                guard records.count < Self.recordsMax else {
                    throw ServiceError.invalid(
                        "file",
                        "names \(schema.pluralLabel.lowercased()) by a \(field.label.lowercased()) that too many share")
                }
                for record in records where Authorisation.may(caller, .read, record) {
                    if let standard, schema.type == Requirement.type {
                        frameworks[record.id] = record.links(single: "framework")
                        // A reference means nothing outside its standard: A.6.1.2 is another control in each.
                        if field.name == Self.reference, frameworks[record.id] != standard { continue }
                    }
                    names[record[field.name].text, default: []].insert(record.id)
                }
            }
        }
        if let standard {
            // Two standards may use one title: the one in the standard is meant.
            for (name, ids) in names where ids.count > 1 {
                let own = ids.filter { frameworks[$0] == standard }
                if !own.isEmpty { names[name] = own }
            }
        }
        return names
    }

    private static let reference = "reference"

    /// By which fields a record is named: its unique texts and its title; a requirement by its reference, too.
    static func namingFields(_ schema: AnySchema) -> [FieldDescription] {
        schema.fields.enumerated().filter { at, field in
            !field.isDerived && !field.has(.sensitive) && field.kind == .text
                && (field.has(.unique) || at == schema.titlePosition
                    || (schema.type == Requirement.type && [reference, "title"].contains(field.name)))
        }.map(\.element)
    }

    /// The value of a cell whose field points to other records.
    /// - Throws: ``Problem`` that names what means nothing, or more than one record.
    func value(_ text: String, for field: FieldDescription, called label: String) throws(Problem) -> FieldValue {
        guard let type = field.kind.target else { return .null }
        let names = found[type] ?? [:]
        func one(_ name: String) throws(Problem) -> UUID? {
            let ids = names[name] ?? []
            guard ids.count <= 1 else {
                throw Problem(
                    field.name, "“\(name)” is the name of \(ids.count) records; write the id of the one meant")
            }
            return ids.first
        }
        var ids: Set<UUID> = []
        if case .reference = field.kind {
            let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let id = try one(name) else { throw Self.unknown(name, field, label) }
            return .reference(id)
        }
        for token in Self.tokens(text) {
            if let id = try one(token.whole) {
                ids.insert(id)
                continue
            }
            guard !token.words.isEmpty else { throw Self.unknown(token.whole, field, label) }
            for word in token.words {
                guard let id = try one(word) else {
                    // Neither the whole nor each word: the whole is what a person would look for, unless some fit.
                    let fits = token.words.contains { !(names[$0] ?? []).isEmpty }
                    throw Self.unknown(fits ? word : token.whole, field, label)
                }
                ids.insert(id)
            }
        }
        return .links(ids.sorted { $0 < $1 })
    }

    private static func unknown(_ name: String, _ field: FieldDescription, _ label: String) -> Problem {
        let shown = name.count > 80 ? name.prefix(79) + "…" : name
        return Problem(
            field.name, "“\(shown)” is no \(label.lowercased()) that you can see, by id, unique field or title")
    }
}
