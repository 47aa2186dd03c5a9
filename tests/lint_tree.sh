#!/bin/sh
# The tree itself keeps the house rules that a machine can check.
cd "$(dirname "$0")/.." || exit 1
echo 1..1
if said=$(sh tools/lint.sh 2>&1); then
    echo "ok 1 - lint"
else
    echo "not ok 1 - lint"
    echo "$said" | sed 's/^/# /'
    exit 1
fi
