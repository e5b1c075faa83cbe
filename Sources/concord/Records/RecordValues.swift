// Values of fields, from options, from JSON and from an editor.
import Client
import Foundation
import Governance
import MerkleLog
import RecordKit
import Storage
import Terminal

/// Reads what a caller gives, and what of a record is theirs to change.
enum RecordValues {
    /// `field=value` pairs by field.
    /// - Throws: ``CommandError/badInput(_:)`` that names every pair that cannot be read.
    static func settings(_ settings: [String], _ schema: AnySchema) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        var problems: [String] = []
        for setting in settings {
            guard let at = setting.firstIndex(of: "=") else {
                problems.append("--set “\(setting)” is not field=value")
                continue
            }
            let (name, text) = (String(setting[..<at]), String(setting[setting.index(after: at)...]))
            guard let field = schema.field(name) else {
                problems.append("\(name) is not a field of \(schema.plural)")
                continue
            }
            guard values[name] == nil else {
                problems.append("\(name) is set twice")
                continue
            }
            do { values[name] = try json(try FieldInput.value(text, for: field)) } catch let problem as Problem {
                problems.append("\(problem.field) \(problem.message)")
            }
        }
        guard problems.isEmpty else { throw CommandError.badInput(problems.joined(separator: "; ") + ".") }
        return values
    }

    /// A JSON object of values.
    static func object(_ bytes: [UInt8], from source: String) throws -> [String: JSONValue] {
        let value: JSONValue
        do { value = try JSONValue.parse(bytes) } catch {
            throw CommandError.badInput("\(source): \(error.description) \(line(of: error, in: bytes))")
        }
        guard case .object(let members) = value else {
            throw CommandError.badInput("\(source) does not hold one JSON object.")
        }
        return members
    }

    /// Which line an error is in.
    private static func line(of error: JSONError, in bytes: [UInt8]) -> String {
        let offset: Int? =
            switch error {
            case .unexpected(let offset, _), .invalidUTF8(let offset), .loneSurrogate(let offset),
                .duplicateKey(_, let offset), .inexactNumber(_, let offset):
                offset
            default: nil
            }
        return offset.map { "That is in line \(bytes.prefix($0).count { $0 == 0x0A } + 1)." } ?? ""
    }

    /// The members of a record that a caller may send back: no member of the system's, no state.
    static func editable(_ found: RemoteRecord) throws -> [String: JSONValue] {
        let schema = found.record.schema
        guard case .object(let members) = try JSONObject(found.json, from: "The server").value else { return [:] }
        return members.filter { name, _ in
            guard let field = schema.field(name) else { return false }
            return field.isWritable && name != schema.lifecycle?.field
        }
    }

    /// A value as the API takes it.
    static func json(_ value: FieldValue) throws -> JSONValue {
        switch value {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .integer(number)
        case .links(let ids): .array(ids.map { .string($0.lowercased) })
        case .json(let text): try JSONValue.parse(Array(text.utf8))
        case .text, .reference, .decimal, .day, .time, .file: .string(value.text)
        }
    }
}

/// JSON from a file or from standard input.
enum JSONInput {
    /// What the server takes at most.
    static let bytesMax = 1_048_576

    static func read(_ path: String) throws -> [UInt8] {
        let handle: FileHandle
        if path == "-" {
            handle = .standardInput
        } else {
            guard let file = FileHandle(forReadingAtPath: path) else {
                throw CommandError.badInput("\(path) cannot be read.")
            }
            handle = file
        }
        var bytes: [UInt8] = []
        while let part = try handle.read(upToCount: 65_536), !part.isEmpty {
            bytes.append(contentsOf: part)
            guard bytes.count <= bytesMax else {
                throw CommandError.badInput("\(path) has more than \(bytesMax) bytes.")
            }
        }
        return bytes
    }
}

/// What was refused because somebody saved meanwhile: both versions beside each other.
enum ConflictTable {
    /// Shows both versions of a stale edit, and throws the error on.
    static func explain(_ error: any Error, _ schema: AnySchema) throws -> Never {
        guard case ClientError.refused(let problem) = error, let present = problem.present else { throw error }
        var table = TextTable(["field", "yours", "version \(present.integer("version") ?? 0), by others"], kept: [0])
        for field in schema.fields {
            let (mine, theirs) = (problem.yours?[field.name] ?? .null, present[field.name])
            guard mine != theirs else { continue }
            table.append([field.name, try text(mine), try text(theirs)])
        }
        if !table.isEmpty {
            let device = TerminalDevice.standardError
            let style = device.style(environment: ProcessInfo.processInfo.environment)
            for line in table.lines(columns: device.columns, style: style) { write(line) }
        }
        throw error
    }

    private static func text(_ value: JSONValue) throws -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        default: String(decoding: try value.canonical(), as: UTF8.self)
        }
    }
}
