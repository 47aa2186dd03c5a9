#!/bin/sh
# All fuzzers for FUZZ_SECONDS (3) each, from FUZZ_SEED (1) on: what a check finds, it finds again.
cd "$(dirname "$0")/../.." || exit 1
exec sh tests/fuzz/run.sh "${FUZZ_SECONDS:-3}" "${FUZZ_SEED:-1}" "${FUZZERS:-build/fuzz/fuzz}"/*
