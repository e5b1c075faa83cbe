// What the pages of imports show: the upload, the columns, the preview.
import Exchange
import Foundation
import Governance
import HTTPServing
import RecordKit
import Storage

/// Choosing a file.
struct ImportUploadPage {
    let types: [FieldOption]
    let chosen: String
    let problem: String?
    let delimiter: String
    let encoding: String
    let sheet: String
    /// The framework in which references are looked up.
    let standard: UUID?
    let formToken: String

    var markup: Markup {
        let delimiters = [
            FieldOption("", text(.delimiterFound)), FieldOption(Delimiter.comma.rawValue, text(.delimiterComma)),
            FieldOption(Delimiter.semicolon.rawValue, text(.delimiterSemicolon)),
            FieldOption(Delimiter.tab.rawValue, text(.delimiterTab)),
        ]
        let encodings = [
            FieldOption("", text(.encodingAutomatic)),
            FieldOption(TableEncoding.windows1252.rawValue, text(.encodingWindows)),
        ]
        let help = text(
            .importFileHelp(TableLimit.fileBytesMax / 1_048_576, rows: TableLimit.rowsMax))
        let reading: Markup = """
            \(raw: .field(FormField("delimiter", label: text(.delimiter), .choice(delimiters), values: [delimiter])))\
            \(raw: .field(FormField("encoding", label: text(.encoding), .choice(encodings), values: [encoding])))\
            \(raw: .field(FormField(
                "sheet", label: text(.sheet), .text(lengthMax: 100), values: [sheet], help: text(.sheetHelp))))
            """
        let fields: Markup = """
            \(raw: .hidden("csrf", formToken))\(raw: standard.map { .hidden("standard", $0.lowercased) })\
            \(raw: .field(FormField(
                "type", label: text(.importType), .choice(types), values: [chosen], isRequired: true)))\
            \(raw: .field(FormField(
                "file", label: text(.importFile), .file(accept: ".csv,.txt,.tsv,.xlsx"), help: help, error: problem,
                isRequired: true)))\
            \(raw: .disclosure(text(.importReading), "<div class=\"stack\">\(raw: reading)</div>"))
            """
        let summary: Markup = .errorSummary(problem.map { [("f-file", $0)] } ?? [])
        return """
            \(raw: .pageHeader(
                text(.newImport), crumbs: [Crumb(text(.imports), Link.imports.href)], lead: text(.newImportLead)))\
            <section class="card" aria-label="\(Text.newImport)">\(raw: summary)\
            <form class="stack" method="post" enctype="multipart/form-data" action="\(Link.newImport().href)">\
            \(raw: fields)<p class="cluster">\(raw: .submitButton(text(.readFile), look: .primary))</p></form></section>
            """
    }
}

/// Settling the columns.
struct ImportMappingPage {
    /// The value of a choice that stands for no field; an empty one stands for no choice yet.
    static let ignore = "-"
    static func column(_ at: Int) -> String { "column-\(at)" }
    let job: ImportJob
    let mapping: ImportMapping
    let sample: [ImportRow]
    let isRefused: Bool
    let standards: [FieldOption]
    let formToken: String

    private var targets: [FieldOption] {
        [
            FieldOption("", text(.undecided)), FieldOption(Self.ignore, text(.ignoreColumn)),
            FieldOption(ImportMapping.id, text(.columnID)), FieldOption(ImportMapping.version, text(.columnVersion)),
        ] + mapping.schema.fields.map { FieldOption($0.name, $0.label) }
    }

    private func field(_ at: Int, _ problems: [Problem]) -> FormField {
        let heading = mapping.header[at]
        let examples = sample.compactMap { row -> String? in
            guard row.cells.indices.contains(at), !row.cells[at].isEmpty else { return nil }
            return row.cells[at].count > 40 ? row.cells[at].prefix(39) + "…" : row.cells[at]
        }
        let target = mapping.settings.targets[at]
        let error = isRefused ? problems.first { $0.field == heading }?.message : nil
        return FormField(
            Self.column(at), label: heading, .choice(targets),
            values: [target == ImportMapping.ignored ? Self.ignore : target ?? ""],
            help: examples.isEmpty ? nil : "\(text(.importFromRow)): \(examples.joined(separator: " · "))",
            error: error.map { FormPage.sentence($0) })
    }

