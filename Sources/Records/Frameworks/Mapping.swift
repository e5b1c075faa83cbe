// One line of a crosswalk: how an item of one framework relates to an item of another, and on whose word.
package import RecordKit

/// A relation between two requirements, read as "source is … of target" in the set-theory style of NIST IR 8477.
package struct Mapping: Record {
    package var key = ""
    package var source = ID<Requirement>.unset
    package var target = ID<Requirement>.unset
    package var set = ""
    package var relationship = Relationship.intersects
    package var strength = 0
    package var rationale = ""
    package var basis = Basis.judgement
    package var origin: String?
    package var author: String?
    package var reviewState: ReviewState?
    package init() {}

    package enum Relationship: String, Choice { case equal, subset, superset, intersects }
    /// What a relation rests on, the firmest first.
    package enum Basis: String, Choice {
        case harmonisedStructure, publishedCrosswalk, nistInformativeReference, judgement
    }
    /// Whether somebody else looked at it; a disputed one of an organisation carries nothing until that is settled.
    package enum ReviewState: String, Choice { case proposed, reviewed, disputed }

    /// The set of what an organisation maps itself.
    package static let ownSet = "own"
    private static let mappers: [Role] = [.complianceLead, .aiRiskOfficer, .dataSecurityOfficer]

    package static let type: RecordType = "mapping"
    package static let schema = Schema<Mapping>(
        plural: "mappings", title: "key",
        help: "How the items of one framework relate to those of another, with strength, reason and basis.",
        isCatalogue: true,
        permissions: Permissions(.allowAll(.read), .allow(.create, .update, .archive, to: mappers))
    ) {
        Section("Relation") {
            Field(\.source, "source", label: "From", help: "The item that is compared.", .fixed, .listed, .filterable)
            Field(
                \.relationship, "relationship",
                help: "A subset is contained in the target, a superset contains it.", .listed, .filterable)
            Field(
                \.target, "target", label: "To", help: "The item that it is compared with.", .fixed, .listed,
                .filterable)
            Field(
                \.strength, "strength", help: "From 1 for a weak link to 10 for the same thing.", .range(1...10),
                .listed, .filterable, .sortable)
            Field(
                \.rationale, "rationale", help: "Why the two relate, and what one has that the other lacks.",
                .longText, .searchable)
            Field(
                \.basis, "basis", help: "What the relation rests on: a published source or somebody’s judgement.",
                .listed, .filterable, .sortable)
        }
        Section("Place in the catalogue") {
            Field(
                \.set, "set", label: "Crosswalk",
                help: "The pair of frameworks that are compared, or “own” for a mapping of yours.",
                .length(1...100), .readOnly, .listed, .filterable)
            Field(
                \.key, "key", help: "Crosswalk, source and target: set:source>target.", .length(3...300), .listed,
                .unique, .readOnly)
        }
        Section("Provenance") {
            Field(
                \.origin, "origin", help: "The document that the relation is taken from, and what of it is one’s own.",
                .longText)
            Field(\.author, "author", help: "Who says that the two relate.", .length(1...200))
            Field(
                \.reviewState, "reviewState",
                help: "Whether somebody else agreed; a disputed mapping of yours takes the pair out.", .filterable)
        }
        Check("target", "must not be the source itself") { $0.source != $0.target }
    }
}
