// `concord soa`: the Statements of Applicability, over the API.
import ArgumentParser
import Client
import Foundation
import Governance
import HTTPServing
import MerkleLog
import Records
import Terminal

/// The two statements.
struct StatementCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soa", abstract: "The Statements of Applicability: show, export, submit, approve.",
        subcommands: [Show.self, ExportFile.self, Submit.self, Approve.self, Return.self])
}

/// The standard that a statement is of.
struct StatementArgument: ParsableArguments {
    static let names = ["27001": FrameworkLibrary.security, "42001": FrameworkLibrary.ai]
    @Argument(help: "The standard: 27001 or 42001.", completion: .list(["27001", "42001"]))
    var standard: String

    func key() throws -> String { try Self.key(standard) }

    static func key(_ standard: String) throws -> String {
        guard let key = names[standard] ?? (StatementService.frameworks.contains(standard) ? standard : nil) else {
            throw ValidationError("“\(standard)” is no standard with a statement; there are 27001 and 42001.")
        }
        return key
    }
}

extension StatementCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the rows of a statement, as it stands now or as a version.",
            discussion: "What stands in the way of approval is said last; the exit status is 1 then.")
        @OptionGroup var statement: StatementArgument
        @Option(help: "A version; without it the present state.") var version: Int?
        @OptionGroup var moment: MomentOption
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let key = try statement.key()
            let output = Output()
            var blocking: [String] = []
            try await connection.withClient { client in
                let query = moment.query + (version.map { [("version", String($0))] } ?? [])
                let found = try await client.get("statements/\(key)", query)
                blocking = found.value.strings("blocking")
                if printing.format == .json { return try output.json(found.bytes) }
                var table = TextTable(["control", "title", "decision", "reasons", "implementation"])
                for row in found.value["content"].array("rows") {
                    table.append([
                        row.string("reference") ?? "", row.string("title") ?? "", row.string("decision") ?? "",
                        row.array("reasons").compactMap { $0.string("text") }.joined(separator: "; "),
                        Self.implementation(row.array("controls")),
                    ])
                }
                try output.print(table, printing.format)
            }
            try output.flush()
            guard blocking.isEmpty else {
                write("In the way of approval: \(blocking.map { DisplayText.safe($0) }.joined(separator: ", "))")
                throw ExitStatus.no
            }
        }

        /// As many of the linked controls as are implemented; unknown without any.
        private static func implementation(_ controls: [JSONValue]) -> String {
            guard !controls.isEmpty else { return "unknown" }
            let done = controls.count { $0.string("status") == Control.Status.implemented.rawValue }
            return "\(done) of \(controls.count)"
        }
    }

    struct ExportFile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Writes a statement, or both, into a file.")
        @Argument(help: "The standard: 27001, 42001, or both.", completion: .list(["27001", "42001", "both"]))
        var standard: String
        @Option(help: "The format: pdf, xlsx, csv, docx or html.") var format = DocumentFormat.pdf
        @Option(help: "A version; without it the present state.") var version: Int?
        @Option(name: [.short, .long], help: "The file to write.", completion: .file()) var output: String
        @OptionGroup var moment: MomentOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let key = standard == "both" ? standard : try StatementArgument.key(standard)
            let query = moment.query + (version.map { [("version", String($0))] } ?? [])
            try await connection.withClient { client in
                try await FileSink.write(to: output) { sink in
                    let answer = try await client.send(
                        APIRequest(.get, "statements/\(key)/statement.\(format.rawValue)", query: query))
                    try sink.write(answer.body)
                }
            }
        }
    }

    struct Submit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps the present state as the next version, for somebody else to approve.")
        @OptionGroup var statement: StatementArgument
        @Option(help: "What changed, in a sentence.") var note: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let key = try statement.key()
            let body = try JSONValue.object(note.map { ["note": .string($0)] } ?? [:]).canonical()
            try await connection.withClient { client in
                let made = try await client.object(
                    APIRequest(.post, "statements/\(key)/submit", body: body, takesKey: true))
                let output = Output()
                try output.line("Submitted \(DisplayText.safe(made.value.string("name") ?? key)).")
                if let blocking = made.value.string("blocking") {
                    try output.line("In the way of approval: \(DisplayText.safe(blocking))")
                }
                try output.flush()
            }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approves the version that waits; not for whoever submitted it.")
        @OptionGroup var statement: StatementArgument
        @OptionGroup var connection: ConnectionOptions
        func run() async throws {
            try await StatementCommand.take("approve", statement.key(), reason: nil, connection, "Approved")
        }
    }

    struct Return: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Returns the version that waits, with a reason.")
        @OptionGroup var statement: StatementArgument
        @Option(help: "Why.") var reason: String
        @OptionGroup var connection: ConnectionOptions
        func run() async throws {
            try await StatementCommand.take("return", statement.key(), reason: reason, connection, "Returned")
        }
    }

    /// Takes the version that waits for approval through a transition.
    private static func take(
        _ name: String, _ key: String, reason: String?, _ connection: ConnectionOptions, _ word: String
    ) async throws {
        try await connection.withClient { client in
            let found = try await client.get("statements/\(key)")
            let waiting = found.value.array("versions").first {
                $0.string("status") == StatementOfApplicability.Status.submitted.rawValue
            }
            guard let waiting, let id = waiting.string("id"), let version = waiting.integer("version") else {
                throw CommandError.refused("No version of this statement waits for approval.")
            }
            let body = try JSONValue.object(reason.map { ["reason": .string($0)] } ?? [:]).canonical()
            let taken = try await client.object(
                APIRequest(
                    .post, "statementsOfApplicability/\(id)/transitions/\(name)",
                    headers: ["If-Match": "\"\(version)\""], body: body, takesKey: true))
            let output = Output()
            try output.line("\(word) \(DisplayText.safe(taken.value.string("name") ?? key)).")
            try output.flush()
        }
    }
}

extension DocumentFormat: ExpressibleByArgument {}
