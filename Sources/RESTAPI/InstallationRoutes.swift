// Who asks, and what their organisation's ledger holds.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import RecordKit
import Storage

extension RESTRoutes {
    /// The caller as the server sees them: what a program needs to know before it offers anything.
    func me(_ call: Call) throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let caller = call.caller
        var json = JSONWriter()
        json.object { json in
            json.id("account", caller.account)
            if let organisation = caller.organisation {
                json.object("organisation") { json in
                    json.id("id", organisation)
                    json.string("name", caller.organisationName)
                    json.string("timeZone", caller.timeZone.identifier)
                    json.string("today", caller.today(at: services.environment.now()).description)
                }
            } else {
                json.null("organisation")
            }
            json.object("person") { json in
                json.id("id", caller.person)
                json.string("name", caller.personName)
            }
            json.array("roles", Role.allCases.filter(caller.roles.contains)) { json, role in
                json.object { json in
                    json.string("role", role.rawValue)
                    if let scope = caller.scopes[role] {
                        json.array("scope", scope) { $0.id(nil, $1) }
                    } else {
                        json.null("scope")
                    }
                }
            }
            json.string("actor", caller.actorKind.rawValue)
            json.bool("mayWrite", caller.mayWrite)
            json.bool("isServerAdministrator", caller.isServerAdministrator)
        }
        return Response(json: json.bytes)
    }

    /// The size of the organisation's ledger, what was signed last, and the key to check it with.
    func ledger(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let organisation = call.caller.organisation
        let (size, checkpoint) = try await services.store.read { reader in
            (try reader.ledgerSize(organisation), try reader.lastCheckpoint(organisation))
        }
        var json = JSONWriter()
        try json.object { json in
            json.string("origin", services.ledger.origin(organisation))
            json.integer("size", size)
            json.string("verifierKey", try services.ledger.verifierKey(organisation))
            if let checkpoint {
                json.object("checkpoint") { json in
                    json.integer("size", checkpoint.size)
                    json.value("at") { $0.append(.time(checkpoint.at)) }
                    json.string("note", checkpoint.note)
                }
            } else {
                json.null("checkpoint")
            }
        }
        return Response(json: json.bytes)
    }
}
