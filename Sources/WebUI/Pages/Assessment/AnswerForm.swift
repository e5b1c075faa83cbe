// From a posted row to what the service is told: only what differs from the page that the person saw is an answer.
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records

extension RowView {
    /// The part of a framework that is in scope.
    func part(_ framework: String) -> PartView? { partsInScope.first { $0.item.frameworkKey == framework } }
    var isControl: Bool { partsInScope.contains { $0.item.kind == .control } }

    /// The versions of the answers to some parts, as the field `version` carries them; behind a full stop that of the
    /// decision whether a control applies.
    func versions(_ parts: [PartView]) -> String {
        parts.map { part in
            let answer = "\(part.item.frameworkKey)=\(part.answer?.version ?? 0)"
            return part.item.kind == .control ? answer + ".\(part.applicability?.version ?? 0)" : answer
        }.joined(separator: ",")
    }
}

/// What several parts say in common; nil where they differ.
struct CommonAnswer {
    let assessed: Conformity?
    let maturity: Int?
    let note: String?
    let owner: UUID?
    let dueOn: Day?
    /// Why the control does not apply.
    let justification: String?
    /// Each part has a note of its own, so that one field cannot show them.
    let hasSeveralNotes: Bool

    init(_ parts: [PartView]) {
        func same<T: Equatable>(_ value: (PartView) -> T) -> T? {
            guard let first = parts.first.map(value) else { return nil }
            return parts.count == 1 || parts.dropFirst().allSatisfy { value($0) == first } ? first : nil
        }
        assessed = same(\.assessed)
        maturity = same { $0.answer?.value.maturity } ?? nil
        note = same { $0.answer?.value.note } ?? nil
        owner = same { $0.answer?.value.owner?.raw } ?? nil
        dueOn = same { $0.answer?.value.dueOn } ?? nil
        justification =
            same { part in
                let decision = part.applicability?.value
                return decision?.isApplicable == false ? decision?.justification : nil
            } ?? nil
        hasSeveralNotes = parts.count > 1 && same { $0.answer?.value.note } == nil
    }
}

/// A posted row, part of a row, or button of a row.
struct AnswerForm {
    /// Where the form stands, which decides about the answer's shape.
    enum Place: String { case row, panel, page }

    let place: Place
    /// The framework whose part alone was sent.
    let part: String?
    /// The result of the whole row or of `part`.
    let result: AnswerChoice?
    /// Results by framework, of a row with a part for each standard.
    let results: [String: AnswerChoice]
    let versions: [String: Int]
    let applicabilityVersions: [String: Int]
    /// Splits or joins the row.
    let separate: Bool?
    /// Takes over the other standard's result, or what was carried over from an earlier assessment.
    let confirms: Bool
    let justification: String?
    /// The field whose search button was pressed, and the words to search by.
    let find: String?
    let words: String
    /// As sent, for showing a refused form again; nil where the form had no such field.
    let sent: [String: String]

    private static let fields = ["maturity", "note", "owner", "dueOn", "justification"]

    /// - Throws: ``Failure`` for a field that no page of ours sends.
    init(_ body: FormBody) throws {
        let place = body["from"].flatMap(Place.init(rawValue:)) ?? .row
        let part = body["part"].flatMap { $0.isEmpty ? nil : $0 }
        let suffix = place == .row ? "" : Self.suffix(part)
        (self.place, self.part) = (place, part)
        result = try body["result"].map { try Self.choice($0, "result") }
        var results: [String: AnswerChoice] = [:]
        for (name, values) in body.fields where name.hasPrefix("result.") {
            guard let value = values.first else { continue }
            results[String(name.dropFirst("result.".count))] = try Self.choice(value, name)
        }
        self.results = results
        (versions, applicabilityVersions) = try Self.versions(body["version"] ?? "")
        separate = body["separate"].map { $0 == "true" }
        confirms = body["confirm"] == "true"
        justification = body["justification" + suffix].flatMap {
            let trimmed = $0.trimmingCharacters(in: .whitespacesAndNewlines)
            return trimmed.isEmpty ? nil : trimmed
        }
        sent = Dictionary(
            uniqueKeysWithValues: Self.fields.compactMap { name in body[name + suffix].map { (name, $0) } })
        find = body["find"]
        words = body["owner\(suffix).search"] ?? ""
    }

    /// The end of the names of fields in a detail: several parts, and the filters, stand on one page.
    static func suffix(_ part: String?) -> String { "." + (part ?? "whole") }

    /// The same as if it had been sent for one part.
    init(_ form: AnswerForm, part: String?) {
        (place, self.part, results, versions) = (form.place, part, form.results, form.versions)
        applicabilityVersions = form.applicabilityVersions
        result = form.result ?? part.flatMap { form.results[$0] }
        (separate, confirms, justification) = (form.separate, form.confirms, form.justification)
        (find, words, sent) = (form.find, form.words, form.sent)
    }

