#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# selftest.sh - does the lab notice what it is there to notice?
# shellcheck disable=SC2317	# tap_check calls the functions
set -u
cd "$(dirname "$0")" || exit 1
. ../include/tap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has()	# WORDS: a line of the summary that begins so
{
	grep -q "^$*" "$work/summary.txt"
}

lab_fails_with()	# CODE LAB-ARGUMENTS...
{
	local want=$1 code=0
	shift
	./lab run -q -o "$work" "$@" > "$work/stdout" 2>&1 || code=$?
	[ "$code" = "$want" ]
}

verdicts()
{
	tap_check "a failed test makes the run fail" lab_fails_with 1 -M 256 -t 120 \
		-T 'good@20=echo hello' \
		-T 'bad@20=exit 1' \
		-T 'skipped@20=echo "1..0 # SKIP no such thing"; exit 4' \
		-T 'cases@20=echo 1..2; echo "ok 1 - one"; echo "not ok 2 - two"' \
		-T 'short@20=echo 1..2; echo "ok 1 - one"' \
		-T 'killed@20=kill -9 $$' \
		-T 'slow@2=sleep 30' \
		-T 'leaves@20=(sleep 1000 &) ; sleep 0' \
		-T 'alone@20=! pidof sleep' \
		-T 'complaint@60=tail /dev/zero; true'
	tap_check "a test passes" has "pass good"
	tap_check "an exit code is a failure" has "fail bad: exit code 1"
	tap_check "a skip has its reason" has "skip skipped: no such thing"
	tap_check "TAP cases count singly" has "fail cases: two"
	tap_check "a case that is planned and missing is a failure" \
		has "fail short: planned 2 cases, ran 1"
	tap_check "a signal is a failure" has "fail killed: killed by signal 9"
	tap_check "a test that takes too long is ended" has "fail slow: not finished after 2 s"
	tap_check "a process left behind is ended" has "pass alone"
	tap_check "a complaint in the kernel log is a failure" has "fail complaint: kernel log"
}

crashes()
{
	tap_check "a panic makes the run fail" lab_fails_with 1 -t 60 \
		-T 'panic@20=echo c > /proc/sysrq-trigger' -T 'next@20=true'
	tap_check "the test with the panic has failed" \
		has "fail panic: no verdict, kernel panic (in this test)"
	tap_check "a test that had no chance has failed" has "fail next: no verdict"
	tap_check "a machine that takes too long makes the run fail" lab_fails_with 1 -t 2 \
		-T "sleeps@50=sleep 40"
	tap_check "it is the time that was too long" \
		has "fail sleeps: no verdict, machine not finished after 2 s"
	tap_check "a file that is not there is an error" lab_fails_with 2 -f /nowhere:/x -T true
}

# By its work directory: other machines may run at the same time.
nothing_left()
{
	! pgrep -f "$work/temporary" > /dev/null && [ -z "$(ls "$work/temporary")" ]
}

interrupted()
{
	local lab
	mkdir "$work/temporary"
	TMPDIR=$work/temporary ./lab run -q -T 'sleep 100' > /dev/null 2>&1 &
	lab=$!
	for _ in $(seq 100); do
		! pgrep -f "qemu.*$work/temporary" > /dev/null || break
		sleep 0.1
	done
	tap_check "the emulator runs" pgrep -f "qemu.*$work/temporary"
	kill -TERM "$lab"
	wait "$lab"
	tap_check "after SIGTERM no process and no file is left" nothing_left
}

# As a person would: types at the shell, looks at the answer, leaves.
talk()	# CONVERSE-WORD...
{
	TMPDIR=$work/temporary timeout 150 "$work/converse" 120 "./lab shell shell.suite" \
		expect "insmod-hull" expect "# " "$@" > "$work/stdout" 2>&1
}

shell_alive()
{
	! talk send 'echo lis""t=$(vmctl vm list -j)' expect 'list=[]' "$@" || return 0
	sed 's/^/# /' "$work/stdout"
	return 1
}

# Its terminal is closed while the machine runs.
hang_up()
{
	talk expect "never" &
	for _ in $(seq 600); do
		! grep -q "BusyBox" "$work/stdout" || break
		sleep 0.1
	done
	pkill -HUP -f "^$work/converse"
	wait $!
	for _ in $(seq 100); do
		! nothing_left || return 0
		sleep 0.1
	done
	return 1
}

shells()
{
	rm -f "$work/stdout"
	if ! cc -o "$work/converse" ../guest/converse.c -lutil; then
		tap_fail "converse builds"
		return
	fi
	tap_check "a shell: the module and vmctl are there; exit leaves" shell_alive send exit
	tap_check "nothing is left then" nothing_left
	tap_check "Ctrl-] leaves it, too" shell_alive key "$(printf '\035')"
	tap_check "and nothing is left then" nothing_left
	: > "$work/stdout"
	tap_check "nor when its terminal is closed" hang_up
}

same_bytes()
{
	printf 'file /a %s 0644\n' "$0" > "$work/list"
	touch -d yesterday "$work/list"
	./mkinitramfs "$work/list" | cksum > "$work/one"
	./mkinitramfs "$work/list" | cksum > "$work/two"
	cmp "$work/one" "$work/two"
}

if ls "${BUILD:-../../build}"/kmod/6.1.*/hull.ko "${BUILD:-../../build}/userland/vmctl" > /dev/null 2>&1
then
	tap_plan 24
	shell=shells
else
	tap_plan 19
	shell='echo # no shell: make it first'
fi
verdicts
crashes
interrupted
$shell
tap_check "an initramfs is the same each time" same_bytes
tap_end
