// The calls about who has access.
import HTTPTypes
import MerkleLog

extension RESTRoutes {
    static func memberEndpoints() -> [Endpoint] {
        let path = "/api/v1/members"
        return [
            Endpoint(
                .get, path,
                Operation(
                    id: "listMembers", tag: "Access", summary: "List who has access",
                    words: "For administrators: everybody with access to the organisation.",
                    answers: [.init(words: "Everybody.", schema: memberList)])
            ) { try await $0.members($1) },
            Endpoint(
                .post, path,
                Operation(
                    id: "inviteMember", tag: "Access", summary: "Give a person access",
                    words:
                        "For administrators. The link is shown once, is good for 24 hours, and is null for an account "
                        + "that has a password already.",
                    body: .init(
                        schema: JSONSchema.object(["person": JSONSchema.id]),
                        example: ["person": "0199e8a8-418a-7a2f-8994-aa62d17b361f"]),
                    answers: [
                        .init(
                            status: 201, words: "They have access.",
                            schema: JSONSchema.object([
                                "person": JSONSchema.id, "link": JSONSchema.nullable(JSONSchema.text),
                            ]))
                    ], problems: [404, 409])
            ) { try await $0.invite($1) },
            Endpoint(
                .delete, path + "/{id}",
                Operation(
                    id: "endAccess", tag: "Access", summary: "End an account's access",
                    words: "For administrators. It ends at once; the person and what they did stay.",
                    answers: [
                        .init(words: "It has ended.", schema: JSONSchema.object(["account": JSONSchema.id]))
                    ], problems: [404, 409])
            ) { try await $0.endAccess($1.path.id(), $1) },
        ]
    }

    private static var memberList: JSONValue {
        JSONSchema.object([
            "items": JSONSchema.list(
                JSONSchema.object([
                    "account": JSONSchema.id, "person": JSONSchema.id, "name": JSONSchema.text,
                    "email": JSONSchema.text, "hasPassword": JSONSchema.boolean, "isDisabled": JSONSchema.boolean,
                    "from": JSONSchema.day, "until": JSONSchema.nullable(JSONSchema.day),
                ]))
        ])
    }
}
