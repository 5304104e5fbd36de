# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
# bochs.sh - how a machine is started in Bochs, which emulates VMX (variables: see ../lab)

# The kernel comes from a CD: Bochs has no loader of its own.
bochs_disc()
{
	local tree=$work/disc

	mkdir -p "$tree/isolinux"
	cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 \
		"$tree/isolinux/"
	ln "$work/initramfs" "$tree/initrd"
	# Uncompressed, because decompression is half of the boot (src/fastboot.S).
	"$LAB_TOOLS/mkfastkernel" "$kernel_dir/vmlinuz" "$kernel_dir/vmlinux" \
		"$LAB_TOOLS/fastboot" > "$tree/vmlinuz"
	cat > "$tree/isolinux/isolinux.cfg" <<-END
		default lab
		prompt 0
		label lab
		  kernel /vmlinuz
		  append initrd=/initrd $1
	END
	xorriso -as mkisofs -quiet -o "$work/disc.iso" -b isolinux/isolinux.bin \
		-c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table \
		"$tree" 2> "$work/xorriso.log" || die "$(cat "$work/xorriso.log")"
	rm -rf "$tree"
}

bochs_serial()
{
	if [ "$mode" = shell ]; then
		# Bochs puts the variable's value in; supervise has set it.
		echo "com1: enabled=1, mode=term, dev=\$LAB_CONSOLE_PTY"
	else
		echo "com1: enabled=1, mode=file, dev=$out/console.log"
		echo "com2: enabled=1, mode=file, dev=$out/verdicts.log"
	fi
}

# Without these, boot takes three times as many instructions (figures in README.md):
# the TSC runs at the rate of "ips", not at what CPUID leaf 0x15 says, and delays are
# busy loops on it; crypto self-tests, a built-in certificate's check and the set-up of a
# random number generator compute for seconds.
# reboot=t: a panic ends in a triple fault, and that ends Bochs.
bochs_append()
{
	echo "panic=-1 reboot=t tsc=reliable tsc_early_khz=40000 cryptomgr.notests" \
		"initcall_blacklist=load_system_certificate_list,jent_mod_init" \
		"$(common_append)"
}

# Debian's Bochs has the debugger in: "continue", and whatever stops it ends it. With
# LAB_BOCHS_RC=FILE the first XCHG BX, BX stops it, and FILE says what then.
bochs_debugger()
{
	echo c
	if [ -n "${LAB_BOCHS_RC:-}" ]; then
		cat "$LAB_BOCHS_RC"
		echo c
	fi
	echo q
}

# Sets machine_command and count_mode.
bochs_prepare()
{
	local model=${bochs_model:-corei7_skylake_x}

	count_mode=insns
	bochs_disc "console=ttyS0 $(bochs_append)"
	cat > "$work/bochsrc" <<-END
		display_library: term
		cpu: model=$model, count=$cpus, ips=40000000, reset_on_triple_fault=0, ignore_bad_msrs=1
		memory: guest=$memory, host=$memory
		romimage: file=/usr/share/bochs/BIOS-bochs-latest
		vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
		ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
		ata0-master: type=cdrom, path=$work/disc.iso, status=inserted
		boot: cdrom
		$(bochs_serial)
		log: $out/emulator.log
		panic: action=fatal
		error: action=report
		info: action=report
		debug: action=ignore
		clock: sync=none, time0=utc
		sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
	END
	[ -z "${LAB_BOCHS_RC:-}" ] || echo "magic_break: enabled=1" >> "$work/bochsrc"
	bochs_debugger > "$work/debugger.rc"
	machine_command=(env TERM=xterm bochs -q -f "$work/bochsrc" -rc "$work/debugger.rc")
}
