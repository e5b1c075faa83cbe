// Drift: a current table against a reference or its baseline, column by column, with all columns judged together.
import Foundation
import Statistics

/// Which measures of drift are taken.
public enum DriftSuite: String, Sendable, CaseIterable {
    /// Everything in the definitions, also what costs sines and ranks of every value.
    case all
    /// PSI, Jensen-Shannon, Hellinger, total variation, KS, Wasserstein, chi-square and summary statistics.
    case standard
    /// PSI and the other distances over bins.
    case psi
}

/// One side of a comparison, by column.
public struct DriftSide: Sendable {
    /// Numeric columns.
    public var numeric: [String: NumericProfile]
    /// Categorical columns.
    public var categorical: [String: CategoryProfile]

    /// From profiles.
    public init(numeric: [String: NumericProfile], categorical: [String: CategoryProfile]) {
        self.numeric = numeric
        self.categorical = categorical
    }
}

/// Measures of drift as report objects, with the key names of the definitions.
public enum Drift {
    /// Fewer values on a side are too few for a decision.
    public static let rowsMin = 30

    /// A numeric column. Distances between distribution functions from a baseline's sample carry `…_error_max`.
    public static func numeric(
        reference: NumericProfile, current: NumericProfile, suite: DriftSuite = .all
    ) -> ReportObject {
        var out = ReportObject()
        out["n_ref"] = .integer(reference.count)
        out["n_cur"] = .integer(current.count)
        out["null_ref"] = .integer(reference.nulls)
        out["null_cur"] = .integer(current.nulls)
        out["null_test"] = nullTest(
            reference.nulls, reference.count + reference.infinities, current.nulls,
            current.count + current.infinities)
        if reference.infinities + current.infinities > 0 {
            out["infinite_ref"] = .integer(reference.infinities)
            out["infinite_cur"] = .integer(current.infinities)
            out["reason"] = .string(
                "\(reference.infinities) infinite values in the reference, \(current.infinities) in the current data")
            return out
        }
        guard reference.count > 0, current.count > 0 else {
            let side = reference.count > 0 ? "current data has" : current.count > 0 ? "reference has" : "two sides have"
            out["reason"] = .string("the \(side) no values")
            return out
        }
        out["psi_q10"] = .object(psi(reference.deciles, current.deciles))
        out["psi_w10"] = .object(psi(reference.widths, current.widths))
        let r = reference.deciles.counts
        let c = current.deciles.counts
        out["js_distance_q10_base2"] = ReportValue(
            Divergence.jensenShannonDistance(reference: r, current: c, base2: true))
        out["hellinger_q10"] = ReportValue(Divergence.hellinger(reference: r, current: c))
        out["tvd_q10"] = ReportValue(Divergence.totalVariation(reference: r, current: c))
        if suite != .psi { ordered(reference, current, suite, &out) }
        out["range"] = .object(range(reference, current))
        out["stats_ref"] = .object(statistics(reference))
        out["stats_cur"] = .object(statistics(current))
        return out
    }

    /// Current values outside of the range of the reference.
    private static func range(_ reference: NumericProfile, _ current: NumericProfile) -> ReportObject {
        let (low, high) = (reference.moments.minimum, reference.moments.maximum)
        var out = ReportObject([
            ("is_wider", .bool(current.moments.minimum < low || current.moments.maximum > high))
        ])
        let isInside = current.moments.minimum >= low && current.moments.maximum <= high
        guard isInside || current.isExact else {
            for key in ["below", "above", "share"] { out[key] = .null }
            for key in ["below", "above", "share"] { out[key + "_reason"] = .string("the values were sketched") }
            return out
        }
        var below = 0
        var above = 0
        if !isInside {
            // The first value that is not below, and the first that is above.
            let edges = BinEdges([low.nextDown, high]).counts(ofSorted: current.ordered)
            below = edges.first ?? 0
            above = edges.last ?? 0
        }
        out["below"] = .integer(below)
        out["above"] = .integer(above)
        out["share"] = .number(Double(below + above) / Double(max(1, current.count)))
        return out
    }

    private static func psi(
        _ reference: NumericAccumulator.FrozenBins, _ current: NumericAccumulator.FrozenBins
    ) -> ReportObject {
        ReportObject([
            ("edges", .array(reference.edges.edges.map { .number($0) })),
            ("ref", .array(reference.counts.map { .integer($0) })),
            ("cur", .array(current.counts.map { .integer($0) })),
            (
                "value",
                ReportValue(Divergence.populationStability(reference: reference.counts, current: current.counts))
            ),
        ])
    }

