// Fairness as report objects: per group, between groups, against the most selected group, and for Local Law 144.
import Foundation
public import Statistics

/// Fairness between the groups of an attribute.
public enum FairnessReport {
    /// Rows of a smaller share are marked in `ll144`.
    public static let smallShare = 0.02

    /// Group codes of rows, −1 for unknown.
    struct Groups {
        let names: [String]
        let codes: [Int32]
    }

    /// Groups of an attribute or of an intersection `A+B`.
    static func groups(_ table: Table, _ attribute: String, _ rows: [Int32]?) throws(MeasureError) -> Groups {
        if let column = table[attribute], let codes = column.codes {
            let kept = rows.map { rows in rows.map { codes[Int($0)] } } ?? codes
            return compacted(column.categories, kept)
        }
        let parts = attribute.split(separator: "+").map(String.init)
        guard parts.count > 1 else { throw MeasureError("\(table.path): there is no column \"\(attribute)\"") }
        var names = [""]
        var codes: [Int] = []
        for (i, part) in parts.enumerated() {
            guard let column = table[part], let own = column.codes else {
                throw MeasureError("\(table.path): there is no column \"\(part)\"")
            }
            let width = max(1, column.categories.count)
            guard names.count * width <= 1_000_000 else {
                throw MeasureError("\"\(attribute)\" has more than a million possible groups")
            }
            if i == 0 {
                names = column.categories
                codes = own.map(Int.init)
            } else {
                names = names.flatMap { first in column.categories.map { first + " | " + $0 } }
                for row in codes.indices {
                    codes[row] = codes[row] < 0 || own[row] < 0 ? -1 : codes[row] * width + Int(own[row])
                }
            }
        }
        let all = codes.map(Int32.init)
        return compacted(names, rows.map { rows in rows.map { all[Int($0)] } } ?? all)
    }

    /// Without the groups that do not occur.
    private static func compacted(_ names: [String], _ codes: [Int32]) -> Groups {
        var isUsed = [Bool](repeating: false, count: names.count)
        for code in codes where code >= 0 { isUsed[Int(code)] = true }
        if !isUsed.contains(false) { return Groups(names: names, codes: codes) }
        var map = [Int32](repeating: -1, count: names.count)
        var kept: [String] = []
        for i in names.indices where isUsed[i] {
            map[i] = Int32(kept.count)
            kept.append(names[i])
        }
        return Groups(names: kept, codes: codes.map { $0 < 0 ? -1 : map[Int($0)] })
    }

    /// The counts of each group, and its AUC.
    static func count(_ sample: BinarySample, _ groups: Groups, median: Double?) -> [GroupCounts] {
        joined(sums(sample, groups, median: median), areas(sample, groups))
    }

    private static func joined(_ sums: [GroupCounts], _ areas: [Double?]) -> [GroupCounts] {
        zip(sums, areas).map { counts, area in
            var counts = counts
            counts.auc = area
            return counts
        }
    }

    /// What is counted and summed over each group in one pass.
    private static func sums(_ sample: BinarySample, _ groups: Groups, median: Double?) -> [GroupCounts] {
        let size = groups.names.count
        var confusion = [Int](repeating: 0, count: 4 * size)
        for i in 0..<sample.count where groups.codes[i] >= 0 {
            confusion[Int(groups.codes[i]) * 4 + (sample.labels[i] ? 2 : 0) + (sample.predictions[i] ? 1 : 0)] += 1
        }
        var sums = [Double](repeating: 0, count: size)
        var briers = sums
        var above = [Int](repeating: 0, count: size)
        var out = [GroupCounts](repeating: GroupCounts(), count: size)
        if sample.hasScores {
            let limit = median ?? .infinity
            for i in 0..<sample.count where groups.codes[i] >= 0 {
                let g = Int(groups.codes[i])
                let score = sample.scores[i]
                let label = sample.labels[i]
                sums[g] += score
                let delta = score - (label ? 1 : 0)
                briers[g] += delta * delta
                above[g] += score > limit ? 1 : 0
                out[g].bins.add(score: score, label: label)
            }
        }
        for g in 0..<size {
            out[g].confusion = ConfusionCounts(
                truePositives: confusion[4 * g + 3], falsePositives: confusion[4 * g + 1],
                trueNegatives: confusion[4 * g], falseNegatives: confusion[4 * g + 2])
            out[g].scoreSum = sums[g]
            out[g].brierSum = briers[g]
            out[g].aboveMedian = above[g]
        }
        return out
    }

