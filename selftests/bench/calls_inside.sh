#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the emulated machine: all transports on both engines, with handlers beside; or
# on Hull those that are named.
# Prints lines "CSV figure" and "SVG line of the chart".
# usage: calls_inside.sh [TRANSPORT...]

set -eu
for transport; do
	vmctl bench hypercall --engine hull --samples 21 --csv "$transport" | sed 's/^/CSV /'
done
[ "$#" = 0 ] || exit 0
insmod handler_module.ko
# Where the kernel has BPF handlers: attached as long as it lives.
if [ -e /sys/kernel/btf/hull ]; then
	./handler_bpf &
	sleep 1
fi
modprobe kvm-intel
vmctl bench hypercall --samples 21 --csv --plot chart.svg > figures.csv
sed 's/^/CSV /' figures.csv
sed 's/^/SVG /' chart.svg
