// One answer on its way in: saved, refused with what to change, or met by somebody else's answer.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import RecordKit
import Records
import Storage

extension AssessmentScreens {
    /// Answers a row. With script the answer is the renewed row or form and what else changed on the page; without, a
    /// page.
    @Sendable func answer(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        let id = try assessmentID(context)
        let form = try AnswerForm(body)
        let view = try await services.assessments.view(id, as: caller)
        let row = try self.row(context, in: view)
        let posted = PostedAnswer(
            request: request, context: context, caller: caller, form: form, row: row, view: view, screens: self)
        if form.find != nil { return try await posted.searched() }
        do {
            var after = view
            for input in try form.inputs(over: row) {
                after = try await services.assessments.answer(
                    id, row: row.row.key, input, as: caller, request: context.requestID)
            }
            return try await posted.saved(after)
        } catch ServiceError.invalid(let invalid) {
            return try await posted.refused(invalid.problems)
        } catch ServiceError.conflict(.stale(let present, _)) {
            return present.schema.type == Applicability.type
                ? try await posted.decisionConflict(present) : try await posted.conflict(present)
        } catch ServiceError.conflict(.state(let why)) where request.isByScript {
            return PageReply.html(
                .notice(.warn, title: text(.problem(why)), isAlert: true), status: .conflict)
        }
    }
}

/// A posted answer with all that its reply needs.
struct PostedAnswer {
    let request: Request
    let context: ConcordContext
    let caller: Caller
    let form: AnswerForm
    /// The row before the answer.
    let row: RowView
    let view: AssessmentView
    let screens: AssessmentScreens

    private var key: String { row.row.key }

    private func presenter(_ view: AssessmentView) async throws -> RowPresenter {
        try await screens.presenter(view, context, caller, nil)
    }

    // MARK: Saved

    func saved(_ after: AssessmentView) async throws -> Response {
        guard let row = after.rows.first(where: { $0.row.key == key }) else {
            throw ServiceError.notFound(text(.row))
        }
        let written = row.lastIndex > self.row.lastIndex ? row.lastIndex : nil
        guard request.isByScript else { return PageReply.see(next(after.assessment.id.raw, undo: written)) }
        let presenter = try await presenter(after)
        let list = Link.assessment(after.assessment.id.raw).href
        let undo = UndoOffer.place(
            index: written, back: request.sender(under: list) ?? list, formToken: context.formToken)
        let fragments = PostureFragments(presenter)
        let people = try await PeopleChoice(screens.services.store, caller)
        let forms = RowForms(presenter: presenter, row: row, people: people, place: .panel)
        return PageReply.html(
            Markup(capacityBytes: 32_768) { html in
                switch form.place {
                case .row:
                    html.assessmentRow(presenter.row(row))
                    html.add(fragments.confirmSwap(row))
                case .panel, .page:
                    html.add(forms.unit(form.part.flatMap { row.part($0) }))
                    html.add(fragments.swap(row))
                }
                html.add(forms.swaps())
                html.add("<template data-swap=\"#undo-place\">\(raw: undo)</template>")
                html.add(fragments.swaps(after: [row]))
            })
    }

    /// Where a browser without script goes on: the page that the form stood on.
    /// - Parameter index: The ledger index of the answer, which the page then offers to take back.
    private func next(_ assessment: UUID, undo index: Int?) -> String {
        let undo = index.map(String.init)
        if form.place == .page { return Link.row(assessment, key: key, ["undo": undo]).href }
        let list = Link.assessment(assessment).href
        let anchor = "#row-\(RowPresenter.elementID(key))"
        let sent = request.sender(under: list)?.dropFirst(list.count + 1)
        var query = sent.flatMap { LinkQuery(String($0)) } ?? [:]
        query = query.with("undo", undo)
        if form.place == .panel { query = query.with("open", key) }
        return Link.assessment(assessment, query).href + anchor
    }

    // MARK: Not saved

    /// The form again, with the people that a search found.
    func searched() async throws -> Response {
        try await again(status: .ok, RefusedAnswer(form: form, problems: []))
    }

    func refused(_ problems: [Problem]) async throws -> Response {
        try await again(status: .unprocessableContent, RefusedAnswer(form: form, problems: problems))
    }

