#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kill -9 of vmctl, or of what it has started, at its system calls; and calls that fail.
# CALLS_EVERY=1 for each of them, which takes half an hour.
. ./group.sh
tap_plan 12

over=200	# fault: the command had ended before
every=${CALLS_EVERY:-13}

# Meets every so-manieth call; $calls: more than there were; $stuck: where it did not end.
at_calls()	# kill|fail COMMAND...
{
	how=$1
	shift
	stuck=''
	n=$((1 + (round * 4) % every))
	round=$((round + 1))
	while :; do
		before
		code=0
		./fault "$how" "$n" "$@" > "$work/out" 2> "$work/err" < /dev/null || code=$?
		[ $code -ne 201 ] || stuck="$stuck $n"
		[ "$how" = kill ] || after
		[ $code -ne $over ] || break
		n=$((n + every))
	done
	calls=$n
	echo "# $how: $* makes fewer than $n calls"
}

round=0
before() { :; }
after() { :; }

at_calls kill vmctl group run --rootfs "$root" --name victim true
tap_check "run, killed at each call:$stuck" test -z "$stuck" -a "$calls" -gt 100
nothing_left "nothing is left"

at_calls kill vmctl group run --detach --rm --rootfs "$root" --name victim true
tap_check "run --detach, likewise:$stuck" test -z "$stuck" -a "$calls" -gt 100
nothing_left "nothing is left"

before()
{
	vmctl group delete -f started > /dev/null 2>&1
	vmctl group create --rootfs "$root" --name started sleep 100 > /dev/null
}
at_calls kill vmctl group start started
tap_check "start, likewise:$stuck" test -z "$stuck" -a "$calls" -gt 10
before() { :; }
vmctl group delete -f started
group_start running sleep 1000
at_calls kill vmctl group exec running true
tap_check "exec, likewise:$stuck" test -z "$stuck" -a "$calls" -gt 50
alone()
{
	[ "$(wc -l < "$cgroups/hull-groups/running/cgroup.procs")" -eq 1 ]
}
tap_check "no process of theirs is left" wait_for alone
vmctl_run group exec running echo fine
is "and the next one runs" 0 fine
vmctl group delete -f running

# A call that fails: the command fails, or does without.
wrong=''
after()
{
	# A call of the cleaning itself may be the one that fails: the next command does it.
	[ -z "$(ls /run/hull/groups)" ] || vmctl group list > /dev/null
	[ -z "$(ls /run/hull/groups)" ] || wrong="$wrong $n"
}
at_calls fail vmctl group run --rootfs "$root" --name victim true
tap_check "run, each call failing: it ends$stuck" test -z "$stuck"
tap_check "and it is cleaned up behind it:$wrong" test -z "$wrong"
nothing_left "nothing is left"
group_run --name victim true
is "the next one starts" 0
tap_end
