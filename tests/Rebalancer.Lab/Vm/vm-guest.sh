#!/bin/bash
# First program on the guest's root: what a lab's `exec` finds on a machine, then the command. Its exit code is the console's last word.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
export REBALANCER_LAB=vm REBALANCER_ROOTFS=/vm/base REBALANCER_KUBECTL=/vm/base/usr/bin/kubectl
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_TieredPGO=0
end() {
    rm -rf /vm/scratch/artifacts; mkdir -p /vm/scratch/artifacts
    cp -r /vm/tree/artifacts/. /vm/scratch/artifacts/ 2>/dev/null
    rm -rf /vm/scratch/artifacts/publish
    dmesg > /vm/scratch/artifacts/dmesg.log
    sync
    echo "lab-vm: exit code $1"
    sync; echo o > /proc/sysrq-trigger
    sleep 60
}
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t mqueue mqueue /dev/mqueue
for number in 0:stdin 1:stdout 2:stderr; do ln -sf "/proc/self/fd/${number%:*}" "/dev/${number#*:}"; done
ln -sfn /proc/self/fd /dev/fd
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
    mkdir "/sys/fs/cgroup/$controller" && mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller"
done
mkdir /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
# The kernel loads modules by /sbin/modprobe when something asks for them; what CRIU and the lab ask for in namespaces is loaded here.
mkdir -p /lib/modules && mount --bind /vm/payload/modules /lib/modules
for applet in modprobe pivot_root; do ln -sf /usr/bin/busybox "/sbin/$applet"; done
for module in tun unix_diag inet_diag tcp_diag udp_diag raw_diag af_packet_diag netlink_diag veth bridge nf_tables nft_numgen nft_ct sch_tbf; do modprobe "$module"; done
mkdir -p /dev/net /usr/share/dotnet /vm/tree /var/lib/rebalancer-lab /vm/scratch/tree /vm/scratch/tree-work /vm/scratch/lab
mount --bind /vm/payload/dotnet /usr/share/dotnet
ln -sf /usr/share/dotnet/dotnet /usr/bin/dotnet
mount -t overlay overlay -o lowerdir=/vm/payload/tree,upperdir=/vm/scratch/tree,workdir=/vm/scratch/tree-work /vm/tree
# Overlay on overlay does not work, so what the nodes write lies on the disk itself.
mount --bind /vm/scratch/lab /var/lib/rebalancer-lab
hostname lab-vm
ip link set lo up
echo "lab-vm: $(uname -r), up for $(cut -d' ' -f1 /proc/uptime) s by its own clock"
# A run takes long, and says little by itself: every ten seconds of the guest's how it goes and what was logged last.
heartbeat() {
    while sleep 10; do
        newest=$(ls -t /vm/tree/artifacts/lab-logs/*/*/*.log 2>/dev/null | head -1)
        echo "lab-vm: $(cut -d' ' -f1 /proc/uptime) s, load $(cut -d' ' -f1 /proc/loadavg)${newest:+, ${newest#/vm/tree/artifacts/lab-logs/}: $(tail -n 1 "$newest" | cut -c1-160)}"
    done
}
heartbeat &
mapfile -d '' -t command < /vm/payload/command
cd /vm/tree
# As `exec` does: in a pid namespace of its own, so that whatever the command leaves dies with it.
mount --make-rprivate /
unshare --mount --net --pid --fork --kill-child --mount-proc bash -c 'ip link set lo up; "$@"' lab "${command[@]}" < /dev/null
end $?
