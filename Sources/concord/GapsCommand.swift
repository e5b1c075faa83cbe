// `concord gaps`: what is open, and what closes it.
import ArgumentParser
import Client
import Foundation
import MerkleLog
import RecordKit
import Terminal

struct GapsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps", abstract: "The gaps of an assessment, in order of effect against effort.",
        discussion: """
            A gap is a requirement that is nonconform, partly conform or unknown; “certificate” says whether it may \
            stand in the way of one. The measure is the suggested control that closes most for its effort.
            """)
    @Option(help: "The assessment's id; without it the latest one.") var assessment: String?
    @Option(help: "Only this framework, by its key such as iso42001-2023.") var framework: String?
    @Option(help: "nonconform, partlyConform or unknown.") var severity: String?
    @Option(help: "possibleMajor, minorAtLeast, notBlocking or notKnown.") var certification: String?
    @Option(help: "Only this area, by its id such as fairness.") var area: String?
    @Option(help: "The gaps that this suggestion would close, by its id such as IS-06.") var measure: String?
    @Option(help: "effect, severity, effort, reference or owner.") var sort: String?
    @OptionGroup var moment: MomentOption
    @OptionGroup var printing: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let output = Output()
        let options = [
            ("framework", framework), ("severity", severity), ("certification", certification),
            ("area", area), ("measure", measure), ("sort", sort),
        ]
        let query = moment.query + options.compactMap { name, value in value.map { (name: name, value: $0) } }
        try await connection.withClient { client in
            var id = assessment
            if id == nil { id = try await client.get("posture", moment.query).value["assessment"].string("id") }
            let found = try await client.get("assessments/\(id ?? "")/gaps", query)
            if printing.format == .json { return try output.json(found.bytes) }
            try output.print(Self.table(found.value), printing.format)
        }
        try output.flush()
    }

    private static func table(_ value: JSONValue) -> TextTable {
        let measures = Dictionary(
            value.array("measures").map { ($0.string("suggestion") ?? "", $0) }
        ) { a, _ in a }
        var table = TextTable(
            ["gap", "title", "severity", "certificate", "measure", "closes", "days", "tasks"],
            sides: [5: .right, 6: .right, 7: .right])
        for gap in value.array("gaps") {
            let measure = gap.strings("measures").first.flatMap { measures[$0] }
            table.append([
                gap.string("key") ?? "", gap.string("title") ?? "", gap.string("severity") ?? "",
                gap.string("certification") ?? "",
                measure.map { "\($0.string("suggestion") ?? "") \($0.string("title") ?? "")" } ?? "",
                measure.map { String($0.array("requirements").count) } ?? "",
                gap.integer("effortDays").map(String.init) ?? "", String(gap.array("tasks").count),
            ])
        }
        return table
    }
}
