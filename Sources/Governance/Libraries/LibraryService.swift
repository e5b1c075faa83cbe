// The verbs of framework libraries: look at what a file would do, take it in, take it back. One transaction each, whole
// or not at all.
package import Access
import Catalogue
package import Foundation
import MerkleLog
package import RecordKit
import Records
package import Storage

/// Imports framework libraries.
package struct LibraryService: Sendable {
    /// Roles that may import and take back.
    package static let importingRoles: Set<Role> = [.complianceLead, .administrator]
    /// Former versions of one library that a roll back can reach.
    package static let versionsMax = 200
    let records: RecordService
    private let blobs: any BlobStore
    private let holder: LibraryHolder
    var store: any Store { records.store }
    private static let schema = ImportedLibrary.schema.erased

    package init(records: RecordService, blobs: any BlobStore, library: LibraryHolder) {
        (self.records, self.blobs, holder) = (records, blobs, library)
    }

    package static func mayImport(_ caller: Caller) -> Bool {
        guard caller.mayWrite, caller.organisation != nil else { return false }
        return caller.hasEveryPermission
            || (!caller.roles.contains(.externalAuditor) && !caller.roles.isDisjoint(with: importingRoles))
    }

    // MARK: Importing

    /// What importing a file would do. Nothing is changed.
    /// - Throws: ``ServiceError``: invalid, with line and URN of each fault; conflict for an older version.
    package func preview(_ file: LibraryFile, as caller: Caller) async throws -> LibraryPlan {
        let organisation = try importing(caller)
        let (content, library) = try read(file, reference: nil)
        let old = try await former(content.urn, organisation)
        let shared = try await holder.current(for: nil)
        return try await told {
            try await store.read { reader in
                try Self.plan(content, library, old, organisation, shared, reader)
            }
        }
    }

    /// Imports a file: new, or over the version that is there. What vanished is archived; answers, evidence and
    /// controls keep what they are linked to. The same file again changes nothing.
    package func apply(
        _ file: LibraryFile, as caller: Caller, reason: String? = nil, request: String? = nil
    ) async throws -> LibraryPlan {
        let organisation = try importing(caller)
        let reason = try records.checked(reason)
        let (content, draft) = try read(file, reference: nil)
        let old = try await former(content.urn, organisation)
        let shared = try await holder.current(for: nil)
        var library = draft
        let kept = try await kept(file, organisation)
        library.file = kept
        let wanted = library
        let seen = try await FilesSeen.look(
            forKept: kept.sha256, bytes: file.bytes.count, of: organisation, in: store, blobs)
        return try await told {
            try await store.write(organisation) { transaction in
                try seen.confirm(in: transaction)
                let plan = try Self.plan(content, wanted, old, organisation, shared, transaction)
                try save(plan, "import", as: caller, reason, request, in: transaction)
                return plan
            }
        }
    }

    private static func plan(
        _ content: LibraryContent, _ library: ImportedLibrary, _ old: Former?, _ organisation: UUID,
        _ shared: FrameworkLibrary, _ reader: any Reader
    ) throws -> LibraryPlan {
        let id = LibraryRecords.id(ImportedLibrary.type, content.urn, in: organisation)
        let present = try reader.find(ID<ImportedLibrary>(id), in: organisation)
        guard present?.version == old?.version else {
            throw ServiceError.conflict(.state("the library was changed meanwhile; try again"))
        }
        var library = library
        if let present, present.value.status == .imported {
            let (have, given) = (present.value.libraryVersion, content.version)
            guard given >= have else {
                throw ServiceError.conflict(
                    .state("version \(given) is older than version \(have), which is here; roll back instead"))
            }
            guard given > have || present.value.contentSHA256 == library.contentSHA256 else {
                throw ServiceError.conflict(
                    .state("version \(given) is here with other content; changed content needs a higher version"))
            }
            // The same content under another file name is the same file.
            if given == have { library.file = present.value.file }
        }
        return try LibraryPlan(
            content, library, replacing: old?.content, present, in: organisation, shared: shared, reader: reader)
    }

    // MARK: Rolling back

    /// The versions to which a library can be rolled back, the newest first, each with its file.
    package func formerVersions(
        of id: UUID, as caller: Caller
    ) async throws -> [(version: Int, file: FileReference)] {
        _ = try await records.get(Self.schema, id, as: caller)
        return try await store.read { try Self.formerVersions(of: id, caller, $0) }
    }

    private static func formerVersions(
        of id: UUID, _ caller: Caller, _ reader: any Reader
    ) throws -> [(version: Int, file: FileReference)] {
        guard let now = try reader.find(ID<ImportedLibrary>(id), in: caller.organisation) else {
            throw ServiceError.notFound(schema.label)
        }
        let revisions = try reader.revisions(
            of: id, schema, in: caller.organisation, before: now.version, limit: versionsMax)
        let isImported = now.value.status == .imported
        var found: [(version: Int, file: FileReference)] = []
        for revision in revisions where revision.record.meta.erasedAt == nil {
            let library = try revision.record.decoded(as: ImportedLibrary.self).value
            guard library.status == .imported, let file = library.file,
                !isImported || library.libraryVersion < now.value.libraryVersion,
                !found.contains(where: { $0.version == library.libraryVersion })
            else { continue }
            found.append((library.libraryVersion, file))
        }
        return found.sorted { $0.version > $1.version }
    }

    /// What a roll back would do.
    /// - Parameter to: The version to go back to; `nil` is the one before. If there is none, all is taken back.
    package func previewRollBack(_ id: UUID, to wanted: Int? = nil, as caller: Caller) async throws -> LibraryPlan {
        let (target, organisation, shared) = try await target(id, wanted, caller)
        return try await told {
            try await store.read { reader in try Self.rollBack(target, organisation, shared, reader) }
        }
    }

    /// Brings back an earlier version from the file that was kept, or takes the library back altogether. Answers stay.
    /// - Parameter version: The version of the record that the caller saw.
    package func rollBack(
        _ id: UUID, over version: Int, to wanted: Int? = nil, as caller: Caller, reason: String? = nil,
        request: String? = nil
    ) async throws -> LibraryPlan {
        let reason = try records.checked(reason)
        let (target, organisation, shared) = try await target(id, wanted, caller)
        guard target.present.version == version else {
            throw ServiceError.conflict(
                .state("the library was changed meanwhile and is now at version \(target.present.version)"))
        }
        return try await told {
            try await store.write(organisation) { transaction in
                let plan = try Self.rollBack(target, organisation, shared, transaction)
                try save(plan, "rollBack", as: caller, reason, request, in: transaction)
                return plan
            }
        }
    }

    /// What a roll back works with.
    private struct Target: Sendable {
        let present: Stored<ImportedLibrary>
        let old: LibraryContent
        /// What comes back; `nil` for nothing.
        let content: LibraryContent?
        let library: ImportedLibrary
    }

    private func target(
        _ id: UUID, _ wanted: Int?, _ caller: Caller
    ) async throws -> (Target, UUID, FrameworkLibrary) {
        let organisation = try importing(caller)
        let found = try await store.read { reader in
            try reader.find(ID<ImportedLibrary>(id), in: organisation).map {
                ($0, try Self.formerVersions(of: id, caller, reader))
            }
        }
        guard let (present, versions) = found else { throw ServiceError.notFound(Self.schema.label) }
        guard present.value.status == .imported, let file = present.value.file else {
            throw ServiceError.conflict(.state("the library was taken back already; import a file again"))
        }
        let old = try read(try await bytes(file, organisation), reference: file).content
        let shared = try await holder.current(for: nil)
        guard let chosen = wanted.map({ wanted in versions.first { $0.version == wanted } }) ?? versions.first else {
            if let wanted { throw ServiceError.invalid("to", "there is no earlier version \(wanted) to go back to") }
            var library = present.value
            library.status = .rolledBack
            return (
                Target(present: present, old: old, content: nil, library: library), organisation, shared
            )
        }
        let (content, library) = try read(try await bytes(chosen.file, organisation), reference: chosen.file)
        return (Target(present: present, old: old, content: content, library: library), organisation, shared)
    }

    private static func rollBack(
        _ target: Target, _ organisation: UUID, _ shared: FrameworkLibrary, _ reader: any Reader
    ) throws -> LibraryPlan {
        let present = try reader.find(target.present.id, in: organisation)
        guard let present, present.version == target.present.version else {
            throw ServiceError.conflict(.state("the library was changed meanwhile; try again"))
        }
        return try LibraryPlan(
            target.content, target.library, replacing: target.old, present, in: organisation, shared: shared,
            reader: reader)
    }

    // MARK: Saving

    private func save(
        _ plan: LibraryPlan, _ verb: String, as caller: Caller, _ reason: String?, _ request: String?,
        in transaction: any Transaction
    ) throws {
        func change(_ action: String) -> Change {
            caller.change(action, reason: reason, request: request, in: records.environment)
        }
        for planned in plan.changes {
            try transaction.save(
                planned.record, id: planned.id, over: planned.version, isArchived: planned.kind == .archive,
                by: change(planned.kind.rawValue))
        }
        guard plan.changesAnything else { return }
        try transaction.save(
            try ImportedLibrary.schema.validated(plan.library), id: ID(plan.id), over: plan.present?.version,
            by: change(verb))
    }

    // MARK: Files

    /// What the library said that is there now.
    private struct Former: Sendable {
        let version: Int
        let content: LibraryContent?
    }

    private func former(_ urn: String, _ organisation: UUID) async throws -> Former? {
        let id = ID<ImportedLibrary>(LibraryRecords.id(ImportedLibrary.type, urn, in: organisation))
        guard let present = try await store.read({ try $0.find(id, in: organisation) }) else { return nil }
        guard present.value.status == .imported, let file = present.value.file else {
            return Former(version: present.version, content: nil)
        }
        let bytes = try await bytes(file, organisation)
        return Former(version: present.version, content: try read(bytes, reference: file).content)
    }

    private func bytes(_ file: FileReference, _ organisation: UUID) async throws -> LibraryFile {
        guard let data = try await blobs.get(file.sha256, for: organisation) else {
            throw ServiceError.conflict(.state("the file \(file.name) is not kept any more"))
        }
        return LibraryFile(name: file.name, mediaType: file.mediaType, bytes: [UInt8](data))
    }

    private func kept(_ file: LibraryFile, _ organisation: UUID) async throws -> FileReference {
        let sha256 = try await blobs.put(Data(file.bytes), for: organisation)
        do {
            return try FileReference(
                sha256: sha256, name: file.name, mediaType: file.mediaType, bytes: file.bytes.count)
        } catch { throw ServiceError.invalid("name", error.message) }
    }

    private func read(
        _ file: LibraryFile, reference: FileReference?
    ) throws -> (content: LibraryContent, library: ImportedLibrary) {
        let content: LibraryContent
        do {
            guard file.bytes.count <= LibraryFile.bytesMax else {
                throw LibraryFaults(
                    line: nil, "the file has \(file.bytes.count) bytes, more than the \(LibraryFile.bytesMax) allowed")
            }
            let isTable = file.name.lowercased().hasSuffix(".csv") || file.mediaType == "text/csv"
            content = try isTable ? LibraryCSV.read(file.bytes) : LibraryContent.read(yaml: file.bytes)
        } catch let faults as LibraryFaults { throw ServiceError(faults) }
        func line(_ text: String?, _ charactersMax: Int) -> String? {
            text.map { String($0.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(charactersMax)) }
        }
        var library = ImportedLibrary()
        library.name = line(content.name, 200) ?? ""
        library.reference = line(content.reference, 100) ?? ""
        library.urn = content.urn
        library.libraryVersion = content.version
        library.provider = line(content.provider, 200)
        library.format = ImportedLibrary.Format(rawValue: content.format.rawValue) ?? .yaml
        library.licence = content.copyright
        library.publishedOn = line(content.publishedOn, 40)
        library.summary = content.description
        library.file = reference
        library.contentSHA256 = Hash.sha256(file.bytes).bytes
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return (content, library)
    }

    private func importing(_ caller: Caller) throws -> UUID {
        guard caller.mayWrite else { throw ServiceError.forbidden(Refusal.readOnlyToken.message) }
        guard let organisation = caller.organisation else { throw ServiceError.notFound(Self.schema.label) }
        guard Self.mayImport(caller) else {
            throw ServiceError.forbidden("Libraries are imported by the compliance lead or an administrator.")
        }
        return organisation
    }

    private func told<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await translated(Self.schema, body) } catch let faults as LibraryFaults {
            throw ServiceError(faults)
        }
    }
}

