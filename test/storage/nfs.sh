# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

# The fixtures of NFS source this file and set `version`: the kernel's server, with an ext4 file
# system, and two clients, each in a guest of its own. Lease and grace period are 10 s.

. "$here/guests.sh"
packages="$guest_packages nfs-common nfs-kernel-server rpcbind e2fsprogs"
dir_a=/mnt/storage
dir_b=/mnt/storage
on_server=("${on_guest[@]}" $control.3)
kernels=2
times=server
excludes='file_lock read_write_lock soft_file_lock soft_file_lease soft_read_write_lock strict_soft_file_lock'
survives_restart='file_lock read_write_lock soft_file_lock strict_soft_file_lock'

up()
{
    truncate -s 64M "$space/disk" && mkfs.ext4 -q "$space/disk" && guest_networks || return
    guest server 3 server "ubd0=$space/disk" && guest a 1 client && guest b 2 client && guests_are_up 3 1 2
}

# Runs in the guests.

state_of_nfs()
{
    mount -t tmpfs none /var/lib/nfs && mkdir -p /var/lib/nfs/{rpc_pipefs,sm,sm.bak,nfsdcld} /run/rpcbind &&
        mount -t rpc_pipefs none /var/lib/nfs/rpc_pipefs && touch /var/lib/nfs/{etab,rmtab,xtab}
}

server()
{
    load nfsd md5 && state_of_nfs && mkdir /mnt/export && mount -t ext4 /dev/ubda /mnt/export &&
        mount -t nfsd none /proc/fs/nfsd || return
    echo 10 >/proc/fs/nfsd/nfsv4leasetime
    echo 10 >/proc/fs/nfsd/nfsv4gracetime
    echo 10 >/proc/sys/fs/nfs/nlm_grace_period
    rpcbind -w && rpc.statd --no-notify && nfsdcld || return
    # hostfs cannot be the root of an NFS 4 server: fsid=0 makes the export that root.
    exportfs -i -o rw,no_root_squash,no_subtree_check,insecure,sync,fsid=0 '*:/mnt/export' &&
        rpc.mountd && rpc.nfsd 8
}

client()
{
    load nfs nfsv3 nfsv4 nfs_layout_nfsv41_files && state_of_nfs && mkdir $dir_a || return
    if [ "$version" = 3 ]; then
        rpcbind -w && rpc.statd --no-notify || return
    fi
    local i
    for ((i = 0; i < 100; i++)); do # the server may still be coming up
        mount -t nfs -o "vers=$version,retry=0" 10.77.0.3:"$export" $dir_a && return
        sleep 0.5
    done
    return 1
}

# Runs on the host.

server_down()
{
    "${on_server[@]}" rpc.nfsd 0 </dev/null
}

# Clients of NFS 3 reclaim their locks when sm-notify(8) notifies them of the restart.
server_up()
{
    "${on_server[@]}" sh -c 'rpc.nfsd 8; sm-notify -f' </dev/null
}
