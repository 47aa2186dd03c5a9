#!/bin/sh
# bench.sh: what frontdesk does on this machine, in one run, beside what the bare HTTP library does in the same minute,
# and what it does when it only stores each body.
#
# Rounds of a few seconds alternate: the bare handlers, the daemon with few answers, the daemon answering everything,
# each at 64 and at 256 connections. A figure is the median over the rounds; a ratio is taken within a round, so that
# a machine that is slow for a minute slows both sides of it. Then a fresh book takes BENCH_MESSAGES messages, for
# memory and disk. All of it runs on the same cores: load generator, daemon and sandbox take time from each other.
#
# Nothing passes or fails by time; it fails when a message is refused, a reply is missing or an audit does not balance.
# All files lie in a folder of their own under BENCH_DIR and are removed at the end.
#
# BENCH_PARTS names those to run: rounds waiting closes long large matching; without it all of them. A large book is in
# tools/bench/large.sh.
#
#     BENCH_ROUNDS=3 BENCH_SECONDS=4 BENCH_MESSAGES=1000000 BENCH_USERS=50000 BENCH_DIR=/tmp
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
rounds=${BENCH_ROUNDS:-3} seconds=${BENCH_SECONDS:-4} messages=${BENCH_MESSAGES:-1000000} users=${BENCH_USERS:-50000}
work=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/frontdesk-bench.XXXXXX")
campaign=7f3c2a90-5b1e-4c0d-9a67-2f0d8e41b6c3
ticks_per_second=$(getconf CLK_TCK)
parts=${BENCH_PARTS:-rounds waiting closes long large matching}
bare= storing= sandbox= thinker= daemon= other=
export LC_ALL=C

