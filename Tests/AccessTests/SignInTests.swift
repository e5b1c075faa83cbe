import Access
import Foundation
import RecordKit
import Records
import Storage
import Testing

@Suite struct SignInTests {
    @Test func theRightPasswordBeginsASession() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let ada = try await world.member(in: organisation, roles: [.complianceLead, .aiRiskOfficer])
        let (session, secret) = try await world.signIn.signIn(
            email: "ADA@example.org", password: World.password, address: World.address)
        #expect(session.organisation == organisation)
        #expect(session.expiresAt == world.clock.now.adding(seconds: 12 * 3600))
        let (caller, found) = try #require(try await world.signIn.authenticate(sessionSecret: secret))
        #expect(found == session)
        #expect(
            caller
                == Caller(
                    account: ada.account.id, organisation: organisation, person: ada.person, personName: "Ada Byron",
                    organisationName: "Meridian", timeZone: try #require(TimeZone(identifier: "UTC")),
                    roles: [.complianceLead, .aiRiskOfficer]))
        let change = caller.change("update", in: world.environment)
        #expect(change.person == ada.person && change.auth == "session" && change.actorKind == .person)
    }

    @Test func neitherSecretsNorPasswordsAreStored() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        let caller = try #require(try await world.caller(secret))
        let token = try await world.signIn.createToken(
            "CI", mayWrite: true, expiresAt: world.clock.now.adding(seconds: 60), by: caller)
        let dump = await world.accounts.dump
        for text in [secret, token.text, World.password] { #expect(!dump.contains(text)) }
    }

    @Test func unknownDisabledAndWrongAreToldAlike() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let ada = try await world.member(in: organisation)
        let bob = try await world.member("bob@example.org", in: organisation)
        var disabled = bob.account
        disabled.isDisabled = true
        try await world.accounts.save(disabled)
        _ = try await world.member("new@example.org", in: organisation, password: nil)
        #expect(try await world.refusal("nobody@example.org") == .notSignedIn)
        #expect(try await world.refusal(bob.email, World.password) == .notSignedIn)
        #expect(try await world.refusal(ada.email) == .notSignedIn)
        #expect(try await world.refusal("new@example.org", "nobody") == .notSignedIn)
        #expect(try await world.refusal(ada.email, "") == .notSignedIn)
        #expect(try await world.refusal(String(repeating: "a", count: 100_000) + "@example.org") == .notSignedIn)
        #expect(try await world.refusal(ada.email, World.password) == nil)
    }

    @Test func signingInAgainEndsTheBrowsersSessionTillNow() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let first = try await world.begin(ada)
        #expect(try await world.caller(first.secret) != nil)
        let second = try await world.signIn.signIn(
            email: ada.email, password: World.password, address: World.address, replacing: first.secret)
        #expect(second.secret != first.secret)
        #expect(second.session.formSecret != first.session.formSecret)
        #expect(try await world.caller(first.secret) == nil)
        #expect(try await world.caller(second.secret) != nil)
    }

    @Test func signingOutEndsTheSessionAtOnce() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        #expect(try await world.caller(secret) != nil)
        try await world.signIn.signOut(secret)
        #expect(try await world.caller(secret) == nil)
        try await world.signIn.signOut("no session at all")
    }

    @Test func aSessionEndsAfterTwoHoursOfRest() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        world.clock.advance(seconds: 7_199)
        #expect(try await world.caller(secret) != nil)
        world.clock.advance(seconds: 7_199)
        #expect(try await world.caller(secret) != nil, "use puts the end off")
        world.clock.advance(seconds: 7_200)
        #expect(try await world.caller(secret) == nil)
        #expect(await world.accounts.sessionCount == 0)
    }

    @Test func aRememberedCallerDoesNotOutliveTheIdleTimeout() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (session, secret) = try await world.begin(ada)
        world.clock.advance(seconds: 59)
        #expect(try await world.caller(secret) != nil)
        // Last seen stands at the beginning: what was remembered at 1:59:45 must not hold till 2:00:15.
        world.clock.set(session.seenAt.adding(seconds: 7_185))
        #expect(try await world.caller(secret) != nil)
        let seen = try #require(await world.accounts.session(session.secretHash)).seenAt
        #expect(seen == session.seenAt.adding(seconds: 7_185))
        world.clock.set(seen.adding(seconds: 7_200))
        #expect(try await world.caller(secret) == nil)
    }

    @Test func aSessionEndsTwelveHoursAfterThePasswordWhateverIsAsked() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (session, secret) = try await world.begin(ada)
        while world.clock.now < session.expiresAt.adding(seconds: -1) {
            world.clock.set(min(world.clock.now.adding(seconds: 3_600), session.expiresAt.adding(seconds: -1)))
            #expect(try await world.caller(secret) != nil)
        }
        world.clock.advance(seconds: 1)
        #expect(try await world.caller(secret) == nil)
    }

    @Test func anEndedSessionDoesNotComeBackWithTheNoteOfItsLastUse() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        world.clock.advance(seconds: 61)
        // The first read finds the session, the second is that of the note: sign-out tries to come between it and
        // the writing.
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        await world.accounts.interruptSession(afterReads: 2) {
            _Concurrency.Task {
                try await world.signIn.signOut(secret)
                end.finish()
            }
            do { try await _Concurrency.Task.sleep(for: .milliseconds(50)) } catch { Issue.record(error) }
        }
        _ = try await world.caller(secret)
        for await _ in ended {}
        #expect(await world.accounts.sessionWrites == 2, "the note was written")
        #expect(await world.accounts.sessionCount == 0)
        #expect(try await world.caller(secret) == nil)
    }

    @Test func aPasswordChangedDuringASignInBeginsNoSession() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let link = try await world.signIn.createLink(for: ada.account.id, by: .system(organisation: nil))
        await world.accounts.interrupt {
            try await world.signIn.setPassword(link: link, password: "another long password")
        }
        #expect(try await world.refusal(ada.email, World.password) == .notSignedIn)
        #expect(await world.accounts.sessionCount == 0)
    }

    @Test func aSessionEndedDuringASwitchDoesNotGoOn() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation("One"))
        let two = try await world.organisation("Two")
        _ = try await world.join(ada.account, two)
        let (session, secret) = try await world.begin(ada)
        _ = try await world.caller(secret)
        await world.accounts.interrupt { await world.accounts.removeSession(session.secretHash) }
        await #expect(throws: AccessError.unauthenticated) {
            try await world.signIn.switchOrganisation(secret, to: two)
        }
        #expect(await world.accounts.sessionCount == 0)
    }

    @Test func lastUseIsWrittenAtMostOnceAMinute() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (session, secret) = try await world.begin(ada)
        for _ in 0..<59 {
            world.clock.advance(seconds: 1)
            #expect(try await world.caller(secret) != nil)
        }
        #expect(await world.accounts.sessionWrites == 1)
        world.clock.advance(seconds: 60)
        #expect(try await world.caller(secret) != nil)
        #expect(await world.accounts.sessionWrites == 2)
        #expect(await world.accounts.session(session.secretHash)?.seenAt == world.clock.now)
    }

    @Test func textsThatAreNoSecretsAreNobody() async throws {
        let world = try World()
        for text in ["", "x", "concord_x", String(repeating: "x", count: 100_000), "'; DROP TABLE session; --"] {
            #expect(try await world.caller(text) == nil)
            #expect(try await world.signIn.authenticate(token: text) == nil)
        }
    }

    @Test func aFormIsTakenOnlyWithTheSecretOfItsSession() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (one, two) = (try await world.begin(ada).session, try await world.begin(ada).session)
        #expect(SignIn.verify(form: one.formSecret, one))
        for forged in [two.formSecret, "", String(one.formSecret.dropLast()), one.formSecret + "x"] {
            #expect(!SignIn.verify(form: forged, one))
        }
    }

    @Test func aHashOfOldParametersIsRenewedOnSignIn() async throws {
        let world = try World(parameters: .init(n: 32, r: 1, p: 1))
        let ada = try await world.member(in: try await world.organisation())
        var account = ada.account
        account.passwordHash = try PasswordHash(
            World.password, salt: [UInt8](repeating: 7, count: 16), parameters: World.parameters
        ).encoded
        try await world.accounts.save(account)
        _ = try await world.begin(ada)
        let renewed = try #require(await world.accounts.account(ada.account.id)?.passwordHash)
        #expect(renewed.hasPrefix("scrypt$n=32,r=1,p=1$"))
        _ = try await world.begin(ada)
        #expect(await world.accounts.account(ada.account.id)?.passwordHash == renewed)
    }

    @Test func aDamagedHashIsAnErrorAndNotAWrongPassword() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        var account = ada.account
        account.passwordHash = "scrypt$n=1073741824,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA"
        try await world.accounts.save(account)
        #expect(try await world.refusal(ada.email, World.password) == .damagedPasswordHash)
        #expect(await world.accounts.failureKeys.isEmpty)
    }
}

