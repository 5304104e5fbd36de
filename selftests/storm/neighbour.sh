#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What a VM feels of two others, in a cgroup of their own, that make every kind of call from
# all their vCPUs: its own calls, answered at once or the slow way, take as long as before;
# it gets the share of the processor that its weight says; and none waits for long.

. ./tap.sh

root=/sys/fs/cgroup
work=$(mktemp -d)

nop=0x48750000
time=0x48750004		# hull_time_pair: sleeps, and writes the caller's memory

finish()
{
	[ -z "${storm-}" ] || kill -9 "$storm" 2> /dev/null
	wait
	vmctl vm delete neighbour-a > /dev/null 2>&1
	vmctl vm delete neighbour-b > /dev/null 2>&1
	rmdir $root/storm $root/neighbour 2> /dev/null
	rm -rf "$work"
}
trap finish EXIT

[ -d /sys/module/hull ] || tap_skip_all "the module is not loaded"
vmctl host > "$work/host" || tap_skip_all "$(sed -n 's/^Engine hull *//p' "$work/host")"
echo +cpu > $root/cgroup.subtree_control 2> /dev/null ||
	tap_skip_all "no cpu controller of cgroup v2"
mkdir $root/storm $root/neighbour
tap_plan 9

vm_new()	# NAME: its id
{
	vmctl vm create "$1" --cpus 2 --memory 80M --domain neighbour --hypercall-cpl3 > /dev/null
	vmctl vm show "$1" -j | sed 's/.*"id":\([0-9]*\).*/\1/'
}

measure()	# NAME NUMBER COUNT: "MS P90 P99 MAX" in $work/NAME
{
	sh -c "echo \$\$ > $root/neighbour/cgroup.procs; exec ./neighbour $2 $3" > "$work/out" || return
	sed "s/^/# $1: /" "$work/out"
	awk '/^neighbour:/ { print $5, $8, $10, $12 }' "$work/out" > "$work/$1"
}

# Field N of A is at most TIMES that of B.
within()	# A B N TIMES
{
	paste -d ' ' "$work/$1" "$work/$2" | awk -v n="$3" -v times="$4" \
		'{ seen = 1; bad = $n > times * $(n + 4) } END { exit !seen || bad }'
}

waits()		# A NS: no call of A waited longer
{
	awk -v ns="$2" '{ seen = 1; bad = $4 > ns } END { exit !seen || bad }' "$work/$1"
}

measure alone-nop $nop 400000
measure alone-time $time 40000

a=$(vm_new neighbour-a)
b=$(vm_new neighbour-b)
sh -c "echo \$\$ > $root/storm/cgroup.procs; exec ./storm 1000000000 $a $b" > "$work/storm" 2>&1 &
storm=$!
sleep 2
measure nop $nop 400000
measure time $time 40000
echo 1000 > $root/neighbour/cpu.weight
measure weighty $nop 400000
tap_check "meanwhile they storm" kill -0 $storm

tap_check "a call answered at once: p99 as before" within nop alone-nop 3 1.5
# So few of these fit between two turns of the others that some in a hundred wait for one.
tap_check "one answered the slow way: p90 as before" within time alone-time 2 1.5
# Of equal weights it is half; on more processors at least that.
tap_check "by its weight it gets half of the time" within nop alone-nop 1 2.6
tap_check "with slow calls, too" within time alone-time 1 2.6
tap_check "by ten times the weight nearly all of it" within weighty alone-nop 1 1.4
tap_check "no quick call waits longer than 100 ms" waits nop 100000000
tap_check "no slow one" waits time 100000000
tap_check "nor one of more weight, longer than 50 ms" waits weighty 50000000
tap_end
