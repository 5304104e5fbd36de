#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Many groups at once.
. ./group.sh
n=500
tap_plan 3

now_ms()
{
	awk '{ print int($1 * 1000) }' /proc/uptime
}

begin=$(now_ms)
i=0 made=0
while [ $i -lt $n ]; do
	vmctl group run --rootfs "$root" -d --name "m$i" sleep 10000 > /dev/null && made=$((made + 1))
	[ $i -ne 19 ] || first=$(($(now_ms) - begin))
	[ $i -ne $((n - 21)) ] || late=$(now_ms)
	i=$((i + 1))
done
last=$(($(now_ms) - late))
echo "# 20 groups: the first in $first ms, the last in $last ms"
tap_check "$n groups" test $made -eq $n
tap_check "the list has them" test "$(vmctl group list | grep -c ' m[0-9]')" -eq $n
grep MemAvailable /proc/meminfo | sed 's/^/# /'
i=0
while [ $i -lt $n ]; do
	vmctl group delete -f "m$i" || echo "# m$i"
	i=$((i + 1))
done
nothing_left "nothing is left"
tap_end