    private static func ordered(
        _ reference: NumericProfile, _ current: NumericProfile, _ suite: DriftSuite, _ out: inout ReportObject
    ) {
        reference.ordered.withUnsafeBufferPointer { x in
            current.ordered.withUnsafeBufferPointer { y in
                guard let pair = TwoSample(sortedReference: x, sortedCurrent: y) else { return }
                let isExact = reference.isExact && current.isExact
                let (raw, wasserstein) = pair.distances()
                // From samples the distance is that of the samples, but the p-value is that of all values.
                let ks = KolmogorovSmirnov(
                    statistic: raw.statistic, location: raw.location, sign: raw.sign, n: reference.count,
                    m: current.count)
                var ksOut = ReportObject()
                ksOut["statistic"] = .number(ks.statistic)
                ksOut.set("pvalue_asymp", ks.asymptotic)
                ksOut["location"] = .number(ks.location)
                ksOut["sign"] = .integer(ks.sign)
                ksOut["pvalue_auto"] = .number(
                    (isExact ? ks.exact() : nil)?.value ?? ks.asymptotic.value)
                if !isExact {
                    ksOut["statistic_error_max"] = .number(
                        Double(reference.rankErrorMax) / Double(reference.count)
                            + Double(current.rankErrorMax) / Double(current.count))
                }
                out["ks"] = .object(ksOut)
                out["wasserstein"] = .number(wasserstein)
                let spread = reference.moments.populationVariance?.squareRoot() ?? 0
                out["wasserstein_norm"] = .number(wasserstein / max(spread, 0.001))
                guard suite == .all else { return }
                let ranked = pair.ranked()
                out["energy_distance"] = .number(ranked.energyDistance)
                guard isExact else {
                    for key in ["cramer_von_mises", "anderson_ksamp_midrank", "mann_whitney", "epps_singleton"] {
                        out[key] = .null
                        out[key + "_reason"] = .string("ranks of all values are needed, and a side was sketched")
                    }
                    means(reference, current, &out)
                    return
                }
                out["cramer_von_mises"] = .object(
                    test(ranked.cramerVonMises, "statistic", p: "pvalue_asymptotic"))
                out["anderson_ksamp_midrank"] =
                    ranked.andersonDarling.map { .object(test($0, "statistic", p: "pvalue_clipped")) } ?? .null
                if ranked.andersonDarling == nil {
                    out["anderson_ksamp_midrank_reason"] = .string("all values are the same")
                }
                out["mann_whitney"] = .object(test(ranked.mannWhitney, "u", p: "pvalue"))
                let epps = pair.eppsSingleton()
                means(reference, current, &out)
                out["epps_singleton"] = epps.map { .object(test($0, "statistic", p: "pvalue")) } ?? .null
                if epps == nil { out["epps_singleton_reason"] = .string("the values have no interquartile range") }
            }
        }
    }

    private static func means(_ reference: NumericProfile, _ current: NumericProfile, _ out: inout ReportObject) {
        if let welch = MeanComparison.welch(reference.moments, current.moments) {
            var object = ReportObject()
            object.set("t", welch.t, reason: "neither side varies")
            if let p = welch.p { object.set("pvalue", p) } else { object["pvalue"] = .null }
            object["df"] = .number(welch.degreesOfFreedom)
            out["welch_t"] = .object(object)
        } else {
            out["welch_t"] = .null
            out["welch_t_reason"] = .string("a side has fewer than two values")
        }
        out.set(
            "cohens_d_pooled", MeanComparison.cohensD(reference.moments, current.moments),
            reason: "neither side varies, or one has fewer than two values")
    }

    static func test(_ result: TestResult, _ key: String, p: String) -> ReportObject {
        var out = ReportObject()
        out[key] = .number(result.statistic)
        out.set(p, result.p)
        return out
    }

    private static func nullTest(_ nullsA: Int, _ valuesA: Int, _ nullsB: Int, _ valuesB: Int) -> ReportValue {
        let n = nullsA + valuesA
        let m = nullsB + valuesB
        var out = ReportObject()
        out.set("rate_ref", n > 0 ? Double(nullsA) / Double(n) : nil, reason: "the reference has no rows")
        out.set("rate_cur", m > 0 ? Double(nullsB) / Double(m) : nil, reason: "the current data has no rows")
        if n > 0, m > 0 { out["difference"] = .number(Double(nullsB) / Double(m) - Double(nullsA) / Double(n)) }
        if let test = Proportions.twoProportion(nullsB, of: m, against: nullsA, of: n) {
            out["z"] = .number(test.statistic)
            out.set("pvalue", test.p)
        } else {
            out["z"] = .null
            out["z_reason"] = .string("the null rates do not vary")
            out["pvalue"] = .number(1)
        }
        return .object(out)
    }

