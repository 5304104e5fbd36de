#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# exec into a container, terminals by a console socket, descriptors that go in.
. ./oci.sh
tap_plan 24

spec 'exec sleep 1000'
runc run -d -b "$bundle" box
is "a container" 0

runc exec box sh -c 'echo in; exit 3'
is "exec: output, exit status" 3 "in"
runc exec box sh -c 'kill -9 $$'
is "killed: 128 + 9" 137
runc exec box no-such-program
is "not found" 127 ""
says "says so" "no-such-program"
runc exec --cwd /tmp -e A=1 -e B='x y' box sh -c 'pwd; echo "$A$B"'
is "working directory and environment" 0 "/tmp
1x y"
runc exec -u 1000:1001 -g 1002 box id
is "user and groups" 0 "uid=1000 gid=1001 groups=1002"
runc exec box sh -c 'grep CapEff /proc/self/status'
cap=$(cat "$work/out")
hull-runc exec box sh -c 'grep CapEff /proc/1/status' > "$work/out"
tap_check "capabilities as its first process has them" test "$cap" = "$(cat "$work/out")"
runc exec --cap CAP_SYS_NICE box sh -c 'grep CapEff /proc/self/status'
tap_check "and one more" test "$cap" != "$(cat "$work/out")"
runc exec box sh -c 'ls /proc/self/fd | wc -l'
is "no descriptor but its own" 0 4
for ns in cgroup ipc mnt net pid uts; do
	hull-runc exec box readlink /proc/self/ns/$ns
done > "$work/out"
for ns in cgroup ipc mnt net pid uts; do
	hull-runc exec box readlink /proc/1/ns/$ns
done > "$work/err"
tap_check "in its namespaces" cmp "$work/out" "$work/err"
runc exec box sh -c 'grep ^0:: /proc/self/cgroup'
is "in its cgroup" 0 "0::/"
cat > "$work/process.json" <<END
{ "cwd": "/", "args": [ "sh", "-c", "echo from a file; ulimit -n" ],
  "env": [ "PATH=/bin" ], "rlimits": [ { "type": "RLIMIT_NOFILE", "soft": 77, "hard": 77 } ] }
END
runc exec -p "$work/process.json" box
is "a process from a file" 0 "from a file
77"
runc exec -d --pid-file "$work/pid" box sleep 999
is "in the background" 0
tap_check "its pid" grep -q "sleep" "/proc/$(cat "$work/pid")/comm"
exec 3< /proc/version
hull-runc exec --preserve-fds 1 box sh -c 'ls /proc/self/fd | wc -l' > "$work/out"
exec 3<&-
tap_check "a descriptor that goes in" grep -q '^5$' "$work/out"

# --- terminals
./recvtty "$work/tty" > "$work/terminal" &
receiver=$!
comes "who takes the terminal" test -S "$work/tty"
runc exec -t -d --console-socket "$work/tty" box sh -c 'tty; stty size; echo on a terminal'
is "exec on a terminal" 0
wait $receiver
tap_check "it went to the socket" grep -q "on a terminal" "$work/terminal"
rm -f "$work/tty"
sed -i 's/"terminal": false/"terminal": true/; s/exec sleep 1000/tty; echo begun/' \
	"$bundle/config.json"
runc create -b "$bundle" term
is "a terminal without a socket is refused" 1 ""
./recvtty "$work/tty" > "$work/terminal" &
receiver=$!
comes "who takes the terminal" test -S "$work/tty"
hull-runc create -b "$bundle" --console-socket "$work/tty" term && hull-runc start term
wait $receiver
tap_check "a container's terminal" grep -q "^begun" "$work/terminal"
tap_check "is its console" grep -q "^/dev/" "$work/terminal"
hull-runc delete -f term
hull-runc delete -f box
nothing_left "nothing is left"
tap_end
