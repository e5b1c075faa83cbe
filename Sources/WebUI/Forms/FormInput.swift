// What a form sent, read field by field: values for the service, the words as they were typed for the form that comes
// back, and what is wrong with them.
import Foundation
import Governance
import HTTPServing
import RecordKit
import Storage

/// Which fields a form has, and how their values look in it.
enum FormFields {
    /// The fields that a person may fill in: all that are not set by the system; what is fixed, only on creation.
    static func open(_ schema: AnySchema, isNew: Bool) -> [FieldDescription] {
        schema.fields.filter {
            $0.isWritable && $0.name != schema.lifecycle?.field && (isNew || !$0.has(.fixed))
        }
    }
    static func hasOpenFields(_ schema: AnySchema) -> Bool { !open(schema, isNew: false).isEmpty }

    /// A value as the control of its field has it.
    static func texts(_ value: FieldValue, in zone: TimeZone) -> [String] {
        switch value {
        case .links(let ids): ids.map(\.lowercased)
        case .time(let time): [LocalTime.text(time, in: zone)]
        case .file(let file): [file.name]
        default: value.isUnset ? [] : [value.text]
        }
    }
}

/// A time of day in the organisation's zone, as `2026-11-24T13:05`.
enum LocalTime {
    static func text(_ time: Instant, in zone: TimeZone) -> String {
        let local = Instant(
            millisecondsSince1970: time.millisecondsSince1970 + Int64(zone.secondsFromGMT(for: time.date)) * 1000)
        return String(local.description.prefix(16))
    }
    /// - Returns: `nil` unless it has that form. A time that the clock skips is moved on by what it skips.
    static func read(_ text: String, in zone: TimeZone) -> Instant? {
        guard text.utf8.count == 16, let local = Instant("\(text):00Z") else { return nil }
        let first = local.adding(seconds: -zone.secondsFromGMT(for: local.date))
        return local.adding(seconds: -zone.secondsFromGMT(for: first.date))
    }
}

/// The content of a sent form.
struct FormInput: Sendable {
    static let version = "form.version"
    static let reason = "form.reason"
    /// Set where the form holds only some fields; the others stay.
    static let partial = "form.partial"

    private(set) var values: [String: FieldValue] = [:]
    /// As they were typed.
    private(set) var texts: [String: [String]] = [:]
    private(set) var problems: [Problem] = []
    /// Files that were kept already, sealed, by field.
    private(set) var kept: [String: String] = [:]
    /// Words in the search boxes of references.
    private(set) var searches: [String: String] = [:]
    /// The form asks for a search, not to be saved.
    private(set) var isSearch = false
    let changeReason: String
    let version: Int?

    /// - Parameters:
    ///   - old: The record as it is now, for an edit.
    ///   - files: Keeps a file of the organisation and returns its SHA-256.
    init(
        _ schema: AnySchema, old: StoredRecord?, _ body: FormBody, secret: String, zone: TimeZone,
        files: @escaping @Sendable (Data) async throws -> String
    ) async throws {
        changeReason = body[Self.reason] ?? ""
        version = body[Self.version].flatMap { Int($0) }
        isSearch = body["find"] != nil
        let isPartial = body[Self.partial] != nil
        for field in FormFields.open(schema, isNew: old == nil) where body["take.\(field.name)"] != "theirs" {
            if field.kind == .file {
                try await readFile(field, body, secret, files)
                continue
            }
            if field.kind.target != nil { readSearch(field, body) }
            guard let sent = body.fields[field.name] ?? (isPartial ? nil : Self.unsent(field)) else { continue }
            texts[field.name] = sent
            do { values[field.name] = try Self.value(sent, field, old: old, zone: zone) } catch let problem as Problem {
                problems.append(problem)
            }
        }
    }

    /// Boxes and buttons of which none is chosen are not sent at all.
    private static func unsent(_ field: FieldDescription) -> [String]? {
        switch field.kind {
        case .links, .bool: []
        default: nil
        }
    }

    private static func value(
        _ sent: [String], _ field: FieldDescription, old: StoredRecord?, zone: TimeZone
    ) throws -> FieldValue {
        switch field.kind {
        case .links: return try FieldInput.value(sent.joined(separator: " "), for: field)
        case .time:
            let text = sent.first ?? ""
            // The control knows no seconds: who leaves it alone does not lose them.
            if let former = old?[field.name], FormFields.texts(former, in: zone) == [text] { return former }
            return try LocalTime.read(text, in: zone).map { .time($0) } ?? FieldInput.value(text, for: field)
        default: return try FieldInput.value(sent.first ?? "", for: field)
        }
    }

    /// Words that were searched for already do not keep the form from being saved.
    private mutating func readSearch(_ field: FieldDescription, _ body: FormBody) {
        guard let words = body["\(field.name).search"] else { return }
        searches[field.name] = words
        if !words.isEmpty, words != body["\(field.name).searched"] ?? "" { isSearch = true }
    }

    private mutating func readFile(
        _ field: FieldDescription, _ body: FormBody, _ secret: String,
        _ keepFile: (Data) async throws -> String
    ) async throws {
        if let upload = body.files[field.name] {
            guard !upload.bytes.isEmpty else {
                problems.append(Problem(field.name, text(.emptyFile)))
                return
            }
            do {
                let file = try FileReference(
                    sha256: try await keepFile(upload.bytes), name: Self.fileName(upload.name),
                    mediaType: Self.mediaType(upload.mediaType), bytes: upload.bytes.count)
                keep(file, field, secret)
            } catch let problem as Problem { problems.append(Problem(field.name, problem.message)) }
        } else if let file = body["\(field.name).kept"].flatMap({ KeptFile.open($0, field.name, secret: secret) }) {
            keep(file, field, secret)
        }
    }

    private mutating func keep(_ file: FileReference, _ field: FieldDescription, _ secret: String) {
        values[field.name] = .file(file)
        texts[field.name] = [file.name]
        kept[field.name] = KeptFile.seal(file, field.name, secret: secret)
    }

    /// Names come from other people's machines: without control characters, and no longer than a name may be.
    private static func fileName(_ name: String) -> String {
        var name = String(
            String.UnicodeScalarView(name.unicodeScalars.filter { $0.value >= 0x20 && $0 != "/" && $0.value != 0x7F }))
        while name.utf8.count > 255 { name.removeLast() }
        return name.isEmpty ? "file" : name
    }
    private static func mediaType(_ type: String) -> String {
        type.wholeMatch(of: /[A-Za-z0-9!#$&^_.+-]{1,63}\/[A-Za-z0-9!#$&^_.+-]{1,63}/) == nil
            ? "application/octet-stream" : type.lowercased()
    }

    /// What is wrong with the values as a whole, beside what could not be read.
    func allProblems(_ schema: AnySchema, old: StoredRecord?) -> [Problem] {
        guard !problems.isEmpty else { return [] }
        var all = problems
        var merged = old?.values ?? schema.blank
        for (name, value) in values { if let at = schema.position[name] { merged[at] = value } }
        do { _ = try schema.validated(merged) } catch {
            all += error.problems.filter { problem in !problems.contains { $0.field == problem.field } }
        }
        return all
    }
}