    /// The area under the ROC curve of each group, from its sorted scores; nil with one class only, or without scores.
    private static func areas(_ sample: BinarySample, _ groups: Groups) -> [Double?] {
        guard sample.hasScores else { return groups.names.map { _ in nil } }
        // Negatives and positives of each group in turn.
        var counts = [Int](repeating: 0, count: 2 * groups.names.count)
        for i in 0..<sample.count where groups.codes[i] >= 0 {
            counts[2 * Int(groups.codes[i]) + (sample.labels[i] ? 1 : 0)] += 1
        }
        var scores = [[Double]](repeating: [], count: counts.count)
        for k in counts.indices { scores[k].reserveCapacity(counts[k]) }
        for i in 0..<sample.count where groups.codes[i] >= 0 {
            scores[2 * Int(groups.codes[i]) + (sample.labels[i] ? 1 : 0)].append(sample.scores[i])
        }
        var scratch: [UInt64] = []
        for k in scores.indices { Sorting.sort(&scores[k], scratch: &scratch) }
        return groups.names.indices.map {
            Ranking(sortedPositives: scores[2 * $0 + 1], sortedNegatives: scores[2 * $0])?.auc
        }
    }

    /// Half of the rows have a greater score; nil without scores.
    private static func medianScore(_ sample: BinarySample) -> Double? {
        sample.hasScores ? Quantiles.linear(Sorting.sorted(sample.scores), 0.5) : nil
    }

    /// The report of one attribute from what workers counted: what comes from a grid carries how far it can be off.
    public static func report(_ accumulator: FairnessAccumulator, minimumSize: Int = 30) -> ReportObject {
        let results = accumulator.results()
        var out = report(
            results.map(\.name), results.map(\.counts), rows: accumulator.count, hasScores: accumulator.hasScores,
            minimumSize: minimumSize)
        guard var groups = out["groups"]?.object, var law = out["ll144"]?.object else { return out }
        for result in results {
            guard var group = groups[result.name]?.object, var impact = law[result.name]?.object else { continue }
            group["roc_auc_error_max"] = ReportValue(result.aucErrorMax)
            impact["scoring_rate_error_max"] = .number(
                Double(result.aboveMedianErrorMax) / Double(max(1, result.counts.confusion.count)))
            groups[result.name] = .object(group)
            law[result.name] = .object(impact)
        }
        out["groups"] = .object(groups)
        out["ll144"] = .object(law)
        if accumulator.others > 0 {
            out["others"] = .integer(accumulator.others)
            out["others_reason"] = .string("more than \(FairnessAccumulator.groupsMax) groups")
        }
        return out
    }

    private static func report(
        _ names: [String], _ counts: [GroupCounts], rows: Int, hasScores: Bool, minimumSize: Int
    ) -> ReportObject {
        let known = counts.reduce(0) { $0 + $1.confusion.count }
        var out = ReportObject()
        var perGroup = ReportObject()
        for (name, group) in zip(names, counts) {
            perGroup[name] = .object(object(group, known: known, hasScores: hasScores))
        }
        out["groups"] = .object(perGroup)
        let undefined = zip(names, counts).filter { $0.1.confusion.positives == 0 }.map(\.0)
        var summary = Self.summary(counts, .zero)
        if !undefined.isEmpty {
            summary["undefined"] = .array(undefined.map { .string($0) })
            summary["undefined_reason"] = .string(
                "these groups have no positives: an undefined rate counts as 0 here, and is left out in evaluable")
        }
        out["summary"] = .object(summary)
        let large = zip(names, counts).filter { $0.1.confusion.count >= minimumSize }
        var evaluable = ReportObject()
        evaluable["groups"] = .array(large.map { .string($0.0) })
        evaluable["not_evaluable"] = .array(
            zip(names, counts).filter { $0.1.confusion.count < minimumSize }.map { .string($0.0) })
        evaluable["minimum_size"] = .integer(minimumSize)
        for member in Self.summary(large.map(\.1), .leftOut).members { evaluable[member.key] = member.value }
        out["evaluable"] = .object(evaluable)
        out["ll144"] = .object(localLaw144(names, counts, known: known, hasScores: hasScores))
        out["unknown"] = .integer(rows - known)
        againstMostSelected(names, counts, &out)
        return out
    }