    var markup: Markup {
        let problems = mapping.problems
        let fields = mapping.header.indices.map { field($0, problems) }
        let keyError = isRefused ? problems.first { $0.field == "key" }?.message : nil
        let named = mapping.keyFields.compactMap { name in mapping.schema.field(name) }
        let keys =
            [FieldOption(Self.ignore, text(.keyNothing)), FieldOption(ImportMapping.id, text(.columnID))]
            + named.map { FieldOption($0.name, $0.label) }
        let key = FormField(
            "key", label: text(.importKey), .choice(keys),
            values: [mapping.settings.key.isEmpty ? Self.ignore : mapping.settings.key],
            help: text(.importKeyHelp) + (mapping.keyIsAmbiguous ? " \(text(.keyByTitle))" : ""),
            error: keyError.map { FormPage.sentence($0) }, isRequired: true)
        let empty = FormField(
            "emptyCells", label: text(.emptyCells),
            .segmented([
                FieldOption(ImportJob.EmptyCells.leave.rawValue, text(.emptyLeave)),
                FieldOption(ImportJob.EmptyCells.clear.rawValue, text(.emptyClear)),
            ]), values: [mapping.settings.emptyCells.rawValue], isRequired: true)
        let standard = FormField(
            "standard", label: text(.importStandard), .choice([FieldOption("", text(.importAnyStandard))] + standards),
            values: [mapping.settings.standard?.lowercased ?? ""], help: text(.importStandardHelp))
        let errors = (fields + [key]).compactMap { field in
            field.error.map { (fieldID: field.id, message: "\(field.label): \($0)") }
        }
        let crumbs = [Crumb(text(.imports), Link.imports.href)]
        return """
            \(raw: .pageHeader(
                text(.importOf(mapping.schema.pluralLabel)), crumbs: crumbs, lead: text(.importColumnsLead)))\
            <section class="card" aria-label="\(Text.importColumns)">\(raw: .errorSummary(errors))\
            <form class="stack" method="post" action="\(Link.importMapping(job.id).href)">\
            \(raw: .hidden("csrf", formToken))\(raw: .each(fields) { .field($0) })\
            \(raw: mapping.namesRequirements ? .field(standard) : nil)\(raw: .field(key))\
            \(raw: .field(empty))<p class="cluster">\(raw: .submitButton(text(.dryRun), look: .primary))</p></form>\
            </section>
            """
    }
}

/// Looking at what an import would do, and at what it did.
struct ImportPreviewPage {
    let job: ImportJob
    let schema: AnySchema
    let rows: [ImportPreviewRow]
    let hasMore: Bool
    let isFirst: Bool
    let action: ImportRow.Action?
    let problem: Failure?
    let words: RecordWords
    let formToken: String

    private var isOpen: Bool { job.state == .planned || job.state == .interrupted }
    private var isReady: Bool { isOpen && job.counts.errors == 0 && job.counts.creates + job.counts.updates > 0 }

    var markup: Markup {
        let crumbs = [Crumb(text(.imports), Link.imports.href)]
        let lead = text(.importMeta(job.fileName, job.counts.rows, job.createdAt.words(in: words.zone)))
        let table: Markup? =
            isOpen
            ? """
            <section class="card list-card" aria-label="\(Text.importPreview)">\(raw: tabs)\
            \(raw: rows.isEmpty ? .emptyState(title: text(.importNoRows), text(.importNoRowsHelp)) : list)\
            \(raw: pager)</section>
            """ : nil
        return """
            \(raw: .pageHeader(
                text(.importOf(schema.pluralLabel)), crumbs: crumbs, actions: actions, lead: lead))\
            <div class="stack">\(raw: problem.map { .notice(.bad, title: $0.detail, isAlert: true) })\(raw: state)\
            \(raw: table)</div>
            """
    }

    private func post(_ link: Link, _ label: Text, _ look: Markup.ButtonLook) -> Markup {
        """
        <form method="post" action="\(link.href)">\(raw: .hidden("csrf", formToken))\
        \(raw: .submitButton(text(label), look: look))</form>
        """
    }

    private var actions: Markup {
        var made: Markup = .linkButton(schema.pluralLabel, Link.list(schema.plural).href)
        guard isOpen else { return made }
        made =
            made + .linkButton(text(.wholeReport), Link.importReport(job.id).href, icon: .download)
            + .linkButton(text(.changeColumns), Link.importMapping(job.id).href)
            + post(.importDiscard(job.id), .discardImport, .quiet)
        return isReady ? made + post(.importApply(job.id), .applyImport, .primary) : made
    }

