#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Debian's podman with hull-runc for its runtime.
. ./debian.sh
tap_plan 42

# On the command line alone: /etc/containers says nothing of all this.
podman_()	# ARGUMENT...
{
	try podman --runtime "$hull_runc" --cgroup-manager cgroupfs --events-backend file "$@"
}

# Its first call sets up its storage, which takes it a while.
podman_ info
is "podman" 0

run="run --rm --network none"

# --- a root of busybox
# shellcheck disable=SC2086
{
podman_ $run --rootfs "$busybox" sh -c 'echo out; echo err >&2; exit 42'
is "run: output and exit status" 42 "out"
tap_check "and what went to the other descriptor" grep -qx err "$work/err"
podman_ $run --rootfs "$busybox" /no-such-program
is "no such program: 127" 127 ""
tap_check "and why" grep -q '"/no-such-program": No such file' "$work/err"
podman_ $run --rootfs "$busybox" /etc
is "not to be executed: 126" 126 ""
podman_ $run -t --rootfs "$busybox" tty
is "run -t: a terminal" 0 "/dev/pts/0"
podman_ $run --hostname box --user 1000:1001 --env A='x y' --workdir /bin --cap-drop all \
	--rootfs "$busybox" sh -c 'hostname; id; echo $A; pwd; grep CapEff /proc/self/status'
is "host name, user, environment, directory, capabilities" 0 "box
uid=1000 gid=1001 groups=1001
x y
/bin
CapEff:	0000000000000000"
podman_ $run --read-only --tmpfs /scratch:size=1m -v /etc:/hostetc:ro --rootfs "$busybox" \
	sh -c 'touch /new; touch /hostetc/new; dd if=/dev/zero of=/scratch/f bs=2M count=1; cat /hostetc/debian_version'
is "read-only root, a tmpfs, a bind mount" 0 "$(cat /etc/debian_version)"
tap_check "its root cannot be written" grep -q "/new: Read-only file system" "$work/err"
tap_check "nor what is bound read-only" grep -q "/hostetc/new: Read-only file system" "$work/err"
tap_check "the tmpfs has its size" grep -q "No space left" "$work/err"
podman_ $run --uidmap 0:100000:1000 --gidmap 0:100000:1000 --rootfs "$busybox" \
	sh -c 'echo $(cat /proc/self/uid_map)'
is "a user namespace" 0 "0 100000 1000"
podman_ $run --memory 16m --rootfs "$busybox" sh -c 'head -c 64m /dev/zero | tail'
is "more memory than it may have: 128 + 9" 137
}
nothing_left "nothing is left of them"

# --- in the background
podman_ run -d --name box --network none --memory 64m --pids-limit 40 --cpus 0.5 \
	--rootfs "$busybox" sh -c 'echo started; exec sleep 1000'
is "run -d" 0
podman_ inspect -f '{{.State.Status}} {{.State.CgroupPath}} {{.State.Pid}}' box
is "inspect" 0
# shellcheck disable=SC2046
set -- $(cat "$work/out")
tap_check "it runs" test "$1" = running
cg=$cgroups/$2
tap_check "memory.max" grep -qx 67108864 "$cg/memory.max"
tap_check "pids.max" grep -qx 40 "$cg/pids.max"
tap_check "cpu.max" grep -qx "50000 100000" "$cg/cpu.max"
tap_check "its first process is in the cgroup" grep -qx "$3" "$cg/cgroup.procs"
tap_check "the kernel's record of it" sh -c "vmctl group list | grep -qw '${2##*/libpod-}'"
podman_ logs box
is "logs" 0 "started"
podman_ exec --user 1000 box sh -c 'id -u; cat /proc/1/cmdline | tr "\0" " "; exit 3'
is "exec: output and exit status" 3 "1000
sleep 1000 "
podman_ exec -t box tty
is "exec -t" 0 "/dev/pts/0"
podman_ top box args
is "top: its processes alone" 0 "COMMAND
sleep 1000 "
podman_ pause box
tap_check "pause" grep -qx "frozen 1" "$cg/cgroup.events"
podman_ unpause box
tap_check "unpause" grep -qx "frozen 0" "$cg/cgroup.events"
podman_ update --memory 48m box
tap_check "update" grep -qx 50331648 "$cg/memory.max"
mkdir "$busybox/data"
echo secret > "$busybox/data/file"
echo 'deny file read /data' > "$work/policy"
podman_ exec box cat /data/file
is "a file is read" 0 "secret"
group=$(podman --events-backend file inspect -f '{{.Id}}' box | cut -c -63)
try vmctl policy apply "$group" "$work/policy" "/proc/$3/root"
is "a policy for a container that runs" 0
podman_ exec box cat /data/file
is "and it is read no more" 1 ""
podman_ kill box
is "kill" 0
podman_ wait box
is "wait: 128 + 9" 0 137
podman_ rm box
is "rm" 0 box
tap_check "its cgroup is gone" test ! -e "$cg"
nothing_left "nothing is left of it"

# --- Debian for a root: this machine's own, under an overlay that is thrown away
# shellcheck disable=SC2086
podman_ $run --rootfs /:O sh -c '. /etc/os-release; echo $ID; rm -rf /etc; ls -d /etc 2>/dev/null; dpkg-deb --version | head -n 1 | cut -c 1-6'
is "Debian's root" 0 "debian
/etc
Debian"
tap_check "what it does there stays there" test -e /etc/passwd

# --- an image
tar -C "$busybox" -c . | podman --events-backend file import - busybox:test > "$work/import" 2>&1
# shellcheck disable=SC2086
podman_ $run busybox:test echo from an image
is "an image" 0 "from an image"
nothing_left "nothing is left"
tap_end
