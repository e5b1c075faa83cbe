// Meridian Credit: what may go wrong, and what has to be kept. Both give the Statements of Applicability their reasons.
import Records

extension Meridian {
    static let risks: [RiskDraft] = [
        RiskDraft(
            "R-01", "Customer data are read by somebody without a task", .informationSecurity, "katarzyna", 3, 4,
            controls: ["IAM-01", "IAM-02", "IAM-03", "IAM-04", "IAM-05", "IAM-06", "GOV-09", "DAT-06"],
            on: ["warehouse", "applications"],
            "Rights that stayed after a change of team are used out of curiosity or for gain."),
        RiskDraft(
            "R-02", "Stolen credentials open the platform", .informationSecurity, "katarzyna", 4, 4,
            controls: ["IAM-02", "HR-04", "RSK-03", "OPS-03", "OPS-05", "IAM-08"], on: ["identity", "platform"],
            "A forged message leads a colleague to a false sign-in page."),
        RiskDraft(
            "R-03", "Malicious code locks the platform", .informationSecurity, "tomasz", 3, 5,
            controls: ["OPS-01", "OPS-02", "OPS-03", "BCM-01", "NET-01", "AUD-04"], on: ["platform", "backups"],
            "A weakness that was known is used before it is closed; systems and copies are encrypted."),
        RiskDraft(
            "R-04", "A faulty change stops lending", .both, "mateus", 3, 4,
            controls: ["DEV-01", "DEV-02", "DEV-03", "DEV-04", "AIG-10"], on: ["platform", "scoring"],
            "A release of software or of a model is wrong and cannot be taken back in time."),
        RiskDraft(
            "R-05", "A region or a supplier fails for days", .informationSecurity, "tomasz", 2, 5,
            controls: ["BCM-01", "BCM-02", "BCM-03", "SUP-03", "NET-02"], security: "A.8.6", on: ["cloud", "network"],
            "Power, network or a provider is gone longer than the plans allow for."),
        RiskDraft(
            "R-06", "Devices or papers are lost or stolen", .informationSecurity, "amara", 4, 2,
            controls: ["HR-06", "PHY-01", "PHY-02", "PHY-03", "PHY-04", "AST-01", "OPS-07"],
            on: ["laptops", "phones", "berlin", "lisbon"],
            "A laptop on a train, a file in an open office, a disk that was sold with its content."),
        RiskDraft(
            "R-07", "Data leave by mail or through public AI services", .informationSecurity, "katarzyna", 3, 3,
            controls: ["DAT-07", "DAT-08", "IAM-08"], on: ["mail", "notebooks"],
            "Colleagues paste applications into a service that keeps what it reads."),
        RiskDraft(
            "R-08", "Somebody inside acts against the company", .informationSecurity, "ines", 2, 4,
            controls: ["HR-01", "HR-02", "HR-05", "GOV-09", "OPS-04", "INC-02"], on: ["platform"],
            "A loan is approved and paid out to an accomplice, and the traces are removed."),
        RiskDraft(
            "R-09", "An incident is noticed too late", .both, "katarzyna", 3, 4,
            controls: ["INC-01", "INC-02", "OPS-04", "OPS-05", "GOV-07"], on: ["soc", "logs"],
            "Nobody connects the signs, and the reporting times of the authorities pass."),
        RiskDraft(
            "R-10", "Proxies bring back protected traits", .ai, "rohan", 3, 5,
            controls: ["AIG-02", "AIG-04", "DAT-01", "DAT-04"], on: ["scoring", "training"],
            "Place of residence and form of employment stand in for origin, sex or age."),
        RiskDraft(
            "R-11", "Drift of the data degrades scores", .ai, "aylin", 4, 3, controls: ["AIG-05", "AIG-06", "DAT-02"],
            on: ["scoring", "fraud"], "Prices and partners change, and the model goes on as before."),
        RiskDraft(
            "R-12", "A supplier changes its model silently", .both, "elena", 3, 3, controls: ["SUP-01", "SUP-02"],
            on: ["chatbot", "reader"], "Answers change overnight; tests of the former version say nothing any more."),
        RiskDraft(
            "R-13", "Scores are followed without thinking", .ai, "sophie", 3, 4, controls: ["AIG-03", "GOV-03"],
            on: ["scoring", "decisions"], "Underwriters confirm what the system proposes, also where it is wrong."),
        RiskDraft(
            "R-14", "The chatbot is talked into disclosing data", .both, "luca", 3, 4, controls: ["AIG-13", "DAT-08"],
            on: ["chatbot", "prompts"], day: -9, treated: nil,
            "Hidden instructions in a message make it read out what it knows of somebody else."),
    ]

    static let obligations: [ObligationDraft] = [
        ObligationDraft(
            "L-01", "General Data Protection Regulation", .regulation, to: "Data protection authorities", "jonas",
            controls: ["LEG-02", "DAT-05", "DAT-06", "AIG-11", "INC-01"], security: "A.5.34", ai: "A.8.5",
            source: "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
            "Lawful processing, rights of those concerned, security and notice of breaches."),
        ObligationDraft(
            "L-02", "EU AI Act: duties for high-risk systems", .regulation, to: "Market surveillance authority",
            "rohan",
            controls: ["AIG-01", "AIG-02", "AIG-05", "AIG-07", "AIG-08", "AIG-15", "DAT-01", "DAT-02"],
            source: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
            "Scoring of natural persons is high-risk: risk management, data, records, oversight, accuracy."),
        ObligationDraft(
            "L-03", "Digital operational resilience for the financial sector", .regulation, to: "Financial supervisor",
            "ines",
            controls: ["BCM-02", "SUP-01", "SUP-02", "AUD-04", "INC-01", "RSK-03", "DEV-05"],
            source: "https://eur-lex.europa.eu/eli/reg/2022/2554/oj",
            "Management of technology risks, incidents, tests and third parties."),
        ObligationDraft(
            "L-04", "Refinancing agreement with the partner bank", .contract, to: "Partner bank", "charlotte",
            controls: ["AUD-01", "AUD-03", "GOV-02", "GOV-03", "GOV-04", "GOV-05", "AST-01"],
            "A documented management system, a yearly independent review, and a right to audit."),
        ObligationDraft(
            "L-05", "Agreement with the works council on reporting and conduct", .commitment, to: "Works council",
            "amara", controls: ["HR-05"], security: "A.6.8",
            "Whoever reports is protected, and breaches are handled by the same steps for everybody."),
        ObligationDraft(
            "L-06", "Commercial and tax law: keeping of records", .law, to: "Tax office", "jonas",
            controls: ["LEG-01", "DAT-05"], "Contracts and books are kept for their time, and not beyond it."),
        ObligationDraft(
            "L-07", "Contract with the credit bureau", .contract, to: "Credit bureau", "yuki",
            controls: ["DAT-03", "DAT-04", "IAM-06"],
            "Entries are used for the decision alone; where each one went can be shown."),
        ObligationDraft(
            "L-08", "Promise to consumer associations to answer complaints", .commitment, to: "Consumer associations",
            "sophie", controls: ["AIG-11"], ai: "A.8.3 A.8.4",
            "A complaint about a decision of a system is answered by a person within two weeks."),
    ]
}
