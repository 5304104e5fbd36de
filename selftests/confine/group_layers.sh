#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Roots of groups: layers that are kept or thrown away, files that belong to the group's ids, and
# no way from any of them to the host's. Seen from inside, and from outside.
. ./group.sh
modprobe -a overlay loop 2> /dev/null || tap_skip_all "no overlay, no loop devices here"
tap_plan 38

# --- layers
mkdir -p "$work/low" "$work/high"
echo low > "$work/low/layer"
echo high > "$work/high/layer"
group_run --lower "$work/low" --lower "$work/high" sh -c 'cat /layer; echo new > /layer; cat /layer'
is "layers: the last one is above" 0 "high
new"
tap_check "layers are not written to" grep -qx high "$work/high/layer"
group_run --overlay sh -c 'rm -r /etc /bin/data; echo x > /tmp/kept; ls /'
is "an overlay in memory" 0
tap_check "it is thrown away" test -e "$root/etc/passwd" -a -e "$root/bin/data" -a ! -e "$root/tmp/kept"
group_run --upper "$work/up" sh -c 'rm /bin/data; echo kept > /tmp/kept'
is "a layer that is kept" 0
tap_check "outside: what was written" grep -qx kept "$work/up/tmp/kept"
tap_check "outside: what was deleted" test -c "$work/up/bin/data" -a -e "$root/bin/data"
group_run --upper "$work/up" sh -c 'cat /tmp/kept; ls /bin/data'
tap_check "the next group finds it" grep -qx kept "$work/out"
tap_check "and does not find the other" grep -q '/bin/data: No such file' "$work/err"
group_start layered --overlay --read-only sleep 1000
vmctl_run group exec layered touch /x
tap_check "read-only with an overlay" grep -q 'Read-only file system' "$work/err"
tap_check "outside: its root" grep -q ' / overlay ro' "/proc/$(pid_of layered)/mounts"
delete layered
refused 125 'make the root.*No such file' --lower /nowhere true
refused 125 'make the root.*Not a directory' --lower /bin/busybox true
refused 125 'make the root.*No such file' --upper "$work/no/where" true
refused 2 'empty path' --lower '' true

# --- what the host has mounted is gone, whatever was on top of its root
own_files='cut -d" " -f5 /proc/self/mountinfo | grep -cx /; ls /.. | grep -cx data; ls /../tests'
alone()	# NAME OPTION...
{
	what=$1
	shift
	group_start alone "$@" sleep 1000
	vmctl_run group exec alone sh -c "$own_files"
	is "$what: exec sees its own files" 1 "1
1"
	delete alone
	group_run "$@" sh -c "$own_files"
	is "$what: so does its program" 1 "1
1"
}
alone "a directory"
alone "an overlay in memory" --overlay
alone "a layer that is kept" --upper "$work/up2"
mkdir "$work/cover"
mount --bind "$work/cover" /
alone "a host's root with a mount on it"
alone "and an overlay" --overlay
umount /

# --- a root that belongs to the group's ids
maps="--uidmap 0:100000:1000 --gidmap 0:100000:1000"
dd if=/dev/zero of="$work/disk" bs=1k count=4096 2> /dev/null
losetup /dev/loop0 "$work/disk"
busybox mke2fs /dev/loop0 > /dev/null 2>&1
mkdir "$work/ext"
mount -t ext4 /dev/loop0 "$work/ext"
cp -r "$root/." "$work/ext"
chown 1000:1000 "$work/ext/data"
mapped="--rootfs $work/ext $maps"
# shellcheck disable=SC2086
{
vmctl_run group run $mapped stat -c %u:%g /etc/passwd
is "without --idmap its files are nobody's" 0 65534:65534
vmctl_run group run $mapped --idmap sh -c 'stat -c %u:%g /etc/passwd; echo x > /new; stat -c %u /new'
is "with it they are root's" 0 "0:0
0"
tap_check "outside: so is what it makes" test "$(stat -c %u "$work/ext/new")" = 0
vmctl_run group run --detach --name ids $mapped --idmap sleep 1000
tap_check "outside: who it is" grep -qx 'Uid:.100000.100000.100000.100000' \
	"/proc/$(pid_of ids)/status"
tap_check "outside: its map" grep -qx ' *0 *100000 *1000' "/proc/$(pid_of ids)/uid_map"
vmctl_run group exec ids sh -c 'id -u; touch /more'
is "exec is its root" 0 0
tap_check "outside: what that makes, too" test "$(stat -c %u "$work/ext/more")" = 0
delete ids
refused 125 'ids are mapped in a user namespace' --idmap true
refused 125 'overlay has no id mapping' --idmap --overlay $maps true
refused 2 'not INSIDE:OUTSIDE:COUNT' --uidmap 0:100000 true
refused 125 'overlap' --uidmap 0:100000:10 --uidmap 5:200000:10 --gidmap 0:1:1 true
refused 125 'needs id mappings' --userns private true
}
umount "$work/ext"
losetup -d /dev/loop0
nothing_left "nothing is left"
tap_end
