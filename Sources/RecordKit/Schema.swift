// What a record type is, said once. `Schema<R>` knows the Swift type; `AnySchema` is the same without it, and all
// derivations (SQL, REST, forms, lists, CSV, history, permissions) are written over it.

/// A record type's declaration: names, permissions, form sections, rules, lifecycle.
package struct Schema<R: Record>: Sendable {
    package let fields: [Field<R>]
    package let erased: AnySchema
    private let checks: [Check<R>]

    /// - Parameters:
    ///   - label: The singular in words; the type's name if omitted.
    ///   - plural: The URL segment and the key of the list page.
    ///   - title: The field by which people recognise a record.
    ///   - isCatalogue: Framework content, which may be shared by all organisations and is then written by the
    ///     loader only.
    package init(
        label: String? = nil, plural: String, pluralLabel: String? = nil, title: String, help: String,
        isCatalogue: Bool = false, permissions: Permissions, lifecycle: Lifecycle? = nil,
        @SchemaBuilder<R> _ parts: () -> [SchemaPart<R>]
    ) {
        let parts = parts()
        let sections = parts.compactMap { if case .section(let section) = $0 { section } else { nil } }
        let checks = parts.compactMap { if case .check(let check) = $0 { check } else { nil } }
        let fields = sections.flatMap(\.fields)
        self.fields = fields
        self.checks = checks
        var start = 0
        let erasedSections = sections.map { section in
            defer { start += section.fields.count }
            return AnySchema.Section(title: section.title, fields: start..<(start + section.fields.count))
        }
        erased = AnySchema(
            type: R.type, label: label ?? R.type.name.asLabel, plural: plural,
            pluralLabel: pluralLabel ?? plural.asLabel, help: help, isCatalogue: isCatalogue,
            permissions: permissions, lifecycle: lifecycle, sections: erasedSections,
            fields: fields.map(\.description), titleField: title, blank: fields.map { [blank = R()] in $0.get(blank) },
            check: { values throws(Invalid) in
                let record = try Self.decode(values, fields)
                try Self.checkWhole(record, checks)
                return fields.map { $0.get(record) }
            },
            derive: { values throws(Invalid) in
                let record = try Self.decode(values, fields)
                return fields.map { $0.get(record) }
            })
    }

    /// - Throws: ``Invalid`` with every rule that does not hold.
    package func validated(_ record: R) throws(Invalid) -> Valid<R> {
        let values = fields.map { $0.get(record) }
        // Rules over several fields see no empty text; a record that has one is made again without.
        guard !values.contains(.text("")) else {
            _ = try erased.validated(values)
            return Valid(unchecked: record)
        }
        try erased.checkFields(values)
        try Self.checkWhole(record, checks)
        return Valid(unchecked: record)
    }

    private static func checkWhole(_ record: R, _ checks: [Check<R>]) throws(Invalid) {
        let problems = checks.compactMap { $0.holds(record) ? nil : Problem($0.field, $0.message) }
        guard problems.isEmpty else { throw Invalid(problems) }
    }

    /// Makes the Swift value from field values by position; derived fields are left out.
    package func decode(_ values: [FieldValue]) throws(Invalid) -> R { try Self.decode(values, fields) }

    private static func decode(_ values: [FieldValue], _ fields: [Field<R>]) throws(Invalid) -> R {
        var record = R()
        var problems: [Problem] = []
        for (field, value) in zip(fields, values) {
            guard let set = field.set else { continue }
            if value == .null, field.description.isRequired { continue }
            do { try set(&record, value) } catch { problems.append(error) }
        }
        guard problems.isEmpty else { throw Invalid(problems) }
        return record
    }
}

