// Meridian Credit: what was found for the controls of ISO/IEC 27001, Annex A.
import Records

extension Meridian {
    static let securityAnswers: [AnswerDraft] = [
        .security(
            "A.5.7", .partlyConform, 2, by: "katarzyna", day: -41, owner: "katarzyna", due: 7,
            "Our own sources are read weekly; the group's notices lie in one mailbox."),
        .security(
            "A.5.12", .partlyConform, 2, by: "katarzyna", day: -40, owner: "ines", due: 27,
            "Scheme is clear. In 30 files drawn, 7 had the wrong class."),
        .security(
            "A.5.13", .nonconform, 1, by: "katarzyna", day: -40, owner: "ines", due: 27,
            "No labels outside Legal. Mail is not labelled at all."),
        .security(
            "A.5.18", .nonconform, 1, by: "katarzyna", day: -39, owner: "tomasz", due: -17,
            "Three of ten movers kept rights of the old team for over a month."),
        .security(
            "A.5.18", .partlyConform, 3, by: "katarzyna", day: -18, owner: "tomasz", due: 30,
            "Since October withdrawn within two days; three months of proof are still needed."),
        .security(
            "A.5.21", .partlyConform, 2, by: "katarzyna", day: -36, owner: "elena", due: 19,
            "New contracts fine; three old ones lack sub-suppliers and notice of incidents."),
        .security(
            "A.5.22", .partlyConform, 2, by: "katarzyna", day: -36, owner: "elena", due: 11,
            "12 of 18 reviewed. The reader's maker is a C from last year."),
        .security(
            "A.5.29", .nonconform, 1, by: "katarzyna", day: -34, owner: "tomasz", due: -3,
            "Nothing says how access is controlled when the identity provider is down."),
        .security(
            "A.5.30", .partlyConform, 2, by: "katarzyna", day: -34, owner: "tomasz", due: -3,
            "Impact analysis for six of nine processes."),
        .security(
            "A.5.33", .partlyConform, 2, by: "katarzyna", day: -33, owner: "jonas", due: 42,
            "Retention by class is set; export files have none."),
        .security(
            "A.6.3", .partlyConform, 3, by: "katarzyna", day: -31, owner: "amara", due: 33,
            "Course fine; nothing special for developers and the fraud desk."),
        .security(
            "A.7.9", .partlyConform, 3, by: "katarzyna", day: -30, owner: "amara", due: 31,
            "Rules known, but loan devices were used once on nine trips."),
        .security(
            "A.8.8", .nonconform, 1, by: "katarzyna", day: -38, owner: "tomasz", due: -12,
            "Two critical findings stood open for 19 days."),
        .security(
            "A.8.8", .partlyConform, 3, by: "katarzyna", day: -12, owner: "tomasz", due: 5,
            "No critical one over 7 days any more. Nine high ones over 30."),
        .security(
            "A.8.10", .partlyConform, 2, by: "katarzyna", day: -29, owner: "yuki", due: 24,
            "Warehouse and archive clean; exports in notebooks were forgotten."),
        .security(
            "A.8.11", .partlyConform, 3, by: "katarzyna", day: -29, owner: "yuki", due: 37,
            "Masked in the warehouse, clear names in two old dashboards."),
        .security(
            "A.8.12", .nonconform, 0, by: "katarzyna", day: -28, owner: "katarzyna", due: 34,
            "Nothing in place. Tool chosen, works council not yet asked when we looked."),
        .security(
            "A.8.14", .nonconform, 1, by: "katarzyna", day: -28, owner: "tomasz", due: 58,
            "Scoring runs in one zone. An outage in June cost four hours."),
        .security(
            "A.8.15", .nonconform, 1, by: "katarzyna", day: -37, owner: "katarzyna", due: -10,
            "Seven sources were silent for weeks and nobody saw it."),
        .security(
            "A.8.15", .partlyConform, 3, by: "katarzyna", day: -13, owner: "katarzyna", due: 16,
            "Silence alert works, tested with two sources. Personnel system still missing."),
        .security(
            "A.8.16", .partlyConform, 3, by: "katarzyna", day: -27, owner: "katarzyna", due: 40,
            "42 rules for staff and cloud, none for the partner gateway."),
        .security(
            "A.8.31", .partlyConform, 3, by: "katarzyna", day: -27, owner: "mateus", due: 23,
            "Three accounts; one shared bucket found and closed, path report not yet repeated."),
        .security("A.5.1", .conform, 4, by: "katarzyna", day: -41, "All fifteen policies within their review date."),
        .security(
            "A.5.9", .conform, 3, by: "katarzyna", day: -40,
            "Nineteen of twenty in the sample; the missing one was a test tool."),
        .security("A.5.15", .conform, 3, by: "katarzyna", day: -39),
        .security("A.5.17", .conform, 4, by: "katarzyna", day: -39),
        .security("A.5.19", .conform, 3, by: "katarzyna", day: -36, "Ten contracts of the year, ten ratings."),
        .security("A.5.23", .conform, 3, by: "katarzyna", day: -36),
        .security(
            "A.5.24", .conform, 3, by: "katarzyna", day: -35,
            "Exercise of this month: level set after 22 minutes."),
        .security("A.5.31", .conform, 3, by: "katarzyna", day: -33, "Register complete, amended AI Act is in."),
        .security(
            "A.5.34", .conform, 4, by: "katarzyna", day: -33,
            "Read together with the data protection officer; five processings fit."),
        .security("A.6.1", .conform, 3, by: "katarzyna", day: -31),
        .security("A.6.6", .conform, 3, by: "katarzyna", day: -31, "List of last year seen; renewal is planned."),
        .security("A.7.7", .conform, 3, by: "katarzyna", day: -30, "Two cards in the last round."),
        .security(
            "A.8.2", .conform, 3, by: "katarzyna", day: -26,
            "Two standing administrators, both sealed. One old right found, task is open."),
        .security("A.8.4", .conform, 3, by: "katarzyna", day: -26),
        .security("A.8.5", .conform, 4, by: "katarzyna", day: -26, "No sign-in without second factor in 30 days."),
        .security("A.8.7", .conform, 4, by: "katarzyna", day: -25),
        .security(
            "A.8.13", .conform, 3, by: "katarzyna", day: -25,
            "Restore of the loan platform in 2 h 18 min, complete."),
        .security("A.8.20", .conform, 3, by: "katarzyna", day: -22, "Scan from the office: only named ports."),
        .security("A.8.24", .conform, 4, by: "katarzyna", day: -20, "Oldest key eleven months."),
        .security("A.8.25", .conform, 3, by: "katarzyna", day: -20),
        .security("A.8.29", .conform, 4, by: "katarzyna", day: -18, "Test secret stopped the build within a minute."),
        .security("A.8.32", .conform, 4, by: "katarzyna", day: -16, "212 deployments against tickets: no gap."),
    ]

    /// Controls that were found in order without a word to add.
    private static let quiet = """
        A.5.2 A.5.3 A.5.4 A.5.5 A.5.6 A.5.8 A.5.10 A.5.11 A.5.14 A.5.16 A.5.20 A.5.25 A.5.26 A.5.27 A.5.28 \
        A.5.37 A.6.2 A.6.5 A.6.7 A.6.8 A.7.10 A.7.14 A.8.1 A.8.3 A.8.6 A.8.9 A.8.17 A.8.18 A.8.19 A.8.23 \
        A.8.26 A.8.33
        """.split(separator: " ").map(String.init)

    static let quietAnswers: [AnswerDraft] = quiet.enumerated().map { n, reference in
        .security(reference, .conform, n % 4 == 1 ? 4 : 3, by: "katarzyna", day: -40 + n)
    }
}
