#!/bin/sh
# Everything that `make torture` runs, or the PARTs that are named; the last line sums them up.
#
#   kills   kill -9 at every write, sync and send of the road, for at most SWEEP_SECONDS a sweep
#   races   RACES races of a person against the bot; a draft over REPLAYED recorded messages
#   plain   the other system tests
#   asan    all tests under AddressSanitizer and UBSan, with all that these can look for
#   tsan    the threaded unit tests and the system tests of the daemon under ThreadSanitizer
#   fuzz    each fuzzer for FUZZ_SECONDS, from a seed that is drawn, and told
#
# A part that fails or cannot be built does not keep the next from running.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/sections.sh

export TEST_TIMEOUT="${TEST_TIMEOUT:-20000}"
export ASAN_OPTIONS=detect_stack_use_after_return=1:abort_on_error=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:abort_on_error=1

# built TARGET: builds what a part needs; a failure counts as one failed test.
built() {
    make --no-print-directory "-j$JOBS" "$1" && return 0
    echo "not ok - make $1"
    failed=$((failed + 1))
    return 1
}

# under BUILD PROGRAM…: what a sanitizer slows down: as many at once as there are processors, with patience, and the usual counts.
under() {
    build=$1
    shift
    env SANITIZED=1 RACES=200 REPLAYED=2000 PATIENCE="${PATIENCE:-5}" AT_ONCE="$JOBS" BUILD="$build" sh tests/run.sh "$@"
}

for part in "$@"; do
    # shellcheck disable=SC2086
    case $part in
    kills) section kills env TORTURE=1 BUILD=build AT_ONCE="$JOBS" sh tests/run.sh $KILLS_PROGRAMS ;;
    races) section races env BUILD=build AT_ONCE=1 sh tests/run.sh $RACES_PROGRAMS ;;
    plain) section plain env BUILD=build sh tests/run.sh $PLAIN_PROGRAMS ;;
    asan) built torture-asan && section asan under build/asan-full $ASAN_PROGRAMS ;;
    tsan) built torture-tsan && section tsan under build/tsan $TSAN_PROGRAMS ;;
    fuzz) built torture-fuzz && section fuzz env FUZZERS=build/fuzz-full/fuzz FUZZ_SEED=0 sh tests/run.sh tests/fuzz/short.sh ;;
    *) section "$part" false ;;
    esac
done

sum_up
