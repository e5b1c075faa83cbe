// Performance and calibration as report objects.
import Foundation
public import Statistics

/// Performance of classifiers and regressions.
public enum Performance {
    /// A binary classifier.
    public static func binary(_ sample: BinarySample) -> ReportObject {
        let (ranking, others) = both({ sample.ranking() }, { ScoreMeasures(sample) })
        return binary(sample, ranking, others)
    }

    /// A binary classifier, and its curves (``curves(_:)``) from the same sorted scores.
    public static func binaryAndCurves(_ sample: BinarySample) -> (measures: ReportObject, curves: ReportObject) {
        let (ordered, others) = both(
            { () -> (ranking: Ranking?, curve: OperatingCurve?) in
                guard sample.hasScores else { return (nil, nil) }
                let sorted = BinarySample.sorted(scores: sample.scores, labels: sample.labels)
                return (
                    Ranking(sortedPositives: sorted.positives, sortedNegatives: sorted.negatives),
                    OperatingCurve(
                        sortedPositives: sorted.positives, sortedNegatives: sorted.negatives, steps: curveSteps)
                )
            }, { ScoreMeasures(sample) })
        return (binary(sample, ordered.ranking, others), curves(sample, ordered.curve))
    }

    /// The rates and the AUC alone.
    static func ratesAndAUC(_ sample: BinarySample) -> ReportObject {
        var out = rates(sample.confusion)
        out.set("roc_auc", sample.ranking()?.auc, reason: oneClass(sample.confusion))
        return out
    }

    private static func oneClass(_ counts: ConfusionCounts) -> String {
        counts.positives == 0
            ? "no row is truly positive" : counts.negatives == 0 ? "no row is truly negative" : "there are no scores"
    }

    /// What needs the scores in the order of rows.
    private struct ScoreMeasures {
        let lift: Double?
        let logLoss: Double?
        let brier: Double?

        init(_ sample: BinarySample) {
            lift = sample.topDecileLift()
            logLoss = sample.logLoss()
            brier = sample.brier()
        }
    }

    private static func binary(_ sample: BinarySample, _ ranking: Ranking?, _ others: ScoreMeasures) -> ReportObject {
        let counts = sample.confusion
        var out = rates(counts)
        let oneClass = oneClass(counts)
        out.set("roc_auc", ranking?.auc, reason: oneClass)
        out.set("gini", ranking.map { 2 * $0.auc - 1 }, reason: oneClass)
        out.set("average_precision", ranking?.averagePrecision, reason: oneClass)
        out.set("pr_auc_trapezoid", ranking?.precisionRecallArea, reason: oneClass)
        out.set("ks_score", ranking?.kolmogorovSmirnov, reason: oneClass)
        out.set("log_loss_eps", others.logLoss, reason: "there are no scores")
        if let ranking, let error = ranking.deLongError {
            out["delong"] = .object(
                ReportObject([
                    ("auc", .number(ranking.auc)), ("se", .number(error)),
                    ("lo95", .number(ranking.auc - Proportions.z95 * error)),
                    ("hi95", .number(ranking.auc + Proportions.z95 * error)),
                ]))
        } else {
            out["delong"] = .null
            out["delong_reason"] = .string(ranking == nil ? oneClass : "a class has fewer than two rows")
        }
        out.set("brier", others.brier, reason: "there are no scores")
        out.set(
            "lift_top10pct_stable_order", others.lift,
            reason: sample.hasScores ? "fewer than ten rows, or no positives" : "there are no scores")
        intervals(counts, &out)
        return out
    }

    /// A binary classifier from what workers counted: what comes from the grid carries how far it can be off. Measures that
    /// need every score, such as the average precision, are not among them.
    public static func binary(_ accumulator: PerformanceAccumulator) -> ReportObject {
        var out = rates(accumulator.confusion)
        let scored = accumulator.grid
        let oneClass =
            scored.confusion.count == 0
            ? "there are no scores" : "the scored rows have one class only"
        out["scored"] = .integer(scored.confusion.count)
        out["scores_refused"] = .integer(scored.refused)
        out.set("roc_auc", scored.auc, reason: oneClass)
        out.set("roc_auc_error_max", scored.aucErrorMax, reason: oneClass)
        out.set("ks_score", scored.kolmogorovSmirnov, reason: oneClass)
        out.set("ks_score_error_max", scored.kolmogorovSmirnovErrorMax, reason: oneClass)
        out.set("log_loss_eps", scored.logLoss, reason: "there are no scores")
        out.set("brier", scored.brier, reason: "there are no scores")
        out["width10"] = .object(CalibrationReport.object(accumulator.width10))
        out["width15"] = .object(CalibrationReport.object(accumulator.width15))
        intervals(accumulator.confusion, &out)
        return out
    }

