// What rows need to know of other rows of their file. It grows with the file, which has at most
// `TableLimit.rowsMax` rows.
import Foundation
import RecordKit
import Storage
import Synchronization

/// Keys, unique values and names of the rows that were looked at.
final class ImportMemory: Sendable {
    private struct State: Sendable {
        /// The line of each value that may stand in one row only, by field.
        var lines: [String: [FieldValue: Int]] = [:]
        var names: [String: Set<UUID>] = [:]
        /// The records of rows, and the rows of records that are new.
        var records: [Int: UUID] = [:]
        var created: [UUID: Int] = [:]
        /// For a new record, the rows of the new records that it names.
        var needs: [Int: Set<Int>] = [:]
    }
    private let state = Mutex(State())

    /// The line on which a value stands already; otherwise it is kept for this line.
    func firstLine(of value: FieldValue, in field: String, line: Int) -> Int? {
        state.withLock { state in
            if let first = state.lines[field]?[value] { return first }
            state.lines[field, default: [:]][value] = line
            return nil
        }
    }

    func keep(_ record: UUID, of position: Int, isNew: Bool, called names: [String]) {
        state.withLock { state in
            state.records[position] = record
            if isNew { state.created[record] = position }
            for name in names where !name.isEmpty { state.names[name, default: []].insert(record) }
        }
    }
    func record(of position: Int) -> UUID? { state.withLock { $0.records[position] } }
    func records(called name: String) -> Set<UUID> { state.withLock { $0.names[name] ?? [] } }

    /// Notes that a new record names others.
    func note(_ position: Int, names records: [UUID]) {
        state.withLock { state in
            let others = records.compactMap { state.created[$0] }.filter { $0 != position }
            if !others.isEmpty { state.needs[position] = Set(others) }
        }
    }

    /// The order in which new records are made: each after those that it names.
    /// - Returns: Ranks above 0, and the rows that stand in a circle or behind one.
    func order() -> (ranks: [Int: Int], circle: Set<Int>) { Self.order(state.withLock { $0.needs }) }

    static func order(_ needs: [Int: Set<Int>]) -> (ranks: [Int: Int], circle: Set<Int>) {
        var open = needs.mapValues(\.count)
        var neededBy: [Int: [Int]] = [:]
        for (row, others) in needs { for other in others { neededBy[other, default: []].append(row) } }
        var ranks: [Int: Int] = [:]
        var ready = neededBy.keys.filter { needs[$0] == nil }
        while let row = ready.popLast() {
            for next in neededBy[row] ?? [] {
                ranks[next] = max(ranks[next] ?? 0, (ranks[row] ?? 0) + 1)
                let left = (open[next] ?? 0) - 1
                open[next] = left
                if left == 0 { ready.append(next) }
            }
        }
        let circle = Set(open.filter { $0.value > 0 }.keys)
        return (ranks.filter { !circle.contains($0.key) }, circle)
    }
}
