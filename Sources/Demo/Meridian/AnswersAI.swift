// Meridian Credit: what was found for the controls of ISO/IEC 42001, Annex A.
import Records

extension Meridian {
    static let aiAnswers: [AnswerDraft] = [
        .ai("A.2.2", .conform, 3, by: "rohan", day: -38, "Policy names who may stop a system."),
        .ai(
            "A.2.3", .conform, 3, by: "rohan", day: -38,
            "Cross-read with security, privacy and lending policies; one contradiction removed."),
        .ai("A.2.4", .conform, 3, by: "rohan", day: -38),
        .ai(
            "A.3.2", .conform, 3, by: "rohan", day: -38,
            "Owner, validator and overseer are three people for own models."),
        .ai(
            "A.3.3", .conform, 3, by: "rohan", day: -37,
            "Three reports about AI in the quarter, first answer within a day."),
        .ai("A.4.2", .conform, 3, by: "rohan", day: -37),
        .ai(
            "A.4.3", .partlyConform, 2, by: "rohan", day: -37, owner: "yuki", due: 22,
            "Data sheet good for scoring; employment of self-employed missing, fraud data without a sheet."),
        .ai("A.4.4", .conform, 3, by: "rohan", day: -37, "Lock files and registry agree."),
        .ai("A.4.5", .conform, 3, by: "rohan", day: -36, "List of computing seen, from spring."),
        .ai("A.5.2", .conform, 3, by: "rohan", day: -30),
        .ai(
            "A.5.4", .partlyConform, 2, by: "rohan", day: -30, owner: "rohan", due: 40,
            "Sex and age are tested. Nationality and region are only discussed, age 18-25 is near the limit."),
        .ai(
            "A.5.5", .nonconform, 1, by: "rohan", day: -29, owner: "rohan", due: -2,
            "One paragraph for scoring, nothing for the others."),
        .ai("A.6.1.2", .conform, 3, by: "rohan", day: -28),
        .ai(
            "A.6.1.3", .conform, 4, by: "rohan", day: -28,
            "Registry refused a version without validation while we watched."),
        .ai(
            "A.6.2.4", .conform, 4, by: "rohan", day: -27,
            "Report of 4.2 read against the checklist, conditions open and dated."),
        .ai("A.6.2.5", .conform, 3, by: "rohan", day: -27, "Rollback exercise: six minutes."),
        .ai(
            "A.6.2.6", .partlyConform, 3, by: "rohan", day: -24, owner: "aylin", due: 26,
            "Drift and defaults are measured; hits and false alarms of the fraud model are not."),
        .ai(
            "A.6.2.8", .nonconform, 1, by: "rohan", day: -24, owner: "mateus", due: 21,
            "Scoring: complete. Chatbot: transcripts only, no version, no guardrail result. Cannot rebuild a talk."),
        .ai("A.7.2", .conform, 3, by: "rohan", day: -23),
        .ai(
            "A.8.5", .nonconform, 1, by: "rohan", day: -21, owner: "sophie", due: 17,
            "Refusals say \"our assessment\" and a phone number. Reasons exist in the system and are not shown."),
        .ai(
            "A.6.2.3", .nonconform, 1, by: "rohan", day: -26, owner: "aylin", due: -21,
            "Design record of 4.2 was written after the release."),
        .ai(
            "A.6.2.3", .partlyConform, 2, by: "rohan", day: -9, owner: "aylin", due: 35,
            "Record was rebuilt with the team and reviewed; for the fraud model it is half done."),
    ]
}
