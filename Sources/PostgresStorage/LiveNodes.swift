// How many nodes share the database just now.
import Storage

extension SQLReader {
    /// Nodes that gave a sign of life within ``Dialect/nodeSecondsMax``.
    func liveNodes() throws -> Int {
        let count: Int? = try one(
            BoundSQL(
                "SELECT count(*) FROM \"node\" WHERE \"seen_at\" > now() - "
                    + "interval '\(Dialect.nodeSecondsMax) seconds'", []))
        return count ?? 0
    }
}
