# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
# What the tests of engines share: Debian for a root, with a root of busybox in it.

if [ ! -d /mnt/engines ]; then
	modprobe virtio_pci
	modprobe virtio_blk
	modprobe overlay
	[ -b /dev/vda ] || { echo "1..0 # SKIP no disc of container engines"; exit 4; }
	exec unshare -m /bin/sh ./enter.sh "$(basename "$0")"
fi
. ./tap.sh
export PATH=/usr/local/sbin:/usr/sbin:/usr/bin HOME=/root
hull_runc=/usr/local/sbin/hull-runc
busybox=/tmp/busybox
cgroups=/sys/fs/cgroup
work=$(mktemp -d)
chmod 755 "$work"
own_ns=$(readlink /proc/self/ns/pid)

# Any command; $code, and what it has written in $work/out and $work/err. A program of Go's that
# hangs tells by SIGQUIT where.
try()	# COMMAND...
{
	code=0
	timeout -s QUIT -k 5 120 "$@" > "$work/out" 2> "$work/err" < /dev/null || code=$?
	if [ "$code" -eq 124 ]; then
		echo "# hangs: $*"
		sed 's/^/# hangs: /' "$work/err" | head -300
	fi
}

is()	# NAME CODE [TEXT]
{
	if [ "$code" -eq "$2" ] &&
	   { [ $# -lt 3 ] || [ "$(tr -d '\r' < "$work/out")" = "$3" ]; }; then
		tap_pass "$1"
	else
		sed 's/^/# out: /' "$work/out" | head -5
		sed 's/^/# err: /' "$work/err" | head -5
		echo "# exit code $code"
		tap_fail "$1"
	fi
}

# Waits up to a minute for it.
comes()	# NAME COMMAND...
{
	name=$1 end=$(($(date +%s) + 60))
	shift
	while ! "$@" > /dev/null 2>&1 && [ "$(date +%s)" -lt "$end" ]; do
		sleep 0.1
	done
	tap_check "$name" "$@"
}

# Of hull-runc: state, records of the kernel, processes in namespaces of their own.
left()
{
	for state in /run/hull/oci /run/containerd/runc/default; do
		ls "$state" 2> /dev/null
	done
	vmctl group list -j | grep -v '^\[\]$'
	for ns in /proc/[0-9]*/ns/pid; do
		[ "$(readlink "$ns" 2> /dev/null)" = "$own_ns" ] || readlink "$ns" 2> /dev/null
	done
}

nothing_is_left()
{
	[ -z "$(left)" ]
}

nothing_left()	# NAME
{
	comes "$1" nothing_is_left
	left | sed 's/^/# left: /'
}