    /// What follows from the counts alone.
    private static func rates(_ counts: ConfusionCounts) -> ReportObject {
        var out = ReportObject()
        out["n"] = .integer(counts.count)
        out["tn"] = .integer(counts.trueNegatives)
        out["fp"] = .integer(counts.falsePositives)
        out["fn"] = .integer(counts.falseNegatives)
        out["tp"] = .integer(counts.truePositives)
        let noPositives = "no row is truly positive"
        let noNegatives = "no row is truly negative"
        let noSelected = "no row was decided positive"
        let oneClass = counts.positives == 0 ? noPositives : noNegatives
        out.set("base_rate", counts.baseRate, reason: "there are no rows")
        out.set("selection_rate", counts.selectionRate, reason: "there are no rows")
        out.set("accuracy", counts.accuracy, reason: "there are no rows")
        out.set("balanced_accuracy", counts.balancedAccuracy, reason: oneClass)
        out.set("precision", counts.precision, reason: noSelected)
        out.set("recall", counts.truePositiveRate, reason: noPositives)
        out.set("specificity", counts.trueNegativeRate, reason: noNegatives)
        out.set("npv", counts.negativePredictiveValue, reason: "no row was decided negative")
        let noHit = "no row is positive by truth or decision"
        out.set("f1", counts.fScore(beta: 1), reason: noHit)
        out.set("f2", counts.fScore(beta: 2), reason: noHit)
        out.set("f05", counts.fScore(beta: 0.5), reason: noHit)
        out.set("mcc", counts.matthews, reason: "truth or decision does not vary")
        out.set("kappa", counts.kappa, reason: "truth and decision do not vary")
        out.set("jaccard", counts.jaccard, reason: noHit)
        return out
    }

    static func intervals(_ counts: ConfusionCounts, _ out: inout ReportObject) {
        let noPositives = "no row is truly positive"
        let noNegatives = "no row is truly negative"
        let noSelected = "no row was decided positive"
        let rates: [(String, Int, Int, String)] = [
            ("accuracy", counts.correct, counts.count, "there are no rows"),
            ("precision", counts.truePositives, counts.selected, noSelected),
            ("recall", counts.truePositives, counts.positives, noPositives),
            ("specificity", counts.trueNegatives, counts.negatives, noNegatives),
            ("npv", counts.trueNegatives, counts.notSelected, "no row was decided negative"),
            ("selection_rate", counts.selected, counts.count, "there are no rows"),
            ("base_rate", counts.positives, counts.count, "there are no rows"),
        ]
        for (name, successes, trials, reason) in rates {
            out["wilson95_" + name] = ReportValue(Proportions.wilson(successes, of: trials))
            out["clopper_pearson95_" + name] = ReportValue(Proportions.clopperPearson(successes, of: trials))
            if trials == 0 {
                out["wilson95_\(name)_reason"] = .string(reason)
                out["clopper_pearson95_\(name)_reason"] = .string(reason)
            }
        }
    }

    /// A classifier of several classes.
    public static func multiclass(_ counts: MulticlassCounts) -> ReportObject {
        var out = ReportObject()
        out["n"] = .integer(counts.count)
        let classes = counts.classes
        out["classes"] = .array(classes.map { .string($0) })
        out["confusion"] = .array(
            classes.map { label in
                .array(classes.map { .integer(counts.count(label: label, prediction: $0)) })
            })
        out.set("accuracy", counts.accuracy, reason: "there are no rows")
        out.set("balanced_accuracy", counts.balancedAccuracy, reason: "there are no rows")
        for (suffix, weighted) in [("macro", false), ("weighted", true)] {
            out.set("precision_" + suffix, counts.average(weighted: weighted, \.precision), reason: "there are no rows")
            out.set(
                "recall_" + suffix, counts.average(weighted: weighted, \.truePositiveRate), reason: "there are no rows")
            out.set(
                "f1_" + suffix, counts.average(weighted: weighted) { $0.fScore(beta: 1) }, reason: "there are no rows")
        }
        out.set("mcc", counts.matthews, reason: "truth or decision does not vary")
        out.set("kappa", counts.kappa, reason: "truth and decision do not vary")
        if let accuracy = Proportions.wilson(
            classes.reduce(0) { $0 + counts.count(label: $1, prediction: $1) }, of: counts.count)
        {
            out["wilson95_accuracy"] = ReportValue(accuracy)
        }
        var perClass = ReportObject()
        for name in classes {
            let one = counts.oneAgainstRest(name)
            var object = ReportObject()
            object["n"] = .integer(one.positives)
            object.set("precision", one.precision, reason: "the class was never decided")
            object.set("recall", one.truePositiveRate, reason: "no row is truly of the class")
            object.set("f1", one.fScore(beta: 1), reason: "the class does not occur")
            perClass[name] = .object(object)
        }
        out["per_class"] = .object(perClass)
        return out
    }

