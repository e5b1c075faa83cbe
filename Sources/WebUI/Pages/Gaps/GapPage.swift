// The markup of the gap list: gaps, measures, burn-down.
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// All that a gap page shows.
struct GapPage {
    let list: GapList
    let asked: GapQuery
    let points: [BurndownPoint]
    let names: [UUID: String]
    /// Kept in links while the page shows the past.
    let asOf: String?
    /// `nil` where nothing can be made.
    let tasks: TaskBar?

    private var id: UUID { list.view.assessment.id.raw }
    private var formID: String? { tasks == nil ? nil : TaskBar.formID }

    func link(_ query: GapQuery, isNow: Bool = false) -> String {
        var full = query.query
        if let asOf, !isNow { full.add("asOf", asOf) }
        return Link.gaps(id, full).href
    }

    private func link(_ change: (inout GapQuery) -> Void) -> String {
        var query = GapQuery()
        change(&query)
        return link(query)
    }

    var markup: Markup {
        Markup(capacityBytes: 65_536) { html in
            let assessment = list.view.assessment.value.title
            html.add(
                .pageHeader(
                    text(.gapList),
                    crumbs: [Crumb(assessment, Link.assessment(id, ["asOf": asOf]).href)],
                    actions: """
                        \(raw: .linkButton(text(.controlLibrary), Link.controlLibrary().href, icon: .controls))\
                        \(raw: .linkButton(text(.plan), Link.plan().href, icon: .clock))
                        """, lead: text(.gapsLead)))
            if let made = asked.made {
                html.add(
                    "<div class=\"mb\">\(raw: .notice(made.made > 0 ? .good : .info, title: text(.tasksMade(made.made, open: made.open, gone: made.gone)), .link(text(.plan), Link.plan().href)))</div>"
                )
            }
            html.add(tabs)
            html.raw("<div class=\"stack\" id=\"results\">")
            switch asked.show {
            case .gaps:
                html.add(counts)
                html.add(measureCard)
                html.add(gaps)
            case .measures: html.add(measures)
            case .burndown: html.add(burndown)
            }
            html.add(rule)
            html.raw("</div>")
        }
    }

    private var tabs: Markup {
        let labels: [(GapQuery.Show, Text)] = [(.gaps, .byGap), (.measures, .byMeasure), (.burndown, .burndown)]
        // What went down until now is shown for now only.
        return .tabs(
            label: text(.gapViews),
            labels.filter { asOf == nil || $0.0 != .burndown }.map { show, label in
                (text(label), link { $0.show = show }, asked.show == show)
            })
    }

    private var rule: Markup {
        .disclosure(
            text(.gapRuleTitle),
            "<ul class=\"list\">\(raw: .each(Text.gapRule) { "<li><span>\($0)</span></li>" })</ul>")
    }

    // MARK: Numbers

    private var counts: Markup {
        let severities: Markup = .each(GapFilter.severities) { severity in
            let href = link { $0.filter.severity = severity }
            return """
                <li>\(raw: .status(severity.tone, severity.shownWord)) \
                <a href="\(href)">\(Text.count(list.count(severity)))<span class="visually-hidden"> \
                \(severity.shownWord)</span></a></li>
                """
        }
        let effects: Markup = .each([CertificationEffect.possibleMajor, .minorAtLeast]) { effect in
            let href = link { $0.filter.effect = effect }
            return """
                <li>\(raw: Self.pill(effect)) <a href="\(href)">\(Text.count(list.count(effect)))\
                <span class="visually-hidden"> \(Text.certification(effect))</span></a></li>
                """
        }
        return .card(
            id: "counts", title: text(.gapsCounted),
            footer: list.view.areas.isEmpty ? nil : .disclosure(text(.byArea), byArea),
            "<ul class=\"counts\">\(raw: severities)\(raw: effects)</ul>")
    }

    /// The same counts by area, each leading to its gaps.
    private var byArea: Markup {
        let columns =
            [TableColumn(text(.area))]
            + GapFilter.severities.map { TableColumn($0.shownWord, isNumeric: true) }
        let rows = list.view.areas.map { area in
            TableRow(
                title: area.title, href: link { $0.filter.area = area.id },
                cells: GapFilter.severities.map { severity in
                    let count = list.count(severity, inArea: area.id)
                    guard count > 0 else { return .escaped(Text.count(0)) }
                    return .link(
                        Text.count(count),
                        link {
                            $0.filter.area = area.id
                            $0.filter.severity = severity
                        })
                })
        }
        return "<p class=\"meta\">\(Text.gapsByAreaLead)</p>"
            + .dataTable(label: text(.byArea), columns: columns, rows: rows)
    }

    private static func pill(_ effect: CertificationEffect) -> Markup {
        let tone: Tone? =
            switch effect {
            case .possibleMajor: .nonconform
            case .minorAtLeast: .partly
            case .notBlocking: nil
            case .notKnown: .unknown
            }
        return .pill(text(.certification(effect)), tone: tone)
    }

    // MARK: Gaps

