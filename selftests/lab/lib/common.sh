# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# common.sh - where things are; what every script of the lab needs

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
REPO=$(cd "$LAB_DIR/../.." && pwd)
BUILD=${BUILD:-$REPO/build}
LAB_TOOLS=$BUILD/lab
# Slow inputs (packages, unpacked kernels) live outside the tree and can be deleted at will.
HULL_CACHE=${HULL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hull}
export REPO BUILD HULL_CACHE

die()
{
	echo "${0##*/}: $*" >&2
	exit 2
}

build_tools()
{
	mkdir -p "$LAB_TOOLS"
	flock "$LAB_TOOLS/build.lock" make -s -C "$LAB_DIR/src" OUTPUT="$LAB_TOOLS" >&2 || die "the lab's own tools do not build"
}

# The package that holds a kernel: 6.1 -> linux-image-cloud-amd64 ...
kernel_meta()	# image|headers SERIES
{
	case $2 in
	6.1) echo "linux-$1-cloud-amd64" ;;
	*) echo "linux-$1-$2-cloud-amd64" ;;
	esac
}
# shellcheck disable=SC2034
LAB_KERNELS="6.1 6.12"
