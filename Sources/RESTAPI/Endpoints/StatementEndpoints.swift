// The calls of the Statements of Applicability. Approving and returning are transitions of the version's record.
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records

extension RESTRoutes {
    static func statementEndpoints() -> [Endpoint] {
        let root = "/api/v1/statements/{key}"
        let number: JSONValue = ["type": "integer", "minimum": 1, "maximum": 100_000]
        let version = Operation.Parameter(
            name: "version", words: "A version as it was submitted; without it the present state.", schema: number)
        return [
            Endpoint(
                .get, root,
                Operation(
                    id: "getStatement", tag: "Statements of Applicability",
                    summary: "Read a Statement of Applicability",
                    words:
                        "The present state, or one version, with all versions and what changed since the one in force.",
                    parameters: [version, .asOf], textChoices: StatementService.frameworks,
                    answers: [.init(words: "The statement.", schema: JSONSchema.reference("Statement"))])
            ) { try await $0.statement($1) },
            Endpoint(
                .get, root + "/differences",
                Operation(
                    id: "getStatementDifferences", tag: "Statements of Applicability",
                    summary: "Compare two versions of a statement",
                    parameters: [
                        .init(name: "from", words: "A version; without it the present state.", schema: number),
                        .init(name: "to", words: "A version; without it the present state.", schema: number),
                    ], textChoices: StatementService.frameworks,
                    answers: [
                        .init(words: "The rows that differ.", schema: JSONSchema.reference("StatementDifferences"))
                    ])
            ) { try await $0.statementDifferences($1) },
            Endpoint(
                .post, root + "/submit",
                Operation(
                    id: "submitStatement", tag: "Statements of Applicability",
                    summary: "Submit the present state for approval",
                    words:
                        "It is kept as the next version. Somebody else approves it, or returns it with a reason, by a "
                        + "transition of the record that is answered here.",
                    textChoices: StatementService.frameworks,
                    body: .init(
                        schema: JSONSchema.reference("StatementSubmission"), example: ["note": "First statement."],
                        isRequired: false),
                    answers: [
                        .init(
                            status: 201, words: "The version.",
                            schema: JSONSchema.reference(StatementOfApplicability.schema.erased.componentName),
                            headers: ["ETag", "Location"])
                    ], problems: [409]), takesKey: true
            ) { try await $0.submitStatement($1) },
        ] + DocumentFormat.allCases.map { statementFile($0, version) }
    }

    private static func statementFile(_ format: DocumentFormat, _ version: Operation.Parameter) -> Endpoint {
        let isText = format == .html || format == .csv
        return Endpoint(
            .get, "/api/v1/statements/{key}/statement.\(format.rawValue)",
            Operation(
                id: "getStatementAs\(format.rawValue.uppercased())", tag: "Statements of Applicability",
                summary: "Read a statement, or both, as \(format.rawValue.uppercased())",
                parameters: [version, .asOf], textChoices: StatementService.frameworks + [everyStatement],
                answers: [
                    .init(
                        words: "The document.", mediaType: format.mediaType,
                        schema: isText ? JSONSchema.text : ["type": "string", "format": "binary"],
                        headers: ["Content-Disposition"])
                ], problems: [503])
        ) { try await $0.statementFile(format, $1) }
    }

    /// Stands for all statements, one after the other.
    static let everyStatement = "both"

    static let statementSchemas: [String: JSONValue] = {
        let mention = JSONSchema.object(["type": JSONSchema.text, "id": JSONSchema.id, "name": JSONSchema.text])
        let nullableNumber = JSONSchema.nullable(JSONSchema.integer)
        let words = { (words: [String]) in JSONSchema.choice(words) }
        return [
            "Mention": mention,
            "StatementRow": JSONSchema.object(
                [
                    "key": JSONSchema.text, "reference": JSONSchema.text, "title": JSONSchema.text,
                    "source": words(["annexA", "otherFramework", "own"]), "sourceName": JSONSchema.text,
                    "requirement": JSONSchema.id,
                    "decision": words(StatementRow.Decision.allCases.map(\.rawValue)),
                    "justification": JSONSchema.text,
                    "basis": words(Applicability.ExclusionBasis.allCases.map(\.rawValue)),
                    "exceptFor": JSONSchema.list(JSONSchema.reference("Mention")),
                    "reasons": JSONSchema.list(
                        JSONSchema.object(
                            [
                                "kind": JSONSchema.text, "text": JSONSchema.text,
                                "record": JSONSchema.reference("Mention"),
                            ], required: ["kind", "text"])),
                    "controls": JSONSchema.list(
                        JSONSchema.object([
                            "control": JSONSchema.reference("Mention"),
                            "status": words(Control.Status.allCases.map(\.rawValue)),
                        ])),
                ],
                required: [
                    "key", "reference", "title", "source", "sourceName", "decision", "exceptFor", "reasons", "controls",
                ]),
            "StatementContent": JSONSchema.object(
                [
                    "organisation": JSONSchema.text, "framework": JSONSchema.text, "frameworkName": JSONSchema.text,
                    "frameworkSHA256": JSONSchema.text, "scope": JSONSchema.text, "day": JSONSchema.day,
                    "ledgerSize": JSONSchema.integer, "rows": JSONSchema.list(JSONSchema.reference("StatementRow")),
                ],
                required: [
                    "organisation", "framework", "frameworkName", "frameworkSHA256", "day", "ledgerSize", "rows",
                ]),
            "StatementVersion": JSONSchema.object([
                "id": JSONSchema.id, "version": JSONSchema.integer, "number": JSONSchema.integer,
                "status": words(StatementOfApplicability.Status.allCases.map(\.rawValue)),
                "preparedBy": JSONSchema.nullable(JSONSchema.text), "submittedOn": JSONSchema.nullable(JSONSchema.day),
                "approvedBy": JSONSchema.nullable(JSONSchema.text), "approvedOn": JSONSchema.nullable(JSONSchema.day),
                "blocking": JSONSchema.nullable(JSONSchema.text), "note": JSONSchema.nullable(JSONSchema.text),
                "sha256": JSONSchema.text,
            ]),
            "Statement": JSONSchema.object([
                "version": JSONSchema.nullable(JSONSchema.reference("StatementVersion")),
                "content": JSONSchema.reference("StatementContent"),
                "blocking": JSONSchema.texts, "changed": JSONSchema.texts,
                "versions": JSONSchema.list(JSONSchema.reference("StatementVersion")),
            ]),
            "StatementDifferences": JSONSchema.object([
                "from": nullableNumber, "to": nullableNumber,
                "rows": JSONSchema.list(
                    JSONSchema.object([
                        "key": JSONSchema.text,
                        "parts": JSONSchema.list(words(StatementDifference.Part.allCases.map(\.rawValue))),
                        "before": JSONSchema.nullable(JSONSchema.reference("StatementRow")),
                        "after": JSONSchema.nullable(JSONSchema.reference("StatementRow")),
                    ])),
            ]),
            "StatementSubmission": JSONSchema.object(["note": JSONSchema.nullable(JSONSchema.text)], required: []),
        ]
    }()
}
