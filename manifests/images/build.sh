#!/bin/sh
# Makes OCI archives without a registry and without a daemon: build.sh VERSION PUBLISHED WORK OUT
# PUBLISHED has the programs, published self-contained: agent/, descheduler/, scheduler/ (each only if it is there), rebalancer-runc, rebalancer-ipam.
set -eu
here=$(dirname "$(readlink -f "$0")")
version=$1; published=$2
mkdir -p "$3" "$4"
work=$(readlink -f "$3"); out=$(readlink -f "$4")
# The same files give the same image.
epoch=1735689600
moment=$(date -u -d @$epoch +%Y-%m-%dT%H:%M:%SZ)

# What a self-contained .NET program needs of a system: C library, OpenSSL, time zones. No shell, no package manager.
base() {
    "$here/debian.sh" "$work/debian" libc6 libgcc-s1 libstdc++6 libssl3t64 zlib1g tzdata criu util-linux
    rm -rf "$work/base"
    mkdir -p "$work/base/usr/lib/x86_64-linux-gnu" "$work/base/usr/lib64" "$work/base/usr/share" "$work/base/etc" "$work/base/tmp" "$work/base/proc" "$work/base/sys" "$work/base/dev" "$work/base/run"
    ln -s usr/lib "$work/base/lib"; ln -s usr/lib64 "$work/base/lib64"
    for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libnss_files.so.2 libnss_dns.so.2 libgcc_s.so.1 libstdc++.so.6 libssl.so.3 libcrypto.so.3 libz.so.1 libzstd.so.1; do
        cp -L "$work/debian/usr/lib/x86_64-linux-gnu/$library" "$work/base/usr/lib/x86_64-linux-gnu/$library"
    done
    cp -L "$work/debian/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$work/base/usr/lib64/ld-linux-x86-64.so.2"
    cp -r "$work/debian/usr/share/zoneinfo" "$work/base/usr/share/zoneinfo"
    printf 'root:x:0:0:root:/root:/sbin/nologin\nrebalancer:x:65532:65532:rebalancer:/tmp:/sbin/nologin\n' > "$work/base/etc/passwd"
    printf 'root:x:0:\nrebalancer:x:65532:\n' > "$work/base/etc/group"
    printf 'hosts: files dns\n' > "$work/base/etc/nsswitch.conf"
    chmod 1777 "$work/base/tmp"
    layer "$work/base" "$work/base.tar"
}

layer() { tar --create --sort=name --mtime=@$epoch --owner=0 --group=0 --numeric-owner --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime --file "$2" --directory "$1" .; }

# image NAME FOLDER USER ENTRYPOINT
image() {
    layout=$work/$1.layout
    reference=localhost/rebalancer-$1:$version
    rm -rf "$layout"
    umoci init --layout "$layout"
    umoci new --image "$layout:new"
    layer "$2" "$work/$1.tar"
    for tar in "$work/base.tar" "$work/$1.tar"; do umoci raw add-layer --image "$layout:new" --history.created "$moment" --history.created_by "$(basename "$tar" .tar)" "$tar"; done
    umoci config --image "$layout:new" --created "$moment" --history.created "$moment" --history.created_by config --architecture amd64 --os linux \
        --config.user "$3" --config.entrypoint "$4" --config.workingdir / --config.env PATH=/usr/sbin:/usr/bin:/sbin:/bin --config.env DOTNET_EnableDiagnostics=0 \
        --config.label org.opencontainers.image.title="rebalancer-$1" --config.label org.opencontainers.image.version="$version"
    umoci tag --image "$layout:new" "$reference"
    umoci rm --image "$layout:new"
    umoci gc --layout "$layout"
    # containerd takes the name from this annotation.
    sed -i "s#\"org.opencontainers.image.ref.name\":\"$reference\"#&,\"io.containerd.image.name\":\"$reference\"#" "$layout/index.json"
    layer "$layout" "$out/rebalancer-$1.tar"
    echo "$reference: $(du -h "$out/rebalancer-$1.tar" | cut -f1) ($out/rebalancer-$1.tar), unpacked $(du -shc "$work/base" "$2" | tail -1 | cut -f1)"
}

base
for program in descheduler scheduler; do
    [ -d "$published/$program" ] || continue
    rm -rf "$work/$program"; mkdir -p "$work/$program/opt/rebalancer"
    cp -r "$published/$program" "$work/$program/opt/rebalancer/$program"
    rm -f "$work/$program/opt/rebalancer/$program"/*.pdb "$work/$program/opt/rebalancer/$program/createdump"
    case $program in descheduler) main=Rebalancer.Descheduler;; scheduler) main=Rebalancer.Scheduler;; esac
    image $program "$work/$program" 65532:65532 "/opt/rebalancer/$program/$main"
done
rm -rf "$work/agent"; mkdir -p "$work/agent/opt/rebalancer"
"$here/bundle.sh" "$version" "$published" "$work/debian" "$work/agent/opt/rebalancer/$version"
ln -s "$version" "$work/agent/opt/rebalancer/current"
# The agent's pod works on the node itself: root, and nothing less.
image agent "$work/agent" 0:0 /opt/rebalancer/current/agent/Rebalancer.Agent
