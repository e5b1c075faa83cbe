// Meridian Credit: evidence of steering, AI systems and data that lies elsewhere.
import Records

extension Meridian {
    private static let wiki = "https://wiki.meridian-credit.example/evidence/"

    static let evidenceLinks: [EvidenceDraft] = [
        EvidenceDraft(
            "Scope and context register", .link(wiki + "scope"), by: "ines", covers: -60 ... -40,
            validUntil: 320, shows: ["GOV-01"], day: -40, review: ("katarzyna", -38),
            "Issues, interested parties and scope, confirmed by management."),
        EvidenceDraft(
            "AI policy, version 2", .link(wiki + "policies/ai"), by: "ines", covers: -33 ... -33,
            validUntil: 332, shows: ["GOV-02"], ai: "A.2.2", day: -32, review: ("rohan", -29),
            "As approved by the board, with the mail to all staff."),
        EvidenceDraft(
            "Information security policy, version 5", .link(wiki + "policies/security"), by: "ines",
            covers: -210 ... -210,
            validUntil: 155, shows: ["GOV-02"], security: "5.2", day: -40, review: ("katarzyna", -37),
            "Approved in April; next review in spring."),
        EvidenceDraft(
            "Letters of appointment", .link(wiki + "roles"), by: "ines", covers: -69 ... -58,
            validUntil: 300, shows: ["GOV-03"], day: -39, review: ("hanna", -34),
            "Signed letters of all role holders with their deputies."),
        EvidenceDraft(
            "Decision log of budget and staffing", .link(wiki + "budget"), by: "ines", covers: -33 ... -33,
            validUntil: 330, shows: ["GOV-04"], day: -30,
            "What was asked for, what was granted, and what waits."),
        EvidenceDraft(
            "Document list with owners and versions", .link(wiki + "documents"), by: "ines", covers: -45 ... -42,
            validUntil: 90, shows: ["GOV-05"], day: -38, review: ("katarzyna", -36),
            "Made by the wiki each quarter."),
        EvidenceDraft(
            "Objectives, third quarter", .link(wiki + "objectives"), by: "ines", covers: -146 ... -55,
            validUntil: 36, shows: ["GOV-06"], day: -37, review: ("rohan", -35),
            "Nine objectives with figures; two are behind."),
        EvidenceDraft(
            "Communication table", .link(wiki + "communication"), by: "ines", covers: -300 ... -52,
            validUntil: 20, shows: ["GOV-07"], day: -37,
            "Who tells whom; contacts were called in October."),
        EvidenceDraft(
            "Matrix of conflicting roles", .link(wiki + "sod"), by: "tomasz", covers: -50 ... -49,
            validUntil: 130, shows: ["GOV-09"], day: -46, review: ("katarzyna", -40),
            "Query of the identity provider: no forbidden pair, one exception until January."),
        EvidenceDraft(
            "Risk register, autumn round", .link(wiki + "risks"), by: "rohan", covers: -58 ... -41,
            validUntil: 75, shows: ["RSK-01"], day: -39, review: ("katarzyna", -35),
            "61 risks of AI and security with owners and levels."),
        EvidenceDraft(
            "Treatment plan, autumn", .link(wiki + "treatment"), by: "katarzyna", covers: -41 ... -36,
            validUntil: 75, shows: ["RSK-02"], day: -34, review: ("ines", -31),
            "31 treatments; four wait for the budget."),
        EvidenceDraft(
            "Threat notices and what we did", .link(wiki + "threats"), by: "katarzyna", covers: -146 ... -40,
            validUntil: 22, shows: ["RSK-03"], day: -39,
            "Weekly list with ratings and tickets."),
        EvidenceDraft(
            "Corrective action file", .link(wiki + "corrective"), by: "ines", covers: -360 ... -30,
            validUntil: 150, shows: ["AUD-03"], day: -29, review: ("hanna", -25),
            "All findings since last year with causes and checks."),
        EvidenceDraft(
            "Legal register with owners", .link(wiki + "legal"), by: "jonas", covers: -146 ... -48,
            validUntil: 40, shows: ["LEG-01"], security: "A.5.31", day: -44, review: ("ines", -40),
            "74 entries; the amended AI Act was added in August."),
        EvidenceDraft(
            "Record of processing activities", .link(wiki + "ropa"), by: "jonas", covers: -365 ... -47,
            validUntil: 120, shows: ["LEG-02"], security: "A.5.34", day: -43, review: ("katarzyna", -39),
            "37 processings with basis and retention."),
        EvidenceDraft(
            "AI system register", .link(wiki + "ai-register"), by: "rohan", covers: -58 ... -44,
            validUntil: 100, shows: ["AIG-01"], ai: "A.4.2", day: -42, review: ("ines", -38),
            "Four systems in use, two in intake."),
        EvidenceDraft(
            "Impact assessment of credit scoring", .link(wiki + "impact/scoring"), by: "rohan", covers: -56 ... -37,
            validUntil: 330, shows: ["AIG-02"], day: -35, review: ("ines", -32),
            "Effects on applicants and groups; society is treated in one paragraph."),
        EvidenceDraft(
            "Override sample, October", .link(wiki + "overrides"), by: "sophie", covers: -54 ... -24,
            validUntil: 8, shows: ["AIG-03"], day: -21, review: ("rohan", -18),
            "Ten overrides read: nine well founded, one without a note."),
        EvidenceDraft(
            "Design record of credit scoring 4.2", .link(wiki + "design/scoring-4.2"), by: "aylin",
            covers: -200 ... -60,
            validUntil: 290, shows: ["AIG-08"], day: -37,
            "Alternatives, constraints and why age is not an input."),
        EvidenceDraft(
            "Gate protocol of credit scoring 4.2", .link(wiki + "gates/scoring-4.2"), by: "rohan", covers: -120 ... -48,
            validUntil: 290, shows: ["AIG-09"], ai: "A.6.1.3", day: -36, review: ("hanna", -28),
            "Five gates with date, papers and decision."),
        EvidenceDraft(
            "Rollback exercise", .link(wiki + "rollback"), by: "aylin", covers: -33 ... -33,
            validUntil: 150, shows: ["AIG-10"], ai: "A.6.2.5", day: -31, review: ("rohan", -27),
            "Version 4.1 was live again after six minutes."),
        EvidenceDraft(
            "Chatbot test talks, prompt 14", .link(wiki + "chatbot/tests"), by: "luca", covers: -30 ... -29,
            validUntil: 60, shows: ["AIG-13"], day: -26, review: ("rohan", -23),
            "340 talks: 337 passed, the three others do not matter for safety."),
        EvidenceDraft(
            "Data sheet of the scoring training set", .link(wiki + "data/training"), by: "yuki", covers: -90 ... -55,
            validUntil: 260, shows: ["DAT-01"], ai: "A.7.2", day: -40, review: ("rohan", -36),
            "Origin, period, exclusions; self-employed income is a known gap."),
        EvidenceDraft(
            "Data quality report, October", .link(wiki + "data/quality"), by: "yuki", covers: -54 ... -24,
            validUntil: 9, shows: ["DAT-02"], day: -22, review: ("rohan", -19),
            "Two loads held back, both released after a correction."),
        EvidenceDraft(
            "Review of preparation steps", .link(wiki + "data/preparation"), by: "yuki", covers: -60 ... -30,
            validUntil: 150, shows: ["DAT-04"], day: -27,
            "Twelve changes with reviewer and note."),
        EvidenceDraft(
            "Deletion run, October", .link(wiki + "deletion"), by: "yuki", covers: -54 ... -24,
            validUntil: 7, shows: ["DAT-05"], security: "A.8.10", day: -23, review: ("katarzyna", -20),
            "18,204 applications deleted; exports in notebooks were not covered."),
    ]
}
