// Statements of Applicability for paper and for spreadsheets.
import Exchange
import Governance
import RecordKit
import Records

/// One document with a statement after the other.
struct StatementDocument {
    let reports: [StatementReport]

    var title: String {
        let name = reports.count == 1 ? text(.statementOf(reports[0].content.frameworkName)) : text(.statementsTitle)
        return reports.first.map { "\(name), \($0.content.organisation)" } ?? name
    }

    /// The rows of all statements as one table.
    var sheet: Sheet { sheet(named: text(.statementsTitle), reports) }
    /// A sheet for each statement.
    var sheets: [Sheet] { reports.map { sheet(named: $0.content.frameworkName, [$0]) } }

    private func sheet(named name: String, _ reports: [StatementReport]) -> Sheet {
        let columns: [(label: Text, width: Int)] = [
            (.standard, 20), (.controlOfStandard, 10), (.titleOfControl, 34), (.sourceOfControl, 24), (.decision, 11),
            (.justification, 48), (.reasonsForInclusion, 48), (.basisOfExclusion, 24), (.exceptedSystems, 24),
            (.stateOfImplementation, 20), (.ownControls, 40), (.inTheWay, 22),
        ]
        return Sheet(
            name: name, columns: columns.map { Sheet.Column(text($0.label), width: $0.width) },
            rows: reports.flatMap { report in report.content.rows.map { cells($0, report.content) } })
    }

    private func cells(_ row: StatementRow, _ content: StatementContent) -> [Sheet.Cell] {
        func cell(_ text: String?) -> Sheet.Cell { text.flatMap { $0.isEmpty ? nil : .text($0) } ?? .empty }
        let isExcluded = row.decision == .excluded
        return [
            .text(content.frameworkName), .text(row.reference), .text(row.title), .text(row.sourceWords),
            .text(text(.decisionWord(row.decision))), cell(row.justification),
            cell(row.reasons.map(\.words).joined(separator: "\n")), cell(row.basisWords), cell(row.exceptWords),
            isExcluded ? .empty : .text(text(.implementationWord(row.implementation))),
            cell(row.controls.map(Self.words).joined(separator: "\n")), cell(row.block.map { text(.blockWord($0)) }),
        ]
    }

    private static func words(_ measure: StatementRow.Measure) -> String {
        text(.ownControl(measure.control.name, measure.status.rawValue.asLabel.lowercased()))
    }

    // MARK: Paper

    /// A whole page of HTML.
    /// - Parameter stylesheet: The address of the print style.
    func page(stylesheet: String) -> Markup {
        Markup(capacityBytes: 4_096 + reports.reduce(0) { $0 + $1.content.rows.count } * 1_024) { html in
            html.add(.documentHead(title: title, stylesheet: stylesheet))
            for report in reports { section(report, &html) }
            html.raw("</main></body></html>\n")
        }
    }

    private func section(_ report: StatementReport, _ html: inout HTML) {
        let content = report.content
        let name = text(.statementOf(content.frameworkName))
        html.raw("<section class=\"statement\"")
        html.attribute("data-title", "\(name) · \(content.organisation) · \(report.state)")
        html.add("><h1>\(name)</h1><p class=\"lead\">\(content.organisation)</p>")
        if report.version == nil, !content.blocking.isEmpty {
            html.add("<p class=\"warn\">\(Text.openRowsWarning)</p>")
        }
        facts(report, &html)
        html.add("<p class=\"muted\">\(Text.statementHowDerived)</p>")
        if !content.asksForImplementation { html.add("<p class=\"muted\">\(Text.implementationNotRequired)</p>") }
        table(text(.rowsOfAnnex), content.rows.filter { $0.source == .annexA }, &html)
        table(text(.rowsOutsideAnnex), content.rows.filter { $0.source != .annexA }, &html)
        html.raw("</section>")
    }

    private func facts(_ report: StatementReport, _ html: inout HTML) {
        let (content, version) = (report.content, report.version)
        let counts = StatementRow.Decision.allCases.map {
            "\(text(.decisionWord($0))): \(Text.count(content.rows($0)))"
        }
        let facts: [(Text, String?)] = [
            (.standard, content.frameworkName), (.scopeOfStandard, content.scope ?? text(.noScope)),
            (.stateOfDocument, report.state), (.preparedBy, version?.preparedBy), (.approvedBy, version?.approvedBy),
            (.noteForApprover, version?.note),
            (.madeOn, Day(content.day).map { text(.dayWords($0)) } ?? content.day),
            (.ledgerEntriesThen, Text.count(content.ledgerSize)), (.contentFingerprint, version?.sha256),
            (.summary, counts.joined(separator: ", ")),
        ]
        html.raw("<dl>")
        for (term, value) in facts {
            if let value { html.add("<div><dt>\(term)</dt><dd>\(value)</dd></div>") }
        }
        html.raw("</dl>")
    }

    private func table(_ caption: String, _ rows: [StatementRow], _ html: inout HTML) {
        guard !rows.isEmpty else { return }
        html.add(
            """
            <h2>\(caption)</h2><table><thead><tr><th class="w-control">\(Text.controlOfStandard)</th>\
            <th class="w-decision">\(Text.decision)</th><th class="w-why">\(Text.whyIncluded)</th>\
            <th class="w-done">\(Text.stateOfImplementation)</th><th class="w-own">\(Text.ownControls)</th></tr></thead>\
            <tbody>
            """)
        for row in rows {
            html.add("<tr><th><b>\(row.reference)</b>\(row.title)")
            if row.source != .annexA { html.add("<p class=\"muted\">\(row.sourceWords)</p>") }
            html.add("</th><td>\(Text.decisionWord(row.decision))")
            if let block = row.block { html.add("<p class=\"open\">\(Text.blockWord(block))</p>") }
            html.raw("</td><td>")
            if let justification = row.justification { html.add("<p>\(justification)</p>") }
            if !row.exceptFor.isEmpty {
                html.add("<p>\(Text.exceptForWith(row.exceptWords, text(.basisWord(row.basis))))</p>")
            } else if let basis = row.basisWords {
                html.add("<p class=\"muted\">\(basis)</p>")
            }
            if !row.reasons.isEmpty {
                html.add("<ul>\(raw: .each(row.reasons) { "<li>\($0.words)</li>" })</ul>")
            }
            html.raw("</td><td>")
            if row.decision != .excluded { html.text(.implementationWord(row.implementation)) }
            html.raw("</td><td>")
            html.add(.each(row.controls) { "<p>\(Self.words($0))</p>" })
            html.raw("</td></tr>")
        }
        html.raw("</tbody></table>")
    }
}

extension Markup {
    /// The beginning of a document for paper, up to and with the opening tag of its main part.
    static func documentHead(title: String, stylesheet: String) -> Markup {
        """
        <!doctype html><html lang="\(Text.language)"><head><meta charset="utf-8">\
        <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title)</title>\
        <link rel="stylesheet" href="\(stylesheet)"></head><body><main>
        """
    }
}
