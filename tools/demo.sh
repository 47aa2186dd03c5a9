#!/bin/sh
# Plays a conversation with the sample business on real parts: the sandbox in Braze's place, the daemon, the CLI.
# Everything lives in a temporary folder and ends with this script. On a terminal a chat follows.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}

# Of a true desk that this shell speaks of, nothing may get into the demo, least of all its book.
for name in $(env | sed -n 's/^\(FRONTDESK_[A-Z_]*\|BRAZE_[A-Z_]*\|CREDENTIALS_DIRECTORY\)=.*/\1/p'); do
    unset "$name"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/frontdesk-demo.XXXXXX")
sandbox= daemon=

finish() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || :
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || :
    wait 2>/dev/null || :
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# wait_for FILE PATTERN WHO: until a line of FILE matches, at most ten seconds.
wait_for() {
    tries=0
    until grep -q "$2" "$1" 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 100 ]; then
            echo "demo: $3 does not start; it said:" >&2
            cat "$work"/*.log >&2
            exit 1
        fi
        sleep 0.1
    done
}

token=$(od -An -N18 -tx1 /dev/urandom | tr -d ' \n')
campaigns=$(sed -n "s/.*'\(response\|template\)', *'\([0-9a-f-]\{36\}\)'.*/--campaign \2:\1/p" rules/20-campaigns.sql)

# shellcheck disable=SC2086
"$build"/frontdesk-sandbox --listen 127.0.0.1:0 --api-key demo-key-123456 $campaigns > "$work/sandbox.log" 2>&1 &
sandbox=$!
wait_for "$work/sandbox.log" 'listening on' 'the sandbox'

export FRONTDESK_DB="$work/frontdesk.db" FRONTDESK_RULES="$work/rules" FRONTDESK_WEBHOOK_TOKENS="$token"
export BRAZE_API_KEY=demo-key-123456
address=$(sed -n 's/.*listening on \(.*\)/\1/p' "$work/sandbox.log" | head -n 1)
export BRAZE_REST_URL="http://$address" FRONTDESK_LISTEN=127.0.0.1:0

# The sample's services are at a fixed port; here they are wherever the sandbox has found a free one.
mkdir "$work/rules"
for file in rules/*.sql; do
    sed "s|http://127.0.0.1:8099/|http://$address/|" "$file" > "$work/$file"
done
"$build"/frontdeskd 2> "$work/daemon.log" &
daemon=$!
wait_for "$work/daemon.log" 'event=ready' 'frontdeskd'
FRONTDESK_LISTEN=127.0.0.1:$(sed -n 's/.*event=ready.* port=\([0-9]*\).*/\1/p' "$work/daemon.log")
export FRONTDESK_LISTEN

echo 'The sample business is rules/*.sql. Ana writes on WhatsApp:'
echo
"$build"/frontdesk chat --as ana --script tools/demo.txt
echo
echo 'The same from the book:'
echo
"$build"/frontdesk transcript ana --no-pager
echo
echo 'Nothing got lost on the way:'
echo
"$build"/frontdesk audit --no-pager

if [ -t 0 ] && [ -t 1 ]; then
    echo
    echo 'Now you. (Ctrl-D ends the demo.)'
    "$build"/frontdesk chat --as you || :
fi
