// Brief changes of several organisations in one commit, and what may not wait for what.
import Foundation
import PostgresStorage
import RecordKit
import Storage
import TestKit
import Testing

/// Holds up the first changes that come past: whatever comes meanwhile waits for the next commits.
private final class HoldUp: Sendable {
    private let count = Shared(0)
    /// Changes that came past; one that is run again counts again.
    var runs: Int { count.withLock { $0 } }

    func pass() {
        let number = count.withLock {
            $0 += 1
            return $0
        }
        if number <= 2 { usleep(250_000) }
    }
}

/// A long change that has an organisation until it is let go.
private struct LongChange: Sendable {
    private let isReleased: DispatchSemaphore
    private let change: _Concurrency.Task<StoredRecord, any Error>

    /// Returns when the change has the organisation.
    init(_ node: PostgresStore, _ organisation: UUID, _ fixtures: inout Fixtures) async throws {
        let (isHeld, isReleased) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let valid = try Companion.schema.validated(Companion(name: "long")).erased
        let (id, change) = (fixtures.id(), fixtures.change("create"))
        self.isReleased = isReleased
        self.change = _Concurrency.Task {
            try await node.write(organisation) { transaction in
                isHeld.signal()
                isReleased.wait()
                return try transaction.save(valid, id: id, over: nil, isArchived: false, by: change)
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isHeld.wait()
                continuation.resume()
            }
        }
    }

    func letGo() async throws -> StoredRecord {
        isReleased.signal()
        return try await change.value
    }
}

@Suite struct SharedCommitTests {
    private struct Refused: Error, Equatable { let number: Int }

    /// Transactions that wrote leaves of these ledgers.
    private func transactions(_ world: PostgresWorld, _ ledgers: [UUID]) throws -> Set<String> {
        let session = try PostgresSession(world.address)
        var found: Set<String> = []
        for ledger in ledgers {
            try session.run("SELECT set_config('concord.organisation', '\(ledger.uuidString)', false)")
            found.formUnion(try session.run("SELECT xmin::text FROM \"leaf\"").compactMap { $0[0] })
        }
        return found
    }

    @Test func changesThatWaitShareACommitAndEachMeetsItsOwnFate() async throws {
        let world = try PostgresWorld()
        let node = try world.node()
        var fixtures = Fixtures(seed: 31)
        let organisations = (0..<12).map { _ in fixtures.id() }
        let taken = fixtures.id()
        try await node.add("there", id: taken, in: organisations[0], by: fixtures.change("create"))
        let valid = try Companion.schema.validated(Companion(name: "x")).erased
        let holdUp = HoldUp()
        var expected: [UUID: Int] = [organisations[0]: 1]
        let outcomes = try await withThrowingTaskGroup(of: (Int, Result<Void, any Error>).self) { group in
            for (number, organisation) in organisations.enumerated() {
                let (change, id) = (fixtures.change("create"), number == 0 ? taken : fixtures.id())
                // Of twelve, the first has a taken identifier, one throws before and one after it has written.
                if ![0, 4, 8].contains(number) { expected[organisation] = 1 }
                group.addTask {
                    do {
                        try await node.write(organisation, isBrief: true) { transaction in
                            holdUp.pass()
                            if number == 4 { throw Refused(number: 4) }
                            try transaction.save(valid, id: id, over: nil, isArchived: false, by: change)
                            if number == 8 { throw Refused(number: 8) }
                        }
                        return (number, .success(()))
                    } catch { return (number, .failure(error)) }
                }
            }
            return try await group.reduce(into: [Int: Result<Void, any Error>]()) { $0[$1.0] = $1.1 }
        }
        for number in organisations.indices {
            switch (number, outcomes[number]) {
            case (0, .failure(let error as StoreError)):
                #expect(error == .changedMeanwhile(type: Companion.type.name, id: taken, present: 1))
            case (4, .failure(let error as Refused)), (8, .failure(let error as Refused)):
                #expect(error.number == number)
            case (0, _), (4, _), (8, _): Issue.record("\(number): \(String(describing: outcomes[number]))")
            case (_, .success): break
            default: Issue.record("\(number): \(String(describing: outcomes[number]))")
            }
        }
        for organisation in organisations {
            let leaves = try await node.read { try $0.leaves(organisation, from: 0, limit: 10) }
            #expect(leaves.map(\.index) == Array(0..<(expected[organisation] ?? 0)))
        }
        try node.close()
    }

