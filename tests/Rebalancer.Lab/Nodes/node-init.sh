#!/bin/bash
# First process of a node, in namespaces of its own. Builds the node's view of the file system, says "ready", then only reaps.
# Environment: ROOTFS (lower layer), NODE (name), FOLDER (what the node writes), CGROUP (1 or 2), CONTROLLERS (empty: version 2 cannot limit CPU and memory), PRODUCT (published programs, may be empty), DOTNET.
set -eu
mount --make-rprivate /
mkdir -p "$FOLDER"/{upper,work,root,containerd,kubelet,rebalancer,log}
mount -t overlay overlay -o "lowerdir=$ROOTFS,upperdir=$FOLDER/upper,workdir=$FOLDER/work" "$FOLDER/root"
cd "$FOLDER/root"
mkdir -p oldroot opt/rebalancer usr/share/dotnet var/lib/containerd var/lib/kubelet var/lib/rebalancer var/log/pods
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o nosuid,nodev,noexec sysfs sys
if [ "$CGROUP" = 2 ]; then mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 sys/fs/cgroup; else mount --rbind /sys/fs/cgroup sys/fs/cgroup; fi
mount --rbind /dev dev
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs tmp
# Overlay on overlay does not work, so what containerd stacks lies on the disk itself.
for part in containerd kubelet rebalancer; do mount --bind "$FOLDER/$part" "var/lib/$part"; done
mount --bind "$FOLDER/log" var/log/pods
mount --make-rshared var/lib/kubelet
mount --bind -o ro "$DOTNET" usr/share/dotnet
ln -sf ../share/dotnet/dotnet usr/bin/dotnet
if [ -n "$PRODUCT" ]; then mount --bind -o ro "$PRODUCT" opt/rebalancer; fi
if [ -z "$CONTROLLERS" ]; then
    # containerd asks for CPU shares for every sandbox, and runc fails where the kernel has none to give.
    cp -p usr/sbin/runc usr/sbin/runc.real
    cat > usr/sbin/runc <<'FRONT'
#!/bin/sh
bundle=.; edit=; last=
for word in "$@"; do
    case $last in --bundle|-b) bundle=$word;; esac
    case $word in create|restore|run) edit=yes;; esac
    last=$word
done
if [ -n "$edit" ]; then sed -i -E 's/,"(cpu|memory|pids)":\{[^}]*\}//g' "$bundle/config.json"; fi
exec /usr/sbin/runc.real "$@"
FRONT
fi
echo "$NODE" > etc/hostname
hostname "$NODE"
rm -f etc/resolv.conf; : > etc/resolv.conf
pivot_root . oldroot
cd /
umount -l /oldroot
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
echo ready
sleep infinity & wait
