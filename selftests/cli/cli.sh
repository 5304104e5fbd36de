# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the tests of vmctl share.

. ./tap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Runs vmctl; $code, and what it has written in $work/out and $work/err.
vmctl_run()	# ARGUMENT...
{
	code=0
	vmctl "$@" > "$work/out" 2> "$work/err" < /dev/null || code=$?
}

show()
{
	sed 's/^/# out: /' "$work/out" | head -5
	sed 's/^/# err: /' "$work/err" | head -5
	echo "# exit code $code"
}

# Exits with 0, says nothing on stderr.
good()	# NAME ARGUMENT...
{
	name=$1
	shift
	vmctl_run "$@"
	if [ "$code" -eq 0 ] && [ ! -s "$work/err" ]; then
		tap_pass "$name"
	else
		show
		tap_fail "$name"
	fi
}

# Exits with CODE, says so in one line "vmctl: ..." on stderr and nothing on stdout.
bad()	# CODE PATTERN ARGUMENT...
{
	wanted=$1 pattern=$2
	shift 2
	vmctl_run "$@"
	if [ "$code" -eq "$wanted" ] && [ ! -s "$work/out" ] && [ "$(wc -l < "$work/err")" -eq 1 ] &&
	   grep -q '^vmctl: ' "$work/err" && grep -q -e "$pattern" "$work/err"; then
		tap_pass "vmctl $*: $wanted"
	else
		show
		tap_fail "vmctl $*: $wanted"
	fi
}

# The last output: $1 is what is at the keys that follow.
json_is()	# VALUE KEY...
{
	value=$1
	shift
	if [ "$(./jsonq "$@" < "$work/out")" = "$value" ]; then
		tap_pass "$* is $value"
	else
		show
		tap_fail "$* is $value"
	fi
}

module_here()
{
	[ -d /sys/module/hull ]
}
