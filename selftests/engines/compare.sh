#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The same bundles by hull-runc, crun and runc: what is seen from inside, the files of the
# cgroup, exit statuses and the state are the same, or the difference has a row in differences.
. ./debian.sh

bundles="default full userns"
peers="crun runc"
topics="mount dev env namespace cap ids seccomp rlimit process paths settings cgroup state codes"
tap_plan $((3 * 2 * 14 + 1))
export LC_ALL=C

for ns in cgroup ipc mnt net pid time user uts; do
	echo "$ns $(readlink "/proc/self/ns/$ns")"
done > "$work/namespaces"

# What a topic of ours means in the probe's words.
words_of()	# TOPIC
{
	case $1 in
	cap) echo 'cap[a-z]*' ;;
	ids) echo '(uid|gid|groups|uid-map)' ;;
	seccomp) echo '(seccomp|nonewprivs|chroot)' ;;
	process) echo '(process|sigblk|sigign|cwd|umask|oom|descriptors|cpus_allowed_list)' ;;
	paths) echo '(masked|write-[^ ]*)' ;;
	settings) echo '(hostname|sysctl-[^ ]*|link)' ;;
	cgroup) echo '(cgroup|file)' ;;
	*) echo "$1" ;;
	esac
}

bundle_make()	# NAME
{
	dir=$work/$1
	mkdir -p "$dir/rootfs/proc" "$dir/rootfs/sys" "$dir/rootfs/dev" "$dir/rootfs/tmp"
	cp -a "$busybox/." "$dir/rootfs"
	cp probe.sh "$dir/rootfs/probe.sh"
	cp "$work/namespaces" "$dir/rootfs/host-namespaces"
	case $1 in
	full) cp full.json "$dir/config.json" ;;
	*)
		(cd "$dir" && runc spec)
		sed -i -e 's/"terminal": true/"terminal": false/' \
			-e 's|^\(.*\)"sh"$|\1"/bin/sh", "/probe.sh"|' "$dir/config.json" ;;
	esac
	if [ "$1" = userns ]; then
		map='[ { "containerID": 0, "hostID": 100000, "size": 65536 } ]'
		sed -i "s|\"linux\": {|&\"uidMappings\": $map, \"gidMappings\": $map,|;
			s|\"namespaces\": \[|&{ \"type\": \"user\" },|" "$dir/config.json"
		chown -R 100000:100000 "$dir/rootfs"
	fi
	sed -i 's|"linux": {|&"cgroupsPath": "/compared/box",|' "$dir/config.json"
}

# The cgroup as its files say, but for what they count.
files_of()	# CGROUP
{
	for file in cgroup.type cgroup.max.depth cgroup.freeze memory.max memory.high memory.low \
		    memory.min memory.swap.max memory.oom.group cpu.max cpu.weight pids.max \
		    cpuset.cpus cpuset.mems io.max hugetlb.2MB.max; do
		[ ! -e "$1/$file" ] || sed "s/^/file $file /" "$1/$file"
	done
}

codes_of()	# RUNTIME BUNDLE
{
	cp "$2/config.json" "$2/config.saved"
	for command in 'exit 0' 'exit 42' no-such; do
		sed "s|\"/probe.sh\"|\"-c\", \"sh -c '$command'\"|" "$2/config.saved" > "$2/config.json"
		try "$1" run -b "$2" coded
		echo "codes run '$command' $code"
	done
	sed "s|\"/bin/sh\", \"/probe.sh\"|\"/no-such\"|" "$2/config.saved" > "$2/config.json"
	try "$1" run -b "$2" coded
	echo "codes run of nothing: failed $((code != 0))"
	cp "$2/config.saved" "$2/config.json"
}

# But for what differs from run to run; runc ends its lines, not the last of them.
state_of()	# RUNTIME NAME
{
	try "$1" state boxed
	echo >> "$work/out"
	sed -e '/"pid":\|"created":/d' -e '/^ *$/d' -e 's/,$//' -e "s/^ */state $2: /" "$work/out"
}

