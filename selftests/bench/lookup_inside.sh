#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the emulated machine: prints lines "FIGURE groups where depth current every-level".

set -eu
root=/sys/fs/cgroup
mkdir -p "$root"
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
insmod ./lookup.ko
parameters=/sys/module/lookup/parameters

chain()	# TOP: cgroups TOP/2/3/.../8, TOP being on level 1
{
	mkdir -p "$root/$1/2/3/4/5/6/7/8"
}

at_depth()	# TOP DEPTH
{
	path=$root/$1
	for level in 2 3 4 5 6 7 8; do
		[ "$level" -le "$2" ] && path=$path/$level
	done
	echo "$path"
}

measure()	# GROUPS WHERE TOP IN
{
	for depth in 1 4 8; do
		# A process of its own, which goes there and reads.
		sh -c '
			echo $$ > "$1/cgroup.procs"
			read -r group < "$2/group"
			read -r now < "$2/look_up"
			read -r every < "$2/every_level"
			[ "$3" = in ] || [ "$group" -eq 0 ] || exit 1
			[ "$3" = out ] || [ "$group" -ne 0 ] || exit 1
			echo "FIGURE $4 $5 $6 $now $every"
		' - "$(at_depth "$3" "$depth")" "$parameters" "$4" "$1" "$2" "$depth"
	done
}

chain out
chain in
measure 0 outside out out
vmctl group adopt in "$root/in"
measure 1 outside out out
measure 1 inside in in
i=1
while [ "$i" -lt 1000 ]; do
	mkdir "$root/g$i"
	vmctl group adopt "g$i" "$root/g$i"
	i=$((i + 1))
done
measure 1000 outside out out
measure 1000 inside in in
# The worst there is: groups on each of eight levels.
for level in 2 3 4 5 6 7 8; do
	vmctl group adopt "in$level" "$(at_depth in "$level")"
done
measure 1007-nested outside out out
measure 1007-nested inside in in
