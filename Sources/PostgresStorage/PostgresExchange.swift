// What nodes tell each other through the database: that they live, what they committed, and that what is known of
// accounts is no longer good. One thread with a connection of its own listens and speaks.
import Dispatch
import Foundation
import Glibc
import RecordKit
import Storage
import Synchronization

/// This node's place among the others.
final class PostgresExchange: Sendable {
    /// Seconds between two signs of life, well below ``Dialect/nodeSecondsMax``.
    private static let beatSeconds = 8
    /// Bytes of a notification; PostgreSQL allows 7,999.
    private static let payloadBytesMax = 7_000
    /// Milliseconds between two times at which others are told of commits: a busy node says in one what many did, or every
    /// node would be woken by every commit.
    private static let tellingMilliseconds = 10
    /// How often a node asks for the time before it begins: the quickest answer counts.
    private static let clockQuestions = 5
    private static let changesChannel = "concord_changes"
    private static let accessChannel = "concord_access"

    private struct State {
        /// Ranges of ledgers that others have not been told of.
        var untold: [(ledger: UUID, range: ClosedRange<Int>)] = []
        var isStopped = false
    }
    private let state = Mutex(State())
    /// What is known of the database's time.
    private let anchor = Mutex<ClockAnchor?>(nil)
    private let generation = Atomic<Int>(0)
    /// Others' changes are heard. While they are not, nothing that was worked out is good.
    private let isListening = Atomic<Bool>(false)
    private let address: PostgresAddress
    private let node: UUID
    private let hub: ChangeHub
    /// A byte in this pipe wakes the thread up.
    private let wake: (read: Int32, write: Int32)
    /// The first attempt to listen is over.
    private let begun = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(_ address: PostgresAddress, node: UUID, _ hub: ChangeHub) {
        self.address = address
        self.node = node
        self.hub = hub
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no file descriptors are left")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wake = (ends[0], ends[1])
    }

    deinit {
        _ = Glibc.close(wake.read)
        _ = Glibc.close(wake.write)
    }

    var accessGeneration: Int {
        if isListening.load(ordering: .sequentiallyConsistent) {
            return generation.load(ordering: .sequentiallyConsistent)
        }
        return generation.add(1, ordering: .sequentiallyConsistent).newValue
    }

    func forgetAccess() { generation.add(1, ordering: .sequentiallyConsistent) }

    /// Tells other nodes, in the transaction of the change: they hear of it if and when it is committed.
    var accessChanged: BoundSQL {
        BoundSQL("SELECT pg_notify('\(Self.accessChannel)', ?)", [.text(node.lowercased)])
    }

    /// Tells other nodes of leaves, after their commit: within it, a notification would make commits of all ledgers wait
    /// for one another.
    func tell(_ ledger: UUID, _ range: ClosedRange<Int>) {
        state.withLock { $0.untold.append((ledger, range)) }
        signal()
    }

    private func signal() {
        // A pipe that is full wakes the thread, too.
        var byte: UInt8 = 1
        _ = Glibc.write(wake.write, &byte, 1)
    }

    /// Says that this node lives, before it does anything.
    /// - Throws: ``PostgresError``.
    func register() throws {
        let connection = try PostgresConnection(address, node: node)
        defer { connection.close() }
        try connection.outside { run in
            _ = try run(beat)
            for _ in 0..<Self.clockQuestions { try setClock(run) }
        }
    }

    /// The database's time, as it was when it was last asked plus what has passed since.
    func now() -> Instant {
        let known = anchor.withLock { $0 }
        // It was asked before the store was opened.
        guard let known else { preconditionFailure("no node without the database's time") }
        return known.time(at: ContinuousClock.now)
    }