# A life: created, started, looked at, one more program in it, killed, deleted.
life_of()	# RUNTIME BUNDLE
{
	cp "$2/config.json" "$2/config.saved"
	sed "s|\"/probe.sh\"|\"-c\", \"exec sleep 1000\"|" "$2/config.saved" > "$2/config.json"
	try "$1" create -b "$2" boxed
	echo "codes create $code"
	state_of "$1" created
	files_of "$cgroups/compared/box"
	try "$1" start boxed
	echo "codes start $code"
	try "$1" start boxed
	echo "codes start again: failed $((code != 0))"
	state_of "$1" running
	for command in 'exit 3' 'kill -9 $$' 'no-such'; do
		try "$1" exec boxed /bin/sh -c "$command"
		echo "codes exec '$command' $code"
	done
	try "$1" exec boxed /bin/sh -c 'echo $(id) $(pwd) $(env | sort) $(umask)
		grep -e Cap -e Seccomp: -e NoNew /proc/self/status; cat /proc/self/oom_score_adj'
	sed 's/^/process exec: /' "$work/out"
	try "$1" exec boxed /no-such
	echo "codes exec of nothing: failed $((code != 0))"
	try "$1" delete boxed
	echo "codes delete of one that runs: failed $((code != 0))"
	try "$1" kill boxed KILL
	echo "codes kill $code"
	end=$(($(date +%s) + 60))
	while ! "$1" state boxed 2> /dev/null | grep -q stopped && [ "$(date +%s)" -lt $end ]; do
		sleep 0.1
	done
	state_of "$1" stopped
	try "$1" kill boxed KILL
	echo "codes kill of a stopped one: failed $((code != 0))"
	try "$1" delete boxed
	echo "codes delete $code"
	try "$1" delete boxed
	echo "codes delete again: failed $((code != 0))"
	try "$1" state boxed
	echo "codes state of none: failed $((code != 0))"
	echo "cgroup stays $([ -e "$cgroups/compared/box" ] && echo yes || echo no)"
	cp "$2/config.saved" "$2/config.json"
}

look()	# RUNTIME BUNDLE
{
	# crun gives the machine's own away, and it stays so.
	chown 0:0 /dev/null
	try "$1" run -b "$work/$2" box
	echo "codes run $code"
	cat "$work/out"
	sed 's/^/codes says: /' "$work/err"
	[ "$2" != default ] || codes_of "$1" "$work/$2"
	life_of "$1" "$work/$2"
}

# Without the lines that differences has for this bundle and peer: BUNDLE PEER SIDE PATTERN
compared()	# BUNDLE PEER TOPIC
{
	words=$(words_of "$3")
	grep -E "^$words " "$work/$1.hull-runc" | sort > "$work/ours"
	grep -E "^$words " "$work/$1.$2" | sort > "$work/theirs"
	{
		comm -23 "$work/ours" "$work/theirs" | sed 's/^/< /'
		comm -13 "$work/ours" "$work/theirs" | sed 's/^/> /'
	} > "$work/diff"
	[ -s "$work/ours" ] || echo "nothing of $3"
	while read -r bundles_ peers_ pattern; do
		case $bundles_,$peers_ in
		"#"*) ;;
		"$1,$2" | "*,$2" | "$1,*" | "*,*")
			grep -v -E -e "$pattern" "$work/diff" > "$work/rest"
			mv "$work/rest" "$work/diff" ;;
		esac
	done < differences
	cat "$work/diff"
}

for bundle in $bundles; do
	bundle_make "$bundle"
	for runtime in hull-runc $peers; do
		echo "# $bundle by $runtime"
		look "$runtime" "$bundle" > "$work/$bundle.$runtime"
	done
done
cp "$work/full.runc" "$work/default.other"
tap_check "what differs is seen" test -n "$(compared default other cap)"
for bundle in $bundles; do
	for peer in $peers; do
		for topic in $topics; do
			found=$(compared "$bundle" "$peer" "$topic")
			echo "$found" | sed -n 's/^./# &/p'
			tap_check "$bundle, $peer: $topic" test -z "$found"
		done
	done
done
tap_end
