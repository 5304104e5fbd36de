#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# hull-runc: a fault at each step of create, and kill -9 at system calls of its commands.
. ./oci.sh
tap_plan 16

over=200	# fault: the command had ended before
every=${CALLS_EVERY:-13}
spec 'exec sleep 1000'
insert '"mounts": \[' '{ "destination": "/data", "type": "bind", "source": "/tmp", "options": [ "rbind", "ro" ] },'

# --- steps: how many there are is known when one comes that isn't met
left_now()
{
	ls /run/hull/oci 2> /dev/null
	find "$cgroups/hull-oci" -mindepth 1 -type d 2> /dev/null
	grep "$bundle" /proc/mounts
}

wrong='' n=1
while [ $n -lt 200 ]; do
	code=0
	HULL_CT_FAULT=fail:$n hull-runc create -b "$bundle" f > "$work/out" 2> "$work/err" \
		< /dev/null || code=$?
	[ $code -ne 0 ] || break
	grep -q "step $n, [a-z].*: Operation canceled" "$work/err" && [ -z "$(left_now)" ] ||
		{ wrong="$wrong $n"; show; left_now | sed 's/^/# left: /'; }
	n=$((n + 1))
done
steps=$((n - 1))
hull-runc delete -f f
tap_check "$steps steps, each of which may fail" test $steps -gt 20 -a $steps -lt 199
tap_check "is named, and undone with all before:$wrong" test -z "$wrong"
nothing_left "nothing is left"

wrong='' n=1
while [ $n -le $steps ]; do
	HULL_CT_FAULT=kill:$n hull-runc create -b "$bundle" f > "$work/out" 2> "$work/err" \
		< /dev/null && wrong="$wrong $n"
	hull-runc delete -f f || wrong="$wrong $n"
	n=$((n + 1))
done
tap_check "who is at a step is killed:$wrong" test -z "$wrong"
nothing_left "nothing is left"

# Who stands still at its step, in pause(): create, or what it has made.
stands()
{
	for pid in $front $(cat "$cgroups/hull-oci/f/cgroup.procs" 2> /dev/null); do
		grep -q '^34 ' "/proc/$pid/syscall" 2> /dev/null && return 0
	done
	return 1
}

wrong='' n=1
while [ $n -le $steps ]; do
	HULL_CT_FAULT=stop:$n hull-runc create -b "$bundle" f > /dev/null 2>&1 < /dev/null &
	front=$!
	tries=0
	while ! stands && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	[ $tries -lt 100 ] || wrong="$wrong $n"
	kill -9 $front
	wait $front 2> /dev/null
	hull-runc delete -f f || wrong="$wrong $n"
	n=$((n + 1))
done
tap_check "create is killed while a step is done:$wrong" test -z "$wrong"
nothing_left "nothing is left"

# --- system calls
wrong=''
at_calls()	# kill|fail COMMAND...
{
	how=$1
	shift
	n=1
	while [ $n -lt 3000 ]; do
		before
		code=0
		./fault "$how" "$n" "$@" > "$work/out" 2> "$work/err" < /dev/null || code=$?
		[ $code -ne 201 ] || wrong="$wrong $n"
		[ $code -ne $over ] || break
		after
		n=$((n + every))
	done
	echo "# $*: fewer than $n calls"
}
made() { hull-runc create -b "$bundle" f > /dev/null < /dev/null || wrong="$wrong $n"; }
gone() { hull-runc delete -f f || wrong="$wrong $n"; }

before() { :; }
after() { gone; }
at_calls kill hull-runc create -b "$bundle" f
gone
tap_check "create, killed at its calls, and deleted:$wrong" test -z "$wrong"
nothing_left "nothing is left"

wrong=''
before() { made; }
after()
{
	# It has been started, or can be.
	[ "$(status_of f)" != created ] || hull-runc start f || wrong="$wrong $n"
	status_is f running || wrong="$wrong $n"
	gone
}
at_calls kill hull-runc start f
gone
tap_check "start, likewise, and once more:$wrong" test -z "$wrong"

wrong=''
made
hull-runc start f
before() { :; }
after() { :; }
at_calls kill hull-runc exec f true
alone()
{
	[ "$(wc -l < "$cgroups/hull-oci/f/cgroup.procs")" -eq 1 ]
}
comes "exec, likewise: no process of theirs is left" alone
runc exec f echo fine
is "and the next one runs" 0 fine
gone

before() { made; }
after() { gone; }
at_calls kill hull-runc delete -f f
gone
tap_check "delete, likewise, and once more:$wrong" test -z "$wrong"
nothing_left "nothing is left"

wrong=''
before() { :; }
after()
{
	[ $code -eq 0 ] || [ -z "$(left_now)" ] ||
		{ wrong="$wrong $n"; show; left_now | sed 's/^/# left: /'; }
	gone
}
at_calls fail hull-runc create -b "$bundle" f
gone
tap_check "create with a call that fails cleans up itself:$wrong" test -z "$wrong"
nothing_left "nothing is left"
tap_end
