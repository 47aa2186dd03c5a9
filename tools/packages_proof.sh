#!/bin/sh
# packages_proof.sh PACKAGE…: proves that installing these packages brings all that building and testing use.
#
# What is used is read off, not listed here:
#   headers     all that the sources' <headers> lead to, by the preprocessor
#   libraries   of the programs, by ldd; those that the Makefile links; those of clang's fuzzers; those that tests preload
#   commands    from the "#!" lines and the command positions of all scripts, the Makefile's recipes, and what the tests
#               start by name
# dpkg tells the package that owns each. It is covered when it is a given package, one that a given package depends on
# (recommended is not enough), or one without which no Debian is (essential, required, apt). Prints a sentence for each that is
# not, and ends with 1.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-build}
[ $# -gt 0 ] || { echo 'usage: packages_proof.sh PACKAGE...' >&2; exit 2; }
command -v dpkg-query >/dev/null || { echo 'packages-proof: no dpkg here; this can be proven on a Debian only' >&2; exit 2; }
work=$(mktemp -d "${TMPDIR:-/tmp}/frontdesk-proof.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin # the system's own commands, not a user's

# The given packages and all below them, one a line. Of alternatives every installed one counts.
cover() {
    dpkg-query -W -f '${Package}\t${db:Status-Status}\t${Essential}\t${Priority}\t${Provides}\t${Pre-Depends}, ${Depends}\n' |
        awk -F '\t' -v given="$*" '
            function names(field, list,   i, n) {
                gsub(/\([^)]*\)|\[[^]]*\]|:[a-z0-9]+/, "", field)
                gsub(/[|,]/, " ", field)
                return split(field, list, " ")
            }
            function add(name,   i, n, list) {
                if (name in done) return
                done[name] = 1
                if (name in needs) {
                    print name
                    n = names(needs[name], list)
                    for (i = 1; i <= n; i++) add(list[i])
                }
                n = split(providers[name], list, " ")
                for (i = 1; i <= n; i++) add(list[i])
            }
            $2 != "installed" { next }
            {
                needs[$1] = $6
                n = names($5, list)
                for (i = 1; i <= n; i++) providers[list[i]] = providers[list[i]] " " $1
                if ($3 == "yes" || $4 == "required" || $1 == "apt") base[$1] = 1
            }
            END {
                n = split(given, list, " ")
                for (i = 1; i <= n; i++) {
                    if (!(list[i] in needs)) print list[i] > "/dev/stderr"
                    add(list[i])
                }
                for (name in base) add(name)
            }' | sort -u
}

