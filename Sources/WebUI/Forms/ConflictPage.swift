// Two people edited the same version: the one before, theirs and mine, field by field, and nothing merged in silence.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// What a refused stale edit shows.
struct ConflictPage: Sendable {
    let present: StoredRecord
    let panel: ConflictPanel

    /// - Parameters:
    ///   - present: The record as it is now.
    ///   - mine: The values that were refused.
    ///   - version: The version that I saw.
    static func load(
        present: StoredRecord, mine: [FieldValue], version: Int, _ input: FormInput,
        _ services: RecordScreens.Reading, _ caller: Caller, formToken: String
    ) async throws -> ConflictPage {
        let schema = present.schema
        let found = try await services.store.read { reader in
            try reader.revisions(
                of: present.id, schema, in: caller.organisation, before: version + 1, limit: 1
            ).first?.record
        }
        guard let base = found, base.version == version else {
            throw ServiceError.invalid("version", text(.noSuchVersion(version)))
        }
        let sides = [base, present, StoredRecord(schema: schema, id: present.id, meta: present.meta, values: mine)]
        var words = RecordWords(zone: caller.timeZone, schemas: services.schemas)
        words.titles = try await services.records.titles(of: sides, as: caller)
        let name = present.meta.updatedBy.map { words.title($0) } ?? text(.productName)
        var panel = ConflictPanel(
            action: Link.edit(schema.plural, present.id).href,
            hidden: [
                ("csrf", formToken), (FormInput.version, String(present.version)), (FormInput.partial, "1"),
                (FormInput.reason, input.changeReason),
            ],
            baseVersion: version, theirVersion: present.version, theirName: name,
            theirTime: text(.onDay(present.meta.updatedAt.words(in: caller.timeZone))), contested: [], settled: [],
            formHref: Link.edit(schema.plural, present.id).href, recordHref: Link.record(schema, present.id).href)
        for field in FormFields.open(schema, isNew: false) {
            guard let at = schema.position[field.name] else { continue }
            add(
                field, base: base.values[at], theirs: present.values[at], mine: mine[at], input, words,
                zone: caller.timeZone, to: &panel)
        }
        return ConflictPage(present: present, panel: panel)
    }

    private static func add(
        _ field: FieldDescription, base: FieldValue, theirs: FieldValue, mine: FieldValue, _ input: FormInput,
        _ words: RecordWords, zone: TimeZone, to panel: inout ConflictPanel
    ) {
        func shown(_ value: FieldValue) -> Markup { .escaped(words.text(value, field) ?? text(.noValue)) }
        let isMine = mine != base
        let isTheirs = theirs != base
        if isMine, mine != theirs {
            if case .file = mine {
                if let sealed = input.kept[field.name] { panel.hidden.append(("\(field.name).kept", sealed)) }
            } else {
                // What was typed, so that it comes back as it was; an empty value says that there is none.
                let typed = FormFields.texts(mine, in: zone)
                panel.hidden += (typed.isEmpty ? [""] : typed).map { (field.name, $0) }
            }
        }
        switch (isMine, isTheirs) {
        case (true, true) where mine != theirs:
            panel.contested.append(
                ContestedField(
                    name: field.name, label: field.label, base: shown(base), mine: shown(mine), theirs: shown(theirs)))
        case (true, false):
            panel.settled.append(
                SettledField(label: field.label, before: shown(base), after: shown(mine), by: text(.you)))
        case (_, true):
            panel.settled.append(
                SettledField(label: field.label, before: shown(base), after: shown(theirs), by: panel.theirName))
        default: break
        }
    }

    var title: String { text(.changedMeanwhile(present.title)) }

    /// The page without its frame.
    var markup: Markup {
        let schema = present.schema
        let crumbs = [
            Crumb(schema.pluralLabel, Link.list(schema.plural).href),
            Crumb(present.title, Link.record(schema, present.id).href),
        ]
        return .pageHeader(title, crumbs: crumbs) + .conflict(panel)
    }
}
