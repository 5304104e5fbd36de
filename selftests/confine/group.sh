# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the tests of vmctl's groups share: a root to run them in, and looks at what is left.

. ./cli.sh

[ -e /sys/module/hull ] || tap_skip_all "the module is not loaded"
cgroups=/sys/fs/cgroup
grep -q " $cgroups cgroup2 " /proc/mounts || mount -t cgroup2 none "$cgroups"

root=$work/root
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/etc" "$root/data"
cp /bin/busybox "$root/bin"
for applet in $(/bin/busybox --list); do
	[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
echo 'root:x:0:0::/:/bin/sh
guest:x:1000:1000::/:/bin/sh' > "$root/etc/passwd"
echo 'root:x:0:
guest:x:1000:' > "$root/etc/group"
# Neither the shell's nor a script's: for 126
echo nothing > "$root/bin/data"

group_run()	# OPTION... COMMAND...
{
	vmctl_run group run --rootfs "$root" "$@"
}

group_start()	# NAME OPTION... COMMAND...
{
	name=$1
	shift
	vmctl_run group run --rootfs "$root" --detach --name "$name" "$@"
}

# Exit code and output of the last vmctl_run.
is()	# NAME CODE [TEXT]
{
	if [ "$code" -eq "$2" ] && { [ $# -lt 3 ] || [ "$(cat "$work/out")" = "$3" ]; }; then
		tap_pass "$1"
	else
		show
		tap_fail "$1"
	fi
}

# It does not run: CODE, one sentence with PATTERN, no other output.
refused()	# CODE PATTERN OPTION... COMMAND
{
	wanted=$1 pattern=$2
	shift 2
	bad "$wanted" "$pattern" group run --rootfs "$root" --name refused "$@"
}

# Of a group in the background: its first process, as the host counts them.
pid_of()	# GROUP
{
	head -n 1 "$cgroups/hull-groups/$1/cgroup.procs"
}

delete()	# GROUP
{
	vmctl group delete -f "$1"
}

# Of groups that vmctl has made: directories, cgroups, records, mounts, links, processes.
left()
{
	ls /run/hull/groups 2> /dev/null
	find "$cgroups/hull-groups" -mindepth 1 -type d 2> /dev/null
	vmctl group list -j | grep -v '^\[\]$'
	ls /run/hull/net 2> /dev/null
	for link in /sys/class/net/hull*; do
		[ ! -e "$link" ] || echo "$link"
	done
	grep "$root" /proc/mounts
	# What runs in a namespace that is not init's
	for ns in /proc/[0-9]*/ns/pid; do
		[ "$(readlink "$ns" 2> /dev/null)" = "$own_ns" ] || readlink "$ns" 2> /dev/null
	done
}
own_ns=$(readlink /proc/self/ns/pid)

nothing_left()	# NAME
{
	tries=0
	while [ -n "$(left)" ] && [ $tries -lt 50 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	tap_check "$1" test -z "$(left)"
	left | sed 's/^/# left: /'
}

wait_for()	# COMMAND...
{
	tries=0
	while ! "$@" > /dev/null 2>&1 && [ $tries -lt 40 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	[ $tries -lt 40 ]
}

# A group's cgroup file.
cgroup_has()	# GROUP FILE TEXT
{
	[ "$(cat "$cgroups/hull-groups/$1/$2")" = "$3" ]
}
