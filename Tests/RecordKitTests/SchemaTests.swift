// Records as a whole: all problems at once, rules over several fields, lifecycles and permissions.
import Foundation
import RecordKit
import Testing

struct SchemaTests {
    private let schema = Probe.schema.erased

    @Test func everyProblemIsToldAtOnce() {
        var probe = Probe()
        probe.rating = 9
        probe.page = "nowhere"
        let error = #expect(throws: Invalid.self) { try Probe.schema.validated(probe) }
        #expect(error?.problems.map(\.field) == ["name", "rating", "page", "owner"])
    }

    @Test func rulesOverSeveralFieldsNameTheirField() {
        var probe = Probe.good
        probe.kind = .large
        probe.from = Day("2026-02-01")
        probe.to = Day("2026-01-31")
        let error = #expect(throws: Invalid.self) { try Probe.schema.validated(probe) }
        #expect(
            error?.problems == [
                Problem("to", "must not be before the start"), Problem("page", "is needed by the large"),
            ])
    }

    @Test func rulesOverSeveralFieldsWaitUntilEachFieldIsGood() {
        var probe = Probe.good
        probe.name = ""
        probe.kind = .large
        let error = #expect(throws: Invalid.self) { try Probe.schema.validated(probe) }
        #expect(error?.problems == [Problem("name", "is required")])
    }

    @Test func aDerivedValueIsWorkedOutWhateverIsSent() throws {
        var values = Probe.values
        let position = try #require(schema.position["double"])
        values[try #require(schema.position["rating"])] = .integer(4)
        values[position] = .integer(99)
        #expect(try schema.validated(values).values[position] == .integer(8))
        #expect(try schema.withDerived(values)[position] == .integer(8))
    }

    @Test func aValueOfAnotherKindIsRefusedWithTheRest() throws {
        var values = Probe.values
        values[try #require(schema.position["from"])] = .text("2026-01-01")
        let error = #expect(throws: Invalid.self) { try schema.validated(values) }
        #expect(error?.problems == [Problem("from", "must be a date (yyyy-mm-dd)")])
    }

    @Test func historyShowsWhatChangedButNothingDerived() throws {
        let old = try schema.validated(Probe.values).values
        var edited = Probe.good
        edited.rating = 2
        edited.name = "Other"
        let changes = schema.changes(from: old, to: try Probe.schema.validated(edited).erased.values)
        #expect(changes.map(\.field.name) == ["name", "rating"])
        #expect(changes.map(\.old) == [.text("Probe"), .null])
        #expect(changes.map(\.new) == [.text("Other"), .integer(2)])
    }

    @Test func sectionsTitleAndBlankComeFromTheDeclaration() {
        #expect(schema.sections.map(\.title) == ["First", "Second"])
        #expect(schema.sections.map(\.fields) == [0..<7, 7..<15])
        #expect(schema.title(of: Probe.values) == "Probe")
        #expect(schema.label == "Probe")
        #expect(schema.pluralLabel == "Probes")
        #expect(schema.blank == Probe.schema.fields.map { $0.get(Probe()) })
        #expect(schema.field("nothing") == nil)
    }
}

struct LifecycleTests {
    private let lifecycle = Lifecycle(
        "state", initial: Probe.State.draft,
        [
            Transition(
                "finish", from: [Probe.State.draft, .open], to: .closed, by: [.complianceLead, .employee],
                assigned: ["owner"], notByAuthor: true, notByTakerOf: "start", needsReason: true, requires: ["page"],
                stamps: [.actor("owner"), .today("to"), .clear("from")], byVerb: true),
            Transition("sendBack", from: [Probe.State.closed], to: .draft, by: []),
        ])

    @Test func aTransitionIsFoundByItsNameOnly() {
        #expect(lifecycle.transition(named: "finish")?.to == "closed")
        #expect(lifecycle.transition(named: "sendBack")?.from == ["closed"])
        #expect(lifecycle.transition(named: "Finish") == nil)
        #expect(lifecycle.transition(named: "closed") == nil)
        #expect(lifecycle.initial == "draft")
    }

    @Test func aTransitionKeepsEachOfItsConditions() throws {
        let finish = try #require(lifecycle.transition(named: "finish"))
        #expect(finish.from == ["draft", "open"])
        #expect(finish.roles == [.complianceLead, .employee])
        #expect(finish.assigned == ["owner"])
        #expect(finish.notByAuthor && finish.needsReason && finish.byVerb)
        #expect(finish.notByTakerOf == "start")
        #expect(finish.requires == ["page"])
        #expect(finish.stamps == [.actor("owner"), .today("to"), .clear("from")])
    }

    @Test func aTransitionWithoutConditionsHasNone() throws {
        let back = try #require(lifecycle.transition(named: "sendBack"))
        #expect(back.label == "Send back")
        #expect(back.roles.isEmpty && back.assigned.isEmpty && back.requires.isEmpty && back.stamps.isEmpty)
        #expect(!back.notByAuthor && !back.needsReason && !back.byVerb && back.notByTakerOf == nil)
    }
}

struct PermissionsTests {
    private let permissions = Probe.schema.erased.permissions

    @Test func whatIsNotListedIsDenied() {
        #expect(permissions.conditions(for: .archive, roles: Set(Role.allCases)).isEmpty)
        #expect(permissions.conditions(for: .update, roles: [.administrator]).isEmpty)
        #expect(permissions.conditions(for: .read, roles: []).isEmpty)
    }

    @Test func conditionsOfSeveralRolesAddUp() {
        #expect(permissions.conditions(for: .read, roles: [.employee]) == [.assigned("owner")])
        #expect(permissions.conditions(for: .update, roles: [.employee, .controlOwner]) == [.author])
        #expect(permissions.conditions(for: .create, roles: [.controlOwner]) == [.any])
    }

    @Test func anyRecordSwallowsTheNarrowerConditions() {
        #expect(permissions.conditions(for: .read, roles: [.employee, .complianceLead]) == [.any])
        #expect(permissions.conditions(for: .update, roles: [.employee, .complianceLead]) == [.any])
    }
}
