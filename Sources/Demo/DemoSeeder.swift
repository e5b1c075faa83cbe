// Fills a server with two made-up organisations, so that everything can be seen with content: a consumer lender on its
// way to both certificates, and a hospital that has just begun. No person, company or address in it is real.
package import Access
package import Foundation
package import Governance
package import RecordKit
import Records
package import Storage

/// Writes the demo organisations.
package struct DemoSeeder: Sendable {
    /// Seed of everything that follows from chance in the stories: ids and times of day. Salts do not.
    private static let seed: UInt64 = 0x4352_4544_4954
    /// Names the program's key that benchmarks use.
    static let tokenName = "Benchmark"
    static let tokenDays = 30

    let store: any Store
    let accounts: any AccountStore
    private let blobs: any BlobStore
    let library: LibraryHolder
    let posture: PostureEngine
    private let hasher: PasswordHasher

    package init(
        store: any Store, accounts: any AccountStore, blobs: any BlobStore, library: LibraryHolder,
        posture: PostureEngine, hasher: PasswordHasher
    ) {
        self.store = store
        self.accounts = accounts
        self.blobs = blobs
        self.library = library
        self.posture = posture
        self.hasher = hasher
    }

    /// The organisations of the demo, in the order in which they are written.
    static let stories = [Story.meridianCredit, Story.stBrigidHospital]

    /// Writes both organisations with their history of the weeks before a day, and an account for each person. All
    /// accounts share one password, hashed once: their password hashes are the same text. Seeding again changes
    /// nothing and says so.
    /// - Parameters:
    ///   - password: Of every demo account; it must satisfy ``PasswordRule``.
    ///   - today: The day on which the demo is looked at: everything happened before it.
    ///   - random: Salts of the ledger and of the password; with the same bytes the ledgers come out the same.
    /// - Throws: `Invalid` for the password; ``DemoError`` if a former run was cut off.
    package func seed(password: String, today: Day, random: RandomSource) async throws -> DemoReport {
        let stories = Self.stories
        for person in stories.flatMap(\.people) { try PasswordRule.check(password, email: person.email) }
        var written: [UUID] = []
        for story in stories where try await isWritten(story) { written.append(StoryWriter.id(of: story.key)) }
        if written.count == stories.count {
            return DemoReport(organisations: written, isNew: false, signIns: [], recordCounts: [:])
        }
        guard written.isEmpty else { throw DemoError.cutOff }
        let hash = try await hasher.hash(password, from: random).encoded
        var signIns: [DemoReport.SignIn] = []
        var counts: [UUID: Int] = [:]
        let numbers = SeededNumbers(seed: Self.seed)
        for story in stories {
            let (writer, entries) = try await tell(story, today: today, numbers: numbers, random: random)
            counts[writer.organisation] = entries
            signIns += try await openAccounts(of: writer, hash: hash, password: password)
        }
        return DemoReport(
            organisations: stories.map { StoryWriter.id(of: $0.key) }, isNew: true, signIns: signIns,
            recordCounts: counts)
    }

    /// Writes one organisation with its history.
    /// - Returns: Who wrote it, and the entries in its ledger.
    func tell(
        _ story: Story, today: Day, numbers: SeededNumbers, random: RandomSource
    ) async throws -> (writer: StoryWriter, entries: Int) {
        let library = try await library.current(for: nil)
        let clock = MovingClock()
        let writer = try StoryWriter(
            story: story, today: today, environment: .story(clock: clock, numbers: numbers, salts: random),
            store: store, blobs: blobs, holder: self.library, library: library, posture: posture)
        try await writer.write(clock: clock, numbers: numbers)
        let organisation = writer.organisation
        let requirements = library.assessable
        let entries = try await store.write(organisation) { [posture] transaction in
            // What the clock changed since the last event counts from today on.
            try posture.rebuild(requirements: requirements, in: transaction, organisation, today)
            return try transaction.ledgerSize(organisation)
        }
        return (writer, entries)
    }

    /// - Throws: ``DemoError/cutOff`` if the organisation is there without anybody who may sign in: accounts come
    ///   last.
    private func isWritten(_ story: Story) async throws -> Bool {
        let id = StoryWriter.id(of: story.key)
        guard try await store.read({ try $0.find(ID<Organisation>(id), in: id) }) != nil else { return false }
        guard try await !accounts.memberships(in: id).isEmpty else { throw DemoError.cutOff }
        return true
    }

    /// An account and a membership for each person who holds a role; somebody who works for both organisations has
    /// one account.
    private func openAccounts(
        of writer: StoryWriter, hash: String, password: String
    ) async throws -> [DemoReport.SignIn] {
        var signIns: [DemoReport.SignIn] = []
        for draft in writer.story.people {
            let email = draft.email.lowercased()
            let person = try await writer.id(Person.type, draft.key)
            let caller = try await writer.caller(draft.key)
            let now = writer.environment.now()
            var account = try await accounts.account(email: email)
            if account == nil {
                let made = Account(
                    id: writer.environment.id(), email: email, passwordHash: hash, isDisabled: false,
                    isServerAdministrator: draft.isServerAdministrator, createdAt: now)
                let system = Caller.system(organisation: nil)
                try await accounts.save(
                    made, noting: system.serverNote("create", "account", made.id, in: writer.environment))
                account = made
            }
            guard let account else { throw DemoError.unknown("account", email) }
            try await accounts.save(
                Membership(
                    account: account.id, organisation: writer.organisation, person: person,
                    from: Timeline.workday(draft.day, before: writer.today), until: nil),
                noting: Caller.system(organisation: writer.organisation)
                    .note("join", "membership", person, in: writer.environment))
            signIns.append(
                DemoReport.SignIn(
                    organisation: writer.organisation, organisationName: writer.story.organisation.name,
                    person: person, name: draft.name, roles: Role.allCases.filter(caller.roles.contains),
                    email: email, password: password, isLead: draft.key == writer.story.lead))
        }
        return signIns
    }

    /// A key for programs, to read and write, that belongs to somebody who sees about a third of the controls that
    /// ``scale(_:today:environment:progress:)`` makes: an employee, who reads what is assigned to them and may create tasks.
    /// No role may create controls and see only some.
    package func token(signIn: SignIn, clock: Access.Clock = .system) async throws -> String {
        let (story, key) = (Story.meridianCredit, Story.meridianEmployee)
        let organisation = StoryWriter.id(of: story.key)
        let address = story.people.first { $0.key == key }?.email.lowercased() ?? ""
        guard let account = try await accounts.account(email: address) else { throw DemoError.notSeeded }
        guard
            let place = try await signIn.places(of: account.id).first(where: {
                $0.membership.organisation == organisation
            })
        else { throw DemoError.notSeeded }
        let caller = Caller(
            account: account.id, organisation: organisation, person: place.membership.person,
            organisationName: place.organisationName)
        let made = try await signIn.createToken(
            Self.tokenName, mayWrite: true, expiresAt: clock.now().adding(seconds: Self.tokenDays * 86_400), by: caller)
        return made.text
    }
}

