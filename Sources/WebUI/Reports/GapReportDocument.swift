// The gap assessment report as one page of HTML that stands alone: for a browser, for paper, for a word processor.
import Exchange
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// Writes a gap report.
struct GapReportDocument {
    let report: GapReport
    let parts: [GapReport.Part]
    /// Charts are images of files beside it, and what only paper has is left out.
    let isForWordProcessor: Bool

    private var view: AssessmentView { report.view }
    private var today: Day { report.preparedAt.day(in: report.zone) }

    /// The whole page, with its style in it.
    func html(style: Data) -> Data {
        let title = text(.reportDocumentTitle(report.organisation.name))
        let before: Markup = """
            <!doctype html><html lang="\(Text.language)"><head><meta charset="utf-8">\
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title)</title><style>
            """
        let after = Markup(capacityBytes: 65_536 + view.rows.count * 2_048) { html in
            html.raw("</style></head><body>")
            if !isForWordProcessor {
                html.add("<div class=\"running\">\(raw: logo)<span>\(report.organisation.name)</span></div>")
            }
            html.add(cover)
            for part in parts {
                html.add(
                    "<section id=\"\(part.rawValue)\"><h2>\(Text.partTitle(part))</h2>\(raw: content(of: part))</section>"
                )
            }
            html.raw("</body></html>\n")
        }
        return Data(before.bytes) + style + Data(after.bytes)
    }

    /// What the page shows beside itself, in a word processor.
    var files: [String: Data] {
        var files: [String: Data] = [:]
        if let logo = report.logo { files[Self.logoName(logo)] = logo.bytes }
        for (part, charts) in [(GapReport.Part.summary, charts), (.areas, [areaChart])] where parts.contains(part) {
            for (n, chart) in charts.enumerated() {
                files[Self.chartName(part, n) + ".svg"] = Data(chart.markup(isFile: true).bytes)
            }
        }
        return files
    }

    private static func chartName(_ part: GapReport.Part, _ number: Int) -> String {
        "chart-\(part.rawValue)-\(number)"
    }

    private static func logoName(_ logo: ImageFile) -> String { logo.format == .png ? "logo.png" : "logo.jpg" }

    private func content(of part: GapReport.Part) -> Markup {
        switch part {
        case .scope: scope
        case .method: method
        case .summary: summary
        case .strengths: strengths
        case .gaps: gaps
        case .areas: areas
        case .plan: plan
        case .clauses: clauses
        case .ledger: ledger
        }
    }

    // MARK: Cover

    private var logo: Markup? {
        guard let logo = report.logo else { return nil }
        // No more than 60 pixels high, as a word processor takes the size from here.
        let height = min(60, logo.heightPixels)
        let width = max(1, logo.widthPixels * height / logo.heightPixels)
        let address =
            isForWordProcessor
            ? Self.logoName(logo) : "data:\(logo.format.rawValue);base64,\(logo.bytes.base64EncodedString())"
        return """
            <img src="\(address)" alt="\(report.organisation.name)" width="\(width)" height="\(height)">
            """
    }

    private var cover: Markup {
        let state = text(.reportStateWords(isClosed: view.assessment.value.status == .closed))
        let facts: [(Text, String?)] = [
            (.reportAssessment, "\(view.assessment.value.title), \(state)"),
            (.reportLegalName, report.organisation.legalName),
            (.reportStandards, view.frameworks.map(\.name).joined(separator: ", ")),
            (.reportShows, text(.reportAsOfEntry(report.index, report.moment?.words(in: report.zone)))),
            (.reportPrepared, text(.reportPreparedBy(report.preparedAt.words(in: report.zone), report.preparedBy))),
        ]
        let contents: Markup = .each(parts) { "<li><a href=\"#\($0.rawValue)\">\(Text.partTitle($0))</a></li>" }
        // A word processor makes the title of the page its first line.
        let heading: Markup? = isForWordProcessor ? nil : "<h1>\(Text.gapReport)</h1>"
        return """
            <header class="cover"><p class="brand">\(raw: logo)<span>\(report.organisation.name)</span></p>\
            \(raw: heading)\(raw: list(facts.filter { $0.1 != nil }))</header>\
            <nav class="contents"><h2>\(Text.reportContents)</h2><ol>\(raw: contents)</ol></nav>
            """
    }

