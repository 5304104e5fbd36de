#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kill -9 of who keeps a group, at a moment of its own each time: nothing is left of it.
. ./group.sh
tap_plan 5
rounds=50

# The moments: over what a whole run takes, and a little beyond.
pause_of()	# ROUND
{
	printf '0.%03d' $(($1 * 7 % 350))
}

keeper()
{
	{ ./jsonq keeper < /run/hull/groups/victim/state; } 2> /dev/null
}

i=0 lived=0
while [ $i -lt $rounds ]; do
	vmctl group run --rootfs "$root" --name victim sleep 100 > /dev/null 2>&1 &
	pid=$!
	sleep "$(pause_of $i)"
	kill -9 $pid && lived=$((lived + 1))
	wait $pid 2> /dev/null
	i=$((i + 1))
done
tap_check "killed $lived of $rounds" test $lived -gt $((rounds / 2))
group_run --name victim true
is "the name can be had again" 0
nothing_left "nothing is left of those in the foreground"

i=0
while [ $i -lt $rounds ]; do
	vmctl group run --rootfs "$root" --detach --name victim sleep 100 > /dev/null 2>&1 &
	sleep "$(pause_of $i)"
	# the supervisor, or who waits for its word when there is none yet
	kill -9 "$(keeper)" 2> /dev/null || kill -9 $! 2> /dev/null
	wait 2> /dev/null
	vmctl group delete -f victim 2> /dev/null
	i=$((i + 1))
done
group_run --name victim true
is "the name can be had again" 0
nothing_left "nothing is left of those in the background"
tap_end
