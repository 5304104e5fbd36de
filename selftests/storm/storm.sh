#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A million calls of every number with hostile arguments, by two VMs that may meet, with
# two vCPUs each, while their policies are changed. CALLS: how many; a million, and a
# tenth of it on more than one CPU, where emulators are many times as slow.

. ./tap.sh

calls=${CALLS:-$([ "$(nproc)" -gt 1 ] && echo 100000 || echo 1000000)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -d /sys/module/hull ] || tap_skip_all "the module is not loaded"
vmctl host > "$work/host" || tap_skip_all "$(sed -n 's/^Engine hull *//p' "$work/host")"
tap_plan 7

vm_new()	# NAME: its id
{
	vmctl vm create "$1" --cpus 2 --memory 80M --domain storm --hypercall-cpl3 > /dev/null
	vmctl vm show "$1" -j | sed 's/.*"id":\([0-9]*\).*/\1/'
}

locked()
{
	awk '/^(nr_foll_pin_acquired|nr_foll_pin_released)/ { n[$1] = $2 }
	     END { print n["nr_foll_pin_acquired"] - n["nr_foll_pin_released"] }' /proc/vmstat
}

slab()
{
	awk '/^SUnreclaim/ { print $2 }' /proc/meminfo
}

policies()
{
	while :; do
		vmctl hypercall policy storm-a "own cpl=0,3 limit=10000/10" || return
		vmctl hypercall policy storm-b "0x48750000-0x48750008 deny=EACCES" "user forward"
		vmctl hypercall policy storm-a "own audit" "module deny"
		vmctl hypercall policy storm-b --default allow
		vmctl hypercall stats storm-a -j
	done > "$work/policies" 2>&1
}

a=$(vm_new storm-a)
b=$(vm_new storm-b)
pins=$(locked)
# Once before the slab is measured: what is made at first use stays.
./storm 4000 "$a" "$b" > "$work/first" 2>&1
sleep 1
slab_before=$(slab)
policies &
swapper=$!
tap_check "two VMs storm" sh -c "./storm $calls $a $b > $work/out 2>&1"
kill $swapper
wait $swapper 2> /dev/null
sed 's/^/# /' "$work/out"
tap_check "that were $calls calls" \
	awk -v n="$calls" "/^storm:/ { done = \$2 } END { exit !(done >= n) }" "$work/out"
tap_check "some were answered by an error, some not" \
	awk '/^storm:/ { exit !($5 > 0 && $5 < $2) }' "$work/out"
tap_check "both are stopped" \
	sh -c "[ \"\$(vmctl vm list -j | grep -o '\"state\":\"stopped\"' | wc -l)\" = 2 ]"
tap_check "they can be deleted" sh -c "vmctl vm delete storm-a && vmctl vm delete storm-b"
sleep 1
# The counters are those of each CPU, added up once in a while.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	pins_after=$(locked)
	[ "$pins_after" -ne "$pins" ] || break
	sleep 1
done
echo "# pages pinned: $pins, then $pins_after"
tap_check "no page of theirs is still pinned" test "$pins_after" -eq "$pins"
slab_after=$(slab)
echo "# unreclaimable slab: $slab_before KiB, then $slab_after KiB"
tap_check "no kernel memory is lost" test "$((slab_after - slab_before))" -lt 2048
tap_end
