#!/usr/bin/env python3
"""Verifies the ledgers in a database of Concord, written apart from the server and without any of its code.

    verify-ledger.py DATABASE --key VKEY...

Take the keys (C2SP signed-note, name+id+key) from elsewhere than the machine with the database; a key's name is the
origin of the checkpoints that it signs. Checks per ledger: leaves without a gap, leaf hashes, the RFC 6962 root and the
signature of each checkpoint; per revision: its leaf, its commitment, the chain of commitments of its record, and that
content is missing only where a later leaf says that it was erased.
Exit status: 0 everything fits, 1 something does not (the first such thing is named), 2 not a database or a bad argument.
"""
import argparse, base64, hashlib, json, os, sqlite3, sys
from urllib.parse import quote

sha256 = lambda data: hashlib.sha256(data).digest()
class Wrong(Exception):
    """Something does not fit."""

def need(condition, message):
    if not condition:
        raise Wrong(message)

# Ed25519 (RFC 8032, section 5.1), for machines without the package `cryptography`. Only public values are handled.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(a, b):
    """Points in extended coordinates (X, Y, Z, T)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)

def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result

def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - xx) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)

def ed25519_plain(key, signature, message):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, base), add(r, times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    def ed25519(key, signature, message):
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            return True
        except InvalidSignature:
            return False
except ImportError:
    ed25519 = ed25519_plain

def read_key(text):
    """(name, key id, public key) of a verifier key whose id is right."""
    name, key_id, data = text.split("+", 2)
    data = base64.b64decode(data, validate=True)
    if len(data) != 33 or data[0] != 1 or sha256(name.encode() + b"\n" + data)[:4].hex() != key_id:
        raise ValueError("it is not an Ed25519 key, or was mistyped")
    return name, bytes.fromhex(key_id), data[1:]

def open_note(note, ledger, keys, where):
    """(size, root, whether a known key signed it) of a signed checkpoint."""
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    origin, size, root = text.split("\n")[:3]
    need(origin.endswith("/ledger/" + ledger), f"{where}: it is of {origin}")
    known = [key for key in keys if key[0].endswith("/ledger/" + ledger)]
    signed = False
    for line in lines.splitlines():
        dash, name, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        for key in known:
            if dash == "—" and key[0] == name == origin and signature[:4] == key[1]:
                need(ed25519(key[2], signature[4:], text.encode()), f"{where}: the signature is not that of the key")
                signed = True
    need(signed or not known, f"{where}: none of the keys signed it")
    return int(size), base64.b64decode(root, validate=True), signed

class Tree:
    """The roots of complete subtrees, largest first; `size` leaves."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, leaf_hash):
        size, self.size = self.size, self.size + 1
        while size & 1:
            leaf_hash, size = sha256(b"\x01" + self.peaks.pop() + leaf_hash), size >> 1
        self.peaks.append(leaf_hash)

    def root(self):
        root = self.peaks[-1] if self.peaks else sha256(b"")
        for peak in reversed(self.peaks[:-1]):
            root = sha256(b"\x01" + peak + root)
        return root

identifier = lambda data: f"{data.hex()[:8]}-{data.hex()[8:12]}-{data.hex()[12:16]}-{data.hex()[16:20]}-{data.hex()[20:]}"
canonical = lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

