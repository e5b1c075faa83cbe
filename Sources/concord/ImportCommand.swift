// `concord import`: a CSV file or a workbook becomes records.
import ArgumentParser
import Client
import Exchange
import Foundation
import MerkleLog
import Storage
import Terminal

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Makes and changes records from a file.",
        discussion: """
            Without --apply it only says what the file would do. Exit status: 0 fine, 1 rows have errors, 2 not a file \
            that can be read, 4 columns are open, 5 refused.
            """,
        subcommands: [CSVFile.self, Workbook.self])

    struct CSVFile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "csv", abstract: "Imports a CSV file.")
        @OptionGroup var options: ImportOptions
        @Option(help: "comma, semicolon or tab; found if not given.") var delimiter: String?
        @Option(help: "automatic, utf8, utf16 or windows1252.") var encoding = "automatic"

        mutating func validate() throws {
            guard delimiter.map({ Delimiter(rawValue: $0) != nil }) ?? true else {
                throw ValidationError("--delimiter must be comma, semicolon or tab.")
            }
            guard TableEncoding(rawValue: encoding) != nil else {
                throw ValidationError("--encoding must be automatic, utf8, utf16 or windows1252.")
            }
        }

        func run() async throws {
            try await options.run(
                TableFile(
                    .csv, delimiter: delimiter.flatMap { Delimiter(rawValue: $0) },
                    encoding: TableEncoding(rawValue: encoding) ?? .automatic))
        }
    }

    struct Workbook: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "xlsx", abstract: "Imports a sheet of a workbook.")
        @OptionGroup var options: ImportOptions
        @Option(help: "The name of the sheet; the first one if not given.") var sheet: String?

        func run() async throws { try await options.run(TableFile(.xlsx, sheet: sheet)) }
    }
}

/// What both kinds of file share.
struct ImportOptions: ParsableArguments {
    /// A file of many rows is worked out, or applied, before the server answers.
    private static let idleSecondsMax = 600
    /// Rows with errors that are told.
    private static let toldRowsMax = 200

    @Argument(help: "The file.", transform: { URL(fileURLWithPath: $0) }) var file: URL
    @Option(help: "The plural of the record type, such as controls.") var type: String
    @Option(name: .customLong("map"), help: "Heading:field; Heading: ignores the column. May be repeated.")
    var maps: [String] = []
    @Option(help: "What tells whether a record exists: id, a field, or none.") var key: String?
    @Option(help: "What an empty cell does to a value: leave or clear.") var emptyCells = "leave"
    @Option(help: "The key of the framework in which references such as A.5.1 are looked up, such as iso27001-2022.")
    var standard: String?
    @Flag(help: "Apply it, if no row has an error.") var apply = false
    @OptionGroup var connection: ConnectionOptions

    mutating func validate() throws {
        guard ImportJob.EmptyCells(rawValue: emptyCells) != nil else {
            throw ValidationError("--empty-cells must be leave or clear.")
        }
    }

    func run(_ table: TableFile) async throws {
        let bytes: [UInt8]
        do { bytes = try [UInt8](Data(contentsOf: file, options: .alwaysMapped)) } catch {
            throw CommandError.badInput("\(file.path) cannot be read.")
        }
        let output = Output()
        try await connection.withClient(idleSeconds: Self.idleSecondsMax) { client in
            let sent = APIRequest(
                .post, "imports", query: query(table), headers: ["Content-Type": "application/octet-stream"],
                body: bytes)
            let job = try await client.object(sent).value
            let path = "imports/\(job.string("id") ?? "")"
            do {
                try await judge(job, path, client, output)
                if apply {
                    _ = try await client.send(APIRequest(.post, path + "/apply"))
                    return try output.line("Applied.")
                }
            } catch {
                await discard(path, client)
                throw error
            }
            await discard(path, client)
        }
        try output.flush()
    }

    private func query(_ table: TableFile) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = [
            ("type", type), ("name", file.lastPathComponent), ("format", table.format.rawValue),
            ("emptyCells", emptyCells), ("encoding", table.encoding.rawValue),
        ]
        query += maps.map { ("map", $0) }
        if let key { query.append(("key", key)) }
        if let standard { query.append(("standard", standard)) }
        if let sheet = table.sheet { query.append(("sheet", sheet)) }
        if let delimiter = table.delimiter { query.append(("delimiter", delimiter.rawValue)) }
        return query
    }

    /// What went wrong first is what ends the command.
    private func discard(_ path: String, _ client: APIClient) async {
        do { _ = try await client.send(APIRequest(.delete, path)) } catch {
            write("The import was not discarded: \(DisplayText.safeLines("\(error)"))")
        }
    }

    /// Tells what the file would do.
    /// - Throws: ``ExitStatus`` if it cannot be applied.
    private func judge(_ job: JSONValue, _ path: String, _ client: APIClient, _ output: Output) async throws {
        for problem in job.array("problems") {
            tell("\(problem.string("heading") ?? "") \(problem.string("message") ?? "")")
        }
        guard job.string("state") != ImportJob.State.staged.rawValue else { throw ExitStatus.incomplete }
        let counts = job["counts"]
        func count(_ name: String) -> Int { counts.integer(name) ?? 0 }
        try output.line(
            "\(count("rows")) rows: \(count("creates")) new, \(count("updates")) changed, "
                + "\(count("unchanged")) unchanged, \(count("errors")) with errors")
        try output.flush()
        guard count("errors") > 0 else { return }
        let shown = try await client.get(path, [("action", "error"), ("limit", String(Self.toldRowsMax))])
        for row in shown.value.array("preview") {
            for problem in row.array("problems") {
                let column = problem.string("column") ?? ""
                let place = column.isEmpty ? "" : ", \(column)"
                tell("line \(row.integer("line") ?? 0)\(place): \(problem.string("message") ?? "")")
            }
        }
        throw ExitStatus.no
    }

    private func tell(_ text: String) { write(DisplayText.safeLines(text)) }
}
