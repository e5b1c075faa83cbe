// `concord posture`: how both standards stand, counted and never averaged.
import ArgumentParser
import Client
import Foundation
import MerkleLog
import RecordKit
import Terminal

extension PostureCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Counts of requirements by what is shown of them, for each standard, clause and theme, or for each area.",
            discussion: """
                A requirement without an answer is unknown. What is shown is the assessed result, lowered where what is \
                measured is worse; “lowered” counts those. A requirement of several areas counts in each of them.
                """)
        /// What the lines of the table stand for.
        enum Grouping: String, CaseIterable, ExpressibleByArgument { case standard, area }
        @Option(help: "What to count by.") var by: Grouping = .standard
        @Option(help: "The assessment's id; without it the latest one.") var assessment: String?
        @OptionGroup var moment: MomentOption
        @OptionGroup var printing: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let output = Output()
            let query = moment.query + (assessment.map { [("assessment", $0)] } ?? [])
            try await connection.withClient { client in
                let found = try await client.get("posture", query)
                if printing.format == .json { return try output.json(found.bytes) }
                let board = AssessmentBoard.Head(found.value)
                if printing.format == .table {
                    let moment = board.asOf.map { "as of ledger index \($0)" } ?? "now"
                    try output.line(output.style.bold(DisplayText.safe(board.title)) + " (\(board.status)), \(moment)")
                    try output.line()
                }
                try output.print(table(board, isIndented: printing.format == .table), printing.format)
            }
            try output.flush()
        }

        private func table(_ board: AssessmentBoard.Head, isIndented: Bool) -> TextTable {
            let headings = ConformityWord.allCases.map(\.heading)
            var sides: [Int: TextTable.Side] = [:]
            for at in 1...(headings.count + 2) { sides[at] = .right }
            var table = TextTable(["what"] + headings + ["total", "lowered"], sides: sides)
            func append(_ name: String, _ counts: AssessmentBoard.Counts) {
                let numbers = ConformityWord.allCases.map { counts[$0] } + [counts.total, counts.lowered]
                table.append([name] + numbers.map(String.init))
            }
            switch by {
            case .standard:
                for framework in board.frameworks { append(framework.name, framework.counts) }
                for section in board.sections {
                    let indent = section.isPart ? "    " : "  "
                    append((isIndented ? indent : "") + section.name, section.counts)
                }
            case .area:
                for area in board.areas { append(area.name, area.counts) }
            }
            append("all", board.total)
            return table
        }
    }
}
