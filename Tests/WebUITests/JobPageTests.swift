// The page of the server's queue: for its administrator alone.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import RecordKit
import Records
import Storage
import TestKit
import Testing
import WebUI

@Suite(.serialized) struct JobPageTests {
    private let harness: RouterHarness
    init() async throws { harness = try await PagesUnderTest.access.value }

    private var queue: any JobStore { harness.services.accounts }

    /// Somebody who administers the server and belongs to no organisation.
    private func serverAdministrator() async throws -> PersonBrowser {
        let email = "jobs@server.example"
        if try await harness.services.accounts.account(email: email) == nil {
            let account = try await harness.services.signIn.newAccount(
                email: email, password: RouterHarness.password, isServerAdministrator: true)
            try await harness.services.accounts.save(account)
        }
        return try await PersonBrowser(harness, email: email)
    }

    /// A job of an organisation that has given up.
    private func deadJob(_ subject: String) async throws -> Job {
        let environment = harness.services.environment
        let (now, kind) = (environment.now(), JobKind("page-test"))
        let organisation = harness.meridian.id
        let new = NewJob(id: environment.id(), kind: kind, subject: subject, at: now)
        try await harness.store.write(organisation) { try $0.enqueue(new) }
        let job = try #require(try await queue.takeJob(of: [kind], lease: environment.id(), at: now))
        try await queue.fail(job, "the disk <is> full", again: nil, at: now)
        return job
    }

    @Test func aJobThatGaveUpIsSeenWithItsFailureAndRunsAgain() async throws {
        let browser = try await serverAdministrator()
        let job = try await deadJob("seen")
        let page = try await browser.get(Link.jobs(["state": "dead"]).href)
        #expect(page.status == 200 && page.text.contains("the disk &lt;is&gt; full"))
        #expect(page.text.contains("Meridian") && page.text.contains("job-\(job.id.lowercased)"))
        #expect(try await browser.get(Link.jobs().href).text.contains("Given up (1)"))
        let tried = try await browser.post(Link.retryJob.href, [("job", job.id.lowercased)])
        #expect(tried.status == 200 && tried.text.contains(text(.jobRetried)))
        #expect(try await queue.job(job.id)?.state == .waiting)
        let again = try #require(
            try await queue.takeJob(of: [job.kind], lease: UUID(), at: harness.services.environment.now()))
        let running = try await browser.post(Link.retryJob.href, [("job", job.id.lowercased)])
        #expect(running.status == 200 && running.text.contains("running"), "it says why not")
        try await queue.finish(again, again: nil, at: harness.services.environment.now())
    }

    @Test func aJobThatGaveUpIsTakenOutAndTheServersLedgerTells() async throws {
        let browser = try await serverAdministrator()
        let job = try await deadJob("out")
        let out = try await browser.post(Link.discardJob.href, [("job", job.id.lowercased)])
        #expect(out.status == 200 && out.text.contains(text(.jobDiscarded)))
        #expect(try await queue.job(job.id) == nil)
        let told = try await harness.store.read { reader in
            let size = try reader.ledgerSize(nil)
            return try reader.leaves(nil, from: size - 1, limit: 1).map { String(decoding: $0.data, as: UTF8.self) }
        }
        #expect(told.first?.contains("\"action\":\"discard\"") == true)
    }

    @Test func nobodyElseSeesOrChangesJobs() async throws {
        let job = try await deadJob("others")
        let lead = try await PersonBrowser(harness, email: "founder@meridian.example.org")
        let page = try await lead.get(Link.jobs(["state": "dead"]).href)
        #expect(page.status == 403 && !page.text.contains("disk"))
        for link in [Link.retryJob, .discardJob] {
            #expect(try await lead.post(link.href, [("job", job.id.lowercased)]).status == 403)
        }
        #expect(try await queue.job(job.id)?.state == .dead)
        let environment = harness.services.environment
        let note = AccountEvent(
            organisation: nil, event: LedgerEvent(objectType: "job", objectID: "x"),
            change: Caller.system(organisation: nil).change("discard", in: environment))
        #expect(try await queue.discardJob(job.id, noting: note))
    }
}
