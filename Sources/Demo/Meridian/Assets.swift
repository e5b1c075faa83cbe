// Meridian Credit: what it has and has to look after.
import Records

extension Meridian {
    private static let cloud = "Frankfurt, cloud region 1"
    private static let host = "Nordwolke Cloud AG"

    static let assets: [AssetDraft] = [
        AssetDraft(
            "cloud", "Cloud platform", .service, "tomasz", .confidential, personal: true, at: cloud, from: host,
            "Compute, storage and network of everything that customers use. Two availability zones."),
        AssetDraft(
            "identity", "Identity provider", .service, "tomasz", .restricted, personal: true, at: "EU, as a service",
            from: "Keystone ID B.V.", "Single sign-on with a second factor for all staff and suppliers."),
        AssetDraft(
            "warehouse", "Data warehouse", .information, "yuki", .restricted, personal: true, at: cloud,
            needs: ["cloud", "identity"],
            "Applications, payments and bureau data since 2017, pseudonymised for analysts."),
        AssetDraft(
            "applications", "Application data", .dataset, "yuki", .restricted, personal: true, at: cloud,
            needs: ["warehouse"], "Every loan application with its decision: 1.9 million rows, 74 columns."),
        AssetDraft(
            "repayments", "Repayment history", .dataset, "yuki", .restricted, personal: true, at: cloud,
            needs: ["warehouse"], "Monthly payments and arrears; the target of the scorecard is taken from it."),
        AssetDraft(
            "training", "Scoring training data 2021-2025", .dataset, "aylin", .restricted, personal: true, at: cloud,
            needs: ["applications", "repayments"],
            "Snapshot for credit scoring 4; its data sheet lists exclusions and gaps."),
        AssetDraft(
            "holdout", "Scoring hold-out set", .dataset, "aylin", .restricted, personal: true, at: cloud,
            needs: ["applications"], "Never used for training; readable for validation only."),
        AssetDraft(
            "features", "Feature store", .software, "yuki", .confidential, personal: true, at: cloud,
            needs: ["warehouse", "cloud"], "212 features with definitions and owners, the same in training and live."),
        AssetDraft(
            "model", "Credit scoring model 4.2", .model, "aylin", .confidential, at: cloud,
            needs: ["training", "features"], "Gradient boosted trees with monotonic constraints; 38 inputs."),
        AssetDraft(
            "scoring", "Credit scoring", .aiSystem, "aylin", .confidential, personal: true, at: cloud,
            needs: ["model", "features", "cloud"],
            "Scores each application from 300 to 850; below 520 a person decides, never the system alone."),
        AssetDraft(
            "fraudmodel", "Fraud model 2.7", .model, "aylin", .confidential, at: cloud, needs: ["applications"],
            "Isolation forest and rules on devices and addresses; retrained each month."),
        AssetDraft(
            "fraud", "Fraud detection", .aiSystem, "aylin", .restricted, personal: true, at: cloud,
            needs: ["fraudmodel", "cloud"], "Holds suspicious applications for the fraud desk; it refuses none."),
        AssetDraft(
            "reader", "Document reader", .aiSystem, "mateus", .confidential, personal: true, at: cloud,
            from: "Scriptus OCR SAS", needs: ["cloud"],
            "Reads payslips and bank statements; fields under 0.9 go to a person."),
        AssetDraft(
            "chatbot", "Collections chatbot", .aiSystem, "luca", .confidential, personal: true, at: "EU, as a service",
            from: "Parlo Language Services Ltd", needs: ["platform", "llm"],
            "Agrees payment plans with customers in arrears in three languages; hands over on request."),
        AssetDraft(
            "llm", "Language model behind the chatbot", .model, "luca", .internal, at: "EU, as a service",
            from: "Parlo Language Services Ltd",
            "Hosted model, version pinned for each release; no training on our talks."),
        AssetDraft(
            "prompts", "Prompt and guardrail library", .software, "luca", .internal, at: cloud, needs: ["repository"],
            "System prompts, refusal rules and 340 test conversations of the chatbot."),
        AssetDraft(
            "platform", "Loan servicing platform", .software, "mateus", .restricted, personal: true, at: cloud,
            needs: ["cloud", "identity"], "Contracts, balances and dunning; own development, released each week."),
        AssetDraft(
            "app", "Customer app and website", .software, "mateus", .confidential, personal: true, at: cloud,
            needs: ["platform", "cloud"], "Application, documents and self-service for 240,000 customers."),
        AssetDraft(
            "gateway", "Partner gateway", .software, "mateus", .confidential, personal: true, at: cloud,
            needs: ["platform"], "Applications of 31 retail partners arrive through it."),
        AssetDraft(
            "registry", "Model registry", .software, "aylin", .confidential, at: cloud, needs: ["repository"],
            "Model versions with data, code and test results; nothing is deployed from elsewhere."),
        AssetDraft(
            "notebooks", "Analysts' workbench", .software, "aylin", .restricted, personal: true, at: cloud,
            needs: ["warehouse"], "Notebooks in a closed network; downloads need a second person."),
        AssetDraft(
            "repository", "Source code", .software, "mateus", .confidential, at: "EU, as a service",
            from: "Forgeline Inc.", "All repositories with branch protection and signed commits."),
        AssetDraft(
            "pipeline", "Build and deployment pipeline", .software, "mateus", .restricted, at: cloud,
            needs: ["repository", "cloud"], "Builds, tests, scans and deploys; the only way into production."),
        AssetDraft(
            "logs", "Log and event store", .service, "katarzyna", .restricted, personal: true, at: cloud,
            needs: ["cloud"], "Twelve months of logs, unchangeable for 90 days."),
        AssetDraft(
            "decisions", "Decision log", .information, "sophie", .restricted, personal: true, at: cloud,
            needs: ["scoring"], "Each score with inputs, version, reasons and what the person decided."),
        AssetDraft(
            "backups", "Backups", .information, "tomasz", .restricted, personal: true, at: "Dublin, cloud region 2",
            from: host, needs: ["cloud"], "Encrypted copies in a second account; 35 days back."),
        AssetDraft(
            "keys", "Key management service", .service, "tomasz", .restricted, at: cloud, from: host,
            "Customer-managed keys; the security officer and one other open the safe together."),
        AssetDraft(
            "laptops", "Laptops", .hardware, "tomasz", .confidential, personal: true, at: "Berlin, Lisbon, at home",
            needs: ["identity"], "196 managed devices with full disk encryption."),
        AssetDraft(
            "phones", "Company phones", .hardware, "tomasz", .internal, personal: true, at: "Berlin and Lisbon",
            "84 phones under mobile device management."),
        AssetDraft(
            "berlin", "Office Berlin", .site, "amara", .internal, at: "Berlin", from: "Spreehof Immobilien GmbH",
            "Three floors, 130 desks; visitors only with a host. No servers."),
        AssetDraft(
            "lisbon", "Office Lisbon", .site, "amara", .internal, at: "Lisbon", from: "Tejo Workspaces Lda",
            "One floor for engineering, 52 desks, shared reception."),
        AssetDraft(
            "network", "Office network", .hardware, "tomasz", .internal, at: "Berlin and Lisbon",
            "Wireless and wired access to the Internet only; nothing is trusted for being in the office."),
        AssetDraft(
            "mail", "Mail, calendar and files", .service, "tomasz", .confidential, personal: true,
            at: "EU, as a service", from: "Bureau Suite Ltd", needs: ["identity"], "Office suite of all staff."),
        AssetDraft(
            "crm", "Customer service desk", .service, "luca", .confidential, personal: true, at: "EU, as a service",
            from: "Deskline GmbH", needs: ["identity"], "Tickets, calls and complaints with their history."),
        AssetDraft(
            "hr", "Personnel system", .service, "amara", .restricted, personal: true, at: "EU, as a service",
            from: "Peoplely SE", needs: ["identity"], "Contracts, training records, leavers: the source of identities."),
        AssetDraft(
            "bureau", "Credit bureau feed", .service, "elena", .restricted, personal: true, at: "Wiesbaden",
            from: "Credaxis Auskunft GmbH", needs: ["gateway"], "Bureau scores and entries for each application."),
        AssetDraft(
            "bank", "Payment bank interface", .service, "elena", .restricted, personal: true, at: "Munich",
            from: "Isarbank AG", "Payouts and direct debits; files twice a day."),
        AssetDraft(
            "soc", "Security monitoring service", .service, "katarzyna", .confidential, personal: true,
            at: "Vienna", from: "Wachdienst Digital GmbH", needs: ["logs"], "Watches our alerts day and night."),
        AssetDraft(
            "contracts", "Loan contracts archive", .information, "jonas", .restricted, personal: true, at: cloud,
            needs: ["platform"], "Signed contracts, kept ten years after the last payment."),
        AssetDraft(
            "policies", "Policies and procedures", .information, "ines", .internal, at: "Concord and wiki",
            "Fifteen policies in force with their procedures."),
        AssetDraft(
            "validation", "Model validation reports", .information, "rohan", .confidential, at: "Document store",
            needs: ["registry"], "Independent validation before each release and once a year."),
        AssetDraft(
            "underwriters", "Underwriting team", .people, "sophie", .internal, at: "Berlin",
            "Fourteen people who decide what the scoring does not."),
        AssetDraft(
            "decisionscience", "Decision science team", .people, "aylin", .internal, at: "Berlin and Lisbon",
            "Nine people; two of them alone know the fraud rules."),
        AssetDraft(
            "score5", "Credit scoring model 5", .model, "aylin", .confidential, at: cloud, needs: ["features"],
            day: -20, commissioned: nil,
            "In development with open banking data; not in use before its impact assessment."),
        AssetDraft(
            "assistant", "Underwriting assistant", .aiSystem, "sophie", .confidential, personal: true, at: cloud,
            needs: ["llm"], day: -16, commissioned: nil, "Would summarise case files for underwriters. In intake."),
    ]
}