    private var state: Markup {
        let notices: Markup? =
            isOpen && job.counts.notices > 0
            ? .notice(.info, title: text(.noticeRows(job.counts.notices))) : nil
        let main: Markup =
            switch job.state {
            case .applied:
                .notice(.good, title: text(.importApplied), "\(Text.importAppliedMeans(job.counts))")
            case .applying: .notice(.info, title: text(.importApplying), "\(Text.importApplyingMeans)")
            case .interrupted:
                .notice(.warn, title: text(.importInterrupted), "\(Text.importInterruptedMeans)")
            case .receiving, .staged: .notice(.info, title: text(.importStaged))
            case .planned where job.counts.errors > 0:
                .notice(.bad, title: text(.importHasErrors), "\(Text.importErrorsMean(job.counts.errors))")
            case .planned where !isReady:
                .notice(.info, title: text(.nothingToApply), "\(Text.nothingToApplyMeans)")
            case .planned: .notice(.good, title: text(.importReady), "\(Text.importReadyMeans(job.counts))")
            }
        return main + (notices ?? .empty)
    }

    private var tabs: Markup {
        let counts: [(ImportRow.Action, Int)] = [
            (.error, job.counts.errors), (.create, job.counts.creates), (.update, job.counts.updates),
            (.unchanged, job.counts.unchanged),
        ]
        let all = (label: text(.allRows), href: Link.importJob(job.id).href, isCurrent: action == nil)
        return .tabs(
            label: text(.importPreview),
            [all]
                + counts.map { each in
                    (
                        text(.rowsOf(each.0, each.1)), Link.importJob(job.id, ["show": each.0.rawValue]).href,
                        action == each.0
                    )
                })
    }

    private var pager: Markup {
        let last = hasMore ? rows.last?.row.place : nil
        let next = last.map { place in
            Link.importJob(
                job.id, ["show": action?.rawValue, "after": "\(place.rank).\(place.position)"]
            ).href
        }
        let first = isFirst ? nil : Link.importJob(job.id, ["show": action?.rawValue]).href
        return .pager(summary: text(.shown(rows.count, of: nil)), previousHref: first, nextHref: next)
    }

    private var list: Markup {
        let columns = [
            TableColumn(schema.label), TableColumn(text(.line), isNumeric: true), TableColumn(text(.whatHappens)),
            TableColumn(text(.details)),
        ]
        return .dataTable(
            label: text(.importPreview), columns: columns,
            rows: rows.map { shown in
                let isOld = shown.row.version != nil
                return TableRow(
                    title: shown.title.isEmpty ? text(.untitled) : shown.title,
                    href: isOld ? shown.row.record.map { Link.record(schema, $0).href } : nil,
                    cells: [
                        .escaped(Text.count(shown.row.line)), sign(shown.row.action), details(shown),
                    ])
            })
    }

    private func sign(_ action: ImportRow.Action?) -> Markup {
        let word = text(.ofRow(action))
        return switch action {
        case .error: .status(.nonconform, word)
        case .create, .update: .pill(word)
        default: .escaped(word)
        }
    }

    private func details(_ shown: ImportPreviewRow) -> Markup {
        func remark(_ remark: ImportRow.Remark) -> Markup {
            let heading =
                remark.column.flatMap { job.header.indices.contains($0) ? job.header[$0] : nil }
                ?? schema.field(remark.field)?.label ?? ""
            return "<span class=\"change\">\(Text.inColumn(heading, remark.message))</span>"
        }
        let changes: Markup = .each(shown.changes) { change in
            let old = words.text(change.old, change.field).map { shortened($0) }
            let new = words.text(change.new, change.field).map { shortened($0) }
            let del: Markup? = old.map { "<del>\(isolated: $0)</del> " }
            let ins: Markup? = new.map { "<ins>\(isolated: $0)</ins>" }
            return "<span class=\"change\">\(change.field.label): \(raw: del)\(raw: ins)</span>"
        }
        return .each(shown.row.problems, remark) + .each(shown.row.notices, remark) + changes
    }

    private func shortened(_ text: String) -> String {
        text.count > RecordWords.cellCharactersMax ? text.prefix(RecordWords.cellCharactersMax - 1) + "…" : text
    }
}
