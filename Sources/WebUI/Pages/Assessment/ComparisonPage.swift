// Two assessments side by side: counts by standard and section, then each requirement whose result changed.
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records

/// All that the page of a comparison shows.
struct ComparisonPage {
    /// Other assessments that can be chosen, the newest.
    static let othersMax = 100

    let presenter: RowPresenter
    /// Nil while there is nothing to compare with.
    let comparison: AssessmentComparison?
    let others: [FieldOption]
    /// The kind of change that the list is narrowed to; all but unchanged without one.
    let change: AssessedChange?
    /// The first requirement shown, counted from 0.
    let start: Int

    /// - Throws: ``Failure`` that names a parameter with a value that means nothing.
    init(presenter: RowPresenter, comparison: AssessmentComparison?, others: [FieldOption], query: LinkQuery) throws {
        (self.presenter, self.comparison, self.others) = (presenter, comparison, others)
        change = try query["change"].flatMap { word in
            guard !word.isEmpty else { return nil }
            guard let change = AssessedChange(rawValue: word) else {
                throw Failure.invalid("change", text(.meansNothing))
            }
            return change
        }
        guard let start = Int(query["from"] ?? "0"), start >= 0 else {
            throw Failure.invalid("from", text(.meansNothing))
        }
        self.start = start
    }

    private var id: UUID { presenter.assessmentID }
    private var items: [ComparedItem] {
        comparison?.items.filter { change == nil ? $0.change != .same : $0.change == change } ?? []
    }

    private func link(_ change: AssessedChange?, from: Int = 0) -> String {
        let other = comparison?.then.assessment.id.raw.lowercased
        return Link.comparison(
            id, ["with": other, "change": change?.rawValue, "from": from > 0 ? String(from) : nil]
        ).href
    }

    var markup: Markup {
        Markup(capacityBytes: 65_536) { html in
            let csv = comparison.map {
                Markup.linkButton(
                    text(.exportCSV),
                    Link.comparisonCSV(id, ["with": $0.then.assessment.id.raw.lowercased]).href)
            }
            html.add(
                .pageHeader(
                    text(.comparison),
                    crumbs: [Crumb(presenter.view.assessment.value.title, Link.assessment(id).href)],
                    actions: csv, lead: text(.comparisonLead)))
            html.raw("<div class=\"stack\">")
            html.add(choice)
            if let comparison {
                html.add(.card(id: "counts", title: title(comparison), isFlush: true, counts(comparison)))
                html.add(list)
            } else {
                html.add(.emptyState(title: text(.noComparison), text(.noComparisonWhy)))
            }
            html.raw("</div>")
        }
    }

    private func title(_ comparison: AssessmentComparison) -> String {
        text(.thenAndNow(comparison.then.assessment.value.title, comparison.now.assessment.value.title))
    }

    private var choice: Markup {
        let with = comparison?.then.assessment.id.raw.lowercased ?? ""
        let changes = AssessedChange.allCases.map { kind in
            FieldOption(
                kind.rawValue, text(.partWords(text(.change(kind)), Text.count(comparison?.counts[kind] ?? 0))))
        }
        return .filterBar(
            action: Link.comparison(id).href,
            fields: [
                FormField("with", label: text(.compareWith), .reference(others), values: [with]),
                FormField(
                    "change", label: text(.change), .choice([FieldOption("", text(.allChanges))] + changes),
                    values: [change?.rawValue ?? ""]),
            ])
    }

    // MARK: Counts

    private func counts(_ comparison: AssessmentComparison) -> Markup {
        let columns = [
            TableColumn(text(.section)), TableColumn(text(.then)), TableColumn(text(.now)),
            TableColumn(text(.change(.worse)), isNumeric: true), TableColumn(text(.change(.better)), isNumeric: true),
        ]
        var changes: [String: [AssessedChange: Int]] = [:]
        let parents = Dictionary(comparison.sections.map { ($0.id, $0.parentID) }) { a, _ in a }
        for item in comparison.items {
            changes[item.item.frameworkKey, default: [:]][item.change, default: 0] += 1
            var section: String? = item.sectionID
            while let at = section {
                changes[at, default: [:]][item.change, default: 0] += 1
                section = parents[at] ?? nil
            }
        }
        func row(_ id: String, _ label: String) -> TableRow {
            func bar(_ counts: ConformityCounts?) -> Markup {
                let posture = counts?.posture ?? PostureCounts()
                return "\(raw: .postureBar(posture, label: label)) <span class=\"meta\">\(summary(posture))</span>"
            }
            return TableRow(
                title: label,
                cells: [
                    bar(comparison.countsThen[id]), bar(comparison.countsNow[id]),
                    .escaped(Text.count(changes[id]?[.worse] ?? 0)), .escaped(Text.count(changes[id]?[.better] ?? 0)),
                ])
        }
        let rows =
            comparison.frameworks.map { row($0.key, $0.name) }
            + comparison.sections.map { row($0.id, $0.name) }
        return .dataTable(label: text(.comparison), columns: columns, rows: rows, isSticky: false)
    }

    /// The counts that are not zero, in words.
    private func summary(_ counts: PostureCounts) -> String {
        counts.parts.filter { $0.count > 0 }
            .map { "\(Text.count($0.count)) \(text($0.tone.word).lowercased())" }.joined(separator: ", ")
    }

    // MARK: Requirements

    private var list: Markup {
        let all = items
        guard !all.isEmpty, start < all.count else {
            return .emptyState(title: text(.noChangeFits), text(.noChangeFitsWhy))
        }
        let window = start..<min(start + AssessmentService.windowRows, all.count)
        let columns = [
            TableColumn(text(.requirement)), TableColumn(text(.then)), TableColumn(text(.now)),
            TableColumn(text(.change)), TableColumn(text(.howFound), priority: .optional),
        ]
        let previous = start > 0 ? link(change, from: max(0, start - AssessmentService.windowRows)) : nil
        let next = window.upperBound < all.count ? link(change, from: window.upperBound) : nil
        let pager: Markup =
            .pager(
                summary: text(.rowsFromTo(start + 1, window.upperBound, all.count)), previousHref: previous,
                nextHref: next)
        return .card(
            id: "changes", title: text(.change), isFlush: true,
            .dataTable(label: text(.change), columns: columns, rows: all[window].map(row)) + pager)
    }

    private func row(_ item: ComparedItem) -> TableRow {
        func result(_ conformity: Conformity?, _ assessment: UUID?) -> Markup {
            guard let conformity, let assessment else { return "<span class=\"muted\">\(Text.outOfScope)</span>" }
            let status: Markup = .status(conformity.tone, conformity.word, isPlain: true)
            return "<a href=\"\(Link.row(assessment, key: item.rowKey).href)\">\(raw: status)</a>"
        }
        let tone: Tone? =
            switch item.change {
            case .better: .conform
            case .worse: .nonconform
            default: nil
            }
        let origin: String =
            switch item.origin {
            case .assessed: text(.reassessed)
            case .carriedOver: text(.carriedOver)
            case .acceptedProjection: Answer.Origin.acceptedProjection.rawValue.asLabel
            case nil: ""
            }
        let name = item.item.reference == item.item.title ? "" : " \(item.item.title)"
        return TableRow(
            title: "\(item.item.reference)\(name)", href: item.now == nil ? nil : Link.row(id, key: item.rowKey).href,
            subtitle: item.frameworkName,
            cells: [
                result(item.then, comparison?.then.assessment.id.raw), result(item.now, id),
                .pill(text(.change(item.change)), tone: tone), .escaped(origin),
            ])
    }
}