    private func again(status: HTTPResponse.Status, _ refused: RefusedAnswer) async throws -> Response {
        let presenter = try await presenter(view)
        guard request.isByScript else {
            return try await screens.detailPage(
                row, presenter, request, context, status: status, notice: notice(refused), refused: asPage(refused),
                words: form.words)
        }
        if form.place == .row {
            guard !asksForReason(refused) else {
                return PageReply.html(reasonForm(presenter), status: status)
            }
            let errors = refused.problems.map { text(.problem($0.message)) }
            return PageReply.html(
                Markup { $0.assessmentRow(presenter.row(row, form: form, errors: errors)) }, status: status)
        }
        let people = try await PeopleChoice(screens.services.store, caller, words: form.words)
        let forms = RowForms(presenter: presenter, row: row, people: people, place: form.place)
        return PageReply.html(forms.unit(form.part.flatMap { row.part($0) }, refused: refused), status: status)
    }

    private func notice(_ refused: RefusedAnswer) -> Markup? {
        guard !refused.problems.isEmpty else { return nil }
        return .notice(
            .bad, title: text(.answerNotSaved),
            .each(refused.problems, separator: " ") { .escaped(text(.problem($0.message))) }, isAlert: true)
    }

    /// A row of the list has one form, its page one for each part: what was sent for a part goes to that part's form.
    private func asPage(_ refused: RefusedAnswer) -> RefusedAnswer {
        guard form.place == .row, !row.isOneAnswer else { return refused }
        let changed = row.partsInScope.first { part in
            form.results[part.item.frameworkKey].map { $0 != part.assessed.choice } ?? false
        }
        return RefusedAnswer(form: form.ofPart(changed?.item.frameworkKey), problems: refused.problems)
    }

    private func asksForReason(_ refused: RefusedAnswer) -> Bool {
        row.isControl && form.result == .notApplicable && refused.problems.allSatisfy { $0.field == "justification" }
    }

    /// Under the row: why does the control not apply? Nothing is saved before it is said.
    private func reasonForm(_ presenter: RowPresenter) -> Markup {
        let id = "reason-\(RowPresenter.elementID(key))"
        let shown = form.justification ?? ""
        return """
            <div class="notice warn" role="alert">\(raw: .icon(.alert))<b>\(Text.whyNotApplicable)</b>\
            <form class="cluster" method="post" \
            action="\(Link.answerRow(presenter.assessmentID, key: key).href)">\
            \(raw: .hidden("csrf", presenter.token))\(raw: .hidden("result", AnswerChoice.notApplicable.rawValue))\
            \(raw: .hidden("version", row.versions(row.partsInScope)))\
            <label class="visually-hidden" for="\(id)">\(Text.whyNotApplicable)</label>\
            <input class="input" id="\(id)" name="justification" value="\(value: shown)" maxlength="20000" required\
             data-manual><span class="help">\(Text.whyNotApplicableHelp)</span>\
            \(raw: .submitButton(text(.save), look: .small))\
            <a class="button small" href="\(presenter.rowLink(key))">\(Text.cancel)</a></form></div>
            """
    }

    // MARK: Somebody was quicker

    /// Both answers, and the two ways out. Saving mine sends only what I changed, over their version.
    func conflict(_ present: StoredRecord) async throws -> Response {
        let services = screens.services
        let now = try await services.assessments.view(view.assessment.id.raw, as: caller)
        guard let current = now.rows.first(where: { $0.row.key == key }) else {
            throw ServiceError.notFound(text(.row))
        }
        let presenter = try await presenter(now)
        let theirs = try present.decoded(as: Answer.self)
        let part = current.partsInScope.first { $0.item.id == theirs.value.requirement.raw }
        let seen = part.flatMap { form.versions[$0.item.frameworkKey] } ?? 0
        let history =
            Authorisation.may(caller, .read, present)
            ? try await services.records.history(
                Answer.schema.erased, present.id, as: caller, before: seen + 1, limit: 1) : []
        let base = try history.first?.revision.record.decoded(as: Answer.self).value ?? Answer()
        let mine = form.changes(from: base, part: part?.item.frameworkKey)
        return try await conflict(
            present.meta, in: current, of: now, presenter, theirs: form.words(of: theirs.value, like: mine), mine)
    }

    /// The same where somebody decided meanwhile whether the control applies.
    func decisionConflict(_ present: StoredRecord) async throws -> Response {
        let now = try await screens.services.assessments.view(view.assessment.id.raw, as: caller)
        guard let current = now.rows.first(where: { $0.row.key == key }) else {
            throw ServiceError.notFound(text(.row))
        }
        let theirs = try present.decoded(as: Applicability.self).value
        let part = current.partsInScope.first { $0.item.id == theirs.requirement.raw }
        let framework = part?.item.frameworkKey
        var mine = form.changes(from: part?.answer?.value ?? Answer(), part: framework).filter { $0.field != "result" }
        if let choice = form.result ?? framework.flatMap({ form.results[$0] }) {
            let said = [text(choice.word), form.justification].compactMap(\.self).joined(separator: ": ")
            let name = form.result == nil ? "result.\(framework ?? "")" : "result"
            mine.insert(ChangedField(name: name, value: choice.rawValue, words: said, field: "result"), at: 0)
        }
        return try await conflict(
            present.meta, in: current, of: now, try await presenter(now),
            theirs: text(.decided(applies: theirs.isApplicable, theirs.justification)), mine)
    }