    /// Facts as term and description; what nobody filled in says so.
    private func list(_ facts: [(term: Text, value: String?)]) -> Markup {
        let items: Markup = .each(facts) { fact in
            "<dt>\(fact.term)</dt><dd class=\"keep\">\(fact.value ?? text(.notStated))</dd>"
        }
        return "<dl class=\"facts\">\(raw: items)</dl>"
    }

    // MARK: Scope and method

    private var scope: Markup {
        let assessment = view.assessment.value
        let own = list([
            (.reportOrganisation, report.organisation.name), (.reportSector, report.organisation.sector),
            (.reportAIRole, report.organisation.roleTowardsAI?.rawValue.asLabel),
            (.reportLead, assessment.lead.map(person)), (.reportStarted, assessment.startedOn.map(day)),
            (.reportDue, assessment.dueOn.map(day)), (.reportNotes, assessment.notes),
        ])
        let standards: Markup = .each(view.frameworks) { framework in
            let adoption = report.adoptions[framework.key]
            return """
                <h3>\(framework.name), \(framework.fullName)</h3>\(raw: list([
                    (.reportScopeStatement, adoption?.scope), (.reportInScopeSince, adoption?.adoptedOn.map(day)),
                    (.reportWanted, adoption?.certificationTarget.map(day)),
                ]))
                """
        }
        return own + standards
    }

    private var method: Markup {
        let formula: Markup = .each(Text.formula) { "<li>\($0)</li>" }
        let parts = view.rows.flatMap(\.partsInScope)
        let results = parts.compactMap { $0.answer?.value }.filter { $0.result != nil }
        func count(_ origin: Answer.Origin) -> Int { results.count { $0.origin == origin } }
        let (carried, projected) = (count(.carriedOver), count(.acceptedProjection))
        let work = view.workSaved
        return """
            <ul>\(raw: formula)</ul><h3>\(Text.reportOnce)</h3><p>\(Text.reportOnceWords) \
            \(Text.workSaved(once: work.answeredOnce, share: work.sharePart, split: work.split, own: work.own))</p>\
            <h3>\(Text.reportMaturityScale)</h3><p>\(Text.reportMaturityWords)</p>\
            <h3>\(Text.reportOrigins)</h3><p>\(Text.reportOriginWords(
                assessed: results.count - carried - projected, carried: carried, projected: projected,
                unanswered: parts.count { $0.answer?.value.result == nil }))</p>
            """
    }

    // MARK: Summary

    private var charts: [ReportChart] {
        let standards = view.frameworks.map {
            ReportChart.Bar(label: $0.name, counts: (view.counts[$0.key] ?? ConformityCounts()).posture)
        }
        let sections = sectionsShown.map {
            ReportChart.Bar(
                label: sectionLabel($0), counts: (view.sectionCounts[$0.id] ?? ConformityCounts()).posture)
        }
        return [
            ReportChart(title: text(.reportByStandard), bars: standards),
            ReportChart(title: text(.reportBySection), bars: sections),
        ].filter { !$0.bars.isEmpty }
    }

    /// Clauses and themes that have rows of their own; what only holds others is left out.
    private var sectionsShown: [LibrarySection] {
        let parents = Set(view.sections.compactMap(\.parentID))
        return view.sections.filter { !parents.contains($0.id) }
    }

    private func sectionLabel(_ section: LibrarySection) -> String {
        section.label == section.title || section.title.hasPrefix(section.label)
            ? section.title : "\(section.label) \(section.title)"
    }

