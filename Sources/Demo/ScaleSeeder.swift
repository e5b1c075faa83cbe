// Very many records at once, for measuring and for trying things out at the size of a large organisation: plausible
// ones, in all states, spread over owners, with links that gather at a few.
package import Access
package import Foundation
import Governance
package import RecordKit
import Records
import Storage

extension DemoSeeder {
    /// Numbers in one transaction; each makes an asset, a control, evidence and an answer.
    private static let numbersPerBatch = 250

    /// Adds so many controls, and as many assets, pieces of evidence and answers, nine tenths to Meridian Credit and
    /// the rest to a third organisation, which is founded for it. What is written follows from the number alone and
    /// from the day; only salts do not. A third of the controls belongs to the employee of ``token(signIn:clock:)``.
    /// - Parameters:
    ///   - today: The day on which the demo is looked at.
    ///   - progress: Called now and then with the controls written so far.
    package func scale(
        _ count: Int, today: Day, environment: Access.Environment, progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> ScaleReport {
        let began = environment.now().millisecondsSince1970
        var report = ScaleReport()
        for (story, share) in [(Story.meridianCredit, count - count / 10), (.northgateLogistics, count / 10)] {
            guard share > 0 else { continue }
            let organisation = StoryWriter.id(of: story.key)
            if story.key == Story.northgateLogistics.key, try await !isFounded(organisation) {
                _ = try await tell(story, today: today, numbers: SeededNumbers(seed: 3), random: environment.random)
            }
            let before = try await store.read { try $0.ledgerSize(organisation) }
            try await fill(story, organisation, share, today: today, environment) { progress(report.controls + $0) }
            report.controls += share
            report.organisations.append(organisation)
            report.revisions += try await store.read { try $0.ledgerSize(organisation) } - before
        }
        report.milliseconds = Int(environment.now().millisecondsSince1970 - began)
        return report
    }

    private func isFounded(_ organisation: UUID) async throws -> Bool {
        try await store.read { try $0.find(ID<Organisation>(organisation), in: organisation) != nil }
    }

    private func fill(
        _ story: Story, _ organisation: UUID, _ count: Int, today: Day, _ environment: Access.Environment,
        _ progress: (Int) -> Void
    ) async throws {
        let library = try await library.current(for: nil)
        let items = [FrameworkLibrary.ai, FrameworkLibrary.security].flatMap {
            library.framework($0)?.items.filter(\.isAssessable) ?? []
        }
        let (people, first) = try await store.read { reader in
            (
                try reader.all(Person.self, in: organisation, limit: Query.limitMax),
                try reader.count(Control.schema.erased, where: .all, in: organisation, asOf: nil)
            )
        }
        let scale = Scale(
            cast: try Cast(story, people), items: items, first: first, organisation: organisation, today: today,
            environment: environment)
        for start in stride(from: 0, to: count, by: Self.numbersPerBatch) {
            let numbers = start..<min(count, start + Self.numbersPerBatch)
            try await store.write(organisation) { transaction in
                for number in numbers { try scale.write(number, isLast: number == count - 1, in: transaction) }
            }
            progress(numbers.upperBound)
        }
        let requirements = library.assessable
        try await store.write(organisation) { [posture] transaction in
            try posture.rebuild(requirements: requirements, in: transaction, organisation, today)
        }
    }
}

/// What was added.
package struct ScaleReport: Sendable {
    package fileprivate(set) var controls = 0
    package fileprivate(set) var revisions = 0
    package fileprivate(set) var organisations: [UUID] = []
    fileprivate(set) var milliseconds = 0

    /// In one line.
    package var summary: String {
        let records = controls * 4
        let seconds = max(1, milliseconds) / 1_000
        return "Added \(controls) controls, assets, answers and pieces of evidence each, in \(revisions) revisions; "
            + "\(seconds) s, \(records * 1_000 / max(1, milliseconds)) records a second."
    }
}

/// Who the records belong to.
private struct Cast: Sendable {
    let author: UUID
    let reviewer: UUID
    let employee: UUID
    let owners: [UUID]

