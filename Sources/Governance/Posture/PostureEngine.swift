// Keeps the measured half of every requirement's status true: it walks the links backwards from what changed, in the
// transaction of the change. The status table is a cache; `rebuild` computes it anew, and a test compares both.
package import Foundation
package import RecordKit
import Records
package import Storage

/// Computes what is measured about requirements.
package struct PostureEngine: Sendable {
    /// Links of one requirement that are looked at; a requirement with more is refused rather than miscounted.
    package static let linksMax = 50_000
    /// A change that is about more requirements takes long: other organisations' must not wait for it.
    package static let briefRequirementsMax = 16
    package init() {}

    /// Brings the statuses up to date after a record was saved. Cost: constant for a new control; otherwise one pass
    /// over the links of each requirement that the record is about, directly or through its controls.
    package func recordChanged(
        from old: StoredRecord?, to new: StoredRecord, in transaction: any Transaction, today: Day
    ) throws {
        guard let organisation = new.meta.organisation else { return }
        switch new.schema.type {
        case Control.type where old == nil:
            // Nothing can be linked to a control that did not exist: only the number of controls changes.
            if case .links(let requirements) = new["requirements"], !requirements.isEmpty {
                try transaction.countControl(requirements)
            }
        case Control.type:
            guard let old, old["requirements"] != new["requirements"] || old.meta.isArchived != new.meta.isArchived
            else { return }
            try recompute(old.links("requirements") + new.links("requirements"), in: transaction, organisation, today)
        case Evidence.type, Task.type, Finding.type:
            var requirements = new.links("requirements") + (old?.links("requirements") ?? [])
            for control in Set(new.links("controls") + (old?.links("controls") ?? [])) {
                if let control = try transaction.find(Control.schema.erased, control, in: organisation, asOf: nil) {
                    requirements += control.links("requirements")
                }
            }
            try recompute(requirements, in: transaction, organisation, today)
        default: break
        }
    }

    /// Computes the statuses of some requirements anew.
    package func recompute(
        _ requirements: [UUID], in transaction: any Transaction, _ organisation: UUID, _ today: Day
    ) throws {
        let all = Set(requirements)
        if all.count > Self.briefRequirementsMax { try transaction.takesLong() }
        let rows = try all.sorted { $0 < $1 }.map {
            try status(of: $0, in: transaction, organisation, asOf: nil, today)
        }
        try transaction.saveStatuses(rows)
    }

    /// Computes every status of an organisation anew.
    package func rebuild(requirements: [UUID], in transaction: any Transaction, _ organisation: UUID, _ today: Day)
        throws
    {
        // A framework of its own that the organisation does not follow yet has statuses, too.
        let every = Set(requirements).union(try transaction.statuses(in: organisation).map(\.requirement))
        try transaction.removeStatuses()
        for requirement in every.sorted(by: <) {
            let row = try status(of: requirement, in: transaction, organisation, asOf: nil, today)
            if row != StatusRow(requirement: requirement) { try transaction.saveStatuses([row]) }
        }
    }

    /// What is measured about a requirement, from the records that are linked to it, now or as of a moment.
    package func status(
        of requirement: UUID, in reader: any Reader, _ organisation: UUID, asOf: AsOf?, _ today: Day
    ) throws -> StatusRow {
        let links = try reader.links(to: [requirement], in: organisation, asOf: asOf, limit: Self.linksMax)
        guard links.count < Self.linksMax else {
            throw StoreError.unavailable("requirement \(requirement) has more than \(Self.linksMax) links")
        }
        func sources(_ links: [Link], _ type: RecordType, _ field: String) -> Set<UUID> {
            Set(links.filter { $0.fromType == type && $0.field == field }.map(\.from))
        }
        let controls = try present(
            Control.schema.erased, sources(links, Control.type, "requirements"), in: reader, organisation, asOf)
        var evidenceIDs = sources(links, Evidence.type, "requirements")
        var taskIDs = sources(links, Task.type, "requirements")
        var findingIDs = sources(links, Finding.type, "requirements")
        for part in controls.map(\.id).chunks(of: 500) {
            let behind = try reader.links(to: part, in: organisation, asOf: asOf, limit: Self.linksMax)
            evidenceIDs.formUnion(sources(behind, Evidence.type, "controls"))
            taskIDs.formUnion(sources(behind, Task.type, "controls"))
            findingIDs.formUnion(sources(behind, Finding.type, "controls"))
        }
        let evidence = try present(Evidence.schema.erased, evidenceIDs, in: reader, organisation, asOf).map {
            try $0.decoded(as: Evidence.self).value
        }
        let tasks = try present(Task.schema.erased, taskIDs, in: reader, organisation, asOf).map {
            try $0.decoded(as: Task.self).value
        }
        let findings = try present(Finding.schema.erased, findingIDs, in: reader, organisation, asOf).map {
            try $0.decoded(as: Finding.self).value
        }
        return Self.status(
            of: requirement, controls: controls.count, evidence: evidence, tasks: tasks, findings: findings, today)
    }

    /// The rule: what these pieces of evidence, tasks and findings say about a requirement.
    static func status(
        of requirement: UUID, controls: Int, evidence: [Evidence], tasks: [Task], findings: [Finding], _ today: Day
    ) -> StatusRow {
        var row = StatusRow(requirement: requirement)
        row.controls = controls
        var changes: [Day] = []
        for evidence in evidence where evidence.status != .withdrawn {
            row.evidence += 1
            guard let end = evidence.validUntil else { continue }
            if end < today { row.evidenceStale += 1 } else { changes.append(end.adding(days: 1)) }
        }
        var isFailing = false
        for task in tasks where task.status == .open || task.status == .inProgress {
            row.tasksOpen += 1
            guard let due = task.dueOn else { continue }
            if due < today {
                row.tasksOverdue += 1
                if task.kind == .correctiveAction { isFailing = true }
            } else {
                changes.append(due.adding(days: 1))
            }
        }
        for finding in findings where finding.status == .open && finding.kind.isNonconformity {
            row.nonconformities += 1
            if finding.kind == .majorNonconformity { row.nonconformitiesMajor += 1 }
        }
        let measured: Measured? =
            isFailing || row.nonconformitiesMajor > 0
            ? .failing
            : row.nonconformities > 0 || row.tasksOverdue > 0 || (row.evidence > 0 && row.evidenceStale == row.evidence)
                ? .weakened
                : row.evidence > 0 ? .supported : nil
        row.measured = measured?.rawValue
        row.changesOn = changes.min()
        return row
    }

    func present(
        _ schema: AnySchema, _ ids: Set<UUID>, in reader: any Reader, _ organisation: UUID, _ asOf: AsOf?
    ) throws -> [StoredRecord] {
        try ids.sorted { $0 < $1 }.chunks(of: 500).flatMap { part in
            try reader.page(
                Query(schema, where: .ids(part), limit: part.count), in: organisation, asOf: asOf
            ).records
        }
    }
}

extension StoredRecord {
    /// The ids in a field of links.
    func links(_ field: String) -> [UUID] { if case .links(let ids) = self[field] { ids } else { [] } }
}

extension Array {
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
