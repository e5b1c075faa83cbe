import Access
import Demo
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct SeederTests {
    @Test func seedingAgainChangesNothingAndSaysSo() async throws {
        let world = try await DemoWorld()
        let first = try await world.seed()
        let roots = [try await world.root(first.organisations[0]), try await world.root(first.organisations[1])]
        let accounts = try await world.store.accountCount()
        let second = try await world.seeder.seed(
            password: DemoWorld.password, today: DemoWorld.today.adding(days: 3), random: .seeded(5))
        #expect(!second.isNew)
        #expect(second.summary.contains("nothing was changed"))
        #expect(second.organisations == first.organisations)
        #expect(
            [try await world.root(first.organisations[0]), try await world.root(first.organisations[1])] == roots)
        #expect(try await world.store.accountCount() == accounts)
    }

    @Test func twoServersGetTheSameLedgers() async throws {
        let (one, report) = try await Shared.shared.seeded()
        let other = try await DemoWorld()
        _ = try await other.seed()
        for organisation in report.organisations {
            #expect(try await one.root(organisation) == (try await other.root(organisation)))
        }
    }

    @Test func aWeakPasswordIsRefusedBeforeAnythingIsWritten() async throws {
        let world = try await DemoWorld()
        await #expect(throws: Invalid.self) {
            try await world.seeder.seed(password: "short", today: DemoWorld.today, random: .seeded(1))
        }
        #expect(try await world.store.read { try $0.organisations(after: nil, limit: 10) }.isEmpty)
    }

    @Test func everySignInWorksAndLeadsToItsOrganisations() async throws {
        let (world, report) = try await Shared.shared.seeded()
        #expect(report.signIns.count == 25)
        let signIn = world.signIn
        for person in report.signIns where person.isLead || person.name.hasPrefix("Pieter") {
            let (session, _) = try await signIn.signIn(
                email: person.email, password: person.password, address: "192.0.2.1")
            let places = try await signIn.places(of: session.account).map(\.membership.organisation)
            #expect(places.contains(person.organisation))
            #expect(places.count == (person.isLead ? 1 : 2))
        }
        for organisation in report.organisations {
            let lead = try #require(report.lead(of: organisation))
            #expect(lead.roles.contains(.complianceLead))
            #expect(report.summary.contains(lead.email))
        }
    }

    @Test func organisationsSeeNothingOfEachOther() async throws {
        let (world, report) = try await Shared.shared.seeded()
        let records = RecordService(store: world.store, environment: world.environment, posture: world.posture)
        let (here, there) = (report.organisations[0], report.organisations[1])
        // The story erases nothing, has nothing to hold, imports no library and delegates no section; the hospital has
        // no statement and no plan yet.
        let untold: Set<RecordType> = [
            ErasureRequest.type, Hold.type, ImportedLibrary.type, SectionAssignment.type, StatementOfApplicability.type,
            Milestone.type,
        ]
        for schema in Registry.schemas where !schema.isCatalogue && !untold.contains(schema.type) {
            let ours = try await ids(world, schema, here)
            let theirs = try await ids(world, schema, there)
            #expect(!ours.isEmpty && !theirs.isEmpty, "\(schema.plural)")
            #expect(Set(ours).isDisjoint(with: theirs))
            let stranger = Caller.system(organisation: there)
            await #expect(throws: ServiceError.self) { try await records.get(schema, ours[0], as: stranger) }
        }
    }

    private func ids(_ world: DemoWorld, _ schema: AnySchema, _ organisation: UUID) async throws -> [UUID] {
        try await world.store.read {
            try $0.page(Query(schema, limit: Query.limitMax), in: organisation, asOf: nil).records.map(\.id)
        }
    }

    @Test func recordsAreAddedInBulkByRule() async throws {
        let world = try await DemoWorld()
        let report = try await world.seed()
        let meridian = report.organisations[0]
        let before = try await world.all(Control.self, in: meridian).count
        let first = try await world.seeder.scale(250, today: DemoWorld.today, environment: .system)
        let second = try await world.seeder.scale(50, today: DemoWorld.today, environment: .system)
        #expect(first.organisations == second.organisations && first.organisations.count == 2)
        #expect(first.controls == 250 && (1_000...2_200).contains(first.revisions), "\(first.summary)")
        let controls = try await world.all(Control.self, in: meridian)
        #expect(controls.count == before + 270)
        let third = first.organisations[1]
        #expect(try await world.all(Control.self, in: third).count == 30)
        #expect(try await world.all(Evidence.self, in: third).count == 30)
        #expect(try await world.all(Answer.self, in: third).count == 30)
        for control in controls where control.value.code.hasPrefix("S-") {
            let first = try #require(try await world.history(of: control, in: meridian).last)
            #expect(first.record["status"] == .text("planned"))
        }
        // The statuses are those that a rebuild finds.
        let counted = try await world.store.read { try $0.statuses(in: meridian) }
        let requirements = try await world.library.current(for: nil).assessable
        let rebuilt = try await world.store.write(meridian) { [posture = world.posture] transaction in
            try posture.rebuild(requirements: requirements, in: transaction, meridian, DemoWorld.today)
            return try transaction.statuses(in: meridian)
        }
        #expect(Set(counted) == Set(rebuilt))
        // The benchmark's person sees about a third, and may create tasks.
        let signIn = SignIn(accounts: world.store, store: world.store, hasher: world.hasher, environment: .system)
        let text = try await world.seeder.token(signIn: signIn)
        let caller = try #require(try await signIn.authenticate(token: text))
        #expect(caller.mayWrite && Authorisation.mayCreate(caller, Records.Task.schema.erased))
        let visible = Authorisation.visible(caller, .read, Control.schema.erased)
        let seen = try await world.store.read {
            try $0.count(Control.schema.erased, where: visible, in: meridian, asOf: nil)
        }
        #expect((70...115).contains(seen), "about a third of 270: \(seen)")
    }
}
