#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# demo-inside.sh - the part of `make demo` that runs in the emulated machine
#
# A VM is run on a terminal, typed on as a person would, looked at from a second one. A
# group runs a program, and is given a policy meanwhile. All of it leaves the machine as it
# was.
set -u
ROOT=/srv/web
. ../tests/include/tap.sh

LOG=/tmp/guest.log
GUEST="vmctl vm run --name demo --kernel /boot/vmlinuz-guest --initrd /boot/guest.cpio
	--memory 128M --cpus 1 --hypercall-cpl3
	--cmdline 'console=ttyS0 quiet panic=-1 cryptomgr.notests'"

say()
{
	echo
	echo "## $*"
}

# Shows the command, then what it prints.
run()	# COMMAND...
{
	echo "# $*"
	"$@"
}

# The step is the exit code of its command, or of a function that shows its own.
step()	# NAME COMMAND...
{
	step_name=$1
	shift
	say "$step_name"
	case $(type "$1") in
	*function*) ;;
	*) set -- run "$@" ;;
	esac
	if "$@"; then
		tap_pass "$step_name"
	else
		tap_fail "$step_name"
	fi
}

# A second look at the VM, while it waits for the next line.
look_at_vm()
{
	until grep -q "hull_log:" "$LOG" 2>/dev/null; do
		kill -0 "$talk" 2>/dev/null || return 1
		sleep 1
	done
	run vmctl vm list && run vmctl vm stats demo
}

seen()	# TEXT: it was on the guest's console
{
	grep -F -e "$1" "$LOG"
}

guest_ended()
{
	wait "$talk"
	code=$?
	[ "$code" = 0 ] || { echo "exit code $code"; tail -n 5 "$LOG"; }
	return "$code"
}

no_vm_left()
{
	! vmctl vm show demo 2>/dev/null
}

# What a group is to have for its root: one program, with many names.
make_root()
{
	mkdir -p $ROOT/bin $ROOT/dev $ROOT/proc $ROOT/sys $ROOT/tmp $ROOT/www $ROOT/private
	cp /bin/busybox $ROOT/bin
	for applet in sh cat hostname ls id sleep; do
		ln -s busybox $ROOT/bin/$applet
	done
	echo "for everybody" > $ROOT/www/index.html
	echo "for nobody" > $ROOT/private/key
	cat > /tmp/web.policy <<END
deny=EACCES file read,write $ROOT/private
deny inet tcp.connect
audit file read $ROOT/www
END
}

read_both()
{
	run vmctl group exec web cat /www/index.html /private/key
}

denied()
{
	! read_both 2> /tmp/denied && cat /tmp/denied && grep -q "Permission denied" /tmp/denied
}

no_group_left()
{
	run vmctl group delete -f web && ! vmctl group show web 2>/dev/null
}

# The echo of what was typed comes without the sums done, hence the arithmetic.
talk_to_guest()
{
	say "vmctl boots an unmodified Debian kernel as a guest (this takes a while)"
	echo "# $GUEST" | tr -s "\n\t" "  "
	echo
	: > "$LOG"
	# shellcheck disable=SC2016
	converse 300 "$(echo "$GUEST" | tr "\n" " ")" \
		expect "guest ready: " \
		send 'uname -sr; echo sum=$((40 + 2))' expect "sum=42" \
		send 'hull_call "hello from user space, $((6 * 7))"' expect "hull_log:" \
		wait 10 send 'poweroff -f' > "$LOG" 2>&1 &
	talk=$!
	tail -f "$LOG" | while IFS= read -r line; do
		echo "guest | $line"
	done &
	shown=$!
}

tap_plan 17
step "insmod hull.ko" insmod /lib/modules/hull.ko
step "vmctl host: what this machine offers" vmctl host
talk_to_guest
step "vmctl vm stats, while the guest runs" look_at_vm
step "the guest powers off" guest_ended
step "the guest had reached a shell" seen "guest ready: "
step "the guest had run the command typed on its console" seen "sum=42"
step "its user space had talked to the host by a hypercall" seen "hull_log:"
step "the VM is gone" no_vm_left
kill "$shown" 2>/dev/null
make_root
step "a confined group: its own pid 1, host name, root and users" vmctl group run \
	--rootfs $ROOT --name first sh -c 'echo "pid $$ on $(hostname): $(id -u), $(ls / | tr "\n" " ")"'
step "a server in one, in the background" vmctl group run --rootfs $ROOT --detach \
	--name web sleep 1000
step "it may read everything it has" read_both
say "a policy"
cat /tmp/web.policy
step "vmctl policy apply, to the running group" vmctl policy apply web /tmp/web.policy
step "the same read is denied" denied
step "vmctl policy show: which rules, how often" vmctl policy show web
step "the group is gone" no_group_left
step "rmmod hull" rmmod hull
step "the module is gone" test ! -e /sys/module/hull
tap_end
