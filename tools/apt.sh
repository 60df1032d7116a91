#!/bin/sh
# Install Debian packages where that is possible: as root, or with sudo that asks for no password.
# Elsewhere say in one sentence what a person has to install. Usage: apt.sh PURPOSE PACKAGE...
set -eu
purpose=$1
shift
ask() {
    echo "For $purpose, please install: $packages (on Debian: sudo apt-get install $packages)." >&2
    exit 1
}
packages=$*
command -v apt-get >/dev/null || ask
if [ "$(id -u)" = 0 ]; then root=""; elif sudo -n true 2>/dev/null; then root="sudo"; else ask; fi
apt() {
    $root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"
}
# Twice: a mirror may fail once, and a machine that has just started may still be updating itself. An update that
# fails need not matter: another program's source may be the one that is gone.
for pause in 0 10; do
    sleep "$pause"
    apt update || true
    if apt install -y --no-install-recommends "$@" >/dev/null; then exit 0; fi
done
ask
