#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The life of a VM of Hull's engine: run, start, pause, resume, stop, kill, and again.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
vmctl host > "$work/host" || tap_skip_all "$(sed -n 's/^Engine hull *//p' "$work/host")"
tap_plan 49

# A field of the VM's, or of its counters.
field()	# show|stats KEY
{
	vmctl vm "$1" spin -j | ./jsonq "$2"
}

# --- in the foreground: the guest's exit code, and no trace
vmctl_run vm run --name exit --kernel exit.elf --memory 16M
tap_check "vm run exits with the guest's code" test "$code" -eq 11 -a ! -s "$work/err"
bad 3 "no such VM" vm show exit
tap_check "the run directory is empty" test -z "$(ls /run/hull/vms)"

# --- in the background
vmctl events --count 9 -j > "$work/events" &
listener=$!
sleep 1
good "create" vm create spin --memory 16M
bad 5 "was never started" vm console spin --log
good "start" vm start spin --kernel spin.elf -j
pid=$(./jsonq pid < "$work/out")
tap_check "its pid is a VMM's" test -d "/proc/$pid"
json_is spin name
good "show" vm show spin -j
json_is running state
json_is "$pid" pid
json_is 1 vcpus
bad 5 "running already" vm start spin --kernel spin.elf
bad 5 "stop or kill it first" vm delete spin
tap_check "rmmod is refused" sh -c '! rmmod hull 2> /dev/null'
sleep 1
good "console log" vm console spin --log
tap_check "the guest spoke" grep -q '^spin' "$work/out"
good "stats" vm stats spin
tap_check "CPUID exits are counted" grep -q '^ *[1-9][0-9]*  cpuid$' "$work/out"

# --- pause: the counter stands still; resume: it goes on
good "pause" vm pause spin
good "pause again" vm pause spin
tap_check "it is paused" test "$(field show state)" = paused
one=$(field stats exits)
sleep 1
tap_check "a paused VM makes no exits" test "$(field stats exits)" = "$one"
bad 5 "vm resume it first" vm stop spin
good "resume" vm resume spin
sleep 1
tap_check "it goes on" test "$(field stats exits)" -gt "$one"

# --- a guest that does not know the power button
bad 7 "vm kill ends it" vm stop spin --timeout 1
good "kill" vm kill spin
good "show" vm show spin -j
json_is stopped state
json_is killed reason
json_is null pid
tap_check "the VMM is gone" test ! -d "/proc/$pid"
tap_check "its counters stay" test "$(field stats exits)" -gt "$one"
good "its log stays" vm console spin --log
bad 5 "not running" vm kill spin

# --- a paused VM can be killed; a VMM that is killed leaves a VM that can start again
before=$(field stats exits)
good "start again" vm start spin --kernel spin.elf
good "pause" vm pause spin
good "kill a paused one" vm kill spin
tap_check "counters add up" test "$(field stats exits)" -ge "$before"
good "start a third time" vm start spin --kernel spin.elf
kill -9 "$(field show pid)"
n=0
while [ "$(field show state)" != stopped ] && [ "$n" -lt 100 ]; do
	n=$((n + 1))
	sleep 0.1
done
good "show" vm show spin -j
json_is vmm-died reason
json_is stopped state

good "delete" vm delete spin
tap_check "the run directory is empty" test -z "$(ls /run/hull/vms)"
code=0
wait "$listener" || code=$?
tap_check "nine events" test "$code" -eq 0
tap_check "in their order" test "$(./jsonq event < "$work/events" | tr '\n' ' ')" = \
	"created started paused resumed stopped started paused stopped started "
tap_check "no VM is left" test "$(vmctl vm list -j)" = "[]"
tap_end
