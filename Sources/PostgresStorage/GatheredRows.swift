// Rows of several organisations' changes that share a commit, kept until they go to the database together.
import Foundation
import RecordKit
import Storage

/// Rows that wait to be inserted, by table: first those that others refer to. Preparing an insertion into
/// a table with twenty indexes costs the database more than a row: sixteen rows in one statement cost it once.
struct GatheredRows {
    private var tables: [(insertion: Insertion, rows: [[SQLValue]])] = []
    private var owners: Set<UUID> = []

    var isEmpty: Bool { tables.isEmpty }

    /// Takes a row of the organisation in whose scope it is inserted.
    /// - Returns: `false` for any other: row-level security has to see it.
    mutating func add(_ row: [SQLValue], _ insertion: Insertion, in scope: SQLScope?) -> Bool {
        guard case .organisation(let organisation?) = scope, let owner = insertion.owner,
            case .identifier(organisation) = row[owner]
        else { return false }
        if let at = tables.firstIndex(where: { $0.insertion == insertion }) {
            tables[at].rows.append(row)
        } else {
            tables.insert((insertion, [row]), at: insertion.isReferredTo ? 0 : tables.count)
        }
        owners.insert(organisation)
        return true
    }

    /// What runs in this scope could see the rows.
    func isSeen(from scope: SQLScope?) -> Bool {
        switch scope {
        case .organisation(let organisation?): owners.contains(organisation)
        // Shared rows alone are seen from there, and none of these is.
        case .organisation(nil): false
        case .server, nil: !isEmpty
        }
    }

    var statements: [BoundSQL] { tables.flatMap { $0.insertion.statements($0.rows) } }
}