    private var summary: Markup {
        let boxes: Markup = .each(view.frameworks) { framework in
            let counts = (view.counts[framework.key] ?? ConformityCounts()).posture
            let inTheWay = view.rows.flatMap(\.partsInScope).count {
                $0.item.frameworkKey == framework.key && GapReport.isInTheWay($0)
            }
            let target = report.adoptions[framework.key]?.certificationTarget
            let wanted: Markup? = target.map { target in
                let left = text(.reportDaysLeft(target.daysSince1970 - today.daysSince1970))
                return "<p class=\"meta\">\(Text.reportWanted): \(day(target)), \(left)</p>"
            }
            let hasClauses = framework.items.contains { $0.isAssessable && $0.isClause }
            return """
                <div><b>\(framework.name)</b><span class="big">\(Text.count(counts.conform)) \
                <small>\(Text.conformOf(counts.conform, counts.total))</small></span>\
                <p>\(Text.reportSentence(
                    conform: counts.conform, partly: counts.partly, nonconform: counts.nonconform,
                    notApplicable: counts.notApplicable, unknown: counts.unknown))</p>\
                \(raw: hasClauses ? "<p>\(Text.reportInTheWayCount(inTheWay))</p>" : nil)\(raw: wanted)</div>
                """
        }
        let figures: Markup = .each(charts.enumerated()) { figure(.summary, $0, $1) }
        let lowered: Markup? = view.total.lowered > 0 ? "<p>\(Text.reportLowered(view.total.lowered))</p>" : nil
        return
            "<div class=\"headline\">\(raw: boxes)</div>\(raw: lowered)<p class=\"meta\">\(Text.postureLead)</p>\(raw: figures)"
    }

    private func figure(_ part: GapReport.Part, _ number: Int, _ chart: ReportChart) -> Markup {
        let drawing: Markup =
            isForWordProcessor
            ? "<img src=\"\(Self.chartName(part, number)).png\" alt=\"\(chart.words)\" width=\"600\">" : chart.markup()
        return """
            <figure><figcaption>\(chart.title)</figcaption>\(raw: drawing)</figure>\(raw: countsTable(chart))
            """
    }

    private func countsTable(_ chart: ReportChart) -> Markup {
        let heads: Markup = .each(Tone.allCases) { "<th class=\"num\" scope=\"col\">\($0.word)</th>" }
        let rows: Markup = .each(chart.bars) { bar in
            let cells: Markup = .each(bar.counts.parts) { "<td class=\"num\">\(Text.count($0.count))</td>" }
            return """
                <tr><th scope="row">\(bar.label)</th>\(raw: cells)<td class="num">\(Text.count(bar.counts.total))</td></tr>
                """
        }
        return """
            <div class="scroll"><table><thead><tr><th scope="col">\(chart.title)</th>\(raw: heads)\
            <th class="num" scope="col">\(Text.reportTotal)</th></tr></thead><tbody>\(raw: rows)</tbody></table></div>
            """
    }

    // MARK: Rows

    private var strengths: Markup {
        let rows = report.strengths
        guard !rows.isEmpty else { return "<p>\(Text.reportNoStrengths)</p>" }
        return """
            <p>\(Text.reportStrengthsLead)</p>\(raw: table(
                [(.reportReference, "ref"), (.requirement, ""), (.reportFinding, ""), (.reportProof, "side")],
                .each(rows) { row in
                    """
                    <tr><th scope="row">\(raw: references(row.partsInScope))</th>\
                    \(raw: cell(.requirement, .escaped(row.row.title)))\
                    \(raw: cell(.reportFinding, finding(row.partsInScope)))\
                    \(raw: cell(.reportProof, proof(row.partsInScope)))</tr>
                    """
                }))
            """
    }

    private var gaps: Markup {
        let rows = report.gaps
        let known: Markup =
            rows.isEmpty
            ? "<p>\(Text.reportNoGaps)</p>"
            : """
            <p>\(Text.reportGapsLead)</p>\(raw: table(
                [
                    (.reportReference, "ref"), (.requirement, ""), (.result, "result"), (.reportFinding, ""),
                    (.reportFollowUp, "side"),
                ], .each(rows, gap)))
            """
        let unknown = report.unknown
        guard !unknown.isEmpty else { return known }
        return """
            \(raw: known)<h3>\(Text.reportNotKnown)</h3><p>\(Text.reportNotKnownLead)</p>\(raw: table(
                [(.reportReference, "ref"), (.requirement, ""), (.reportFollowUp, "side")],
                .each(unknown) { row in
                    let parts = row.partsInScope.filter { $0.shown == .unknown }
                    return """
                        <tr><th scope="row">\(raw: references(parts))</th>\
                        \(raw: cell(.requirement, .escaped(row.row.title)))\
                        \(raw: cell(.reportFollowUp, followUp(parts)))</tr>
                        """
                }))
            """
    }

