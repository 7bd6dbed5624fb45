# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# inside.sh NAME DIRECTORY PEER TOOL: in namespaces of its own, brings the fixture up and runs the
# scenarios. Status 125: the fixture does not come up.
#
# A fixture sets
#     packages device            what it needs on the machine
#     dir_a dir_b                the directories of the file system on a and b
#     on_a on_b                  the words that run a program there
#     excludes                   the lock types that exclude each other there
#     why_not                    why the others do not
#     survives_restart survives_cut
#                                the types with holds that outlast a restart of the server, and
#                                a cut of 25 s
#     ends_in_restart ends_in_cut
#                                the types with holds that end while the server is away for the
#                                time after which contenders evict a marker, and in such a cut; for
#                                the remaining types either may happen
#     lease                      the seconds for which the server may wait for a client that is cut
#                                off, 0 if not set
#     times                      server or client: the clock that gives files their times
#     kernels                    1: a and b share this kernel; 2: each has its own
#     heartbeat                  the interval for the scenarios, 2 s if not set; longer than the
#                                caches last
# and defines up, cut_a, join_a and, if there is a server, server_down and server_up.

set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
fixture=$1 space=$2 peer=$3 tool=$4 control=
on_a=() on_b=() heartbeat=2 why_not= lease=0
ends_in_restart='soft_file_lease soft_read_write_lock' ends_in_cut=$ends_in_restart
mount -t tmpfs none "$space" && mount -t tmpfs none /dev/shm && . "$here/fixtures/$fixture.sh" || exit 125

begin=$SECONDS
if ! up >"$space/up.log" 2>&1; then
    tail -n 20 "$space"/*.log
    exit 125
fi
echo "$fixture: up after $((SECONDS - begin)) s"

lines()
{
    printf '%s\n' "$@"
}
export ON_A=$(lines "${on_a[@]}") ON_B=$(lines "${on_b[@]}") DIR_A=$dir_a DIR_B=$dir_b
export CONTROL_A=$control.1
export KERNELS=$kernels HEARTBEAT=$heartbeat WHY_NOT=$why_not TIMES=$times LEASE=$lease
export EXCLUDES=$(lines $excludes) SURVIVES_RESTART=$(lines $survives_restart)
export SURVIVES_CUT=$(lines $survives_cut) ENDS_IN_CUT=$(lines $ends_in_cut)
export ENDS_IN_RESTART=$(lines $ends_in_restart)
export FAULTS=$(compgen -A function | grep -xE 'server_down|cut_a')

# The driver sends the names of the fixture's functions, a line each, and reads their status.
exec 4>&1
coproc driver { exec /usr/bin/python3 -B "$here/scenarios.py" "$fixture" "$peer" "$tool" 3>&1 >&4; }
pid=$driver_PID
while read -r name <&"${driver[0]}"; do
    "$name" >>"$space/up.log" 2>&1 </dev/null
    echo $? >&"${driver[1]}"
done
wait $pid
