// What is left of a record's values when their content is erased: nothing that somebody wrote, in a form that every
// column can still hold.
package import Foundation

extension AnySchema {
    /// What stands in a required text whose content was erased.
    package static let erasedText = "Erased"

    /// Whether a field can be erased: its state a record needs, and a required reference is an id without content.
    package func isErasable(_ field: FieldDescription) -> Bool {
        if field.isDerived || field.name == lifecycle?.field { return false }
        if case .reference = field.kind { return !field.isRequired }
        return true
    }

    /// The value that an erased field holds: none, or for a required one what says nothing.
    /// - Parameters:
    ///   - id: The record's; unique texts end with a part of it.
    ///   - old: The value until now, which a field that is not erasable keeps.
    package func erasedValue(_ position: Int, of id: UUID, keeping old: FieldValue) -> FieldValue {
        let field = fields[position]
        guard isErasable(field) else { return field.isDerived ? .null : old }
        if case .links = field.kind { return .links([]) }
        guard field.isRequired else { return .null }
        let blank = blank[position]
        guard blank.isUnset else { return blank }
        switch field.kind {
        case .text: return .text(erasedText(field, id))
        case .day: return .day(Day(daysSince1970: 0))
        default: return blank
        }
    }

    private func erasedText(_ field: FieldDescription, _ id: UUID) -> String {
        let text = field.has(.unique) ? "\(Self.erasedText) \(id.lowercased.suffix(12))" : Self.erasedText
        for case .length(let range) in field.traits { return String(text.prefix(range.upperBound)) }
        return text
    }

    /// The values without the content of the named fields, or of all (`nil`).
    package func erasedValues(_ values: [FieldValue], fields names: Set<String>?, of id: UUID) -> [FieldValue] {
        values.indices.map { position in
            names.map { $0.contains(fields[position].name) } ?? true
                ? erasedValue(position, of: id, keeping: values[position]) : values[position]
        }
    }

    /// Whether any of the named fields holds something that can be erased; every revision does as a whole (`nil`).
    package func hasContent(_ values: [FieldValue], in names: Set<String>?, of id: UUID) -> Bool {
        guard let names else { return true }
        return fields.indices.contains { position in
            names.contains(fields[position].name) && isErasable(fields[position])
                && values[position] != erasedValue(position, of: id, keeping: values[position])
        }
    }

    /// The record that remains. It need not pass the rules: whoever edits it next has to fill in what they ask for.
    /// - Throws: ``Invalid`` if a stored value no longer fits its property.
    package func erasedRecord(
        _ values: [FieldValue], fields names: Set<String>?, of id: UUID
    ) throws(Invalid) -> ValidRecord {
        ValidRecord(unchecked: try withDerived(erasedValues(values, fields: names, of: id)), of: self)
    }
}

extension RecordMeta {
    /// The same revision, erased at a time.
    package func erased(at time: Instant) -> RecordMeta {
        RecordMeta(
            version: version, isArchived: isArchived, organisation: organisation, since: since, until: until,
            createdAt: createdAt, createdBy: createdBy, updatedAt: updatedAt, updatedBy: updatedBy, erasedAt: time)
    }
}
