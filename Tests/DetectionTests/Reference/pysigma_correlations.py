#!/usr/bin/env python3
"""What pySigma makes of correlations: which it parses, and when its SQLite backend sees them in events.

usage: pysigma_correlations.py

Makes rules and events (always the same) and prints one JSON object: "cases", each with its name, the rules as YAML, the
events as lines of JSON, and as "matches" the time and the values of the group of each match; and "parsed", each with a
name, the rules, and as "refused" the reason for which pySigma refuses them, or null. All times of a case differ, because
the backend knows windows by their end, and the engine by the event that ends them.
"""
import json
import random
import sqlite3
import sys

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError

SEED = 19
START = 1_700_000_000
FIELDS = ["t", "k", "u", "v", "w"]

# Where the ids of the rules of one event begin; the last digit is the place of the rule.
ID = "8a1e2f9c-0000-4000-8000-00000000000"

BASES = "".join(f"""---
title: Kind {name}
id: {ID}{number}
name: {name}
logsource: {{product: test}}
detection: {{selection: {{k: {name}}}, condition: selection}}
""" for number, name in enumerate("abc"))


def rules(correlation, more=""):
    lines = "".join(f"    {line}\n" for line in correlation.strip().split("\n"))
    return f"title: Correlation\nname: found\nlevel: high\ncorrelation:\n{lines}{more}{BASES}"


def events(chance, count, missing=(), cases=False):
    """Steps of whole seconds, many of them ten, which is the length of most windows."""
    made, time = [], START
    for _ in range(count):
        time += chance.choice([1, 1, 2, 3, 5, 10, 10, 11])
        event = {"t": time, "k": chance.choice("aaabbc"), "u": chance.choice("xyz"), "v": chance.randrange(1, 9),
                 "w": chance.choice("xyz")}
        for field in missing:
            if chance.random() < 0.3:
                del event[field]
        if cases and chance.random() < 0.5:
            event["u"] = event["u"].upper()
        made.append(event)
    return made


def found(text, some):
    backend = sqliteBackend(timestamp_field="t", timestamp_format="unix")
    # Rules that the correlation does not name have queries of their own.
    [query] = [query for query in backend.convert(SigmaCollection.from_yaml(text)) if query.startswith("WITH ")]
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE logs (t INTEGER, k TEXT COLLATE NOCASE, u TEXT, v INTEGER, w TEXT)")
    for event in some:
        database.execute("INSERT INTO logs VALUES (?, ?, ?, ?, ?)", [event.get(field) for field in FIELDS])
    matches = []
    for row in database.execute(query):
        group = json.loads(row[1])
        matches.append([round(row[2]), *(str(group[name]) for name in sorted(group))])
    return sorted(matches)


def correlations():
    """Names and correlations; all the kinds, comparisons and ways to group."""
    for operator, number in [("gte", 3), ("gt", 2), ("lte", 2), ("lt", 3), ("eq", 2), ("neq", 1)]:
        condition = f"condition: {{{operator}: {number}}}"
        yield f"event_count-{operator}", f"type: event_count\nrules: [a, b]\ngroup-by: [u]\ntimespan: 10s\n{condition}"
        yield (f"value_count-{operator}", "type: value_count\nrules: [a, b]\ngroup-by: [u]\ntimespan: 20s\n"
               f"condition: {{field: w, {operator}: {number}}}")
        yield (f"value_sum-{operator}", "type: value_sum\nrules: [a]\ngroup-by: [u]\ntimespan: 20s\n"
               f"condition: {{field: v, {operator}: {number * 4}}}")
        yield (f"value_avg-{operator}", "type: value_avg\nrules: [a, c]\ngroup-by: [u]\ntimespan: 20s\n"
               f"condition: {{field: v, {operator}: {number + 1.5}}}")
        yield (f"value_median-{operator}", "type: value_median\nrules: [a, b]\ngroup-by: [u]\ntimespan: 30s\n"
               f"condition: {{field: v, {operator}: {number + 1}}}")
        yield (f"value_percentile-{operator}", "type: value_percentile\nrules: [a, b]\ngroup-by: [u]\n"
               f"timespan: 30s\ncondition: {{field: v, percentile: 90, {operator}: {number + 3}}}")
    yield "event_count-without-groups", "type: event_count\nrules: [c]\ntimespan: 1m\ncondition: {gte: 3}"
    yield "event_count-two-fields", "type: event_count\nrules: [a]\ngroup-by: [u, w]\ntimespan: 1m\ncondition: {gte: 2}"
    yield "temporal", "type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 20s"
    yield "temporal-two", "type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 2}"
    yield "temporal_ordered", "type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 40s"
    yield "temporal_ordered-two", "type: temporal_ordered\nrules: [b, c]\ngroup-by: [u]\ntimespan: 10s"
    yield ("aliases", "type: temporal\nrules: [a, b]\ngroup-by: [who]\ntimespan: 20s\n"
           "aliases: {who: {a: u, b: w}}")


