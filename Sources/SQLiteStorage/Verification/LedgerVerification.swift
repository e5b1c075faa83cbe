// What a verification found, in values and in a sentence for people.
package import Foundation

/// The result of a verification. Counts are of what was read and fits.
package struct LedgerVerification: Sendable, Hashable {
    /// The end of one ledger.
    package struct LedgerEnd: Sendable, Hashable {
        /// An organisation's id in lower case, or `server`.
        package let ledger: String
        package let leaves: Int
        /// The root over all leaves in base64, as a checkpoint of this size says it.
        package let root: String
        /// Leaves that a checkpoint covers.
        package let covered: Int
    }
    package internal(set) var ledgers: [LedgerEnd] = []
    package internal(set) var leaves = 0
    package internal(set) var tiles = 0
    /// Checkpoints whose root is that of the leaves.
    package internal(set) var checkpoints = 0
    /// Of these, checkpoints of ledgers for which no key was given: nobody's signature was checked.
    package internal(set) var checkpointsWithoutKey = 0
    package internal(set) var records = 0
    /// Revisions, each with its leaf; those that were erased are among them.
    package internal(set) var revisions = 0
    /// Revisions whose content and salt were removed: neither missing nor altered.
    package internal(set) var erased = 0
    package internal(set) var links = 0
    /// Revisions whose every word was looked up in the search index.
    package internal(set) var searched = 0
    /// `nil` if everything fits.
    package internal(set) var firstProblem: VerificationFault?
}

/// The first thing that does not fit.
package struct VerificationFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The table in which it stands; empty for the file as a whole.
    package let table: String
    package let column: String?
    /// The ledger: an organisation's id in lower case, or `server`.
    package let ledger: String?
    /// The index of the leaf.
    package let index: Int?
    package let record: UUID?
    package let version: Int?
    /// A sentence that names table, record, field or leaf.
    package let description: String

    init(
        _ table: String, column: String? = nil, ledger: String? = nil, index: Int? = nil, record: UUID? = nil,
        version: Int? = nil, _ description: String
    ) {
        self.table = table
        self.column = column
        self.ledger = ledger
        self.index = index
        self.record = record
        self.version = version
        self.description = description
    }
}

/// Why a verification could not begin or go on: nothing is said about the content.
package enum LedgerVerifierError: Error, Sendable, Hashable {
    case noFile(path: String)
    /// Not SQLite, or not Concord's tables.
    case notADatabase(path: String, reason: String)
    /// A key that was given cannot be read.
    case badKey(String, reason: String)
    /// The file was copied without its `-wal` or opened for writing while it was read as a copy: read it again.
    case openedMeanwhile(path: String)
    /// The system or another program does not let it be read.
    case cannotRead(code: Int32, reason: String)
    /// Pages of the file contradict each other; a verification reports it as its first problem.
    case damaged(reason: String)
    /// A table or column is not there; a verification reports it as ``notADatabase(path:reason:)``.
    case otherTables(reason: String)
}

extension LedgerVerifierError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noFile(let path): "\(path): no such file."
        case .notADatabase(let path, let reason): "\(path) is not a database of this version of Concord: \(reason)."
        case .badKey(let key, let reason): "“\(key)” is not a key to check with. \(reason)"
        case .openedMeanwhile(let path): "\(path) was opened by another program while it was read: verify it again."
        case .cannotRead(let code, let reason): "The file cannot be read now (SQLite \(code)): \(reason)."
        case .damaged(let reason): "The file is damaged: \(reason)."
        case .otherTables(let reason): "The file has other tables: \(reason)."
        }
    }
}
