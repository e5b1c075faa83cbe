// By which methods numbers were made, for the reader of a report.

/// A method behind the numbers of a measurement.
public struct Method: Hashable, Sendable {
    /// The key of the number, or keys.
    public let name: String
    /// How it is computed.
    public let definition: String
    /// Where the definition comes from.
    public let source: String

    /// The methods of a measurement, as far as its result has their numbers.
    public static func all(_ measurement: MeasurementReport) -> [Method] {
        let result = measurement.result
        switch measurement.measure {
        case "drift":
            let columns = [result["numeric"], result["categorical"]].flatMap { $0?.object?.members ?? [] }
            return drift.filter { method in
                columns.contains { $0.value[method.name] != nil } || result[method.name] != nil
            }
        case "performance": return performance.filter { result[$0.name] != nil }
        case "calibration": return calibration.filter { result[$0.name] != nil }
        case "fairness":
            let isFollowed = result.members.contains { $0.value["anytime"] != nil }
            return result.members.isEmpty ? [] : isFollowed ? fairness + everyLook : fairness
        case "estimate":
            if result["method"] == .string("DLE") { return lossEstimate }
            return result["classes"] == nil ? estimate : estimate + classEstimate
        case "explain": return explanation.filter { result[$0.name] != nil }
        case "transparency": return transparency.filter { result[$0.name] != nil }
        case "quality": return quality.filter { result[$0.name] != nil }
        case "changes": return changes.filter { result[$0.name] != nil }
        default: return []
        }
    }

    private init(_ name: String, _ definition: String, _ source: String) {
        self.name = name
        self.definition = definition
        self.source = source
    }

    private static let drift = [
        Method(
            "psi_q10",
            "Σ (c − r) ln(c / r) over the deciles of the reference, outer bins open, an empty share counted as 1e-4",
            "Siddiqi, Credit Risk Scorecards, 2006"),
        Method("psi_w10", "the same over ten bins of equal width over the range of the reference", "Siddiqi 2006"),
        Method("psi_cat", "the same over categories", "Siddiqi 2006"),
        Method("js_distance_q10_base2", "square root of the Jensen-Shannon divergence, base 2", "Lin 1991"),
        Method("hellinger_q10", "√(Σ (√p − √q)²) / √2", "Hellinger 1909"),
        Method("ks", "largest distance of the distribution functions, two-sided p-value", "Smirnov 1948"),
        Method(
            "wasserstein",
            "area between the distribution functions; wasserstein_norm is over the reference's deviation",
            "Villani 2009"),
        Method("energy_distance", "√(2 ∫ (F − G)²)", "Székely & Rizzo 2013"),
        Method("cramer_von_mises", "two-sample statistic T, asymptotic p-value", "Anderson 1962"),
        Method("anderson_ksamp_midrank", "two-sample A² by mid-ranks", "Scholz & Stephens 1987"),
        Method("mann_whitney", "U with ties and continuity corrected", "Mann & Whitney 1947"),
        Method("welch_t", "difference of means, unequal variances", "Welch 1947"),
        Method("chi2", "two-sample contingency table, no correction, with Cramér's V", "Pearson 1900; Cramér 1946"),
        Method("range", "current values below the least or above the largest of the reference", "counts"),
        Method("null_test", "two-proportion z test of null rates", "Fleiss, Levin & Paik 2003"),
        Method(
            "multiple_testing_ks_chi2", "p-values of KS and chi-square over all columns, adjusted",
            "Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001; Holm 1979"),
        Method(
            "multivariate",
            "error with which the reference's principal components (more than 65 % of the variance) give rows back; "
                + "Pearson's correlations, Cohen's q and Fisher's test",
            "Jolliffe 2002; Cohen 1988; Fisher 1921"),
        Method(
            "chunks",
            "PSI of every chunk over the bins and categories of the reference, p-value of chi-square; log_e_value: ln of the "
                + "e-value against equal shares of all chunks so far, at 2.996 (1/0.05) an alarm that holds however often one looks",
            "Siddiqi 2006; Wasserman et al. 2020"),
    ]

    private static let performance = [
        Method("roc_auc", "share of pairs ranked rightly, ties half", "Hanley & McNeil 1982"),
        Method("delong", "standard error and 95 % interval of the AUC", "DeLong, DeLong & Clarke-Pearson 1988"),
        Method("average_precision", "Σ (Rₖ − Rₖ₋₁) Pₖ over falling thresholds", "Manning, Raghavan & Schütze 2008"),
        Method("curves", "operating points over falling thresholds, equal scores one point", "Fawcett 2006"),
        Method("log_loss_eps", "−mean ln of the probability of the truth, clipped at 1e-15", "Good 1952"),
        Method("brier", "mean (score − label)²", "Brier 1950"),
        Method("mcc", "correlation of truth and decision", "Matthews 1975"),
        Method("kappa", "agreement beyond chance", "Cohen 1960"),
        Method("wilson95_accuracy", "95 % intervals of every rate", "Wilson 1927; Clopper & Pearson 1934"),
        Method(
            "anytime",
            "interval of a rate over all chunks so far that holds at every look (bets by a Beta(½, ½) prior against each "
                + "candidate); rules: likelihood ratios of rates beyond the threshold, over starts at every chunk",
            "Ville 1939; Robbins 1970; Waudby-Smith & Ramdas 2024; Shin, Ramdas & Rinaldo 2023"),
        Method("r2", "1 − residual over total sum of squares", "Kvålseth 1985"),
    ]

