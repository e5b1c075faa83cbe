// Recognises controls that are probably the same, by words of the title and by what they serve.
import Foundation
package import RecordKit
package import Records
import Storage

/// Two controls that are probably one, and why.
package struct DuplicatePair: Sendable {
    /// The one to keep by proposal: implemented before planned, else the older one.
    package let first: Stored<Control>
    package let second: Stored<Control>
    package let likeness: Likeness
}

/// How alike two controls are. Both figures are Jaccard indexes: what is common, over what either has.
package struct Likeness: Sendable, Hashable {
    /// Of the words of the titles, short words and words that stand in every other title left out.
    package let title: Double
    /// Of the requirements.
    package let requirements: Double
    package let isSameTemplate: Bool

    /// The rule: made from the same suggestion; or the titles share three words of four; or two of five, and half of
    /// the requirements are common.
    package var isProbable: Bool {
        isSameTemplate || title >= 0.75 || (title >= Self.titleMin && requirements >= 0.5)
    }
    /// Below it no two controls are taken for one.
    static let titleMin = 0.4
    package var titlePercent: Int { Int((title * 100).rounded()) }
    package var requirementsPercent: Int { Int((requirements * 100).rounded()) }
    /// For putting pairs in order.
    var sum: Double { title + requirements + (isSameTemplate ? 2 : 0) }
}

/// Controls prepared for comparison.
struct ControlWords: Sendable {
    /// Words that say nothing about what a control does.
    private static let empty: Set<String> = [
        "and", "the", "for", "with", "from", "that", "into", "over", "control", "controls", "security", "information",
    ]
    let words: Set<String>
    let requirements: Set<UUID>
    let template: String?

    init(title: String, requirements: [UUID], template: String?) {
        words = Set(SearchText.words(title).filter { $0.count > 2 && !Self.empty.contains($0) })
        self.requirements = Set(requirements)
        self.template = template
    }

    init(_ control: Control) {
        self.init(
            title: control.title, requirements: control.requirements.ids.map(\.raw), template: control.template)
    }

    /// Requirements are compared only where the titles leave a doubt: most pairs are told apart by a few words.
    func likeness(to other: ControlWords) -> Likeness {
        let title = Self.jaccard(words, other.words)
        let isSameTemplate = template != nil && template == other.template
        let mayBeProbable = isSameTemplate || title >= Likeness.titleMin
        return Likeness(
            title: title, requirements: mayBeProbable ? Self.jaccard(requirements, other.requirements) : 0,
            isSameTemplate: isSameTemplate)
    }

    private static func jaccard<T>(_ a: Set<T>, _ b: Set<T>) -> Double {
        let common = a.count < b.count ? a.count(where: b.contains) : b.count(where: a.contains)
        let all = a.count + b.count - common
        return all == 0 ? 0 : Double(common) / Double(all)
    }

    /// Comparisons of one call; beyond, the result says that it is not complete.
    static let comparisonsMax = 200_000

    /// The probable pairs among some controls, the likest first. Only controls that share a word of their titles or a
    /// suggestion are compared. Cost: at most ``comparisonsMax`` comparisons of small sets, about a tenth of a second.
    static func pairs(_ controls: [Stored<Control>]) -> (pairs: [DuplicatePair], isComplete: Bool) {
        let prepared = controls.map { ControlWords($0.value) }
        var places: [String: [Int]] = [:]
        var pairs: [DuplicatePair] = []
        var compared = 0
        for (n, one) in prepared.enumerated() {
            let keys = one.words.union(one.template.map { ["template:\($0)"] } ?? [])
            for m in Set(keys.flatMap { places[$0] ?? [] }).sorted() {
                compared += 1
                guard compared <= comparisonsMax else { return (ordered(pairs), false) }
                let likeness = one.likeness(to: prepared[m])
                guard likeness.isProbable else { continue }
                let swaps = controls[m].value.status == .planned && controls[n].value.status == .implemented
                pairs.append(
                    DuplicatePair(
                        first: controls[swaps ? n : m], second: controls[swaps ? m : n], likeness: likeness))
            }
            for key in keys { places[key, default: []].append(n) }
        }
        return (ordered(pairs), true)
    }

    private static func ordered(_ pairs: [DuplicatePair]) -> [DuplicatePair] {
        return pairs.enumerated().sorted { a, b in
            let (first, second) = (a.element.likeness.sum, b.element.likeness.sum)
            return first == second ? a.offset < b.offset : first > second
        }.map(\.element)
    }
}
