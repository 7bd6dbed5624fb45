# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# Fixtures source this file: the storage network, a bridge in the network namespace of the run. Each
# link to-NAME on it can be cut.

server_address=10.77.0.254
address_a=10.77.0.1
address_b=10.77.0.2

storage_network()
{
    ip link set lo up && ip link add storage type bridge && ip link set storage up &&
        ip address add $server_address/24 dev storage
}

cut_a()
{
    ip link set to-a nomaster
}

join_a()
{
    ip link set to-a master storage
}

# network_of NAME ADDRESS: makes a network namespace on the bridge, for clients that are processes
# of this kernel, and sets `in_NAME` to the words that run a program in it.
network_of()
{
    local pid
    unshare --net sleep infinity &
    pid=$!
    until [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do
        kill -0 $pid || return
        sleep 0.05
    done
    declare -ga "in_$1=(nsenter --target $pid --net)"
    ip link add "to-$1" type veth peer name storage netns $pid && ip link set "to-$1" master storage up &&
        nsenter --target $pid --net bash -c "ip link set lo up && ip link set storage up &&
            ip address add $2/24 dev storage"
}
