// Laws that hold for the records of every type: what was stored comes back, a stale edit is refused with both versions,
// and the history says who changed what and shows each version again as of its leaf.
import Access
import Foundation
import Governance
import HTTPServing
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

/// One after the other: they share an installation and its few frameworks.
@Suite(.serialized) struct RecordLawTests {
    private static let installation = _Concurrency.Task { try await RouterHarness.api(withCatalogue: true) }
    private static let types = Registry.schemas.filter(\.isWritten).map(\.plural)
    /// Answers and libraries are changed by verbs alone.
    private static let editable = types.filter {
        ![Answer.schema.erased, ImportedLibrary.schema.erased, StatementOfApplicability.schema.erased].map(\.plural)
            .contains($0)
    }

    /// A record of the type, and the service for whoever may do everything.
    private struct Scene {
        let harness: RouterHarness
        let schema: AnySchema
        let system: Caller
        let made: StoredRecord
        var records: RecordService { harness.services.records }
    }

    private func scene(_ plural: String) async throws -> Scene {
        let harness = try await Self.installation.value
        let schema = try #require(Registry.schema(plural: plural))
        let plain = try await Plain.plain(harness, harness.meridian)
        let made = try await harness.save(
            try plain.record(schema), in: harness.meridian.id, by: harness.meridian.founder.person)
        let system = Caller.system(organisation: harness.meridian.id)
        guard Self.editable.contains(plural) else {
            return Scene(harness: harness, schema: schema, system: system, made: made)
        }
        // Rules fill in what they derive from other records: from here on, nothing changes by itself.
        let input = Dictionary(uniqueKeysWithValues: zip(schema.fields.map(\.name), made.values))
        let settled = try await harness.services.records.update(
            schema, made.id, over: 1, input, keepsMissing: false, as: system)
        return Scene(harness: harness, schema: schema, system: system, made: settled)
    }

    /// A field that may be changed, with another value than the record has.
    private func change(_ scene: Scene) throws -> (name: String, value: FieldValue) {
        let open = scene.schema.fields.filter {
            $0.isWritable && $0.name != scene.schema.lifecycle?.field && !$0.has(.fixed) && !$0.has(.webAddress)
                && !["email", "timeZone"].contains($0.name)
        }
        for field in open {
            let old = scene.made[field.name]
            switch field.kind {
            case .text: return (field.name, .text((old == .null ? "" : old.text) + " and more"))
            case .bool: return (field.name, .bool(old != .bool(true)))
            case .choice(let words):
                if let other = words.first(where: { .text($0) != old }) { return (field.name, .text(other)) }
            default: continue
            }
        }
        throw Invalid(scene.schema.plural, "has no field that a law can change")
    }

    @Test(arguments: types)
    func whatWasStoredComesBackAndSendingItBackChangesNothing(_ plural: String) async throws {
        let scene = try await scene(plural)
        let founder = scene.harness.meridian.founder
        let got = try await scene.harness.get("\(plural)/\(scene.made.id.lowercased)", as: founder)
        #expect(got.status == 200, "\(got.text)")
        let json = try got.json
        for (field, value) in zip(scene.schema.fields, scene.made.values) where !field.has(.sensitive) {
            guard let sent = json.members[field.name] else {
                Issue.record("\(field.name) is missing")
                continue
            }
            #expect(try FieldInput.value(sent, for: field) == value, "\(field.name)")
        }
        guard Self.editable.contains(plural) else { return }
        let input = Dictionary(uniqueKeysWithValues: zip(scene.schema.fields.map(\.name), scene.made.values))
        let again = try await scene.records.update(
            scene.schema, scene.made.id, over: scene.made.version, input, keepsMissing: false, as: scene.system)
        #expect(again.version == scene.made.version && again.values == scene.made.values)
    }

    @Test(arguments: editable)
    func aStaleEditIsRefusedWithBothVersions(_ plural: String) async throws {
        let scene = try await scene(plural)
        let seen = scene.made.version
        let (name, value) = try change(scene)
        _ = try await scene.records.update(
            scene.schema, scene.made.id, over: seen, [name: value], keepsMissing: true, as: scene.system)
        do {
            _ = try await scene.records.update(
                scene.schema, scene.made.id, over: seen, [name: scene.made[name]], keepsMissing: true, as: scene.system)
            Issue.record("a stale edit was taken")
        } catch ServiceError.conflict(.stale(let present, let yours)) {
            #expect(present.version == seen + 1 && present[name] == value)
            #expect(yours[try #require(scene.schema.position[name])] == scene.made[name])
        }
        do {
            _ = try await scene.records.setArchived(
                true, scene.schema, scene.made.id, over: seen, as: scene.system, reason: nil)
            Issue.record("a stale archiving was taken")
        } catch ServiceError.conflict(.stale(let present, _)) { #expect(present.version == seen + 1) }
        let now = try await scene.records.get(scene.schema, scene.made.id, as: scene.system)
        #expect(now.version == seen + 1 && !now.meta.isArchived, "nothing half-written")
    }

    @Test(arguments: editable)
    func theHistorySaysWhoChangedWhatAndShowsEachVersionAgain(_ plural: String) async throws {
        let scene = try await scene(plural)
        let seen = scene.made.version
        let (name, value) = try change(scene)
        _ = try await scene.records.update(
            scene.schema, scene.made.id, over: seen, [name: value], keepsMissing: true, as: scene.system,
            reason: "to see it")
        let history = try await scene.records.history(scene.schema, scene.made.id, as: scene.system)
        #expect(history.map(\.revision.record.version) == Array((1...seen + 1).reversed()))
        #expect(history.first?.revision.action == "update" && history.last?.revision.action == "create")
        #expect(history[0].changes.map(\.field.name) == [name] && history[0].changes[0].new == value)
        #expect(history[0].changes[0].old == scene.made[name] && history[0].revision.reason == "to see it")
        let first = try #require(history.last)
        #expect(first.revision.person == scene.harness.meridian.founder.person)
        #expect(first.personName == "Founder of Meridian")
        for entry in history {
            let moment = try await scene.records.moment(index: entry.revision.index, as: scene.system)
            let then = try await scene.records.get(scene.schema, scene.made.id, as: scene.system, asOf: moment)
            #expect(then.version == entry.revision.record.version && then.values == entry.revision.record.values)
        }
        let before = AsOf(index: first.revision.index - 1, sharedIndex: .max)
        await #expect(throws: ServiceError.self, "it was not there yet") {
            _ = try await scene.records.get(scene.schema, scene.made.id, as: scene.system, asOf: before)
        }
    }
}
