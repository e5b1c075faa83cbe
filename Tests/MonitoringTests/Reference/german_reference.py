#!/usr/bin/env python3
"""Makes german_reference.json: scores of a small logistic model on the German credit data, and what scikit-learn,
fairlearn, scipy and NannyML say of them.

Needs nannyml (with statsmodels), scikit-learn, fairlearn and scipy from PyPI. The data (UCI Statlog German credit,
CC BY 4.0) are not kept here. usage: german_reference.py german_data_credit.csv > german_reference.json
"""
import json
import os
import sys
import fairlearn
import numpy as np
import pandas as pd
import scipy
import sklearn
from fairlearn.metrics import (demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference,
                               equalized_odds_ratio)
from scipy import stats
from sklearn import metrics
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # nothing is sent anywhere
import nannyml  # noqa: E402

data = pd.read_csv(sys.argv[1], keep_default_na=False)
y = data["class-label"].to_numpy()
x = data.drop(columns=["class-label", "sex"])
numbers = [c for c in x if pd.api.types.is_numeric_dtype(x[c])]
texts = [c for c in x if c not in numbers]
model = make_pipeline(make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(), texts)),
                      LogisticRegression(max_iter=2000))
scores = np.round(model.fit(x, y).predict_proba(x)[:, 1], 6)
decided = (scores >= 0.5).astype(int)
out = {"versions": {m.__name__: m.__version__ for m in (sklearn, fairlearn, scipy, nannyml)}, "scores": scores.tolist()}
tn, fp, fn, tp = metrics.confusion_matrix(y, decided).ravel()
out["performance"] = {k: float(v) for k, v in {
    "tn": tn, "fp": fp, "fn": fn, "tp": tp, "accuracy": metrics.accuracy_score(y, decided),
    "balanced_accuracy": metrics.balanced_accuracy_score(y, decided), "precision": metrics.precision_score(y, decided),
    "recall": metrics.recall_score(y, decided), "f1": metrics.f1_score(y, decided),
    "mcc": metrics.matthews_corrcoef(y, decided), "kappa": metrics.cohen_kappa_score(y, decided),
    "roc_auc": metrics.roc_auc_score(y, scores), "average_precision": metrics.average_precision_score(y, scores),
    "log_loss_eps": metrics.log_loss(y, scores), "brier": metrics.brier_score_loss(y, scores)}.items()}
sex = data["sex"]
out["fairness"] = {k: float(f(y, decided, sensitive_features=sex)) for k, f in {
    "demographic_parity_difference": demographic_parity_difference, "demographic_parity_ratio": demographic_parity_ratio,
    "equalized_odds_difference": equalized_odds_difference, "equalized_odds_ratio": equalized_odds_ratio}.items()}
out["groups"] = {g: {"n": int((sex == g).sum()), "roc_auc": float(metrics.roc_auc_score(y[sex == g], scores[sex == g])),
                     "tpr": float(metrics.recall_score(y[sex == g], decided[sex == g]))} for g in ("female", "male")}
out["drift"] = {}
for name in ("duration", "credit-amount", "age"):
    a, b = (data.loc[sex == g, name] for g in ("male", "female"))
    ks = stats.ks_2samp(a, b, method="asymp")
    out["drift"][name] = {"ks": float(ks.statistic), "p": float(ks.pvalue), "wasserstein": float(stats.wasserstein_distance(a, b))}
table = pd.crosstab(sex, data["purpose"]).to_numpy()
chi2 = stats.chi2_contingency(table, correction=False)
out["purpose"] = {"statistic": float(chi2.statistic), "pvalue": float(chi2.pvalue), "dof": int(chi2.dof)}
frame = pd.DataFrame({"score": scores, "prediction": decided, "class-label": y})
cbpe = nannyml.CBPE(y_pred_proba="score", y_pred="prediction", y_true="class-label", problem_type="classification_binary",
                    metrics=["roc_auc", "accuracy", "precision", "recall", "f1", "specificity"], chunk_size=250)
cbpe.fit(frame.iloc[:500].reset_index(drop=True))
found = cbpe.estimate(frame.iloc[500:].reset_index(drop=True)).filter(period="analysis").to_df()
out["calibrated"] = bool(cbpe.needs_calibration)
out["cbpe"] = [{m: float(found[m]["value"][i]) for m in ("roc_auc", "accuracy", "precision", "recall", "f1", "specificity")}
               for i in range(2)]
print(json.dumps(out))
