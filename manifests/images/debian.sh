#!/bin/sh
# Unpacks Debian packages with all that they depend on, from the mirror that this machine's apt uses: debian.sh FOLDER PACKAGE...
# Nothing of them is run, so that neither root file system nor daemon is needed. FOLDER is made anew; the packages are kept beside it.
set -eu
folder=$(readlink -f "$1"); shift
# Testing: CRIU dumps TCP sockets of current kernels only from 4.2 on, which no stable release has yet.
suite=testing
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v -- -security | head -1)
[ "$mirror" ] || { echo "apt on this machine names no mirror" >&2; exit 1; }
apt=$folder.apt
mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
: > "$apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$apt/sources.list"
options="-qq -o Dir::State=$apt/state -o Dir::State::status=$apt/status -o Dir::Cache=$apt/cache -o Dir::Etc::sourcelist=$apt/sources.list -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root -o APT::Install-Recommends=false -o APT::Get::Assume-Yes=true"
apt-get $options update
rm -f "$apt"/cache/archives/*.deb
apt-get $options --download-only install "$@" > /dev/null
rm -rf "$folder"; mkdir -p "$folder"
for package in "$apt"/cache/archives/*.deb; do dpkg-deb -X "$package" "$folder" > /dev/null; done
