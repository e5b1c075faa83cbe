// Setting passwords: by a one-time link, or with the present one.
package import Foundation
import RecordKit
package import Storage

extension SignIn {
    package static let linkSecondsMax = 24 * 3600

    /// Makes a one-time link's secret, good for a day. The secret begins with the id of the account, so that a
    /// password can be held against the account's rule before the link is used up.
    /// - Parameters:
    ///   - account: Whose password it sets; `nil` for the first administrator, who has no account yet.
    ///   - caller: Who asks for it. The ledger of the organisation that they act in says so, else the server's.
    package func createLink(
        for account: UUID?, by caller: Caller, request: String? = nil
    ) async throws -> String {
        let id = withUnsafeBytes(of: (account ?? .unset).uuid) { Array($0) }
        let secret = Secret(text: Base64URL.encode(id + environment.random.bytes(Secret.randomBytes)))
        let about = account ?? .unset
        let event =
            caller.organisation == nil
            ? caller.serverNote("makeLink", "account", about, request: request, in: environment)
            : caller.note("makeLink", "account", about, request: request, in: environment)
        try await accounts.saveInvitation(
            secret.hash, account: account, expiresAt: environment.now().adding(seconds: Self.linkSecondsMax),
            noting: event)
        return secret.text
    }

    /// Whether a page should ask for a password: the link is good.
    /// - Returns: The account it is for, or the inner `nil` for the first administrator; `nil` if it is not good.
    package func linkAccount(_ link: String) async throws -> UUID?? {
        guard let bytes = Base64URL.decode(link), bytes.count == 16 + Secret.randomBytes,
            try await accounts.hasInvitation(Secret(text: link).hash, at: environment.now())
        else { return .none }
        let id = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
        return .some(id == .unset ? nil : id)
    }

    /// Sets an account's password by a link, which is used up; sessions of the account end.
    /// - Throws: ``AccessError/linkNotValid``, ``AccessError/tryLater``; `Invalid` beside `password`, and the link
    ///   stays good.
    @discardableResult
    package func setPassword(link: String, password: String) async throws -> Account {
        guard let linked = try await linkAccount(link), let id = linked,
            let account = try await accounts.account(id), !account.isDisabled
        else { throw AccessError.linkNotValid }
        try PasswordRule.check(password, email: account.email)
        let hash = try await hasher.hash(password, from: environment.random).encoded
        guard let taken = try await accounts.takeInvitation(Secret(text: link).hash, at: environment.now()),
            taken == id,
            let changed = try await change(
                id, noting: Caller.link(to: id).serverNote("setPassword", "account", id, in: environment),
                { $0.passwordHash = hash })
        else { throw AccessError.linkNotValid }
        try await endSessions(of: id, except: nil)
        try await throttle.forget(email: account.email)
        return changed
    }

    /// Makes the server's first administrator by the set-up link, which is used up.
    /// - Throws: ``AccessError/linkNotValid``, also if the server has an account already; `Invalid` beside `email`
    ///   and `password`, and the link stays good.
    @discardableResult
    package func setUpAdministrator(link: String, email: String, password: String) async throws -> Account {
        guard let linked = try await linkAccount(link), linked == nil, try await accounts.accountCount() == 0 else {
            throw AccessError.linkNotValid
        }
        let account = try await newAccount(email: email, password: password, isServerAdministrator: true)
        let event = Caller.link(to: account.id).serverNote("create", "account", account.id, in: environment)
        do {
            // Two at once, be it on two nodes: one link or two, there is one first administrator.
            try await accounts.saveFirst(account, by: Secret(text: link).hash, at: environment.now(), noting: event)
        } catch StoreError.changedMeanwhile { throw AccessError.linkNotValid }
        return account
    }

    /// An account that is not saved yet, with a password or, for somebody who is sent a link, without.
    /// - Throws: `Invalid` beside `email` and `password`; ``AccessError/tryLater``.
    package func newAccount(
        email: String, password: String?, isServerAdministrator: Bool = false
    ) async throws -> Account {
        let email = email.lowercased()
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard email.utf8.count <= Self.emailBytesMax, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
            !email.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 })
        else { throw Invalid("email", "must be an email address") }
        var hash: String?
        if let password {
            try PasswordRule.check(password, email: email)
            hash = try await hasher.hash(password, from: environment.random).encoded
        }
        return Account(
            id: environment.id(), email: email, passwordHash: hash, isDisabled: false,
            isServerAdministrator: isServerAdministrator, createdAt: environment.now())
    }

    /// Changes the password of who is signed in; their other sessions end.
    /// - Throws: `Invalid` beside `currentPassword` and `password`; ``AccessError/throttled(seconds:)``,
    ///   ``AccessError/tryLater``, ``AccessError/unauthenticated``.
    package func changePassword(
        _ sessionSecret: String, current: String, new: String, address: String
    ) async throws {
        guard let hash = hash(ofSession: sessionSecret),
            let (caller, session) = try await authenticate(sessionSecret: sessionSecret),
            let account = try await accounts.account(session.account)
        else { throw AccessError.unauthenticated }
        try PasswordRule.check(new, email: account.email)
        do {
            _ = try await verified(email: account.email, password: current, address: address)
        } catch AccessError.notSignedIn {
            throw Invalid("currentPassword", "is wrong")
        }
        let encoded = try await hasher.hash(new, from: environment.random).encoded
        let event = caller.serverNote("changePassword", "account", account.id, in: environment)
        guard try await change(account.id, noting: event, { $0.passwordHash = encoded }) != nil else {
            throw AccessError.unauthenticated
        }
        try await endSessions(of: account.id, except: hash)
    }

    private func endSessions(of account: UUID, except secretHash: [UInt8]?) async throws {
        try await accounts.removeSessions(of: account, except: secretHash)
    }
}
