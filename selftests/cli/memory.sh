#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A guest gives memory back: the VMM's shrinks. And what it tells of its groups.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
vmctl host > "$work/host" || tap_skip_all "$(sed -n 's/^Engine hull *//p' "$work/host")"
tap_plan 14

# A line of the VMM's status, in KiB.
kib()	# NAME
{
	sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/$pid/status"
}

good "create" vm create giver --memory 64M
good "start" vm start giver --kernel memory.elf -j
pid=$(./jsonq pid < "$work/out")
n=0
while ! vmctl vm console giver --log 2> /dev/null | grep -q 'given\|failed' && [ "$n" -lt 60 ]; do
	n=$((n + 1))
	sleep 0.5
done
good "console log" vm console giver --log
tap_check "the guest is content" grep -q '^given' "$work/out"
high=$(kib VmHWM)
now=$(kib VmRSS)
tap_check "the VMM had 32 MiB of guest memory" test "$high" -gt 32768
tap_check "and has no longer ($high, then $now KiB)" test "$now" -lt $((high - 30000))
good "stats" vm stats giver -j
json_is 16777216 given
good "show" vm show giver
tap_check "the guest's group is shown" \
	grep -q '^Guest.s groups *web (7): 100 allowed, 20 denied, 3 audited$' "$work/out"
good "show, JSON" vm show giver -j
json_is web groups 0 name
json_is 20 groups 0 denied
good "kill" vm kill giver
vmctl vm delete giver > "$work/out" 2>&1
tap_end
