// St. Brigid Hospital: its controls, evidence and tasks.
import Records

extension StBrigid {
    static let controls: [ControlDraft] = [
        ControlDraft(
            "GOV-01", "Policies approved by the board", .preventive, .yearly, "declan", security: "5.2 A.5.1",
            ai: "5.2 A.2.2", on: ["policies"], by: "orla", day: -48, implemented: -40,
            what: "Policies carry version, approval and date of review.",
            how: "Quality proposes, the board approves, wards are told at the hand-over.",
            test: "Approval of each policy in the minutes."),
        ControlDraft(
            "GOV-02", "Roles and committee for both systems", .preventive, .quarterly, "declan", security: "5.3 A.5.2",
            ai: "5.3 A.3.2", by: "orla", day: -48, implemented: -41, what: "One committee for security and AI.",
            how: "Meets monthly, chaired by the chief executive.", test: "Minutes of three meetings."),
        ControlDraft(
            "GOV-03", "Scope, context and parties kept up to date", .preventive, .yearly, "orla",
            security: "4.1 4.2 4.3",
            ai: "4.1 4.2 4.3", by: "orla", day: -48, implemented: -42, what: "One register for both standards.",
            how: "Reviewed each autumn.", test: "Changes of the year are in it."),
        ControlDraft(
            "GOV-04", "Documents in the quality handbook", .preventive, .onEvent, "orla", security: "7.5.2 7.5.3",
            ai: "7.5.2 7.5.3", by: "orla", day: -48, implemented: -42, what: "One place, one version, one owner.",
            how: "Rules of the handbook hold for both systems.", test: "Ten documents drawn."),
        ControlDraft(
            "AI-01", "A nurse decides the level", .preventive, .continuous, "siobhan", ai: "A.9.2 A.9.4",
            on: ["triage", "ednurses"], by: "aoife", day: -46, implemented: -36,
            what: "The proposal is shown after the nurse's own first judgement.",
            how: "The screen asks for the nurse's level first; a difference of two levels calls the senior nurse.",
            test: "Watch ten arrivals."),
        ControlDraft(
            "AI-02", "Agreement of nurse and system counted", .detective, .monthly, "priya", ai: "A.6.2.6",
            on: ["triage", "edlog"], by: "aoife", day: -46, implemented: -35,
            what: "Share of equal, higher and lower levels, by age and hour.",
            how: "Count from the log in the first week of the month.", test: "Recount one week."),
        ControlDraft(
            "AI-03", "Impact on patients assessed", .preventive, .yearly, "aoife", ai: "6.1.4 8.4 A.5.2 A.5.4",
            on: ["triage"], by: "orla", day: -46, implemented: nil,
            what: "Harm by levels that are too low, for children and people with poor English too.",
            how: "Workshop with emergency physicians and a patients' representative.",
            test: "Report exists and is current."),
        ControlDraft(
            "AI-04", "Maker of the triage system reviewed", .detective, .yearly, "priya", security: "A.5.22",
            ai: "A.10.3", on: ["triagemodel"], by: "aoife", day: -46, implemented: nil,
            what: "Changes of the model, incidents at other hospitals, test results.",
            how: "Yearly meeting with the maker; contract change is being negotiated.", test: "Minutes and results."),
        ControlDraft(
            "SEC-01", "Badge and password at shared work places", .preventive, .continuous, "ciaran",
            security: "A.5.15 A.8.5", on: ["workstations", "ehr"], by: "orla", day: -45, implemented: -38,
            what: "Nobody works under another name.", how: "Session moves with the badge.",
            test: "Round through two wards."),
        ControlDraft(
            "SEC-02", "Emergency access checked afterwards", .detective, .weekly, "ciaran", security: "A.5.15 A.5.18",
            on: ["ehr"], by: "orla", day: -45, implemented: nil, what: "Each use is read by the ward's physician.",
            how: "List each Monday; questions to the user.", test: "Lists of one month."),
        ControlDraft(
            "SEC-03", "Offline backups", .corrective, .daily, "ciaran", security: "A.8.13", on: ["backups"],
            cost: 58_000,
            by: "orla", day: -45, implemented: -39, what: "One copy cannot be reached from the network.",
            how: "Tapes leave the house each morning.", test: "Restore twice a year."),
        ControlDraft(
            "SEC-04", "Zone for medical devices", .preventive, .continuous, "ciaran", security: "A.8.20 A.8.22",
            on: ["network", "monitors"], by: "orla", day: -45, implemented: -37,
            what: "Devices speak to their servers only.", how: "Rules by device class.", test: "Scan from a ward."),
        ControlDraft(
            "SEC-05", "Old devices replaced or shielded", .corrective, .quarterly, "ciaran", security: "A.8.8",
            on: ["monitors"], cost: 240_000, by: "orla", day: -45, implemented: nil,
            what: "No device without support stands open.", how: "List by risk, replacement over three years.",
            test: "Number of devices without support."),
        ControlDraft(
            "SEC-06", "Malware protection", .preventive, .continuous, "ciaran", security: "A.8.7",
            on: ["workstations", "mail"], by: "orla", day: -45, implemented: -39, what: "All work places and servers.",
            how: "Central console, alerts to the night duty.", test: "Test file on five work places."),
        ControlDraft(
            "SEC-07", "Incident plan and exercise", .corrective, .yearly, "ciaran", security: "A.5.24 A.5.26",
            ai: "A.8.4", by: "orla", day: -44, implemented: -36, what: "Who decides, who calls, how care goes on.",
            how: "Exercise with two wards each year.", test: "Report of the last exercise."),
        ControlDraft(
            "SEC-08", "Care on paper", .corrective, .yearly, "ciaran", security: "A.5.29 A.5.30", by: "orla", day: -44,
            implemented: -36, what: "Each ward can work without computers for three days.",
            how: "Boxes with forms, practised each autumn.", test: "Open three boxes."),
        ControlDraft(
            "SEC-09", "Data room protected", .preventive, .continuous, "ciaran", security: "A.7.1 A.7.2 A.7.11",
            on: ["dataroom"], by: "orla", day: -44, implemented: -36, what: "Entry by badge, power and cooling twice.",
            how: "Generator test each month.", test: "Log of entries and of generator tests."),
        ControlDraft(
            "SEC-10", "Awareness of all staff", .preventive, .yearly, "orla", security: "7.3 A.6.3", ai: "7.3",
            by: "orla", day: -44, implemented: nil, what: "Half an hour a year, on the ward.",
            how: "Link nurses teach their team.", test: "Share of staff."),
        ControlDraft(
            "SEC-11", "Inventory with medical devices", .preventive, .quarterly, "ciaran", security: "A.5.9",
            on: ["monitors", "workstations"], by: "orla", day: -44, implemented: nil,
            what: "One list for computers and devices.",
            how: "Medical engineering counts ward by ward.", test: "Ten from the floor to the list."),
        ControlDraft(
            "SEC-12", "Fax for referrals", .preventive, .daily, "ciaran", security: "A.5.14", by: "orla", day: -44,
            implemented: -43, retired: (-34, "Referrals go by secure mail since October."),
            what: "Referrals by fax to known numbers.", how: "Numbers are stored.", test: "List of numbers."),
    ]