@Suite struct PlaceTests {
    @Test func onlyActiveRolesWithinTheirTermCount() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation(), roles: [])
        let today = world.today
        try await world.assign(.complianceLead, to: ada, from: today, to: today)
        try await world.assign(.administrator, to: ada, from: today.adding(days: 1))
        try await world.assign(.topManagement, to: ada, to: today.adding(days: -1))
        try await world.assign(.internalAuditor, to: ada, status: .proposed)
        try await world.assign(.aiRiskOfficer, to: ada, status: .ended)
        let (_, secret) = try await world.begin(ada)
        #expect(try await world.caller(secret)?.roles == [.complianceLead])
    }

    @Test func aScopeJoinsThoseOfTheSameRoleAndEndsWithAnUnlimitedOne() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let ada = try await world.member(in: organisation, roles: [])
        var assets: [UUID] = []
        for name in ["Scoring", "Triage"] {
            var asset = Asset()
            asset.name = name
            assets.append(try await world.save(asset, in: organisation))
        }
        for role in [Role.aiSystemOwner, .humanOverseer] {
            for asset in assets { try await world.assign(role, to: ada, scope: [asset]) }
        }
        try await world.assign(.humanOverseer, to: ada)
        let (_, secret) = try await world.begin(ada)
        let caller = try #require(try await world.caller(secret))
        #expect(caller.scopes == [.aiSystemOwner: assets])
        #expect(caller.roles == [.aiSystemOwner, .humanOverseer])
    }

    @Test func rolesEndWithTheDayOfTheOrganisationsTimeZone() async throws {
        // 10:59:50 UTC is 23:59:50 of the same day in Auckland.
        let world = try World(at: "2026-03-10T10:59:50.000Z")
        let organisation = try await world.organisation(timeZone: "Pacific/Auckland")
        let ada = try await world.member(in: organisation, roles: [])
        let today = world.clock.now.day(in: try #require(TimeZone(identifier: "Pacific/Auckland")))
        #expect(today.description == "2026-03-10")
        try await world.assign(.complianceLead, to: ada, to: today)
        let (_, secret) = try await world.begin(ada)
        #expect(try await world.caller(secret)?.roles == [.complianceLead])
        world.clock.advance(seconds: 9)
        #expect(try await world.caller(secret)?.roles == [.complianceLead])
        world.clock.advance(seconds: 1)
        let caller = try #require(try await world.caller(secret))
        #expect(caller.roles.isEmpty, "remembered for 30 s, but not past the day")
        #expect(caller.today(at: world.clock.now) == today.adding(days: 1))
    }

    @Test func withoutACurrentPlaceThereIsNoOrganisationAndNoRight() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let ada = try await world.member(in: organisation, isServerAdministrator: true)
        let (_, secret) = try await world.begin(ada)
        #expect(try await world.caller(secret)?.organisation == organisation)
        let ended = Membership(
            account: ada.account.id, organisation: organisation, person: ada.person,
            from: world.today.adding(days: -10), until: world.today.adding(days: -1))
        try await world.accounts.save(ended)
        let caller = try #require(try await world.caller(secret))
        #expect(caller.organisation == nil && caller.person == nil && caller.roles.isEmpty)
        #expect(caller.isServerAdministrator)
        #expect(Authorisation.visible(caller, .read, Control.schema.erased) == .none)
        #expect(try await world.signIn.places(of: ada.account.id).isEmpty)
        #expect(try await world.begin(ada).session.organisation == nil)
    }

    @Test func anArchivedPersonHasNoPlace() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let ada = try await world.member(in: organisation)
        let (_, secret) = try await world.begin(ada)
        var person = Person()
        person.name = "Ada Byron"
        person.email = ada.email
        _ = try await world.save(person, in: organisation, id: ada.person, over: 1, isArchived: true)
        #expect(try await world.caller(secret)?.organisation == nil)
    }

    @Test func anotherOrganisationsRolesDoNotCount() async throws {
        let world = try World()
        let (one, two) = (try await world.organisation("One"), try await world.organisation("Two"))
        let ada = try await world.member(in: one, roles: [.administrator])
        _ = try await world.join(ada.account, two, roles: [.employee])
        let (_, first) = try await world.begin(ada)
        #expect(try await world.caller(first)?.roles == [.administrator])
        let (session, second) = try await world.signIn.switchOrganisation(first, to: two)
        let caller = try #require(try await world.caller(second))
        #expect(caller.organisation == two && caller.organisationName == "Two" && caller.roles == [.employee])
        #expect(try await world.caller(first) == nil, "the secret is new")
        #expect(session.expiresAt == world.clock.now.adding(seconds: 12 * 3600))
    }

    @Test func switchingKeepsTheEndOfTheSessionAndNeedsAPlace() async throws {
        let world = try World()
        let (one, two) = (try await world.organisation("One"), try await world.organisation("Two"))
        let ada = try await world.member(in: one)
        _ = try await world.join(ada.account, two)
        let foreign = try await world.organisation("Three")
        let (session, secret) = try await world.begin(ada)
        world.clock.advance(seconds: 3_600)
        await #expect(throws: AccessError.notMember(organisation: foreign)) {
            try await world.signIn.switchOrganisation(secret, to: foreign)
        }
        #expect(try await world.caller(secret)?.organisation == one, "a refused switch changes nothing")
        let switched = try await world.signIn.switchOrganisation(secret, to: two).session
        #expect(switched.expiresAt == session.expiresAt && switched.createdAt == session.createdAt)
        #expect(switched.formSecret != session.formSecret)
        await #expect(throws: AccessError.unauthenticated) {
            try await world.signIn.switchOrganisation("nonsense", to: two)
        }
    }
}

