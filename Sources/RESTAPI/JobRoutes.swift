// The server's queue of jobs: for its administrator.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit
import Storage

extension RESTRoutes {
    /// Jobs in one state.
    func jobs(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["state", "after", "limit"])
        var state = Job.State.waiting
        if let word = parameters["state"] {
            guard let known = Job.State(rawValue: word) else {
                throw Failure.invalid("state", "must be \(Job.State.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            state = known
        }
        let page = try await services.jobs.page(
            state, after: try parameters.id("after"),
            limit: try parameters.integer("limit", in: 1...JobService.pageMax) ?? JobService.pageMax, as: call.caller)
        var json = JSONWriter(reservingBytes: 400 * (page.jobs.count + 1))
        json.object { json in
            json.array("items", page.jobs) { json, shown in
                let job = shown.job
                json.object { json in
                    json.id("id", job.id)
                    json.string("kind", job.kind.rawValue)
                    json.string("subject", job.subject)
                    json.id("organisation", job.organisation)
                    json.string("organisationName", shown.organisationName)
                    json.string("state", job.state.rawValue)
                    json.string("createdAt", job.createdAt.description)
                    json.string("dueAt", job.dueAt.description)
                    json.integer("attempts", job.attempts)
                    json.string("failedAt", job.failedAt?.description)
                    json.string("failure", job.failure)
                }
            }
            json.object("counts") { json in
                for state in Job.State.allCases { json.integer(state.rawValue, page.counts.byState[state] ?? 0) }
            }
            json.id("next", page.next)
        }
        return Response(json: json.bytes)
    }

    /// Lets a job run at once.
    func retryJob(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        try await services.jobs.retry(id, as: call.caller, request: call.id)
        return Response(status: .noContent)
    }

    /// Takes a dead job out.
    func discardJob(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        try await services.jobs.discard(id, as: call.caller, request: call.id)
        return Response(status: .noContent)
    }
}
