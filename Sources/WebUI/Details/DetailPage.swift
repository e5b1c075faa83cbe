// The page of one record: where it is in its lifecycle, its fields, what it is linked to, its history.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import Storage

/// All that a record's page shows.
struct DetailPage: Sendable {
    static let historyShown = 20
    static let linksShown = 12
    let record: StoredRecord
    let words: RecordWords
    let transitions: [(transition: Transition, refusal: String?)]
    let history: [HistoryRun]
    /// The version before which the older history begins; `nil` if all is shown.
    let olderThan: Int?
    let links: [LinkedRecords]
    let mayUpdate: Bool
    let mayArchive: Bool
    /// May propose that the record be erased.
    let mayErase: Bool
    let hidesSensitive: Bool
    let moment: Moment?
    let formToken: String
    /// What was refused just now.
    let problem: Failure?
    /// The caller's own change that can still be taken back.
    let undo: UndoOffer?

    static func load(
        _ schema: AnySchema, _ id: UUID, _ query: LinkQuery, _ services: RecordScreens.Reading, _ caller: Caller,
        formToken: String, problem: Failure? = nil
    ) async throws -> DetailPage {
        let moment = try await Moment.read(query["asOf"], services, caller)
        let record = try await services.records.get(schema, id, as: caller, asOf: moment?.asOf)
        var before = query["before"].flatMap { Int($0) }
        if moment != nil { before = min(before ?? .max, record.version + 1) }
        let (history, olderThan) = try await services.records.historyRuns(
            schema, id, as: caller, before: before, limit: historyShown)
        let shown = history.flatMap(\.entries)
        // What the oldest shown entry changed from has titles to look up, too.
        let former = shown.last.map { entry in
            var values = entry.revision.record.values
            for change in entry.changes { if let at = schema.position[change.field.name] { values[at] = change.old } }
            return StoredRecord(schema: schema, id: id, meta: record.meta, values: values)
        }
        var words = RecordWords(zone: caller.timeZone, schemas: services.schemas, asOf: moment?.parameter)
        words.titles = try await services.records.titles(
            of: [record] + shown.map(\.revision.record) + [former].compactMap(\.self), as: caller)
        let links = try await services.records.links(schema, id, as: caller, asOf: moment?.asOf)
        let isNow = moment == nil
        return DetailPage(
            record: record, words: words,
            transitions: isNow ? try await services.records.transitions(record, as: caller) : [],
            history: history, olderThan: olderThan, links: links,
            mayUpdate: isNow && !record.meta.isArchived && FormFields.hasOpenFields(schema)
                && Authorisation.may(caller, .update, record),
            mayArchive: isNow && record.meta.erasedAt == nil && Authorisation.may(caller, .archive, record),
            mayErase: isNow && record.meta.erasedAt == nil && record.meta.organisation == caller.organisation
                && services.schemas[ErasureRequest.type].map { Authorisation.mayCreate(caller, $0) } ?? false,
            hidesSensitive: !Authorisation.canSeeSensitive(caller, record), moment: moment, formToken: formToken,
            problem: problem,
            undo: isNow
                ? UndoOffer(record, shown.first, caller, now: services.services.environment.now()) : nil)
    }

    private var schema: AnySchema { record.schema }
    var title: String {
        if record.meta.erasedAt != nil { return text(.erased) }
        return record.title.isEmpty ? text(.untitled) : record.title
    }
    private var state: String? { schema.lifecycle.map { record[$0.field].text } }

    /// The page without its frame.
    var markup: Markup {
        let crumbs = [Crumb(schema.pluralLabel, Link.list(schema.plural, ["asOf": words.asOf]).href)]
        let pill: Markup? = record.meta.isArchived ? .pill(text(.archived)) : state.map { .currentPill($0.asLabel) }
        // What stands in the fields of an erased record is not what anybody wrote.
        let sections: Markup = record.meta.erasedAt == nil ? .each(schema.sections.enumerated(), section) : .empty
        let fields: Markup = "\(raw: sections)\(raw: historyCard)"
        let isLive = moment == nil && record.meta.organisation != nil
        return """
            <div\(attribute: "data-live-record", isLive ? record.id.lowercased : nil) data-version="\(record.version)">\
            \(raw: .pageHeader(title, crumbs: crumbs, state: pill, actions: actions))\(raw: notices)\
            \(raw: schema.lifecycle.map(lifecycle))<div class="record"><div class="stack">\(raw: fields)</div>\
            <aside class="stack">\(raw: linkCards)\(raw: about)</aside></div>\(raw: dialogs)</div>
            """
    }

