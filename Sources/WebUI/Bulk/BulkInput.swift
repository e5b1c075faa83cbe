// What the forms of a bulk edit send, from the list to the change.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Storage

/// A sent form of a bulk edit.
struct BulkInput: Sendable {
    enum Step: String, Sendable { case choose, preview, apply }
    let step: Step
    let picks: [SeenRecord]
    /// The query of the list that the rows were chosen in.
    let query: LinkQuery
    /// `set`, `archive`, `restore`, or `take.` with the name of a transition.
    let action: String
    /// The fields that are ticked.
    let changed: Set<String>
    let form: FormInput
    let reason: String
    let isAllOrNothing: Bool
    let takesAll: Bool

    init(_ body: FormBody, _ schema: AnySchema, _ form: FormInput) throws {
        let sent = body.all("pick")
        picks = sent.compactMap { BulkBar.seen($0) }
        guard picks.count == sent.count else { throw Failure.invalid("pick", text(.meansNothing)) }
        step = body["step"].flatMap { Step(rawValue: $0) } ?? .choose
        query = LinkQuery(body["query"] ?? "") ?? [:]
        action = body["action"] ?? ""
        changed = Set(body.all("change")).filter { schema.field($0) != nil }
        self.form = form
        reason = form.changeReason
        isAllOrNothing = body["atomic"] != nil
        takesAll = body["all"] != nil
    }

    /// What is to be done.
    /// - Throws: ``ServiceError`` that names the fields that cannot be read.
    func bulkAction(_ schema: AnySchema) throws -> BulkAction {
        switch action {
        case "archive": return .archive
        case "restore": return .restore
        case "set":
            let problems = form.problems.filter { changed.contains($0.field) }
            guard problems.isEmpty else { throw ServiceError.invalid(Invalid(problems)) }
            guard !changed.isEmpty else { throw ServiceError.invalid("change", text(.bulkNoField)) }
            var values: [String: FieldValue] = [:]
            for name in changed {
                let isLinks = if case .links = schema.field(name)?.kind { true } else { false }
                values[name] = form.values[name] ?? (isLinks ? .links([]) : .null)
            }
            return .set(values)
        case let name where name.hasPrefix("take."): return .transition(String(name.dropFirst(5)))
        default: throw ServiceError.invalid("action", text(.bulkWhat))
        }
    }
}
