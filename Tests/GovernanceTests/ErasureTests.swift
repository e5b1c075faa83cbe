// Erasure as people do it: proposed by one, carried out by another, refused by a hold, forgotten again after a restore.
import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct ErasureTests {
    private func service(_ world: World, _ journal: any ErasureJournal = NoErasureJournal()) throws -> ErasureService {
        ErasureService(
            records: world.records, blobs: try FolderBlobStore(folder: world.folder.appendingPathComponent("files")),
            journal: journal)
    }

    private func request(
        _ world: World, _ schema: AnySchema, _ id: UUID, fields: String? = nil
    ) async throws -> StoredRecord {
        try await world.records.create(
            ErasureRequest.schema.erased,
            [
                "subjectType": .text(schema.type.name), "subjectID": .text(id.lowercased.uppercased()),
                "scope": .text(fields == nil ? "record" : "fields"), "fieldNames": fields.map { .text($0) } ?? .null,
                "legalBasis": .text("consentWithdrawn"), "reason": .text("Asked for by letter"),
            ], as: world.lead)
    }

    private func carryOut(_ world: World, _ request: StoredRecord, as caller: Caller) async throws -> StoredRecord {
        try await world.records.take(
            "carryOut", ErasureRequest.schema.erased, request.id, over: request.version, as: caller, reason: nil)
    }

    private func refused(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
            Issue.record("it was not refused")
            return ""
        } catch ServiceError.conflict(.state(let why)) { return why } catch ServiceError.forbidden(let why) {
            return why
        } catch ServiceError.invalid(let invalid) {
            return invalid.problems.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
        }
    }

    private func verify(_ world: World) throws -> LedgerVerification {
        try LedgerVerifier(path: world.database, schemas: Registry.schemas, verifierKeys: []).verify()
    }

    @Test func aSecondPersonCarriesItOutAndTheRequestSaysWhatWasRemoved() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let daniel = try await world.member("Daniel", [])
        let id = try #require(daniel.person)
        let schema = Person.schema.erased
        _ = try await world.records.update(
            schema, id, over: 1, ["phone": .text("030 12345")], keepsMissing: true, as: world.lead,
            reason: "Daniel said")
        let role = try await world.records.create(
            RoleAssignment.schema.erased,
            ["person": .reference(id), "role": .text("employee"), "from": .day(world.clock.today)], as: world.lead)
        let asked = try await request(world, schema, id)
        #expect(asked["subjectID"] == .text(id.lowercased))
        let preview = try await service(world).preview(asked.id, as: officer)
        #expect(preview.revisions == 2 && preview.revisionsAll == 2 && preview.linksIn == 1 && preview.refusal == nil)
        let own = try await service(world).preview(asked.id, as: world.lead)
        #expect(own.refusal?.contains("somebody else") == true)
        _ = try await refused { _ = try await carryOut(world, asked, as: world.lead) }
        let done = try await carryOut(world, asked, as: officer)
        #expect(done["status"] == .text("carriedOut") && done["erasedRevisions"] == .integer(2))
        #expect(done["carriedOutBy"] == .reference(try #require(officer.person)))
        let late = try await refused {
            _ = try await world.records.update(
                ErasureRequest.schema.erased, asked.id, over: done.version, ["reason": .text("Another")],
                keepsMissing: true, as: world.lead)
        }
        #expect(late.contains("carried out"))
        // What is left: who and when.
        let person = try await world.records.get(schema, id, as: world.lead)
        #expect(person.meta.isArchived && person.meta.erasedAt != nil && person["name"] == .text("Erased"))
        let history = try await world.records.history(schema, id, as: world.lead)
        #expect(history.map(\.revision.action) == ["erase", "update", "create"])
        #expect(history.allSatisfy { $0.changes.isEmpty && $0.revision.reason == nil })
        #expect(history.map(\.personName) == ["Katarzyna", "Ines", "Ines"])
        let ended = try await world.records.get(RoleAssignment.schema.erased, role.id, as: world.lead)
        #expect(ended["status"] == .text("ended"), "nobody holds it any more")
        let why = try await refused {
            _ = try await world.records.setArchived(
                false, schema, id, over: person.version, as: world.lead, reason: nil)
        }
        #expect(why.contains("erased"))
        let found = try verify(world)
        #expect(found.firstProblem?.description == nil && found.erased == 2)
    }

    @Test func aHoldRefusesItWithItsReasonUntilSomebodyElseLiftsIt() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let daniel = try #require(try await world.member("Daniel", []).person)
        let held = try await world.records.create(
            Hold.schema.erased,
            [
                "name": .text("Dispute 7"), "kind": .text("legal"), "scope": .text("record"),
                "subjectType": .text("person"), "subjectID": .text(daniel.lowercased),
                "reason": .text("The court has not decided"), "from": .day(world.clock.today),
            ], as: world.lead)
        let asked = try await request(world, Person.schema.erased, daniel)
        let why = try await refused { _ = try await carryOut(world, asked, as: officer) }
        #expect(why.contains("legal hold “Dispute 7”") && why.contains("The court has not decided"))
        #expect(try await service(world).preview(asked.id, as: officer).holds.map(\.id.raw) == [held.id])
        #expect(try await world.records.get(Person.schema.erased, daniel, as: world.lead).meta.erasedAt == nil)
        func lift(_ caller: Caller) async throws {
            _ = try await world.records.take(
                "lift", Hold.schema.erased, held.id, over: 1, as: caller, reason: "Decided")
        }
        _ = try await refused { try await lift(world.lead) }
        try await lift(officer)
        // One for everything forbids it as well, but only in its time.
        var all: [String: FieldValue] = [
            "name": .text("Audit"), "kind": .text("audit"), "scope": .text("organisation"),
            "reason": .text("Stage 2"), "from": .day(world.clock.today.adding(days: 3)),
        ]
        _ = try await world.records.create(Hold.schema.erased, all, as: world.lead)
        all["from"] = .day(world.clock.today.adding(days: -3))
        all["to"] = .day(world.clock.today.adding(days: 1))
        _ = try await world.records.create(Hold.schema.erased, all, as: world.lead)
        #expect(try await refused { _ = try await carryOut(world, asked, as: officer) }.contains("Stage 2"))
        world.clock.advance(days: 2)
        #expect(try await carryOut(world, asked, as: officer)["status"] == .text("carriedOut"))
    }

    @Test func aRequestNamesWhatIsThereAndCanBeErased() async throws {
        let world = try await World()
        let daniel = try #require(try await world.member("Daniel", []).person)
        let requirement = try #require(try await world.library.current(for: nil).assessable.first)
        let cases: [(AnySchema, UUID, String?, String)] = [
            (Person.schema.erased, UUID(), nil, "subjectID"),
            (Control.schema.erased, daniel, nil, "subjectID"),
            (Requirement.schema.erased, requirement, nil, "shared content"),
            (Person.schema.erased, daniel, "phone colour", "colour"),
            (RoleAssignment.schema.erased, daniel, "person", "subjectID"),
        ]
        for (schema, id, fields, words) in cases {
            let why = try await refused { _ = try await request(world, schema, id, fields: fields) }
            #expect(why.contains(words), "\(why)")
        }
        let asked = try await request(world, Person.schema.erased, daniel, fields: "unit, phone")
        #expect(asked["fieldNames"] == .text("phone unit"))
    }

    @Test func aFieldIsErasedAndTheRestStays() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let daniel = try #require(try await world.member("Daniel", []).person)
        let schema = Person.schema.erased
        for (version, phone) in [(1, "030 1"), (2, "030 2")] {
            _ = try await world.records.update(
                schema, daniel, over: version, ["phone": .text(phone)], keepsMissing: true, as: world.lead)
        }
        let moment = try await world.records.moment(at: world.environment.now(), as: world.lead)
        _ = try await carryOut(world, request(world, schema, daniel, fields: "phone"), as: officer)
        let now = try await world.records.get(schema, daniel, as: world.lead)
        #expect(now["name"] == .text("Daniel") && now["phone"] == .null && !now.meta.isArchived && now.version == 4)
        #expect(try await world.records.get(schema, daniel, as: world.lead, asOf: moment).meta.erasedAt != nil)
        let history = try await world.records.history(schema, daniel, as: world.lead)
        #expect(history.map { $0.revision.record.meta.erasedAt != nil } == [false, true, true, false])
        #expect(history[0].changes.isEmpty && history[3].changes.map(\.field.name).contains("name"))
        #expect(try verify(world).firstProblem?.description == nil)
    }

    @Test func measuredStatusesFollowAnErasure() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let requirement = try #require(try await world.library.current(for: nil).assessable.first)
        let today = world.clock.today
        let evidence = try await world.records.create(
            Evidence.schema.erased,
            [
                "title": .text("Log"), "kind": .text("link"), "link": .text("https://example.org"),
                "periodFrom": .day(today), "periodTo": .day(today), "requirements": .links([requirement]),
            ], as: world.lead)
        _ = try await carryOut(world, request(world, Evidence.schema.erased, evidence.id), as: officer)
        let organisation = world.organisation
        let row = try await world.store.read {
            try $0.statuses(in: organisation).first { $0.requirement == requirement }
        }
        #expect(row?.evidence == 0 && row?.measured == nil)
    }

    @Test func theAccountOfAnErasedPersonEndsAndItsAddressGoes() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let accounts: [(String, hasOther: Bool)] = [("daniel@example.org", false), ("dora@example.org", true)]
        for (email, hasOther) in accounts {
            let name = email.hasPrefix("daniel") ? "Daniel" : "Dora"
            let person = try #require(try await world.member(name, []).person)
            let account = Account(
                id: world.environment.id(), email: email, passwordHash: "kept", isDisabled: false,
                isServerAdministrator: false, createdAt: world.environment.now())
            try await world.store.save(account)
            let own = Membership(
                account: account.id, organisation: world.organisation, person: person, from: world.clock.today,
                until: nil)
            try await world.store.save(own)
            if hasOther {
                // Another organisation of the server, in which the same account is somebody.
                let elsewhere = try await World.found("Elsewhere", world, account)
                #expect(elsewhere != world.organisation)
            }
            _ = try await carryOut(world, request(world, Person.schema.erased, person), as: officer)
            let left = try #require(try await world.store.account(account.id))
            #expect(left.isDisabled == !hasOther && (left.passwordHash == nil) == !hasOther)
            #expect((left.email == email) == hasOther)
            let places = try await world.store.memberships(of: account.id)
            #expect(places.count == (hasOther ? 1 : 0) && !places.contains { $0.organisation == world.organisation })
        }
    }

    @Test func filesGoOnceNoRecordHoldsThem() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let service = try service(world)
        let blobs = try FolderBlobStore(folder: world.folder.appendingPathComponent("files"))
        let bytes = Data("a list of names".utf8)
        let sha256 = try await blobs.put(bytes, for: world.organisation)
        let today = world.clock.today
        var made: [UUID] = []
        for n in 0..<2 {
            let file = try FileReference(
                sha256: sha256, name: "list-\(n).txt", mediaType: "text/plain", bytes: bytes.count)
            made.append(
                try await world.records.create(
                    Evidence.schema.erased,
                    [
                        "title": .text("List \(n)"), "kind": .text("file"), "file": .file(file),
                        "periodFrom": .day(today), "periodTo": .day(today),
                    ], as: world.lead
                ).id)
        }
        for (n, id) in made.enumerated() {
            let asked = try await request(world, Evidence.schema.erased, id)
            #expect(try await service.preview(asked.id, as: officer).fileNames == ["list-\(n).txt"])
            let done = try await carryOut(world, asked, as: officer)
            #expect(done["erasedFiles"] == .integer(n))
            #expect(try await service.finish(world.organisation))
            #expect(try await blobs.get(sha256, for: world.organisation) == (n == 0 ? bytes : nil))
        }
        #expect(try await !service.finish(world.organisation), "everything is done")
    }

    @Test func aRestoredBackupForgetsAgain() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let daniel = try #require(try await world.member("Daniel", []).person)
        let dora = try #require(try await world.member("Dora", []).person)
        let schema = Person.schema.erased
        _ = try await world.records.update(
            schema, dora, over: 1, ["phone": .text("030 2")], keepsMissing: true, as: world.lead)
        let backup = world.folder.appendingPathComponent("backup.sqlite").path
        try await world.store.copy(to: backup)
        // Both are erased after the backup, and the list beside the database says so.
        let journal = FileErasureJournal(world.folder.appendingPathComponent("erasures"))
        #expect(!journal.exists)
        _ = try await carryOut(world, request(world, schema, daniel), as: officer)
        _ = try await carryOut(world, request(world, schema, dora, fields: "phone"), as: officer)
        try await service(world, journal).finish(world.organisation)
        let listed = try String(contentsOf: world.folder.appendingPathComponent("erasures"), encoding: .utf8)
        #expect(listed.split(separator: "\n").count == 2 && !listed.contains("Daniel") && !listed.contains("030"))
        // The backup comes back in the database's place.
        let restored = try SQLiteStore(path: backup, schemas: Registry.schemas)
        let records = RecordService(store: restored, environment: world.environment, posture: world.posture)
        let again = ErasureService(
            records: records, blobs: try FolderBlobStore(folder: world.folder.appendingPathComponent("files")),
            journal: journal)
        #expect(try await records.get(schema, daniel, as: world.lead)["name"] == .text("Daniel"))
        #expect(try await again.start() == 2)
        #expect(try await records.get(schema, daniel, as: world.lead).meta.erasedAt != nil)
        let kept = try await records.get(schema, dora, as: world.lead)
        #expect(kept["phone"] == .null && kept["name"] == .text("Dora"))
        #expect(try await again.start() == 0, "once is enough")
        try await again.finish(world.organisation)
        let found = try LedgerVerifier(path: backup, schemas: Registry.schemas, verifierKeys: []).verify()
        #expect(found.firstProblem?.description == nil && found.erased == 2)
        #expect(try Data(contentsOf: URL(fileURLWithPath: backup)).range(of: Data("030 2".utf8)) == nil)
        try restored.close()
    }

    @Test func aListThatIsLostIsMadeAnewAndOneThatIsCutIsMended() async throws {
        let world = try await World()
        let officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
        let daniel = try #require(try await world.member("Daniel", []).person)
        _ = try await carryOut(world, request(world, Person.schema.erased, daniel), as: officer)
        let file = world.folder.appendingPathComponent("erasures")
        let journal = FileErasureJournal(file)
        #expect(try await service(world, journal).start() == 0)
        let line = try Data(contentsOf: file)
        #expect(String(decoding: line, as: UTF8.self).contains(daniel.lowercased))
        try (line + line.prefix(40)).write(to: file)
        try await service(world, journal).finish(world.organisation)
        #expect(try Data(contentsOf: file) == line + line)
        try Data("not a list\n".utf8).write(to: file)
        await #expect(throws: ErasureJournalError.damaged(path: file.path, line: 1)) {
            try await service(world, journal).start()
        }
    }

    @Test func nodesThatShareTheListLoseNoEntryOfEachOther() async throws {
        let world = try await World()
        let file = world.folder.appendingPathComponent("shared-erasures")
        let entries = (0..<200).map { n in
            ErasedRevision(
                organisation: world.environment.id(), type: Person.type, record: world.environment.id(), version: n,
                commitment: String(repeating: "a", count: 64), fields: nil, at: world.environment.now())
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in 0..<4 {
                group.addTask {
                    let journal = FileErasureJournal(file)
                    for n in 0..<50 { try await journal.append([entries[node * 50 + n]]) }
                }
            }
            try await group.waitForAll()
        }
        var found: [Int] = []
        try await FileErasureJournal(file).forEach(partsOf: 10) { found += $0.map(\.version) }
        #expect(found.sorted() == Array(0..<200))
    }
}
