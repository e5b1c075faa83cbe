#!/usr/bin/env python3
"""Measures a running Concord server over HTTP. Needs wrk (Debian package `wrk`) and nothing beyond Python 3.9.

    measure.py reads|creates|keyset|memory --url URL --pid PID …   measure a server that is already up
    measure.py start --url URL … -- COMMAND …                      start it again and again, time the first answer
    measure.py verify --url URL … -- COMMAND …                     time a command that must find that everything fits

Prints a table and appends one JSON object per figure to --output; each object carries its conditions. The token comes
from CONCORD_TOKEN. Ends with status 1 when a request was answered wrongly: a fast error is not a result.
"""

import argparse
import datetime
import http.client
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import time
import urllib.parse
import uuid

HERE = pathlib.Path(__file__).resolve().parent
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
ANSWER_SECONDS_MAX = 30


class Wrong(Exception):
    """The server's answer, or the set-up, is not what the benchmark needs."""


# The machine and the process under test


def conditions(options):
    """What a figure depends on; stands in every JSON line and above every table."""
    cpu = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    return {
        "date": options.date, "build": options.build, "rows": options.rows, "label": options.label,
        "cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(),
        "load_1min_before": round(os.getloadavg()[0], 2),
    }


def cpu_seconds(pid):
    """User and system time of all threads of a process (proc(5), fields 14 and 15)."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")") + 2:].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def memory_kib(pid):
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "VmHWM", "RssAnon", "RssFile", "Threads"):
            found[name] = int(value.split()[0])
    return found


def sync_count(path):
    """The counter that Tests/Shims/slowsync.c keeps."""
    return struct.unpack("=Q", pathlib.Path(path).read_bytes()[:8])[0]


# Requests


class Server:
    def __init__(self, options, config):
        self.base = urllib.parse.urlsplit(options.url)
        self.config = config
        self.values = {"token": os.environ.get("CONCORD_TOKEN", "")}
        self.fixed = dict(pair.split("=", 1) for pair in options.var)
        self.connection = None

    def fill(self, text):
        for name, value in self.values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def headers(self, entry):
        merged = {**self.config.get("headers", {}), **entry.get("headers", {})}
        return {name: self.fill(value) for name, value in merged.items()}

    def send(self, method, path, headers, body=None):
        """One request on a kept connection; returns status, body and seconds."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                self.base.hostname, self.base.port, timeout=ANSWER_SECONDS_MAX)
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        return response.status, content, time.perf_counter() - begun

    def expect(self, entry, path, method="GET", body=None):
        """Sends one request and checks its answer against the config entry."""
        status, content, seconds = self.send(method, path, self.headers(entry), body)
        wanted = entry.get("status", 200)
        start = content[:300].decode("utf-8", "replace")
        if status != wanted:
            raise Wrong(f"{method} {path}: status {status}, wanted {wanted}: {start}")
        if entry.get("contains", "") not in content.decode("utf-8", "replace"):
            raise Wrong(f"{method} {path}: no {entry['contains']!r} in the answer: {start}")
        return content, seconds

    def find_variables(self):
        for name, source in self.config.get("variables", {}).items():
            if name in self.fixed:
                self.values[name] = self.fixed[name]
                continue
            content, _ = self.expect(source, source["path"])
            self.values[name] = str(pick(json.loads(content), source["json"]))


def pick(value, path):
    """Follows a path such as `items.0.id` into parsed JSON."""
    for step in path.split("."):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Wrong(f"no {path!r} in the answer: {str(value)[:300]}") from None
    return value


