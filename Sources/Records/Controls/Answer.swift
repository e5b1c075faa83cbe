// A person's answer to one requirement in one assessment: the *assessed* half of a requirement's status.
package import RecordKit

/// What a person found about one requirement. The assessment's verb alone writes it, for every row that it fills.
package struct Answer: Record {
    package var name: String?
    package var assessment = ID<Assessment>.unset
    package var requirement = ID<Requirement>.unset
    package var result: Result?
    package var maturity: Int?
    package var note: String?
    package var owner: ID<Person>?
    package var dueOn: Day?
    /// Answered for this standard alone, although the other standard shares the requirement.
    package var isSeparate = false
    package var answeredOn: Day?
    package var answeredBy: ID<Person>?
    package var key = ""
    package var origin: Origin?
    package var originNote: String?
    package init() {}

    /// From the best to the worst; an answer without a result is not assessed. What does not apply is said by an
    /// ``Applicability``.
    package enum Result: String, Choice { case conform, partlyConform, nonconform }

    /// How the present result came about; empty for one that a person gave in this assessment.
    package enum Origin: String, Choice { case assessed, carriedOver, acceptedProjection }

    package static let type: RecordType = "answer"
    package static let schema = Schema<Answer>(
        plural: "answers", title: "name",
        help: "What was found for each requirement. Answers are given on the assessment's page, nowhere else.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("owner")))
    ) {
        Section("Answer") {
            Field(
                \.name, "name", label: "Requirement and standard", help: "Filled in from the requirement.", .readOnly,
                .listed, .searchable)
            Field(\.assessment, "assessment", help: "The round that it belongs to.", .fixed, .listed, .filterable)
            Field(\.requirement, "requirement", help: "What is answered.", .fixed, .filterable)
            Field(
                \.result, "result", help: "How far the requirement is met; empty while it is not assessed.", .listed,
                .filterable, .sortable)
            Field(
                \.maturity, "maturity",
                help: "0 nothing, 1 by chance, 2 repeatable, 3 defined, 4 measured, 5 always improved.",
                .range(0...5), .listed, .filterable, .sortable)
            Field(
                \.note, "note", help: "What is there, what is missing, where to see it.", .longText, .searchable)
            Field(
                \.isSeparate, "isSeparate", label: "Answered apart",
                help: "Answered for this standard alone, although the other one shares the requirement.",
                .filterable)
        }
        Section("What follows") {
            Field(\.owner, "owner", help: "Who closes the gap.", .listed, .filterable)
            Field(\.dueOn, "dueOn", label: "Due on", help: "When the gap should be closed.", .listed, .sortable)
        }
        Section("Origin") {
            Field(
                \.answeredOn, "answeredOn", help: "The day of the present result.", .readOnly, .listed, .sortable)
            Field(\.answeredBy, "answeredBy", help: "Who gave it.", .readOnly, .filterable)
            Field(
                \.key, "key", help: "Assessment and requirement: there is one answer for each pair.",
                .length(1...100), .readOnly, .unique)
            Field(
                \.origin, "origin",
                help: "Assessed in this round, carried over from an earlier one, or accepted from a crosswalk.",
                .readOnly, .filterable)
            Field(
                \.originNote, "originNote", label: "Basis of the result",
                help: "The earlier answer, or the path through the crosswalk and the reason.", .longText, .readOnly)
        }
        Check("answeredOn", "a result needs the day on which it was given") {
            $0.result == nil || $0.answeredOn != nil
        }
    }
}
