#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC3045	# it is busybox's shell
# probe.sh - what a container looks like from inside: lines of "TOPIC VALUE"

topic()	# NAME, lines on stdin
{
	sed "s|^|$1 |"
}

awk '/^(Uid|Gid|Groups|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp|SigBlk|SigIgn|Cpus_allowed_list):/ {
	$1 = $1; sub(/:/, ""); name = tolower($1); sub(/^[^ ]* ?/, ""); print name, $0 }' /proc/self/status
# Mount point, options, propagation, type, source; without device numbers and ids.
awk '{
	for (i = 7; $i != "-"; i++)
		;
	extra = ""
	for (j = 7; j < i; j++)
		extra = extra " " $j
	gsub(/:[0-9]+/, "", extra)
	print "mount", $5, $6, extra, $(i + 1), $(i + 2), $(i + 3)
}' /proc/self/mountinfo | sed 's/size=[0-9]*k,nr_inodes=[0-9]*/size=half/; s/,inode64//' | sort
for ns in cgroup ipc mnt net pid time user uts; do
	if grep -qxF "$ns $(readlink "/proc/self/ns/$ns")" /host-namespaces; then
		echo "namespace $ns host"
	else
		echo "namespace $ns own"
	fi
done
find /dev ! -path '/dev/pts/*' | sort | while read -r path; do
	if [ -L "$path" ]; then
		echo "dev $path $(readlink "$path")"
	else
		stat -c 'dev %n %A %u %g %t:%T' "$path"
	fi
done
env | sort | topic env
pwd | topic cwd
umask | topic umask
hostname | topic hostname
ulimit -a | topic rlimit
topic oom < /proc/self/oom_score_adj
topic uid-map < /proc/self/uid_map
topic cgroup < /proc/self/cgroup
# ls has the directory open itself.
find /proc/self/fd -maxdepth 1 -type l | wc -l | topic descriptors
ps -o pid,ppid,pgid,sid,comm | head -n 2 | tail -n 1 | topic process
for file in ipv4/ip_unprivileged_port_start ipv4/ping_group_range; do
	topic "sysctl-${file##*/}" < "/proc/sys/net/$file"
done
for path in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /proc/acpi /sys/firmware; do
	if [ -d "$path" ]; then
		echo "masked $path $(find "$path" -mindepth 1 | head -n 3 | wc -l)"
	elif [ -e "$path" ]; then
		echo "masked $path $(head -c 1 "$path" 2>&1 | wc -c)"
	fi
done
for path in / /proc/sys/kernel/domainname /sys/x /dev/x /sys/fs/cgroup/x /tmp/x; do
	( : > "$path" ) 2>&1 | sed "s/.*: //" | topic "write-$path"
done
ip link 2> /dev/null | awk '/^[0-9]/ { print $2, $3 }' | topic link
