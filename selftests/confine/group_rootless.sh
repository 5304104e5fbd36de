#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Groups of who is not root.
. ./group.sh
tap_plan 7

chmod 755 "$work" "$root"
mkdir -p "$work/run"
chown 65534:65534 "$work/run"

nobody()	# ARGUMENT...
{
	code=0
	# shellcheck disable=SC2034	# is() looks at it
	XDG_RUNTIME_DIR=$work/run ./as_nobody vmctl "$@" > "$work/out" 2> "$work/err" < /dev/null || code=$?
}

nobody group run --rootfs "$root" id -u
is "root in a user namespace" 0 0
tap_check "says what is missing" grep -q 'no limits' "$work/err"
nobody group run --rootfs "$root" --memory 10M true
is "limits without a cgroup: refused" 125 ""
XDG_RUNTIME_DIR='' ./as_nobody vmctl group run --rootfs "$root" true 2> "$work/err"
tap_check "no directory: says so" grep -q XDG_RUNTIME_DIR "$work/err"

# A cgroup that was handed over
mkdir -p "$cgroups/user/leaf"
echo '+memory +pids' > "$cgroups/cgroup.subtree_control" 2> /dev/null
for file in . cgroup.procs cgroup.subtree_control leaf leaf/cgroup.procs leaf/cgroup.subtree_control; do
	chown 65534:65534 "$cgroups/user/$file"
done
code=0
# shellcheck disable=SC2034	# is() looks at it
sh -c "echo \$\$ > $cgroups/user/leaf/cgroup.procs && XDG_RUNTIME_DIR=$work/run exec ./as_nobody \
	vmctl group run --rootfs $root --pids 33 grep ^0: /proc/self/cgroup" \
	> "$work/out" 2> "$work/err" < /dev/null || code=$?
is "with a cgroup: limits" 0 "0::/"
tap_check "nothing is left" test -z "$(ls "$work/run/hull/groups")" -a \
	! -e "$cgroups/user/hull-groups/run-1"
tap_check "no cgroup either" sh -c "! ls -d $cgroups/user/hull-groups/*/ 2> /dev/null"
rmdir "$cgroups/user/hull-groups" "$cgroups/user/leaf" "$cgroups/user"
tap_end
