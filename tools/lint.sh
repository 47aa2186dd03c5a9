#!/bin/sh
# The house rules that a machine can check. Prints file:line: what is wrong; exit 1 when anything is.
#
#   storeys   an include may only point down (base < text < store < rules flow backend braze < desk < daemon | ctl)
#   doors     one file, or one room, per library
#   banned    calls that overflow, depend on the locale, or are not thread-safe
#   sql       no statement is formatted together
#   size      no line over 130 columns, no file over 600 lines, no function over 100
#
# With arguments it looks at the tree given instead (tests/lint.sh feeds it trees that are wrong).
set -u
root=${1:-$(dirname "$0")/..}
cd "$root" || exit 2
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT

sources() { find src tools -name '*.[ch]' 2>/dev/null | sort; }

storey() {
    case $1 in
    base) echo 1 ;; text) echo 2 ;; store) echo 3 ;; rules | flow | backend | braze) echo 4 ;; desk) echo 5 ;;
    daemon | ctl) echo 6 ;; *) echo 0 ;;
    esac
}

# Includes that point up, or sideways into another room of the same storey; daemon and ctl never meet.
check_storeys() {
    for room in base text store rules flow backend braze desk daemon ctl; do
        [ -d "src/$room" ] || continue
        mine=$(storey $room)
        grep -n '^#include "' src/$room/*.[ch] 2>/dev/null | sed -n 's/^\([^:]*:[0-9]*\):#include "\([^"]*\)".*/\1 \2/p' |
            while read -r where file; do
                other=${file%%/*}
                [ "$other" = "$room" ] && continue
                theirs=$(storey "$other")
                if [ "$theirs" -eq 0 ]; then
                    echo "$where: \"$file\" is not written from src/"
                elif [ "$theirs" -ge "$mine" ]; then
                    echo "$where: $room may not include \"$file\": includes point down"
                fi
            done
    done
}

# library header, then the files that may include it (a shell pattern)
check_door() {
    header=$1
    shift
    sources | while read -r file; do
        for allowed in "$@"; do
            # shellcheck disable=SC2254
            case $file in $allowed) continue 2 ;; esac
        done
        grep -n "^#include <$header>" "$file" | sed "s|^\([0-9]*\):.*|$file:\1: <$header> has another door: $*|"
    done
}

check_banned() {
    sources | xargs grep -nwE '(strcpy|strcat|sprintf|vsprintf|strtok|gets|localtime|gmtime|ctime|asctime|atoi|atol|atof|rand|srand|system|popen|alloca|setlocale|tmpnam|mktemp)[[:space:]]*\(' |
        grep -vE '^[^:]*:[0-9]*:[[:space:]]*(\*|/\*|//)' | sed 's/^\([^:]*:[0-9]*\):.*/\1: a banned call/'
}

check_sql() {
    grep -nE '(buf_addf|snprintf)[^;]*"(SELECT|INSERT|UPDATE|DELETE) ' src/store/*.c src/desk/*.c src/daemon/*.c 2>/dev/null |
        sed 's/^\([^:]*:[0-9]*\):.*/\1: SQL is bound, never formatted together/'
}

check_sizes() {
    sources | while read -r file; do
        # Characters, not bytes: continuation bytes do not count.
        LC_ALL=C awk -v file="$file" '
            { gsub(/[\200-\277]/, "") }
            length($0) > 130 { print file ":" FNR ": a line of " length($0) " columns" }
            /^{/ { start = FNR }
            /^}/ { if (start && FNR - start > 100) print file ":" start ": a function of " FNR - start " lines"; start = 0 }
            END { if (FNR > 600) print file ":1: " FNR " lines: two nouns in one room?" }' "$file"
    done
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
    check_banned
    check_sql
    check_sizes
} > "$findings"

if [ -s "$findings" ]; then
    cat "$findings"
    exit 1
fi
echo "lint: $(sources | wc -l) files, nothing to say"
