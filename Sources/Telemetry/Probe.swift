// Asks something that may be slow, for many who want to know.
import Synchronization

/// The answer did not come in time. Where it is still waited for, the next answer is the same at once.
package struct ProbeTooLate: Error, CustomStringConvertible {
    package let description = "no answer in time"
    package init() {}
}

/// One question at a time, whose answer is good for a while and for which nobody waits longer than a limit. What is
/// asked may outlive those who wait, but never more than one question is under way.
package final class Probe<Answer: Sendable>: Sendable {
    private struct Kept: Sendable {
        let answer: Result<Answer, any Error>
        let at: ContinuousClock.Instant
    }
    /// What is to be done for somebody who wants to know.
    private enum Next {
        case tell(Result<Answer, any Error>)
        case ask(serial: Int)
        case wait
    }
    private struct State {
        var kept: Kept?
        var isAsking = false
        /// The question that is under way has taken too long.
        var isLate = false
        /// Counts questions, so that a late timer ends no later one.
        var serial = 0
        var waiting: [CheckedContinuation<Result<Answer, any Error>, Never>] = []
    }
    private let state = Mutex(State())
    private let goodFor: Duration
    private let limit: Duration
    private let ask: @Sendable () async throws -> Answer
    private let clock = ContinuousClock()

    package init(goodFor: Duration, within limit: Duration, ask: @escaping @Sendable () async throws -> Answer) {
        self.goodFor = goodFor
        self.limit = limit
        self.ask = ask
    }

    /// What is known by now, or the answer to a new question.
    package func answer() async -> Result<Answer, any Error> {
        await withCheckedContinuation { continuation in
            let next: Next = state.withLock { state in
                if state.isLate { return .tell(.failure(ProbeTooLate())) }
                if let kept = state.kept, clock.now - kept.at < goodFor { return .tell(kept.answer) }
                state.waiting.append(continuation)
                if state.isAsking { return .wait }
                state.isAsking = true
                state.serial += 1
                return .ask(serial: state.serial)
            }
            switch next {
            case .tell(let answer): continuation.resume(returning: answer)
            case .ask(let serial): begin(serial)
            case .wait: break
            }
        }
    }

    private func begin(_ serial: Int) {
        // Not a child of whoever asked: they go on when their time is over, and the question cannot be taken back.
        let timer = _Concurrency.Task { [self] in
            do { try await clock.sleep(for: limit) } catch { return }
            giveUp(serial)
        }
        _Concurrency.Task { [self] in
            let result: Result<Answer, any Error>
            do { result = .success(try await ask()) } catch { result = .failure(error) }
            timer.cancel()
            finish(result)
        }
    }

    private func giveUp(_ serial: Int) {
        let waiting = state.withLock { state -> [CheckedContinuation<Result<Answer, any Error>, Never>] in
            guard state.isAsking, state.serial == serial else { return [] }
            state.isLate = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: .failure(ProbeTooLate())) }
    }

    private func finish(_ result: Result<Answer, any Error>) {
        let waiting = state.withLock { state -> [CheckedContinuation<Result<Answer, any Error>, Never>] in
            state.isAsking = false
            state.isLate = false
            state.kept = Kept(answer: result, at: clock.now)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}
