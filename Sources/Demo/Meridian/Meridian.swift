// Meridian Credit: a consumer lender with some 180 staff that decides with models, on its way to both certificates.
import Governance
import Records

extension Story {
    /// Who owns a third of the scaled controls and sees no others: an employee.
    static let meridianEmployee = "daniel"
    static let meridianSecurityOfficer = "katarzyna"
    static let meridianControlOwners = ["tomasz", "mateus", "yuki", "amara", "jonas", "elena"]

    static let meridianCredit: Story = {
        var organisation = Organisation()
        organisation.name = "Meridian Credit"
        organisation.legalName = "Meridian Credit GmbH"
        organisation.sector = "Consumer lending"
        organisation.timeZone = "Europe/Berlin"
        organisation.roleTowardsAI = .both
        organisation.purpose = """
            Instalment loans to consumers in Germany, Austria and Portugal. AI systems score applications, read \
            documents, spot fraud and talk to customers in arrears. They should decide faster than people, never less \
            fairly, and a person can always overrule them.
            """
        var story = Story(
            key: "meridian-credit", organisation: organisation, founded: -410, lead: "ines", head: "charlotte")
        story.logo = Meridian.logo
        story.people = Meridian.people
        story.roles = Meridian.roles
        story.adoptions = Meridian.adoptions
        story.assets = Meridian.assets
        story.controls =
            Meridian.managementControls + Meridian.aiControls + Meridian.accessControls + Meridian.operationsControls
            + Meridian.peopleControls
        story.risks = Meridian.risks
        story.obligations = Meridian.obligations
        story.statements = [
            StatementDraft(
                framework: FrameworkLibrary.security, by: "katarzyna", day: -20, approvedBy: "charlotte",
                approved: -18, note: "The first statement, for the stage 1 audit.")
        ]
        story.decisions = Meridian.securityDecisions + Meridian.aiDecisions
        story.assessments = [Meridian.lastYear, Meridian.integrated]
        story.evidence = Meridian.evidenceFiles + Meridian.evidenceLinks + Meridian.evidenceRecords
        story.milestones = Meridian.milestones
        story.tasks = Meridian.tasks
        story.efforts = Meridian.efforts
        story.findings = Meridian.findings
        return story
    }()
}

/// The content of Meridian Credit's story, in one file for each kind of record.
enum Meridian {}
