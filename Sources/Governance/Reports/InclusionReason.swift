// Which records give a reason to include a control: a type joins by a line in `InclusionReason.sources`.
import Foundation
import RecordKit
import Records
import Storage

/// A record type whose links are reasons for inclusion.
struct InclusionReason: Sendable {
    let schema: AnySchema
    /// The fields that link to controls of the organisation and to items of a standard.
    let controls: String
    let requirements: String
    /// Records that can be reasons at all, by what a query can tell.
    let condition: Criteria
    /// Records whose controls are necessary for a standard by themselves; `.none` if links alone decide.
    let calls: @Sendable (_ framework: String) -> Criteria
    /// Whether a record counts on a day.
    let isInForce: @Sendable (StoredRecord, Day) -> Bool

    static let sources: [InclusionReason] = [risk, obligation]

    private static let risk = InclusionReason(
        schema: Risk.schema.erased, controls: "controls", requirements: "requirements",
        condition: .not(.equals("status", .text(Risk.Status.closed.rawValue))),
        calls: { framework in
            let aspect: Risk.Aspect = framework == FrameworkLibrary.ai ? .ai : .informationSecurity
            return .oneOf("aspect", [.text(aspect.rawValue), .text(Risk.Aspect.both.rawValue)])
        }, isInForce: { _, _ in true })

    private static let obligation = InclusionReason(
        schema: Obligation.schema.erased, controls: "controls", requirements: "requirements",
        condition: .equals("status", .text(Obligation.Status.inForce.rawValue)), calls: { _ in .none },
        isInForce: { record, today in
            if case .day(let from) = record["from"], from > today { return false }
            if case .day(let to) = record["to"], to < today { return false }
            return true
        })
}
