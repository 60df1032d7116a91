#!/bin/sh
# Install a Debian package where that is possible: as root, or with sudo that asks for no password.
set -eu
if [ "$(id -u)" = 0 ]; then run=""; elif sudo -n true 2>/dev/null; then run="sudo"; else run=none; fi
if [ "$run" = none ] || ! command -v apt-get >/dev/null; then
    echo "Please install the package $1 (on Debian: sudo apt-get install $1)." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -qq
$run apt-get install -y -qq --no-install-recommends "$@"
