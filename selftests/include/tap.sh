# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# TAP for tests written in shell, with kselftest's exit codes: 0 pass, 1 fail, 4 skip.
#
#	. ./tap.sh
#	tap_plan 2
#	tap_check "the machine has a clock" test -e /proc/uptime
#	tap_skip "the machine has VMX" "no vmx in /proc/cpuinfo"
#	tap_end

tap_planned=0 tap_run=0 tap_failed=0 tap_skipped=0

tap_plan()	# COUNT
{
	tap_planned=$1
	echo "TAP version 13"
	echo "1..$1"
}

tap_pass()	# NAME
{
	tap_run=$((tap_run + 1))
	echo "ok $tap_run - $1"
}

tap_fail()	# NAME
{
	tap_run=$((tap_run + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_run - $1"
}

# The verdict is the command's exit code; shows what it printed if it failed.
tap_check()	# NAME COMMAND...
{
	tap_name=$1
	shift
	if tap_output=$("$@" 2>&1); then
		tap_pass "$tap_name"
	else
		echo "$tap_output" | sed 's/^/# /'
		tap_fail "$tap_name"
	fi
}

tap_skip()	# NAME REASON
{
	tap_run=$((tap_run + 1))
	tap_skipped=$((tap_skipped + 1))
	echo "ok $tap_run - $1 # SKIP $2"
}

# Nothing can be tested here.
tap_skip_all()	# REASON
{
	echo "1..0 # SKIP $1"
	exit 4
}

tap_end()
{
	if [ "$tap_failed" -gt 0 ] || [ "$tap_run" -ne "$tap_planned" ]; then
		exit 1
	fi
	[ "$tap_skipped" -lt "$tap_run" ] || exit 4
	exit 0
}
