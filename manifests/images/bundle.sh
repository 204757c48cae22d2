#!/bin/sh
# Makes what a node gets: a folder that brings its own loader and libraries, so that it runs whatever C library the node has, if any.
# bundle.sh VERSION PROGRAMS DEBIAN OUT: PROGRAMS has agent/ (self-contained), rebalancer-runc and rebalancer-ipam; DEBIAN is unpacked by debian.sh.
set -eu
version=$1; programs=$2; debian=$3; out=$4
home=/opt/rebalancer/$version
loader=$home/lib/ld-linux-x86-64.so.2
folders="usr/lib/x86_64-linux-gnu usr/lib lib/x86_64-linux-gnu lib64 usr/lib64"
rm -rf "$out"; mkdir -p "$out/agent" "$out/bin" "$out/libexec" "$out/lib"
cp -r "$programs/agent/." "$out/agent"
rm -f "$out"/agent/*.pdb "$out/agent/createdump"
cp "$programs/rebalancer-runc" "$programs/rebalancer-ipam" "$out/bin"
cp "$debian/usr/sbin/criu" "$debian/usr/bin/nsenter" "$out/libexec"

# Copies what a program needs, and what that needs; a library goes by the name by which it is asked for.
collect() {
    for needed in $(patchelf --print-needed "$1"); do
        [ ! -e "$out/lib/$needed" ] && [ ! -e "$out/agent/$needed" ] || continue
        for folder in $folders; do
            [ -e "$debian/$folder/$needed" ] || continue
            cp -L "$debian/$folder/$needed" "$out/lib/$needed"
            break
        done
        [ -e "$out/lib/$needed" ] || { echo "$1 needs $needed, which no Debian package brought" >&2; exit 1; }
        collect "$out/lib/$needed"
    done
}
for program in "$out/agent/Rebalancer.Agent" "$out"/bin/* "$out"/libexec/*; do collect "$program"; done
for library in "$out"/agent/lib*.so; do
    # Tracing for LTTng, which nobody has switched on.
    case $library in *libcoreclrtraceptprovider.so) rm "$library"; continue;; esac
    collect "$library"
done
# .NET opens these by name, from a library that looks beside itself only.
for library in libssl.so.3 libcrypto.so.3; do cp -L "$debian/usr/lib/x86_64-linux-gnu/$library" "$out/agent"; collect "$out/agent/$library"; done

# RPATH and not RUNPATH: it holds for what the libraries need, too.
for program in "$out/agent/Rebalancer.Agent" "$out"/bin/* "$out"/libexec/*; do
    patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$home/lib" "$program"
done
mkdir -p "$out/licenses"
for package in criu util-linux libc6 libssl3t64; do [ ! -e "$debian/usr/share/doc/$package/copyright" ] || cp "$debian/usr/share/doc/$package/copyright" "$out/licenses/$package"; done
chmod -R u=rwX,go=rX "$out"
