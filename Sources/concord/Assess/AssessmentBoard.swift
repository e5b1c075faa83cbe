// An assessment as the API tells it: rows with parts for both standards, and the counts.
import Client
import Foundation
import MerkleLog

/// What is shown of a requirement, in the order in which it is counted.
enum ConformityWord: String, CaseIterable {
    case conform, partlyConform, nonconform, notApplicable, unknown

    /// The head of a column.
    var heading: String {
        switch self {
        case .conform: "conform"
        case .partlyConform: "partly"
        case .nonconform: "nonconform"
        case .notApplicable: "n/a"
        case .unknown: "unknown"
        }
    }
}

/// A whole assessment.
struct AssessmentBoard {
    /// Counts by what is shown.
    struct Counts {
        private let value: JSONValue
        init(_ value: JSONValue) { self.value = value }
        subscript(_ word: ConformityWord) -> Int { value.integer(word.rawValue) ?? 0 }
        var total: Int { value.integer("total") ?? 0 }
        var lowered: Int { value.integer("lowered") ?? 0 }
    }

    /// A standard or a section with its counts.
    struct Counted {
        let key: String
        let name: String
        let counts: Counts
        /// A part of another section.
        var isPart = false
    }

    /// Everything but the rows.
    struct Head {
        let id: String
        let title: String
        let status: String
        let asOf: Int?
        let total: Counts
        /// It continues another one, so that rows say whether they were assessed again.
        let isContinued: Bool
        let frameworks: [Counted]
        let sections: [Counted]
        let areas: [Counted]

        init(_ value: JSONValue) {
            let assessment = value["assessment"]
            id = assessment.string("id") ?? ""
            title = assessment.string("title") ?? ""
            status = assessment.string("status") ?? ""
            asOf = value.integer("asOf")
            total = Counts(value["total"])
            isContinued = value["origins"] != .null
            frameworks = value.array("frameworks").map {
                Counted(key: $0.string("key") ?? "", name: $0.string("name") ?? "", counts: Counts($0["counts"]))
            }
            areas = value.array("areas").map {
                Counted(key: $0.string("id") ?? "", name: $0.string("title") ?? "", counts: Counts($0["counts"]))
            }
            sections = value.array("sections").map { section in
                // The outermost sections say in their title what they are.
                let isPart = section.string("parent") != nil
                let words = [isPart ? section.string("label") : nil, section.string("title")]
                return Counted(
                    key: section.string("id") ?? "",
                    name: words.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " "),
                    counts: Counts(section["counts"]), isPart: isPart)
            }
        }
    }

    /// One standard's part of a row.
    struct Part {
        let framework: String
        let frameworkName: String
        let reference: String
        let title: String
        let text: String
        let kind: String
        let questions: [String]
        let typicalEvidence: [String]
        let isInScope: Bool
        let assessed: String
        let measured: String?
        let shown: ConformityWord
        let answeredOnlyFor: String?
        let origin: String?
        let originNote: String?
        let maturity: Int?
        let note: String
        let answeredOn: String?
        let justification: String?

        init(_ value: JSONValue) {
            framework = value.string("framework") ?? ""
            frameworkName = value.string("frameworkName") ?? ""
            reference = value.string("reference") ?? ""
            title = value.string("title") ?? ""
            text = value.string("text") ?? ""
            kind = value.string("kind") ?? ""
            questions = value.strings("questions")
            typicalEvidence = value.strings("typicalEvidence")
            isInScope = value.bool("inScope") ?? false
            assessed = value.string("assessed") ?? ConformityWord.unknown.rawValue
            measured = value.string("measured")
            shown = value.string("shown").flatMap { ConformityWord(rawValue: $0) } ?? .unknown
            answeredOnlyFor = value.string("answeredOnlyFor")
            origin = value.string("origin")
            originNote = value.string("originNote")
            let answer = value["answer"]
            maturity = answer.integer("maturity")
            note = answer.string("note") ?? ""
            answeredOn = answer.string("answeredOn")
            justification = value["applicability"].string("justification")
        }
    }

    /// One row.
    struct Row {
        let key: String
        let section: String
        let title: String
        let difference: String?
        let sharing: String
        let isSplit: Bool
        let isOneAnswer: Bool
        let mayAnswer: Bool
        /// As the server wrote them: sent back with an answer, so that nobody's is overwritten.
        let versions: JSONValue
        /// The same for the decisions whether controls apply.
        let applicabilityVersions: JSONValue
        let parts: [Part]
        var partsInScope: [Part] { parts.filter(\.isInScope) }

        init(_ value: JSONValue) {
            key = value.string("key") ?? ""
            section = value.string("section") ?? ""
            title = value.string("title") ?? ""
            difference = value.string("difference")
            sharing = value.string("sharing") ?? ""
            isSplit = value.bool("isSplit") ?? false
            isOneAnswer = value.bool("isOneAnswer") ?? true
            mayAnswer = value.bool("mayAnswer") ?? false
            versions = value["versions"]
            applicabilityVersions = value["applicabilityVersions"]
            parts = value.array("parts").map { Part($0) }
        }

        /// All that a search looks into, in one case and without accents.
        var words: String {
            let texts = [key, title] + parts.flatMap { [$0.reference, $0.title, $0.text, $0.frameworkName, $0.note] }
            return Self.folded(texts.joined(separator: " "))
        }

        static func folded(_ text: String) -> String {
            text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
        }
    }

    var head: Head
    var rows: [Row]

    init(_ value: JSONValue) {
        head = Head(value)
        rows = value.array("rows").map { Row($0) }
    }

    /// Takes over what an answer changed.
    mutating func update(_ value: JSONValue) {
        head = Head(value)
        let row = Row(value["row"])
        if let at = rows.firstIndex(where: { $0.key == row.key }) { rows[at] = row }
    }

    /// The name of a row's section.
    func sectionName(_ row: Row) -> String { head.sections.first { $0.key == row.section }?.name ?? row.section }
}
