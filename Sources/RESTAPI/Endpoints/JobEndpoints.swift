// The calls about the server's queue of jobs.
import Governance
import HTTPTypes
import MerkleLog
import Storage

extension RESTRoutes {
    static func jobEndpoints() -> [Endpoint] {
        let path = "/api/v1/jobs"
        return [
            Endpoint(
                .get, path,
                Operation(
                    id: "listJobs", tag: "Installation", summary: "List the server's jobs",
                    words:
                        "For the server's administrator: what the server does after changes and by the clock. A job that "
                        + "is done is no longer there.",
                    parameters: [
                        .init(
                            name: "state", words: "Which jobs; those that wait unless given.",
                            schema: JSONSchema.choice(Job.State.allCases.map(\.rawValue))),
                        .init(name: "after", words: "The job after which the page begins.", schema: JSONSchema.id),
                        .init(
                            name: "limit", words: "Jobs on the page.",
                            schema: ["type": "integer", "minimum": 1, "maximum": .integer(JobService.pageMax)]),
                    ],
                    answers: [.init(words: "One page, and how many there are in each state.", schema: jobPage)],
                    problems: [404]), access: .account
            ) { try await $0.jobs($1) },
            Endpoint(
                .post, path + "/{id}/retry",
                Operation(
                    id: "retryJob", tag: "Installation", summary: "Let a job run at once",
                    words: "For the server's administrator: a job that has given up, or waits for its next attempt.",
                    answers: [.nothing("It is due now.")], problems: [409]), access: .account
            ) { try await $0.retryJob($1.path.id(), $1) },
            Endpoint(
                .post, path + "/{id}/discard",
                Operation(
                    id: "discardJob", tag: "Installation", summary: "Take a job out that has given up",
                    words: "For the server's administrator. The server's ledger tells of it.",
                    answers: [.nothing("It is out of the queue.")], problems: [409]), access: .account
            ) { try await $0.discardJob($1.path.id(), $1) },
        ]
    }

    private static var jobPage: JSONValue {
        let counts = Job.State.allCases.map { ($0.rawValue, JSONSchema.integer) }
        return JSONSchema.object([
            "items": JSONSchema.list(
                JSONSchema.object([
                    "id": JSONSchema.id, "kind": JSONSchema.text, "subject": JSONSchema.text,
                    "organisation": JSONSchema.nullable(JSONSchema.id),
                    "organisationName": JSONSchema.nullable(JSONSchema.text),
                    "state": JSONSchema.choice(Job.State.allCases.map(\.rawValue)), "createdAt": JSONSchema.time,
                    "dueAt": JSONSchema.time, "attempts": JSONSchema.integer,
                    "failedAt": JSONSchema.nullable(JSONSchema.time), "failure": JSONSchema.nullable(JSONSchema.text),
                ])),
            "counts": JSONSchema.object(counts),
            "next": JSONSchema.nullable(JSONSchema.id),
        ])
    }
}