    init(_ story: Story, _ people: [Stored<Person>]) throws {
        guard let cast = story.cast else { throw DemoError.unknown("cast", story.key) }
        func person(_ key: String) throws -> UUID {
            let email = story.people.first { $0.key == key }?.email.lowercased()
            guard let found = people.first(where: { $0.value.email.lowercased() == email }) else {
                throw DemoError.notSeeded
            }
            return found.id.raw
        }
        author = try person(cast.author)
        reviewer = try person(story.lead)
        employee = try person(cast.employee)
        owners = try cast.owners.map(person)
    }
}

/// Writes one set of records after the other.
private struct Scale: Sendable {
    let cast: Cast
    let items: [LibraryItem]
    /// Controls that were there before.
    let first: Int
    let organisation: UUID
    let today: Day
    let environment: Access.Environment

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

    /// - Parameters:
    ///   - index: From 0; links lead to records of lower ones.
    ///   - isLast: Ends the round of answers.
    func write(_ index: Int, isLast: Bool, in transaction: any Transaction) throws {
        try writeAsset(index, in: transaction)
        try writeControl(index, in: transaction)
        try writeEvidence(index, in: transaction)
        try writeAnswer(index, isLast: isLast, in: transaction)
    }

    private func writeAsset(_ index: Int, in transaction: any Transaction) throws {
        let number = first + index
        var asset = Asset()
        asset.name = "\(Self.objects[number % 18].capitalized) \(Self.places[number / 5 % 13]) \(number + 1)"
        asset.kind = Asset.Kind.allCases[number % Asset.Kind.allCases.count]
        asset.description = "Kept by unit \(number % 97)."
        asset.owner = ID(owner(number + 1))
        asset.classification = Asset.Classification.allCases[number / 3 % 4]
        asset.personalData = number % 4 == 0
        asset.dependsOn = Links((0..<(number % 3)).compactMap { lower(than: index, Asset.type, "dependsOn", $0) })
        let id = try create(asset, index)(transaction, cast.author)
        guard number % 5 < 4 else { return }
        asset.status = .inUse
        try save(asset, id, over: 1, "commission", owner(number + 1), index, in: transaction)
    }

    private func writeControl(_ index: Int, in transaction: any Transaction) throws {
        let number = first + index
        var control = Control()
        control.code = "S-\(String(number + 10_000_001).dropFirst())"
        let title =
            "\(Self.verbs[number % 15]) \(Self.objects[number / 7 % 18]) \(Self.places[number / 3 % 13])"
        control.title = "\(title), part \(number)"
        control.description = "Carried out for unit \(number % 97) after the group's procedure."
        control.type = Control.Effect.allCases[number % 3]
        control.frequency = Control.Frequency.allCases[number % 7]
        control.owner = ID(owner(number))
        if number % 5 < 3 { control.costPerYear = Decimal(mixed(number, "cost") % 900_000) / 10 }
        control.requirements = Links(
            (0..<(number % 3)).map { ID(items[(number * 31 + $0 * 97) % items.count].id) })
        control.assets = Links((0..<(number % 2)).compactMap { lower(than: index, Asset.type, "assets", $0) })
        let id = try create(control, index)(transaction, cast.author)
        switch number % 20 {
        case 0..<14:
            control.status = .implemented
            try save(control, id, over: 1, "implement", owner(number), index, in: transaction)
        case 14:
            control.status = .retired
            try save(
                control, id, over: 1, "retire", cast.author, index, "Merged into another control.", in: transaction)
        default: break
        }
    }

    private func writeEvidence(_ index: Int, in transaction: any Transaction) throws {
        let number = first + index
        var evidence = Evidence()
        evidence.title =
            "\(Self.objects[number % 18].capitalized) \(Self.places[number / 4 % 13]), period \(number + 1)"
        evidence.kind = .link
        evidence.link = "https://files.example/evidence/\(number + 1)"
        evidence.periodTo = today.adding(days: -1 - number % 300)
        evidence.periodFrom = evidence.periodTo.adding(days: -90)
        if number % 3 > 0 { evidence.validUntil = evidence.periodTo.adding(days: 200) }
        evidence.owner = ID(owner(number + 2))
        evidence.controls = Links((0...(number % 2)).compactMap { lower(than: index, Control.type, "controls", $0) })
        let id = try create(evidence, index)(transaction, owner(number + 2))
        guard number % 2 == 0 else { return }
        evidence.status = .reviewed
        evidence.reviewedBy = ID(cast.reviewer)
        evidence.reviewedOn = today.adding(days: -1)
        try save(evidence, id, over: 1, "review", cast.reviewer, index, in: transaction)
    }

