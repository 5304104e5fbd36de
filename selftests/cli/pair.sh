#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Two guests on one host CPU: each sees only itself, they share it by weight, and what
# their cgroups say holds.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
vmctl host > "$work/host" || tap_skip_all "$(sed -n 's/^Engine hull *//p' "$work/host")"
tap_plan 46

cgroups=/sys/fs/cgroup/hull
taskset -p 1 $$ > /dev/null

limit_is()	# VALUE VM FILE
{
	tap_check "$3 of $2 is $1" test "$(cat "$cgroups/$2/$3")" = "$1"
}

usage()	# VM
{
	sed -n 's/^usage_usec //p' "$cgroups/$1/cpu.stat"
}

exits()	# VM
{
	vmctl vm stats "$1" -j | ./jsonq exits
}

said()	# VM TEXT
{
	n=0
	until vmctl vm console "$1" --log | grep -q "$2"; do
		n=$((n + 1))
		[ "$n" -lt 100 ] || return 1
		sleep 0.1
	done
}

# What b gets for 100 that a gets, in microseconds and in exits.
compare()	# SECONDS
{
	a=$(usage a) b=$(usage b) exits_a=$(exits a) exits_b=$(exits b)
	sleep "$1"
	a=$(($(usage a) - a)) b=$(($(usage b) - b))
	exits_a=$(($(exits a) - exits_a)) exits_b=$(($(exits b) - exits_b))
	echo "# a: $a us, $exits_a exits; b: $b us, $exits_b exits"
	time_ratio=$((100 * b / (a + 1)))
	exit_ratio=$((100 * exits_b / (exits_a + 1)))
}

between()	# VALUE FROM TO
{
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

good "create a" vm create a --memory 16M --cpu-weight 100
good "create b" vm create b --memory 16M --cpu-weight 400
for vm in a b; do
	good "start $vm" vm start $vm --kernel guest --cmdline "mark $vm"
	pid=$(vmctl vm show $vm -j | ./jsonq pid)
	tap_check "$vm runs" said $vm "$vm$vm"
	tap_check "its VMM is in a cgroup of its own" \
		test "$(cat "$cgroups/$vm/cgroup.procs")" = "$pid"
	tap_check "with every thread" test "$(wc -l < "$cgroups/$vm/cgroup.threads")" -eq \
		"$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)"
	# The guest's memory, 16 MiB, and a 64th of it.
	limit_is 33816576 $vm memory.max
	limit_is "100000 100000" $vm cpu.max
	tap_check "the memory that the guest touched is charged to it" \
		between "$(cat "$cgroups/$vm/memory.current")" 4194304 33816576
	tap_check "and within the limit" grep -qx 'max 0' "$cgroups/$vm/memory.events"
done
limit_is 100 a cpu.weight
limit_is 400 b cpu.weight

compare 5
tap_check "both progress" test "$exits_a" -gt 0 -a "$exits_b" -gt 0
tap_check "time is shared by weight: 100 to $time_ratio" between "$time_ratio" 200 800
tap_check "and so is progress: 100 to $exit_ratio" between "$exit_ratio" 200 800

good "another weight for a running VM" vm set a --cpu-weight 400
limit_is 400 a cpu.weight
compare 5
tap_check "in force at once: 100 to $time_ratio" between "$time_ratio" 67 150

for vm in a b; do
	good "hypercalls of $vm" vm log $vm
	tap_check "are its own" test "$(grep -c mark "$work/out")" -eq 1 -a \
		"$(grep -c "mark $vm" "$work/out")" -eq 1
	good "console of $vm" vm console $vm --log
	tap_check "shows it alone, with its memory as it left it" \
		test "$(tr -d "$vm" < "$work/out" | wc -c)" -eq 0
	good "kill $vm" vm kill $vm
	tap_check "its cgroup is gone" test ! -e "$cgroups/$vm"
done

good "start with a fifth of a CPU" vm start a --kernel guest --cmdline "mark a" --cpu-max 20
limit_is "20000 100000" a cpu.max
said a aa
used=$(usage a) begin=$(cut -d. -f1 /proc/uptime)
sleep 5
used=$(($(usage a) - used)) begin=$(($(cut -d. -f1 /proc/uptime) - begin))
tap_check "it gets no more: $used us in $begin s" between "$used" 500000 $((begin * 260000))
good "kill a" vm kill a

good "start a guest that knows the power button" vm start a --kernel guest --cmdline echo
said a ready
good "stop" vm stop a --timeout 30
good "show" vm show a -j
json_is stopped reason
vmctl vm delete a
vmctl vm delete b
tap_end
