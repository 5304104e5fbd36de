#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The machine goes from one kernel to the next under running VMs: by kexec, or because it
# crashes and a kernel for that case is loaded. That kernel has an initramfs of its own
# (restart.list), runs this script there, and tells the verdict: it finds every processor
# outside of VMX, so that a VM runs. So this is the last test of its suite.
#
# usage: restart.sh kexec|crash, in the lab's machine; in the next kernel: restart.sh after

. ./tap.sh
kernel=/tests/guest/vmlinux
initramfs=initramfs

# In the next kernel. INIT does not reach a processor that is still in VMX operation.
after()
{
	tap_plan 3
	tap_check "every processor came up" cmp /sys/devices/system/cpu/present \
		/sys/devices/system/cpu/online
	tap_check "hull.ko goes in" insmod /lib/modules/hull.ko
	tap_check "a VM runs" ./one_vm try /dev/hull
	tap_end
}

# One VM on each processor, and one at rest.
guests()
{
	cpu=0
	while [ $cpu -lt "$(nproc)" ]; do
		taskset -c $cpu ./one_vm hold /dev/hull &
		cpu=$((cpu + 1))
	done
	sleep 3
}

cmdline=$(cat /proc/cmdline)
case $1 in
after) after ;;
kexec)
	kexec -l $kernel --args-linux --no-checks --initrd=$initramfs --command-line="$cmdline" || exit 1
	guests
	kexec -e
	;;
crash)
	# An executable that may be loaded anywhere (ET_DYN): the place reserved is not its own.
	printf '\003' | dd of=$kernel bs=1 seek=16 conv=notrunc 2> /dev/null
	kexec -p $kernel --args-linux --no-checks --initrd=$initramfs --command-line="$cmdline nr_cpus=1 reset_devices" ||
		exit 1
	guests
	echo c > /proc/sysrq-trigger
	;;
esac
echo "still here"
exit 1
