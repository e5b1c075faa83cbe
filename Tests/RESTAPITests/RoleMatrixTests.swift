// Who may do what, over every registered type and role: what the API does is held against what the schema's
// permissions say, worked out here once more.
import Foundation
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing

/// How a record stands to the member who asks.
private struct Standing {
    var isAuthor = false
    /// The field that names the member; elsewhere it is the founder.
    var assigned: String?

    func permits(_ action: Action, _ schema: AnySchema, _ role: Role) -> Bool {
        guard action == .read || (role != .externalAuditor && schema.isWritten) else { return false }
        return schema.permissions.entries.contains { entry in
            guard entry.actions.contains(action), entry.roles.contains(role) else { return false }
            return switch entry.condition {
            // A role without a scope reaches everything.
            case .any, .inScope: true
            case .author: isAuthor
            case .assigned(let field): field == assigned
            case .isSelf: false
            }
        }
    }

    func permits(_ transition: Transition, _ role: Role) -> Bool {
        guard role != .externalAuditor, !(transition.notByAuthor && isAuthor) else { return false }
        return transition.roles.contains(role) || assigned.map(transition.assigned.contains) == true
    }

    /// The standings that make a difference for a type.
    static func all(_ schema: AnySchema) -> [Standing] {
        var fields = Set(schema.lifecycle?.transitions.flatMap(\.assigned) ?? [])
        var isAuthorSaid = schema.lifecycle?.transitions.contains(where: \.notByAuthor) ?? false
        for entry in schema.permissions.entries {
            if case .assigned(let field) = entry.condition { fields.insert(field) }
            if entry.condition == .author { isAuthorSaid = true }
        }
        return [Standing()] + (isAuthorSaid ? [Standing(isAuthor: true)] : [])
            + fields.sorted().map { Standing(assigned: $0) }
    }
}

/// One after the other: they share an installation and its few frameworks.
@Suite(.serialized) struct RoleMatrixTests {
    private static let installation = _Concurrency.Task { try await RouterHarness.api(withCatalogue: true) }
    private static let changeable = Registry.schemas.filter(\.isWritten).map(\.plural)

    private func overrides(_ standing: Standing, _ schema: AnySchema, _ member: Member) -> [String: FieldValue] {
        guard let name = standing.assigned, let field = schema.field(name) else { return [:] }
        if case .links = field.kind { return [name: .links([member.person])] }
        return [name: .reference(member.person)]
    }

    private func make(
        _ schema: AnySchema, _ standing: Standing, _ member: Member, _ harness: RouterHarness, _ plain: Plain,
        state: String? = nil
    ) async throws -> StoredRecord {
        var given = overrides(standing, schema, member)
        if let state, let lifecycle = schema.lifecycle {
            given[lifecycle.field] = .text(state)
            // The days that the ways into this state stamp.
            for case .today(let field) in lifecycle.transitions.filter({ $0.to == state }).flatMap(\.stamps) {
                given[field] = .day(Day(daysSince1970: 20_700))
            }
        }
        return try await harness.save(
            try plain.record(schema, given), in: member.organisation, by: standing.isAuthor ? member.person : nil)
    }

    /// Takes the record out of the way of unique fields.
    private func clear(_ record: StoredRecord, _ harness: RouterHarness) async throws {
        let now = try await harness.store.read {
            try $0.find(record.schema, record.id, in: record.meta.organisation, asOf: nil)
        }
        guard let now, !now.meta.isArchived else { return }
        try await harness.save(
            try now.schema.validated(now.values), in: now.meta.organisation, id: now.id, over: now.version,
            isArchived: true)
    }

    @Test(arguments: Registry.schemas.map(\.plural))
    func readingFollowsThePermissions(_ plural: String) async throws {
        let schema = try #require(Registry.schema(plural: plural))
        let harness = try await Self.installation.value
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        for role in Role.allCases {
            let member = tenant[role]
            for standing in Standing.all(schema) {
                let record: StoredRecord
                // Shared content, or what a library brought.
                let present =
                    schema.isCatalogue || schema.type == Organisation.type
                    ? try await harness.store.read {
                        try $0.page(
                            Query(schema, sort: Sort(nil, isDescending: true), limit: 1), in: tenant.id, asOf: nil
                        ).records.first
                    } : nil
                if let present {
                    record = present
                } else {
                    record = try await make(schema, standing, member, harness, plain)
                }
                let path = "\(plural)/\(record.id.lowercased)"
                let mayRead = standing.permits(.read, schema, role)
                let who = "\(role.rawValue) \(standing)"
                #expect(try await harness.get(path, as: member).status == (mayRead ? 200 : 404), "\(who)")
                for part in ["history", "links", "transitions"] {
                    let answer = try await harness.get("\(path)/\(part)", as: member)
                    #expect(answer.status == (mayRead ? 200 : 404), "\(part) \(who)")
                }
                let list = try await harness.get("\(plural)?sort=-createdAt&limit=1000", as: member).json["items"].items
                let isListed = list.contains { $0["id"].string == record.id.lowercased }
                #expect(isListed == mayRead, "list \(who)")
                if !schema.isCatalogue, schema.type != Organisation.type { try await clear(record, harness) }
            }
        }
    }

