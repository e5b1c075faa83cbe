// Which rows of an assessment a page shows. A number of the overview links here by the same rule that counted it.
import Foundation
import Governance
import HTTPServing
import Hummingbird
import RecordKit
import Records

/// The filters of the rows page, as its query has them.
struct RowFilter: Hashable {
    /// What is shown of a requirement: a result, or a group of rows to work on.
    enum Shown: String, CaseIterable {
        case conform, partly, nonconform, unknown
        case notApplicable = "na"
        /// Nonconform or partly.
        case gaps
        /// Lower than assessed, because of a measurement.
        case lowered
        /// Answered for the other standard only.
        case confirm
        /// Of a continued assessment: looked at in this round, or not yet.
        case reassessed, carriedOver

        init(_ tone: Tone) {
            switch tone {
            case .conform: self = .conform
            case .partly: self = .partly
            case .nonconform: self = .nonconform
            case .notApplicable: self = .notApplicable
            case .unknown: self = .unknown
            }
        }

        func matches(_ part: PartView) -> Bool {
            switch self {
            case .conform: part.shown == .conform
            case .partly: part.shown == .partlyConform
            case .nonconform: part.shown == .nonconform
            case .unknown: part.shown == .unknown
            case .notApplicable: part.shown == .notApplicable
            case .gaps: part.shown == .partlyConform || part.shown == .nonconform
            case .lowered: part.shown != part.assessed
            case .confirm: part.answeredOnlyFor != nil
            case .reassessed: part.origin == .assessed
            case .carriedOver: part.origin == .carriedOver
            }
        }
    }
    enum Kind: String { case clauses, controls }
    enum Owner: Hashable {
        case nobody
        case person(UUID)
        var text: String {
            switch self {
            case .nobody: "nobody"
            case .person(let id): id.lowercased
            }
        }
    }

    /// The key of a framework.
    var standard: String?
    /// The id of a section.
    var section: String?
    /// The id of an area.
    var area: String?
    var kind: Kind?
    var shown: Shown?
    var owner: Owner?
    var words = ""

    init() {}

    /// - Throws: ``Failure`` that names a parameter with a value that means nothing.
    init(_ query: LinkQuery) throws {
        standard = query["standard"]
        section = query["section"]
        area = query["area"]
        kind = try query["kind"].map { try Self.known("kind", Kind(rawValue: $0)) }
        shown = try query["shown"].map { try Self.known("shown", Shown(rawValue: $0)) }
        owner = try query["owner"].map { value in
            value == "nobody" ? .nobody : .person(try Self.known("owner", UUID(uuidString: value)))
        }
        words = query["q"]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    }

    private static func known<T>(_ name: String, _ value: T?) throws -> T {
        guard let value else { throw Failure.invalid(name, text(.meansNothing)) }
        return value
    }

    /// The parameters of a link to the same rows.
    var query: LinkQuery {
        [
            "standard": standard, "section": section, "area": area, "kind": kind?.rawValue,
            "shown": shown?.rawValue, "owner": owner?.text, "q": words,
        ]
    }
    var setCount: Int { query.items.count }

    /// The rows that fit, in order. A row fits if one of its parts in scope fits all conditions.
    func rows(of view: AssessmentView) -> [RowView] { positions(in: view).map { view.rows[$0] } }

    /// The places of these rows among all rows.
    func positions(in view: AssessmentView) -> [Int] {
        guard setCount > 0 else { return Array(view.rows.indices) }
        let keys = section.map { id in Set(view.sections.first { $0.id == id }?.rowKeys ?? []) }
        let wanted = words.lowercased().split(whereSeparator: \.isWhitespace)
        return view.rows.indices.filter { position in
            let row = view.rows[position]
            if let keys, !keys.contains(row.row.key) { return false }
            guard row.partsInScope.contains(where: matches) else { return false }
            return wanted.isEmpty || Self.contains(row, wanted)
        }
    }

    private func matches(_ part: PartView) -> Bool {
        if let standard, part.item.frameworkKey != standard { return false }
        if let area, !part.item.areas.contains(area) { return false }
        if let kind, part.item.isClause != (kind == .clauses) { return false }
        if let shown, !shown.matches(part) { return false }
        switch owner {
        case nil: return true
        case .nobody: return part.answer?.value.owner == nil
        case .person(let id): return part.answer?.value.owner?.raw == id
        }
    }

    /// Every word stands in the title, a reference, what is asked for or a note.
    private static func contains(_ row: RowView, _ words: [Substring]) -> Bool {
        var texts = [row.row.title]
        for part in row.partsInScope {
            texts += [part.item.reference, part.item.title, part.item.text, part.answer?.value.note ?? ""]
        }
        let all = texts.joined(separator: "\n").lowercased()
        return words.allSatisfy { all.contains($0) }
    }
}
