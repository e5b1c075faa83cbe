// A few at once, some waiting, and no more: for work that takes much of the machine.
import Synchronization

/// Lets a bounded number of pieces of work run; the others wait in the order of their coming.
final class Turns: Sendable {
    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    private let runningMax: Int
    private let waitingMax: Int

    init(runningMax: Int, waitingMax: Int) {
        self.runningMax = runningMax
        self.waitingMax = waitingMax
    }

    /// - Throws: ``DocumentError/busy`` if too many wait already, or what `work` throws.
    func take<T: Sendable>(_ work: () async throws -> T) async throws -> T {
        let isAccepted = state.withLock { $0.running < runningMax || $0.waiting.count < waitingMax }
        guard isAccepted else { throw DocumentError.busy }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.running < runningMax else {
                    state.waiting.append(continuation)
                    return false
                }
                state.running += 1
                return true
            }
            if isFree { continuation.resume() }
        }
        defer { leave() }
        return try await work()
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