    private func writeAnswer(_ index: Int, isLast: Bool, in transaction: any Transaction) throws {
        let item = items[index % items.count]
        let round = index / items.count * items.count
        var assessment = Assessment()
        assessment.title = "Round \(first + round + 1) of unit \(round / items.count % 97)"
        assessment.lead = ID(cast.reviewer)
        assessment.startedOn = today.adding(days: -30)
        let assessmentID = id(Assessment.type, round)
        if index == round {
            try save(assessment, assessmentID, over: nil, "create", cast.reviewer, index, in: transaction)
        }
        var answer = Answer()
        answer.name = "\(item.reference) \(item.title)"
        answer.assessment = ID(assessmentID)
        answer.requirement = ID(item.id)
        answer.key = "\(assessmentID.lowercased)/\(item.id.lowercased)"
        answer.result = Answer.Result.allCases[mixed(index, "result") % 3]
        answer.answeredOn = today.adding(days: -20)
        answer.answeredBy = ID(cast.author)
        answer.owner = ID(owner(index))
        let id = try create(answer, index)(transaction, cast.author)
        if index % 5 < 2 {
            answer.maturity = mixed(index, "maturity") % 6
            answer.note = "Seen in unit \(index % 97)."
            try save(answer, id, over: 1, "update", cast.author, index, in: transaction)
        }
        if isLast || (index + 1) % items.count == 0 {
            assessment.status = .closed
            try save(assessment, assessmentID, over: 1, "close", cast.reviewer, index, in: transaction)
        }
    }

    // MARK: Saving

    private func create<R: Record>(
        _ record: R, _ index: Int
    ) -> (_ transaction: any Transaction, _ person: UUID) throws -> UUID {
        { transaction, person in
            let id = id(R.type, index)
            try save(record, id, over: nil, "create", person, index, in: transaction)
            return id
        }
    }

    private func save<R: Record>(
        _ record: R, _ id: UUID, over version: Int?, _ action: String, _ person: UUID, _ index: Int,
        _ reason: String? = nil, in transaction: any Transaction
    ) throws {
        let change = Change(
            actorKind: .person, person: person, auth: "session", action: action, at: time(index), reason: reason,
            salt: environment.salt())
        try transaction.save(
            try R.schema.validated(record).erased, id: id, over: version, isArchived: false, by: change)
    }

    // MARK: What follows from a number

    /// The evening before the demo's day, a millisecond for each number.
    private func time(_ index: Int) -> Instant {
        Instant(millisecondsSince1970: Int64(today.daysSince1970 - 1) * 86_400_000 + 64_800_000 + Int64(first + index))
    }

    private func id(_ type: RecordType, _ index: Int) -> UUID {
        let number = first + index
        return .version7(
            at: time(index),
            random: (
                UInt64(mixed(number, type.name + organisation.lowercased)),
                UInt64(mixed(number, "\(type.name) of \(organisation.lowercased)"))
            ))
    }

    /// A record of a lower number, sooner a low one: a few are linked to by very many, as in life.
    private func lower<R: Record>(than index: Int, _ type: RecordType, _ field: String, _ turn: Int) -> ID<R>? {
        guard index > 0 else { return nil }
        let draw = Double(mixed(first + index, "\(field) \(turn)") % 1_000_000) / 1_000_000
        return ID(id(type, Int(draw * draw * Double(index))))
    }

    /// Scattered over the titles; a third is the employee's.
    private func owner(_ number: Int) -> UUID {
        let scattered = mixed(number, "owner")
        return scattered % 3 == 0 ? cast.employee : cast.owners[scattered / 3 % cast.owners.count]
    }

    /// A number of 62 bits that looks random: FNV-1a over the words, then SplitMix64's mixing.
    private func mixed(_ number: Int, _ words: String) -> Int {
        var z = words.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        z = (z ^ UInt64(number)) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) >> 2)
    }
}
