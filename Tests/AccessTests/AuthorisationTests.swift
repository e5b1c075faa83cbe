import Access
import Foundation
import RecordKit
import Records
import Storage
import Testing

@Suite struct AuthorisationTests {
    private static let maker = RecordMaker(
        persons: (1...3).map(id), assets: (11...13).map(id), organisation: id(21))
    private static let schemas = Registry.schemas + [Probe.schema.erased]
    private static var me: UUID { maker.persons[0] }

    private static func id(_ n: Int) -> UUID {
        UUID.version7(at: Instant(millisecondsSince1970: Int64(n)), random: (0, 0))
    }

    private static func caller(
        _ roles: Set<Role>, scopes: [Role: [UUID]] = [:], mayWrite: Bool = true,
        organisation: UUID? = maker.organisation
    ) -> Caller {
        Caller(
            account: id(31), organisation: organisation, person: me, roles: roles, scopes: scopes, mayWrite: mayWrite)
    }

    /// The rule, written out once more: what the permissions of any of the roles reach, less what never writes.
    private static func expected(_ caller: Caller, _ action: Action, _ record: StoredRecord) -> Bool {
        let isOwn = record.meta.organisation == caller.organisation
        guard isOwn || (record.meta.organisation == nil && action == .read) else { return false }
        if action != .read {
            guard caller.mayWrite, !caller.roles.contains(.externalAuditor), record.schema.isWritten else {
                return false
            }
        }
        func links(_ field: String) -> [UUID] {
            switch record[field] {
            case .reference(let id): [id]
            case .links(let ids): ids
            default: []
            }
        }
        return caller.roles.contains { role in
            record.schema.permissions.conditions(for: action, roles: [role]).contains { condition in
                switch condition {
                case .any: true
                case .author: record.meta.createdBy == me
                case .assigned(let field): links(field).contains(me)
                case .inScope(let field):
                    caller.scopes[role].map { !Set($0).isDisjoint(with: links(field)) } ?? true
                case .isSelf: record.schema.type == Person.type && record.id == me
                }
            }
        }
    }

    @Test(arguments: schemas.map(\.type.name))
    func mayAndVisibleAgreeWithThePermissionsForEveryRole(_ type: String) throws {
        let schema = try #require(Self.schemas.first { $0.type.name == type })
        let pairs = Role.allCases.flatMap { a in Role.allCases.map { Set([a, $0]) } }
        let scopes: [[Role: [UUID]]] = [
            [:], [.aiSystemOwner: [Self.maker.assets[0]], .humanOverseer: Self.maker.assets],
        ]
        var (yes, no) = (0, 0)
        for roles in Set(pairs) {
            for (scope, mayWrite) in [(scopes[0], true), (scopes[1], true), (scopes[1], false)] {
                let caller = Self.caller(roles, scopes: scope, mayWrite: mayWrite)
                for action in Action.allCases {
                    let visible = Authorisation.visible(caller, action, schema)
                    for _ in 0..<8 {
                        let record = Self.maker.record(schema)
                        let may = Authorisation.may(caller, action, record)
                        #expect(may == Self.expected(caller, action, record))
                        // Shared records are read only, which the query does not say: each change looks at its own
                        // record again.
                        let isShared = record.meta.organisation == nil && action != .read
                        #expect(may == (isFound(record, by: visible) && !isShared))
                        if may { yes += 1 } else { no += 1 }
                    }
                }
            }
        }
        #expect(yes > 100 && no > 100, "the law was tried on one side only: \(yes) yes, \(no) no")
    }

    @Test func withoutARoleNothingIsVisible() {
        let caller = Self.caller([])
        for schema in Self.schemas {
            for action in Action.allCases {
                #expect(Authorisation.visible(caller, action, schema) == .none)
                #expect(!Authorisation.may(caller, action, Self.maker.record(schema)))
            }
            #expect(!Authorisation.mayCreate(caller, schema))
        }
    }

    @Test func anotherOrganisationsRecordIsNobodysToSee() {
        let record = Self.maker.record(Control.schema.erased)
        for other in [Self.id(22), nil] {
            let caller = Self.caller(Set(Role.allCases).subtracting([.externalAuditor]), organisation: other)
            for action in Action.allCases { #expect(!Authorisation.may(caller, action, record)) }
            #expect(!Authorisation.may(.system(organisation: other), .read, record))
        }
    }

    @Test func anExternalAuditorReadsOnlyWhateverElseTheyAre() throws {
        let caller = Self.caller(Set(Role.allCases))
        for schema in Self.schemas {
            #expect(Authorisation.visible(caller, .read, schema) == .all)
            for action in Action.allCases where action != .read {
                #expect(Authorisation.visible(caller, action, schema) == .none)
            }
            #expect(!Authorisation.mayCreate(caller, schema))
            for transition in schema.lifecycle?.transitions ?? [] {
                let record = Self.maker.record(schema)
                #expect(
                    Authorisation.mayTake(transition, caller, record, authors: [], lastTaker: nil) == .externalAuditor)
            }
        }
    }

