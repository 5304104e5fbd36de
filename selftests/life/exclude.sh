#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# KVM and Hull on one machine: who comes second is refused, and says why; when the first
# has gone the second can. Linux 6.12's KVM takes VMX when it is loaded, unless told to wait
# for its first VM; 6.1's waits.
#
# usage: exclude.sh, in the lab's machine

. ./tap.sh
hull_ko=/lib/modules/hull.ko
out=/tmp/exclude
mkdir -p $out

runs()	# DEVICE
{
	./one_vm try "$1"
}

busy()	# DEVICE
{
	./one_vm try "$1" > $out/busy && return 1
	cat $out/busy
	# Linux 6.12's KVM says EIO, whatever the reason.
	grep -qE "busy|Input/output" $out/busy
}

# A check is a subshell: the VM's process is known by a file.
hold()	# DEVICE
{
	: > $out/hold
	./one_vm hold "$1" > $out/hold 2>&1 &
	holder=$!
	echo $holder > $out/holder
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		grep -q running $out/hold && return 0
		kill -0 $holder 2>/dev/null || break
		sleep 1
	done
	cat $out/hold
	return 1
}

release()
{
	kill -TERM "$(cat $out/holder)" || return 1
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		grep -q "went on" $out/hold && return 0
		sleep 1
	done
	return 1
}

# vmctl gives the kernel's sentence: for a new VM, and for one that is there already.
told()	# WORDS
{
	vmctl vm create second > $out/create 2>&1 && return 1
	vmctl vm start first --kernel spin.elf > $out/start 2>&1 && return 1
	cat $out/create $out/start
	grep -q "$1" $out/create && grep -q "$1" $out/start
}

refuses()	# COMMAND...
{
	! "$@"
}

kvm_waits()
{
	[ "$(cat /sys/module/kvm/parameters/enable_virt_at_load 2>/dev/null)" != Y ]
}

# Both modules loaded, and neither holds VMX without a VM.
by_vm()	# COUNT: 8
{
	tap_check "a VM of Hull" hold /dev/hull
	tap_check "KVM is refused" busy /dev/kvm
	tap_check "Hull's VM went on meanwhile" release
	tap_check "then KVM's turn" hold /dev/kvm
	tap_check "Hull is refused" busy /dev/hull
	tap_check "vmctl says who it is" told "kvm_intel holds VMX"
	tap_check "KVM's VM went on meanwhile" release
	tap_check "then Hull's again" runs /dev/hull
}

by_load()	# COUNT: 6
{
	tap_check "a VM of Hull" hold /dev/hull
	tap_check "kvm_intel cannot be loaded beside it" refuses modprobe kvm-intel
	tap_check "Hull's VM went on meanwhile" release
	tap_check "kvm_intel is loaded" modprobe kvm-intel
	tap_check "Hull is refused" busy /dev/hull
	tap_check "vmctl says who it is" told "kvm.enable_virt_at_load=0"
}

grep -qw vmx /proc/cpuinfo || tap_skip_all "no VMX"
modprobe kvm || tap_skip_all "no KVM in this machine"
vmctl vm create first --memory 16M
if kvm_waits; then
	tap_plan 12
else
	tap_plan 18
	by_load
	rmmod kvm-intel
	rmmod kvm
	modprobe kvm enable_virt_at_load=0
fi
modprobe kvm-intel
by_vm
vmctl vm delete first
tap_check "hull is removed" rmmod hull
tap_check "KVM runs a VM without it" runs /dev/kvm
rmmod kvm-intel
tap_check "hull is inserted again" insmod $hull_ko
tap_check "and runs a VM" runs /dev/hull
tap_end
