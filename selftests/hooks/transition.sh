#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# "allow file execute PATH to POLICY": who executes PATH is under another policy, and so are
# its children, whatever they execute, until a rule of that policy says otherwise.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
root=/sys/fs/cgroup
mkdir -p "$root"
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
mkdir -p "$root/outer/inner"
tap_plan 22

mkdir -p "$work/bin"
busybox=$(readlink -f /bin/busybox)
for name in plain worker helper; do
	cp "$busybox" "$work/bin/busybox.$name"
done
cat > "$work/script" <<END
#!$work/bin/busybox.worker sh
cat /proc/version
END
chmod +x "$work/script"

# One error for each policy, so that it is seen which one answers.
policy()	# NAME-OF-WORKER
{
	cat <<-END
	default allow
	deny=EHOSTDOWN file read /proc/version
	allow file execute $work/bin/busybox.worker to $1
	policy $1 {
		default allow
		deny=EXDEV file read /proc/version
		allow file execute $work/bin/busybox.helper to main
		allow file execute $work/bin/busybox.plain to last
	}
	policy last {
		default allow
		deny=EDOM file read /proc/version
	}
	END
}

# Runs a command in the group; which error did it meet?
main="Host is down" one="Invalid cross-device link" last="Numerical argument"
meets()		# NAME PATTERN COMMAND...
{
	name=$1 pattern=$2
	shift 2
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$root/$group" "$@" \
		> "$work/out" 2> "$work/err" < /dev/null
	grep -q "$pattern" "$work/err" || show
	tap_check "$name" grep -q "$pattern" "$work/err"
}

group=outer
vmctl group adopt outer "$root/outer" > /dev/null
policy worker > "$work/policy"
good "a set of policies" policy apply outer "$work/policy"
read=/proc/version
meets "at first" "$main" cat $read
meets "another program changes nothing" "$main" "$work/bin/busybox.plain" cat $read
meets "the program" "$one" "$work/bin/busybox.worker" cat $read
meets "its children" "$one" "$work/bin/busybox.worker" sh -c "(cat $read); :"
meets "theirs" "$one" "$work/bin/busybox.worker" sh -c "sh -c '(cat $read; :); :'; :"
meets "what it executes" "$one" "$work/bin/busybox.worker" sh -c "exec $busybox cat $read"
meets "a script is under its interpreter's" "$one" "$work/script"
meets "and back, where that policy says so" "$main" "$work/bin/busybox.worker" sh -c \
	"exec $work/bin/busybox.helper cat $read"
meets "and on" "$last" "$work/bin/busybox.worker" sh -c "exec $work/bin/busybox.plain cat $read"
meets "from where nothing leads back" "$last" "$work/bin/busybox.worker" sh -c \
	"exec $work/bin/busybox.plain sh -c '$work/bin/busybox.worker cat $read; $work/bin/busybox.helper true'"
meets "what fails to execute changes nothing" "$main" sh -c \
	"cp /dev/null $work/bin/empty; chmod +x $work/bin/empty; $work/bin/empty; cat $read"

# A process stays where it is when its set is replaced.
stays()		# NAME PATTERN COMMAND...
{
	name=$1 pattern=$2
	shift 2
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$root/$group" "$work/bin/busybox.worker" sh -c \
		"echo > $work/ready; while [ ! -e $work/go ]; do sleep 0.1; done; (: < $read); :" \
		> "$work/out" 2> "$work/err" < /dev/null &
	until [ -e "$work/ready" ]; do
		sleep 0.1
	done
	"$@"
	touch "$work/go"
	wait $!
	rm -f "$work/ready" "$work/go"
	grep -q "$pattern" "$work/err" || show
	tap_check "$name" grep -q "$pattern" "$work/err"
}

# shellcheck disable=SC2317	# as arguments
another() { policy "$1" > "$work/another" && vmctl policy apply outer "$work/another"; }
# shellcheck disable=SC2317
back() { vmctl policy clear outer && another worker; }
stays "a set in its place that has a policy of this name" "$one" another worker
stays "one that has not: the first policy" "$main" another other
another worker
stays "none for a while" "$one" back

# Each group has its own.
vmctl group adopt inner "$root/outer/inner" > /dev/null
group=outer/inner
cat > "$work/inner" <<END
default allow
allow file execute $work/bin/busybox.helper to strict
policy strict {
	default allow
	kill file read /proc/version
}
END
good "a group within" policy apply inner "$work/inner"
meets "the outer one's is still there" "$one" "$work/bin/busybox.worker" cat $read
# shellcheck disable=SC2016
sh -c 'echo $$ > "$0/cgroup.procs" && "$@"; echo $?' "$root/$group" "$work/bin/busybox.helper" cat $read \
	> "$work/out" 2> /dev/null
tap_check "its own" grep -q '^137' "$work/out"
vmctl group delete inner
group=outer

# Of many that come and go nothing is left.
i=0
while [ $i -lt 200 ]; do
	i=$((i + 1))
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$root/outer" "$work/bin/busybox.worker" sh -c \
		': & : & : & wait'
done
meets "after many" "$one" "$work/bin/busybox.worker" cat $read
good "the group goes" group delete outer
rmdir "$root/outer/inner" "$root/outer"
vmctl group list -j > "$work/out"
tap_check "as does the other" test -z "$(grep outer "$work/out")"
if rmmod hull && insmod /lib/modules/hull.ko; then
	tap_pass "nothing holds the module"
else
	tap_fail "nothing holds the module"
fi
tap_end
