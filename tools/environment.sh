#!/bin/sh
# Set up the environment .venv, or mend it. Usage: environment.sh run|dev
#
#   run   what the program needs
#   dev   that, and what its tests and checks need
#
# PYTHON names the Python to use, such as python3.12; without it python3 makes a new environment, and one that is
# there keeps its own. An environment is recreated where it was not finished, was moved here from another folder, has
# no pip, or where its Python is gone, too old or not the one asked for. Afterwards only what changed is installed.
set -eu
kind=$1
cd "$(dirname "$0")/.."
here=$(pwd -P)
python=${PYTHON:-python3}

version_of() { # fails for a Python that does not start
    "$1" -c 'import sys; print(sys.version)' 2>/dev/null
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

whole() { # scripts such as pip name the Python they belong to: here, or where the folder was before
    [ ! -e .venv/unfinished ] && grep -qsF "$here/.venv/bin/" .venv/bin/pip && new_enough .venv/bin/python &&
        { [ -z "${PYTHON:-}" ] || [ "$(version_of "$python")" = "$(version_of .venv/bin/python)" ]; }
}

up_to_date() {
    [ -e ".venv/$1" ] && ! [ pyproject.toml -nt ".venv/$1" ] && ! [ constraints.txt -nt ".venv/$1" ]
}

if [ -n "${PYTHON:-}" ] || ! whole; then # whoever asks for a Python that is not there wants to know
    version=$(version_of "$python") || {
        echo "$python does not start here. Please install it, or name another: make PYTHON=python3.12 ..." >&2
        exit 1
    }
    new_enough "$python" || {
        echo "$python is Python ${version%% *}, but 3.11 or newer is needed: make PYTHON=python3.12 ..." >&2
        exit 1
    }
fi
if ! whole; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then # Debian has them in a package of their own
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        sh tools/apt.sh "the environment that everything runs in" "$package"
    fi
    rm -rf .venv
    mkdir .venv
    touch .venv/unfinished
    "$python" -m venv .venv
fi
if ! up_to_date "$kind"; then
    case $kind in run) what=. ;; dev) what='.[dev]' ;; esac
    touch .venv/unfinished
    trap 'exit 130' INT TERM # pip cleans up nothing then: the mark stays
    .venv/bin/pip install --quiet --editable "$what" --constraint constraints.txt || {
        # It refused before it changed anything: what was usable still is, and may be all there is without a network.
        if [ -e .venv/run ]; then rm .venv/unfinished; fi
        exit 1
    }
    touch .venv/run ".venv/$kind"
    rm .venv/unfinished
fi
