// From a row of the service to a row on the page. One presenter serves all rows of a page: names, addresses and rights
// are worked out once.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// Presents rows of one assessment to one caller.
struct RowPresenter {
    let view: AssessmentView
    let caller: Caller
    /// The secret of the session's forms.
    let token: String
    /// Names of people, by id.
    let names: [UUID: String]
    /// Now, and the assessment takes answers.
    let isOpen: Bool
    /// False for somebody who is here for the sections in their hands alone.
    let seesWhole: Bool
    /// Kept in links while the page shows the past.
    let asOf: String?
    private let shortNames: [String: String]
    /// The beginning and the end of the addresses of rows, made once: a page has hundreds.
    private let rowsHref: String
    private let rowQuery: String

    init(
        view: AssessmentView, caller: Caller, token: String, names: [UUID: String], asOf: String?
    ) {
        (self.view, self.caller, self.token, self.names, self.asOf) = (view, caller, token, names, asOf)
        isOpen = asOf == nil && view.assessment.value.status == .open && !view.assessment.meta.isArchived
        let people = [view.assessment.value.lead, view.assessment.value.reviewer].compactMap { $0?.raw }
        seesWhole =
            Authorisation.visible(caller, .read, Assessment.schema.erased) == .all
            || caller.person.map(people.contains) == true
        rowsHref = Link.assessment(view.assessment.id.raw).href
        rowQuery = LinkQuery(dictionaryLiteral: ("asOf", asOf)).string
        shortNames = Dictionary(uniqueKeysWithValues: view.frameworks.map { ($0.key, $0.shortName) })
    }

    /// The people whose names the rows of a view need.
    static func people(in view: AssessmentView) -> [UUID] {
        let answers = view.rows.flatMap { $0.partsInScope.compactMap { $0.answer?.value } }
        let lead = [view.assessment.value.lead, view.assessment.value.reviewer].compactMap { $0?.raw }
        return Array(Set(answers.flatMap { [$0.owner?.raw, $0.answeredBy?.raw].compactMap(\.self) } + lead))
    }

    /// Those who own a row.
    var owners: [FieldOption] {
        let ids = Set(view.rows.flatMap { $0.partsInScope.compactMap { $0.answer?.value.owner?.raw } })
        return ids.map { FieldOption($0.lowercased, names[$0] ?? text(.somebody)) }.sorted { $0.label < $1.label }
    }

    var assessmentID: UUID { view.assessment.id.raw }
    func shortName(_ framework: String) -> String { shortNames[framework] ?? framework }
    /// The same as `Link.row`.
    func rowLink(_ key: String) -> String { "\(rowsHref)/\(LinkQuery.encoded(key))\(rowQuery)" }
    /// The same as `Link.answerRow`.
    func answerLink(_ key: String) -> String { "\(rowsHref)/\(LinkQuery.encoded(key))/answer" }
    func mayAnswer(_ row: RowView) -> Bool { isOpen && AssessmentService.mayAnswer(row, as: caller) }

    /// The end of element ids of a row: what CSS selectors need not escape.
    static func elementID(_ key: String) -> String {
        String(
            decoding: key.utf8.map { byte in
                let isPlain =
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                return isPlain ? byte : UInt8(ascii: "-")
            }, as: UTF8.self)
    }

    static func family(_ framework: String) -> RequirementChip.Family {
        switch framework {
        case FrameworkLibrary.ai: .aims
        case FrameworkLibrary.security: .isms
        default: .law
        }
    }

    func chips(_ parts: [PartView], isLinked: Bool = false) -> [RequirementChip] {
        parts.map { part in
            let key = part.item.frameworkKey
            return RequirementChip(
                Self.family(key), standard: shortName(key), reference: part.item.reference,
                href: isLinked ? FrameworkScreens.link(key, item: part.item.reference) : nil)
        }
    }

    // MARK: The row

    /// - Parameters:
    ///   - form: A refused form, whose values are shown again.
    ///   - errors: Why it was refused.
    func row(_ row: RowView, form: AnswerForm? = nil, errors: [String] = []) -> AssessmentRow {
        let parts = row.partsInScope
        let common = CommonAnswer(parts)
        let isOneAnswer = parts.count == 1 || row.isOneAnswer
        let (kind, word) = kind(row, parts, isOneAnswer: isOneAnswer)
        let (remark, isBad) = remark(row, parts)
        let href = rowLink(row.row.key)
        let origin = view.origins == nil ? nil : self.origin(row)
        var shown = AssessmentRow(
            id: Self.elementID(row.row.key), action: answerLink(row.row.key),
            hidden: [("csrf", token), ("version", row.versions(parts))],
            kind: kind, kindWord: word, chips: chips(parts), reference: parts.first?.item.reference ?? "",
            title: row.row.title, remark: remark, isRemarkBad: isBad,
            parts: answerParts(parts, common, isOneAnswer: isOneAnswer, form: form),
            allowsNotApplicable: row.isControl, maturity: form?.sent["maturity"].map { Int($0) } ?? common.maturity,
            note: form?.sent["note"] ?? common.note ?? "", owner: owner(parts),
            evidenceCount: parts.reduce(0) { $0 + ($1.status?.evidence ?? 0) }, detailHref: href,
            evidenceHref: href + "#evidence", errors: errors, isEditable: mayAnswer(row),
            isAnswered: parts.contains { $0.answer != nil || $0.applicability != nil })
        shown.origin = origin?.words
        shown.isToConfirm = origin?.isOld == true && shown.isEditable
        return shown
    }

