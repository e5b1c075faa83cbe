// What the guided path shows: its steps with their state, and the step that stands open.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import Storage

/// The page of the path.
struct PathPage {
    let view: PathView
    let library: FrameworkLibrary
    let caller: Caller
    let token: String
    let step: PathView.Step
    let query: LinkQuery
    let people: PeopleChoice
    let problems: [Problem]
    let sent: FormBody?

    static func href(_ step: PathView.Step) -> String { Link.path(["step": step.rawValue]).href }

    var markup: Markup {
        let content: Markup =
            switch step {
            case .standards: standards
            case .records: records
            case .additions: PathAdditions(view: view).markup
            case .confirmation: PathConfirmation(page: self).markup
            case .plan: PathPlan(page: self).markup
            }
        let next = PathView.Step.allCases.drop { $0 != step }.dropFirst().first
        let goOn: Markup? = next.map { "<p class=\"cluster\">\(raw: .linkButton(text(.step($0)), Self.href($0)))</p>" }
        return """
            \(raw: .pageHeader(text(.pathTitle), lead: text(.pathLead)))\(raw: steps)\
            <div class="stack">\(raw: warning)\(raw: content)\(raw: goOn)</div>
            """
    }

    private var steps: Markup {
        let items: Markup = .each(PathView.Step.allCases.enumerated()) { at, each in
            let isDone = view.isDone(each)
            return """
                <li\(attribute: "class", isDone ? "done" : nil)\
                \(attribute: "aria-current", each == step ? "step" : nil)>\
                <span class="dot">\(at + 1)</span>\(raw: .link(text(.step(each)), Self.href(each)))\
                \(raw: .hiddenText(text(isDone ? .stepDone : .stepOpen)))</li>
                """
        }
        return """
            <nav class="card mb" aria-label="\(Text.pathSteps)"><ol class="steps">\(raw: items)</ol></nav>
            """
    }

    func card(footer: Markup? = nil, isFlush: Bool = false, aside: Markup? = nil, _ content: Markup) -> Markup {
        .card(
            id: "step", title: text(.stepTitle(step)), aside: aside, lead: text(.stepLead(step)), isFlush: isFlush,
            footer: footer, content)
    }

    func state(_ isDone: Bool) -> Markup {
        isDone ? .status(.conform, text(.stepDone)) : .status(.unknown, text(.stepOpen))
    }

    // MARK: Standards

    private var standards: Markup {
        let keys = [FrameworkLibrary.security, FrameworkLibrary.ai]
        let lines: Markup = .each(keys) { key in
            guard let framework = library.framework(key) else { return .empty }
            let adoption = key == FrameworkLibrary.ai ? view.ai : view.security
            let schema = FrameworkAdoption.schema.erased
            let query: LinkQuery = ["framework": framework.id.lowercased, "name": framework.name]
            let adopt: Markup? =
                adoption == nil && Authorisation.mayCreate(caller, schema)
                ? .linkButton(text(.adopt(framework.name)), Link.new(schema.plural, query).href, look: .small) : nil
            let name: Markup =
                adoption.map { .link(text(.adopted(framework.name)), Link.record(schema, $0.id.raw).href) }
                ?? .escaped(text(.adopted(framework.name)))
            let isInScope = view.isInScope(key)
            return """
                <li><span>\(raw: name)</span>\(raw: state(adoption != nil))\(raw: adopt)</li>\
                <li><span>\(Text.inScope(framework.name))</span>\(raw: state(isInScope))\
                \(raw: key == FrameworkLibrary.ai && !isInScope && adoption != nil ? scopeForm(true) : nil)</li>
                """
        }
        return card("<ul class=\"list\">\(raw: lines)</ul>")
    }

    /// Answers that would fill both standards at once are not what this path is for.
    private var warning: Markup? {
        guard let assessment = view.assessment else {
            return .notice(.info, title: text(.noAssessmentForPath), NoAssessment(caller: caller).markup())
        }
        let rows = view.sharedUnanswered
        guard rows > 0 else { return nil }
        let answer: Markup = .linkButton(
            text(.answer27001),
            Link.assessment(assessment.assessment.id.raw, ["standard": FrameworkLibrary.security, "shown": "unknown"])
                .href, look: .small)
        guard view.isInScope(FrameworkLibrary.ai) else {
            return .notice(.info, title: text(.bothInScope(rows)), "<span class=\"cluster\">\(raw: answer)</span>")
        }
        return .notice(
            .warn, title: text(.bothInScope(rows)),
            """
            <span>\(Text.bothInScopeMeans)</span><span class="cluster">\(raw: scopeForm(false))\(raw: answer)</span>
            """)
    }

