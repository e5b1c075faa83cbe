// Prints records: many as rows, one as a page.
import Client
import Exchange
import Foundation
import MerkleLog
import RecordKit
import Records
import Storage
import Terminal

/// Prints a list while its pages come.
struct ListPrinter {
    let output: Output
    let format: OutputFormat
    let columns: RecordColumns
    let client: APIClient
    private var titles = Titles()
    private var array = JSONArrayOutput()
    private var table: TextTable
    private var hasHeader = false

    init(output: Output, format: OutputFormat, columns: RecordColumns, client: APIClient) {
        self.output = output
        self.format = format
        self.columns = columns
        self.client = client
        table = columns.table()
    }

    mutating func take(_ records: [RemoteRecord]) async throws {
        switch format {
        case .json: for record in records { try array.append(record.json, to: output) }
        case .csv:
            var bytes: [UInt8] = []
            if !hasHeader { CSV.append(columns.names, to: &bytes) }
            hasHeader = true
            for record in records {
                CSV.append(columns.cells(record.record, Titles()).map(CSV.disarmed), to: &bytes)
            }
            try output.bytes(bytes)
        case .table:
            if !records.isEmpty { for target in columns.targets { try await titles.fetch(target, from: client) } }
            for record in records { table.append(columns.cells(record.record, titles)) }
        }
    }

    mutating func end() throws {
        switch format {
        case .json: try array.end(output)
        case .csv: break
        case .table:
            if table.isEmpty {
                write("There are none, or none that you may see.")
            } else {
                try output.table(table)
            }
        }
        try output.flush()
    }
}

/// Prints one record.
struct RecordPrinter {
    let client: APIClient
    let format: OutputFormat
    var moment: [(name: String, value: String)] = []

    func print(_ found: RemoteRecord) async throws {
        let output = Output()
        let (schema, record) = (found.record.schema, found.record)
        switch format {
        case .json: try output.json(found.json)
        case .csv:
            let csv = CSVRecords(schema)
            try output.bytes(csv.header + csv.rows([record]))
        case .table:
            let titles = try await titles(record)
            var rows: [(String, String)] = [("id", record.id.lowercased), ("version", String(record.version))]
            if record.meta.isArchived { rows.append(("archived", "true")) }
            for field in schema.fields {
                let text = titles.text(record[field.name])
                if !text.isEmpty { rows.append((field.name, text)) }
            }
            rows.append(("updatedAt", record.meta.updatedAt.description))
            try Self.print(rows, to: output)
        }
        try output.flush()
    }

    /// Names and values under each other; long values go on below their beginning.
    static func print(_ rows: [(String, String)], to output: Output) throws {
        let width = rows.reduce(0) { max($0, $1.0.count) } + 2
        for (name, value) in rows {
            let safe = DisplayText.safeLines(value)
            let lines = output.columns.map { DisplayText.wrapped(safe, max(20, $0 - width)) } ?? [safe]
            try output.line(output.style.bold(DisplayText.padded(name, width)) + (lines.first ?? ""))
            for line in lines.dropFirst() { try output.line(String(repeating: " ", count: width) + line) }
        }
    }

    /// The titles of what the record names, in one request.
    private func titles(_ record: StoredRecord) async throws -> Titles {
        var titles = Titles()
        guard record.schema.fields.contains(where: { !record.ids($0.name).isEmpty }) else { return titles }
        let links = try await client.get("\(record.schema.plural)/\(record.id.lowercased)/links", moment)
        for linked in links.value.array("outgoing").flatMap({ $0.array("records") }) {
            guard let id = linked.string("id").flatMap({ UUID(uuidString: $0) }) else { continue }
            titles.add(id, linked.string("title") ?? "")
        }
        return titles
    }
}
