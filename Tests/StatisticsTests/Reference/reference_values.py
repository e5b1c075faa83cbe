#!/usr/bin/env python3
"""Makes reference_values.json, the values that StatisticsTests hold this code against.

Needs numpy, scipy, scikit-learn, statsmodels, fairlearn from PyPI. The samples come from a linear congruential generator
that the tests run, too, so that no data need to be kept. usage: reference_values.py > reference_values.json
"""
import json, math, sys
import fairlearn, numpy, scipy, sklearn, statsmodels
import numpy as np
from fairlearn.metrics import (demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference,
                               equalized_odds_ratio)
from scipy import stats
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest


class Generator:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53

    def numbers(self, n):
        return np.array([self.next() for _ in range(n)])


def sample(seed, n, shift, steps):
    """Sums of three uniforms, shifted; rounded down to 1 / steps where steps is not 0, for ties."""
    g = Generator(seed)
    values = np.array([g.next() + g.next() + g.next() + shift for _ in range(n)])
    return np.floor(values * steps) / steps if steps else values


def number(x):
    x = float(x)
    return x if math.isfinite(x) else None


out = {"versions": {m.__name__: m.__version__ for m in (numpy, scipy, sklearn, statsmodels, fairlearn)}}
out["kolmogorov"] = [[d, n, number(stats.kstwo.sf(d, n))] for d, n in [
    (0.01, 10), (0.06, 10), (0.2, 10), (0.3, 10), (0.45, 10), (0.6, 10), (0.95, 10), (0.02, 100), (0.05, 100), (0.1, 100),
    (0.15, 100), (0.3, 100), (0.001, 1000), (0.01, 1000), (0.02, 1000), (0.03, 1000), (0.05, 1000), (0.2, 1000),
    (0.001, 50000), (0.003, 50000), (0.006, 50000), (0.01, 50000), (0.0005, 500000), (0.001, 500000), (0.0015, 500000),
    (0.0022, 500000), (0.005, 500000), (0.015, 500000)]]
out["chi_square"] = [[x, k, number(stats.chi2.sf(x, k)), number(stats.chi2.logsf(x, k) / math.log(10))]
                     for x, k in [(0.1, 1), (3.84, 1), (50, 1), (1000, 1), (5, 3), (120, 100), (600, 500), (400, 499), (1300, 3)]]
out["normal"] = [[z, number(stats.norm.sf(z))] for z in [-3, 0, 0.5, 1.96, 5, 10, 25, 33]]
out["normal_quantile"] = [[p, number(stats.norm.ppf(p))] for p in [1e-10, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]]
out["student"] = [[t, df, number(2 * stats.t.sf(abs(t), df))] for t, df in
                  [(0.1, 1), (2, 3.5), (-4, 20), (1.5, 857.3), (6, 1e5), (30, 5000), (0.001, 2e6)]]
out["beta"] = [[a, b, x, number(stats.beta.cdf(x, a, b))] for a, b, x in
               [(0.5, 0.5, 0.3), (2, 3, 0.1), (50, 60, 0.5), (5000, 4000, 0.55), (1, 1000, 0.001), (300000, 700000, 0.3004)]]
out["log_gamma"] = [[x, number(scipy.special.gammaln(x))] for x in [0.01, 0.5, 1.5, 3, 14.9, 15, 100, 1e6, 1e9]]
out["bessel_quarter"] = [[x, number(scipy.special.kv(0.25, x))] for x in [0.01, 0.1, 1, 5, 50]]
out["proportion"] = [[k, n, [number(v) for v in proportion_confint(k, n, method="wilson")],
                      [number(v) for v in proportion_confint(k, n, method="beta")]]
                     for k, n in [(0, 5), (5, 5), (1, 1), (3, 10), (50, 99), (999, 1000), (123456, 1000000)]]
out["two_proportion"] = [[a, n, b, m, *[number(v) for v in proportions_ztest([a, b], [n, m])]]
                         for a, n, b, m in [(10, 50, 20, 60), (3, 8, 7, 9), (50000, 1000000, 100000, 1000000)]]
out["fisher"] = [[t, number(stats.fisher_exact(t)[1])] for t in [
    [[3, 1], [1, 3]], [[0, 5], [5, 0]], [[10, 2], [3, 15]], [[120, 80], [90, 110]], [[5, 0], [3, 0]],
    [[1000, 9000], [1100, 8900]], [[60000, 40000], [59000, 41000]], [[7, 12], [0, 5]]]]
g = Generator(7)
p = [g.next() ** 4 for _ in range(25)]
out["multiple"] = {m: [number(v) for v in multipletests(p, method=m)[1]] for m in ("bonferroni", "holm", "fdr_bh", "fdr_by")}