    private static func object(_ group: GroupCounts, known: Int, hasScores: Bool) -> ReportObject {
        let c = group.confusion
        let n = Double(c.count)
        var out = ReportObject()
        out["n"] = .integer(c.count)
        out["share"] = .number(n / Double(max(1, known)))
        out["tp"] = .integer(c.truePositives)
        out["fp"] = .integer(c.falsePositives)
        out["tn"] = .integer(c.trueNegatives)
        out["fn"] = .integer(c.falseNegatives)
        let noPositives = "the group has no positives"
        let noNegatives = "the group has no negatives"
        let noSelected = "nobody in the group was selected"
        let allSelected = "everybody in the group was selected"
        out.set("base_rate", c.baseRate, reason: "the group is empty")
        out.set("selection_rate", c.selectionRate, reason: "the group is empty")
        out.set("tpr", c.truePositiveRate, reason: noPositives)
        out.set("fnr", c.falseNegativeRate, reason: noPositives)
        out.set("fpr", c.falsePositiveRate, reason: noNegatives)
        out.set("tnr", c.trueNegativeRate, reason: noNegatives)
        out.set("ppv", c.precision, reason: noSelected)
        out.set("fdr", c.falseDiscoveryRate, reason: noSelected)
        out.set("npv", c.negativePredictiveValue, reason: allSelected)
        out.set("fomr", c.falseOmissionRate, reason: allSelected)
        out.set("accuracy", c.accuracy, reason: "the group is empty")
        let noScores = "there are no scores"
        let oneClass = hasScores ? (c.positives == 0 ? noPositives : noNegatives) : noScores
        out.set("roc_auc", group.auc, reason: oneClass)
        out.set("mean_score", hasScores ? group.scoreSum / n : nil, reason: noScores)
        out.set("brier", hasScores ? group.brierSum / n : nil, reason: noScores)
        out.set("ece_width10", hasScores ? group.bins.expectedError : nil, reason: noScores)
        out.set("treatment_equality_fn_fp", c.treatmentRatio, reason: "the group has no false positives")
        out["wilson95_selection_rate"] = ReportValue(Proportions.wilson(c.selected, of: c.count))
        out["wilson95_tpr"] = ReportValue(Proportions.wilson(c.truePositives, of: c.positives))
        if c.positives == 0 { out["wilson95_tpr_reason"] = .string(noPositives) }
        out["wilson95_fpr"] = ReportValue(Proportions.wilson(c.falsePositives, of: c.negatives))
        if c.negatives == 0 { out["wilson95_fpr_reason"] = .string(noNegatives) }
        return out
    }

    static func summary(_ groups: [GroupCounts], _ undefined: FairnessSummary.Undefined) -> ReportObject {
        let summary = FairnessSummary(groups, undefined: undefined)
        let few = "fewer than two groups can be compared"
        let none = few + ", or the largest rate is zero"
        var out = ReportObject()
        out.set("demographic_parity_difference", summary.difference(\.selectionRate), reason: few)
        out.set("demographic_parity_ratio", summary.ratio(\.selectionRate), reason: none)
        out.set("equalized_odds_difference", summary.equalizedOddsDifference, reason: few)
        out.set("equalized_odds_ratio", summary.equalizedOddsRatio, reason: none)
        out.set("equal_opportunity_difference", summary.difference(\.truePositiveRate), reason: few)
        out.set("equal_opportunity_ratio", summary.ratio(\.truePositiveRate), reason: none)
        out.set("false_positive_rate_difference", summary.difference(\.falsePositiveRate), reason: few)
        out.set("false_positive_rate_ratio", summary.ratio(\.falsePositiveRate), reason: none)
        out.set("false_negative_rate_difference", summary.difference(\.falseNegativeRate), reason: few)
        out.set("true_negative_rate_difference", summary.difference(\.trueNegativeRate), reason: few)
        out.set("selection_rate_difference", summary.difference(\.selectionRate), reason: few)
        out.set("accuracy_score_difference", summary.difference(\.accuracy), reason: few)
        out.set("accuracy_score_ratio", summary.ratio(\.accuracy), reason: none)
        out.set("equalized_odds_difference_mean", summary.equalizedOddsMean, reason: few)
        out.set("predictive_parity_difference", summary.difference(\.precision), reason: few)
        out.set("npv_difference", summary.difference(\.negativePredictiveValue), reason: few)
        out.set("auc_difference", summary.aucDifference, reason: few)
        out.set("calibration_ece_difference", summary.calibrationDifference, reason: few)
        let impact = summary.ratio(\.selectionRate)
        out.set("disparate_impact_min_over_max", impact, reason: none)
        out["four_fifths_pass"] = impact.map { .bool($0 >= 0.8) } ?? .null
        if impact == nil { out["four_fifths_pass_reason"] = .string(none) }
        out.set("theil_index_benefit", summary.generalizedEntropy(alpha: 1), reason: "nobody has a benefit")
        out.set(
            "generalized_entropy_alpha2_benefit", summary.generalizedEntropy(alpha: 2), reason: "nobody has a benefit")
        return out
    }

