#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A fault at each step of a plan: the step fails, its process is killed, or vmctl is.
. ./group.sh
modprobe -a bridge veth overlay 2> /dev/null
tap_plan 10

mkdir -p "$work/volume" "$work/upper"
# One that has a step of nearly every kind.
plan()	# COMMAND...
{
	echo "--rootfs $root --overlay --name victim --hostname inside --memory 64M --pids 50 \
		--volume $work/volume:/data --tmpfs /tmp:size=64k --rlimit nofile=99 \
		--sysctl net.ipv4.ip_forward=1 --oom-score-adj 100 \
		--net bridge $*"
}
# shellcheck disable=SC2046	# words
steps=$(vmctl group run --dry-run $(plan true) | wc -l)
steps=$((steps - 1))
echo "# $steps steps and the program"
tap_check "a plan" test "$steps" -gt 30

# Nothing may wait for the next call to clean up: who failed did it.
left_now()
{
	ls /run/hull/groups 2> /dev/null
	ls /run/hull/net 2> /dev/null
	find "$cgroups/hull-groups" -mindepth 1 -type d 2> /dev/null
	grep "$root" /proc/mounts
	for link in /sys/class/net/hull*; do
		[ ! -e "$link" ] || echo "$link"
	done
}

wrong=''
n=1
while [ $n -le $steps ]; do
	code=0
	# shellcheck disable=SC2046
	HULL_CT_FAULT=fail:$n vmctl group run $(plan true) > "$work/out" 2> "$work/err" || code=$?
	[ $code -eq 125 ] && grep -q "^vmctl: group run: step $n, [a-z].*: Operation canceled$" \
		"$work/err" && [ -z "$(left_now)" ] ||
		{ wrong="$wrong $n"; show; left_now | sed 's/^/# left: /'; }
	n=$((n + 1))
done
tap_check "a step that fails is named, and undone with all before:$wrong" test -z "$wrong"
nothing_left "nothing is left"

wrong=''
n=1
while [ $n -le $steps ]; do
	code=0
	# shellcheck disable=SC2046
	HULL_CT_FAULT=kill:$n vmctl group run $(plan true) > "$work/out" 2> "$work/err" || code=$?
	# vmctl itself, or the new process
	[ $code -eq 137 ] || { [ $code -eq 125 ] && [ -z "$(left_now)" ] &&
		grep -q 'ended unexpectedly' "$work/err"; } ||
		{ wrong="$wrong $n"; show; left_now | sed 's/^/# left: /'; }
	n=$((n + 1))
done
tap_check "who is at a step is killed:$wrong" test -z "$wrong"
nothing_left "nothing is left"

# Who stands still at its step: vmctl, or what it has started.
stands()
{
	for pid in $front $(cat "$cgroups/hull-groups/victim/cgroup.procs" 2> /dev/null); do
		grep -q '^34 ' "/proc/$pid/syscall" 2> /dev/null && return 0	# pause()
	done
	return 1
}

ended()
{
	[ -z "$(cat "$cgroups/hull-groups/victim/cgroup.procs" 2> /dev/null)" ]
}

wrong=''
n=1
while [ $n -le $steps ]; do
	# shellcheck disable=SC2046
	HULL_CT_FAULT=stop:$n vmctl group run $(plan sleep 100) > "$work/out" 2> "$work/err" &
	front=$!
	wait_for stands || wrong="$wrong $n"
	kill -9 $front
	wait $front 2> /dev/null
	wait_for ended
	n=$((n + 1))
done
tap_check "vmctl is killed while a step is done:$wrong" test -z "$wrong"
nothing_left "nothing is left"

wrong=''
n=1
while [ $n -le $steps ]; do
	# shellcheck disable=SC2046
	HULL_CT_FAULT=fail:$n vmctl group run --detach $(plan true) > "$work/out" \
		2> "$work/err" && wrong="$wrong $n"
	[ -z "$(left_now)" ] || { wrong="$wrong $n"; show; left_now | sed 's/^/# left: /'; }
	n=$((n + 4))
done
tap_check "in the background:$wrong" test -z "$wrong"
# shellcheck disable=SC2046
vmctl_run group run $(plan hostname)
is "and the next one starts" 0 inside
nothing_left "nothing is left"
tap_end