    private func scopeForm(_ includesAI: Bool) -> Markup? {
        guard let assessment = view.assessment?.assessment, assessment.value.status == .open,
            Authorisation.mayCreate(caller, Assessment.schema.erased)
        else { return nil }
        let label = text(includesAI ? .takeIntoScope : .takeOutOfScope)
        return """
            <form method="post" action="\(Link.pathScope.href)">\(raw: .hidden("csrf", token))\
            \(raw: .hidden("assessment", assessment.id.raw.lowercased))\
            \(raw: .hidden("version", String(assessment.version)))\
            \(raw: .hidden("ai", includesAI ? "true" : "false"))\(raw: .submitButton(label, look: .small))</form>
            """
    }

    // MARK: What there is

    private var records: Markup {
        let standard = library.framework(FrameworkLibrary.security)?.id.lowercased
        let lists: [(schema: AnySchema, title: String, help: Text, count: Int)] = [
            (Applicability.schema.erased, text(.pathDecisions), .pathDecisionsHelp, view.decisions),
            (Control.schema.erased, Control.schema.erased.pluralLabel, .pathControlsHelp, view.controls),
            (Risk.schema.erased, Risk.schema.erased.pluralLabel, .pathRisksHelp, view.risks),
            (Finding.schema.erased, text(.pathFindings), .pathFindingsHelp, view.findings),
        ]
        let rows = lists.map { schema, title, help, count in
            let query: LinkQuery = ["type": schema.plural, "standard": standard]
            let mayImport = ImportService.mayImport(caller, schema)
            let actions: Markup =
                mayImport
                ? """
                <span class="cluster">\(raw: .linkButton(text(.importList), Link.newImport(query).href, look: .small))\
                \(raw: .linkButton(
                    text(.emptyTable), Link.importTemplate(schema.plural, ["standard": standard]).href, look: .small,
                    icon: .download))</span>
                """ : .escaped(text(.mayNotCreate(schema.pluralLabel.lowercased())))
            return TableRow(
                title: title, href: Link.list(schema.plural).href, subtitle: text(help),
                cells: [
                    count == 0
                        ? .status(.unknown, text(.isNoneYet)) : .status(.conform, Text.count(count)), actions,
                ])
        }
        return card(
            footer: .escaped(text(.importsWriteNoResult)), isFlush: true,
            .dataTable(
                label: text(.stepTitle(.records)),
                columns: [TableColumn(text(.whatItIs)), TableColumn(text(.count)), TableColumn(text(.action))],
                rows: rows, isSticky: false))
    }
}

/// What ISO/IEC 42001 adds, and what there is for it.
struct PathAdditions {
    static let servingShown = 4
    let view: PathView

    var markup: Markup {
        let all = view.additions
        let served = all.count { !$0.serving.isEmpty }
        let inferred = all.count { $0.serving.isEmpty && !$0.inferred.isEmpty }
        let counts = text(.servedOf(served, all.count, inferred: inferred))
        return .card(
            id: "step", title: text(.stepTitle(.additions)), lead: text(.stepLead(.additions)), isFlush: true,
            footer: """
                <span>\(counts). \(Text.inferredMeans)\(view.isPartial ? " \(text(.isPartialList))" : "")</span>
                """,
            .dataTable(
                label: text(.stepTitle(.additions)),
                columns: [.items, .whyNew, .whatServes, .shownAs].map { TableColumn(text($0)) },
                rows: all.map(row)))
    }

    private func row(_ addition: PathAddition) -> TableRow {
        let why: Text =
            switch addition.reason {
            case .ownPart(let difference): Text(difference)
            case .newClause: .newClause
            case .control: .newControl
            }
        let href =
            view.assessment.map { Link.row($0.assessment.id.raw, key: addition.row.key).href }
            ?? FrameworkScreens.link(FrameworkLibrary.ai, item: addition.item.reference)
        let shown: Markup =
            addition.shown.map { .status($0.tone, $0.shownWord) } ?? .status(.unknown, text(.notInScope))
        return TableRow(
            title: "\(addition.item.reference) \(addition.item.title)", href: href,
            cells: [.escaped(text(why)), serving(addition), shown])
    }

