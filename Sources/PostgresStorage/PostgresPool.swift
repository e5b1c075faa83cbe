// Threads that each own a connection. libpq waits for the server where it is called: on a thread of its own nobody else
// waits with it.
import Dispatch
import Foundation
import Storage
import Synchronization

/// What a thread of a pool lends to a job: its connection, opened when it is first needed and again after it broke.
final class PostgresWorker {
    /// Attempts to connect before a job fails, and the pause before the second; each further one is twice as long.
    private static let attemptsMax = 4
    private static let firstPauseMicroseconds: UInt32 = 50_000

    private let address: PostgresAddress
    private let node: UUID?
    private var open: PostgresConnection?

    init(_ address: PostgresAddress, node: UUID?) {
        self.address = address
        self.node = node
    }

    /// - Throws: ``PostgresError`` if the server cannot be reached.
    func connection() throws -> PostgresConnection {
        if let open, !open.isBroken { return open }
        close()
        var pause = Self.firstPauseMicroseconds
        for attempt in 1... {
            do {
                let made = try PostgresConnection(address, node: node)
                open = made
                return made
            } catch {
                guard attempt < Self.attemptsMax else { throw error }
                usleep(pause)
                pause *= 2
            }
        }
        throw PostgresError(state: "", message: "no attempt to connect")
    }

    func close() {
        open?.close()
        open = nil
    }
}

/// A bounded number of threads with a connection each, and the jobs that wait for one.
final class PostgresPool: Sendable {
    /// Jobs that may wait; more are refused.
    static let waitingMax = 20_000
    private static let stackBytes = 4 << 20

    typealias Job = @Sendable (PostgresWorker) -> Void

    private struct State {
        var jobs: [Job] = []
        /// The first job that is not yet taken.
        var first = 0
        var threads = 0
        var idle = 0
        var isStopped = false
    }
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    private let ended = DispatchGroup()
    private let address: PostgresAddress
    private let node: UUID?
    private let threadsMax: Int
    private let name: String

    init(_ address: PostgresAddress, node: UUID?, threads: Int, name: String) {
        self.address = address
        self.node = node
        threadsMax = threads
        self.name = name
    }

    /// - Returns: `false` if the job will not run: too many wait, or the pool was stopped.
    func submit(_ job: @escaping Job) -> Bool {
        let (isTaken, starts) = state.withLock { state -> (Bool, Bool) in
            guard !state.isStopped, state.jobs.count - state.first < Self.waitingMax else {
                return (false, false)
            }
            state.jobs.append(job)
            let starts = state.jobs.count - state.first > state.idle && state.threads < threadsMax
            if starts { state.threads += 1 }
            return (true, starts)
        }
        guard isTaken else { return false }
        if starts { start() }
        signal.signal()
        return true
    }

    private func start() {
        ended.enter()
        let thread = Thread { [self] in
            work()
            ended.leave()
        }
        thread.name = name
        thread.stackSize = Self.stackBytes
        thread.start()
    }

    private func work() {
        let worker = PostgresWorker(address, node: node)
        while let job = next() { job(worker) }
        worker.close()
    }

    private func next() -> Job? {
        while true {
            state.withLock { $0.idle += 1 }
            signal.wait()
            let (job, ends) = state.withLock { state -> (Job?, Bool) in
                state.idle -= 1
                guard state.first < state.jobs.count else { return (nil, state.isStopped) }
                let job = state.jobs[state.first]
                state.first += 1
                if state.first > 1_000 || state.first == state.jobs.count {
                    state.jobs.removeFirst(state.first)
                    state.first = 0
                }
                return (job, false)
            }
            if job != nil || ends { return job }
        }
    }

    /// Lets what waits run, then ends the threads and their connections.
    func stop(isWaiting: Bool = true) {
        let threads = state.withLock { state -> Int in
            state.isStopped = true
            return state.threads
        }
        for _ in 0..<threads { signal.signal() }
        if isWaiting { ended.wait() }
    }
}
