// What the server's administrator does beyond one organisation: sees which there are, founds another, and helps somebody
// who lost their password.
package import Access
package import Foundation
package import RecordKit
import Records
import Storage

extension OrganisationService {
    /// Organisations on one page of the server's list.
    package static let organisationsShownMax = 50

    /// An organisation of this server, as its administrator sees it: no more than that it is there.
    package struct Hosted: Sendable, Hashable {
        package let id: UUID
        package let name: String
        package let timeZone: String
        package let createdAt: Instant
        package let isArchived: Bool
    }

    /// Organisations of the server in the order of their founding, at most ``organisationsShownMax`` after the given
    /// one.
    /// - Returns: The organisations, and the last one's id if there are more.
    package func hosted(
        after last: UUID?, as caller: Caller
    ) async throws -> (organisations: [Hosted], next: UUID?) {
        try requireServerAdministrator(caller)
        return try await store.read { reader in
            let ids = try reader.organisations(after: last, limit: Self.organisationsShownMax + 1)
            // Each stands in an organisation of its own, so there is no one query; the page bounds them.
            let shown = try ids.prefix(Self.organisationsShownMax).compactMap { id in
                try reader.find(ID<Organisation>(id), in: id).map { found in
                    Hosted(
                        id: id, name: found.value.name, timeZone: found.value.timeZone,
                        createdAt: found.meta.createdAt, isArchived: found.meta.isArchived)
                }
            }
            return (shown, ids.count > Self.organisationsShownMax ? ids[Self.organisationsShownMax - 1] : nil)
        }
    }

    /// Founds another organisation for somebody else, who becomes its administrator and compliance lead. The server's
    /// administrator gets no access to it by this.
    /// - Returns: The organisation, and the secret of a one-time link for its founder; `nil` if their account has a
    ///   password already.
    /// - Throws: `Invalid` beside `organisation`, `timeZone`, `name` and `email`, before anything is written.
    package func foundAnother(
        _ founding: Founding, as caller: Caller, request: String? = nil
    ) async throws -> (organisation: UUID, link: String?) {
        try requireServerAdministrator(caller)
        try founding.check()
        let account = try await account(of: founding.email, by: caller, request: request)
        let organisation = try await found(founding, account: account, request: request)
        let note = caller.serverNote("found", "organisation", organisation, request: request, in: environment)
        try await store.write(nil) { transaction in _ = try transaction.append(note.event, by: note.change) }
        guard account.passwordHash == nil else { return (organisation, nil) }
        return (organisation, try await signIn.createLink(for: account.id, by: caller.onServer, request: request))
    }

    /// The account under an address; made without a password if there is none. The server's ledger tells of it.
    func account(of email: String, by caller: Caller, request: String?) async throws -> Account {
        let email = email.lowercased()
        if let known = try await accounts.account(email: email) { return known }
        let made = try await signIn.newAccount(email: email, password: nil)
        do {
            try await accounts.save(
                made, noting: caller.serverNote("create", "account", made.id, request: request, in: environment))
            return made
        } catch StoreError.taken {
            // Somebody else made it just now; there is one account for one address.
            guard let theirs = try await accounts.account(email: email) else { throw ServiceError.notFound("Account") }
            return theirs
        }
    }

    // MARK: A lost password

    /// Whether the caller may make a new link for a member who has a password. Whoever holds such a link can act as
    /// that person, and be the second pair of eyes on their own work; therefore it is the administrator's alone, for
    /// accounts of this organisation alone, and its ledger names who made it.
    /// - Throws: ``ServiceError``: forbidden or conflict, with the reason.
    package func resetLink(for account: UUID, as caller: Caller, request: String? = nil) async throws -> String {
        let organisation = try administered(caller)
        let member = try await accounts.members(of: organisation).first { $0.account.id == account }
        guard let member else { throw ServiceError.notFound("Membership") }
        if let refusal = Self.refusalOfReset(member, caller) { throw refusal }
        return try await signIn.createLink(for: account, by: caller, request: request)
    }

    /// A new link for any account of the server but one's own, by its administrator; the server's ledger tells of it.
    /// - Throws: ``ServiceError``: invalid beside `email` if there is no such account, or it is disabled.
    package func resetLink(
        email: String, asServerAdministrator caller: Caller, request: String? = nil
    ) async throws -> String {
        try requireServerAdministrator(caller)
        guard let account = try await accounts.account(email: email.lowercased()) else {
            throw ServiceError.invalid("email", "is not the address of an account")
        }
        guard account.id != caller.account else {
            throw ServiceError.invalid("email", "is your own: change your password under “Account and password”")
        }
        guard !account.isDisabled else { throw ServiceError.invalid("email", "belongs to a disabled account") }
        return try await signIn.createLink(for: account.id, by: caller.onServer, request: request)
    }

    /// Why the caller may not make a new link for a member's account; `nil` if they may.
    static func refusalOfReset(_ member: MemberAccount, _ caller: Caller) -> ServiceError? {
        let account = member.account
        guard account.id != caller.account else {
            return .conflict(.state("your own password is changed under “Account and password”"))
        }
        guard !account.isDisabled else { return .conflict(.state("the account is disabled")) }
        guard caller.isServerAdministrator || !(account.isServerAdministrator || member.isUsedElsewhere) else {
            return .forbidden(
                "This account is also used outside your organisation: only the administrator of the server may make a new link for it."
            )
        }
        return nil
    }

    private func requireServerAdministrator(_ caller: Caller) throws {
        guard caller.isServerAdministrator, caller.mayWrite else {
            throw ServiceError.forbidden("Organisations are founded by the administrator of the server.")
        }
    }
}

extension Caller {
    /// The same account at work for the server, outside every organisation.
    fileprivate var onServer: Caller {
        Caller(
            account: account, organisation: nil, person: nil, personName: personName, actorKind: actorKind,
            auth: auth, isServerAdministrator: isServerAdministrator)
    }
}

extension OrganisationService.Founding {
    /// All rules of the records, before anything is written.
    /// - Throws: `Invalid` beside `organisation`, `timeZone`, `name` and `email`.
    package func check() throws(Invalid) {
        var problems: [Problem] = []
        var organisation = Organisation()
        organisation.name = name
        organisation.timeZone = timeZone
        do { _ = try Organisation.schema.validated(organisation) } catch {
            problems += error.problems.map { $0.field == "name" ? Problem("organisation", $0.message) : $0 }
        }
        var person = Person()
        person.name = personName
        person.email = email
        do { _ = try Person.schema.validated(person) } catch { problems += error.problems }
        guard problems.isEmpty else { throw Invalid(problems) }
    }
}
