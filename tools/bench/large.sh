# large.sh: the part of bench.sh with a large book (which reads this file): how long it takes to start on it and to read it, and
# what the road does on it, beside the same road with an empty book in the same minute.
#
# The book is made by frontdesk-generate, in the folder of the run, and goes with it; BENCH_BOOK=FILE takes a copy of one that
# was made before. On either book the same customers write: on the large one they are old ones, from all over it. Both daemons
# run all the time, and rounds alternate, so that a ratio is taken within a minute. Where there is no room for the book on the
# disk, this part says so and does nothing.
#
#     BENCH_LARGE=10000000 BENCH_LARGE_USERS=200000

large=${BENCH_LARGE:-10000000} large_users=${BENCH_LARGE_USERS:-200000}
bytes_of_message=1100 # with what the rounds add, the log and the index of search

has_room() {
    [ "$(($(df --output=avail -B1 "$work" | tail -n 1) / 2))" -gt $((large * bytes_of_message)) ]
}

# large_line WHAT VALUE UNIT [GOAL]
large_line() {
    printf '  %-42s%12s %-6s%s\n' "$1" "$2" "$3" "${4:+ goal: $4}"
}

make_book() {
    if [ -n "${BENCH_BOOK:-}" ]; then
        say "copying $BENCH_BOOK"
        cp "$BENCH_BOOK" "$work/large.db"
        return
    fi
    say "making a book of $large messages"
    "$build"/frontdesk-generate --db "$work/large.db" --messages "$large" --rules rules > "$work/made.json" 2> "$work/made.log" ||
        die "frontdesk-generate: $(cat "$work/made.log")"
}

# start_on NAME: a daemon on that book; its process in `daemon`, how long it took until it could take messages in start_ms.
start_on() {
    export FRONTDESK_DB="$work/$1.db"
    socket=$FRONTDESK_DB.sock
    set -- "$1" "$(date +%s%3N)"
    "$build"/frontdeskd 2> "$work/$1.log" &
    daemon=$!
    wait_for "$work/$1.log" 'event=ready'
    start_ms=$(($(date -d "$(sed -n 's/^ts=\([^ ]*\) .*event=ready.*/\1/p' "$work/$1.log" | head -n 1)" +%s%3N) - $2))
    url=http://127.0.0.1:$(sed -n 's/.*event=ready.* port=\([0-9]*\).*/\1/p' "$work/$1.log")/v1/inbound/whatsapp
}

# cli_ms COUNT WORD…: the median of so many runs of the command.
cli_ms() {
    probe time "$@"
}

read_large() {
    large_line 'a command that reads nothing' "$(cli_ms 9 "$build/frontdesk" --version)" ms
    large_line 'transcript, from all over the book' "$(probe transcripts "$FRONTDESK_DB" "$build/frontdesk" 40)" ms '20 ms'
    if "$build"/frontdesk search --help > /dev/null 2>&1; then
        say 'filling the index of search'
        large_line 'the index of search is full after' "$(probe indexed "$FRONTDESK_DB" 3600)" s
        large_line 'search of two words, both frequent' "$(cli_ms 9 "$build/frontdesk" search bread coffee)" ms '100 ms'
        large_line 'search of two words, one rare' "$(cli_ms 9 "$build/frontdesk" search bread lanker)" ms '100 ms'
        large_line 'search of two Korean syllables' "$(cli_ms 9 "$build/frontdesk" search 환불)" ms '100 ms'
    else
        echo '  search: this build has no such command'
    fi
    large_line 'stats --since 30d' "$(cli_ms 5 "$build/frontdesk" stats --since 30d --json)" ms '2,000 ms'
    large_line '  messages that it counted' "$("$build"/frontdesk stats --since 30d --json | grep -o '"\(heard\|said\)":[0-9]*' |
        awk -F : 'NR <= 2 { sum += $2 } END { print sum }')" ''
}

# load_round NAME URL PROCESS: leaves rate, p99 and the processor's time per message in NAME_rate …
load_round() {
    before=$(ticks_of "$3")
    load "$work/few" "$2" --connections 64 --seconds "$seconds" --users "$large_users" --user guest-00
    eval "$1_rate=$(field acks_per_s) $1_p99=$(field p99_ms)"
    eval "$1_cpu=$(awk "BEGIN { print ($(ticks_of "$3") - $before) * 1e6 / $ticks_per_second / $(field acked) }")"
}

# The same load on either in turn; the first of a round changes.
race_books() {
    for target in "$large_url" "$empty_url"; do
        load "$work/few" "$target" --count "$large_users" --users "$large_users" --user guest-00 # everybody has a conversation
    done
    round=1
    while [ $round -le $((rounds * 2)) ]; do
        say "round $round of $((rounds * 2)), a large and an empty book"
        if [ $((round % 2)) = 1 ]; then
            load_round large "$large_url" "$large_daemon"
            load_round empty "$empty_url" "$daemon"
        else
            load_round empty "$empty_url" "$daemon"
            load_round large "$large_url" "$large_daemon"
        fi
        echo "$large_rate $empty_rate $large_p99 $(awk "BEGIN { print $large_rate / $empty_rate, $large_cpu, $empty_cpu }")" >> "$work/race"
        round=$((round + 1))
    done
}

# of_race COLUMN: the median.
of_race() {
    sort -n -k "$1,$1" "$work/race" | awk -v column="$1" '{ at[NR] = $column }
        END { print NR % 2 ? at[(NR + 1) / 2] : (at[NR / 2] + at[NR / 2 + 1]) / 2 }'
}

run_large() {
    if ! has_room; then
        echo "a book of $large messages: left out; $work has no room for twice $((large * bytes_of_message / 1000000000)) GB"
        return
    fi
    make_book
    size=$(wc -c < "$work/large.db")
    echo "a book of $large messages"
    large_line 'size of the file' "$((size / 1000000))" MB
    large_line '  for a message' "$((size / large))" bytes
    start_on large
    large_daemon=$daemon large_url=$url
    large_line 'start, until messages are taken' "$start_ms" ms '1,000 ms'
    read_large
    other=$daemon
    start_on empty
    empty_url=$url
    race_books
    large_line 'acks per second, large book' "$(of_race 1)" ''
    large_line 'acks per second, empty book' "$(of_race 2)" ''
    large_line '  large of empty, in the same round' "$(of_race 4)" '' 0.9
    large_line '  99th percentile of an ack, large book' "$(of_race 3)" ms
    large_line 'processor per message, large book' "$(of_race 5)" us
    large_line 'processor per message, empty book' "$(of_race 6)" us
    large_line 'memory of the daemon, large book' "$(awk '$1 == "VmRSS:" { printf "%.0f", $2 / 1024 }' "/proc/$large_daemon/status")" MB
    large_line 'memory of the daemon, empty book' "$(awk '$1 == "VmRSS:" { printf "%.0f", $2 / 1024 }' "/proc/$daemon/status")" MB
    stop_daemon
    check_audit
    daemon=$large_daemon other=
    stop_daemon
    rm -f "$work"/large.db*
}
