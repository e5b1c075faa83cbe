// How far the stop of this node is: running, told to stop, told to hurry.
import Synchronization

/// The way to the end, the same for everything in the process. It only ever goes on.
package final class Stopping: Sendable {
    private enum Stage: Int { case running, draining, hurried }
    private let stage = Atomic<Int>(Stage.running.rawValue)
    /// How often a pause looks whether somebody is in a hurry.
    private static let lookMilliseconds = 20

    package init() {}

    /// The node takes no new work from a proxy; it still answers.
    package var isDraining: Bool { stage.load(ordering: .relaxed) >= Stage.draining.rawValue }
    private var isHurried: Bool { stage.load(ordering: .relaxed) >= Stage.hurried.rawValue }

    /// Goes on by a step: the first signal begins to drain, the next ends all waiting.
    package func signal() {
        let last = stage.load(ordering: .relaxed)
        stage.store(min(last + 1, Stage.hurried.rawValue), ordering: .relaxed)
    }

    /// Waits, unless somebody is in a hurry or the task is cancelled.
    func pause(seconds: Int) async {
        let end = ContinuousClock.now + .seconds(seconds)
        while !isHurried, !_Concurrency.Task.isCancelled, ContinuousClock.now < end {
            do { try await _Concurrency.Task.sleep(for: .milliseconds(Self.lookMilliseconds)) } catch { return }
        }
    }
}
