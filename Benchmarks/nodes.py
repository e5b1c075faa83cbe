#!/usr/bin/env python3
"""Measures the release build on PostgreSQL with two nodes, beside the same on SQLite, and verifies every ledger after.

    Benchmarks/nodes.py [PART …]        parts: reads writes slow; all if none is named

reads   a list, the same list as of an earlier moment, one record: SQLite and one node take turns, in the same minutes
writes  16 clients over 16 organisations, and over one, on two nodes
slow    the same with every flush of PostgreSQL slowed down (Tests/Shims/slowsync.c)

It starts a private PostgreSQL from Debian's programs on a socket of its own, durable as in production (fsync,
synchronous_commit), and removes it. Needs Python 3.9, wrk, gcc and postgresql. Settings by environment: CONCORD (the
binary), RECORDS (seeded, 20,000), SECONDS_EACH (8), ROUNDS (3), SYNC_DELAY_US (5000). Ends with status 1 at the first
answer or ledger that is not what it should be: a fast error is not a result.
"""

import contextlib
import html
import http.client
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

from measure import cpu_seconds, pick

HERE = pathlib.Path(__file__).resolve().parent
CONCORD = os.environ.get("CONCORD", str(HERE.parent / ".build/release/concord"))
RECORDS = int(os.environ.get("RECORDS", "20000"))
SECONDS = int(os.environ.get("SECONDS_EACH", "8"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
DELAY_US = int(os.environ.get("SYNC_DELAY_US", "5000"))
PASSWORD = "a benchmark password 1"
ADMINISTRATOR = "tomasz.zielinski@meridian-credit.example"
CLIENTS = 16
WARM_UP_SECONDS = 2
LIST = "/api/v1/controls?limit=50&sort=title&filter=status:implemented"


class Wrong(Exception):
    """An answer, or the set-up, is not what the benchmark needs."""


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise Wrong(f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
    return done.stdout


# PostgreSQL


class Postgres:
    """A private server on a socket."""

    SETTINGS = ["shared_buffers=512MB", "max_wal_size=4GB", "wal_compression=on", "max_connections=100",
                "synchronous_commit=on", "wal_sync_method=fdatasync", "listen_addresses=", "log_min_messages=error"]

    def __init__(self, folder):
        versions = sorted(int(p.name) for p in pathlib.Path("/usr/lib/postgresql").glob("[0-9]*"))
        if not versions:
            raise Wrong("PostgreSQL is not installed; on Debian: apt-get install postgresql")
        self.programs = pathlib.Path(f"/usr/lib/postgresql/{versions[-1]}/bin")
        self.folder = folder
        self.process = None
        # It refuses to run as root.
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        folder.mkdir()
        if self.user:
            shutil.chown(folder, "postgres")
            folder.chmod(0o755)
        run(*self.user, self.programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8",
            "--locale=C", cwd="/")

    def start(self, *settings, environment=None):
        options = [f"unix_socket_directories={self.folder}", *self.SETTINGS, *settings]
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]
        self.process = subprocess.Popen(
            ["env", *variables, *self.user, self.programs / "postgres", "-D", self.folder / "data"]
            + [part for option in options for part in ("-c", option)], cwd="/", stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for _ in range(600):
            if subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder, "-U", "postgres"], check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise Wrong("PostgreSQL does not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def sql(self, statement, database="postgres"):
        return run(self.programs / "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U",
                   "postgres", "-d", database, "-c", statement).strip()

    @property
    def address(self):
        return f"postgres:///concord?host={self.folder}&user=concord"


# Concord


class Node:
    """One `concord serve`, asked over one kept connection."""

    def __init__(self, folder, database=None):
        command = [CONCORD, "serve", "--data", str(folder), "--port", "0", "--rate-limit", "0", "--address-rate-limit",
                   "0"] + (["--database", database] if database else [])
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "answers on" in line:
                self.url = line.split("answers on ")[1].strip()
                break
        else:
            raise Wrong("the server did not start")
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=120)
        self.cookies = {}

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def page(self, method, path, fields=None, status=(200, 303)):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            headers.update({"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url})
            body = urllib.parse.urlencode(fields)
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status not in status:
            raise Wrong(f"{method} {path}: {answer.status}: {re.sub('<[^>]+>', ' ', text)[-600:]}")
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return text

    def csrf(self, path):
        return re.search(r'name="csrf" value="([^"]+)"', self.page("GET", path)).group(1)

    def sign_in(self, email):
        self.cookies = {}
        self.page("POST", "/sign-in", {"email": email, "password": PASSWORD})

    def token(self):
        """A token for whoever is signed in, made as a person makes it."""
        expiry = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86_400))
        made = self.page("POST", "/settings/tokens", {
            "csrf": self.csrf("/settings/tokens"), "name": "Benchmark", "rights": "write", "expiresAt": expiry})
        return re.search(r"concord_[A-Za-z0-9_-]{20,}", made).group(0)

    def found(self, number):
        """One more organisation; gives its founder's token."""
        email = f"founder{number}@bench{number}.example"
        self.sign_in(ADMINISTRATOR)
        made = self.page("POST", "/settings/organisations", {
            "csrf": self.csrf("/settings/organisations"), "organisation": f"Bench {number}", "timeZone": "UTC",
            "name": f"Founder {number}", "email": email})
        link = re.search(r"/welcome/[A-Za-z0-9_-]+", html.unescape(made)).group(0)
        self.cookies = {}
        self.page("POST", link, {"password": PASSWORD})
        return self.token()


@contextlib.contextmanager
def serving(*arguments):
    """Nodes over (folder, database) pairs."""
    nodes = []
    try:
        for pair in arguments:
            nodes.append(Node(*pair))
        yield nodes
    finally:
        for node in nodes:
            node.stop()


# Loads


def finished(process):
    out, err = process.communicate()
    lines = [line for line in out.splitlines() if line.startswith("BENCH ")]
    if process.returncode != 0 or len(lines) != 1:
        raise Wrong(f"wrk failed: {out[-500:]} {err[-500:]}")
    found = json.loads(lines[0][len("BENCH "):])
    errors = found["errors"]
    if found["requests"] == 0 or (any(errors.values()) if isinstance(errors, dict) else errors):
        raise Wrong(f"wrk: {found}")
    return found


def load(urls, script, threads, connections, environment, nodes, seconds=SECONDS):
    """wrk on each of the addresses at once; figures of all together."""
    cpu = [cpu_seconds(node.process.pid) for node in nodes]
    processes = [
        subprocess.Popen(
            ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout=30s", "-s", str(HERE / script), url],
            env={**os.environ, **variables, "BENCH_RUN": uuid.uuid4().hex[:12]}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        for url, variables in zip(urls, environment)]
    found = [finished(process) for process in processes]
    requests = sum(each["requests"] for each in found)
    used = sum(cpu_seconds(node.process.pid) - before for node, before in zip(nodes, cpu))
    return {
        "requests": requests, "per_second": sum(e["requests"] / e["microseconds"] * 1e6 for e in found),
        "p50_ms": statistics.median(e["p50_us"] for e in found) / 1000,
        "p99_ms": max(e["p99_us"] for e in found) / 1000, "cpu_us": used / requests * 1e6}


def reading(nodes, path, token, connections, seconds=SECONDS):
    headers = {"BENCH_HEADERS": f"Authorization: Bearer {token}\nAccept: application/json"}
    return load([node.url + path for node in nodes], "wrk.lua", 1, connections // len(nodes), [headers] * len(nodes),
                nodes, seconds)


def writing(nodes, tokens, seconds=SECONDS):
    """Sixteen clients, each a connection with a token, half of them on each node."""
    each = CLIENTS // len(nodes)
    shares = [tokens[n * each:(n + 1) * each] if len(tokens) > 1 else tokens for n in range(len(nodes))]
    return load([node.url + "/api/v1/tasks" for node in nodes], "nodes.lua", each, each,
                [{"BENCH_TOKENS": " ".join(share)} for share in shares], nodes, seconds)


def show(name, figures, target=""):
    print(f"| {name:<58} | {figures['per_second']:>9.1f} | {figures['p50_ms']:>8.2f} | {figures['p99_ms']:>8.2f} "
          f"| {figures['cpu_us']:>9.0f} | {target}", flush=True)


def head(title):
    print(f"\n## {title}; load before {os.getloadavg()[0]:.2f}")
    print(f"| {'what':<58} | {'per s':>9} | {'p50 ms':>8} | {'p99 ms':>8} | {'CPU us':>9} | target")


# The parts


def reads(sqlite, postgres_nodes, tokens):
    head(f"reads, 8 connections, {SECONDS} s each, {ROUNDS} turns each")
    answers = {}
    for label, node in (("sqlite", sqlite), ("postgres", postgres_nodes[0])):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(node.url).netloc, timeout=120)

        def ask(path, label=label, connection=connection):
            connection.request("GET", path, headers={"Authorization": f"Bearer {tokens[label]}"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise Wrong(f"{path}: {answer.status}: {content[:300]}")
            return json.loads(content)

        control = pick(ask("/api/v1/controls?limit=1"), "items.0.id")
        moment = pick(ask("/api/v1/controls?limit=1&sort=title"), "items.0.ledgerIndex")
        answers[label] = {"list, filtered and sorted": LIST, "the same as of an earlier moment": f"{LIST}&asOf={moment}",
                          "one record": f"/api/v1/controls/{control}"}
        for path in answers[label].values():
            ask(path)
    for name in answers["sqlite"]:
        turns = {"sqlite": [], "postgres": [], "both": []}
        for label, group in (("sqlite", [sqlite]), ("postgres", postgres_nodes)):
            reading(group, answers[label][name], tokens[label], 8, WARM_UP_SECONDS)
        for _ in range(ROUNDS):
            turns["sqlite"].append(reading([sqlite], answers["sqlite"][name], tokens["sqlite"], 8))
            path, token = answers["postgres"][name], tokens["postgres"]
            turns["postgres"].append(reading(postgres_nodes[:1], path, token, 8))
            turns["both"].append(reading(postgres_nodes, path, token, 8))
        middle = {key: statistics.median_low([t["per_second"] for t in found]) for key, found in turns.items()}
        for key, label in (("sqlite", "SQLite"), ("postgres", "PostgreSQL, one node"), ("both", "PostgreSQL, two nodes")):
            for turn in turns[key]:
                target = ""
                if key != "sqlite" and turn["per_second"] == middle[key]:
                    ratio = middle["sqlite"] / middle[key]
                    target = f"median: SQLite is {ratio:.2f}x as fast; at most 2 wanted" + (
                        "" if ratio <= 2 else " (MISSED)" if key == "postgres" else "")
                show(f"{name}: {label}", turn, target)


def writes(nodes, tokens, one, title, targets):
    head(f"{title}, {CLIENTS} clients on two nodes, {SECONDS} s each")
    acknowledged = 0
    for name, chosen, target in (("over 16 organisations", tokens, targets[0]), ("over one organisation", [one], targets[1])):
        acknowledged += writing(nodes, chosen, WARM_UP_SECONDS)["requests"]
        for _ in range(ROUNDS):
            figures = writing(nodes, chosen)
            acknowledged += figures["requests"]
            met = "" if target is None or figures["per_second"] >= target else " (MISSED)"
            show(f"writes {name}", figures, f"{target}/s{met}" if target else "")
    return acknowledged


def verified(postgres, leaves_before, acknowledged):
    """Ledgers without a gap, with a leaf for everything that was acknowledged."""
    gaps = postgres.sql(
        'SELECT count(*) FROM (SELECT 1 FROM leaf GROUP BY ledger HAVING count(*) <> max("index") + 1) g', "concord")
    leaves = int(postgres.sql("SELECT count(*) FROM leaf", "concord"))
    begun = time.perf_counter()
    said = run(CONCORD, "ledger", "verify", "--database", postgres.address)
    seconds = time.perf_counter() - begun
    if gaps != "0" or "Everything fits." not in said or leaves - leaves_before < acknowledged:
        raise Wrong(f"{gaps} ledgers with gaps, {leaves - leaves_before} leaves for {acknowledged} writes: {said[-300:]}")
    print(f"\n{leaves} leaves in {len(re.findall('^ledger ', said, re.MULTILINE))} ledgers, none with a gap; "
          f"{acknowledged} acknowledged writes are all there; verified in {seconds:.1f} s")


def seeded(folder, database=None):
    command = [CONCORD, "demo", "--data", folder, "--password", PASSWORD, "--scale", str(RECORDS), "--token"]
    said = run(*command, *(["--database", database] if database else []))
    return re.search(r"token: (\S+)", said).group(1)


def machine(postgres):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    commit = subprocess.run(["git", "-C", HERE.parent, "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                            check=False).stdout.strip()
    print(f"{cpu.group(1) if cpu else 'unknown CPU'}, {os.cpu_count()} cores, Linux {platform.release()}; "
          f"commit {commit or 'unknown'}, {run(CONCORD, '--version').strip()}; "
          f"{run(postgres.programs / 'postgres', '--version').strip()}, all on this machine; {RECORDS} seeded of each type")


def main():
    parts = sys.argv[1:] or ["reads", "writes", "slow"]
    if set(parts) - {"reads", "writes", "slow"}:
        print(__doc__, file=sys.stderr)
        return 2
    work = pathlib.Path(tempfile.mkdtemp(prefix="concord-nodes-"))
    work.chmod(0o755)
    postgres = Postgres(work / "pg")
    try:
        machine(postgres)
        # Seeding needs no durability; measuring does.
        postgres.start("fsync=off")
        postgres.sql("CREATE ROLE concord LOGIN")
        postgres.sql("CREATE DATABASE concord OWNER concord")
        tokens = {"postgres": seeded(work / "nodes", postgres.address)}
        if "reads" in parts:
            tokens["sqlite"] = seeded(work / "sqlite")
        postgres.sql("VACUUM (ANALYZE)", "concord")
        postgres.sql("CHECKPOINT")
        postgres.stop()
        postgres.start("fsync=on")
        place, acknowledged = (work / "nodes", postgres.address), 0
        many = []
        if "writes" in parts or "slow" in parts:
            with serving(place) as [node]:
                many = [node.found(number) for number in range(CLIENTS)]
        before = int(postgres.sql("SELECT count(*) FROM leaf", "concord"))
        if "reads" in parts:
            with serving((work / "sqlite", None), place, place) as [sqlite, *nodes]:
                reads(sqlite, nodes, tokens)
        if "writes" in parts:
            with serving(place, place) as nodes:
                acknowledged += writes(nodes, many, many[0], "writes", (1500, None))
        if "slow" in parts:
            postgres.stop()
            run("cc", "-shared", "-fPIC", "-O2", "-o", work / "slowsync.so", HERE.parent / "Tests/Shims/slowsync.c", "-ldl")
            (work / "slowsync.so").chmod(0o755)
            postgres.start("fsync=on", environment={
                "LD_PRELOAD": str(work / "slowsync.so"), "CONCORD_SYNC_DELAY_US": str(DELAY_US)})
            with serving(place, place) as nodes:
                acknowledged += writes(
                    nodes, many, many[0], f"writes, each flush slowed by {DELAY_US / 1000:g} ms", (None, 120))
        verified(postgres, before, acknowledged)
    except (Wrong, OSError, subprocess.SubprocessError) as problem:
        print(f"nodes.py: {problem}", file=sys.stderr)
        return 1
    finally:
        postgres.stop()
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
