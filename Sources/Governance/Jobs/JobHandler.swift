// What the kinds of jobs do. The server takes jobs from the queue and hands each to the handler of its kind.
import Foundation
package import RecordKit
package import Storage

extension JobKind {
    /// What erasures of an organisation left to be done.
    package static let erasure = JobKind("erasure")
    /// What changes with the day: statuses of requirements, imports that were never applied.
    package static let clock = JobKind("clock")
}

/// Does the jobs of one kind.
package protocol JobHandler: Sendable {
    var kind: JobKind { get }
    /// Tried again for ever: it is the server's own round, which never dies.
    var isRecurring: Bool { get }
    /// Does the job. It may be done a second time, if a node ended in the middle of the first: what it writes begins
    /// with ``JobWriter/confirm(_:)``, or is the same when it is done twice.
    /// - Returns: When it is to run next; `nil` if it is done.
    func run(_ job: Job) async throws -> Instant?
}

extension JobHandler {
    package var isRecurring: Bool { false }
}

/// When a job that failed is tried again.
package enum JobRetry {
    /// Attempts before a person has to look: with the pauses between them, some four hours.
    package static let attemptsMax = 12
    static let firstPauseSeconds = 5.0
    static let pauseSecondsMax = 3_600.0

    /// The pause doubles from 5 seconds to an hour. A fifth more or less keeps jobs that failed together from coming
    /// back together.
    /// - Parameters:
    ///   - attempts: How often it was tried, from 1 on.
    ///   - chance: From 0 to 1.
    package static func pause(after attempts: Int, chance: Double) -> Duration {
        let doubled = firstPauseSeconds * pow(2, Double(min(max(attempts, 1), 30) - 1))
        return .seconds(min(doubled, pauseSecondsMax) * (0.8 + 0.4 * chance))
    }
}
