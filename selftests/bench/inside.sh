#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the emulated machine: the same program on /dev/hull and then on /dev/kvm.
# usage: inside.sh VARIANT; prints lines "BENCH variant device name unit value".

set -eu
variant=$1

measure() {
	{
		./exits "$1"
		# Unmodified kernel, a guest init that says how far its TSC has come.
		vmctl vm run --name bench --engine "${1#/dev/}" --kernel vmlinuz \
			--initrd guest.cpio --memory 128M --cmdline "console=ttyS0 quiet"
	} | tr -d '\r' | sed -n "s|^FIGURE |BENCH $variant ${1#/dev/} |p"
}

measure /dev/hull
# What KVM does not have.
./calls handler_module.ko | sed -n "s|^FIGURE \(.*\)|BENCH $variant hull \1 only|p"
./meet | sed -n "s|^FIGURE \(.*\)|BENCH $variant hull \1 only|p"
./ring | sed -n "s|^FIGURE \(.*\)|BENCH $variant hull \1 only|p"
# Hull holds VMX only while a VM of its own runs.
modprobe kvm-intel
measure /dev/kvm