    @Test func changesOfManyOrganisationsTakeFewTransactions() async throws {
        let world = try PostgresWorld()
        let node = try world.node()
        var fixtures = Fixtures(seed: 32)
        let organisations = (0..<16).map { _ in fixtures.id() }
        let valid = try Companion.schema.validated(Companion(name: "x")).erased
        let holdUp = HoldUp()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for organisation in organisations {
                let (change, id) = (fixtures.change("create"), fixtures.id())
                group.addTask {
                    try await node.write(organisation, isBrief: true) { transaction in
                        holdUp.pass()
                        try transaction.save(valid, id: id, over: nil, isArchived: false, by: change)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(holdUp.runs == 16)
        // Two that came first, and the rest in the next ones.
        #expect((1...4).contains(try transactions(world, organisations).count))
        try node.close()
    }

    @Test func aChangeThatTakesLongAfterAllRunsAlone() async throws {
        let world = try PostgresWorld()
        let node = try world.node()
        var fixtures = Fixtures(seed: 34)
        let organisations = (0..<6).map { _ in fixtures.id() }
        let valid = try Companion.schema.validated(Companion(name: "x")).erased
        let (holdUp, longs) = (HoldUp(), Shared(0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, organisation) in organisations.enumerated() {
                let (change, id) = (fixtures.change("create"), fixtures.id())
                group.addTask {
                    try await node.write(organisation, isBrief: true) { transaction in
                        holdUp.pass()
                        // Two find out before they have written anything, two afterwards.
                        if number < 2 { try transaction.takesLong() }
                        try transaction.save(valid, id: id, over: nil, isArchived: false, by: change)
                        if number < 4 { try transaction.takesLong() }
                        if number < 4 { longs.withLock { $0 += 1 } }
                    }
                }
            }
            try await group.waitForAll()
        }
        // Each came past the place once: alone.
        #expect(longs.withLock { $0 } == 4)
        #expect(holdUp.runs > 6)
        for organisation in organisations {
            #expect(try await node.read { try $0.leaves(organisation, from: 0, limit: 9) }.map(\.index) == [0])
        }
        // Every one of the four has a transaction of its own.
        #expect(try transactions(world, Array(organisations[..<4])).count == 4)
        try node.close()
    }

    /// What a change wrote goes to the database with that of others, and is there all the same when it is asked for.
    @Test func changesThatShareACommitSeeWhatTheyWroteThemselves() async throws {
        let world = try PostgresWorld()
        let node = try world.node()
        var fixtures = Fixtures(seed: 35)
        let organisations = (0..<9).map { _ in fixtures.id() }
        let valid = try Companion.schema.validated(Companion(name: "seen at once")).erased
        let holdUp = HoldUp()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Twice each: the second change may follow the first in one commit.
            for (number, organisation) in (organisations + organisations).enumerated() {
                let made = (0..<2).map { _ in (id: fixtures.id(), change: fixtures.change("create")) }
                group.addTask {
                    try await node.write(organisation, isBrief: true) { transaction in
                        holdUp.pass()
                        try transaction.save(valid, id: made[0].id, over: nil, isArchived: false, by: made[0].change)
                        // Some look, so that some is sent before the rest.
                        if number % 3 > 0 {
                            let found = try transaction.find(valid.schema, made[0].id, in: organisation, asOf: nil)
                            #expect(found?.version == 1)
                            let others = organisations.filter { $0 != organisation }
                            for other in others {
                                #expect(try transaction.find(valid.schema, made[0].id, in: other, asOf: nil) == nil)
                            }
                        }
                        if number % 3 > 1 {
                            try transaction.save(
                                valid, id: made[0].id, over: 1, isArchived: true, by: made[1].change)
                        } else {
                            try transaction.save(
                                valid, id: made[1].id, over: nil, isArchived: false, by: made[1].change)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for (number, organisation) in organisations.enumerated() {
            #expect(
                try await node.read { try $0.leaves(organisation, from: 0, limit: 9) }.map(\.index) == [0, 1, 2, 3])
            let query = Query(valid.schema, where: .search("once"), archived: .include, limit: 9)
            let found = try await node.read { try $0.page(query, in: organisation, asOf: nil).records }
            // The changes number `number` and `number + 9`.
            let (saved, changed) = number % 3 > 1 ? (2, 2) : (4, 0)
            #expect(found.count == saved)
            #expect(found.filter { $0.version == 2 && $0.meta.isArchived }.count == changed)
        }
        // Far fewer transactions than the eighteen changes.
        #expect((1...9).contains(try transactions(world, organisations).count))
        try node.close()
    }

    /// One change adds a reference to a record that is there, the next one a record with a reference: rows go in an order
    /// in which every one finds what it refers to.
    @Test func rowsThatReferToOthersShareACommit() async throws {
        let world = try PostgresWorld()
        let node = try world.node()
        var fixtures = Fixtures(seed: 36)
        let schema = Standard.schema
        let tenants = (0..<12).map { _ in (id: fixtures.id(), first: fixtures.id(), second: fixtures.id()) }
        for tenant in tenants {
            for (key, id) in [("a", tenant.first), ("b", tenant.second)] {
                let (valid, change) = (
                    try schema.validated(Standard(key: key, title: key)).erased, fixtures.change("create")
                )
                _ = try await node.write(tenant.id) {
                    try $0.save(valid, id: id, over: nil, isArchived: false, by: change)
                }
            }
        }
        let before = try transactions(world, tenants.map(\.id))
        let holdUp = HoldUp()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, tenant) in tenants.enumerated() {
                let isUpdate = number % 2 == 0
                let standard = Standard(
                    key: isUpdate ? "a" : "c", title: "points", parent: ID(isUpdate ? tenant.second : tenant.first))
                let valid = try schema.validated(standard).erased
                let (id, change) = (isUpdate ? tenant.first : fixtures.id(), fixtures.change("save"))
                group.addTask {
                    _ = try await node.write(tenant.id, isBrief: true) { transaction in
                        holdUp.pass()
                        return try transaction.save(
                            valid, id: id, over: isUpdate ? 1 : nil, isArchived: false, by: change)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(holdUp.runs == 12, "none ran twice")
        let after = try transactions(world, tenants.map(\.id))
        #expect((1...4).contains(after.subtracting(before).count))
        for (number, tenant) in tenants.enumerated() {
            let target = number % 2 == 0 ? tenant.second : tenant.first
            let links = try await node.read { try $0.links(to: [target], in: tenant.id, asOf: nil, limit: 9) }
            #expect(links.map(\.field) == ["parent"])
        }
        try node.close()
    }

    /// A long change holds up its own organisation on every node, and no other.
    @Test func nobodyElseWaitsForALongChange() async throws {
        let world = try PostgresWorld()
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 33)
        let held = fixtures.id()
        let others = (0..<6).map { _ in fixtures.id() }
        let long = try await LongChange(nodes[0], held, &fixtures)
        // On both nodes a change of the held organisation stands first in line.
        let waiting = (0..<2).map { (nodes[$0], fixtures.id(), fixtures.change("create")) }
        let behind = waiting.map { node, id, change in
            _Concurrency.Task { try await node.add("behind", id: id, in: held, by: change) }
        }
        for node in nodes {
            for organisation in others {
                try await node.add("beside", id: fixtures.id(), in: organisation, by: fixtures.change("create"))
            }
        }
        // All that is done while the long change still holds its organisation.
        let (a, b) = (nodes[0], nodes[1])
        for organisation in others { #expect(try await a.read { try $0.ledgerSize(organisation) } == 2) }
        #expect(try await b.read { try $0.ledgerSize(held) } == 0)
        #expect(try await long.letGo().meta.since == 0)
        for task in behind { _ = try await task.value }
        #expect(try await b.read { try $0.leaves(held, from: 0, limit: 10) }.map(\.index) == [0, 1, 2])
        for node in nodes { try node.close() }
    }

    /// What waited for another node that had the ledger goes together, and each is told its own outcome.
    @Test func briefChangesThatWaitedForAnotherNodeShareACommit() async throws {
        let world = try PostgresWorld()
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 37)
        let held = fixtures.id()
        let long = try await LongChange(nodes[0], held, &fixtures)
        let valid = try Companion.schema.validated(Companion(name: "waits")).erased
        let waiting = (0..<2).map { half in
            (0..<12).map { number in
                let (node, id, change) = (nodes[1], fixtures.id(), fixtures.change("create"))
                return _Concurrency.Task {
                    try await node.write(held, isBrief: true) { transaction in
                        let saved = try transaction.save(valid, id: id, over: nil, isArchived: false, by: change)
                        // In the second half one is refused after it wrote.
                        if half == 1, number == 5 { throw Refused(number: 5) }
                        return saved.meta.since
                    }
                }
            }
        }
        // They stand in line before the ledger is let go; should some not yet, they come after.
        try await _Concurrency.Task.sleep(for: .milliseconds(300))
        #expect(try await long.letGo().meta.since == 0)
        var indexes: [Int] = []
        for (half, tasks) in waiting.enumerated() {
            for (number, task) in tasks.enumerated() {
                if half == 1, number == 5 {
                    await #expect(throws: Refused(number: 5)) { try await task.value }
                } else {
                    indexes.append(try await task.value)
                }
            }
        }
        #expect(indexes.sorted() == Array(1...23))
        let leaves = try await nodes[0].read { try $0.leaves(held, from: 0, limit: 99) }
        #expect(leaves.map(\.index) == Array(0...23))
        for node in nodes { try node.close() }
    }
}
