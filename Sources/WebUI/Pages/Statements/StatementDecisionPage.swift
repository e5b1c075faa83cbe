// The decision on one control of Annex A, beside what speaks for it; and the differences between two statements.
import Foundation
import Governance
import RecordKit
import Records

/// The decision on a control, in a form of its own.
struct StatementDecisionPage {
    let view: StatementView
    let row: StatementRow
    /// The fields of the derived form.
    let form: FormPage
    let mayDecide: Bool

    private var key: String { view.content.framework }
    var title: String { row.name }

    var markup: Markup {
        let requirement = row.requirement.flatMap { UUID(uuidString: $0) }
        let crumbs = [
            Crumb(text(.statements), Link.statements.href),
            Crumb(view.content.frameworkName, Link.statement(key: key).href),
        ]
        return Markup(capacityBytes: 16_384) { html in
            html.add(
                .pageHeader(
                    title, crumbs: crumbs, state: .status(row.decision.tone, text(.decisionWord(row.decision))),
                    actions: requirement.map { .linkButton(text(.requirement), Link.requirement($0).href) },
                    lead: text(.decideHelp)))
            html.raw("<div class=\"record\"><div class=\"stack\">")
            html.add(mayDecide ? decisionForm : presentDecision)
            html.raw("</div><aside class=\"stack\">")
            let derived = row.reasons.filter { $0.record != nil }
            html.add(
                .card(
                    id: "derived", title: text(.derivedReasons),
                    derived.isEmpty
                        ? .status(.unknown, text(.noDerivedReasons), isPlain: true)
                        : StatementReasons(reasons: derived).markup))
            html.add(
                .card(
                    id: "serving", title: text(.ownControls),
                    row.controls.isEmpty
                        ? .status(.unknown, text(.noControlServes), isPlain: true)
                        : StatementControls(controls: row.controls).markup))
            html.raw("</aside></div>")
        }
    }

    private var decisionForm: Markup {
        let isSecurity = key == FrameworkLibrary.security
        let fields = form.sections.flatMap(\.fields).filter { field in
            // Only ISO/IEC 42001 knows exceptions for AI systems.
            field.name != "requirement" && !(isSecurity && field.name == "systems" && field.values.isEmpty)
        }
        return Markup { html in
            html.raw("<form class=\"card\" id=\"f-form\" method=\"post\"")
            html.attribute("action", Link.statementDecision(key: key, reference: row.key).href)
            html.add(" data-guard>\(raw: .hidden("csrf", form.formToken))")
            if let record = form.record {
                html.add(.hidden(FormInput.version, String(record.version)))
            } else {
                html.add(.hidden("requirement", row.requirement ?? ""))
            }
            html.add(.each(form.searched.sorted { $0.key < $1.key }) { .hidden("\($0.key).searched", $0.value) })
            html.add(form.summary)
            html.add("<div class=\"form\">\(raw: .each(fields) { .field($0) })")
            if form.record != nil {
                html.add(
                    .field(
                        FormField(
                            FormInput.reason, label: text(.reason), .text(lengthMax: nil),
                            values: [form.changeReason], help: text(.reasonHelp))))
            }
            html.add("<div class=\"cluster\">\(raw: .submitButton(text(.save), look: .primary))")
            html.add(.linkButton(text(.cancel), Link.statement(key: key).href))
            html.raw("</div></div></form>")
        }
    }

    private var presentDecision: Markup {
        .card(
            id: "decision", title: text(.decision),
            .descriptionList([
                (text(.decision), .escaped(text(.decisionWord(row.decision)))),
                (text(.justification), row.justification.map { .isolated($0) }),
                (text(.basisOfExclusion), row.basisWords.map { .escaped($0) }),
                (text(.exceptedSystems), row.exceptFor.isEmpty ? nil : .isolated(row.exceptWords)),
            ]))
    }
}

/// What differs between two statements of one standard.
struct StatementDifferencesPage {
    let view: StatementView
    let before: StatementReport
    let after: StatementReport
    let rows: [StatementDifference]
    let from: Int?
    let to: Int?

    private var key: String { view.content.framework }
    var title: String { text(.differencesTitle) }

    var markup: Markup {
        Markup(capacityBytes: 4_096 + rows.count * 1_024) { html in
            html.add(
                .pageHeader(
                    title,
                    crumbs: [
                        Crumb(text(.statements), Link.statements.href),
                        Crumb(view.content.frameworkName, Link.statement(key: key).href),
                    ], lead: "\(before.state) – \(after.state)"))
            html.add("<section class=\"card list-card\">\(raw: chooser)<div id=\"results\">")
            if rows.isEmpty {
                html.add(.emptyState(title: text(.nothingDiffers), text(.nothingDiffersWhy)))
            } else {
                html.add(table)
            }
            html.raw("</div></section>")
        }
    }

    private var chooser: Markup {
        let options =
            [FieldOption("", text(.presentState))]
            + view.versions.map { version in
                FieldOption(
                    String(version.number),
                    "\(text(.versionNumber(version.number))), \(text(.statusOfVersion(version.status)))")
            }
        return .filterBar(
            action: Link.statementDifferences(key: key).href,
            fields: [
                FormField(
                    "from", label: text(.compareFrom), .choice(Array(options.dropFirst())),
                    values: [from.map { String($0) } ?? ""]),
                FormField("to", label: text(.compareTo), .choice(options), values: [to.map { String($0) } ?? ""]),
            ], resultSelector: "#results")
    }

    private var table: Markup {
        .dataTable(
            label: title,
            columns: [.controlOfStandard, .whatDiffers, .before, .after].map { TableColumn(text($0)) },
            rows: rows.flatMap { difference in
                difference.parts.map { part in
                    TableRow(
                        title: difference.row?.name ?? "",
                        href: Link.statement(key: key).href
                            + (difference.row.map { "#\(StatementPage.elementID($0.key))" } ?? ""),
                        cells: [
                            .escaped(text(.differingPart(part))), value(part, difference.before),
                            value(part, difference.after),
                        ])
                }
            })
    }

    private func value(_ part: StatementDifference.Part, _ row: StatementRow?) -> Markup {
        // No row is not an unknown one.
        guard let row else { return .escaped(text(.noSuchRow)) }
        let words: String =
            switch part {
            case .row, .decision: text(.decisionWord(row.decision))
            case .title: row.name
            case .justification: row.justification ?? ""
            case .basis: row.basisWords ?? ""
            case .exceptFor: row.exceptWords
            case .reasons: row.reasons.map(\.words).joined(separator: "; ")
            case .controls:
                row.controls.map { text(.ownControl($0.control.name, $0.status.rawValue.asLabel.lowercased())) }
                    .joined(separator: "; ")
            }
        return words.isEmpty ? .status(.unknown, text(.notStated), isPlain: true) : .isolated(words)
    }
}
