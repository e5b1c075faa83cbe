#!/usr/bin/env python3
"""The population stability index of every column by hand in others' engines, timed as whole processes.

    Benchmarks/peers.py FOLDER [ENGINE …]     engines: arrow polars duckdb; all if none is named

It reads ref.csv and cur.csv of FOLDER (measuring_data.py makes them), takes the deciles of the reference by linear
interpolation, counts both files in the bins and prints the sum over all columns, CPU seconds, wall seconds and the peak of
resident memory: so `measuring.sh` on the same machine, in the same minutes, can be judged by a machine's speed. The sum
must be the same from all, and that of `concord measure drift --measures psi`. Needs Python with numpy, pyarrow, polars and
duckdb (PyPI).
"""

import math
import os
import subprocess
import sys
import time

LEFT_OUT = {"y_true", "y_pred", "y_score"}
TENTHS = [tenth / 10 for tenth in range(1, 10)]


def index(reference, current):
    """From the counts of both in the same bins; an empty share counts as 1e-4."""
    total = 0.0
    for before, after in zip(reference, current):
        r, c = (before / sum(reference)) or 1e-4, (after / sum(current)) or 1e-4
        total += (c - r) * math.log(c / r)
    return total


def binned(values, edges):
    """Counts in right-closed bins; values are a numpy array without nulls."""
    import numpy as np

    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1).tolist()


def arrow(paths):
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv

    options = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
    reference, current = (pyarrow.csv.read_csv(path, convert_options=options) for path in paths)
    total = 0.0
    for name in reference.column_names:
        if name in LEFT_OUT:
            continue
        sides = [table[name].drop_null() for table in (reference, current)]
        if pa.types.is_string(sides[0].type):
            counts = [{e["values"]: e["counts"] for e in pc.value_counts(side).to_pylist()} for side in sides]
            names = sorted(set(counts[0]) | set(counts[1]))
            total += index(*[[each.get(n, 0) for n in names] for each in counts])
        else:
            first, second = (side.to_numpy() for side in sides)
            edges = np.unique(np.quantile(first, TENTHS))
            total += index(binned(first, edges), binned(second, edges))
    return total


def polars(paths):
    import numpy as np
    import polars as pl

    reference, current = (pl.read_csv(path, infer_schema_length=10_000) for path in paths)
    total = 0.0
    for name in reference.columns:
        if name in LEFT_OUT:
            continue
        sides = [table[name].drop_nulls() for table in (reference, current)]
        if sides[0].dtype == pl.String:
            counts = [dict(side.value_counts().iter_rows()) for side in sides]
            names = sorted(set(counts[0]) | set(counts[1]))
            total += index(*[[each.get(n, 0) for n in names] for each in counts])
        else:
            edges = np.unique([sides[0].quantile(tenth, "linear") for tenth in TENTHS])
            total += index(*[binned(side.to_numpy(), edges) for side in sides])
    return total


def duckdb(paths):
    import duckdb as engine

    database = engine.connect()
    for name, path in zip(("reference", "current"), paths):
        database.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv(?)", [path])
    total = 0.0
    for name, kind, *_ in database.execute("DESCRIBE reference").fetchall():
        if name in LEFT_OUT:
            continue
        if kind == "VARCHAR":
            group = f'"{name}"'
        else:
            edges = database.execute(f'SELECT quantile_cont("{name}", ?) FROM reference', [TENTHS]).fetchone()[0]
            group = " + ".join(f'("{name}" > {edge!r})::INT' for edge in sorted(set(edges)))
        counts = [
            dict(database.execute(f'SELECT {group}, count(*) FROM {side} WHERE "{name}" IS NOT NULL GROUP BY 1').fetchall())
            for side in ("reference", "current")]
        names = sorted(set(counts[0]) | set(counts[1]))
        total += index(*[[each.get(n, 0) for n in names] for each in counts])
    return total


ENGINES = {"arrow": arrow, "polars": polars, "duckdb": duckdb}


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--one":
        print(f"{ENGINES[sys.argv[2]]([os.path.join(sys.argv[3], name) for name in ('ref.csv', 'cur.csv')]):.12f}")
        return 0
    chosen = sys.argv[2:] or list(ENGINES)
    if len(sys.argv) < 2 or set(chosen) - set(ENGINES):
        print(__doc__, file=sys.stderr)
        return 2
    for engine in chosen:
        begun = time.perf_counter()
        child = subprocess.Popen([sys.executable, __file__, "--one", engine, sys.argv[1]], stdout=subprocess.PIPE, text=True)
        said = child.stdout.read().strip()
        _, status, used = os.wait4(child.pid, 0)
        if status != 0:
            return 1
        print(f"{engine:8} cpu {used.ru_utime + used.ru_stime:.2f} s  wall {time.perf_counter() - begun:.2f} s  "
              f"memory {used.ru_maxrss / 1024:.0f} MB  sum {said}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
