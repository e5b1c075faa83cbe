// `concord record`: what can be done with records of any type, over the API.
import ArgumentParser
import Client
import Foundation
import Governance
import MerkleLog
import RecordKit
import Records
import Storage
import Terminal

/// The records of an organisation.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Records of any type: controls, tasks, evidence and all others.",
        subcommands: [
            Types.self, List.self, Get.self, Create.self, Edit.self, Archive.self, Restore.self, Take.self,
            History.self,
        ])
}

/// The types that a command takes, by name.
enum RecordTypes {
    static let plurals = Registry.schemas.map(\.plural)

    /// The schema of `controls` or `control`.
    static func schema(_ name: String) throws -> AnySchema {
        if let found = Registry.schema(plural: name) ?? Registry.schema(named: name) { return found }
        throw ValidationError("is no type of record; there are \(plurals.joined(separator: ", "))")
    }
}

/// The type of records that a command is about.
struct TypeArgument: ParsableArguments {
    @Argument(
        help: "The type, such as controls; “concord record types” shows all.",
        completion: .list(RecordTypes.plurals), transform: RecordTypes.schema)
    var type: AnySchema
}

/// One record of a type.
struct RecordArgument: ParsableArguments {
    @OptionGroup var kind: TypeArgument
    @Argument(help: "The record's id, or its unique field, such as a control's code.") var record: String

    var schema: AnySchema { kind.type }

    /// The path of the record.
    func path(_ client: APIClient) async throws -> String { "\(schema.plural)/\(try await id(client).lowercased)" }

    /// The record's id; a value of the type's unique field is looked up.
    func id(_ client: APIClient) async throws -> UUID {
        if let id = UUID(uuidString: record) { return id }
        let unique = schema.fields.first { field in
            field.has(.unique) && !field.has(.sensitive) && (field.has(.filterable) || field.has(.sortable))
                && field.kind == .text
        }
        guard let unique else {
            throw CommandError.badInput("\(record) is not an id, and \(schema.plural) have no other unique field.")
        }
        let filter = try Condition("\(unique.name)=\(Condition.escaped(record))", schema).parameter
        let found = try await client.get(schema.plural, [("filter", filter), ("limit", "1"), ("archived", "include")])
        guard let id = found.value.array("items").first?.string("id").flatMap({ UUID(uuidString: $0) }) else {
            throw CommandError.notFound(
                "There is no \(schema.label.lowercased()) with \(unique.name) “\(record)”, or it is not yours to see.")
        }
        return id
    }
}

/// A condition of a list as the command line has it.
struct Condition {
    /// As the API takes it.
    let parameter: String

    /// Reads `field=a`, `field=a,b`, `field=` (without a value), `field!=a`, `field<a`, `field>a`.
    init(_ text: String, _ schema: AnySchema) throws {
        guard let at = text.firstIndex(where: { "=<>!".contains($0) }) else {
            throw CommandError.badInput(
                "--where “\(text)” is not field=value, field!=value, field<value or field>value.")
        }
        let name = String(text[..<at])
        guard schema.field(name) != nil else {
            let known = schema.fields.filter { $0.has(.filterable) || $0.has(.sortable) }.map(\.name)
            throw CommandError.badInput(
                "--where: \(name) is not a field of \(schema.plural); filters are \(known.joined(separator: ", ")).")
        }
        let rest = text[text.index(after: at)...]
        switch text[at] {
        case "=": parameter = "\(name):\(rest)"
        case "!":
            guard rest.first == "=" else {
                throw CommandError.badInput("--where “\(text)”: after ! stands =, as in field!=value.")
            }
            parameter = "!\(name):\(rest.dropFirst())"
        default: parameter = text
        }
    }

    /// A value in which a comma is not meant as “or”.
    static func escaped(_ value: String) -> String {
        value.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: ",", with: "\\,")
    }
}

/// Which records a command reads.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only records that fit; may be repeated.",
            discussion: "field=value, field=a,b (either), field= (empty), field!=value, field<value, field>value.",
            valueName: "condition"))
    var conditions: [String] = []
    @Option(help: "Only records in which every one of these words begins a word.") var search: String?
    @Option(help: "The field to sort by, or createdAt.") var sort: String?
    @Flag(help: "Sort downwards.") var descending = false
    @Option(help: "Archived records: exclude, only or include.") var archived = Archived.exclude
    @OptionGroup var moment: MomentOption

    /// The parameters of the list.
    func query(_ schema: AnySchema) throws -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = try conditions.map {
            ("filter", try Condition($0, schema).parameter)
        }
        if let search { query.append(("q", search)) }
        if sort != nil || descending { query.append(("sort", (descending ? "-" : "") + (sort ?? "createdAt"))) }
        if archived != .exclude { query.append(("archived", archived.rawValue)) }
        return query + moment.query
    }
}

extension Archived: ExpressibleByArgument {}

/// A moment of the past.
struct MomentOption: ParsableArguments {
    @Option(help: "As of a ledger index or a time such as 2026-01-31T12:00:00Z.") var asOf: String?
    var query: [(name: String, value: String)] { asOf.map { [("asOf", $0)] } ?? [] }

    /// The moment, or the present one, so that all pages show the same.
    func pinned(_ client: APIClient) async throws -> [(name: String, value: String)] {
        guard asOf == nil else { return query }
        let size = try await client.get("ledger").value.integer("size") ?? 0
        return size > 0 ? [("asOf", String(size - 1))] : []
    }
}
