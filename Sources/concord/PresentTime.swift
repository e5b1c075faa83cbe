// The present time for commands whose libraries know no clock of ours.
import Access
import Foundation
import RecordKit

extension Date {
    /// The time of the machine's clock.
    static var present: Date {
        Date(timeIntervalSince1970: Double(Clock.system.now().millisecondsSince1970) / 1_000)
    }
}