def load(options, server, entry, path, connections, seconds, body=None):
    """Runs wrk and gives its figures, with the server's CPU and syncs over the same span."""
    environment = dict(
        os.environ, BENCH_METHOD="POST" if body else "GET", BENCH_RUN=uuid.uuid4().hex[:12],
        BENCH_HEADERS="\n".join(f"{name}: {value}" for name, value in server.headers(entry).items()))
    if body:
        environment["BENCH_BODY"] = body
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={ANSWER_SECONDS_MAX}s",
        "-s", str(HERE / "wrk.lua"), options.url.rstrip("/") + path]
    syncs = sync_count(options.sync_count) if options.sync_count else None
    cpu = cpu_seconds(options.pid)
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    cpu = cpu_seconds(options.pid) - cpu
    lines = [line for line in run.stdout.splitlines() if line.startswith("BENCH ")]
    if run.returncode != 0 or len(lines) != 1:
        raise Wrong(f"wrk failed: {run.stdout[-500:]} {run.stderr[-500:]}")
    found = json.loads(lines[0][len("BENCH "):])
    if any(found["errors"].values()) or found["requests"] == 0:
        raise Wrong(f"{path} at {connections} connections: {found}")
    result = {
        "connections": connections, "seconds": seconds, "requests": found["requests"],
        "per_second": round(found["requests"] / found["microseconds"] * 1e6, 1),
        "p50_ms": found["p50_us"] / 1000, "p90_ms": found["p90_us"] / 1000, "p99_ms": found["p99_us"] / 1000,
        "max_ms": found["max_us"] / 1000, "bytes_per_answer": round(found["bytes"] / found["requests"]),
        "server_cpu_us_per_request": round(cpu / found["requests"] * 1e6, 1),
        "server_cpu_share": round(cpu / (found["microseconds"] / 1e6), 2),
    }
    if syncs is not None:
        syncs = sync_count(options.sync_count) - syncs
        result["syncs"] = syncs
        result["requests_per_sync"] = round(found["requests"] / syncs, 2) if syncs else None
    return result


def warm_up(options, server, entry, path, body=None):
    if options.warmup > 0:
        load(options, server, entry, path, 8, options.warmup, body)


# The measurements; each yields one dictionary per figure


def measure_reads(options, config):
    server = Server(options, config)
    server.find_variables()
    for entry in config["reads"]:
        path = server.fill(entry["path"])
        server.expect(entry, path)
        warm_up(options, server, entry, path)
        for connections in options.connections:
            figures = load(options, server, entry, path, connections, options.seconds)
            yield {"measure": "read", "name": entry["name"], "path": entry["path"], **figures}
        server.connection = None


def measure_creates(options, config):
    server = Server(options, config)
    server.find_variables()
    for entry in config["creates"]:
        path = server.fill(entry["path"])
        body = server.fill(json.dumps(entry["body"]))
        if body.count("{unique}") != 1:
            raise Wrong(f"the body of {entry['name']!r} needs {{unique}} exactly once")
        server.expect(entry, path, "POST", body.replace("{unique}", uuid.uuid4().hex))
        warm_up(options, server, entry, path, body)
        for connections in options.connections:
            figures = load(options, server, entry, path, connections, options.seconds, body)
            yield {"measure": "create", "name": entry["name"], "path": entry["path"], **figures}
        server.connection = None


def next_path(path, entry, answer):
    """The next page's path. `next` in the answer is a path, a URL or a bare cursor; null or absent at the end."""
    following = answer
    for step in entry["next"].split("."):
        following = following.get(step) if isinstance(following, dict) else None
    if not following:
        return None
    if following.startswith("/"):
        return following
    if "://" in following:
        parts = urllib.parse.urlsplit(following)
        return parts.path + "?" + parts.query
    base = urllib.parse.urlsplit(path)
    cursor = entry["cursorParameter"]
    query = [pair for pair in urllib.parse.parse_qsl(base.query) if pair[0] != cursor]
    return base.path + "?" + urllib.parse.urlencode(query + [(cursor, following)], safe=":")


def walk(server, entry, pages_max):
    """Follows the pages one by one; gives their paths, seconds and the number of items."""
    path, pages, items, seen = server.fill(entry["path"]), [], 0, set()
    while path:
        if path in seen or len(pages) >= pages_max:
            raise Wrong(f"{entry['path']}: no end after {len(pages)} pages")
        seen.add(path)
        content, seconds = server.expect(entry, path)
        answer = json.loads(content)
        count = len(pick(answer, entry["items"]))
        items += count
        pages.append((path, seconds, count))
        path = next_path(path, entry, answer)
    return pages, items


