// How a record looks in JSON: what the system knows of it, then its fields, flat, by their wire names.
import Access
import Foundation
import Governance
import MerkleLog
import RecordKit
import Storage

/// A mounted record type: its schema with everything that is worked out once instead of in every answer.
struct Resource: Sendable {
    /// Members that the system sets; no field may have such a name.
    static let systemMembers = [
        "id", "version", "archived", "ledgerIndex", "createdAt", "createdBy", "updatedAt", "updatedBy", "erasedAt",
    ]

    let schema: AnySchema
    /// `,"name":` for each field, by position.
    private let keys: [[UInt8]]
    private let hasSensitive: Bool
    /// About how many bytes one record takes.
    private let bytesExpected: Int

    init(_ schema: AnySchema) {
        let taken = schema.fields.first { Self.systemMembers.contains($0.name) }
        precondition(taken == nil, "\(schema.type.name): \(taken?.name ?? "") is a name of the system's own")
        self.schema = schema
        keys = schema.fields.map { field in
            var key: [UInt8] = [UInt8(ascii: ",")]
            CanonicalWriter.appendJSONString(field.name, to: &key)
            return key + [UInt8(ascii: ":")]
        }
        hasSensitive = schema.fields.contains { $0.has(.sensitive) }
        bytesExpected = 320 + keys.reduce(0) { $0 + $1.count + 24 }
    }

    // MARK: Records

    /// One record as the caller may see it.
    func bytes(of record: StoredRecord, for caller: Caller?, _ selection: FieldSelection? = nil) -> [UInt8] {
        var json = JSONWriter(reservingBytes: bytesExpected)
        if let selection {
            append(record, selection, hides: hides(record, from: caller), to: &json)
        } else {
            append(record, for: caller, to: &json)
        }
        return json.bytes
    }

    /// One page of a list.
    func bytes(
        of page: RecordPage, total: Int?, for caller: Caller, _ selection: FieldSelection? = nil
    ) -> [UInt8] {
        var json = JSONWriter(reservingBytes: 256 + page.records.count * bytesExpected)
        json.object { json in
            json.array("items", page.records) { json, record in
                if let selection {
                    append(record, selection, hides: hides(record, from: caller), to: &json)
                } else {
                    json.value { append(record, for: caller, to: &$0) }
                }
            }
            json.string("next", page.next)
            json.string("previous", page.previous)
            if let total { json.integer("total", total) }
        }
        return json.bytes
    }

    func append(_ record: StoredRecord, for caller: Caller?, to json: inout JSONWriter) {
        let meta = record.meta
        json.raw("{\"id\":")
        json.appendID(record.id)
        json.raw(",\"version\":")
        json.appendInteger(meta.version)
        if meta.isArchived { json.raw(",\"archived\":true") } else { json.raw(",\"archived\":false") }
        json.raw(",\"ledgerIndex\":")
        json.appendInteger(meta.since)
        json.raw(",\"createdAt\":")
        json.append(.time(meta.createdAt))
        json.raw(",\"createdBy\":")
        json.append(meta.createdBy.map { .reference($0) } ?? .null)
        json.raw(",\"updatedAt\":")
        json.append(.time(meta.updatedAt))
        json.raw(",\"updatedBy\":")
        json.append(meta.updatedBy.map { .reference($0) } ?? .null)
        json.raw(",\"erasedAt\":")
        json.append(meta.erasedAt.map { .time($0) } ?? .null)
        let hides = hides(record, from: caller)
        for position in keys.indices {
            json.bytes.append(contentsOf: keys[position])
            let isHidden = hides && schema.fields[position].has(.sensitive)
            json.append(isHidden ? .null : record.values[position])
        }
        json.raw("}")
    }

    /// Fields alone, such as those of an edit that was refused.
    func append(fields values: [FieldValue], of record: StoredRecord, for caller: Caller?, to json: inout JSONWriter) {
        let hides = hides(record, from: caller)
        json.object { json in
            for (field, value) in zip(schema.fields, values) {
                let isHidden = hides && field.has(.sensitive)
                json.value(field.name) { $0.append(isHidden ? .null : value) }
            }
        }
    }

    /// A change's answer reaches those who may take a transition, too, and they need not see everything.
    func hides(_ record: StoredRecord, from caller: Caller?) -> Bool {
        guard hasSensitive else { return false }
        return caller.map { !Authorisation.canSeeSensitive($0, record) } ?? true
    }
}

extension JSONWriter {
    /// A field's value: decimals as text, days as `yyyy-mm-dd`, times as RFC 3339, JSON documents as they are.
    mutating func append(_ value: FieldValue) {
        switch value {
        case .null, .day(.unset), .reference(.unset): raw("null")
        case .bool(let flag): if flag { raw("true") } else { raw("false") }
        case .integer(let number): appendInteger(number)
        case .text(let text): CanonicalWriter.appendJSONString(text, to: &bytes)
        case .reference(let id): appendID(id)
        case .decimal(let number): appendPlain(number.plainText)
        case .day(let day): appendPlain(day.description)
        case .time(let time): appendPlain(time.description)
        case .links(let ids):
            raw("[")
            for (position, id) in ids.enumerated() {
                if position > 0 { raw(",") }
                appendID(id)
            }
            raw("]")
        case .file(let file):
            raw("{\"sha256\":")
            appendPlain(file.sha256)
            raw(",\"name\":")
            CanonicalWriter.appendJSONString(file.name, to: &bytes)
            raw(",\"mediaType\":")
            CanonicalWriter.appendJSONString(file.mediaType, to: &bytes)
            raw(",\"bytes\":")
            appendInteger(file.bytes)
            raw("}")
        case .json(let text): bytes.append(contentsOf: text.utf8)
        }
    }

    /// Text without anything to escape, in quotes.
    private mutating func appendPlain(_ text: String) {
        raw("\"")
        bytes.append(contentsOf: text.utf8)
        raw("\"")
    }
}
