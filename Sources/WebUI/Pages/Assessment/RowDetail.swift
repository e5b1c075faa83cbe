// The detail of a row, as the panel beside the list and as a page of its own: what is asked, the answers in full, what
// belongs to it and what changed.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// Writes the detail of one row.
struct RowDetail {
    let presenter: RowPresenter
    let row: RowView
    let data: RowDetailData
    let people: PeopleChoice
    let library: FrameworkLibrary
    let today: Day
    let place: AnswerForm.Place

    private var elementID: String { RowPresenter.elementID(row.row.key) }
    private var zone: TimeZone { presenter.caller.timeZone }

    /// One element, the detail's whole.
    func markup(notice: Markup? = nil, refused: RefusedAnswer? = nil) -> Markup {
        let form = RowForms(presenter: presenter, row: row, people: people, place: place)
        let (_, kindWord) = presenter.kind(row)
        return Markup(capacityBytes: 16_384) { html in
            html.raw(place == .page ? "<div class=\"detail page\" id=\"detail-" : "<div id=\"detail-")
            html.text(elementID)
            html.raw("\">")
            html.add(notice)
            html.add(
                """
                <div class="cluster mb">\(raw: .each(presenter.chips(row.partsInScope, isLinked: true)) { .chip($0) })\
                \(raw: .pill(kindWord))</div>
                """)
            if place == .panel { html.add("<h2><bdi>\(row.row.title)</bdi></h2>") }
            html.add(relation)
            html.add(confirmation)
            html.add(carriedOver)
            if row.isOneAnswer { html.add(form.unit(nil, refused: refused)) }
            for (index, part) in row.partsInScope.enumerated() {
                html.add(section(part, form, isFirst: index == 0, refused: refused))
            }
            html.add(shape)
            html.add(tasks)
            html.add(findings)
            html.add(closest)
            html.add(history)
            html.raw("</div>")
        }
    }

    // MARK: How the standards relate

    private var relation: Markup? {
        guard row.partsInScope.count > 1 else { return nil }
        let facts = row.row.relationship.map { text(.relation($0.asLabel.lowercased(), row.row.strength ?? 0)) }
        return Markup { html in
            if let difference = row.row.difference { html.add("<p class=\"meta\">\(difference)</p>") }
            if let facts { html.add("<p class=\"meta\">\(facts)</p>") }
            if let rationale = row.row.rationale {
                html.add(.disclosure(text(.whyRelated), "<p class=\"meta\">\(rationale)</p>"))
            }
        }
    }

    private var confirmation: Markup? {
        guard let hint = presenter.confirmHint(row) else { return nil }
        guard presenter.mayAnswer(row), row.isOneAnswer,
            let known = row.partsInScope.first(where: { $0.answer?.value.result != nil }),
            let waiting = row.partsInScope.first(where: { $0.answeredOnlyFor != nil })
        else { return .notice(.info, title: hint) }
        let label = text(.confirmFor(row.frameworkName(waiting), known.assessed.word))
        return .notice(.info, title: hint, presenter.confirmForm(row, place: place, label: label))
    }

    /// Whether the row was looked at in this round, and the button that says that it still holds.
    private var carriedOver: Markup? {
        guard presenter.view.origins != nil, let origin = presenter.origin(row) else { return nil }
        guard origin.isOld, presenter.mayAnswer(row) else { return "<p class=\"meta\">\(origin.words)</p>" }
        return .notice(
            .info, title: origin.words, presenter.confirmForm(row, place: place, label: text(.stillTrue)))
    }

    /// Splitting a row that one answer fills, and joining it again.
    private var shape: Markup? {
        guard row.row.sharing == .equal, row.partsInScope.count > 1, presenter.mayAnswer(row) else { return nil }
        let label = text(row.isSplit ? .joinRow : .splitRow)
        let why = text(row.isSplit ? .whyJoin : .whySplit)
        return """
            <section><h3>\(Text.oneAnswerOrTwo)</h3><p class="meta">\(why)</p>\
            <form method="post" action="\(presenter.answerLink(row.row.key))" data-plain>\
            \(raw: .hidden("csrf", presenter.token))\(raw: .hidden("from", place.rawValue))\
            \(raw: .hidden("version", row.versions(row.partsInScope)))\
            \(raw: .submitButton(label, look: .small, name: "separate", value: row.isSplit ? "false" : "true"))\
            </form></section>
            """
    }

