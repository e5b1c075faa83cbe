#!/usr/bin/env python3
"""Measures what a compliance lead waits for, on the release build: importing framework libraries, an assessment with
2,000 rows in windows and in Chromium, the projection after one answer, and both Statements of Applicability as files.

    Benchmarks/assessment.py [PART …]        parts: libraries assessment projection statements; all if none is named

Everything it needs it makes: a folder with the demo, libraries from a fixed seed. Needs Python 3.9, wrk and, for the
browser, chromium-driver. Settings by environment: CONCORD (the binary), PORT. Ends with status 1 at the first answer
that is not what it should be: a fast error is not a result.
"""

import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

from measure import cpu_seconds, memory_kib

HERE = pathlib.Path(__file__).resolve().parent
CONCORD = os.environ.get("CONCORD", str(HERE.parent / ".build/release/concord"))
PORT = int(os.environ.get("PORT", "18082"))
PASSWORD = "a benchmark password 1"
LEAD = "ines.hartmann@meridian-credit.example"
WORDS = ("access review supplier model training data owner record incident change test release log key backup "
         "risk purpose person label drift bias oversight notice consent retention site network vendor").split()


class Wrong(Exception):
    """An answer, or the set-up, is not what the benchmark needs."""


# The server under test


class Server:
    """One `concord serve` on a folder, asked over one kept connection."""

    def __init__(self, folder):
        self.address = f"http://127.0.0.1:{PORT}"
        self.process = subprocess.Popen(
            [CONCORD, "serve", "--data", str(folder), "--port", str(PORT), "--rate-limit", "0",
             "--address-rate-limit", "0"], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "answers on" in line:
                break
        else:
            raise Wrong("the server did not start")
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
        self.token = None

    def stop(self):
        self.process.terminate()
        self.process.wait()

    @property
    def cpu(self):
        return cpu_seconds(self.process.pid)

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    @property
    def peak_mb(self):
        return memory_kib(self.process.pid)["VmHWM"] / 1024

    def send(self, method, path, body=None, headers=None, status=(200, 201)):
        """The answer's bytes and headers, and the seconds that it took."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        begun = time.perf_counter()
        self.connection.request(method, path, body, sent)
        answer = self.connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - begun
        if answer.status not in status:
            raise Wrong(f"{method} {path}: {answer.status}: {content[:600].decode('utf-8', 'replace')}")
        return content, answer.headers, seconds

    def json(self, method, path, body=None, headers=None):
        sent = {"Content-Type": "application/json", **(headers or {})}
        content, found, _ = self.send(method, path, None if body is None else json.dumps(body), sent)
        return json.loads(content), found

    def sign_in(self, email):
        """Signs in as a person does and makes a token on the settings' page; returns the session's cookie."""
        cookies = {}

        def page(method, path, fields=None):
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            body = None
            if fields is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                headers["Origin"] = self.address
                body = urllib.parse.urlencode(fields)
            content, answer, _ = self.send(method, path, body, headers, status=(200, 303))
            for line in answer.get_all("Set-Cookie") or []:
                name, _, value = line.split(";")[0].partition("=")
                cookies[name] = value
            return content.decode()

        def hidden(text):
            return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text))

        page("POST", "/sign-in", {**hidden(page("GET", "/sign-in")), "email": email, "password": PASSWORD})
        form = hidden(page("GET", "/settings/tokens"))
        made = page("POST", "/settings/tokens", {
            **form, "name": "Benchmark", "rights": "write",
            "expiresAt": time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86_400))})
        found = re.search(r"concord_[A-Za-z0-9_-]{20,}", made)
        if not found:
            raise Wrong("no token on the settings' page: " + re.sub(r"<[^>]+>", " ", made)[-1500:])
        self.token = found.group(0)
        return cookies


@contextlib.contextmanager
def serving(folder):
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


# Figures


def show(name, value, target=""):
    print(f"{name:<74} {value:>24}   {target}", flush=True)


def middle(values, unit="ms", factor=1_000):
    values = sorted(value * factor for value in values)
    return f"{statistics.median(values):.1f} (at most {values[-1]:.1f}) {unit}"


# Libraries


def sentence(draw, words):
    return " ".join(draw.choice(WORDS) for _ in range(words)).capitalize() + "."


def library(name, bytes_wanted=None, items=None, mapped_to=(), words=110):
    """A library in the form of CISO Assistant: sections of 20 requirements, three levels deep, until it is long enough.

    `mapped_to` names frameworks made by this function; each requirement is mapped to one of each, most overlap."""
    draw = random.Random(name)
    base = f"urn:bench:risk:req_node:{name}"
    lines = [
        f"urn: urn:bench:risk:library:{name}", "locale: en", f"ref_id: {name}", f"name: Framework {name}",
        "description: Made for a benchmark.", "copyright: Nobody's.", "version: 1", "provider: Bench",
        "packager: bench", "objects:", "  framework:", f"    urn: urn:bench:risk:framework:{name}",
        f"    ref_id: {name}", f"    name: Framework {name}", "    description: Made for a benchmark.",
        "    requirement_nodes:"]
    size, count = sum(map(len, lines)), 0

    def node(urn, parent, depth, reference, title, text, assessable):
        nonlocal size
        made = [f"    - urn: {base}:{urn}", f"      assessable: {str(assessable).lower()}", f"      depth: {depth}"]
        if parent:
            made.append(f"      parent_urn: {base}:{parent}")
        made += [f"      ref_id: {reference}", f"      name: {title}", f"      description: {text}"]
        size += sum(map(len, made)) + len(made)
        lines.extend(made)

    chapter = 0
    while (items is not None and count < items) or (bytes_wanted is not None and size < bytes_wanted):
        chapter += 1
        node(f"c{chapter}", None, 1, f"C{chapter}", f"Chapter {chapter}", sentence(draw, 8), False)
        for section in (1, 2):
            top = f"c{chapter}.{section}"
            node(top, f"c{chapter}", 2, f"C{chapter}.{section}", f"Section {chapter}.{section}", sentence(draw, 8), False)
            for _ in range(10):
                if items is not None and count == items:
                    break
                count += 1
                node(f"r{count}", top, 3, f"R{count}", f"Requirement {count}", sentence(draw, words), True)
    if mapped_to:
        lines.append("  requirement_mapping_sets:")
        for other in mapped_to:
            lines += [
                f"  - urn: urn:bench:risk:req_mapping_set:{name}-to-{other}", f"    ref_id: {name}-to-{other}",
                f"    name: {name} to {other}", f"    source_framework_urn: urn:bench:risk:framework:{name}",
                f"    target_framework_urn: urn:bench:risk:framework:{other}", "    requirement_mappings:"]
            pairs = set()
            for number in range(1, count + 1):
                for _ in range(2):
                    pairs.add((number, draw.randint(1, count)))
            for source, target in sorted(pairs):
                relation = draw.choices(["equal", "superset", "subset", "intersect"], [2, 3, 3, 12])[0]
                lines += [
                    f"    - source_requirement_urn: {base}:r{source}",
                    f"      target_requirement_urn: urn:bench:risk:req_node:{other}:r{target}",
                    f"      relationship: {relation}", f"      strength_of_relationship: {draw.randint(1, 10)}"]
    return ("\n".join(lines) + "\n").encode(), count


def take_in(server, name, content, apply=True):
    path = f"/api/v1/libraries?name={name}.yaml&limit=1&apply={str(apply).lower()}"
    answer, _, seconds = server.send("POST", path, content, {"Content-Type": "application/yaml"})
    return json.loads(answer), seconds


def libraries(server):
    print("\n== Framework libraries")
    large, count = library("large", bytes_wanted=3_000_000)
    server.forget_peak()
    _, seconds = take_in(server, "large", large, apply=False)
    show(f"what {len(large) / 1e6:.1f} MB with {count:,} requirements would do", f"{seconds:.2f} s")
    answer, seconds = take_in(server, "large", large)
    if answer["counts"]["create"] < count:
        raise Wrong(f"only {answer['counts']['create']} records of {count} requirements")
    show("the same imported, with revisions and leaves", f"{seconds:.2f} s", "under 1 s")
    show("peak memory of the server", f"{server.peak_mb:.0f} MB")

    files = [library(f"many{number}", bytes_wanted=250_000)[0] for number in range(300)]
    server.forget_peak()
    begun = time.perf_counter()
    each = [take_in(server, f"many{number}", content)[1] for number, content in enumerate(files)]
    seconds = time.perf_counter() - begun
    show(f"{len(files)} libraries, {sum(map(len, files)) / 1e6:.0f} MB, imported one by one", f"{seconds:.1f} s", "under 60 s")
    show("the first and the last ten of them", f"{statistics.mean(each[:10]):.3f}, {statistics.mean(each[-10:]):.3f} s")
    show("peak memory of the server", f"{server.peak_mb:.0f} MB", "under 500 MB")


# Adopting and assessing


def adopt(server, name):
    """Takes an imported framework on; returns the adoption's id."""
    query = urllib.parse.urlencode({"q": f"Framework {name}", "limit": 50})
    found, _ = server.json("GET", f"/api/v1/frameworks?{query}")
    frameworks = [item for item in found["items"] if item["name"] == f"Framework {name}"]
    if len(frameworks) != 1:
        raise Wrong(f"{len(frameworks)} frameworks are called {name}")
    made, headers = server.json(
        "POST", "/api/v1/frameworkAdoptions", {"name": f"Framework {name}", "framework": frameworks[0]["id"]})
    server.json("POST", f"/api/v1/frameworkAdoptions/{made['id']}/transitions/adopt", None, {"If-Match": headers["ETag"]})
    return made["id"], frameworks[0]["id"]


def assess(server, title, adoptions):
    made, _ = server.json("POST", "/api/v1/assessments", {"title": title, "scope": adoptions})
    return made["id"]


def answer_row(server, run, row, **given):
    """Answers a row over the versions that it shows; returns the seconds that it took."""
    body = {"versions": row["versions"], **given}
    _, _, seconds = server.send(
        "PUT", f"/api/v1/assessments/{run}/rows/{urllib.parse.quote(row['key'])}", json.dumps(body),
        {"Content-Type": "application/json"})
    return seconds


def load(server, path, headers, seconds=3):
    """CPU of the server for one request, from loads by wrk with one connection."""
    server.send("GET", path, headers=headers)
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    before = server.cpu
    run = subprocess.run(
        ["wrk", "-t1", "-c1", f"-d{seconds}s", *given, server.address + path], capture_output=True, text=True, check=True)
    taken = server.cpu - before
    if "Non-2xx" in run.stdout or "Socket errors" in run.stdout:
        raise Wrong(f"{path}: {run.stdout}")
    requests = int(re.search(r"(\d+) requests in", run.stdout).group(1))
    return taken / requests, requests / seconds


class Browser:
    """Chromium by chromedriver, with as much as this needs of WebDriver."""

    def __init__(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=18083"], stdout=subprocess.DEVNULL)
        time.sleep(1)
        self.connection = http.client.HTTPConnection("127.0.0.1", 18083, timeout=60)
        options = {"binary": shutil.which("chromium"), "args": ["--headless=new", "--no-sandbox", "--window-size=1280,900"]}
        made = self.send("POST", "/session", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.path = f"/session/{made['sessionId']}"

    def send(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body if body is not None else {}) if method == "POST" else None)
        answer = json.loads(self.connection.getresponse().read())["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise Wrong(f"{path}: {answer['message']}")
        return answer

    def go(self, address):
        self.send("POST", self.path + "/url", {"url": address})

    def run(self, script, *arguments):
        return self.send("POST", self.path + "/execute/sync", {"script": script, "args": list(arguments)})

    def stop(self):
        self.send("DELETE", self.path)
        self.driver.terminate()
        self.driver.wait()


def assessment(server):
    print("\n== An assessment with 2,000 rows")
    content, count = library("rows", items=2_000)
    take_in(server, "rows", content)
    adoption, _ = adopt(server, "rows")
    run = assess(server, "Benchmark of rows", [adoption])
    rows = []
    path = f"/api/v1/assessments/{run}/rows"
    answer, _ = server.json("GET", path + "?limit=200")
    rows += answer["rows"]
    starts = []
    while answer.get("next"):
        starts.append(answer["next"])
        answer, _ = server.json("GET", f"{path}?limit=200&from={urllib.parse.quote(answer['next'])}")
        rows += answer["rows"]
    if len(rows) != count:
        raise Wrong(f"{len(rows)} rows, wanted {count}")
    # Half of them answered, so that the rows are not all alike.
    for row in rows[::2]:
        answer_row(server, run, row, result="partlyConform", note="Seen in the benchmark.")
    token = {"Authorization": f"Bearer {server.token}"}
    for name, start in (("first", None), ("fifth", starts[3]), ("last", starts[-1])):
        query = f"?from={urllib.parse.quote(start)}" if start else ""
        part = {**token, "X-Requested-With": "concord"} if start else token
        cpu, rate = load(server, f"/assessments/{run}/rows{query}", part)
        show(f"the {name} window of 200 rows as the script loads it" if start else "the page with its first window",
             f"{cpu * 1_000:.1f} ms CPU, {rate:.0f}/s", "under 20 ms CPU")
    cpu, rate = load(server, f"{path}?limit=200&from={urllib.parse.quote(starts[3])}", token)
    show("a window of 200 rows over the API", f"{cpu * 1_000:.1f} ms CPU, {rate:.0f}/s")

    times = [answer_row(server, run, row, result="conform") for row in rows[1:400:2]]
    show("an answer among them, over the API", middle(times))

    if not (shutil.which("chromedriver") and shutil.which("chromium")):
        return print("no chromium-driver: Chromium is not measured")
    browser = Browser()
    try:
        browser.go(server.address + "/sign-in")
        browser.run(
            "document.querySelector('[name=email]').value = arguments[0];"
            "document.querySelector('[name=password]').value = arguments[1];"
            "document.querySelector('[name=password]').form.requestSubmit();", LEAD, PASSWORD)
        for _ in range(100):
            if "/sign-in" not in browser.run("return location.pathname"):
                break
            time.sleep(0.1)
        timing = {"ready": [], "loaded": []}
        for _ in range(9):
            browser.go(f"{server.address}/assessments/{run}/rows")
            found = browser.run(
                "const n = performance.getEntriesByType('navigation')[0];"
                "return [n.domContentLoadedEventEnd, n.loadEventEnd, document.querySelectorAll('.items > li').length]")
            if found[2] < 200:
                raise Wrong(f"Chromium shows {found[2]} rows")
            timing["ready"].append(found[0] / 1_000)
            timing["loaded"].append(found[1] / 1_000)
        show("Chromium: from the click until keys and buttons work", middle(timing["ready"]), "under 1 s")
        show("Chromium: until all is loaded", middle(timing["loaded"]))
    finally:
        browser.stop()


def projection(server):
    print("\n== Posture and projection over 20 frameworks with 1,000 requirements each")
    names = [f"ring{number}" for number in range(20)]
    for name in names:
        take_in(server, name, library(name, items=1_000, words=12)[0])
    for number, name in enumerate(names):
        # The second version of each brings its mappings, now that the frameworks they lead to are here.
        content, _ = library(name, items=1_000, words=12, mapped_to=(names[(number + 1) % 20], names[(number + 2) % 20]))
        take_in(server, name, content.replace(b"version: 1\n", b"version: 2\n", 1))
    adopted = [adopt(server, name) for name in names]
    run = assess(server, "Benchmark of the projection", [adoption for adoption, _ in adopted[:10]])
    rows, _ = server.json("GET", f"/api/v1/assessments/{run}/rows?limit=200")
    results = ["conform", "partlyConform", "nonconform"]
    posture = f"/api/v1/posture?assessment={run}"
    project = f"/api/v1/frameworks/{adopted[10][1]}/projection?assessment={run}&limit=50"
    _, _, first = server.send("GET", posture)
    show("posture and projections for the first time, everything read", f"{first * 1_000:.0f} ms")
    answers, reads, cpus = [], [], []
    for number, row in enumerate(rows["rows"]):
        before = server.cpu
        answers.append(answer_row(server, run, row, result=results[number % 3]))
        _, _, seconds = server.send("GET", posture)
        reads.append(seconds)
        cpus.append(server.cpu - before)
    show("an answer", middle(answers))
    show("posture and projections read after it", middle(reads))
    show("both, posture and projection after one answer",
         middle([a + b for a, b in zip(answers, reads)]), "under 50 ms")
    show("CPU of both (of ticks of 10 ms, so the mean)", f"{statistics.mean(cpus) * 1_000:.1f} ms")
    cpu, rate = load(server, project, {"Authorization": f"Bearer {server.token}"})
    show("50 projected items with every path", f"{cpu * 1_000:.2f} ms CPU, {rate:.0f}/s")
    made = subprocess.run([CONCORD, "measure-projection"], capture_output=True, text=True, check=True).stdout
    print("The projection alone, without a database (concord measure-projection):\n" + made.rstrip())


def statements(server):
    print("\n== Both Statements of Applicability of the demo")
    for kind, times, target in (
            ("pdf", 5, "under 5 s"), ("xlsx", 9, "under 300 ms"), ("docx", 3, ""), ("csv", 9, ""), ("html", 9, "")):
        taken = []
        for _ in range(times):
            content, _, seconds = server.send("GET", f"/api/v1/statements/both/statement.{kind}")
            taken.append(seconds)
        start = {"pdf": b"%PDF", "xlsx": b"PK", "docx": b"PK"}.get(kind, b"")
        if not content.startswith(start):
            raise Wrong(f"the {kind} begins with {content[:20]!r}")
        show(f"both as {kind.upper()}, {len(content) / 1_000:.0f} KB", middle(taken), target)


PARTS = {part.__name__: part for part in (libraries, assessment, projection, statements)}


def main():
    chosen = sys.argv[1:] or list(PARTS)
    if set(chosen) - set(PARTS):
        sys.exit(f"parts: {', '.join(PARTS)}")
    if not os.access(CONCORD, os.X_OK):
        sys.exit(f"no {CONCORD}; first: swift build -c release --product concord")
    print(f"load before: {' '.join(open('/proc/loadavg').read().split()[:3])}, {os.cpu_count()} cores")
    for name in chosen:
        # Each part on a folder of its own: what one made does not slow down another.
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([CONCORD, "demo", "--data", folder, "--password", PASSWORD], check=True, capture_output=True)
            with serving(folder) as server:
                server.sign_in(LEAD)
                PARTS[name](server)


if __name__ == "__main__":
    try:
        main()
    except Wrong as fault:
        sys.exit(f"assessment.py: {fault}")
