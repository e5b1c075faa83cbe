// What the pages of a library show: the plan of a change, and the library itself.
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import Storage

/// What an import or a roll back would do.
struct LibraryPlanPage {
    let plan: LibraryPlan
    let title: String
    let action: Link
    let verb: Text
    let hidden: [(String, String)]
    let back: Link

    var markup: Markup {
        let facts: [(term: String, value: Markup?)] = [
            (text(.library), .isolated(plan.library.name)),
            (text(.versionBefore), .escaped(plan.presentVersion.map(String.init) ?? text(.noVersion))),
            (text(.versionAfter), .escaped(versionAfter)),
            (text(.provider), plan.library.provider.map { .isolated($0) }),
            (text(.licence), plan.library.licence.map { .isolated($0) }),
            (text(.libraryCreates), number(plan.count(.create))),
            (text(.libraryUpdates), number(plan.count(.update))),
            (text(.libraryArchives), number(plan.count(.archive))),
            (text(.libraryRestores), number(plan.count(.restore))), (text(.libraryUnchanged), number(plan.unchanged)),
            (text(.libraryKeptOut), number(plan.library.keptOut)),
            (text(.contentDigest), .mono(plan.library.contentSHA256)),
        ]
        let confirm: Markup? = plan.changesAnything ? .submitButton(text(verb), look: .primary) : nil
        return Markup { html in
            html.add(.pageHeader(title, crumbs: [Crumb(text(.libraries), Link.libraries.href)]))
            html.raw("<div class=\"stack\">")
            html.add(notices)
            html.add(.card(id: "counts", title: plan.library.name, .descriptionList(facts, isPaired: true)))
            html.add(
                """
                <form class="cluster" method="post" action="\(action.href)">\
                \(raw: .each(hidden) { .hidden($0.0, $0.1) })\
                \(raw: confirm)\
                \(raw: .linkButton(text(.cancelLibrary), back.href))</form>
                """)
            if !plan.changes.isEmpty { html.add(changes) }
            if !plan.remarks.isEmpty { html.add(LibraryRemarkTable(plan).markup) }
            html.raw("</div>")
        }
    }

    private var versionAfter: String {
        plan.library.status == .rolledBack ? text(.noVersion) : String(plan.library.libraryVersion)
    }

    private func number(_ count: Int) -> Markup { .escaped(Text.count(count)) }

    private var notices: Markup {
        var made = Markup.empty
        if !plan.changesAnything {
            made = made + .notice(.info, title: text(.nothingChanges), "\(Text.nothingChangesMeans)")
        }
        if !plan.missingDependencies.isEmpty {
            let names: Markup = .each(plan.missingDependencies, separator: ", ") { .mono($0) }
            made = made + .notice(.warn, title: text(.dependenciesMissing), names)
        }
        let answered = plan.answered.count
        if answered > 0 {
            made = made + .notice(.warn, title: text(.answersTouched), "\(Text.answersTouchedMeans(answered))")
        }
        return made
    }

    private var changes: Markup {
        let shown = plan.shown(LibraryScreens.changesShownMax)
        let columns = [
            TableColumn(text(.library)), TableColumn(text(.libraryRecordType)), TableColumn(text(.whatHappens)),
            TableColumn(text(.details)),
        ]
        let table: Markup = .dataTable(
            label: text(.libraryChanges), columns: columns,
            rows: shown.map { change in
                TableRow(
                    title: change.title,
                    href: change.kind == .create ? nil : Link.record(change.schema, change.id).href,
                    subtitle: change.isAnswered ? text(.answeredBefore) : nil,
                    cells: [.escaped(change.schema.label), .pill(word(change.kind)), fields(change)])
            })
        return .card(
            id: "changes", title: text(.libraryChanges),
            lead: text(.libraryChangesShown(shown.count, of: plan.changes.count)), isFlush: true, table)
    }

    private func word(_ kind: LibraryChange.Kind) -> String {
        switch kind {
        case .create: text(.libraryCreates)
        case .update: text(.libraryUpdates)
        case .archive: text(.libraryArchives)
        case .restore: text(.libraryRestores)
        }
    }

    private func fields(_ change: LibraryChange) -> Markup {
        .each(change.fields) { field in
            let old: Markup? = field.old.isUnset ? nil : "<del>\(isolated: shortened(field.old.text))</del> "
            let new: Markup? = field.new.isUnset ? nil : "<ins>\(isolated: shortened(field.new.text))</ins>"
            return "<span class=\"change\">\(field.field.label): \(raw: old)\(raw: new)</span>"
        }
    }

