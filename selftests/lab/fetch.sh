#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fetch.sh SERIES - get a Debian cloud kernel by package name; prints the directory it is in
#
# The directory holds vmlinuz, vmlinux (the ELF file inside it), config, release (text)
# and modules. A kernel is fetched once and again when the archive has a newer one.
set -eu
. "$(dirname "$0")/lib/common.sh"

image_package()	# SERIES -> the real package behind the meta package
{
	LC_ALL=C apt-cache depends --no-recommends "$(kernel_meta image "$1")" 2>/dev/null |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }'
}

candidate()	# PACKAGE -> the version the archive has
{
	LC_ALL=C apt-cache policy "$1" | awk '$1 == "Candidate:" { print $2 }'
}

unpack()	# DEB RELEASE DIR
{
	local deb=$1 release=$2 dir=$3

	mkdir -p "$dir/root"
	dpkg-deb -x "$deb" "$dir/root"
	ln -s "root/boot/vmlinuz-$release" "$dir/vmlinuz"
	ln -s "root/boot/config-$release" "$dir/config"
	ln -s "root/lib/modules/$release" "$dir/modules"
	echo "$release" > "$dir/release"
	/sbin/depmod -b "$dir/root" "$release"
	"$LAB_DIR/extract-vmlinux" "$dir/vmlinuz" > "$dir/vmlinux"
}

fetch()	# SERIES PACKAGE VERSION DIR
{
	local package=$2 version=$3 dir=$4 part=$4.part

	echo "fetch: $package $version" >&2
	rm -rf "$part"
	mkdir -p "$part"
	(cd "$part" && apt-get -qq -o APT::Sandbox::User=root download "$package=$version") ||
		die "cannot download $package $version (is the package registry reachable?)"
	unpack "$part/$package"_*.deb "${package#linux-image-}" "$part"
	rm -f "$part"/*.deb
	mv "$part" "$dir"
	# Older versions of this series are of no use any more.
	find "$HULL_CACHE/kernels" -mindepth 1 -maxdepth 1 -type d -name "$1_*" \
		! -path "$dir" -exec rm -rf {} +
}

[ $# = 1 ] || die "usage: fetch.sh SERIES (one of: $LAB_KERNELS)"
series=$1
mkdir -p "$HULL_CACHE/kernels"
exec 9> "$HULL_CACHE/kernels/$series.lock"
flock 9

package=$(image_package "$series")
if [ -n "$package" ]; then
	version=$(candidate "$package")
	dir=$HULL_CACHE/kernels/${series}_${package#linux-image-}_$version
	[ -d "$dir" ] || fetch "$series" "$package" "$version" "$dir"
else
	# No package lists: what was fetched before still serves.
	dir=$(find "$HULL_CACHE/kernels" -mindepth 1 -maxdepth 1 -type d \
		-name "${series}_*" ! -name '*.part' | head -n 1)
	[ -n "$dir" ] || die "no kernel $series: run selftests/lab/deps.sh, or apt-get update"
fi
echo "$dir"