    @Test(arguments: Registry.schemas.map(\.plural))
    func creatingFollowsThePermissions(_ plural: String) async throws {
        let schema = try #require(Registry.schema(plural: plural))
        let harness = try await Self.installation.value
        let tenant = harness.hospital
        let plain = try await Plain.plain(harness, tenant)
        for role in Role.allCases {
            let mayCreate = Standing(isAuthor: true).permits(.create, schema, role)
            let answer = try await harness.post(plural, try plain.body(schema), as: tenant[role])
            #expect(answer.status == (mayCreate ? 201 : 403), "\(role.rawValue): \(answer.text)")
            guard answer.status == 201 else { continue }
            let id = try #require(UUID(uuidString: try answer.json["id"].string ?? ""))
            #expect(try answer.json["createdBy"].string == tenant[role].person.lowercased)
            let record = try await harness.store.read { try $0.find(schema, id, in: tenant.id, asOf: nil) }
            try await clear(try #require(record), harness)
        }
    }

    @Test(arguments: changeable)
    func changingAndArchivingFollowThePermissions(_ plural: String) async throws {
        let schema = try #require(Registry.schema(plural: plural))
        let harness = try await Self.installation.value
        let tenant = harness.meridian
        let plain = try await Plain.plain(harness, tenant)
        for role in Role.allCases {
            let member = tenant[role]
            for standing in Standing.all(schema) {
                let record: StoredRecord
                if schema.type == Organisation.type {
                    record = try #require(
                        try await harness.store.read { try $0.find(schema, tenant.id, in: tenant.id, asOf: nil) })
                } else {
                    record = try await make(schema, standing, member, harness, plain)
                }
                let path = "\(plural)/\(record.id.lowercased)"
                let who = "\(role.rawValue) \(standing)"
                let mayRead = standing.permits(.read, schema, role)
                func expected(_ action: Action) -> Int {
                    !mayRead ? 404 : standing.permits(action, schema, role) ? 200 : 403
                }
                // Sent back as it is, it is permitted or not, and changes nothing.
                let body = try Plain.body(schema, record.values)
                let put = try await harness.put(path, body, as: member, ifMatch: "\"\(record.version)\"")
                #expect(put.status == expected(.update), "put \(who): \(put.text)")
                // Rules may fill in what the store did not know.
                let tag = put.status == 200 ? put.etag : "\"\(record.version)\""
                let archived = try await harness.take("\(path)/archive", as: member, ifMatch: tag)
                #expect(archived.status == expected(.archive), "archive \(who): \(archived.text)")
                if archived.status == 200 {
                    #expect(try archived.json["archived"] == .bool(true))
                    let restored = try await harness.take("\(path)/restore", as: member, ifMatch: archived.etag)
                    #expect(restored.status == 200, "restore \(who): \(restored.text)")
                }
                if schema.type != Organisation.type { try await clear(record, harness) }
            }
        }
    }

    @Test(arguments: Registry.schemas.filter { $0.lifecycle != nil }.map(\.plural))
    func transitionsFollowTheirRoles(_ plural: String) async throws {
        let schema = try #require(Registry.schema(plural: plural))
        let lifecycle = try #require(schema.lifecycle)
        let harness = try await Self.installation.value
        let tenant = harness.hospital
        let plain = try await Plain.plain(harness, tenant)
        for transition in lifecycle.transitions {
            let state = try #require(transition.from.sorted().first)
            for role in Role.allCases {
                let member = tenant[role]
                for standing in Standing.all(schema) {
                    let record = try await make(schema, standing, member, harness, plain, state: state)
                    let path = "\(plural)/\(record.id.lowercased)/transitions"
                    let who = "\(transition.name) \(role.rawValue) \(standing)"
                    let mayRead = standing.permits(.read, schema, role)
                    let mayTake = standing.permits(transition, role)
                    if mayRead {
                        let shown = try await harness.get(path, as: member).json["items"].items
                        let line = try #require(shown.first { $0["name"].string == transition.name })
                        #expect(line["allowed"] == .bool(mayTake), "\(who)")
                        #expect((line["refusal"] == .null) == mayTake, "\(who)")
                    }
                    let answer = try await harness.take("\(path)/\(transition.name)", as: member, ifMatch: "\"1\"")
                    #expect(answer.status == (!mayRead ? 404 : mayTake ? 200 : 403), "\(who): \(answer.text)")
                    if answer.status == 200 { #expect(try answer.json[lifecycle.field].string == transition.to) }
                    try await clear(record, harness)
                }
            }
        }
    }

    @Test func aTokenThatOnlyReadsChangesNothing() async throws {
        let harness = try await Self.installation.value
        let tenant = harness.meridian
        let token = try await harness.token(tenant.founder, mayWrite: false)
        let plain = try await Plain.plain(harness, tenant)
        let schema = Asset.schema.erased
        let record = try await harness.save(try plain.record(schema), in: tenant.id)
        let path = "/api/v1/assets/\(record.id.lowercased)"
        #expect(try await harness.send(.get, path, as: token).status == 200)
        let body = try plain.body(schema)
        #expect(try await harness.send(.post, "/api/v1/assets", as: token, json: body).status == 403)
        let tag: [String: String] = ["put": "", "archive": "/archive", "take": "/transitions/retire"]
        for (verb, part) in tag {
            let answer = try await harness.send(
                verb == "put" ? .put : .post, path + part, as: token, json: verb == "put" ? body : "{}",
                headers: [.ifMatch: "\"1\""])
            #expect(answer.status == 403, "\(verb)")
        }
    }
}
