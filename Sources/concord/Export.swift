// `concord export`: all records of a type, as of one moment.
import ArgumentParser
import Client
import Exchange
import Foundation
import RecordKit
import Storage
import Terminal

struct Export: AsyncParsableCommand {
    /// Records that are asked for at once.
    static let pageRecordsMax = 500

    enum Format: String, ExpressibleByArgument, CaseIterable { case csv, json }

    static let configuration = CommandConfiguration(
        abstract: "Exports records as CSV, as the list's page does, or as a JSON array.",
        discussion: """
            All pages show one moment, the ledger's last entry at the beginning unless --as-of says another one: a \
            change that comes meanwhile is not half in it. A file is there whole or not at all.
            """)
    @OptionGroup var kind: TypeArgument
    @OptionGroup var selection: SelectionOptions
    @Option(name: [.short, .long], help: "The file to write; without it standard output.", completion: .file())
    var output: String?
    @Option(help: "The format: csv or json.") var format = Format.csv
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            guard let path = output else { return try await export(client, to: Output()) }
            try await FileSink.write(to: path) { try await export(client, to: Output($0)) }
        }
    }

    private func export(_ client: APIClient, to output: Output) async throws {
        let schema = kind.type
        var query = try selection.query(schema)
        if selection.moment.asOf == nil { query += try await selection.moment.pinned(client) }
        let csv = CSVRecords(schema)
        let progress = ProgressBar("Exporting \(schema.plural)")
        defer { progress.end() }
        var array = JSONArrayOutput()
        var done = 0
        if format == .csv { try output.bytes(csv.header) }
        try await client.pages(
            schema.plural, query, limit: .max, pageRecords: Self.pageRecordsMax, counts: true
        ) { items, total in
            switch format {
            case .csv: try output.bytes(csv.rows(try items.map { try RemoteRecord($0, schema).record }))
            case .json: for item in items { try array.append(item, to: output) }
            }
            done += items.count
            progress.show(done, of: total)
        }
        if format == .json { try array.end(output) }
        try output.flush()
    }
}
