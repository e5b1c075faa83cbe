// Meridian Credit: evidence of access, operation, suppliers and people that lies elsewhere.
import Records

extension Meridian {
    private static let wiki = "https://wiki.meridian-credit.example/evidence/"

    static let evidenceRecords: [EvidenceDraft] = [
        EvidenceDraft(
            "Masking rules of the warehouse", .link(wiki + "masking"), by: "yuki", covers: -60 ... -47,
            validUntil: 120, shows: ["DAT-06"], day: -41, review: ("katarzyna", -37),
            "Rules by column and role, with the test queries."),
        EvidenceDraft(
            "Classification guide", .link(wiki + "classification"), by: "ines", covers: -400 ... -200,
            validUntil: 150, shows: ["DAT-07"], day: -36,
            "Four classes with examples; labels are not used everywhere yet."),
        EvidenceDraft(
            "Leavers of the third quarter", .link(wiki + "leavers"), by: "tomasz", covers: -146 ... -55,
            validUntil: 37, shows: ["IAM-01"], security: "A.5.16", day: -44, review: ("katarzyna", -39),
            "Eleven leavers, all closed on the last day."),
        EvidenceDraft(
            "Second factor report", .link(wiki + "mfa"), by: "tomasz", covers: -30 ... -28,
            validUntil: 28, shows: ["IAM-02"], security: "A.8.5", day: -26, review: ("katarzyna", -22),
            "No sign-in without a second factor in 30 days."),
        EvidenceDraft(
            "Standing administrators", .link(wiki + "privileged"), by: "tomasz", covers: -90 ... -50,
            validUntil: -4, shows: ["IAM-04"], day: -48, review: ("katarzyna", -42),
            "Two emergency accounts; one standing right was found and is being removed."),
        EvidenceDraft(
            "Sessions of administrators, October", .link(wiki + "privileged/sessions"), by: "tomasz",
            covers: -54 ... -24,
            validUntil: 66, shows: ["IAM-04"], day: -20,
            "124 sessions, each with a ticket."),
        EvidenceDraft(
            "Repository settings", .link(wiki + "repository"), by: "mateus", covers: -45 ... -45,
            validUntil: 50, shows: ["IAM-05"], security: "A.8.4", day: -43, review: ("katarzyna", -36),
            "Export of branch protection and teams."),
        EvidenceDraft(
            "Row and column policies, test", .link(wiki + "warehouse/policies"), by: "yuki", covers: -42 ... -42,
            validUntil: 140, shows: ["IAM-06"], security: "A.8.3", day: -38, review: ("katarzyna", -33),
            "Six forbidden queries from six roles: all refused."),
        EvidenceDraft(
            "Signed rules of acceptable use", .link(wiki + "acceptable-use"), by: "ines", covers: -320 ... -60,
            validUntil: 45, shows: ["IAM-08"], security: "A.5.10", ai: "A.9.2", day: -35, review: ("katarzyna", -30),
            "178 of 181 signed this year."),
        EvidenceDraft(
            "Threat models of the third quarter", .link(wiki + "threat-models"), by: "mateus", covers: -146 ... -55,
            validUntil: 80, shows: ["DEV-01"], security: "A.8.25", day: -40, review: ("katarzyna", -34),
            "Five larger changes with answers."),
        EvidenceDraft(
            "Scan results of the main branch", .link(wiki + "scans"), by: "mateus", covers: -30 ... -30,
            validUntil: 14, shows: ["DEV-02"], security: "A.8.29", day: -28, review: ("katarzyna", -24),
            "No high finding open; licences clean."),
        EvidenceDraft(
            "Changes of one month against tickets", .link(wiki + "changes"), by: "mateus", covers: -54 ... -24,
            validUntil: 65, shows: ["DEV-03"], security: "A.8.32", day: -21, review: ("hanna", -16),
            "212 deployments, all with ticket and reviewer."),
        EvidenceDraft(
            "Accounts and paths between environments", .link(wiki + "environments"), by: "mateus", covers: -40 ... -40,
            validUntil: 140, shows: ["DEV-04"], day: -37,
            "One shared bucket between test and production was found."),
        EvidenceDraft(
            "Project questionnaires", .link(wiki + "projects"), by: "ines", covers: -146 ... -50,
            validUntil: 85, shows: ["DEV-05"], security: "A.5.8", day: -34, review: ("katarzyna", -29),
            "Seven projects, all answered before the start."),
        EvidenceDraft(
            "Firewall rules with owners", .link(wiki + "firewall"), by: "tomasz", covers: -50 ... -46,
            validUntil: 40, shows: ["NET-01"], security: "A.8.20", day: -42, review: ("katarzyna", -38),
            "318 rules, 22 removed."),
        EvidenceDraft(
            "Ages of open weaknesses, May", .link(wiki + "weaknesses/may"), by: "tomasz", covers: -205 ... -176,
            validUntil: -85, shows: ["OPS-01"], day: -47, review: ("katarzyna", -43),
            "From before the board on Mondays; kept to show the trend."),
        EvidenceDraft(
            "Ages of open weaknesses, October", .link(wiki + "weaknesses/october"), by: "tomasz", covers: -54 ... -24,
            validUntil: 6, shows: ["OPS-01"], day: -19, review: ("katarzyna", -14),
            "No critical one over 7 days; nine high ones over 30."),
        EvidenceDraft(
            "Drift of baselines, week 42", .link(wiki + "baselines"), by: "tomasz", covers: -42 ... -36,
            validUntil: 30, shows: ["OPS-02"], security: "A.8.9 A.8.17", day: -34, review: ("katarzyna", -30),
            "Four deviations, all undone within a day."),
        EvidenceDraft(
            "Device compliance report", .link(wiki + "devices"), by: "tomasz", covers: -32 ... -31,
            validUntil: 29, shows: ["OPS-03"], security: "A.8.1 A.8.7", day: -29, review: ("katarzyna", -25),
            "194 of 196 laptops comply; two are in repair."),
        EvidenceDraft(
            "Log sources and silence alerts", .link(wiki + "logs"), by: "katarzyna", covers: -60 ... -40,
            validUntil: 50, shows: ["OPS-04"], day: -33, review: ("ines", -26),
            "41 sources; the personnel system sends nothing yet."),
        EvidenceDraft(
            "Monthly report of the monitoring service", .link(wiki + "soc/october"), by: "katarzyna",
            covers: -54 ... -24,
            validUntil: 9, shows: ["OPS-05"], security: "A.5.25", day: -18, review: ("ines", -13),
            "Triage within 9 minutes on average; two incidents."),
        EvidenceDraft(
            "Key rotation log", .link(wiki + "keys"), by: "tomasz", covers: -365 ... -40,
            validUntil: 200, shows: ["OPS-07"], security: "A.8.24", day: -36, review: ("katarzyna", -31),
            "All keys younger than a year."),
        EvidenceDraft(
            "Cloud service register", .link(wiki + "cloud-register"), by: "tomasz", covers: -55 ... -45,
            validUntil: 75, shows: ["SUP-03"], security: "A.5.23", day: -40,
            "23 services with shared duties and exit."),
        EvidenceDraft(
            "Review of the cloud provider", .link(wiki + "suppliers/nordwolke"), by: "elena", covers: -400 ... -380,
            validUntil: -15, shows: ["SUP-02"], day: -58,
            "Last year's review; this year's is in the supplier ratings."),
        EvidenceDraft(
            "Incident reviews of the year", .link(wiki + "incidents"), by: "katarzyna", covers: -320 ... -30,
            validUntil: 120, shows: ["INC-02"], security: "A.5.28", day: -25, review: ("ines", -19),
            "Four reviews, all within ten days."),
        EvidenceDraft(
            "Background checks, sample", .link(wiki + "screening"), by: "amara", covers: -365 ... -60,
            validUntil: 100, shows: ["HR-01"], security: "A.6.1", day: -39, review: ("ines", -34),
            "Ten of ten before the first day."),
        EvidenceDraft(
            "Secrecy agreements of supplier staff", .link(wiki + "secrecy"), by: "amara", covers: -420 ... -390,
            validUntil: -25, security: "A.6.6", day: -55, review: ("ines", -50),
            "List of last year; this year's signatures are being collected."),
        EvidenceDraft(
            "Competence matrix", .link(wiki + "competence"), by: "amara", covers: -80 ... -45,
            validUntil: 100, shows: ["HR-03"], day: -40,
            "Roles, needs, proofs; the proofs of five AI roles are missing."),
        EvidenceDraft(
            "Inventory of computing for models", .link(wiki + "computing"), by: "aylin", covers: -240 ... -200,
            validUntil: -20, ai: "A.4.5", day: -53, review: ("rohan", -49),
            "Machines and accelerators as of spring; two clusters came since."),
        EvidenceDraft(
            "Reports of events and worries", .link(wiki + "reports"), by: "ines", covers: -146 ... -30,
            validUntil: 75, shows: ["HR-07"], security: "A.6.8", ai: "A.3.3", day: -28, review: ("katarzyna", -21),
            "29 reports, three about AI; first answer after 4 hours on average."),
        EvidenceDraft(
            "Walk through both offices", .link(wiki + "offices"), by: "amara", covers: -35 ... -34,
            validUntil: 145, shows: ["PHY-01"], security: "A.7.7", day: -31,
            "One door in Lisbon does not close by itself."),
        EvidenceDraft(
            "Receipts of the recycler", .link(wiki + "disposal"), by: "tomasz", covers: -365 ... -50,
            validUntil: 110, shows: ["PHY-04"], security: "A.7.14", day: -37, review: ("katarzyna", -32),
            "31 devices, serial numbers agree."),
        EvidenceDraft(
            "Inventory sample, both ways", .link(wiki + "inventory"), by: "tomasz", covers: -41 ... -40,
            validUntil: 50, shows: ["AST-01"], security: "A.5.9", day: -38, review: ("ines", -33),
            "Ten of ten and nine of ten."),
        EvidenceDraft(
            "Old screenshot of the backup console", .link(wiki + "backup-console"), by: "tomasz", covers: -300 ... -300,
            validUntil: -120, shows: ["BCM-01"], day: -49,
            withdrawn: ("katarzyna", -35, "A picture of green lights shows no restore."),
            "Shows green jobs."),
    ]
}
