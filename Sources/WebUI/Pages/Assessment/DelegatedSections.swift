// Sections of an assessment in people's hands, with the steps that the caller may take.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import Storage

/// The delegated sections of one assessment that a caller may see, or those in their own hands.
struct DelegatedSections: Sendable {
    let records: [StoredRecord]
    let names: [UUID: String]
    private let caller: Caller
    private let token: String
    private let view: AssessmentView

    init(_ services: Services, _ presenter: RowPresenter) async throws {
        let caller = presenter.caller
        let schema = SectionAssignment.schema.erased
        let id = presenter.assessmentID
        (records, names) = try await services.store.read { reader in
            let page = try reader.page(
                Query(
                    schema,
                    where: .both(.linked("assessment", [id]), Authorisation.visible(caller, .read, schema)),
                    sort: Sort("name"), limit: Query.limitMax), in: caller.organisation, asOf: nil)
            let people = page.records.flatMap { record in
                ["assignee", "reviewer"].compactMap { field in
                    if case .reference(let id) = record[field] { id } else { nil }
                }
            }
            return (
                page.records, try reader.titles(Person.schema.erased, Array(Set(people)), in: caller.organisation)
            )
        }
        (self.caller, token, view) = (caller, presenter.token, presenter.view)
    }

    /// Those that the caller answers, or looks at once they are submitted.
    private var own: [StoredRecord] {
        guard let person = caller.person else { return [] }
        return records.filter { record in
            record["assignee"] == .reference(person) && record["status"] != .text("accepted")
                || record["reviewer"] == .reference(person) && record["status"] == .text("submitted")
        }
    }

    /// On the page of the rows: what is in the caller's own hands.
    var card: Markup? {
        own.isEmpty
            ? nil : .card(id: "own-sections", title: text(.sectionsInYourHands), isFlush: true, class: "mb", table(own))
    }

    /// One line for each section.
    func table(_ records: [StoredRecord]) -> Markup {
        let columns = [
            TableColumn(text(.section)), TableColumn(text(.assignee)),
            TableColumn(text(.reviewer), priority: .optional),
            TableColumn(text(.dueDay)), TableColumn(text(.state)), TableColumn(text(.steps)),
        ]
        return .dataTable(label: text(.delegatedSections), columns: columns, rows: records.map(row), isSticky: false)
    }

    private func row(_ record: StoredRecord) -> TableRow {
        func person(_ field: String) -> Markup {
            if case .reference(let id) = record[field] { return .person(names[id] ?? text(.somebody)) }
            return .person(nil)
        }
        let section = view.sections.first { .text($0.id) == record["section"] }
        let due: Markup = if case .day(let day) = record["dueOn"] { .escaped(text(.dayWords(day))) } else { .empty }
        let unknown = section.flatMap { view.sectionCounts[$0.id] }.map { $0[.unknown] }
        return TableRow(
            title: section?.name ?? record.title,
            href: Link.assessment(view.assessment.id.raw, ["section": section?.id]).href,
            subtitle: unknown.map { text(.unknownIn($0)) },
            cells: [
                person("assignee"), person("reviewer"), due, .pill(record["status"].text.asLabel), steps(record),
            ])
    }

    /// A form for each step that is possible now and not refused. Whoever submitted is known from the last change,
    /// unless somebody edited since: then the service says no.
    private func steps(_ record: StoredRecord) -> Markup {
        let state = record["status"].text
        let last = state == "submitted" ? record.meta.updatedBy : nil
        let possible = (record.schema.lifecycle?.transitions ?? []).filter { transition in
            transition.from.contains(state)
                && Authorisation.mayTake(transition, caller, record, authors: [], lastTaker: last) == nil
        }
        let forms: Markup = .each(possible) { transition in
            let reason: Markup? =
                transition.needsReason
                ? """
                <input class="input" name="reason" required maxlength="2000" \
                aria-label="\(Text.reasonNeeded)" placeholder="\(Text.reasonNeeded)">
                """ : nil
            return """
                <form class="cluster" method="post" action="\(Link.sectionStep(view.assessment.id.raw).href)">\
                \(raw: .hidden("csrf", token))\(raw: .hidden("delegation", record.id.lowercased))\
                \(raw: .hidden("version", String(record.version)))\(raw: reason)\
                \(raw: .submitButton(transition.label, look: .small, name: "step", value: transition.name))</form>
                """
        }
        return "<div class=\"stack tight\">\(raw: forms)</div>"
    }
}

/// The page of all delegated sections, with the form that delegates more.
struct SectionsPage {
    let presenter: RowPresenter
    let delegated: DelegatedSections
    let people: PeopleChoice
    let problem: String?
    let sent: FormBody?

    private var id: UUID { presenter.assessmentID }
    private var view: AssessmentView { presenter.view }
    private var rows: String { Link.assessment(id).href }

    var markup: Markup {
        Markup(capacityBytes: 16_384) { html in
            html.add(
                .pageHeader(
                    text(.delegatedSections), crumbs: [Crumb(view.assessment.value.title, rows)],
                    actions: .linkButton(text(.groupsTitle), Link.implementationGroups(id).href)
                        + .linkButton(text(.toRows), rows), lead: text(.delegatedLead)))
            html.raw("<div class=\"stack\">")
            if let problem { html.add(.notice(.bad, title: problem, isAlert: true)) }
            html.add(
                .card(
                    id: "delegated", title: text(.delegatedSections), isFlush: true,
                    delegated.records.isEmpty
                        ? .emptyState(title: text(.nothingDelegated), text(.nothingDelegatedWhy))
                        : delegated.table(delegated.records)))
            if presenter.isOpen, AssessmentService.mayDelegate(presenter.caller) { html.add(form) }
            html.raw("</div>")
        }
    }

    private var form: Markup {
        let open = view.sections.filter { view.delegations[$0.id] == nil }
        guard !open.isEmpty else { return "<p class=\"meta\">\(Text.delegateNobody)</p>" }
        let search: Markup? =
            people.isSearch
            ? """
            <form class="cluster mb" method="get" action="\(Link.sections(id).href)">\
            <label for="people">\(Text.findPeople)</label>\
            <input class="input" type="search" id="people" name="people" value="\(value: people.words)">\
            \(raw: .submitButton(text(.search), look: .small))</form>
            """ : nil
        func chosen(_ name: String) -> [String] { sent?[name].map { [$0] } ?? [] }
        let sections: Markup = .each(open) { section in
            .field(
                FormField(
                    "assignee.\(section.id)", label: section.name,
                    .reference(people.options), values: chosen("assignee.\(section.id)"), width: .half))
        }
        let common = [
            FormField(
                "reviewer", label: text(.reviewer), .reference(people.options),
                values: sent.map { [$0["reviewer"] ?? ""] }
                    ?? [view.assessment.value.reviewer?.raw.lowercased].compactMap(\.self), width: .half),
            FormField(
                "dueOn", label: text(.dueDay), .day,
                values: sent.map { [$0["dueOn"] ?? ""] }
                    ?? [view.assessment.value.dueOn?.description].compactMap(\.self), width: .half),
            FormField("note", label: text(.note), .longText, values: chosen("note")),
        ]
        return .card(
            id: "delegate", title: text(.delegate), lead: text(.delegateLead),
            """
            \(raw: search)<form class="form" method="post" action="\(Link.sections(id).href)">\
            \(raw: .hidden("csrf", presenter.token))\(raw: sections)\(raw: .each(common) { .field($0) })\
            <div class="full">\(raw: .submitButton(text(.delegate), look: .primary))</div></form>
            """)
    }
}
