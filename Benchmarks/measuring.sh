#!/bin/sh
# Times `concord measure` as whole processes and prints CPU seconds, wall seconds and the peak of RssAnon (mapped pages of
# the files are not counted).
# usage: measuring.sh CONCORD FOLDER [files|widths|stream|monitor|help …]     all of them where none is named
#
#   files    ref.csv and cur.csv of FOLDER: 15 numeric and 5 categorical columns, y_true, y_pred, y_score, sex, race
#   widths   files of 10, 100 and 1,000 numeric columns with WIDE_ROWS rows (20,000), which measuring_data.py makes
#   stream   cur.csv and cur.ndjson of FOLDER (KINDS), REPEATS times (100) through standard input, with a memory
#            of 64 MB against a baseline
#   monitor  the update of a monitor with ten million predictions
#   help     `concord measure --help`
#
# measuring_data.py model FOLDER makes the files. Needs Debian's `time`, and python3 with numpy for the data.
set -eu
concord=$1
folder=$2
shift 2
parts=${*:-files widths stream monitor help}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "$(date -u +%FT%TZ)  $(nproc) cores,$(sed -n 's/^model name[^:]*://p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1 /proc/loadavg)"

# Runs a command, its standard input from the file INPUT of the environment if that is set.
run() {
    name=$1
    shift
    /usr/bin/time -f '%U %S %e' -o "$work/time" "$@" < "${INPUT:-/dev/null}" > "$work/out" &
    watched=$!
    peak=0
    while kill -0 "$watched" 2> /dev/null; do
        child=$(cat "/proc/$watched/task/$watched/children" 2> /dev/null || true)
        for pid in $child; do
            anon=$(awk '/RssAnon/ {print $2}' "/proc/$pid/status" 2> /dev/null || true)
            [ "${anon:-0}" -gt "$peak" ] && peak=$anon
        done
        sleep 0.02
    done
    wait "$watched" || { echo "$name failed" >&2; exit 1; }
    awk -v name="$name" -v peak="$peak" \
        '{printf "%-34s cpu %.2f s  wall %.2f s  RssAnon %.0f MB\n", name, $1 + $2, $3, peak / 1024}' "$work/time"
}

drop='--ignore y_true,y_pred,y_score'
model='--label y_true --prediction y_pred --score y_score'

# shellcheck disable=SC2086
measure_files() {
    run "drift, psi" "$concord" measure drift --reference "$folder/ref.csv" --current "$folder/cur.csv" $drop --measures psi
    run "drift, standard" "$concord" measure drift --reference "$folder/ref.csv" --current "$folder/cur.csv" $drop --measures standard
    run "drift, all" "$concord" measure drift --reference "$folder/ref.csv" --current "$folder/cur.csv" $drop
    run "drift, standard, chunks of 10000" "$concord" measure drift --reference "$folder/ref.csv" --current "$folder/cur.csv" $drop --measures standard --chunk 10000
    run "fairness, sex,race,sex+race" "$concord" measure fairness --data "$folder/cur.csv" $model --protected sex,race,sex+race
    run "estimate, chunks of 5000" "$concord" measure estimate --reference "$folder/ref.csv" --current "$folder/cur.csv" $model --chunk 5000
    run "estimate of losses" "$concord" measure estimate --kind regression --reference "$folder/ref.csv" --current "$folder/cur.csv" --label y_true --prediction y_score --ignore y_pred
    run "performance" "$concord" measure performance --data "$folder/cur.csv" $model
    run "calibration" "$concord" measure calibration --data "$folder/cur.csv" $model
    run "quality" "$concord" measure quality --data "$folder/cur.csv"
    run "baseline" "$concord" measure baseline --reference "$folder/ref.csv" --output "$work/baseline.json" $drop
    run "drift against the baseline" "$concord" measure drift --baseline "$work/baseline.json" --current "$folder/cur.csv" $drop --measures standard
    run "the same as a stream, 64 MB" "$concord" measure drift --baseline "$work/baseline.json" --current "$folder/cur.csv" $drop --measures standard --memory-megabytes 64
    run "performance as a stream" "$concord" measure performance --data "$folder/cur.csv" $model --memory-megabytes 64
    run "the same, chunks of 10000" "$concord" measure performance --data "$folder/cur.csv" $model --memory-megabytes 64 --chunk 10000
    run "fairness as a stream" "$concord" measure fairness --data "$folder/cur.csv" $model --protected sex,race,sex+race --memory-megabytes 64
    run "quality as a stream" "$concord" measure quality --data "$folder/cur.csv" --memory-megabytes 64
}

measure_widths() {
    for count in 10 100 1000; do
        "$here/measuring_data.py" wide "$work/wide" "${WIDE_ROWS:-20000}" "$count"
        for suite in psi standard all; do
            run "$count columns, $suite" "$concord" measure drift --reference "$work/wide/ref.csv" --current "$work/wide/cur.csv" --measures "$suite"
        done
    done
    rm -r "$work/wide"
}

# shellcheck disable=SC2086
measure_stream() {
    repeats=${REPEATS:-100}
    "$concord" measure baseline --reference "$folder/ref.csv" --output "$work/baseline.json" $drop > /dev/null
    for kind in ${KINDS:-csv ndjson}; do
        stream "$kind" "drift" drift --baseline "$work/baseline.json" --current - $drop --measures standard --chunk 1000000
        stream "$kind" "fairness" fairness --data - $model --protected sex,race,sex+race --chunk 1000000
    done
}

# Feeds the current file REPEATS times to `concord measure` with a memory of 64 MB.
stream() {
    kind=$1
    name=$2
    shift 2
    mkfifo "$work/$kind"
    {
        [ "$kind" = csv ] && head -n 1 "$folder/cur.csv"
        for _ in $(seq "$repeats"); do
            if [ "$kind" = csv ]; then tail -n +2 "$folder/cur.csv"; else cat "$folder/cur.ndjson"; fi
        done
    } > "$work/$kind" &
    INPUT="$work/$kind" run "$name, $kind, $repeats times" "$concord" measure "$@" --memory-megabytes 64
    # The rows of the last input.
    sed -n '/"result"/q; s/.*\("rows": [0-9]*\).*/\1/p' "$work/out" | tail -n 1
    wait
    rm "$work/$kind"
}

for part in $parts; do
    case $part in
        files) measure_files ;;
        widths) measure_widths ;;
        stream) measure_stream ;;
        monitor)
            run "monitor" "$concord" measure monitor-benchmark
            cat "$work/out"
            ;;
        help) run "help" "$concord" measure --help ;;
        *)
            echo "there is no part $part" >&2
            exit 2
            ;;
    esac
done
