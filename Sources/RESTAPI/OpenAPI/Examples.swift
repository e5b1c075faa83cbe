// Examples of what can be sent, made from the fields: each passes its schema.
import Foundation
import MerkleLog
import RecordKit

extension FieldDescription {
    var example: JSONValue {
        switch kind {
        case .text:
            if has(.webAddress) { return "https://example.org/page" }
            switch name {
            case "email": return "ada@example.org"
            case "timeZone": return "Europe/Berlin"
            default:
                let length = traits.compactMap { if case .length(let range) = $0 { range } else { nil } }.first
                let text = length.map { String(label.prefix($0.upperBound)) } ?? label
                return .string(text + String(repeating: "x", count: max(0, (length?.lowerBound ?? 0) - text.count)))
            }
        case .integer:
            let range = traits.compactMap { if case .range(let range) = $0 { range } else { nil } }.first
            return .integer(range?.lowerBound ?? 1)
        case .decimal: return "12.50"
        case .bool: return true
        case .day: return "2026-03-31"
        case .time: return "2026-03-31T12:00:00Z"
        case .choice(let words): return .string(words[0])
        case .reference: return .string(Self.exampleID)
        case .links: return [.string(Self.exampleID)]
        case .file:
            return [
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "name": "report.pdf",
                "mediaType": "application/pdf", "bytes": 0,
            ]
        case .json: return ["any": ["JSON"]]
        }
    }

    static let exampleID = "019cd7a1-5d00-7000-8000-000000000001"
}

extension AnySchema {
    /// What must be sent for a new record, with its title.
    var exampleOfCreation: JSONValue {
        let title = fields[titlePosition].name
        return example(creatable.filter { mustBeSent($0) || $0.name == title })
    }
    var exampleOfReplacement: JSONValue {
        let title = fields[titlePosition].name
        return example(changeable.filter { mustBeSent($0) || $0.name == title })
    }
    /// One field that changes.
    var exampleOfPatch: JSONValue {
        let title = fields[titlePosition].name
        return example((changeable.first { $0.name == title } ?? changeable.first).map { [$0] } ?? [])
    }

    private func example(_ fields: [FieldDescription]) -> JSONValue {
        .object(Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.example) }))
    }
}
