// Meridian Credit: controls of access, development and networks.
import Records

extension Meridian {
    static let accessControls: [ControlDraft] = [
        ControlDraft(
            "IAM-01", "Access follows people: joiners, movers, leavers", .preventive, .onEvent, "tomasz",
            security: "A.5.16 A.5.18 A.6.5", on: ["identity", "hr"], cost: 14_000,
            what: "Identities come from the personnel system; leavers lose all access on their last day.",
            how: "Changes arrive each hour; rights come from the role; exceptions end after 90 days.",
            test: "All leavers of the quarter against the time at which their account was closed."),
        ControlDraft(
            "IAM-02", "Second factor for everybody", .preventive, .continuous, "tomasz", security: "A.5.17 A.8.5",
            on: ["identity"],
            what: "No sign-in without a second factor that cannot be phished; shared accounts do not exist.",
            how: "Security keys for administrators, passkeys for all others; service accounts use short-lived keys.",
            test: "Report of the identity provider: sign-ins without a second factor are zero."),
        ControlDraft(
            "IAM-03", "Access rights reviewed each quarter", .detective, .quarterly, "tomasz",
            security: "A.5.15 A.5.18", on: ["identity", "platform", "warehouse"], cost: 9_000,
            what: "Owners confirm or withdraw each right to their system.",
            how: "List by the fifth of the quarter, answers within two weeks, withdrawal within two days.",
            test: "Ten withdrawn rights are gone; answers are not given in bulk."),
        ControlDraft(
            "IAM-04", "Privileged access for the time of the task", .preventive, .continuous, "tomasz",
            security: "A.8.2 A.8.18", on: ["cloud", "keys"],
            what: "Administrators get their rights for four hours, for a ticket, with a recorded session.",
            how: "Request, approval by a second person, record kept a year; break-glass account is sealed.",
            test: "Standing administrators: two, both for emergencies. Watch one recorded session."),
        ControlDraft(
            "IAM-05", "Source code open to those who need it", .preventive, .continuous, "mateus", security: "A.8.4",
            on: ["repository"],
            what: "Write access by team; fraud rules and keys of signing lie in closed repositories.",
            how: "Teams come from the identity provider; branch protection is set by code.",
            test: "Outside collaborators: none without a contract."),
        ControlDraft(
            "IAM-06", "Rows and columns of the warehouse by role", .preventive, .continuous, "yuki",
            security: "A.5.15 A.8.3", on: ["warehouse"],
            what: "Bureau data only for risk, personnel data for nobody outside People.",
            how: "Policies as code; each query is logged with its purpose.",
            test: "Try six forbidden queries from six roles."),
        ControlDraft(
            "IAM-07", "Passwords changed every 90 days", .preventive, .quarterly, "tomasz", security: "A.5.17",
            implemented: -58, retired: (-46, "Of no use since every sign-in has a second factor (IAM-02)."),
            what: "The identity provider asked everybody for a new password each quarter.",
            how: "Set in the identity provider.", test: "Setting of the identity provider."),
        ControlDraft(
            "IAM-08", "Rules for acceptable use, AI services too", .preventive, .yearly, "ines",
            security: "A.5.10 A.5.14", ai: "A.9.2", on: ["mail", "laptops"],
            what: "What may be sent where, which AI services may be used, and for which class of information.",
            how: "Signed on the first day, repeated each year; the list of allowed services is in the wiki.",
            test: "Proxy log: use of AI services that are not on the list."),
        ControlDraft(
            "DEV-01", "Security in the way we build software", .preventive, .onEvent, "mateus",
            security: "A.8.25 A.8.26 A.8.27 A.8.28", ai: "A.6.1.3", on: ["platform", "app", "pipeline"],
            what: "Threat model, security requirements and design review for each larger change.",
            how: "Checklist in the ticket; the security champion of the team signs off.",
            test: "Five larger changes of the quarter: threat model and answers are there."),
        ControlDraft(
            "DEV-02", "Code reviewed and scanned", .detective, .continuous, "mateus", security: "A.8.28 A.8.29",
            on: ["repository", "pipeline"], cost: 26_000,
            what: "A second person reads every change; scanners look for flaws, secrets and bad licences.",
            how: "Merging needs both; high findings stop the build; exceptions end after 14 days.",
            test: "Commit a test secret: the build must stop."),
        ControlDraft(
            "DEV-03", "Changes to production approved and traceable", .preventive, .onEvent, "mateus",
            security: "A.8.19 A.8.32", ai: "A.6.2.5", on: ["pipeline", "platform"],
            what: "Only the pipeline changes production; each deployment names ticket, reviewer and tests.",
            how: "Standard changes are approved by rule, others by the weekly board.",
            test: "Compare deployed versions with tickets for one month."),
        ControlDraft(
            "DEV-04", "Development, test and production apart", .preventive, .continuous, "mateus",
            security: "A.8.31 A.8.33", on: ["cloud", "notebooks"],
            what: "Three accounts without a path between them; tests use made-up customers.",
            how: "Accounts by code; copies of production data need the data protection officer.",
            test: "Search test databases for real IBANs."),
        ControlDraft(
            "DEV-05", "Security and privacy in every project", .preventive, .onEvent, "ines", security: "A.5.8",
            what: "Projects name their risks and needs before the budget is given.",
            how: "One page with ten questions; more than two yes brings the security officer in.",
            test: "Projects of the last quarter: page is there and was answered before the start."),
        ControlDraft(
            "NET-01", "Networks separated and filtered", .preventive, .continuous, "tomasz",
            security: "A.8.20 A.8.22 A.8.23", on: ["network", "cloud"],
            what: "Segments by purpose, no flat paths; web access goes through a filter.",
            how: "Rules as code; each has an owner and an end; unused ones are removed each quarter.",
            test: "Scan from the office and from one workload: only named ports answer."),
        ControlDraft(
            "NET-02", "Network services with agreed protection", .preventive, .yearly, "tomasz", security: "A.8.21",
            on: ["network"], day: -34, implemented: nil,
            what: "Internet lines, DNS and the virtual private network have agreed security and service levels.",
            how: "Annex to each contract, checked once a year.",
            test: "Three contracts against the annex."),
    ]
}
