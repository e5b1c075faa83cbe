// What a library becomes: records with ids made of organisation and URN, so that the next version of a requirement is
// the same record, and whatever is linked to it stays linked.
import Catalogue
import Foundation
import MerkleLog
import RecordKit
import Records
import Storage

/// The records that a library wants, before they are compared with what is there.
struct LibraryRecords {
    /// One record to be.
    struct Wanted {
        let id: UUID
        let urn: String
        let record: ValidRecord
    }
    /// The types that libraries bring, in the order in which they are saved.
    static let types: [AnySchema] = [
        Framework.schema.erased, Requirement.schema.erased, ReferenceControl.schema.erased, Threat.schema.erased,
        RiskMatrix.schema.erased, Mapping.schema.erased,
    ]
    private let organisation: UUID
    private let content: LibraryContent
    private let sha256: String
    private let shared: FrameworkLibrary
    private let reader: any Reader
    private(set) var wanted: [RecordType: [Wanted]] = [:]
    private(set) var remarks: LibraryRemarks
    private var faults = LibraryFaults()
    /// Requirements of this file by URN.
    private var requirements: [String: (id: UUID, key: String)] = [:]

    /// - Throws: ``LibraryFaults``.
    init(
        _ content: LibraryContent, sha256: String, in organisation: UUID, shared: FrameworkLibrary, reader: any Reader
    ) throws {
        (self.organisation, self.content, self.sha256) = (organisation, content, sha256)
        (self.shared, self.reader) = (shared, reader)
        remarks = content.remarks
        var keys: Set<String> = []
        for framework in content.frameworks { try add(framework, &keys) }
        for entry in content.referenceControls { try add(control: entry) }
        for entry in content.threats { try add(threat: entry) }
        for matrix in content.matrices { try add(matrix) }
        for set in content.mappingSets { try add(set) }
        guard faults.count == 0 else { throw faults }
    }

    // MARK: Ids

    /// The first six bytes are those of the book that the URN belongs to: what is imported together stands
    /// together in every index and an import into a full database touches few of its pages.
    static func id(_ type: RecordType, _ urn: String, in organisation: UUID) -> UUID {
        // A mapping is named by its set before a slash, everything else by its book before the last colon.
        let book = urn.prefix { $0 != "/" }
        let name = book.endIndex < urn.endIndex ? book : urn[..<(urn.lastIndex(of: ":") ?? urn.endIndex)]
        let near = CatalogueLoader.id(type, "\(organisation.lowercased)/\(name)").uuid
        var id = CatalogueLoader.id(type, "\(organisation.lowercased)/\(urn)").uuid
        (id.0, id.1, id.2, id.3, id.4, id.5) = (near.0, near.1, near.2, near.3, near.4, near.5)
        return UUID(uuid: id)
    }

    /// The ids of all that a library may have become.
    static func ids(of content: LibraryContent, in organisation: UUID) -> [RecordType: [UUID]] {
        func ids(_ type: RecordType, _ urns: [String]) -> [UUID] { urns.map { id(type, $0, in: organisation) } }
        return [
            Framework.type: ids(Framework.type, content.frameworks.map(\.urn)),
            Requirement.type: ids(Requirement.type, content.frameworks.flatMap(\.items).map(\.urn)),
            ReferenceControl.type: ids(ReferenceControl.type, content.referenceControls.map(\.urn)),
            Threat.type: ids(Threat.type, content.threats.map(\.urn)),
            RiskMatrix.type: ids(RiskMatrix.type, content.matrices.map(\.urn)),
            Mapping.type: ids(
                Mapping.type, content.mappingSets.flatMap { set in set.mappings.map { name(of: $0, in: set) } }),
        ]
    }

    private static func name(of mapping: LibraryMapping, in set: LibraryMappingSet) -> String {
        "\(set.urn)/\(mapping.source)>\(mapping.target)"
    }

    private func id(_ type: RecordType, _ urn: String) -> UUID { Self.id(type, urn, in: organisation) }

    private mutating func want<R: Record>(_ record: R, _ urn: String, name: String? = nil, line: Int?) {
        do {
            let valid = try R.schema.validated(record).erased
            wanted[R.type, default: []].append(Wanted(id: id(R.type, name ?? urn), urn: urn, record: valid))
        } catch {
            for problem in error.problems { faults.add(line, urn, "\(problem.field) \(problem.message)") }
        }
    }

    // MARK: Frameworks

