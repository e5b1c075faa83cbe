// `concord library`: framework libraries, over the API.
import ArgumentParser
import Client
import Foundation
import MerkleLog
import RecordKit
import Records
import Terminal

/// The framework libraries of an organisation.
struct LibraryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "library", abstract: "Framework libraries: import, list, roll back.",
        subcommands: [Import.self, List.self, RollBack.self])

    private static let path = ImportedLibrary.schema.erased.plural
    /// Libraries of one organisation that a command looks through.
    private static let librariesMax = 10_000

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what a library's file would do; with --apply it is imported.",
            discussion: """
                The file is a library in the form of CISO Assistant, or a framework of your own in YAML or CSV. All of \
                it is imported, or nothing.
                """)
        @Argument(help: "The file.", completion: .file(extensions: ["yaml", "yml", "csv"])) var file: String
        @Flag(help: "Import it.") var apply = false
        @Option(help: "Why, for the history.") var reason: String?
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            guard let bytes = FileManager.default.contents(atPath: file) else {
                throw CommandError.badInput("\(file) cannot be read.")
            }
            let name = URL(fileURLWithPath: file).lastPathComponent
            let type = name.lowercased().hasSuffix(".csv") ? "text/csv" : "application/yaml"
            let request = APIRequest(
                .post, "libraries", query: [("name", name), ("apply", String(apply))],
                headers: ["Content-Type": type].merging(LibraryCommand.headers(reason)) { first, _ in first },
                body: [UInt8](bytes))
            try await connection.withClient { client in
                try LibraryCommand.show(try await client.object(request), printing)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the imported libraries.")
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let libraries = try await connection.withClient { try await LibraryCommand.all($0) }
            let output = Output()
            var table = TextTable(["urn", "version", "status", "records", "kept out", "name"], sides: [1: .right])
            for library in libraries {
                func number(_ name: String) -> String { library.integer(name).map(String.init) ?? "" }
                table.append([
                    library.string("urn") ?? "", number("libraryVersion"), library.string("status") ?? "",
                    number("items"), number("keptOut"), library.string("name") ?? "",
                ])
            }
            try output.print(table, printing.format)
            try output.flush()
        }
    }

    struct RollBack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "roll-back",
            abstract: "Shows what going back to an earlier version would do; with --apply it is done.",
            discussion: "Without an earlier version the library is taken back altogether. Answers stay.")
        @Argument(help: "The URN or the id of the library.") var library: String
        @Option(help: "The version to go back to; the one before if not given.") var to: Int?
        @Flag(help: "Do it.") var apply = false
        @Option(help: "Why, for the history.") var reason: String?
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                let wanted = library.lowercased()
                let found = try await LibraryCommand.all(client).first {
                    $0.string("urn") == wanted || $0.string("id") == wanted
                }
                guard let found, let id = found.string("id"), let version = found.integer("version") else {
                    throw CommandError.notFound("There is no imported library \(library).")
                }
                var headers = LibraryCommand.headers(reason)
                headers["If-Match"] = "\"\(version)\""
                let query = [("apply", String(apply))] + (to.map { [("to", String($0))] } ?? [])
                let request = APIRequest(
                    .post, "\(LibraryCommand.path)/\(id)/roll-back", query: query.map { (name: $0.0, value: $0.1) },
                    headers: headers)
                try LibraryCommand.show(try await client.object(request), printing)
            }
        }
    }

    private static func headers(_ reason: String?) -> [String: String] {
        reason.map { ["X-Concord-Reason": APIRequest.encoded($0)] } ?? [:]
    }

    private static func all(_ client: APIClient) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        try await client.pages(path, [], limit: librariesMax, pageRecords: 200) { items, _ in
            found += try items.map { try JSONValue.parse($0) }
        }
        return found
    }

    /// The counts, the changes that the answer shows, and the remarks.
    private static func show(_ answer: JSONObject, _ printing: OutputOptions) throws {
        let output = Output()
        let plan = answer.value
        guard printing.format != .json else {
            try output.json(answer.bytes)
            return try output.flush()
        }
        let counts = plan["counts"]
        func count(_ name: String) -> Int { counts.integer(name) ?? 0 }
        if printing.format == .table {
            let version = plan.integer("version") ?? 0
            try output.line(
                "\(DisplayText.safe(plan.string("name") ?? "")), version \(version)"
                    + (plan.bool("applied") == true ? ": done." : ": nothing is changed yet."))
            try output.line(
                "\(count("create")) new, \(count("update")) changed, \(count("archive")) archived, "
                    + "\(count("restore")) back from the archive, \(count("unchanged")) unchanged; "
                    + "\(count("answered")) of them answered; \(count("keptOut")) kept out")
            for urn in plan.strings("missingDependencies") {
                try output.line("It rests on \(DisplayText.safe(urn)), which is not here.")
            }
        }
        var table = TextTable(["what", "type", "title or urn", "details"])
        for change in plan.array("changes") {
            let fields = change.array("fields").compactMap { $0.string("field") }.joined(separator: ", ")
            table.append([
                change.string("action") ?? "", change.string("type") ?? "", change.string("title") ?? "",
                change.bool("answered") == true ? "answered; \(fields)" : fields,
            ])
        }
        for remark in plan.array("remarks") {
            table.append([
                remark.string("kind") ?? "", remark.integer("line").map { "line \($0)" } ?? "",
                remark.string("urn") ?? "", remark.string("message") ?? "",
            ])
        }
        try output.print(table, printing.format)
        try output.flush()
    }
}
