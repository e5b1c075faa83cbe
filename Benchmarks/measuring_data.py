#!/usr/bin/env python3
"""Makes the files that measuring.sh times: ref.csv, cur.csv and cur.ndjson. Needs numpy.

    measuring_data.py model FOLDER [ROWS]            15 numeric and 5 categorical columns, label, decision, score, sex,
                                                     race; rows 1,000,000 where not given
    measuring_data.py wide FOLDER ROWS COLUMNS       COLUMNS numeric columns with six digits

The same arguments give the same bytes with the same numpy. The current data have drifted: means, spreads, a mixture, null
rates and shares of categories.
"""
import pathlib
import sys

import numpy as np

BLOCK_ROWS = 50_000


def texts(values, decimals, nulls=None):
    out = np.char.mod(f"%.{decimals}f", values)
    if nulls is not None:
        out = np.where(nulls, "", out)
    return out


def logistic(z):
    return 1 / (1 + np.exp(-z))


def chosen(generator, names, weights, n):
    weights = np.asarray(weights, dtype=float)
    return np.array(names)[generator.choice(len(names), size=n, p=weights / weights.sum())]


def model_block(generator, n, moved):
    """Columns of one block by name; `moved` is 1 for current data and 0 for the reference."""
    columns = {}
    numbers = [
        generator.normal(0, 1, n), generator.normal(0.05 * moved, 1, n), generator.normal(0.25 * moved, 1, n),
        generator.normal(0, 1 + 0.3 * moved, n), generator.lognormal(10, 0.6, n),
        generator.lognormal(10 + 0.1 * moved, 0.6, n), generator.exponential(1, n),
        generator.gamma(2 + 0.2 * moved, 2, n), generator.uniform(0, 1, n), generator.beta(2, 5, n),
        generator.standard_t(4, n),
        np.where(generator.random(n) < 0.3 + 0.15 * moved, generator.normal(4, 1, n), generator.normal(0, 1, n)),
        generator.poisson(3, n).astype(float), generator.integers(18, 90, n).astype(float),
        np.where(generator.random(n) < 0.7, 0.0, generator.exponential(100, n)),
    ]
    decimals = [6, 6, 6, 6, 2, 2, 6, 6, 6, 6, 6, 6, 0, 0, 2]
    null_rates = {5: 0.03, 7: 0.01, 9: 0.05 + 0.05 * moved}
    for i, (values, places) in enumerate(zip(numbers, decimals)):
        nulls = generator.random(n) < null_rates[i] if i in null_rates else None
        columns[f"num_{i:02d}"] = texts(values, places, nulls)
    for i, (size, power) in enumerate([(3, 0.5), (5, 1), (10, 1), (50, 1), (500, 1.2)]):
        weights = 1 / np.arange(1, size + 1) ** power
        names = [f"c{i}_{k:03d}" for k in range(size)]
        if moved and i == 1:
            weights *= np.linspace(1, 1.6, size)
        if moved and i == 2:
            names.append("c2_new")
            weights = np.append(weights, 0.02 * weights.sum())
        column = chosen(generator, names, weights, n)
        columns[f"cat_{i}"] = np.where(generator.random(n) < 0.02, "", column) if i == 3 else column
    sex = chosen(generator, ["M", "F"], [0.54, 0.46], n)
    race = chosen(generator, ["A", "B", "C", "D", "E"], [0.6, 0.18, 0.12, 0.07, 0.03], n)
    z = -1.2 + 0.9 * numbers[0] + 0.5 * numbers[1] - 0.6 * numbers[2] - 0.35 * (sex == "F") - 0.5 * (race == "B")
    score = np.round(np.clip(logistic(z + generator.normal(0, 0.5, n)), 1e-6, 1 - 1e-6), 6)
    truth = generator.random(n) < logistic(np.log(score / (1 - score)) * (1 - 0.15 * moved) + 0.1 * moved)
    columns["y_true"] = truth.astype(int).astype(str)
    columns["y_pred"] = (score >= 0.5).astype(int).astype(str)
    columns["y_score"] = texts(score, 6)
    columns["sex"] = sex
    columns["race"] = race
    return columns


def wide_block(generator, n, moved, count):
    return {f"x{i:04d}": texts(generator.normal(0.1 * moved * (i % 3), 1, n), 6) for i in range(count)}


def json_value(name, text):
    if text == "":
        return "null"
    return text if name.startswith(("num_", "y_", "x")) else f'"{text}"'


def write(path, rows, seed, block, ndjson=None):
    generator = np.random.Generator(np.random.PCG64(seed))
    with open(path, "w", encoding="utf-8") as out:
        lines = open(ndjson, "w", encoding="utf-8") if ndjson else None
        for start in range(0, rows, BLOCK_ROWS):
            columns = block(generator, min(BLOCK_ROWS, rows - start))
            names = list(columns)
            if start == 0:
                out.write(",".join(names) + "\n")
            for row in zip(*columns.values()):
                out.write(",".join(row) + "\n")
                if lines:
                    members = (f'"{name}":{json_value(name, text)}' for name, text in zip(names, row))
                    lines.write("{" + ",".join(members) + "}\n")
        if lines:
            lines.close()


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("model", "wide"):
        sys.exit(__doc__)
    folder = pathlib.Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    if arguments[0] == "model":
        rows = int(arguments[2]) if len(arguments) > 2 else 1_000_000
        write(folder / "ref.csv", rows, 1, lambda generator, n: model_block(generator, n, 0))
        write(
            folder / "cur.csv", rows, 2, lambda generator, n: model_block(generator, n, 1),
            ndjson=folder / "cur.ndjson")
    else:
        rows, count = int(arguments[2]), int(arguments[3])
        for seed, name, moved in ((1, "ref.csv", 0), (2, "cur.csv", 1)):
            write(folder / name, rows, seed, lambda generator, n, moved=moved: wide_block(generator, n, moved, count))


if __name__ == "__main__":
    main(sys.argv[1:])
