// How many journeys are under way at a time.
import Testing

/// Lets a test begin when the machine has room for it: one in a browser, and two others beside it. Were all under way
/// at once, each would get so little of a small machine that something in it gives up waiting.
struct Turns: SuiteTrait, TestTrait, TestScoping {
    fileprivate let places: Places
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await places.take()
        do { try await function() } catch {
            await places.leave()
            throw error
        }
        await places.leave()
    }

    fileprivate static let browser = Places(1)
    fileprivate static let others = Places(2)
}

extension Trait where Self == Turns {
    /// Of tests that open browsers.
    static var inBrowser: Turns { Turns(places: Turns.browser) }
    /// Of all other journeys.
    static var withoutBrowser: Turns { Turns(places: Turns.others) }
}

/// Places that are taken in the order in which they were asked for.
private actor Places {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func take() async {
        if free == 0 { return await withCheckedContinuation { waiting.append($0) } }
        free -= 1
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