extension ServiceError {
    /// What is wrong with a library's file, a problem for each fault.
    fileprivate init(_ faults: LibraryFaults) {
        var problems = faults.all.map { Problem("file", $0.description) }
        if faults.count > problems.count {
            problems.append(Problem("file", "and \(faults.count - problems.count) more faults"))
        }
        self = .invalid(Invalid(problems))
    }
}

/// What of a library is shown on its page.
package struct LibraryContents: Sendable {
    package struct Framework: Sendable {
        package let id: UUID
        package let key: String
        package let name: String
        package let isAdopted: Bool
    }
    package let frameworks: [Framework]
    /// Requirements of former versions that were answered, at most ``formerMax``.
    package let former: [(id: UUID, title: String)]
    package static let formerMax = 200
    package static let frameworksMax = 100
}

extension LibraryService {
    /// The frameworks of a library, and what of its former versions was answered. Cost: linear in the requirements
    /// that went.
    package func contents(of id: UUID, as caller: Caller) async throws -> LibraryContents {
        let record = try await records.get(ImportedLibrary.schema.erased, id, as: caller)
        let library = try record.decoded(as: ImportedLibrary.self).value
        guard let organisation = caller.organisation else { throw ServiceError.notFound(record.schema.label) }
        return try await store.read { reader in
            let frameworks = try reader.page(
                Query(
                    Framework.schema.erased, where: .equals("library", .text(library.urn)), archived: .include,
                    limit: LibraryContents.frameworksMax), in: organisation, asOf: nil
            ).records
            let adopted = Set(
                try reader.all(
                    FrameworkAdoption.self, where: .linked("framework", frameworks.map(\.id)), in: organisation,
                    limit: Query.limitMax
                ).map(\.value.framework.raw))
            let present = try frameworks.filter { !$0.meta.isArchived }.map { record in
                let framework = try record.decoded(as: Records.Framework.self).value
                return LibraryContents.Framework(
                    id: record.id, key: framework.key, name: framework.name, isAdopted: adopted.contains(record.id))
            }
            return LibraryContents(
                frameworks: present, former: try Self.former(frameworks.map(\.id), organisation, reader))
        }
    }

    private static func former(
        _ frameworks: [UUID], _ organisation: UUID, _ reader: any Reader
    ) throws -> [(id: UUID, title: String)] {
        guard !frameworks.isEmpty else { return [] }
        var found: [(id: UUID, title: String)] = []
        var cursor: String?
        repeat {
            let page = try reader.page(
                Query(
                    Requirement.schema.erased, where: .linked("framework", frameworks), archived: .only,
                    cursor: cursor, limit: Query.limitMax), in: organisation, asOf: nil)
            for part in page.records.chunks(of: 500) {
                let answers = try reader.page(
                    Query(
                        Answer.schema.erased, where: .linked("requirement", part.map(\.id)), limit: Query.limitMax),
                    in: organisation, asOf: nil
                ).records
                let answered = Set(answers.filter { !$0["result"].isUnset }.map { $0.links(single: "requirement") })
                found += part.filter { answered.contains($0.id) }.map { ($0.id, $0.title) }
            }
            cursor = page.next
        } while cursor != nil && found.count < LibraryContents.formerMax
        return Array(found.prefix(LibraryContents.formerMax))
    }
}
