// What a record is, apart from how it is stored or shown: its identity, its proof of validity, its problems.
package import Foundation

/// A kind of thing that the management system keeps: a control, a task, an asset.
///
/// A conforming struct holds business fields only. Identity, version, times and actors belong to ``Stored``;
/// everything else is said once in the ``schema``.
package protocol Record: Sendable, Hashable {
    /// A blank record, as an empty form shows it. Rules are checked on the way into the store.
    init()
    /// The name of the table, of the reference target and, in the plural, of the URL segment. It stays apart from
    /// `schema`, so that a reference can name its target without initialising the target's schema: two schemas
    /// that name each other would otherwise wait for each other for ever.
    static var type: RecordType { get }
    static var schema: Schema<Self> { get }
}

/// The stable name of a record type, in camelCase.
package struct RecordType: Sendable, Hashable, ExpressibleByStringLiteral {
    package let name: String
    package init(stringLiteral name: String) { self.name = name }
    package init(_ name: String) { self.name = name }
}

/// The identity of a stored record. The phantom type keeps a risk's id out of a control's place.
package struct ID<Target: Record>: Sendable, Hashable {
    package let raw: UUID
    package init(_ raw: UUID) { self.raw = raw }
    /// What a blank record holds until someone chooses; never stored.
    package static var unset: Self { Self(.unset) }
}

/// A record as the store keeps it.
package struct Stored<R: Record>: Sendable, Hashable {
    package let id: ID<R>
    package let meta: RecordMeta
    package var value: R
    package var version: Int { meta.version }
    package init(id: ID<R>, meta: RecordMeta, value: R) {
        self.id = id
        self.meta = meta
        self.value = value
    }
}

/// What the store knows of one revision of a record beside its fields.
package struct RecordMeta: Sendable, Hashable {
    /// 1 for the first revision of a record.
    package let version: Int
    package let isArchived: Bool
    /// `nil` for shared framework content.
    package let organisation: UUID?
    /// The ledger index of the leaf that committed to this revision.
    package let since: Int
    /// The ledger index at which a later revision took its place; `nil` while it is the present one.
    package let until: Int?
    package let createdAt: Instant
    package let createdBy: UUID?
    package let updatedAt: Instant
    package let updatedBy: UUID?
    /// When the content of this revision was erased; its fields then hold what `erasedValue` leaves.
    package let erasedAt: Instant?
    package init(
        version: Int, isArchived: Bool, organisation: UUID?, since: Int, until: Int?, createdAt: Instant,
        createdBy: UUID?, updatedAt: Instant, updatedBy: UUID?, erasedAt: Instant? = nil
    ) {
        self.version = version
        self.isArchived = isArchived
        self.organisation = organisation
        self.since = since
        self.until = until
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
        self.erasedAt = erasedAt
    }
}

/// One revision of a record of any type: its fields by position, as the type's ``AnySchema`` orders them.
package struct StoredRecord: Sendable, Hashable {
    package let schema: AnySchema
    package let id: UUID
    package let meta: RecordMeta
    package let values: [FieldValue]
    package init(schema: AnySchema, id: UUID, meta: RecordMeta, values: [FieldValue]) {
        self.schema = schema
        self.id = id
        self.meta = meta
        self.values = values
    }
    package var version: Int { meta.version }
    /// The words by which people recognise the record.
    package var title: String { schema.title(of: values) }

    package subscript(_ field: String) -> FieldValue {
        schema.position[field].map { values[$0] } ?? .null
    }

    /// The record as its own Swift type.
    /// - Throws: ``Invalid`` if a stored value no longer fits the property's type, which a migration should prevent.
    package func decoded<R: Record>(as type: R.Type = R.self) throws(Invalid) -> Stored<R> {
        precondition(R.type == schema.type, "\(R.type.name) asked of a \(schema.type.name)")
        return Stored(id: ID(id), meta: meta, value: try R.schema.decode(values))
    }
}

/// A record that has passed its schema's rules; only ``AnySchema/validated(_:)`` and ``Schema/validated(_:)`` make
/// one, and the store takes nothing else.
package struct ValidRecord: Sendable {
    package let schema: AnySchema
    package let values: [FieldValue]
    init(unchecked values: [FieldValue], of schema: AnySchema) {
        self.schema = schema
        self.values = values
    }
}

/// A record of a known type that has passed its schema's rules.
package struct Valid<R: Record>: Sendable {
    package let value: R
    package var erased: ValidRecord {
        ValidRecord(unchecked: R.schema.fields.map { $0.get(value) }, of: R.schema.erased)
    }
    init(unchecked value: R) { self.value = value }
}

/// What is wrong with one field, in words for the person who filled it in.
package struct Problem: Error, Sendable, Hashable {
    /// The wire name of the field; empty for the record as a whole.
    package let field: String
    package let message: String
    package init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }
}

/// Everything that is wrong with a record, all at once.
package struct Invalid: Error, Sendable, Hashable {
    package let problems: [Problem]
    package init(_ problems: [Problem]) { self.problems = problems }
    package init(_ field: String, _ message: String) { self.problems = [Problem(field, message)] }
}