    /// Whether what is assessed was assessed in this round; nil while nothing is.
    func origin(_ row: RowView) -> (words: String, isOld: Bool)? {
        let parts = row.partsInScope.filter { $0.origin != nil }
        guard !parts.isEmpty else { return nil }
        guard let old = parts.first(where: { $0.origin == .carriedOver }) else {
            return parts.allSatisfy { $0.origin == .assessed } ? (text(.reassessed), false) : nil
        }
        let words = text(.carriedOverFrom(old.originNote ?? ""))
        let isMixed = parts.contains { $0.origin != .carriedOver }
        return (isMixed ? text(.partWords(shortName(old.item.frameworkKey), words)) : words, true)
    }

    private func answerParts(
        _ parts: [PartView], _ common: CommonAnswer, isOneAnswer: Bool, form: AnswerForm?
    ) -> [AnswerPart] {
        if isOneAnswer {
            return [AnswerPart(answer: form?.result ?? (common.assessed ?? .unknown).choice)]
        }
        return parts.map { part in
            let key = part.item.frameworkKey
            return AnswerPart(
                fieldName: "result.\(key)", standard: shortName(key),
                answer: form?.results[key] ?? part.assessed.choice)
        }
    }

    private func owner(_ parts: [PartView]) -> String? {
        parts.lazy.compactMap { $0.answer?.value.owner?.raw }.first.flatMap { names[$0] ?? text(.somebody) }
    }

    func kind(_ row: RowView) -> (AssessmentRow.Kind, String) {
        kind(row, row.partsInScope, isOneAnswer: row.isOneAnswer)
    }

    private func kind(
        _ row: RowView, _ parts: [PartView], isOneAnswer: Bool
    ) -> (AssessmentRow.Kind, String) {
        guard parts.count > 1 else {
            let key = parts.first?.item.frameworkKey ?? ""
            let isAI = [FrameworkLibrary.ai, "eu-ai-act", "nist-ai-rmf-1.0"].contains(key)
            let name = parts.first.map { row.frameworkName($0) } ?? ""
            return (isAI ? .onlyAIMS : .onlyISMS, text(.onlyIn(name)))
        }
        if isOneAnswer { return (.shared, text(.sharedClause)) }
        return (.ownParts, row.isSplit ? text(.splitClause) : text(.sharedOwnParts))
    }

    /// The one line beneath a title: what needs somebody's eye first, else what sets the standards apart.
    private func remark(_ row: RowView, _ parts: [PartView]) -> (String?, isBad: Bool) {
        if let hint = confirmHint(row, parts) { return (hint, false) }
        if let part = parts.first(where: { $0.shown != $0.assessed }) {
            return (loweredWords(part), true)
        }
        if let part = parts.first(where: { $0.assessed == .notApplicable }),
            let why = part.applicability?.value.justification
        {
            return (text(.appliesNot(Self.shortened(why))), false)
        }
        return (parts.count > 1 ? row.row.difference : nil, false)
    }

    private static func shortened(_ words: String) -> String {
        words.count > 120 ? words.prefix(119) + "…" : words
    }

    /// "Answered for ISO/IEC 27001:2022 only, confirm for ISO/IEC 42001:2023"; nil when nothing is to be confirmed.
    func confirmHint(_ row: RowView) -> String? { confirmHint(row, row.partsInScope) }

    private func confirmHint(_ row: RowView, _ parts: [PartView]) -> String? {
        guard let part = parts.first(where: { $0.answeredOnlyFor != nil }),
            let other = part.answeredOnlyFor
        else { return nil }
        return text(.answeredOnlyFor(other, confirmFor: row.frameworkName(part)))
    }

    /// Why something is shown lower than assessed.
    func loweredWords(_ part: PartView) -> String {
        let status = part.status
        let why: Text =
            (status?.nonconformitiesMajor ?? 0) > 0
            ? .majorNonconformityOpen
            : part.measured == .failing
                ? .correctiveActionOverdue
                : (status?.nonconformities ?? 0) > 0
                    ? .minorNonconformityOpen
                    : (status?.tasksOverdue ?? 0) > 0 ? .tasksOverdue(status?.tasksOverdue ?? 0) : .evidenceTooOld
        return text(
            .lowered(standard: shortName(part.item.frameworkKey), from: part.assessed.word, because: why.string))
    }

    // MARK: Beside the row

    /// The line under a row that asks to confirm the other standard's answer; nil when there is nothing to confirm.
    func confirmLine(_ row: RowView) -> Markup? {
        guard row.row.sharing == .equal, row.parts.contains(where: { $0.answeredOnlyFor != nil }), mayAnswer(row),
            row.isOneAnswer, let waiting = row.partsInScope.first(where: { $0.answeredOnlyFor != nil }),
            let known = row.partsInScope.first(where: { $0.answer?.value.result != nil })
        else { return nil }
        let label = text(.confirmFor(row.frameworkName(waiting), known.assessed.word))
        return """
            <li class="notice row-notice" id="confirm-\(Self.elementID(row.row.key))">\
            \(raw: confirmForm(row, place: .row, label: label))</li>
            """
    }

    func confirmForm(_ row: RowView, place: AnswerForm.Place, label: String) -> Markup {
        """
        <form class="cluster" method="post" action="\(answerLink(row.row.key))" data-plain>\
        \(raw: .hidden("csrf", token))\(raw: .hidden("from", place.rawValue))\(raw: .hidden("confirm", "true"))\
        \(raw: .hidden("version", row.versions(row.partsInScope)))\(raw: .submitButton(label, look: .small))</form>
        """
    }
}
