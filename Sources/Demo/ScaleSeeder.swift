// Many controls at once, for measuring: plausible ones, of all states, spread over owners and requirements.
package import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

extension DemoSeeder {
    /// Controls in one transaction; an implemented one is two changes, as everywhere.
    static let controlsPerBatch = 100

    /// Fills Meridian Credit with so many more controls, numbered on from those that are there. Each is created as
    /// planned by the data security officer; most are then implemented by their owner, some retired. A third belongs
    /// to the employee of ``token(signIn:)``.
    /// - Returns: What was done, in one line.
    package func scale(controls: Int, environment: Access.Environment) async throws -> String {
        let organisation = StoryWriter.id(of: Story.meridianCredit.key)
        let cast = try await Cast.find(of: Story.meridianCredit, organisation, accounts)
        let library = try await library.current()
        let references = [FrameworkLibrary.ai, FrameworkLibrary.security].flatMap {
            library.framework($0)?.items.filter(\.isAssessable).map(\.id) ?? []
        }
        let present = try await store.read { reader in
            try reader.count(Control.schema.erased, where: .all, in: organisation, asOf: nil)
        }
        let scale = Scale(
            cast: cast, references: references, environment: environment, posture: posture, organisation: organisation)
        for start in stride(from: 0, to: controls, by: Self.controlsPerBatch) {
            let numbers = (present + start + 1)...(present + min(controls, start + Self.controlsPerBatch))
            try await store.write(organisation) { transaction in
                for number in numbers { try scale.write(number, in: transaction) }
            }
        }
        return "Added \(controls) controls to \(Story.meridianCredit.organisation.name)."
    }
}

/// Who the scaled controls belong to.
private struct Cast: Sendable {
    let author: UUID
    let employee: UUID
    let owners: [UUID]

    static func find(of story: Story, _ organisation: UUID, _ accounts: any AccountStore) async throws -> Cast {
        func person(_ key: String) async throws -> UUID {
            let email = story.people.first { $0.key == key }?.email.lowercased() ?? ""
            guard let account = try await accounts.account(email: email),
                let place = try await accounts.memberships(of: account.id).first(where: {
                    $0.organisation == organisation
                })
            else { throw DemoError.notSeeded }
            return place.person
        }
        var owners: [UUID] = []
        for key in Story.meridianControlOwners { owners.append(try await person(key)) }
        return Cast(
            author: try await person(Story.meridianSecurityOfficer), employee: try await person(Story.meridianEmployee),
            owners: owners)
    }
}

/// Writes one control after the other; which is which follows from its number alone.
private struct Scale: Sendable {
    let cast: Cast
    let references: [UUID]
    let environment: Access.Environment
    let posture: PostureEngine
    let organisation: UUID

    private static let verbs = [
        "Review", "Restrict", "Record", "Monitor", "Approve", "Encrypt", "Test", "Reconcile", "Classify", "Rotate",
        "Back up", "Harden", "Document", "Validate", "Alert on",
    ]
    private static let objects = [
        "access rights", "service accounts", "training data sets", "model versions", "feature definitions",
        "audit logs", "firewall rules", "supplier reports", "customer exports", "decision explanations",
        "release packages", "encryption keys", "override decisions", "storage buckets", "incident tickets",
        "prompt templates", "retention schedules", "remote sessions",
    ]
    private static let places = [
        "in Berlin", "in Lisbon", "of the credit platform", "of the collections channel", "of the data warehouse",
        "of the fraud desk", "of the mobile app", "of the partner gateway", "of the build pipeline",
        "of the identity provider", "of the office network", "of the document store", "of the support desk",
    ]

    func write(_ number: Int, in transaction: any Transaction) throws {
        var control = Control()
        control.code = "S-\(String(number + 10_000_000).dropFirst())"
        let title =
            "\(Self.verbs[number % 15]) \(Self.objects[number / 7 % 18]) \(Self.places[number / 3 % 13])"
        control.title = "\(title), part \(number)"
        control.description = "Carried out for unit \(number % 97) after the group's procedure."
        control.type = Control.Effect.allCases[number % 3]
        control.frequency = Control.Frequency.allCases[number % 7]
        // Scattered over the titles (Knuth's multiplicative hash), as owners are in life.
        let scattered = (number &* 2_654_435_761 & 0xFFFF_FFFF) >> 8
        let owner = scattered % 3 == 0 ? cast.employee : cast.owners[scattered / 3 % cast.owners.count]
        control.owner = ID(owner)
        let links = (0..<(number % 3)).map { ID<Requirement>(references[(number * 31 + $0 * 97) % references.count]) }
        control.requirements = Links(links)
        let id = environment.id()
        let created = try transaction.save(
            try Control.schema.validated(control).erased, id: id, over: nil, isArchived: false,
            by: change("create", cast.author))
        try posture.recordChanged(
            from: nil, to: created, in: transaction, today: created.meta.createdAt.day(in: .gmt))
        switch number % 20 {
        case 0..<14:
            control.status = .implemented
            try save(control, id, change("implement", owner), in: transaction)
        case 14:
            control.status = .retired
            try save(control, id, change("retire", cast.author, "Merged into another control."), in: transaction)
        default: break
        }
    }

    private func save(
        _ control: Control, _ id: UUID, _ change: Change, in transaction: any Transaction
    ) throws {
        try transaction.save(
            try Control.schema.validated(control).erased, id: id, over: 1, isArchived: false, by: change)
    }

    private func change(_ action: String, _ person: UUID, _ reason: String? = nil) -> Change {
        Change(
            actorKind: .person, person: person, auth: "session", action: action, at: environment.now(),
            reason: reason, salt: environment.salt())
    }
}