NESTED = """---
title: Many
name: many
correlation: {type: event_count, rules: [a], group-by: [u], timespan: 20s, condition: {gte: 2}}
"""

PARSED = {
    "type-missing": "rules: [a]\ntimespan: 1s\ncondition: {gte: 1}",
    "type-unknown": "type: wrong\nrules: [a]\ntimespan: 1s\ncondition: {gte: 1}",
    "rules-missing": "type: event_count\ntimespan: 1s\ncondition: {gte: 1}",
    "rules-unknown": "type: temporal\nrules: [a, nowhere]\ntimespan: 1s",
    "rules-one-text": "type: event_count\nrules: a\ntimespan: 1s\ncondition: {gte: 1}",
    "rules-by-id": f"type: event_count\nrules: [{ID}0]\ntimespan: 1s\ncondition: {{gte: 1}}",
    "timespan-missing": "type: event_count\nrules: [a]\ncondition: {gte: 1}",
    "timespan-unit": "type: event_count\nrules: [a]\ntimespan: 5x\ncondition: {gte: 1}",
    "timespan-none": "type: event_count\nrules: [a]\ntimespan: 0s\ncondition: {gte: 1}",
    "timespan-number": "type: event_count\nrules: [a]\ntimespan: 5\ncondition: {gte: 1}",
    "condition-missing": "type: event_count\nrules: [a]\ntimespan: 5m",
    "condition-unknown": "type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {near: 1}",
    "condition-text": "type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: x}",
    "condition-range": "type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 1, lt: 5}",
    "condition-fraction": "type: value_avg\nrules: [a]\ntimespan: 5m\ncondition: {field: v, gte: 1.5}",
    "field-missing-count": "type: value_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 1}",
    "field-missing-sum": "type: value_sum\nrules: [a]\ntimespan: 5m\ncondition: {gte: 1}",
    "field-missing-median": "type: value_median\nrules: [a]\ntimespan: 5m\ncondition: {gte: 1}",
    "field-superfluous": "type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {field: v, gte: 1}",
    "group-one-text": "type: event_count\nrules: [a]\ngroup-by: u\ntimespan: 5m\ncondition: {gte: 1}",
    "group-mapping": "type: event_count\nrules: [a]\ngroup-by: {u: v}\ntimespan: 5m\ncondition: {gte: 1}",
    "generate-text": "type: event_count\nrules: [a]\ngenerate: often\ntimespan: 5m\ncondition: {gte: 1}",
    "generate-true": "type: event_count\nrules: [a]\ngenerate: true\ntimespan: 5m\ncondition: {gte: 1}",
    "aliases-list": "type: temporal\nrules: [a, b]\ntimespan: 5m\naliases: [x]",
    "aliases-text": "type: temporal\nrules: [a, b]\ntimespan: 5m\naliases: {x: y}",
    "aliases-unknown-rule": "type: temporal\nrules: [a, b]\ntimespan: 5m\naliases: {x: {nowhere: u}}",
    "percentile-text": "type: value_percentile\nrules: [a]\ntimespan: 5m\ncondition: {field: v, percentile: x, gte: 1}",
    "not-a-mapping": "[type, rules]",
}


def main():
    chance = random.Random(SEED)
    cases = []

    def case(name, text, some):
        cases.append({"name": name, "rules": text, "events": [json.dumps(event) for event in some],
                      "matches": found(text, some)})

    for name, correlation in correlations():
        case(name, rules(correlation), events(chance, 150))
    case("nested", rules("type: temporal\nrules: [many, b]\ngroup-by: [u]\ntimespan: 20s", NESTED), events(chance, 150))
    counted = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 20s\ncondition: {gte: 2}"
    case("group-missing", rules(counted), events(chance, 100, missing=["u"]))
    case("group-cases", rules(counted), events(chance, 100, cases=True))
    case("value-missing", rules("type: value_count\nrules: [a]\ngroup-by: [u]\ntimespan: 30s\n"
                                "condition: {field: w, gte: 2}"), events(chance, 100, missing=["w"]))
    parsed = []
    for name, correlation in PARSED.items():
        text = rules(correlation)
        try:
            SigmaCollection.from_yaml(text)
            reason = None
        except (SigmaError, AttributeError, TypeError) as error:
            reason = f"{type(error).__name__}: {error}"
        parsed.append({"name": name, "rules": text, "refused": reason})
    json.dump({"cases": cases, "parsed": parsed}, sys.stdout)


if __name__ == "__main__":
    main()