def measure_keyset(options, config):
    server = Server(options, config)
    server.find_variables()
    for entry in config["keyset"]:
        pages, items = walk(server, entry, options.pages_max)
        full = [page for page in pages if page[2] == pages[0][2]]
        if len(full) < 2 * options.edge_pages:
            raise Wrong(f"{len(full)} full pages are too few to compare {options.edge_pages} at both ends")
        # One after the other and twice over, so that neither end gains from a warmer cache.
        for name, chosen in (("first", full[:options.edge_pages]), ("last", full[-options.edge_pages:])):
            seconds = []
            for _ in range(2):
                seconds = [server.expect(entry, path)[1] for path, _, _ in chosen]
            figures = load(options, server, entry, chosen[-1][0], 8, options.seconds)
            yield {
                "measure": "keyset", "name": f"{entry['name']}, {name} pages", "path": entry["path"],
                "pages": len(pages), "items": items, "walked_pages": len(seconds),
                "walk_p50_ms": round(statistics.median(seconds) * 1000, 3),
                "walk_p99_ms": round(sorted(seconds)[int(len(seconds) * 0.99)] * 1000, 3), **figures}
        server.connection = None


def measure_memory(options, config):
    time.sleep(options.settle)
    found = memory_kib(options.pid)
    yield {
        "measure": "memory", "name": options.label or "server", "settled_seconds": options.settle,
        "rss_mib": round(found["VmRSS"] / 1024, 1), "anonymous_mib": round(found["RssAnon"] / 1024, 1),
        "file_mib": round(found["RssFile"] / 1024, 1), "peak_mib": round(found["VmHWM"] / 1024, 1),
        "threads": found["Threads"]}


def first_answer(options, config):
    """Starts the command, gives the seconds until the ready path answers 200, and ends it."""
    base = urllib.parse.urlsplit(options.url)
    begun = time.perf_counter()
    with subprocess.Popen(options.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        try:
            while time.perf_counter() - begun < ANSWER_SECONDS_MAX:
                if child.poll() is not None:
                    said = child.stderr.read()[-500:].decode(errors="replace")
                    raise Wrong(f"the server ended with {child.returncode}: {said}")
                connection = http.client.HTTPConnection(base.hostname, base.port, timeout=1)
                try:
                    connection.request("GET", config["ready"])
                    if connection.getresponse().status == 200:
                        return time.perf_counter() - begun
                except OSError:
                    pass
                finally:
                    connection.close()
                time.sleep(0.001)
            raise Wrong(f"no answer from {config['ready']} within {ANSWER_SECONDS_MAX} s")
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.communicate(timeout=ANSWER_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                child.kill()


def measure_start(options, config):
    seconds = sorted(first_answer(options, config) for _ in range(options.starts))
    yield {
        "measure": "start", "name": "process start to first answer", "starts": len(seconds),
        "min_ms": round(seconds[0] * 1000, 1), "median_ms": round(statistics.median(seconds) * 1000, 1),
        "max_ms": round(seconds[-1] * 1000, 1)}


def measure_verify(options, config):
    begun, before = time.perf_counter(), os.times()
    run = subprocess.run(options.command, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - begun, os.times()
    if run.returncode != 0 or "Everything fits." not in run.stdout:
        raise Wrong(f"verification ended with {run.returncode}: {run.stdout[-300:]} {run.stderr[-300:]}")
    leaves = sum(int(count) for count in re.findall(r"^ledger \S+: (\d+) leaves", run.stdout, re.MULTILINE))
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    yield {
        "measure": "verify", "name": "verify all ledgers", "leaves": leaves, "wall_s": round(seconds, 2),
        "cpu_s": round(cpu, 2)}


# Output

COLUMNS = [
    ("name", "what"), ("connections", "conn"), ("per_second", "req/s"), ("p50_ms", "p50 ms"), ("p99_ms", "p99 ms"),
    ("walk_p50_ms", "walk p50 ms"), ("walk_p99_ms", "walk p99 ms"), ("server_cpu_us_per_request", "CPU us/req"),
    ("server_cpu_share", "CPU cores"), ("bytes_per_answer", "bytes"), ("syncs", "syncs"),
    ("requests_per_sync", "req/sync"), ("pages", "pages"), ("items", "items"), ("rss_mib", "RSS MiB"),
    ("anonymous_mib", "anon MiB"), ("peak_mib", "peak MiB"), ("threads", "threads"), ("starts", "starts"),
    ("min_ms", "min ms"), ("median_ms", "median ms"), ("max_ms", "max ms"), ("leaves", "leaves"),
    ("wall_s", "seconds"), ("cpu_s", "CPU s")]


def table(figures):
    columns = [column for column in COLUMNS if any(column[0] in figure for figure in figures)]
    rows = [[title for _, title in columns]]
    rows += [["" if figure.get(key) is None else str(figure[key]) for key, _ in columns] for figure in figures]
    widths = [max(len(row[index]) for row in rows) for index in range(len(columns))]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths))) + " |"
        for row in rows)