    private var notices: Markup {
        Markup { html in
            if let problem {
                html.add(
                    "<div class=\"mb\">\(raw: .notice(.bad, title: problem.title, "\(problem.detail)", isAlert: true))</div>"
                )
            }
            if problem == nil {
                html.add(undo?.notice(formToken: formToken, back: Link.record(schema, record.id).href))
            }
            if let erasedAt = record.meta.erasedAt {
                let title = text(.erasedOn(erasedAt.words(in: words.zone)))
                html.add("<div class=\"mb\">\(raw: .notice(.info, title: title, "\(Text.erasedNote)"))</div>")
            } else if record.meta.isArchived {
                html.add(
                    "<div class=\"mb\">\(raw: .notice(.info, title: text(.archived), "\(Text.archivedNote)"))</div>")
            }
        }
    }

    // MARK: Actions

    private var actions: Markup {
        Markup { html in
            if schema.type == Assessment.type {
                let rows = Link.assessment(record.id, ["asOf": words.asOf]).href
                html.add(.linkButton(text(.openRows), rows, look: .primary, icon: .assessment))
            }
            if mayUpdate { html.add(.linkButton(text(.edit), Link.edit(schema.plural, record.id).href)) }
            html.add(.dialogButton(text(.lookAtThePast), opens: "as-of", look: .quiet))
            if mayArchive {
                let label = record.meta.isArchived ? text(.restore) : text(.archiveVerb)
                html.add(.dialogButton(label, opens: "archive", look: .quiet))
            }
            if let subject = erasureSubject {
                html.add(.linkButton(text(.openSubject), subject.href, look: .quiet))
            } else if mayErase {
                let query: LinkQuery = ["subjectType": schema.type.name, "subjectID": record.id.lowercased]
                html.add(
                    .linkButton(
                        text(.eraseVerb), Link.new(ErasureRequest.schema.erased.plural, query).href, look: .quiet))
            }
        }
    }

    /// What a request for erasure or a hold is about.
    private var erasureSubject: Link? {
        guard [ErasureRequest.type, Hold.type].contains(schema.type),
            let subject = words.schemas[RecordType(record["subjectType"].text)],
            let id = UUID(uuidString: record["subjectID"].text)
        else { return nil }
        return .record(subject, id)
    }

    private var dialogs: Markup {
        Markup { html in
            let day = FormField("asOf", label: text(.asOfDay), .day, help: text(.asOfHelp), isRequired: true)
            let here = Link.record(schema, record.id).href
            html.add(
                .dialog(
                    id: "as-of", title: text(.lookAtThePast),
                    """
                    <form class="stack" method="get" action="\(here)">\(raw: .field(day))\
                    <div>\(raw: .submitButton(text(.show), look: .primary))</div></form>
                    """))
            if mayArchive {
                let isArchived = record.meta.isArchived
                let link: Link =
                    isArchived ? .restore(schema.plural, record.id) : .archive(schema.plural, record.id)
                let label = text(isArchived ? .restore : .archiveVerb)
                let note = text(isArchived ? .restoreNote : .archiveNote)
                html.add(
                    .dialog(
                        id: "archive", title: label,
                        reasonForm(link, label: label, note: note, isRequired: false, id: "reason-archive")))
            }
            for (transition, refusal) in transitions where transition.needsReason && refusal == nil {
                let link = Link.transition(schema.plural, record.id, name: transition.name)
                html.add(
                    .dialog(
                        id: "take-\(transition.name)", title: transition.label,
                        reasonForm(
                            link, label: transition.label, note: nil, isRequired: true,
                            id: "reason-\(transition.name)")))
            }
        }
    }

    private func reasonForm(_ link: Link, label: String, note: String?, isRequired: Bool, id: String) -> Markup {
        let required: Markup? = isRequired ? " <span class=\"req\">\(Text.required)</span>" : nil
        return """
            <form class="stack" method="post" action="\(link.href)">\(raw: hiddenFields)\
            \(raw: note.map { "<p>\($0)</p>" })<div class="field">\
            <label for="\(id)">\(Text.reason)\(raw: required)</label>\
            <textarea class="input" id="\(id)" name="reason"\(flag: "required", isRequired)></textarea></div>\
            <div>\(raw: .submitButton(label, look: .primary))</div></form>
            """
    }

