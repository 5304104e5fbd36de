#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Unmodified Debian kernels as guests: each reaches a shell, runs what is typed on its
# console, and powers off; one with the guest's module and a handler on the
# host. usage: linux_boot.sh; CASES chooses among the cases below.

. ./tap.sh

CMDLINE="console=ttyS0 quiet panic=-1 rdinit=/init"
# An emulated machine of two processors is slow: there, what only it can show.
if [ "$(nproc)" -gt 1 ]; then
	CASES=${CASES:-bzimage-2}
else
	CASES=${CASES:-bzimage-1 bzimage-2 module-1}
fi
SECONDS_MAX=${SECONDS_MAX:-240}

# The module is built for the kernel of this machine; guests of that one get it.
initrd_with_module() {
	mkdir -p module
	cp module.ko module/hull_guest.ko
	cp guest_device module/
	(cd module && find . | cpio -o -H newc 2> /dev/null) > module.cpio
	cat guest.cpio module.cpio > initrd-module.cpio
}

# A process of the host that answers the guest's calls, once there is a VM.
handler_start() {	# NAME
	while ! vmctl vm show "$1" -j > "$1.json" 2> /dev/null; do
		sleep 1
	done
	./handler_user "$(sed -n 's/.*"id": *\([0-9]*\).*/\1/p' "$1.json" | head -n 1)" \
		> "$1.handler" 2>&1
}

# boot_module NAME KERNEL
boot_module() {
	initrd_with_module
	handler_start "$1" &
	./converse "$SECONDS_MAX" "vmctl vm run --name $1 --kernel $2 \
		--initrd initrd-module.cpio --memory 128M --cmdline '$CMDLINE'" \
		expect "guest ready: " \
		send 'hull_call; echo refused=$?.' expect 'refused=1.' \
		send 'insmod hull_guest.ko; echo insmod=$?.' expect 'insmod=0.' \
		send 'cd /sys/class/misc/hull-guest; echo $(cat abi numbers calls)' \
		expect '1 0x48750000-0x487503ff nop version features log' \
		send 'echo features: $(cat features)' expect 'features: log' \
		send 'cd /; ls -l /dev/hull-guest | cut -c 1-10' expect 'crw-------' \
		send './guest_device' expect 'guest device: 17 of 17 right' \
		send 'echo 1 > /sys/module/hull_guest/parameters/handlers' \
		send './guest_device handlers' expect 'guest device: 5 of 5 right' \
		send 'rmmod hull_guest; echo rmmod=$?. $(ls /dev/hull-guest)' expect 'rmmod=0.' \
		send 'echo pci=$(cat /sys/bus/pci/devices/*/class).' expect 'pci=0x060000.' \
		send 'echo bad=$(dmesg | grep -cE "BUG:|WARNING: CPU|Call Trace|unchecked MSR").' \
		expect 'bad=0.' \
		send 'poweroff -f' > "$1.log" 2>&1
}

module_check() {	# NAME KERNEL
	if insmod module.ko 2> /dev/null; then
		rmmod hull_guest
		tap_fail "$1: the guest's module is refused outside a guest"
	else
		tap_pass "$1: the guest's module is refused outside a guest"
	fi
	if boot_module "$@"; then
		tap_pass "$1: the guest's module, its device, a handler on the host"
	else
		tr -d '\r' < "$1.log" | tail -n 60 | sed 's/^/# /'
		sed 's/^/# handler: /' "$1.handler"
		tap_fail "$1: the guest's module, its device, a handler on the host"
	fi
	sleep 1
	tap_check "$1: the handler ends with the VM" grep -q 'the VM ended' "$1.handler"
}

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
		send 'echo pci=$(cat /sys/bus/pci/devices/*/class).' expect 'pci=0x060000.' \
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
case $CASES in *module*) more=1 ;; *) more=0 ;; esac
tap_plan $((2 * $(echo "$CASES" | wc -w) + more))
for case in $CASES; do
	case ${case%-*} in
	module)  module_check "$case" vmlinux; continue ;;
	bzimage) file=vmlinuz ;;
	vmlinux) file=vmlinux ;;
	other)   file=vmlinuz-other ;;
	esac
	check "$case" "$file" "${case##*-}"
done
tap_end
