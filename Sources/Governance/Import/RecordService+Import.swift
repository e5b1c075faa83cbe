// The rules of one record, as the import asks for them: before anything is written and again in the transaction that
// writes.
import Access
import RecordKit
import Records
import Storage

extension RecordService {
    /// A new record with these values.
    /// - Throws: ``Invalid`` or ``ServiceError``.
    func imported(
        _ schema: AnySchema, _ input: [String: FieldValue], in reader: any Reader, as caller: Caller
    ) throws -> ValidRecord {
        var values = schema.blank
        try apply(input, to: &values, schema, old: nil)
        if let lifecycle = schema.lifecycle, let at = schema.position[lifecycle.field] {
            values[at] = .text(lifecycle.initial)
        }
        return try schema.validated(
            try RecordRules.prepared(schema, old: nil, values, in: reader, by: caller))
    }

    /// A record with some of its values changed.
    func imported(
        _ schema: AnySchema, _ input: [String: FieldValue], over old: StoredRecord, in reader: any Reader,
        as caller: Caller
    ) throws -> ValidRecord {
        var values = old.values
        try apply(input, to: &values, schema, old: old)
        return try schema.validated(
            try RecordRules.prepared(schema, old: old, values, in: reader, by: caller))
    }

    /// Why the caller may not change a record that they see; `nil` if they may.
    func whyNotImported(over old: StoredRecord, as caller: Caller) -> String? {
        if !Authorisation.may(caller, .update, old) {
            return old.schema.type == Answer.type
                ? RecordRules.whyNotCreated(old.schema)
                : "Your role does not allow you to update this \(old.schema.label.lowercased())."
        }
        return old.meta.isArchived ? "it is archived; restore it first" : nil
    }
}
