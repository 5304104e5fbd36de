#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vmctl tells how it is used, everywhere and without the module.
. ./cli.sh

# "vm create" for a line "  vm create NAME   ..."
vmctl --help | sed -n 's/^  \([a-z]* [a-z]*\|[a-z]*\) .*/\1/p' | sed 's/ *$//' |
	sed 's/^\(host\|events\|top\) .*/\1/' > "$work/commands"
n=$(wc -l < "$work/commands")

vmctl __man > "$work/manual"

# The manual page has the command, with the options that the file $work/helped names.
in_manual()	# COMMAND
{
	awk -v begin=".It Ic $1 Oo" '/^\.It / { on = index($0, begin) == 1; if (on) print begin }
		on && /^\.Fl / { print "-" substr($2, 2) }' "$work/manual" | sort > "$work/section"
	{ echo ".It Ic $1 Oo"; grep -vx -e --help "$work/helped"; } | sort | cmp - "$work/section"
}

tap_plan $((10 + 3 * n))
tap_check "there are commands" test "$n" -ge 16

while read -r command; do
	# shellcheck disable=SC2086
	vmctl_run $command --help
	if [ "$code" -eq 0 ] && [ ! -s "$work/err" ] &&
	   grep -q "^usage: vmctl $command \[OPTIONS\]" "$work/out" && grep -q -- --help "$work/out"; then
		tap_pass "vmctl $command --help"
	else
		show
		tap_fail "vmctl $command --help"
	fi
	# shellcheck disable=SC2086
	vmctl __complete $command -- > "$work/options"
	# Every option that help knows, completion knows; and the other way round.
	sed -n 's/^  .*--\([a-z0-9-]*\).*/--\1/p' "$work/out" | sort > "$work/helped"
	sort "$work/options" > "$work/completed"
	tap_check "completion of vmctl $command" cmp "$work/helped" "$work/completed"
	tap_check "manual page of vmctl $command" in_manual "$command"
done < "$work/commands"

good "vmctl --help" --help
good "vmctl help" help
good "vmctl help vm create" help vm create
good "vmctl vm --help" vm --help
good "vmctl --version" --version

vmctl_run
tap_check "vmctl alone: usage on stderr, 2" test "$code" -eq 2 -a ! -s "$work/out" -a -s "$work/err"

bad 2 "no command" nonsense
bad 2 "no command" vm nonsense
vmctl __complete "" > "$work/nouns"
tap_check "completion of nouns" grep -qx vm "$work/nouns"
tap_end
