#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the emulated machine: all transports on both engines, with handlers beside.
# Prints lines "CSV figure" and "SVG line of the chart".

set -eu
insmod handler_module.ko
modprobe kvm-intel
vmctl bench hypercall --samples 21 --csv --plot chart.svg > figures.csv
sed 's/^/CSV /' figures.csv
sed 's/^/SVG /' chart.svg
