// Brings the shipped framework content into the database: only what changed, and says what that was.
package import Access
import Catalogue
package import Foundation
import MerkleLog
package import RecordKit
import Records
package import Storage

/// What a load did, by name of the file or framework.
package struct LoadReport: Sendable, Equatable {
    package var created = 0
    package var changed = 0
    package var archived = 0
    package var unchanged = 0
    /// Files that were not read, because their SHA-256 is the one that was loaded last.
    package var filesKept = 0
    package var filesRead: [String] = []
    package init() {}
    package var changedAnything: Bool { created + changed + archived > 0 }
}

/// Loads frameworks, requirements, questions and crosswalks as shared records.
package struct CatalogueLoader: Sendable {
    /// Who wrote the shipped crosswalks.
    static let author = "Concord"
    private let store: any Store
    private let environment: Environment
    package init(store: any Store, environment: Environment) {
        self.store = store
        self.environment = environment
    }

    /// Loads what changed since the last load. Loading twice changes nothing and reads no file.
    package func load() async throws -> LoadReport {
        let source = CatalogueSource.bundled
        let digests = try source.digests()
        let stored = try await store.read { reader in
            try Dictionary(uniqueKeysWithValues: digests.map { ($0.file, try reader.loadedSource($0.file.rawValue)) })
        }
        var report = LoadReport()
        let stale = digests.filter { stored[$0.file] != $0.sha256 }
        report.filesKept = digests.count - stale.count
        guard !stale.isEmpty else { return report }
        report.filesRead = stale.map(\.file.rawValue)
        let staleFiles = Set(stale.map(\.file))
        // Questions are parts of requirements, and crosswalks name requirements: what a changed file refers to, or
        // what refers to it, is read with it.
        let frameworks = try source.frameworks()
        let index = ItemIndex(frameworks)
        let asksAgain = staleFiles.contains(.questions)
        let questions = try source.questions(items: index)
        let crosswalks = try source.crosswalks(items: index)
        let areas = try source.itemAreas(frameworks)
        let wanted = frameworks.filter { framework in
            staleFiles.contains(.areas) || staleFiles.contains { $0.frameworkID == framework.id }
                || (asksAgain && questions.contains { $0.item.framework == framework.id })
        }
        let plan = Plan(environment: environment)
        let records =
            try wanted.flatMap { try plan.records(of: $0, questions: questions, areas: areas) }
            + crosswalks.flatMap { set in
                try set.mappings.map { try plan.record(of: $0, origin: set.note) }
            }
        let started = report
        let start = Caller.system(organisation: nil).change("start", in: environment)
        return try await store.write(nil) { transaction in
            try transaction.startLedger(of: nil, by: start)
            var report = started
            for record in records { try plan.save(record, in: transaction, &report) }
            try plan.archiveMissing(records, frameworks: wanted.map(\.id), in: transaction, &report)
            for digest in stale { try transaction.saveLoadedSource(digest.file.rawValue, sha256: digest.sha256) }
            return report
        }
    }

    /// The id of a catalogue record: the same on every server, made from its key (RFC 9562, version 8).
    package static func id(_ type: RecordType, _ key: String) -> UUID {
        var b = Hash.sha256(Array("concord:\(type.name):\(key)".utf8)).bytes
        b[6] = b[6] & 0x0F | 0x80
        b[8] = b[8] & 0x3F | 0x80
        return UUID(
            uuid: (
                b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]
            ))
    }
}

/// Records to be, with their ids.
private struct Plan: Sendable {
    let environment: Environment

    func records(
        of framework: FrameworkContent, questions: [QuestionContent], areas: [ItemReference: [String]]
    ) throws -> [(id: UUID, record: ValidRecord)] {
        var made = Framework()
        made.key = framework.id
        made.name = framework.name
        made.fullName = framework.fullName
        made.edition = framework.version
        made.publisher = framework.publisher
        made.licence = framework.licence
        made.textOrigin = framework.textOrigin
        made.contentSHA256 = framework.sha256
        made.source = framework.address
        let frameworkID = CatalogueLoader.id(Framework.type, framework.id)
        var records = [(frameworkID, try Framework.schema.validated(made).erased)]
        let byItem = Dictionary(grouping: questions.filter { $0.item.framework == framework.id }) { $0.item.itemID }
        for item in framework.items {
            let reference = ItemReference(framework: framework.id, itemID: item.itemID)
            let requirement = try requirement(
                item, framework.id, frameworkID, byItem[item.itemID]?.first, areas[reference] ?? [])
            let id = CatalogueLoader.id(Requirement.type, requirement.key)
            records.append((id, try Requirement.schema.validated(requirement).erased))
        }
        return records
    }