    private var hiddenFields: Markup {
        "\(raw: .hidden("csrf", formToken))\(raw: .hidden("version", String(record.version)))"
    }

    private func lifecycle(_ lifecycle: Lifecycle) -> Markup {
        let steps = LifecyclePath.steps(lifecycle, at: state ?? lifecycle.initial)
        var reasons: [Markup] = []
        let buttons: Markup = .each(transitions) { transition, refusal in
            let missing = transition.requires.filter { record[$0].isUnset || record[$0] == .links([]) }
            var why = refusal
            if why == nil, !missing.isEmpty {
                let labels = missing.map { schema.field($0)?.label ?? $0 }
                why = text(.fillInFirst(transition.label, labels.joined(separator: ", ")))
            }
            if let why {
                reasons.append("<span>\(why)</span>")
                return .submitButton(transition.label, disabledBecause: "why")
            }
            if transition.byVerb, schema.type == ErasureRequest.type {
                return .linkButton(transition.label, Link.erasurePreview(record.id).href, look: .primary)
            }
            if transition.needsReason { return .dialogButton(transition.label, opens: "take-\(transition.name)") }
            let link = Link.transition(schema.plural, record.id, name: transition.name)
            return """
                <form method="post" action="\(link.href)">\(raw: hiddenFields)\
                \(raw: .submitButton(transition.label, look: .primary))</form>
                """
        }
        return .lifecycle(
            LifecycleBar(
                steps: steps.map(\.asLabel), current: steps.firstIndex(of: state ?? ""), actions: buttons,
                explanation: reasons.isEmpty ? nil : .each(reasons, separator: "<br>") { $0 }))
    }

    // MARK: Fields, links, history

    private func section(_ number: Int, _ section: AnySchema.Section) -> Markup {
        let facts = section.fields.map { at -> (term: String, value: Markup?) in
            let field = schema.fields[at]
            if field.has(.sensitive), hidesSensitive {
                return (field.label, "<span class=\"meta\">\(Text.sensitiveHidden)</span>")
            }
            return (field.label, words.detail(record.values[at], field, of: record))
        }
        return .card(id: "section-\(number)", title: section.title, .descriptionList(facts))
    }

    private var linkCards: Markup {
        let cards = [(text(.pointsTo), false), (text(.pointsHere), true)].compactMap { title, isIncoming -> Markup? in
            let groups = links.filter { $0.isIncoming == isIncoming }
            guard !groups.isEmpty else { return nil }
            let facts = groups.map { group in
                (
                    term: isIncoming ? text(.linkedBy(group.schema.pluralLabel, group.fieldLabel)) : group.fieldLabel,
                    value: linked(group)
                )
            }
            return .card(id: isIncoming ? "back" : "forth", title: title, .descriptionList(facts))
        }
        return .each(cards) { $0 }
    }

    private func linked(_ group: LinkedRecords) -> Markup? {
        let items: Markup = .each(group.records.prefix(Self.linksShown)) { other in
            let archived: Markup? =
                other.meta.isArchived ? " <span class=\"meta\">\(Text.archived)</span>" : nil
            return """
                <li><a href="\(Link.record(group.schema, other.id, ["asOf": words.asOf]).href)">\
                <bdi>\(other.title)</bdi></a>\(raw: archived)</li>
                """
        }
        let rest = group.records.count - Self.linksShown
        var more: Markup?
        if rest > 0 {
            let field = group.schema.fields.first {
                $0.label == group.fieldLabel && $0.kind.target == schema.type && $0.has(.filterable)
            }
            more =
                field.map { field in
                    let query: LinkQuery = [field.name: record.id.lowercased, "asOf": words.asOf]
                    return "<li>\(raw: .link(text(.andMore(rest)), Link.list(group.schema.plural, query).href))</li>"
                } ?? "<li class=\"meta\">\(Text.andMore(rest))</li>"
        }
        return "<ul class=\"items\">\(raw: items)\(raw: more)</ul>"
    }

    private var about: Markup {
        let meta = record.meta
        func by(_ person: UUID?, _ time: Instant) -> Markup {
            let name = person.map { words.title($0) } ?? text(.productName)
            return "\(isolated: name)<br><span class=\"meta\">\(time.words(in: words.zone))</span>"
        }
        let facts: [(term: String, value: Markup?)] = [
            (text(.versionLabel), "\(meta.version)"), (text(.created), by(meta.createdBy, meta.createdAt)),
            (text(.lastChanged), by(meta.updatedBy, meta.updatedAt)),
        ]
        let card: Markup = .card(id: "about", title: text(.aboutRecord), .descriptionList(facts))
        guard meta.organisation != nil else { return card + "<p class=\"proof\">\(Text.sharedContent)</p>" }
        return card + .proof(text(.versionIsEntry(meta.version, meta.since)), href: Link.entry(meta.since).href)
    }

