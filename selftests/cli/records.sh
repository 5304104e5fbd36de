#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The life of records, seen through vmctl: what it prints, JSON, exit codes.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
tap_plan 71

# --- create, show, list
good "create" vm create one --engine kvm --memory 64M --cpus 2 --cpu-weight 7 --mitigations off
tap_check "says so" grep -q '^created one (id [0-9]*)$' "$work/out"
good "create, JSON" vm create two --engine kvm -m 512M --hypercall-cpl3 --msr-ignore=on -j \
	--mitigations ibpb,rsb-fill
json_is two name
json_is 536870912 memory
json_is '["rsb-fill","ibpb"]' mitigations
json_is '["hypercall-cpl3","msr-ignore"]' flags
json_is created state
json_is kvm engine
json_is null pid
json_is null domain
bad 5 "a VM of this name exists" vm create two --engine kvm
bad 1 "own engine can be in a domain" vm create three --engine kvm --domain lab
bad 1 "more memory than this host has" vm create three --engine kvm -m 64T

good "show, JSON" vm show one -j
json_is 67108864 memory
json_is 2 cpus
json_is 7 cpu_weight
json_is '[]' mitigations
id=$(./jsonq id < "$work/out")
good "show by id" vm show "$id"
tap_check "people can read it" grep -q '^Name  *one$' "$work/out"
good "list" vm list
tap_check "list has both" test "$(grep -c ' kvm ' "$work/out")" -eq 2
good "list, JSON" vm list --json
json_is two 1 name
good "list needs no order of options" vm list -j

# --- set
good "set" vm set two --cpu-weight 9999 --msr-ignore=off --mitigations default
good "show" vm show two -j
json_is 9999 cpu_weight
json_is '["hypercall-cpl3"]' flags
bad 2 "nothing to change" vm set two
bad 2 "1 to 10000" vm set two --cpu-weight 0

# --- not running
bad 5 "not running" vm pause one
bad 5 "not running" vm resume one
bad 5 "not running" vm stop one
bad 5 "not running" vm kill one
bad 5 "not running" vm console one
bad 5 "no log" vm console one --log

# --- counters and log
good "stats" vm stats one
tap_check "people can read it" grep -q '^Exits  *0$' "$work/out"
good "stats, JSON" vm stats one -j
json_is 0 exits
json_is '[]' exit_reasons
good "stats of all, JSON" vm stats -j
json_is two 1 name
good "log" vm log one
tap_check "nothing in it" test ! -s "$work/out"
good "log, JSON" vm log one -j
json_is 0 lines

# --- nobody
for verb in show set stats log pause resume stop kill console delete; do
	# shellcheck disable=SC2046
	bad 3 "there is no such VM" vm $verb nobody $([ $verb != set ] || echo --cpu-weight 1)
done
bad 3 "there is no such VM" vm start 999999 --kernel /dev/null
bad 3 "there is no such VM" vm show 999999

# --- events
vmctl events --count 3 -j > "$work/events" &
listener=$!
sleep 1
vmctl vm create heard --engine kvm > "$work/ignored"
vmctl vm set heard --cpu-weight 5
vmctl vm delete heard
code=0
wait "$listener" || code=$?
tap_check "events end after --count of them" test "$code" -eq 0
tap_check "events are JSON" ./jsonq vm name < "$work/events"
tap_check "events in order" test "$(./jsonq event < "$work/events" | tr '\n' ' ')" = \
	"created changed deleted "

# --- the module stays, somebody else is refused
tap_check "rmmod is refused" sh -c '! rmmod hull 2> /dev/null'
code=0
./as_nobody vmctl vm list > "$work/out" 2> "$work/err" || code=$?
tap_check "without privileges: 6" test "$code" -eq 6

# --- delete
good "delete" vm delete one
good "delete by id" vm delete "$(vmctl vm show two -j | ./jsonq id)"
bad 3 "there is no such VM" vm delete two
good "list" vm list -j
tap_check "nothing is left" test "$(cat "$work/out")" = "[]"
tap_end
