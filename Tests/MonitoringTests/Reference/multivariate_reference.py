#!/usr/bin/env python3
"""Makes multivariate_reference.json: NannyML's data reconstruction error, and gains and correlations of scikit-learn and scipy.

Needs nannyml (with statsmodels), scikit-learn and scipy from PyPI. Rows come from a linear congruential generator that the
tests run, too. The last digits depend on the processor (linear algebra). usage: multivariate_reference.py > multivariate_reference.json
"""
import json
import os
import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import ndcg_score

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # nothing is sent anywhere
import nannyml  # noqa: E402


class Generator:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53


def rows(seed, n, bound):
    """Three columns of which two move together by `bound`, one of them with nulls, and two of categories."""
    g = Generator(seed)
    out = {"a": [], "b": [], "c": [], "k": [], "l": []}
    for _ in range(n):
        a, noise, c, k, l, null = (g.next() for _ in range(6))
        out["a"].append(a)
        out["b"].append(bound * a + (1 - bound) * noise)
        out["c"].append(np.nan if null < 0.1 else c * c)
        out["k"].append("x" if k < 0.6 else "y" if k < 0.9 else "z")
        out["l"].append(None if l < 0.05 else "p" if l < 0.6 else "q")
    return pd.DataFrame(out)


reference, current = rows(1, 3000, 0.9), rows(2, 2000, 0.3)
current.loc[current["k"] == "z", "k"] = "new"
drift = nannyml.DataReconstructionDriftCalculator(column_names=["a", "b", "c", "k", "l"], chunk_size=500)
drift.fit(reference)
found = drift.calculate(current).filter(period="analysis").to_df()["reconstruction_error"]
out = {
    "version": nannyml.__version__,
    "components": int(drift._pca.n_components_),
    "explained": float(drift._pca.explained_variance_ratio_.sum()),
    "error": [float(v) for v in found["value"]],
    "sampling_error": [float(v) for v in found["sampling_error"]],
    "lower": float(found["lower_threshold"].iloc[0]),
    "upper": float(found["upper_threshold"].iloc[0]),
    "correlations": [[float(side[x].corr(side[y])) for side in (reference, current)]
                     for x, y in (("a", "b"), ("a", "c"), ("b", "c"))],
}
# The same correlation in both, by Fisher's transformation.
out["fisher_p"] = []
for (r, s), (x, y) in zip(out["correlations"], (("a", "b"), ("a", "c"), ("b", "c"))):
    n, m = (len(side[[x, y]].dropna()) for side in (reference, current))
    z = (np.arctanh(s) - np.arctanh(r)) / np.sqrt(1 / (n - 3) + 1 / (m - 3))
    out["fisher_p"].append(float(2 * stats.norm.sf(abs(z))))
gains = [[3.0, 1.0, 0.5, 0.0, 2.0], [1.0, 1.0, 4.0], [0.2, 0.0, 0.0, 0.7]]
scores = [[1.0, 3.0, 0.5, 0.7, 2.0], [2.0, 2.0, 1.0], [0.1, 0.1, 0.1, 0.0]]
out["ndcg"] = [{"gains": a, "scores": b, "value": float(ndcg_score([a], [b]))} for a, b in zip(gains, scores)]
print(json.dumps(out))