finish() {
    for process in "$bare" "$storing" "$sandbox" "$thinker" "$daemon" "$other"; do
        [ -z "$process" ] || kill "$process" 2>/dev/null || :
    done
    wait 2>/dev/null || :
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

die() {
    echo "bench: $*" >&2
    tail -n 5 "$work"/*.log >&2 || :
    exit 1
}

say() {
    [ ! -t 2 ] || printf '\r\033[K%s' "$*" >&2
}

probe() {
    python3 tools/bench/probe.py "$@" || die "tools/bench/probe.py $1 failed"
}

# Programs ---------------------------------------------------------------------------------------------------------

# wait_for FILE PATTERN: until a line of FILE matches, at most ten seconds.
wait_for() {
    tries=0
    until grep -q "$2" "$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -le 100 ] || die "something does not start, $1 tells why"
        sleep 0.1
    done
}

start_bare() {
    "$build"/frontdesk-bare 0 2 > "$work/bare.log" 2>&1 &
    bare=$!
    wait_for "$work/bare.log" '^127'
    bare_url=http://$(head -n 1 "$work/bare.log")/v1/inbound/whatsapp
    "$build"/frontdesk-bare 0 2 "$work/bare.db" > "$work/storing.log" 2>&1 &
    storing=$!
    wait_for "$work/storing.log" '^127'
    storing_url=http://$(head -n 1 "$work/storing.log")/v1/inbound/whatsapp
}

start_sandbox() {
    "$build"/frontdesk-sandbox --listen 127.0.0.1:0 --api-key "$BRAZE_API_KEY" --campaign $campaign:response \
        --count-only --hour-limit 0 > "$work/sandbox.log" 2>&1 &
    sandbox=$!
    wait_for "$work/sandbox.log" 'listening on'
    sandbox_address=$(sed -n 's/listening on //p' "$work/sandbox.log")
    export BRAZE_REST_URL="http://$sandbox_address"
}

# A model that thinks for five seconds about everything; the rule `oracle` asks it.
start_thinker() {
    "$build"/frontdesk-sandbox --listen 127.0.0.1:0 --ai-delay 5000 --count-only > "$work/thinker.log" 2>&1 &
    thinker=$!
    wait_for "$work/thinker.log" 'listening on'
    awk -v want=backend -v url="http://$(sed -n 's/listening on //p' "$work/thinker.log")/v1" \
        -f tools/bench/business.awk > "$work/rules/200-backend.sql"
}

# start_daemon NAME: with a fresh book.
start_daemon() {
    export FRONTDESK_DB="$work/$1.db"
    socket=$FRONTDESK_DB.sock
    "$build"/frontdeskd 2> "$work/$1.log" &
    daemon=$!
    wait_for "$work/$1.log" 'event=ready'
    url=http://127.0.0.1:$(sed -n 's/.*event=ready.* port=\([0-9]*\).*/\1/p' "$work/$1.log")/v1/inbound/whatsapp
    flow_url=${url%whatsapp}dialogue
}

stop_daemon() {
    kill "$daemon"
    wait "$daemon" || die "frontdeskd ended with $?"
    daemon=
}

# Measuring --------------------------------------------------------------------------------------------------------

# The process's time on the processors so far, in ticks.
ticks_of() {
    awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

# field NAME: a number out of the load generator's JSON.
field() {
    sed -n "s/.*\"$1\":\([0-9.e+-]*\).*/\1/p" "$work/load.json"
}

# load TEXTS URL OPTION…: leaves its totals in load.json. Every answer must be a 202; who got none within five seconds is
# counted as stalled and shown, since then the figure beside it is not to be trusted.
load() {
    texts=$1 target=$2
    shift 2
    while IFS= read -r text; do
        set -- "$@" --text "$text"
    done < "$texts"
    "$build"/frontdesk-load --token "$FRONTDESK_WEBHOOK_TOKENS" --timeout 5000 "$@" "$target" > "$work/load.json" ||
        die "frontdesk-load failed"
    grep -q '"statuses":{"202":[0-9]*}' "$work/load.json" || die "not only 202: $(cat "$work/load.json")"
}

# note WHAT CONNECTIONS VALUE: for the medians.
note() {
    echo "$1 $2 $3" >> "$work/figures"
}

# note_load WHAT CONNECTIONS PROCESS TICKS: what the load generator saw, and the time on the processors per message.
note_load() {
    note "$1_rate" "$2" "$(field acks_per_s)"
    note "$1_p99" "$2" "$(field p99_ms)"
    note "$1_stalled" "$2" "$(field given_up)"
    note "$1_cpu" "$2" "$(awk "BEGIN { print ($(ticks_of "$3") - $4) * 1e6 / $ticks_per_second / $(field acked) }")"
}

note_ratio() {
    note "$1_ratio" "$2" "$(awk "BEGIN { print $(field acks_per_s) / $bare_rate }")"
    note "$1_of_storing" "$2" "$(awk "BEGIN { print $(field acks_per_s) / $storing_rate }")"
}

round_bare() {
    before=$(ticks_of "$bare")
    load "$work/few" "$bare_url" --connections "$1" --seconds "$seconds" --users "$users"
    bare_rate=$(field acks_per_s)
    note_load bare "$1" "$bare" "$before"
}

round_storing() {
    before=$(ticks_of "$storing")
    load "$work/few" "$storing_url" --connections "$1" --seconds "$seconds" --users "$users"
    storing_rate=$(field acks_per_s)
    note_load storing "$1" "$storing" "$before"
    note_ratio storing "$1"
}

note_commits() {
    set -- "$1" "$2" $facts $(probe ask "$socket" /v1/status accepted commits)
    note "$1_commits" "$2" "$(awk "BEGIN { print ($6 - $4) / $(field seconds) }")"
    note "$1_batch" "$2" "$(awk "BEGIN { print ($5 - $3) / ($6 - $4) }")"
}

# The daemon counts what is pending once a second.
wait_until_empty() {
    tries=0
    sleep 1.2
    until [ "$(probe ask "$socket" /v1/status pending)" = 0 ]; do
        tries=$((tries + 1))
        [ $tries -le 300 ] || die "replies are still pending after a minute"
        sleep 0.2
    done
}

round_few() {
    before=$(ticks_of "$daemon") facts=$(probe ask "$socket" /v1/status accepted commits)
    load "$work/few" "$url" --connections "$1" --seconds "$seconds" --users "$users"
    note_commits few "$1"
    wait_until_empty
    note_load few "$1" "$daemon" "$before"
    note_ratio few "$1"
}

# round_answered NAME TEXTS URL CONNECTIONS. The end-to-end time runs from the first message to the moment the sandbox
# has taken the last reply.
round_answered() {
    before=$(ticks_of "$daemon") facts=$(probe ask "$socket" /v1/status accepted commits)
    set -- "$1" "$2" "$3" "$4" $(probe ask "$sandbox_address" /_sandbox/report messages accepted)
    load "$work/$2" "$3" --connections "$4" --seconds "$seconds" --users "$users"
    drained=$(probe until "$sandbox_address" /_sandbox/report messages $(($5 + $(field acked))) 120)
    note_commits "$1" "$4"
    note "$1_replies" "$4" "$(awk "BEGIN { print $(field acked) / ($(field seconds) + $drained) }")"
    calls=$(($(probe ask "$sandbox_address" /_sandbox/report accepted) - $6))
    note "$1_per_call" "$4" "$(awk "BEGIN { print $(field acked) / $calls }")"
    note_load "$1" "$4" "$daemon" "$before"
    note_ratio "$1" "$4"
}

run_rounds() {
    start_daemon speed
    say 'warming up'
    load "$work/few" "$url" --count "$users" --users "$users" # makes everybody known
    load "$work/flow" "$flow_url" --count "$users" --users "$users" # and begins a dialogue with each, on a channel of its own
    round=1
    while [ $round -le "$rounds" ]; do
        for connections in 64 256; do
            say "round $round of $rounds, $connections connections"
            set -- $(probe sync "$work")
            note sync_mean 0 "$1"
            note sync_p99 0 "$2"
            round_bare $connections
            round_storing $connections
            round_few $connections
            round_answered all all "$url" $connections
            said=$(field acks_per_s)
            round_answered flow flow "$flow_url" $connections
            note flow_cost $connections "$(awk "BEGIN { print $said / $(field acks_per_s) }")"
        done
        round=$((round + 1))
    done
    stop_daemon
    check_audit
}

# 500 turns that wait for the model, beside the same load as without them, each round.
run_waiting() {
    start_daemon waiting
    load "$work/few" "$url" --count "$users" --users "$users"
    round=1
    while [ $round -le "$rounds" ]; do
        say "round $round of $rounds, 500 turns waiting"
        load "$work/few" "$url" --connections 64 --seconds "$seconds" --users "$users"
        idle=$(field p99_ms)
        note idle_rate 64 "$(field acks_per_s)"
        note idle_p99 64 "$idle"
        echo 'what does the oracle say?' > "$work/oracle"
        wait_until_empty
        asked=$(probe ask "$socket" /v1/status consults)
        load "$work/oracle" "$url" --count 500 --users 500
        probe until "$socket" /v1/status consults_under_way 500 4 > /dev/null
        load "$work/few" "$url" --connections 64 --seconds "$seconds" --users "$users"
        note waiting_rate 64 "$(field acks_per_s)"
        note waiting_p99 64 "$(field p99_ms)"
        note waiting_ratio 64 "$(awk "BEGIN { print $(field p99_ms) / $idle }")"
        note waiting_memory 0 "$(status_of VmRSS)"
        wait_until_empty
        probe until "$socket" /v1/status consults $((asked + 500)) 1 > /dev/null
        sleep 2
        wait_until_empty
        round=$((round + 1))
    done
    stop_daemon
    check_audit
}

# 10,000 conversations that end at once, beside customers on another channel: 200 messages a second, all answered.
run_closes() {
    awk -v want=close -f tools/bench/business.awk > "$work/rules/300-close.sql"
    start_daemon closes
    say '10,000 conversations end at once'
    load "$work/all" "$url" --count 10000 --users 10000 --connections 64
    wait_until_empty
    for phase in idle closes; do
        if [ $phase = closes ]; then
            echo "INSERT INTO setting (name, value) VALUES ('idle_close', '2 seconds');" > "$work/rules/301-idle.sql"
            "$build"/frontdesk rules load > /dev/null || die "the rules do not load"
        fi
        since=$(date +%s%3N)
        load "$work/all" "$flow_url" --rate 200 --seconds 8 --users 400 --connections 64
        wait_until_empty
        set -- $(probe replies "$FRONTDESK_DB" "$since")
        note ${phase}_replies_p99 0 "$1"
        [ $phase = closes ] || idle=$1
    done
    note closes_ratio 64 "$(awk "BEGIN { print $1 / ($idle > 0 ? $idle : 1) }")"
    set -- $(probe written "$FRONTDESK_DB" 10000 120)
    calls=$(awk "BEGIN { print $2 * 10000 / $3 }")
    note closes_calls 0 "$calls"
    [ "${calls%.*}" -le 150 ] || die "10,000 closes took $calls calls, and 150 are enough"
    stop_daemon
    check_audit
    rm "$work"/rules/30[01]-*.sql
}

check_audit() {
    "$build"/frontdesk audit > "$work/audit" || { cat "$work/audit" >&2; die "the audit does not balance"; }
    rm -f "$FRONTDESK_DB" "$FRONTDESK_DB"-*
}

status_of() {
    awk -v name="$1:" '$1 == name { print $2 * 1024 }' "/proc/$daemon/status"
}

run_long() {
    start_daemon long
    say "$messages messages into a fresh book"
    load "$work/few" "$url" --count "$messages" --users "$users" --connections 64
    note long_rate 0 "$(field acks_per_s)"
    note long_memory 0 "$(status_of VmRSS)"
    note long_peak 0 "$(status_of VmHWM)"
    stop_daemon
    # Without a writer there is no log left, unless something kept it open: then it counts too.
    note long_disk 0 "$(cat "$FRONTDESK_DB" "$FRONTDESK_DB-wal" 2>/dev/null | wc -c)"
    check_audit
}

. tools/bench/large.sh

wants() {
    case " $parts " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# Telling ----------------------------------------------------------------------------------------------------------

describe() {
    echo "frontdesk bench: medians of $rounds rounds of $seconds s each, all programs on this machine"
    echo
    echo "  machine     $(nproc) cores, $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1), Linux $(uname -r)," \
         "load $(cut -d ' ' -f 1 /proc/loadavg) before the run"
    echo "  disk        $(df --output=fstype,source "$work" | tail -n 1 | awk '{ print $1 " on " $2 }')"
    echo "  durability  SQLite WAL, synchronous=FULL: an fdatasync stands between a message and its 202"
    echo "  counted     202 answers that the load generator read; one request at a time per connection"
    echo "  messages    $users customers, 100 distinct texts, 100 rules of words and patterns"
}

print_table() {
    sort -k 1,1 -k 2,2n -k 3,3g "$work/figures" | awk -v messages="$messages" -f tools/bench/table.awk
}

# A true desk that this shell speaks of is no place for a million messages.
for name in $(env | sed -n 's/^\(FRONTDESK_[A-Z_]*\|BRAZE_[A-Z_]*\|CREDENTIALS_DIRECTORY\)=.*/\1/p'); do
    unset "$name"
done
export BRAZE_API_KEY=bench-key-123456 FRONTDESK_WEBHOOK_TOKENS=bench-token-123456
export BENCH_AI_KEY=bench-ai-key-123456
export FRONTDESK_RULES="$work/rules" FRONTDESK_LISTEN=127.0.0.1:0 FRONTDESK_LOG=info
mkdir "$work/rules"
awk -v want=rules -f tools/bench/business.awk > "$work/rules/100-rules.sql"
awk -v want=few -f tools/bench/business.awk > "$work/few"
awk -v want=all -f tools/bench/business.awk > "$work/all"
awk -v want=flow -f tools/bench/business.awk > "$work/flow"
describe
start_bare
start_sandbox
start_thinker
! wants rounds || run_rounds
! wants waiting || run_waiting
! wants closes || run_closes
! wants long || run_long
say ''
[ ! -f "$work/figures" ] || print_table
! wants large || { echo; run_large; }
! wants matching || { echo; "$build"/frontdesk-bench-rules; }
