// What can go wrong between a program and a server, in words for whoever called it.
import Foundation

/// Why a request came to nothing.
package enum ClientError: Error, Sendable {
    /// Nobody said which server, or by which token.
    case notSignedIn
    case badAddress(String, why: String)
    /// The file with the token cannot be used or written.
    case badCredentials(path: String, why: String)
    /// Nothing came back. `wasSent` is false if no connection was made, so that nothing can have happened.
    case unreachable(address: String, why: String, wasSent: Bool)
    /// The connection broke after the answer had begun.
    case interrupted(address: String, why: String)
    /// The server said no.
    case refused(ProblemDocument)
    /// Not an answer of Concord's API.
    case notUnderstood(address: String, why: String)
    case tooLarge(bytesMax: Int)
}

extension ClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notSignedIn:
            "No server is known. Sign in with “concord login”, set CONCORD_URL and CONCORD_TOKEN, or open a stopped "
                + "server's folder with --data."
        case .badAddress(let address, let why): "“\(address)” is no address of a server: \(why)."
        case .badCredentials(let path, let why): "\(path): \(why)."
        case .unreachable(let address, let why, let wasSent):
            wasSent
                ? "\(address) did not answer (\(why)). Whether a change was made is not known: look before you repeat it."
                : "\(address) cannot be reached (\(why)). Nothing was changed."
        case .interrupted(let address, let why):
            "The connection to \(address) broke in the middle of the answer (\(why)). A change may have been made; what "
                + "was read is incomplete."
        case .refused(let problem): problem.description
        case .notUnderstood(let address, let why):
            "\(address) does not answer as Concord does: \(why)."
        case .tooLarge(let bytesMax): "The answer has more than \(bytesMax) bytes; ask for less of it."
        }
    }
}
