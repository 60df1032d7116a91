#!/usr/bin/env bash
# Show that `make demo` and `make test` hold on a Debian that has never seen this project.
#
#   tools/fresh_machine.sh [--user] [--test COMMAND] [--database URL] bookworm|trixie [FOLDER]
#
# It makes an empty Debian with nothing but make, git, python3 and ca-certificates, clones HEAD into it, runs
# `make demo` until the page answers and then presses Ctrl-C, and runs `make test`. Each step ends with a line that
# begins with "ok" or "FAILED"; the exit code is the number of steps that failed.
#
#   --user          as a person without root: first without the venv package (one sentence must say what to install),
#                   then with it, where the browser tests are skipped
#   --test COMMAND  instead of `make test`, such as 'make lint types && .venv/bin/pytest tests/rules'
#   --database URL  a PostgreSQL to test with, as PEBEM_TEST_DATABASE_URL; 127.0.0.1 is this machine
#   FOLDER          where the machines are kept (/var/tmp/fresh-machines): the empty Debian is made once, and copied
#
# It needs root, debootstrap, a free port 8000, and 5 GB of disk. Where packages come from is taken from this machine:
# the mirror from apt's sources, pip's settings from its files and from PIP_* variables, with the folders they name.
set -euo pipefail

usage() { sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0" >&2 && exit 2; }

arguments=("$@") user=root test='make test' database=
while [[ ${1:-} == --* ]]; do
    case $1 in
    --user) user=tester && shift ;;
    --test) test=${2:?} && shift 2 ;;
    --database) database=${2:?} && shift 2 ;;
    *) usage ;;
    esac
done
suite=${1:-}
[[ $suite == bookworm || $suite == trixie ]] || usage
[[ $(id -u) == 0 ]] || { echo "Making a machine needs root." >&2 && exit 2; }
if [[ -z ${FRESH_MACHINE:-} ]]; then # mounts and processes of its own: they end with this script, whatever happens
    FRESH_MACHINE=1 exec unshare --mount --propagation private --pid --fork --kill-child \
        "$BASH" "$(realpath "$0")" "${arguments[@]}"
fi
folder=$(realpath -m "${2:-/var/tmp/fresh-machines}")
machine=$folder/$suite-$user
home=/root
[[ $user == root ]] || home=/home/$user
repository=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
failed=0

mirror_of() { # the address of a suite's packages, from either form of apt's sources; "" for none
    local files=(/etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources)
    { cat "${files[@]}" 2>/dev/null || true; } | awk -v suite="$1" '
        /^deb / { sub(/\[[^]]*\] */, ""); if ($3 == suite) print $2 }
        /^URIs:/ { address = $2 }
        /^Suites:/ { for (i = 2; i <= NF; i++) if ($i == suite) named = 1 }
        /^[ \t]*$/ { if (named) print address; named = 0 }
        END { if (named) print address }' | head -n 1
}

in_machine() { # a command as the person at this machine would type it
    local settings=() line
    while IFS= read -r -d '' line; do
        case $line in PIP_* | *_proxy=* | *_PROXY=* | SSL_CERT_FILE=* | REQUESTS_CA_BUNDLE=*) settings+=("$line") ;; esac
    done < <(env -0)
    [[ -z $database ]] || settings+=("PEBEM_TEST_DATABASE_URL=$database")
    chroot --userspec="$user" "$machine" env -i "${settings[@]}" HOME="$home" LANG=C.UTF-8 TERM=dumb \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -c "cd $home/clone && $1"
}

step() { # name, then a function and its arguments
    local name=$1 begin=$SECONDS status=0
    shift
    echo "== $name"
    set +e # in a condition, the step would go on after a command that failed
    (set -e && "$@")
    status=$?
    set -e
    if [[ $status == 0 ]]; then
        echo "ok      $name ($((SECONDS - begin)) s)"
    else
        echo "FAILED  $name ($((SECONDS - begin)) s)"
        failed=$((failed + 1))
    fi
}