    // MARK: One standard

    private func section(_ part: PartView, _ form: RowForms, isFirst: Bool, refused: RefusedAnswer?) -> Markup {
        let item = part.item
        return Markup { html in
            html.add("<section><h3>\(Text.forStandard(row.frameworkName(part), item.reference))</h3>")
            if !item.text.isEmpty { html.add("<p>\(item.text)</p>") }
            html.add(areas(item))
            if !row.isOneAnswer { html.add(form.unit(part, refused: refused)) }
            html.add(form.standing(part))
            html.add(projection(part))
            if !item.questions.isEmpty {
                let questions: Markup = .each(item.questions) { "<li><span>\($0)</span></li>" }
                html.add("<h4 class=\"mt\">\(Text.questions)</h4><ul class=\"list\">\(raw: questions)</ul>")
            }
            html.add(evidence(part, isFirst: isFirst))
            html.add(controls(part))
            html.raw("</section>")
        }
    }

    /// What the crosswalk says about it, on a page of its own, and on what an accepted result rests.
    private func projection(_ part: PartView) -> Markup? {
        guard presenter.asOf == nil else { return nil }
        let note = part.isAccepted ? part.answer?.value.originNote : nil
        let basis: Markup? = note.map {
            .disclosure(text(.acceptedFrom), "<p class=\"meta prewrap\"><bdi>\($0)</bdi></p>")
        }
        let href = Link.projectedItem(key: part.item.frameworkKey, part.item.id).href
        return "\(raw: basis)\(raw: .linkButton(text(.showProjection), href, look: .small, icon: .crosswalk))"
    }

    /// The areas of an item, each leading to the rows of the same area.
    private func areas(_ item: LibraryItem) -> Markup? {
        let areas = library.areas.filter { item.areas.contains($0.id) }
        guard !areas.isEmpty else { return nil }
        let links: Markup = .each(areas) { area in
            let rows = Link.assessment(presenter.assessmentID, ["area": area.id, "asOf": presenter.asOf]).href
            return "<span>\(raw: .link(area.title, rows))</span>"
        }
        return "<p class=\"meta cluster\"><span>\(Text.areasLabel):</span>\(raw: links)</p>"
    }

    private func evidence(_ part: PartView, isFirst: Bool) -> Markup {
        let pieces = data.linked[part.item.id]?.evidence ?? []
        let tiles: Markup = .each(pieces.prefix(RowDetailData.shownMax)) { piece in .evidenceTile(tile(piece)) }
        let typical: Markup? =
            part.item.typicalEvidence.isEmpty
            ? nil
            : .disclosure(
                text(.typicalEvidence),
                "<ul class=\"list\">\(raw: .each(part.item.typicalEvidence) { "<li><span>\($0)</span></li>" })</ul>")
        return """
            <h4 class="mt"\(attribute: "id", isFirst ? "evidence" : nil)>\(Text.evidence) \
            <span class="muted">\(pieces.count)</span></h4>\
            \(raw: pieces.isEmpty ? "<p class=\"meta\">\(Text.noEvidenceYet)</p>" : tiles)\
            \(raw: more(pieces.count))\(raw: typical)\
            \(raw: addLink(Evidence.schema.erased, text(.addEvidence), [part.item.id], title: nil))
            """
    }

    private func tile(_ piece: LinkedItems.Piece) -> EvidenceTile {
        let value = piece.evidence.value
        var meta = text(.period(value.periodFrom, value.periodTo))
        if let through = piece.through { meta = text(.through(meta, through)) }
        let isOld = value.validUntil.map { $0 < today } ?? false
        return EvidenceTile(
            title: value.title, href: Link.record(Evidence.schema.erased, piece.evidence.id.raw).href, meta: meta,
            digest: value.file?.sha256, tone: isOld ? .nonconform : value.status == .reviewed ? .conform : .unknown,
            word: text(isOld ? .outOfDate : value.status == .reviewed ? .reviewed : .notReviewed))
    }