    @Test func aReadingTokenNeverWrites() throws {
        let caller = Self.caller([.complianceLead, .administrator, .topManagement], mayWrite: false)
        for schema in Self.schemas {
            #expect(Authorisation.visible(caller, .read, schema) == .all)
            #expect(!Authorisation.mayCreate(caller, schema))
            let record = Self.maker.record(schema)
            #expect(!Authorisation.may(caller, .update, record))
            #expect(!Authorisation.canSeeSensitive(caller, record))
            for transition in schema.lifecycle?.transitions ?? [] {
                #expect(
                    Authorisation.mayTake(transition, caller, record, authors: [], lastTaker: nil) == .readOnlyToken)
            }
        }
    }

    @Test func theSystemAndTheOperatorMayAllInTheirOrganisationButWriteSharedContent() {
        let organisation = Self.maker.organisation
        for caller in [Caller.system(organisation: organisation), .operator(user: "root", organisation: organisation)] {
            for schema in Self.schemas {
                for action in Action.allCases {
                    let isAllowed = action == .read || schema.isWritten
                    #expect(Authorisation.visible(caller, action, schema) == (isAllowed ? .all : .none))
                }
            }
        }
        #expect(Authorisation.mayCreate(.system(organisation: nil), Framework.schema.erased))
        #expect(Caller.operator(user: "root", organisation: nil).auth == "operator:root")
    }

    @Test func aScopeLimitsOnlyTheRoleItWasGivenWith() {
        let (a, b) = (Self.maker.assets[0], Self.maker.assets[1])
        let schema = Probe.schema.erased
        let limited = Self.caller([.aiSystemOwner, .humanOverseer], scopes: [.aiSystemOwner: [a]])
        #expect(Authorisation.visible(limited, .update, schema) == .linked("system", [a]))
        #expect(Authorisation.visible(limited, .read, schema) == .all)
        let both = Self.caller([.aiSystemOwner, .humanOverseer], scopes: [.aiSystemOwner: [a], .humanOverseer: [b]])
        #expect(Authorisation.visible(both, .read, schema) == .or([.linked("system", [a]), .linked("assets", [b])]))
    }

    @Test func creatingNeedsAPermissionThatDoesNotDependOnTheRecord() {
        let schema = Probe.schema.erased
        #expect(Authorisation.mayCreate(Self.caller([.complianceLead]), schema))
        #expect(Authorisation.mayCreate(Self.caller([.employee]), schema))
        #expect(!Authorisation.mayCreate(Self.caller([.dataSecurityOfficer]), schema))
        #expect(!Authorisation.mayCreate(Self.caller([.controlOwner]), schema))
        #expect(!Authorisation.mayCreate(Self.caller([.administrator]), Organisation.schema.erased))
    }

    @Test func sensitiveFieldsAreShownToThoseWhoMayUpdate() async throws {
        let schema = Person.schema.erased
        let record = Self.maker.record(schema)
        #expect(Authorisation.canSeeSensitive(Self.caller([.administrator]), record))
        #expect(!Authorisation.canSeeSensitive(Self.caller([.employee]), record))
    }

    @Test func aStoreFindsExactlyWhatMayIsTrueOf() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let other = try await world.organisation("Hospital")
        let ada = try await world.member(in: organisation)
        let bob = try await world.member("bob@example.org", in: organisation)
        var asset = Asset()
        asset.name = "Scoring"
        let system = try await world.save(asset, in: organisation)
        let schema = Probe.schema.erased
        for n in 0..<40 {
            var probe = Probe()
            probe.title = "Probe \(n)"
            probe.owner = [nil, ID(ada.person), ID(bob.person)][n % 3]
            probe.helpers = n % 4 == 0 ? Links([ID(ada.person)]) : Links()
            probe.system = n % 5 == 0 ? ID(system) : nil
            let author = [ada.person, bob.person][n % 2]
            let valid = try Probe.schema.validated(probe).erased
            let caller = Caller(account: nil, organisation: organisation, person: author)
            let (id, change) = (world.environment.id(), caller.change("create", in: world.environment))
            try await world.store.write(organisation) {
                _ = try $0.save(valid, id: id, over: nil, isArchived: false, by: change)
            }
        }
        var foreign = Probe()
        foreign.title = "Not ours"
        _ = try await world.save(foreign, in: other)
        let all = try await world.store.read { try $0.page(Query(schema, limit: 100), in: organisation, asOf: nil) }
        #expect(all.records.count == 40)
        for role in Role.allCases {
            let caller = Caller(
                account: nil, organisation: organisation, person: ada.person, roles: [role],
                scopes: [.aiSystemOwner: [system]])
            for action in Action.allCases {
                let visible = Authorisation.visible(caller, action, schema)
                let found = try await world.store.read {
                    try $0.page(Query(schema, where: visible, limit: 100), in: organisation, asOf: nil)
                }
                let expected = all.records.filter { Authorisation.may(caller, action, $0) }
                #expect(found.records.map(\.id) == expected.map(\.id), "\(role) \(action)")
            }
        }
    }
}

