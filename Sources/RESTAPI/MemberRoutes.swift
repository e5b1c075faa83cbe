// Who has access to the organisation: for its administrators.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit
import Storage

extension RESTRoutes {
    /// Everybody with access.
    func members(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let members = try await services.organisations.members(as: call.caller)
        var json = JSONWriter(reservingBytes: 256 * (members.count + 1))
        json.object { json in
            json.array("items", members) { json, member in
                json.object { json in
                    json.id("account", member.membership.account)
                    json.id("person", member.person.id)
                    json.string("name", member.person.title)
                    json.string("email", member.email)
                    json.bool("hasPassword", member.hasPassword)
                    json.bool("isDisabled", member.isDisabled)
                    json.string("from", member.membership.from.description)
                    json.string("until", member.membership.until?.description)
                }
            }
        }
        return Response(json: json.bytes)
    }

    /// Gives a person access; the link is shown once, and is null for an account that has a password.
    func invite(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["person"])
        guard case .string(let text) = body.members["person"], let person = UUID(uuidString: text) else {
            throw Failure.invalid("person", "must be the id of a person")
        }
        let secret = try await services.organisations.invite(person, as: call.caller)
        var json = JSONWriter()
        json.object { json in
            json.id("person", person)
            json.string("link", secret.map { "/welcome/\($0)" })
        }
        return Response(json: json.bytes, status: .created)
    }

    /// Ends an account's access to the organisation at once.
    func endAccess(_ account: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        try await services.organisations.endAccess(account: account, as: call.caller)
        var json = JSONWriter()
        json.object { $0.id("account", account) }
        return Response(json: json.bytes)
    }
}
