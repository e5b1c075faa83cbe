// What somebody asks for when they export a pack, and why it may not be made.
import AuditPack
import Foundation
import RecordKit
package import Storage

/// A wish for an audit pack.
package struct PackRequest: Sendable {
    /// Records that may be chosen one by one.
    package static let recordsMax = 500
    /// The last moment to show; `nil` for now.
    package var asOf: AsOf?
    /// `type/id` of each chosen record; `nil` for everything that the caller may see.
    package var records: [String]?
    /// A signed checkpoint that the auditor kept.
    package var since: String?
    package init(asOf: AsOf? = nil, records: [String]? = nil, since: String? = nil) {
        self.asOf = asOf
        self.records = records
        self.since = since
    }
}

/// Why a pack that was begun could not be finished.
package enum PackError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A revision's content went away while the pack was written.
    case erasedMeanwhile(index: Int)
    /// A file went away, or became another one.
    case fileChanged(sha256: String)
    /// More than a statement may name.
    case tooManyItems(max: Int)
    /// The server signed no checkpoint that covers the export.
    case notSigned

    package var description: String {
        switch self {
        case .erasedMeanwhile(let index):
            "The revision of entry \(index) was erased while the pack was made. Export it again."
        case .fileChanged(let sha256): "The file \(sha256) changed while the pack was made. Export it again."
        case .tooManyItems(let max):
            "More than \(max) revisions and files are erased or left out; a pack cannot name them all."
        case .notSigned: "The ledger was not signed, so there is nothing that the pack could be proved by."
        }
    }
}