    private mutating func add(_ framework: LibraryFrameworkContent, _ keys: inout Set<String>) throws {
        var made = Framework()
        let frameworkID = id(Framework.type, framework.urn)
        let key = try key(of: framework, frameworkID, &keys)
        made.key = key
        made.name = Self.line(framework.name, max: 100)
        made.fullName = Self.line(framework.description ?? framework.name, max: 500)
        let published = content.publishedOn.map { " (\($0))" } ?? ""
        made.edition = Self.line("\(content.version)\(published)", max: 100)
        made.publisher = Self.line(content.provider ?? content.packager ?? Self.notStated, max: 100)
        made.licence = Self.line(content.copyright ?? Self.notStated, max: 500)
        made.textOrigin = Self.line("The imported library \(content.name)", max: 500)
        made.contentSHA256 = sha256
        made.urn = framework.urn
        made.library = content.urn
        if !framework.groups.isEmpty {
            made.groups = try Self.document(
                .array(
                    framework.groups.map { group in
                        .object([
                            "reference": .string(group.reference), "name": .string(group.name),
                            "description": group.description.map { .string($0) } ?? .null,
                            "isDefault": .bool(group.isDefault),
                        ])
                    }))
        }
        if let least = framework.minScore, let most = framework.maxScore {
            let scores = framework.scores.map { score in
                JSONValue.object([
                    "score": .integer(score.score), "name": .string(score.name),
                    "description": score.description.map { .string($0) } ?? .null,
                ])
            }
            made.scale = try Self.document(
                .object(["minimum": .integer(least), "maximum": .integer(most), "scores": .array(scores)]))
        }
        want(made, framework.urn, line: framework.line)
        var used: Set<String> = []
        var themes: [String: String] = [:]
        for (item, position) in zip(framework.items, try positions(of: framework)) {
            var requirement = try requirement(item, position)
            requirement.framework = ID(frameworkID)
            requirement.theme =
                item.parent.flatMap { themes[$0] } ?? Self.line(item.title ?? requirement.reference, max: 100)
            themes[item.urn] = requirement.theme
            requirement.key = Self.key("\(key):\(Self.end(of: item.urn))", item.urn, max: 120, &used)
            requirements[item.urn] = (id(Requirement.type, item.urn), requirement.key)
            want(requirement, item.urn, line: item.line)
        }
    }

    private func requirement(_ item: LibraryItemContent, _ position: Int) throws -> Requirement {
        var made = Requirement()
        made.reference = Self.line(item.reference ?? String(item.urn.split(separator: ":").last ?? ""), max: 50)
        let name = item.title ?? item.text ?? made.reference
        made.title = Self.line(name, max: 200)
        let isCut = item.title != nil && made.title.hasSuffix("…")
        made.text = [isCut ? item.title : nil, item.text].compactMap { $0 }.joined(separator: "\n\n")
        if made.text.isEmpty { made.text = name }
        made.parent = item.parent.map { ID(id(Requirement.type, $0)) }
        made.kind = item.isAssessable ? .requirement : .section
        made.isAssessable = item.isAssessable
        made.position = position
        made.urn = item.urn
        made.library = content.urn
        func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        if !item.groups.isEmpty { made.groups = try Self.document(texts(item.groups)) }
        if !item.evidence.isEmpty { made.typicalEvidence = try Self.document(texts(item.evidence)) }
        if !item.questions.isEmpty {
            made.questions = try Self.document(
                .array(
                    item.questions.enumerated().map {
                        .object(["id": .string("q\($0 + 1)"), "text": .string($1)])
                    }))
        }
        var guidance: [String: JSONValue] = [:]
        if let annotation = item.annotation { guidance["annotation"] = .string(annotation) }
        if let weight = item.weight { guidance["weight"] = .integer(weight) }
        if let importance = item.importance { guidance["importance"] = .string(importance) }
        if !item.referenceControls.isEmpty { guidance["referenceControls"] = texts(item.referenceControls) }
        if !item.threats.isEmpty { guidance["threats"] = texts(item.threats) }
        if !guidance.isEmpty { made.guidance = try Self.document(.object(guidance)) }
        return made
    }

    /// Places of the items in their order. What is there already keeps its place as long as it can, so that one new item
    /// does not change all that follow it.
    private func positions(of framework: LibraryFrameworkContent) throws -> [Int] {
        let ids = framework.items.map { id(Requirement.type, $0.urn) }
        var former: [UUID: Int] = [:]
        for part in ids.chunks(of: 500) {
            let query = Query(Requirement.schema.erased, where: .ids(part), archived: .include, limit: part.count)
            for record in try reader.page(query, in: organisation, asOf: nil).records {
                if case .integer(let position) = record["position"] { former[record.id] = position }
            }
        }
        let gap = former.isEmpty ? max(1, min(16, Self.positionMax / (ids.count + 1))) : 1
        var last = -1
        let positions = ids.map { id in
            last = former[id].flatMap { $0 > last ? $0 : nil } ?? last + gap
            return last
        }
        return last <= Self.positionMax ? positions : Array(ids.indices)
    }
    private static let positionMax = 100_000

