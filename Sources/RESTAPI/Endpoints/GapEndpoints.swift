// The calls about gaps, the plan that closes them, and the library of controls.
import Governance
import HTTPTypes
import MerkleLog
import RecordKit
import Records

extension RESTRoutes {
    /// How gaps are graded and put in order, for whoever reads them without the pages.
    static let gapRule =
        "A gap is a requirement in scope that is shown as nonconform, partly conform or unknown; a row that one answer "
        + "fills is one gap. possibleMajor: a clause 4 to 10 of ISO/IEC 42001 or 27001 that is nonconform or partly "
        + "conform may be found a major nonconformity, and then no certificate is granted. minorAtLeast: an applicable "
        + "control of Annex A that is nonconform. notBlocking: everything else that is known. notKnown: nobody has "
        + "answered. A measure counts 3 points for each requirement that may be a major nonconformity, 2 for another "
        + "one that is nonconform, 1 for partly conform, 0 for unknown; the order is by points for each day of effort."

    static func gapEndpoints() -> [Endpoint] { ofAssessments() + ofControls() }

    private static func ofAssessments() -> [Endpoint] {
        let root = "/api/v1/assessments/{id}"
        let effects = CertificationEffect.allCases.map(\.rawValue)
        return [
            Endpoint(
                .get, root + "/gaps",
                Operation(
                    id: "getGaps", tag: "Assessment", summary: "Read the gaps of an assessment",
                    words: gapRule,
                    parameters: [
                        .init(name: "framework", words: "The key of a framework.", schema: JSONSchema.text),
                        .init(
                            name: "severity", words: "The worst of what is shown.",
                            schema: JSONSchema.choice(GapFilter.severities.map(\.rawValue))),
                        .init(
                            name: "certification", words: "What it means for a certificate.",
                            schema: JSONSchema.choice(effects)),
                        .init(
                            name: "area", words: "The id of an area, as the posture names it.",
                            schema: JSONSchema.text),
                        .init(name: "owner", words: "The person who owns the answer.", schema: JSONSchema.id),
                        .init(
                            name: "measure", words: "The id of a suggestion: the gaps that it would close.",
                            schema: JSONSchema.text),
                        .init(
                            name: "hasTask", words: "With or without an open task about it.",
                            schema: JSONSchema.boolean),
                        .init(
                            name: "sort", words: "Effect against effort, or another order.",
                            schema: JSONSchema.with(
                                JSONSchema.choice(GapFilter.Order.allCases.map(\.rawValue)), ["default": "effect"])),
                        .asOf,
                    ],
                    answers: [
                        .init(words: "Gaps and what closes them.", schema: JSONSchema.reference("GapList"))
                    ])
            ) { try await $0.gaps($1.path.id(), $1) },
            Endpoint(
                .post, root + "/gaps/tasks",
                Operation(
                    id: "makeGapTasks", tag: "Assessment", summary: "Make tasks of gaps",
                    words: "One task for each gap, and one for each measure. A gap with an open task about all its "
                        + "requirements gets no second one, and the answer says so.",
                    body: .init(
                        schema: JSONSchema.reference("GapTasks"),
                        example: ["measures": ["MS-06"], "dueOn": "2027-03-31"]),
                    answers: [.init(words: "What became of each.", schema: JSONSchema.reference("GapTasksMade"))])
            ) { try await $0.makeGapTasks($1.path.id(), $1) },
            Endpoint(
                .get, root + "/burndown",
                Operation(
                    id: "getBurndown", tag: "Assessment", summary: "Read how gaps went down",
                    words: "Computed from the revisions as of each week's point, oldest first.",
                    parameters: [
                        .init(
                            name: "weeks", words: "How many points.",
                            schema: [
                                "type": "integer", "minimum": 2, "maximum": .integer(GapService.weeksMax),
                                "default": .integer(GapService.weeksUsual),
                            ])
                    ], answers: [.init(words: "The points.", schema: JSONSchema.reference("Burndown"))])
            ) { try await $0.burndown($1.path.id(), $1) },
        ]
    }

    private static func ofControls() -> [Endpoint] {
        let tag = Control.schema.erased.pluralLabel
        return [
            Endpoint(
                .get, "/api/v1/controls/suggestions",
                Operation(
                    id: "getControlSuggestions", tag: tag, summary: "Read the controls that the catalogue suggests",
                    words: "Each with the requirements that it serves in the frameworks that you follow: by the "
                        + "catalogue's own list, and by what the crosswalk calls equal or contained.",
                    answers: [.init(words: "All of them.", schema: JSONSchema.reference("ControlSuggestions"))])
            ) { try await $0.controlSuggestions($1) },
            Endpoint(
                .post, "/api/v1/controls/suggestions/adopt",
                Operation(
                    id: "adoptControls", tag: tag, summary: "Take suggested controls over",
                    words: "Makes a planned control of each. What is there already, by the suggestion or by its words "
                        + "and requirements, is not made twice.",
                    body: .init(
                        schema: JSONSchema.reference("ControlAdoption"), example: ["suggestions": ["IS-06"]]),
                    answers: [
                        .init(words: "What became of each.", schema: JSONSchema.reference("ControlsAdopted"))
                    ], problems: [409])
            ) { try await $0.adoptControls($1) },
            Endpoint(
                .get, "/api/v1/controls/duplicates",
                Operation(
                    id: "getControlDuplicates", tag: tag, summary: "Read controls that are probably the same",
                    words: "Likeness is what two have in common over what either has, of the words of the titles and "
                        + "of the requirements. A pair is probable with 0.75 of the words, or with 0.4 and half of the "
                        + "requirements.",
                    answers: [.init(words: "The likest first.", schema: JSONSchema.reference("ControlDuplicates"))])
            ) { try await $0.controlDuplicates($1) },
            Endpoint(
                .post, "/api/v1/controls/duplicates/merge",
                Operation(
                    id: "mergeControls", tag: tag, summary: "Make one control of two",
                    words: "What the dropped one serves is added to the one that stays, records that name it name the "
                        + "other, and it is retired and archived, all in one transaction.",
                    body: .init(
                        schema: JSONSchema.reference("ControlMerge"),
                        example: [
                            "keep": ["id": .string(FieldDescription.exampleID), "version": 1],
                            "drop": ["id": .string(FieldDescription.exampleID), "version": 1],
                            "reason": "The same control under two names.",
                        ]),
                    answers: [
                        .init(words: "The control that stays.", schema: JSONSchema.reference("ControlsMerged"))
                    ], problems: [404, 409, 412])
            ) { try await $0.mergeControls($1) },
        ]
    }
}
