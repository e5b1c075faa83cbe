// A range of days that narrows a list: `dueOn=..2026-11-28` in an address, or two fields of the filter bar. Both ends
// belong to it, and either may be left open.
import Foundation
import Governance
import RecordKit

/// The days that a field may have.
struct DayRange: Sendable, Hashable {
    /// Stands between both ends in an address.
    static let separator = ".."
    let first: Day?
    let last: Day?

    /// The names of the filter bar's two fields.
    static func firstName(_ field: FieldDescription) -> String { "\(field.name).from" }
    static func lastName(_ field: FieldDescription) -> String { "\(field.name).to" }

    init?(first: Day?, last: Day?) {
        guard first != nil || last != nil else { return nil }
        (self.first, self.last) = (first, last)
    }

    /// What an address says of a field: one day, a range, or the two fields.
    /// - Returns: `nil` if it says nothing, or asks for records without a day.
    /// - Throws: ``ServiceError`` for what is no day.
    init?(_ query: LinkQuery, _ field: FieldDescription) throws {
        func day(_ text: String?) throws -> Day? {
            guard let text, !text.isEmpty else { return nil }
            guard let day = Day(text) else { throw ServiceError.invalid(field.name, WebUI.text(.mustBeADay)) }
            return day
        }
        var (first, last) = (
            try day(query[Self.firstName(field)]), try day(query[Self.lastName(field)])
        )
        if let text = query[field.name], text != ListState.none {
            if let range = text.range(of: Self.separator) {
                first = try day(String(text[..<range.lowerBound])) ?? first
                last = try day(String(text[range.upperBound...])) ?? last
            } else {
                (first, last) = (try day(text), try day(text))
            }
        }
        self.init(first: first, last: last)
    }

    /// As an address has it.
    var text: String { (first?.description ?? "") + Self.separator + (last?.description ?? "") }

    /// As people read it.
    var words: String {
        if first == last, let first { return WebUI.text(.dayOf(first)) }
        return WebUI.text(.daysFromTo(first, last))
    }

    func conditions(_ field: FieldDescription) -> [ListFilter.Condition] {
        if first == last, let first { return [.init(field.name, .equals, [.day(first)])] }
        return [
            first.map { .init(field.name, .greater, [.day($0.adding(days: -1))]) },
            last.map { .init(field.name, .less, [.day($0.adding(days: 1))]) },
        ].compactMap(\.self)
    }
}
