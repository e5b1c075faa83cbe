// `concord import`: a CSV file or a workbook becomes records, through a running server or on the data folder itself.
import Access
import ArgumentParser
import Exchange
import Foundation
import FoundationNetworking
import Governance
import HTTPServing
import MerkleLog
import RecordKit
import Records
import SQLiteStorage
import Server
import Storage

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Makes and changes records from a file.",
        discussion: """
            Without --apply it only says what the file would do. With --data it works on the data folder as the \
            operator, while no server runs; otherwise it speaks to the server at CONCORD_URL with the token in \
            CONCORD_TOKEN. Exit status: 0 fine, 1 rows have errors, 2 not a file that can be read, 4 columns are open, \
            5 refused.
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
    @Argument(help: "The file.", transform: { URL(fileURLWithPath: $0) }) var file: URL
    @Option(help: "The plural of the record type, such as controls.") var type: String
    @Option(name: .customLong("map"), help: "Heading:field; Heading: ignores the column. May be repeated.")
    var maps: [String] = []
    @Option(help: "What tells whether a record exists: id, a field, or none.") var key: String?
    @Option(help: "What an empty cell does to a value: leave or clear.") var emptyCells = "leave"
    @Option(help: "The key of the framework in which references such as A.5.1 are looked up, such as iso27001-2022.")
    var standard: String?
    @Flag(help: "Apply it, if no row has an error.") var apply = false
    @Option(help: "Work on this data folder, while no server runs.", transform: { URL(fileURLWithPath: $0) })
    var data: URL?
    @Option(help: "With --data: the id of the organisation, if there are several.") var organisation: String?

    mutating func validate() throws {
        guard ImportJob.EmptyCells(rawValue: emptyCells) != nil else {
            throw ValidationError("--empty-cells must be leave or clear.")
        }
    }

    func run(_ table: TableFile) async throws {
        guard FileManager.default.isReadableFile(atPath: file.path) else {
            write("\(file.path) cannot be read.")
            throw ExitStatus.badInput
        }
        if let data { try await runHere(data, table) } else { try await runThere(table) }
    }

    // MARK: On the data folder

    private func runHere(_ data: URL, _ table: TableFile) async throws {
        let installation = try await Installation(folder: data)
        let services = installation.services
        let caller = Caller.operator(user: NSUserName(), organisation: try await organisation(services))
        guard let schema = Registry.schemas.first(where: { $0.plural == type }) else {
            throw ServiceError.invalid("type", "must be the plural of a record type, such as controls")
        }
        let library = try await services.library.current(for: caller.organisation)
        guard standard == nil || standard.flatMap({ library.framework($0) }) != nil else {
            throw ServiceError.invalid("standard", "must be the key of a framework, such as iso27001-2022")
        }
        let framework = standard.flatMap { library.framework($0)?.id }
        let service = services.records.imports
        let handle = try FileHandle(forReadingFrom: file)
        let staged = try await service.stage(
            schema, table, named: file.lastPathComponent, standard: framework, as: caller
        ) {
            push in
            while let piece = try handle.read(upToCount: 65_536), !piece.isEmpty { try await push([UInt8](piece)) }
        }
        do {
            let job = try await service.plan(staged.id, try settings(staged, schema), as: caller)
            for problem in try service.mapping(job).problems { write("\(problem.field) \(problem.message)") }
            if job.state == .staged { throw ExitStatus.incomplete }
            print(
                summary(
                    job.counts.rows, job.counts.creates, job.counts.updates, job.counts.unchanged, job.counts.errors))
            for row in try await service.preview(job.id, .error, limit: ImportService.previewRowsMax, as: caller) {
                for problem in row.row.problems {
                    tell(row.row.line, problem.column.map { job.header[$0] }, problem.message)
                }
            }
            if job.counts.errors > 0 { throw ExitStatus.no }
            if apply {
                _ = try await service.apply(job.id, as: caller)
                print("Applied.")
            } else {
                try await service.discard(job.id, as: caller)
            }
        } catch {
            try await service.discard(staged.id, as: caller)
            throw error
        }
        try installation.store.close()
    }

    private func organisation(_ services: Services) async throws -> UUID {
        if let organisation {
            guard let id = UUID(uuidString: organisation) else {
                throw ServiceError.invalid("organisation", "must be an id")
            }
            return id
        }
        let all = try await services.store.read { try $0.organisations(after: nil, limit: 2) }
        guard all.count == 1, let only = all.first else {
            throw ServiceError.invalid("organisation", "must be given: there are \(all.isEmpty ? "none" : "several")")
        }
        return only
    }

    private func settings(_ job: ImportJob, _ schema: AnySchema) throws -> ImportJob.Settings {
        var settings = job.settings
        for map in maps {
            guard let colon = map.lastIndex(of: ":"), let at = job.header.firstIndex(of: String(map[..<colon])) else {
                throw ServiceError.invalid("map", "must be a heading of the file, a colon, and a field: “\(map)”")
            }
            settings.targets[at] = String(map[map.index(after: colon)...])
        }
        if !maps.isEmpty { settings.key = ImportMapping.suggestedKey(schema, settings.targets) }
        if let key { settings.key = key == "none" ? "" : key }
        settings.emptyCells = ImportJob.EmptyCells(rawValue: emptyCells) ?? .leave
        return settings
    }

    // MARK: Through a server

    private func runThere(_ table: TableFile) async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let token = environment["CONCORD_TOKEN"],
            var address = URLComponents(string: environment["CONCORD_URL"] ?? "http://127.0.0.1:8080")
        else {
            write("Set CONCORD_URL and CONCORD_TOKEN, or give --data.")
            throw ExitStatus.badInput
        }
        address.path = "/api/v1/imports"
        address.queryItems =
            [
                URLQueryItem(name: "type", value: type), URLQueryItem(name: "name", value: file.lastPathComponent),
                URLQueryItem(name: "format", value: table.format.rawValue),
                URLQueryItem(name: "emptyCells", value: emptyCells),
                URLQueryItem(name: "encoding", value: table.encoding.rawValue),
            ] + maps.map { URLQueryItem(name: "map", value: $0) }
        if let key { address.queryItems?.append(URLQueryItem(name: "key", value: key)) }
        if let standard { address.queryItems?.append(URLQueryItem(name: "standard", value: standard)) }
        if let sheet = table.sheet { address.queryItems?.append(URLQueryItem(name: "sheet", value: sheet)) }
        if let delimiter = table.delimiter {
            address.queryItems?.append(URLQueryItem(name: "delimiter", value: delimiter.rawValue))
        }
        // URLComponents leaves the plus sign, which servers read as a space.
        address.percentEncodedQuery = address.percentEncodedQuery?.replacingOccurrences(of: "+", with: "%2B")
        guard let url = address.url else { throw ServiceError.invalid("CONCORD_URL", "is not an address") }
        let job = try await send(url, try Data(contentsOf: file), token)
        for problem in job["problems"].items {
            write("\(problem["heading"].string) \(problem["message"].string)")
        }
        if job["state"].string == ImportJob.State.staged.rawValue { throw ExitStatus.incomplete }
        let counts = job["counts"]
        print(
            summary(
                counts["rows"].int, counts["creates"].int, counts["updates"].int, counts["unchanged"].int,
                counts["errors"].int))
        for row in job["preview"].items {
            for problem in row["problems"].items {
                tell(row["line"].int, problem["column"].string, problem["message"].string)
            }
        }
        if counts["errors"].int > 0 { throw ExitStatus.no }
        guard apply else { return }
        address.path = "/api/v1/imports/\(job["id"].string)/apply"
        address.query = nil
        guard let applied = address.url else { return }
        _ = try await send(applied, nil, token)
        print("Applied.")
    }

    private func send(_ url: URL, _ body: Data?, _ token: String) async throws -> JSONValue {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        request.setValue(
            body == nil ? "application/json" : "application/octet-stream", forHTTPHeaderField: "Content-Type")
        request.httpBody = body
        request.timeoutInterval = 600
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        let json = try JSONValue.parse([UInt8](data))
        guard (200..<300).contains(status) else {
            write("Error: \(json["detail"].string)")
            throw status == 422 ? ExitStatus.badInput : ExitStatus.refused
        }
        return json
    }

    // MARK: What is said

    private func summary(_ rows: Int, _ creates: Int, _ updates: Int, _ unchanged: Int, _ errors: Int) -> String {
        "\(rows) rows: \(creates) new, \(updates) changed, \(unchanged) unchanged, \(errors) with errors"
    }

    private func tell(_ line: Int, _ column: String?, _ message: String) {
        let place = column.map { $0.isEmpty ? "" : ", \($0)" } ?? ""
        write("line \(line)\(place): \(message)")
    }
}

extension JSONValue {
    fileprivate subscript(_ name: String) -> JSONValue {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }
    fileprivate var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
    fileprivate var string: String { if case .string(let text) = self { text } else { "" } }
    fileprivate var int: Int { if case .integer(let number) = self { number } else { 0 } }
}