    static func statistics(_ profile: NumericProfile) -> ReportObject {
        var out = ReportObject()
        let moments = profile.moments
        out["mean"] = .number(moments.mean)
        out.set("std_ddof1", moments.sampleVariance?.squareRoot(), reason: "fewer than two values")
        out["min"] = .number(moments.minimum)
        out["max"] = .number(moments.maximum)
        out["sum"] = .number(moments.sum)
        out.set("skew_fisher_biased", moments.skewness, reason: "the values do not vary")
        out.set("kurtosis_excess_biased", moments.excessKurtosis, reason: "the values do not vary")
        out["quantiles_linear_01_05_25_50_75_95_99"] = .array(profile.quantiles.map { .number($0) })
        out.set("unique", profile.unique.map(Double.init), reason: "the values were sketched")
        if let unique = profile.unique { out["unique"] = .integer(unique) }
        out["zeros"] = .integer(moments.zeros)
        out["negatives"] = .integer(moments.negatives)
        return out
    }

    /// A categorical column.
    public static func categorical(reference: CategoryProfile, current: CategoryProfile) -> ReportObject {
        var out = ReportObject()
        out["n_ref"] = .integer(reference.count)
        out["n_cur"] = .integer(current.count)
        out["null_ref"] = .integer(reference.nulls)
        out["null_cur"] = .integer(current.nulls)
        out["null_test"] = nullTest(reference.nulls, reference.count, current.nulls, current.count)
        let first = Dictionary(uniqueKeysWithValues: zip(reference.categories, reference.counts))
        let second = Dictionary(uniqueKeysWithValues: zip(current.categories, current.counts))
        let names = Set(first.keys).union(second.keys).filter { first[$0] ?? 0 > 0 || second[$0] ?? 0 > 0 }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let r = names.map { first[$0] ?? 0 }
        let c = names.map { second[$0] ?? 0 }
        out["categories"] = .array(names.map { .string($0) })
        out["ref"] = .array(r.map { .integer($0) })
        out["cur"] = .array(c.map { .integer($0) })
        out["new"] = .array(names.indices.filter { r[$0] == 0 }.map { .string(names[$0]) })
        out["vanished"] = .array(names.indices.filter { c[$0] == 0 }.map { .string(names[$0]) })
        if reference.others + current.others > 0 {
            out["reason"] = .string("more than \(CategoryAccumulator.categoriesMax) categories")
            return out
        }
        guard reference.count > 0, current.count > 0 else {
            let side = reference.count > 0 ? "current data has" : current.count > 0 ? "reference has" : "two sides have"
            out["reason"] = .string("the \(side) no values")
            return out
        }
        out["psi_cat"] = ReportValue(Divergence.populationStability(reference: r, current: c))
        let withNulls = reference.nulls + current.nulls > 0
        out["psi_cat_null"] = ReportValue(
            Divergence.populationStability(
                reference: withNulls ? r + [reference.nulls] : r, current: withNulls ? c + [current.nulls] : c))
        let table = ContingencyTable(rows: [r, c])
        if let test = table?.chiSquare() {
            var object = ReportObject()
            object["statistic"] = .number(test.statistic)
            object.set("pvalue", test.p)
            object["dof"] = .integer(test.degreesOfFreedom)
            object["cramers_v"] = .number(test.cramersV)
            object["min_expected"] = .number(test.minimumExpected)
            out["chi2"] = .object(object)
        } else {
            out["chi2"] = .null
            out["chi2_reason"] = .string("there is one category only")
        }
        if names.count == 2 {
            if let yates = table?.yates() {
                out["chi2_yates"] = .object(
                    test(TestResult(statistic: yates.statistic, p: yates.p), "statistic", p: "pvalue"))
            }
            if let fisher = table?.fisher() {
                var object = ReportObject()
                object.set("odds_ratio", fisher.oddsRatio, reason: "a denominator is zero")
                object.set("pvalue", fisher.p)
                out["fisher_exact"] = .object(object)
            }
        }
        if let test = table?.gTest() {
            out["g_test"] = .object(
                Self.test(TestResult(statistic: test.statistic, p: test.p), "statistic", p: "pvalue"))
        } else {
            out["g_test"] = .null
            out["g_test_reason"] = .string("there is one category only")
        }
        out["js_distance_base2"] = ReportValue(
            Divergence.jensenShannonDistance(reference: r, current: c, base2: true))
        out["js_distance_nat"] = ReportValue(
            Divergence.jensenShannonDistance(reference: r, current: c, base2: false))
        out["hellinger"] = ReportValue(Divergence.hellinger(reference: r, current: c))
        out["tvd"] = ReportValue(Divergence.totalVariation(reference: r, current: c))
        out["l_infinity"] = ReportValue(Divergence.maximumDifference(reference: r, current: c))
        out["entropy_ref_nat"] = ReportValue(Divergence.entropy(r))
        out["entropy_cur_nat"] = ReportValue(Divergence.entropy(c))
        return out
    }

