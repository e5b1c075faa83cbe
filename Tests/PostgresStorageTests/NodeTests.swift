// Several nodes over one database.
import Foundation
import PostgresStorage
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct NodeTests {
    @Test func twoNodesWriteOneLedgerWithoutAGap() async throws {
        let world = try PostgresWorld()
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 4)
        let (shared, other) = (fixtures.id(), fixtures.id())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<8 {
                let node = nodes[client % 2]
                group.addTask {
                    var own = Fixtures(seed: 200 + UInt64(client))
                    for step in 0..<40 {
                        let organisation = step % 4 == 3 ? other : shared
                        try await node.add("x", id: own.id(), in: organisation, by: own.change("create"))
                    }
                }
            }
            try await group.waitForAll()
        }
        for (organisation, count) in [(shared, 240), (other, 80)] {
            let leaves = try await nodes[0].read { try $0.leaves(organisation, from: 0, limit: 1_000) }
            #expect(leaves.map(\.index) == Array(0..<count))
            // The number of a revision follows the ledger, on whichever node it was made.
            let session = try PostgresSession(world.address)
            try session.run("SELECT set_config('concord.organisation', '\(organisation.uuidString)', false)")
            let numbers = try session.run("SELECT \"number\" FROM \"revision\" ORDER BY \"index\"").compactMap {
                $0[0].flatMap { Int($0) }
            }
            #expect(numbers == numbers.sorted())
            #expect(numbers.count == count)
        }
        for node in nodes { try node.close() }
    }

    @Test func twoNodesMigrateAtOnce() async throws {
        let world = try PostgresWorld()
        let address = try world.address
        let done = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 { group.addTask { try PostgresMigrations.migrate(address) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(done.filter { !$0.isEmpty } == [PostgresMigrations.names])
    }

    /// A difference means that a record type changed: print `concord schema --postgres` and write the next migration.
    @Test func migrationsBuildTheTablesThatTheRecordTypesAskFor() throws {
        let (migrated, derived) = (try PostgresWorld(), try PostgresWorld())
        try PostgresMigrations.migrate(migrated.address)
        try PostgresMigrations.migrate(derived.address, schemas: Registry.schemas)
        func objects(_ world: PostgresWorld) throws -> Set<String> {
            let rows = try PostgresSession(world.address).run(
                """
                SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
                UNION ALL SELECT 'column ' || c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                || ' ' || a.attnotnull || ' ' || coalesce(l.collname, '') FROM pg_attribute a
                JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
                UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                UNION ALL SELECT 'policy ' || tablename || ' ' || qual || ' ' || with_check FROM pg_policies
                UNION ALL SELECT 'wall ' || relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity
                """)
            return Set(rows.compactMap { $0[0] }.filter { !$0.contains("migration") })
        }
        let (built, wanted) = (try objects(migrated), try objects(derived))
        #expect(built.subtracting(wanted) == [])
        #expect(wanted.subtracting(built) == [])
        #expect(wanted.count > 500)
    }

    @Test func whatOneNodeCommitsTheOtherTellsAndForgets() async throws {
        let world = try PostgresWorld()
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 5)
        let organisation = fixtures.id()
        // Both listen once what is known of accounts stands still.
        for node in nodes {
            while node.accessGeneration != node.accessGeneration {
                try await _Concurrency.Task.sleep(for: .milliseconds(20))
            }
        }
        let subscription = try nodes[1].changes.subscribe(to: organisation, account: nil)
        let id = fixtures.id()
        try await nodes[0].add("news", id: id, in: organisation, by: fixtures.change("create"))
        var heard: [UUID] = []
        for await signal in subscription.signals {
            if case .changes(let changes) = signal {
                heard = changes.map(\.record.id)
                break
            }
        }
        #expect(heard == [id])
        let before = nodes[1].accessGeneration
        try await nodes[0].save(
            Account(
                id: fixtures.id(), email: "a@example.org", passwordHash: nil, isDisabled: false,
                isServerAdministrator: false, createdAt: fixtures.tick()))
        let end = ContinuousClock.now + .seconds(10)
        while nodes[1].accessGeneration == before, ContinuousClock.now < end {
            try await _Concurrency.Task.sleep(for: .milliseconds(10))
        }
        #expect(nodes[1].accessGeneration > before)
        for node in nodes { try node.close() }
    }

    @Test func aNodeThatStartsInterruptsNoLiveNodesImport() async throws {
        let world = try PostgresWorld()
        let working = try world.node()
        var fixtures = Fixtures(seed: 6)
        let organisation = fixtures.id()
        var job = ImportJob(
            id: fixtures.id(), organisation: organisation, person: nil, type: Companion.type, fileName: "a.csv",
            format: "csv", at: fixtures.tick())
        job.state = .applying
        let saved = job
        try await working.write(organisation) { try $0.save(saved) }
        let starting = try world.node()
        try await starting.write(nil) { try $0.interruptImports() }
        func state() async throws -> ImportJob.State? {
            try await starting.read { try $0.importJob(saved.id, in: organisation)?.state }
        }
        #expect(try await state() == .applying)
        // Its node has not been heard of for a while.
        try world.server.execute(
            "UPDATE \"node\" SET \"seen_at\" = now() - interval '1 hour'", database: world.database)
        try await starting.write(nil) { try $0.interruptImports() }
        #expect(try await state() == .interrupted)
        for node in [working, starting] { try node.close() }
    }

    @Test func attemptsOnSeveralNodesAtOnceAreAllCounted() async throws {
        let world = try PostgresWorld()
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 8)
        let now = fixtures.tick()
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for n in 0..<32 { group.addTask { try await nodes[n % 2].countFailure("key", at: now, since: now) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.sorted() == Array(1...32), "no two of them are the fifth")
        for node in nodes { try node.close() }
    }

    @Test func allNodesTakeFromOneBudgetThatTimeRefills() async throws {
        let world = try PostgresWorld()
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 10)
        let now = fixtures.tick()
        let budget = RequestBudget(full: 60, windowSeconds: 60)
        // Many at once, in opposite orders of their names, and no request is forgotten.
        let names = (0..<40).map { "address:10.0.0.\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for n in 0..<16 {
                let counts = Dictionary(uniqueKeysWithValues: (n % 2 == 0 ? names : names.reversed()).map { ($0, 2) })
                group.addTask { _ = try await nodes[n % 2].take(counts, from: budget, at: now) }
            }
            try await group.waitForAll()
        }
        let both = try await nodes[0].take([names[3]: 1, "token:t": 5], from: budget, at: now)
        #expect(both == [names[3]: 27, "token:t": 55])
        // A second gives one back, a whole window no more than there was.
        func left(_ count: Int, after seconds: Int) async throws -> Double? {
            try await nodes[1].take([names[3]: count], from: budget, at: now.adding(seconds: seconds))?[names[3]]
        }
        #expect(try await left(2, after: 1) == 26)
        #expect(try await left(1, after: 1_000) == 59)
        // A clock that is behind gives nothing; a debt is at most a whole budget.
        #expect(try await left(1, after: 970) == 58)
        #expect(try await left(59, after: 1_000) == -1)
        #expect(try await left(500, after: 1_000) == -60)
        let debt = try await nodes[0].take(["token:new": 500], from: budget, at: now)
        #expect(debt == ["token:new": -60], "also where nothing was taken before")
        // Clocks that are set back for good do not stop the refilling.
        #expect(try await left(0, after: 600) == -60)
        #expect(try await left(0, after: 630) == -30)
        #expect(try await left(30, after: 1_000) == 30)
        #expect(try await left(500, after: 1_000) == -60)
        try await nodes[0].removeRequestBudgets(before: now.adding(seconds: 500))
        #expect(try await nodes[0].take(["token:t": 1], from: budget, at: now.adding(seconds: 1)) == ["token:t": 59])
        #expect(try await left(1, after: 1_000) == -60, "what was used since is kept")
        for node in nodes { try node.close() }
    }

    @Test func noSessionOfAnOldPasswordOutlivesItsChangeOnAnotherNode() async throws {
        let world = try PostgresWorld()
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 9)
        let now = fixtures.tick()
        for round in 0..<20 {
            let account = Account(
                id: fixtures.id(), email: "a\(round)@example.org", passwordHash: "old", isDisabled: false,
                isServerAdministrator: false, createdAt: now)
            try await nodes[0].save(account)
            var changed = account
            changed.passwordHash = "new"
            let sessions = (0..<6).map { _ in
                Session(
                    secretHash: fixtures.bytes(32), account: account.id, organisation: nil, formSecret: "form",
                    createdAt: now, seenAt: now, expiresAt: now.adding(seconds: 60))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for session in sessions {
                    group.addTask { _ = try await nodes[0].begin(session, ifPasswordIs: "old") }
                }
                group.addTask { [changed] in
                    try await nodes[1].save(changed, over: account, noting: nil)
                    try await nodes[1].removeSessions(of: account.id, except: nil)
                }
                try await group.waitForAll()
            }
            for session in sessions { #expect(try await nodes[0].session(session.secretHash) == nil) }
        }
        for node in nodes { try node.close() }
    }

    @Test func twoNodesAtOnceMakeOneFirstAccount() async throws {
        let world = try PostgresWorld()
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 10)
        let now = fixtures.tick()
        let tries = try await withThrowingTaskGroup(of: Bool.self) { group in
            for n in 0..<8 {
                let account = Account(
                    id: fixtures.id(), email: "a\(n)@example.org", passwordHash: nil, isDisabled: false,
                    isServerAdministrator: true, createdAt: now)
                let event = AccountEvent(
                    organisation: nil, event: LedgerEvent(objectType: "account", objectID: account.id.lowercased),
                    change: fixtures.change("create"))
                let link = fixtures.bytes(32)
                try await nodes[0].saveInvitation(
                    link, account: nil, expiresAt: now.adding(seconds: 60), noting: event)
                group.addTask {
                    do {
                        try await nodes[n % 2].saveFirst(account, by: link, at: now, noting: event)
                        return true
                    } catch StoreError.changedMeanwhile { return false }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(tries.filter { $0 }.count == 1)
        #expect(try await nodes[0].accountCount() == 1)
        // A leaf for each link, and one for the account.
        #expect(try await nodes[1].read { try $0.ledgerSize(nil) } == 9)
        for node in nodes { try node.close() }
    }

    @Test func aNodeTellsTheDatabasesTime() async throws {
        let world = try PostgresWorld()
        let node = try world.node()
        let session = try PostgresSession(world.address)
        func databaseTime() throws -> Int64 {
            let rows = try session.run("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
            return try #require(rows.first?[0].flatMap { Int64($0) })
        }
        // In between, whatever this machine's clock says; on one that is held up for long only the order remains.
        for _ in 0..<3 {
            let before = try databaseTime()
            let now = node.now().millisecondsSince1970
            let after = try databaseTime()
            #expect(now >= before - 200 && now <= after + 200)
        }
        try node.close()
    }
}
