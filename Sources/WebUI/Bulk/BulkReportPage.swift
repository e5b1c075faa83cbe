// What a bulk edit will change, or what it changed, row by row, with the reason of each refusal.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import Storage

/// The preview of a bulk edit, and its result.
struct BulkReportPage: Sendable {
    let schema: AnySchema
    let input: BulkInput
    let records: [SeenRecord]
    let report: BulkReport
    let words: RecordWords
    let isPreview: Bool
    let formToken: String

    static func load(
        _ schema: AnySchema, _ input: BulkInput, _ records: [SeenRecord], _ report: BulkReport, isPreview: Bool,
        _ services: RecordScreens.Reading, _ caller: Caller, formToken: String
    ) async throws -> BulkReportPage {
        var words = RecordWords(zone: caller.timeZone, schemas: services.schemas)
        let shown = report.rows.flatMap { row -> [StoredRecord] in
            if case .changed(let old, let new) = row.outcome { [old, new] } else { [] }
        }
        words.titles = try await services.records.titles(of: shown, as: caller)
        return BulkReportPage(
            schema: schema, input: input, records: records, report: report, words: words, isPreview: isPreview,
            formToken: formToken)
    }

    var title: String { text(.bulkTitle(records.count, schema.pluralLabel)) }
    private var listHref: String { Link.list(schema.plural, input.query).href }

    var markup: Markup {
        let crumbs = [Crumb(schema.pluralLabel, listHref)]
        return """
            \(raw: .pageHeader(title, crumbs: crumbs))<div class="stack">\(raw: notice)\
            <section class="card flush">\(raw: table)</section>\(raw: actions)</div>
            """
    }

    private var notice: Markup {
        let unchanged = report.rows.count - report.changedCount - report.refusedCount
        let isRefused = !isPreview && !report.isWritten
        let summary = Text.bulkSummary(
            changed: isRefused ? 0 : report.changedCount, unchanged: unchanged, refused: report.refusedCount,
            isDone: !isPreview)
        let body: Markup? =
            isPreview ? "\(Text.bulkPreviewNote)" : isRefused ? "\(Text.bulkNoneWritten)" : undo
        let tone: NoticeTone = report.refusedCount > 0 ? .warn : isPreview ? .info : .good
        return .notice(tone, title: summary.string, body, isAlert: !isPreview)
    }

    private var undo: Markup? {
        guard report.isWritten, let index = report.lastIndex else { return nil }
        return UndoOffer.form(index: index, back: listHref, formToken: formToken)
    }

    private var table: Markup {
        let columns = [TableColumn(text(.bulkRecord)), TableColumn(text(.bulkOutcome))]
        // What is refused first: it is what one has to look at.
        let rows = report.rows.filter(\.isRefused) + report.rows.filter { !$0.isRefused }
        return .dataTable(
            label: title, columns: columns,
            rows: rows.map { row in
                TableRow(
                    title: name(row), href: row.record.map { Link.record(schema, $0.id).href },
                    cells: [outcome(row)])
            }, isSticky: false)
    }

    private func name(_ row: BulkReport.Row) -> String {
        guard let record = row.record else { return text(.notVisible) }
        return record.title.isEmpty ? text(.untitled) : record.title
    }

    private func outcome(_ row: BulkReport.Row) -> Markup {
        switch row.outcome {
        case .unchanged: return "<span class=\"meta\">\(Text.bulkUnchanged)</span>"
        case .refused(let error, _): return .status(.nonconform, refusal(error))
        case .changed(let old, let new):
            guard old.meta.isArchived == new.meta.isArchived else {
                return .currentPill(text(new.meta.isArchived ? .archived : .actionRestored))
            }
            return .each(schema.changes(from: old.values, to: new.values)) { change in
                let before = words.text(change.old, change.field)
                let after = words.text(change.new, change.field)
                return """
                    <span class="change">\(change.field.label): \
                    \(raw: before.map { "<del>\($0)</del> " })\(raw: after.map { "<ins>\($0)</ins>" })</span>
                    """
            }
        }
    }

    private func refusal(_ error: ServiceError) -> String {
        let failure = Failure(error)
        guard !failure.problems.isEmpty else { return failure.detail }
        return failure.problems.map { problem in
            let label = schema.field(problem.field)?.label ?? problem.field
            return FormPage.sentence(label.isEmpty ? problem.message : "\(label): \(problem.message)")
        }.joined(separator: " ")
    }

    /// A preview goes on to the change or back to the form, with all that was said in it.
    private var actions: Markup {
        guard isPreview else {
            return "<div class=\"cluster\">\(raw: .linkButton(text(.bulkBack), listHref, look: .primary))</div>"
        }
        let isPossible = report.changedCount > 0 && !(input.isAllOrNothing && report.refusedCount > 0)
        return Markup(capacityBytes: 4_096 + 96 * records.count) { html in
            html.add(
                """
                <form class="cluster" method="post" action="\(Link.bulk(schema.plural).href)">\
                \(raw: BulkFormPage.hidden(records, input.query, formToken: formToken))\
                \(raw: .hidden("action", input.action))\(raw: .hidden(FormInput.reason, input.reason))
                """)
            if input.isAllOrNothing { html.add(.hidden("atomic", "1")) }
            for name in input.changed.sorted() {
                html.add(.hidden("change", name))
                for value in input.form.texts[name] ?? [] { html.add(.hidden(name, value)) }
            }
            if isPossible {
                html.add(.submitButton(text(.bulkApply), look: .primary, name: "step", value: "apply"))
            }
            html.add(.submitButton(text(.bulkAgain), name: "step", value: "choose"))
            html.add(.linkButton(text(.bulkBack), listHref, look: .quiet))
            html.raw("</form>")
        }
    }
}

extension BulkReport.Row {
    /// The record, as far as the caller may see it.
    var record: StoredRecord? {
        switch outcome {
        case .changed(_, let record), .unchanged(let record): record
        case .refused(_, let present): present
        }
    }
    var isRefused: Bool { if case .refused = outcome { true } else { false } }
}
