// Meridian Credit: what was found for clauses 4 to 10.
import Records

extension Meridian {
    static let clauseAnswers: [AnswerDraft] = [
        .both(
            "4.2", .conform, 3, by: "ines", day: -42,
            "Register of interested parties is one for both. Amd 1 on climate is answered there."),
        .both(
            "5.1", .conform, 4, by: "ines", day: -42,
            "Board meets monthly on both subjects; minutes and budget seen."),
        .both(
            "5.3", .conform, 3, by: "ines", day: -42,
            "All roles in Concord with term; deputies named except for the overseer of the chatbot."),
        .both(
            "6.3", .partlyConform, 2, by: "ines", day: -38, owner: "ines", due: 29,
            "Changes of products are planned, those of the management system itself happen by mail."),
        .both("7.1", .conform, 3, by: "ines", day: -41, "412,000 euros granted, two posts filled since summer."),
        .security(
            "7.2", .conform, 3, by: "ines", day: -37, splits: true,
            "Matrix complete for security roles, certificates seen for five people."),
        .ai(
            "7.2", .partlyConform, 2, by: "ines", day: -37, splits: true, owner: "amara", due: -1,
            "Matrix names AI roles since September; proofs missing for five of nine."),
        .security(
            "7.3", .conform, 4, by: "ines", day: -37, splits: true,
            "171 of 181 did the course; click rate of the last test 3.8 %."),
        .ai(
            "7.3", .partlyConform, 2, by: "ines", day: -37, splits: true, owner: "amara", due: 33,
            "The AI hour reached 106 people; Customer Service is far behind."),
        .both(
            "7.4", .partlyConform, 2, by: "ines", day: -36, owner: "ines", due: 20,
            "Table exists, but nobody is named for questions of applicants about AI decisions."),
        .both("7.5.1", .conform, 3, by: "ines", day: -41),
        .both("7.5.2", .conform, 3, by: "ines", day: -41),
        .both(
            "7.5.3", .conform, 3, by: "ines", day: -41,
            "Ten documents drawn: one old copy in a team folder, removed."),
        .both(
            "10.1", .conform, 3, by: "ines", day: -34,
            "Fourteen improvements since spring, seen in the board's list."),
        .both(
            "10.2", .partlyConform, 2, by: "ines", day: -34, owner: "ines", due: 36,
            "Causes are named; effectiveness was checked for two of six only."),
        .ai("4.1", .conform, 3, by: "ines", day: -42, "Roles as provider and deployer are stated per system."),
        .security("4.1", .conform, 3, by: "ines", day: -42, "Workshop of September, issues with owners."),
        .ai(
            "4.3", .conform, 3, by: "ines", day: -42,
            "Four systems named; office assistants left out with a reason."),
        .security("4.3", .conform, 4, by: "ines", day: -42, "Interfaces to bank and cloud provider are drawn."),
        .ai(
            "4.4", .partlyConform, 2, by: "ines", day: -40, owner: "ines", due: 40,
            "Processes are described for scoring and fraud, not yet for bought systems."),
        .security("4.4", .conform, 3, by: "ines", day: -40),
        .ai("5.2", .conform, 3, by: "ines", day: -40, "Version 2, approved in October, told to all staff."),
        .security("5.2", .conform, 4, by: "ines", day: -40),
        .ai(
            "6.1.1", .partlyConform, 2, by: "rohan", day: -37, owner: "rohan", due: 25,
            "Criteria for harm to individuals are set; for society they are words only."),
        .security("6.1.1", .conform, 3, by: "katarzyna", day: -37),
        .ai(
            "6.1.2", .partlyConform, 2, by: "rohan", day: -37, owner: "rohan", due: 25,
            "Method covers AI; two assessors still differed by two levels in one of three tries."),
        .security(
            "6.1.2", .conform, 3, by: "katarzyna", day: -37,
            "61 risks with owners; method repeated with the same result."),
        .ai(
            "6.1.3", .nonconform, 1, by: "rohan", day: -36, owner: "rohan", due: 9,
            "Nine AI risks above the limit have no treatment. SoA for 42001 is a draft."),
        .security("6.1.3", .conform, 3, by: "katarzyna", day: -36),
        .ai(
            "6.1.4", .partlyConform, 2, by: "rohan", day: -36, owner: "rohan", due: 30,
            "Process and form are good; used once, for credit scoring."),
        .ai(
            "6.2", .partlyConform, 2, by: "ines", day: -36, owner: "rohan", due: 45,
            "Four AI objectives, two without a measure that can be counted."),
        .security("6.2", .conform, 3, by: "ines", day: -36),
        .ai(
            "8.1", .partlyConform, 2, by: "rohan", day: -33, owner: "rohan", due: 38,
            "Gates hold for own models; changes of the chatbot's maker pass by them."),
        .security("8.1", .conform, 3, by: "katarzyna", day: -33),
        .ai(
            "8.2", .nonconform, 1, by: "rohan", day: -33, owner: "rohan", due: 12,
            "Reader and chatbot were rated by their makers; no assessment of our own."),
        .security("8.2", .conform, 3, by: "katarzyna", day: -33, "Autumn round done on time."),
        .security(
            "8.3", .partlyConform, 3, by: "katarzyna", day: -33, owner: "katarzyna", due: 50,
            "31 treatments, four late for lack of budget until October."),
        .ai(
            "8.4", .nonconform, 1, by: "rohan", day: -33, owner: "rohan", due: 30,
            "One of four systems assessed. The chatbot should have been first."),
        .ai(
            "9.1", .partlyConform, 2, by: "ines", day: -32, owner: "ines", due: 28,
            "Override quality is read, not measured."),
        .security(
            "9.1", .partlyConform, 3, by: "ines", day: -32, owner: "ines", due: 28,
            "Figures come from six tools; two were not reproducible."),
    ]
}
