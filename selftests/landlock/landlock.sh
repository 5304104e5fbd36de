#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own tests of Landlock: the same with Hull, and a group confined elsewhere, as
# without it. Where Landlock fails without Hull it may fail with it, in the same way.
. ./cli.sh

case $(uname -r) in
6.1.*) series=6.1 ;;
*) series=6.12 ;;
esac
module_here || tap_skip_all "the module is not loaded"
root=/sys/fs/cgroup
mkdir -p "$root"
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
tests=$(ls ./*_test-$series)
here=$PWD
# shellcheck disable=SC2086	# they are words
set -- $tests
tap_plan $((2 * $# + 3))

# What each case came to, in a file; and the number of those that passed.
run()	# TEST RESULT
{
	mkdir -p "$work/place"
	(cd "$work/place" && cp "$here/true-$series" true && "$here/$1" > "$2.log" 2>&1)
	grep -E '^(not )?ok ' "$2.log" | sed 's/ # .*//' | sort > "$2"
	rm -rf "$work/place"
	grep -c '^ok ' "$2"
}

ip link set lo up
rmmod hull
for test in "$@"; do
	name=$(basename "$test")
	passed=$(run "$name" "$work/$name.without")
	tap_check "$name without Hull: $passed passed" test "$passed" -gt 0
done

insmod /lib/modules/hull.ko
mkdir -p "$root/elsewhere"
sleep 10000 &
sleeper=$!
echo "$sleeper" > "$root/elsewhere/cgroup.procs"
good "a group elsewhere" group adopt elsewhere "$root/elsewhere"
# All classes are denied, so all hooks are attached.
echo "default deny" > "$work/policy"
good "with a policy that denies all" policy apply elsewhere "$work/policy"
for test in "$@"; do
	name=$(basename "$test")
	passed=$(run "$name" "$work/$name.with")
	diff "$work/$name.without" "$work/$name.with" | sed 's/^/# /'
	tap_check "$name with Hull: the same, $passed passed" \
		cmp -s "$work/$name.without" "$work/$name.with"
done
# What is denied includes the signal that would end it.
vmctl_run policy clear elsewhere
kill "$sleeper"
wait "$sleeper" 2> /dev/null
vmctl_run group delete elsewhere
tap_check "nothing is left" test "$code" -eq 0
tap_end
