// What a verb refuses. Five kinds leave the server; everything else is logged and shown as an internal error.
package import RecordKit
import Storage

/// A refusal, in words for whoever asked.
package enum ServiceError: Error, Sendable {
    /// There is none, or it is not the caller's to see: which, is not told.
    case notFound(String)
    case forbidden(String)
    case invalid(Invalid)
    case conflict(Conflict)
    case unauthenticated

    package static func invalid(_ field: String, _ message: String) -> ServiceError {
        .invalid(Invalid(field, message))
    }
}

/// Why a change cannot stand beside what is there now.
package enum Conflict: Error, Sendable {
    /// Somebody saved meanwhile: the record as it is now, and the values that were refused.
    case stale(present: StoredRecord, yours: [FieldValue])
    /// Another record has this value.
    case taken(type: String, field: String)
    /// The record's state does not allow it.
    case state(String)
}

/// Runs a store call and names what the store refuses in the words of the services.
func translated<T>(_ schema: AnySchema, _ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch let error as StoreError {
        throw ServiceError.from(error, schema)
    } catch let error as Invalid { throw ServiceError.invalid(error) }
}

extension ServiceError {
    static func from(_ error: StoreError, _ schema: AnySchema) -> any Error {
        switch error {
        case .notFound: ServiceError.notFound(schema.label)
        case .taken(let type, let field): ServiceError.conflict(.taken(type: type, field: field))
        case .unknownReference(_, let field, let id):
            ServiceError.invalid(field, "names \(id.lowercased), which does not exist in this organisation")
        case .badCursor: ServiceError.invalid("cursor", "is not a position of this list")
        case .unknownField(_, let field): ServiceError.invalid(field, "is not a field of \(schema.label)")
        case .notSupported(_, let field, let use): ServiceError.invalid(use, "\(field) cannot be used for it")
        case .changedMeanwhile(_, _, let present):
            ServiceError.conflict(.state("it was changed meanwhile and is now at version \(present)"))
        case .away, .unavailable: error
        }
    }
}
