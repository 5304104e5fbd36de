#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What a group may do: system calls, files, devices, a profile of AppArmor, a first process of
# vmctl's, terminals of what is added. Seen from inside, and from outside by /proc and nsenter.
. ./group.sh
tap_plan 63

# --- system calls
cat > "$work/profile" << END
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "mkdir", "mkdirat" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 28 },
  { "names": [ "symlink", "symlinkat" ], "action": "SCMP_ACT_KILL_PROCESS" } ] }
END
group_run --seccomp "$work/profile" mkdir /tmp/x
tap_check "a profile: its errno" grep -q 'No space left' "$work/err"
group_run --seccomp "$work/profile" ln -s a /tmp/y
is "a profile: killed by SIGSYS" 159 ""
group_run --seccomp "$work/profile" --cap-add SYS_ADMIN unshare -m echo apart
is "a profile instead of the default, not beside it" 0 apart
group_run --cap-add SYS_CHROOT unshare -m true
tap_check "the default refuses" grep -q 'Operation not permitted' "$work/err"
group_start calls --seccomp "$work/profile" sleep 1000
pid=$(pid_of calls)
tap_check "outside: it has a filter" grep -qx "Seccomp:.2" "/proc/$pid/status"
vmctl_run group exec calls mkdir /tmp/x
tap_check "exec has its filter" grep -q 'No space left' "$work/err"
vmctl_run group exec --seccomp unconfined calls mkdir /tmp/x
is "exec with another one" 0 ""
delete calls
group_start calls --seccomp unconfined sleep 1000
tap_check "outside: unconfined has none" grep -qx "Seccomp:.0" "/proc/$(pid_of calls)/status"
delete calls
echo '{ "defaultAction": "SCMP_ACT_MAYBE" }' > "$work/maybe"
echo '{ "defaultAction": ' > "$work/broken"
echo '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "mkdir" ], "action": "SCMP_ACT_NOTIFY" } ] }' > "$work/notify"
sed "s|^{|{ \"listenerPath\": \"$work/agent\", \"listenerMetadata\": \"who\",|" "$work/notify" \
	> "$work/listener"
./answer "$work/agent" 28 2 > "$work/heard" &
answers=$!
wait_for test -S "$work/agent"
group_start asks --seccomp "$work/listener" sh -c 'sleep 0.5; mkdir /tmp/x; exec sleep 1000'
tap_check "a call is answered by who has the listener" \
	wait_for sh -c 'vmctl group logs asks | grep -q "No space left"'
cp "$work/heard" "$work/out"
json_is "$(pid_of asks)" pid
json_is asks state id
json_is who metadata
json_is seccompFd fds 0
delete asks
group_run --seccomp "$work/listener" mkdir /tmp/x
tap_check "in the foreground, too" grep -q 'No space left' "$work/err"
wait "$answers"
refused 125 "$work/agent: Connection refused" --seccomp "$work/listener" sleep 1000
rm "$work/agent"
refused 125 "$work/agent: No such file" --detach --seccomp "$work/listener" sleep 1000
refused 2 'neither default nor unconfined' --seccomp profile true
refused 2 'No such file' --seccomp /nowhere true
refused 2 'SCMP_ACT_MAYBE' --seccomp "$work/maybe" true
refused 2 "$work/broken" --seccomp "$work/broken" true
refused 2 'listenerPath' --seccomp "$work/notify" true

# --- files
group_run --landlock /bin:ro --landlock /tmp:rw sh -c 'echo a > /tmp/f; cat /tmp/f; ls /etc; echo b > /bin/new'
tap_check "Landlock: what is writable" grep -qx a "$work/out"
tap_check "Landlock: what is not named" grep -q "/etc'*: Permission denied" "$work/err"
tap_check "Landlock: what is for reading" grep -q '/bin/new: Permission denied' "$work/err"
rm -f "$root/tmp/f"
group_start files --landlock /bin:ro sleep 1000
vmctl_run group exec files ls /etc
tap_check "exec has it, too" grep -q "/etc'*: Permission denied" "$work/err"
bad 125 '/nowhere: No such file' group exec --landlock /nowhere:ro files true
nsenter -t "$(pid_of files)" -m ls /etc > "$work/out"
tap_check "outside: who only enters its mounts has not" grep -qx passwd "$work/out"
delete files
refused 2 'not PATH:ro or PATH:rw' --landlock bin:ro true
refused 2 'not PATH:ro or PATH:rw' --landlock /bin:rx true
refused 2 'not PATH:ro or PATH:rw' --landlock /bin true
refused 125 '/nowhere: No such file' --landlock /bin:ro --landlock /nowhere:ro true

# --- devices
modprobe loop
dd if=/dev/zero of="$work/disk" bs=1k count=64 2> /dev/null
losetup /dev/loop0 "$work/disk"
group_run --device /dev/loop0:/dev/disk:r sh -c \
	'stat -c "%t:%T" /dev/disk; dd if=/dev/disk of=/dev/null count=1; echo x > /dev/disk'
