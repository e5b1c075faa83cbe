// The gap assessment report: what it shows, as of one ledger index, before anything is written as a document.
package import Exchange
package import Foundation
package import RecordKit
package import Records
package import Storage

/// Everything that a gap assessment report says. Assessed, measured and shown stay apart, as does what is unknown.
package struct GapReport: Sendable {
    /// The rows of an assessment that one report holds.
    package static let rowsMax = 2_000
    /// The open tasks that it lists.
    package static let tasksMax = 500
    /// Open tasks that are looked at for what they are about.
    static let tasksLookedAtMax = 10_000

    /// The parts of a report, in their order. Which of them a report has, is chosen.
    package enum Part: String, Sendable, CaseIterable {
        case scope, method, summary, strengths, gaps, areas, plan, clauses, ledger

        /// Reads `summary,gaps`; nothing means all of them. They keep the order of the report.
        /// - Throws: ``ServiceError``: invalid, with the name that is none.
        package static func read(_ names: [String]) throws -> [Part] {
            var chosen: Set<Part> = []
            for name in names.flatMap({ $0.split(separator: ",") }) {
                let word = name.trimmingCharacters(in: .whitespaces)
                guard let part = Part(rawValue: word) else {
                    throw ServiceError.invalid(
                        "sections",
                        "“\(word.prefix(40))” is no section; known are "
                            + allCases.map(\.rawValue).joined(separator: ", "))
                }
                chosen.insert(part)
            }
            return chosen.isEmpty ? allCases : allCases.filter(chosen.contains)
        }
    }

    /// A control that serves a requirement.
    package struct ServingControl: Sendable, Hashable {
        package let code: String
        package let title: String
        package let status: Control.Status
    }

    package let organisation: Organisation
    /// `nil` without a logo, and for a file that is gone or no image any more.
    package internal(set) var logo: ImageFile?
    package let view: AssessmentView
    /// By the key of the framework.
    package let adoptions: [String: FrameworkAdoption]
    /// Names of people, by id.
    package let people: [UUID: String]
    /// By requirement, as far as the reader may see them.
    package let controls: [UUID: [ServingControl]]
    /// Open tasks about what is in scope, the next due first.
    package let tasks: [Stored<Task>]
    /// There are more of them.
    package let tasksAreCut: Bool
    package let preparedAt: Instant
    package let preparedBy: String
    package let zone: TimeZone
    /// When the last entry was made that the report shows.
    package let moment: Instant?
    /// The report shows the past, and measurements are those of now looking back.
    package let isOfThePast: Bool
    /// The last one that is signed; `nil` if none is.
    package internal(set) var checkpoint: StoredCheckpoint?
    /// The name under which the ledger is signed, and the key with which to check it.
    package let origin: String
    package let verifierKey: String

    /// The ledger index as of which everything is shown.
    package var index: Int { view.ledgerSize - 1 }
    /// The checkpoint covers everything that the report shows.
    package var isSigned: Bool { checkpoint.map { $0.size >= view.ledgerSize } ?? false }

    /// Rows with something partly conform or nonconform, what stands in the way of a certificate first, then nonconform
    /// before partly, then what concerns more standards.
    package var gaps: [RowView] { Self.gaps(of: view) }
    /// Rows of which everything in scope is conform, with a maturity of 4 or more or with evidence in date.
    package var strengths: [RowView] {
        view.rows.filter { row in
            !row.partsInScope.isEmpty
                && row.partsInScope.allSatisfy { part in
                    part.shown == .conform && (part.measured == .supported || (part.answer?.value.maturity ?? 0) >= 4)
                }
        }
    }
    /// Rows of which something is not known.
    package var unknown: [RowView] { view.rows.filter { $0.partsInScope.contains { $0.shown == .unknown } } }

    /// The same rows of any view.
    package static func gaps(of view: AssessmentView) -> [RowView] {
        let rows = view.rows.filter { $0.partsInScope.contains(where: isGap) }
        let weighed = rows.enumerated().map { (offset: $0, weight: weight($1), row: $1) }
        return weighed.sorted { a, b in a.weight == b.weight ? a.offset < b.offset : a.weight > b.weight }.map(\.row)
    }

    package static func isGap(_ part: PartView) -> Bool {
        part.shown == .partlyConform || part.shown == .nonconform
    }
    /// A clause that is not fully met: a certification auditor may raise a major nonconformity (ISO/IEC 17021-1, 3.12),
    /// and then there is no certificate before it is closed. Controls are judged by risk and count as minor at first.
    package static func isInTheWay(_ part: PartView) -> Bool { part.item.isClause && isGap(part) }

    private static func weight(_ row: RowView) -> Int {
        let gaps = row.partsInScope.filter(isGap)
        return (gaps.contains(where: isInTheWay) ? 10_000 : 0)
            + (gaps.contains { $0.shown == .nonconform } ? 1_000 : 0) + gaps.count
    }
}
