// A Statement of Applicability as plain data: what pages, documents and the API show, and what an approved version keeps.
package import Foundation
import MerkleLog
package import RecordKit
package import Records

extension Applicability.ExclusionBasis: Codable {}
extension Control.Status: Codable {}

/// A record as a document names it.
package struct RecordMention: Sendable, Hashable, Codable {
    /// The type, such as "risk".
    package let type: String
    /// In lower case.
    package let id: String
    /// Code and title.
    package let name: String
    package var uuid: UUID? { UUID(uuidString: id) }

    init(_ record: StoredRecord) {
        type = record.schema.type.name
        id = record.id.lowercased
        let code = record["code"].text
        name = code.isEmpty ? record.title : "\(code) \(record.title)"
    }
}

/// One row: a control of Annex A, or a necessary control that stands outside it.
package struct StatementRow: Sendable, Hashable, Codable {
    package enum Source: String, Sendable, Codable { case annexA, otherFramework, own }
    /// Included for all but `exceptFor`; undecided is neither.
    package enum Decision: String, Sendable, Codable, CaseIterable { case included, excluded, undecided }
    /// From the linked controls; a row without any has none: it is unknown.
    package enum Implementation: String, Sendable, Codable, CaseIterable { case implemented, partly, planned }
    /// Why a statement with this row cannot be approved.
    package enum Block: String, Sendable, Codable { case undecided, withoutReason }

    /// One reason for inclusion.
    package struct Reason: Sendable, Hashable, Codable {
        /// The type of the record that gives it, "requirement" for a clause of the standard, "stated" for a person's
        /// own words.
        package let kind: String
        package let text: String
        /// The record; a stated one has none.
        package let record: RecordMention?
    }

    package struct Measure: Sendable, Hashable, Codable {
        package let control: RecordMention
        package let status: Control.Status
    }

    /// The reference of an item of Annex A, or "control:" with the id of a control.
    package let key: String
    package let reference: String
    package let title: String
    package let source: Source
    /// The standard, the other frameworks, or the organisation.
    package let sourceName: String
    /// The id of the item of Annex A.
    package let requirement: String?
    package let decision: Decision
    package let justification: String?
    /// What an exclusion rests on; unknown if nobody said.
    package let basis: Applicability.ExclusionBasis?
    /// The AI systems to which an included control does not apply.
    package let exceptFor: [RecordMention]
    package let reasons: [Reason]
    package let controls: [Measure]

    package var implementation: Implementation? {
        guard !controls.isEmpty else { return nil }
        let done = controls.count { $0.status == .implemented }
        return done == controls.count ? .implemented : done == 0 ? .planned : .partly
    }
    package var block: Block? {
        switch decision {
        case .undecided: .undecided
        case .included: reasons.isEmpty ? .withoutReason : nil
        case .excluded: nil
        }
    }
    /// It is excluded although a risk or an obligation calls for it: to be looked at, not a block.
    package var isContradicted: Bool { decision == .excluded && reasons.contains { $0.record != nil } }
}

/// All rows of one statement at one moment.
package struct StatementContent: Sendable, Hashable, Codable {
    package let organisation: String
    /// The key of the framework, such as "iso27001-2022".
    package let framework: String
    package let frameworkName: String
    /// The fingerprint of the framework's content.
    package let frameworkSHA256: String
    /// The scope statement of the adopted framework (clause 4.3).
    package let scope: String?
    /// The day on which it was made, yyyy-mm-dd.
    package let day: String
    /// Number of entries of the ledger that it was made from.
    package let ledgerSize: Int
    package let rows: [StatementRow]

    package func rows(_ decision: StatementRow.Decision) -> Int { rows.count { $0.decision == decision } }
    package var blocking: [StatementRow] { rows.filter { $0.block != nil } }
    /// Only ISO/IEC 27001 asks whether a control is implemented; the other standard's statement shows it too.
    package var asksForImplementation: Bool { framework == FrameworkLibrary.security }

    /// Canonical JSON (RFC 8785): the same content always has the same bytes, and so the same fingerprint.
    package func canonical() throws -> Data {
        Data(try JSONValue.parse(Array(JSONEncoder().encode(self)), bytesMax: Self.bytesMax).canonical())
    }
    package init(canonical data: Data) throws { self = try JSONDecoder().decode(Self.self, from: data) }
    static let bytesMax = 33_554_432

    init(
        organisation: String, framework: LibraryFramework, scope: String?, day: Day, ledgerSize: Int,
        rows: [StatementRow]
    ) {
        self.organisation = organisation
        self.framework = framework.key
        frameworkName = framework.name
        frameworkSHA256 = framework.contentSHA256
        self.scope = scope
        self.day = day.description
        self.ledgerSize = ledgerSize
        self.rows = rows
    }
}

/// A submitted or approved version, with the names of those who made it.
package struct StatementVersion: Sendable, Hashable {
    package let id: UUID
    package let version: Int
    package let number: Int
    package let status: StatementOfApplicability.Status
    package let preparedByID: UUID?
    package let preparedBy: String?
    package let submittedOn: Day?
    package let approvedBy: String?
    package let approvedOn: Day?
    /// Rows that stand in the way of approval.
    package let blocking: String?
    package let note: String?
    /// The fingerprint of the content.
    package let sha256: String
}

/// What is shown or printed: the present state, or a version.
package struct StatementReport: Sendable, Hashable {
    package let content: StatementContent
    /// `nil` for the present state, which nobody approved.
    package let version: StatementVersion?
    package init(content: StatementContent, version: StatementVersion?) {
        self.content = content
        self.version = version
    }
}

/// What differs in one row between two statements.
package struct StatementDifference: Sendable, Hashable {
    package enum Part: String, Sendable, CaseIterable {
        case row, title, decision, justification, basis, exceptFor, reasons, controls
    }
    /// `nil` where the row came later.
    package let before: StatementRow?
    /// `nil` where the row is gone.
    package let after: StatementRow?
    package let parts: [Part]
    package var row: StatementRow? { after ?? before }

    /// Rows that differ, in the order of the newer statement; rows that are gone stand last. Cost: linear.
    package static func between(_ before: StatementContent, _ after: StatementContent) -> [StatementDifference] {
        let old = Dictionary(before.rows.map { ($0.key, $0) }) { a, _ in a }
        let kept = Set(after.rows.map(\.key))
        let changed = after.rows.compactMap { row -> StatementDifference? in
            guard let was = old[row.key] else { return StatementDifference(before: nil, after: row, parts: [.row]) }
            let parts = parts(was, row)
            return parts.isEmpty ? nil : StatementDifference(before: was, after: row, parts: parts)
        }
        return changed
            + before.rows.filter { !kept.contains($0.key) }.map {
                StatementDifference(before: $0, after: nil, parts: [.row])
            }
    }

    private static func parts(_ a: StatementRow, _ b: StatementRow) -> [Part] {
        Part.allCases.filter { part in
            switch part {
            case .row: false
            case .title: a.title != b.title || a.reference != b.reference || a.sourceName != b.sourceName
            case .decision: a.decision != b.decision
            case .justification: a.justification != b.justification
            case .basis: a.basis != b.basis
            case .exceptFor: a.exceptFor != b.exceptFor
            case .reasons: Set(a.reasons) != Set(b.reasons)
            case .controls: Set(a.controls) != Set(b.controls)
            }
        }
    }
}