    private static let intranet = "https://intranet.stbrigid.example/evidence/"

    static let evidence: [EvidenceDraft] = [
        EvidenceDraft(
            "Agreement of nurse and system, October",
            .file(name: "agreement-october.csv", mediaType: "text/csv", text: agreement), by: "priya",
            covers: -54 ... -24, validUntil: 9, shows: ["AI-02"], day: -20, review: ("aoife", -16),
            "Counts by proposed and decided level."),
        EvidenceDraft(
            "Restore of the health record", .file(name: "restore.txt", mediaType: "text/plain", text: restore),
            by: "ciaran", covers: -31 ... -31, validUntil: 150, shows: ["SEC-03"], day: -29, review: ("orla", -27),
            "From the offline copy to a test server."),
        EvidenceDraft(
            "Minutes of the committee", .link(intranet + "committee"), by: "orla", covers: -40 ... -38, validUntil: 55,
            shows: ["GOV-02"], day: -36, review: ("aoife", -33), "First meeting on both systems."),
        EvidenceDraft(
            "Security policy", .link(intranet + "policy"), by: "orla", covers: -40 ... -40, validUntil: 325,
            shows: ["GOV-01"], security: "5.2", day: -38, "As approved."),
        EvidenceDraft(
            "Scope statement", .link(intranet + "scope"), by: "orla", covers: -58 ... -42, validUntil: 320,
            shows: ["GOV-03"], day: -37, review: ("ciaran", -32), "With a map of systems."),
        EvidenceDraft(
            "Handbook, chapter on documents", .link(intranet + "handbook"), by: "orla", covers: -400 ... -42,
            validUntil: 200, shows: ["GOV-04"], day: -37, "In force since last year."),
        EvidenceDraft(
            "Observation of ten arrivals", .link(intranet + "arrivals"), by: "siobhan", covers: -33 ... -32,
            validUntil: 60, shows: ["AI-01"], day: -30, review: ("aoife", -26),
            "The nurse's level came first in ten of ten."),
        EvidenceDraft(
            "Scan of the device zone", .link(intranet + "zone"), by: "ciaran", covers: -35 ... -35, validUntil: 12,
            shows: ["SEC-04"], day: -33, "Two servers answer that should not."),
        EvidenceDraft(
            "Malware console, monthly report", .link(intranet + "malware"), by: "ciaran", covers: -54 ... -24,
            validUntil: 6, shows: ["SEC-06"], day: -22, review: ("orla", -17), "Three finds, all in mail."),
        EvidenceDraft(
            "Exercise with two wards", .link(intranet + "exercise"), by: "ciaran", covers: -50 ... -49, validUntil: 310,
            shows: ["SEC-07", "SEC-08"], day: -34, review: ("marek", -28), "Paper process held for six hours."),
        EvidenceDraft(
            "Generator tests", .link(intranet + "generator"), by: "ciaran", covers: -200 ... -35, validUntil: -3,
            shows: ["SEC-09"], day: -32, "Monthly log; November is missing."),
        EvidenceDraft(
            "Maker's technical file", .link(intranet + "maker"), by: "priya", covers: -300 ... -300, validUntil: 65,
            shows: ["AI-04"], day: -25, "Summary of tests at nine hospitals."),
    ]