MEASURES = {
    "reads": measure_reads, "creates": measure_creates, "keyset": measure_keyset, "memory": measure_memory,
    "start": measure_start, "verify": measure_verify}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=MEASURES)
    parser.add_argument("--url", required=True, help="base URL, e.g. http://127.0.0.1:8080")
    parser.add_argument("--pid", type=int, help="the server's process id")
    parser.add_argument("--config", default=HERE / "foundation.json", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, help="append JSON lines to this file")
    parser.add_argument("--date", required=True, help="day of the run, YYYY-MM-DD")
    parser.add_argument("--build", required=True, help="commit, configuration and compiler of the server")
    parser.add_argument("--rows", required=True, type=int, help="records in the database at the start of the run")
    parser.add_argument("--label", default="", help="what is special about this run")
    parser.add_argument("--connections", default="1,8,32,64", type=lambda text: [int(n) for n in text.split(",")])
    parser.add_argument("--seconds", default=8, type=int, help="of each load")
    parser.add_argument("--warmup", default=2, type=int, help="seconds of load before the first figure; 0 for none")
    parser.add_argument("--settle", default=3, type=int, help="seconds of rest before memory is read")
    parser.add_argument("--starts", default=10, type=int)
    parser.add_argument("--edge-pages", default=100, type=int, help="pages compared at each end of a keyset")
    parser.add_argument("--pages-max", default=20_000, type=int)
    parser.add_argument("--sync-count", type=pathlib.Path, help="counter file of the preloaded slowsync library")
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="instead of asking the API")
    ours, mark, command = sys.argv[1:], "--", []
    if mark in ours:
        ours, command = ours[:ours.index(mark)], ours[ours.index(mark) + 1:]
    options = parser.parse_args(ours)
    options.command = command
    datetime.date.fromisoformat(options.date)
    if options.measure not in ("start", "verify") and options.pid is None:
        parser.error(f"{options.measure} needs --pid")
    if options.measure in ("start", "verify") and not options.command:
        parser.error(f"{options.measure} needs a command after --")
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed; on Debian: apt-get install wrk")
    return options


def main():
    options = arguments()
    config = json.loads(options.config.read_text())
    around = conditions(options)
    figures = []
    try:
        for figure in MEASURES[options.measure](options, config):
            figures.append(figure)
            if options.output:
                with options.output.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps({**figure, "conditions": around}) + "\n")
    except (Wrong, OSError) as problem:
        print(f"measure.py: {options.measure}: {problem}", file=sys.stderr)
        return 1
    finally:
        if figures:
            print(f"## {options.measure}" + (f": {options.label}" if options.label else ""))
            print("; ".join(f"{key} {value}" for key, value in around.items() if key != "label" and value != ""))
            if any("connections" in figure for figure in figures):
                print(f"wrk with 1 thread on the same machine, {options.seconds} s each, closed loop, loopback")
            print(table(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
