// `concord record types | list | get | history`.
import ArgumentParser
import Client
import Exchange
import Foundation
import MerkleLog
import RecordKit
import Records
import Storage
import Terminal

extension RecordCommand {
    struct Types: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The types of records, or the fields of one, as this program knows them.")
        @Argument(help: "A type, to show its fields.", completion: .list(RecordTypes.plurals)) var type: String?
        @OptionGroup var printing: OutputOptions

        func run() throws {
            let output = Output()
            var table: TextTable
            if let type {
                table = TextTable(["field", "kind", "required", "notes", "help"])
                for field in try RecordTypes.schema(type).fields {
                    table.append([
                        field.name, field.kind.noun, field.isRequired ? "yes" : "", Self.notes(field), field.help,
                    ])
                }
            } else {
                table = TextTable(["type", "label", "help"])
                for schema in Registry.schemas { table.append([schema.plural, schema.label, schema.help]) }
            }
            try output.print(table, printing.format)
            try output.flush()
        }

        private static func notes(_ field: FieldDescription) -> String {
            var notes: [String] = []
            if !field.isWritable { notes.append("set by the system") }
            if field.has(.unique) { notes.append("unique") }
            if field.has(.fixed) { notes.append("fixed") }
            if field.has(.filterable) { notes.append("filter") }
            if field.has(.sortable) { notes.append("sort") }
            return notes.joined(separator: ", ")
        }
    }

    struct List: AsyncParsableCommand {
        /// Records that are asked for at once.
        static let pageRecordsMax = 500
        static let configuration = CommandConfiguration(abstract: "Lists records.")
        @OptionGroup var kind: TypeArgument
        @OptionGroup var selection: SelectionOptions
        @Option(help: "Records at most.") var limit = 50
        @Option(
            help: ArgumentHelp(
                "The columns of a table or of CSV, separated by commas.",
                discussion: "Without it a table shows those of the list page, as many as the terminal has room for."),
            transform: { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } })
        var columns: [String]?
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        mutating func validate() throws {
            guard (1...10_000_000).contains(limit) else { throw ValidationError("--limit must be 1 to 10000000.") }
            guard columns == nil || printing.format != .json else {
                throw ValidationError("--columns is for tables and CSV; JSON has every field.")
            }
        }

        func run() async throws {
            let schema = kind.type
            let output = Output()
            var columns = try RecordColumns(schema, chosen: columns)
            if printing.format == .table { columns.fit(output.columns) }
            let shown = columns
            var query = try selection.query(schema)
            try await connection.withClient { client in
                if limit > Self.pageRecordsMax, selection.moment.asOf == nil {
                    query += try await selection.moment.pinned(client)
                }
                var printer = ListPrinter(output: output, format: printing.format, columns: shown, client: client)
                try await client.pages(
                    schema.plural, query, limit: limit, pageRecords: Self.pageRecordsMax
                ) { items, _ in try await printer.take(items.map { try RemoteRecord($0, schema) }) }
                try printer.end()
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one record.")
        @OptionGroup var one: RecordArgument
        @OptionGroup var moment: MomentOption
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                let path = try await one.path(client)
                let found = try await client.get(path, moment.query)
                try await RecordPrinter(client: client, format: printing.format, moment: moment.query)
                    .print(try RemoteRecord(found.bytes, one.schema))
            }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows who changed what in a record, newest first.")
        @OptionGroup var one: RecordArgument
        @Option(help: "Entries at most.") var limit = 50
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        mutating func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be 1 to 100000.") }
        }

        func run() async throws {
            let output = Output()
            try await connection.withClient { client in
                let path = try await one.path(client) + "/history"
                var slices: [[UInt8]] = []
                var before: Int?
                repeat {
                    var query = [("limit", String(min(200, limit - slices.count)))]
                    if let before { query.append(("before", String(before))) }
                    let page = try await client.get(path, query.map { (name: $0.0, value: $0.1) })
                    slices += try page.slices("items")
                    before = page.value.integer("next")
                } while before != nil && slices.count < limit
                if printing.format == .json {
                    var array = JSONArrayOutput()
                    for slice in slices { try array.append(slice, to: output) }
                    try array.end(output)
                } else {
                    var table = TextTable(
                        ["version", "at", "action", "who", "reason", "changes"], sides: [0: .right], kept: [0, 1])
                    for slice in slices { table.append(Self.cells(try JSONObject(slice, from: client.address).value)) }
                    try output.print(table, printing.format)
                }
                try output.flush()
            }
        }

        private static func cells(_ entry: JSONValue) -> [String] {
            let changes = entry.array("changes").map { change in
                let (from, to) = (plain(change["from"]), plain(change["to"]))
                return "\(change.string("field") ?? ""): \(from.isEmpty ? "∅" : from) → \(to.isEmpty ? "∅" : to)"
            }
            return [
                entry.integer("version").map(String.init) ?? "", entry.string("at") ?? "",
                entry.string("action") ?? "", entry.string("personName") ?? entry.string("actor") ?? "",
                entry.string("reason") ?? "", changes.joined(separator: "; "),
            ]
        }

        private static func plain(_ value: JSONValue) -> String {
            switch value {
            case .null: ""
            case .string(let text): text
            case .bool(let flag): String(flag)
            case .integer(let number): String(number)
            case .number(let number): String(number)
            case .array(let elements): elements.map(plain).joined(separator: " ")
            case .object(let members): members["name"].map(plain) ?? "{…}"
            }
        }
    }
}

extension Output {
    /// A table in one of the three formats; in JSON it is an array of objects.
    func print(_ table: TextTable, _ format: OutputFormat) throws {
        switch format {
        case .table: try self.table(table)
        case .csv:
            var bytes: [UInt8] = []
            CSV.append(table.headings, to: &bytes)
            for row in table.rows { CSV.append(row.map(CSV.disarmed), to: &bytes) }
            try self.bytes(bytes)
        case .json:
            var array = JSONArrayOutput()
            for row in table.rows {
                let members = Dictionary(zip(table.headings, row.map(JSONValue.string))) { first, _ in first }
                try array.append(try JSONValue.object(members).canonical(), to: self)
            }
            try array.end(self)
        }
    }
}
