#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# deps.sh - install the Debian packages that building and testing Hull needs
#
# Installs only what is missing. Kernel headers must be those of the kernel that fetch.sh
# gets, so an older version of theirs counts as missing.
set -eu
. "$(dirname "$0")/lib/common.sh"

packages="
	gcc make libc6-dev binutils pkg-config libelf-dev libmnl-dev libjansson-dev
	libseccomp-dev libcap-ng-dev libcap-dev procps
	clang libbpf-dev zlib1g-dev pahole
	kmod gzip xz-utils zstd lz4 e2fsprogs
	sparse shellcheck perl
	crun runc bubblewrap
	busybox-static bsdutils util-linux kexec-tools
	bochs bochs-term bochsbios vgabios isolinux syslinux-common xorriso
	qemu-system-x86 qemu-system-data seabios"

installed()	# PACKAGE
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

up_to_date()	# PACKAGE
{
	LC_ALL=C apt-cache policy "$1" | awk '
		$1 == "Installed:" { have = $2 }
		$1 == "Candidate:" { want = $2 }
		END { exit have != want }'
}

missing()
{
	local name series
	for name in $packages; do
		installed "$name" || echo "$name"
	done
	for series in $LAB_KERNELS; do
		name=$(kernel_meta headers "$series")
		if ! installed "$name" || ! up_to_date "$name"; then
			echo "$name"
		fi
	done
}

mapfile -t wanted < <(missing)
[ ${#wanted[@]} -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] || die "these packages are missing, and only root can install them: ${wanted[*]}"

echo "deps: installing ${wanted[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# Another apt may be at work on the machine: wait for its lock.
apt=(apt-get -qq -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3)
for step in update "install --yes --no-install-recommends ${wanted[*]}"; do
	# shellcheck disable=SC2086
	if ! "${apt[@]}" $step > "$log" 2>&1; then
		tail -n 20 "$log" >&2
		die "apt-get ${step%% *} failed; the packages wanted: ${wanted[*]}"
	fi
done
