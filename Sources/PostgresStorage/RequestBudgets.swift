// Requests that all nodes count together, in a table that a crash of the database may empty: then every budget is full.
import RecordKit
import Storage

extension SQLReader {
    /// Takes requests from budgets and returns what is left of each. Cost: one statement, a row for each name.
    func take(_ requests: [String: Int], from budget: RequestBudget, at: Instant) throws -> [String: Double] {
        // A clock that is a little behind gives nothing; one that was set back by more counts anew from there.
        // In one order on all nodes: two that lock the same rows never wait for each other.
        let names = requests.keys.sorted()
        let (full, windowMilliseconds) = (Int64(budget.full) * 1_000, Int64(budget.windowSeconds) * 1_000)
        var left: [String: Double] = [:]
        try each(
            BoundSQL(
                """
                INSERT INTO "request_budget" AS b ("key", "thousandths", "at")
                SELECT r."key", greatest(-?::bigint, ?::bigint - 1000 * r."count"), ?::bigint
                FROM unnest(string_to_array(?, chr(10)), string_to_array(?, chr(10))::bigint[]) r ("key", "count")
                ON CONFLICT ("key") DO UPDATE SET "at" = CASE WHEN b."at" > excluded."at" + ?::bigint THEN excluded."at"
                  ELSE greatest(b."at", excluded."at") END, "thousandths" = greatest(-?::bigint,
                  least(?::bigint, b."thousandths"
                    + least(?::bigint, greatest(0, excluded."at" - b."at")) * ?::bigint / ?::bigint)
                  + excluded."thousandths" - ?::bigint)
                RETURNING b."key", b."thousandths"
                """,
                [
                    .integer(full), .integer(full), .integer(at.millisecondsSince1970),
                    .text(names.joined(separator: "\n")),
                    .text(names.map { "\(requests[$0] ?? 0)" }.joined(separator: "\n")),
                    .integer(windowMilliseconds), .integer(full), .integer(full),
                    .integer(windowMilliseconds * 2), .integer(full), .integer(windowMilliseconds), .integer(full),
                ])
        ) { row in left[row[0]] = Double(row[1] as Int64) / 1_000 }
        return left
    }
}