    // MARK: Areas

    private var areaChart: ReportChart {
        ReportChart(
            title: text(.reportByArea),
            bars: view.areas.map {
                ReportChart.Bar(label: $0.title, counts: (view.areaCounts[$0.id] ?? ConformityCounts()).posture)
            })
    }

    /// The counts of every area, and under each its gaps.
    private var areas: Markup {
        guard !view.areas.isEmpty else { return "<p>\(Text.reportNoAreas)</p>" }
        let gaps = report.gaps
        let each: Markup = .each(view.areas) { area in
            let rows: Markup = .each(gaps) { row in
                let parts = row.partsInScope.filter { GapReport.isGap($0) && $0.item.areas.contains(area.id) }
                guard !parts.isEmpty else { return .empty }
                return """
                    <tr><th scope="row">\(raw: references(parts))</th>\
                    \(raw: cell(.requirement, .escaped(row.row.title)))\
                    \(raw: cell(.result, result(parts)))\(raw: cell(.reportFollowUp, followUp(parts)))</tr>
                    """
            }
            let found: Markup =
                rows.bytes.isEmpty
                ? "<p>\(Text.reportNoGapInArea)</p>"
                : table(
                    [(.reportReference, "ref"), (.requirement, ""), (.result, "result"), (.reportFollowUp, "side")],
                    rows)
            return "<h3>\(area.title)</h3><p class=\"meta\">\(area.help)</p>\(raw: found)"
        }
        return "<p>\(Text.byAreaLead)</p>" + figure(.areas, 0, areaChart) + each
    }

    private func gap(_ row: RowView) -> Markup {
        let parts = row.partsInScope.filter(GapReport.isGap)
        let flag: Markup? =
            parts.contains(where: GapReport.isInTheWay)
            ? " <span class=\"flag\">\(Text.reportInTheWay)</span>" : nil
        return """
            <tr><th scope="row">\(raw: references(parts))</th>\
            \(raw: cell(.requirement, "<b>\(row.row.title)</b>\(raw: asks(parts))"))\
            \(raw: cell(.result, "\(raw: result(parts))\(raw: flag)"))\
            \(raw: cell(.reportFinding, finding(parts)))\(raw: cell(.reportFollowUp, followUp(parts)))</tr>
            """
    }

    private var clauses: Markup {
        let rows = Dictionary(uniqueKeysWithValues: view.rows.map { ($0.row.key, $0) })
        return .each(sectionsShown) { section in
            let own = section.rowKeys.compactMap { rows[$0] }
            return """
                <h3>\(sectionLabel(section))</h3>\(raw: table(
                    [
                        (.reportReference, "ref"), (.reportAsks, ""), (.result, "result"), (.reportFinding, ""),
                        (.reportProof, "side"),
                    ], .each(own, clause)))
                """
        }
    }

    /// One line for a row that one answer fills, else one for each standard.
    private func clause(_ row: RowView) -> Markup {
        let lines = row.isOneAnswer ? [row.partsInScope] : row.partsInScope.map { [$0] }
        return .each(lines) { parts in
            """
            <tr><th scope="row">\(raw: references(parts))</th>\
            \(raw: cell(.reportAsks, "<b>\(row.row.title)</b>\(raw: asks(parts))"))\
            \(raw: cell(.result, result(parts)))\(raw: cell(.reportFinding, finding(parts)))\
            \(raw: cell(.reportProof, proof(parts)))</tr>
            """
        }
    }

    // MARK: Cells

