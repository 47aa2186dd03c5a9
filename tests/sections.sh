# shellcheck shell=sh
# sections.sh, read by check.sh and torture.sh: parts of a run, each ending with run.sh's closing line, and their sum.
passed=0 failed=0 skipped=0

# section NAME COMMAND…: runs it and adds up its closing line.
section() {
    name=$1
    shift
    echo "== $name"
    log=$(mktemp)
    { "$@" 2>&1; echo "exit $?"; } | tee "$log" | grep --line-buffered -vE '^[0-9]+ passed, [0-9]+ failed|^exit [0-9]+$'
    status=$(sed -n '$s/^exit //p' "$log")
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

# The last line, and whether all is well.
sum_up() {
    echo
    if [ "$skipped" -gt 0 ]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