out["two_sample"] = []
for seed, n, m, shift, steps in [(1, 8, 9, 0.2, 0), (2, 30, 40, 0.0, 5), (3, 400, 300, 0.1, 0), (4, 500, 500, 0.05, 20),
                                 (5, 50, 2000, 0.3, 100), (6, 300, 300, 0, 3)]:
    x, y = sample(seed, n, 0, steps), sample(seed + 100, m, shift, steps)
    ks, auto = stats.ks_2samp(x, y, method="asymp"), stats.ks_2samp(x, y, method="exact")
    cvm = stats.cramervonmises_2samp(x, y, method="asymptotic")
    with np.errstate(all="ignore"):
        import warnings
        warnings.simplefilter("ignore")
        ad = stats.anderson_ksamp([x, y])
    mw = stats.mannwhitneyu(x, y, method="asymptotic")
    welch = stats.ttest_ind(x, y, equal_var=False)
    es = stats.epps_singleton_2samp(x, y)
    out["two_sample"].append({
        "seed": seed, "n": n, "m": m, "shift": shift, "steps": steps, "ks": number(ks.statistic), "ks_p": number(ks.pvalue),
        "ks_exact": number(auto.pvalue), "ks_location": number(ks.statistic_location), "ks_sign": int(ks.statistic_sign),
        "wasserstein": number(stats.wasserstein_distance(x, y)), "energy": number(stats.energy_distance(x, y)),
        "cvm": number(cvm.statistic), "cvm_p": number(cvm.pvalue), "ad": number(ad.statistic), "ad_p": number(ad.pvalue),
        "u": number(mw.statistic), "u_p": number(mw.pvalue), "t": number(welch.statistic), "t_p": number(welch.pvalue),
        "df": number(welch.df), "es": number(es.statistic), "es_p": number(es.pvalue),
        "mean": number(x.mean()), "sd": number(x.std(ddof=1)), "skew": number(stats.skew(x)),
        "kurtosis": number(stats.kurtosis(x)),
        "quantiles": [number(v) for v in np.quantile(x, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])]})

out["binary"] = []
for seed, n, steps in [(11, 50, 0), (12, 1000, 50), (13, 3000, 0), (14, 200, 4)]:
    g = Generator(seed)
    score, label, group = [], [], []
    for _ in range(n):
        s = g.next()
        score.append(math.floor(s * steps) / steps if steps else s)
        label.append(int(g.next() < 0.2 + 0.5 * s))
        group.append("abc"[int(g.next() * 3)])
    score, label, group = np.array(score), np.array(label), np.array(group)
    decided = (score >= 0.5).astype(int)
    precision, recall, _ = metrics.precision_recall_curve(label, score)
    iso = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, label)
    out["binary"].append({
        "seed": seed, "n": n, "steps": steps, "auc": number(metrics.roc_auc_score(label, score)),
        "average_precision": number(metrics.average_precision_score(label, score)),
        "pr_auc": number(metrics.auc(recall, precision)), "log_loss": number(metrics.log_loss(label, np.clip(score, 1e-15, 1 - 1e-15))),
        "brier": number(metrics.brier_score_loss(label, score)), "mcc": number(metrics.matthews_corrcoef(label, decided)),
        "kappa": number(metrics.cohen_kappa_score(label, decided)), "f2": number(metrics.fbeta_score(label, decided, beta=2)),
        "balanced_accuracy": number(metrics.balanced_accuracy_score(label, decided)),
        "jaccard": number(metrics.jaccard_score(label, decided)),
        "isotonic_x": [number(v) for v in iso.X_thresholds_], "isotonic_y": [number(v) for v in iso.y_thresholds_],
        "dp_difference": number(demographic_parity_difference(label, decided, sensitive_features=group)),
        "dp_ratio": number(demographic_parity_ratio(label, decided, sensitive_features=group)),
        "eo_difference": number(equalized_odds_difference(label, decided, sensitive_features=group)),
        "eo_ratio": number(equalized_odds_ratio(label, decided, sensitive_features=group))})

g = Generator(21)
truth, decided = [], []
for _ in range(500):
    t = int(g.next() * 4)
    truth.append("abcd"[t])
    decided.append("abcd"[t] if g.next() < 0.6 else "abcd"[int(g.next() * 4)])
out["multiclass"] = {
    "accuracy": number(metrics.accuracy_score(truth, decided)), "balanced": number(metrics.balanced_accuracy_score(truth, decided)),
    "f1_macro": number(metrics.f1_score(truth, decided, average="macro")),
    "f1_weighted": number(metrics.f1_score(truth, decided, average="weighted")),
    "precision_macro": number(metrics.precision_score(truth, decided, average="macro")),
    "kappa": number(metrics.cohen_kappa_score(truth, decided)), "mcc": number(metrics.matthews_corrcoef(truth, decided))}
g = Generator(22)
truth = np.array([g.next() * 10 - 3 for _ in range(400)])
decided = np.array([t + g.next() - 0.4 for t in truth])
out["regression"] = {
    "mae": number(metrics.mean_absolute_error(truth, decided)), "rmse": number(metrics.root_mean_squared_error(truth, decided)),
    "mape": number(metrics.mean_absolute_percentage_error(truth, decided)), "r2": number(metrics.r2_score(truth, decided))}
json.dump(out, sys.stdout, indent=1)
print()
