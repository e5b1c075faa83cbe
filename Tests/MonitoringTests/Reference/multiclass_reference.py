#!/usr/bin/env python3
"""Makes multiclass_reference.json: scores of three classes, well and badly calibrated, and what NannyML's CBPE estimates of the
rows without labels, chunk by chunk. What was realised on the reference comes from scikit-learn.

Needs nannyml 0.13 and scikit-learn from PyPI.    usage: multiclass_reference.py > multiclass_reference.json
"""
import json
import os

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"  # nothing is sent anywhere
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from nannyml import CBPE  # noqa: E402
from nannyml import __version__ as nannyml_version  # noqa: E402
from nannyml.calibration import NoopCalibrator  # noqa: E402
from sklearn import metrics  # noqa: E402

RESULT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
NAMES = ["a", "b", "c"]
KEYS = {"accuracy": "accuracy", "precision": "precision_macro", "recall": "recall_macro", "f1": "f1_macro",
        "roc_auc": "roc_auc_ovr_macro"}


def rows(generator, n, shift, power):
    """Labels drawn from the true probabilities; scores are a power of these, rounded, so that there are ties."""
    logits = generator.normal(size=(n, 3)) * 1.5 + [shift, 0, -shift]
    truth = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    label = [NAMES[generator.choice(3, p=p)] for p in truth]
    scores = truth**power
    scores = np.floor(scores / scores.sum(axis=1, keepdims=True) * 1000) / 1000
    scores[:, 2] = np.round(1 - scores[:, 0] - scores[:, 1], 3)
    return label, scores


def case(seed, power):
    generator = np.random.default_rng(seed)
    label, scores = rows(generator, 1500, 0, power)
    _, current = rows(generator, 800, 0.7, power)
    decided = [[NAMES[i] for i in part.argmax(axis=1)] for part in (scores, current)]
    # Some decisions are not those of the largest score.
    for part in decided:
        for i in range(0, len(part), 17):
            part[i] = NAMES[i % 3]
    columns = {name: "p_" + name for name in NAMES}
    frames = [pd.DataFrame(part, columns=[columns[n] for n in NAMES]).assign(prediction=d)
              for part, d in zip((scores, current), decided)]
    model = CBPE(y_pred_proba=columns, y_pred="prediction", y_true="label", problem_type="classification_multiclass",
                 metrics=list(KEYS), chunk_size=400)
    model.fit(frames[0].assign(label=label))
    found = model.estimate(frames[1]).filter(period="analysis").to_df()
    calibrated = {n: not isinstance(model._calibrators[n], NoopCalibrator) for n in NAMES}
    chunks = [{KEYS[m]: float(found[m]["value"][i]) for m in KEYS} for i in range(2)]
    averages = {"average": "macro", "zero_division": 0}
    realised = {"accuracy": metrics.accuracy_score(label, decided[0]),
                "precision_macro": metrics.precision_score(label, decided[0], **averages),
                "recall_macro": metrics.recall_score(label, decided[0], **averages),
                "f1_macro": metrics.f1_score(label, decided[0], **averages),
                "roc_auc_ovr_macro": float(np.mean([metrics.roc_auc_score([v == n for v in label], scores[:, i])
                                                    for i, n in enumerate(NAMES)]))}
    return {"reference": {"label": label, "prediction": decided[0], "scores": scores.tolist()},
            "current": {"prediction": decided[1], "scores": current.tolist()}, "calibrated": calibrated,
            "chunks": chunks, "realised": {k: float(v) for k, v in realised.items()}}


# Of the second case neither NannyML nor Concord, which try a calibration in different ways, calibrates a class.
print(json.dumps({"nannyml": nannyml_version, "classes": NAMES, "overconfident": case(1, 2.5),
                  "calibrated": case(15, 1)}), file=RESULT)
