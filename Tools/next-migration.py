#!/usr/bin/env python3
"""Prints the migration from the tables that the frozen migrations build to those that the record types ask for.

    .build/debug/concord schema | Tools/next-migration.py > Sources/SQLiteStorage/Migrations/NNNN_name.sql

A column that is only added is added; a table whose other columns or constraints changed is made anew and filled from the
old one. Read what it prints before you commit it: a required column without a value for old rows fails when it runs.
"""
import re
import sqlite3
import sys
from pathlib import Path

MIGRATIONS = Path(__file__).resolve().parent.parent / "Sources/SQLiteStorage/Migrations"


def objects(database):
    """Name to (kind, table, SQL in one line) of everything that a statement made."""
    rows = database.execute(
        "SELECT name, type, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    return {name: (kind, table, sql) for name, kind, table, sql in rows}


def plain(sql):
    return " ".join(sql.split())


def columns(database, table):
    return [row[1] for row in database.execute(f'PRAGMA table_xinfo("{table}")')]


def main():
    built = sqlite3.connect(":memory:")
    order = re.findall(r'"(\d{4}_\w+)"', (MIGRATIONS.parent / "Migrations.swift").read_text())
    for name in order:
        path = MIGRATIONS / f"{name}.sql"
        # The migration that is being written may be listed already.
        if path.exists() and path.stat().st_size:
            built.executescript(path.read_text())
    wanted = sqlite3.connect(":memory:")
    statements = sys.stdin.read()
    wanted.executescript(statements)
    old, new = objects(built), objects(wanted)
    out, renewed = [], set()
    for name, (kind, _, sql) in new.items():
        if kind != "table" or name not in old or plain(old[name][2]) == plain(sql):
            continue
        added = [column for column in columns(wanted, name) if column not in columns(built, name)]
        trial = sqlite3.connect(":memory:")
        trial.executescript(old[name][2])
        lines = {column: match for column in added
                 for match in re.findall(rf'^\s*("{column}" [^\n]*?),?$', sql, re.MULTILINE)}
        alters = [f'ALTER TABLE "{name}" ADD COLUMN {lines[column]};' for column in added if column in lines]
        try:
            trial.executescript("\n".join(alters))
            # A table without rows takes a column that the same table with rows refuses.
            fits = plain(objects(trial)[name][2]) == plain(sql) and not any(
                "NOT NULL" in lines[column] and "DEFAULT" not in lines[column] for column in added)
        except sqlite3.Error:
            fits = False
        if fits:
            out.append("\n".join(alters))
            continue
        renewed.add(name)
        kept = [f'"{column}"' for column in columns(built, name) if column in columns(wanted, name)]
        # Links are never absent: a record from before has none.
        links = [f'"{column}"' for column in added if lines.get(column) == f'"{column}" BLOB NOT NULL']
        into, values = ", ".join(kept + links), ", ".join(kept + ["x''"] * len(links))
        fresh = sql.replace(f'CREATE TABLE "{name}"', f'CREATE TABLE "{name}__new"', 1)
        out.append(f'{fresh};\nINSERT INTO "{name}__new" ({into}) SELECT {values} FROM "{name}";\n'
                   f'DROP TABLE "{name}";\nALTER TABLE "{name}__new" RENAME TO "{name}";')
    drops = [f'DROP INDEX "{name}";' for name, (kind, table, sql) in old.items()
             if kind == "index" and table not in renewed and (name not in new or plain(new[name][2]) != plain(sql))]
    creates = [f"{sql};" for name, (kind, table, sql) in new.items()
               if (name not in old or plain(old[name][2]) != plain(sql) or table in renewed)
               and (kind == "index" or name not in old)]
    sections = ["\n".join(drops)] + out + creates
    print("\n\n".join(section for section in sections if section))


if __name__ == "__main__":
    main()
