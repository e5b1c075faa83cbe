#!/usr/bin/env python3
"""Makes boosting_reference.json, predictions of scikit-learn's histogram gradient boosting.

Needs numpy and scikit-learn from PyPI. Features come from the generator of reference_values.py, which the tests run, too.
usage: boosting_reference.py > boosting_reference.json
"""
import json
import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingRegressor


class Generator:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53


def rows(seed, n):
    """Three features (fine, coarse, one in eight missing) and the size of an error that depends on the first two."""
    g = Generator(seed)
    x, y = [], []
    for _ in range(n):
        a, b, c, e = g.next(), g.next(), g.next(), g.next()
        b = np.floor(b * 12) / 12
        x.append([a, b, np.nan if c < 0.125 else c])
        y.append((0.5 + 2 * a * (1 if b < 0.5 else 0.25) + (1 if c < 0.125 else 0)) * e)
    return np.array(x), np.array(y)


out = {"version": sklearn.__version__, "cases": []}
for seed, n, trees in [(1, 60, 100), (2, 400, 1), (3, 2000, 20), (4, 6000, 100)]:
    x, y = rows(seed, n)
    model = HistGradientBoostingRegressor(max_iter=trees, early_stopping=False).fit(x, y)
    query, _ = rows(seed + 50, 40)
    out["cases"].append({"seed": seed, "n": n, "rounds": trees, "predictions": model.predict(query).tolist(),
                         "mean": model.predict(x).mean()})
print(json.dumps(out))
