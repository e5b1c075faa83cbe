#!/usr/bin/env bash
# Measures audit packs on the release build: exporting and verifying 10,000 records with 1 GB of evidence, with time and
# peak memory of each, and inclusion proofs in a ledger of 1,000,000 entries. Prints a table.
#
#   Benchmarks/pack.sh [RECORDS] [EVIDENCE_FILES] [LEAVES]      defaults 10000 25 1000000; a file has 40 MB
#
# Settings by environment: CONCORD (the binary), PORT.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
records=${1:-10000}
files=${2:-25}
leaves=${3:-1000000}
concord=${CONCORD:-$root/.build/release/concord}
port=${PORT:-18081}
[ -x "$concord" ] || { echo "pack.sh: no $concord; first: swift build -c release" >&2; exit 2; }

work=$(mktemp -d)
server=
stop() {
    [ -n "$server" ] || return 0
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
data=$work/data

"$concord" demo --data "$data" --controls "$records" --password "a benchmark password 1" --token >"$work/seed"
token=$(sed -n 's/^token: *//p' "$work/seed")
organisation="Meridian Credit"
serve() {
    : >"$work/server.log"
    "$concord" serve --data "$data" --port "$port" >"$work/server.log" 2>&1 &
    server=$!
    for _ in $(seq 300); do
        grep -q "answers on" "$work/server.log" && return
        sleep 0.1
    done
    cat "$work/server.log" >&2
    exit 1
}

serve
python3 "$here/pack.py" evidence "http://127.0.0.1:$port" "a benchmark password 1" "$files"
stop

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores"
python3 "$here/pack.py" run "concord pack" -- "$concord" pack --data "$data" --organisation "$organisation" \
    --output "$work/pack.zip"
ls -l "$work/pack.zip" | awk '{ print "pack: " $5 " bytes" }'
key=$("$concord" ledger keys --data "$data" | sed -n "s/  $organisation\$//p")
python3 "$here/pack.py" run "concord verify pack" -- "$concord" verify pack "$work/pack.zip" --key "$key"

serve
python3 "$here/pack.py" export "http://127.0.0.1:$port" "a benchmark password 1" "$server" "$work/sent.zip"
stop

python3 "$here/pack.py" leaves "$data/concord.sqlite" "$token" "$leaves"
serve
python3 "$here/pack.py" proofs "http://127.0.0.1:$port" "$token" "$leaves"
