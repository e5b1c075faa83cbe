// Drift of explanations: which features the model leans on now, against those it leant on in the reference.
import Foundation
import Statistics

/// Drift of attributions as a report object.
public enum AttributionDrift {
    /// Rows of each side that are explained, evenly taken.
    public static let rowsMax = 200

    /// Compares the mean absolute Shapley values of features on two sets of rows: Spearman's rank correlation, and the
    /// normalised discounted cumulative gain (Järvelin & Kekäläinen 2002) of the current order of features, with the
    /// reference's values as gains, as Amazon SageMaker Clarify defines its drift of feature attribution.
    ///
    /// - Throws: `MeasureError` without rows, or when the method does not fit the model.
    public static func report(
        model: some ScoringModel, reference: [[Double]], current: [[Double]], background: [[Double]],
        method: ExplanationMethod
    ) throws(MeasureError) -> ReportObject {
        let first = try means(model, Explanation.evenly(reference, rowsMax), background, method)
        let second = try means(model, Explanation.evenly(current, rowsMax), background, method)
        var out = ReportObject()
        out["method"] = .string(method.rawValue)
        out["n"] = .integer(min(first.rows, second.rows))
        out["features"] = .array(model.features.map { .string($0) })
        out["mean_absolute_ref"] = .array(first.values.map { .number($0) })
        out["mean_absolute_cur"] = .array(second.values.map { .number($0) })
        let correlation =
            first.values == second.values && first.values.count > 1
            ? 1 : Quality.pearson(Quality.midranks(second.values).ranks, Quality.midranks(first.values).ranks)
        out.set("rank_correlation", correlation, reason: "all features have one rank")
        out.set(
            "ndcg", Ranks.discountedGain(first.values, by: second.values),
            reason: "no feature matters in the reference")
        return out
    }

    private static func means(
        _ model: some ScoringModel, _ rows: [[Double]], _ background: [[Double]], _ method: ExplanationMethod
    ) throws(MeasureError) -> (values: [Double], rows: Int) {
        let found = try Explanation.attributions(model: model, rows: rows, background: background, method: method)
            .compactMap { $0 }
        var sums = [Double](repeating: 0, count: model.features.count)
        for values in found {
            for i in sums.indices { sums[i] += abs(values[i]) }
        }
        return (sums.map { found.isEmpty ? 0 : $0 / Double(found.count) }, found.count)
    }
}
