// Meridian Credit: its two rounds of assessment, last year's of information security and the integrated one.
import Governance
import Records

extension Meridian {
    static let integrated = AssessmentDraft(
        key: "integrated", title: "Integrated gap assessment, autumn", lead: "ines",
        frameworks: [FrameworkLibrary.ai, FrameworkLibrary.security], day: -43, due: 10,
        notes: """
            First round over both standards. Interviews with eleven units; the sites were visited in October. \
            Open: internal audit, management review, suppliers of AI and the use of AI systems.
            """,
        answers: clauseAnswers + aiAnswers + securityAnswers + quietAnswers, sections: sections)

    private static let sections = [
        SectionDraft(
            section: "iso27001-2022:A.6", by: "katarzyna", assignee: "amara", reviewer: "ines", day: -12, due: -4,
            note: "Please read what we noted in October, and correct what changed with the new contracts.",
            steps: [.submit(-7), .accept(-6)]),
        SectionDraft(
            section: "iso42001-2023:A.10", by: "rohan", assignee: "elena", reviewer: "rohan", day: -8, due: 2,
            note: "The use of AI by suppliers is not answered yet; the contracts are with you.",
            steps: [
                .submit(-4),
                .returned(-3, "Two suppliers of the document reader are missing, and A.10.3 has no evidence yet."),
            ]),
        SectionDraft(
            section: "iso27001-2022:A.7", by: "katarzyna", assignee: "tomasz", reviewer: "katarzyna", day: -6, due: 3,
            note: "Sites were visited in October; the new floor in Lisbon was not.", steps: [.submit(-2)]),
        SectionDraft(
            section: "iso42001-2023:A.7", by: "rohan", assignee: "yuki", reviewer: "rohan", day: -2, due: 7,
            note: "Data of the scoring model first; the chatbot's transcripts can wait."),
    ]

    static let lastYear = AssessmentDraft(
        key: "lastYear", title: "Gap assessment ISO/IEC 27001, last year", lead: "daniel",
        frameworks: [FrameworkLibrary.security], day: -400, due: -370,
        notes:
            "Information security only, before the AI management system was begun. Six controls left out as excluded.",
        answers: lastYearAnswers, closed: -372)

    private static let metThen = """
        4.1 4.3 4.4 5.1 5.2 5.3 6.1.1 7.1 7.2 7.5.1 7.5.2 7.5.3 8.1 9.2.1 9.3.1 9.3.3 10.1 A.5.1 A.5.2 A.5.3 \
        A.5.4 A.5.5 A.5.6 A.5.8 A.5.10 A.5.11 A.5.14 A.5.16 A.5.17 A.5.20 A.5.23 A.5.25 A.5.27 A.5.28 A.5.31 \
        A.5.32 A.5.34 A.5.35 A.5.37 A.6.1 A.6.2 A.6.4 A.6.5 A.6.6 A.6.7 A.7.1 A.7.2 A.7.3 A.7.5 A.7.7 A.7.14 \
        A.8.1 A.8.4 A.8.5 A.8.6 A.8.7 A.8.13 A.8.17 A.8.18 A.8.19 A.8.20 A.8.21 A.8.22 A.8.23 A.8.24 A.8.26 \
        A.8.27 A.8.29 A.8.32 A.8.34
        """
    private static let partlyMetThen = """
        4.2 6.1.2 6.1.3 6.2 6.3 7.3 7.4 8.2 8.3 9.2.2 9.3.2 10.2 A.5.9 A.5.12 A.5.15 A.5.19 A.5.21 A.5.22 \
        A.5.24 A.5.26 A.5.33 A.5.36 A.6.3 A.6.8 A.7.4 A.7.9 A.7.10 A.8.2 A.8.3 A.8.9 A.8.10 A.8.11 A.8.25 \
        A.8.28 A.8.31 A.8.33
        """
    private static let notMetThen = """
        9.1 A.5.7 A.5.13 A.5.18 A.5.29 A.5.30 A.8.8 A.8.12 A.8.14 A.8.15 A.8.16
        """
    private static let notesThen = [
        "A.5.18": "Movers keep what they had. Nobody withdraws.",
        "A.8.8": "No dates are set for closing weaknesses.",
        "A.8.15": "Logs are kept by each team as it likes.",
        "A.8.14": "One zone, known to the board, no budget this year.",
        "9.1": "Figures are collected when somebody asks.",
        "A.5.29": "No plan.",
        "A.8.12": "Nothing in place.",
        "A.8.2": "Eleven standing administrators, target is two.",
    ]

    private static var lastYearAnswers: [AnswerDraft] {
        let groups: [(String, Answer.Result, Int)] = [
            (metThen, .conform, 3), (partlyMetThen, .partlyConform, 2), (notMetThen, .nonconform, 1),
        ]
        let all = groups.flatMap { references, result, maturity in
            references.split(separator: " ").map { (String($0), result, maturity) }
        }
        return all.enumerated().map { n, answer in
            .security(
                answer.0, answer.1, answer.2, by: "katarzyna", day: -398 + n / 7,
                owner: answer.1 == .conform ? nil : "tomasz", due: answer.1 == .conform ? nil : -250,
                notesThen[answer.0])
        }
    }
}
