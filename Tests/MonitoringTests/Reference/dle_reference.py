#!/usr/bin/env python3
"""Makes dle_reference.json: errors of a regression as NannyML's DLE estimates them without labels.

Needs nannyml from PyPI. Rows come from a linear congruential generator that the tests run, too.
usage: dle_reference.py > dle_reference.json
"""
import json
import os
import numpy as np
import pandas as pd

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # nothing is sent anywhere
import nannyml  # noqa: E402


class Generator:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53


def rows(seed, n, low):
    """The error grows with x, which is low ... 1, and is three times as large where z is below 0.2."""
    g = Generator(seed)
    out = {"x": [], "z": [], "y": [], "p": []}
    for _ in range(n):
        x, z = low + (1 - low) * g.next(), g.next()
        y = 10 + 5 * x
        out["x"].append(x)
        out["z"].append(z)
        out["y"].append(y)
        out["p"].append(y + (g.next() - 0.5) * (1 + 2 * x) * (3 if z < 0.2 else 1))
    return pd.DataFrame(out)


reference, current = rows(1, 6000, 0.0), rows(2, 4000, 0.5)
dle = nannyml.DLE(feature_column_names=["x", "z"], y_pred="p", y_true="y", metrics=["mae", "rmse", "mape"],
                  chunk_size=1000, hyperparameters={"verbose": -1})
dle.fit(reference)
found = dle.estimate(current.drop(columns="y")).filter(period="analysis").to_df()
out = {"version": nannyml.__version__, "chunks": []}
for i in range(4):
    part = current.iloc[i * 1000:(i + 1) * 1000]
    error = part["p"] - part["y"]
    chunk = {"mae_realised": float(error.abs().mean()), "rmse_realised": float(np.sqrt((error**2).mean()))}
    for metric in ("mae", "rmse", "mape"):
        chunk[metric] = float(found[metric]["value"][i])
        chunk[metric + "_se"] = float(found[metric]["sampling_error"][i])
    chunk["mae_upper"] = float(found["mae"]["upper_threshold"][i])
    out["chunks"].append(chunk)
print(json.dumps(out))
