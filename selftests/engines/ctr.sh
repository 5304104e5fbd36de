#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Debian's containerd with hull-runc for its runtime, by ctr.
. ./debian.sh
tap_plan 19

mkdir -p /etc/containerd
cat > /etc/containerd/config.toml <<'END'
version = 2
disabled_plugins = [ "io.containerd.grpc.v1.cri" ]
END
containerd > "$work/log" 2>&1 &
daemon=$!
trap 'kill $daemon' EXIT
comes "containerd" ctr version

run="ctr run --runc-binary $hull_runc"
# shellcheck disable=SC2086
{
try $run --rm --rootfs "$busybox" c1 sh -c 'echo out; exit 5'
is "run: output and exit status" 5 "out"
try $run --rm --rootfs "$busybox" c2 /no-such-program
tap_check "no such program" test "$code" -ne 0
tap_check "and why" grep -q '"/no-such-program": No such file' "$work/err"
try script -qec "$run --rm -t --rootfs $busybox c3 tty" /dev/null
tap_check "run -t: a terminal" grep -q "/dev/pts/0" "$work/out"
try $run --rm --rootfs / c4 cat /etc/debian_version
is "Debian's root" 0 "$(cat /etc/debian_version)"
try $run -d --memory-limit 67108864 --rootfs "$busybox" c5 sleep 1000
is "run -d" 0
}
status_is()
{
	ctr task ls | grep -q "^c5 .*$1"
}
tap_check "it runs" status_is RUNNING
tap_check "memory.max" grep -qx 67108864 "$cgroups/default/c5/memory.max"
tap_check "the kernel's record of it" sh -c "vmctl group list | grep -qw c5"
try ctr task exec --exec-id e1 c5 sh -c 'cat /proc/1/comm; exit 3'
is "exec: output and exit status" 3 "sleep"
try ctr task metrics c5
tap_check "metrics" grep -q '^memory.usage_limit *67108864' "$work/out"
try ctr task pause c5
tap_check "pause" status_is PAUSED
try ctr task resume c5
tap_check "resume" status_is RUNNING
try ctr task kill -s KILL c5
comes "kill" status_is STOPPED
try ctr task rm c5
is "rm" 0
tap_check "it had ended by a signal: 128 + 9" grep -q "exit code 137" "$work/err"
try ctr container rm c5
is "the container, too" 0
nothing_left "nothing is left"
[ "$tap_failed" -eq 0 ] || sed 's/^/# log: /' "$work/log" | tail -n 20
tap_end
