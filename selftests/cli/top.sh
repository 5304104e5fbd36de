#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# vmctl top: tables for a pipe, JSON, and a screen that the terminal gets back from.
. ./cli.sh

module_here || tap_skip_all "the module is not loaded"
tap_plan 27

vmctl vm create quiet --engine kvm > "$work/ignored"

good "a table" top -n 1 -s 0.2
tap_check "heads" grep -q '^VM  *STATE  *CPU%  *EXITS/s  *CALLS/s  *MEMORY' "$work/out"
tap_check "the VM" grep -q '^quiet  *created  *0.0 ' "$work/out"
tap_check "no control characters" sh -c "! grep -q '[[:cntrl:]]' '$work/out'"
good "three of them" top --count 3 --interval 0.1
tap_check "three heads" test "$(grep -c '^VM ' "$work/out")" -eq 3
good "JSON, a line a look" top -n 2 -s 0.1 -j
tap_check "two lines" test "$(wc -l < "$work/out")" -eq 2
json_is "$(printf 'quiet\nquiet')" vms 0 name
json_is "$(printf 'created\ncreated')" vms 0 state

bad 2 "0.1 to 3600" top -s 0
bad 2 "0.1 to 3600" top -s 0.05
bad 2 "0.1 to 3600" top -s 1.
bad 2 "0.1 to 3600" top -s 9999999999999
bad 2 "one word too many" top x

# SIGTERM ends it in good order without a terminal, too.
vmctl top -s 0.1 > "$work/out" 2>&1 &
sleep 1
kill -TERM $!
code=0
wait $! || code=$?
tap_check "SIGTERM ends it" test "$code" -eq 0
tap_check "it did print" grep -q '^quiet ' "$work/out"

# Keys and signals: q, Ctrl-C, and what kill(1) sends.
tap_check "q leaves" ./pty q quiet vmctl top -s 0.2
tap_check "q leaves at once, whatever the interval" \
	timeout 20 ./pty q 1049h vmctl top -s 3600
tap_check "Ctrl-C" ./pty "$(printf '\003')" quiet vmctl top -s 0.2
tap_check "SIGINT" ./pty -2 quiet vmctl top -s 0.2
tap_check "SIGTERM" ./pty -15 quiet vmctl top -s 0.2
tap_check "SIGHUP" ./pty -1 quiet vmctl top -s 0.2
./pty xyzq quiet vmctl top -s 0.2 > "$work/screen"
tap_check "other keys are nothing" test $? -eq 0
# Without the escape sequences: 80 columns are enough for everybody.
tr '\r' '\n' < "$work/screen" | sed 's/\x1b\[[?0-9]*[A-Za-z]//g' > "$work/lines"
tap_check "no line is longer than the screen" \
	awk 'length($0) > 80 { bad = 1 } END { exit bad }' "$work/lines"
tap_check "it says how to leave" grep -q 'q: leave' "$work/lines"
vmctl vm delete quiet
TERM=dumb vmctl top -n 1 -s 0.1 > "$work/out"
tap_check "nobody there: 0 VMs" grep -q ' 0 VMs' "$work/out"
tap_end
