#!/bin/sh
# All fuzzers for FUZZ_SECONDS (3) each.
cd "$(dirname "$0")/../.." || exit 1
exec sh tests/fuzz/run.sh "${FUZZ_SECONDS:-3}" build/fuzz/fuzz/*
