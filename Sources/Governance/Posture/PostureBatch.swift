// Many changes in one transaction: what each touches is noted, and the statuses are brought up to date once at the end.
import Foundation
import RecordKit
import Records
import Storage

/// The statuses that some changes will move.
struct PostureBatch {
    /// Requirements whose number of controls grows, and by how many.
    private var counted: [UUID: Int] = [:]
    private var touched: Set<UUID> = []
    /// Controls whose requirements are to be looked up at the end.
    private var controls: Set<UUID> = []

    /// Notes a saved record; the rule is that of ``PostureEngine/recordChanged(from:to:in:today:)``.
    mutating func note(from old: StoredRecord?, to new: StoredRecord) {
        switch new.schema.type {
        case Control.type where old == nil:
            for requirement in new.links("requirements") { counted[requirement, default: 0] += 1 }
        case Control.type:
            guard let old, old["requirements"] != new["requirements"] else { return }
            touched.formUnion(old.links("requirements") + new.links("requirements"))
        case Evidence.type, Task.type, Finding.type:
            touched.formUnion(new.links("requirements") + (old?.links("requirements") ?? []))
            controls.formUnion(new.links("controls") + (old?.links("controls") ?? []))
        default: break
        }
    }

    /// Writes the statuses. Cost: one pass over the links of each requirement that is touched.
    func finish(
        _ engine: PostureEngine, in transaction: any Transaction, _ organisation: UUID, _ today: Day
    ) throws {
        var touched = touched
        for part in controls.sorted(by: { $0 < $1 }).chunks(of: 500) {
            let query = Query(Control.schema.erased, where: .ids(part), archived: .include, limit: part.count)
            for control in try transaction.page(query, in: organisation, asOf: nil).records {
                touched.formUnion(control.links("requirements"))
            }
        }
        for (requirement, times) in counted where !touched.contains(requirement) {
            try transaction.countControl(Array(repeating: requirement, count: times))
        }
        try engine.recompute(Array(touched), in: transaction, organisation, today)
    }
}
