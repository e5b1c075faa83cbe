// Form fields of every kind: label, help and error beside the control and named by it, "required" in words. Values go
// back unchanged, whatever they contain.

/// A choice of a select, a segmented control or a list of checkboxes.
package struct FieldOption: Sendable, Hashable {
    package var value: String
    package var label: String

    package init(_ value: String, _ label: String) {
        (self.value, self.label) = (value, label)
    }
}

/// A field of a form.
package struct FormField: Sendable {
    /// The kind of control.
    package enum Control: Sendable {
        case text(lengthMax: Int?)
        case search
        case email
        /// `isNew` asks the browser for a new password instead of the stored one.
        case password(isNew: Bool)
        /// A one-time code of a second factor.
        case code
        case longText
        case integer(ClosedRange<Int>?)
        case decimal
        /// Yes, no and, when it is not required, not stated.
        case yesNo
        /// A calendar date, as `2026-11-24`.
        case day
        /// A local time in the organisation's zone, as `2026-11-24T13:05`.
        case time
        case choice([FieldOption])
        /// Few choices that are all worth seeing.
        case segmented([FieldOption])
        /// One record of few.
        case reference([FieldOption])
        /// One record of many: the present one and what a search found; the button asks the server to search.
        case referenceSearch(found: [FieldOption], query: String)
        /// Several records of few, as checkboxes.
        case links([FieldOption])
        /// Several records of many: those chosen and those found, and a search.
        case linksSearch(found: [FieldOption], query: String)
        /// `accept` as in HTML; the value of the field is the name of the file that is stored now.
        case file(accept: String?)
        case json
    }

    /// How much of a row the field takes on wide screens.
    package enum Width: String, Sendable {
        case full = "field"
        case half = "field f3"
        case third = "field f2"
    }

    package var name: String
    package var label: String
    package var control: Control
    /// The present value; several for links.
    package var values: [String]
    package var help: String?
    package var error: String?
    package var isRequired: Bool
    package var isReadOnly: Bool
    package var width: Width
    /// The `autocomplete` token, such as `username`.
    package var autocomplete: String?

    package init(
        _ name: String, label: String, _ control: Control, values: [String] = [], help: String? = nil,
        error: String? = nil, isRequired: Bool = false, isReadOnly: Bool = false, width: Width = .full,
        autocomplete: String? = nil
    ) {
        (self.name, self.label, self.control, self.values) = (name, label, control, values)
        (self.help, self.error, self.isRequired, self.isReadOnly) = (help, error, isRequired, isReadOnly)
        (self.width, self.autocomplete) = (width, autocomplete)
    }

    /// The id of the control, for the links of an error summary.
    package var id: String { "f-\(name)" }

    fileprivate var value: String { values.first ?? "" }
    fileprivate var describedBy: String? {
        let ids = [help == nil ? nil : "\(id)-help", error == nil ? nil : "\(id)-error"].compactMap { $0 }
        return ids.isEmpty ? nil : ids.joined(separator: " ")
    }
    /// Fields of several controls are a `fieldset` with a `legend`.
    fileprivate var isGroup: Bool {
        switch control {
        case .yesNo, .segmented, .links, .linksSearch: true
        default: false
        }
    }
}

extension Markup {
    /// A field with all that belongs to it.
    package static func field(_ field: FormField, class className: String? = nil) -> Markup {
        let required: Markup? = field.isRequired ? " <span class=\"req\">\(Text.required)</span>" : nil
        return Markup { html in
            html.raw(field.isGroup ? "<fieldset" : "<div")
            html.attribute("class", className ?? field.width.rawValue)
            if field.isGroup {
                html.attribute("id", field.id)
                html.attribute("aria-describedby", field.describedBy)
                html.add("><legend>\(field.label)\(raw: required)</legend>")
            } else {
                html.add("><label for=\"\(field.id)\">\(field.label)\(raw: required)</label>")
            }
            html.control(field)
            if let help = field.help { html.add("<span class=\"help\" id=\"\(field.id)-help\">\(help)</span>") }
            if let error = field.error {
                html.add("<p class=\"error\" id=\"\(field.id)-error\">\(raw: .icon(.alert, isSmall: true))")
                html.add("<span>\(error)</span></p>")
            }
            html.raw(field.isGroup ? "</fieldset>" : "</div>")
        }
    }
}

extension HTML {
    fileprivate mutating func control(_ field: FormField) {
        switch field.control {
        case .text(let lengthMax): input(field, type: "text", lengthMax: lengthMax)
        case .search: input(field, type: "search")
        case .email: input(field, type: "email")
        case .password(let isNew):
            input(field, type: "password", autocomplete: isNew ? "new-password" : "current-password", hidesValue: true)
        case .code: input(field, type: "text", inputMode: "numeric", autocomplete: "one-time-code")
        case .longText: textArea(field, className: "input")
        case .json: textArea(field, className: "input mono")
        case .integer(let range): integerInput(field, range)
        case .decimal: input(field, type: "text", inputMode: "decimal")
        case .day: input(field, type: "date")
        case .time: input(field, type: "datetime-local")
        case .yesNo:
            let all = [FieldOption("true", Text.yes.string), FieldOption("false", Text.no.string)]
            segments(field, field.isRequired ? all : all + [FieldOption("", Text.notStated.string)])
        case .choice(let options), .reference(let options): select(field, options)
        case .segmented(let options): segments(field, options)
        case .referenceSearch(let found, let query):
            finder(field, query) { $0.select(field, found) }
        case .links(let options): checkboxes(field, options)
        case .linksSearch(let found, let query):
            finder(field, query) { $0.checkboxes(field, found) }
        case .file(let accept): fileInput(field, accept)
        }
    }

