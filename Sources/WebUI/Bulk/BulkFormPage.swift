// What to do with the chosen records: set fields, take a transition, archive. Works without script.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// The first step of a bulk edit.
struct BulkFormPage: Sendable {
    let schema: AnySchema
    let input: BulkInput
    let records: [SeenRecord]
    let choices: BulkChoices
    let fields: [FormField]
    let problems: [Problem]
    let formToken: String

    static func load(
        _ schema: AnySchema, _ input: BulkInput, _ records: [SeenRecord], problems: [Problem] = [],
        _ services: RecordScreens.Reading, _ caller: Caller, formToken: String
    ) async throws -> BulkFormPage {
        let choices = BulkChoices(schema, caller)
        let targets = try await Targets.load(choices.fields, services, caller)
        var fields: [FormField] = []
        for field in choices.fields {
            let at = schema.position[field.name] ?? 0
            let texts = input.form.texts[field.name] ?? FormFields.texts(schema.blank[at], in: caller.timeZone)
            let control = try await FormPage.control(
                field, texts, targets, search: input.form.searches[field.name] ?? "", services, caller)
            let error = problems.first { $0.field == field.name }.map { FormPage.sentence($0.message) }
            fields.append(
                FormField(
                    field.name, label: field.label, control, values: texts, help: FormPage.help(field, control),
                    error: error))
        }
        return BulkFormPage(
            schema: schema, input: input, records: records, choices: choices, fields: fields, problems: problems,
            formToken: formToken)
    }

    var title: String { text(.bulkTitle(records.count, schema.pluralLabel)) }

    var markup: Markup {
        let crumbs = [Crumb(schema.pluralLabel, Link.list(schema.plural, input.query).href)]
        return "\(raw: .pageHeader(title, crumbs: crumbs))\(raw: form)"
    }

    /// What every step sends on: the session's secret, the rows, the list.
    static func hidden(_ records: [SeenRecord], _ query: LinkQuery, formToken: String) -> Markup {
        Markup(capacityBytes: 96 * (records.count + 4)) { html in
            html.add(.hidden("csrf", formToken))
            html.add(.hidden(FormInput.partial, "1"))
            html.add(.hidden("query", String(query.string.dropFirst())))
            for record in records { html.add(.hidden("pick", "\(record.id.lowercased):\(record.version)")) }
        }
    }

    private var form: Markup {
        Markup(capacityBytes: 16_384) { html in
            html.add(
                """
                <form class="card stack bulk-form" method="post" action="\(Link.bulk(schema.plural).href)">\
                \(raw: Self.hidden(records, input.query, formToken: formToken))
                """)
            html.add(
                .errorSummary(
                    problems.map { problem in
                        let label = schema.field(problem.field)?.label
                        return (
                            label == nil ? "bulk-what" : "f-\(problem.field)",
                            label.map { "\($0): \(problem.message)" } ?? FormPage.sentence(problem.message)
                        )
                    }))
            // The first button is what the Enter key presses: it must go on, not search.
            html.add(
                """
                <button class="visually-hidden" type="submit" name="step" value="preview" tabindex="-1"\
                 aria-hidden="true">\(Text.bulkPreview)</button>
                """)
            html.add(
                """
                <fieldset class="field" id="bulk-what"><legend>\(Text.bulkWhat)</legend><div class="stack tight">
                """)
            var action = input.action
            if action.isEmpty {
                action =
                    choices.fields.isEmpty ? choices.transitions.first.map { "take.\($0.name)" } ?? "archive" : "set"
            }
            if !choices.fields.isEmpty { html.add(option("set", text(.bulkSet), action)) }
            for transition in choices.transitions {
                html.add(option("take.\(transition.name)", transition.label, action))
            }
            if choices.mayArchive {
                html.add(option("archive", text(.bulkArchive), action))
                if input.query["archived"] != nil { html.add(option("restore", text(.bulkRestore), action)) }
            }
            html.raw("</div></fieldset>")
            if !fields.isEmpty {
                html.add("<section class=\"bulk-fields stack\"><p class=\"meta\">\(Text.bulkSetHelp)</p>")
                for field in fields { html.add(fieldRow(field)) }
                html.raw("</section>")
            }
            html.add(
                .field(
                    FormField(
                        FormInput.reason, label: text(.reason), .text(lengthMax: nil), values: [input.reason],
                        help: text(.reasonHelp))))
            html.add(
                """
                <label class="check"><input type="checkbox" name="atomic" value="1"\
                \(flag: "checked", input.isAllOrNothing)><span>\(Text.bulkAllOrNothing)</span></label>\
                <div class="cluster">\
                \(raw: .submitButton(text(.bulkPreview), look: .primary, name: "step", value: "preview"))\
                \(raw: .linkButton(text(.bulkBack), Link.list(schema.plural, input.query).href))</div></form>
                """)
        }
    }

    private func option(_ value: String, _ label: String, _ chosen: String) -> Markup {
        """
        <label class="check"><input type="radio" name="action" value="\(value: value)"\
        \(flag: "checked", value == chosen)><span>\(label)</span></label>
        """
    }

    private func fieldRow(_ field: FormField) -> Markup {
        """
        <div class="bulk-field"><label class="check"><input type="checkbox" name="change" value="\(field.name)"\
        \(flag: "checked", input.changed.contains(field.name))><span class="visually-hidden">\
        \(Text.bulkChangeField(field.label))</span></label>\(raw: .field(field))</div>
        """
    }
}
