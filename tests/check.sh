#!/bin/sh
# Everything that `make check` runs, section by section; the last line sums them up.
#
#   plain      some unit tests, lint, all system tests of the programs as they are shipped
#   asan       all unit tests, and the system tests that read hostile bytes, under AddressSanitizer and UBSan
#   tsan       the threaded unit tests and two system tests under ThreadSanitizer
#   fuzz       each fuzzer for a few seconds
set -u
cd "$(dirname "$0")/.."
passed=0 failed=0 skipped=0

# section NAME COMMAND…: runs it and adds up its closing line.
section() {
    name=$1
    shift
    echo "== $name"
    log=$(mktemp)
    "$@" >"$log" 2>&1
    status=$?
    grep -vE '^[0-9]+ passed, [0-9]+ failed' "$log"
    sums=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 | tr -cd '0-9 ' )
    rm -f "$log"
    # shellcheck disable=SC2086
    set -- $sums
    if [ $# -lt 2 ]; then
        echo "not ok - section $name said nothing that counts (exit $status)"
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + ${3:-0}))
    [ "$status" -eq 0 ] || [ "$2" -gt 0 ] || failed=$((failed + 1))
}

export ASAN_OPTIONS=detect_stack_use_after_return=1:abort_on_error=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:abort_on_error=1

# shellcheck disable=SC2086
{
    section plain env BUILD=build sh tests/run.sh $LINT_TESTS $UNIT_PLAIN $SYSTEM
    section asan env BUILD=build/asan SANITIZED=1 RACES=200 sh tests/run.sh $SYSTEM_ASAN $UNIT_ASAN
    section tsan env BUILD=build/tsan SANITIZED=1 RACES=200 sh tests/run.sh $SYSTEM_TSAN $UNIT_TSAN
    section fuzz sh tests/run.sh tests/fuzz/short.sh
}

echo
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