    private var historyCard: Markup {
        let entries = history.map { run in
            guard !run.older.isEmpty else { return shown(run.newest) }
            let (first, last) = (run.oldest.revision.record.version, run.newest.revision.record.version)
            return HistoryEntry(
                title: text(.versionsChanged(first, last, action(run.newest.revision.action))), meta: meta(run.newest),
                changes: changes(run.changes), joined: run.entries.map(shown))
        }
        let older = olderThan.map { version in
            let query: LinkQuery = ["before": String(version), "asOf": words.asOf]
            return Markup.link(text(.olderVersions), Link.record(schema, record.id, query).href)
        }
        return .card(id: "history", title: text(.history), footer: older, .history(entries))
    }

    private func shown(_ entry: Governance.HistoryEntry) -> HistoryEntry {
        // Shared content stands in the server's ledger, whose indexes are not the organisation's.
        let isShared = record.meta.organisation == nil
        return HistoryEntry(
            title: text(.versionChanged(entry.revision.record.version, action(entry.revision.action))),
            meta: meta(entry), changes: changes(entry.changes), reason: entry.revision.reason,
            ledgerIndex: isShared ? nil : entry.revision.index, proofHref: Link.entry(entry.revision.index).href,
            action: restoring(entry))
    }

    private func changes(_ changes: [FieldChange]) -> [HistoryChange] {
        changes.map { change in
            HistoryChange(
                field: change.field.label, before: short(change.old, change.field),
                after: short(change.new, change.field))
        }
    }

    /// Brings the values of an older version back.
    private func restoring(_ entry: Governance.HistoryEntry) -> Markup? {
        let former = entry.revision.record
        guard mayUpdate, former.version < record.version, former.meta.erasedAt == nil,
            !schema.changes(from: record.values, to: former.values)
                .allSatisfy({ $0.field.has(.readOnly) || $0.field.name == schema.lifecycle?.field })
        else { return nil }
        return """
            <form method="post" action="\(Link.restoreValues(schema.plural, record.id).href)">\(raw: hiddenFields)\
            \(raw: .hidden("former", String(former.version)))\
            \(raw: .submitButton(text(.restoreTheseValues), look: .small))</form>
            """
    }

    private func meta(_ entry: Governance.HistoryEntry) -> String {
        let by = text(.byAt(actor(entry), entry.revision.at.words(in: words.zone)))
        guard let erasedAt = entry.revision.record.meta.erasedAt else { return by }
        return "\(by). \(text(.erasedOn(erasedAt.words(in: words.zone))))"
    }

    private func short(_ value: FieldValue, _ field: FieldDescription) -> String? {
        words.text(value, field).map { $0.count > 300 ? $0.prefix(299) + "…" : $0 }
    }

    private func action(_ name: String) -> String {
        switch name {
        case "create", "found": text(.actionCreated)
        case "update": text(.actionChanged)
        case "archive": text(.actionArchived)
        case "restore": text(.actionRestored)
        case "erase": text(.actionErased)
        case "undo": text(.actionUndone)
        default: schema.lifecycle?.transition(named: name)?.label ?? name.asLabel
        }
    }

    private func actor(_ entry: Governance.HistoryEntry) -> String {
        let name = entry.personName ?? text(.notVisible)
        return switch entry.revision.actorKind {
        case .person: name
        case .token: text(.byProgram(name))
        case .system: text(.productName)
        case .operator: text(.byOperator(String(entry.revision.auth.split(separator: ":").last ?? "")))
        }
    }
}

/// The states of a lifecycle in the order in which a record passes them.
enum LifecyclePath {
    /// From the initial state along the first way out of each; a state beside that path stands at the end while the
    /// record is in it.
    static func steps(_ lifecycle: Lifecycle, at state: String) -> [String] {
        var path = [lifecycle.initial]
        while let last = path.last,
            let next = lifecycle.transitions.first(where: { $0.from.contains(last) && !path.contains($0.to) })
        {
            path.append(next.to)
        }
        if path.contains(state) { return path }
        return [lifecycle.initial, state]
    }
}
