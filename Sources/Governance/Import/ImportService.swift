// Imports of many records: stage the file, work out what each row would do, look at it, apply all of it or nothing.
package import Access
package import Exchange
package import Foundation
import MerkleLog
package import RecordKit
package import Storage

/// Imports, for callers.
package struct ImportService: Sendable {
    /// Imports of one person that are kept at once.
    package static let importsMax = 50
    /// An import that is not applied is forgotten after so many days.
    package static let daysKept = 7
    /// Rows that are read, planned or applied at once.
    static let rowsAtOnce = 500
    /// Rows that are named when an import is refused.
    static let refusalsMax = 50

    let records: RecordService
    var store: any Store { records.store }

    package init(_ records: RecordService) { self.records = records }

    // MARK: Looking

    /// Somebody's own imports, newest first.
    package func jobs(as caller: Caller) async throws -> [ImportJob] {
        guard let organisation = caller.organisation else { throw ServiceError.notFound("import") }
        return try await store.read {
            try $0.importJobs(of: caller.person, in: organisation, limit: Self.importsMax)
        }
    }

    /// One of the caller's own imports.
    package func job(_ id: UUID, as caller: Caller) async throws -> ImportJob {
        try await store.read { try Self.found(id, in: $0, caller) }
    }

    static func found(_ id: UUID, in reader: any Reader, _ caller: Caller) throws -> ImportJob {
        guard let organisation = caller.organisation, let job = try reader.importJob(id, in: organisation),
            job.person == caller.person
        else { throw ServiceError.notFound("import") }
        return job
    }

    /// The columns of an import.
    package func mapping(_ job: ImportJob) throws -> ImportMapping {
        ImportMapping(try schema(job), header: job.header, settings: job.settings)
    }

    package func schema(_ job: ImportJob) throws -> AnySchema {
        guard let schema = records.schemas.first(where: { $0.type.name == job.type }) else {
            throw ServiceError.notFound("record type")
        }
        return schema
    }

    /// Whether the caller may create or change any record of the type.
    package static func mayImport(_ caller: Caller, _ schema: AnySchema) -> Bool {
        Authorisation.mayCreate(caller, schema) || Authorisation.visible(caller, .update, schema) != .none
    }

    // MARK: Staging

    /// Reads a file and keeps its rows. Memory: one piece of the file and ``rowsAtOnce`` rows.
    /// - Parameters:
    ///   - standard: The framework in which references such as `A.5.1` are looked up.
    ///   - pieces: Pushes the bytes of the file.
    /// - Returns: The import, with columns matched to fields as far as they could be.
    /// - Throws: ``ServiceError``: invalid, with the line, for a file that is no table.
    package func stage(
        _ schema: AnySchema, _ file: TableFile, named name: String, standard: UUID? = nil, as caller: Caller,
        _ pieces: @escaping TableFile.Pieces
    ) async throws -> ImportJob {
        guard let organisation = try records.writable(caller, schema) else { throw ServiceError.notFound("import") }
        guard Self.mayImport(caller, schema) else {
            throw ServiceError.forbidden(RecordRules.whyNotCreated(schema))
        }
        guard try await jobs(as: caller).count < Self.importsMax else {
            throw ServiceError.conflict(.state("you have \(Self.importsMax) imports; discard some first"))
        }
        var job = ImportJob(
            id: records.environment.id(), organisation: organisation, person: caller.person, type: schema.type,
            fileName: String(name.prefix(255)), format: file.format.rawValue, at: records.environment.now())
        try await save(job)
        do {
            job = try await receive(job, file, pieces)
            let header = job.header
            job.settings = try await store.read { reader in
                ImportMapping.suggested(
                    schema, header, remembered: try reader.importTargets(schema.type, in: organisation))
            }
            job.settings.standard = standard
            job.state = .staged
            try await save(job)
            return job
        } catch {
            let id = job.id
            try await store.write(organisation) { try $0.removeImport(id) }
            switch error {
            case let error as TableError: throw ServiceError.invalid("file", error.message)
            case let error as Invalid: throw ServiceError.invalid(error)
            default: throw error
            }
        }
    }

    private func receive(
        _ given: ImportJob, _ file: TableFile, _ pieces: @escaping TableFile.Pieces
    ) async throws -> ImportJob {
        var job = given
        var waiting: [ImportRow] = []
        var count = 0
        let read = try await file.read(pieces) { row in
            if job.header.isEmpty {
                job.header = try ImportMapping.header(row.cells)
                return
            }
            if row.cells.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) { return }
            guard count < TableLimit.rowsMax else { throw TableError.tooManyRows(rowsMax: TableLimit.rowsMax) }
            waiting.append(
                ImportRow(position: count, line: row.line, cells: row.cells, formulas: row.formulas))
            count += 1
            if waiting.count == Self.rowsAtOnce {
                try await save(waiting, of: job)
                waiting.removeAll(keepingCapacity: true)
            }
        }
        if job.header.isEmpty { throw TableError.empty }
        if !waiting.isEmpty { try await save(waiting, of: job) }
        job.bytes = read.bytes
        job.sha256 = read.sha256
        job.counts.rows = count
        return job
    }

    func save(_ job: ImportJob) async throws { try await store.write(job.organisation) { try $0.save(job) } }
    private func save(_ rows: [ImportRow], of job: ImportJob) async throws {
        try await store.write(job.organisation) { try $0.save(rows, of: job.id) }
    }

    // MARK: Planning

    /// Works out what every row would do, and remembers the columns for the next file. Nothing of the records changes.
    /// - Parameter settings: How columns become fields; `nil` keeps those of the import.
    /// - Returns: The import: planned, or staged still while ``ImportMapping/problems`` has any.
    package func plan(
        _ id: UUID, _ settings: ImportJob.Settings? = nil, as caller: Caller
    ) async throws -> ImportJob {
        var job = try await job(id, as: caller)
        guard [.staged, .planned, .interrupted].contains(job.state) else { throw Self.notOpen(job) }
        if let settings {
            guard settings.targets.count == job.header.count else {
                throw ServiceError.invalid("mapping", "must have a target for each of \(job.header.count) columns")
            }
            job.settings = settings
        }
        let mapping = try mapping(job)
        job.state = .staged
        let rows = job.counts.rows
        job.counts = ImportJob.Counts()
        job.counts.rows = rows
        try await save(job)
        guard mapping.problems.isEmpty else { return job }
        let organisation = job.organisation
        job.asOf = try await store.read { try $0.ledgerSize(organisation) - 1 }
        let planner = ImportPlanner(
            mapping: mapping, isRagged: job.format == TableFile.Format.csv.rawValue, caller: caller, records: records,
            schemas: Dictionary(uniqueKeysWithValues: records.schemas.map { ($0.type, $0) }))
        if planner.isSelfReferring {
            try await eachRow(of: job, nil) { rows in
                try await store.read { try planner.introduce(rows, in: $0) }
            }
        }
        var counts = job.counts
        let bare = job
        try await eachRow(of: job, nil) { rows in
            let planned = try await store.read { try planner.plan(rows, in: $0) }
            try await save(planned, of: bare)
            for row in planned { counts.add(row) }
        }
        job.counts = counts
        try await settleOrder(&job, planner.memory)
        job.state = .planned
        let (done, kind) = (job, mapping.schema.type)
        try await store.write(organisation) { transaction in
            try transaction.save(done)
            let chosen = zip(done.header, done.settings.targets).compactMap { heading, target in
                target.map { (ImportMapping.folded(heading), $0) }
            }
            try transaction.saveImportTargets(
                Dictionary(chosen) { _, last in last }, kind, in: done.organisation)
        }
        return job
    }

    /// New records that name each other are made in order; a circle has none.
    private func settleOrder(_ job: inout ImportJob, _ memory: ImportMemory) async throws {
        let order = memory.order()
        let positions = (Array(order.ranks.keys) + order.circle).sorted()
        let id = job.id
        for part in positions.chunks(of: Self.rowsAtOnce) {
            let moved = try await store.write(job.organisation) { transaction in
                var rows: [ImportRow] = []
                for position in part {
                    let before = ImportPlace(rank: 0, position: position - 1)
                    rows += try transaction.importRows(id, nil, after: before, limit: 1)
                }
                var moved = 0
                for at in rows.indices {
                    rows[at].rank = order.ranks[rows[at].position] ?? 0
                    guard order.circle.contains(rows[at].position), rows[at].action == .create else { continue }
                    rows[at].action = .error
                    rows[at].problems.append(
                        .init(
                            column: nil, field: "",
                            "names a new record that names this one in turn; create one of them without it first"))
                    moved += 1
                }
                try transaction.save(rows, of: id)
                return moved
            }
            job.counts.creates -= moved
            job.counts.errors += moved
        }
    }

    func eachRow(
        of job: ImportJob, _ action: ImportRow.Action?, _ body: ([ImportRow]) async throws -> Void
    ) async throws {
        var last: ImportPlace?
        while true {
            let after = last
            let rows = try await store.read {
                try $0.importRows(job.id, action, after: after, limit: Self.rowsAtOnce)
            }
            guard let end = rows.last else { return }
            try await body(rows)
            last = end.place
        }
    }

    static func notOpen(_ job: ImportJob) -> ServiceError {
        .conflict(.state("the import is \(job.state.rawValue)"))
    }

    // MARK: Ending

    /// Forgets an import that is not applied, with all that its file said.
    package func discard(_ id: UUID, as caller: Caller) async throws {
        let job = try await job(id, as: caller)
        try await store.write(job.organisation) { transaction in
            let present = try Self.found(id, in: transaction, caller)
            guard present.state != .applying else { throw Self.notOpen(present) }
            try transaction.removeImport(id)
        }
    }

    /// At the start: nothing of an import that was being applied was done, and it can be applied again.
    package func recover() async throws { try await store.write(nil) { try $0.interruptImports() } }

    /// Forgets what nobody came back for.
    package func tidy() async throws {
        let oldest = records.environment.now().adding(seconds: -Self.daysKept * 86_400)
        try await store.write(nil) { try $0.removeImports(before: oldest) }
    }
}

extension ImportJob.Counts {
    mutating func add(_ row: ImportRow) {
        switch row.action {
        case .create: creates += 1
        case .update: updates += 1
        case .unchanged: unchanged += 1
        case .error: errors += 1
        case nil: break
        }
        if !row.notices.isEmpty { notices += 1 }
    }
}

extension RecordService {
    /// Imports of these records.
    package var imports: ImportService { ImportService(self) }
}
