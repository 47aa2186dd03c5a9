#!/bin/sh
# Everything that `make check` runs, section by section; the last line sums them up.
#
#   plain        some unit tests, lint, all system tests of the programs as they are shipped
#   sanitizers   under AddressSanitizer and UBSan all unit tests, and the system tests that read hostile bytes; under
#                ThreadSanitizer the threaded unit tests and two system tests; each fuzzer for a few seconds
#
# Most of the plain tests wait most of the time: the sanitized programs are built out of that, at the lowest priority.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/sections.sh

# What was freed is watched for the next 16 MB: with 256, half of the time goes into fresh pages. make torture has them.
export ASAN_OPTIONS=detect_stack_use_after_return=1:abort_on_error=1:quarantine_size_mb=16
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:abort_on_error=1

building=$(mktemp)
nice -n 19 make --no-print-directory "-j$JOBS" check-san >"$building" 2>&1 &
builder=$!
trap 'kill "$builder" 2>/dev/null; rm -f "$building"' EXIT
trap 'exit 1' INT TERM

# shellcheck disable=SC2086
section plain env BUILD=build sh tests/run.sh $PLAIN_PROGRAMS
if wait "$builder"; then
    # shellcheck disable=SC2086
    section sanitizers env SANITIZED=1 RACES=200 sh tests/run.sh $SANITIZED_PROGRAMS tests/fuzz/short.sh
else
    cat "$building"
    echo "not ok - the sanitized programs were not built"
    failed=$((failed + 1))
fi

sum_up
