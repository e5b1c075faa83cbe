// `concord report`: documents of what the organisation's system shows.
import ArgumentParser
import Client
import Foundation
import Terminal

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Makes reports as documents.", subcommands: [Gap.self])

    struct Gap: AsyncParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable { case html, pdf, docx }

        static let configuration = CommandConfiguration(
            abstract: "The gap assessment report.",
            discussion: """
                Each report is an entry of the ledger, which is signed at once, so that the report carries a checkpoint \
                that covers it. A file is there whole or not at all.
                """)
        @Option(help: "The assessment's id; without it the latest one.") var assessment: String?
        @Option(help: "The format: html, pdf or docx.") var format = Format.pdf
        @Option(
            help:
                "Only these sections, separated by commas: scope, method, summary, strengths, gaps, areas, plan, clauses, ledger."
        )
        var sections: String?
        @Option(name: [.short, .long], help: "The file to write.", completion: .file()) var output: String
        @OptionGroup var moment: MomentOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                let id = try await self.id(client)
                var query = [("format", format.rawValue)] + moment.query.map { ($0.name, $0.value) }
                if let sections { query.append(("sections", sections)) }
                let request = APIRequest(
                    .get, "assessments/\(APIRequest.encoded(id))/report", query: query, headers: ["Accept": "*/*"])
                try await FileSink.write(to: output) { sink in
                    _ = try await client.send(request) { bytes in try sink.write(bytes) }
                }
            }
        }

        private func id(_ client: APIClient) async throws -> String {
            if let assessment { return assessment }
            let posture = try await client.get("posture", moment.query)
            guard let id = posture.value["assessment"].string("id") else {
                throw CommandError.notFound("There is no assessment.")
            }
            return id
        }
    }
}
