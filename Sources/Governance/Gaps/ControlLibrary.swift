// The organisation's one library of controls: what it has, what each serves in every standard, what is suggested.
import Access
import Foundation
package import RecordKit
package import Records
import Storage

/// A suggestion with how it stands in an organisation.
package struct SuggestedControl: Sendable {
    package let suggestion: ControlSuggestion
    /// What it serves in the frameworks that the organisation follows: by the catalogue's list, then by the crosswalk.
    package let serves: [LibraryItem]
    /// How many of ``serves`` the catalogue's own list says.
    package let direct: Int
    /// The control that was made from it.
    package let control: Stored<Control>?
    /// A control that is probably the same and was not made from it.
    package let similar: (control: Stored<Control>, likeness: Likeness)?
}

/// How far the requirements of one section are carried by controls, by framework.
package struct SectionCoverage: Sendable {
    package struct Count: Sendable, Hashable {
        package var all = 0
        /// With at least one control that is implemented.
        package var implemented = 0
        /// With a planned one only.
        package var planned = 0
        package var none: Int { all - implemented - planned }
    }
    package let section: LibrarySection
    /// By framework key.
    package let counts: [String: Count]
}

/// The library of controls at one moment.
package struct ControlLibrary: Sendable {
    /// Controls that are read; further ones are left out, and the page says so.
    package static let controlsMax = 5_000
    package let frameworks: [LibraryFramework]
    package let suggestions: [SuggestedControl]
    /// Not retired, by code.
    package let controls: [Stored<Control>]
    package let coverage: [SectionCoverage]
    package let duplicates: [DuplicatePair]
    package let isEveryPairCompared: Bool
    package let isEveryControlRead: Bool
    private let library: FrameworkLibrary
    private let followed: Set<String>

    /// What a control serves in the frameworks that are followed.
    package func items(of control: Control) -> [LibraryItem] {
        control.requirements.ids.compactMap { library.item($0.raw) }.filter { followed.contains($0.frameworkKey) }
    }

    /// The requirements of a section in the frameworks that are followed.
    package func items(in section: LibrarySection) -> [LibraryItem] {
        section.rowKeys.compactMap { library.row($0) }.flatMap(\.members).filter {
            followed.contains($0.frameworkKey)
        }
    }

    /// Cost: the present controls in pages of 1,000, up to ``controlsMax``, one page of adoptions and decisions, and
    /// of the crosswalk; duplicates as ``ControlWords/pairs(_:)`` says.
    init(_ reader: any Reader, _ library: FrameworkLibrary, _ organisation: UUID, controlsSeen: Criteria) throws {
        self.library = library
        let followed = try Self.followed(reader, library, organisation)
        self.followed = followed
        frameworks = library.frameworks.filter { followed.contains($0.key) }
        (controls, isEveryControlRead) = try Self.controls(reader, organisation, controlsSeen)

        let carried = try CarriedOver(reader, organisation)
        let prepared = controls.map { ControlWords($0.value) }
        let byTemplate = Dictionary(
            controls.compactMap { control in control.value.template.map { ($0, control) } }
        ) { a, _ in a }
        suggestions = try ControlSuggestion.all().map { [controls] suggestion in
            func known(_ ids: [UUID]) -> [LibraryItem] {
                ids.compactMap { library.item($0) }.filter { followed.contains($0.frameworkKey) }
            }
            let serves = known(carried.requirements(of: suggestion))
            let control = byTemplate[suggestion.id]
            return SuggestedControl(
                suggestion: suggestion, serves: serves, direct: known(suggestion.requirements).count, control: control,
                similar: control == nil
                    ? Self.similar(to: suggestion, serves: serves.map(\.id), controls, prepared) : nil)
        }
        (duplicates, isEveryPairCompared) = ControlWords.pairs(controls)

        var best: [UUID: Control.Status] = [:]
        for control in controls {
            for requirement in control.value.requirements.ids where best[requirement.raw] != .implemented {
                best[requirement.raw] = control.value.status
            }
        }
        coverage = library.sections.compactMap { section in
            var counts: [String: SectionCoverage.Count] = [:]
            for item in section.rowKeys.compactMap({ library.row($0) }).flatMap(\.members)
            where followed.contains(item.frameworkKey) {
                counts[item.frameworkKey, default: .init()].all += 1
                switch best[item.id] {
                case .implemented: counts[item.frameworkKey, default: .init()].implemented += 1
                case .planned: counts[item.frameworkKey, default: .init()].planned += 1
                default: break
                }
            }
            return counts.isEmpty ? nil : SectionCoverage(section: section, counts: counts)
        }
    }

    /// Keys of the frameworks that the organisation follows.
    static func followed(
        _ reader: any Reader, _ library: FrameworkLibrary, _ organisation: UUID
    ) throws -> Set<String> {
        let adoptions = try reader.all(FrameworkAdoption.self, in: organisation, limit: Query.limitMax)
        return Set(
            adoptions.filter { $0.value.status != .withdrawn }.compactMap {
                library.framework(id: $0.value.framework.raw)?.key
            })
    }

    /// The controls that are not retired, by code.
    static func controls(
        _ reader: any Reader, _ organisation: UUID, _ seen: Criteria
    ) throws -> (controls: [Stored<Control>], isComplete: Bool) {
        let live: [FieldValue] = [Control.Status.planned, .implemented].map { .text($0.rawValue) }
        var controls: [Stored<Control>] = []
        var cursor: String?
        repeat {
            let page = try reader.page(
                Query(
                    Control.schema.erased, where: .both(.oneOf("status", live), seen), sort: Sort("code"),
                    cursor: cursor, limit: Query.limitMax), in: organisation, asOf: nil)
            controls += try page.records.map { try $0.decoded() }
            cursor = page.next
        } while cursor != nil && controls.count < controlsMax
        return (controls, cursor == nil)
    }

    /// The likest control that is probably what a suggestion would make.
    static func similar(
        to suggestion: ControlSuggestion, serves: [UUID], _ controls: [Stored<Control>], _ prepared: [ControlWords]
    ) -> (control: Stored<Control>, likeness: Likeness)? {
        let words = ControlWords(title: suggestion.title, requirements: serves, template: nil)
        var best: (control: Stored<Control>, likeness: Likeness)?
        for (control, other) in zip(controls, prepared) {
            let likeness = words.likeness(to: other)
            guard likeness.isProbable else { continue }
            if let found = best, found.likeness.sum >= likeness.sum { continue }
            best = (control, likeness)
        }
        return best
    }
}
