// What a framework library says, whatever the form of its file: frameworks of any depth, mappings, reference controls,
// threats, risk matrices. URNs are in lower case; what was put right or left out on the way is told in remarks.

/// A library as it was read.
package struct LibraryContent: Sendable, Hashable {
    /// The form of a file.
    package enum Format: String, Sendable, Hashable { case cisoAssistant, yaml, csv }

    package var format: Format
    package var urn = ""
    package var reference = ""
    package var name = ""
    package var description: String?
    package var version = 0
    package var locale: String?
    package var provider: String?
    package var packager: String?
    package var publishedOn: String?
    package var copyright: String?
    /// URNs of libraries that it rests on.
    package var dependencies: [String] = []
    package var frameworks: [LibraryFrameworkContent] = []
    package var mappingSets: [LibraryMappingSet] = []
    package var referenceControls: [LibraryEntry] = []
    package var threats: [LibraryEntry] = []
    package var matrices: [LibraryMatrix] = []
    package var remarks = LibraryRemarks()

    package init(format: Format) { self.format = format }
}

/// Limits of a library file.
package enum LibraryLimit {
    package static let fileBytesMax = 8_388_608
    /// Frameworks, requirements, mappings, controls, threats and matrices together.
    package static let partsMax = 50_000
    /// Levels of items inside each other in Concord's own form.
    package static let levelsMax = 100
    package static let urnCharactersMax = 200
    /// Faults that are told at once.
    package static let faultsMax = 50
    /// Remarks that are kept; more are counted.
    package static let remarksMax = 200
}

/// A framework of a library. Its items stand in an order in which each comes after its parent.
package struct LibraryFrameworkContent: Sendable, Hashable {
    package var urn = ""
    package var reference = ""
    package var name = ""
    package var description: String?
    package var minScore: Int?
    package var maxScore: Int?
    package var scores: [LibraryScore] = []
    package var groups: [LibraryGroupContent] = []
    package var items: [LibraryItemContent] = []
    package var line: Int?
    package init() {}
}

/// The meaning of one score.
package struct LibraryScore: Sendable, Hashable {
    package let score: Int
    package let name: String
    package let description: String?
}

/// A part of a framework that may be taken on by itself.
package struct LibraryGroupContent: Sendable, Hashable {
    package let reference: String
    package let name: String
    package let description: String?
    package let isDefault: Bool
    package init(reference: String, name: String, description: String?, isDefault: Bool) {
        (self.reference, self.name, self.description, self.isDefault) = (reference, name, description, isDefault)
    }
}

/// An item of a framework: a requirement, or a heading over others.
package struct LibraryItemContent: Sendable, Hashable {
    package var urn = ""
    package var parent: String?
    package var isAssessable = false
    package var reference: String?
    package var title: String?
    package var text: String?
    package var annotation: String?
    package var evidence: [String] = []
    package var questions: [String] = []
    /// References of the framework's groups.
    package var groups: [String] = []
    package var threats: [String] = []
    package var referenceControls: [String] = []
    package var weight: Int?
    package var importance: String?
    package var line: Int?
    package init() {}
}

/// Mappings between two frameworks.
package struct LibraryMappingSet: Sendable, Hashable {
    package var urn = ""
    package var name = ""
    package var source = ""
    package var target = ""
    package var mappings: [LibraryMapping] = []
    package var line: Int?
    package init() {}
}

/// One mapping, read as `source RELATIONSHIP target`.
package struct LibraryMapping: Sendable, Hashable {
    package var source = ""
    package var target = ""
    package var relationship = MappingContent.Relationship.intersects
    package var rationale: String?
    /// 1 to 10; `nil` where the library gives none.
    package var strength: Int?
    package var line: Int?
    package init() {}
}

/// A reference control or a threat.
package struct LibraryEntry: Sendable, Hashable {
    package var urn = ""
    package var reference = ""
    package var name = ""
    package var description: String?
    package var annotation: String?
    /// Of a control: policy, process, technical, physical or procedure.
    package var category: String?
    /// Of a control: a function of the NIST Cybersecurity Framework.
    package var function: String?
    package var line: Int?
    package init() {}
}

/// A risk matrix.
package struct LibraryMatrix: Sendable, Hashable {
    /// A level of probability, impact or risk.
    package struct Level: Sendable, Hashable {
        package let abbreviation: String?
        package let name: String
        package let description: String?
        package let colour: String?
    }
    package var urn = ""
    package var reference = ""
    package var name = ""
    package var description: String?
    package var probability: [Level] = []
    package var impact: [Level] = []
    package var risk: [Level] = []
    /// For each probability and impact the position of the risk in ``risk``.
    package var grid: [[Int]] = []
    package var line: Int?
    package init() {}
}

/// Something that was not taken as it stands in the file.
package struct LibraryRemark: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// Read as what was meant.
        case normalised
        /// Not imported.
        case keptOut
    }
    package let kind: Kind
    /// Line in the file, from 1.
    package let line: Int?
    package let urn: String
    package let message: String
    package init(_ kind: Kind, line: Int?, urn: String, _ message: String) {
        (self.kind, self.line, self.urn, self.message) = (kind, line, urn, message)
    }
}

/// Remarks in the order of the file: those kept out before those put right, as far as there is room, and the counts of
/// all.
package struct LibraryRemarks: Sendable, Hashable {
    package private(set) var keptOut: [LibraryRemark] = []
    package private(set) var normalised: [LibraryRemark] = []
    package private(set) var keptOutCount = 0
    package private(set) var normalisedCount = 0
    package init() {}

    package var shown: [LibraryRemark] { Array((keptOut + normalised).prefix(LibraryLimit.remarksMax)) }

    package mutating func add(_ remark: LibraryRemark) {
        switch remark.kind {
        case .keptOut:
            keptOutCount += 1
            if keptOut.count < LibraryLimit.remarksMax { keptOut.append(remark) }
        case .normalised:
            normalisedCount += 1
            if normalised.count < LibraryLimit.remarksMax { normalised.append(remark) }
        }
    }
}

/// What is wrong with a library, each with its place. Nothing of a library with a fault is imported.
package struct LibraryFaults: Error, Sendable, Hashable {
    package struct Fault: Sendable, Hashable, CustomStringConvertible {
        package let line: Int?
        /// The URN or reference of what it is about; empty for the file.
        package let urn: String
        package let message: String
        package init(line: Int?, urn: String, _ message: String) {
            (self.line, self.urn, self.message) = (line, urn, message)
        }
        /// "line 12: urn:…: the parent … does not exist".
        package var description: String {
            [line.map { "line \($0)" }, urn.isEmpty ? nil : urn, message].compactMap { $0 }.joined(separator: ": ")
        }
    }
    package private(set) var all: [Fault] = []
    /// More than ``LibraryLimit/faultsMax`` are counted only.
    package private(set) var count = 0
    package init() {}
    package init(line: Int?, urn: String = "", _ message: String) { add(line, urn, message) }

    package mutating func add(_ line: Int?, _ urn: String, _ message: String) {
        count += 1
        if all.count < LibraryLimit.faultsMax { all.append(Fault(line: line, urn: urn, message)) }
    }
}
