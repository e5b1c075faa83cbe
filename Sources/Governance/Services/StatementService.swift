// The Statements of Applicability: shown live from decisions, controls, risks and obligations; submitted, and from then
// on versions whose content never changes. Approving and returning are transitions of the version.
package import Access
package import Foundation
package import RecordKit
package import Records
package import Storage

/// Shows, submits and compares Statements of Applicability.
package struct StatementService: Sendable {
    /// The standards that ask for a statement, in the order in which they are shown.
    package static let frameworks = [FrameworkLibrary.security, FrameworkLibrary.ai]
    /// Versions of one standard that a page lists.
    package static let versionsMax = 200
    private static let schema = StatementOfApplicability.schema.erased
    let store: any Store
    let blobs: any BlobStore
    let environment: Environment
    let library: LibraryHolder

    package init(store: any Store, blobs: any BlobStore, environment: Environment, library: LibraryHolder) {
        (self.store, self.blobs, self.environment, self.library) = (store, blobs, environment, library)
    }

    // MARK: Reading

    /// The statement as it stands now, or stood as of a moment, with what is measured about each item of Annex A, and
    /// with what changed since the version in force.
    /// Cost: that of ``StatementRows``; the cached statuses now, a walk over each item's links as of the past.
    package func view(_ key: String, as caller: Caller, asOf: AsOf? = nil) async throws -> StatementView {
        let (library, framework) = try await framework(key, caller)
        let today = caller.today(at: environment.now())
        var view = try await store.read { reader in
            let (content, adoption) = try Self.content(library, framework, reader, caller, asOf, today)
            return StatementView(
                content: content, adoption: adoption,
                measured: try Self.measured(framework, reader, caller, asOf, today),
                versions: try Self.versions(framework, reader, caller, asOf),
                decisions: Dictionary(
                    try Self.decisions(framework, reader, caller, asOf).map { ($0.requirement, $0.id) }
                ) { a, _ in a })
        }
        if let approved = view.approved {
            let kept = try await report(approved, caller).content
            view.changes = StatementDifference.between(kept, view.content)
        }
        return view
    }

    /// The present state, or one version with its content as it was kept.
    /// - Parameter number: The version; `nil` for the present state. Of a number that was returned before, the last.
    package func report(
        _ key: String, version number: Int?, as caller: Caller, asOf: AsOf? = nil
    ) async throws -> StatementReport {
        guard let number else {
            return StatementReport(content: try await view(key, as: caller, asOf: asOf).content, version: nil)
        }
        let (_, framework) = try await framework(key, caller)
        let versions = try await store.read { try Self.versions(framework, $0, caller, nil) }
        guard let version = versions.first(where: { $0.number == number }) else {
            throw ServiceError.notFound("version \(number) of the statement")
        }
        return try await report(version, caller)
    }

    private func report(_ version: StatementVersion, _ caller: Caller) async throws -> StatementReport {
        guard let organisation = caller.organisation,
            let data = try await blobs.get(version.sha256, for: organisation)
        else { throw ServiceError.notFound("content of version \(version.number)") }
        return StatementReport(content: try StatementContent(canonical: data), version: version)
    }

    /// What differs between two versions, or between a version and the present state (`nil`).
    package func differences(
        _ key: String, from: Int?, to: Int?, as caller: Caller
    ) async throws -> (before: StatementReport, after: StatementReport, rows: [StatementDifference]) {
        let before = try await report(key, version: from, as: caller)
        let after = try await report(key, version: to, as: caller)
        return (before, after, StatementDifference.between(before.content, after.content))
    }

    // MARK: Submitting

    /// Whether the caller's role prepares statements.
    package static func maySubmit(_ caller: Caller) -> Bool {
        guard caller.mayWrite, !caller.roles.contains(.externalAuditor) else { return false }
        return caller.hasEveryPermission || !caller.roles.isDisjoint(with: preparers)
    }
    private static let preparers: Set<Role> = [.complianceLead, .aiRiskOfficer, .dataSecurityOfficer]

    /// Keeps the statement as it stands now as the next version, for somebody else to approve. Rows that stand in the
    /// way of approval are named in it.
    /// - Throws: ``ServiceError``: a conflict while another version waits for approval, the standard is not adopted, or
    ///   an assessment that covers it is locked.
    package func submit(
        _ key: String, note: String?, as caller: Caller, request: String? = nil, keeping claim: RequestClaim? = nil
    ) async throws -> StoredRecord {
        let (library, framework) = try await framework(key, caller)
        guard caller.mayWrite else { throw ServiceError.forbidden(Refusal.readOnlyToken.message) }
        guard Self.maySubmit(caller), let organisation = caller.organisation else {
            throw ServiceError.forbidden(
                "A statement is submitted by the compliance lead, the AI risk officer or the data security officer.")
        }
        let now = environment.now()
        let today = caller.today(at: now)
        let (content, adoption) = try await store.read {
            try Self.content(library, framework, $0, caller, nil, today)
        }
        guard adoption?.status == .inScope else {
            throw ServiceError.conflict(.state("\(framework.name) is not adopted: a statement needs its scope"))
        }
        let data = try content.canonical()
        let sha256 = try await blobs.put(data, for: organisation)
        let seen = try await FilesSeen.look(
            forKept: sha256, bytes: data.count, of: organisation, in: store, blobs)
        let id = environment.id()
        let change = caller.change("create", request: request, in: environment)
        return try await translated(Self.schema) {
            try await store.write(organisation) { transaction in
                try seen.confirm(in: transaction)
                try StatementRules.checkAssessments(of: framework.id, in: transaction, organisation)
                let versions = try Self.versions(framework, transaction, caller, nil)
                guard !versions.contains(where: { $0.status == .submitted }) else {
                    throw ServiceError.conflict(.state("a version waits for approval; return it first"))
                }
                let counted = versions.filter { $0.status != .returned }.map(\.number).max() ?? 0
                var statement = StatementOfApplicability()
                statement.number = counted + 1
                statement.name = "\(framework.name), version \(statement.number)"
                statement.framework = ID(framework.id)
                statement.preparedBy = caller.person.map { ID($0) }
                statement.submittedOn = today
                statement.madeFrom = content.ledgerSize
                statement.content = try FileReference(
                    sha256: sha256, name: "statement-\(framework.key)-\(statement.number).json",
                    mediaType: "application/json", bytes: data.count)
                statement.blocking = Self.blocking(content)
                statement.note = note?.trimmingCharacters(in: .whitespacesAndNewlines)
                if statement.note?.isEmpty == true { statement.note = nil }
                let saved = try transaction.save(
                    try StatementOfApplicability.schema.validated(statement).erased, id: id, over: nil,
                    isArchived: false, by: change)
                try claim?.keep(saved, isNew: true, in: transaction, at: change.at)
                return saved
            }
        }
    }

    /// The rows that stand in the way, by reference: undecided ones, then those without a reason.
    private static func blocking(_ content: StatementContent) -> String? {
        let parts = [(StatementRow.Block.undecided, "undecided"), (.withoutReason, "included without reason")]
            .compactMap { block, words -> String? in
                let rows = content.rows.filter { $0.block == block }.map(\.reference)
                return rows.isEmpty ? nil : "\(words): \(rows.joined(separator: ", "))"
            }
        return parts.isEmpty ? nil : String(parts.joined(separator: "; ").prefix(FieldLimit.longTextCharactersMax))
    }

    // MARK: Parts

    private func framework(_ key: String, _ caller: Caller) async throws -> (FrameworkLibrary, LibraryFramework) {
        let library = try await library.current(for: caller.organisation)
        // Whoever reads statements reads all that they are made of.
        guard Authorisation.visible(caller, .read, Self.schema) == .all, Self.frameworks.contains(key),
            let framework = library.framework(key)
        else { throw ServiceError.notFound("statement") }
        return (library, framework)
    }

    private static func content(
        _ library: FrameworkLibrary, _ framework: LibraryFramework, _ reader: any Reader, _ caller: Caller,
        _ asOf: AsOf?, _ today: Day
    ) throws -> (StatementContent, FrameworkAdoption?) {
        guard let organisation = caller.organisation else { throw ServiceError.notFound("statement") }
        let adoption = try reader.all(
            FrameworkAdoption.self, where: .linked("framework", [framework.id]), in: organisation, asOf: asOf,
            limit: 10
        ).first?.value
        let rows = try StatementRows(
            library: library, framework: framework, reader: reader, organisation: organisation, asOf: asOf,
            today: today
        ).rows()
        let size = try asOf.map { $0.index + 1 } ?? reader.ledgerSize(organisation)
        return (
            StatementContent(
                organisation: caller.organisationName, framework: framework, scope: adoption?.scope, day: today,
                ledgerSize: size, rows: rows), adoption
        )
    }

    /// Newest first.
    private static func versions(
        _ framework: LibraryFramework, _ reader: any Reader, _ caller: Caller, _ asOf: AsOf?
    ) throws -> [StatementVersion] {
        let found = try reader.page(
            Query(
                schema, where: .linked("framework", [framework.id]), sort: Sort(nil, isDescending: true),
                limit: versionsMax), in: caller.organisation, asOf: asOf
        ).records
        let statements = try found.map { try $0.decoded(as: StatementOfApplicability.self) }
        let people = Set(
            statements.flatMap { [$0.value.preparedBy?.raw, $0.value.approvedBy?.raw] }.compactMap(\.self))
        let names = try reader.titles(Person.schema.erased, Array(people), in: caller.organisation)
        return statements.map { statement in
            let value = statement.value
            return StatementVersion(
                id: statement.id.raw, version: statement.version, number: value.number, status: value.status,
                preparedByID: value.preparedBy?.raw, preparedBy: value.preparedBy.flatMap { names[$0.raw] },
                submittedOn: value.submittedOn,
                approvedBy: value.approvedBy.flatMap { names[$0.raw] }, approvedOn: value.approvedOn,
                blocking: value.blocking, note: value.note, sha256: value.content?.sha256 ?? "")
        }
    }

    private static func decisions(
        _ framework: LibraryFramework, _ reader: any Reader, _ caller: Caller, _ asOf: AsOf?
    ) throws -> [(requirement: UUID, id: UUID)] {
        try reader.all(
            Applicability.self, where: .linked("requirement", framework.items.map(\.id)), in: caller.organisation,
            asOf: asOf, limit: Query.limitMax
        ).map { ($0.value.requirement.raw, $0.id.raw) }
    }

    private static func measured(
        _ framework: LibraryFramework, _ reader: any Reader, _ caller: Caller, _ asOf: AsOf?, _ today: Day
    ) throws -> [UUID: Measured] {
        guard let organisation = caller.organisation else { return [:] }
        let items = framework.items.filter { $0.kind == .control && $0.isAssessable }.map(\.id)
        let rows: [StatusRow]
        if asOf == nil {
            let wanted = Set(items)
            rows = try reader.statuses(in: organisation).filter { wanted.contains($0.requirement) }
        } else {
            rows = try items.map {
                try PostureEngine().status(of: $0, in: reader, organisation, asOf: asOf, today)
            }
        }
        return Dictionary(
            rows.compactMap { row in row.measured.flatMap { Measured(rawValue: $0) }.map { (row.requirement, $0) } }
        ) { a, _ in a }
    }
}

/// A statement as its page shows it.
package struct StatementView: Sendable {
    package let content: StatementContent
    /// `nil` if the standard is not adopted.
    package let adoption: FrameworkAdoption?
    /// By item of Annex A.
    package let measured: [UUID: Measured]
    /// Newest first, at most ``StatementService/versionsMax``.
    package let versions: [StatementVersion]
    /// The decision's record by item of Annex A.
    package let decisions: [UUID: UUID]
    /// What changed since the version in force; empty without one.
    package var changes: [StatementDifference] = []

    package var approved: StatementVersion? { versions.first { $0.status == .approved } }
    package var submitted: StatementVersion? { versions.first { $0.status == .submitted } }
}
