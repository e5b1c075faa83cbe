#!/bin/sh
# Times `concord measure` on two CSV files of one million rows each (ref.csv and cur.csv in FOLDER, 15 numeric and 5
# categorical columns, y_true, y_pred, y_score, sex, race) and prints CPU seconds, wall seconds and the peak of RssAnon.
# usage: measuring.sh CONCORD FOLDER
set -eu
concord=$1
folder=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() {
    name=$1
    shift
    /usr/bin/time -f '%U %S %e' -o "$work/time" "$@" > "$work/out" &
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
    wait "$watched" || true
    awk -v name="$name" -v peak="$peak" \
        '{printf "%-34s cpu %.2f s  wall %.2f s  RssAnon %.0f MB\n", name, $1 + $2, $3, peak / 1024}' "$work/time"
}

drop='--ignore y_true,y_pred,y_score'
model='--label y_true --prediction y_pred --score y_score'
# shellcheck disable=SC2086
{
    run "drift, psi" "$concord" measure drift --reference "$folder/ref.csv" --current "$folder/cur.csv" $drop --measures psi
    run "drift, standard" "$concord" measure drift --reference "$folder/ref.csv" --current "$folder/cur.csv" $drop --measures standard
    run "drift, all" "$concord" measure drift --reference "$folder/ref.csv" --current "$folder/cur.csv" $drop
    run "fairness, sex,race,sex+race" "$concord" measure fairness --data "$folder/cur.csv" $model --protected sex,race,sex+race
    run "estimate, chunks of 5000" "$concord" measure estimate --reference "$folder/ref.csv" --current "$folder/cur.csv" $model --chunk 5000
    run "performance" "$concord" measure performance --data "$folder/cur.csv" $model
    run "calibration" "$concord" measure calibration --data "$folder/cur.csv" $model
    run "baseline" "$concord" measure baseline --reference "$folder/ref.csv" --output "$work/baseline.json" $drop
    run "drift against the baseline" "$concord" measure drift --baseline "$work/baseline.json" --current "$folder/cur.csv" $drop --measures standard
    run "the same as a stream, 64 MB" "$concord" measure drift --baseline "$work/baseline.json" --current "$folder/cur.csv" $drop --measures standard --memory-megabytes 64
    run "help" "$concord" measure --help
}
