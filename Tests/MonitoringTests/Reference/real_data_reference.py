#!/usr/bin/env python3
"""Makes real_data_reference.json: small logistic models of Adult, credit card default and ACS, and what scikit-learn, scipy,
fairlearn, statsmodels and NannyML say of their scores, in the shape of Concord's results.

Needs, from PyPI, the versions in real_data_requirements.txt. The data (UCI Adult and Default of credit card clients, CC BY
4.0; US Census ACS PUMS 2018, public domain) are not kept here.
usage: real_data_reference.py DATA > real_data_reference.json     DATA holds adult/, creditcard/ and acs/
"""
import json
import os
import sys
from importlib.metadata import version
import numpy as np
import pandas as pd
import statsmodels.api as sm
from fairlearn import metrics as fair
from scipy import stats
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from statsmodels.stats import proportion
from statsmodels.stats.multitest import multipletests

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # nothing is sent anywhere
from nannyml import CBPE, DLE, DataReconstructionDriftCalculator  # noqa: E402

DATA = sys.argv[1]
# LightGBM writes to standard output itself: what it says goes to standard error.
RESULT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def fitted(x, y):
    """A logistic model in the form of a declared model, and its scores, rounded as the test rounds them."""
    mean, sd = x.mean(), x.std(ddof=0)
    fit = LogisticRegression(max_iter=1000).fit((x - mean) / sd, y)
    model = {"features": list(x.columns), "mean": mean.tolist(), "sd": sd.tolist(),
             "coefficients": fit.coef_[0].tolist(), "intercept": float(fit.intercept_[0])}
    z = np.full(len(x), model["intercept"])
    for i, name in enumerate(x.columns):
        z = z + model["coefficients"][i] * (x[name].to_numpy(float) - model["mean"][i]) / model["sd"][i]
    return model, np.round(1 / (1 + np.exp(-z)), 6)


def interval(count, of, method):
    return [float(v) for v in proportion.proportion_confint(count, of, method=method)]