# "PATH<tab>PACKAGE" for each path of stdin; "?" where no package owns it. dpkg may know a file by another name: /lib and
# /usr/lib are one folder, and only behind its links does a file of the alternatives system have an owner.
owners() {
    xargs realpath -sm > "$work/paths"
    # shellcheck disable=SC2094
    xargs realpath -m < "$work/paths" | paste "$work/paths" - |
        awk -F '\t' '
            function twin(path) { return path ~ /^\/usr\// ? substr(path, 5) : "/usr" path }
            { print $1 "\t" $1; print $1 "\t" twin($1); print $1 "\t" $2; print $1 "\t" twin($2) }' > "$work/names"
    cut -f 2 "$work/names" | sort -u | xargs dpkg -S 2>/dev/null | sed '/^diversion by/d; s/^\([^:,]*\).*: /\1\t/' |
        awk -F '\t' '
            NR == FNR { owner[$2] = $1; next }
            !($1 in best) { best[$1] = "?" }
            best[$1] == "?" && $2 in owner { best[$1] = owner[$2] }
            END { for (path in best) print path "\t" best[path] }' - "$work/names" | sort
}

# One preprocessor run over every <header> that any source names.
headers() {
    find src tools tests -name '*.[ch]' -exec grep -h '^#include <' {} + | sort -u |
        gcc -M -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -x c - | tr ' ' '\n' | grep '^/' | sort -u
}

# What the programs load, what the linker is told to find, and what clang's fuzzers are linked with.
libraries() {
    {
        for program in "$build"/frontdesk* "$build"/unit/*; do
            [ ! -f "$program" ] || [ ! -x "$program" ] || ldd "$program"
        done | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) .*/\1/p'
        grep -o ' -l[a-z0-9-]*' Makefile | sed 's/ -l//' | sort -u | while read -r name; do
            gcc -print-file-name="lib$name.so"
        done
        ls "$(clang -print-resource-dir)"/lib/linux/libclang_rt.fuzzer-*.a
        # shellcheck disable=SC2046
        grep -oh '"/usr/lib/[^" ]*"' $(scripts | grep '\.py$') | tr -d '"' | while read -r preloaded; do
            # shellcheck disable=SC2086
            ls -d $preloaded 2>/dev/null || echo "$preloaded"
        done
    } | sort -u
}

scripts() { find tools tests .ci -type f \( -name '*.sh' -o -name '*.py' -o -path '.ci/*' \) | sort; }

# Words where a shell expects a command, from the recipes of the Makefile and the scripts; what Python starts by name. awk's print
# is none, though there may be a program of that name.
words() {
    # shellcheck disable=SC2016,SC2046
    {
        sed -n 's/^#! *\([^ ]*\).*/\1/p' $(scripts)
        echo make
        sed -n 's/^\(CC\|AR\|FUZZ_CC\|CLANG\) *[:?]*= *\([a-z][a-z0-9-]*\).*/\2/p' Makefile
        { sed -n 's/^	[@-]*\($(Q)\)*//p' Makefile; sed '/^[[:space:]]*#/d' $(scripts | grep -v '\.py$'); } |
            sed 's/\$(/\n/g; s/[;&|!{`]\{1,2\}/\n/g; s/\<\(then\|else\|do\|exec\|if\|elif\|while\|until\|sudo\|env\|xargs\)\>/\n/g' |
            sed -n 's/^[[:space:](]*\([A-Z_]*=[^ ]* \)*\([a-z][a-z0-9_.-]*\)\( .*\|)*\)$/\2/p'
        sed -n 's/.*\(which(\|run(\[\|Popen(\[\|check_output(\[\)"\([a-z][a-z0-9_.-]*\)".*/\2/p' $(scripts | grep '\.py$')
    } | sort -u | grep -vx print
}

commands() {
    words | while read -r word; do
        path=$(command -v "$word" 2>/dev/null) || continue
        case $path in /*) echo "$path" ;; esac
    done | sort -u
}

unknown=$work/unknown
cover "$@" > "$work/cover" 2> "$unknown"
: > "$work/findings"
while read -r package; do
    echo "packages-proof: $package is in the list, but it is not installed here, so nothing can be said about it" >> "$work/findings"
done < "$unknown"

# judge WHAT: the paths of stdin against the cover; how many there were, into WHAT.count
judge() {
    owners > "$work/$1"
    [ -s "$work/$1" ] || echo "packages-proof: no $1 found at all; type \"make\" first" >> "$work/findings"
    while IFS='	' read -r path owner; do
        case $owner in
        '?') echo "packages-proof: $path is used, and no installed package has it" ;;
        *) grep -qxF "$owner" "$work/cover" || echo "packages-proof: $path is used; its package $owner is not in the list, and nothing in the list depends on it" ;;
        esac
    done < "$work/$1" >> "$work/findings"
}

headers | judge headers
libraries | judge libraries
commands | judge commands

if [ -s "$work/findings" ]; then
    cat "$work/findings"
    exit 1
fi
printf 'packages-proof: %d headers, %d libraries, %d commands, all covered by %d packages\n' \
    "$(wc -l < "$work/headers")" "$(wc -l < "$work/libraries")" "$(wc -l < "$work/commands")" $#
