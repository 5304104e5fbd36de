// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"

static int (*const devices[])(struct vmm_machine *machine, struct vmm_error *error) = {
	acpi_pm_create,
	cmos_create,
	exit_port_create,
	pci_config_create,
	reset_create,
	serial_create,
};

static int map_file(const char *what, const char *path, struct boot_file *file,
		    struct vmm_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *data;

	if (fd < 0)
		return vmm_fail_errno(error, "%s %s", what, path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return vmm_fail(error, EINVAL, "%s %s: not a regular file", what, path);
	}
	*file = (struct boot_file){ .size = (uint64_t)st.st_size };
	if (!file->size) {
		close(fd);
		return vmm_fail(error, ENOEXEC, "%s %s: the file is empty", what, path);
	}
	data = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		return vmm_fail_errno(error, "%s %s", what, path);
	file->data = data;
	return 0;
}

static void unmap_file(struct boot_file *file)
{
	if (file->data)
		munmap((void *)file->data, file->size);
	file->data = NULL;
}

static int load(struct vmm_machine *machine, struct vmm_error *error)
{
	const struct vmm_options *options = machine->options;
	struct boot_request request = {
		.cmdline = options->cmdline ? options->cmdline : VMM_CMDLINE,
		.cpus = machine->count, .memory = &machine->memory,
	};
	int ret;

	ret = map_file("kernel", options->kernel, &request.kernel, error);
	if (!ret && options->initrd)
		ret = map_file("initrd", options->initrd, &request.initrd, error);
	if (!ret)
		ret = boot_load(&request, &machine->entry, error);
	unmap_file(&request.kernel);
	unmap_file(&request.initrd);
	return ret;
}

static int create_devices(struct vmm_machine *machine, struct vmm_error *error)
{
	size_t i;

	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (devices[i](machine, error))
			return -1;
	return 0;
}

static int create_vcpus(struct vmm_machine *machine, struct vmm_error *error)
{
	unsigned int i;

	machine->vcpus = calloc(machine->count, sizeof(*machine->vcpus));
	if (!machine->vcpus)
		return vmm_fail_errno(error, "vCPUs");
	for (i = 0; i < machine->count; i++)
		machine->vcpus[i].fd = -1;
	for (i = 0; i < machine->count; i++)
		if (vmm_vcpu_create(machine, i, error))
			return -1;
	return 0;
}

int vmm_machine_create(struct vmm_machine *machine, const struct vmm_options *options,
		       struct vmm_error *error)
{
	memset(machine, 0, sizeof(*machine));
	machine->options = options;
	machine->count = options->cpus;
	machine->ports.name = "port";
	machine->mmio.name = "memory";
	pthread_mutex_init(&machine->end_lock, NULL);
	machine->engine = (struct vmm_engine_files){ .device = -1, .vm = -1, .record = -1 };
	machine->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (machine->wake_fd < 0)
		return vmm_fail_errno(error, "eventfd");
	vmm_console_init(&machine->console, machine->wake_fd);
	vmm_memory_layout(&machine->memory, options->memory);
	/* Bad files are told before the engine is bothered. */
	if (vmm_memory_map(&machine->memory, error) || load(machine, error) ||
	    vmm_engine_open(&machine->engine, options, error) ||
	    vmm_engine_chips(&machine->engine, error) ||
	    vmm_engine_memory(&machine->engine, &machine->memory, error) ||
	    create_devices(machine, error))
		return -1;
	vmm_server_offer(machine);
	vmm_hypercall_offer(machine);
	return create_vcpus(machine, error);
}

void vmm_machine_destroy(struct vmm_machine *machine)
{
	unsigned int i;

	if (machine->end.reason != HULL_STOP_NONE)
		vmm_engine_stop_reason(&machine->engine, &machine->end);
	for (i = 0; machine->vcpus && i < machine->count; i++)
		vmm_vcpu_destroy(&machine->vcpus[i]);
	vmm_engine_close(&machine->engine);
	vmm_memory_unmap(&machine->memory);
}

void vmm_machine_end(struct vmm_machine *machine, enum hull_stop_reason reason, uint32_t value,
		     const char *format, ...)
{
	uint64_t one = 1;
	va_list args;

	pthread_mutex_lock(&machine->end_lock);
	if (machine->end.reason == HULL_STOP_NONE) {
		if (reason == HULL_STOP_POWEROFF && machine->stopping)
			reason = HULL_STOP_STOPPED;
		machine->end.reason = reason;
		machine->end.value = value;
		va_start(args, format);
		vsnprintf(machine->end.text, sizeof(machine->end.text), format, args);
		va_end(args);
	}
	pthread_mutex_unlock(&machine->end_lock);
	atomic_store(&machine->ending, true);
	/* The loop stops the vCPUs; an eventfd that overflows has been heard. */
	if (write(machine->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void vmm_machine_power_button(struct vmm_machine *machine)
{
	pthread_mutex_lock(&machine->end_lock);
	machine->stopping = true;
	pthread_mutex_unlock(&machine->end_lock);
	acpi_pm_press(machine->power);
}

void vmm_irq_set(struct vmm_machine *machine, unsigned int irq, bool level)
{
	struct kvm_irq_level line = { .irq = irq, .level = level };

	if (ioctl(machine->engine.vm, KVM_IRQ_LINE, &line))
		vmm_machine_end(machine, HULL_STOP_ENGINE_ERROR, 0, "interrupt line %u: %s", irq,
				vmm_errno_text(errno));
}
