#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# engines.sh - a disc with Debian and its container engines; prints the image's path
#
# A root by itself, of the packages named here and all they depend on, unpacked and not
# configured: neither root nor a debootstrap is needed. It is made once, and again when the
# archive has other versions.
set -eu
. "$(dirname "$0")/lib/common.sh"

packages="base-files base-passwd bash coreutils dash findutils grep sed hostname libc-bin
	ncurses-base util-linux bsdutils mount procps
	podman containerd crun runc bubblewrap conmon"
image_mib=2048

# What apt would install on a machine that has nothing: "name=version" a line.
closure()
{
	# shellcheck disable=SC2086
	LC_ALL=C apt-get -s -y -o Dir::State::status=/dev/null -o Debug::NoLocking=1 \
		--no-install-recommends install $packages 2>/dev/null |
		awk '$1 == "Inst" { sub(/^\(/, "", $3); print $2 "=" $3 }' | sort
}

download()	# DIR, the names on stdin
{
	(cd "$1" && xargs apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 download) ||
		die "cannot download the packages (is the package registry reachable?)"
}

unpack()	# DEBS ROOT
{
	local name deb

	mkdir -p "$2/usr"
	for name in bin sbin lib lib64; do
		mkdir "$2/usr/$name"
		ln -s "usr/$name" "$2/$name"
	done
	for deb in "$1"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -p --keep-directory-symlink -C "$2"
	done
}

# What the packages' scripts would have done, as far as anybody looks for it.
configure()	# ROOT
{
	rm -rf "$1"/usr/share/{doc,man,locale,info}
	cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
	cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"
	ln -sf dash "$1/usr/bin/sh"
	[ -e "$1/usr/sbin/iptables" ] || ln -s xtables-nft-multi "$1/usr/sbin/iptables"
	echo debian > "$1/etc/hostname"
	echo '127.0.0.1 localhost' > "$1/etc/hosts"
	: > "$1/etc/resolv.conf"
	mkdir -p "$1"/{proc,sys,dev,run,tmp,root,mnt,usr/local/{bin,sbin}}
}

build()	# IMAGE, the names on stdin
{
	local part=$1.part

	echo "engines: Debian's container engines, for the lab" >&2
	rm -rf "$part"
	mkdir -p "$part/debs" "$part/root"
	download "$part/debs"
	unpack "$part/debs" "$part/root"
	configure "$part/root"
	truncate -s "${image_mib}M" "$part/image"
	/sbin/mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 -d "$part/root" \
		"$part/image" >&2 || die "no file system"
	mv "$part/image" "$1"
	rm -rf "$part"
}

mkdir -p "$HULL_CACHE/engines"
exec 9> "$HULL_CACHE/engines/lock"
flock 9

names=$(closure)
if [ -n "$names" ]; then
	hash=$({ echo "$names"; cat "$0"; } | sha256sum | cut -c 1-12)
	image=$HULL_CACHE/engines/$hash.ext4
	if [ ! -f "$image" ]; then
		echo "$names" | build "$image"
		find "$HULL_CACHE/engines" -name '*.ext4' ! -path "$image" -delete
	fi
else
	# No package lists: what was made before still serves.
	image=$(find "$HULL_CACHE/engines" -name '*.ext4' | head -n 1)
	[ -n "$image" ] || die "no package lists: run selftests/lab/deps.sh, or apt-get update"
fi
echo "$image"