    private func controls(_ part: PartView) -> Markup {
        let controls = data.linked[part.item.id]?.controls ?? []
        let items: Markup = .each(controls.prefix(RowDetailData.shownMax)) { control in
            let (tone, word): (Tone, Text) =
                switch control.value.status {
                case .implemented: (.conform, .implemented)
                case .planned: (.unknown, .planned)
                case .retired: (.notApplicable, .retired)
                }
            return """
                <li>\(raw: .link("\(control.value.code) \(control.value.title)",
                    Link.record(Control.schema.erased, control.id.raw).href))\(raw: .status(tone, text(word)))</li>
                """
        }
        let list: Markup =
            controls.isEmpty ? "<p class=\"meta\">\(Text.noControlsYet)</p>" : "<ul class=\"list\">\(raw: items)</ul>"
        return """
            <h4 class="mt">\(Text.linkedControls) <span class="muted">\(controls.count)</span></h4>\
            \(raw: list)\(raw: more(controls.count))\
            \(raw: addLink(Control.schema.erased, text(.linkControl), [part.item.id], title: nil))
            """
    }

    private func more(_ count: Int) -> Markup? {
        count > RowDetailData.shownMax ? "<p class=\"meta\">\(Text.shownOf(RowDetailData.shownMax, count))</p>" : nil
    }

    // MARK: Work, twin, history

    private var tasks: Markup {
        var seen: Set<UUID> = []
        let tasks = row.partsInScope.flatMap { data.linked[$0.item.id]?.tasks ?? [] }.filter {
            seen.insert($0.id.raw).inserted
        }
        let items: Markup = .each(tasks.prefix(RowDetailData.shownMax)) { task in
            .taskLine(task, today: today, name: task.value.assignee.flatMap { data.names[$0.raw] })
        }
        let list: Markup =
            tasks.isEmpty ? "<p class=\"meta\">\(Text.noTasksYet)</p>" : "<ul class=\"list\">\(raw: items)</ul>"
        let reference = row.partsInScope.first?.item.reference ?? ""
        return """
            <section><h3>\(Text.tasks) <span class="muted">\(tasks.count)</span></h3>\(raw: list)\
            \(raw: addLink(
                Task.schema.erased, text(.makeTask), row.partsInScope.map(\.item.id),
                title: text(.closeGap(reference, row.row.title))))</section>
            """
    }

    /// What audits found; an open nonconformity is why a result stands lower.
    private var findings: Markup? {
        var seen: Set<UUID> = []
        let findings = row.partsInScope.flatMap { data.linked[$0.item.id]?.findings ?? [] }.filter {
            seen.insert($0.id.raw).inserted
        }
        guard !findings.isEmpty else { return nil }
        let items: Markup = .each(findings.prefix(RowDetailData.shownMax)) { finding in
            let value = finding.value
            let word = value.kind.rawValue.asLabel
            let isOpen = value.status == .open && value.kind.isNonconformity
            let state: Markup =
                isOpen
                ? .status(value.kind == .majorNonconformity ? .nonconform : .partly, word) : .pill(word)
            return """
                <li>\(raw: .link(value.title, Link.record(Finding.schema.erased, finding.id.raw).href))\(raw: state)\
                <span class="meta">\(value.status.rawValue.asLabel) · \(Text.dayWords(value.raisedOn))</span></li>
                """
        }
        return """
            <section><h3>\(Text.findings) <span class="muted">\(findings.count)</span></h3>\
            <ul class="list">\(raw: items)</ul>\(raw: more(findings.count))</section>
            """
    }

