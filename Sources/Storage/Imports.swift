// Imports that are staged: what a file says, row by row, and what was found out about each row. They are neither
// records nor in the ledger; what an import did is, as the revisions that it wrote and one leaf of its own.
package import Foundation
package import RecordKit

/// One import, from the upload of its file on.
package struct ImportJob: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Codable {
        /// The file is being read.
        case receiving
        /// The rows are there; what they would do is not known yet.
        case staged
        /// Every row is worked out.
        case planned
        case applying
        /// The server stopped while it was applied: nothing of it was done, and it can be applied again.
        case interrupted
        case applied
    }
    /// What an empty cell does to a record that has a value.
    package enum EmptyCells: String, Sendable, Codable, CaseIterable { case leave, clear }

    /// How columns become fields.
    package struct Settings: Sendable, Hashable, Codable {
        /// For each column: `id`, `version`, the wire name of a field, empty to ignore it, `nil` while undecided.
        package var targets: [String?]
        /// What decides whether a row is a new record: `id`, the wire name of a field, or empty if all are new.
        package var key: String
        package var emptyCells: EmptyCells
        /// The framework in which references such as `A.5.1` are looked up; `nil` for all of them.
        package var standard: UUID?
        package init(targets: [String?], key: String, emptyCells: EmptyCells = .leave) {
            self.targets = targets
            self.key = key
            self.emptyCells = emptyCells
        }
    }

    package struct Counts: Sendable, Hashable, Codable {
        package var rows = 0
        package var creates = 0
        package var updates = 0
        package var unchanged = 0
        package var errors = 0
        /// Rows with something to look at that does not hinder, such as a formula.
        package var notices = 0
        package init() {}
    }

    package let id: UUID
    package let organisation: UUID
    /// Whose import it is; `nil` for the operator's.
    package let person: UUID?
    /// The name of the record type.
    package let type: String
    package let fileName: String
    package let format: String
    package let createdAtMilliseconds: Int64
    package var state: State
    package var bytes = 0
    package var sha256 = ""
    package var header: [String] = []
    package var settings = Settings(targets: [], key: "")
    /// The last ledger index when the rows were worked out.
    package var asOf: Int?
    package var counts = Counts()
    package var appliedAtMilliseconds: Int64?

    package init(
        id: UUID, organisation: UUID, person: UUID?, type: RecordType, fileName: String, format: String, at: Instant
    ) {
        self.id = id
        self.organisation = organisation
        self.person = person
        self.type = type.name
        self.fileName = fileName
        self.format = format
        createdAtMilliseconds = at.millisecondsSince1970
        state = .receiving
    }
    package var createdAt: Instant { Instant(millisecondsSince1970: createdAtMilliseconds) }
    package var appliedAt: Instant? { appliedAtMilliseconds.map { Instant(millisecondsSince1970: $0) } }
}

/// One row of an import.
package struct ImportRow: Sendable, Hashable {
    package enum Action: String, Sendable, CaseIterable { case create, update, unchanged, error }

    /// Something to say about a row.
    package struct Remark: Sendable, Hashable {
        /// The position of the column; `nil` for the row as a whole or a field without a column.
        package let column: Int?
        /// The wire name of the field; empty for none.
        package let field: String
        package let message: String
        package init(column: Int?, field: String, _ message: String) {
            self.column = column
            self.field = field
            self.message = message
        }
    }

    /// Counted from 0.
    package let position: Int
    package let line: Int
    /// None of them has a NUL character.
    package let cells: [String]
    package let formulas: [Int]
    /// `nil` until it is worked out.
    package var action: Action?
    /// A record is created after those of lower rank, which it names.
    package var rank = 0
    /// The record that it makes or changes.
    package var record: UUID?
    /// The version that the record had; `nil` for a new one.
    package var version: Int?
    /// What is to be saved, in the one text form of values; `nil` clears a field.
    package var input: [String: String?] = [:]
    package var problems: [Remark] = []
    package var notices: [Remark] = []

    package init(position: Int, line: Int, cells: [String], formulas: [Int] = []) {
        self.position = position
        self.line = line
        self.cells = cells
        self.formulas = formulas
    }
    package var place: ImportPlace { ImportPlace(rank: rank, position: position) }
}

/// A place in the order in which rows are applied.
package struct ImportPlace: Sendable, Hashable {
    package let rank: Int
    package let position: Int
    package init(rank: Int, position: Int) {
        self.rank = rank
        self.position = position
    }
}

/// What a transaction reads of imports.
package protocol ImportReader {
    func importJob(_ id: UUID, in organisation: UUID) throws -> ImportJob?
    /// Somebody's imports, newest first, at most `limit`.
    func importJobs(of person: UUID?, in organisation: UUID, limit: Int) throws -> [ImportJob]
    /// Rows of an import after a place: all by position, or those of one action in the order of applying.
    func importRows(
        _ id: UUID, _ action: ImportRow.Action?, after: ImportPlace?, limit: Int
    ) throws -> [ImportRow]
    /// The targets that headings of a type's imports had last, by folded heading.
    func importTargets(_ type: RecordType, in organisation: UUID) throws -> [String: String]
    /// Records that are not archived and whose stored field has one of the values, at most `limit`. Cost: one index
    /// seek a value where the field is unique, sortable or a reference, otherwise one pass over the type.
    func records(
        _ schema: AnySchema, whose field: String, isOneOf values: [FieldValue], in organisation: UUID?, limit: Int
    ) throws -> [StoredRecord]
}

/// What a transaction writes of imports.
package protocol ImportWriter: ImportReader {
    func save(_ job: ImportJob) throws
    /// Adds rows to an import, or writes them anew.
    func save(_ rows: [ImportRow], of id: UUID) throws
    func removeImportRows(_ id: UUID) throws
    /// Removes an import with its rows.
    func removeImport(_ id: UUID) throws
    func saveImportTargets(_ targets: [String: String], _ type: RecordType, in organisation: UUID) throws
    /// Removes imports of every organisation that were made before a time.
    func removeImports(before: Instant) throws
    /// After a stop: removes what was not received whole, and marks what was being applied.
    func interruptImports() throws
}

extension ImportRow {
    /// How many targets of headings are remembered for a type.
    package static let targetsMax = 2_000
}
