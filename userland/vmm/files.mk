# SPDX-License-Identifier: GPL-2.0-only
# Sources of the built-in VMM, relative to userland/, and what they link with.

VMM_SRCS := $(addprefix vmm/, \
	bus.c cgroup.c client.c confine.c console.c control.c cpu_id.c cpu_state.c \
	engine.c error.c hypercall.c loop.c machine.c memory.c options.c process.c run_dir.c \
	seccomp.c server.c supervise.c vcpu.c \
	boot/acpi.c boot/aml.c boot/boot.c boot/bzimage.c boot/elf.c \
	boot/layout.c boot/linux.c boot/mptable.c boot/multiboot.c boot/pvh.c \
	device/acpi_pm.c device/cmos.c device/exit_port.c device/pci_config.c \
	device/reset.c device/serial.c)

VMM_LIBS := -lseccomp -lcap-ng -lpthread
