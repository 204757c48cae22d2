#!/bin/busybox sh
# First program of the guest: the disks, then a root of them. The root is an overlay, since the disk with Debian is shared by all runs.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t devtmpfs dev /dev
while read -r module; do $b insmod "/modules/$module"; done < /modules/order
tries=0
while [ ! -b /dev/vdc ] && [ $tries -lt 100 ]; do $b sleep 0.1; tries=$((tries + 1)); done
$b mount -t ext4 -o ro /dev/vda /base
$b mount -t ext4 -o ro /dev/vdb /payload
$b mount -t ext4 /dev/vdc /scratch
$b mkdir -p /scratch/root /scratch/root-work
$b mount -t overlay overlay -o lowerdir=/base,upperdir=/scratch/root,workdir=/scratch/root-work /new
cd /new
$b mkdir -p vm/base vm/payload vm/scratch
for part in base payload scratch; do $b mount --move /$part vm/$part; done
$b mount --move /dev dev
$b umount /proc
exec $b switch_root /new /bin/bash /vm/payload/vm-guest.sh
