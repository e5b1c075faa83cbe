import Foundation
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

/// Who has access, over the API.
@Suite struct MemberTests {
    private func harness() async throws -> RouterHarness { try await RouterHarness.api() }

    private func emails(_ reply: Reply) throws -> [String] {
        guard case .array(let items) = try reply.json["items"] else { return [] }
        return items.compactMap { if case .string(let email) = $0["email"] { email } else { nil } }
    }

    @Test func anAdministratorSeesTheirOwnOrganisationOnly() async throws {
        let harness = try await harness()
        let reply = try await harness.get("members", as: harness.meridian.founder)
        #expect(reply.status == 200)
        let emails = try emails(reply)
        #expect(emails.contains("founder@meridian.example.org"))
        #expect(emails.allSatisfy { $0.hasSuffix("@meridian.example.org") })
        #expect(!reply.text.contains("passwordHash"))
    }

    @Test func nobodyElseSeesOrChangesAccess() async throws {
        let harness = try await harness()
        let tenant = harness.meridian
        let body = "{\"person\":\"\(tenant.founder.person.uuidString)\"}"
        for role in Role.allCases where role != .administrator {
            let member = tenant[role]
            #expect(try await harness.get("members", as: member).status == 403, "\(role)")
            #expect(try await harness.post("members", body, as: member).status == 403, "\(role)")
            let ended = try await harness.send(
                .delete, "/api/v1/members/\(tenant.founder.account.id.uuidString)", as: member)
            #expect(ended.status == 403, "\(role)")
        }
        let reader = try await harness.token(tenant.founder, mayWrite: false)
        let refused = try await harness.send(.post, "/api/v1/members", as: reader, json: body)
        #expect(refused.status == 403, "a token that only reads")
    }

    @Test func aPersonIsInvitedOnceAndTheirAccessEnds() async throws {
        let harness = try await harness()
        let founder = harness.meridian.founder
        let made = try await harness.post(
            "people", #"{"name":"New Colleague","email":"new@meridian.example.org"}"#, as: founder)
        guard case .string(let person) = try made.json["id"] else {
            Issue.record("\(made.text)")
            return
        }
        let before = try await harness.store.read { try $0.ledgerSize(harness.meridian.id) }
        let invited = try await harness.post("members", "{\"person\":\"\(person)\"}", as: founder)
        #expect(invited.status == 201)
        guard case .string(let link) = try invited.json["link"] else {
            Issue.record("\(invited.text)")
            return
        }
        #expect(link.hasPrefix("/welcome/"))
        let after = try await harness.store.read { try $0.ledgerSize(harness.meridian.id) }
        #expect(after > before, "access given is in the ledger")
        let listed = try await harness.get("members", as: founder)
        #expect(try emails(listed).contains("new@meridian.example.org"))
        #expect(!listed.text.contains("/welcome/"), "a link is shown once")
        guard case .array(let items) = try listed.json["items"],
            let item = items.first(where: { $0["person"] == .string(person) }),
            case .string(let account) = item["account"]
        else {
            Issue.record("\(listed.text)")
            return
        }
        let path = "/api/v1/members/\(account)"
        #expect(try await harness.send(.delete, path, as: harness.hospital.founder).status == 404)
        #expect(try await harness.send(.delete, path, as: founder).status == 200)
        #expect(try await harness.send(.delete, path, as: founder).status == 404)
        let own = try await harness.send(.delete, "/api/v1/members/\(founder.account.id.uuidString)", as: founder)
        #expect(own.status == 409, "nobody shuts themselves out")
    }

    @Test func badInputIsNamed() async throws {
        let harness = try await harness()
        let founder = harness.meridian.founder
        for body in ["{}", #"{"person":"x"}"#, #"{"person":1}"#, #"{"person":null,"role":"administrator"}"#] {
            #expect(try await harness.post("members", body, as: founder).status == 422, "\(body)")
        }
        let other = "{\"person\":\"\(harness.hospital.founder.person.uuidString)\"}"
        #expect(try await harness.post("members", other, as: founder).status == 404)
        #expect(try await harness.send(.put, "/api/v1/members", as: founder, json: "{}").status == 405)
        #expect(try await harness.send(.get, "/api/v1/members/x", as: founder).status == 404)
    }
}