    /// A link to a form that begins with what stands here; why not, if the caller may not.
    private func addLink(_ schema: AnySchema, _ label: String, _ requirements: [UUID], title: String?) -> Markup? {
        guard presenter.asOf == nil else { return nil }
        guard Authorisation.mayCreate(presenter.caller, schema) else {
            return "<p class=\"meta\">\(Text.mayNotCreate(schema.pluralLabel.lowercased()))</p>"
        }
        var query: LinkQuery = ["title": title.map { String($0.prefix(200)) }]
        for requirement in requirements { query.add("requirements", requirement.lowercased) }
        let href = Link.new(schema.plural, query).href
        return .linkButton(label, href, look: .small, icon: .plus)
    }

    private var closest: Markup? {
        guard let reference = row.row.closestControl, let own = row.partsInScope.first?.item.frameworkKey else {
            return nil
        }
        let other = own == FrameworkLibrary.ai ? FrameworkLibrary.security : FrameworkLibrary.ai
        guard let twin = library.row("\(other):\(reference)"), let item = twin.members.first else { return nil }
        let href = presenter.rowLink(twin.key)
        let isThere = presenter.view.rows.contains { $0.row.key == twin.key }
        let name = "\(item.reference) \(item.title)"
        return """
            <section><h3>\(Text.closestControl)</h3><p>\
            \(raw: .link(name, isThere ? href : FrameworkScreens.link(other, item: item.reference)))</p>\
            <p class="meta">\(Text.closestControlNote)</p></section>
            """
    }

    private var history: Markup? {
        guard !data.history.isEmpty else { return nil }
        let entries = data.history.map { run in
            var entry = shown(run.newest, run.changes)
            guard !run.older.isEmpty else { return entry }
            entry.ledgerIndex = nil
            entry.joined = run.entries.map { shown($0, $0.changes) }
            return entry
        }
        return "<section><h3>\(Text.history)</h3>\(raw: .history(entries))</section>"
    }

    private func shown(_ entry: Governance.HistoryEntry, _ changes: [FieldChange]) -> HistoryEntry {
        HistoryEntry(
            title: text(.historyTitle(entry.revision.record.title, entry.revision.action)),
            meta: text(.byWhomAt(entry.personName ?? text(.theSystem), entry.revision.at.words(in: zone))),
            changes: changes.compactMap(change), reason: entry.revision.reason, ledgerIndex: entry.revision.index)
    }

    /// Fields that the system fills in say nothing that the entry does not say.
    private static let silent: Set<String> = [
        "name", "assessment", "requirement", "key", "answeredOn", "answeredBy", "isSeparate",
    ]

    private func change(_ change: FieldChange) -> HistoryChange? {
        guard !Self.silent.contains(change.field.name) else { return nil }
        if change.field.name == "origin" {
            return HistoryChange(
                field: change.field.label, before: words(change.old)?.asLabel, after: words(change.new)?.asLabel)
        }
        return HistoryChange(field: change.field.label, before: words(change.old), after: words(change.new))
    }

    private func words(_ value: FieldValue) -> String? {
        switch value {
        case .null, .text(""): nil
        case .reference(let id): data.names[id] ?? presenter.names[id] ?? text(.somebody)
        case .text(let word): Answer.Result(rawValue: word).map { text($0.word) } ?? word
        case .bool(let flag): text(flag ? .yes : .no)
        case .day(let day): text(.dayWords(day))
        default: value.text
        }
    }
}

extension Answer.Result {
    var word: Text {
        switch self {
        case .conform: .conform
        case .partlyConform: .partlyConform
        case .nonconform: .nonconform
        }
    }
}

extension Markup {
    /// A task in a list: what, when due, who.
    static func taskLine(_ task: Stored<Task>, today: Day, name: String?) -> Markup {
        let value = task.value
        let isOpen = value.status == .open || value.status == .inProgress
        let isLate = isOpen && (value.dueOn.map { $0 < today } ?? false)
        let due = value.dueOn.map { text(.dueOn($0)) } ?? text(.noDueDay)
        let state: Markup =
            isLate ? .status(.nonconform, text(.overdue)) : .pill(value.status.rawValue.asLabel)
        return """
            <li>\(raw: .link(value.title, Link.record(Task.schema.erased, task.id.raw).href))\(raw: state)\
            <span class="meta">\(due) · \(isolated: name ?? text(.nobodyYet))</span></li>
            """
    }
}
