#!/bin/sh
# The house rules that a machine can check. Prints file:line: what is wrong; exit 1 when anything is.
#
#   storeys   an include may only point down (base < text < store < flow backend < rules braze < desk < daemon | ctl)
#   doors     one file, or one room, per library
#   banned    calls that overflow, depend on the locale, or are not thread-safe
#   sql       no statement is formatted together
#   lists     the Makefile names each source, migration and test once
#   size      no line over 130 columns, no file over 600 lines, no function over 100
#
# With arguments it looks at the tree given instead (tests/lint.sh feeds it trees that are wrong).
set -u
root=${1:-$(dirname "$0")/..}
cd "$root" || exit 2
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT

sources() { find src tools -name '*.[ch]' 2>/dev/null | sort; }

# Includes that point up, or sideways into another room of the same storey; daemon and ctl never meet.
check_storeys() {
    sources | xargs grep -Hn '^#include "' | sed -n 's/^\(src\/[^:]*:[0-9]*\):#include "\([^"]*\)".*/\1 \2/p' |
        awk 'BEGIN {
                 split("base 1 text 2 store 3 flow 4 backend 4 rules 5 braze 5 desk 6 daemon 7 ctl 7", words)
                 for (i = 1; i in words; i += 2) storey[words[i]] = words[i + 1]
             }
             {
                 split($1, place, "/"); mine = place[2]
                 split($2, file, "/"); theirs = file[1]
                 if (theirs == mine) next
                 if (!(theirs in storey)) print $1 ": \"" $2 "\" is not written from src/"
                 else if (storey[theirs] >= storey[mine]) print $1 ": " mine " may not include \"" $2 "\": includes point down"
             }'
}

# library header, then the files that may include it (shell patterns)
check_door() {
    header=$1
    shift
    sources | xargs grep -Hn "^#include <$header>" | while IFS=: read -r file line _; do
        for allowed in "$@"; do
            # shellcheck disable=SC2254
            case $file in $allowed) continue 2 ;; esac
        done
        echo "$file:$line: <$header> has another door: $*"
    done
}

check_banned() {
    sources | xargs grep -HnE '\<(strcpy|strcat|sprintf|vsprintf|strtok|gets|localtime|gmtime|ctime|asctime|atoi|atol|atof|rand|srand|system|popen|alloca|setlocale|tmpnam|mktemp)[[:space:]]*\(' |
        grep -vE '^[^:]*:[0-9]*:[[:space:]]*(\*|/\*|//)' | sed 's/^\([^:]*:[0-9]*\):.*/\1: a banned call/'
}

check_sql() {
    grep -HnE '(buf_addf|snprintf)[^;]*"(SELECT|INSERT|UPDATE|DELETE) ' src/store/*.c src/desk/*.c src/daemon/*.c 2>/dev/null |
        sed 's/^\([^:]*:[0-9]*\):.*/\1: SQL is bound, never formatted together/'
}

check_sizes() {
    # Characters, not bytes: continuation bytes do not count.
    sources | LC_ALL=C xargs awk '
        function end_file() { if (count > 600) print source ":1: " count " lines: two nouns in one room?" }
        FNR == 1 { end_file(); source = FILENAME; start = 0 }
        { count = FNR }
        { gsub(/[\200-\277]/, "") }
        length($0) > 130 { print source ":" FNR ": a line of " length($0) " columns" }
        /^{/ { start = FNR }
        /^}/ { if (start && FNR - start > 100) print source ":" start ": a function of " FNR - start " lines"; start = 0 }
        END { end_file() }'
}

# What the Makefile names by hand: each file once, and no name without its file. A folder that is not there is not asked for.
check_lists() {
    [ -f Makefile ] || return 0
    awk '
        /^[A-Z]+ = \\$/ { list = $1; next }
        list != "" && /^  [^ ]/ {
            name = $1
            if (list == "UNIT") name = "tests/unit/test_" name ".c"
            else if (list == "FUZZ") name = "tests/fuzz/fuzz_" name ".c"
            if (seen[name]++) print "Makefile:" FNR ": " name " is named twice"
            else print FNR, name
            next
        }
        { list = "" }' Makefile > "$findings.named"
    grep '^Makefile' "$findings.named"
    grep -v '^Makefile' "$findings.named" | while read -r line name; do
        [ -f "$name" ] || echo "Makefile:$line: there is no $name"
    done
    for file in src/*/*.c schema/*.sql tests/unit/test_*.c tests/fuzz/fuzz_*.c tests/system/[0-9]*.py; do
        case $file in *'*'* | src/*/main.c) continue ;; esac
        grep -q " $file\$" "$findings.named" || echo "$file:1: the Makefile does not name it"
    done
    rm -f "$findings.named"
}

{
    check_storeys
    check_door sqlite3.h 'src/store/*'
    check_door curl/curl.h src/daemon/fetch.c src/ctl/client.c
    check_door microhttpd.h src/daemon/http.c tools/bare.c
    check_door cJSON.h src/base/json.c
    check_door cjson/cJSON.h src/base/json.c
    check_door pcre2.h src/text/pattern.c
    check_door utf8proc.h 'src/text/*'
    check_door cmark-gfm.h 'src/text/*'
    check_door cmark-gfm-core-extensions.h 'src/text/*'
    check_banned
    check_sql
    check_sizes
    check_lists
} > "$findings"

if [ -s "$findings" ]; then
    cat "$findings"
    exit 1
fi
echo "lint: $(sources | wc -l) files, nothing to say"
