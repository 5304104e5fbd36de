#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the emulated machine, in one boot: each peer, and then Hull; prints lines
# "FIGURE configuration operation instructions".

set -eu
root=/sys/fs/cgroup
mkdir -p "$root" /etc /usr /lib /var /home /tmp /dev /proc /sys /run
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
grep -q securityfs /proc/mounts || mount -t securityfs none /sys/kernel/security
ip link set lo up
echo bench > /etc/hostname
: > /etc/shadow
mkdir -p "$root/bench" "$root/away"
ops=/bench/policy_ops
bench=$root/bench

"$ops" warm-up > /dev/null
"$ops" none
"$ops" none-cgroup "$bench"
"$ops" landlock landlock
"$ops" seccomp seccomp
apparmor_parser -K -T -a policy.apparmor
"$ops" apparmor apparmor=bench
apparmor_parser -R policy.apparmor
./policy_bpf policy.bpf.o "$bench" "$ops bpf-outside; $ops bpf $bench"

# Peers leave their traces, unloaded or not: what Hull adds is added to what there is now.
"$ops" before
"$ops" before-cgroup "$bench"
# As many hooks as there are.
echo 'default deny' > all.policy
vmctl group adopt away "$root/away"
vmctl policy apply away all.policy
"$ops" hull-outside
"$ops" hull-outside-cgroup "$bench"
vmctl group adopt bench "$bench"
vmctl policy apply bench policy.hull
"$ops" hull "$bench"
{
	cat policy.hull
	i=0
	while [ "$i" -lt 490 ]; do
		mkdir -p "/data/$((i / 20))/$i"
		echo "allow file read /data/$((i / 20))/$i"
		echo "allow inet tcp.connect 10.$((i / 250)).$((i % 250)).0/24 port $((1000 + i))"
		i=$((i + 1))
	done
} > 1000.policy
vmctl policy apply bench 1000.policy
"$ops" hull-1000-rules "$bench"
vmctl policy apply bench policy.hull
i=2
while [ "$i" -lt 1000 ]; do
	mkdir "$root/g$i"
	vmctl group adopt "g$i" "$root/g$i"
	i=$((i + 1))
done
"$ops" hull-1000-groups "$bench"
