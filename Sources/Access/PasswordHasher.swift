// Where passwords are hashed: off the threads that answer requests, and only so many at once.
import Foundation
import Synchronization

/// Hashes and checks passwords, a bounded number at a time: each takes tens of megabytes and much of a second, and
/// anybody may ask for one.
package final class PasswordHasher: Sendable {
    package static let runningMax = 2
    package static let waitingMax = 30

    package let parameters: PasswordHash.Parameters
    private let queue: OperationQueue
    private let acceptedMax: Int
    private let accepted = Mutex(0)
    /// Checked in place of the hash of an account that has none, so that the time does not tell.
    package let nobody: PasswordHash

    package init(
        parameters: PasswordHash.Parameters = .standard, runningMax: Int = runningMax, waitingMax: Int = waitingMax
    ) {
        self.parameters = parameters
        queue = OperationQueue()
        queue.name = "password hashing"
        queue.maxConcurrentOperationCount = runningMax
        acceptedMax = runningMax + waitingMax
        nobody = PasswordHash(nobody: parameters)
    }

    /// - Throws: ``AccessError/tryLater``, ``AccessError/hashingFailed``.
    package func hash(_ password: String, from random: RandomSource) async throws -> PasswordHash {
        let salt = random.bytes(PasswordHash.saltBytes)
        return try await run { [parameters] in try PasswordHash(password, salt: salt, parameters: parameters) }
    }

    /// Checks a password against a stored hash. Without one the answer is no, after the same work.
    /// - Throws: ``AccessError/tryLater``, ``AccessError/hashingFailed``.
    package func verify(_ password: String, against stored: PasswordHash?) async throws -> Bool {
        try await run { [nobody] in
            let matches = try (stored ?? nobody).matches(password)
            return matches && stored != nil
        }
    }

    /// Runs work that takes long, when its turn comes.
    /// - Throws: ``AccessError/tryLater`` if too much waits already.
    package func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        let isAccepted = accepted.withLock { count in
            guard count < acceptedMax else { return false }
            count += 1
            return true
        }
        guard isAccepted else { throw AccessError.tryLater }
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation {
                let result = Result { try work() }
                self.accepted.withLock { $0 -= 1 }
                continuation.resume(with: result)
            }
        }
    }
}