@Suite struct TransitionTests {
    private let maker = RecordMaker(
        persons: [UUID.version7(at: Instant(millisecondsSince1970: 1), random: (1, 1))], assets: [.unset],
        organisation: UUID.version7(at: Instant(millisecondsSince1970: 2), random: (1, 1)))
    private var me: UUID { maker.persons[0] }
    private let other = UUID.version7(at: Instant(millisecondsSince1970: 3), random: (1, 1))

    private func record(owner: UUID? = nil, helpers: [UUID] = [], createdBy: UUID? = nil) throws -> StoredRecord {
        var probe = Probe()
        probe.title = "Probe"
        probe.owner = owner.map { ID($0) }
        probe.helpers = Links(helpers.map { ID($0) })
        let now = Instant(millisecondsSince1970: 1)
        return StoredRecord(
            schema: Probe.schema.erased, id: other,
            meta: RecordMeta(
                version: 1, isArchived: false, organisation: maker.organisation, since: 0, until: nil, createdAt: now,
                createdBy: createdBy, updatedAt: now, updatedBy: createdBy),
            values: try Probe.schema.validated(probe).erased.values)
    }

    private func refusal(
        _ name: String, _ roles: Set<Role>, _ record: StoredRecord, authors: Set<UUID> = [], lastTaker: UUID? = nil
    ) throws -> Refusal? {
        let transition = try #require(Probe.schema.erased.lifecycle?.transition(named: name))
        let caller = Caller(account: nil, organisation: maker.organisation, person: me, roles: roles)
        return Authorisation.mayTake(transition, caller, record, authors: authors, lastTaker: lastTaker)
    }

    @Test func theRolesThatMayMay() throws {
        #expect(try refusal("approve", [.complianceLead], record()) == nil)
        #expect(try refusal("approve", [.topManagement], record()) == nil)
        #expect(try refusal("submit", [.employee], record(createdBy: me)) == nil)
    }

    @Test func whoeverIsAssignedMay() throws {
        #expect(try refusal("submit", [.controlOwner], record(owner: me)) == nil)
        #expect(try refusal("submit", [.controlOwner], record(helpers: [other, me])) == nil)
        let refused = try refusal("submit", [.complianceLead], record(owner: other))
        #expect(refused == .notByRole("Submit", roles: [.employee], fields: ["Owner", "Helpers"]))
        #expect(
            refused?.message
                == "“Submit” is for employees, the person named under “Owner” or the person named under “Helpers”.")
    }

    @Test func theRefusalNamesTheRolesInPlainWords() throws {
        let refused = try refusal("approve", [.internalAuditor], record())
        #expect(refused?.message == "“Approve” is for top management, the compliance lead or the external auditor.")
        let one = Refusal.notByRole("X", roles: [.aiRiskOfficer], fields: [])
        #expect(one.message == "“X” is for the AI risk officer.")
        #expect(Refusal.notByRole("X", roles: [], fields: []).message == "“X” is for nobody.")
    }

    @Test func whatMayNotBeReadMayNotBeTaken() throws {
        #expect(try refusal("submit", [.employee], record(createdBy: other)) == .notVisible(type: "Probe"))
        #expect(try refusal("submit", [], record(owner: me)) == .notVisible(type: "Probe"))
    }

    @Test func anAuthorMayNotApproveTheirOwn() throws {
        #expect(try refusal("approve", [.complianceLead], record(), authors: [other, me]) == .author("Approve"))
        #expect(try refusal("approve", [.complianceLead], record(), authors: [other]) == nil)
        #expect(try refusal("submit", [.employee], record(createdBy: me), authors: [me]) == nil)
    }

    @Test func whoSubmittedMayNotApprove() throws {
        #expect(
            try refusal("approve", [.complianceLead], record(), lastTaker: me)
                == .sameTaker("Approve", other: "Submit"))
        #expect(try refusal("approve", [.complianceLead], record(), lastTaker: other) == nil)
    }
}
