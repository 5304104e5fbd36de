#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vmctl hypercall: what there is, policies and what is wrong with them, counters, watching.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
real=0
vmctl host > "$work/host" && real=1
tap_plan $((35 + 43 * real))

# --- list
good "list" hypercall list
tap_check "hull_log is there" grep -q '^0x48750002  hull_log  *2  0-3  Hull$' "$work/out"
good "list, JSON" hypercall list -j
json_is hull_nop 0 name
json_is 1215627264 0 number
json_is own 0 range

# --- a VM whose calls do not come to Hull
vmctl vm create away --engine kvm > "$work/ignored"
good "list of a VM" hypercall list away
good "show" hypercall show away
tap_check "all is allowed, nothing counted" \
	grep -q '^   0  default  *0,1,2,3  allow  *-$' "$work/out"
good "show, JSON" hypercall show away -j
json_is default\ allow rules 0 text
json_is null rules 0 hits
bad 4 "do not come to Hull" hypercall policy away all deny
good "stats: nothing" hypercall stats away -j
tap_check "an empty list" test "$(cat "$work/out")" = "[]"

# --- what is wrong
bad 3 "there is no such VM" hypercall show nobody
bad 3 "there is no such VM" hypercall policy nobody all deny
bad 3 "there is no such VM" hypercall stats nobody
bad 3 "there is no such VM" hypercall watch nobody
bad 3 "there is no such VM" hypercall list nobody
bad 2 "no policy: give rules" hypercall policy away
bad 2 "'lgo': no such call" hypercall policy away lgo deny
bad 2 "'dney': no action" hypercall policy away log dney
bad 2 "at the end: an action is missing" hypercall policy away log
bad 2 "'cpl=7': privilege levels" hypercall policy away log cpl=7 deny
bad 2 "'deny=EWRONG': no such error" hypercall policy away log deny=EWRONG
bad 2 "'0x48750400': not a number" hypercall policy away 0x48750400 deny
bad 2 "'frob': no action" hypercall policy away --default frob
bad 2 "'frob': no such call" hypercall stats away frob
bad 2 "missing: VM" hypercall policy
printf '# rules\nown allow\n\nmodule frob\n' > "$work/rules"
bad 1 "rules:4: 'frob': no action" hypercall policy away --file "$work/rules"
bad 1 "nonexistent" hypercall policy away --file "$work/nonexistent"
bad 1 "rules:4: 'frob': no action" vm create judged --policy "$work/rules"
bad 4 "do not come to Hull" vm create judged --engine kvm --policy /dev/null
tap_check "no VM came of it" test "$(vmctl vm list -j | ./jsonq 0 name)" = away
vmctl vm delete away
[ "$real" -eq 1 ] || tap_end

# --- a VM that calls hull_nop, and hull_features one time in a hundred
calls_of()	# CALL
{
	vmctl hypercall stats judged "$1" -j | ./jsonq calls
}

hits_of()	# RULE
{
	vmctl hypercall show judged -j | ./jsonq rules "$1" hits
}

state_is()	# STATE
{
	n=0
	while [ "$(vmctl vm show judged -j | ./jsonq state)" != "$1" ] && [ "$n" -lt 100 ]; do
		n=$((n + 1))
		sleep 0.1
	done
	[ "$n" -lt 100 ]
}

printf 'default deny=ENOSYS\nown allow   # ours\nhull_nop cpl=0 limit=1000000/10\n' > "$work/rules"
good "a VM with a policy" vm create judged --memory 16M --policy "$work/rules"
good "show" hypercall show judged
tap_check "its default" grep -q '^   0  default  *0,1,2,3  deny=ENOSYS  *0$' "$work/out"
tap_check "its rules" grep -q '^   2  hull_nop  *0  *limit=1000000/10,EAGAIN  *0$' "$work/out"
good "start" vm start judged --kernel calls.elf
sleep 1
tap_check "it calls" test "$(calls_of nop)" -gt 100
tap_check "the rule has hits" test "$(hits_of 2)" -gt 100
tap_check "the default has none" test "$(hits_of 0)" -eq 0

good "another policy" hypercall policy judged nop deny=EXDEV --default audit
good "show, JSON" hypercall show judged -j
json_is audit rules 0 action
json_is 18 rules 1 errno
json_is '[0,1,2,3]' rules 1 cpls
json_is 1215627264 rules 1 last
denied=$(vmctl hypercall stats judged 0 -j | ./jsonq denied)
sleep 0.3
tap_check "calls are denied" \
	test "$(vmctl hypercall stats judged 0 -j | ./jsonq denied)" -gt "$denied"
good "stats" hypercall stats judged
tap_check "a row a number" grep -q '^hull_nop  *[1-9][0-9]*  *[1-9][0-9]*  *[1-9]' "$work/out"
good "stats of one" hypercall stats judged hull_features
tap_check "a histogram" grep -q '^ *[0-9][0-9]*  *[1-9][0-9]*  #' "$work/out"
good "stats of nobody's" hypercall stats judged 0x333 -j
json_is 0 calls
json_is null median_cycles

good "audited calls" hypercall watch judged --audit --count 3 -j
tap_check "three of them" test "$(wc -l < "$work/out")" -eq 3
json_is "$(printf 'hull_features\nhull_features\nhull_features')" name
tap_check "arguments" grep -q '"arguments":\[7,' "$work/out"
good "for people" hypercall watch judged --audit -n 1
tap_check "as a call" grep -q ' judged vcpu 0 cpl 0  hull_features(.*) = 0$' "$work/out"
good "rates" hypercall watch judged -n 2 -s 0.3
tap_check "two tables" test "$(grep -c '^hull_nop  *[1-9]' "$work/out")" -eq 2
good "rates, JSON" hypercall watch judged -n 1 -s 0.3 -j
json_is hull_nop calls 0 name

good "top" top -n 1 -s 0.5
tap_check "top tells of its exits" grep -q '^judged  *running .* vmcall ' "$work/out"

# --- limited, and put back
good "limit" hypercall policy judged nop limit=10/1 features allow
sleep 0.3
good "rates" hypercall watch judged -n 1 -s 1 -j
tap_check "most are denied" awk -v a="$(./jsonq calls 0 calls_per_s < "$work/out")" \
	-v d="$(./jsonq calls 0 denied_per_s < "$work/out")" 'BEGIN { exit !(d > a / 2 && d < a) }'
tap_check "from standard input" sh -c "echo 'all allow' | vmctl hypercall policy judged -f -"

# --- and out
good "kill" hypercall policy judged features kill
tap_check "it has ended" state_is stopped
good "show" vm show judged -j
json_is policy reason
tap_check "and why" grep -q 'hull_features' "$work/out"
vmctl vm delete judged
tap_end
