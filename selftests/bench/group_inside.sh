#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the emulated machine.
#   group_inside.sh start ROUNDS    lines "START name cycles ns KiB"
#   group_inside.sh many GROUPS     lines "MANY what value"

set -eu
cgroups=/sys/fs/cgroup
mkdir -p "$cgroups"
grep -q " $cgroups cgroup2 " /proc/mounts || mount -t cgroup2 none "$cgroups"
root=/tmp/bundle/rootfs
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/etc"
cp /bin/busybox "$root/bin"
for name in true sleep; do
	ln -s busybox "$root/bin/$name"
done
echo 'root:x:0:0::/:/bin/sh' > "$root/etc/passwd"

bundle()
{
	ln -s "$(command -v vmctl)" /tmp/hull-runc
	/tmp/hull-runc spec -b /tmp/bundle
	# What an old runtime knows of the specification, and the calls that a group may make.
	sed -i -e 's/"terminal": true/"terminal": false/' -e 's@"sh"@"true"@' \
		-e 's/"ociVersion": ".*"/"ociVersion": "1.0.2"/' \
		-e "s/\"linux\": {/&\"seccomp\": $(cat ./calls.json),/" /tmp/bundle/config.json
}

start()	# ROUNDS
{
	bundle
	exec 9< ./default.bpf
	echo "program $root/bin/true
hull /bin/vmctl group run --rootfs $root true
hull-runc /tmp/hull-runc run -b /tmp/bundle bench
crun /bin/crun --cgroup-manager=cgroupfs run -b /tmp/bundle bench
runc /bin/runc run -b /tmp/bundle bench
bubblewrap /bin/bwrap --unshare-all --hostname bench --bind $root / --proc /proc --dev /dev \
--ro-bind /sys /sys --cap-drop ALL --new-session --die-with-parent --seccomp 9 true" |
		./start "$1"
}

# One group in the background: cycles until it runs.
one()	# NAME
{
	echo "one /bin/vmctl group run --rootfs $root --detach --name $1 sleep 100000" |
		./start 0 | awk '$1 == "START" { print $3 }'
}

available()
{
	awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo
}

many()	# GROUPS
{
	# The kernel has things to finish after its boot.
	sleep 5
	before=$(available)
	i=0
	while [ $i -lt "$1" ]; do
		echo "MANY cycles $(one "g$i")"
		i=$((i + 1))
	done
	echo "MANY alive $(vmctl group list | grep -c ' g[0-9]')"
	echo "MANY processes $(cat "$cgroups"/hull-groups/g*/cgroup.procs | wc -l)"
	echo "MANY kib $(((before - $(available)) / $1))"
}

"$@"