    /// A regression.
    public static func regression(_ errors: RegressionErrors) -> ReportObject {
        var out = ReportObject()
        out["n"] = .integer(errors.count)
        out.set("mae", errors.meanAbsoluteError, reason: "there are no rows")
        out.set("rmse", errors.rootMeanSquareError, reason: "there are no rows")
        out.set("mape", errors.meanAbsolutePercentageError, reason: "every true value is zero")
        out.set("r2", errors.rSquared, reason: "the true values do not vary")
        out.set("mean_error", errors.meanError, reason: "there are no rows")
        out["zero_truths"] = .integer(errors.zeroTruths)
        return out
    }
}

/// Calibration of a binary classifier's scores.
public enum CalibrationReport {
    /// What can be said of calibration from what workers counted: bins of equal width, Brier score and Spiegelhalter's test
    /// are exact; what needs every score is null, with the reason.
    ///
    /// - Throws: `MeasureError` without scores.
    public static func binary(_ accumulator: PerformanceAccumulator) throws(MeasureError) -> ReportObject {
        guard accumulator.grid.confusion.count > 0 else { throw MeasureError("calibration needs a score") }
        var out = ReportObject()
        for (name, bins) in [("width10", accumulator.width10), ("mass10", nil), ("width15", accumulator.width15)] {
            out[name] = bins.map { .object(object($0)) } ?? .null
        }
        summary(accumulator, &out)
        for name in ["mass10", "logistic_recalibration_clip1e-6", "hosmer_lemeshow_mass10", "isotonic"] {
            out[name] = .null
            out[name + "_reason"] = .string("every score is needed, and a stream keeps none")
        }
        return out
    }

    static func summary(_ accumulator: PerformanceAccumulator, _ out: inout ReportObject) {
        let scored = accumulator.grid.confusion
        let mean = scored.count > 0 ? accumulator.width10.scoreSum / Double(scored.count) : nil
        let base = scored.baseRate
        out.set("brier", accumulator.grid.brier, reason: "there are no rows")
        out.set("mean_score", mean, reason: "there are no rows")
        out.set("base_rate", base, reason: "there are no rows")
        out.set(
            "calibration_in_the_large", mean.flatMap { mean in base.map { $0 - mean } }, reason: "there are no rows")
        if let test = accumulator.spiegelhalter.result {
            out["spiegelhalter"] = .object(
                ReportObject([("z", .number(test.statistic)), ("pvalue", .number(test.p.value))]))
        } else {
            out["spiegelhalter"] = .null
            out["spiegelhalter_reason"] = .string("no score leaves room for chance")
        }
    }

    /// All measures of calibration.
    ///
    /// - Throws: `MeasureError` without scores.
    public static func binary(_ sample: BinarySample) throws(MeasureError) -> ReportObject {
        guard sample.hasScores else { throw MeasureError("calibration needs a score") }
        var out = ReportObject()
        let sorted = Sorting.sorted(sample.scores)
        let edges: [(String, BinEdges)] = [
            ("width10", .unit(bins: 10)), ("mass10", .quantiles(ofSorted: sorted)), ("width15", .unit(bins: 15)),
        ]
        let (counted, fitted) = both(
            { edges.map { filled($0.1, sample) } },
            {
                (
                    logistic: Calibration.logisticRecalibration(scores: sample.scores, labels: sample.labels),
                    isotonic: IsotonicMap(scores: sample.scores, labels: sample.labels)
                )
            })
        for ((name, _), bins) in zip(edges, counted) { out[name] = .object(object(bins)) }
        let brier = sample.brier() ?? .nan
        let mean = sample.scores.withUnsafeBufferPointer { values -> Double in
            var moments = Moments()
            moments.add(values)
            return moments.mean
        }
        out["brier"] = .number(brier)
        out["mean_score"] = .number(mean)
        let base = sample.confusion.baseRate
        out.set("base_rate", base, reason: "there are no rows")
        out.set("calibration_in_the_large", base.map { $0 - mean }, reason: "there are no rows")
        if let test = Calibration.spiegelhalter(scores: sample.scores, labels: sample.labels) {
            out["spiegelhalter"] = .object(
                ReportObject([("z", .number(test.statistic)), ("pvalue", .number(test.p.value))]))
        } else {
            out["spiegelhalter"] = .null
            out["spiegelhalter_reason"] = .string("no score leaves room for chance")
        }
        if let fit = fitted.logistic {
            out["logistic_recalibration_clip1e-6"] = .object(
                ReportObject([
                    ("intercept", .number(fit.intercept)), ("slope", .number(fit.slope)),
                    ("se", .array(fit.standardErrors.map { .number($0) })),
                ]))
        } else {
            out["logistic_recalibration_clip1e-6"] = .null
            out["logistic_recalibration_clip1e-6_reason"] = .string(
                "one class only, one score only, or scores that separate the classes")
        }
        if let test = counted[1].hosmerLemeshow {
            out["hosmer_lemeshow_mass10"] = .object(
                ReportObject([
                    ("statistic", .number(test.result.statistic)), ("dof", .integer(test.degreesOfFreedom)),
                    ("pvalue", .number(test.result.p.value)),
                ]))
        } else {
            out["hosmer_lemeshow_mass10"] = .null
            out["hosmer_lemeshow_mass10_reason"] = .string("fewer than three bins, or a bin with certain scores only")
        }
        if let map = fitted.isotonic {
            out["isotonic"] = .object(
                ReportObject([
                    ("x", .array(map.x.map { .number($0) })), ("y", .array(map.y.map { .number($0) })),
                ]))
        }
        return out
    }