    private func conflict(
        _ meta: RecordMeta, in current: RowView, of now: AssessmentView, _ presenter: RowPresenter, theirs: String,
        _ mine: [ChangedField]
    ) async throws -> Response {
        let name = try await screens.services.store.read { [caller] reader in
            try reader.titles(
                Person.schema.erased, [meta.updatedBy].compactMap(\.self), in: caller.organisation)
        }.values.first
        let markup: Markup = .rowConflict(
            name: name ?? text(.theSystem), time: meta.updatedAt.words(in: caller.timeZone), theirs: theirs,
            mine: mine.map(\.words).joined(separator: "; "),
            action: Link.answerRow(now.assessment.id.raw, key: key).href,
            hidden: [
                ("csrf", presenter.token), ("from", form.place.rawValue), ("part", form.part ?? ""),
                (
                    "version",
                    current.versions(form.part.flatMap { current.part($0) }.map { [$0] } ?? current.partsInScope)
                ),
            ]
                + mine.map { ($0.name, $0.value) }
                + [form.justification.map { (form.justificationField, $0) }].compactMap(\.self),
            theirsHref: presenter.rowLink(key))
        guard request.isByScript else {
            return try await screens.detailPage(
                current, presenter, request, context, status: .conflict, notice: markup)
        }
        return PageReply.html(markup, status: .conflict)
    }
}

/// A field that somebody changed, as their form sends it.
struct ChangedField {
    let name: String
    let value: String
    /// As people read it.
    let words: String
    let field: String
}

extension AnswerForm {
    /// The same form as if it had been sent for one part.
    func ofPart(_ part: String?) -> AnswerForm { AnswerForm(self, part: part) }

    var justificationField: String { "justification" + (place == .row ? "" : Self.suffix(part)) }

    /// What this form changes of an answer.
    func changes(from base: Answer, part key: String?) -> [ChangedField] {
        let end = place == .row ? "" : Self.suffix(part)
        var changes: [ChangedField] = []
        let ofPart = key.flatMap { results[$0] }
        if let result = result ?? ofPart, result.result.rawValue != (base.result?.rawValue ?? "notAssessed") {
            let name = self.result == nil ? "result.\(key ?? "")" : "result"
            changes.append(
                ChangedField(name: name, value: result.rawValue, words: text(result.word), field: "result"))
        }
        for (name, field) in [
            ("maturity", base.maturity.map(String.init)), ("note", base.note),
            ("owner", base.owner?.raw.lowercased), ("dueOn", base.dueOn?.description),
        ] {
            guard let sent = sent[name] else { continue }
            let normal = sent.replacingOccurrences(of: "\r\n", with: "\n")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            guard normal != field ?? "" else { continue }
            changes.append(
                ChangedField(name: name + end, value: sent, words: words(name, normal), field: name))
        }
        return changes
    }

    /// The other person's values of the same fields.
    func words(of answer: Answer, like mine: [ChangedField]) -> String {
        mine.map { change in
            switch change.field {
            case "result": text(answer.result?.word ?? .notAssessed)
            case "maturity": words("maturity", answer.maturity.map(String.init) ?? "")
            case "note": words("note", answer.note ?? "")
            case "owner": words("owner", answer.owner?.raw.lowercased ?? "")
            default: words("dueOn", answer.dueOn?.description ?? "")
            }
        }.joined(separator: "; ")
    }

    private func words(_ field: String, _ value: String) -> String {
        let label = Answer.schema.erased.field(field)?.label ?? field
        let shown =
            value.isEmpty ? text(.noValue) : field == "owner" ? text(.anotherPerson) : String(value.prefix(200))
        return text(.fieldIs(label, shown))
    }
}

extension RowView {
    /// The ledger index of the last change of an answer or decision of this row; -1 before the first.
    var lastIndex: Int {
        parts.flatMap { [$0.answer?.meta.since, $0.applicability?.meta.since].compactMap(\.self) }.max() ?? -1
    }
}
