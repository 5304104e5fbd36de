#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The ready policy vmm over a VMM at work: its guest goes on, and it gets at nothing else.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
[ -e /dev/kvm ] || tap_skip_all "no /dev/kvm"
root=/sys/fs/cgroup
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
tap_plan 11
mkdir -p /boot /usr /lib
mkdir -p /etc
[ -e /etc/passwd ] || echo root:x:0:0::/:/bin/sh > /etc/passwd

good "a VM" vm create marks --engine kvm --memory 64M
good "which runs" vm start marks --kernel ./guest --cmdline "mark a" --json
pid=$(./jsonq pid < "$work/out")
cgroup=$root$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
good "its cgroup is a group" group adopt vmm "$cgroup"
vmctl policy events vmm > "$work/events" &
listener=$!
good "under the policy" policy apply vmm ./vmm.policy

said()
{
	vmctl vm console marks --log | wc -c
}
goes_on()	# NAME
{
	before=$(said) tries=0
	while [ "$(said)" -le "$before" ] && [ "$tries" -lt 300 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	tap_check "$1" test "$tries" -lt 300
}
goes_on "the guest goes on"
goes_on "and on"
kill "$listener"
sed 's/^/# /' "$work/events"
vmctl_run policy stats vmm
tap_check "nothing that it needs was denied" grep -q '^denied  *0$' "$work/out"

# What a guest that has taken its VMM over would do.
taken()		# NAME COMMAND...
{
	name=$1
	shift
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$cgroup" "$@" 2>&1 < /dev/null |
		cat > "$work/err"
	tap_check "$name" grep -qi "denied\|not permitted" "$work/err"
}
taken "no file of the host's" cat /etc/passwd
taken "no program of its own" sh -c "cp /bin/busybox /run/hull/x && /run/hull/x true"
taken "no network" nc 127.0.0.1 80
good "the VM can be ended" vm kill marks
vmctl vm delete marks
vmctl group delete -f vmm 2> /dev/null
tap_end
