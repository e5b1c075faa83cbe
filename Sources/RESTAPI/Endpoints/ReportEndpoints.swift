// The gap assessment report over REST, in every format.
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit

extension RESTRoutes {
    private static let sections = GapReport.Part.allCases.map(\.rawValue)

    static func reportEndpoints() -> [Endpoint] {
        [
            Endpoint(
                .get, "/api/v1/assessments/{id}/report",
                Operation(
                    id: "getGapReport", tag: "Assessment", summary: "Download the gap assessment report",
                    words: "Scope, method, summary with charts, strengths, gaps, areas, plan, requirements and the "
                        + "checkpoint that covers it all, as far as you may see them. Each download is an entry of "
                        + "the ledger, which is signed at once.",
                    parameters: [
                        .init(
                            name: "format", words: "Without it HTML that stands alone.",
                            schema: JSONSchema.choice(DocumentFormat.ofGapReport.map(\.rawValue)), example: "pdf"),
                        .init(
                            name: "sections",
                            words: "Which ones, separated by commas; without it all. They keep the report's order.",
                            schema: [
                                "type": "string",
                                "pattern": .string(
                                    "^((\(sections.joined(separator: "|")))(,(\(sections.joined(separator: "|"))))*)?$"),
                            ], example: "summary,gaps"), .asOf,
                    ],
                    answers: DocumentFormat.ofGapReport.map { format in
                        .init(
                            words: "The report.", mediaType: format.mediaType,
                            schema: ["type": "string", "format": "binary"], headers: ["Content-Disposition"])
                    }, problems: [503])
            ) { try await $0.gapReport($1.path.id(), $1) }
        ]
    }

    private func gapReport(_ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["format", "sections", "asOf"])
        let parts = try GapReport.Part.read(parameters["sections"].map { [$0] } ?? [])
        let wanted = parameters["format"] ?? DocumentFormat.html.rawValue
        guard let format = DocumentFormat.ofGapReport.first(where: { $0.rawValue == wanted }) else {
            throw Failure.invalid(
                "format", "must be one of \(DocumentFormat.ofGapReport.map(\.rawValue).joined(separator: ", "))")
        }
        try call.request.checkAccept([format.mediaType])
        let asOf = try await moment(parameters, call)
        let report = try await services.reports.exportGapReport(
            id, format: format.rawValue, as: call.caller, asOf: asOf, request: call.id)
        return DocumentAnswer.response(
            try await services.documents.document(.gapReport(report, parts), format), format,
            name: report.fileName)
    }
}
