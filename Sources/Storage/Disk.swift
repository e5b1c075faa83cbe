// Where the disk is waited for: never on a thread that others need.
import Foundation

/// A queue of its own for what blocks.
struct Disk: Sendable {
    private let queue: DispatchQueue

    /// - Parameter isConcurrent: What is asked of it may run at the same time; else one after the other.
    init(isConcurrent: Bool = false) {
        queue = DispatchQueue(label: "concord.disk", attributes: isConcurrent ? .concurrent : [])
    }

    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    func run(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            queue.async {
                body()
                continuation.resume()
            }
        }
    }
}
