#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Networks of groups.
. ./group.sh
modprobe -a bridge veth 2> /dev/null || tap_skip_all "no bridge here"
tap_plan 12

group_start a --net bridge sleep 1000
is "a group at a bridge" 0 a
vmctl_run group exec a ip -4 addr show eth0
tap_check "its address" grep -q '10.117.0.2/22' "$work/out"
tap_check "the bridge's address" sh -c 'ip -4 addr show hull0 | grep -q 10.117.0.1/22'
group_start b --net bridge sleep 1000
vmctl_run group exec b ping -c 1 -W 5 10.117.0.2
is "a group reaches another one" 0
tap_check "the host reaches it" ping -c 1 -W 5 10.117.0.3
vmctl_run group exec b ip route
tap_check "its way out" grep -q 'default via 10.117.0.1' "$work/out"
group_start c --net bridge=other,10.117.4.9/22 sleep 1000
vmctl_run group exec c ip -4 addr show eth0
tap_check "another bridge, an address of its own" grep -q '10.117.4.9/22' "$work/out"
group_start d --net bridge=other,10.117.4.9/22 sleep 1000
is "an address that is taken" 125 ""
tap_check "says whose it is" grep -q 'c has the address' "$work/err"
group_run --net host ip link show hull0
is "the host's network" 0
for group in a b c; do
	vmctl group delete -f $group
done
tap_check "bridges go with the last group" test ! -e /sys/class/net/hull0 -a ! -e /sys/class/net/other
nothing_left "nothing is left"
tap_end
