import Synchronization
import Telemetry
import Testing

/// A question that is answered when the test says so.
private final class Slow: Sendable {
    private let asked = Atomic<Int>(0)
    private let gate: AsyncStream<Int>
    private let open: AsyncStream<Int>.Continuation
    init() { (gate, open) = AsyncStream.makeStream(of: Int.self) }
    var count: Int { asked.load(ordering: .relaxed) }
    func answer(_ value: Int) { open.yield(value) }
    func ask() async -> Int {
        asked.add(1, ordering: .relaxed)
        return await gate.first { _ in true } ?? -1
    }
}

@Suite struct ProbeTests {
    @Test func manyWhoAskAtOnceAskOnce() async throws {
        let slow = Slow()
        let probe = Probe(goodFor: .seconds(600), within: .seconds(600)) { await slow.ask() }
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await probe.answer().get() } }
            slow.answer(7)
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: 7, count: 50))
        #expect(slow.count == 1)
    }

    @Test func anAnswerThatIsTooOldIsAskedForAgain() async throws {
        let count = Atomic<Int>(0)
        let probe = Probe(goodFor: .zero, within: .seconds(600)) { count.add(1, ordering: .relaxed).newValue }
        #expect(try await probe.answer().get() == 1)
        #expect(try await probe.answer().get() == 2)
    }

    @Test func whoeverHangsIsAskedOnceAndNobodyWaitsForLong() async throws {
        let slow = Slow()
        let probe = Probe(goodFor: .seconds(600), within: .milliseconds(20)) { await slow.ask() }
        for _ in 0..<3 {
            await #expect(throws: ProbeTooLate.self) { try await probe.answer().get() }
        }
        #expect(slow.count == 1, "no second question while the first is under way")
        slow.answer(9)
        // The late answer is good for those who come after it.
        var found = try? await probe.answer().get()
        while found == nil { found = try? await probe.answer().get() }
        #expect(found == 9)
        #expect(slow.count == 1)
    }

    @Test func aFailureIsAnAnswer() async {
        struct Away: Error {}
        let count = Atomic<Int>(0)
        let probe = Probe<Int>(goodFor: .seconds(600), within: .seconds(600)) {
            count.add(1, ordering: .relaxed)
            throw Away()
        }
        await #expect(throws: Away.self) { try await probe.answer().get() }
        await #expect(throws: Away.self) { try await probe.answer().get() }
        #expect(count.load(ordering: .relaxed) == 1)
    }
}
