// The ROC and the precision-recall curve as a report object.
public import Statistics

extension Performance {
    /// Points of a curve are left out where neither rate has moved by a hundredth.
    public static let curveSteps = 100

    /// The operating points over falling thresholds: threshold, counts, both rates, precision. Null with one class
    /// only.
    public static func curves(_ sample: BinarySample) -> ReportObject {
        curves(sample, sample.operatingCurve(steps: curveSteps))
    }

    static func curves(_ sample: BinarySample, _ curve: OperatingCurve?) -> ReportObject {
        var out = ReportObject()
        guard let curve else {
            out["operating_points"] = .null
            out["operating_points_reason"] = .string(
                sample.hasScores ? "there are rows of one class only" : "there are no scores")
            return out
        }
        let points = curve.points
        out["operating_points"] = .object(
            ReportObject([
                ("thresholds_distinct", .integer(curve.thresholds)),
                ("area_error_max", .number(1 / Double(curveSteps))),
                ("threshold", .array(points.map { .number($0.threshold) })),
                ("threshold_reason", .string("the first point decides nothing positive")),
                ("tp", .array(points.map { .integer($0.truePositives) })),
                ("fp", .array(points.map { .integer($0.falsePositives) })),
                ("tpr", .array(points.map { .number(curve.truePositiveRate($0)) })),
                ("fpr", .array(points.map { .number(curve.falsePositiveRate($0)) })),
                ("precision", .array(points.map { .number($0.precision) })),
            ]))
        return out
    }
}
