#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vmctl group run in the foreground: exit status, stdio, signals, what a group sees.
. ./group.sh
tap_plan 41

group_run true
is "exit status 0" 0 ""
group_run sh -c 'exit 42'
is "exit status 42" 42 ""
group_run sh -c 'kill -9 $$; exit 0'
is "pid 1 cannot kill itself, but ends" 0
group_run sh -c 'sh -c "kill -9 \$\$"; exit $?'
is "a child that is killed: 128 + 9" 137
group_run no-such-program
is "not found: 127" 127 ""
tap_check "says so" grep -q '^vmctl: group run: .*no-such-program.*No such file' "$work/err"
group_run /bin/data
is "not executable: 126" 126 ""
group_run --name 'a b' true
is "the command line is wrong: 2" 2 ""

code=0
echo typed | vmctl group run --rootfs "$root" cat > "$work/out" 2> "$work/err" || code=$?
is "stdin is the caller's" 0 typed
code=0
vmctl group run --rootfs "$root" sh -c 'echo to-err >&2' < /dev/null \
	> "$work/out" 2> "$work/err2" || code=$?
is "stdout has nothing of stderr" 0 ""
tap_check "stderr is the caller's" grep -q '^to-err$' "$work/err2"

# --- what it sees
group_run --name seen --hostname inside hostname
is "host name" 0 inside
group_run --name seen hostname
is "its name is its host name" 0 seen
group_run sh -c 'echo $$'
is "it is pid 1" 0 1
group_run sh -c 'grep ^0: /proc/self/cgroup'
is "its cgroup is its root" 0 "0::/"
group_run sh -c 'grep -c " /host\| / / " /proc/self/mountinfo'
is "no mount of the host's is left" 1 0
group_run --no-pivot sh -c 'ls /'
is "without pivot_root(), too" 0
group_run sh -c 'set -- /proc/[0-9]*; echo $#'
is "its processes alone" 0 1
group_run --env A=1 --env B="x y" sh -c 'echo "$A$B"'
is "environment" 0 "1x y"
C=here vmctl group run --rootfs "$root" --env C sh -c 'echo $C' > "$work/out"
is "a variable of the caller's" 0 here
group_run sh -c 'echo "$USER$C"'
is "no other one" 0 ""
group_run --workdir /tmp pwd
is "working directory" 0 /tmp
group_run --user 1000:1000 id -u
is "user" 0 1000
group_run --user guest id -un
is "user by name" 0 guest
group_run --volume "$root/etc:/data:ro" sh -c 'ls /data; echo x > /data/y'
tap_check "volume, and it cannot be written" grep -q 'Read-only' "$work/err"
group_run --tmpfs /data:size=64k sh -c 'dd if=/dev/zero of=/data/x bs=1k count=100; ls -l /data/x'
tap_check "tmpfs with a size" grep -q 'No space' "$work/err"
group_run --memory 64M --pids 20 --cpus 0.5 --name limited sleep 0.1 &
wait_for test -e "$cgroups/hull-groups/limited/pids.max"
tap_check "memory.max" wait_for cgroup_has limited memory.max 67108864
wait
group_run --rlimit nofile=77 sh -c 'ulimit -n'
is "rlimit" 0 77
group_run sh -c 'cat /sys/class/net/lo/flags 2>/dev/null || ip link show lo'
tap_check "loopback is up" grep -q 'UP\|0x9' "$work/out"
group_run sh -c 'ls /sys/class/net 2>/dev/null || ip link show | grep -c "^[0-9]"'
tap_check "and alone" grep -q '^lo$\|^1$' "$work/out"
group_run --no-new-privileges grep NoNewPrivs /proc/self/status
tap_check "no new privileges" grep -q '1$' "$work/out"
group_run --cap-drop ALL grep CapBnd /proc/self/status
tap_check "no capabilities" grep -q '0000000000000000' "$work/out"

# --- signals
vmctl group run --rootfs "$root" --name sig sleep 100 &
pid=$!
wait_for sh -c 'vmctl group ps sig | grep -q sleep'
kill "$pid"
code=0
wait "$pid" || code=$?
tap_check "SIGTERM ends a program that has no answer: 143" test $code -eq 143
vmctl group run --rootfs "$root" --name sig \
	sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.1; done' > "$work/out" &
pid=$!
wait_for grep -q ready "$work/out"
kill "$pid"
code=0
wait "$pid" || code=$?
tap_check "a handler hears it" test $code -eq 7
vmctl group run --rootfs "$root" --name sig sleep 100 &
pid=$!
wait_for sh -c 'vmctl group ps sig | grep -q sleep'
vmctl_run group kill sig TERM
vmctl_run group kill sig
code=0
wait "$pid" || code=$?
tap_check "group kill: 137" test $code -eq 137

# --- bad input: a clear sentence, nothing left
vmctl_run group run true
is "no rootfs" 2
tap_check "says so" grep -q rootfs "$work/err"
vmctl_run group run --rootfs /nowhere true
is "no such rootfs" 2
vmctl_run group run --rootfs /bin/busybox true
is "rootfs is a file" 2
vmctl_run group run --rootfs "$root"
is "no command" 2
nothing_left "nothing is left"
tap_end
