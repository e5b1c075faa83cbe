// The English texts of the crosswalk: matrix, graph, conflicts, projections.
package import Governance
package import Records

// MARK: Two frameworks side by side

extension Text {
    package static let crosswalk = Text("Crosswalk")
    package static let crosswalkLead = Text(
        "How the items of two frameworks relate: what is mapped, and what follows from mappings over other frameworks.")
    package static let from = Text("From")
    package static let toFramework = Text("To")
    package static let compareFrameworks = Text("Compare")
    package static let newMapping = Text("New mapping")
    package static let allMappings = Text("All mappings")
    package static let matrix = Text("Matrix")
    package static let graph = Text("Graph")
    package static let sectionsLead = Text(
        "Each number counts the pairs that are mapped; after a plus sign, pairs that only follow from others. Open a "
            + "cell to see its items.")
    package static let itemsLead = Text(
        "Each cell says the relation and its strength, read from the row to the column. Dashed cells are inferred.")
    package static let mapThese = Text("Map these two")
    package static let nothingMapped = Text("Nothing relates the two")
    package static let nothingMappedWhy = Text(
        "No mapping leads from one to the other, directly or over at most three steps on which something follows.")
    package static let chooseTwo = Text("Choose two different frameworks")
    package static let inferred = Text("Inferred")
    package static let mapped = Text("Mapped")
    package static let backToSections = Text("All sections")

    package static func relationName(_ relation: Mapping.Relationship) -> Text {
        switch relation {
        case .equal: Text("Equal")
        case .superset: Text("Superset")
        case .subset: Text("Subset")
        case .intersects: Text("Intersects")
        }
    }
    package static func relationSign(_ relation: Mapping.Relationship) -> Text {
        switch relation {
        case .equal: Text("=")
        case .superset: Text("⊇")
        case .subset: Text("⊆")
        case .intersects: Text("∩")
        }
    }
    package static func pairs(_ mapped: Int, inferred: Int) -> Text {
        Text(inferred == 0 ? count(mapped) : "\(count(mapped)) + \(count(inferred))")
    }
    /// What a cell or a line of the graph says, for a title.
    package static func pairWords(
        _ from: String, _ relation: Mapping.Relationship, _ to: String, _ strength: Int, isInferred: Bool
    ) -> Text {
        Text(
            "\(from), \(relationName(relation).string.lowercased()), \(to): strength \(strength)\(isInferred ? ", inferred" : "")"
        )
    }
    package static func sectionPairs(_ from: String, _ to: String, _ mapped: Int, inferred: Int) -> Text {
        Text("\(from) and \(to): \(count(mapped)) mapped, \(count(inferred)) inferred")
    }
    package static func graphSummary(_ from: String, _ to: String, _ lines: Int) -> Text {
        Text(
            "Left \(from), right \(to), \(count(lines)) \(lines == 1 ? "line" : "lines") between what relates; the matrix "
                + "above has the same as a table.")
    }
    package static func linesLeftOut(_ shown: Int, _ all: Int) -> Text {
        Text("The graph shows the strongest \(count(shown)) of \(count(all)) lines; the matrix has all.")
    }
    package static func requirementOf(_ title: String, _ framework: some StringProtocol) -> Text {
        Text("\(title) (\(framework))")
    }
}

// MARK: Conflicts

extension Text {
    package static let conflicts = Text("Conflicts")
    package static let conflictsLead = Text(
        "Where the crosswalk does not agree with itself. Nothing is refused for it: the weaker reading counts until "
            + "somebody settles it with a mapping of your own, which then stands in the place of the others.")
    package static let noConflicts = Text("No conflicts")
    package static let noConflictsWhy = Text("Every pair is mapped in one way, and no path says more than a mapping.")
    package static let whatIsSaid = Text("What is said")
    package static let settle = Text("Settle with a mapping of your own")
    package static let pair = Text("Pair")

    package static func conflictKind(_ kind: CrosswalkConflict.Kind) -> Text {
        switch kind {
        case .disagreement: Text("Mappings disagree")
        case .pathSaysMore: Text("A path says more")
        case .disputed: Text("Disputed")
        case .dangling: Text("Leads nowhere")
        }
    }
    package static func conflictCount(_ conflicts: Int) -> Text {
        Text(conflicts == 1 ? "1 conflict" : "\(count(conflicts)) conflicts")
    }
}

