#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# One more program in a group or container under a policy: what the policy denies is not denied
# to the way in, and the program is under it from its first instruction.
. ./group.sh
tap_plan 16

echo secret > "$root/data/file"
cat > "$work/strict" <<'END'
deny namespace
deny capability
deny mount
deny memory memfdexec
deny unix connect,send peer other,outside
deny file read /data
END

cgroup_is()	# TEXT
{
	tap_check "it is in the group's cgroup" grep -q "$1" "$work/out"
}

# --- a group
group_start web sleep 1000
is "a group" 0
vmctl_run group exec web cat /data/file
is "a file is read" 0 "secret"
pid=$(head -n 1 "$cgroups/hull-groups/web/cgroup.procs")
vmctl_run policy apply web "$work/strict" "/proc/$pid/root"
is "a strict policy" 0
vmctl_run group exec web echo in
is "exec" 0 "in"
vmctl_run group exec web cat /data/file
is "and it is under the policy" 1 ""
vmctl_run group exec web cat /proc/self/cgroup
cgroup_is '^0::/$'
vmctl_run group exec web /no-such-program
is "no such program" 127 ""
vmctl_run group exec --user guest web id -u
is "as somebody else" 0 1000
vmctl group exec web sleep 999 > /dev/null 2>&1 &
front=$!
two()
{
	[ "$(wc -l < "$cgroups/hull-groups/web/cgroup.procs")" -ge 2 ]
}
end=$(($(date +%s) + 60))
while ! two && [ "$(date +%s)" -lt $end ]; do
	sleep 0.1
done
tap_check "seen from outside it is there, too" two
vmctl_run group delete -f web
is "delete" 0
wait $front

# --- a container
ln -sf "$(command -v vmctl)" "$work/hull-runc"
mkdir "$work/bundle"
mv "$root" "$work/bundle/rootfs"
"$work/hull-runc" spec -b "$work/bundle"
sed -i -e 's/"terminal": true/"terminal": false/' -e 's/"sh"/"sleep", "1000"/' \
	"$work/bundle/config.json"
# shellcheck disable=SC2034	# is() reads it
runc()	# ARGUMENT...
{
	code=0
	"$work/hull-runc" "$@" > "$work/out" 2> "$work/err" < /dev/null || code=$?
}
runc run -d -b "$work/bundle" box
is "a container" 0
pid=$(head -n 1 "$cgroups/hull-oci/box/cgroup.procs")
vmctl_run policy apply box "$work/strict" "/proc/$pid/root"
is "a strict policy" 0
runc exec box echo in
is "exec" 0 "in"
runc exec box cat /data/file
is "and it is under the policy" 1 ""
runc exec box cat /proc/self/cgroup
cgroup_is '^0::/$'
runc delete -f box
is "delete" 0
tap_end
