// Meridian Credit: controls of people, assets and sites.
import Records

extension Meridian {
    static let peopleControls: [ControlDraft] = [
        ControlDraft(
            "HR-01", "Background checked before the first day", .preventive, .onEvent, "amara", security: "A.6.1",
            what: "Identity, references and, for finance roles, criminal record, as the law allows.",
            how: "People collects, the manager decides, papers are destroyed after six months.",
            test: "Ten new colleagues: check is dated before the start."),
        ControlDraft(
            "HR-02", "Duties of security in the contract", .preventive, .onEvent, "amara", security: "A.6.2 A.6.6",
            what: "Contracts and supplier staff sign secrecy and the rules of use.",
            how: "Text by Legal; signature before an account is opened.",
            test: "Accounts without a signed paper: none."),
        ControlDraft(
            "HR-03", "Competence planned and proven", .preventive, .yearly, "amara", security: "7.2", ai: "7.2 A.4.6",
            cost: 45_000,
            what: "What each role must know, who has learnt it, and whether it helped.",
            how: "Matrix by role; AI roles were added in September, proofs are being collected.",
            test: "Five people of five roles: certificate or observed work."),
        ControlDraft(
            "HR-04", "Awareness of security and AI", .preventive, .yearly, "amara", security: "7.3 A.6.3", ai: "7.3",
            cost: 8_000,
            what: "Course for all each year, tests by mail each quarter, an hour on AI for those who use it.",
            how: "Reminders after two and four weeks; managers see who is missing.",
            test: "Share of staff with a course this year; click rate of the last test."),
        ControlDraft(
            "HR-05", "Breaches of rules handled fairly", .corrective, .onEvent, "amara", security: "A.6.4", day: -34,
            implemented: nil,
            what: "Steps from a talk to dismissal, agreed with the works council.",
            how: "Draft lies with the works council since October.", test: "Agreement signed and published."),
        ControlDraft(
            "HR-06", "Safe work from anywhere", .preventive, .continuous, "amara", security: "A.6.7 A.7.9",
            on: ["laptops"],
            what: "Rules for home, train and abroad; travel to listed countries with a loan device.",
            how: "Part of the yearly course; loan devices at the service desk.",
            test: "Three interviews; list of loan devices of the quarter."),
        ControlDraft(
            "HR-07", "Anybody can report, about AI as well", .detective, .continuous, "ines", security: "A.6.8",
            ai: "A.3.3",
            what: "One button for events, weaknesses and worries about AI systems; anonymous if wanted.",
            how: "Duty officer answers within a day; nobody may suffer for a report.",
            test: "Time to the first answer for all reports of the quarter."),
        ControlDraft(
            "PHY-01", "Entry to the offices", .preventive, .continuous, "amara", security: "A.7.1 A.7.2 A.7.3",
            on: ["berlin", "lisbon"], cost: 6_000,
            what: "Badges, visitors with a host, cabinets for papers with personal data.",
            how: "Reception keeps the book; badges end with the contract.",
            test: "Walk in behind a colleague in both offices."),
        ControlDraft(
            "PHY-02", "Offices watched and safe from fire and water", .detective, .continuous, "amara",
            security: "A.7.4 A.7.5", on: ["berlin", "lisbon"], day: -34, implemented: nil,
            what: "Alarm at night, smoke detectors, plan for water from the floor above.",
            how: "The landlord of Lisbon still owes the maintenance records.", test: "Records of both landlords."),
        ControlDraft(
            "PHY-03", "Clear desk and locked screen", .preventive, .daily, "amara", security: "A.7.7",
            on: ["berlin", "lisbon"],
            what: "Nothing confidential on desks at night; screens lock after three minutes.",
            how: "Round in the evening once a month, friendly card on the desk.",
            test: "Cards of the last three rounds."),
        ControlDraft(
            "PHY-04", "Media and devices wiped before they go", .preventive, .onEvent, "tomasz",
            security: "A.7.10 A.7.14", on: ["laptops", "phones"],
            what: "Encrypted devices are wiped and handed to a certified recycler against a receipt.",
            how: "Serial numbers of list and receipt must agree.", test: "Ten devices that left this year."),
        ControlDraft(
            "AST-01", "Assets listed, with owners, and handed back", .preventive, .quarterly, "tomasz",
            security: "A.5.9 A.5.11", ai: "A.4.2", on: ["laptops", "phones", "cloud"],
            what: "One inventory for information, systems, AI systems and devices.",
            how: "Cloud tags and device management feed it; owners confirm each quarter.",
            test: "Ten from the floor to the list, ten from the list to the floor."),
    ]
}
