# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
# qemu.sh - how a machine is started in QEMU (variables: see ../lab)

# VMX in QEMU needs Intel's nested virtualization; everything else is emulated.
qemu_has_vmx()
{
	[ -w /dev/kvm ] && grep -qw vmx /proc/cpuinfo &&
		grep -q '[Y1]' /sys/module/kvm_intel/parameters/nested 2>/dev/null
}

# Sets machine_command and count_mode.
qemu_prepare()
{
	local accel disc

	count_mode=none
	case $accel_mode in
	kvm) accel="-accel kvm -cpu host -smp $cpus" ;;
	multi | single) accel="-accel tcg,thread=$accel_mode -cpu max -smp $cpus" ;;
	icount)
		accel="-accel tcg,thread=single -icount shift=0,sleep=off -cpu max -smp $cpus"
		count_mode=ns
		;;
	*) die "unknown acceleration '$accel_mode': multi, single, icount or kvm" ;;
	esac
	# shellcheck disable=SC2206	# the options are words by intention
	machine_command=(qemu-system-x86_64 $accel -m "$memory" -display none -nodefaults
		-no-reboot -kernel "$kernel_dir/vmlinuz" -initrd "$work/initramfs")
	# shellcheck disable=SC2206
	machine_command+=(${LAB_QEMU_OPTIONS-})
	for disc in "${discs[@]}"; do
		machine_command+=(-drive "file=$disc,format=raw,if=virtio,snapshot=on")
	done
	machine_command+=(-append "console=ttyS0 panic=-1 $(common_append)")
	if [ "$mode" = shell ]; then
		# Which terminal it is only supervise knows.
		# shellcheck disable=SC2016
		machine_command=(sh -c 'exec "$@" -serial "$LAB_CONSOLE_PTY"' sh
			"${machine_command[@]}")
	else
		machine_command+=(-serial "file:$out/console.log" -serial "file:$out/verdicts.log")
	fi
}
