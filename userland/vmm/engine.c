// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine.h"
#include "error.h"
#include "pc.h"

#define HULL_DEVICE	"/dev/hull"
#define KVM_DEVICE	"/dev/kvm"

/* Three pages below the BIOS' place that older Intel CPUs need for real mode. */
#define TSS_PAGES_ADDR		0xfffbd000u
#define IDENTITY_MAP_ADDR	0xfffbc000ull

static const struct {
	unsigned int cap;
	const char *what;
} needed[] = {
	{ KVM_CAP_USER_MEMORY, "memory slots" },
	{ KVM_CAP_IRQCHIP, "interrupt controllers in the kernel" },
	{ KVM_CAP_EXT_CPUID, "CPUID settings" },
	{ KVM_CAP_IMMEDIATE_EXIT, "immediate exit" },
	{ KVM_CAP_MP_STATE, "multi-processor state" },
};

static int open_device(const char *path, struct vmm_error *error)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), version;

	if (fd < 0 && (errno == ENOENT || errno == ENODEV || errno == ENXIO))
		return vmm_fail(error, errno, "no %s: is the %s module loaded?", path,
				strrchr(path, '/') + 1);
	if (fd < 0)
		return vmm_fail_errno(error, "cannot open %s", path);
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION) {
		close(fd);
		return vmm_fail(error, EPROTO, "%s speaks API version %d, this VMM speaks %d",
				path, version, KVM_API_VERSION);
	}
	return fd;
}

static int attach_record(int device, const struct vmm_options *options, struct vmm_error *error)
{
	struct hull_vm_attach attach = { .size = sizeof(attach), .id = options->id };
	int fd = ioctl(device, HULL_VM_ATTACH, &attach);

	if (fd >= 0)
		return fd;
	switch (errno) {
	case ENOENT:
		return vmm_fail(error, ENOENT, "no VM with id %u", options->id);
	case EBUSY:
		return vmm_fail(error, EBUSY,
				"VM %s runs already, or another hypervisor holds VMX (see: vmctl host)",
				options->name);
	case EOPNOTSUPP:
		return vmm_fail(error, EOPNOTSUPP,
				"Hull's engine is not available on this host (see: vmctl host)");
	default:
		return vmm_fail_errno(error, "cannot attach to VM %s", options->name);
	}
}

static int open_hull(struct vmm_engine_files *engine, const struct vmm_options *options,
		     struct vmm_error *error)
{
	engine->path = HULL_DEVICE;
	engine->device = open_device(HULL_DEVICE, error);
	if (engine->device < 0)
		return -1;
	engine->vm = attach_record(engine->device, options, error);
	engine->record = engine->vm;
	return engine->vm < 0 ? -1 : 0;
}

/* The record of a VM that KVM runs is attached to as well, so that it shows as running. */
static int open_kvm(struct vmm_engine_files *engine, const struct vmm_options *options,
		    struct vmm_error *error)
{
	int hull;

	engine->path = KVM_DEVICE;
	engine->device = open_device(KVM_DEVICE, error);
	if (engine->device < 0)
		return -1;
	if (options->id) {
		hull = open_device(HULL_DEVICE, error);
		if (hull < 0)
			return -1;
		engine->record = attach_record(hull, options, error);
		close(hull);
		if (engine->record < 0)
			return -1;
	}
	engine->vm = ioctl(engine->device, KVM_CREATE_VM, 0);
	if (engine->vm < 0)
		return vmm_fail_errno(error, "%s makes no VM", KVM_DEVICE);
	return 0;
}

static int check(struct vmm_engine_files *engine, const struct vmm_options *options,
		 struct vmm_error *error)
{
	int max = vmm_engine_has(engine, KVM_CAP_MAX_VCPUS), size;
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (vmm_engine_has(engine, needed[i].cap) <= 0)
			return vmm_fail(error, EOPNOTSUPP, "%s offers no %s", engine->path,
					needed[i].what);
	if (max > 0 && options->cpus > (unsigned int)max)
		return vmm_fail(error, EINVAL, "%u CPUs: %s has at most %d for a VM",
				options->cpus, engine->path, max);
	size = ioctl(engine->device, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(struct kvm_run))
		return vmm_fail(error, EPROTO, "%s: vCPU page of %d bytes", engine->path, size);
	engine->run_size = (size_t)size;
	engine->deadline_timer = vmm_engine_has(engine, KVM_CAP_TSC_DEADLINE_TIMER) > 0;
	return 0;
}

