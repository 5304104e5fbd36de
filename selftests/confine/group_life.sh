#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Groups in the background: create, start, exec, ps, logs, pause, update, kill, delete.
. ./group.sh
tap_plan 45

group_start g1 sh -c 'echo hello; while :; do sleep 1; done'
is "run --detach prints the name" 0 g1
tap_check "the kernel has a record" sh -c 'vmctl group list | grep -q " g1 "'
vmctl_run group ps g1
tap_check "ps" grep -q ' 1  *0  S  sh -c' "$work/out"
vmctl_run group ps g1 -j
json_is 1 0 inside
vmctl_run group logs g1
is "logs" 0 hello
group_start g1 true
is "a name that is taken: 125" 125 ""
tap_check "says so" grep -q 'there is a group g1 already' "$work/err"
group_run --name g1 true
is "in the foreground, too" 125 ""

# --- exec
vmctl_run group exec g1 sh -c 'hostname; grep ^0: /proc/self/cgroup; exit 9'
is "exec: in its namespaces, in its cgroup, exit status" 9 "g1
0::/"
vmctl_run group exec g1 sh -c 'ls -d /etc/shadow /nowhere'
is "exec: in its root" 1
vmctl_run group exec g1 no-such
is "exec: not found" 127 ""
vmctl_run group exec --env X=5 --user 1000 --workdir /tmp g1 sh -c 'echo $X; id -u; pwd'
is "exec: environment, user, directory" 0 "5
1000
/tmp"
vmctl_run group exec nobody true
is "exec: no such group" 125 ""
vmctl group exec g1 sleep 100 &
pid=$!
wait_for sh -c 'vmctl group ps g1 | grep -q "sleep 100"'
kill -TERM $pid
code=0
wait $pid || code=$?
tap_check "exec: SIGTERM ends it" test $code -eq 143
tap_check "and the group goes on" sh -c 'vmctl group ps g1 | grep -q " 1  *0 "'

# --- pause, resume, update
good "pause" group pause g1
tap_check "frozen" cgroup_has g1 cgroup.freeze 1
good "resume" group resume g1
tap_check "thawed" cgroup_has g1 cgroup.freeze 0
good "update" group update g1 --memory 32M --pids 30
tap_check "memory.max" cgroup_has g1 memory.max 33554432
tap_check "pids.max" cgroup_has g1 pids.max 30
vmctl_run group update g1
is "update: nothing to change" 2
vmctl_run group update g1 --memory 9999999T
is "update: absurd" 2

# --- kill, delete
vmctl_run group delete g1
is "delete: it runs" 5
vmctl_run group kill g1 NOSUCH
is "kill: no such signal" 2
good "kill" group kill g1
wait_for sh -c '! vmctl group ps g1 | grep -q " 1 "'
tap_check "its record is there until it is deleted" \
	wait_for sh -c 'vmctl group show g1 | grep -q empty'
vmctl_run group logs g1
is "its log, too" 0 hello
vmctl_run group exec g1 true
is "exec: has ended" 125
good "delete" group delete g1
vmctl_run group delete g1
is "delete: no such group" 3

# --- create, start
vmctl_run group create --rootfs "$root" --name g2 sh -c 'echo begun; exit 3'
is "create" 0 g2
vmctl_run group logs g2
is "it has not begun" 0 ""
good "start" group start g2
wait_for sh -c 'vmctl group logs g2 | grep -q begun'
vmctl_run group start g2
tap_check "start: not twice" test $code -ne 0
good "delete" group delete g2
vmctl group create --rootfs "$root" --name g3 /nowhere > /dev/null
vmctl_run group start g3
tap_check "create or start: not found" test $code -eq 127 -o $code -eq 125
vmctl_run group delete --force g3

# --- rm, logs -f, kill --all, a log that is bounded
group_start g4 --rm sleep 0.3
tap_check "--rm: it goes by itself" wait_for sh -c '! ls -d /run/hull/groups/g4'
group_start g5 sh -c 'for i in 1 2 3; do echo $i; sleep 0.2; done'
vmctl_run group logs -f g5
is "logs --follow: until its end" 0 "1
2
3"
vmctl group delete g5
group_start g6 sh -c 'trap "" TERM; sleep 100 & sleep 101 & wait'
wait_for sh -c 'vmctl group ps g6 | grep -q "sleep 101"'
good "kill --all" group kill --all g6 KILL
vmctl_run group delete -f g6
is "delete --force" 0
group_start g7 sh -c 'yes 0123456789 | head -c 2000000; sleep 100'
wait_for sh -c 'test $(vmctl group logs g7 | wc -c) -gt 200000'
sleep 0.5
tap_check "a log is bounded" test "$(du -k /run/hull/groups/g7 | cut -f1)" -le 560
good "delete --force" group delete -f g7
nothing_left "nothing is left"
tap_end
