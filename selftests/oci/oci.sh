# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the tests of hull-runc share: a bundle of busybox, and changes to its config.json.

. ./cli.sh

cgroups=/sys/fs/cgroup
grep -q " $cgroups cgroup2 " /proc/mounts || mount -t cgroup2 none "$cgroups"
ln -sf "$(command -v vmctl)" "$work/hull-runc"
PATH=$work:$PATH
bundle=$work/bundle
mkdir -p "$bundle/rootfs/bin" "$bundle/rootfs/proc" "$bundle/rootfs/sys" "$bundle/rootfs/dev" \
	"$bundle/rootfs/tmp" "$bundle/rootfs/etc"
cp /bin/busybox "$bundle/rootfs/bin"
for applet in $(/bin/busybox --list); do
	[ "$applet" = busybox ] || ln -s busybox "$bundle/rootfs/bin/$applet"
done
echo 'root:x:0:0::/:/bin/sh' > "$bundle/rootfs/etc/passwd"

# hull-runc; $code, what it has written in $work/out and $work/err.
runc()	# ARGUMENT...
{
	code=0
	hull-runc "$@" > "$work/out" 2> "$work/err" < /dev/null || code=$?
}

# Like runc spec, without a terminal, and running this by a shell.
spec()	# COMMAND
{
	rm -f "$bundle/config.json"
	hull-runc spec -b "$bundle"
	sed -i -e 's/"terminal": true/"terminal": false/' \
		-e "s@\"sh\"@\"sh\", \"-c\", \"$1\"@" "$bundle/config.json"
}

# Behind a line of config.json that matches, one more.
insert()	# PATTERN TEXT
{
	sed -i "/$1/a $2" "$bundle/config.json"
}

is()	# NAME CODE [TEXT]
{
	if [ "$code" -eq "$2" ] && { [ $# -lt 3 ] || [ "$(cat "$work/out")" = "$3" ]; }; then
		tap_pass "$1"
	else
		show
		tap_fail "$1"
	fi
}

says()	# NAME PATTERN
{
	grep -q -e "$2" "$work/err" || show
	tap_check "$1" grep -q -e "$2" "$work/err"
}

status_of()	# ID
{
	hull-runc state "$1" 2> /dev/null | sed -n 's/.*"status": "\(.*\)".*/\1/p'
}

# Waits up to ten seconds for it.
comes()	# NAME COMMAND...
{
	name=$1 tries=0
	shift
	while ! "$@" > /dev/null 2>&1 && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	tap_check "$name" "$@"
}

status_is()	# ID STATUS
{
	[ "$(status_of "$1")" = "$2" ]
}

# Directories, cgroups, records, mounts, processes in namespaces of their own.
left()
{
	ls /run/hull/oci 2> /dev/null
	find "$cgroups/hull-oci" -mindepth 1 -type d 2> /dev/null
	[ ! -e /sys/module/hull ] || vmctl group list -j | grep -v '^\[\]$'
	grep "$bundle" /proc/mounts
	for ns in /proc/[0-9]*/ns/pid; do
		[ "$(readlink "$ns" 2> /dev/null)" = "$own_ns" ] || readlink "$ns" 2> /dev/null
	done
}
own_ns=$(readlink /proc/self/ns/pid)

nothing_is_left()
{
	[ -z "$(left)" ]
}

nothing_left()	# NAME
{
	comes "$1" nothing_is_left
	left | sed 's/^/# left: /'
}