make_machine() {
    local host mirror security line base=$folder/$suite-empty
    host=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(mirror_of "$host")
    security=$(mirror_of "$host-security")
    [[ $mirror ]] || { echo "apt's sources on this machine name no mirror of Debian." && return 1; }
    if [[ ! -e $base/made ]]; then
        rm -rf "$base"
        mkdir -p "$base"
        debootstrap --variant=minbase --include=make,git,python3,ca-certificates "$suite" "$base" "$mirror" \
            >"$folder/debootstrap.log" || { tail "$folder/debootstrap.log" && return 1; }
        touch "$base/made"
    fi
    rm -rf "$machine"
    cp -a "$base" "$machine"
    for line in "$mirror $suite" "$mirror $suite-updates" ${security:+"$security $suite-security"}; do
        echo "deb $line main"
    done >"$machine/etc/apt/sources.list"
    cp -n /etc/apt/apt.conf.d/* "$machine/etc/apt/apt.conf.d/"
    cp /etc/hosts /etc/resolv.conf "$machine/etc/"
    cp /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs/" # a proxy of this machine may have one of its own
    mount -t proc proc "$machine/proc"
    mount --rbind /dev "$machine/dev"
    mount -t tmpfs tmpfs "$machine/dev/shm" # Chromium's memory
    chmod 1777 "$machine/dev/shm"
    [[ $user == root ]] || chroot "$machine" useradd --create-home --shell /bin/bash "$user"
    copy_pip_settings
    git clone --quiet --no-local "$repository" "$machine$home/clone"
    git -C "$machine$home/clone" checkout --quiet --detach "$(git -C "$repository" rev-parse HEAD)"
    chroot "$machine" chown -R "$user:" "$home"
}

copy_pip_settings() {
    local place
    for place in /etc/pip.conf /etc/xdg/pip/pip.conf ~/.pip/pip.conf ~/.config/pip/pip.conf; do
        [[ ! -e $place ]] || install -D -m 644 "$place" "$machine${place/#"$HOME"/"$home"}"
    done
    # Folders of packages and lists of versions that the settings name.
    { cat /etc/pip.conf /etc/xdg/pip/pip.conf ~/.pip/pip.conf ~/.config/pip/pip.conf || true; env | grep ^PIP_ || true; } 2>/dev/null |
        grep -oE '(file://|[= ])/[^ ]+' | sed -E 's,^(file://|[= ]),,' | sort -u | while read -r place; do
        [[ $place == */simple ]] && place=${place%/simple} # an index links to the files beside it
        if [[ -d $place ]]; then
            mkdir -p "$machine$place"
            mount --bind "$place" "$machine$place"
        elif [[ -e $place && ! -e $machine$place ]]; then
            install -D -m 644 "$place" "$machine$place"
        fi
    done
}

answers() { # whether a page comes from the demo
    in_machine "python3 -c 'import urllib.request as r; assert b\"PeBeM\" in r.urlopen(\"http://127.0.0.1:8000/\").read()'" 2>/dev/null
}

demo() { # until the page answers, then Ctrl-C: to the whole group, as a terminal sends it
    local pid status=0 begin=$SECONDS
    ! answers || { echo "Port 8000 is in use." && return 1; }
    set -m
    in_machine 'exec make demo' &
    pid=$!
    set +m
    until answers; do
        kill -0 $pid 2>/dev/null || { echo "make demo ended without a signal." && return 1; }
        sleep 2
    done
    echo "The page answers after $((SECONDS - begin)) s."
    kill -INT -- -$pid
    wait $pid || status=$?
    echo "Ended with $status after Ctrl-C."
    ! answers && [[ -z $(find "$machine/tmp" -maxdepth 1 -name 'pebem-demo-*') ]]
}

refused() { # without the venv package: one sentence, and nothing left behind
    local said
    ! said=$(in_machine "make $1" 2>&1) || { echo "It succeeded." && return 1; }
    echo "$said"
    [[ $(grep -vc '^make: ' <<<"$said") == 1 && $said == *"sudo apt-get install python3."*"-venv"* ]] &&
        in_machine '[ ! -e .venv ]'
}

step "an empty $suite" make_machine
[[ $failed == 0 ]] || exit 1
if [[ $user != root ]]; then
    step "make demo without the venv package" refused demo
    step "make test without the venv package" refused test
    chroot "$machine" sh -c 'apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv' >/dev/null
fi
step "make demo" demo
step "$test" in_machine "$test"
exit $failed
