// What is measured about many requirements at once: the same rule as for one, in a few queries.
import Foundation
import RecordKit
import Records
import Storage

extension PostureEngine {
    /// The statuses of some requirements, in their order. Cost: one query of links for each 500 requirements and for
    /// each 500 of their controls, and one page for each 500 records that are linked to them; where a query would
    /// find more than ``linksMax`` links, it is divided.
    func statuses(
        of requirements: [UUID], in reader: any Reader, _ organisation: UUID, asOf: AsOf?, _ today: Day
    ) throws -> [StatusRow] {
        var controls: [UUID: Set<UUID>] = [:]
        var evidence: [UUID: Set<UUID>] = [:]
        var tasks: [UUID: Set<UUID>] = [:]
        var findings: [UUID: Set<UUID>] = [:]
        for part in requirements.chunks(of: 500) {
            for link in try links(to: part, in: reader, organisation, asOf) where link.field == "requirements" {
                switch link.fromType {
                case Control.type: controls[link.to, default: []].insert(link.from)
                case Evidence.type: evidence[link.to, default: []].insert(link.from)
                case Task.type: tasks[link.to, default: []].insert(link.from)
                case Finding.type: findings[link.to, default: []].insert(link.from)
                default: break
                }
            }
        }
        let known = Set(
            try present(Control.schema.erased, Set(controls.values.joined()), in: reader, organisation, asOf).map(\.id))
        var evidenceBehind: [UUID: Set<UUID>] = [:]
        var tasksBehind: [UUID: Set<UUID>] = [:]
        var findingsBehind: [UUID: Set<UUID>] = [:]
        for part in known.sorted(by: { $0 < $1 }).chunks(of: 500) {
            for link in try links(to: part, in: reader, organisation, asOf) where link.field == "controls" {
                switch link.fromType {
                case Evidence.type: evidenceBehind[link.to, default: []].insert(link.from)
                case Task.type: tasksBehind[link.to, default: []].insert(link.from)
                case Finding.type: findingsBehind[link.to, default: []].insert(link.from)
                default: break
                }
            }
        }
        let allEvidence = try decoded(
            Evidence.self, Set(evidence.values.joined()).union(evidenceBehind.values.joined()), reader, organisation,
            asOf)
        let allTasks = try decoded(
            Task.self, Set(tasks.values.joined()).union(tasksBehind.values.joined()), reader, organisation, asOf)
        let allFindings = try decoded(
            Finding.self, Set(findings.values.joined()).union(findingsBehind.values.joined()), reader, organisation,
            asOf)
        return requirements.map { requirement in
            let own = (controls[requirement] ?? []).intersection(known)
            let pieces = own.reduce(into: evidence[requirement] ?? []) { $0.formUnion(evidenceBehind[$1] ?? []) }
            let work = own.reduce(into: tasks[requirement] ?? []) { $0.formUnion(tasksBehind[$1] ?? []) }
            let found = own.reduce(into: findings[requirement] ?? []) { $0.formUnion(findingsBehind[$1] ?? []) }
            return Self.status(
                of: requirement, controls: own.count, evidence: pieces.compactMap { allEvidence[$0] },
                tasks: work.compactMap { allTasks[$0] }, findings: found.compactMap { allFindings[$0] }, today)
        }
    }

    private func links(
        to ids: [UUID], in reader: any Reader, _ organisation: UUID, _ asOf: AsOf?
    ) throws -> [Link] {
        let links = try reader.links(to: ids, in: organisation, asOf: asOf, limit: Self.linksMax)
        if links.count < Self.linksMax { return links }
        guard ids.count > 1 else {
            throw StoreError.unavailable("\(ids[0]) has more than \(Self.linksMax) links")
        }
        return try ids.chunks(of: (ids.count + 1) / 2).flatMap {
            try self.links(to: $0, in: reader, organisation, asOf)
        }
    }

    private func decoded<R: Record>(
        _ type: R.Type, _ ids: Set<UUID>, _ reader: any Reader, _ organisation: UUID, _ asOf: AsOf?
    ) throws -> [UUID: R] {
        var found: [UUID: R] = [:]
        for record in try present(R.schema.erased, ids, in: reader, organisation, asOf) {
            found[record.id] = try record.decoded(as: R.self).value
        }
        return found
    }
}