    private var filters: Markup {
        func select(_ name: String, _ label: Text, _ options: [FieldOption], _ value: String?) -> FormField {
            FormField(
                name, label: text(label), .choice([FieldOption("", text(.anyValue))] + options), values: [value ?? ""])
        }
        let filter = asked.filter
        let owners = names.map { FieldOption($0.key.lowercased, $0.value) }.sorted { $0.label < $1.label }
        var hidden: [(name: String, value: String)] = []
        if let measure = filter.measure { hidden.append(("measure", measure)) }
        if let asOf { hidden.append(("asOf", asOf)) }
        return .filterBar(
            action: Link.gaps(id).href,
            fields: [
                select(
                    "framework", .standard, list.view.frameworks.map { FieldOption($0.key, $0.name) }, filter.framework),
                select(
                    "severity", .severity, GapFilter.severities.map { FieldOption($0.rawValue, $0.shownWord) },
                    filter.severity?.rawValue),
                select(
                    "certification", .certification,
                    CertificationEffect.allCases.map { FieldOption($0.rawValue, text(.certification($0))) },
                    filter.effect?.rawValue),
                select("area", .area, list.view.areas.map { FieldOption($0.id, $0.title) }, filter.area),
                select("owner", .owner, owners, filter.owner?.lowercased),
                select(
                    "task", .work, [FieldOption("yes", text(.withTask)), FieldOption("no", text(.withoutTask))],
                    filter.hasTask.map { $0 ? "yes" : "no" }),
                FormField(
                    "sort", label: text(.gapOrder),
                    .choice(
                        GapFilter.Order.allCases.map {
                            FieldOption($0 == .effect ? "" : $0.rawValue, text(.gapOrder($0)))
                        }), values: [filter.order == .effect ? "" : filter.order.rawValue]),
            ], hidden: hidden, setCount: asked.setCount)
    }

    private var gaps: Markup {
        let found = list.filtered(asked.filter)
        let shown = Array(found.dropFirst(asked.from).prefix(GapQuery.pageSize))
        guard !shown.isEmpty else {
            let isAll = list.gaps.isEmpty
            return filters
                + .emptyState(
                    title: text(isAll ? .noGapAtAll : .noGapFits), text(isAll ? .noGapAtAllWhy : .noGapFitsWhy),
                    actions: isAll ? nil : .linkButton(text(.showAllGaps), link { _ in }))
        }
        let columns = [
            TableColumn(text(.gap)), TableColumn(text(.severity)),
            TableColumn(text(.certification), priority: .optional),
            TableColumn(text(.closesWith)), TableColumn(text(.owner), priority: .optional), TableColumn(text(.work)),
        ]
        func page(from: Int) -> String {
            var query = asked
            query.from = from
            return link(query)
        }
        let last = asked.from + shown.count
        return filters
            + .card(
                id: "gaps", title: text(.gapList), isFlush: true,
                footer: .pager(
                    summary: text(.gapsShown(asked.from + 1, last, found.count)),
                    previousHref: asked.from > 0 ? page(from: max(0, asked.from - GapQuery.pageSize)) : nil,
                    nextHref: last < found.count ? page(from: last) : nil),
                (tasks?.markup(id, asked.query) ?? .empty)
                    + .dataTable(
                        label: text(.gapList), columns: columns, rows: shown.map(row), bulkFormID: formID))
    }

    private func row(_ gap: Gap) -> TableRow {
        let reference = gap.requirements.first?.item.reference ?? ""
        let title = "\(reference) \(gap.row.title)"
        let measure = gap.measures.first.flatMap { list.measure($0) }
        let pick = "gap:\(gap.key)"
        let work: Markup =
            if let task = gap.tasks.first {
                .link(list.titles[task] ?? text(.hasOpenTask), Link.record(Task.schema.erased, task).href)
            } else if tasks != nil {
                TaskBar.button(pick, title: title)
            } else {
                .escaped(text(.hasNoOpenTask))
            }
        return TableRow(
            pick: gap.tasks.isEmpty ? pick : nil, title: title,
            href: Link.row(id, key: gap.row.key, ["asOf": asOf]).href,
            subtitle: gap.requirements.map { name($0.item.frameworkKey) }.joined(separator: ", "),
            cells: [
                .status(gap.severity.tone, gap.severity.shownWord), Self.pill(gap.effect),
                measure.map(closes) ?? .status(.unknown, text(.noMeasureKnown), isPlain: true),
                .person(gap.owner.map { names[$0] ?? text(.somebody) }), work,
            ])
    }

    private func closes(_ measure: Measure) -> Markup {
        let suggestion = measure.suggestion
        let href = link { $0.filter.measure = suggestion.id }
        return """
            <span>\(suggestion.title) <span class="sub"><a href="\(href)">\
            \(Text.measureCloses(measure.requirements.count, measure.frameworks.count))</a>, \
            \(Text.effort(days: suggestion.effortDays))</span></span>
            """
    }

    private func name(_ framework: String) -> String {
        list.view.frameworks.first { $0.key == framework }?.shortName ?? framework
    }

    // MARK: Measures

