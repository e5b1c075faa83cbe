// The rules of single types: what each refuses and, just as much, what it must let pass.
import Foundation
import RecordKit
import Records
import Testing

private func someID<R: Record>(_ number: Int64 = 1) -> ID<R> {
    ID(UUID.version7(at: Instant(millisecondsSince1970: number), random: (0, 0)))
}
private func day(_ text: String) throws -> Day { try #require(Day(text)) }
private func problems<R: Record>(_ record: R) -> [Problem] {
    do {
        _ = try R.schema.validated(record)
        return []
    } catch { return error.problems }
}

struct OrganisationTests {
    @Test func theTimeZoneMustExist() {
        var organisation = Organisation()
        organisation.name = "Example"
        #expect(problems(organisation).isEmpty)
        organisation.timeZone = "Europe/Berlin"
        #expect(problems(organisation).isEmpty)
        organisation.timeZone = "Europe/Atlantis"
        #expect(problems(organisation).map(\.field) == ["timeZone"])
    }

    @Test(arguments: ["a", "a@", "@b.org", "a b@c.org", "a@b@c.org", "abc"])
    func aPersonNeedsAnAddress(email: String) {
        var person = Person()
        person.name = "Ada"
        person.email = "ada@example.org"
        #expect(problems(person).isEmpty)
        person.email = email
        #expect(problems(person).map(\.field) == ["email"])
    }
}

struct RoleAssignmentTests {
    private func assignment() throws -> RoleAssignment {
        var record = RoleAssignment()
        record.person = someID()
        record.role = .aiRiskOfficer
        record.from = try day("2026-01-01")
        return record
    }

    @Test func theTitleTellsRoleAndStart() throws {
        var record = try assignment()
        #expect(record.title == "AI risk officer (from 2026-01-01)")
        record.role = .topManagement
        #expect(record.title == "Top management (from 2026-01-01)")
        record.role = .aiSystemOwner
        let valid = try RoleAssignment.schema.validated(record).erased
        #expect(valid.schema.title(of: valid.values) == "AI system owner (from 2026-01-01)")
    }

    @Test func theTermNeedsAStartAndEndsAfterIt() throws {
        var record = try assignment()
        record.to = record.from
        #expect(problems(record).isEmpty)
        record.to = record.from.adding(days: -1)
        #expect(problems(record) == [Problem("to", "must not be before the first day")])
        var blank = try assignment()
        blank.from = RoleAssignment().from
        #expect(problems(blank) == [Problem("from", "is required")])
    }

    @Test func aRoleMayBeEndedBeforeItBegan() throws {
        var record = try assignment()
        record.status = .ended
        record.to = try day("2025-12-01")
        #expect(problems(record).isEmpty)
    }

    @Test func whatWasApprovedCannotBeWidened() throws {
        let fixed = RoleAssignment.schema.erased.fields.filter { $0.has(.fixed) }.map(\.name)
        #expect(fixed == ["person", "role", "from", "scope"])
        let activate = try #require(RoleAssignment.schema.erased.lifecycle?.transition(named: "activate"))
        #expect(activate.notByAuthor && activate.byVerb)
        #expect(activate.roles == [.topManagement, .administrator])
    }
}

struct CatalogueTests {
    @Test func aRequirementIsNamedByReferenceAndTitle() {
        var requirement = Requirement()
        requirement.reference = "A.5.1"
        requirement.title = "Policies for information security"
        #expect(requirement.name == "A.5.1 Policies for information security")
        requirement.title = "A.5.1"
        #expect(requirement.name == "A.5.1")
    }

    @Test func aMappingJoinsTwoRequirementsWithAStrengthFrom1To10() {
        var mapping = Mapping()
        mapping.key = "set:a>b"
        mapping.set = "set"
        mapping.source = someID(1)
        mapping.target = someID(2)
        mapping.rationale = "Both ask for the same register."
        for (strength, fields) in [(0, ["strength"]), (1, []), (10, []), (11, ["strength"])] {
            mapping.strength = strength
            #expect(problems(mapping).map(\.field) == fields)
        }
        mapping.strength = 5
        mapping.target = mapping.source
        #expect(problems(mapping).map(\.field) == ["target"])
    }
}

struct ControlsTests {
    @Test func anImplementedControlKeepsItsOwner() {
        var control = Control()
        control.code = "AC-01"
        control.title = "Access review"
        #expect(problems(control).isEmpty)
        control.status = .implemented
        #expect(problems(control).map(\.field) == ["owner"])
        control.owner = someID()
        #expect(problems(control).isEmpty)
    }

    @Test func aControlCostsNothingOrMore() {
        var control = Control()
        control.code = "AC-01"
        control.title = "Access review"
        control.costPerYear = 0
        #expect(problems(control).isEmpty)
        control.costPerYear = Decimal(sign: .minus, exponent: -2, significand: 1)
        #expect(problems(control).map(\.field) == ["costPerYear"])
    }

    @Test func anAssetInUseKeepsItsOwner() {
        var asset = Asset()
        asset.name = "Training data"
        asset.status = .inUse
        #expect(problems(asset).map(\.field) == ["owner"])
        asset.status = .retired
        #expect(problems(asset).isEmpty)
    }

    @Test func aJustificationIsMoreThanAWord() {
        var row = Applicability()
        row.requirement = someID()
        row.justification = "too short"
        #expect(problems(row).map(\.field) == ["justification"])
        row.justification = "long enough"
        #expect(problems(row).isEmpty)
    }

    @Test func anAssessmentIsDueAfterItsStart() throws {
        var assessment = Assessment()
        assessment.title = "Spring"
        assessment.dueOn = try day("2026-03-01")
        #expect(problems(assessment).isEmpty)
        assessment.startedOn = try day("2026-03-02")
        #expect(problems(assessment).map(\.field) == ["dueOn"])
    }

    @Test func aResultHasItsDayAndAMaturityFrom0To5() throws {
        var answer = Answer()
        answer.assessment = someID(1)
        answer.requirement = someID(2)
        answer.key = "1/2"
        for (maturity, fields) in [(-1, ["maturity"]), (0, []), (5, []), (6, ["maturity"])] {
            answer.maturity = maturity
            #expect(problems(answer).map(\.field) == fields)
        }
        answer.maturity = nil
        answer.result = .conform
        #expect(problems(answer).map(\.field) == ["answeredOn"])
        answer.answeredOn = try day("2026-03-01")
        #expect(problems(answer).isEmpty)
    }
}

struct EvidenceTests {
    private func evidence() throws -> Evidence {
        var record = Evidence()
        record.title = "Access review"
        record.file = try FileReference(
            sha256: String(repeating: "a", count: 64), name: "a.pdf", mediaType: "application/pdf", bytes: 1)
        record.periodFrom = try day("2026-01-01")
        record.periodTo = try day("2026-03-31")
        return record
    }

    @Test func aFileOrALinkIsThereAsTheKindSays() throws {
        var record = try evidence()
        #expect(problems(record).isEmpty)
        record.link = "https://example.org"
        #expect(problems(record).map(\.field) == ["link"])
        record.kind = .link
        #expect(problems(record).map(\.field) == ["file"])
        record.file = nil
        #expect(problems(record).isEmpty)
        record.link = ""
        #expect(problems(record).map(\.field) == ["link"])
        record.kind = .file
        #expect(problems(record).map(\.field) == ["file"])
    }

    @Test func thePeriodIsThereAndInOrder() throws {
        var record = try evidence()
        record.periodFrom = record.periodTo
        #expect(problems(record).isEmpty)
        record.periodFrom = record.periodTo.adding(days: 1)
        #expect(problems(record).map(\.field) == ["periodTo"])
        record.periodFrom = Evidence().periodFrom
        record.periodTo = Evidence().periodTo
        #expect(problems(record) == [Problem("periodFrom", "is required"), Problem("periodTo", "is required")])
        record.periodFrom = try day("2026-01-01")
        #expect(problems(record) == [Problem("periodTo", "is required")])
    }

    @Test func itIsValidAtLeastToTheEndOfItsPeriod() throws {
        var record = try evidence()
        record.validUntil = record.periodTo
        #expect(problems(record).isEmpty)
        record.validUntil = record.periodTo.adding(days: -1)
        #expect(problems(record).map(\.field) == ["validUntil"])
    }

    @Test func whatAReviewerSawIsFixed() throws {
        let fixed = Set(Evidence.schema.erased.fields.filter { $0.has(.fixed) }.map(\.name))
        #expect(fixed == ["kind", "file", "link", "periodFrom", "periodTo", "validUntil"])
        let review = try #require(Evidence.schema.erased.lifecycle?.transition(named: "review"))
        #expect(review.notByAuthor)
    }

    @Test func whoDoesATaskDoesNotVerifyIt() throws {
        let lifecycle = try #require(Task.schema.erased.lifecycle)
        #expect(lifecycle.transition(named: "verify")?.notByTakerOf == "complete")
        #expect(lifecycle.transition(named: "verify")?.assigned == [])
        #expect(lifecycle.transition(named: "reopen")?.stamps == [.clear("completedOn")])
    }
}
