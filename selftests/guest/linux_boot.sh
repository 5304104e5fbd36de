#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Unmodified Debian kernels as guests: each reaches a shell, runs what is typed on its
# console, and powers off. usage: linux_boot.sh; CASES chooses among the cases below.

. ./tap.sh

CMDLINE="console=ttyS0 quiet panic=-1 rdinit=/init"
# An emulated machine of two processors is slow: there, what only it can show.
if [ "$(nproc)" -gt 1 ]; then
	CASES=${CASES:-bzimage-2}
else
	CASES=${CASES:-bzimage-1 bzimage-2 vmlinux-1}
fi
SECONDS_MAX=${SECONDS_MAX:-240}

# boot NAME KERNEL CPUS
boot() {
	./converse "$SECONDS_MAX" "vmctl vm run --name $1 --kernel $2 --initrd guest.cpio \
		--memory 128M --cpus $3 --hypercall-cpl3 --cmdline '$CMDLINE'" \
		expect "guest ready: " \
		send 'echo sum=$((40+2)) cpus=$(nproc)' expect "sum=42 cpus=$3" \
		send 'hull_call "it is $((6*7))"' expect 'hull_log: 8 bytes taken' \
		send 'echo hypervisor=$(grep -c hypervisor /proc/cpuinfo).' \
		expect "hypervisor=$3." \
		send 'dmesg | grep -m1 -o "kvm-clock: Using msrs"' \
		expect 'kvm-clock: Using msrs' \
		send 'echo bad=$(dmesg | grep -cE "BUG:|WARNING: CPU|Call Trace|unchecked MSR").' \
		expect 'bad=0.' \
		send 'poweroff -f' > "$1.log" 2>&1
}

check() {
	name=$1
	if boot "$@"; then
		tap_pass "$name: shell, command, hypercall, power-off"
	else
		tr -d '\r' < "$name.log" | tail -n 40 | sed 's/^/# /'
		tap_fail "$name: shell, command, hypercall, power-off"
	fi
	if vmctl vm show "$name" >/dev/null 2>&1; then
		tap_fail "$name: nothing of it is left"
	else
		tap_pass "$name: nothing of it is left"
	fi
}

vmctl host >/dev/null || tap_skip_all "no VMX: $(vmctl host 2>&1 | tail -n 1)"
tap_plan $((2 * $(echo "$CASES" | wc -w)))
for case in $CASES; do
	case ${case%-*} in
	bzimage) file=vmlinuz ;;
	vmlinux) file=vmlinux ;;
	other)   file=vmlinuz-other ;;
	esac
	check "$case" "$file" "${case##*-}"
done
tap_end
