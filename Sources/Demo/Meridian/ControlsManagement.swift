// Meridian Credit: controls that steer the management system.
import Records

extension Meridian {
    static let managementControls: [ControlDraft] = [
        ControlDraft(
            "GOV-01", "Context, interested parties and scope reviewed", .preventive, .yearly, "ines",
            security: "4.1 4.2 4.3 4.4", ai: "4.1 4.2 4.3 4.4",
            what: "One register of issues and interested parties serves both standards; the scope follows from it.",
            how:
                "1. Each head of unit updates their entries. 2. Compliance compares with the scope. 3. Management confirms.",
            test: "Take five changes of the last year and look for each in the register."),
        ControlDraft(
            "GOV-02", "Policies approved, published and reviewed", .preventive, .yearly, "ines",
            security: "5.2 A.5.1", ai: "5.2 A.2.2 A.2.3 A.2.4", on: ["policies"],
            what: "Every policy has an owner, a version, an approval by the board and a date for its next review.",
            how: "The owner proposes, Compliance checks for contradictions, the board approves, all staff are told.",
            test: "No policy in force is past its review date; approvals stand in the minutes."),
        ControlDraft(
            "GOV-03", "Roles and authorities assigned with deputies", .preventive, .yearly, "charlotte",
            security: "5.3 A.5.2", ai: "5.3 A.3.2", by: "ines",
            what: "Every role of both management systems is held by a named person with a term and a deputy.",
            how: "Compliance proposes, top management activates, the person confirms in writing.",
            test: "Compare the roles in Concord with the organisation chart; ask three holders what they may decide."),
        ControlDraft(
            "GOV-04", "Budget and people for both management systems", .preventive, .yearly, "charlotte",
            security: "5.1 7.1 A.5.4", ai: "5.1 7.1 A.4.6", cost: 12_000, by: "ines",
            what: "The yearly plan names days and money for security and AI governance, unit by unit.",
            how: "Needs come from the objectives and the treatment plan; the board decides in November.",
            test: "Approved amounts against what objectives and treatment plan ask for."),
        ControlDraft(
            "GOV-05", "Documents under control", .preventive, .onEvent, "ines",
            security: "7.5.1 7.5.2 7.5.3 A.5.37", ai: "7.5.1 7.5.2 7.5.3", on: ["policies"],
            what: "Documents have one place, an owner, a version and a reader group; old versions stay readable.",
            how: "Templates set title, owner and class; changes go through review in the wiki.",
            test: "Draw ten documents: owner, version and approval are there, and nobody uses an older copy."),
        ControlDraft(
            "GOV-06", "Objectives and measures followed each quarter", .detective, .quarterly, "ines",
            security: "6.2 9.1", ai: "6.2 9.1 A.6.1.2",
            what: "Nine objectives with measure, target, owner and date, four of them for AI systems.",
            how: "Owners report figures by the fifth working day; deviations become tasks.",
            test: "Recalculate two measures from their source."),
        ControlDraft(
            "GOV-07", "Who tells whom what, and when", .preventive, .yearly, "ines",
            security: "7.4 A.5.5 A.5.6", ai: "7.4 A.8.3",
            what: "A table of occasions, audiences, channels and speakers, with authorities and expert groups.",
            how: "Compliance keeps the table; the press office owns the outside contacts.",
            test: "Call two contacts of the list; both must be right."),
        ControlDraft(
            "GOV-09", "Conflicting duties kept apart", .preventive, .continuous, "ines", security: "A.5.3",
            on: ["identity", "platform"],
            what: "Payout and approval, development and release, operation and audit never lie with one person.",
            how: "A matrix of conflicting roles is enforced in the identity provider and checked with every new role.",
            test: "Query the identity provider for the 14 forbidden pairs: no hit, or an approved exception."),
        ControlDraft(
            "RSK-01", "Risks of AI and security in one register", .preventive, .quarterly, "rohan",
            security: "6.1.1 6.1.2 8.2", ai: "6.1.1 6.1.2 8.2", cost: 24_000, by: "ines",
            what: "One method with consequences for us, for individuals and for society, and an owner for each risk.",
            how:
                "Workshops per system twice a year and after each large change; the register is approved by the board.",
            test: "Two assessors rate three risks apart from each other: they differ by one level at most."),
        ControlDraft(
            "RSK-02", "Treatment plan and Statements of Applicability", .preventive, .quarterly, "katarzyna",
            security: "6.1.3 8.3", ai: "6.1.3 8.3", by: "ines",
            what:
                "Each treatment has controls, owner, date and cost; both statements are drawn from the same controls.",
            how: "After each risk round the plan is renewed; residual risk is accepted by the risk's owner.",
            test: "Every risk above the limit has a treatment that is not overdue."),
        ControlDraft(
            "RSK-03", "Threat intelligence read and passed on", .detective, .weekly, "katarzyna", security: "A.5.7",
            cost: 9_600, by: "ines",
            what: "Advisories of the national office, of our providers and of the banking group are assessed weekly.",
            how: "Security rates each notice; what concerns us becomes a ticket with a date.",
            test: "Three notices of the last quarter with what was done about them."),
        ControlDraft(
            "AUD-01", "Internal audit programme over three years", .detective, .yearly, "ines",
            security: "9.2.1 9.2.2 A.5.35", ai: "9.2.1 9.2.2", by: "ines", implemented: nil,
            what: "All clauses and controls are audited within three years by people who do not run them.",
            how: "Internal Audit plans by risk; audits follow the programme; results go to the board.",
            test: "Coverage of the programme; independence of each auditor."),
        ControlDraft(
            "AUD-02", "Management review with all inputs", .corrective, .yearly, "charlotte",
            security: "9.3.1 9.3.2 9.3.3", ai: "9.3.1 9.3.2 9.3.3", by: "ines", implemented: nil,
            what: "The board reviews both management systems in one meeting and decides on changes and resources.",
            how: "Compliance fills in the inputs two weeks before; decisions become tasks.",
            test: "Minutes cover every input; each decision has an owner and a date."),
        ControlDraft(
            "AUD-03", "Nonconformities corrected at the cause", .corrective, .onEvent, "ines",
            security: "10.1 10.2 A.5.27", ai: "10.1 10.2",
            what: "Findings get a correction, a cause, an action and a check whether it worked.",
            how: "Owner and Compliance look for the cause together; effectiveness is checked after three months.",
            test: "Three closed findings: is the cause named, and did it not come back?"),
        ControlDraft(
            "AUD-04", "Technical compliance checks", .detective, .quarterly, "tomasz", security: "A.5.36 A.8.34",
            on: ["cloud"], day: -38, implemented: nil,
            what: "Rules of the security policy are compared with what systems report.",
            how: "Read-only queries in agreed windows; deviations become tickets.",
            test: "Plant one deviation in the test account and wait for the ticket."),
        ControlDraft(
            "LEG-01", "Register of laws and contracts", .preventive, .quarterly, "jonas", security: "A.5.31 A.5.32",
            ai: "A.8.5", on: ["contracts"],
            what: "Laws, licences and contract duties on security, data and AI, each with an owner.",
            how: "Legal reads the gazettes monthly; owners confirm each quarter what they do about each entry.",
            test: "Two new laws of the year are in the register within 30 days."),
        ControlDraft(
            "LEG-02", "Privacy by design for each processing", .preventive, .onEvent, "jonas", security: "A.5.34",
            on: ["applications", "warehouse", "chatbot"], cost: 18_000,
            what: "Record of processing, legal basis, and a data protection impact assessment where risk is high.",
            how: "Projects fill in the form at the start; the data protection officer advises before approval.",
            test: "Five processings: entry, basis and retention agree with what the system does."),
    ]
}
