#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fetch-source.sh SERIES PATH... - parts of a kernel's source, from Debian's package of it
#
# Prints the directory that they are in. Paths may be patterns; nothing else is kept.
set -eu
. "$(dirname "$0")/lib/common.sh"

[ $# -ge 2 ] || die "usage: fetch-source.sh SERIES PATH..."
series=$1 package=linux-source-$1
shift
mkdir -p "$HULL_CACHE/sources"
exec 9> "$HULL_CACHE/sources/$series.lock"
flock 9

version=$(LC_ALL=C apt-cache policy "$package" 2>/dev/null | awk '$1 == "Candidate:" { print $2 }')
wanted=$(printf '%s\n' "$@" | sha256sum | cut -c 1-12)
dir=$HULL_CACHE/sources/${series}_${version:-*}_$wanted
# No package lists: what was fetched before still serves.
# shellcheck disable=SC2086	# it is a pattern by intention
[ -n "$version" ] || dir=$(find $dir -maxdepth 0 2>/dev/null | head -n 1)
[ -n "$dir" ] || die "no source of $series: run selftests/lab/deps.sh, or apt-get update"
if [ ! -d "$dir" ]; then
	echo "fetch-source: $package $version" >&2
	rm -rf "$dir.part"
	mkdir -p "$dir.part"
	cd "$dir.part"
	apt-get -qq -o APT::Sandbox::User=root download "$package=$version" >&2 ||
		die "cannot download $package $version (is the package registry reachable?)"
	dpkg-deb --fsys-tarfile "$package"_*.deb |
		tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ --strip-components=1 --wildcards "${@/#/$package/}"
	rm -f "$package"_*.deb
	mv "$dir.part" "$dir"
	# Older versions of this series are of no use any more.
	find "$HULL_CACHE/sources" -mindepth 1 -maxdepth 1 -type d -name "${series}_*" \
		! -path "$dir" -exec rm -rf {} +
fi
echo "$dir"
