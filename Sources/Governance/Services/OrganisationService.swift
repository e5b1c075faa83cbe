// Founding an organisation: its record, its first people and roles, the standards it adopts, its first assessment.
package import Access
package import Foundation
package import RecordKit
import Records
package import Storage

/// Sets up organisations and gives people access to them.
package struct OrganisationService: Sendable {
    let store: any Store
    let accounts: any AccountStore
    let signIn: SignIn
    let environment: Environment
    private let library: LibraryHolder

    package init(
        store: any Store, accounts: any AccountStore, signIn: SignIn, environment: Environment,
        library: LibraryHolder
    ) {
        self.store = store
        self.signIn = signIn
        self.accounts = accounts
        self.environment = environment
        self.library = library
    }

    /// What a new organisation starts from.
    package struct Founding: Sendable {
        package var name: String
        package var timeZone: String
        package var personName: String
        package var email: String
        package init(name: String, timeZone: String, personName: String, email: String) {
            self.name = name
            self.timeZone = timeZone
            self.personName = personName
            self.email = email
        }
    }

    /// Creates an organisation whose founder is its administrator and compliance lead, with both ISO standards in
    /// scope and a first assessment of both. One transaction; the founder's membership follows it.
    /// - Returns: The organisation's id.
    package func found(_ founding: Founding, account: Account, request: String? = nil) async throws -> UUID {
        let environment = environment
        let ids = (0..<8).map { _ in environment.id() }
        let organisation = ids[0]
        let library = try await library.current(for: nil)
        let now = environment.now()
        var record = Organisation()
        record.name = founding.name
        record.timeZone = founding.timeZone
        guard let zone = TimeZone(identifier: founding.timeZone) else {
            throw ServiceError.invalid("timeZone", "is not a time zone, such as Europe/Berlin")
        }
        let today = now.day(in: zone)
        let validOrganisation = try translatedSync { try Organisation.schema.validated(record) }
        var person = Person()
        person.name = founding.personName
        person.email = founding.email
        let validPerson = try translatedSync { try Person.schema.validated(person) }
        let system = Caller.system(organisation: organisation)
        func change(_ action: String) -> Change { system.change(action, request: request, in: environment) }
        let start = change("start")
        let changes = (0..<10).map { n in change(n == 0 ? "found" : "create") }
        try await store.write(organisation) { transaction in
            try transaction.startLedger(of: organisation, by: start)
            try transaction.save(validOrganisation, id: ID(organisation), over: nil, by: changes[0])
            try transaction.save(validPerson, id: ID(ids[1]), over: nil, by: changes[1])
            for (n, role) in [Role.administrator, .complianceLead].enumerated() {
                var assignment = RoleAssignment()
                assignment.person = ID(ids[1])
                assignment.role = role
                assignment.from = today
                assignment.status = .active
                try transaction.save(
                    try RoleAssignment.schema.validated(assignment), id: ID(ids[2 + n]), over: nil, by: changes[2 + n])
            }
            var adoptions: [ID<FrameworkAdoption>] = []
            for (n, key) in [FrameworkLibrary.ai, FrameworkLibrary.security].enumerated() {
                guard let framework = library.framework(key) else { continue }
                var adoption = FrameworkAdoption()
                adoption.name = framework.name
                adoption.framework = ID(framework.id)
                adoption.contentSHA256 = framework.contentSHA256
                adoption.adoptedOn = today
                adoption.status = .inScope
                let id = ID<FrameworkAdoption>(ids[4 + n])
                try transaction.save(
                    try FrameworkAdoption.schema.validated(adoption), id: id, over: nil, by: changes[4 + n])
                adoptions.append(id)
            }
            var assessment = Assessment()
            assessment.title = "Integrated gap assessment \(today.parts.year)"
            assessment.lead = ID(ids[1])
            assessment.scope = Links(adoptions)
            assessment.startedOn = today
            try transaction.save(
                try Assessment.schema.validated(assessment), id: ID(ids[6]), over: nil, by: changes[6])
        }
        try await accounts.save(
            Membership(account: account.id, organisation: organisation, person: ids[1], from: today, until: nil),
            noting: system.note("join", "membership", ids[1], request: request, in: environment))
        return organisation
    }

    private func translatedSync<T>(_ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as Invalid { throw ServiceError.invalid(error) }
    }

    // MARK: Who has access

    /// A person with the account by which they sign in.
    package struct Member: Sendable {
        package let person: StoredRecord
        package let membership: Membership
        package let email: String
        package let hasPassword: Bool
        package let isDisabled: Bool
        /// Whether the caller may make a new link for it: see ``resetLink(for:as:request:)``.
        package let mayReset: Bool
    }

    package func members(as caller: Caller) async throws -> [Member] {
        let organisation = try administered(caller)
        let known = try await accounts.members(of: organisation)
        let schema = Person.schema.erased
        let people = try await store.read { reader in
            try known.chunks(of: 500).flatMap { part in
                try reader.page(
                    Query(schema, where: .ids(part.map(\.membership.person)), archived: .include, limit: part.count),
                    in: organisation, asOf: nil
                ).records
            }
        }
        let byID = Dictionary(uniqueKeysWithValues: people.map { ($0.id, $0) })
        return known.compactMap { member in
            byID[member.membership.person].map { person in
                Member(
                    person: person, membership: member.membership, email: member.account.email,
                    hasPassword: member.account.passwordHash != nil, isDisabled: member.account.isDisabled,
                    mayReset: member.account.passwordHash != nil && Self.refusalOfReset(member, caller) == nil)
            }
        }
    }

    /// Gives a person of the organisation a way to sign in: an account under their address and, until they have a
    /// password, a one-time link.
    /// - Returns: The secret of the link, shown once; `nil` if the account has a password already.
    package func invite(_ person: UUID, as caller: Caller, request: String? = nil) async throws -> String? {
        let organisation = try administered(caller)
        let found = try await store.read { try $0.find(ID<Person>(person), in: organisation) }
        guard let found, !found.meta.isArchived else { throw ServiceError.notFound("Person") }
        let now = environment.now()
        let account = try await account(of: found.value.email, by: caller, request: request)
        try await accounts.save(
            Membership(
                account: account.id, organisation: organisation, person: person, from: caller.today(at: now),
                until: nil),
            noting: caller.note("invite", "membership", person, request: request, in: environment))
        guard account.passwordHash == nil else { return nil }
        return try await signIn.createLink(for: account.id, by: caller, request: request)
    }

    /// Ends a person's access to the organisation at once; the account may have others.
    package func endAccess(account: UUID, as caller: Caller, request: String? = nil) async throws {
        let organisation = try administered(caller)
        guard account != caller.account else {
            throw ServiceError.conflict(.state("you cannot end your own access"))
        }
        let membership = try await accounts.memberships(in: organisation).first { $0.account == account }
        guard let membership else { throw ServiceError.notFound("Membership") }
        try await accounts.removeMembership(
            account: account, organisation: organisation,
            noting: caller.note("endAccess", "membership", membership.person, request: request, in: environment))
    }

    func administered(_ caller: Caller) throws -> UUID {
        guard let organisation = caller.organisation,
            caller.roles.contains(.administrator) || caller.hasEveryPermission, caller.mayWrite
        else { throw ServiceError.forbidden("Access is managed by the administrator.") }
        return organisation
    }
}
