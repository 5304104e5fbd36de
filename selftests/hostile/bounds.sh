#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A group that takes all it can get: it is bounded, and its neighbour goes on meanwhile.
. ./group.sh
tap_plan 19

cp ./attack "$root/bin"
mkdir -p "$work/near"

# The neighbour counts, each time from memory of its own that it reads again.
cat > "$root/bin/count" <<'END'
#!/bin/sh
head -c 8000000 /dev/urandom > /dev/shm/data
sum=$(md5sum < /dev/shm/data)
n=0
while [ "$(md5sum < /dev/shm/data)" = "$sum" ]; do
	n=$((n + 1))
	echo $n > /data/count
	sleep 0.05
done
echo changed > /data/count
END
chmod 755 "$root/bin/count"
group_start neighbour --memory 40M --pids 20 --volume "$work/near:/data" count
tap_check "a neighbour that counts" wait_for test -s "$work/near/count"
cg=$cgroups/hull-groups

counted()
{
	cat "$work/near/count"
}

# The neighbour takes ten more steps, which alone takes it a second or two.
goes_on()	# NAME
{
	from=$(counted) tries=0
	while [ "$(counted)" != changed ] && [ "$(counted)" -lt $((from + 10)) ] &&
	      [ $tries -lt 300 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	echo "# from $from to $(counted) in $tries tenths of a second"
	tap_check "the neighbour goes on: $1" test "$(counted)" != changed -a $tries -lt 300
}

event()	# GROUP FILE KEY
{
	sed -n "s/^$3 //p" "$cg/$1/$2"
}

has_event()	# GROUP FILE KEY
{
	[ "$(event "$@")" -gt 0 ]
}

goes_on "alone"

# --- processes
group_start bomb --pids 40 --memory 64M --cpus 0.5 attack forks
tap_check "a fork bomb meets its bound" wait_for has_event bomb pids.events max
tap_check "and no more are there" test "$(cat "$cg/bomb/pids.current")" -le 40
goes_on "a fork bomb"
vmctl_run group stats bomb -j
is "its statistics can be had" 0
good "kill" group kill --all bomb KILL
tap_check "they all end" wait_for sh -c "! grep -q . $cg/bomb/cgroup.procs"
vmctl group delete -f bomb
group_start bomb --pids 40 --memory 64M --cpus 0.5 attack forks
wait_for has_event bomb pids.events max
good "one that bombs is deleted" group delete -f bomb

# --- memory
available()
{
	sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo
}

# What ended is given back a little later, on a slow machine much later.
memory_is_back()
{
	[ "$(available)" -gt $((free_before - 65536)) ]
}

free_before=$(available)
vmctl group run --rootfs "$root" --name hog --memory 24M --swap 0 --detach \
	sh -c 'while :; do attack memory; done' > /dev/null
tap_check "a memory hog is killed" wait_for has_event hog memory.events oom_kill
goes_on "a memory hog"
tap_check "it never has more than it may" \
	test "$(cat "$cg/hog/memory.current")" -le $((24 << 20))
tap_check "nobody was killed for it: the neighbour" \
	test "$(event neighbour memory.events oom_kill)" -eq 0
tap_check "the host has its memory" wait_for memory_is_back
echo "# available: $free_before, now $(available) kB"
vmctl group delete -f hog
group_run --memory 24M --swap 0 attack memory
is "in the foreground: 137" 137

# --- files in memory count as memory
group_run --memory 24M --swap 0 --tmpfs /data dd if=/dev/zero of=/data/big bs=1M count=200
tap_check "files in memory are bounded, too" test $code -ne 0

# --- descriptors
group_run --rlimit nofile=100 attack descriptors
is "descriptors" 0 97
group_start fds --pids 20 sh -c 'for i in 1 2 3 4 5 6; do attack descriptors stay & done; wait'
goes_on "descriptors"
vmctl group delete -f fds
vmctl group delete -f neighbour
nothing_left "nothing is left"
tap_end
