#!/usr/bin/env python3
"""The parts of pack.sh: fills a server with evidence, runs a command with its peak memory, takes a pack over HTTP,
fills a ledger with entries, times proofs. Needs nothing beyond Python 3.9."""

import hashlib
import http.client
import http.cookiejar
import os
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request

FILE_BYTES = 40_000_000


def signed_in(url, password):
    """A browser's session of the demo's compliance lead."""
    # The session's cookie is for secure connections; this one never leaves the machine.
    policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(policy)))
    page = opener.open(url + "/sign-in").read().decode()
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    fields.update(email="ines.hartmann@meridian-credit.example", password=password)
    opener.open(url + "/sign-in", urllib.parse.urlencode(fields).encode())
    return opener


def form_secret(opener, address):
    return re.search(r'name="csrf" value="([^"]+)"', opener.open(address).read().decode()).group(1)


def evidence(url, password, count):
    """Uploads files through the form, as people do: 40 MB each, no two alike."""
    opener = signed_in(url, password)
    started = time.monotonic()
    for number in range(count):
        token = form_secret(opener, url + "/evidence/new")
        block = hashlib.sha256(f"evidence {number}".encode()).digest() * 32
        content = (block * (FILE_BYTES // len(block) + 1))[:FILE_BYTES]
        values = {
            "csrf": token, "title": f"Evidence {number}", "kind": "file", "periodFrom": "2026-01-01",
            "periodTo": "2026-03-31"}
        body = b"".join(
            f'--limit\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in values.items())
        body += (
            f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{number}.bin"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n").encode() + content + b"\r\n--limit--\r\n"
        request = urllib.request.Request(
            url + "/evidence/new", body, {"Content-Type": "multipart/form-data; boundary=limit"})
        answer = opener.open(request)
        if "/evidence/new" in answer.geturl():
            sys.exit("pack.py: the evidence was refused: " + answer.read().decode()[:2000])
    print(f"{count} files of {FILE_BYTES} bytes uploaded in {time.monotonic() - started:.1f} s")


def run(label, command):
    started = time.monotonic()
    status = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    seconds = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{label}: {seconds:.2f} s, CPU {used.ru_utime + used.ru_stime:.2f} s, peak memory {used.ru_maxrss // 1024} MB, "
        f"exit {status.returncode}")
    if status.returncode != 0:
        sys.exit(status.stdout)


def export(url, password, server, path):
    """Takes a pack from the ledger's page and reads the server's peak memory before and after."""
    def peak():
        with open(f"/proc/{server}/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
    before = peak()
    opener = signed_in(url, password)
    fields = urllib.parse.urlencode({"csrf": form_secret(opener, url + "/ledger")}).encode()
    started = time.monotonic()
    count = 0
    with opener.open(url + "/ledger/pack", fields) as answer, open(path, "wb") as file:
        while piece := answer.read(1 << 20):
            file.write(piece)
            count += len(piece)
    print(
        f"from the page: {count} bytes in {time.monotonic() - started:.2f} s, server's peak memory {before} MB "
        f"before, {peak()} MB after")


def leaves(path, token, wanted):
    """Appends entries to the ledger of the token's organisation until it has as many as wanted."""
    db = sqlite3.connect(path)
    ledger = db.execute(
        "SELECT ledger FROM leaf WHERE ledger <> ? GROUP BY ledger ORDER BY count(*) DESC LIMIT 1", (bytes(16),)
    ).fetchone()[0]
    size, at, data = db.execute(
        'SELECT "index" + 1, at, data FROM leaf WHERE ledger = ? ORDER BY "index" DESC LIMIT 1', (ledger,)).fetchone()

    def node(left, right):
        return hashlib.sha256(b"\1" + left + right).digest()

    def root(hashes):
        while len(hashes) > 1:
            hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
        return hashes[0]

    levels = [[row[0] for row in db.execute(
        'SELECT hash FROM leaf WHERE ledger = ? ORDER BY "index"', (ledger,))]]
    for index in range(size, wanted):
        entry = data.replace('"request":"', f'"request":"{index}-', 1)
        leaf = hashlib.sha256(b"\0" + entry.encode()).digest()
        db.execute("INSERT INTO leaf VALUES (?, ?, ?, ?, ?)", (ledger, index, at, leaf, entry))
        levels[0].append(leaf)
    level = 0
    while len(levels[level]) >= 256:
        below = levels[level]
        levels.append([])
        for tile in range(len(below) // 256):
            hashes = below[tile * 256:(tile + 1) * 256]
            db.execute("INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)", (ledger, level, tile, b"".join(hashes)))
            levels[level + 1].append(root(hashes))
        level += 1
    db.commit()
    print(f"{wanted} entries")


def proofs(url, token, size):
    """Times GET proof/inclusion, one connection, one request after the other."""
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port)
    headers = {"Authorization": f"Bearer {token}"}
    times = []
    for number in range(220):
        index = number * 4_547 % size
        started = time.monotonic()
        connection.request("GET", f"/api/v1/ledger/proof/inclusion?index={index}&size={size}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"pack.py: {answer.status} {body[:500]!r}")
        if number >= 20:
            times.append((time.monotonic() - started) * 1000)
    times.sort()
    print(
        f"inclusion proof at {size} entries, over HTTP: median {statistics.median(times):.2f} ms, "
        f"99th percentile {times[int(len(times) * 0.99)]:.2f} ms")


def main():
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "evidence":
        evidence(arguments[0], arguments[1], int(arguments[2]))
    elif what == "run":
        run(arguments[0], arguments[2:])
    elif what == "export":
        export(*arguments)
    elif what == "leaves":
        leaves(arguments[0], arguments[1], int(arguments[2]))
    elif what == "proofs":
        proofs(arguments[0], arguments[1], int(arguments[2]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
