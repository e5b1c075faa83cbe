// The markup of the pages of the Statements of Applicability.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records

extension StatementReport {
    /// The name of a file with these statements, without its ending.
    static func fileName(_ reports: [StatementReport]) -> String {
        let keys = reports.count == 1 ? reports[0].content.framework : "both"
        let version = reports.count == 1 ? reports[0].version.map { "-version-\($0.number)" } ?? "" : ""
        return "statement-of-applicability-\(keys)\(version)"
    }
}

/// Downloads of one statement, or of both.
private func downloads(_ key: String, _ query: LinkQuery = [:]) -> Markup {
    let files: Markup = .each(DocumentFormat.allCases.filter { $0 != .html }) { format in
        let href = Link.statementFile(key: key, format: format.rawValue, query).href
        return .linkButton(format.rawValue.uppercased(), href, look: .small, icon: .download)
    }
    let print = Link.statementPrint(key: key, query).href
    return "<span class=\"cluster\">\(raw: .linkButton(text(.printView), print, look: .small))\(raw: files)</span>"
}

/// Both statements side by side.
struct StatementsPage {
    let views: [StatementView]

    var markup: Markup {
        Markup(capacityBytes: 16_384) { html in
            html.add(.pageHeader(text(.statements), lead: text(.statementsLead)))
            html.raw("<div class=\"stack\"><div class=\"grid fill\">")
            for view in views { html.add("<div class=\"c6 fillcard\">\(raw: card(view))</div>") }
            html.add("</div>\(raw: .card(id: "both", title: text(.bothInOne), downloads("both")))</div>")
        }
    }

    private func card(_ view: StatementView) -> Markup {
        let content = view.content
        let key = content.framework
        return .card(
            id: key.filter { $0.isLetter || $0.isNumber }, title: content.frameworkName,
            aside: .link(text(.openStatement), Link.statement(key: key).href), footer: downloads(key),
            """
            <div class="stack tight">\(raw: StatementState(view).markup)\
            \(raw: .descriptionList(StatementCounts(view).facts))</div>
            """)
    }
}

/// Where a statement stands between draft and approval.
struct StatementState {
    let view: StatementView
    init(_ view: StatementView) { self.view = view }

    var markup: Markup {
        Markup { html in
            html.raw("<ul class=\"list\">")
            if let approved = view.approved {
                let words = text(
                    .approvedVersion(
                        approved.number, by: approved.approvedBy ?? text(.somebody),
                        on: approved.approvedOn.map { text(.dayWords($0)) } ?? text(.unknown)))
                let kept = Link.statement(key: view.content.framework, ["version": String(approved.number)]).href
                html.add("<li>\(raw: .status(.conform, text(.statusOfVersion(.approved))))")
                html.add("\(raw: .link(words, kept))</li>")
                let since = Link.statementDifferences(
                    key: view.content.framework, ["from": String(approved.number)]
                ).href
                html.add(
                    view.changes.isEmpty
                        ? "<li><span>\(Text.unchangedSince(approved.number))</span></li>"
                        : """
                        <li>\(raw: .link(
                            text(.changedSince(view.changes.count, version: approved.number)), since))</li>
                        """)
            } else {
                html.add("<li>\(raw: .status(.unknown, text(.noneApproved)))</li>")
            }
            if let waiting = view.submitted {
                let words = text(
                    .submittedVersion(
                        waiting.number, by: waiting.preparedBy ?? text(.somebody),
                        on: waiting.submittedOn.map { text(.dayWords($0)) } ?? text(.unknown)))
                let kept = Link.statement(key: view.content.framework, ["version": String(waiting.number)]).href
                html.add("<li>\(raw: .status(.partly, text(.waitsForApproval)))\(raw: .link(words, kept))</li>")
            }
            if view.adoption?.status != .inScope {
                html.add("<li>\(raw: .status(.unknown, text(.notAdoptedYet)))</li>")
            }
            html.raw("</ul>")
        }
    }
}

/// The counts of a statement, each of which opens to its rows.
struct StatementCounts {
    let content: StatementContent
    var query: LinkQuery = [:]
    init(_ view: StatementView) { content = view.content }
    init(_ content: StatementContent, query: LinkQuery) { (self.content, self.query) = (content, query) }

    var facts: [(term: String, value: Markup?)] {
        let filters: [StatementFilter] = [
            .included, .excluded, .undecided, .withoutReason, .notImplemented, .outside, .contradicted,
        ]
        return filters.map { filter in
            let rows = content.rows.count { filter.matches($0, changed: []) }
            let href = Link.statement(key: content.framework, query.with("show", filter.rawValue)).href
            return (text(.filterWord(filter)), .link(text(.notOf(rows, content.rows.count)), href))
        }
    }
}

