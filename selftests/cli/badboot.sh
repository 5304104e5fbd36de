#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What cannot be booted: vm run says why, exits with 126, and leaves nothing.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
tap_plan 13

echo "this is no kernel" > "$work/text"
: > "$work/empty"
head -c 4096 /bin/busybox > "$work/cut"
nothing_left()
{
	[ "$(vmctl vm list -j)" = "[]" ] && [ -z "$(ls /run/hull/vms 2> /dev/null)" ]
}

# Which engine does not matter: it never comes so far. kvm, as a record of it can be had.
for kernel in /nonexistent "$work" "$work/text" "$work/empty" "$work/cut"; do
	bad 126 "" vm run --engine kvm --kernel "$kernel"
	tap_check "nothing is left of it" nothing_left
done
bad 2 "empty path" vm run --kernel ""
vmctl vm create idle --engine kvm > "$work/ignored"
code=0
vmctl vm start idle --kernel "$work/text" > "$work/out" 2> "$work/err" || code=$?
tap_check "vm start: not 0, and says why" test "$code" -ne 0 -a -s "$work/err"
tap_check "the VM is free again" vmctl vm delete idle
tap_end
