// The form of a record type, for a new record and for an edit: labels, help and errors from the schema.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// All that a form page shows.
struct FormPage: Sendable {
    let schema: AnySchema
    /// `nil` for a new record.
    let record: StoredRecord?
    let sections: [(title: String, fields: [FormField])]
    let searched: [String: String]
    let kept: [String: String]
    let hasFiles: Bool
    let problems: [Problem]
    /// A refusal that belongs to no field.
    let notice: String?
    let changeReason: String
    let words: RecordWords
    let formToken: String

    /// - Parameters:
    ///   - input: What was sent, if the form comes back.
    ///   - prefilled: What a link proposes for a new record.
    static func load(
        _ schema: AnySchema, _ record: StoredRecord?, input: FormInput? = nil, prefilled: LinkQuery = [:],
        problems: [Problem] = [], notice: String? = nil, _ services: RecordScreens.Reading, _ caller: Caller,
        formToken: String
    ) async throws -> FormPage {
        let open = FormFields.open(schema, isNew: record == nil)
        let targets = try await Targets.load(open, services, caller)
        var fields: [String: FormField] = [:]
        for field in open {
            let at = schema.position[field.name] ?? 0
            var texts = FormFields.texts(record?.values[at] ?? schema.blank[at], in: caller.timeZone)
            let proposed = prefilled.values(field.name)
            if !proposed.isEmpty, field.kind != .file { texts = proposed }
            if let sent = input?.texts[field.name] { texts = sent }
            let control = try await control(
                field, texts, targets, search: input?.searches[field.name] ?? "", services, caller)
            let error = problems.first { $0.field == field.name }.map { sentence($0.message) }
            fields[field.name] = FormField(
                field.name, label: field.label, control, values: texts, help: help(field, control), error: error,
                isRequired: field.isRequired, width: width(field))
        }
        var words = RecordWords(zone: caller.timeZone, schemas: services.schemas)
        if let record { words.titles = try await services.records.titles(of: [record], as: caller) }
        return FormPage(
            schema: schema, record: record,
            sections: schema.sections.compactMap { section in
                let own = section.fields.compactMap { fields[schema.fields[$0].name] }
                return own.isEmpty ? nil : (section.title, own)
            },
            searched: input?.searches.filter { !$0.value.isEmpty } ?? [:], kept: input?.kept ?? [:],
            hasFiles: open.contains { $0.kind == .file }, problems: problems, notice: notice,
            changeReason: input?.changeReason ?? "", words: words, formToken: formToken)
    }

    /// All labels together, in characters.
    static let segmentedCharactersMax = 48

    static func control(
        _ field: FieldDescription, _ texts: [String], _ targets: Targets, search: String,
        _ services: RecordScreens.Reading, _ caller: Caller
    ) async throws -> FormField.Control {
        switch field.kind {
        case .text: return field.isLongText ? .longText : .text(lengthMax: nil)
        case .integer:
            return .integer(field.traits.compactMap { if case .range(let range) = $0 { range } else { nil } }.first)
        case .decimal: return .decimal
        case .bool: return .yesNo
        case .day: return .day
        case .time: return .time
        case .json: return .json
        case .file: return .file(accept: nil)
        case .choice(let words):
            let options = words.map { FieldOption($0, $0.asLabel) }
            // Side by side only what fits beside each other on a phone.
            let isShort = options.count <= 4 && options.reduce(0) { $0 + $1.label.count } <= segmentedCharactersMax
            return field.isRequired && isShort ? .segmented(options) : .choice(options)
        case .reference(let type), .links(let type):
            var isList = false
            if case .links = field.kind { isList = true }
            let all = targets.all(type)
            // Who is archived or not among the first stays chosen until somebody takes them out.
            let missing = texts.filter { text in !(all ?? []).contains { $0.value == text } }
            let chosen = try await Targets.named(
                missing.compactMap { UUID(uuidString: $0) }, type, services, caller)
            if let all { return isList ? .links(chosen + all) : .reference(chosen + all) }
            let found = try await Targets.found(search, type, services, caller).filter { !chosen.contains($0) }
            return isList
                ? .linksSearch(found: chosen + found, query: search)
                : .referenceSearch(found: chosen + found, query: search)
        }
    }