    /// Reads what `RowView.versions` wrote.
    private static func versions(_ text: String) throws -> (answers: [String: Int], decisions: [String: Int]) {
        var answers: [String: Int] = [:]
        var decisions: [String: Int] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=")
            let numbers = parts.last?.split(separator: ".").map { Int($0) } ?? []
            guard parts.count == 2, (1...2).contains(numbers.count), let answer = numbers[0] else {
                throw Failure.invalid("version", WebUI.text(.meansNothing))
            }
            let framework = String(parts[0])
            answers[framework] = answer
            if numbers.count == 2 {
                guard let decision = numbers[1] else { throw Failure.invalid("version", WebUI.text(.meansNothing)) }
                decisions[framework] = decision
            }
        }
        return (answers, decisions)
    }

    private static func choice(_ word: String, _ name: String) throws -> AnswerChoice {
        guard let choice = AnswerChoice(rawValue: word) else { throw Failure.invalid(name, text(.meansNothing)) }
        return choice
    }

    /// What to tell the service, one input for each part that changes; empty if nothing does.
    /// - Throws: ``ServiceError``: invalid for values that no answer takes.
    func inputs(over row: RowView) throws -> [AnswerInput] {
        let parts =
            try part.map { key in
                guard let part = row.part(key) else { throw ServiceError.invalid("part", text(.meansNothing)) }
                return [part]
            } ?? row.partsInScope
        if let separate {
            var input = AnswerInput()
            input.isSeparate = separate
            (input.versions, input.applicabilityVersions) = (versions, applicabilityVersions)
            return [input]
        }
        if confirms { return [try confirmation(parts)] }
        // The row was split or joined since the form was made: what it says no longer fits.
        let isSplitForm = part != nil || !results.isEmpty
        guard parts.count < 2 || (place == .row && isSplitForm == !row.isOneAnswer) || place != .row else {
            throw ServiceError.conflict(.state(text(.rowChangedShape)))
        }
        let shared = try sharedChanges(parts)
        guard part == nil, !row.isOneAnswer else {
            let wanted = result ?? part.flatMap { results[$0] }
            return [
                changed(shared.input, parts, part: part, result: wanted, isChanged: shared.isChanged)
            ].compactMap(\.self)
        }
        return parts.compactMap { each in
            changed(
                shared.input, [each], part: each.item.frameworkKey, result: results[each.item.frameworkKey],
                isChanged: shared.isChanged)
        }
    }

    private func confirmation(_ parts: [PartView]) throws -> AnswerInput {
        guard parts.contains(where: { $0.answeredOnlyFor != nil }) else {
            var input = AnswerInput()
            input.confirms = true
            input.part = part
            (input.versions, input.applicabilityVersions) = (versions, applicabilityVersions)
            return input
        }
        let answered = parts.filter { $0.answeredOnlyFor == nil && $0.answer?.value.result != nil }
        guard let known = answered.first, parts.contains(where: { $0.answeredOnlyFor != nil }) else {
            throw ServiceError.conflict(.state(text(.nothingToConfirm)))
        }
        var input = AnswerInput()
        input.result = known.assessed.choice.result
        (input.versions, input.applicabilityVersions) = (versions, applicabilityVersions)
        return input
    }

    /// Adds the result if it differs from what is assessed; a new reason is a new decision, too.
    private func changed(
        _ shared: AnswerInput, _ parts: [PartView], part: String?, result: AnswerChoice?, isChanged: Bool
    ) -> AnswerInput? {
        var input = shared
        input.part = part
        let common = CommonAnswer(parts)
        var isChanged = isChanged
        if let result {
            let isNew = (common.assessed ?? .unknown).choice != result
            let isNewReason =
                result == .notApplicable && justification != nil && justification != common.justification
            if isNew || isNewReason {
                input.result = result.result
                input.justification =
                    result == .notApplicable || isNew && common.assessed == .notApplicable
                    ? reason(for: result, common) : nil
                isChanged = true
            }
        }
        return isChanged ? input : nil
    }

    /// The old reason why a control does not apply is none for why it applies again.
    private func reason(for result: AnswerChoice, _ common: CommonAnswer) -> String? {
        result != .notApplicable && justification == common.justification ? nil : justification
    }

    private func sharedChanges(_ parts: [PartView]) throws -> (input: AnswerInput, isChanged: Bool) {
        let common = CommonAnswer(parts)
        var input = AnswerInput()
        (input.versions, input.applicabilityVersions) = (versions, applicabilityVersions)
        var problems: [Problem] = []
        func value(_ name: String) -> FieldValue? {
            guard let text = sent[name], let field = Answer.schema.erased.field(name) else { return nil }
            do { return try FieldInput.value(text, for: field) } catch {
                problems.append(error)
                return nil
            }
        }
        if let maturity = value("maturity") {
            let number: Int? = if case .integer(let number) = maturity { number } else { nil }
            if number != common.maturity { input.maturity = .some(number) }
        }
        if let note = value("note") {
            let words: String? = note == .null ? nil : note.text
            if words != common.note {
                if parts.count > 1, common.hasSeveralNotes {
                    problems.append(Problem("note", text(.eachHasItsNote)))
                }
                input.note = .some(words)
            }
        }
        if let owner = value("owner") {
            let person: UUID? = if case .reference(let id) = owner { id } else { nil }
            if person != common.owner { input.owner = .some(person) }
        }
        if let due = value("dueOn") {
            let day: Day? = if case .day(let day) = due { day } else { nil }
            if day != common.dueOn { input.dueOn = .some(day) }
        }
        guard problems.isEmpty else { throw ServiceError.invalid(Invalid(problems)) }
        let isChanged = input.maturity != nil || input.note != nil || input.owner != nil || input.dueOn != nil
        return (input, isChanged)
    }
}