/// One statement with its rows.
struct StatementPage {
    let view: StatementView
    let report: StatementReport
    let caller: Caller
    let filter: StatementFilter
    let words: String
    let asOf: String?
    let formToken: String
    let problem: Failure?

    private var content: StatementContent { report.content }
    private var key: String { content.framework }
    private var isPresent: Bool { report.version == nil && asOf == nil }
    private var query: LinkQuery {
        ["version": report.version.map { String($0.number) }, "asOf": report.version == nil ? asOf : nil]
    }
    var title: String { text(.statementOf(content.frameworkName)) }

    static func elementID(_ key: String) -> String {
        "row-" + key.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "-" }.joined()
    }

    var markup: Markup {
        Markup(capacityBytes: 8_192 + content.rows.count * 1_536) { html in
            html.add(
                .pageHeader(
                    title, crumbs: [Crumb(text(.statements), Link.statements.href)], state: state,
                    lead: report.version == nil ? content.scope : text(.keptContent)))
            html.raw("<div class=\"stack\">")
            if let problem { html.add(.notice(.bad, title: problem.title, "\(problem.detail)", isAlert: true)) }
            html.raw("<div class=\"grid\"><div class=\"c6 stack\">")
            html.add(
                .card(
                    id: "counts", title: text(.summary), footer: downloads(key, query),
                    .descriptionList(StatementCounts(content, query: query).facts)))
            html.raw("</div><div class=\"c6 stack\">")
            html.add(approval)
            html.add(versions)
            html.raw("</div></div>")
            if !content.asksForImplementation {
                html.add(.notice(.info, title: text(.stateOfImplementation), "\(Text.implementationNotRequired)"))
            }
            html.add(rows)
            html.raw("</div>")
        }
    }

    private var state: Markup? {
        report.version.map { version in
            .pill(
                "\(text(.versionNumber(version.number))): \(text(.statusOfVersion(version.status)))",
                tone: version.status == .approved ? .conform : nil)
        }
    }

    // MARK: Approval

    private var approval: Markup {
        let waiting = report.version.map { $0.status == .submitted ? $0 : nil } ?? view.submitted
        var parts: [Markup] = [StatementState(view).markup]
        let blocking = content.blocking
        parts.append(
            blocking.isEmpty
                ? .status(.conform, text(.notInTheWay))
                : """
                <div>\(raw: .status(.partly, text(.inTheWay)))<ul class="list">\(raw: .each(
                    [StatementRow.Block.undecided, .withoutReason]) { block in
                        blockItem(block, blocking.count { $0.block == block })
                    })</ul></div>
                """)
        if let waiting, asOf == nil {
            parts.append(decideOn(waiting))
        } else if isPresent, view.submitted == nil, view.adoption?.status == .inScope,
            StatementService.maySubmit(caller)
        {
            parts.append(submitForm)
        }
        return .card(
            id: "approval", title: text(.stateOfDocument),
            "<div class=\"stack\">\(raw: .each(parts) { $0 })</div>")
    }

    private func blockItem(_ block: StatementRow.Block, _ rows: Int) -> Markup {
        guard rows > 0 else { return .empty }
        let show = block == .undecided ? StatementFilter.undecided : .withoutReason
        let href = Link.statement(key: key, query.with("show", show.rawValue)).href
        return "<li>\(raw: .link("\(text(.blockWord(block))): \(Text.count(rows))", href))</li>"
    }

    private var submitForm: Markup {
        let note = FormField("note", label: text(.noteForApprover), .longText, help: text(.noteHelp))
        return """
            <form class="stack tight noprint" method="post" action="\(Link.statementVerb(key: key, name: "submit").href)">\
            \(raw: .hidden("csrf", formToken))<p class="meta">\(Text.submitHelp)</p>\(raw: .field(note))\
            <div>\(raw: .submitButton(text(.submitStatement), look: .primary))</div></form>
            """
    }

    /// Approving and returning the version that waits, for those whose role allows it.
    private func decideOn(_ waiting: StatementVersion) -> Markup {
        let read = Link.statement(key: key, ["version": String(waiting.number)]).href
        let approvers: Set<Role> = [.topManagement, .complianceLead]
        let mayDecide = caller.mayWrite && (caller.hasEveryPermission || !caller.roles.isDisjoint(with: approvers))
        let isPreparer = waiting.preparedByID != nil && waiting.preparedByID == caller.person
        return Markup { html in
            html.raw("<div class=\"stack tight noprint\">")
            if report.version == nil { html.add("<p>\(raw: .link(text(.readWhatIsApproved), read))</p>") }
            if let note = waiting.note { html.add("<p>\(isolated: note)</p>") }
            if let blocking = waiting.blocking {
                html.add(.notice(.warn, title: text(.inTheWay), "\(isolated: blocking)"))
            } else if mayDecide, !isPreparer {
                html.add(form(waiting, "approve", .submitButton(text(.approveStatement), look: .primary)))
            }
            if isPreparer { html.add("<p class=\"meta\">\(Text.approvalIsForOthers)</p>") }
            if mayDecide || isPreparer {
                let reason = FormField("reason", label: text(.returnReason), .text(lengthMax: 2_000), isRequired: true)
                html.add(
                    form(
                        waiting, "return",
                        "\(raw: .field(reason))<div>\(raw: .submitButton(text(.returnStatement)))</div>"))
            }
            html.raw("</div>")
        }
    }

    private func form(_ version: StatementVersion, _ name: String, _ controls: Markup) -> Markup {
        """
        <form class="stack tight" method="post" action="\(Link.statementVerb(key: key, name: name).href)">\
        \(raw: .hidden("csrf", formToken))\(raw: .hidden("id", version.id.lowercased))\
        \(raw: .hidden("version", String(version.version)))\(raw: controls)</form>
        """
    }

    private var versions: Markup {
        guard !view.versions.isEmpty else {
            return .card(id: "versions", title: text(.versions), "<p class=\"meta\">\(Text.noVersions)</p>")
        }
        let rows = view.versions.map { version in
            let compare = Link.statementDifferences(key: key, ["from": String(version.number)]).href
            let record = Link.record(StatementOfApplicability.schema.erased, version.id).href
            return TableRow(
                title: text(.versionNumber(version.number)),
                href: Link.statement(key: key, ["version": String(version.number)]).href,
                subtitle: version.note,
                cells: [
                    .escaped(text(.statusOfVersion(version.status))), day(version.preparedBy, version.submittedOn),
                    day(version.approvedBy, version.approvedOn),
                    """
                    <span class="cluster">\(raw: .link(text(.compareWithNow), compare))\
                    \(raw: .link(text(.openRecordOfVersion), record))</span>
                    """,
                ])
        }
        return .card(
            id: "versions", title: text(.versions), isFlush: true,
            .dataTable(
                label: text(.versions),
                columns: [.version, .state, .preparedBy, .approvedBy, .action].map { TableColumn(text($0)) },
                rows: rows, isSticky: false))
    }

    private func day(_ name: String?, _ day: Day?) -> Markup {
        .escaped([name, day.map { text(.dayWords($0)) }].compactMap(\.self).joined(separator: ", "))
    }

    // MARK: Rows

    private var shown: [StatementRow] {
        let changed = Set(view.changes.compactMap { $0.row?.key })
        let wanted = words.lowercased().split(whereSeparator: \.isWhitespace)
        return content.rows.filter { row in
            guard filter.matches(row, changed: changed) else { return false }
            let all = "\(row.name) \(row.justification ?? "") \(row.reasons.map(\.text).joined(separator: " "))"
                .lowercased()
            return wanted.allSatisfy { all.contains($0) }
        }
    }

    private var rows: Markup {
        let shown = shown
        let filters = StatementFilter.allCases.filter { $0 != .changed || view.approved != nil }
        let bar: Markup = .filterBar(
            action: Link.statement(key: key).href,
            fields: [
                FormField(
                    "show", label: text(.show),
                    .choice(filters.map { FieldOption($0 == .all ? "" : $0.rawValue, text(.filterWord($0))) }),
                    values: [filter == .all ? "" : filter.rawValue])
            ], growing: FormField("q", label: text(.search), .search, values: [words]),
            hidden: query.items.map { ($0.name, $0.value) },
            setCount: (filter == .all ? 0 : 1) + (words.isEmpty ? 0 : 1), resultSelector: "#results")
        return Markup(capacityBytes: 2_048 + shown.count * 1_536) { html in
            html.add("<section class=\"card list-card\">\(raw: bar)<div id=\"results\">")
            if shown.isEmpty {
                html.add(
                    .emptyState(
                        title: text(.noSuchRows), text(.noSuchRowsWhy),
                        actions: .linkButton(text(.showAllRows), Link.statement(key: key, query).href)))
            } else {
                html.add(
                    """
                    <div class="row-tools"><span data-result-count>\(Text.notOf(shown.count, content.rows.count))</span>\
                    </div>
                    """)
                html.add(table(shown))
            }
            html.raw("</div></section>")
        }
    }

    private func table(_ rows: [StatementRow]) -> Markup {
        var columns: [Text] = [.controlOfStandard, .decision, .whyIncluded, .implementation]
        if report.version == nil { columns.append(.measuredState) }
        let mayDecide = isPresent && Authorisation.mayCreate(caller, Applicability.schema.erased)
        return .dataTable(
            label: title, columns: columns.map { TableColumn(text($0)) },
            rows: rows.map { row in
                let control = row.controls.first?.control.uuid
                let href =
                    row.source == .annexA
                    ? (isPresent
                        ? Link.statementDecision(key: key, reference: row.key).href
                        : row.requirement.flatMap { UUID(uuidString: $0) }.map { Link.requirement($0).href })
                    : control.map { Link.record(Control.schema.erased, $0).href }
                var cells = [decision(row, mayDecide), reasons(row), implementation(row)]
                if report.version == nil { cells.append(measured(row)) }
                return TableRow(
                    title: row.name, href: href, subtitle: row.source == .annexA ? nil : row.sourceWords,
                    cells: cells, id: Self.elementID(row.key))
            })
    }

    private func decision(_ row: StatementRow, _ mayDecide: Bool) -> Markup {
        Markup { html in
            html.add(.status(row.decision.tone, text(.decisionWord(row.decision))))
            if row.block == .withoutReason {
                html.add("<span class=\"sub\">\(raw: .status(.nonconform, text(.withoutReason)))</span>")
            }
            if row.isContradicted {
                html.add("<span class=\"sub\">\(raw: .status(.partly, text(.contradicted)))</span>")
            }
            if mayDecide, row.source == .annexA {
                let word = text(row.decision == .undecided ? .decide : .changeDecision)
                html.add(
                    """
                    <span class="sub noprint"><a href="\(Link.statementDecision(key: key, reference: row.key).href)">\
                    \(word)\(raw: .hiddenText(" \(row.reference)"))</a></span>
                    """)
            }
        }
    }

    private func reasons(_ row: StatementRow) -> Markup {
        Markup { html in
            if let justification = row.justification { html.add("<p><bdi>\(justification)</bdi></p>") }
            if !row.exceptFor.isEmpty {
                html.add("<p>\(Text.exceptForWith(row.exceptWords, text(.basisWord(row.basis))))</p>")
            } else if let basis = row.basisWords {
                html.add("<p class=\"meta\">\(basis)</p>")
            }
            if !row.reasons.isEmpty { html.add(StatementReasons(reasons: row.reasons).markup) }
        }
    }

    private func implementation(_ row: StatementRow) -> Markup {
        guard row.decision != .excluded || !row.controls.isEmpty else { return .empty }
        return """
            \(raw: .status(row.implementation.tone, text(.implementationWord(row.implementation))))\
            \(raw: StatementControls(controls: row.controls).markup)
            """
    }

    private func measured(_ row: StatementRow) -> Markup {
        guard let id = row.requirement.flatMap({ UUID(uuidString: $0) }) else { return .empty }
        let measured = view.measured[id]
        return "\(raw: .status(measured.tone, text(.measuredWord(measured)), isPlain: measured == nil))"
    }
}

/// Reasons, each open to the record that gives it.
struct StatementReasons {
    let reasons: [StatementRow.Reason]
    var markup: Markup {
        let items: Markup = .each(reasons) { reason in
            guard let record = reason.record, let id = record.uuid, let schema = Registry.schema(named: record.type)
            else { return "<li><span>\(reason.kindWords): <bdi>\(reason.text)</bdi></span></li>" }
            return "<li><span>\(reason.kindWords): \(raw: .link(reason.text, Link.record(schema, id).href))</span></li>"
        }
        return "<ul class=\"list\">\(raw: items)</ul>"
    }
}

/// The organisation's controls behind a row, with their states.
struct StatementControls {
    let controls: [StatementRow.Measure]
    var markup: Markup {
        guard !controls.isEmpty else { return .empty }
        let items: Markup = .each(controls) { measure in
            let name: Markup =
                measure.control.uuid.map {
                    .link(measure.control.name, Link.record(Control.schema.erased, $0).href)
                } ?? .escaped(measure.control.name)
            return "<li><span>\(raw: name) <span class=\"meta\">\(measure.status.rawValue.asLabel)</span></span></li>"
        }
        return "<ul class=\"list\">\(raw: items)</ul>"
    }
}