    private func serving(_ addition: PathAddition) -> Markup {
        guard !addition.serving.isEmpty || !addition.inferred.isEmpty else {
            return "<span class=\"muted\">\(Text.nothingServes)</span>"
        }
        let related = addition.related.map {
            text(.relatedItem($0.item.reference, $0.relationship.rawValue.asLabel.lowercased(), $0.strength))
        }
        let inferred: Markup? =
            addition.inferred.isEmpty
            ? nil
            : """
            <li><span class="meta">\(raw: .pill(text(.inferredServes))) \(Text.throughItems(related))</span></li>\
            \(raw: list(addition.inferred))
            """
        return "<ul class=\"plain\">\(raw: list(addition.serving))\(raw: inferred)</ul>"
    }

    private func list(_ records: [ServingRecord]) -> Markup {
        let more = records.count - Self.servingShown
        let items: Markup = .each(records.prefix(Self.servingShown)) { record in
            "<li>\(raw: .link(record.title, Link.record(record.schema, record.id).href))</li>"
        }
        return more > 0 ? items + "<li class=\"meta\">\(Text.moreServing(more))</li>" : items
    }
}

/// One shared row after the other: does what holds for information security hold for AI?
struct PathConfirmation {
    static let othersShown = 40
    let page: PathPage
    private var view: PathView { page.view }

    var markup: Markup {
        guard let row = view.waiting.first(where: { $0.row.key == page.query["row"] }) ?? view.waiting.first,
            let known = row.part(of: FrameworkLibrary.security), let ai = row.part(of: FrameworkLibrary.ai),
            let assessment = view.assessment?.assessment
        else {
            return page.card(.emptyState(title: text(.nothingWaits), text(.nothingWaitsWhy(view.confirmed))))
        }
        let others = view.waiting.filter { $0.row.key != row.row.key }
        let next = view.waiting.drop { $0.row.key != row.row.key }.dropFirst().first ?? view.waiting.first
        let detail = Link.row(assessment.id.raw, key: row.row.key).href
        let facts: [(String, Markup?)] = [
            (text(.answeredFor27001), answer(known)),
            (text(.aiPart), .escaped(row.row.difference ?? text(.asksTheSame))),
        ]
        let questions: Markup? =
            ai.item.questions.isEmpty
            ? nil
            : .disclosure(
                text(.questionsForAI),
                "<ul class=\"list\">\(raw: .each(ai.item.questions) { "<li><span>\($0)</span></li>" })</ul>")
        let content: Markup = """
            <h3>\(raw: .link("\(ai.item.reference) \(row.row.title)", detail))</h3>\
            \(raw: .descriptionList(facts))<p>\(ai.item.text)</p>\(raw: questions)\
            \(raw: forms(row, known, next: next?.row.key))
            """
        let list: Markup = .each(others.prefix(Self.othersShown)) { other in
            let reference = other.part(of: FrameworkLibrary.ai)?.item.reference ?? ""
            return "<li>\(raw: .link("\(reference) \(other.row.title)", href(other.row.key)))</li>"
        }
        let rest: Markup? =
            others.isEmpty
            ? nil
            : .card(id: "others", title: text(.othersWaiting), "<ul class=\"list\">\(raw: list)</ul>")
        let counts = text(.waitingOf(view.waiting.count, confirmed: view.confirmed))
        return page.card(aside: .escaped(counts), content) + (rest ?? .empty)
    }

    private func href(_ key: String?) -> String {
        Link.path(["step": PathView.Step.confirmation.rawValue, "row": key]).href
    }

    private func answer(_ part: PartView) -> Markup {
        let note = part.answer?.value.note
        return """
            \(raw: .status(part.assessed.tone, part.assessed.word))\
            \(raw: note.map { " <span class=\"meta\"><bdi>\($0)</bdi></span>" })
            """
    }

