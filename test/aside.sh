# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# For the scripts below this folder, which source it: packages of Debian that are unpacked aside, and
# commands that run side by side.

cache=${BOOST_FILELOCK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/boost-filelock}

# Goes to a folder in the cache, and sets `apt` to an apt-get with package lists of its own there: a
# machine's lists know neither other releases nor other architectures, and are not ours to change.
own_apt() # RELEASE [ARCHITECTURE]
{
    local mirror type at=$cache/$1${2:+-$2}
    local key=/usr/share/keyrings/debian-archive-keyring.gpg
    mkdir -p "$at/lists/partial" "$at/archives/partial" && cd "$at" || return
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 '/debian/*$')
    for type in deb deb-src; do
        echo "$type [signed-by=$key] ${mirror:-http://deb.debian.org/debian} $1 main"
    done >sources.list
    apt=(apt-get -o Dir::Etc::SourceList="$at/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::State::Lists="$at/lists" -o Dir::Cache="$at" -o Dir::State::status=/dev/null
        -o APT::Sandbox::User="$(id -un)")
    [ -z "${2:-}" ] || apt+=(-o APT::Architecture="$2" -o APT::Architectures="$2")
    "${apt[@]}" update -qq
}

# unpack FOLDER PACKAGE...: downloads packages with `apt` and unpacks them in the folder.
unpack()
{
    local package
    rm -rf "$1.part" && mkdir "$1.part" && cd "$1.part" && "${apt[@]}" download -qq "${@:2}" || return
    for package in *.deb; do
        dpkg -x "$package" . && rm "$package" || return
    done
    mv "$1.part" "$1"
}

# Each is one job: its result goes to a file in $out, with the end of its output where it failed.
job() # NAME COMMAND...
{
    local log="$out/$(tr '/ ' '--' <<<"$1").log"
    if "${@:2}" >"$log" 2>&1; then echo passed; else
        echo failed
        echo "FAILED: $1" && tail -n 25 "$log" | cut -c1-300
    fi >"$log.result"
}
object() # SOURCE [OPTION...]
{
    $compiler $flags "${@:2}" -c "$1" -o "$out/$(tr / - <<<"$1").o"
}
header() # NAME
{
    $compiler $flags -std=c++17 "-DFILELOCK_TEST_HEADER=$1" -fsyntax-only test/compile/header.cpp
}
# The source of a test program of programs.txt.
program_source() # NAME
{
    ls test/{async,faults,locks,ownership,peers,platform,protocol,tool}/"$1.cpp" 2>/dev/null
}
export -f job object header program_source

# each COMMAND: for each line of the input, on all processors
each()
{
    xargs -P "$(nproc)" -I{} bash -c "$1"
}
sources()
{
    find src -name '*.cpp'
}
public_headers()
{
    (cd include && find boost -name '*.hpp' -not -path '*/detail/*')
}

# Counts the results in $out, and shows those that failed.
count_results()
{
    passed=$((passed + $(cat "$out"/*.result | grep -cx passed)))
    failed=$((failed + $(cat "$out"/*.result | grep -cx failed)))
    cat "$out"/*.result | grep -vx -e passed -e failed || true # none failed
}
