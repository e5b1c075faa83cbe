// Meridian Credit: people, roles and adopted frameworks.
import Governance
import RecordKit
import Records

extension Meridian {
    static let people: [PersonDraft] = [
        PersonDraft(
            "ines", "Ines Hartmann", "ines.hartmann@meridian-credit.example", "Head of Compliance", "Compliance",
            day: -410),
        PersonDraft(
            "charlotte", "Charlotte Brandt", "charlotte.brandt@meridian-credit.example", "Chief Executive Officer",
            "Management", day: -410),
        PersonDraft(
            "katarzyna", "Katarzyna Nowak", "katarzyna.nowak@meridian-credit.example",
            "Information Security Officer", "Information Security", day: -409),
        PersonDraft(
            "tomasz", "Tomasz Zieliński", "tomasz.zielinski@meridian-credit.example", "Head of IT Operations",
            "IT Operations", day: -409, isServerAdministrator: true),
        PersonDraft(
            "daniel", "Daniel Whitcombe", "daniel.whitcombe@meridian-credit.example", "Project Manager",
            "Project Office", day: -409),
        PersonDraft(
            "hanna", "Hanna Virtanen", "hanna.virtanen@meridian-credit.example", "Internal Auditor",
            "Internal Audit", day: -408),
        PersonDraft(
            "mateus", "Mateus Carvalho", "mateus.carvalho@meridian-credit.example", "Head of Software Engineering",
            "Engineering Lisbon", day: -408),
        PersonDraft(
            "amara", "Amara Okafor", "amara.okafor@meridian-credit.example", "Head of People", "People", day: -408),
        PersonDraft(
            "jonas", "Jonas Keller", "jonas.keller@meridian-credit.example", "Data Protection Officer", "Legal",
            day: -408),
        PersonDraft(
            "elena", "Elena Petrescu", "elena.petrescu@meridian-credit.example", "Head of Procurement",
            "Procurement", day: -407),
        PersonDraft(
            "rohan", "Rohan Mehta", "rohan.mehta@meridian-credit.example", "AI Risk Officer", "Risk Management",
            day: -70),
        PersonDraft(
            "aylin", "Aylin Demir", "aylin.demir@meridian-credit.example", "Lead Machine Learning Engineer",
            "Decision Science", day: -70),
        PersonDraft(
            "luca", "Luca Ferraro", "luca.ferraro@meridian-credit.example", "Product Owner Collections",
            "Collections", day: -70),
        PersonDraft(
            "sophie", "Sophie Lambert", "sophie.lambert@meridian-credit.example", "Team Lead Credit Decisions",
            "Underwriting", day: -70),
        PersonDraft(
            "yuki", "Yuki Tanaka", "yuki.tanaka@meridian-credit.example", "Data Platform Lead", "Data Platform",
            day: -70),
        PersonDraft(
            "noor", "Noor El-Sayed", "noor.elsayed@meridian-credit.example", "Senior Fraud Analyst", "Fraud Desk",
            day: -69),
        PersonDraft(
            "pieter", "Pieter van den Berg", "p.vandenberg@certa-audit.example", "Lead Auditor", "Certa Audit B.V.",
            day: -30),
    ]

    static let roles: [RoleDraft] = [
        RoleDraft(
            "katarzyna", .dataSecurityOfficer, day: -408, activated: -408,
            "ISO/IEC 27001 lead implementer since 2019; eight years of security operations in banking."),
        RoleDraft(
            "tomasz", .administrator, day: -408, activated: -408,
            "Runs the identity provider; knows the recovery procedure of Concord."),
        RoleDraft(
            "tomasz", .controlOwner, day: -408, activated: -407,
            "Twelve years in infrastructure; certified cloud architect."),
        RoleDraft(
            "hanna", .internalAuditor, day: -407, activated: -406,
            "Certified internal auditor; ISO 19011 course in 2024. Reports to the supervisory board, runs no control."),
        RoleDraft(
            "mateus", .controlOwner, day: -407, activated: -406,
            "Leads four product teams; secure coding trainer of the company."),
        RoleDraft(
            "amara", .controlOwner, day: -407, activated: -406, "Head of People since 2020; labour law certificate."),
        RoleDraft(
            "jonas", .controlOwner, day: -407, activated: -406,
            "Certified data protection officer; admitted to the bar in Berlin."),
        RoleDraft(
            "elena", .controlOwner, day: -406, activated: -405,
            "Runs supplier management; trained in outsourcing rules for credit institutions."),
        RoleDraft(
            "daniel", .employee, day: -408, activated: -407, "Introduction to the management system, October last year."
        ),
        RoleDraft(
            "daniel", .controlOwner, day: -390, activated: -389, ended: (-68, "His project is over; controls moved."),
            "Took over the project controls during the first assessment."),
        RoleDraft(
            "rohan", .aiRiskOfficer, day: -69, activated: -68,
            "Model validation at a savings bank for six years; ISO/IEC 42001 lead implementer course in March."),
        RoleDraft(
            "aylin", .aiSystemOwner, day: -60, until: 670, scope: ["scoring", "fraud"], activated: -59,
            "PhD in statistics; built the scorecard now in use. Fairness testing workshop in May."),
        RoleDraft(
            "luca", .aiSystemOwner, day: -60, until: 670, scope: ["chatbot"], activated: -59,
            "Five years in collections; course on dialogue systems and vulnerable customers."),
        RoleDraft(
            "yuki", .controlOwner, day: -69, activated: -68, "Built the data platform; data governance certificate."),
        RoleDraft(
            "sophie", .humanOverseer, day: -60, until: 305, scope: ["scoring"], activated: -58,
            "Nine years of manual underwriting; oversight training with override exercises, 12 cases passed."),
        RoleDraft(
            "luca", .humanOverseer, day: -59, scope: ["chatbot"], activated: -57,
            ended: (-24, "An owner should not oversee his own system; Underwriting takes it over."),
            "Interim, until somebody independent is trained."),
        RoleDraft(
            "noor", .humanOverseer, day: -6, scope: ["fraud"], activated: nil,
            "Four years at the fraud desk. The oversight training is booked; activation waits for it."),
        RoleDraft(
            "pieter", .externalAuditor, day: -30, until: 120, activated: -29,
            "Appointed by Certa Audit for stages 1 and 2; both standards in his accreditation scope."),
    ]

    static let adoptions: [AdoptionDraft] = [
        AdoptionDraft(
            framework: FrameworkLibrary.security, day: -406, adopted: -405, target: 128,
            scope: """
                Lending to consumers in Germany, Austria and Portugal: application, decision, servicing and \
                collections, with the offices in Berlin and Lisbon, the cloud platform in Frankfurt and all staff. \
                Outside: the payment network of our bank partner, up to its gateway.
                """),
        AdoptionDraft(
            framework: FrameworkLibrary.ai, day: -70, adopted: -67, target: 128,
            scope: """
                Development and use of four AI systems: credit scoring, fraud detection, the document reader and the \
                collections chatbot, as provider of the first two and deployer of the others. Outside: office \
                assistants, whose use the acceptable use rules cover.
                """),
        AdoptionDraft(
            framework: "eu-ai-act", day: -66, adopted: nil, target: nil,
            scope: "Credit scoring of natural persons is high-risk under Annex III, 5 (b). Taken up after stage 1."),
        AdoptionDraft(
            framework: "gdpr", day: -66, adopted: -60, target: nil,
            scope: "All processing of applicants, borrowers and staff; led by the data protection officer."),
    ]
}
