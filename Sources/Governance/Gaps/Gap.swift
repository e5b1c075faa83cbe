// A gap of an assessment, and what closes it.
package import Foundation
package import RecordKit
import Records
import Storage

/// What a gap means for a certification audit (ISO/IEC 17021-1, 3.11 to 3.13, as certification bodies grade).
package enum CertificationEffect: String, Sendable, CaseIterable {
    /// A clause 4 to 10 of either ISO standard that is nonconform or partly conform: the system itself may be found
    /// not to work, which is a major nonconformity, and no certificate is granted while it stands.
    case possibleMajor
    /// An applicable control of Annex A that is nonconform: a minor nonconformity at least.
    case minorAtLeast
    /// It alone stands in the way of no certificate: a control that is partly conform, and every other framework.
    case notBlocking
    /// Nobody has answered, so nothing is known.
    case notKnown

    /// - Parameter shown: What is shown of the requirement, which is a gap.
    package init(of item: LibraryItem, shown: Conformity) {
        let isISO = [FrameworkLibrary.ai, FrameworkLibrary.security].contains(item.frameworkKey)
        self =
            if shown == .unknown {
                .notKnown
            } else if isISO, item.isClause {
                .possibleMajor
            } else if isISO, item.kind == .control, shown == .nonconform {
                .minorAtLeast
            } else {
                .notBlocking
            }
    }

    /// What closing one such requirement counts for, when measures are put in order: 3 if it may block a certificate,
    /// 2 if it is nonconform, 1 if it is partly conform, 0 while nobody knows.
    static func points(_ effect: CertificationEffect, _ shown: Conformity) -> Int {
        switch (effect, shown) {
        case (.possibleMajor, _): 3
        case (_, .nonconform): 2
        case (_, .partlyConform): 1
        default: 0
        }
    }
}

/// One requirement of a gap.
package struct OpenRequirement: Sendable {
    package let item: LibraryItem
    package let rowKey: String
    /// Nonconform, partly conform or unknown.
    package let shown: Conformity
    package let effect: CertificationEffect
    var points: Int { CertificationEffect.points(effect, shown) }
}

/// A row of an assessment, or the part of one standard where the parts are answered apart, that is not conform.
package struct Gap: Sendable {
    /// The row's key; with `@framework` behind it where only this part is meant.
    package let key: String
    package let row: LibraryRow
    package let requirements: [OpenRequirement]
    /// The worst of what is shown: nonconform, partly conform, unknown.
    package let severity: Conformity
    /// The gravest for its requirements.
    package let effect: CertificationEffect
    package let owner: UUID?
    package let dueOn: Day?
    /// Open measures that close it, the best first.
    package let measures: [String]
    /// The organisation's controls that serve it, retired ones left out.
    package let controls: [UUID]
    /// Tasks that are open or in progress and about all its requirements.
    package let tasks: [UUID]

    /// One of its requirements belongs to this area.
    package func belongs(toArea id: String) -> Bool { requirements.contains { $0.item.areas.contains(id) } }

    /// Its keys for verbs: its own, and that of its whole row.
    func isMeant(by key: String) -> Bool { key == self.key || key == row.key }
}

/// A suggested control that would close something, with what it would close.
package struct Measure: Sendable {
    package let suggestion: ControlSuggestion
    /// The open requirements that it serves, over all frameworks in scope.
    package let requirements: [OpenRequirement]
    /// Keys of the frameworks that they belong to.
    package let frameworks: [String]
    /// The organisation's control that was made from it.
    package let control: UUID?
    /// Tasks that are open or in progress and about all its requirements.
    package let tasks: [UUID]
    /// The sum over its requirements; see ``CertificationEffect``.
    package let points: Int

    package func count(_ shown: Conformity) -> Int { requirements.count { $0.shown == shown } }
    package func count(_ effect: CertificationEffect) -> Int { requirements.count { $0.effect == effect } }
    /// Effect against effort.
    package var pointsPerDay: Double { Double(points) / Double(max(suggestion.effortDays, 1)) }
}

/// What a list of gaps is narrowed and sorted by.
package struct GapFilter: Sendable, Hashable {
    package enum Order: String, Sendable, CaseIterable { case effect, severity, effort, reference, owner }
    /// The key of a framework.
    package var framework: String?
    package var severity: Conformity?
    package var effect: CertificationEffect?
    package var owner: UUID?
    /// The id of an area: gaps with a requirement that belongs to it.
    package var area: String?
    /// The id of a suggestion: the gaps that it would close.
    package var measure: String?
    /// With or without an open task.
    package var hasTask: Bool?
    package var order = Order.effect
    package init() {}
    package static let severities: [Conformity] = [.nonconform, .partlyConform, .unknown]
}
