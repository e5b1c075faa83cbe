// Which changes are committed next, and which together: nothing here touches the database.
import Foundation
import RecordKit
import Storage

/// Changes on their way into the ledgers. Those of one ledger follow one another. Brief changes of several ledgers that
/// wait at the same time share a commit; whatever may take long has one of its own, and nobody else waits for it.
struct CommitQueue {
    /// Changes in one commit; more wait for the next.
    static let changesPerCommitMax = 64
    /// Changes of one ledger that may wait; more are refused.
    static let waitingChangesMax = 10_000
    /// Commits of brief changes that a node has under way at a time. What comes meanwhile shares the next one: a second
    /// commit begins beside the first only when so many ledgers wait that it fills the statements that it sends.
    static let sharedCommitsMax = 4

    /// Changes of one ledger for one commit.
    struct Part {
        let ledger: UUID
        let changes: [PendingChange]
        /// Whose rows the changes may touch.
        var scope: SQLScope { .organisation(ledger == .unset ? nil : ledger) }
    }
    /// What has to begin for a change that came or went.
    enum Start {
        case nothing
        /// A worker that takes ``CommitQueue/nextShared()`` until there is none.
        case sharing
        /// A worker that takes ``CommitQueue/next(of:)``.
        case alone(UUID)
    }

    /// A ledger with changes under way: it is in `ready`, or a worker has it or is about to.
    private struct Lane {
        var waiting: [PendingChange] = []
        /// Another node had the ledger: the next commit waits for that, alone.
        var isContended = false
        /// The next change may share a commit.
        var mayShare: Bool { !isContended && waiting.first?.isBrief == true }
    }
    private var lanes: [UUID: Lane] = [:]
    /// Ledgers whose next changes are brief, the longest waiting first.
    private var ready: [UUID] = []
    private var sharing = 0

    var waitingChanges: Int { lanes.values.reduce(0) { $0 + $1.waiting.count } }

    /// Puts a change behind those of its ledger.
    /// - Returns: what begins by it; `nil` if too many wait.
    mutating func add(_ change: PendingChange, to ledger: UUID) -> Start? {
        guard let lane = lanes[ledger] else {
            lanes[ledger] = Lane(waiting: [change])
            return advance(ledger)
        }
        guard lane.waiting.count < Self.waitingChangesMax else { return nil }
        lanes[ledger]?.waiting.append(change)
        return .nothing
    }

    /// A ledger that no worker has any more goes on, if changes of it wait.
    mutating func advance(_ ledger: UUID) -> Start {
        guard let lane = lanes[ledger], !lane.waiting.isEmpty else {
            lanes[ledger] = nil
            return .nothing
        }
        guard lane.mayShare else { return .alone(ledger) }
        ready.append(ledger)
        return beginSharing()
    }

    private mutating func beginSharing() -> Start {
        let isFull = ready.count >= Insertion.rowsMax && sharing < Self.sharedCommitsMax
        guard isFull || sharing == 0 && !ready.isEmpty else { return .nothing }
        sharing += 1
        return .sharing
    }

    /// Brief changes of the ledgers that wait longest.
    /// - Returns: none if none waits; the worker ends then.
    mutating func nextShared() -> [Part] {
        var parts: [Part] = []
        var room = Self.changesPerCommitMax
        while room > 0, let ledger = ready.first {
            ready.removeFirst()
            let brief = (lanes[ledger]?.waiting ?? []).prefix(room).prefix { $0.isBrief }
            lanes[ledger]?.waiting.removeFirst(brief.count)
            room -= brief.count
            parts.append(Part(ledger: ledger, changes: Array(brief)))
        }
        if parts.isEmpty { sharing -= 1 }
        return parts
    }

    /// A worker that shared goes on with something that may take long, and ends afterwards: another one may begin.
    mutating func stopSharing() -> Start {
        sharing -= 1
        return beginSharing()
    }

    /// Changes of one ledger, whatever they are.
    mutating func next(of ledger: UUID) -> Part {
        let changes = Array((lanes[ledger]?.waiting ?? []).prefix(Self.changesPerCommitMax))
        lanes[ledger]?.waiting.removeFirst(changes.count)
        lanes[ledger]?.isContended = false
        return Part(ledger: ledger, changes: changes)
    }

    /// Puts back what could not be committed with others, as another node has the ledger.
    mutating func putBack(_ part: Part) -> Start {
        lanes[part.ledger]?.waiting.insert(contentsOf: part.changes, at: 0)
        lanes[part.ledger]?.isContended = true
        return advance(part.ledger)
    }

    /// Takes everything out of a ledger's lane that nobody will commit.
    mutating func abandon(_ ledger: UUID) -> [PendingChange] {
        ready.removeAll { $0 == ledger }
        return lanes.removeValue(forKey: ledger)?.waiting ?? []
    }

    /// The same of all ledgers that wait for a shared commit whose worker does not begin.
    mutating func abandonShared() -> [PendingChange] {
        sharing -= 1
        return ready.flatMap { abandon($0) }
    }
}
