#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Programs in groups that want out: each known way is tried, from inside.
mkdir -p /inside && mount -t tmpfs none /inside
TMPDIR=/inside
export TMPDIR
. ./group.sh
tap_plan 30

cp ./attack "$root/bin"
cp "$(command -v vmctl)" "$root/bin"
touch /host-marker
trap 'rm -rf "$work" /host-marker' EXIT
program=$(md5sum < "$(command -v vmctl)")

# Nothing got through.
held()	# NAME
{
	if [ "$code" -eq 0 ] && ! grep -q THROUGH "$work/out"; then
		tap_pass "$1"
	else
		sed -n 's/^THROUGH/# &/p' "$work/out" | head -20
		show
		tap_fail "$1"
	fi
}

# The host has more mounts than before.
mounted()
{
	[ "$(wc -l < /proc/mounts)" -ne "$mounts" ]
}

# --- by itself
group_run attack calls
held "system calls"
group_run --userns private --uidmap 0:0:65536 --gidmap 0:0:65536 attack calls
held "system calls in a user namespace"
group_run attack devices
held "device nodes"
group_run attack files
held "files of the kernel's"
group_run --userns private --uidmap 0:0:65536 --gidmap 0:0:65536 attack files
held "files of the kernel's in a user namespace"
exec 7< / 8< /proc 9< /proc/1
group_run attack root
held "out of the root"
group_run sh -c 'ls /proc/self/fd | wc -l'
is "descriptors of the caller's do not come along" 0 4

# --- a working directory that is a descriptor (CVE-2024-21626)
n=3 wrong=''
while [ $n -lt 24 ]; do
	ln -sfn "/proc/self/fd/$n" "$root/work"
	for dir in "/proc/self/fd/$n" "/proc/self/fd/$n/../.." /work /proc/thread-self/fd/$n; do
		group_run --workdir "$dir" sh -c 'ls -d 1/root/host-marker host-marker \
			../host-marker ../../host-marker ./sysrq-trigger ./self/exe; pwd'
		[ $code -eq 125 ] && grep -q 'working directory' "$work/err" ||
			{ wrong="$wrong $dir"; show; }
	done
	n=$((n + 1))
done
tap_check "run: a working directory by a descriptor:$wrong" test -z "$wrong"
group_start victim sleep 1000
n=3 wrong=''
while [ $n -lt 24 ]; do
	vmctl_run group exec --workdir "/proc/self/fd/$n" victim sh -c 'ls; pwd'
	[ $code -eq 125 ] || { wrong="$wrong $n"; show; }
	n=$((n + 1))
done
tap_check "exec: likewise:$wrong" test -z "$wrong"
vmctl group delete -f victim
exec 7<&- 8<&- 9<&-

# --- the program that makes groups (CVE-2019-5736)
echo '#!/proc/self/exe' > "$root/bin/again"
chmod 755 "$root/bin/again"
group_run /bin/again
tap_check "the starter as an interpreter" test $code -ne 0
ln -sf /proc/self/exe "$root/bin/self"
group_run /bin/self x
tap_check "the starter as the program" test $code -ne 0
for how in watch overwrite; do
	group_start watcher attack $how 20
	wait_for sh -c 'vmctl group logs watcher | grep -q watching'
	n=0
	while [ $n -lt 10 ]; do
		vmctl group exec watcher true > /dev/null 2>&1
		[ $how = watch ] || vmctl group exec watcher /bin/again > /dev/null 2>&1
		n=$((n + 1))
	done
	vmctl group logs watcher > "$work/out"
	code=0
	held "who comes by exec is watched by its first process: $how"
	vmctl group delete -f watcher
done
tap_check "the program is what it was" test "$program" = "$(md5sum < "$(command -v vmctl)")"

# --- paths that change while they are used (CVE-2021-30465)
mkdir -p "$work/volume"
mounts=$(wc -l < /proc/mounts)
group_start swapper --volume "$work/volume:/data" attack swap /data/place
wait_for test -e "$work/volume/place"
n=0 wrong=''
while [ $n -lt 25 ]; do
	group_run --volume "$work/volume:/data" --tmpfs /data/place:size=8k \
		--volume "$root/etc:/data/place/etc:ro" sh -c '[ ! -e /host-marker ] &&
			! ls -d /data/place/host-marker /data/place/../host-marker'
	mounted && wrong="$wrong $n"
	n=$((n + 1))