/// What seeding did.
package struct DemoReport: Sendable {
    /// Somebody who can sign in.
    package struct SignIn: Sendable {
        package let organisation: UUID
        package let organisationName: String
        package let person: UUID
        package let name: String
        /// Those whose term runs on the day before the demo; somebody whose role is only proposed has none.
        package let roles: [Role]
        package let email: String
        package let password: String
        /// The compliance lead, who founded the organisation and is its administrator, too.
        package let isLead: Bool
    }
    package let organisations: [UUID]
    /// `false` if the organisations were there before: then nothing was changed, and no account is named.
    package let isNew: Bool
    package let signIns: [SignIn]
    /// Ledger entries by organisation.
    package let recordCounts: [UUID: Int]

    /// The compliance lead of an organisation; `nil` if the organisations were there before.
    package func lead(of organisation: UUID) -> SignIn? {
        signIns.first { $0.organisation == organisation && $0.isLead }
    }

    /// For whoever ran the command: a line for each account.
    package var summary: String {
        guard isNew else {
            let leads = DemoSeeder.stories.compactMap { story in
                story.people.first { $0.key == story.lead }.map { "  \($0.email)  \(story.organisation.name)" }
            }
            return
                (["The demo organisations are there already: nothing was changed. Sign in as one of"] + leads
                + ["with the password that was printed when they were made (by default: concord demo 2026)."])
                .joined(separator: "\n")
        }
        var lines: [String] = []
        for organisation in organisations {
            let people = signIns.filter { $0.organisation == organisation }
            let entries = recordCounts[organisation] ?? 0
            lines.append("\(people.first?.organisationName ?? "") (\(entries) entries in its ledger)")
            for person in people {
                let roles = person.roles.map {
                    $0.rawValue.asLabel.lowercased().replacingOccurrences(of: "ai ", with: "AI ")
                }.joined(separator: ", ")
                let words = roles.isEmpty ? "role proposed, not active" : roles
                lines.append("  \(person.email)  \(person.name), \(words)")
            }
        }
        if let password = signIns.first?.password {
            lines.append("The password of every account, for the demo only: \(password)")
        }
        return lines.joined(separator: "\n")
    }
}

/// Why the demo cannot be written.
package enum DemoError: Error, Sendable, CustomStringConvertible {
    /// A former run ended in the middle.
    case cutOff
    /// The demo organisations are not there.
    case notSeeded
    /// A story names what is not there.
    case unknown(String, String)
    /// A rule refused an event.
    case refused(story: String, event: String, why: String)

    package var description: String {
        switch self {
        case .cutOff: "a former run of the demo was cut off; remove the data folder and run it again"
        case .notSeeded: "the demo organisations are not in this data folder"
        case .unknown(let kind, let key): "the demo names the \(kind) \(key), which is not there"
        case .refused(let story, let event, let why): "\(story): \(event): \(why)"
        }
    }
}
