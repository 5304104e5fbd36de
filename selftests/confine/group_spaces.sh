#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a group has: processors, discs, sysctls, namespaces of its own or of others by their paths.
# Seen from inside, and from outside by files of the cgroup, /proc and nsenter.
. ./group.sh
tap_plan 83

inside()	# GROUP NAMESPACE
{
	readlink "/proc/$(pid_of "$1")/ns/$2"
}

# --- processors
group_start cpus --cpuset 1 sleep 1000
tap_check "cpuset.cpus" cgroup_has cpus cpuset.cpus 1
tap_check "outside: where it may run" \
	grep -qx 'Cpus_allowed_list:.1' "/proc/$(pid_of cpus)/status"
vmctl_run group exec cpus nproc
is "inside: one processor" 0 1
good "cpuset: update" group update cpus --cpuset 0
tap_check "outside: it has moved" \
	grep -qx 'Cpus_allowed_list:.0' "/proc/$(pid_of cpus)/status"
bad 1 'cpuset.cpus' group update cpus --cpuset 77
tap_check "and is where it was" cgroup_has cpus cpuset.cpus 0
delete cpus
refused 2 'not a list of CPUs' --cpuset all true
refused 125 'cpuset.cpus' --cpuset 77 true
refused 125 'cpuset.cpus' --cpuset 1-0 true

# --- discs
modprobe loop
dd if=/dev/zero of="$work/disk" bs=1k count=4096 2> /dev/null
losetup /dev/loop0 "$work/disk"
group_start disc --io /dev/loop0:rbps=1048576,wiops=100 --io-weight 50 sleep 1000
tap_check "io.max" cgroup_has disc io.max "7:0 rbps=1048576 wbps=max riops=max wiops=100"
good "io: update" group update disc --io /dev/loop0:rbps=max,wiops=max,riops=7
tap_check "io.max is another" cgroup_has disc io.max "7:0 rbps=max wbps=max riops=7 wiops=max"
delete disc
seconds()	# COMMAND...
{
	began=$(cut -d. -f1 /proc/uptime)
	"$@"
	echo $(($(cut -d. -f1 /proc/uptime) - began))
}
took=$(seconds group_run --device /dev/loop0 --io /dev/loop0:rbps=1048576 \
	dd if=/dev/loop0 of=/dev/null bs=1M iflag=direct)
tap_check "inside: 4 MiB at 1 MiB a second" test "$took" -ge 3
refused 2 'not DEVICE:LIMIT' --io /dev/null:rbps=1 true
refused 2 'not DEVICE:LIMIT' --io /dev/loop0 true
refused 2 'not DEVICE:LIMIT' --io /dev/nothing:rbps=1 true
refused 125 'io.max.*Invalid argument' --io /dev/loop0:speed=3 true

# --- sysctls
before=$(cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax)
group_start sysctl --sysctl net.ipv4.ip_forward=1 --sysctl kernel.shmmax=4242 sleep 1000
vmctl_run group exec sysctl cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax
is "sysctl, inside" 0 "1
4242"
nsenter -t "$(pid_of sysctl)" -n cat /proc/sys/net/ipv4/ip_forward > "$work/out"
tap_check "outside: of its network" grep -qx 1 "$work/out"
tap_check "the host's are as they were" \
	test "$before" = "$(cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax)"
delete sysctl
refused 2 'not NAME=VALUE' --sysctl net.ipv4.ip_forward true
refused 125 'vm.swappiness is not of a namespace' --sysctl vm.swappiness=1 true
refused 125 'is not of a namespace' --net host --sysctl net.ipv4.ip_forward=1 true
refused 125 'is not of a namespace' --net /proc/1/ns/net --sysctl net.ipv4.ip_forward=1 true
refused 125 'is not of a namespace' --sysctl net/../vm/swappiness=1 true
refused 125 'net.no.such.*No such file' --sysctl net.no.such=1 true
refused 125 'ip_forward.*Invalid argument' --sysctl net.ipv4.ip_forward=much true
refused 125 'host name needs' --uts /proc/1/ns/uts --hostname mine true
tap_check "and still are" \
	test "$before" = "$(cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax)"

# --- namespaces of another group, by their paths
group_start one --hostname one --time private --uidmap 0:100000:1000 --gidmap 0:100000:1000 \
	sleep 1000
group_start two --hostname two --time private sleep 1000
at=/proc/$(pid_of two)/ns
for kind in net uts ipc pid time cgroup; do
	option=$kind
	[ $kind != cgroup ] || option=cgroupns
	group_start joined --$option "$at/$kind" sleep 1000
	is "--$option PATH" 0 joined
	tap_check "outside: it is in that one" test "$(inside joined $kind)" = "$(inside two $kind)"
	tap_check "and its mounts are its own" test "$(inside joined mnt)" != "$(inside two mnt)"
	vmctl_run group exec joined readlink /proc/self/ns/$kind
	is "exec is there, too" 0 "$(inside two $kind)"
	delete joined
	refused 125 'No such file' --$option /proc/1/ns/nothing true
	refused 125 'Invalid argument' --$option /tmp true
done
refused 125 'Invalid argument' --net "$at/uts" true
refused 2 'nor the path of a namespace' --net else true
refused 2 'nor the path of a namespace' --time 5 true
group_run --uts "$at/uts" hostname
is "its host name" 0 two
group_run --pid "$at/pid" sh -c 'cat /proc/1/comm'
is "its processes" 0 sleep
group_run --net host --pid host --uts host --ipc host --cgroupns host sh -c \
	'for kind in net pid uts ipc cgroup; do readlink /proc/self/ns/$kind; done'
is "the host's own" 0 "$(for kind in net pid uts ipc cgroup; do readlink /proc/self/ns/$kind; done)"
tap_check "private: time" test "$(inside two time)" != "$(readlink /proc/self/ns/time)"
group_run readlink /proc/self/ns/time
is "else time is the host's" 0 "$(readlink /proc/self/ns/time)"
chmod 755 "$work"
chmod 777 "$root/tmp"
group_start user --userns "/proc/$(pid_of one)/ns/user" sleep 1000
is "--userns PATH" 0 user
tap_check "outside: it is in that one" test "$(inside user user)" = "$(inside one user)"
tap_check "outside: whose root it is" grep -qx 'Uid:.100000.100000.100000.100000' \
	"/proc/$(pid_of user)/status"
vmctl_run group exec user sh -c 'id -u; touch /tmp/made && stat -c %u /tmp/made'
is "exec is its root" 0 "0
0"
delete user
group_run --userns "/proc/$(pid_of one)/ns/user" --net "/proc/$(pid_of one)/ns/net" \
	--pid "/proc/$(pid_of one)/ns/pid" --overlay --device /dev/loop0 --user 5:6 sh -c \
	'id -u; cat /proc/1/comm; readlink /proc/self/ns/net; stat -c %t:%T /dev/loop0'
is "with its network, its processes, an overlay and a device" 0 "5
sleep
$(inside one net)
7:0"
refused 125 'Invalid argument' --userns "$at/uts" true
refused 125 'Invalid argument' --userns /proc/1/ns/user true
refused 125 'No such file' --userns /proc/1/ns/nothing true
delete one
delete two
losetup -d /dev/loop0
nothing_left "nothing is left"
tap_end