def performance(y, d, s):
    tn, fp, fn, tp = (int(v) for v in metrics.confusion_matrix(y, d).ravel())
    fpr, tpr, _ = metrics.roc_curve(y, s, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(y, s)
    auc = metrics.roc_auc_score(y, s)
    out = {"n": len(y), "tn": tn, "fp": fp, "fn": fn, "tp": tp, "base_rate": y.mean(), "selection_rate": d.mean(),
           "accuracy": metrics.accuracy_score(y, d), "balanced_accuracy": metrics.balanced_accuracy_score(y, d),
           "precision": metrics.precision_score(y, d), "recall": metrics.recall_score(y, d),
           "specificity": metrics.recall_score(1 - y, 1 - d), "npv": metrics.precision_score(1 - y, 1 - d),
           "f1": metrics.f1_score(y, d), "f2": metrics.fbeta_score(y, d, beta=2),
           "f05": metrics.fbeta_score(y, d, beta=0.5), "mcc": metrics.matthews_corrcoef(y, d),
           "kappa": metrics.cohen_kappa_score(y, d), "jaccard": metrics.jaccard_score(y, d), "roc_auc": auc,
           "gini": 2 * auc - 1, "average_precision": metrics.average_precision_score(y, s),
           "pr_auc_trapezoid": metrics.auc(recall, precision), "ks_score": stats.ks_2samp(s[y == 1], s[y == 0]).statistic,
           "log_loss_eps": metrics.log_loss(y, s), "brier": metrics.brier_score_loss(y, s)}
    for name, count, of in (("accuracy", tp + tn, len(y)), ("precision", tp, tp + fp), ("recall", tp, tp + fn),
                            ("specificity", tn, tn + fp)):
        out["wilson95_" + name] = interval(count, of, "wilson")
        out["clopper_pearson95_" + name] = interval(count, of, "beta")
    return out


def calibration(y, s):
    out = {"brier": metrics.brier_score_loss(y, s), "mean_score": s.mean(), "base_rate": y.mean()}
    quantiles = np.unique(np.quantile(s, np.arange(1, 10) / 10))
    for name, edges in (("width10", np.arange(1, 10) / 10), ("mass10", quantiles), ("width15", np.arange(1, 15) / 15)):
        place = np.searchsorted(edges, s, side="left")
        n = np.bincount(place, minlength=len(edges) + 1)
        gap = (np.bincount(place, s, len(n)) - np.bincount(place, y, len(n)))[n > 0] / n[n > 0]
        share = n[n > 0] / len(s)
        out[name] = {"ece": (share * abs(gap)).sum(), "mce": abs(gap).max(), "rmsce": np.sqrt((share * gap**2).sum())}
    clipped = np.clip(s, 1e-6, 1 - 1e-6)
    fit = sm.Logit(y, sm.add_constant(np.log(clipped / (1 - clipped)))).fit(disp=0)
    out["logistic_recalibration_clip1e-6"] = {"intercept": fit.params[0], "slope": fit.params[1], "se": fit.bse.tolist()}
    return out


def isotonic(y, s):
    """The isotonic fit at some scores."""
    at = np.quantile(s, [0.05, 0.3, 0.5, 0.7, 0.95])
    return {"at": at.tolist(), "value": IsotonicRegression().fit(s, y).predict(at).tolist()}


def fairness(y, d, s, group):
    count = group.value_counts()
    rates = fair.MetricFrame(metrics={"selection_rate": fair.selection_rate, "tpr": fair.true_positive_rate,
                                      "fpr": fair.false_positive_rate, "accuracy": metrics.accuracy_score},
                             y_true=y, y_pred=d, sensitive_features=group).by_group
    groups = {}
    for name in sorted(count.index):
        own = (group == name).to_numpy()
        row = {"n": int(own.sum()), **{k: float(rates.loc[name, k]) for k in rates.columns},
               "mean_score": s[own].mean(), "brier": metrics.brier_score_loss(y[own], s[own], labels=[0, 1]),
               "wilson95_selection_rate": interval(d[own].sum(), own.sum(), "wilson")}
        # fairlearn's 0 for a group without positives or negatives is undefined here.
        if not y[own].any():
            del row["tpr"]
        if y[own].all():
            del row["fpr"]
        if len(set(y[own])) == 2:
            row["roc_auc"] = metrics.roc_auc_score(y[own], s[own])
        groups[name] = row
    top = max(groups, key=lambda name: groups[name]["selection_rate"])
    versus = {}
    for name in groups:
        if name == top:
            continue
        own, best = (group == name).to_numpy(), (group == top).to_numpy()
        pair, sizes = [int(d[own].sum()), int(d[best].sum())], [int(own.sum()), int(best.sum())]
        z, p = proportion.proportions_ztest(pair, sizes)
        table = [[pair[0], sizes[0] - pair[0]], [pair[1], sizes[1] - pair[1]]]
        versus[name] = {"z": z, "z_pvalue": p, "fisher_pvalue": stats.fisher_exact(table).pvalue,
                        "cohens_h": proportion.proportion_effectsize(pair[0] / sizes[0], pair[1] / sizes[1])}
        if min(pair) > 0:
            versus[name]["rate_ratio"] = pair[0] / sizes[0] / (pair[1] / sizes[1])
            versus[name]["rate_ratio_katz95"] = [float(v) for v in proportion.confint_proportions_2indep(
                pair[0], sizes[0], pair[1], sizes[1], compare="ratio", method="log")]
    chi2 = stats.chi2_contingency(pd.crosstab(group, d), correction=False)
    of = {"y_true": y, "y_pred": d, "sensitive_features": group}
    return {"groups": groups, "most_selected_group": top, "vs_most_selected": versus,
            "summary": {"demographic_parity_difference": fair.demographic_parity_difference(**of),
                        "demographic_parity_ratio": fair.demographic_parity_ratio(**of),
                        "equalized_odds_difference": fair.equalized_odds_difference(**of),
                        "equalized_odds_ratio": fair.equalized_odds_ratio(**of),
                        "equal_opportunity_difference": fair.equal_opportunity_difference(**of),
                        "equalized_odds_difference_mean": fair.equalized_odds_difference(**of, agg="mean")},
            "chi2_selection": {"statistic": chi2.statistic, "pvalue": chi2.pvalue, "dof": int(chi2.dof)}}


def drift(reference, current, numeric, categorical):
    out, raw = {"numeric": {}, "categorical": {}}, []
    for name in numeric:
        a, b = reference[name].dropna().to_numpy(float), current[name].dropna().to_numpy(float)
        ks = stats.ks_2samp(a, b, method="asymp")
        raw.append(ks.pvalue)
        welch = stats.ttest_ind(a, b, equal_var=False)
        rank = stats.mannwhitneyu(a, b, method="asymptotic", use_continuity=True)
        cvm = stats.cramervonmises_2samp(a, b, method="asymptotic")
        out["numeric"][name] = {
            "ks": {"statistic": ks.statistic, "pvalue_asymp": ks.pvalue}, "wasserstein": stats.wasserstein_distance(a, b),
            "energy_distance": stats.energy_distance(a, b), "cramer_von_mises": {"statistic": cvm.statistic},
            "mann_whitney": {"u": rank.statistic, "pvalue": rank.pvalue},
            "welch_t": {"t": welch.statistic, "pvalue": welch.pvalue},
            "cohens_d_pooled": (b.mean() - a.mean()) / np.sqrt(
                ((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2))}
    for name in categorical:
        a, b = reference[name].dropna(), current[name].dropna()
        names = sorted(set(a) | set(b))
        table = np.array([[(side == c).sum() for c in names] for side in (a, b)])
        chi2 = stats.chi2_contingency(table, correction=False)
        raw.append(chi2.pvalue)
        g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        out["categorical"][name] = {
            "chi2": {"statistic": chi2.statistic, "pvalue": chi2.pvalue, "dof": int(chi2.dof),
                     "cramers_v": stats.contingency.association(table, method="cramer")},
            "g_test": {"statistic": g.statistic, "pvalue": g.pvalue}}
    names = {"bonferroni": "bonferroni", "holm": "holm", "fdr_bh": "fdr_bh", "fdr_by": "fdr_by"}
    out["multiple_testing_ks_chi2"] = {k: multipletests(raw, method=m)[1].tolist() for k, m in names.items()}
    return out


def cbpe(y, d, s, half, chunk):
    keys = ["roc_auc", "accuracy", "precision", "recall", "f1", "specificity"]
    frame = pd.DataFrame({"score": s, "prediction": d, "label": y})
    model = CBPE(y_pred_proba="score", y_pred="prediction", y_true="label", problem_type="classification_binary",
                 metrics=keys, chunk_size=chunk)
    model.fit(frame.iloc[:half].reset_index(drop=True))
    found = model.estimate(frame.iloc[half:].reset_index(drop=True)).filter(period="analysis").to_df()
    rows = range((len(frame) - half) // chunk)
    return {"half": half, "chunk": chunk, "chunks": [{m: float(found[m]["value"][i]) for m in keys} for i in rows]}


def adult():
    data = pd.read_csv(f"{DATA}/adult/adult_full.data", skipinitialspace=True, keep_default_na=False, na_values=["?"])
    y = (data["Salary"] == ">50K").to_numpy().astype(int)
    model, s = fitted(data[["age", "education-num", "capital-gain", "capital-loss", "hours-per-week"]], y)
    d = (s >= 0.5).astype(int)
    numeric = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
    texts = ["workclass", "education", "marital-status", "occupation", "relationship", "race", "native-country"]
    sides = [data[data["sex"] == sex] for sex in ("Male", "Female")]
    correlations = data[["age", "education-num", "hours-per-week"]]
    both = data["race"] + " | " + data["sex"]
    return {"model": model, "performance": performance(y, d, s), "calibration": calibration(y, s),
            "isotonic": isotonic(y, s),
            "fairness": {"sex": fairness(y, d, s, data["sex"]), "race": fairness(y, d, s, data["race"]),
                         "race+sex": fairness(y, d, s, both)},
            "drift": drift(*sides, numeric, texts),
            "quality": {"rows": len(data), "nulls": {k: int(v) for k, v in data.isna().sum().items()},
                        "unique_nonnull": {k: int(v) for k, v in data.nunique().items()},
                        "duplicate_rows_extra": int(data.duplicated().sum()),
                        "pearson": correlations.corr().to_dict(),
                        "spearman": correlations.corr(method="spearman").to_dict()},
            "cbpe": cbpe(y, d, s, 16000, 4000)}


def credit_card():
    data = pd.read_csv(f"{DATA}/creditcard/credit-card-clients.csv")
    y = data["default payment"].to_numpy()
    model, s = fitted(data[["LIMIT_BAL", "AGE", "PAY_0", "PAY_2", "BILL_AMT1", "PAY_AMT1"]].astype(float), y)
    d = (s >= 0.5).astype(int)
    sides = [data[data["SEX"] == sex] for sex in (1, 2)]
    numbers = ["LIMIT_BAL", "AGE", "BILL_AMT1", "PAY_AMT1"]
    truth, predicted = data["BILL_AMT1"].to_numpy(float), data["BILL_AMT2"].to_numpy(float)
    features = ["LIMIT_BAL", "AGE", "PAY_0", "PAY_2", "PAY_AMT1"]
    frame = data[features].astype(float).assign(prediction=predicted, label=truth)
    dle = DLE(feature_column_names=features, y_pred="prediction", y_true="label", metrics=["mae", "rmse"],
              chunk_size=5000)
    first, second = frame.iloc[:15000].reset_index(drop=True), frame.iloc[15000:].reset_index(drop=True)
    dle.fit(first)
    estimated = dle.estimate(second).filter(period="analysis").to_df()
    columns = [f"BILL_AMT{i}" for i in range(1, 7)] + [f"PAY_AMT{i}" for i in range(1, 7)]
    together = DataReconstructionDriftCalculator(column_names=columns, chunk_size=3000)
    together.fit(data[columns].iloc[:15000].astype(float).reset_index(drop=True))
    errors = together.calculate(data[columns].iloc[15000:].astype(float).reset_index(drop=True))
    errors = errors.filter(period="analysis").to_df()["reconstruction_error"]
    return {"model": model, "performance": performance(y, d, s), "calibration": calibration(y, s),
            "isotonic": isotonic(y, s),
            "fairness": {name: fairness(y, d, s, data[name].astype(str)) for name in ("SEX", "EDUCATION", "MARRIAGE")},
            "drift": drift(*sides, numbers, ["EDUCATION", "MARRIAGE"]), "cbpe": cbpe(y, d, s, 15000, 5000),
            "regression": {"n": len(truth), "mae": metrics.mean_absolute_error(truth, predicted),
                           "rmse": metrics.root_mean_squared_error(truth, predicted),
                           "r2": metrics.r2_score(truth, predicted), "mean_error": (predicted - truth).mean()},
            "dle": {"features": features, "chunks": [
                {"mae": float(estimated["mae"]["value"][i]), "rmse": float(estimated["rmse"]["value"][i]),
                 "mae_realised": float(abs(predicted - truth)[15000 + 5000 * i:20000 + 5000 * i].mean())}
                for i in range(3)]},
            "reconstruction": {"columns": columns, "error": [float(v) for v in errors["value"]],
                               "lower": float(errors["lower_threshold"].iloc[0]),
                               "upper": float(errors["upper_threshold"].iloc[0])}}


def acs():
    data = pd.read_parquet(f"{DATA}/acs/ACS_sample.train.parquet")
    test = pd.read_parquet(f"{DATA}/acs/ACS_sample.test.parquet")
    names = ["AGEP", "WKHP", "SCHL"]
    model, _ = fitted(data[names], data["PINCP"].to_numpy())
    z = model["intercept"] + sum(model["coefficients"][i] * (test[n].to_numpy() - model["mean"][i]) / model["sd"][i]
                                 for i, n in enumerate(names))
    s = np.round(1 / (1 + np.exp(-z)), 6)
    y, d = test["PINCP"].to_numpy(), (s >= 0.5).astype(int)
    return {"model": model, "performance": performance(y, d, s), "calibration": calibration(y, s),
            "fairness": {n: fairness(y, d, s, test[n].astype(int).astype(str)) for n in ("SEX", "RAC1P")},
            "drift": drift(data, test, ["AGEP", "WKHP", "SCHL"], [])}


def plain(value):
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


packages = ("numpy", "pandas", "scipy", "scikit-learn", "fairlearn", "statsmodels", "nannyml")
print(json.dumps(plain({"versions": {p: version(p) for p in packages}, "adult": adult(), "credit_card": credit_card(),
                        "acs": acs()}), indent=1), file=RESULT)
