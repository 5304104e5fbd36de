#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vmctl bench: figures in each form, and no VM left behind.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
vmctl host > "$work/host" || tap_skip_all "$(sed -n 's/^Engine hull *//p' "$work/host")"
tap_plan 17

bench="bench hypercall --engine hull --samples 5 --iterations 20"

bad 2 "no transport 'teleport': there are nop, " bench hypercall teleport
bad 2 "not a number of samples" bench hypercall --samples 2
# shellcheck disable=SC2086
good "a figure as JSON" $bench nop -j
json_is nop 0 transport
json_is hull 0 engine
json_is default 0 mitigations
json_is 5 0 n
tap_check "a call costs something, and less than a million cycles" \
	awk -v m="$(./jsonq 0 median < "$work/out")" 'BEGIN { exit !(m > 10 && m < 1e6) }'
# shellcheck disable=SC2086
good "figures as a table and a chart" $bench --plot "$work/chart.svg"
tap_check "a row for CPUID" grep -q '^cpuid  *hull ' "$work/out"
tap_check "what this host lacks is said" grep -q '^module .* - no module answers' "$work/out"
tap_check "the chart is whole" grep -q '^</svg>' "$work/chart.svg"
# shellcheck disable=SC2086
good "figures as CSV" $bench cpuid --csv
tap_check "a line a figure" grep -q '^cpuid,hull,"default",5,' "$work/out"
# shellcheck disable=SC2086
vmctl_run $bench nop --plot /nonexistent/chart.svg
tap_check "a chart that cannot be written is a failure" test "$code" -eq 1
tap_check "it says which" grep -q '/nonexistent/chart.svg' "$work/err"
tap_check "no VM is left" test "$(vmctl vm list -j)" = "[]"
tap_end
