// Records as the API gives them, read by the schema of their type: so that they print as they do on the server.
import Client
import Foundation
import Governance
import MerkleLog
import RecordKit
import Storage

/// A record of an answer.
struct RemoteRecord {
    /// As the server wrote it.
    let json: [UInt8]
    let record: StoredRecord

    /// - Throws: ``ClientError/notUnderstood(address:why:)`` for what is no record of this type.
    init(_ json: [UInt8], _ schema: AnySchema) throws {
        self.json = json
        record = try StoredRecord(JSONObject(json, from: "The server").value, schema)
    }
}

extension StoredRecord {
    /// Fields that the server does not send, as an older one would not, have no value.
    init(_ value: JSONValue, _ schema: AnySchema) throws {
        func wrong(_ what: String) -> ClientError {
            .notUnderstood(address: "The server", why: "it sent no \(schema.label.lowercased()): \(what)")
        }
        guard let id = value.string("id").flatMap({ UUID(uuidString: $0) }) else { throw wrong("the id is missing") }
        guard let version = value.integer("version") else { throw wrong("the version is missing") }
        func time(_ name: String) -> Instant {
            value.string(name).flatMap { Instant($0) } ?? Instant(millisecondsSince1970: 0)
        }
        func person(_ name: String) -> UUID? { value.string(name).flatMap { UUID(uuidString: $0) } }
        var values: [FieldValue] = []
        for field in schema.fields {
            do {
                let read = try FieldInput.value(value[field.name], for: field)
                if case .links = field.kind, read == .null { values.append(.links([])) } else { values.append(read) }
            } catch { throw wrong("\(error.field) \(error.message)") }
        }
        self.init(
            schema: schema, id: id,
            meta: RecordMeta(
                version: version, isArchived: value.bool("archived") ?? false, organisation: nil,
                since: value.integer("ledgerIndex") ?? 0, until: nil, createdAt: time("createdAt"),
                createdBy: person("createdBy"), updatedAt: time("updatedAt"), updatedBy: person("updatedBy")),
            values: values)
    }

    /// The ids that a field names.
    func ids(_ field: String) -> [UUID] {
        switch self[field] {
        case .reference(let id): [id]
        case .links(let ids): ids
        default: []
        }
    }
}

/// Titles of the records that others name, so that a table shows names and not ids.
struct Titles {
    /// Records of one type whose titles are fetched; others show by their id.
    static let recordsMax = 1_000
    private(set) var titles: [UUID: String] = [:]
    private var fetched: Set<RecordType> = []

    /// Fetches the titles of a type once, in one request.
    mutating func fetch(_ schema: AnySchema, from client: APIClient) async throws {
        guard fetched.insert(schema.type).inserted else { return }
        do {
            let page = try await client.get(
                schema.plural, [("limit", String(Self.recordsMax)), ("archived", "include")])
            for item in page.value.array("items") {
                let record = try StoredRecord(item, schema)
                titles[record.id] = record.title
            }
        } catch ClientError.refused(let problem) where problem.status == 403 || problem.status == 404 {
            // Not theirs to see: the ids stay.
        }
    }

    mutating func add(_ id: UUID, _ title: String) { titles[id] = title }

    /// A value in a table.
    func text(_ value: FieldValue) -> String {
        switch value {
        case .reference(let id): titles[id] ?? (value.isUnset ? "" : id.lowercased)
        case .links(let ids): ids.map { titles[$0] ?? $0.lowercased }.joined(separator: ", ")
        case .file(let file): file.name
        default: value.text
        }
    }
}
