#!/usr/bin/env python3
"""Checks every database that a test run left in a folder: the law that holds whatever the tests did.

    check-test-databases.py FOLDER --concord PROGRAM [--may-be-empty]

For every ledger the number of revisions must be the number of leaves of records. Tools/verify-ledger.py then follows
every leaf and opens every commitment, and databases with the product's record types (in FOLDER/product) are read by
`concord ledger verify`, too. Exit status: 0 all fit, 1 the first that does not is named, 2 there is nothing to check.
"""
import argparse, base64, hashlib, json, os, sqlite3, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

SECOND_VERIFIER = Path(__file__).with_name("verify-ledger.py")
SERVER_LEDGER = bytes(16)


def nobodys_key():
    """A well-formed key of no ledger: signatures are not what is checked here."""
    name, data = "nobody.example/ledger/none", b"\x01" + bytes(32)
    key_id = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex()
    return f"{name}+{key_id}+{base64.b64encode(data).decode()}"


def counts(path):
    """(ledger, revisions, leaves, leaves of records) of each ledger, counted here and by nobody's word."""
    alone = "" if os.path.exists(f"{path}-wal") else "&immutable=1"
    db = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro{alone}", uri=True)
    try:
        revisions = dict(db.execute("SELECT ledger, count(*) FROM revision GROUP BY ledger"))
        leaves, of_records = {}, {}
        for ledger, data in db.execute("SELECT ledger, data FROM leaf"):
            leaves[ledger] = leaves.get(ledger, 0) + 1
            leaf = json.loads(data)
            # The entry of an erasure speaks of a revision that has an entry already, and has nothing after it.
            of_records[ledger] = of_records.get(ledger, 0) + (leaf["type"] == "record" and leaf["after"] is not None)
    finally:
        db.close()
    ledgers = sorted(set(revisions) | set(leaves))
    return [(ledger, revisions.get(ledger, 0), leaves.get(ledger, 0), of_records.get(ledger, 0)) for ledger in ledgers]


def run(command):
    """What a verifier says against a database; None if it has nothing to say."""
    done = subprocess.run(command, capture_output=True, text=True)
    return None if done.returncode == 0 else (done.stderr.strip() or done.stdout.strip() or f"status {done.returncode}")


def check(path, concord, is_products):
    """(first problem or None, counts of the ledgers)."""
    try:
        ledgers = counts(path)
    except (sqlite3.Error, ValueError, KeyError) as error:
        return f"cannot be read: {error}", []
    for ledger, revisions, _, of_records in ledgers:
        if revisions != of_records:
            name = "server" if ledger == SERVER_LEDGER else ledger.hex()
            return f"ledger {name}: {revisions} revisions, but {of_records} leaves of records", ledgers
    problem = run([sys.executable, str(SECOND_VERIFIER), str(path), "--key", nobodys_key()])
    if problem is None and is_products:
        problem = run([concord, "ledger", "verify", "--database", str(path)])
    return problem, ledgers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--concord", required=True, help="the built program")
    parser.add_argument("--may-be-empty", action="store_true", help="a part of the tests may leave no database")
    arguments = parser.parse_args()
    paths = sorted(arguments.folder.rglob("*.sqlite"))
    products = arguments.folder / "product"
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        results = list(workers.map(lambda path: check(path, arguments.concord, products in path.parents), paths))
    for path, (problem, _) in zip(paths, results):
        if problem:
            print(f"does not fit: {path.relative_to(arguments.folder)}: {problem}", file=sys.stderr)
            return 1
    ledgers = [ledger for _, found in results for ledger in found]
    organisations = sum(ledger[0] != SERVER_LEDGER for ledger in ledgers)
    revisions, leaves, of_records = (sum(ledger[place] for ledger in ledgers) for place in (1, 2, 3))
    print(f"{len(paths)} databases, {organisations} organisations: {revisions} revisions = {of_records} leaves of records, "
          f"of {leaves} leaves; every commitment opens")
    if not (paths and organisations and revisions) and not arguments.may_be_empty:
        print("the run left nothing to check", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
