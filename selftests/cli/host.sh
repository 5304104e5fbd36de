#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What vmctl says of the machine, with the module and without.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
tap_plan 15

vmctl_run host
tap_check "host: 0 or 4, nothing on stderr" test \( "$code" -eq 0 -o "$code" -eq 4 \) -a ! -s "$work/err"
tap_check "it tells of Hull's engine" grep -q '^Engine hull  *\(available\|not available: .\)' "$work/out"
tap_check "and of KVM" grep -q '^Engine kvm  *\(available\|not available: .\)' "$work/out"
if [ -e /sys/kernel/btf/hull ]; then
	tap_check "BPF programs can answer hypercalls" grep -q '^Hypercalls .* bpf$' "$work/out"
else
	tap_check "BPF programs cannot, and why" grep -q '^Missing  *bpf (.*BTF' "$work/out"
fi
host=$code
vmctl_run host -j
tap_check "the same code with JSON" test "$code" -eq "$host"
json_is true module
json_is "$(uname -r)" kernel
json_is "$([ "$host" -eq 0 ] && echo true || echo false)" hull_available

if [ "$host" -eq 0 ]; then
	good "a VM of Hull's engine" vm create real
	good "and away with it" vm delete real
else
	bad 4 "" vm create unreal
	tap_check "the words are those of host" \
		grep -qF "$(vmctl host -j | ./jsonq hull_why)" "$work/err"
fi

# Without the module
file=/lib/modules/hull.ko
if [ -e "$file" ] && rmmod hull; then
	bad 4 "the module is not loaded" vm list
	vmctl_run host
	tap_check "host without the module: 4" test "$code" -eq 4 -a ! -s "$work/err"
	tap_check "it says what to do" grep -q 'modprobe hull' "$work/out"
	vmctl_run host -j
	json_is false module
	tap_check "the module comes back" insmod "$file"
else
	for name in list host words JSON back; do
		tap_skip "$name" "the module cannot be removed here"
	done
fi
tap_end
