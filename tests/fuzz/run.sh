#!/bin/sh
# run.sh SECONDS SEED PROGRAM…: lets each fuzzer look for that long, two at a time, and reports in TAP. A finding is
# printed with its input (base64), so that it can be turned into a test. With one seed the inputs come in one order on
# every machine; seed 0 draws one, and tells it.
set -u
seconds=$1 seed=$2
shift 2
work=$(mktemp -d "${TMPDIR:-/tmp}/frontdesk-fuzz.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

echo "1..$#"
[ "$seed" != 0 ] || { seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') && echo "# FUZZ_SEED=$seed"; }
printf '%s\n' "$@" | xargs -d '\n' -n 1 -P 2 sh -c '
    name=$(basename "$4")
    mkdir -p "$1/$name/corpus"
    "$4" -max_total_time="$2" -seed="$3" -rss_limit_mb=2500 -timeout=20 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="$1/$name/" "$1/$name/corpus" >"$1/$name.log" 2>&1
    echo $? >"$1/$name.exit"' sh "$work" "$seconds" "$seed"

n=0 failed=0
for program in "$@"; do
    name=$(basename "$program")
    n=$((n + 1))
    if [ "$(cat "$work/$name.exit" 2>/dev/null)" = 0 ]; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")
        echo "ok $n - $name: $runs inputs in $seconds s"
    else
        echo "not ok $n - $name"
        tail -n 40 "$work/$name.log" | sed 's/^/# /'
        for input in "$work/$name"/crash-* "$work/$name"/timeout-* "$work/$name"/oom-* "$work/$name"/leak-*; do
            [ -f "$input" ] && { echo "# $(basename "$input"):"; base64 "$input" | sed 's/^/# /'; }
        done
        failed=1
    fi
done
exit $failed
