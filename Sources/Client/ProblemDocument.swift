// A refusal as the server words it: a problem document (RFC 9457) with the fields and both versions of a conflict.
package import MerkleLog

/// What a server says when it refuses.
package struct ProblemDocument: Sendable {
    /// One thing to mend.
    package struct Entry: Sendable, Equatable {
        package let field: String
        package let message: String
    }

    package let status: Int
    package let title: String
    package let detail: String
    /// The request's id, by which the server's log knows more.
    package let instance: String
    package let errors: [Entry]
    /// The record as it is now, if somebody saved meanwhile.
    package let present: JSONValue?
    /// The values that were refused then.
    package let yours: JSONValue?

    /// Reads an answer's body; whatever is not there is said in general words.
    package init(_ answer: APIAnswer) {
        status = answer.status
        let members: [String: JSONValue]
        // A proxy's page is no JSON: then the status alone says what happened.
        if let value = try? JSONValue.parse(answer.body), case .object(let found) = value {
            members = found
        } else {
            members = [:]
        }
        func text(_ name: String) -> String? {
            if case .string(let text)? = members[name] { text } else { nil }
        }
        title = text("title") ?? "Status \(answer.status)"
        detail = text("detail") ?? "The server gave no reason."
        instance = text("instance") ?? ""
        present = members["present"]
        yours = members["yours"]
        guard case .array(let entries)? = members["errors"] else {
            errors = []
            return
        }
        errors = entries.compactMap { entry in
            guard case .object(let parts) = entry, case .string(let message)? = parts["message"] else { return nil }
            if case .string(let field)? = parts["field"] { return Entry(field: field, message: message) }
            return Entry(field: "", message: message)
        }
    }

    /// Somebody saved meanwhile, and the document shows both versions.
    package var isStale: Bool { present != nil }
}

extension ProblemDocument: CustomStringConvertible {
    package var description: String {
        var lines: [String]
        switch status {
        case 401:
            lines = ["Not signed in: the token is unknown, expired or revoked. Make another one, then “concord login”."]
        case 500...599:
            lines = ["\(title): \(detail)" + (instance.isEmpty ? "" : " (\(instance))")]
        default:
            lines = errors.isEmpty ? ["\(title): \(detail)"] : [title + ":"]
        }
        lines += errors.map { $0.field.isEmpty ? "  \($0.message)" : "  \($0.field) \($0.message)" }
        return lines.joined(separator: "\n")
    }
}
