// The assessments that were looked at last, ready made: a page of their rows is asked for many times between two changes.
import Foundation
import Storage
import Synchronization

/// A few views of assessments as of the present. A view is made from what is committed and from nothing else, so that
/// sizes of the ledgers, content of the frameworks and measured statuses say whether it is still true.
final class AssessmentViewCache: Sendable {
    struct Key: Sendable, Equatable {
        let assessment: UUID
        let ledgerSize: Int
        /// Framework content is a matter of the server's ledger.
        let serverLedgerSize: Int
        /// SHA-256 of the content of each framework.
        let contents: [String]
        /// Change by the clock alone, too.
        let statuses: [StatusRow]
    }
    /// A view of 2,000 rows takes about 5 MB.
    private static let viewsMax = 8
    private let kept = Mutex<[(key: Key, view: AssessmentView)]>([])

    func view(_ key: Key) -> AssessmentView? {
        kept.withLock { kept in kept.first { $0.key == key }?.view }
    }

    /// Keeps the newest view of an assessment; the one that was made first goes.
    func keep(_ view: AssessmentView, _ key: Key) {
        kept.withLock { kept in
            kept.removeAll { $0.key.assessment == key.assessment }
            if kept.count == Self.viewsMax { kept.removeFirst() }
            kept.append((key, view))
        }
    }
}
