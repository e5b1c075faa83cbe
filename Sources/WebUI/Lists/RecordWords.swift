// What a value looks like: in a cell, in a detail, in a history, each from the same few rules.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// Shows values for one caller: times in the organisation's zone, references by the titles that were looked up.
struct RecordWords: Sendable {
    /// Characters of a long text in a cell.
    static let cellCharactersMax = 140
    /// Links that a cell names before it counts the rest.
    static let cellLinksMax = 2
    let zone: TimeZone
    var titles: [UUID: String] = [:]
    /// The record types that have screens, by type.
    let schemas: [RecordType: AnySchema]
    /// Goes along with links, so that who looks at the past stays there.
    var asOf: String?

    /// A value as one line of text; `nil` for none.
    func text(_ value: FieldValue, _ field: FieldDescription) -> String? {
        if value.isUnset || value == .links([]) { return nil }
        switch value {
        case .null: return nil
        case .bool(let flag): return WebUI.text(flag ? .yes : .no)
        case .text(let word):
            if case .choice = field.kind { return word.asLabel }
            return word
        case .day(let day): return WebUI.text(.dayOf(day))
        case .time(let time): return time.words(in: zone)
        case .reference(let id): return title(id)
        case .links(let ids): return ids.map(title).joined(separator: ", ")
        case .file(let file): return file.name
        case .integer, .decimal, .json: return value.text
        }
    }

    /// The title of a record, or that there is none to see.
    func title(_ id: UUID) -> String { titles[id] ?? WebUI.text(.notVisible) }

    /// A value in a cell of a list.
    func cell(_ value: FieldValue, _ field: FieldDescription, isState: Bool) -> Markup {
        guard let words = text(value, field) else { return "<span class=\"meta\">\(Text.noValue)</span>" }
        switch (value, field.kind) {
        case (.text, .choice): return isState ? .currentPill(words) : .escaped(words)
        case (.reference(let id), _): return reference(id, field)
        case (.links(let ids), _):
            let shown: Markup = .each(ids.prefix(Self.cellLinksMax), separator: ", ") { reference($0, field) }
            let rest = ids.count - Self.cellLinksMax
            return rest > 0 ? "\(raw: shown) <span class=\"meta\">\(Text.andMore(rest))</span>" : shown
        case (.text, _): return "\(isolated: Self.shortened(words))"
        case (.bool, _), (.day, _), (.time, _), (.integer, _), (.decimal, _): return .escaped(words)
        default: return "\(isolated: Self.shortened(words))"
        }
    }

    /// A value in the detail; `nil` for none.
    /// - Parameter record: The record that holds it, through which a file is reached.
    func detail(_ value: FieldValue, _ field: FieldDescription, of record: StoredRecord) -> Markup? {
        guard let words = text(value, field) else { return nil }
        switch value {
        case .reference(let id): return reference(id, field)
        case .links(let ids):
            return "<ul class=\"items\">\(raw: .each(ids) { "<li>\(raw: reference($0, field))</li>" })</ul>"
        case .file(let file):
            let query: LinkQuery = ["record": "\(record.schema.plural)/\(record.id.lowercased)", "asOf": asOf]
            return .evidenceTile(
                EvidenceTile(
                    title: file.name, href: Link.file(sha256: file.sha256, query).href,
                    meta: WebUI.text(.fileMeta(file.mediaType, bytes: file.bytes)), digest: file.sha256))
        case .json: return "<pre class=\"mono\">\(words)</pre>"
        case .text where field.has(.webAddress): return .userLink(words)
        case .text where field.isLongText: return Self.paragraphs(words)
        case .text:
            if case .choice = field.kind { return .escaped(words) }
            return "\(isolated: words)"
        default: return .escaped(words)
        }
    }

    /// The page of what a reference names, with its title; a person with initials.
    private func reference(_ id: UUID, _ field: FieldDescription) -> Markup {
        guard let title = titles[id] else { return "<span class=\"meta\">\(Text.notVisible)</span>" }
        let label: Markup = field.kind.target == Person.type ? .person(title) : "<bdi>\(title)</bdi>"
        guard let target = field.kind.target, let schema = schemas[target] else { return label }
        return "<a href=\"\(Link.record(schema, id, ["asOf": asOf]).href)\">\(raw: label)</a>"
    }

    /// Lines and paragraphs as they were written.
    private static func paragraphs(_ text: String) -> Markup {
        let blocks = text.replacingOccurrences(of: "\r\n", with: "\n").components(separatedBy: "\n\n")
        let paragraphs: Markup = .each(blocks.filter { !$0.isEmpty }) { block in
            let lines = block.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return "<p dir=\"auto\">\(raw: .each(lines, separator: "<br>") { .escaped($0) })</p>"
        }
        return "<div class=\"stack tight\">\(raw: paragraphs)</div>"
    }

    private static func shortened(_ text: String) -> String {
        text.count > cellCharactersMax ? text.prefix(cellCharactersMax - 1) + "…" : text
    }
}

/// A moment of the past that a page shows.
struct Moment: Sendable {
    let asOf: AsOf
    /// As the address has it.
    let parameter: String
    /// The last visible leaf's day, in words.
    let day: String

    /// Reads `asOf`: a ledger index, an RFC 3339 time, or a day, which is meant to its end.
    /// - Returns: `nil` for now.
    /// - Throws: ``ServiceError`` for what is none of them or no index of this ledger.
    static func read(_ text: String?, _ services: RecordScreens.Reading, _ caller: Caller) async throws -> Moment? {
        guard let text else { return nil }
        let asOf: AsOf
        if let index = Int(text) {
            asOf = try await services.records.moment(index: index, as: caller)
        } else if let time = Instant(text) ?? Day(text).map({ end(of: $0, in: caller.timeZone) }) {
            asOf = try await services.records.moment(at: time, as: caller)
        } else {
            throw ServiceError.invalid("asOf", WebUI.text(.asOfForm))
        }
        let leaf = try await services.store.read { reader in
            asOf.index < 0 ? nil : try reader.leaves(caller.organisation, from: asOf.index, limit: 1).first?.data
        }
        struct Leaf: Decodable { let time: String }
        let time = try leaf.flatMap { Instant(try JSONDecoder().decode(Leaf.self, from: Data($0)).time) }
        return Moment(asOf: asOf, parameter: text, day: time?.words(in: caller.timeZone) ?? text)
    }

    func band(backHref: String) -> AsOfBand { AsOfBand(day: day, ledgerIndex: asOf.index, backHref: backHref) }

    private static func end(of day: Day, in zone: TimeZone) -> Instant {
        let next = Int64(day.daysSince1970 + 1) * 86_400_000
        let guess = Instant(millisecondsSince1970: next)
        return Instant(millisecondsSince1970: next - Int64(zone.secondsFromGMT(for: guess.date)) * 1000 - 1)
    }
}
