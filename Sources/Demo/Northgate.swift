// Northgate Logistics: a third organisation with hardly any story, founded when a demo is filled with very many records,
// so that a measurement sees more than one large neighbour.
import Governance
import RecordKit
import Records

extension Story {
    static let northgateLogistics: Story = {
        var organisation = Organisation()
        organisation.name = "Northgate Logistics"
        organisation.sector = "Transport"
        organisation.timeZone = "Europe/Amsterdam"
        organisation.roleTowardsAI = .deployer
        var story = Story(
            key: "northgate-logistics", organisation: organisation, founded: -40, lead: "femke", head: "ruben")
        story.people = [
            PersonDraft(
                "femke", "Femke de Wit", "femke.dewit@northgate.example", "Compliance Manager", "Legal", day: -40),
            PersonDraft(
                "ruben", "Ruben Smit", "ruben.smit@northgate.example", "Managing Director", "Management", day: -40),
            PersonDraft(
                "lotte", "Lotte Bakker", "lotte.bakker@northgate.example", "Head of IT", "IT", day: -38),
            PersonDraft(
                "milan", "Milan Novak", "milan.novak@northgate.example", "Warehouse Lead", "Operations", day: -38),
            PersonDraft(
                "sofia", "Sofia Rossi", "sofia.rossi@northgate.example", "Planner", "Operations", day: -38),
        ]
        story.roles = [
            RoleDraft(
                "lotte", .dataSecurityOfficer, day: -35, activated: -34, "Led the move of all sites to one network."),
            RoleDraft("milan", .controlOwner, day: -35, activated: -34, "Runs the main warehouse."),
        ]
        story.adoptions = [
            AdoptionDraft(
                framework: FrameworkLibrary.security, day: -33, adopted: -31, target: 365,
                scope: "Planning, warehouses and their systems.")
        ]
        return story
    }()

    /// Who writes and owns what is added in bulk.
    struct BulkCast: Sendable {
        let author: String
        let employee: String
        let owners: [String]
    }

    /// `nil` for a story that nothing is added to in bulk.
    var cast: BulkCast? {
        switch key {
        case Story.meridianCredit.key:
            BulkCast(
                author: Story.meridianSecurityOfficer, employee: Story.meridianEmployee,
                owners: Story.meridianControlOwners)
        case Story.northgateLogistics.key: BulkCast(author: "lotte", employee: "sofia", owners: ["milan", "lotte"])
        default: nil
        }
    }
}
