#!/bin/sh
# packages.sh PACKAGE…: installs those of the Debian packages that are lacking, and does nothing when none is.
#
# apt-get is asked once, without questions; its lists are fetched anew only when they do not know a package or have
# gone stale. Nothing that is installed is ever removed: where a package stands in the way, apt-get says which. Without
# apt-get, or without the right to use it, the line to type is printed instead, and the exit status is 1.
set -u

[ $# -gt 0 ] || { echo 'usage: packages.sh PACKAGE...' >&2; exit 2; }

give_up() { # SENTENCE COMMAND
    printf 'packages: %s\n\n    %s\n\n' "$1" "$2" >&2
    exit 1
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    give_up 'this is no Debian, so install what your system calls these, then build with "make":' "$*"
fi

lacking=
for package in "$@"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)
    [ "$state" = installed ] || lacking="$lacking $package"
done
[ -n "$lacking" ] || exit 0
by_hand="apt-get update && apt-get install --no-install-recommends$lacking"

# On a terminal sudo may ask for the password; elsewhere nobody could answer.
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || give_up 'some packages are lacking; as root, type:' "$by_hand"
    as_root='sudo -n'
    [ ! -t 0 ] || as_root=sudo
    $as_root true || give_up 'some packages are lacking, and sudo does not let you install them; as root, type:' "$by_hand"
fi

apt() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@"
}

# shellcheck disable=SC2086
install() { apt install --no-install-recommends --no-remove $lacking; }

update() { apt update || give_up 'the package lists cannot be fetched; is there a network? Later, as root, type:' "$by_hand"; }

echo "packages: installing$lacking"
# shellcheck disable=SC2086
if ! apt-cache show $lacking >/dev/null 2>&1; then
    update
elif install; then
    exit 0
else
    update # the lists may name versions that are gone
fi
install || give_up 'apt-get could not install what is lacking (see above); as root, try:' "$by_hand"
