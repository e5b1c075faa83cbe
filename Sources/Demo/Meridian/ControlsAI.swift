// Meridian Credit: controls for AI systems and their data.
import Records

extension Meridian {
    private static let rohan = "rohan"

    static let aiControls: [ControlDraft] = [
        ControlDraft(
            "AIG-01", "AI systems registered before use", .preventive, .onEvent, "rohan", security: "A.5.9",
            ai: "8.1 A.4.2 A.9.2", on: ["scoring", "fraud", "reader", "chatbot"], by: "ines",
            what: "No AI system starts without an entry, a tier, an owner and an approval.",
            how: "Intake form, triage by the AI risk officer within five days, approval by tier.",
            test: "Compare the register with purchases, cloud accounts and the model registry."),
        ControlDraft(
            "AIG-02", "Impact assessment of each AI system", .preventive, .onEvent, "rohan",
            ai: "6.1.4 8.4 A.5.2 A.5.3 A.5.4 A.5.5", on: ["scoring", "chatbot"], cost: 30_000, by: "ines",
            what: "Effects on applicants, borrowers, groups and society are assessed before use and after changes.",
            how: "Workshop with Legal, the business and one person from the affected; result approved by the board.",
            test: "Each system in use has an assessment that is younger than its last large change."),
        ControlDraft(
            "AIG-03", "A person can overrule every score", .corrective, .continuous, "sophie", ai: "A.9.2 A.9.3",
            on: ["scoring", "decisions"], by: rohan, day: -56, implemented: -48,
            what: "Scores under 520 and appeals go to an underwriter who sees the reasons and may decide otherwise.",
            how: "Queue with a limit of one working day; each override has a reason from a list and a note.",
            test: "Override rate by underwriter each month; ten overrides read by the AI risk officer."),
        ControlDraft(
            "AIG-04", "Fairness tested before each release", .detective, .onEvent, "aylin", ai: "A.5.4 A.6.2.4",
            on: ["model"], cost: 22_000, by: rohan, day: -56, implemented: -45,
            what: "Approval and error rates are compared by sex and age band on the hold-out set.",
            how: "Selection ratio under 0.8 or an error gap over five points stops the release until it is decided.",
            test: "Repeat the test of the last release from its stored data; figures agree to two digits."),
        ControlDraft(
            "AIG-05", "Models validated by somebody else", .detective, .onEvent, "rohan", security: "A.8.29",
            ai: "A.6.2.4", on: ["model", "fraudmodel", "validation"], cost: 40_000, by: "ines", implemented: -46,
            what: "Whoever did not build the model checks data, method, performance, stability and limits.",
            how: "Checklist of 46 points; result is pass, pass with conditions, or fail.",
            test: "Read the last report against the checklist; conditions are closed in time."),
        ControlDraft(
            "AIG-06", "Drift and performance watched in operation", .detective, .daily, "aylin", security: "A.8.16",
            ai: "A.6.2.6", on: ["scoring", "fraud"], cost: 15_000, by: rohan, day: -55, implemented: -40,
            what: "Input drift, score distribution and defaults by vintage are measured for both own models.",
            how: "A job each night; a stability index over 0.2 alerts the owner and the AI risk officer.",
            test: "Shift one input in the test environment by a fifth: the alert must come the next morning."),
        ControlDraft(
            "AIG-07", "Every automated decision is logged", .detective, .continuous, "mateus", security: "A.8.15",
            ai: "A.6.2.8", on: ["decisions", "chatbot"], by: rohan, day: -55, implemented: nil,
            what: "Inputs, version, score, reasons and the person's decision are kept for five years.",
            how: "Written in the same transaction as the decision; the chatbot still lacks it.",
            test: "Draw 25 applications and rebuild each decision from its log."),
        ControlDraft(
            "AIG-08", "Requirements and design of models written down", .preventive, .onEvent, "aylin",
            ai: "A.6.2.2 A.6.2.3", on: ["model", "fraudmodel"], by: rohan, day: -55, implemented: -41,
            what: "Purpose, users, limits, metrics and design choices are documented before building.",
            how: "Template in the repository, reviewed with the code.",
            test: "Design record of the last release names the alternatives that were rejected."),
        ControlDraft(
            "AIG-09", "Gates in the life of a model", .preventive, .onEvent, "rohan", security: "A.8.25",
            ai: "A.6.1.2 A.6.1.3", on: ["registry"], by: "ines", implemented: -44,
            what: "Five gates from idea to retirement, each with what must be there and who decides.",
            how: "The registry refuses a version that has not passed the gate before.",
            test: "Try to register a version without a validation report."),
        ControlDraft(
            "AIG-10", "Models released in steps, with a way back", .preventive, .onEvent, "aylin",
            security: "A.8.32", ai: "A.6.2.5", on: ["scoring", "pipeline"], by: rohan, day: -54, implemented: -43,
            what: "Shadow run, five percent, all; the version before stays ready for 30 days.",
            how: "Release plan with stop values; rollback takes one command and is practised twice a year.",
            test: "Log of the last rollback exercise: under ten minutes."),
        ControlDraft(
            "AIG-11", "Applicants are told the reasons", .preventive, .continuous, "sophie", ai: "A.8.2 A.8.5",
            on: ["scoring", "app"], by: rohan, day: -54, implemented: nil,
            what: "A refusal names the three strongest reasons in plain words and how to ask for a person.",
            how: "Reason codes are mapped to texts that Legal has approved; reviewed with each model.",
            test: "Ten refusals: the reasons shown are those of the explanation."),
        ControlDraft(
            "AIG-13", "Limits of use built into the chatbot", .preventive, .continuous, "luca", ai: "A.9.3 A.9.4",
            on: ["chatbot", "prompts"], by: rohan, day: -50, implemented: -34,
            what: "The chatbot speaks of payment plans only, never threatens, and recognises distress.",
            how: "Guardrails before and after the model; 340 test talks with each new prompt or model version.",
            test: "Run the test talks: no failure among the 60 that matter for safety."),
        ControlDraft(
            "AIG-15", "Model cards for users and reviewers", .preventive, .onEvent, "aylin", ai: "A.6.2.7 A.8.2",
            on: ["registry"], by: rohan, day: -50, implemented: nil,
            what: "One page for each model: purpose, data, figures, limits, contact.",
            how: "Made from the registry, completed by the owner, read by a user of the model.",
            test: "Ask an underwriter what the score must not be used for."),
        ControlDraft(
            "AIG-16", "Tools and computing of AI systems listed", .preventive, .quarterly, "aylin",
            security: "A.8.6", ai: "A.4.4 A.4.5", on: ["registry", "notebooks", "cloud"], by: rohan, day: -50,
            implemented: -36,
            what: "Libraries, services and machines that models are built and run with, with versions and owners.",
            how: "Taken from lock files and cloud tags each quarter; gaps go to the owner.",
            test: "Rebuild the live model from the list in an empty account."),
        ControlDraft(
            "AIG-17", "Fairness figures in a spreadsheet", .detective, .monthly, "aylin", ai: "A.5.4", by: rohan,
            day: -56, implemented: -54,
            retired: (-44, "Replaced by the automatic test before each release (AIG-04)."),
            what: "Monthly approval rates by age band, counted by hand.",
            how: "Export from the warehouse, pivot table, mail to the AI risk officer.",
            test: "Recount one month."),
        ControlDraft(
            "DAT-01", "Data sheet for each training set", .preventive, .onEvent, "yuki", ai: "A.4.3 A.7.2",
            on: ["training", "holdout"], by: rohan, implemented: -47,
            what: "Origin, period, population, exclusions, known gaps, legal basis and retention of each set.",
            how: "Written when the snapshot is taken; without it the registry takes no model.",
            test: "Sheet of the newest set against the query that made it."),
        ControlDraft(
            "DAT-02", "Quality of data checked on arrival", .detective, .daily, "yuki", ai: "A.7.4",
            on: ["features", "applications", "bureau"], by: rohan, implemented: -45,
            what: "Completeness, ranges, duplicates and freshness of 212 features; bad loads are held back.",
            how: "Rules run with each load; the owner decides on what is held back within a day.",
            test: "Feed a broken file into the test stream."),
        ControlDraft(
            "DAT-03", "Lineage from source to score", .detective, .continuous, "yuki", ai: "A.7.5",
            on: ["warehouse", "features"], by: rohan, day: -52, implemented: nil,
            what: "For each feature: where it comes from, which steps changed it, who is responsible.",
            how: "Collected by the pipeline; bureau data and manual uploads still have to be added.",
            test: "Follow five features back to their source."),
        ControlDraft(
            "DAT-04", "Preparation of data reviewed like code", .preventive, .onEvent, "yuki", ai: "A.7.6",
            on: ["features"], by: rohan, day: -52, implemented: -42,
            what: "Cleaning, labelling and encoding steps are code, reviewed by a second person, with tests.",
            how: "Pull request with a note on what each step does to small groups.",
            test: "Three merged changes: reviewer and note are there."),
        ControlDraft(
            "DAT-05", "Data deleted when its time is over", .preventive, .monthly, "yuki",
            security: "A.5.33 A.8.10", on: ["warehouse", "contracts"], implemented: -50,
            what: "Retention times by class; refused applications go after 26 weeks, contracts after ten years.",
            how: "A monthly job with a report; holds are set by Legal only.",
            test: "Look for applications that are older than allowed: none in warehouse, logs and exports."),
        ControlDraft(
            "DAT-06", "Personal data masked for analysts", .preventive, .continuous, "yuki",
            security: "A.5.34 A.8.11", on: ["warehouse", "notebooks"], implemented: -49,
            what: "Names, accounts and addresses are replaced; the key lies with the data protection officer.",
            how: "Views with masking by role; a request for clear data needs a reason and ends after 30 days.",
            test: "Query as an analyst: no clear name in 20 tables."),
        ControlDraft(
            "DAT-07", "Information classified and labelled", .preventive, .onEvent, "ines",
            security: "A.5.12 A.5.13", on: ["mail", "policies"],
            what: "Four classes with rules for keeping, sending and printing.",
            how: "Owners classify; templates and the office suite carry the label.",
            test: "Thirty files from shared folders: class fits the content."),
        ControlDraft(
            "DAT-08", "Outgoing data watched", .detective, .continuous, "katarzyna", security: "A.8.12",
            on: ["mail", "laptops", "notebooks"], cost: 35_000, by: "ines", day: -36, implemented: nil,
            what: "Personal data that leaves by mail, upload or device is noticed and stopped above a limit.",
            how: "Tool is chosen; the works council has to agree before it may be switched on.",
            test: "Send a file with 200 test customers to a private address."),
    ]
}
