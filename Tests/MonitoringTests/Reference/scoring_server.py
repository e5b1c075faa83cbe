#!/usr/bin/env python3
"""A model behind HTTP for ScoringEndpointTests: right, slow, broken or lying, by the path that is asked.

Listens on a free port of this machine, prints it, and ends when its standard input is closed. The model is
1 / (1 + exp(-(a - 2 b + (sex == "F")))) over features named a, b and sex, as far as they are sent.
"""
import json, math, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

counts = {}
lock = threading.Lock()


def counted(path):
    with lock:
        counts[path] = counts.get(path, 0) + 1
        return counts[path]


def score(names, row):
    values = dict(zip(names, row))
    z = (values.get("a") or 0) - 2 * (values.get("b") or 0) + (1 if values.get("sex") == "F" else 0)
    return 1 / (1 + math.exp(-z))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, body, status=200, headers=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/counts":
            with lock:
                return self.answer(dict(counts))
        return self.answer({"scores": [0.5]})

    def do_POST(self):
        path = self.path.split("?")[0]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        turn = counted(path)
        if path.startswith("/kserve"):
            rows = body["instances"]
            return self.answer({"predictions": [score(["a", "b", "sex"], row) for row in rows]})
        if path.startswith("/mlflow"):
            split = body["dataframe_split"]
            return self.answer({"predictions": [score(split["columns"], row) for row in split["data"]]})
        names, rows = body["features"], body["rows"]
        right = [score(names, row) for row in rows]
        n = len(rows)
        if path == "/good":
            return self.answer({"scores": right, "model": "v1"})
        if path == "/largest-batch":
            return self.answer({"scores": [float(n)] * n})
        if path == "/token":
            if self.headers.get("Authorization") != "Bearer secret":
                return self.answer({}, 401)
            return self.answer({"scores": right})
        if path.startswith("/twice-500"):
            return self.answer({"scores": right}) if turn > 2 else self.answer(b"oops", 500)
        if path == "/once-429":
            if turn > 1:
                return self.answer({"scores": right})
            return self.answer(b"", 429, [("Retry-After", "0.3")])
        if path == "/once-broken-off":
            if turn > 1:
                return self.answer({"scores": right})
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"{\"scores\"")
            self.close_connection = True
            return
        if path == "/500":
            return self.answer(b"oops", 500)
        if path == "/400":
            return self.answer({"detail": "no"}, 400)
        if path == "/204":
            return self.answer(b"", 204)
        if path == "/slow":
            time.sleep(3)
            return self.answer({"scores": right})
        if path == "/dripping":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            for _ in range(60):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
            return
        if path == "/redirect":
            return self.answer(b"", 307, [("Location", "http://elsewhere.invalid/good")])
        texts = {
            "/garbage": b"\x00\xff<html>", "/empty": b"", "/nan": b'{"scores": [NaN]}', "/list": b"[0.5]",
            "/infinity": b'{"scores": [1e999]}', "/null": b'{"scores": [null]}', "/text": b'{"scores": ["0.5"]}',
            "/truth": b'{"scores": [true]}', "/nested": b'{"scores": [[0.5]]}', "/number": b'{"scores": 0.5}',
            "/other": b'{"predictions": [0.5]}', "/many": b'{"scores": [0.5, 0.5]}', "/few": b'{"scores": []}',
            "/huge": b'{"scores": [0.5], "x": "' + b"x" * 200_000 + b'"}',
        }
        if path in texts:
            return self.answer(texts[path])
        self.answer({}, 404)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