    /// What the numbers of one measure count: every open requirement that it serves.
    private var measureCard: Markup? {
        guard let measure = asked.filter.measure.flatMap({ list.measure($0) }) else { return nil }
        let suggestion = measure.suggestion
        let served: Markup = .each(measure.requirements) { requirement in
            let chip = RequirementChip(
                RowPresenter.family(requirement.item.frameworkKey), standard: name(requirement.item.frameworkKey),
                reference: requirement.item.reference,
                href: Link.row(id, key: requirement.rowKey, ["asOf": asOf]).href)
            return """
                <li><span class="cluster">\(raw: .chip(chip)) \(requirement.item.title)</span> \
                \(raw: .status(requirement.shown.tone, requirement.shown.shownWord))</li>
                """
        }
        return .card(
            id: "measure", title: text(.gapsOfMeasure(suggestion.title)),
            aside: .link(text(.showAllGaps), link { _ in }),
            lead: suggestion.description,
            """
            \(raw: .descriptionList([
                (text(.procedureWords), .escaped(suggestion.procedure)), (text(.testWords), .escaped(suggestion.testMethod)),
                (text(.effort), .escaped(text(.effort(days: suggestion.effortDays)))),
                (text(.effectPerDay), .escaped(text(.pointsADay(Self.perDay(measure), measure.points)))),
                (text(.inYourLibrary), control(measure)),
            ]))<h3 class="mt">\(Text.measureServes)</h3><ul class="list">\(raw: served)</ul>
            """)
    }

    private static func perDay(_ measure: Measure) -> String {
        let tenths = Int((measure.pointsPerDay * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func control(_ measure: Measure) -> Markup {
        guard let control = measure.control else {
            return .link(text(.notInYourLibrary), Link.controlLibrary().href + "#s-\(measure.suggestion.id)")
        }
        return .link(list.titles[control] ?? "", Link.record(Control.schema.erased, control).href)
    }

    private var measures: Markup {
        guard !list.measures.isEmpty else {
            return .emptyState(title: text(.noGapAtAll), text(.noGapAtAllWhy))
        }
        let columns = [
            TableColumn(text(.measure)), TableColumn(text(.wouldClose)),
            TableColumn(text(.nonconform), isNumeric: true), TableColumn(text(.partly), isNumeric: true),
            TableColumn(text(.unknown), isNumeric: true), TableColumn(text(.effort), isNumeric: true),
            TableColumn(text(.effectPerDay), isNumeric: true, priority: .optional),
            TableColumn(text(.inYourLibrary), priority: .lessOptional), TableColumn(text(.work)),
        ]
        let rows = list.measures.map { measure -> TableRow in
            let suggestion = measure.suggestion
            let all = link { $0.filter.measure = suggestion.id }
            func number(_ shown: Conformity) -> Markup {
                let count = measure.count(shown)
                guard count > 0 else { return .escaped(Text.count(0)) }
                return .link(
                    Text.count(count),
                    link {
                        $0.filter.measure = suggestion.id
                        $0.filter.severity = shown
                    })
            }
            let pick = "measure:\(suggestion.id)"
            let work: Markup =
                if let task = measure.tasks.first {
                    .link(list.titles[task] ?? text(.hasOpenTask), Link.record(Task.schema.erased, task).href)
                } else if tasks != nil {
                    TaskBar.button(pick, title: suggestion.title)
                } else {
                    .escaped(text(.hasNoOpenTask))
                }
            return TableRow(
                pick: measure.tasks.isEmpty ? pick : nil, title: suggestion.title, href: all, subtitle: suggestion.id,
                cells: [
                    .link(text(.measureCloses(measure.requirements.count, measure.frameworks.count)), all),
                    number(.nonconform), number(.partlyConform), number(.unknown),
                    .escaped(text(.effort(days: suggestion.effortDays))), .escaped(Self.perDay(measure)),
                    control(measure), work,
                ])
        }
        return .card(
            id: "measures", title: text(.byMeasure), isFlush: true,
            (tasks?.markup(id, asked.query) ?? .empty)
                + .dataTable(label: text(.byMeasure), columns: columns, rows: rows, bulkFormID: formID))
    }

    // MARK: Burn-down

    private var burndown: Markup {
        func chart(_ id: String, _ title: Text, _ value: (BurndownPoint) -> Int?) -> Markup {
            let values = points.map(value)
            let chart = TrendChart(
                id: id, title: text(title),
                summary: text(.fromTo(values.first.flatMap(\.self), values.last.flatMap(\.self))),
                points: zip(points, values).map {
                    TrendPoint(text(.dayOfYear($0.day)), $1.map(Double.init))
                }, startsAtZero: true, decimals: 0,
                heads: (text(.week), text(.number), text(.noValue)))
            return .card(id: id, title: text(title), lead: chart.summary, .trend(chart))
        }
        return "<p class=\"meta\">\(Text.burndownLead)</p>"
            + chart("open", .knownGaps) { $0.gaps } + chart("unknown", .unknownOverTime) { $0.unknown }
            + chart("tasks", .openTasksOverTime) { $0.openTasks }
    }
}