    private static let agreement = """
        proposed,decided_1,decided_2,decided_3,decided_4,decided_5
        1,88,6,0,0,0
        2,11,402,37,2,0
        3,1,58,1204,91,3
        4,0,4,133,988,41
        5,0,0,9,57,310

        """

    private static let restore = """
        Restore of the health record from tape
        Begun 06:30, tape found 06:50, data restored 13:10, 50 records compared by two nurses: equal.
        Target 12 h, needed 6 h 40 min.

        """

    static let tasks: [TaskDraft] = [
        TaskDraft(
            "Write the AI policy", .gap, .high, by: "orla", to: "aoife", day: -18, due: 35, ai: "5.2 A.2.2",
            [.start("aoife", -12)], text: "Two pages, with who may switch the triage system off."),
        TaskDraft(
            "Assess the impact of triage on patients", .gap, .high, by: "orla", to: "aoife", day: -14, due: 45,
            ai: "6.1.4 A.5.2 A.5.4", text: "With a patients' representative; children and people with poor English."),
        TaskDraft(
            "Name deputies for all roles", .gap, .medium, by: "orla", to: "orla", day: -17, due: 25,
            text: "Six roles, four of them without one."),
        TaskDraft(
            "Shield sixty devices without support", .correctiveAction, .high, by: "orla", to: "ciaran", day: -8,
            due: 50, security: "A.8.8", controls: ["SEC-05"], [.start("ciaran", -6)],
            text: "Cause: purchase without a date for the end of support. Zone first, then replacement."),
        TaskDraft(
            "Close two servers found by the scan", .gap, .high, by: "ciaran", to: "ciaran", day: -31, due: -20,
            security: "A.8.22", [.start("ciaran", -30), .complete("ciaran", -23), .verify("orla", -21)],
            text: "Old print servers in the device zone."),
        TaskDraft(
            "Run the generator test of November", .other, .medium, by: "orla", to: "ciaran", day: -15, due: -2,
            text: "With the estates team, at night."),
        TaskDraft(
            "Agree on changes of the model with the maker", .gap, .medium, by: "aoife", to: "priya", day: -11, due: 55,
            ai: "A.10.3", text: "Notice of four weeks and test results before each change."),
        TaskDraft(
            "Collect user lists of emergency access", .other, .low, by: "ciaran", to: "ciaran", day: -10, due: 20,
            [.start("ciaran", -9), .complete("ciaran", -4)], text: "Three months back, by ward."),
    ]
}