    private func table(_ heads: [(label: Text, width: String)], _ rows: Markup) -> Markup {
        let cells: Markup = .each(heads) { "<th scope=\"col\" class=\"\($0.width)\">\($0.label)</th>" }
        return "<table class=\"rows\"><thead><tr>\(raw: cells)</tr></thead><tbody>\(raw: rows)</tbody></table>"
    }

    private func cell(_ label: Text, _ content: Markup) -> Markup {
        "<td data-label=\"\(label)\">\(raw: content)</td>"
    }

    private func references(_ parts: [PartView]) -> Markup {
        .each(parts, separator: "<br>") { part in
            let name = view.frameworks.first { $0.key == part.item.frameworkKey }?.shortName ?? ""
            return .escaped("\(name) \(part.item.reference)")
        }
    }

    /// What is asked, in our words; once where both standards have the same.
    private func asks(_ parts: [PartView]) -> Markup {
        var seen: Set<String> = []
        let texts = parts.map(\.item.text).filter { !$0.isEmpty && seen.insert($0).inserted }
        return .each(texts) { "<p>\($0)</p>" }
    }

    private func result(_ parts: [PartView]) -> Markup {
        var seen: Set<Markup> = []
        let results = parts.map(result).filter { seen.insert($0).inserted }
        // Different results of one row each name their standard.
        guard results.count > 1 else { return results.first ?? .empty }
        return .each(parts) { "<p>\(raw: references([$0])): \(raw: result($0))</p>" }
    }

    private func result(_ part: PartView) -> Markup {
        var notes: [Text] = []
        if part.shown != part.assessed {
            notes.append(.reportResult(assessed: part.assessed.word, measured: part.measured?.rawValue))
        } else if let measured = part.measured {
            notes.append(.reportMeasured(measured.rawValue))
        }
        if let maturity = part.answer?.value.maturity { notes.append(.reportMaturity(maturity)) }
        switch part.answer?.value.origin {
        case .carriedOver: notes.append(.reportCarried)
        case .acceptedProjection: notes.append(.reportProjected)
        case .assessed, nil: break
        }
        return """
            <span class="\(part.shown.tone.rawValue)">\(part.shown.shownWord)</span>\
            \(raw: .each(notes) { "<br><span class=\"meta\">\($0)</span>" })
            """
    }

    private func finding(_ parts: [PartView]) -> Markup {
        var seen: Set<String> = []
        var notes = parts.compactMap { $0.answer?.value.note }.filter { seen.insert($0).inserted }
        for part in parts where part.assessed == .notApplicable {
            if let why = part.applicability?.value.justification, seen.insert(why).inserted { notes.append(why) }
        }
        let answered = parts.lazy.compactMap { $0.answer?.value }.first { $0.answeredOn != nil }
        let when: Markup? = answered.flatMap { answer in
            answer.answeredOn.map { "<p class=\"meta\">\(Text.reportAnswered($0, answer.answeredBy.map(person)))</p>" }
        }
        let words: Markup =
            notes.isEmpty
            ? "<p class=\"meta\">\(Text.reportNoAnswer)</p>" : .each(notes) { "<p class=\"keep\">\($0)</p>" }
        return words + (when ?? .empty)
    }

    private func followUp(_ parts: [PartView]) -> Markup {
        let answers = parts.compactMap { $0.answer?.value }
        let owner = answers.lazy.compactMap(\.owner).first.map(person)
        let due = answers.compactMap(\.dueOn).min()
        let open = parts.map { $0.status?.tasksOpen ?? 0 }.max() ?? 0
        let overdue = parts.map { $0.status?.tasksOverdue ?? 0 }.max() ?? 0
        let lines: [Text] =
            [.reportOwner(owner)] + (due.map { [.dueOn($0)] } ?? []) + [.reportTasks(open: open, overdue: overdue)]
        return .each(lines, separator: "<br>") { .escaped($0.string) }
    }

