#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Options of runc's command line that no other test is about: each is honoured or refused.
. ./oci.sh
tap_plan 51

# --- what there is not
refused()	# NAME PATTERN ARGUMENT...
{
	name=$1 pattern=$2
	shift 2
	runc "$@"
	[ "$code" -ne 0 ] || show
	tap_check "$name is refused" sh -c "[ $code -ne 0 ] && grep -q -e '$pattern' '$work/err'"
}

spec 'trap : TERM; while :; do sleep 1000 \& wait; done'
runc run -d -b "$bundle" box
is "a container" 0
cg=$cgroups/hull-oci/box
refused "checkpoint" "not offered" checkpoint --image-path "$work" --leave-running box
refused "restore" "not offered" restore -b "$bundle" --image-path "$work" box2
refused "--criu" "no.* checkpoint" --criu /bin/criu list
refused "--l3-cache-schema" "resctrl" update --l3-cache-schema "L3:0=f" box
refused "--mem-bw-schema" "resctrl" update --mem-bw-schema "MB:0=20" box
refused "--cpu-rt-period" "realtimePeriod" update --cpu-rt-period 1000000 box
refused "--cpu-rt-runtime" "realtimeRuntime" update --cpu-rt-runtime 950000 box
refused "--kernel-memory" "kernel" update --kernel-memory 1000000 box
refused "--rootless maybe" "neither true" --rootless maybe list
refused "--preserve-fds of no number" "0..1000" exec --preserve-fds x box true
refused "--cgroup of a controller" "one path for all" exec --cgroup memory:sub box true
refused "--cgroup that is not there" "No such file" exec --cgroup sub box true
refused "--cgroup of another" "below the container" exec --cgroup ../other box true
refused "an option of ps" "unknown option" ps box -ef
refused "--no-such-option" "unknown option" run --no-such-option box2
tap_check "the container goes on" status_is box running

# --- exec
mkdir "$cg/sub"
runc exec --cgroup /sub box grep ^0: /proc/self/cgroup
is "exec --cgroup" 0 "0::/sub"
rmdir "$cg/sub"
runc exec -g 7 -g 8 -c CAP_SYS_NICE box id -G
is "exec -g, -c" 0 "0 7 8"
runc pause box
runc exec box true
is "exec in a paused one is refused" 1
hull-runc exec --ignore-paused box echo woken > "$work/woken" 2>&1 &
waits=$!
comes "exec --ignore-paused is in it" sh -c "[ \$(wc -l < $cg/cgroup.procs) -gt 2 ]"
tap_check "and waits" test ! -s "$work/woken"
runc resume box
code=0
wait $waits || code=$?
cp "$work/woken" "$work/out"
is "until it goes on" 0 "woken"

# As systemd does it: processes below, controllers handed on.
mkdir "$cg/init"
while read -r pid; do
	echo "$pid" > "$cg/init/cgroup.procs"
done < "$cg/cgroup.procs"
echo +pids > "$cg/cgroup.subtree_control"
runc exec box grep ^0: /proc/self/cgroup
is "exec where the container has cgroups of its own" 0 "0::/init"

# --- update
runc update --memory 64M --memory-reservation 16M --memory-swap 96M --cpu-period 50000 \
	--cpu-quota 10000 --cpu-share 512 --cpuset-cpus 0 --cpuset-mems 0 --pids-limit 77 box
is "update of all at once" 0
for pair in memory.max=67108864 memory.low=16777216 memory.swap.max=33554432 \
	    "cpu.max=10000 50000" cpu.weight=20 cpuset.cpus=0 cpuset.mems=0 pids.max=77; do
	tap_check "${pair%%=*}" grep -qx "${pair#*=}" "$cg/${pair%%=*}"
done
echo '{ "pids": { "limit": 55 } }' | hull-runc update -r - box
tap_check "update -r -" grep -qx 55 "$cg/pids.max"

# --- kill, list, ps, events
runc exec -d box sleep 999
runc kill --all box TERM
is "kill --all" 0
gone()
{
	! hull-runc exec box pidof sleep | grep -q ' '
}
comes "each process has got it" gone
tap_check "its first one takes no harm from it" status_is box running
runc list --format json
tap_check "list --format json" grep -q '"owner"' "$work/out"
runc ps --format json box
tap_check "ps --format json" grep -q "[0-9]" "$work/out"
timeout 60 hull-runc events --interval 0.1s box > "$work/events" &
events=$!
lines()
{
	[ "$(grep -c '"stats"' "$work/events")" -ge 3 ]
}
comes "events comes again and again" lines
runc delete -f box
code=0
wait $events || code=$?
is "and ends with the container" 0

# --- run, spec
spec 'echo kept'
runc run --keep --no-pivot --no-subreaper --no-new-keyring -b "$bundle" kept
is "run --keep --no-pivot" 0 "kept"
tap_check "it is still known" status_is kept stopped
runc delete kept
runc --version
tap_check "--version" grep -q "^spec: 1" "$work/out"
rm "$bundle/config.json"
runc --root "$work/state" spec --rootless -b "$bundle"
tap_check "spec --rootless has a user namespace" grep -q '"user"' "$bundle/config.json"

# --- the session keyring
cp session "$bundle/rootfs/bin"
spec 'session'
own=$(./session new ./session)
tap_check "a keyring to compare" test "$own" -gt 0
cat > "$work/keyrings.sh" <<END
./session
hull-runc run --no-new-keyring -b $bundle kept
hull-runc run -b $bundle new
END
./session new sh "$work/keyrings.sh" > "$work/out"
# shellcheck disable=SC2046
set -- $(cat "$work/out")
tap_check "--no-new-keyring: the caller's" test "$1" = "$2"
tap_check "else one of its own" test "$#" = 3 -a "$1" != "$3"

# --- a hierarchy of cgroups that cannot be written
spec 'echo here'
read_only="mount -o remount,bind,ro $cgroups && hull-runc --rootless"
mount --bind "$cgroups" "$cgroups"
try_unshared()	# true|false|auto
{
	code=0
	unshare -m sh -c "$read_only $1 run -b $bundle free" > "$work/out" 2> "$work/err" || code=$?
}
try_unshared auto
is "no cgroup may be made: an error" 1 ""
try_unshared true
is "--rootless true goes without" 0 "here"
umount "$cgroups"
nothing_left "nothing is left"
tap_end
