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
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
find src tools schema rules tests -type f 2>/dev/null | sort > "$work/files"
grep -E '^(src|tools)/.*\.[ch]$' "$work/files" > "$work/sources"

# All that one reading of the sources tells. awk counts bytes; those that continue a character are no column.
check_sources() {
    LC_ALL=C xargs awk '
        BEGIN {
            count = split("base 1 text 2 store 3 flow 4 backend 4 rules 5 braze 5 desk 6 daemon 7 ctl 7", words)
            for (i = 1; i < count; i += 2) storey[words[i]] = words[i + 1]
            # The files that may include a library; a room stands for all that is in it.
            door["sqlite3.h"] = "src/store/"
            door["curl/curl.h"] = "src/daemon/fetch.c src/ctl/client.c"
            door["microhttpd.h"] = "src/daemon/http.c tools/bare.c"
            door["cJSON.h"] = door["cjson/cJSON.h"] = "src/base/json.c"
            door["pcre2.h"] = "src/text/pattern.c"
            door["utf8proc.h"] = door["cmark-gfm.h"] = door["cmark-gfm-core-extensions.h"] = "src/text/"
        }
        function say(line, what) { print FILENAME ":" line ": " what }

        # Includes that point up, or sideways into another room of the same storey; daemon and ctl never meet.
        function check_storey(target, place, mine, piece, theirs) {
            split(place, piece, "/"); mine = piece[2]
            split(target, piece, "/"); theirs = piece[1]
            if (theirs == mine) return
            if (!(theirs in storey)) say(FNR, "\"" target "\" is not written from src/")
            else if (storey[theirs] >= storey[mine]) say(FNR, mine " may not include \"" target "\": includes point down")
        }
        function check_door(header, count, piece, i) {
            if (!(header in door)) return
            count = split(door[header], piece, " ")
            for (i = 1; i <= count; i++) if (index(FILENAME, piece[i]) == 1) return
            say(FNR, "<" header "> has another door: " door[header])
        }
        function end_file() { if (lines > 600) print source ":1: " lines " lines: two nouns in one room?" }

        FNR == 1 { end_file(); source = FILENAME; start = 0 }
        { lines = FNR }
        /^#include "/ && /^[^"]*"[^"]*"/ && FILENAME ~ /^src\// { split($0, part, "\""); check_storey(part[2], FILENAME) }
        /^#include </ { split($0, part, "[<>]"); check_door(part[2]) }
        /(^|[^A-Za-z0-9_])(str(cpy|cat|tok)|v?sprintf|gets|localtime|gmtime|ctime|asctime|ato[ilf]|s?rand|system|popen|alloca|setlocale|tmpnam|mktemp)[ \t]*\(/ &&
            !/^[ \t]*(\*|\/\*|\/\/)/ { say(FNR, "a banned call") }
        /(buf_addf|snprintf)[^;]*"(SELECT|INSERT|UPDATE|DELETE) / && FILENAME ~ /^src\/(store|desk|daemon)\// {
            say(FNR, "SQL is bound, never formatted together")
        }
        { gsub(/[\200-\277]/, "") }
        length($0) > 130 { say(FNR, "a line of " length($0) " columns") }
        /^{/ { start = FNR }
        /^}/ { if (start && FNR - start > 100) say(start, "a function of " FNR - start " lines"); start = 0 }
        END { end_file() }' < "$work/sources"
}

# What the Makefile names by hand: each file once, and no name without its file.
check_lists() {
    [ -f Makefile ] || return 0
    awk -v files="$work/files" '
        FILENAME == files { there[$0]; next }
        /^[A-Z]+ = \\$/ { list = $1; next }
        list != "" && /^  [^ ]/ {
            name = $1
            if (list == "UNIT") name = "tests/unit/test_" name ".c"
            else if (list == "FUZZ") name = "tests/fuzz/fuzz_" name ".c"
            if (named[name]++) print "Makefile:" FNR ": " name " is named twice"
            else if (!(name in there)) print "Makefile:" FNR ": there is no " name
            next
        }
        { list = "" }
        END {
            for (source in there)
                if (source ~ /^(src\/[^\/]+\/[^\/]+\.c|schema\/.+\.sql|tests\/(unit\/test|fuzz\/fuzz)_.+\.c|tests\/system\/[0-9].*\.py)$/ &&
                    source !~ /\/main\.c$/ && !(source in named)) print source ":1: the Makefile does not name it"
        }' "$work/files" Makefile
}

{
    check_sources
    check_lists
} > "$work/findings"

if [ -s "$work/findings" ]; then
    cat "$work/findings"
    exit 1
fi
echo "lint: $(wc -l < "$work/sources") files, nothing to say"