    private func proof(_ parts: [PartView]) -> Markup {
        let evidence =
            parts.map { ($0.status?.evidence ?? 0, $0.status?.evidenceStale ?? 0) }.max { $0.0 < $1.0 } ?? (0, 0)
        var seen: Set<GapReport.ServingControl> = []
        let controls = parts.flatMap { report.controls[$0.item.id] ?? [] }.filter { seen.insert($0).inserted }
        let lines: [Text] =
            [.reportEvidence(evidence.0, outOfDate: evidence.1)]
            + (controls.isEmpty
                ? [.reportNoControl]
                : controls.map { .reportControl($0.code, $0.title, $0.status.rawValue.asLabel) })
        return .each(lines, separator: "<br>") { .escaped($0.string) }
    }

    // MARK: Plan and ledger

    private var plan: Markup {
        let idle = report.gaps.count { row in
            row.partsInScope.contains {
                GapReport.isGap($0) && ($0.answer?.value.owner == nil || ($0.status?.tasksOpen ?? 0) == 0)
            }
        }
        let lead: Markup = "<p>\(Text.reportGapsWithoutWork(idle))</p>"
        guard !report.tasks.isEmpty else { return "<p>\(Text.reportNoPlan)</p>" + lead }
        let items = Dictionary(
            view.rows.flatMap(\.partsInScope).map { ($0.item.id, $0) }
        ) { a, _ in a }
        let rows: Markup = .each(report.tasks) { task in
            let value = task.value
            let isLate = value.dueOn.map { $0 < today } ?? false
            let late: Markup? = isLate ? "<br><span class=\"nonconform\">\(Text.overdue)</span>" : nil
            return """
                <tr><th scope="row">\(value.dueOn.map(day) ?? text(.noDueDay))\(raw: late)</th>\
                \(raw: cell(.reportTask, "<b>\(value.title)</b>\(raw: value.description.map { "<p class=\"keep\">\($0)</p>" })"))\
                \(raw: cell(.reportAssignee, .escaped(value.assignee.map(person) ?? text(.reportNobody))))\
                \(raw: cell(.reportState, .escaped("\(value.kind.rawValue.asLabel), \(value.status.rawValue.asLabel.lowercased())")))\
                \(raw: cell(.reportAbout, references(value.requirements.ids.compactMap { items[$0.raw] })))</tr>
                """
        }
        let cut: Markup? = report.tasksAreCut ? "<p class=\"meta\">\(Text.reportTasksCut(report.tasks.count))</p>" : nil
        return """
            \(raw: lead)\(raw: table(
                [
                    (.reportDue, "day"), (.reportTask, ""), (.reportAssignee, "result"), (.reportState, "result"),
                    (.reportAbout, "result"),
                ], rows))\(raw: cut)
            """
    }

    private var ledger: Markup {
        let facts: Markup
        if let checkpoint = report.checkpoint, report.isSigned {
            let root = checkpoint.root.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            facts = """
                \(raw: list([
                    (.reportShows, text(.reportAsOfEntry(report.index, report.moment?.words(in: report.zone)))),
                    (.reportSize, Text.count(checkpoint.size)),
                ]))<h3>\(Text.reportRoot)</h3><pre>\(root)</pre>\
                <h3>\(Text.reportCheckpoint)</h3><pre>\(checkpoint.note)</pre>
                """
        } else {
            facts = "<p>\(Text.reportNotSigned)</p>"
        }
        let commands = [
            "", "concord verify pack PACK.zip --key '\(report.verifierKey)' --checkpoint CHECKPOINT",
            "concord ledger verify --database COPY.sqlite --key '\(report.verifierKey)'", "",
        ]
        let steps: Markup = .each(zip(Text.reportVerifySteps, commands)) { words, command in
            "<li>\(words)\(raw: command.isEmpty ? nil : "<pre>\(command)</pre>")</li>"
        }
        return """
            \(raw: facts)<h3>\(Text.reportKey)</h3><pre>\(report.verifierKey)</pre>\
            <h3>\(Text.reportHowToVerify)</h3><ol>\(raw: steps)</ol>
            """
    }

    // MARK: Words

    private func person<R>(_ id: ID<R>) -> String { report.people[id.raw] ?? text(.somebody) }
    private func day(_ day: Day) -> String { text(.dayWords(day)) }
}
