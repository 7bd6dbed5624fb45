# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# Fixtures source this file if their hosts are guests: User Mode Linux, a kernel in a process. A
# guest's root is the root of this machine, read-only. Its first process is guest/init.

. "$here/network.sh"
guest_packages='user-mode-linux kmod iproute2'
device=/dev/net/tun

# Sets the words that run a program in the guests a and b. The control network is never cut.
control=10.78.0
on_guest=(/usr/bin/python3 -ISB "$here/guest/on.py")
on_a=("${on_guest[@]}" $control.1)
on_b=("${on_guest[@]}" $control.2)

guest_networks()
{
    storage_network && ip link add control type bridge && ip link set control up &&
        ip address add $control.254/24 dev control
}

# guest NAME NUMBER ROLE [DISK]: starts a guest, which calls ROLE, a function of the fixture. The
# number is the last part of its addresses.
guest()
{
    local network
    for network in storage control; do
        ip tuntap add "${network:0:1}-$1" mode tap || return
    done
    ip link set "s-$1" name "to-$1" && ip link set "to-$1" master storage up &&
        ip link set "c-$1" master control up || return
    TMPDIR=$space linux.uml mem=192M rootfstype=hostfs rootflags=/ ro init="$here/guest/init" \
        umid="$1" uml_dir="$space/uml" con0=null,fd:1 con=null ssl=null quiet \
        vec0:transport=tap,ifname="to-$1",depth=128 vec1:transport=tap,ifname="c-$1",depth=128 ${4:-} \
        NAME="$1" ADDRESS="10.77.0.$2" CONTROL="$control.$2" ROLE="$3" HERE="$here" FIXTURE="$fixture" \
        </dev/null >"$space/$1.log" 2>&1 &
    guests[$2]=$!
}
guests=()

# guests_are_up NUMBER...: waits for the guests. Fails when one has ended, or after a minute and a
# half.
guests_are_up()
{
    local number until=$((SECONDS + 90))
    for number; do
        until "${on_guest[@]}" $control.$number true 2>/dev/null </dev/null; do
            kill -0 "${guests[$number]}" 2>/dev/null && [ $SECONDS -lt $until ] || return
            sleep 0.2
        done
    done
}
