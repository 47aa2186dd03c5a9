#!/bin/sh
# lint.sh: does tools/lint.sh see what it is there for? Each case is a small tree in a temporary folder, right but for
# one fault; the lint must name the file and the line of that fault and nothing else. TAP on stdout.
set -u
cd "$(dirname "$0")/.." || exit 2
lint=${LINT:-$PWD/tools/lint.sh}
work=$(mktemp -d "${TMPDIR:-/tmp}/frontdesk-lint.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
count=0 failed=0

# put FILE LINE…: a file of the tree, one argument a line.
put() {
    file=$tree/$1
    [ -d "${file%/*}" ] || mkdir -p "${file%/*}"
    shift
    printf '%s\n' "$@" > "$file"
}

# A tree with nothing wrong in it, every door used by its owner.
tree=$work/right
put src/base/buf.c '#include <string.h>' '' '#include "base/buf.h"' '' 'int buf_len(const char *text)' '{' \
    '    /* never strcpy(a, b) */' '    return (int)strlen(text);' '}'
put src/base/buf.h 'int buf_len(const char *text);'
put src/base/json.c '#include <cjson/cJSON.h>' '' '#include "base/buf.h"'
put src/text/pattern.c '#include <pcre2.h>' '' '#include "base/buf.h"'
put src/text/fold.c '#include <utf8proc.h>' '' '#include "base/buf.h"'
put src/store/db.c '#include <sqlite3.h>' '' '#include "text/fold.h"' '' \
    'static const char GET[] = "SELECT value FROM book WHERE name = ?1";'
put src/rules/rule.c '#include "store/db.h"'
put src/braze/send.c '#include "store/db.h"'
put src/desk/desk.c '#include "rules/rule.h"' '#include "braze/send.h"'
put src/daemon/http.c '#include <microhttpd.h>' '' '#include "desk/desk.h"'
put src/daemon/fetch.c '#include <curl/curl.h>'
put src/ctl/client.c '#include <curl/curl.h>' '' '#include "desk/desk.h"'

begin() { # NAME: a case, which begins with a copy of the right tree
    count=$((count + 1))
    name=$1
    tree=$work/$count
    cp -r "$work/right" "$tree"
}

verdict() { # WORDS SAID
    echo "$1 $count - $name"
    [ "$1" = ok ] && return
    failed=$((failed + 1))
    printf '%s\n' "$2" | sed 's/^/# /'
}

passes() {
    if said=$(sh "$lint" "$tree" 2>&1); then verdict ok; else verdict 'not ok' "$said"; fi
}

# reports PLACE WORDS: exit 1, and one finding, which is at PLACE and says WORDS.
reports() {
    said=$(sh "$lint" "$tree" 2>&1)
    status=$?
    case $said in
    *"
"*) ;;
    "$1: "*"$2"*) [ $status -eq 1 ] && verdict ok && return ;;
    esac
    verdict 'not ok' "wanted $1: …$2…, exit 1; got exit $status and: $said"
}

# body COUNT: a function whose closing brace stands COUNT lines below its opening one.
body() {
    awk -v count="$1" 'BEGIN { print "int long_one(void)\n{"
        for (i = 1; i < count; i++) print "    ;"
        print "}" }'
}

wide() { # COLUMNS: a comment of that many
    awk -v columns="$1" 'BEGIN { line = "/* "; while (length(line) < columns - 3) line = line "x"; print line " */" }'
}

begin 'a right tree passes'
passes

begin 'an include that points up'
put src/text/fold.c '#include "base/buf.h"' '#include "store/db.h"'
reports src/text/fold.c:2 'includes point down'

begin 'an include that points up, in a header'
put src/base/buf.h '#include "text/fold.h"'
reports src/base/buf.h:1 'includes point down'

begin 'an include from a room on the same storey'
put src/braze/send.c '#include "rules/rule.h"'
reports src/braze/send.c:1 'includes point down'

begin 'daemon including ctl'
put src/daemon/engine.c '#include "ctl/call.h"'
reports src/daemon/engine.c:1 'daemon may not include "ctl/call.h"'

begin 'ctl including daemon'
put src/ctl/call.c '#include "daemon/engine.h"'
reports src/ctl/call.c:1 'ctl may not include "daemon/engine.h"'