    /// The key that the framework has, or a new one after the end of its URN.
    private func key(
        of framework: LibraryFrameworkContent, _ id: UUID, _ keys: inout Set<String>
    ) throws -> String {
        if let present = try reader.find(ID<Framework>(id), in: organisation) {
            keys.insert(present.value.key)
            return present.value.key
        }
        let end = framework.urn.split(separator: ":").last.map(String.init) ?? ""
        let key = Self.key(LibraryFramework.ownPrefix + Self.plain(end), framework.urn, max: 64, &keys)
        let others = try reader.count(
            Framework.schema.erased, where: .equals("key", .text(key)), archived: .include, in: organisation, asOf: nil)
        return others == 0 ? key : Self.key(key, framework.urn, max: 64, &keys)
    }

    // MARK: Controls, threats, matrices

    private mutating func add(control entry: LibraryEntry) throws {
        var made = ReferenceControl()
        made.name = Self.line(entry.name, max: 200)
        made.reference = Self.line(entry.reference, max: 100)
        made.category = entry.category.flatMap { ReferenceControl.Category(rawValue: $0) }
        made.function = entry.function.flatMap { ReferenceControl.Function(rawValue: $0) }
        (made.description, made.annotation) = (entry.description, entry.annotation)
        (made.urn, made.library) = (entry.urn, content.urn)
        want(made, entry.urn, line: entry.line)
    }

    private mutating func add(threat entry: LibraryEntry) throws {
        var made = Threat()
        made.name = Self.line(entry.name, max: 200)
        made.reference = Self.line(entry.reference, max: 100)
        made.provider = content.provider.map { Self.line($0, max: 200) }
        (made.description, made.annotation) = (entry.description, entry.annotation)
        (made.urn, made.library) = (entry.urn, content.urn)
        want(made, entry.urn, line: entry.line)
    }

    private mutating func add(_ matrix: LibraryMatrix) throws {
        var made = RiskMatrix()
        made.name = Self.line(matrix.name, max: 200)
        made.reference = Self.line(matrix.reference, max: 100)
        made.provider = content.provider.map { Self.line($0, max: 200) }
        made.description = matrix.description
        (made.urn, made.library) = (matrix.urn, content.urn)
        func levels(_ levels: [LibraryMatrix.Level]) -> JSONValue {
            .array(
                levels.map { level in
                    .object([
                        "abbreviation": level.abbreviation.map { .string($0) } ?? .null, "name": .string(level.name),
                        "description": level.description.map { .string($0) } ?? .null,
                        "colour": level.colour.map { .string($0) } ?? .null,
                    ])
                })
        }
        made.definition = try Self.document(
            .object([
                "probability": levels(matrix.probability), "impact": levels(matrix.impact),
                "risk": levels(matrix.risk),
                "grid": .array(matrix.grid.map { .array($0.map { .integer($0) }) }),
            ]))
        want(made, matrix.urn, line: matrix.line)
    }

    // MARK: Mappings

    private mutating func add(_ set: LibraryMappingSet) throws {
        guard let sources = try ends(of: set.source, set, set.mappings.map(\.source), "source"),
            let targets = try ends(of: set.target, set, set.mappings.map(\.target), "target")
        else { return }
        for mapping in set.mappings {
            guard let source = sources[mapping.source], let target = targets[mapping.target] else {
                let isSource = sources[mapping.source] == nil
                remarks.add(
                    LibraryRemark(
                        .keptOut, line: mapping.line, urn: set.urn,
                        "\(mapping.source) to \(mapping.target): \(isSource ? mapping.source : mapping.target) is no "
                            + "item of \(isSource ? set.source : set.target)"))
                continue
            }
            guard source.id != target.id else {
                faults.add(mapping.line, mapping.source, "is mapped to itself in \(set.urn)")
                continue
            }
            var made = Mapping()
            made.set = Self.shortened(set.urn, max: 100)
            made.key = Self.shortened("\(made.set):\(source.key)>\(target.key)", max: 300)
            made.source = ID(source.id)
            made.target = ID(target.id)
            made.relationship = Mapping.Relationship(rawValue: mapping.relationship.rawValue) ?? .intersects
            made.strength = mapping.strength ?? (mapping.relationship == .equal ? 10 : 5)
            made.rationale = Self.rationale(mapping, set)
            made.basis = .publishedCrosswalk
            made.origin = "\(set.name) (\(set.urn)), from the library \(content.name) (\(content.urn))"
            made.author = (content.provider ?? content.packager).map { Self.line($0, max: 200) }
            want(made, mapping.source, name: Self.name(of: mapping, in: set), line: mapping.line)
        }
    }

