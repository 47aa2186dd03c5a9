#!/bin/sh
# run.sh PROGRAM…: runs test programs, at most AT_ONCE (5, most of them wait) at a time, and counts their TAP lines.
#
# A program is a unit test (cmocka) or a system test (tests/system/*.py), behind the build it tests where that is not BUILD
# (build/tsan:tests/system/02_ingress.py); each gets TEST_TIMEOUT seconds (900). A program that dies, hangs, or reports
# fewer tests than it planned counts as one failed test more, and so does a run in which nothing was tested. What a failing
# program printed is shown. With TIMES=1 each line tells the processor's seconds as well, user and system: those of a program
# and of what it has waited for. The last line is "N passed, N failed", with ", N skipped" behind it where tests could not run;
# exit 1 when anything failed.

set -u

if [ "${1:-}" = --one ]; then
    # Runs one program: its output to FOLDER/NAME.tap, its exit status to FOLDER/NAME.exit.
    folder=$2 program=$3
    name=$(printf '%s' "$program" | tr /: __)
    began=$(date +%s)
    case $program in *:*) export BUILD="${program%%:*}" ;; esac
    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "${TEST_TIMEOUT:-900}" "${program#*:}" >"$folder/$name.tap" 2>&1 </dev/null
    echo $? >"$folder/$name.exit"
    worked=
    [ -z "${TIMES:-}" ] || { times >"$folder/$name.times" && worked=", processor $(sed -n 2p "$folder/$name.times")"; }
    echo "  TEST  $program ($(($(date +%s) - began)) s$worked)"
    exit 0
fi

count() { # PATTERN FILE: how many lines match
    grep -cE "$1" "$2" || true
}

planned() { # FILE: the sum of its plan lines
    sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$1" | awk '{ sum += $1 } END { print sum + 0 }'
}

folder=$(mktemp -d "${TMPDIR:-/tmp}/frontdesk-run-XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM

[ $# -eq 0 ] || printf '%s\n' "$@" | xargs -d '\n' -n 1 -P "${AT_ONCE:-5}" "$0" --one "$folder"

skip='^(not )?ok [0-9]+.*# SKIP' # cmocka says "not ok" of a skipped test
passed=0 failed=0 skipped=0
for program in "$@"; do
    name=$(printf '%s' "$program" | tr /: __)
    tap=$folder/$name.tap
    if [ ! -f "$tap" ]; then
        echo "not ok - $program was not run"
        failed=$((failed + 1))
        continue
    fi
    status=$(cat "$folder/$name.exit" 2>/dev/null || echo none)
    skips=$(count "$skip" "$tap")
    oks=$(($(count '^ok ' "$tap") - $(count '^ok .*# SKIP' "$tap")))
    fails=$(($(count '^not ok ' "$tap") - $(count '^not ok .*# SKIP' "$tap")))
    plan=$(planned "$tap")
    why=
    if [ "$status" = 124 ] || [ "$status" = 137 ]; then
        why="did not end in time"
    elif [ "$plan" -eq 0 ] || [ "$plan" -ne $((oks + skips + fails)) ]; then
        why="planned $plan tests and reported $((oks + skips + fails)), exit status $status"
    elif [ "$status" != 0 ] && [ "$fails" -eq 0 ]; then
        why="ended with status $status although no test failed"
    fi
    [ -z "$why" ] || fails=$((fails + 1))
    if [ "$fails" -gt 0 ]; then
        echo "--- $program"
        cat "$tap"
        [ -z "$why" ] || echo "not ok - $program $why"
    elif [ "$skips" -gt 0 ]; then
        grep -E "$skip" "$tap" | sed "s|^|  SKIP  $program: |"
    fi
    passed=$((passed + oks)) failed=$((failed + fails)) skipped=$((skipped + skips))
done

if [ $((passed + failed)) -eq 0 ]; then
    echo "not ok - nothing was tested"
    failed=1
fi
tail=
[ "$skipped" -eq 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ "$failed" -eq 0 ]
