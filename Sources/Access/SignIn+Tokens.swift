// Programs' keys: API tokens.
package import Foundation
package import RecordKit
package import Storage

extension SignIn {
    package static let tokenPrefix = "concord_"
    package static let tokenDaysMax = 365
    package static let tokenNameCharacters = 1...100

    /// Makes a token for the caller's place in their organisation. The text is shown once and kept nowhere.
    /// - Throws: ``AccessError/needsSession``, ``AccessError/unauthenticated``; `Invalid` beside `name` and
    ///   `expiresAt`.
    package func createToken(
        _ name: String, mayWrite: Bool, expiresAt: Instant, by caller: Caller
    ) async throws -> (token: APIToken, text: String) {
        let (account, organisation) = try owner(caller)
        let now = environment.now()
        var problems: [Problem] = []
        if !Self.tokenNameCharacters.contains(name.count) || name.utf8.contains(where: { $0 < 0x20 }) {
            let (least, most) = (Self.tokenNameCharacters.lowerBound, Self.tokenNameCharacters.upperBound)
            problems.append(Problem("name", "must have \(least) to \(most) characters in one line"))
        }
        if expiresAt <= now || expiresAt > now.adding(seconds: Self.tokenDaysMax * 86_400) {
            problems.append(Problem("expiresAt", "must lie in the future, at most \(Self.tokenDaysMax) days ahead"))
        }
        guard problems.isEmpty else { throw Invalid(problems) }
        let secret = Secret(prefix: Self.tokenPrefix, from: environment.random)
        let token = APIToken(
            id: environment.id(), secretHash: secret.hash, account: account, organisation: organisation, name: name,
            mayWrite: mayWrite, createdAt: now, expiresAt: expiresAt, revokedAt: nil)
        try await accounts.save(token, noting: caller.note("create", "token", token.id, in: environment))
        return (token, secret.text)
    }

    /// The caller's own tokens in their organisation, revoked and expired ones among them.
    /// - Throws: ``AccessError/needsSession``, ``AccessError/unauthenticated``.
    package func tokens(of caller: Caller) async throws -> [APIToken] {
        let (account, organisation) = try owner(caller)
        return try await accounts.tokens(of: account, in: organisation)
    }

    /// Ends one of the caller's own tokens. Ending it again changes nothing.
    /// - Throws: ``AccessError/unknownToken(_:)``, ``AccessError/needsSession``, ``AccessError/unauthenticated``.
    package func revokeToken(_ id: UUID, by caller: Caller) async throws {
        let (account, organisation) = try owner(caller)
        guard var token = try await accounts.tokens(of: account, in: organisation).first(where: { $0.id == id }) else {
            throw AccessError.unknownToken(id)
        }
        guard token.revokedAt == nil else { return }
        token.revokedAt = environment.now()
        try await accounts.save(token, noting: caller.note("revoke", "token", token.id, in: environment))
        cache.remove(token.secretHash)
    }

    /// - Returns: `nil` unless the text is that of a token that is good, and so is its owner's place.
    package func authenticate(token text: String) async throws -> Caller? {
        guard text.utf8.count <= Secret.charactersMax, text.hasPrefix(Self.tokenPrefix) else { return nil }
        let hash = Secret(text: text).hash
        let now = environment.now()
        let generation = accounts.accessGeneration
        if let entry = cache.entry(hash, generation: generation, at: now), entry.session == nil { return entry.caller }
        guard let token = try await accounts.token(hash), token.revokedAt == nil, now < token.expiresAt,
            let account = try await accounts.account(token.account), !account.isDisabled,
            let place = try await place(of: account.id, in: token.organisation, at: now)
        else { return nil }
        let caller = place.caller(
            account, actorKind: .token, auth: "token:\(token.id.lowercased)", mayWrite: token.mayWrite)
        keep(caller, nil, generation, hash, at: now, notAfter: token.expiresAt)
        return caller
    }

    /// Tokens are for people to give to programs, not for programs to give on.
    private func owner(_ caller: Caller) throws(AccessError) -> (account: UUID, organisation: UUID) {
        guard caller.actorKind == .person else { throw .needsSession }
        guard let account = caller.account, let organisation = caller.organisation else { throw .unauthenticated }
        return (account, organisation)
    }
}
