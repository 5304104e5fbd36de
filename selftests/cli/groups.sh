#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Groups, seen through vmctl: what it prints, JSON, exit codes.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
root=/sys/fs/cgroup
mkdir -p "$root"
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
mkdir -p "$root/cli/in"
tap_plan 58

# Runs a command in a cgroup.
within()	# CGROUP COMMAND...
{
	where=$root/$1
	shift
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$where" "$@"
}

wait_state()	# GROUP STATE
{
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		vmctl_run group show "$1" -j
		[ "$(./jsonq state < "$work/out")" = "$2" ] && break
		sleep 0.1
	done
	tap_check "group $1 is $2 ($i)" grep -q "\"state\":\"$2\"" "$work/out"
}

# --- adopt, show, list
vmctl group events -j > "$work/events" &
listener=$!
vmctl group events in > "$work/events-in" &
listener_in=$!
sleep 0.5
good "adopt" group adopt out "$root/cli" --label "the outer one"
tap_check "says so" grep -q '^created out (id [0-9]*)$' "$work/out"
good "adopt, JSON" group adopt in "$root/cli/in" --transient -j
json_is in name
json_is created state
json_is '["transient"]' flags
json_is /cli/in cgroup
bad 5 "a group of this name exists" group adopt out "$root/cli/in"
bad 5 "the cgroup has a group already" group adopt other "$root/cli"
bad 1 "No such file" group adopt other "$root/nowhere"
bad 1 "not of a directory of a cgroup" group adopt other /proc
bad 1 "the root cgroup" group adopt other "$root"
bad 1 "a name is 1 to 63" group adopt .. "$root/cli/in"
bad 2 "a word is missing\|missing" group adopt other

good "show" group show out
tap_check "people can read it" grep -q '^Label  *the outer one$' "$work/out"
id=$(vmctl group show out -j | ./jsonq id)
good "show by id" group show "$id"
bad 3 "there is no such group" group show nobody
good "list" group list
tap_check "list has both" test "$(grep -c ' /cli' "$work/out")" -eq 2
good "list, JSON" group list -j
json_is "$id" 1 parent

# --- set
good "set" group set out --label ""
good "show" group show out -j
json_is "" label
good "set a flag" group set out --transient
good "and none" group set out --transient=off
bad 2 "nothing to change" group set out
bad 3 "there is no such group" group set nobody --label x

# --- inside
within cli/in sleep 100 &
wait_state in running
bad 5 "has processes" group delete in
code=0
within cli/in vmctl group list > "$work/out" 2> "$work/err" || code=$?
tap_check "who is in a group administers nothing" test "$code" -eq 6
tap_check "and is told so" grep -q "a process in a group" "$work/err"
echo 1 > "$root/cli/in/cgroup.freeze"
wait_state in frozen
echo 0 > "$root/cli/in/cgroup.freeze"
wait_state in running

# --- counters
good "stats" group stats in
tap_check "people can read it" grep -q '^Executions  *[1-9]' "$work/out"
good "stats of all" group stats
good "stats, JSON" group stats in -j
json_is in 0 name
tap_check "CPU time of the cgroup" test "$(./jsonq 0 used cpu_us < "$work/out")" -gt 0
echo 1 > "$root/cli/in/cgroup.kill"
wait_state in empty
vmctl_run group stats in -j
json_is 1 0 counted signals 9
bad 3 "there is no such group" group stats nobody

# --- ends
rmdir "$root/cli/in"
sleep 0.5
bad 3 "there is no such group" group show in
rmdir "$root/cli"
wait_state out gone
good "stats of what is gone" group stats out -j
json_is null 0 used
good "delete" group delete out
bad 3 "there is no such group" group delete out
kill "$listener" "$listener_in"
wait "$listener" "$listener_in" 2> /dev/null
for what in created started frozen thawed empty gone deleted; do
	tap_check "event $what" grep -q "\"event\":\"$what\"" "$work/events"
done
tap_check "events of one group alone" test "$(grep -c ' group out ' "$work/events-in")" -eq 0 \
	-a "$(grep -c ' group in ' "$work/events-in")" -ge 7
tap_end
