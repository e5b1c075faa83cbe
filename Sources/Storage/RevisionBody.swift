// The content that a leaf commits to: one canonical JSON object per revision.
package import Foundation
package import MerkleLog
package import RecordKit

/// A record revision as RFC 8785 canonical JSON. Fields without a value are left out, so that a type may gain
/// optional fields without changing what older leaves committed to.
package enum RevisionBody {
    package static func make(
        type: RecordType, id: UUID, version: Int, isArchived: Bool, reason: String?, values: [FieldValue],
        schema: AnySchema
    ) throws -> [UInt8] {
        var fields: [String: JSONValue] = [:]
        for (field, value) in zip(schema.fields, values) where !field.isDerived && value != .null {
            if value == .links([]), field.has(.later) { continue }
            fields[field.name] = value.canonicalJSON
        }
        var body: [String: JSONValue] = [
            "archived": .bool(isArchived), "fields": .object(fields), "id": .string(id.lowercased),
            "type": .string(type.name), "version": .integer(version),
        ]
        if let reason { body["reason"] = .string(reason) }
        return try JSONValue.object(body).canonical()
    }
}

extension FieldValue {
    /// Decimals and JSON documents as text: canonical JSON knows no number beyond a double.
    package var canonicalJSON: JSONValue {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .integer(number)
        case .links(let ids): .array(ids.map { .string($0.lowercased) })
        case .file(let file):
            .object([
                "bytes": .integer(file.bytes), "mediaType": .string(file.mediaType), "name": .string(file.name),
                "sha256": .string(file.sha256),
            ])
        case .decimal, .text, .day, .time, .reference, .json: .string(text)
        }
    }
}
