// Lists as of a moment: which revisions stood then, found without reading past all others.
package import Foundation
import RecordKit

/// How the revisions of one ledger are found that stood at a moment.
package struct PastRead: Sendable {
    /// The number of leaves that the ledger has now.
    package let end: Int
    /// The number of the last revision at the moment, if the table had few until then: those are read and sorted sooner
    /// than the present records are read past that came later.
    package let lastOfFew: Int?
    /// Few revisions stood then and were replaced since: they are fetched and sorted.
    package let hasFewReplaced: Bool

    package init(end: Int, lastOfFew: Int?, hasFewReplaced: Bool) {
        self.end = end
        self.lastOfFew = lastOfFew
        self.hasFewReplaced = hasFewReplaced
    }
}

/// The two ledgers that an organisation sees; `nil` for one that a list has no records of.
package struct PastReads: Sendable {
    package let own: PastRead?
    package let shared: PastRead?
    package init(own: PastRead?, shared: PastRead?) {
        self.own = own
        self.shared = shared
    }
}

extension SQLGenerator {
    /// So many revisions are fetched and sorted sooner than the index by title is read past all others.
    package static let replacedReadMaxUsual = 500

    /// Numbers of the revisions of a ledger that stood at a moment and were replaced since, from the index of the
    /// replaced ones: one stretch for each class of lifetimes. The classes are of eightfold length: of one with less
    /// than `8^n` leaves, what stood at a moment began within `8^n` leaves before it.
    func standing(_ index: Int, in ledger: UUID?, end: Int) -> BoundSQL {
        let table = layout.table
        let owner =
            ledger.map { BoundSQL("p.\"organisation\" = ?", [.identifier($0)]) }
            ?? BoundSQL("p.\"organisation\" IS NULL")
        let lifetime = dialect.lifetimeClass(of: "p")
        let name = quoted(ListIndex.replaced.name(schema, by: nil))
        var sql = BoundSQL("")
        for digits in 1...max(1, String(max(0, end), radix: 8).count) {
            if digits > 1 { sql.text += " UNION ALL " }
            sql.text += "SELECT p.\"revision\" FROM \(table) p" + dialect.hint(" INDEXED BY \(name)")
            sql.text += " WHERE p.\"until\" IS NOT NULL AND "
            sql =
                sql + owner
                + BoundSQL(
                    " AND \(lifetime) = \(digits) AND p.\"since\" > ? AND p.\"since\" <= ? AND p.\"until\" > ?",
                    [
                        .integer(Int64(index) - Int64(1) << Int64(3 * digits)), .integer(Int64(index)),
                        .integer(Int64(index)),
                    ]
                )
        }
        return sql
    }

    /// Counts the revisions of ``standing(_:in:end:)``, but no more than one beyond those that are sorted.
    package func standingCount(_ index: Int, in ledger: UUID?, end: Int) -> BoundSQL {
        BoundSQL("SELECT count(*) FROM (") + standing(index, in: ledger, end: end)
            + BoundSQL(" LIMIT ?) s", [.integer(Int64(replacedReadMax) + 1)])
    }

    /// Counts the table's revisions up to a number, but no more than one beyond those that are sorted.
    package func count(upTo number: Int) -> BoundSQL {
        BoundSQL(
            "SELECT count(*) FROM (SELECT 1 FROM \(layout.table) t WHERE t.\"revision\" <= ? LIMIT ?) s",
            [.integer(Int64(number)), .integer(Int64(replacedReadMax) + 1)])
    }
}
