// Where a model fails most: conjunctions of up to three values, with a bound that holds for all of them together.
import Foundation

/// Searches all subgroups given by up to three conditions `feature = value` for the highest rate of an outcome.
///
/// Every subgroup of at least `sizeMin` rows is a test. The lower bound of each rate is Clopper & Pearson's at
/// α / number of tests, so that with probability 1 − α no bound is above its true rate, however many subgroups are
/// looked at; p-values are multiplied by the number of tests (Bonferroni).
public struct SubgroupSearch: Sendable {
    /// A feature with few values.
    public struct Feature: Sendable {
        /// Its name.
        public let name: String
        /// The texts of its values.
        public let categories: [String]
        /// The value of each row, −1 for unknown.
        public let codes: [Int32]

        /// From its parts.
        public init(name: String, categories: [String], codes: [Int32]) {
            self.name = name
            self.categories = categories
            self.codes = codes
        }
    }

    /// A condition on a row.
    public struct Condition: Hashable, Sendable {
        /// The feature.
        public let feature: String
        /// The value it has.
        public let value: String
    }

    /// A subgroup with what was found in it.
    public struct Subgroup: Hashable, Sendable {
        /// The conditions, all of which hold.
        public let conditions: [Condition]
        /// Rows.
        public let count: Int
        /// Rows with the outcome.
        public let outcomes: Int
        /// The rate of the outcome.
        public var rate: Double { Double(outcomes) / Double(count) }
        /// A lower bound of the rate, for all subgroups together.
        public let lowerBound: Double
        /// The p-value of a rate that is not above that of all other rows, for all subgroups together.
        public let adjustedP: Double
    }

    /// What a search found.
    public struct Result: Sendable {
        /// The worst subgroups by their lower bound, the worst first.
        public let worst: [Subgroup]
        /// How many subgroups were tested.
        public let tests: Int
        /// The rate of all rows.
        public let overallRate: Double
    }

    /// The deepest conjunctions.
    public static let depthMax = 3
    /// Sets of features with more cells than this are left out.
    public static let cellsMax = 1 << 20

    private let features: [Feature]
    private let outcome: [Bool]

    /// From features and an outcome of one length; nil when they are not.
    public init?(features: [Feature], outcome: [Bool]) {
        guard !outcome.isEmpty, features.allSatisfy({ $0.codes.count == outcome.count }) else { return nil }
        self.features = features
        self.outcome = outcome
    }

    /// Searches. One pass over the rows for each set of features.
    public func worst(_ limit: Int = 10, depth: Int = 3, sizeMin: Int = 30, alpha: Double = 0.05) -> Result {
        let total = outcome.count
        let hits = outcome.count { $0 }
        var found: [(set: [Int], cell: Int, count: Int, outcomes: Int)] = []
        for set in sets(depth: min(depth, Self.depthMax)) {
            let cells = set.reduce(1) { $0 * max(1, features[$1].categories.count) }
            guard cells <= Self.cellsMax else { continue }
            var counts = [Int32](repeating: 0, count: cells)
            var outcomes = counts
            for row in 0..<total {
                var cell = 0
                for feature in set {
                    let code = Int(features[feature].codes[row])
                    cell = code < 0 || cell < 0 ? -1 : cell * features[feature].categories.count + code
                }
                guard cell >= 0 else { continue }
                counts[cell] += 1
                if outcome[row] { outcomes[cell] += 1 }
            }
            for cell in 0..<cells where Int(counts[cell]) >= sizeMin && Int(counts[cell]) < total {
                found.append((set, cell, Int(counts[cell]), Int(outcomes[cell])))
            }
        }
        let tests = found.count
        guard tests > 0 else { return Result(worst: [], tests: 0, overallRate: Double(hits) / Double(total)) }
        // The bound is monotone enough in the rate that only the candidates by a rough bound need the exact one.
        let z = -Distributions.normalQuantile(alpha / Double(tests))
        let candidates = found.map { item in
            (item, Proportions.wilson(item.outcomes, of: item.count, z: z)?.low ?? 0)
        }.sorted { ($0.1, $1.0.count) > ($1.1, $0.0.count) }.prefix(limit * 10)
        let subgroups = candidates.map { item, _ -> Subgroup in
            let k = Double(item.outcomes)
            let n = Double(item.count)
            let bound = item.outcomes == 0 ? 0 : SpecialFunctions.inverseBetaI(k, n - k + 1, alpha / Double(tests))
            let test = Proportions.twoProportion(
                item.outcomes, of: item.count, against: hits - item.outcomes, of: total - item.count)
            let p = test.map { Distributions.normalSurvival($0.statistic).value } ?? 1
            return Subgroup(
                conditions: conditions(item.set, item.cell), count: item.count, outcomes: item.outcomes,
                lowerBound: bound, adjustedP: min(1, p * Double(tests)))
        }.sorted { ($0.lowerBound, $1.conditions.count) > ($1.lowerBound, $0.conditions.count) }
        return Result(
            worst: Array(subgroups.prefix(limit)), tests: tests, overallRate: Double(hits) / Double(total))
    }

    private func sets(depth: Int) -> [[Int]] {
        var all: [[Int]] = []
        var last: [[Int]] = [[]]
        for _ in 0..<depth {
            last = last.flatMap { set in
                ((set.last ?? -1) + 1..<max(features.count, (set.last ?? -1) + 1)).map { set + [$0] }
            }
            all += last
        }
        return all
    }

    private func conditions(_ set: [Int], _ cell: Int) -> [Condition] {
        var cell = cell
        var out: [Condition] = []
        for feature in set.reversed() {
            let width = features[feature].categories.count
            out.append(
                Condition(feature: features[feature].name, value: features[feature].categories[cell % width]))
            cell /= width
        }
        return out.reversed()
    }
}
