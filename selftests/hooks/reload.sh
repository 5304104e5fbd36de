#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module comes, arms its hooks for a group, and goes, while processes that are in no group
# open, connect, fork and execute. ROUNDS=20
. ./cli.sh

file=/lib/modules/hull.ko
root=/sys/fs/cgroup
rounds=${ROUNDS:-20}
module_here || tap_skip_all "the module is not loaded"
[ -f "$file" ] || tap_skip_all "no $file to load it from"
rmmod hull 2> /dev/null || tap_skip_all "the module is in use"
mkdir -p "$root"
grep -q " $root cgroup2 " /proc/mounts || mount -t cgroup2 none "$root"
mkdir -p "$root/reload"
tap_plan 6

cat > "$work/policy" <<'END'
default allow
deny=EHOSTDOWN file read /proc/version
deny inet
END

load()	# NUMBER
{
	while [ ! -e "$work/stop" ]; do
		(read -r _ < /proc/version) && nc -z 127.0.0.1 1 2> /dev/null
		/bin/true && (:)
		case $? in 0) echo >> "$work/load$1" ;; *) echo >> "$work/failed" ;; esac
	done
}

# What a process in the group can do. 0: it reads the file, 1: it is refused
reads()
{
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec cat /proc/version' "$root/reload" \
		> /dev/null 2> "$work/err"
}

: > "$work/failed"
load 1 &
one=$!
load 2 &
two=$!

come=0 armed=0 confined=0 refused=0 went=0 n=0
while [ "$n" -lt "$rounds" ]; do
	n=$((n + 1))
	insmod "$file" && come=$((come + 1))
	vmctl group adopt out "$root/reload" > /dev/null &&
		vmctl policy apply out "$work/policy" && armed=$((armed + 1))
	reads || confined=$((confined + 1))
	rmmod hull 2> /dev/null || refused=$((refused + 1))
	vmctl group delete out
	rmmod hull && reads && went=$((went + 1))
done
touch "$work/stop"
wait "$one" "$two"

tap_check "the module came $come times" test "$come" -eq "$rounds"
tap_check "armed its hooks $armed times" test "$armed" -eq "$rounds"
tap_check "which confined $confined times" test "$confined" -eq "$rounds"
tap_check "was needed $refused times" test "$refused" -eq "$rounds"
tap_check "and went $went times" test "$went" -eq "$rounds"
echo "# $(cat "$work/load1" "$work/load2" | wc -l) times all went well outside"
tap_check "nobody outside saw anything of it" test ! -s "$work/failed" -a -s "$work/load1" \
	-a -s "$work/load2"
rmdir "$root/reload"
insmod "$file"
tap_end