def verify_ledger(db, ledger, keys, counts):
    name = "server" if ledger == bytes(16) else identifier(ledger)
    checkpoints = {}
    for size, root, note in db.execute('SELECT size, root, note FROM checkpoint WHERE ledger = ?', (ledger,)):
        where = f"checkpoint {size} of the ledger {name}"
        said, said_root, signed = open_note(note, name, keys, where)
        need(said == size and said_root == root, f"{where}: its note says another size or root")
        checkpoints[size] = root
        counts["signed" if signed else "without a key"] += 1
    tree, lasts, gone = Tree(), {}, {}
    rows = db.execute(
        'SELECT l."index", l.hash, l.data, r.record, r.type, r.version, r.action, r.commitment, r.salt, r.body'
        ' FROM leaf l LEFT JOIN revision r ON r.ledger = l.ledger AND r."index" = l."index"'
        ' WHERE l.ledger = ? ORDER BY l."index"', (ledger,))
    for index, stored, data, record, kind, version, action, commitment, salt, body in rows:
        where = f"leaf {index} of the ledger {name}"
        need(index == tree.size, f"{where}: leaf {tree.size} should come before")
        leaf_hash = sha256(b"\x00" + data.encode())
        need(leaf_hash == stored, f"{where}: its content does not have its hash")
        leaf = json.loads(data)
        need(canonical(leaf) == data and leaf["organisation"] == name, f"{where}: not canonical, or of another ledger")
        tree.append(leaf_hash)
        counts["leaves"] += 1
        if tree.size in checkpoints:
            need(tree.root() == checkpoints.pop(tree.size), f"{where}: with it the root is not the one that was signed")
        need((leaf["type"] == "record") == (record is not None), f"{where}: leaf without revision, or the reverse")
        if record is None:
            if leaf["action"] == "erase":
                need(gone.pop(canonical(leaf["object"]), 0) == leaf["before"], f"{where}: it erases something else")
            continue
        counts["revisions"] += 1
        item = {"id": identifier(record), "type": kind, "version": version}
        where = f"{kind} {item['id']}, version {version} ({where})"
        need(leaf["object"] == item and leaf["action"] == action, f"{where}: its leaf is of something else")
        need(leaf["after"] == commitment, f"{where}: its leaf has another commitment")
        need((leaf["before"], version) == lasts.get(record, (None, 1)), f"{where}: it does not follow the one before")
        lasts[record] = (commitment, version + 1)
        if salt is None and body is None:
            counts["erased"], gone[canonical(item)] = counts["erased"] + 1, commitment
            continue
        need(salt is not None and body is not None and len(salt) == 32, f"{where}: content or salt is missing")
        need("sha256:" + sha256(salt + body.encode()).hex() == commitment, f"{where}: its content was changed")
        parsed = json.loads(body)
        need({key: parsed.get(key) for key in item} == item, f"{where}: its content is of another revision")
    need(not gone, f"the content of {list(gone)[:1]} is gone, but no leaf of the ledger {name} says that it was erased")
    need(not checkpoints, f"the ledger {name} has {tree.size} leaves, but {max(checkpoints, default=0)} were signed")
    print(f"{name}: {tree.size} leaves, root {base64.b64encode(tree.root()).decode()}")

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--key", nargs="+", action="extend", required=True, help="public keys as name+id+key")
    arguments = parser.parse_args()
    try:
        keys = [read_key(text) for text in arguments.key]
        alone = "" if os.path.exists(arguments.database + "-wal") else "&immutable=1"
        db = sqlite3.connect(f"file:{quote(os.path.abspath(arguments.database))}?mode=ro{alone}", uri=True)
        db.execute("BEGIN")
        ledgers = db.execute('SELECT DISTINCT ledger FROM revision UNION SELECT ledger FROM checkpoint UNION'
                             ' SELECT ledger FROM leaf ORDER BY 1').fetchall()
    except (ValueError, sqlite3.Error) as error:
        print(f"cannot verify: {error}", file=sys.stderr)
        return 2
    counts = {"leaves": 0, "revisions": 0, "erased": 0, "signed": 0, "without a key": 0}
    try:
        for (ledger,) in ledgers:
            verify_ledger(db, ledger, keys, counts)
        number = db.execute("SELECT count(*) FROM revision").fetchone()[0]
        need(number == counts["revisions"], f"{number} revisions, but {counts['revisions']} leaves of revisions")
    except (Wrong, ValueError, KeyError, TypeError, AttributeError, sqlite3.Error) as error:
        print(f"does not fit: {error}", file=sys.stderr)
        return 1
    print(f"{counts['leaves']} leaves, {counts['revisions']} revisions ({counts['erased']} erased), "
          f"{counts['signed']} checkpoints signed, {counts['without a key']} without a key")
    return 0

if __name__ == "__main__":
    sys.exit(main())