begin 'an include that is not written from src/'
put src/desk/desk.c '#include "desk.h"'
reports src/desk/desk.c:1 'not written from src/'

for pair in sqlite3.h:src/desk/desk.c curl/curl.h:src/daemon/engine.c microhttpd.h:src/daemon/fetch.c \
    cJSON.h:src/braze/send.c cjson/cJSON.h:src/base/buf.c pcre2.h:src/text/words.c utf8proc.h:src/base/buf.c \
    cmark-gfm.h:src/desk/desk.c cmark-gfm-core-extensions.h:src/backend/backend.c \
    sqlite3.h:tools/load.c; do
    begin "a second door for ${pair%%:*} in ${pair#*:}"
    put "${pair#*:}" "#include <${pair%%:*}>"
    reports "${pair#*:}:1" 'another door'
done

for call in 'strcpy(a, b)' 'strcat(a, b)' 'sprintf(a, "x")' 'vsprintf(a, b, c)' 'strtok(a, b)' 'gets(a)' 'localtime(t)' 'gmtime(t)' \
    'ctime(t)' 'asctime(t)' 'atoi(a)' 'atol(a)' 'atof(a)' 'rand()' 'srand(1)' 'system (a)' 'popen(a, b)' 'alloca(9)' \
    'setlocale(0, a)' 'mktemp(a)'; do
    begin "a banned call: $call"
    put src/desk/reply.c 'void f(void)' '{' "    $call;" '}'
    reports src/desk/reply.c:3 'banned'
done

begin 'calls whose names only end or begin like banned ones'
put src/desk/reply.c 'void f(void)' '{' '    snprintf(a, 9, "x"); localtime_r(t, &tm); my_system(a); strtok_r(a, b, c); brand();' '}'
passes

begin 'SQL that is formatted together'
put src/store/outbox.c 'void f(void)' '{' '    buf_addf(&sql, "SELECT id FROM outbox WHERE state = %s", state);' '}'
reports src/store/outbox.c:3 'never formatted'

begin 'SQL that is formatted together, by snprintf'
put src/desk/reply.c 'void f(void)' '{' '    snprintf(sql, 99, "DELETE FROM seen WHERE at < %d", at);' '}'
reports src/desk/reply.c:3 'never formatted'

begin 'a line of 130 columns'
put src/desk/reply.c "$(wide 130)"
passes

begin 'a line of 131 columns'
put src/desk/reply.c '' "$(wide 131)"
reports src/desk/reply.c:2 'line of 131 columns'

begin 'a function of 100 lines'
put src/desk/reply.c "$(body 100)"
passes

begin 'a function of 101 lines'
put src/desk/reply.c "$(body 101)"
reports src/desk/reply.c:2 'function of 101 lines'

begin 'a file of 601 lines'
put src/desk/reply.c "$(awk 'BEGIN { for (i = 1; i <= 601; i++) print "int a" i ";" }')"
reports src/desk/reply.c:1 '601 lines'

# lists NAME…: a Makefile that names every file of the tree, and these as unit tests.
lists() {
    put Makefile 'LIB = \' "$(cd "$tree" && find src -name '*.c' | sort | sed 's/.*/  & \\/; $s/ .$//')" '' 'UNIT = \' "$@" ''
}

begin 'a Makefile that names every file once'
put tests/unit/test_buf.c 'int main(void)'
lists '  buf'
passes

begin 'a Makefile that names a test that is not there'
put tests/unit/test_buf.c 'int main(void)'
lists '  buf \' '  fub'
reports Makefile:16 'there is no tests/unit/test_fub.c'

begin 'a Makefile that names a test twice'
put tests/unit/test_buf.c 'int main(void)'
lists '  buf \' '  buf'
reports Makefile:16 'is named twice'

begin 'a test that no Makefile names'
put tests/unit/test_buf.c 'int main(void)'
put tests/unit/test_fub.c 'int main(void)'
lists '  buf'
reports tests/unit/test_fub.c:1 'the Makefile does not name it'

begin 'a folder that is not there is no clean tree'
said=$(sh "$lint" "$work/nowhere" 2>&1)
if [ $? -eq 2 ]; then verdict ok; else verdict 'not ok' "$said"; fi

echo "1..$count"
[ "$failed" -eq 0 ]