@Suite struct CallerCacheTests {
    @Test func aRememberedCallerReadsNoTable() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        _ = try await world.caller(secret)
        let reads = await world.accounts.sessionReads
        for _ in 0..<10 { #expect(try await world.caller(secret) != nil) }
        #expect(await world.accounts.sessionReads == reads)
        world.clock.advance(seconds: 29)
        _ = try await world.caller(secret)
        #expect(await world.accounts.sessionReads == reads)
        world.clock.advance(seconds: 1)
        _ = try await world.caller(secret)
        #expect(await world.accounts.sessionReads > reads, "30 s are over")
    }

    @Test func anyChangeOfAccessIsSeenByTheNextRequest() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation(), roles: [.employee])
        let (_, secret) = try await world.begin(ada)
        #expect(try await world.caller(secret)?.roles == [.employee])
        try await world.assign(.topManagement, to: ada)
        #expect(try await world.caller(secret)?.roles == [.employee, .topManagement])
        var account = ada.account
        account.isDisabled = true
        try await world.accounts.save(account)
        #expect(try await world.caller(secret) == nil)
    }

    @Test func aSessionThatAnotherServerEndedIsOver() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (session, secret) = try await world.begin(ada)
        #expect(try await world.caller(secret) != nil)
        await world.accounts.removeSession(session.secretHash)
        #expect(try await world.caller(secret) == nil)
    }

    @Test func aSessionsSecretIsNoTokenAndATokenNoSession() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        let caller = try #require(try await world.caller(secret))
        let token = try await world.signIn.createToken(
            "CI", mayWrite: false, expiresAt: world.clock.now.adding(seconds: 60), by: caller)
        #expect(try await world.signIn.authenticate(token: token.text) != nil)
        #expect(try await world.caller(token.text) == nil)
        #expect(try await world.signIn.authenticate(token: secret) == nil)
    }
}
