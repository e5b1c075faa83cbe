#!/usr/bin/env bash
# Seeds a database, measures the release build of Concord on it, and writes Benchmarks/results/DATE-COMMIT.{txt,jsonl}.
#
#   Benchmarks/run.sh DATE [CONTROLS]        DATE is the day of the run, CONTROLS defaults to 100000
#
# Settings by environment: PORT, SECONDS_EACH (of each load), STARTS, CONNECTIONS, SYNC_DELAY_US, CONCORD (the binary),
# SEED_ARGUMENTS (added to `concord demo`), DATA (a seeded folder to use again; CONCORD_TOKEN must be set then).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
date=${1:?usage: run.sh DATE [CONTROLS]}
controls=${2:-100000}
concord=${CONCORD:-$root/.build/release/concord}
port=${PORT:-18080}
url=http://127.0.0.1:$port
seconds=${SECONDS_EACH:-8}
connections=${CONNECTIONS:-1,8,32,64}
delay=${SYNC_DELAY_US:-5000}

for program in wrk cc python3; do
    command -v $program >/dev/null && continue
    echo "run.sh: $program is missing; on Debian: apt-get install wrk gcc python3" >&2
    exit 2
done
[ -x "$concord" ] || { echo "run.sh: no $concord; first: swift build -c release" >&2; exit 2; }

commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo uncommitted)
[ -z "$(git -C "$root" status --porcelain -- . ':!Benchmarks/results' 2>/dev/null)" ] || commit=$commit-changed
build="$commit, release, $(swift --version 2>/dev/null | sed -n 's/.*\(Swift version [0-9.]*\).*/\1/p' | head -1)"
mkdir -p "$here/results"
results=$here/results/$date-$commit
: >"$results.jsonl"
: >"$results.txt"

work=$(mktemp -d)
server=
stop() {
    [ -n "$server" ] || return 0
    kill -TERM "$server" 2>/dev/null || true
    for _ in $(seq 100); do
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Seeds the data folder. `concord demo` prints a line "token: …" for the benchmark's user.
seed() {
    if [ -n "${DATA:-}" ]; then
        data=$DATA
        return
    fi
    data=$work/data
    # shellcheck disable=SC2086
    "$concord" demo --data "$data" --scale "$controls" --token ${SEED_ARGUMENTS:-} | tee "$work/seed"
    CONCORD_TOKEN=$(sed -n 's/^[Tt]oken: *//p' "$work/seed" | tail -1)
}

# Starts the server, with the environment given as arguments, and waits until it answers.
start() {
    # env replaces itself, so that the process id is the server's.
    env "$@" "$concord" serve --data "$data" --port "$port" >"$work/server.log" 2>&1 &
    server=$!
    ready=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["ready"])' "$here/foundation.json")
    for _ in $(seq 300); do
        kill -0 "$server" 2>/dev/null || break
        python3 - "$url$ready" 2>/dev/null <<'PROBE' && return
import sys, urllib.request
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=1)
PROBE
        sleep 0.1
    done
    echo "run.sh: the server did not become ready:" >&2
    tail -20 "$work/server.log" >&2
    exit 1
}

measure() {
    local what=$1
    shift
    python3 "$here/measure.py" "$what" --url "$url" --date "$date" --build "$build" --rows "$controls" \
        --seconds "$seconds" --connections "$connections" --output "$results.jsonl" "$@" | tee -a "$results.txt"
}

seed
if [ -z "${CONCORD_TOKEN:-}" ]; then
    echo "run.sh: no token: neither printed by concord demo nor in CONCORD_TOKEN" >&2
    exit 1
fi
export CONCORD_TOKEN

measure start --starts "${STARTS:-10}" -- "$concord" serve --data "$data" --port "$port"

start
measure memory --pid "$server" --label "idle, after start"
measure reads --pid "$server"
measure keyset --pid "$server"
measure memory --pid "$server" --label "after the reads"
stop

# The whole database against its ledgers, while nobody uses it.
measure verify -- "$concord" ledger verify --data "$data"

# Creates come last, because they add rows: first on the disk as it is, syncs counted only, then on a slow one.
shim=$work/slowsync.so
cc -shared -fPIC -O2 -o "$shim" "$root/Tests/Shims/slowsync.c" -ldl
for us in 0 "$delay"; do
    start LD_PRELOAD="$shim" CONCORD_SYNC_DELAY_US="$us" CONCORD_SYNC_COUNT_FILE="$work/syncs-$us"
    measure creates --pid "$server" --sync-count "$work/syncs-$us" --label "each sync delayed by $us us"
    stop
done
echo "written: $results.txt and $results.jsonl"
