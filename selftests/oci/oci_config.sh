#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What config.json asks for is done, or it is an error: hooks, resources, mounts, annotations.
. ./oci.sh
tap_plan 37

# --- hooks: each gets the state on its standard input
cat > "$work/hook" <<END
#!/bin/sh
state=\$(cat)
echo "\$1 \$(echo "\$state" | sed -n 's/.*"status":"\([a-z]*\)".*/\1/p') \$WHO" >> $work/hooks
[ "\$1" != "\$(cat $work/failing 2>/dev/null)" ] || { echo "hook says no" >&2; exit 1; }
END
chmod 755 "$work/hook"
hook()	# KIND
{
	echo "\"$1\": [ { \"path\": \"$work/hook\", \"args\": [ \"hook\", \"$1\" ]," \
	     "\"env\": [ \"WHO=me\", \"PATH=/bin\" ], \"timeout\": 20 } ]"
}
spec 'echo program'
insert '"ociVersion"' "\"hooks\": { $(hook prestart), $(hook createRuntime), $(hook poststart), $(hook poststop) },"
cp "$bundle/config.json" "$work/hooks.json"
runc run -b "$bundle" h1
is "a container with hooks" 0 program
tap_check "in their order, with the state" sh -c "[ \"\$(cut -d' ' -f1,2 $work/hooks)\" = 'prestart creating
createRuntime creating
poststart running
poststop stopped' ]"
tap_check "with their environment alone" test "$(grep -c ' me$' "$work/hooks")" -eq 4
echo createRuntime > "$work/failing"
: > "$work/hooks"
runc run -b "$bundle" h2
is "one that fails ends it" 1 ""
says "and it is said why" "hook says no"
nothing_left "nothing is left"
rm "$work/failing"

# --- resources, as files of the cgroup show them
spec 'exec sleep 1000'
insert '"linux": {' '"cgroupsPath": "/mine/here", "resources": { "memory": { "limit": 67108864, "reservation": 33554432 }, "pids": { "limit": 33 }, "cpu": { "shares": 512, "quota": 50000, "period": 100000 }, "unified": { "memory.high": "60000000" }, "devices": [ { "allow": false, "access": "rwm" }, { "allow": true, "type": "c", "major": 1, "minor": 99, "access": "r" } ] },'
sed -i '/"resources": {$/,/^    }/d' "$bundle/config.json"
runc run -d -b "$bundle" r1
is "a container with bounds" 0
cg=$cgroups/mine/here
tap_check "memory.max" grep -q '^67108864$' "$cg/memory.max"
tap_check "memory.low" grep -q '^33554432$' "$cg/memory.low"
tap_check "pids.max" grep -q '^33$' "$cg/pids.max"
tap_check "cpu.max" grep -q '^50000 100000$' "$cg/cpu.max"
tap_check "cpu.weight" grep -q '^20$' "$cg/cpu.weight"
tap_check "unified: memory.high" grep -q '^59998208$\|^60000000$' "$cg/memory.high"
runc exec --cap CAP_MKNOD r1 sh -c 'mknod /dev/k c 1 99; head -c 1 /dev/k'
says "a device that may be used, but is not there" "/dev/k: No such device or address"
runc exec --cap CAP_MKNOD r1 sh -c 'mknod /dev/m c 1 98; head -c 1 /dev/m'
says "one that may not" "/dev/m: Operation not permitted"
runc delete -f r1
is "deleted" 0
tap_check "its cgroup is gone" test ! -e "$cg"

# --- mounts, paths
spec 'cat /data/file; echo x > /data/new; cat /tmp/big | wc -c; cat /secret; echo \$? '
echo content > "$work/file"
mkdir "$work/data"
cp "$work/file" "$work/data/file"
echo secret > "$bundle/rootfs/secret"
mkdir -p "$bundle/rootfs/data"
insert '"mounts": \[' "{ \"destination\": \"/data\", \"type\": \"bind\", \"source\": \"$work/data\", \"options\": [ \"bind\", \"ro\" ] },"
sed -i 's|"maskedPaths": \[|&"/secret",|' "$bundle/config.json"
runc run -b "$bundle" m1
tap_check "a bind mount" grep -q '^content$' "$work/out"
says "that is read-only" "/data/new: Read-only file system"
tap_check "a masked path is empty" test "$(tail -n 1 "$work/out")" = 0

# --- system calls that somebody else answers
spec 'mkdir /tmp/x; exec sleep 1000'
insert '"linux": {' "\"seccomp\": { \"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"$work/agent\", \"listenerMetadata\": \"who\", \"syscalls\": [ { \"names\": [ \"mkdir\", \"mkdirat\" ], \"action\": \"SCMP_ACT_NOTIFY\" } ] },"
./answer "$work/agent" 28 2 > "$work/out" &
answers=$!
comes "who answers" test -S "$work/agent"
hull-runc run -d -b "$bundle" asks 2> "$work/err"
comes "a call gets that answer" grep -q 'No space left' "$work/err"
json_is "$(hull-runc state asks | tr -d '\n' | ./jsonq pid)" pid
json_is asks state id
json_is who metadata
json_is seccompFd fds 0
hull-runc exec asks mkdir /tmp/x 2> "$work/err"
says "one of exec, too" 'No space left'
hull-runc delete -f asks
wait $answers

# --- annotations
spec 'true'
insert '"ociVersion"' '"annotations": { "who": "me" },'
runc create -b "$bundle" a1
runc state a1
tap_check "annotations are in the state" grep -q '"who": "me"' "$work/out"
runc delete -f a1
if [ -e /sys/module/hull ]; then
	spec true
	insert '"ociVersion"' '"annotations": { "hull.group": "required" },'
	runc create -b "$bundle" g1
	is "with a record in the kernel" 0
	tap_check "which has its name" sh -c 'vmctl group list | grep -q g1'
	runc delete -f g1
else
	tap_skip "with a record in the kernel" "the module is not loaded"
	tap_skip "which has its name" "the module is not loaded"
fi

# --- what cannot be done is an error, and leaves nothing
refused()	# NAME SED-EXPRESSION PATTERN
{
	spec true
	sed -i "$2" "$bundle/config.json"
	runc create -b "$bundle" bad
	is "$1" 1 ""
	says "$1: says what" "$3"
}
refused "cut in the middle" '20,$d' 'config.json'
refused "a wrong type" 's/"ociVersion": .*/"ociVersion": 7,/' 'ociVersion'
refused "a root that is not there" 's/"path": "rootfs"/"path": "nowhere"/' 'nowhere'
nothing_left "nothing is left"
tap_end