/// A record type's declaration without its Swift type. Two are equal if they describe the same type.
package final class AnySchema: Sendable, Hashable {
    package struct Section: Sendable {
        package let title: String
        package let fields: Range<Int>
    }
    package let type: RecordType
    package let label: String
    package let plural: String
    package let pluralLabel: String
    /// What the type is for, in one sentence: the empty state of its list says it.
    package let help: String
    package let isCatalogue: Bool
    package let permissions: Permissions
    package let lifecycle: Lifecycle?
    package let sections: [Section]
    package let fields: [FieldDescription]
    /// Positions of fields by wire name.
    package let position: [String: Int]
    package let titlePosition: Int
    /// The values of an empty form.
    package let blank: [FieldValue]
    package let hasDerived: Bool
    private let check: @Sendable ([FieldValue]) throws(Invalid) -> [FieldValue]
    private let derive: @Sendable ([FieldValue]) throws(Invalid) -> [FieldValue]

    init(
        type: RecordType, label: String, plural: String, pluralLabel: String, help: String, isCatalogue: Bool,
        permissions: Permissions, lifecycle: Lifecycle?, sections: [Section], fields: [FieldDescription],
        titleField: String, blank: [FieldValue],
        check: @escaping @Sendable ([FieldValue]) throws(Invalid) -> [FieldValue],
        derive: @escaping @Sendable ([FieldValue]) throws(Invalid) -> [FieldValue]
    ) {
        self.type = type
        self.label = label
        self.plural = plural
        self.pluralLabel = pluralLabel
        self.help = help
        self.isCatalogue = isCatalogue
        self.permissions = permissions
        self.lifecycle = lifecycle
        self.sections = sections
        self.fields = fields
        position = Dictionary(fields.enumerated().map { ($1.name, $0) }) { _, _ in
            preconditionFailure("\(type.name): two fields share a name")
        }
        guard let titlePosition = position[titleField] else {
            preconditionFailure("\(type.name): no field \(titleField) to take the title from")
        }
        self.titlePosition = titlePosition
        self.blank = blank
        self.check = check
        self.derive = derive
        hasDerived = fields.contains(where: \.isDerived)
        if let lifecycle { precondition(position[lifecycle.field] != nil, "\(type.name): lifecycle without its field") }
    }

    /// People write records of the type: all but shared content that an organisation has no rows of its own of.
    package var isWritten: Bool { !isCatalogue || permissions.entries.contains { $0.actions.contains(.create) } }

    package func field(_ name: String) -> FieldDescription? { position[name].map { fields[$0] } }
    package func title(of values: [FieldValue]) -> String { values[titlePosition].text }

    /// - Throws: ``Invalid`` with every rule that does not hold: kinds, required fields, traits, then the checks
    ///   over several fields, which run only on a record whose fields are good each by itself.
    package func validated(_ values: [FieldValue]) throws(Invalid) -> ValidRecord {
        precondition(values.count == fields.count, "\(type.name): \(values.count) values for \(fields.count) fields")
        // An empty text is no value: one form, so that filters, uniqueness and commitments agree.
        let values = values.map { $0 == .text("") ? .null : $0 }
        try checkFields(values)
        return ValidRecord(unchecked: try check(values), of: self)
    }

    /// - Throws: ``Invalid`` with every rule of a single field that does not hold.
    func checkFields(_ values: [FieldValue]) throws(Invalid) {
        var problems: [Problem] = []
        for position in fields.indices where !fields[position].isDerived {
            problems += fields[position].problems(of: values[position])
        }
        guard problems.isEmpty else { throw Invalid(problems) }
    }

    /// Fills in the derived fields of stored values.
    package func withDerived(_ values: [FieldValue]) throws(Invalid) -> [FieldValue] {
        hasDerived ? try derive(values) : values
    }

    /// What an edit changed, for the history.
    package func changes(from old: [FieldValue], to new: [FieldValue]) -> [FieldChange] {
        zip(fields, zip(old, new)).compactMap { field, values in
            values.0 == values.1 || field.isDerived ? nil : FieldChange(field: field, old: values.0, new: values.1)
        }
    }

    package static func == (a: AnySchema, b: AnySchema) -> Bool { a === b || a.type == b.type }
    package func hash(into hasher: inout Hasher) { hasher.combine(type) }
}

/// One field that an edit changed.
package struct FieldChange: Sendable, Hashable {
    package let field: FieldDescription
    package let old: FieldValue
    package let new: FieldValue
    package init(field: FieldDescription, old: FieldValue, new: FieldValue) {
        self.field = field
        self.old = old
        self.new = new
    }
}

/// A group of fields under one heading of the form.
package struct Section<R: Record>: Sendable {
    package let title: String
    package let fields: [Field<R>]
    package init(_ title: String, @FieldsBuilder<R> _ fields: () -> [Field<R>]) {
        self.title = title
        self.fields = fields()
    }
}

/// A rule over more than one field.
package struct Check<R: Record>: Sendable {
    package let field: String
    package let message: String
    package let holds: @Sendable (R) -> Bool
    /// - Parameter field: The field beside which the message is shown.
    package init(_ field: String, _ message: String, holds: @escaping @Sendable (R) -> Bool) {
        self.field = field
        self.message = message
        self.holds = holds
    }
}

/// A part of a schema: a section of fields or a rule.
package enum SchemaPart<R: Record>: Sendable {
    case section(Section<R>)
    case check(Check<R>)
}

@resultBuilder package enum SchemaBuilder<R: Record> {
    package static func buildExpression(_ section: Section<R>) -> SchemaPart<R> { .section(section) }
    package static func buildExpression(_ check: Check<R>) -> SchemaPart<R> { .check(check) }
    package static func buildBlock(_ parts: SchemaPart<R>...) -> [SchemaPart<R>] { parts }
}
@resultBuilder package enum FieldsBuilder<R: Record> {
    package static func buildBlock(_ fields: Field<R>...) -> [Field<R>] { fields }
}

/// Inside a record, `Field`, `Section` and `Check` mean that record's own: the compiler need not infer `R`.
extension Record {
    package typealias Field = RecordKit.Field<Self>
    package typealias Section = RecordKit.Section<Self>
    package typealias Check = RecordKit.Check<Self>
}