int vmm_engine_open(struct vmm_engine_files *engine, const struct vmm_options *options,
		    struct vmm_error *error)
{
	bool hull = options->engine == VMM_ENGINE_HULL;

	*engine = (struct vmm_engine_files){ .device = -1, .vm = -1, .record = -1 };
	if ((hull ? open_hull : open_kvm)(engine, options, error) ||
	    check(engine, options, error)) {
		vmm_engine_close(engine);
		return -1;
	}
	return 0;
}

void vmm_engine_close(struct vmm_engine_files *engine)
{
	if (engine->record >= 0 && engine->record != engine->vm)
		close(engine->record);
	if (engine->vm >= 0)
		close(engine->vm);
	if (engine->device >= 0)
		close(engine->device);
	engine->record = -1;
	engine->vm = -1;
	engine->device = -1;
}

int vmm_engine_has(const struct vmm_engine_files *engine, unsigned int cap)
{
	int value = ioctl(engine->vm, KVM_CHECK_EXTENSION, cap);

	return value < 0 ? ioctl(engine->device, KVM_CHECK_EXTENSION, cap) : value;
}

int vmm_engine_chips(const struct vmm_engine_files *engine, struct vmm_error *error)
{
	struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };
	__u64 identity = IDENTITY_MAP_ADDR;

	if (vmm_engine_has(engine, KVM_CAP_SET_IDENTITY_MAP_ADDR) > 0 &&
	    ioctl(engine->vm, KVM_SET_IDENTITY_MAP_ADDR, &identity))
		return vmm_fail_errno(error, "%s: identity map address", engine->path);
	if (vmm_engine_has(engine, KVM_CAP_SET_TSS_ADDR) > 0 &&
	    ioctl(engine->vm, KVM_SET_TSS_ADDR, TSS_PAGES_ADDR))
		return vmm_fail_errno(error, "%s: TSS address", engine->path);
	if (ioctl(engine->vm, KVM_CREATE_IRQCHIP, 0))
		return vmm_fail_errno(error, "%s: interrupt controllers", engine->path);
	/* A PIT is for old kernels; those of today take the local APIC's timer. */
	if (vmm_engine_has(engine, KVM_CAP_PIT2) > 0 &&
	    ioctl(engine->vm, KVM_CREATE_PIT2, &pit))
		return vmm_fail_errno(error, "%s: timer", engine->path);
	return 0;
}

int vmm_engine_memory(const struct vmm_engine_files *engine, const struct vmm_memory *memory,
		      struct vmm_error *error)
{
	unsigned int i;

	for (i = 0; i < memory->count; i++) {
		struct kvm_userspace_memory_region slot = {
			.slot = i,
			.guest_phys_addr = memory->regions[i].base,
			.memory_size = memory->regions[i].size,
			.userspace_addr = (uintptr_t)memory->regions[i].host,
		};

		if (ioctl(engine->vm, KVM_SET_USER_MEMORY_REGION, &slot))
			return vmm_fail_errno(error, "%s refuses %llu MiB of memory at %#llx",
					      engine->path,
					      (unsigned long long)slot.memory_size >> 20,
					      (unsigned long long)slot.guest_phys_addr);
	}
	return 0;
}

void vmm_engine_stop_reason(const struct vmm_engine_files *engine, const struct vmm_end *end)
{
	struct hull_vm_stop stop = { .size = sizeof(stop), .reason = end->reason };

	if (engine->record < 0)
		return;
	snprintf(stop.text, sizeof(stop.text), "%s", end->text);
	/* A VM that was killed has its reason already; nothing to do about a refusal. */
	ioctl(engine->record, HULL_VM_STOP, &stop);
}
