// The organisation itself: who it is and what it has to do with AI (ISO/IEC 42001 and 27001, clause 4.1).
import Foundation
package import RecordKit

/// The organisation whose management system this is. The server makes one for each tenant.
package struct Organisation: Record {
    package var name = ""
    package var legalName: String?
    package var sector: String?
    package var timeZone = "UTC"
    package var roleTowardsAI: AIRole?
    package var purpose: String?
    package var logo: FileReference?
    package init() {}

    /// The part an organisation plays in the life of AI systems (ISO/IEC 42001, clause 4.1).
    package enum AIRole: String, Choice { case provider, deployer, both }

    package static let type: RecordType = "organisation"
    package static let schema = Schema<Organisation>(
        plural: "organisations", title: "name",
        help: "Who you are, which time zone your deadlines follow, and what part you play towards AI.",
        permissions: Permissions(
            .allowAll(.read), .allow(.update, to: [.administrator, .complianceLead, .topManagement]))
    ) {
        Section("Organisation") {
            Field(
                \.name, "name", help: "The name that reports and the Statement of Applicability carry.",
                .length(1...200), .listed, .searchable, .sortable)
            Field(
                \.legalName, "legalName", help: "The registered name, if it differs: certificates are issued to it.",
                .length(0...200), .listed, .searchable)
            Field(
                \.sector, "sector", help: "Your industry, for example health care or banking.", .length(0...100),
                .listed)
            Field(
                \.timeZone, "timeZone",
                help: "A zone name such as Europe/Berlin. Due dates and expiries are reckoned in it.",
                .length(1...64), .listed)
        }
        Section("Context") {
            Field(
                \.roleTowardsAI, "roleTowardsAI", label: "Role towards AI",
                help: "Do you make AI systems, use those of others, or both? ISO/IEC 42001 asks in clause 4.1.",
                .listed, .filterable)
            Field(
                \.purpose, "purpose",
                help: "What the organisation is for and what it wants from its AI systems (clause 4.1).", .longText,
                .searchable)
        }
        Section("Reports") {
            Field(
                \.logo, "logo", help: "A PNG or JPEG image of at most 1 MB: reports carry it beside the name.")
        }
        Check("timeZone", "must be a time zone name such as Europe/Berlin or UTC") {
            TimeZone(identifier: $0.timeZone) != nil
        }
    }
}