    /// The attributes that every control has.
    private mutating func common(_ field: FormField) {
        attribute("id", field.id)
        attribute("name", field.name)
        attribute("aria-invalid", field.error == nil ? nil : "true")
        attribute("aria-describedby", field.describedBy)
        flag("required", field.isRequired)
        flag("readonly", field.isReadOnly)
    }

    private mutating func input(
        _ field: FormField, type: String, inputMode: String? = nil, lengthMax: Int? = nil, autocomplete: String? = nil,
        hidesValue: Bool = false
    ) {
        raw("<input class=\"input\"")
        attribute("type", type)
        common(field)
        attribute("inputmode", inputMode)
        attribute("maxlength", lengthMax)
        attribute("autocomplete", field.autocomplete ?? autocomplete)
        if !hidesValue { valueAttribute(field.value) }
        raw(">")
    }

    private mutating func integerInput(_ field: FormField, _ range: ClosedRange<Int>?) {
        raw("<input class=\"input\" type=\"number\" step=\"1\" inputmode=\"numeric\"")
        common(field)
        attribute("min", range?.lowerBound)
        attribute("max", range?.upperBound)
        valueAttribute(field.value)
        raw(">")
    }

    /// The line break after the tag belongs to HTML: the parser drops the first one, so that ours stay.
    private mutating func textArea(_ field: FormField, className: String) {
        raw("<textarea")
        attribute("class", className)
        common(field)
        raw(">\n")
        value(field.value)
        raw("</textarea>")
    }

    /// A read-only select does not exist: its value is shown as text and sent hidden.
    private mutating func select(_ field: FormField, _ options: [FieldOption]) {
        if field.isReadOnly {
            let label = options.first { $0.value == field.value }?.label ?? field.value
            add("<input class=\"input\" readonly id=\"\(field.id)\" value=\"\(value: label)\"")
            attribute("aria-describedby", field.describedBy)
            raw(">")
            return add(.hidden(field.name, field.value))
        }
        raw("<select class=\"input\"")
        common(field)
        raw(">")
        if !options.contains(where: { $0.value.isEmpty }), !field.isRequired || field.value.isEmpty {
            add("<option value=\"\">\(field.isRequired ? Text.choosePrompt : .notStated)</option>")
        }
        for option in options {
            add("<option value=\"\(value: option.value)\"\(flag: "selected", field.values.contains(option.value))>")
            text(option.label)
            raw("</option>")
        }
        raw("</select>")
    }

    private mutating func segments(_ field: FormField, _ options: [FieldOption]) {
        raw("<div class=\"segmented\">")
        for option in options {
            raw("<label><input type=\"radio\"")
            attribute("name", field.name)
            valueAttribute(option.value)
            flag("checked", option.value == field.value)
            flag("disabled", field.isReadOnly)
            flag("required", field.isRequired)
            raw(">")
            text(option.label)
            raw("</label>")
        }
        raw("</div>")
        if field.isReadOnly { add(.hidden(field.name, field.value)) }
    }

    private mutating func checkboxes(_ field: FormField, _ options: [FieldOption]) {
        raw("<div class=\"stack tight\">")
        for option in options {
            raw("<label class=\"check\"><input type=\"checkbox\"")
            attribute("name", field.name)
            valueAttribute(option.value)
            flag("checked", field.values.contains(option.value))
            flag("disabled", field.isReadOnly)
            raw("><span>")
            text(option.label)
            raw("</span></label>")
        }
        raw("</div>")
        if field.isReadOnly { add(.each(field.values) { .hidden(field.name, $0) }) }
    }

    /// A search over many records: `<name>.search` holds the words, the button sends `find=<name>`, and the server
    /// answers with the form again and what it found.
    private mutating func finder(_ field: FormField, _ query: String, _ control: (inout HTML) -> Void) {
        control(&self)
        guard !field.isReadOnly else { return }
        add(
            """
            <span class="find"><input class="input" type="search" name="\(field.name).search"\
             value="\(value: query)" aria-label="\(Text.findIn(field.label))">\
            <button class="button" type="submit" name="find" value="\(field.name)" formnovalidate>\
            \(Text.find)</button></span>
            """)
    }

    private mutating func fileInput(_ field: FormField, _ accept: String?) {
        if !field.value.isEmpty { add("<span class=\"help\">\(Text.currentFile(field.value))</span>") }
        guard !field.isReadOnly else { return }
        raw("<input class=\"input\" type=\"file\"")
        common(field)
        attribute("accept", accept)
        raw(">")
    }
}
