# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# The scripts beside this file source it: the packages that the library needs, and their
# installation.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

is_installed()
{
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Prints the version of Boost to build against: the one with an installed b2, else the
# distribution's default, else the oldest supported version.
boost_version()
{
    local version known
    known=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 'libboost1.*-tools-dev' 2>/dev/null |
        sed -n 's/^installed libboost\(1\.[0-9]*\)-tools-dev$/\1/p'
        apt-cache show libboost-dev 2>/dev/null | sed -n 's/^Version: \(1\.[0-9]*\)\..*/\1/p'
        apt-cache pkgnames libboost1. | sed -n 's/^libboost\(1\.[0-9]*\)-tools-dev$/\1/p' | sort -V) || true
    for version in $known; do
        dpkg --compare-versions "$version" ge 1.81 && echo "$version" && return
    done
}

# The packages, with BOOST in place of its version. Those with a question mark are left out where the
# distribution does not have them: Ubuntu has Chromium as a snap only.
need_build='g++ libboostBOOST-tools-dev libboostBOOST-dev libboost-filesystemBOOST-dev
    libboost-threadBOOST-dev libboost-chronoBOOST-dev libboost-systemBOOST-dev'
need_check="$need_build clang libboost-testBOOST-dev libboost-contextBOOST-dev libboost-date-timeBOOST-dev
    libboost-jsonBOOST-dev libboost-program-optionsBOOST-dev
    python3 python3-filelock sqlite3
    cmake make pkg-config faketime libfuse3-dev fuse3 util-linux strace asciidoctor"
need_more="$need_check clang-tidy spin libc++-dev libc++abi-dev musl-tools dpkg-dev doxygen chromium?"
# Node.js from elsewhere has npm in its package.
command -v npm >/dev/null || need_more+=' nodejs npm'
need_full="$need_more libclang-rt-dev e2fsprogs xfsprogs btrfs-progs"

# A fresh machine has no package lists, and an old one has lists of packages that no longer exist.
refresh()
{
    apt-get update -qq || echo 'apt-get update failed; trying with the lists there are' >&2
}

# need PACKAGE...: installs missing packages where it may, else prints their names and stops.
need()
{
    local missing=() optional=() boost package
    if ! command -v dpkg-query apt-get >/dev/null; then
        printf '%s: this script installs packages on Debian and Ubuntu only.\n' "$0"
        printf 'Install what these packages hold, with a Boost of 1.81 or later, and run b2 yourself:\n'
        printf '  %s\n' "$*"
        exit 1
    fi >&2
    boost=$(boost_version)
    if [ -z "$boost" ] && [ "$(id -u)" -eq 0 ]; then
        refresh
        boost=$(boost_version)
    fi
    if [ -z "$boost" ]; then
        printf '%s: no package of Boost 1.81 or later is known here; try apt-get update\n' "$0"
        exit 1
    fi >&2
    for package in ${*//BOOST/$boost}; do
        is_installed "${package%\?}" && continue
        case $package in
        *\?) optional+=("${package%\?}") ;;
        *) missing+=("$package") ;;
        esac
    done
    if [ "$(id -u)" -ne 0 ]; then
        [ ${#missing[@]} -eq 0 ] && return
        printf '%s: these packages are missing; run it as root once, or install them:\n' "$0"
        printf '  apt-get install %s\n' "${missing[*]}"
        exit 1
    fi >&2
    [ ${#missing[@]} -eq 0 ] && [ ${#optional[@]} -eq 0 ] && return
    refresh
    for package in "${optional[@]}"; do
        [ -z "$(apt-cache show "$package" 2>/dev/null)" ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    printf 'Installing %s\n' "${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if ! apt-get install -y -qq --no-install-recommends --no-remove "${missing[@]}" >/dev/null; then
        printf '%s: cannot install: %s\n' "$0" "${missing[*]}" >&2
        exit 1
    fi
}