    private func forms(_ row: RowView, _ known: PartView, next: String?) -> Markup {
        guard AssessmentService.mayAnswer(row, as: page.caller), view.assessment?.assessment.value.status == .open
        else { return "<p class=\"meta\">\(Text.mayNotAnswerRow)</p>" }
        func hidden(_ confirms: Bool) -> Markup {
            """
            \(raw: .hidden("csrf", page.token))\(raw: .hidden("row", row.row.key))\
            \(raw: .hidden("version", row.versions(row.partsInScope)))\(raw: .hidden("next", next ?? ""))\
            \(raw: confirms ? .hidden("confirm", "true") : nil)
            """
        }
        let results = [AnswerChoice.conform, .partly, .nonconform].map { FieldOption($0.rawValue, text($0.word)) }
        let error = page.problems.first { $0.field == "result" }?.message
        let noteError = page.problems.first { $0.field == "note" }?.message
        let others = page.problems.filter { !["result", "note"].contains($0.field) }
        let differs: Markup = """
            <form class="stack" method="post" action="\(Link.pathConfirm.href)">\(raw: hidden(false))\
            \(raw: .field(FormField(
                "result", label: text(.resultForAI), .segmented(results), values: [page.sent?["result"] ?? ""],
                error: error, isRequired: true)))\
            \(raw: .field(FormField(
                "note", label: text(.noteForAI), .longText, values: [page.sent?["note"] ?? ""], error: noteError)))\
            <p class="cluster">\(raw: .submitButton(text(.saveDifferent)))</p></form>
            """
        let isOpen = !page.problems.isEmpty
        return """
            \(raw: .each(others) { .notice(.bad, title: text(.problem($0.message)), isAlert: true) })\
            <div class="cluster"><form method="post" action="\(Link.pathConfirm.href)">\(raw: hidden(true))\
            \(raw: .submitButton(text(.confirmSame(known.assessed.word)), look: .primary))</form>\
            \(raw: next == row.row.key ? nil : .linkButton(text(.later), href(next), look: .quiet))</div>\
            <details class="more"\(flag: "open", isOpen)><summary>\(Text.itDiffers)</summary>\(raw: differs)</details>
            """
    }
}

/// The open items of ISO/IEC 42001 on their way into tasks.
struct PathPlan {
    private static let formID = "plan"
    let page: PathPage
    private var view: PathView { page.view }

    var markup: Markup {
        guard view.isInScope(FrameworkLibrary.ai), let assessment = view.assessment?.assessment else {
            return page.card(.emptyState(title: text(.noScopeForPlan), text(.noScopeForPlanWhy)))
        }
        guard !view.gaps.isEmpty else {
            return page.card(.emptyState(title: text(.noGapsLeft), text(.noGapsLeftWhy)))
        }
        let mayCreate = Authorisation.mayCreate(page.caller, Records.Task.schema.erased)
        let rows = view.gaps.map { row($0, assessment.id.raw, isPickable: mayCreate) }
        let counts = text(.gapsOf(view.gaps.count, withTask: view.gaps.count(where: \.hasOpenTask)))
        let made: Markup? = page.query["made"].flatMap { Int($0) }.map {
            .notice(.good, title: text(.tasksMade($0)), "\(Text.openTasksAreKept)")
        }
        let error: Markup? = page.problems.first { $0.field == "requirements" }.map {
            .notice(.bad, title: text(.problem($0.message)), isAlert: true)
        }
        let table: Markup = .dataTable(
            label: text(.stepTitle(.plan)),
            columns: [.items, .shownAs, .work].map { TableColumn(text($0)) }, rows: rows, isSticky: false,
            bulkFormID: mayCreate ? Self.formID : nil)
        return (made ?? .empty) + (error ?? .empty)
            + page.card(
                footer: .escaped(text(.openTasksAreKept)), isFlush: true, aside: .escaped(counts),
                (mayCreate ? form : .empty) + table)
    }

    private func row(_ gap: PathGap, _ assessment: UUID, isPickable: Bool) -> TableRow {
        let item = gap.part.item
        return TableRow(
            pick: isPickable && !gap.hasOpenTask ? item.id.lowercased : nil, title: "\(item.reference) \(item.title)",
            href: Link.row(assessment, key: gap.row.row.key).href, subtitle: gap.row.row.difference,
            cells: [
                .status(gap.part.shown.tone, gap.part.shown.shownWord),
                gap.hasOpenTask
                    ? .link(
                        text(.hasOpenTask),
                        Link.list("tasks", ["requirements": item.id.lowercased]).href) : .escaped(text(.hasNoOpenTask)),
            ])
    }

    private var form: Markup {
        let dueOn = FormField(
            "dueOn", label: text(.planDue), .day, values: [page.sent?["dueOn"] ?? ""],
            error: page.problems.first { $0.field == "dueOn" }?.message, width: .third)
        let assignee = FormField(
            "assignee", label: text(.planAssignee),
            page.people.isSearch
                ? .referenceSearch(found: page.people.options, query: page.people.words)
                : .reference(page.people.options), values: [page.sent?["assignee"] ?? ""],
            error: page.problems.first { $0.field == "assignee" }?.message, width: .third)
        return """
            <form class="form" id="\(Self.formID)" method="post" action="\(Link.pathTasks.href)">\
            \(raw: .hidden("csrf", page.token))\(raw: .field(assignee))\(raw: .field(dueOn))\
            <p class="cluster full">\(raw: .submitButton(text(.makeTasks), look: .primary))\
            \(raw: .submitButton(text(.makeAllTasks), name: "all", value: "true"))</p></form>
            """
    }
}
