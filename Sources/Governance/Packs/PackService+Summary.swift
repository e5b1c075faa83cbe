// The page that opens offline: what stood in the records at the moment that the pack shows.
import Access
import AuditPack
import Foundation
import MerkleLog
import RecordKit
import Records
import Storage

extension PackService {
    func summary(
        _ survey: PackSurvey, _ chosen: [(schema: AnySchema, id: UUID)]?, _ asOf: Int, _ moment: AsOf?,
        at now: Instant, as caller: Caller
    ) async throws -> PackSummary {
        guard let organisation = caller.organisation else {
            throw ServiceError.notFound(Organisation.schema.erased.label)
        }
        let (name, time) = try await store.read { reader in
            let found = try reader.find(ID<Organisation>(organisation), in: organisation)
            let leaf = asOf < 0 ? nil : try reader.leaves(organisation, from: asOf, limit: 1).first
            let time = try leaf.map { try Leaf(canonicalBytes: $0.data).timeMilliseconds }
            return (found?.value.name ?? "", time.map { RFC3339.format(millisecondsSince1970: $0) })
        }
        return PackSummary(
            organisation: name, origin: ledger.origin(organisation), asOf: asOf, asOfTime: time,
            exportedAt: RFC3339.format(millisecondsSince1970: now.millisecondsSince1970),
            verifierKey: try ledger.verifierKey(organisation), revisions: survey.revisions,
            evidence: survey.files.count, erased: survey.erased.count, notIncluded: survey.notIncluded.count,
            isWhole: chosen == nil, posture: try await posture(moment, as: caller),
            groups: try await groups(chosen, moment, as: caller))
    }

    private func posture(_ moment: AsOf?, as caller: Caller) async throws -> [PackSummary.Posture] {
        guard let assessment = try await assessments.latest(as: caller, asOf: moment) else { return [] }
        let view = try await assessments.view(assessment, as: caller, asOf: moment)
        return view.frameworks.map { framework in
            let counts = view.counts[framework.key] ?? ConformityCounts()
            return PackSummary.Posture(
                standard: framework.name, conform: counts[.conform], partlyConform: counts[.partlyConform],
                nonconform: counts[.nonconform], notApplicable: counts[.notApplicable], unknown: counts[.unknown])
        }
    }

    /// Titles by type: the organisation's own records, not the shared catalogue.
    private func groups(
        _ chosen: [(schema: AnySchema, id: UUID)]?, _ moment: AsOf?, as caller: Caller
    ) async throws -> [PackSummary.Group] {
        let schemas = Registry.schemas.filter { !$0.isCatalogue }
        return try await store.read { reader in
            try schemas.compactMap { schema -> PackSummary.Group? in
                var predicate = Authorisation.visible(caller, .read, schema)
                if let chosen {
                    let ids = chosen.filter { $0.schema.type == schema.type }.map(\.id)
                    guard !ids.isEmpty else { return nil }
                    predicate = .both(.ids(ids), predicate)
                }
                let page = try reader.page(
                    Query(schema, where: predicate, archived: .include, limit: PackSummary.itemsShownMax),
                    in: caller.organisation, asOf: moment)
                guard !page.records.isEmpty else { return nil }
                let count =
                    page.next == nil
                    ? page.records.count
                    : try reader.count(
                        schema, where: predicate, archived: .include, in: caller.organisation, asOf: moment)
                return PackSummary.Group(
                    name: schema.pluralLabel,
                    items: page.records.map {
                        .init(
                            title: $0.title, record: "\(schema.type.name)/\($0.id.lowercased)", version: $0.version)
                    }, count: count)
            }
        }
    }
}
