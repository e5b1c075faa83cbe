// One server, two organisations: nothing of the other one is found, named, linked or changed, by any route.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite(.serialized) struct IsolationTests {
    private static let owned = Registry.schemas.filter { !$0.isCatalogue }.map(\.plural)

    /// A record of the hospital, which the founder of Meridian asks for.
    private func foreign(
        _ schema: AnySchema, _ harness: RouterHarness, _ overrides: [String: FieldValue] = [:]
    ) async throws -> StoredRecord {
        let plain = try await Plain.plain(harness, harness.hospital)
        if schema.type == Organisation.type {
            let id = harness.hospital.id
            return try #require(try await harness.store.read { try $0.find(schema, id, in: id, asOf: nil) })
        }
        return try await harness.save(try plain.record(schema, overrides), in: harness.hospital.id)
    }

    @Test(arguments: owned)
    func anotherOrganisationsRecordIsNotFoundByAnyRoute(_ plural: String) async throws {
        let schema = try #require(Registry.schema(plural: plural))
        let harness = try await RouterHarness.api()
        let framework = try await harness.save(
            try Plain().record(Framework.schema.erased), in: nil)
        let control = try await harness.save(
            try Plain().record(
                Requirement.schema.erased, ["framework": .reference(framework.id), "kind": .text("control")]), in: nil)
        let record = try await foreign(
            schema, harness,
            schema.fields.reduce(into: [:]) { given, field in
                if field.kind == .reference(Framework.type) { given[field.name] = .reference(framework.id) }
                if field.kind == .reference(Requirement.type) { given[field.name] = .reference(control.id) }
            })
        let path = "\(plural)/\(record.id.lowercased)"
        for member in harness.meridian.people {
            for part in ["", "?asOf=1000000", "/history", "/links", "/transitions"] {
                let answer = try await harness.get(path + part, as: member)
                #expect([404, 422].contains(answer.status), "\(part)")
                #expect(part.contains("asOf") || answer.status == 404)
                #expect(!answer.text.contains(record.title))
            }
            let body = try Plain.body(schema, record.values)
            #expect(try await harness.put(path, body, as: member, ifMatch: "\"1\"").status == 404)
            #expect(try await harness.take("\(path)/archive", as: member, ifMatch: "\"1\"").status == 404)
            #expect(try await harness.take("\(path)/restore", as: member, ifMatch: "\"1\"").status == 404)
            for transition in schema.lifecycle?.transitions ?? [] {
                let take = "\(path)/transitions/\(transition.name)"
                #expect(try await harness.take(take, as: member, ifMatch: "\"1\"").status == 404)
            }
            let list = try await harness.get("\(plural)?archived=include&limit=1000&count=false", as: member)
            #expect(!list.text.contains(record.id.lowercased))
        }
        let after = try await harness.store.read {
            try $0.find(schema, record.id, in: record.meta.organisation, asOf: nil)
        }
        #expect(after?.version == record.version)
    }

    @Test(arguments: owned)
    func anotherOrganisationsIdIsRefusedInEveryReference(_ plural: String) async throws {
        let schema = try #require(Registry.schema(plural: plural))
        let harness = try await RouterHarness.shared.value
        let plain = try await Plain.plain(harness, harness.meridian)
        let founder = harness.meridian.founder
        for field in schema.fields where field.isWritable {
            guard let target = field.kind.target, let other = Registry.schema(target), !other.isCatalogue else {
                continue
            }
            let record = try await foreign(other, harness)
            var value = FieldValue.reference(record.id)
            if case .links = field.kind { value = .links([record.id]) }
            let answer = try await harness.post(plural, try plain.body(schema, [field.name: value]), as: founder)
            // Answers are given by the assessment's verb alone.
            let noDoor: [RecordType] = [Answer.type, SectionAssignment.type, Organisation.type]
            guard !noDoor.contains(schema.type) else {
                #expect(answer.status == 403)
                continue
            }
            #expect(answer.status == 422, "\(field.name): \(answer.text)")
            #expect(try answer.fields == [field.name])
            #expect(!answer.text.contains(record.title))
        }
    }

    @Test func anotherOrganisationsAssessmentIsNotFound() async throws {
        let harness = try await RouterHarness.shared.value
        let theirs = try await harness.services.assessments.latest(
            as: .system(organisation: harness.hospital.id))
        let id = try #require(theirs).lowercased
        let founder = harness.meridian.founder
        #expect(try await harness.get("assessments/\(id)/rows", as: founder).status == 404)
        #expect(try await harness.get("posture?assessment=\(id)", as: founder).status == 404)
        let answer = try await harness.put(
            "assessments/\(id)/rows/4.1", "{\"result\":\"conform\",\"versions\":{}}", as: founder, ifMatch: nil)
        #expect(answer.status == 404)
    }

    @Test func meAndLedgerAreTheCallersOwn() async throws {
        let harness = try await RouterHarness.shared.value
        for tenant in [harness.meridian, harness.hospital] {
            let me = try await harness.get("me", as: tenant[.internalAuditor]).json
            #expect(me["organisation"]["id"].string == tenant.id.lowercased)
            #expect(me["person"]["id"].string == tenant[.internalAuditor].person.lowercased)
            #expect(me["roles"].items.map { $0["role"].string } == ["internalAuditor"])
            #expect(me["mayWrite"] == .bool(true))
            let ledger = try await harness.get("ledger", as: tenant.founder).json
            #expect(ledger["origin"].string == "test.example.org/ledger/\(tenant.id.lowercased)")
        }
    }

    @Test func theLedgerShowsWhatWasSignedLast() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let before = try await harness.get("ledger", as: tenant.founder).json
        #expect(before["checkpoint"] == .null)
        let signed = try #require(try await harness.services.ledger.checkpoint(tenant.id))
        let after = try await harness.get("ledger", as: tenant.founder).json
        #expect(after["size"].int == signed.size)
        #expect(after["checkpoint"]["note"].string == signed.note)
        let key = try NoteVerifier(vkey: try #require(after["verifierKey"].string))
        #expect(key.name == after["origin"].string)
    }

    /// Two nodes that look at the same ledgers sign each once.
    @Test func whatAnotherNodeHasJustSignedIsNotSignedAgain() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        func sizes(_ seconds: Int) async throws -> (signed: Int, ledger: Int) {
            var asset = Asset()
            asset.name = "Asset"
            asset.kind = .information
            try await harness.save(try Asset.schema.validated(asset).erased, in: tenant.id)
            let signed = try #require(try await harness.services.ledger.checkpoint(tenant.id, unlessWithin: seconds))
            return (signed.size, try await harness.store.read { try $0.ledgerSize(tenant.id) })
        }
        let first = try await sizes(4)
        #expect(first.signed == first.ledger, "none was signed before")
        harness.clock.advance(seconds: 3)
        #expect(try await sizes(4).signed == first.signed)
        // Whoever needs the present size gets it.
        let present = try await sizes(0)
        #expect(present.signed == present.ledger)
        harness.clock.advance(seconds: 4)
        let later = try await sizes(4)
        #expect(later.signed == later.ledger)
        // A clock that was set back keeps nothing from being signed.
        harness.clock.advance(seconds: -3_600)
        let back = try await sizes(4)
        #expect(back.signed == back.ledger)
    }
}
