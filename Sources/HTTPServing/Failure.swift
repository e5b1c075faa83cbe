// From what the services refuse to an answer: five kinds leave the server, everything else is logged with the
// request's id and shown as an internal error.
import Access
import Foundation
package import Governance
package import HTTPTypes
import Hummingbird
package import RecordKit
import Storage

/// A refusal, ready for a problem document or an error page.
package struct Failure: Error, Sendable {
    package let status: HTTPResponse.Status
    /// A stable word: `not-found`, `forbidden`, `invalid`, `conflict`, `unauthenticated` or `internal`.
    package let kind: String
    package let title: String
    package let detail: String
    /// What is wrong with which field.
    package let problems: [Problem]
    package let conflict: Conflict?
    /// Seconds after which it may be tried again.
    package let retryAfterSeconds: Int?
    /// Not one of the five kinds: to be logged in full.
    package let isInternal: Bool

    package init(
        _ status: HTTPResponse.Status, _ kind: String, _ title: String, _ detail: String, problems: [Problem] = [],
        conflict: Conflict? = nil, retryAfterSeconds: Int? = nil, isInternal: Bool = false
    ) {
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.problems = problems
        self.conflict = conflict
        self.retryAfterSeconds = retryAfterSeconds
        self.isInternal = isInternal
    }

    package static func invalid(_ field: String, _ message: String) -> Failure {
        Failure(ServiceError.invalid(field, message))
    }
    package static let unauthenticated = Failure(
        .unauthorized, "unauthenticated", "Not signed in", "Sign in, or send a token.")

    /// Names any error.
    package init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as ServiceError: self.init(service: error)
        case let error as Invalid: self.init(service: .invalid(error))
        case let error as AccessError: self.init(access: error)
        case StoreError.away:
            self.init(
                .serviceUnavailable, "internal", "Not available",
                "The database or the store of files cannot be reached, has no room, or is busy. Nothing was saved; try again.",
                retryAfterSeconds: 5, isInternal: true)
        case PackError.tooManyItems: self.init(.conflict, "conflict", "Conflict", "\(error)")
        case let error as HTTPError:
            let kind =
                switch error.status.code {
                case 404: "not-found"
                case 401: "unauthenticated"
                case 403: "forbidden"
                default: "invalid"
                }
            self.init(error.status, kind, error.status.reasonPhrase, error.body ?? error.status.reasonPhrase)
        default:
            self.init(
                .internalServerError, "internal", "Internal error",
                "Something went wrong on the server. Nothing was half-written. The log knows more under the request's id.",
                isInternal: true)
        }
    }

    private init(service error: ServiceError) {
        switch error {
        case .notFound(let what):
            self.init(
                .notFound, "not-found", "Not found", "There is no such \(what.lowercased()), or it is not yours to see."
            )
        case .forbidden(let why): self.init(.forbidden, "forbidden", "Not allowed", why)
        case .unauthenticated: self = .unauthenticated
        case .invalid(let invalid):
            let count = invalid.problems.count
            self.init(
                .unprocessableContent, "invalid", count == 1 ? "One thing to mend" : "\(count) things to mend",
                invalid.problems.map { $0.field.isEmpty ? $0.message : "\($0.field) \($0.message)" }
                    .joined(separator: "; "), problems: invalid.problems)
        case .conflict(let conflict):
            let detail =
                switch conflict {
                case .stale(let present, _):
                    "Somebody saved version \(present.version) meanwhile. Both versions are shown; nothing was lost."
                case .taken(_, let field): "Another record has this value in \(field)."
                case .state(let why): why.prefix(1).uppercased() + why.dropFirst() + "."
                }
            var problems: [Problem] = []
            if case .taken(_, let field) = conflict { problems = [Problem(field, "is taken by another record")] }
            self.init(.conflict, "conflict", "Conflict", detail, problems: problems, conflict: conflict)
        }
    }

    private init(access error: AccessError) {
        switch error {
        case .throttled(let seconds):
            self.init(
                .tooManyRequests, "unauthenticated", "Too many attempts", error.message, retryAfterSeconds: seconds)
        case .tryLater:
            self.init(.serviceUnavailable, "unauthenticated", "Busy", error.message, retryAfterSeconds: 5)
        case .notSignedIn, .unauthenticated, .linkNotValid:
            self.init(.unauthorized, "unauthenticated", "Not signed in", error.message)
        case .notMember, .needsSession: self.init(.forbidden, "forbidden", "Not allowed", error.message)
        case .unknownToken: self.init(.notFound, "not-found", "Not found", error.message)
        case .damagedPasswordHash, .hashingFailed:
            self.init(.internalServerError, "internal", "Internal error", error.message, isInternal: true)
        }
    }
}
