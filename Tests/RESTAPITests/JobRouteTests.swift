// The server's queue of jobs, over the API.
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

@Suite struct JobRouteTests {
    /// A token of the server's administrator, who is the founder of an organisation, too.
    private func administrator(_ harness: RouterHarness, mayWrite: Bool = true) async throws -> String {
        let accounts = harness.services.accounts
        let founder = try #require(try await accounts.account(harness.meridian.founder.account.id))
        try await accounts.save(
            Account(
                id: founder.id, email: founder.email, passwordHash: founder.passwordHash, isDisabled: false,
                isServerAdministrator: true, createdAt: founder.createdAt))
        return try await harness.token(harness.meridian.founder, mayWrite: mayWrite)
    }

    private func deadJob(_ harness: RouterHarness, _ subject: String) async throws -> Job {
        let environment = harness.services.environment
        let (queue, kind) = (harness.services.accounts, JobKind("route-test"))
        let new = NewJob(id: environment.id(), kind: kind, subject: subject, at: environment.now())
        try await harness.store.write(harness.meridian.id) { try $0.enqueue(new) }
        let job = try #require(
            try await queue.takeJob(of: [kind], lease: environment.id(), at: environment.now()))
        try await queue.fail(job, "no room", again: nil, at: environment.now())
        return job
    }

    @Test func theAdministratorListsRetriesAndTakesOut() async throws {
        let harness = try await RouterHarness.api()
        let token = try await administrator(harness)
        let job = try await deadJob(harness, "a")
        let list = try await harness.send(.get, "/api/v1/jobs?state=dead", as: token)
        #expect(list.status == 200)
        let first = try list.json["items"][0]
        #expect(first["id"] == .string(job.id.lowercased) && first["failure"] == .string("no room"))
        #expect(first["organisationName"] == .string("Meridian") && first["attempts"] == .integer(1))
        #expect(try list.json["counts"]["dead"] == .integer(1))
        #expect(try await harness.send(.post, "/api/v1/jobs/\(job.id.lowercased)/retry", as: token).status == 204)
        #expect(try await harness.services.accounts.job(job.id)?.state == .waiting)
        let early = try await harness.send(.post, "/api/v1/jobs/\(job.id.lowercased)/discard", as: token)
        #expect(early.status == 409)
        let environment = harness.services.environment
        let again = try #require(
            try await harness.services.accounts.takeJob(
                of: [job.kind], lease: environment.id(), at: environment.now()))
        try await harness.services.accounts.fail(again, "no", again: nil, at: environment.now())
        #expect(try await harness.send(.post, "/api/v1/jobs/\(job.id.lowercased)/discard", as: token).status == 204)
        #expect(try await harness.services.accounts.job(job.id) == nil)
        for bad in ["state=gone", "limit=0", "after=x", "mine=1"] {
            let reply = try await harness.send(.get, "/api/v1/jobs?\(bad)", as: token)
            #expect(reply.status == 400 || reply.status == 422, "\(bad)")
        }
    }

    @Test func nobodyElseMay() async throws {
        let harness = try await RouterHarness.api()
        let job = try await deadJob(harness, "b")
        for role in Role.allCases {
            let member = harness.meridian[role]
            #expect(try await harness.get("jobs", as: member).status == 403, "\(role)")
            for verb in ["retry", "discard"] {
                let reply = try await harness.post("jobs/\(job.id.lowercased)/\(verb)", "", as: member)
                #expect(reply.status == 403, "\(role) \(verb)")
            }
        }
        let reader = try await administrator(harness, mayWrite: false)
        #expect(try await harness.send(.get, "/api/v1/jobs?state=dead", as: reader).status == 200)
        let refused = try await harness.send(.post, "/api/v1/jobs/\(job.id.lowercased)/retry", as: reader)
        #expect(refused.status == 403, "a token that only reads")
        #expect(try await harness.services.accounts.job(job.id)?.state == .dead)
    }
}