tap_check "a device by another name" grep -qx 7:0 "$work/out"
tap_check "it can be read" grep -q '1+0 records out' "$work/err"
tap_check "and no more" grep -q '/dev/disk: Operation not permitted' "$work/err"
group_run --device /dev/loop0 sh -c 'echo written > /dev/loop0 && head -c 7 /dev/loop0'
is "as the host calls it, for all" 0 written
tap_check "outside: that was the host's" sh -c "[ \$(head -c 7 $work/disk) = written ]"
group_run sh -c 'mknod /tmp/disk b 7 0; head -c 7 /tmp/disk'
tap_check "without the option a node is of no use" grep -q '/tmp/disk: Operation not permitted' "$work/err"
rm -f "$root/tmp/disk"
group_run --device /dev/loop0:/dev/disk:w sh -c 'echo x > /dev/disk && head -c 1 /dev/disk'
tap_check "to be written alone" grep -q '/dev/disk: Operation not permitted' "$work/err"
group_start device --device /dev/loop0:/dev/disk:r sleep 1000
nsenter -t "$(pid_of device)" -m stat -c '%F %t:%T' /dev/disk > "$work/out"
tap_check "outside: the node" grep -qx 'block special file 7:0' "$work/out"
vmctl_run group exec device sh -c 'head -c 2 /dev/disk; echo y > /dev/disk'
is "exec may as much" 1 "x"
delete device
group_run --device /dev/loop0:/dev/disk:r --uidmap 0:100000:1000 --gidmap 0:100000:1000 \
	stat -c '%F %t:%T' /dev/disk
is "in a user namespace" 0 'block special file 7:0'
losetup -d /dev/loop0
refused 2 'not DEVICE' --device /dev/nothing true
refused 2 'not DEVICE' --device /tmp true
refused 2 'not DEVICE' --device /dev/null:/dev/x:rx true
refused 2 'not DEVICE' --device /dev/null:relative true

# --- a first process of vmctl's
group_run --init sh -c 'echo $$; cat /proc/1/comm'
is "init" 0 "2
hull-init"
group_run --init sh -c 'exit 13'
is "init: exit status" 13 ""
group_start first --init sh -c 'trap "exit 3" TERM; (sleep 0.1 & exec sleep 0) & while :; do sleep 0.2; done'
sleep 1
tap_check "init: it reaps" sh -c "! vmctl group ps first | grep ' Z '"
tap_check "outside: two processes at least" test "$(wc -l < "$cgroups/hull-groups/first/cgroup.procs")" -ge 2
vmctl_run group kill first TERM
tap_check "init: it passes signals on" wait_for sh -c 'vmctl group show first | grep -q empty'
delete first

# --- a terminal of what is added
group_start term sleep 1000
code=0
# shellcheck disable=SC2034	# is() looks at it
./pty -p 'exit 4
' '#' vmctl group exec -t term sh -c 'tty; stty size; exec sh' > "$work/out" 2> "$work/err" || code=$?
is "exec -t: exit status" 4
tap_check "exec -t: a terminal" grep -q '/dev/pts/0' "$work/out"
tap_check "exec -t: the size of the caller's" grep -q '24 80' "$work/out"
vmctl_run group exec term tty
is "without: none" 1 "not a tty"
vmctl_run group exec -t term true
is "exec -t without a terminal of the caller's" 0
tap_check "outside: none is left" sh -c "! nsenter -t $(pid_of term) -m ls /dev/pts | grep -q '[0-9]'"
delete term

# --- AppArmor
aa=/sys/kernel/security/apparmor
[ -e /sys/kernel/security/lsm ] || mount -t securityfs none /sys/kernel/security
# "profile hull-test flags=(complain) { }", as apparmor_parser makes it
profile()
{
	printf '\004\010\0version\0\002\005\0\0\0\004\010\0profile\0\007\005\012\0hull-test\0'
	printf '\004\006\0flags\0\007\002\0\0\0\0\002\001\0\0\0\002\0\0\0\0\010'
	printf '\002\0\0\0\0\002\0\0\0\0\002\0\0\0\0\002\0\0\0\0\004\007\0caps64\0\007'
	printf '\002\0\0\0\0\002\0\0\0\0\002\0\0\0\0\002\0\0\0\0\010\010'
}
if [ -e $aa/.load ]; then
	profile > "$work/aa"
	dd if="$work/aa" of=$aa/.load bs=4096 2> /dev/null
	group_run --apparmor hull-test cat /proc/self/attr/apparmor/current
	is "AppArmor: its profile" 0 'hull-test (complain)'
	group_start labelled --apparmor hull-test sleep 1000
	tap_check "outside: the same" \
		grep -qx 'hull-test (complain)' "/proc/$(pid_of labelled)/attr/apparmor/current"
	vmctl_run group exec labelled cat /proc/self/attr/apparmor/current
	is "exec has it, too" 0 'hull-test (complain)'
	delete labelled
	group_run cat /proc/self/attr/apparmor/current
	is "without: the caller's" 0 unconfined
	printf hull-test > $aa/.remove
	refused 125 'security label.*No such file' --apparmor hull-test true
else
	for name in "its profile" outside exec without refused; do
		tap_skip "AppArmor: $name" "this kernel has none"
	done
fi
refused 2 'name of a profile is missing' --apparmor '' true
nothing_left "nothing is left"
tap_end
