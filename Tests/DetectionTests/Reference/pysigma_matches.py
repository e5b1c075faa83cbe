#!/usr/bin/env python3
"""What pySigma makes of the public rules: which it parses, and what its SQLite backend finds in events.

usage: pysigma_matches.py RULES EVENTS... --made FILE

Prints one JSON object: "unparsed" (file: reason), "unconverted" (id: reason), "matches" (id: event ids). EVENTS are wrapped
events, one a line: {"id", "ls", "ev"}. FILE gets events that are made of the rules' own texts, so that most almost match.
"""
import argparse
import json
import pathlib
import random
import re
import sqlite3
import sys

import yaml
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.rule import SigmaDetection, SigmaRule
from sigma.types import SigmaFieldReference, SigmaString

MADE_EVENTS = 3_000
SEED = 7


class Loader(yaml.CSafeLoader):
    """The loader in C; dates stay texts, as in pySigma's own."""


Loader.yaml_implicit_resolvers = {
    key: [item for item in items if item[0] != "tag:yaml.org,2002:timestamp"]
    for key, items in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_rules(folder):
    """All rules of a folder by their path, and why the others are none."""
    rules, unparsed = [], {}
    for path in sorted(pathlib.Path(folder).rglob("*.yml")):
        try:
            for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader):
                rules.append(SigmaRule.from_dict(document))
        except (SigmaError, yaml.YAMLError) as error:
            unparsed[str(path.relative_to(folder))] = str(error)
    return rules, unparsed


def label(rule):
    source = rule.logsource
    return (source.product, source.category, source.service)


def satisfies(event_label, rule_label):
    return all(wanted is None or wanted == is_ for wanted, is_ in zip(rule_label, event_label))


def detection_items(detection):
    for item in detection.detection_items:
        if isinstance(item, SigmaDetection):
            yield from detection_items(item)
        else:
            yield item


def make_events(rules, path):
    """Flat events of Windows process creation: each takes most values from one rule, and some from another."""
    chance = random.Random(SEED)
    texts = []
    for rule in rules:
        if label(rule) != ("windows", "process_creation", None):
            continue
        found = []
        for detection in rule.detection.detections.values():
            for item in detection_items(detection):
                values = [value for value in item.value if isinstance(value, SigmaString)]
                if item.field and values:
                    found.append((item.field, [re.sub(r"(?<!\\)[*?]", "", str(value)) for value in values]))
        if found:
            texts.append(found)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(MADE_EVENTS):
            event = {}
            for source, share in ((chance.choice(texts), 0.9), (chance.choice(texts), 0.3)):
                for field, values in source:
                    if chance.random() > share:
                        continue
                    value = "".join(chance.sample(values, min(len(values), chance.randint(1, 3))))
                    value = chance.choice(["", "", "C:\\x", "a "]) + value + chance.choice(["", "", " b"])
                    event[field] = chance.choice([value, value, value.upper()])
            wrapped = {"id": f"made-{number}", "ls": ["windows/process_creation/-"], "ev": event}
            file.write(json.dumps(wrapped, ensure_ascii=False) + "\n")


def flattened(value, path, into):
    if isinstance(value, dict):
        for key, inner in value.items():
            flattened(inner, f"{path}.{key}" if path else key, into)
    elif isinstance(value, list):
        into[path] = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    elif isinstance(value, bool):
        into[path] = "true" if value else "false"
    elif value is not None:
        into[path] = str(value)


def load(database, name, events, fields):
    columns = sorted(fields)
    # SQLite compares names of columns without case.
    unique, seen = [], set()
    for column in columns:
        if column.lower() not in seen:
            seen.add(column.lower())
            unique.append(column)
    names = ", ".join('"' + column.replace('"', '""') + '" TEXT COLLATE NOCASE' for column in unique)
    database.execute(f'CREATE TABLE "{name}" (event_id TEXT{", " + names if names else ""})')
    places = ", ".join("?" * (len(unique) + 1))
    for event in events:
        row = {}
        flattened(event["ev"], "", row)
        lower = {key.lower(): value for key, value in row.items()}
        values = [event["id"]] + [row.get(column, lower.get(column.lower())) for column in unique]
        database.execute(f'INSERT INTO "{name}" VALUES ({places})', values)


def regexp(pattern, value):
    return value is not None and re.search(pattern, str(value)) is not None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rules")
    parser.add_argument("events", nargs="+")
    parser.add_argument("--made", required=True)
    options = parser.parse_args()
    rules, unparsed = read_rules(options.rules)
    make_events(rules, options.made)
    events = []
    for path in options.events + [options.made]:
        with open(path, encoding="utf-8") as file:
            events += [json.loads(line) for line in file]
    by_labels = {}
    for event in events:
        by_labels.setdefault(tuple(event["ls"]), []).append(event)
    database = sqlite3.connect(":memory:")
    database.create_function("regexp", 2, regexp, deterministic=True)
    backend = sqliteBackend()
    unconverted, matches = {}, {}
    for number, (labels, some) in enumerate(sorted(by_labels.items())):
        parts = [tuple(None if part == "-" else part for part in text.split("/")) for text in labels]
        chosen = [rule for rule in rules if any(satisfies(part, label(rule)) for part in parts)]
        queries, fields = [], set()
        for rule in chosen:
            try:
                query = backend.convert_rule(rule)[0]
            except (SigmaError, NotImplementedError) as error:
                unconverted[str(rule.id)] = str(error)
                continue
            queries.append((rule, query))
            for detection in rule.detection.detections.values():
                for item in detection_items(detection):
                    fields |= {item.field} if item.field else set()
                    fields |= {value.field for value in item.value if isinstance(value, SigmaFieldReference)}
        load(database, f"events{number}", some, fields)
        for rule, query in queries:
            where = query.split(" WHERE ", 1)[1]
            try:
                rows = database.execute(f'SELECT event_id FROM "events{number}" WHERE {where}').fetchall()
            except sqlite3.Error as error:
                unconverted[str(rule.id)] = f"{error}: {query}"
                continue
            matches.setdefault(str(rule.id), []).extend(row[0] for row in rows)
    json.dump(
        {"rules": len(rules), "unparsed": unparsed, "unconverted": unconverted,
         "matches": {key: sorted(value) for key, value in matches.items()}},
        sys.stdout)


if __name__ == "__main__":
    main()