    private func shortened(_ text: String) -> String {
        text.count > RecordWords.cellCharactersMax ? text.prefix(RecordWords.cellCharactersMax - 1) + "…" : text
    }
}

/// What was put right or kept out, line by line.
struct LibraryRemarkTable {
    let plan: LibraryPlan
    init(_ plan: LibraryPlan) { self.plan = plan }

    var markup: Markup {
        let columns = [
            TableColumn(text(.remarkWhy)), TableColumn(text(.line), isNumeric: true), TableColumn(text(.whatHappens)),
        ]
        let table: Markup = .dataTable(
            label: text(.libraryRemarks), columns: columns,
            rows: plan.remarks.map { remark in
                TableRow(
                    title: remark.message, subtitle: remark.urn,
                    cells: [
                        .escaped(remark.line.map { Text.count($0) } ?? ""),
                        .pill(text(remark.isKeptOut ? .keptOutWord : .readOtherwise)),
                    ])
            })
        return .card(
            id: "remarks", title: text(.libraryRemarks),
            lead: text(.libraryChangesShown(plan.remarks.count, of: plan.remarksCount)), isFlush: true, table)
    }
}

/// One library.
struct LibraryPage {
    let library: Stored<ImportedLibrary>
    let versions: [(version: Int, file: FileReference)]
    let content: LibraryContents
    let mayImport: Bool

    var markup: Markup {
        let value = library.value
        let record = Link.record(ImportedLibrary.schema.erased, library.id.raw).href
        let facts: [(term: String, value: Markup?)] = [
            (text(.libraryVersion), .escaped(String(value.libraryVersion))),
            (text(.provider), value.provider.map { .isolated($0) }),
            (text(.licence), value.licence.map { .isolated($0) }),
            (text(.libraryHolds), .escaped(Text.count(value.items))),
            (text(.libraryKeptOut), .escaped(Text.count(value.keptOut))), (text(.uniformName), .mono(value.urn)),
            (text(.contentDigest), .mono(value.contentSHA256)),
        ]
        let state: Markup? = value.status == .rolledBack ? .pill(text(.libraryTakenBack)) : nil
        return Markup { html in
            html.add(
                .pageHeader(
                    value.name, crumbs: [Crumb(text(.libraries), Link.libraries.href)], state: state,
                    actions: .linkButton(text(.wholeRecord), record), lead: value.summary))
            html.raw("<div class=\"stack\">")
            html.add(.card(id: "facts", title: text(.libraryCounts), .descriptionList(facts, isPaired: true)))
            if !content.frameworks.isEmpty { html.add(frameworks) }
            if !content.former.isEmpty { html.add(former) }
            if mayImport, value.status == .imported { html.add(earlier) }
            html.raw("</div>")
        }
    }

    private var frameworks: Markup {
        let rows: Markup = .each(content.frameworks) { framework in
            let name: Markup = .link(framework.name, Link.framework(key: framework.key).href)
            let adopt = Link.new(
                FrameworkAdoption.schema.erased.plural,
                ["framework": framework.id.lowercased, "name": framework.name]
            ).href
            let action: Markup =
                framework.isAdopted
                ? .pill(text(.adoptedAlready)) : .linkButton(text(.adoptFramework), adopt, look: .small)
            return "<li><span>\(raw: name)</span> \(raw: action)</li>"
        }
        return .card(
            id: "frameworks", title: text(.libraryFrameworks), lead: text(.libraryFrameworksLead),
            "<ul class=\"list\">\(raw: rows)</ul>")
    }

    private var former: Markup {
        let rows: Markup = .each(content.former) { item in
            "<li><span>\(raw: .link(item.title, Link.requirement(item.id).href))</span></li>"
        }
        return .card(
            id: "former", title: text(.formerItems), lead: text(.formerItemsLead),
            "<ul class=\"list\">\(raw: rows)</ul>")
    }

    private var earlier: Markup {
        let id = library.id.raw
        let rows: Markup = .each(versions) { version in
            let link: Markup = .linkButton(
                text(.toVersion(version.version)), Link.rollBackLibrary(id, ["to": String(version.version)]).href,
                look: .small)
            return "<li><span><bdi>\(version.file.name)</bdi></span> \(raw: link)</li>"
        }
        let list: Markup =
            versions.isEmpty
            ? .linkButton(text(.takeBackLibrary), Link.rollBackLibrary(id).href)
            : "<ul class=\"list\">\(raw: rows)</ul>"
        return .card(
            id: "earlier", title: text(.earlierVersions),
            lead: text(versions.isEmpty ? .noEarlierVersions : .earlierVersionsLead), list)
    }
}
