#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Terminals of groups: ours is raw meanwhile and what it was afterwards, the window follows.
. ./group.sh
tap_plan 10

tty_run()	# KEYS TEXT ARGUMENT...
{
	keys=$1 text=$2
	shift 2
	code=0
	# shellcheck disable=SC2034	# is() looks at it
	./pty -p "$keys" "$text" vmctl group "$@" > "$work/out" 2> "$work/err" || code=$?
}
run="run --rootfs $root"

# shellcheck disable=SC2086
tty_run 'echo $((6*7)); exit 5
' '#' $run -t sh
is "a shell on a terminal: exit status" 5
tap_check "what was typed was done" grep -q '42' "$work/out"
# shellcheck disable=SC2086
tty_run 'x
' 'ready' $run -t sh -c 'stty size; tty; echo ready; head -c1 > /dev/null'
tap_check "size of the window" grep -q '24 80' "$work/out"
# shellcheck disable=SC2086
tty_run '=50x132' 'ready' $run -t sh -c \
	'trap "stty size; exit 6" WINCH; echo ready; while :; do sleep 0.1; done'
is "it follows" 6
tap_check "its new size" grep -q '50 132' "$work/out"
printf '\003' > "$work/ctrl-c"
# shellcheck disable=SC2086
tty_run "$(cat "$work/ctrl-c")" 'ready' $run -t sh -c \
	'trap "exit 8" INT; echo ready; while :; do sleep 0.1; done'
is "Ctrl-C is the program's" 8
# shellcheck disable=SC2086
tty_run -15 'ready' $run -t sh -c 'echo ready; sleep 100'
is "SIGTERM: 143, and the terminal is as before" 143
# shellcheck disable=SC2086
(sleep 3; vmctl group kill killed) &
tty_run 'x' 'ready' $run -t --name killed sh -c 'echo ready; sleep 100'
is "SIGKILL of the program: 137, and the terminal is as before" 137
wait
group_start bg -t sh
tty_run 'echo $((5*5)); exit 4
' '' attach bg
is "attach to a terminal in the background" 4
vmctl group delete bg
nothing_left "nothing is left"
tap_end
