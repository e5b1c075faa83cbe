// Requests that were carried out, by the key that their sender gave them: a repetition gets the first answer again
// instead of a second change (`Idempotency-Key`).
package import Foundation
package import RecordKit

/// Who sent a request, and the key that they chose for it.
package struct RequestKey: Sendable, Hashable {
    package let account: UUID
    package let organisation: UUID
    /// The sender's own words; two accounts may use the same.
    package let key: String
    package init(account: UUID, organisation: UUID, key: String) {
        self.account = account
        self.organisation = organisation
        self.key = key
    }
}

/// A request that was carried out.
package struct KeptRequest: Sendable, Hashable {
    /// After so many hours a key is free again.
    package static let hoursMax = 24
    /// Keys of one account; the oldest give way.
    package static let perAccountMax = 10_000

    package let key: RequestKey
    /// SHA-256 over all that the request said: the same key with other words is a mistake.
    package let fingerprint: [UInt8]
    /// Which revision, or which lines, the request made. Never a record's content: an erasure need not look here.
    package let answer: String
    package let at: Instant
    package init(key: RequestKey, fingerprint: [UInt8], answer: String, at: Instant) {
        precondition(fingerprint.count == 32, "a fingerprint is a SHA-256")
        self.key = key
        self.fingerprint = fingerprint
        self.answer = answer
        self.at = at
    }

    /// Requests at or before this time are forgotten.
    package static func horizon(at now: Instant) -> Instant { now.adding(seconds: -hoursMax * 3_600) }
}