    private func requirement(
        _ item: RequirementContent, _ framework: String, _ frameworkID: UUID, _ asked: QuestionContent?,
        _ areas: [String]
    ) throws -> Requirement {
        var requirement = Requirement()
        requirement.key = "\(framework):\(item.itemID)"
        requirement.framework = ID(frameworkID)
        requirement.reference = item.itemID
        requirement.title = item.title
        requirement.parent = item.parent.map { ID(CatalogueLoader.id(Requirement.type, "\(framework):\($0)")) }
        guard let kind = Requirement.Kind(rawValue: item.kind.rawValue) else {
            throw Invalid("kind", "\(requirement.key): \(item.kind.rawValue) is no kind of requirement")
        }
        requirement.kind = kind
        requirement.isAssessable = item.assessable
        requirement.theme = item.theme
        requirement.text = item.amendment.map { "\(item.text)\n\n\($0)" } ?? item.text
        requirement.position = item.position
        requirement.harmonisedWith = item.harmonisedWith
        requirement.guidance = try guidance(of: item, areas)
        if let asked {
            requirement.questions = try document(
                .array(asked.questions.map { .object(["id": .string($0.id), "text": .string($0.text)]) }))
            requirement.typicalEvidence = try document(.array(asked.evidence.map { .string($0) }))
        }
        return requirement
    }

    private func guidance(of item: RequirementContent, _ areas: [String]) throws -> JSONDocument? {
        var members: [String: JSONValue] = [:]
        func words(_ words: [String]) -> JSONValue { .array(words.map { .string($0) }) }
        if !areas.isEmpty { members["areas"] = words(areas) }
        if let attributes = item.attributes {
            members["controlTypes"] = words(attributes.controlTypes.map(\.rawValue))
            members["properties"] = words(attributes.properties.map(\.rawValue))
            members["concepts"] = words(attributes.concepts.map(\.rawValue))
            members["capabilities"] = words(attributes.capabilities.map(\.rawValue))
            members["domains"] = words(attributes.domains.map(\.rawValue))
        }
        if item.isNewIn2022 == true { members["newIn2022"] = .bool(true) }
        if let duty = item.duty {
            members["mode"] = .string(duty.mode.rawValue)
            members["roles"] = words(duty.roles.map(\.rawValue))
            if let day = duty.appliesFrom.earliest { members["appliesFrom"] = .string(day) }
            if let day = duty.effectiveFrom?.earliest { members["effectiveFrom"] = .string(day) }
            if let note = duty.dateNote { members["dateNote"] = .string(note) }
            members["dateStatus"] = .string(duty.dateStatus.rawValue)
        }
        return members.isEmpty ? nil : try document(.object(members))
    }

    func record(of mapping: MappingContent, origin: String) throws -> (id: UUID, record: ValidRecord) {
        var made = Mapping()
        made.key = "\(mapping.setID):\(mapping.source)>\(mapping.target)"
        made.source = ID(CatalogueLoader.id(Requirement.type, mapping.source.description))
        made.target = ID(CatalogueLoader.id(Requirement.type, mapping.target.description))
        made.set = mapping.setID
        guard let relationship = Mapping.Relationship(rawValue: mapping.relationship.rawValue) else {
            throw Invalid("relationship", "\(made.key): unknown relationship")
        }
        made.relationship = relationship
        made.strength = mapping.strength
        made.rationale = mapping.rationale
        made.basis =
            switch mapping.basis {
            case .harmonisedStructure: .harmonisedStructure
            case .publishedCrosswalk: .publishedCrosswalk
            case .nistInformativeReference: .nistInformativeReference
            case .judgement: .judgement
            }
        made.origin = origin
        made.author = CatalogueLoader.author
        return (CatalogueLoader.id(Mapping.type, made.key), try Mapping.schema.validated(made).erased)
    }

    private func document(_ value: JSONValue) throws -> JSONDocument {
        JSONDocument(String(decoding: try value.canonical(), as: UTF8.self))
    }

    func save(
        _ planned: (id: UUID, record: ValidRecord), in transaction: any Transaction, _ report: inout LoadReport
    ) throws {
        let schema = planned.record.schema
        let old = try transaction.find(schema, planned.id, in: nil, asOf: nil)
        if let old, !old.meta.isArchived, schema.changes(from: old.values, to: planned.record.values).isEmpty {
            report.unchanged += 1
            return
        }
        try transaction.save(
            planned.record, id: planned.id, over: old?.version, isArchived: false,
            by: change(old == nil ? "create" : "update"))
        if old == nil { report.created += 1 } else { report.changed += 1 }
    }

    /// What is no longer in the files is archived: answers still refer to it.
    func archiveMissing(
        _ records: [(id: UUID, record: ValidRecord)], frameworks: [String], in transaction: any Transaction,
        _ report: inout LoadReport
    ) throws {
        let kept = Set(records.map(\.id))
        for framework in frameworks {
            let id = CatalogueLoader.id(Framework.type, framework)
            let stored = try transaction.all(
                Requirement.self, where: .linked("framework", [id]), in: nil, limit: Query.limitMax)
            for gone in stored where !kept.contains(gone.id.raw) {
                try transaction.save(
                    try Requirement.schema.validated(gone.value).erased, id: gone.id.raw, over: gone.version,
                    isArchived: true, by: change("archive"))
                report.archived += 1
            }
        }
    }

    private func change(_ action: String) -> Change {
        Caller.system(organisation: nil).change(action, in: environment)
    }
}