    /// Asks for the time, and keeps the answer that says most.
    private func setClock(_ run: (String) throws -> [[String?]]) throws {
        let before = ContinuousClock.now
        let rows = try run("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
        let passed = ContinuousClock.now - before
        guard let milliseconds = rows.first?.first?.flatMap({ Int64($0) }) else {
            throw PostgresError(state: "", message: "the database does not tell its time")
        }
        let answer = ClockAnchor(
            at: before + passed / 2, time: Instant(millisecondsSince1970: milliseconds), uncertainty: passed / 2)
        anchor.withLock { anchor in
            guard let known = anchor, known.isBetter(than: answer) else { return anchor = answer }
        }
    }

    private var beat: String {
        "INSERT INTO \"node\" (\"id\", \"seen_at\") VALUES ('\(node.lowercased)', now()) "
            + "ON CONFLICT (\"id\") DO UPDATE SET \"seen_at\" = now(); "
            + "DELETE FROM \"node\" WHERE \"seen_at\" < now() - interval '1 day'"
    }

    /// Begins to listen, and returns once it does or the first attempt failed: who subscribes afterwards misses nothing.
    /// - Parameters:
    ///   - reading: Called with what another node committed to a ledger.
    ///   - tending: Called with every sign of life.
    func start(
        reading: @escaping @Sendable (UUID, ClosedRange<Int>) -> Void,
        tending: @escaping @Sendable () -> Void
    ) {
        let thread = Thread { [self] in
            while !state.withLock({ $0.isStopped }) {
                do { try listen(reading, tending) } catch {
                    isListening.store(false, ordering: .sequentiallyConsistent)
                    // Whoever listens here may have missed something: they catch up when they come again.
                    hub.endAll()
                    begun.signal()
                    // Half a second, unless the store is closed meanwhile.
                    wait(on: -1, milliseconds: 500)
                }
            }
            isListening.store(false, ordering: .sequentiallyConsistent)
            ended.signal()
        }
        thread.name = "postgres-exchange"
        thread.start()
        begun.wait()
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        signal()
    }

    /// Waits after ``stop()`` until the others know that this node is gone; if the database does not answer, they see so
    /// half a minute later.
    func waitForEnd() { _ = ended.wait(timeout: .now() + .seconds(2)) }

    private func listen(
        _ reading: (UUID, ClosedRange<Int>) -> Void, _ tending: () -> Void
    ) throws {
        let connection = try PostgresConnection(address, node: node, application: "concord-exchange")
        defer { connection.close() }
        try connection.outside { run in
            // What is said here is no record: it need not wait for the disk.
            _ = try run(
                "SET synchronous_commit = off; LISTEN \(Self.changesChannel); LISTEN \(Self.accessChannel)")
            // What happened while nobody listened is unknown.
            generation.add(1, ordering: .sequentiallyConsistent)
            isListening.store(true, ordering: .sequentiallyConsistent)
            hub.endAll()
            begun.signal()
            let clock = ContinuousClock()
            var next = clock.now
            var tellsNext = clock.now
            while !state.withLock({ $0.isStopped }) {
                if clock.now >= next {
                    _ = try run(beat)
                    try setClock(run)
                    tending()
                    next = clock.now + .seconds(Self.beatSeconds)
                }
                for payload in clock.now >= tellsNext ? untold() : [] {
                    // Digits, hexadecimal digits and punctuation of our own.
                    _ = try run("SELECT pg_notify('\(Self.changesChannel)', '\(payload)')")
                    tellsNext = clock.now + .milliseconds(Self.tellingMilliseconds)
                }
                for notice in try connection.notifications() {
                    hear(notice.channel, notice.payload, reading)
                }
                if clock.now < tellsNext {
                    wait(on: connection.socket, isWoken: false, milliseconds: Int32(Self.tellingMilliseconds))
                } else {
                    wait(on: connection.socket, milliseconds: 1_000)
                }
            }
            // The others hear the last of it, and take over at once what this node had.
            for payload in untold() { _ = try run("SELECT pg_notify('\(Self.changesChannel)', '\(payload)')") }
            _ = try run("DELETE FROM \"node\" WHERE \"id\" = '\(node.lowercased)'")
        }
    }

    /// What is to be told, in as few payloads as will do: the node, and for each ledger the first and last index.
    private func untold() -> [String] {
        let found = state.withLock { state in
            defer { state.untold = [] }
            return state.untold
        }
        var ranges: [UUID: ClosedRange<Int>] = [:]
        for (ledger, range) in found {
            let known = ranges[ledger] ?? range
            ranges[ledger] =
                min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
        }
        var payloads: [String] = []
        var payload = ""
        for (ledger, range) in ranges {
            payload += " \(ledger.lowercased):\(range.lowerBound):\(range.upperBound)"
            if payload.utf8.count > Self.payloadBytesMax {
                payloads.append(node.lowercased + payload)
                payload = ""
            }
        }
        if !payload.isEmpty { payloads.append(node.lowercased + payload) }
        return payloads
    }

    private func hear(
        _ channel: String, _ payload: String, _ reading: (UUID, ClosedRange<Int>) -> Void
    ) {
        let words = payload.split(separator: " ")
        guard let speaker = words.first, speaker != node.lowercased else { return }
        if channel == Self.accessChannel { return forgetAccess() }
        for word in words.dropFirst() {
            let parts = word.split(separator: ":")
            guard parts.count == 3, let ledger = UUID(uuidString: String(parts[0])),
                let first = Int(parts[1]),
                let last = Int(parts[2]), first <= last
            else { continue }
            reading(ledger, first...last)
        }
    }

    /// Waits until the server sends something, something is to be told, or the time is over.
    /// - Parameter isWoken: `false` if what is to be told has time.
    private func wait(on socket: Int32, isWoken: Bool = true, milliseconds: Int32) {
        var waiting: [pollfd] = []
        if isWoken { waiting.append(pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)) }
        if socket >= 0 { waiting.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&waiting, nfds_t(waiting.count), milliseconds)
        guard isWoken else { return }
        var bytes = [UInt8](repeating: 0, count: 256)
        _ = Glibc.read(wake.read, &bytes, bytes.count)
    }
}

extension SQLReader {
    /// Revisions whose leaves lie in a part of a ledger, as what a commit made visible: of each record the present one.
    func committedChanges(in ledger: UUID, _ range: ClosedRange<Int>) throws -> [CommittedChange] {
        let entries = try revisionEntries(
            in: ledger, from: range.lowerBound, isBackwards: false, limit: min(range.count, 1_000)
        ).filter { range.contains($0.index) }
        let people = Array(Set(entries.compactMap(\.person)))
        let names =
            try layouts.named("person").map { try titles($0.layout.schema, people, in: ledger) } ?? [:]
        return try entries.compactMap { entry in
            guard let schema = layouts.named(entry.type.name)?.layout.schema,
                let record = try find(schema, entry.id, in: ledger, asOf: nil)
            else { return nil }
            return CommittedChange(
                record: record, action: entry.action, person: entry.person,
                personName: entry.person.flatMap { names[$0] })
        }
    }
}
