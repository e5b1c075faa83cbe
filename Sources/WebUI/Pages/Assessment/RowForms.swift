// The answers of a row in full: result, maturity, owner, due day, note and, for a control that does not apply, why.
// Each form saves itself and is renewed by itself, so that two parts of a row never overwrite each other.
import Foundation
import Governance
import RecordKit
import Records

/// A form that was not saved, and why.
struct RefusedAnswer {
    let form: AnswerForm
    let problems: [Problem]

    /// What is wrong with a field.
    func message(_ field: String) -> String? {
        problems.first { $0.field == field }.map { text(.problem($0.message)) }
    }
    /// The messages that belong to no field of the form.
    func others(than fields: Set<String>) -> [String] {
        problems.filter { !fields.contains($0.field) }.map { text(.problem($0.message)) }
    }
}

/// Writes the forms in a row's detail.
struct RowForms {
    let presenter: RowPresenter
    let row: RowView
    let people: PeopleChoice
    let place: AnswerForm.Place

    /// The id of the form of the whole row, or of a standard's part.
    static func unitID(_ key: String, _ part: String?) -> String {
        "unit-\(RowPresenter.elementID(key))\(part.map { "-" + RowPresenter.elementID($0) } ?? "")"
    }

    /// The form of the whole row (`nil`) or of one part.
    func unit(_ part: PartView?, refused: RefusedAnswer? = nil) -> Markup {
        let key = part?.item.frameworkKey
        let parts = part.map { [$0] } ?? row.partsInScope
        let refused = refused?.form.part == key ? refused : nil
        return """
            <div data-save id="\(Self.unitID(row.row.key, key))">\
            \(raw: presenter.mayAnswer(row) ? form(parts, key, refused) : facts(parts))</div>
            """
    }

    private static func standingID(_ key: String, _ part: String) -> String {
        "standing-\(RowPresenter.elementID(key))-\(RowPresenter.elementID(part))"
    }

    /// What is assessed, measured and therefore shown.
    func standing(_ part: PartView) -> Markup {
        var facts: [(term: String, value: Markup?)] = [
            (text(.assessed), .status(part.assessed.tone, part.assessed.word, isPlain: true))
        ]
        if let answer = part.answer?.value, let day = answer.answeredOn, answer.result != nil {
            let name = answer.answeredBy.flatMap { presenter.names[$0.raw] }
            facts[0].value = """
                \(raw: .status(part.assessed.tone, part.assessed.word, isPlain: true)) \
                <span class="meta">\(Text.answeredWhen(day, name))</span>
                """
        }
        facts.append((text(.measured), .escaped(text(.measuredWords(part.measured, part.status)))))
        facts.append((text(.shownAs), .status(part.shown.tone, part.shown.shownWord, isPlain: true)))
        if part.shown != part.assessed { facts.append((text(.whyLowered), .escaped(presenter.loweredWords(part)))) }
        return """
            <div id="\(Self.standingID(row.row.key, part.item.frameworkKey))" data-live>\
            \(raw: .descriptionList(facts))</div>
            """
    }

    /// All forms of the row, for a detail that shows it already.
    func swaps() -> Markup {
        let parts: [PartView?] = row.isOneAnswer ? [nil] : row.partsInScope
        return Markup(capacityBytes: 8_192) { html in
            for part in parts {
                let id = Self.unitID(row.row.key, part?.item.frameworkKey)
                html.add("<template data-swap=\"#\(id)\">\(raw: unit(part))</template>")
            }
            for part in row.partsInScope {
                let id = Self.standingID(row.row.key, part.item.frameworkKey)
                html.add("<template data-swap=\"#\(id)\">\(raw: standing(part))</template>")
            }
        }
    }

    private func form(_ parts: [PartView], _ key: String?, _ refused: RefusedAnswer?) -> Markup {
        let common = CommonAnswer(parts)
        let answer = refused?.form.result ?? (common.assessed ?? .unknown).choice
        let fields = fields(common, key, refused)
        let names: Set<String> = ["maturity", "note", "owner", "dueOn", "justification"]
        let others = refused?.others(than: names) ?? []
        return Markup { html in
            html.add(
                """
                <form class="stack tight mt mb8" method="post" action="\(presenter.answerLink(row.row.key))">\
                \(raw: .hidden("csrf", presenter.token))\(raw: .hidden("from", place.rawValue))\
                \(raw: .hidden("part", key ?? ""))\(raw: .hidden("version", row.versions(parts)))
                """)
            if !others.isEmpty { html.add(.notice(.bad, title: others.joined(separator: " "), isAlert: true)) }
            html.answers(
                AnswerPart(standard: key.map { presenter.shortName($0) }, answer: answer),
                reference: parts.first?.item.reference ?? "", allowsNotApplicable: row.isControl,
                isLarge: place == .page)
            html.add("<div class=\"form\">\(raw: .each(fields) { .field($0) })</div>")
            html.add(
                """
                <p class="cluster"><span class="save\(refused == nil ? "" : " bad")" data-state></span>\
                <button class="button small unscripted" type="submit">\(Text.save)</button></p></form>
                """)
        }
    }

    private func fields(_ common: CommonAnswer, _ key: String?, _ refused: RefusedAnswer?) -> [FormField] {
        let end = AnswerForm.suffix(key)
        let width: FormField.Width = place == .page ? .half : .full
        func value(_ name: String, _ stored: String?) -> [String] { [refused?.form.sent[name] ?? stored ?? ""] }
        let levels = (0...5).map { FieldOption(String($0), text(.maturityLevel($0))) }
        var fields: [FormField] = []
        if row.isControl {
            fields.append(
                FormField(
                    "justification" + end, label: text(.whyNotApplicable), .text(lengthMax: 20_000),
                    values: value("justification", common.justification), help: text(.whyNotApplicableHelp),
                    error: refused?.message("justification")))
        }
        fields.append(
            FormField(
                "maturity" + end, label: text(.maturity), .choice(levels),
                values: value("maturity", common.maturity.map(String.init)), error: refused?.message("maturity"),
                width: width))
        fields.append(
            FormField(
                "dueOn" + end, label: text(.dueDay), .day, values: value("dueOn", common.dueOn?.description),
                error: refused?.message("dueOn"), width: width))
        fields.append(
            people.field(
                "owner" + end, owner: common.owner, name: common.owner.flatMap { presenter.names[$0] },
                value: refused?.form.sent["owner"], error: refused?.message("owner"), width: width))
        fields.append(
            FormField(
                "note" + end, label: text(.note), .longText, values: value("note", common.note),
                help: common.hasSeveralNotes ? text(.eachHasItsNote) : nil, error: refused?.message("note")))
        return fields
    }

    /// The same for those who may only read.
    private func facts(_ parts: [PartView]) -> Markup {
        let common = CommonAnswer(parts)
        return .descriptionList([
            (text(.maturity), common.maturity.map { .escaped(text(.maturityLevel($0))) }),
            (text(.owner), .person(common.owner.map { presenter.names[$0] ?? text(.somebody) })),
            (text(.dueDay), common.dueOn.map { .escaped(text(.dayWords($0))) }),
            (text(.note), common.note.map { "<bdi>\($0)</bdi>" }),
        ])
    }
}
