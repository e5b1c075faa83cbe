// Saved views: a list with its filters and order under a name, for oneself or for the organisation.
package import Access
package import Foundation
package import RecordKit
import Records
package import Storage

/// Saves, renames and removes views. They are settings, not records: the ledger does not name them.
package struct ViewService: Sendable {
    /// Views that one person sees: their own and the organisation's.
    package static let viewsMax = 400
    package static let ownViewsMax = 200
    package static let nameCharactersMax = 80
    package static let queryBytesMax = 2_000
    /// Who may save views for everybody.
    static let sharingRoles: Set<Role> = [
        .complianceLead, .aiRiskOfficer, .dataSecurityOfficer, .administrator,
    ]
    let store: any Store
    let environment: Environment
    let schemas: [RecordType: AnySchema]

    package init(store: any Store, environment: Environment, schemas: [AnySchema] = Registry.schemas) {
        self.store = store
        self.environment = environment
        self.schemas = Dictionary(uniqueKeysWithValues: schemas.map { ($0.type, $0) })
    }

    /// Whether the caller may save, rename and remove views of the organisation.
    package static func mayShare(_ caller: Caller) -> Bool {
        caller.mayWrite && !caller.roles.contains(.externalAuditor)
            && !caller.roles.isDisjoint(with: sharingRoles)
    }

    /// The views that the caller sees, by type and name, of types that they may see.
    package func list(_ type: RecordType? = nil, as caller: Caller) async throws -> [StoredView] {
        guard let organisation = caller.organisation else { throw ServiceError.notFound("view") }
        return try await store.read { reader in
            try reader.views(in: organisation, of: caller.person, limit: Self.viewsMax).filter { view in
                (type == nil || view.type == type) && isVisible(view.type, caller)
            }
        }
    }

    /// The view that the caller begins a list with; `nil` for the plain list.
    package func defaults(as caller: Caller) async throws -> [RecordType: UUID] {
        guard let organisation = caller.organisation, let person = caller.person else { return [:] }
        return try await store.read { try $0.defaultViews(in: organisation, of: person) }
    }

    /// - Parameters:
    ///   - query: Of the list's address: conditions, `q`, `sort`, `archived`.
    ///   - isShared: For everybody in the organisation.
    package func create(
        _ type: RecordType, name: String, query: String, isShared: Bool, as caller: Caller
    ) async throws -> StoredView {
        let (organisation, person) = try place(caller)
        guard let schema = schemas[type], isVisible(type, caller) else {
            throw ServiceError.invalid("type", "is not a type of records that you may see")
        }
        if isShared { try requireShare(caller) }
        let view = StoredView(
            id: environment.id(), organisation: organisation, owner: isShared ? nil : person, type: type,
            name: try checkedName(name), query: try checkedQuery(query, schema), createdBy: person,
            createdAt: environment.now())
        return try await named {
            try await store.write(organisation) { transaction in
                let present = try transaction.views(
                    in: organisation, of: isShared ? nil : person, limit: Self.viewsMax
                ).filter { $0.owner == view.owner }
                guard present.count < Self.ownViewsMax else {
                    throw ServiceError.invalid("name", "there are \(Self.ownViewsMax) views already; remove one first")
                }
                try transaction.saveView(view)
                return view
            }
        }
    }

    /// Gives a view another name, or other conditions.
    package func update(_ id: UUID, name: String?, query: String?, as caller: Caller) async throws -> StoredView {
        let (organisation, person) = try place(caller)
        return try await named {
            try await store.write(organisation) { transaction in
                var view = try changeable(id, organisation, person, caller, in: transaction)
                if let name { view.name = try checkedName(name) }
                if let query, let schema = schemas[view.type] { view.query = try checkedQuery(query, schema) }
                try transaction.saveView(view)
                return view
            }
        }
    }

    package func remove(_ id: UUID, as caller: Caller) async throws {
        let (organisation, person) = try place(caller)
        try await store.write(organisation) { transaction in
            _ = try changeable(id, organisation, person, caller, in: transaction)
            try transaction.removeView(id)
        }
    }

    /// Begins the lists of a type with a view, or (`nil`) with the plain list again.
    package func setDefault(_ id: UUID?, for type: RecordType, as caller: Caller) async throws {
        let (organisation, person) = try place(caller)
        try await store.write(organisation) { transaction in
            if let id {
                let view = try found(id, organisation, person, in: transaction)
                guard view.type == type else {
                    throw ServiceError.invalid("type", "is not the type of this view")
                }
            }
            try transaction.setDefaultView(id, of: person, type: type)
        }
    }

    // MARK: Parts

    private func isVisible(_ type: RecordType, _ caller: Caller) -> Bool {
        schemas[type].map { Authorisation.visible(caller, .read, $0) != .none } ?? false
    }

    private func place(_ caller: Caller) throws -> (organisation: UUID, person: UUID) {
        guard caller.mayWrite else { throw ServiceError.forbidden(Refusal.readOnlyToken.message) }
        guard let organisation = caller.organisation, let person = caller.person else {
            throw ServiceError.notFound("view")
        }
        return (organisation, person)
    }

    private func requireShare(_ caller: Caller) throws {
        guard Self.mayShare(caller) else {
            throw ServiceError.forbidden(
                "Views of the organisation are kept by the compliance lead, the AI risk officer, the data security officer or an administrator."
            )
        }
    }

    private func found(
        _ id: UUID, _ organisation: UUID, _ person: UUID, in reader: any Reader
    ) throws -> StoredView {
        let views = try reader.views(in: organisation, of: person, limit: Self.viewsMax)
        guard let view = views.first(where: { $0.id == id }) else { throw ServiceError.notFound("view") }
        return view
    }

    private func changeable(
        _ id: UUID, _ organisation: UUID, _ person: UUID, _ caller: Caller, in reader: any Reader
    ) throws -> StoredView {
        let view = try found(id, organisation, person, in: reader)
        if view.owner == nil { try requireShare(caller) }
        return view
    }

    private func checkedName(_ name: String) throws -> String {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...Self.nameCharactersMax).contains(name.count),
            !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            throw ServiceError.invalid("name", "must have 1 to \(Self.nameCharactersMax) characters in one line")
        }
        return name
    }

    /// The query without its place and moment, with names only that a list of this type knows.
    private func checkedQuery(_ query: String, _ schema: AnySchema) throws -> String {
        guard query.utf8.count <= Self.queryBytesMax else {
            throw ServiceError.invalid("query", "must have at most \(Self.queryBytesMax) bytes")
        }
        var kept: [Substring] = []
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts[0].removingPercentEncoding, parts.count == 2,
                parts[1].removingPercentEncoding != nil
            else { throw ServiceError.invalid("query", "is not percent-encoded as name=value&name=value") }
            if ["cursor", "asOf", "all", "view"].contains(name) { continue }
            let field = name.split(separator: ".").first.flatMap { schema.field(String($0)) }
            guard
                ["q", "sort", "archived"].contains(name) || field?.has(.filterable) == true
                    || field?.has(.sortable) == true
            else { throw ServiceError.invalid("query", "\(name) is no filter of \(schema.pluralLabel)") }
            kept.append(pair)
        }
        return kept.joined(separator: "&")
    }

    private func named<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch StoreError.taken {
            throw ServiceError.invalid("name", "is the name of another view")
        }
    }
}
