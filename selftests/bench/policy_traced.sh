#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the emulated machine, for policy-trace: where the module is, then each operation a
# few times in a group with 20 rules.

set -eu
root=/sys/fs/cgroup
mkdir -p "$root" /etc /usr /lib /var /home /tmp /dev /proc /sys /run
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
ip link set lo up
echo bench > /etc/hostname
: > /etc/shadow
mkdir -p "$root/bench"
grep '\[hull\]' /proc/kallsyms
vmctl group adopt bench "$root/bench"
vmctl policy apply bench policy.hull
./policy_few hull "$root/bench"
