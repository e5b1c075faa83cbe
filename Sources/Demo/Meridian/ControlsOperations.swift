// Meridian Credit: controls of operation, suppliers, incidents and continuity.
import Records

extension Meridian {
    static let operationsControls: [ControlDraft] = [
        ControlDraft(
            "OPS-01", "Weaknesses found and closed in time", .corrective, .weekly, "tomasz", security: "A.8.8",
            on: ["cloud", "laptops", "platform"], cost: 20_000,
            what: "Critical within 7 days, high within 30; exceptions are signed by the security officer.",
            how: "Scans each night, owners by tag, a board on Mondays.",
            test: "Age of all open critical and high findings."),
        ControlDraft(
            "OPS-02", "Baselines for every kind of system", .preventive, .continuous, "tomasz",
            security: "A.8.9 A.8.17", on: ["cloud", "laptops"],
            what: "Hardened settings as code, one time source, deviations reported.",
            how: "Images are rebuilt monthly; drift is undone within a day.",
            test: "Drift report of one week; clock of ten machines."),
        ControlDraft(
            "OPS-03", "Endpoints protected and managed", .preventive, .continuous, "tomasz", security: "A.8.1 A.8.7",
            on: ["laptops", "phones"], cost: 31_000,
            what: "Encryption, screen lock, endpoint protection and updates on every device, or no access.",
            how: "Device state is checked at each sign-in.",
            test: "Sign in from a device without encryption: refused."),
        ControlDraft(
            "OPS-04", "Logs collected and protected", .detective, .continuous, "katarzyna", security: "A.8.15",
            on: ["logs", "identity", "platform"], cost: 28_000, by: "ines",
            what: "Sign-ins, rights, data exports and administration, twelve months, unchangeable for 90 days.",
            how: "Sources are listed; a source that is silent for a day raises an alert.",
            test: "Five events made on purpose are found within an hour."),
        ControlDraft(
            "OPS-05", "Alerts watched day and night", .detective, .continuous, "katarzyna",
            security: "A.8.16 A.5.25", on: ["soc", "logs"], cost: 96_000, by: "ines",
            what: "The monitoring service triages within 15 minutes; we decide what is an incident.",
            how: "42 rules; each false alarm leads to a better rule; call tree for nights.",
            test: "Unannounced test each half-year."),
        ControlDraft(
            "OPS-07", "Keys managed and rotated", .preventive, .yearly, "tomasz", security: "A.8.24", on: ["keys"],
            what: "What is encrypted how, who holds which key, when it changes.",
            how: "Rotation once a year by the service; two people open the safe of the root key.",
            test: "Age of all keys; log of the last opening."),
        ControlDraft(
            "SUP-01", "Suppliers assessed before signing", .preventive, .onEvent, "elena",
            security: "A.5.19 A.5.20 A.5.21", ai: "A.10.2 A.10.3", on: ["chatbot", "reader", "soc", "bureau"],
            cost: 16_000,
            what: "Questionnaire by risk class, security annex, and for AI: data use, testing, responsibilities.",
            how: "Procurement sends, Security and the AI risk officer rate, no signature without a rating.",
            test: "Contracts of the year against ratings."),
        ControlDraft(
            "SUP-02", "Suppliers reviewed every year", .detective, .yearly, "elena", security: "A.5.22", ai: "A.10.3",
            on: ["cloud", "chatbot", "reader"], day: -58, implemented: -46,
            what: "Reports, incidents, changes and exit plan of the 18 suppliers that matter.",
            how: "Calendar by supplier; findings are followed as tasks.",
            test: "Reviews done against the calendar: 12 of 18 so far."),
        ControlDraft(
            "SUP-03", "Cloud services chosen and left by plan", .preventive, .onEvent, "tomasz", security: "A.5.23",
            on: ["cloud"],
            what: "Shared duties, settings and exit for each cloud service in use.",
            how: "Register of cloud services; exit of the platform is rehearsed on paper once a year.",
            test: "Two services: who patches what, and how do we get our data out?"),
        ControlDraft(
            "INC-01", "Incident plan, AI incidents too", .corrective, .onEvent, "katarzyna",
            security: "A.5.24 A.5.26", ai: "A.8.4", on: ["soc"], cost: 11_000, by: "ines",
            what: "Levels, roles, clocks of the law and texts for customers and authorities.",
            how: "Duty officer decides on the level within an hour; AI incidents bring the AI risk officer in.",
            test: "Exercise twice a year, one with an AI system."),
        ControlDraft(
            "INC-02", "Incidents analysed, traces kept", .corrective, .onEvent, "katarzyna",
            security: "A.5.27 A.5.28", by: "ines",
            what: "Review within ten days without blame; evidence is copied with its fingerprint.",
            how: "Template with time line, causes and actions; forensic copies by two people.",
            test: "Last three incidents: review on time, actions done."),
        ControlDraft(
            "BCM-01", "Backups made and restored", .corrective, .daily, "tomasz", security: "A.8.13",
            on: ["backups", "platform", "warehouse"], cost: 17_000,
            what: "Nightly copies in another region and account; restore is tried each quarter.",
            how: "Restore of one system by lot, time and completeness are written down.",
            test: "Report of the last restore: within four hours and complete."),
        ControlDraft(
            "BCM-02", "Continuity plans exercised", .corrective, .yearly, "tomasz", security: "A.5.29 A.5.30",
            on: ["platform", "scoring"], day: -44, implemented: nil,
            what: "What must run again after how long, with whom, and how security is kept meanwhile.",
            how: "Impact analysis is done for six of nine processes; plans follow.",
            test: "Exercise with the collections team: manual plan works for a day."),
        ControlDraft(
            "BCM-03", "Second zone takes over by itself", .corrective, .continuous, "tomasz", security: "A.8.14",
            on: ["cloud", "platform"], cost: 64_000, day: -44, implemented: nil,
            what: "Loss of a zone stops no application for more than five minutes.",
            how: "Database replicas are there; the scoring service still runs in one zone.",
            test: "Switch one zone off on a Sunday."),
    ]
}
