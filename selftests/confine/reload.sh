#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module comes and goes while processes run, in groups and outside: each time it begins
# to listen to tracepoints and to look groups up, and ends that again. Patching text under
# load needs a machine whose processors share what they translated: accel single.
# ./hull.ko must be there and not be loaded; ROUNDS=30
. ./tap.sh

root=/sys/fs/cgroup
rounds=${ROUNDS:-30}
[ -f hull.ko ] || tap_skip_all "no hull.ko beside it"
[ ! -d /sys/module/hull ] || tap_skip_all "the module is loaded"
mkdir -p "$root"
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
mkdir -p "$root/load" "$root/reload/in"
tap_plan 5

load()	# CGROUP
{
	echo 0 > "$root/$1/cgroup.procs"
	while :; do
		/bin/true
		(:) &
		wait
	done
}

load load &
one=$!
load reload/in &
two=$!

come=0 made=0 counted=0 refused=0 went=0 n=0
while [ "$n" -lt "$rounds" ]; do
	n=$((n + 1))
	insmod ./hull.ko && come=$((come + 1))
	vmctl group adopt out "$root/reload" > /dev/null &&
		vmctl group adopt in "$root/reload/in" > /dev/null && made=$((made + 1))
	for i in 1 2 3 4 5 6 7 8 9 10; do
		vmctl group stats in | grep -q '^Processes  *[1-9]' && break
		sleep 0.1
	done
	[ "$i" -lt 10 ] && counted=$((counted + 1))
	rmmod hull 2> /dev/null || refused=$((refused + 1))
	# Out of the groups for a moment: one with processes is not deleted.
	echo "$two" > "$root/load/cgroup.procs"
	i=0
	until { vmctl group delete in && vmctl group delete out; } 2> /dev/null; do
		i=$((i + 1))
		[ "$i" -gt 100 ] && break
		# shellcheck disable=SC2013
		for pid in $(cat "$root/reload/in/cgroup.procs"); do
			echo "$pid" > "$root/load/cgroup.procs"
		done 2> /dev/null
	done
	rmmod hull && went=$((went + 1))
	echo "$two" > "$root/reload/in/cgroup.procs"
done

tap_check "the module came $come times" test "$come" -eq "$rounds"
tap_check "made groups of what ran $made times" test "$made" -eq "$rounds"
tap_check "counted it $counted times" test "$counted" -eq "$rounds"
tap_check "was needed $refused times" test "$refused" -eq "$rounds"
tap_check "and went $went times" test "$went" -eq "$rounds"
kill "$one" "$two"
wait
rmdir "$root/reload/in" "$root/reload" "$root/load" 2> /dev/null
tap_end