// MARK: Projections

extension Text {
    package static let projection = Text("Projection")
    package static let projectionLead = Text(
        "What the answers of the frameworks in scope say about these items, through the crosswalk.")
    package static let projectedLead = Text(
        "What the answers of the latest assessment say about each framework. It is no conformity; every number opens its "
            + "items with their paths.")
    package static let projectionNote = Text("A projection is not a conformity")
    package static let projectionNoteWhy = Text(
        "It moves no count of the posture. Only what covers an item whole, equal or superset, can support it; what "
            + "overlaps touches it. Somebody may accept a projected result with a reason.")
    package static let projectionOutOfScope = Text(
        "This framework is not in the scope of the assessment, so nothing can be accepted here.")
    package static let projected = Text("Projected")
    package static let strongestSource = Text("Strongest source")
    package static let sources = Text("Sources")
    package static let noSources = Text("No item in scope reaches it.")
    package static let provenance = Text("Path and provenance")
    package static let relation = Text("Relation")
    package static let weakestStrength = Text("Weakest strength")
    package static let answerOfSource = Text("Its answer")
    package static let acceptTitle = Text("Accept a projected result")
    package static let accept = Text("Accept")
    package static let acceptReasonHelp = Text(
        "Why it holds for this item: 10 to 2,000 characters. The answer keeps it with the paths.")
    package static let nothingToAccept = Text("Nothing can be accepted")
    package static let nothingToAcceptWhy = Text("No assessed source says enough about this item. Answer it by hand.")
    package static let acceptNotYours = Text(
        "A row is answered by the compliance lead, the AI risk officer, the data security officer or its owner.")
    package static let answeredMeanwhile = Text("Somebody answered it meanwhile; look at the present answer first.")
    package static let acceptedFrom = Text("Accepted from a projection")
    package static let accepted = Text("Accepted from a projection, carries nothing on")
    package static let showProjection = Text("What the crosswalk says")
    package static let openRow = Text("Open in the assessment")
    package static let allItems = Text("All items")
    package static let noItemWithWord = Text("No item has this word")

    package static func projectedWord(_ word: ProjectedWord) -> Text {
        switch word {
        case .supported: Text("Supported")
        case .partlySupported: Text("Partly supported")
        case .contradicted: Text("Contradicted")
        case .touched: Text("Touched only")
        case .unknown: Text("Unknown")
        case .noPath: Text("No path")
        case .answered: Text("Answered itself")
        }
    }
    package static func projectedMeaning(_ word: ProjectedWord) -> Text {
        switch word {
        case .supported: Text("Everything that covers it is conform.")
        case .partlySupported: Text("What covers it is met in part, or not all of it is known to be met.")
        case .contradicted: Text("Something that covers it, or is a part of it, is nonconform.")
        case .touched: Text("Only items that overlap it, or are a part of it, have an answer.")
        case .unknown: Text("Items reach it, and none of them is assessed.")
        case .noPath: Text("No item of a framework in scope reaches it.")
        case .answered: Text("It has an answer of its own, so nothing is projected.")
        }
    }
    package static func stepWords(_ from: String, _ relation: Mapping.Relationship, _ to: String, _ strength: Int)
        -> Text
    {
        let word =
            switch relation {
            case .equal: "is equal to"
            case .superset: "is a superset of"
            case .subset: "is a subset of"
            case .intersects: "intersects"
            }
        return Text("\(from) \(word) \(to), strength \(strength)")
    }
    package static func itemsFrom(_ first: Int, _ last: Int, _ all: Int) -> Text {
        Text("\(count(first)) to \(count(last)) of \(count(all)) items")
    }
    package static func sourcesShown(_ shown: Int, _ all: Int) -> Text {
        Text("The strongest \(count(shown)) of \(count(all)) sources.")
    }
    package static func ownPlace(_ isOwn: Bool, _ set: String) -> Text { Text(isOwn ? "Your own mapping" : set) }
    package static func from(_ assessment: String) -> Text { Text("From the answers of “\(assessment)”.") }
}