    private static func filled(_ edges: BinEdges, _ sample: BinarySample) -> ReliabilityBins {
        var bins = ReliabilityBins(edges: edges)
        for i in sample.scores.indices { bins.add(score: sample.scores[i], label: sample.labels[i]) }
        return bins
    }

    static func object(_ bins: ReliabilityBins) -> ReportObject {
        var out = ReportObject()
        out["edges"] = .array(bins.edges.edges.map { .number($0) })
        out["count"] = .array(bins.counts.map { .integer($0) })
        out["confidence"] = .array(bins.confidence.map { ReportValue($0) })
        out["observed"] = .array(bins.observed.map { ReportValue($0) })
        out.set("ece", bins.expectedError, reason: "there are no rows")
        out.set("mce", bins.maximumError, reason: "there are no rows")
        out.set("rmsce", bins.rootMeanSquareError, reason: "there are no rows")
        let parts = bins.brierDecomposition
        out.set("brier_reliability", parts?.reliability, reason: "there are no rows")
        out.set("brier_resolution", parts?.resolution, reason: "there are no rows")
        out.set("brier_uncertainty", parts?.uncertainty, reason: "there are no rows")
        return out
    }
}

extension Performance {
    /// A classifier of several classes in two columns of categories; rows with a null are left out and counted.
    ///
    /// - Throws: `MeasureError` for a missing column.
    public static func multiclass(
        table: Table, label: String, prediction: String
    ) throws(MeasureError) -> ReportObject {
        guard let truth = table[label], let first = truth.codes else {
            throw MeasureError("\(table.path): there is no column \"\(label)\"")
        }
        guard let decided = table[prediction], let second = decided.codes else {
            throw MeasureError("\(table.path): there is no column \"\(prediction)\"")
        }
        let width = max(1, decided.categories.count)
        guard truth.categories.count * width <= 1_000_000 else {
            throw MeasureError("\(table.path): more than a million pairs of classes")
        }
        var cells = [Int](repeating: 0, count: max(1, truth.categories.count * width))
        var incomplete = 0
        for row in 0..<table.rows {
            if first[row] < 0 || second[row] < 0 {
                incomplete += 1
            } else {
                cells[Int(first[row]) * width + Int(second[row])] += 1
            }
        }
        var counts = MulticlassCounts()
        for (cell, count) in cells.enumerated() where count > 0 {
            counts.add(
                label: truth.categories[cell / width], prediction: decided.categories[cell % width], times: count)
        }
        var out = multiclass(counts)
        out["incomplete"] = .integer(incomplete)
        return out
    }

    private static func numbers(_ table: Table, _ name: String) throws(MeasureError) -> [Double] {
        guard let column = table[name] else { throw MeasureError("\(table.path): there is no column \"\(name)\"") }
        guard let numbers = column.numbers else { throw MeasureError("\(table.path): \"\(name)\" is not numeric") }
        return numbers
    }

    /// A regression in two columns of numbers; rows with a null or infinite value are left out and counted.
    ///
    /// - Throws: `MeasureError` for a missing column.
    public static func regression(
        table: Table, label: String, prediction: String
    ) throws(MeasureError) -> ReportObject {
        let truth = try numbers(table, label)
        let predicted = try numbers(table, prediction)
        let kept = truth.indices.filter { truth[$0].isFinite && predicted[$0].isFinite }
        var errors = RegressionErrors()
        errors.add(labels: kept.map { truth[$0] }, predictions: kept.map { predicted[$0] })
        var out = regression(errors)
        out["incomplete"] = .integer(table.rows - kept.count)
        return out
    }
}