    private static let calibration = [
        Method(
            "width10", "ten bins of equal width, closed on the right; ECE Σ share |score − rate|", "Naeini et al. 2015"),
        Method("mass10", "the same over ten bins of equal mass", "Nixon et al. 2019"),
        Method("brier", "mean (score − label)², decomposed over the bins", "Brier 1950; Murphy 1973"),
        Method("spiegelhalter", "z of the Brier score under calibration", "Spiegelhalter 1986"),
        Method("logistic_recalibration_clip1e-6", "intercept and slope of the labels on the log-odds", "Cox 1958"),
        Method("hosmer_lemeshow_mass10", "chi-square over the bins of equal mass", "Hosmer & Lemeshow 1980"),
        Method("isotonic", "the non-decreasing fit of labels on scores", "Ayer et al. 1955"),
    ]

    private static let fairness = [
        Method("disparate_impact", "least over largest selection rate, four-fifths rule", "29 CFR § 1607.4(D)"),
        Method(
            "demographic parity, equalized odds, equal opportunity",
            "largest differences and ratios of rates over groups",
            "Hardt, Price & Srebro 2016; Agarwal et al. 2018"),
        Method("wilson95", "95 % intervals of rates", "Wilson 1927"),
        Method("rate_ratio_katz95", "95 % interval of a ratio of rates", "Katz et al. 1978"),
        Method("fisher_pvalue", "exact test of two groups", "Fisher 1935"),
        Method("theil_index_benefit", "generalized entropy of ŷ − y + 1", "Speicher et al. 2018"),
        Method("ll144", "impact ratios of selection and of scores above the median", "6 RCNY § 5-301"),
    ]

    private static let everyLook = [
        Method(
            "anytime",
            "intervals of selection rates over all chunks so far that hold for all groups and looks together; log_e_value: ln of "
                + "the e-value against one rate of all groups, at 2.996 (1/0.05) an alarm that holds at every look",
            "Ville 1939; Robbins 1970; Wasserman et al. 2020")
    ]

    private static let estimate = [
        Method(
            "DLE", "the loss of rows is learnt on the reference by boosted trees and predicted for rows without labels",
            "NannyML, direct loss estimation; Friedman 2001"),
        Method(
            "CBPE", "expected confusion counts from calibrated scores; the labels of the current data are not read",
            "NannyML, confidence-based performance estimation"),
        Method(
            "calibration", "isotonic, kept only if it lowers the ECE of rows it was not fitted on",
            "Zadrozny & Elkan 2002"),
    ]

    private static let classEstimate = [
        Method(
            "several classes",
            "a calibration of each class against all others, probabilities of a row divided by their sum; macro: the mean over "
                + "classes, an undefined value counted as 0; roc_auc_ovr_macro: the mean AUC of each class against all others",
            "NannyML, multiclass CBPE; Zadrozny & Elkan 2002; Hand & Till 2001")
    ]

    private static let lossEstimate = [
        Method(
            "DLE", "mean of the losses that boosted trees, fitted on the reference, predict for rows without labels",
            "NannyML, direct loss estimation; Friedman 2001; Ke et al. 2017")
    ]

    private static let transparency = [
        Method("explained", "decisions with an explanation or reason code over all decisions", "12 CFR § 1002.9"),
        Method("delivered", "decisions whose explanation was made and delivered over all decisions", "12 CFR § 1002.9"),
        Method(
            "informed", "people told of the use of AI in every decision about them, over all people known",
            "ISO/IEC 42001, A.8.2"),
        Method("groups", "largest difference of the shares between groups, chi-square", "Pearson 1900"),
        Method(
            "stability", "rank correlation of Shapley values under a change of a twentieth of a standard deviation",
            "Alvarez-Melis & Jaakkola 2018"),
        Method("model_card", "topics treated over topics wanted, days since its date", "Mitchell et al. 2019"),
        Method("user_information", "topics treated over topics wanted, days since its date", "ISO/IEC 42001, A.8.2"),
    ]

    private static let quality = [
        Method("pearson", "correlation of complete pairs", "Welford 1962"),
        Method("spearman", "correlation of mid-ranks of complete pairs", "Spearman 1904"),
        Method("expectations", "values that break a list, pattern or range, age of the newest time", "ISO/IEC 5259-2"),
    ]

    private static let changes = [
        Method(
            "adwin",
            "the longest recent window that no split divides into parts of different means; an alarm where older values are dropped",
            "Bifet & Gavaldà 2007"),
        Method(
            "cusum",
            "sums of deviations from the reference's mean beyond an allowance, in both directions; average run length until a "
                + "false alarm by Siegmund's approximation for independent, normal values",
            "Page 1954; Siegmund 1985"),
        Method("page_hinkley", "rise of the mean over its own past", "Page 1954; Hinkley 1971; Gama et al. 2014"),
    ]

    private static let explanation = [
        Method(
            "rows", "interventional Shapley values against the background named",
            "Lundberg & Lee 2017; Janzing et al. 2020"),
        Method("importance", "mean change of the score when a column is rotated", "Breiman 2001; Fisher et al. 2019"),
        Method("partial_dependence", "mean score of the background with a feature set", "Friedman 2001"),
        Method(
            "robustness", "changes of scores and decisions under noise and missing values", "ISO/IEC TR 24029-1:2021"),
        Method(
            "attribution_drift", "mean absolute Shapley values of two sets of rows: rank correlation and NDCG",
            "Järvelin & Kekäläinen 2002; Amazon SageMaker Clarify"),
        Method("flip", "what happens when the attribute has each of its other values", "Kusner et al. 2017"),
    ]
}
