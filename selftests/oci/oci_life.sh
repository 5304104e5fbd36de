#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A container's life by runc's command line: create, start, state, kill, delete, and run.
. ./oci.sh
tap_plan 44

spec 'id -u; hostname; exit 7'
runc run -b "$bundle" c1
is "run: output, exit status" 7 "0
hull"
nothing_left "and nothing is left of it"

# --- create, start, state
spec 'echo started; exec sleep 1000'
runc create --pid-file "$work/pid" -b "$bundle" c2
is "create" 0 ""
pid=$(cat "$work/pid")
tap_check "pid file: the process that waits" grep -q "^$pid$" "$cgroups/hull-oci/c2/cgroup.procs"
runc state c2
tap_check "state: created" grep -q '"status": "created"' "$work/out"
tap_check "state: its process" grep -q "\"pid\": $pid," "$work/out"
runc create -b "$bundle" c2
is "an id that is in use" 1 ""
says "says so" "c2"
tap_check "the first one is unharmed" status_is c2 created
runc start c2
is "start" 0
comes "state: running" status_is c2 running
runc delete c2
is "delete of one that runs is refused" 1 ""
runc start c2
is "a second start is refused" 1 ""
runc list
tap_check "list" grep -q "^c2 *$pid *running *$bundle" "$work/out"
runc list -q
is "list, ids alone" 0 "c2"
runc ps c2
tap_check "ps" grep -q "^$pid .* sleep$" "$work/out"

# --- pause, update, events
runc pause c2
is "pause" 0
tap_check "state: paused" status_is c2 paused
runc resume c2
is "resume" 0
comes "state: running again" status_is c2 running
runc update --memory 64M --pids-limit 20 c2
is "update" 0
tap_check "memory.max" grep -q '^67108864$' "$cgroups/hull-oci/c2/memory.max"
tap_check "pids.max" grep -q '^20$' "$cgroups/hull-oci/c2/pids.max"
runc events --stats c2
tap_check "events" grep -q '"type": *"stats"' "$work/out"

# --- the end
runc kill c2 NOSUCH
is "kill with what is no signal" 1 ""
runc kill c2 KILL
is "kill" 0
comes "state: stopped" status_is c2 stopped
runc kill c2 TERM
is "kill of one that is stopped" 1 ""
runc delete c2
is "delete" 0
runc state c2
is "state of one that is not there" 1 ""
says "says so" "container does not exist"
runc delete -f c2
is "delete -f of one that is not there" 0
nothing_left "nothing is left"

# --- signals and force
spec 'exec sleep 1000'
runc create -b "$bundle" c3
runc kill c3 KILL
comes "killed before it was started" status_is c3 stopped
runc delete c3
is "and deleted" 0
runc run -d -b "$bundle" c4
is "run -d comes back" 0 ""
runc delete -f c4
is "delete -f of one that runs" 0
hull-runc run -b "$bundle" c5 &
front=$!
comes "in front of a terminal's process" status_is c5 running
kill -TERM $front
code=0
# shellcheck disable=SC2034	# is() reads it
wait $front || code=$?

is "a signal to run is for the container: 128 + 15" 143
nothing_left "nothing is left"

# --- who is killed leaves nothing that delete cannot take
for n in 1 2 3 4 5 6 7 8 9 10; do
	hull-runc create -b "$bundle" "k$n" > /dev/null 2>&1 &
	killed=$!
	sleep "0.0$n"
	kill -9 $killed 2> /dev/null
	wait $killed 2> /dev/null
	hull-runc delete -f "k$n" > /dev/null 2>&1
done
nothing_left "create, killed at ten moments, and deleted"
mkdir "$work/empty"
runc create -b "$work/empty" c6
is "no config.json" 1 ""
says "says so" "config.json"
nothing_left "and it leaves nothing"
tap_end
