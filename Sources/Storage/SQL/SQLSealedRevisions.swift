// The content behind commitments, from the table of revisions.
package import Foundation
import RecordKit

extension SQLReader {
    package func sealedRevisions(
        in organisation: UUID?, from index: Int, of records: [UUID]?, limit: Int
    ) throws -> [SealedRevision] {
        enter(organisation)
        var sql = BoundSQL(
            "SELECT \"index\", \"type\", \"record\", \"version\", \"commitment\", \"salt\", \"body\" FROM \"revision\" "
                + "WHERE \"ledger\" = ? AND \"index\" >= ?", [ledger(organisation), .integer(Int64(index))])
        if let records {
            let marks = Array(repeating: "?", count: records.count).joined(separator: ", ")
            sql = sql + BoundSQL(" AND \"record\" IN (\(marks))", records.map { .identifier($0) })
        }
        sql = sql + BoundSQL(" ORDER BY \"index\" LIMIT ?", [.integer(Int64(limit))])
        var found: [SealedRevision] = []
        try each(sql) { row in
            var content: SealedRevision.Content?
            if let salt = row[5] as [UInt8]?, let body = row[6] as String? {
                content = SealedRevision.Content(salt: salt, body: Array(body.utf8))
            }
            found.append(
                SealedRevision(
                    index: row[0], type: RecordType(row[1] as String), record: row[2], version: row[3],
                    commitment: row[4], content: content))
        }
        return found
    }
}