    private static func rationale(_ mapping: LibraryMapping, _ set: LibraryMappingSet) -> String {
        let word = mapping.rationale.map { "\(set.name): \($0)." } ?? "\(set.name)."
        return mapping.strength == nil
            ? "\(word) The library gives no strength; this one stands for its relation." : word
    }

    /// The items of one side, by URN: of a framework in this file, of one that was imported, or of one that Concord
    /// ships.
    private mutating func ends(
        of framework: String, _ set: LibraryMappingSet, _ urns: [String], _ side: String
    ) throws -> [String: (id: UUID, key: String)]? {
        if content.frameworks.contains(where: { $0.urn == framework }) { return requirements }
        let imported = try reader.find(
            ID<Framework>(id(Framework.type, framework)), in: organisation)
        if let imported, !imported.meta.isArchived {
            var found: [String: (id: UUID, key: String)] = [:]
            for part in Array(Set(urns)).chunks(of: 500) {
                let ids = part.map { id(Requirement.type, $0) }
                for item in try reader.all(Requirement.self, where: .ids(ids), in: organisation, limit: part.count)
                where item.value.framework.raw == imported.id.raw {
                    if let urn = item.value.urn { found[urn] = (item.id.raw, item.value.key) }
                }
            }
            return found
        }
        let end = framework.split(separator: ":").last.map(String.init) ?? ""
        if let shipped = shared.framework(Self.aliases[end] ?? end), !shipped.isOwn {
            let items = Dictionary(shipped.items.map { ($0.reference.lowercased(), $0) }) { first, _ in first }
            return Dictionary(
                urns.compactMap { urn in items[Self.end(of: urn)].map { (urn, (id: $0.id, key: $0.key)) } }
            ) { first, _ in first }
        }
        faults.add(
            set.line, set.urn, "its \(side) framework \(framework) is not here; import the library that has it first")
        return nil
    }

    /// What others call the frameworks that Concord ships.
    private static let aliases = [
        "iso27001": "iso27001-2022", "iso-27001-2022": "iso27001-2022", "iso42001": "iso42001-2023",
        "iso-42001-2023": "iso42001-2023", "nist-csf": "nist-csf-2.0", "nist-csf-2": "nist-csf-2.0",
        "nist-ai-rmf": "nist-ai-rmf-1.0", "ai-act": "eu-ai-act", "euaiact": "eu-ai-act",
    ]

    // MARK: Texts

    private static let notStated = "Not stated by the library"

    /// One line of at most so many characters; what is cut ends with "…".
    private static func line(_ text: String, max: Int) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > max ? line.prefix(max - 1) + "…" : line
    }

    /// What names an item inside its framework: the URN after its fifth part, or its last part.
    private static func end(of urn: String) -> String {
        let parts = urn.split(separator: ":")
        return parts.count > 5 ? parts.dropFirst(5).joined(separator: ":") : parts.last.map(String.init) ?? ""
    }

    private static func plain(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || ".-_".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
            })
    }

    /// A key that no other of `used` has: not even one that differs in signs alone, since parts of pages are named by
    /// it.
    private static func key(_ text: String, _ urn: String, max: Int, _ used: inout Set<String>) -> String {
        func folded(_ key: String) -> String { String(key.map { $0.isLetter || $0.isNumber ? $0 : "-" }) }
        let text = text.replacing("/", with: "-")
        var key = shortened(text, max: max)
        if !used.insert(folded(key)).inserted {
            key = "\(text.prefix(max - 9))~\(digest(urn).prefix(8))"
            used.insert(folded(key))
        }
        return key
    }

    private static func shortened(_ text: String, max: Int) -> String {
        text.count <= max ? text : "\(text.prefix(max - 17))~\(digest(text).prefix(16))"
    }

    private static func digest(_ text: String) -> String {
        Hash.sha256(Array(text.utf8)).bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func document(_ value: JSONValue) throws -> JSONDocument {
        JSONDocument(String(decoding: try value.canonical(), as: UTF8.self))
    }
}
