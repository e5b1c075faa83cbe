// The reference page's content, from the same endpoints as the OpenAPI document. Calls that every record type has are
// told once, with one type as the example.
import Foundation
package import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records

extension RESTRoutes {
    /// What the page at `/api` shows.
    package func reference() -> APIReference {
        let example = resources.first { $0.schema.type == Control.type } ?? resources.first
        let own = endpoints.filter { endpoint in !resources.contains { $0.schema.pluralLabel == endpoint.operation.tag }
        }
        var groups: [APIReference.Group] = []
        if let example {
            groups.append(
                APIReference.Group(
                    anchor: "records", title: "Records of every type",
                    words: "Shown for \(example.schema.pluralLabel.lowercased()); the other record types have the same "
                        + "calls under their own paths, which stand below with their fields.",
                    calls: Self.recordEndpoints(example).map(\.reference)))
        }
        for tag in own.map(\.operation.tag).inOrderOfAppearance {
            groups.append(
                APIReference.Group(
                    anchor: tag.lowercased(), title: tag, words: OpenAPIDocument.tagWords[tag] ?? "",
                    calls: own.filter { $0.operation.tag == tag }.map(\.reference)))
        }
        return APIReference(
            groups: groups, collections: resources.map(\.schema.reference), documentPath: OpenAPIDocument.path)
    }
}

extension Endpoint {
    fileprivate var reference: APIReference.Call {
        let good = operation.answers.map { ($0.status, $0.words) }
        let problems = problemStatuses.map { ($0, OpenAPIDocument.problems[$0] ?? "") }
        return APIReference.Call(
            anchor: operation.id, method: method.rawValue, path: path.text, summary: operation.summary,
            words: operation.words, items: everyParameter.map(\.reference), curl: curl, answers: good + problems)
    }

    /// A command that makes the call, with examples for what it needs.
    private var curl: String {
        var parts = ["curl"]
        if method != .get { parts.append("-X \(method.rawValue)") }
        let segments = path.segments.map { segment -> String in
            switch segment {
            case .literal(let word): word
            case .id: FieldDescription.exampleID
            case .text(let name), .rest(let name): operation.textChoices.first ?? "{\(name)}"
            }
        }
        let query = operation.parameters.filter { $0.isRequired && $0.place == .query }
            .compactMap { parameter in parameter.example.map { "\(parameter.name)=\($0.word)" } }
        let address = segments.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        parts.append("\"$CONCORD_URL/\(address)\"")
        if access != .anybody { parts.append("-H \"Authorization: Bearer $CONCORD_TOKEN\"") }
        for parameter in operation.parameters where parameter.isRequired && parameter.place == .header {
            guard case .string(let value) = parameter.example else { continue }
            parts.append("-H '\(parameter.name): \(value)'")
        }
        if let body = operation.body, let example = body.example {
            parts.append("-H 'Content-Type: \(body.mediaType)'")
            let isText = !body.mediaType.hasSuffix("json")
            let sent = isText ? example.word : example.text
            parts.append("\(isText ? "--data-binary" : "-d") '\(sent.replacingOccurrences(of: "'", with: "'\\''"))'")
        }
        return parts.joined(separator: " \\\n  ")
    }
}

extension JSONValue {
    /// A text as it is, anything else as JSON.
    fileprivate var word: String { if case .string(let word) = self { word } else { text } }
    /// The value as canonical JSON; examples are whole and finite, so there always is one.
    fileprivate var text: String {
        do { return String(decoding: try canonical(), as: UTF8.self) } catch {
            preconditionFailure("an example that is no JSON: \(error)")
        }
    }
}

extension Operation.Parameter {
    fileprivate var reference: APIReference.Item {
        var kind = place == .header ? "header" : "query"
        if isRepeated { kind += ", repeatable" }
        if case .object(let members) = schema, case .array(let words) = members["enum"] {
            let words = words.compactMap { if case .string(let word) = $0 { word } else { nil } }
            if words.count <= 6 { kind += ": \(words.joined(separator: ", "))" }
        }
        return APIReference.Item(name: name, kind: kind, isRequired: isRequired, words: words)
    }
}

extension AnySchema {
    fileprivate var reference: APIReference.Collection {
        APIReference.Collection(
            anchor: "type-\(plural)", title: pluralLabel, path: "/api/v1/\(plural)", words: help,
            fields: fields.map { field in
                var notes: [String] = []
                if field.name == lifecycle?.field {
                    notes.append("changes by transitions only")
                } else if !field.isWritable {
                    notes.append("set by the system")
                }
                if field.has(.fixed) { notes.append("kept from the creation on") }
                if field.has(.unique) { notes.append("unique") }
                if field.has(.sensitive) { notes.append("shown to those who may change the record") }
                if field.isFilter { notes.append("filter") }
                if field.isSort { notes.append("sort") }
                let words = ([field.help] + [notes.joined(separator: ", ")]).filter { !$0.isEmpty }
                return APIReference.Item(
                    name: field.name, kind: field.kind.noun, isRequired: mustBeSent(field) && field.isWritable,
                    words: words.joined(separator: " – "))
            })
    }
}

extension [String] {
    fileprivate var inOrderOfAppearance: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
