// `concord record create | edit | archive | restore | transition`.
import ArgumentParser
import Client
import Foundation
import MerkleLog
import RecordKit
import Records
import Storage
import Terminal

/// The values that a change sets.
struct ValueOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A value; may be repeated. “field=” clears it; ids of links are separated by spaces.",
            valueName: "field=value"))
    var settings: [String] = []
    @Option(help: "A file with a JSON object of values; - for standard input.", completion: .file(extensions: ["json"]))
    var json: String?
    @Option(help: "Why, for the record's history.") var reason: String?

    var isEmpty: Bool { settings.isEmpty && json == nil }

    mutating func validate() throws {
        guard settings.isEmpty || json == nil else { throw ValidationError("Give --set or --json, not both.") }
    }

    var headers: [String: String] { reason.map { ["X-Concord-Reason": APIRequest.encoded($0)] } ?? [:] }

    /// The values by field.
    func values(_ schema: AnySchema) throws -> [String: JSONValue] {
        guard let json else { return try RecordValues.settings(settings, schema) }
        return try RecordValues.object(try JSONInput.read(json), from: json == "-" ? "standard input" : json)
    }
}

/// Shown after a change: a new record, or one as it is now.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var printing: OutputOptions
    @OptionGroup var connection: ConnectionOptions
}

extension RecordCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a record, and shows it.",
            discussion:
                "concord record create tasks --set title='Renew the contract' --set kind=other --set priority=low")
        @OptionGroup var kind: TypeArgument
        @OptionGroup var input: ValueOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let schema = kind.type
            guard !input.isEmpty else { throw CommandError.badInput("Say with --set or --json what the record holds.") }
            let body = try JSONValue.object(try input.values(schema)).canonical()
            try await change.connection.withClient { client in
                let made = try await client.object(
                    APIRequest(.post, schema.plural, headers: input.headers, body: body, takesKey: true))
                try await RecordPrinter(client: client, format: change.printing.format)
                    .print(try RemoteRecord(made.bytes, schema))
            }
        }
    }

    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes a record: fields with --set, the whole with --json, or in your editor.",
            discussion: """
                Without --set and --json, $VISUAL or $EDITOR opens the record as JSON. An edit over a version that is no \
                longer the present one is refused, and both versions are shown.
                """)
        @OptionGroup var one: RecordArgument
        @OptionGroup var input: ValueOptions
        @Option(help: "The version that you saw; without it, the present one.") var version: Int?
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.connection.withClient { client in
                let path = try await one.path(client)
                let schema = one.schema
                let seen = try RemoteRecord(try await client.get(path).bytes, schema)
                let open = try RecordValues.editable(seen)
                var edited: [String: JSONValue]
                var draft: EditorDraft?
                if input.isEmpty {
                    let made = try EditorDraft(open, of: seen.record)
                    draft = made
                    guard let changed = try made.edited(over: open) else {
                        made.remove()
                        write("Nothing was changed.")
                        return
                    }
                    edited = changed
                } else {
                    edited = try input.values(schema)
                    // Fields that are not named stay; with a whole object, too, as an export has more than is editable.
                    edited = open.merging(edited) { _, new in new }
                }
                do {
                    let saved = try await client.object(
                        APIRequest(
                            .put, path,
                            headers: input.headers.merging(["If-Match": "\"\(version ?? seen.record.version)\""]) {
                                $1
                            },
                            body: try JSONValue.object(edited).canonical()))
                    draft?.remove()
                    try await RecordPrinter(client: client, format: change.printing.format)
                        .print(try RemoteRecord(saved.bytes, schema))
                } catch {
                    if let draft { write("What you wrote is kept in \(draft.path)") }
                    try ConflictTable.explain(error, schema)
                }
            }
        }
    }

    struct Archive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Moves a record to the archive; nothing is lost.")
        @OptionGroup var one: RecordArgument
        @OptionGroup var step: StepOptions
        func run() async throws { try await step.take("archive", one) }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Takes a record back from the archive.")
        @OptionGroup var one: RecordArgument
        @OptionGroup var step: StepOptions
        func run() async throws { try await step.take("restore", one) }
    }

    struct Take: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "transition",
            abstract: "Takes a record through a step of its life, or lists the steps that are possible now.")
        @OptionGroup var one: RecordArgument
        @Argument(help: "The step, such as implement; without it they are listed.") var name: String?
        @OptionGroup var step: StepOptions

        func run() async throws {
            if let name { return try await step.take("transitions/\(APIRequest.encoded(name))", one) }
            let output = Output()
            try await step.change.connection.withClient { client in
                let found = try await client.get(try await one.path(client) + "/transitions")
                if step.change.printing.format == .json { return try output.json(found.bytes) }
                var table = TextTable(["name", "label", "to", "needs", "allowed"], kept: [0])
                for item in found.value.array("items") {
                    let needs = item.strings("requires") + (item.bool("needsReason") == true ? ["a reason"] : [])
                    table.append([
                        item.string("name") ?? "", item.string("label") ?? "", item.string("to") ?? "",
                        needs.joined(separator: ", "),
                        item.bool("allowed") == true ? "yes" : item.string("refusal") ?? "no",
                    ])
                }
                if table.isEmpty, step.change.printing.format == .table {
                    return write("No step is possible from here.")
                }
                try output.print(table, step.change.printing.format)
            }
            try output.flush()
        }
    }
}

/// A step that takes a version and a reason.
struct StepOptions: ParsableArguments {
    @Option(help: "Why, for the record's history.") var reason: String?
    @Option(help: "The version that you saw; without it, the present one.") var version: Int?
    @OptionGroup var change: ChangeOptions

    func take(_ step: String, _ one: RecordArgument) async throws {
        try await change.connection.withClient { client in
            let path = try await one.path(client)
            var version = version
            if version == nil { version = try await client.get(path).value.integer("version") }
            let body = try JSONValue.object(reason.map { ["reason": .string($0)] } ?? [:]).canonical()
            do {
                let saved = try await client.object(
                    APIRequest(
                        .post, "\(path)/\(step)", headers: ["If-Match": "\"\(version ?? 0)\""], body: body,
                        takesKey: true))
                try await RecordPrinter(client: client, format: change.printing.format)
                    .print(try RemoteRecord(saved.bytes, one.schema))
            } catch { try ConflictTable.explain(error, one.schema) }
        }
    }
}
