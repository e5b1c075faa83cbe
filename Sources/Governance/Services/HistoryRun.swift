// A history as people read it: notes are saved while they are written, and what somebody wrote within a few minutes is
// one entry. The revisions stay, each with its leaf.
package import Access
package import Foundation
package import RecordKit
import Storage

/// One entry of a history: a revision, or the consecutive revisions of one person that changed nothing but notes.
package struct HistoryRun: Sendable {
    /// The first and the last revision of an entry are no further apart.
    package static let secondsMax = 600

    package let newest: HistoryEntry
    /// Those that it is joined with, newest first.
    package let older: [HistoryEntry]
    package var entries: [HistoryEntry] { [newest] + older }
    package var oldest: HistoryEntry { older.last ?? newest }

    /// What all of them changed together.
    package var changes: [FieldChange] {
        guard !older.isEmpty else { return newest.changes }
        var joined: [FieldChange] = []
        for change in entries.flatMap(\.changes) {
            guard let at = joined.firstIndex(where: { $0.field.name == change.field.name }) else {
                joined.append(change)
                continue
            }
            joined[at] = FieldChange(field: change.field, old: change.old, new: joined[at].new)
        }
        return joined.filter { $0.old != $0.new }
    }

    /// Joins the revisions of one record.
    /// - Parameter entries: Newest first, without a gap.
    package static func runs(_ entries: [HistoryEntry]) -> [HistoryRun] {
        var runs: [HistoryRun] = []
        for entry in entries {
            if let last = runs.last, last.newest.isOneNote(with: entry) {
                runs[runs.count - 1] = HistoryRun(newest: last.newest, older: last.older + [entry])
            } else {
                runs.append(HistoryRun(newest: entry, older: []))
            }
        }
        return runs
    }
}

extension HistoryEntry {
    /// Nothing but notes was changed, without a reason of its own; what the system fills in beside them is no change.
    private var isNote: Bool {
        ["answer", "update"].contains(revision.action) && revision.reason == nil && revision.person != nil
            && changes.contains { $0.field.has(.longText) && $0.field.isWritable }
            && changes.allSatisfy { $0.field.has(.longText) || !$0.field.isWritable }
    }

    fileprivate func isOneNote(with older: HistoryEntry) -> Bool {
        let (own, other) = (revision, older.revision)
        return isNote && older.isNote && own.action == other.action && own.person == other.person
            && own.actorKind == other.actorKind && own.at <= other.at.adding(seconds: HistoryRun.secondsMax)
    }
}

extension RecordService {
    /// A page of a record's history. A run of more than ``historyEntriesMax`` revisions goes on on the next page.
    ///
    /// Costs one query of `limit` revisions; where some of them are joined, another of ``historyEntriesMax``.
    /// - Parameter version: The page begins before this version.
    /// - Returns: The newest first, and the version before which the next page begins.
    package func historyRuns(
        _ schema: AnySchema, _ id: UUID, as caller: Caller, before version: Int? = nil, limit: Int
    ) async throws -> (runs: [HistoryRun], olderThan: Int?) {
        var entries = try await history(schema, id, as: caller, before: version, limit: limit + 1)
        var runs = HistoryRun.runs(entries)
        if runs.count <= limit, entries.count > limit {
            entries = try await history(schema, id, as: caller, before: version, limit: Self.historyEntriesMax)
            runs = HistoryRun.runs(entries)
            // The last one may be cut.
            if runs.count > 1, entries.count == Self.historyEntriesMax { runs.removeLast() }
        }
        let shown = Array(runs.prefix(limit))
        let last = shown.last?.oldest.revision.record.version ?? 1
        return (shown, last > 1 ? last : nil)
    }
}