    static func help(_ field: FieldDescription, _ control: FormField.Control) -> String? {
        var parts = field.help.isEmpty ? [] : [field.help]
        switch control {
        case .links(let options) where options.isEmpty: parts.append(text(.noneToChoose))
        case .reference(let options) where options.isEmpty: parts.append(text(.noneToChoose))
        case .referenceSearch(_, let query) where query.isEmpty, .linksSearch(_, let query) where query.isEmpty:
            parts.append(text(.findFirst))
        case .time: parts.append(text(.timeInZone))
        default: break
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    private static func width(_ field: FieldDescription) -> FormField.Width {
        switch field.kind {
        case .integer, .decimal, .bool, .day, .time, .choice: .half
        default: .full
        }
    }

    /// "is required" as a sentence of its own.
    static func sentence(_ message: String) -> String {
        let text = message.prefix(1).uppercased() + message.dropFirst()
        return text.hasSuffix(".") ? text : text + "."
    }

    // MARK: Markup

    var title: String {
        record == nil ? text(.newRecord(schema.label)) : text(.editRecord(record?.title ?? schema.label))
    }
    private var cancelHref: String {
        record.map { Link.record(schema, $0.id).href } ?? Link.list(schema.plural).href
    }
    private var action: String { record.map { Link.edit(schema.plural, $0.id).href } ?? Link.new(schema.plural).href }

    /// The page without its frame.
    var markup: Markup {
        var crumbs = [Crumb(schema.pluralLabel, Link.list(schema.plural).href)]
        if let record { crumbs.append(Crumb(record.title, Link.record(schema, record.id).href)) }
        return """
            \(raw: .pageHeader(title, crumbs: crumbs, lead: record == nil ? schema.help : nil))\
            <div class="record">\(raw: form)<aside class="stack">\(raw: aside)</aside></div>
            """
    }

    private var form: Markup {
        Markup(capacityBytes: 16_384) { html in
            html.raw("<form class=\"card\" id=\"f-form\" method=\"post\"")
            html.attribute("action", action)
            // Files travel in several parts; everything else is shorter without.
            html.attribute("enctype", hasFiles ? "multipart/form-data" : nil)
            // Somebody else's change of the record is told while one types.
            html.attribute("data-live-record", record?.id.lowercased)
            html.attribute("data-version", record?.version)
            html.raw(" data-live-form data-guard>")
            // The first button is what the Enter key presses: it must save, not search.
            if sections.contains(where: { $0.fields.contains(where: Self.isSearched) }) {
                html.add(
                    "<button class=\"visually-hidden\" type=\"submit\" tabindex=\"-1\" aria-hidden=\"true\">\(Text.save)</button>"
                )
            }
            html.add(.hidden("csrf", formToken))
            if let record { html.add(.hidden(FormInput.version, String(record.version))) }
            html.add(.each(searched.sorted { $0.key < $1.key }) { .hidden("\($0.key).searched", $0.value) })
            html.add(.each(kept.sorted { $0.key < $1.key }) { .hidden("\($0.key).kept", $0.value) })
            html.add(summary)
            html.raw("<div class=\"form\">")
            for section in sections {
                html.add("<h2>\(section.title)</h2>\(raw: .each(section.fields) { .field($0) })")
            }
            if record != nil {
                html.add("<h2>\(Text.aboutThisChange)</h2>")
                html.add(
                    .field(
                        FormField(
                            FormInput.reason, label: text(.reason), .text(lengthMax: nil), values: [changeReason],
                            help: text(.reasonHelp))))
            }
            html.add("<div class=\"cluster\">\(raw: .submitButton(text(.save), look: .primary))")
            html.add(.linkButton(text(.cancel), cancelHref))
            html.add(
                "<span class=\"meta right\" data-form-state>\(record.map { text(.editingVersion($0.version)) } ?? "")</span>"
            )
            html.raw("</div></div></form>")
        }
    }

    private static func isSearched(_ field: FormField) -> Bool {
        switch field.control {
        case .referenceSearch, .linksSearch: true
        default: false
        }
    }

    var summary: Markup {
        if let notice {
            return "<div class=\"mb\">\(raw: .notice(.bad, title: text(.notSaved), "\(notice)", isAlert: true))</div>"
        }
        let shown = Set(sections.flatMap { $0.fields.map(\.name) })
        return .errorSummary(
            problems.map { problem in
                let label = schema.field(problem.field)?.label
                return (
                    shown.contains(problem.field) ? "f-\(problem.field)" : "f-form",
                    label.map { "\($0): \(problem.message)" } ?? Self.sentence(problem.message)
                )
            })
    }

    /// What the form does not change.
    private var aside: Markup {
        guard let record else {
            let initial = schema.lifecycle.map { text(.startsAs($0.initial.asLabel)) }
            return initial.map { "<section class=\"card\"><p>\($0)</p></section>" } ?? .empty
        }
        let open = Set(FormFields.open(schema, isNew: false).map(\.name))
        let facts = zip(schema.fields, record.values).compactMap { field, value -> (term: String, value: Markup?)? in
            guard !open.contains(field.name), field.name != schema.lifecycle?.field, !field.isDerived,
                words.text(value, field) != nil
            else { return nil }
            return (field.label, words.detail(value, field, of: record))
        }
        return Markup { html in
            if let lifecycle = schema.lifecycle {
                html.add(
                    .card(
                        id: "state", title: text(.state),
                        "<p>\(raw: .currentPill(record[lifecycle.field].text.asLabel))</p><p class=\"meta mt\">\(Text.stateNote)</p>"
                    ))
            }
            if !facts.isEmpty { html.add(.card(id: "fixed", title: text(.notChangedHere), .descriptionList(facts))) }
        }
    }
}
