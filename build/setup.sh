# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# For the scripts beside it, which source it: what is needed of the system, and installing it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

need_build="g++ libboost1.81-tools-dev libboost1.81-dev libboost-filesystem1.81-dev
    libboost-thread1.81-dev libboost-chrono1.81-dev"
need_check="$need_build clang libboost-test1.81-dev libboost-date-time1.81-dev python3-filelock
    util-linux asciidoctor"
need_full="$need_check dpkg-dev strace"

is_installed()
{
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need PACKAGE...: installs what is missing where it may, else says what it is and stops.
need()
{
    local missing=()
    if ! command -v dpkg-query apt-get >/dev/null; then
        printf '%s: this script installs packages on Debian and Ubuntu only.\n' "$0"
        printf 'Install what these packages hold (Boost 1.81 or later) and run b2 yourself:\n  %s\n' "$*"
        exit 1
    fi >&2
    for package; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    if [ "$(id -u)" -ne 0 ]; then
        printf '%s: these packages are missing; run it as root once, or install them:\n' "$0"
        printf '  apt-get install %s\n' "${missing[*]}"
        exit 1
    fi >&2
    printf 'Installing %s\n' "${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # A fresh machine has no package lists, an old one has lists of packages that are gone.
    apt-get update -qq || echo 'apt-get update failed; trying with the lists there are' >&2
    if ! apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
        printf '%s: cannot install: %s\n' "$0" "${missing[*]}" >&2
        exit 1
    fi
}
