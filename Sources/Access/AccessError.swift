// What sign-in refuses, in words for the person who is refused.
package import Foundation

/// A refusal by sign-in, sessions, tokens or one-time links.
package enum AccessError: Error, Sendable, Hashable {
    /// The account is unknown, disabled or without a password, or the password is wrong: which, is not told.
    case notSignedIn
    /// Too many failures for the account or from the address.
    case throttled(seconds: Int)
    /// As many passwords are being checked as the server can bear.
    case tryLater
    /// The one-time link is unknown, used up or too old.
    case linkNotValid
    /// The session or token that asks is not, or is no longer, good.
    case unauthenticated
    /// The account has no current place in the organisation.
    case notMember(organisation: UUID)
    /// Only somebody signed in by a browser may do it, not a program with a token.
    case needsSession
    /// The account has no such token in this organisation.
    case unknownToken(UUID)
    /// The stored password hash is not one that Concord writes: logged in full, shown as an internal error.
    case damagedPasswordHash
    /// The cryptographic library refused to compute a hash, for want of memory: likewise.
    case hashingFailed

    package var message: String {
        switch self {
        case .notSignedIn: "The email address or the password is wrong, or the account is disabled."
        case .throttled(let seconds): "Too many failed attempts. Try again in \(Self.words(seconds: seconds))."
        case .tryLater: "The server is busy checking sign-ins. Try again in a few seconds."
        case .linkNotValid: "This link has been used, has expired, or was never made. Ask for a new one."
        case .unauthenticated: "Sign in to go on."
        case .notMember: "You have no current membership in this organisation."
        case .needsSession: "Only a person who is signed in by a browser may do this, not a token."
        case .unknownToken: "You have no such token in this organisation."
        case .damagedPasswordHash: "The stored password of this account is damaged."
        case .hashingFailed: "The password could not be checked."
        }
    }

    private static func words(seconds: Int) -> String {
        guard seconds > 60 else { return seconds == 1 ? "1 second" : "\(seconds) seconds" }
        return "\((seconds + 59) / 60) minutes"
    }
}
