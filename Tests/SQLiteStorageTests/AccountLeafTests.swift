// A change of accounts and its leaf are one transaction.
import Foundation
import MerkleLog
import RecordKit
import SQLiteStorage
import Storage
import TestKit
import Testing

@Suite struct AccountLeafTests {
    private let folder: WorldFolder
    private let store: SQLiteStore

    init() throws {
        folder = try WorldFolder("accounts", types: .own)
        store = try SQLiteStore(
            path: folder.url.appendingPathComponent("concord.sqlite").path, schemas: Workspace.schemas)
    }

    private func account(_ email: String, _ fixtures: inout Fixtures) -> Account {
        Account(
            id: fixtures.id(), email: email, passwordHash: nil, isDisabled: false, isServerAdministrator: false,
            createdAt: fixtures.tick())
    }

    private func event(_ type: String, in organisation: UUID?, _ fixtures: inout Fixtures) -> AccountEvent {
        AccountEvent(
            organisation: organisation, event: LedgerEvent(objectType: type, objectID: fixtures.id().lowercased),
            change: fixtures.change("create"))
    }

    private func leaves(_ organisation: UUID?) async throws -> [Leaf] {
        try await store.read { reader in
            try reader.leaves(organisation, from: 0, limit: 100).map { try Leaf(canonicalBytes: $0.data) }
        }
    }

    @Test func eachChangeIsWrittenWithItsLeafInTheLedgerItNames() async throws {
        var fixtures = Fixtures(seed: 3)
        let organisation = fixtures.id()
        let ada = account("ada@example.org", &fixtures)
        // A membership names a record of its organisation.
        let (person, change) = (fixtures.id(), fixtures.change("create"))
        let record = fixtures.validRecord(Companion.schema.erased, targets: [:])
        try await store.write(organisation) {
            _ = try $0.save(record, id: person, over: nil, isArchived: false, by: change)
        }
        try await store.save(ada, noting: event("account", in: nil, &fixtures))
        try await store.saveInvitation(
            fixtures.bytes(32), account: ada.id, expiresAt: fixtures.tick(),
            noting: event("link", in: organisation, &fixtures))
        let membership = Membership(
            account: ada.id, organisation: organisation, person: person, from: Day(daysSince1970: 20_000),
            until: nil)
        try await store.save(membership, noting: event("membership", in: organisation, &fixtures))
        let token = APIToken(
            id: fixtures.id(), secretHash: fixtures.bytes(32), account: ada.id, organisation: organisation, name: "n",
            mayWrite: true, createdAt: fixtures.tick(), expiresAt: fixtures.tick(), revokedAt: nil)
        try await store.save(token, noting: event("token", in: organisation, &fixtures))
        try await store.removeMembership(
            account: ada.id, organisation: organisation, noting: event("ended", in: organisation, &fixtures))
        #expect(try await leaves(nil).map(\.object.type) == ["account"])
        let own = try await leaves(organisation).filter { $0.type == "event" }
        #expect(own.map(\.object.type) == ["link", "membership", "token", "ended"])
        #expect(own.allSatisfy { $0.organisation == organisation.lowercased })
        #expect(try await store.memberships(of: ada.id).isEmpty)
    }

    @Test func whatIsRefusedLeavesNoLeaf() async throws {
        var fixtures = Fixtures(seed: 4)
        try await store.save(account("ada@example.org", &fixtures), noting: event("account", in: nil, &fixtures))
        let second = account("ada@example.org", &fixtures)
        let note = event("account", in: nil, &fixtures)
        await #expect(throws: StoreError.taken(type: "account", field: "email")) {
            try await store.save(second, noting: note)
        }
        #expect(try await leaves(nil).count == 1)
    }

    @Test func aLeafThatCannotBeWrittenUndoesTheChange() async throws {
        var fixtures = Fixtures(seed: 5)
        let ada = account("ada@example.org", &fixtures)
        let tooLong = AccountEvent(
            organisation: nil,
            event: LedgerEvent(objectType: "account", objectID: String(repeating: "x", count: Leaf.bytesMax)),
            change: fixtures.change("create"))
        await #expect(throws: LeafError.self) { try await store.save(ada, noting: tooLong) }
        #expect(try await store.account(ada.id) == nil)
        #expect(try await leaves(nil).isEmpty)
    }
}