    /// The p-values of KS and chi-square over all columns, adjusted in four ways.
    static func multipleTesting(_ numeric: ReportObject, _ categorical: ReportObject) -> ReportObject {
        var columns: [String] = []
        var raw: [Double] = []
        for member in numeric.members {
            if let p = member.value["ks"]?["pvalue_asymp"]?.number {
                columns.append(member.key)
                raw.append(p)
            }
        }
        for member in categorical.members {
            if let p = member.value["chi2"]?["pvalue"]?.number {
                columns.append(member.key)
                raw.append(p)
            }
        }
        func list(_ values: [Double]) -> ReportValue { .array(values.map { .number($0) }) }
        return ReportObject([
            ("columns", .array(columns.map { .string($0) })), ("raw", list(raw)),
            ("bonferroni", list(MultipleTesting.bonferroni(raw))), ("holm", list(MultipleTesting.holm(raw))),
            ("fdr_bh", list(MultipleTesting.benjaminiHochberg(raw))),
            ("fdr_by", list(MultipleTesting.benjaminiYekutieli(raw))),
        ])
    }

    /// All columns that both sides have, in the order given.
    ///
    /// The profiles of columns are made by the caller, so that the same code measures files, streams and baselines.
    public static func report(
        numeric: [String], categorical: [String], reference: DriftSide, current: DriftSide, suite: DriftSuite = .all
    ) -> ReportObject {
        var numericOut = ReportObject()
        let numericResults = concurrently(numeric.count) { i -> ReportObject? in
            guard let r = reference.numeric[numeric[i]], let c = current.numeric[numeric[i]] else { return nil }
            return Self.numeric(reference: r, current: c, suite: suite)
        }
        for (name, result) in zip(numeric, numericResults) { numericOut[name] = result.map { .object($0) } }
        var categoricalOut = ReportObject()
        for name in categorical {
            guard let r = reference.categorical[name], let c = current.categorical[name] else { continue }
            categoricalOut[name] = .object(Self.categorical(reference: r, current: c))
        }
        return ReportObject([
            ("numeric", .object(numericOut)), ("categorical", .object(categoricalOut)),
            ("multiple_testing_ks_chi2", .object(multipleTesting(numericOut, categoricalOut))),
        ])
    }
}

extension DriftSide {
    /// The profiles of a table's columns, made on all cores. Against a reference, its bins are used.
    ///
    /// The table's numbers are taken out of it and sorted in place, so that a million rows are never held twice.
    public init(consuming table: inout Table, against reference: DriftSide? = nil) {
        var names: [String] = []
        var values: [[Double]] = []
        for i in table.columns.indices {
            guard let numbers = table.columns[i].numbers else { continue }
            table.columns[i].numbers = nil
            names.append(table.columns[i].name)
            values.append(numbers)
        }
        let profiles = values.withUnsafeMutableBufferPointer { values in
            // One column after the other on each core, each with one scratch.
            concurrently(values.count) { i -> NumericProfile in
                var taken: [Double] = []
                swap(&taken, &values[i])
                var scratch: [UInt64] = []
                return NumericProfile(consuming: &taken, scratch: &scratch, reference: reference?.numeric[names[i]])
            }
        }
        self.init(
            numeric: Dictionary(uniqueKeysWithValues: zip(names, profiles)),
            categorical: Dictionary(
                uniqueKeysWithValues: table.columns.filter { $0.codes != nil }.map { ($0.name, CategoryProfile($0)) }))
    }

    /// The profiles of a table's columns.
    public init(table: Table, against reference: DriftSide? = nil) {
        var copy = table
        self.init(consuming: &copy, against: reference)
    }
}