    /// Impact ratios as New York City's Local Law 144 (6 RCNY § 5-301) asks for them.
    private static func localLaw144(
        _ names: [String], _ counts: [GroupCounts], known: Int, hasScores: Bool
    ) -> ReportObject {
        let selection = counts.map { $0.confusion.selectionRate ?? 0 }
        let scoring = counts.map { Double($0.aboveMedian) / Double(max(1, $0.confusion.count)) }
        let topSelection = selection.max() ?? 0
        let topScoring = scoring.max() ?? 0
        var out = ReportObject()
        for (i, name) in names.enumerated() {
            var object = ReportObject()
            object.set(
                "impact_ratio_selection", topSelection > 0 ? selection[i] / topSelection : nil,
                reason: "nobody was selected")
            object.set("scoring_rate_above_median", hasScores ? scoring[i] : nil, reason: "there are no scores")
            object.set(
                "impact_ratio_scoring", hasScores && topScoring > 0 ? scoring[i] / topScoring : nil,
                reason: "no score is above the median")
            object["below_2pct"] = .bool(Double(counts[i].confusion.count) / Double(max(1, known)) < smallShare)
            out[name] = .object(object)
        }
        return out
    }

    private static func againstMostSelected(_ names: [String], _ counts: [GroupCounts], _ out: inout ReportObject) {
        let rates = counts.map { $0.confusion.selectionRate ?? 0 }
        guard let top = rates.indices.max(by: { (rates[$0], $1) < (rates[$1], $0) }) else {
            out["most_selected_group"] = .null
            out["most_selected_group_reason"] = .string("there are no groups")
            return
        }
        let best = counts[top].confusion
        out["most_selected_group"] = .string(names[top])
        var versus = ReportObject()
        for (i, name) in names.enumerated() where i != top {
            let own = counts[i].confusion
            var object = ReportObject()
            let test = Proportions.twoProportion(own.selected, of: own.count, against: best.selected, of: best.count)
            object.set("z", test?.statistic, reason: "all or none were selected")
            if let test { object.set("z_pvalue", test.p) } else { object["z_pvalue"] = .null }
            let table = ContingencyTable(
                rows: [[own.selected, own.notSelected], [best.selected, best.notSelected]])
            object["fisher_pvalue"] = ReportValue(table?.fisher()?.p.value)
            object.set("rate_ratio", rates[top] > 0 ? rates[i] / rates[top] : nil, reason: "nobody was selected")
            let katz = Proportions.katz(own.selected, of: own.count, against: best.selected, of: best.count)
            object["rate_ratio_katz95"] = ReportValue(katz)
            if katz == nil { object["rate_ratio_katz95_reason"] = .string("nobody in one of the groups was selected") }
            object["cohens_h"] = .number(Proportions.cohensH(rates[i], rates[top]))
            versus[name] = .object(object)
        }
        out["vs_most_selected"] = .object(versus)
        setSelectionTest(counts.map(\.confusion), &out)
    }

    /// Whether the groups were selected equally often, by the chi-square test.
    static func setSelectionTest(_ groups: [ConfusionCounts], _ out: inout ReportObject) {
        if let test = ContingencyTable(rows: groups.map { [$0.selected, $0.notSelected] })?.chiSquare() {
            var object = ReportObject()
            object["statistic"] = .number(test.statistic)
            object.set("pvalue", test.p)
            object["dof"] = .integer(test.degreesOfFreedom)
            out["chi2_selection"] = .object(object)
        } else {
            out["chi2_selection"] = .null
            out["chi2_selection_reason"] = .string("there is one group only, or all or none were selected")
        }
    }

    /// The reports of several attributes, on all cores, each with its chunks when there are any.
    public static func reports(
        table: Table, columns: BinaryColumns, attributes: [String], minimumSize: Int = 30, chunks: Chunks? = nil
    ) throws(MeasureError) -> ReportObject {
        let sample = columns.sample
        let (median, grouped) = both(
            { medianScore(sample) },
            {
                Result { () throws(MeasureError) in
                    try attempted(attributes.count) { i throws(MeasureError) in
                        try groups(table, attributes[i], columns.rows)
                    }
                }
            })
        let found = try grouped.get()
        let counted = pairs(
            found.count, { sums(sample, found[$0], median: median) }, { areas(sample, found[$0]) })
        var out = ReportObject()
        for (i, attribute) in attributes.enumerated() {
            var own = report(
                found[i].names, joined(counted[i].0, counted[i].1), rows: sample.count, hasScores: sample.hasScores,
                minimumSize: minimumSize)
            if let chunks {
                own["chunking"] = chunks.report
                own["chunks"] = self.chunks(chunks, columns: columns, groups: found[i], minimumSize: minimumSize)
            }
            out[attribute] = .object(own)
        }
        return out
    }
}
