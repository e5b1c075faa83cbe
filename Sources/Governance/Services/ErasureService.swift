// Erasure beside the transaction: what would be removed, what is left to do after the commit, and what a restored
// backup must forget again.
package import Access
package import Foundation
package import RecordKit
package import Records
package import Storage

/// Erasure of records. Carrying out is a transition of ``ErasureRequest``, taken through `RecordService.take`.
package struct ErasureService: Sendable {
    /// Entries of the journal, and pieces of work, that are looked at together.
    static let entriesAtOnceMax = 200
    /// Files that a preview names.
    package static let filesNamedMax = 20
    private let records: RecordService
    private let blobs: any BlobStore
    private let journal: any ErasureJournal
    private var store: any Store { records.store }

    package init(records: RecordService, blobs: any BlobStore, journal: any ErasureJournal) {
        self.records = records
        self.blobs = blobs
        self.journal = journal
    }

    // MARK: What would be removed

    /// What carrying out a request would remove now.
    package struct Preview: Sendable {
        package let request: StoredRecord
        package let subject: StoredRecord
        /// Labels of the fields; `nil` for the whole record.
        package let fieldLabels: [String]?
        /// Revisions that would lose their content.
        package let revisions: Int
        /// Revisions of the subject in all.
        package let revisionsAll: Int
        /// Names of files, at most ``filesNamedMax``.
        package let fileNames: [String]
        package let files: Int
        package let linksOut: Int
        package let linksIn: Int
        /// The holds that forbid it.
        package let holds: [Stored<Hold>]
        /// Why the caller may not carry it out, beside the holds.
        package let refusal: String?
    }

    /// - Throws: ``ServiceError``: not found, or a conflict for a request that is no longer open.
    package func preview(_ id: UUID, as caller: Caller) async throws -> Preview {
        let schema = ErasureRequest.schema.erased
        let request = try await records.get(schema, id, as: caller)
        let asked = try request.decoded(as: ErasureRequest.self).value
        guard asked.status == .requested, !request.meta.isArchived else {
            throw ServiceError.conflict(.state("the request is \(asked.status.rawValue.asLabel.lowercased())"))
        }
        guard let subjectSchema = records.schemas.first(where: { $0.type.name == asked.subjectType }),
            let subjectID = UUID(uuidString: asked.subjectID)
        else { throw ServiceError.conflict(.state("the record that it names is not there")) }
        let subject = try await records.get(subjectSchema, subjectID, as: caller)
        let fields = try asked.scope == .fields ? ErasureRules.fields(asked.fieldNames ?? "", of: subjectSchema) : nil
        let transition = try await records.transitions(request, as: caller).first { $0.transition.byVerb }
        let today = caller.today(at: records.environment.now())
        return try await store.read { reader in
            let counts = try Self.counts(subjectSchema, subjectID, fields, in: reader, caller.organisation)
            let limit = RecordService.linksShownMax
            let out = try reader.links(from: [subjectID], in: caller.organisation, asOf: nil, limit: limit)
            let back = try reader.links(to: [subjectID], in: caller.organisation, asOf: nil, limit: limit)
            return Preview(
                request: request, subject: subject,
                fieldLabels: fields.map { names in
                    subjectSchema.fields.filter { names.contains($0.name) }.map(\.label)
                }, revisions: counts.revisions, revisionsAll: counts.all,
                fileNames: Array(counts.files.values.sorted().prefix(Self.filesNamedMax)), files: counts.files.count,
                linksOut: out.count { link in
                    guard let field = subjectSchema.field(link.field) else { return false }
                    return subjectSchema.isErasable(field) && fields.map { $0.contains(link.field) } ?? true
                }, linksIn: back.count,
                holds: try ErasureRules.holds(
                    on: subjectSchema, subjectID, in: reader, caller.organisation, today: today),
                refusal: transition?.refusal)
        }
    }

    private static func counts(
        _ schema: AnySchema, _ id: UUID, _ fields: Set<String>?, in reader: any Reader, _ organisation: UUID?
    ) throws -> (revisions: Int, all: Int, files: [String: String]) {
        var (revisions, all, before) = (0, 0, Int?.none)
        var files: [String: String] = [:]
        while true {
            let part = try reader.revisions(
                of: id, schema, in: organisation, before: before, limit: Erasure.revisionsAtOnceMax)
            for record in part.map(\.record) {
                all += 1
                guard record.meta.erasedAt == nil, schema.hasContent(record.values, in: fields, of: id) else {
                    continue
                }
                revisions += 1
                for case .file(let file) in record.values { files[file.sha256] = file.name }
            }
            guard part.count == Erasure.revisionsAtOnceMax, let last = part.last else { return (revisions, all, files) }
            before = last.record.version
        }
    }

    // MARK: After the commit

    /// Puts jobs into the queue for what an earlier version of the server, or a restored backup, left to be done.
    package func resume() async throws {
        try await eachOrganisation { organisation in
            let work = try await store.read { try $0.erasureWork(in: organisation, limit: 1) }
            guard !work.isEmpty else { return }
            let environment = records.environment
            let job = NewJob(id: environment.id(), kind: .erasure, at: environment.now())
            try await store.write(organisation) { try $0.enqueue(job) }
        }
    }

    /// Does what erasures left to be done in one organisation: journal, files, the database file. What fails is still
    /// written down, and done by the next attempt.
    /// - Parameter job: Confirmed with each step; `nil` where nobody else can be at it.
    /// - Returns: Whether there was anything to do.
    @discardableResult
    package func finish(_ organisation: UUID, holding job: Job? = nil) async throws -> Bool {
        var didAny = false
        while true {
            let work = try await store.read { try $0.erasureWork(in: organisation, limit: Self.entriesAtOnceMax) }
            didAny = didAny || !work.isEmpty
            let now = work.filter { $0.kind != .scrub }
            for one in now { try await finish(one, organisation, holding: job) }
            if !now.isEmpty { continue }
            guard work.contains(where: { $0.kind == .scrub }) else { return didAny }
            try await store.scrub()
            try await store.write(organisation) { transaction in
                if let job { try transaction.confirm(job) }
                try transaction.finishErasureWork(ErasureWork(.scrub))
            }
            return true
        }
    }

    private func finish(_ work: ErasureWork, _ organisation: UUID, holding job: Job?) async throws {
        switch work.kind {
        case .journal:
            guard let record = UUID(uuidString: work.subject) else {
                throw StoreError.unavailable("work of an erasure without a record")
            }
            try await writeJournal(organisation, of: record)
            try await store.write(organisation) { transaction in
                if let job { try transaction.confirm(job) }
                try transaction.finishErasureWork(work)
            }
        case .file: try await removeFile(work, organisation, holding: job)
        case .scrub: break
        }
    }

    /// Removes a file that no record holds any more. From the erasure on, the work that is written down keeps records
    /// from beginning to hold it (``ErasureReader/checkStays(_:in:)``), and ``FilesSeen`` those that looked for it
    /// before. The removal stands between two transactions, since it may ask another machine; whatever ends the node
    /// in between, the work is still there and is done again.
    private func removeFile(_ work: ErasureWork, _ organisation: UUID, holding job: Job?) async throws {
        let isHeld = try await store.write(organisation) { transaction in
            if let job { try transaction.confirm(job) }
            return try transaction.isHeld(file: work.subject, in: organisation)
        }
        if !isHeld { try await blobs.remove(work.subject, for: organisation) }
        try await store.write(organisation) { transaction in
            if let job { try transaction.confirm(job) }
            try transaction.finishErasureWork(work)
        }
    }

    private func writeJournal(_ organisation: UUID, of record: UUID?) async throws {
        var last: ErasedRevision?
        while true {
            let after = last
            let part = try await store.read {
                try $0.erasures(in: organisation, of: record, after: after, limit: Self.entriesAtOnceMax)
            }
            if !part.isEmpty { try await journal.append(part) }
            guard part.count == Self.entriesAtOnceMax else { return }
            last = part.last
        }
    }

    // MARK: At the start

    /// Erases again what a restored backup brought back. The list beside the database is newer than the backup; where
    /// there is none yet, it is made from the database.
    /// - Returns: The number of records that were erased again.
    package func start() async throws -> Int {
        guard journal.exists else {
            try await eachOrganisation { try await writeJournal($0, of: nil) }
            return 0
        }
        var again = 0
        try await journal.forEach(partsOf: Self.entriesAtOnceMax) { part in
            let returned = try await store.read { reader in try part.filter { try reader.isContentThere($0) } }
            for entry in Self.distinct(returned) where try await eraseAgain(entry) { again += 1 }
        }
        return again
    }

    private struct Target: Hashable {
        let record: UUID
        let fields: [String]?
    }
    private static func distinct(_ entries: [ErasedRevision]) -> [ErasedRevision] {
        var seen: Set<Target> = []
        return entries.filter { seen.insert(Target(record: $0.record, fields: $0.fields)).inserted }
    }

    private func eraseAgain(_ entry: ErasedRevision) async throws -> Bool {
        guard let schema = records.schemas.first(where: { $0.type == entry.type }) else {
            throw StoreError.unavailable("an erased record is of the type \(entry.type.name), which there is not")
        }
        let verb = ErasureVerb(
            schemas: records.schemas, environment: records.environment, posture: records.posture)
        let caller = Caller.system(organisation: entry.organisation)
        let today = caller.today(at: records.environment.now())
        return try await store.write(entry.organisation) { transaction in
            guard let subject = try transaction.find(schema, entry.record, in: entry.organisation, asOf: nil) else {
                return false
            }
            let outcome = try verb.erase(
                schema, subject, entry.fields.map { Set($0) }, in: transaction, by: caller, today: today)
            return !outcome.versions.isEmpty
        }
    }

    private func eachOrganisation(_ body: (UUID) async throws -> Void) async throws {
        var last: UUID?
        while true {
            let after = last
            let page = try await store.read { try $0.organisations(after: after, limit: Self.entriesAtOnceMax) }
            for organisation in page { try await body(organisation) }
            guard page.count == Self.entriesAtOnceMax, let end = page.last else { return }
            last = end
        }
    }
}