done
tap_check "mounts on a path that another group swaps stay inside:$wrong" test -z "$wrong"
vmctl group delete -f swapper
rm -rf "$work/volume"
mkdir "$work/volume"

# --- images that are made for it
mkdir -p "$root/links" "$root/elsewhere"
for name in etc proc sys dev run; do
	ln -sfn "../../../../../../../../$name" "$root/links/$name"
done
ln -sfn / "$root/links/root"
group_run --volume "$work/volume:/links/etc/new" --tmpfs /links/root/made:size=8k \
	sh -c '[ -d /etc/new ] && [ -d /made ]'
is "links in the image lead to the image" 0
tap_check "nothing was made outside" test ! -e /etc/new -a ! -e /made
rm -rf "$root/etc/new" "$root/made"
# A first process that finds no /proc of the kernel's (CVE-2025-52881)
mv "$root/proc" "$root/proc.real"
mkdir -p "$root/elsewhere/self/attr" "$root/elsewhere/sys"
ln -s /elsewhere "$root/proc"
group_run sh -c 'grep -c " /elsewhere proc " /proc/mounts; readlink /proc'
tap_check "a /proc that is a link: procfs is there all the same, or it is refused" \
	test $code -eq 125 -o "$(head -n 1 "$work/out")" = 1
rm "$root/proc"
mv "$root/proc.real" "$root/proc"
# /dev/null of the image does not mask anything (CVE-2025-31133), its /dev/pts not either
mkdir -p "$root/dev"
ln -sf /proc/sys/kernel/core_pattern "$root/dev/null"
ln -sf /proc/sysrq-trigger "$root/dev/console"
pattern=$(cat /proc/sys/kernel/core_pattern)
group_run sh -c 'echo broken > /proc/keys; echo broken > /proc/timer_list; cat /proc/keys'
is "masked files are empty and take anything" 0 ""
tap_check "the core pattern is what it was" test "$pattern" = "$(cat /proc/sys/kernel/core_pattern)"
code=0
./pty -p '' begun vmctl group run -t --rootfs "$root" sh -c 'echo begun; attack files' \
	> "$work/out" 2>&1 || code=$?
held "with a terminal, too (CVE-2025-52565)"
rm -f "$root/dev/null" "$root/dev/console"

# --- outward
sleep 1000 &
outside=$!
group_start victim sleep 1000
group_run attack signals
held "signals and traces"
tap_check "nobody outside was hit" kill -0 $outside
tap_check "nor in another group" sh -c 'vmctl group ps victim | grep -q "sleep 1000"'
kill $outside
code=0
./pty -p '' begun vmctl group run --rootfs "$root" sh -c 'echo begun; attack terminal' \
	> "$work/out" 2>&1 || code=$?
held "the caller's terminal"
wrong=''
for command in 'group list' 'group delete -f victim' 'group kill victim' 'policy clear victim' \
	'group run --rootfs / true' 'vm list'; do
	# shellcheck disable=SC2086	# words
	group_run vmctl $command
	[ $code -ne 0 ] || { wrong="$wrong $command;"; show; }
done
tap_check "the module's own doors are closed:$wrong" test -z "$wrong"
tap_check "the other group is still there" \
	sh -c 'vmctl group ps victim | grep -q "sleep 1000"'
vmctl group delete -f victim

# --- who outlives its keeper
for options in '' '--init'; do
	# shellcheck disable=SC2086
	vmctl group run --rootfs "$root" --name orphan $options attack orphan &
	front=$!
	wait_for sh -c 'vmctl group ps orphan | grep -q attack'
	sleep 0.2
	kill -9 $front
	wait $front 2> /dev/null
	nothing_left "one that wants to outlive its keeper $options"
done
umount -l /inside 2> /dev/null
nothing_left "nothing is left"
tap_end
