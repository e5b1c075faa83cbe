// The first leaf of a ledger says that it begins, and when.
package import Foundation
import RecordKit
package import Storage

extension Transaction {
    /// Begins a ledger that has no leaf yet; one that has some is left as it is.
    /// - Parameter change: By whom; its action is `start`.
    package func startLedger(of organisation: UUID?, by change: Change) throws {
        guard try ledgerSize(organisation) == 0 else { return }
        try append(
            LedgerEvent(objectType: "ledger", objectID: organisation?.lowercased ?? "server"), by: change)
    }
}
