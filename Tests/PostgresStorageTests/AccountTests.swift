// Accounts and what belongs to them: both databases give the same answers.
import Foundation
import PostgresStorage
import RecordKit
import SQLiteStorage
import Storage
import TestKit
import Testing

@Suite struct AccountTests {
    @Test func bothDatabasesKeepAccountsAlike() async throws {
        let folder = try WorldFolder("accounts", types: .forged)
        let world = try PostgresWorld()
        let stores: [any DatabaseStore] = [
            try SQLiteStore(
                path: folder.url.appendingPathComponent("accounts.sqlite").path, schemas: SampleRegistry.schemas),
            try world.node(),
        ]
        for store in stores {
            try await check(store)
            try store.close()
        }
        withExtendedLifetime(folder) {}
    }

    private func check(_ store: any DatabaseStore) async throws {
        var fixtures = Fixtures(seed: 9)
        let (organisation, elsewhere) = (fixtures.id(), fixtures.id())
        let person = try await store.write(organisation) { [id = fixtures.id(), change = fixtures.change("create")] in
            try $0.save(
                Companion.schema.validated(Companion(name: "Ada")).erased, id: id, over: nil, isArchived: false,
                by: change)
        }
        let other = try await store.write(elsewhere) { [id = fixtures.id(), change = fixtures.change("create")] in
            try $0.save(
                Companion.schema.validated(Companion(name: "Bo")).erased, id: id, over: nil, isArchived: false,
                by: change)
        }
        let now = fixtures.tick()
        var account = Account(
            id: fixtures.id(), email: "ada@example.org", passwordHash: nil, isDisabled: false,
            isServerAdministrator: true, createdAt: now)
        let before = store.accessGeneration
        try await store.save(account)
        #expect(store.accessGeneration > before)
        account.passwordHash = "hash"
        try await store.save(account)
        #expect(try await store.account(account.id) == account)
        #expect(try await store.account(email: "ada@example.org") == account)
        #expect(try await store.account(email: "bo@example.org") == nil)
        #expect(try await store.accountCount() == 1)
        let taken = Account(
            id: fixtures.id(), email: "ada@example.org", passwordHash: nil, isDisabled: false,
            isServerAdministrator: false, createdAt: now)
        await #expect(throws: StoreError.taken(type: "account", field: "email")) { try await store.save(taken) }

        let today = Day(daysSince1970: 20_000)
        let here = Membership(
            account: account.id, organisation: organisation, person: person.id, from: today, until: nil)
        let there = Membership(
            account: account.id, organisation: elsewhere, person: other.id, from: today, until: today)
        for membership in [here, here, there] { try await store.save(membership) }
        #expect(Set(try await store.memberships(of: account.id)) == [here, there])
        #expect(try await store.memberships(in: organisation) == [here])
        #expect(
            try await store.members(of: organisation) == [
                MemberAccount(membership: here, account: account, isUsedElsewhere: true)
            ])
        try await store.removeMembership(account: account.id, organisation: elsewhere)
        #expect(try await store.members(of: organisation).map(\.isUsedElsewhere) == [false])

        var session = Session(
            secretHash: fixtures.bytes(32), account: account.id, organisation: nil, formSecret: "form", createdAt: now,
            seenAt: now, expiresAt: now.adding(seconds: 60))
        #expect(try await store.begin(session, ifPasswordIs: "another") == false)
        #expect(try await store.session(session.secretHash) == nil)
        #expect(try await store.begin(session, ifPasswordIs: "hash"))
        session.seenAt = now.adding(seconds: 1)
        for time in [session.seenAt, now] { try await store.see(session.secretHash, at: time) }
        #expect(try await store.session(session.secretHash) == session)
        let next = Session(
            secretHash: fixtures.bytes(32), account: account.id, organisation: organisation, formSecret: "form",
            createdAt: now, seenAt: now, expiresAt: now.adding(seconds: 60))
        #expect(try await store.replace(session.secretHash, by: next))
        #expect(try await store.replace(session.secretHash, by: session) == false, "it has ended already")
        try await store.see(session.secretHash, at: now.adding(seconds: 2))
        #expect(try await store.session(session.secretHash) == nil, "nothing brings it back")
        session = next
        #expect(try await store.session(session.secretHash) == session)
        // A change is made over what was read, or not at all.
        var changed = account
        changed.passwordHash = "new hash"
        try await store.save(changed, over: account, noting: nil)
        let stale = account
        await #expect(throws: StoreError.changedMeanwhile(type: "account", id: stale.id, present: 0)) {
            try await store.save(stale, over: stale, noting: nil)
        }
        #expect(try await store.account(account.id) == changed)
        try await store.removeSessions(of: account.id, except: session.secretHash)
        #expect(try await store.session(session.secretHash) == session)
        try await store.removeSessions(expiredAt: now.adding(seconds: 61))
        #expect(try await store.session(session.secretHash) == nil)

        let event = AccountEvent(
            organisation: organisation, event: LedgerEvent(objectType: "token", objectID: account.id.lowercased),
            change: fixtures.change("create"))
        var token = APIToken(
            id: fixtures.id(), secretHash: fixtures.bytes(32), account: account.id, organisation: organisation,
            name: "t", mayWrite: true, createdAt: now, expiresAt: now.adding(seconds: 60), revokedAt: nil)
        try await store.save(token, noting: event)
        token.revokedAt = now
        try await store.save(token, noting: event)
        #expect(try await store.token(token.secretHash) == token)
        #expect(try await store.tokens(of: account.id, in: organisation) == [token])
        // The record, and the event twice.
        #expect(try await store.read { try $0.ledgerSize(organisation) } == 3)

        #expect(try await store.failures("key", since: now) == 0)
        #expect(try await store.countFailure("key", at: now, since: now) == 1)
        #expect(try await store.countFailure("key", at: now, since: now) == 2)
        #expect(try await store.countFailure("key", at: now.adding(seconds: 60), since: now) == 3)
        try await store.takeBackFailure("key", at: now.adding(seconds: 60))
        try await store.takeBackFailure("key", at: now.adding(seconds: 60))
        #expect(try await store.failures("key", since: now) == 2)
        try await store.removeFailures("key")
        #expect(try await store.failures("key", since: now) == 0)

        let secret = fixtures.bytes(32)
        try await store.saveInvitation(secret, account: account.id, expiresAt: now.adding(seconds: 60), noting: event)
        #expect(try await store.hasInvitation(secret, at: now))
        #expect(try await store.takeInvitation(secret, at: now.adding(seconds: 61)) == nil)
        #expect(try await store.takeInvitation(secret, at: now) == .some(account.id))
        #expect(try await store.takeInvitation(secret, at: now) == nil)
        #expect(try await store.hasInvitation(secret, at: now) == false)

        // What an erasure asks of the database itself.
        try await store.scrub()
        #expect(try await store.read { try $0.ledgerSize(organisation) } == 4)
    }
}
