// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/hull.h>

static int check(int ret, const char *what)
{
	if (ret < 0)
		err(1, "%s", what);
	return ret;
}

static void tables_write(uint8_t *memory)
{
	uint64_t *pml4 = (uint64_t *)(memory + MACHINE_TABLES);
	uint64_t *pdpt = pml4 + 512, *pd = pdpt + 512;
	int i;

	pml4[0] = (MACHINE_TABLES + 0x1000) | 3;
	pdpt[0] = (MACHINE_TABLES + 0x2000) | 3;
	for (i = 0; i < 512; i++)
		pd[i] = ((uint64_t)i << 21) | 0x83;
}

static void cpuid_set(struct machine *m)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + 256 * sizeof(cpuid->entries[0]));
	if (!cpuid)
		err(1, "calloc");
	cpuid->nent = 256;
	check(ioctl(m->dev, KVM_GET_SUPPORTED_CPUID, cpuid), "KVM_GET_SUPPORTED_CPUID");
	check(ioctl(m->vcpu, KVM_SET_CPUID2, cpuid), "KVM_SET_CPUID2");
	free(cpuid);
}

static void memory_add(struct machine *m)
{
	struct kvm_userspace_memory_region region = { .memory_size = MACHINE_MEMORY };

	m->memory = mmap(NULL, MACHINE_MEMORY, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m->memory == MAP_FAILED)
		err(1, "mmap");
	/* Small pages, so that every page is a fault of its own. */
	madvise(m->memory, MACHINE_MEMORY, MADV_NOHUGEPAGE);
	region.userspace_addr = (uintptr_t)m->memory;
	check(ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
}

static void vcpu_add(struct machine *m, unsigned int id)
{
	m->vcpu = check(ioctl(m->vm, KVM_CREATE_VCPU, id), "KVM_CREATE_VCPU");
	m->run_size = check(ioctl(m->dev, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
	m->run = mmap(NULL, m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, m->vcpu, 0);
	if (m->run == MAP_FAILED)
		err(1, "mmap of the run page");
	cpuid_set(m);
}

static bool machine_make(struct machine *m, const char *path, uint32_t id)
{
	struct hull_vm_attach attach = { .size = sizeof(attach), .id = id };
	struct kvm_pit_config pit = { 0 };

	m->dev = open(path, O_RDWR | O_CLOEXEC);
	if (m->dev < 0)
		return false;
	m->vm = id ? ioctl(m->dev, HULL_VM_ATTACH, &attach) : ioctl(m->dev, KVM_CREATE_VM, 0);
	if (m->vm < 0) {
		close(m->dev);
		return false;
	}
	check(ioctl(m->vm, KVM_SET_TSS_ADDR, 0xfffbd000UL), "KVM_SET_TSS_ADDR");
	check(ioctl(m->vm, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	check(ioctl(m->vm, KVM_CREATE_PIT2, &pit), "KVM_CREATE_PIT2");
	memory_add(m);
	vcpu_add(m, 0);
	return true;
}

bool machine_try_open(struct machine *m, const char *path)
{
	return machine_make(m, path, 0);
}

bool machine_try_attach(struct machine *m, const char *path, uint32_t id)
{
	return machine_make(m, path, id);
}

void machine_vcpu_add(struct machine *more, const struct machine *m, unsigned int id)
{
	*more = *m;
	vcpu_add(more, id);
}

void machine_vcpu_close(struct machine *more)
{
	munmap(more->run, more->run_size);
	close(more->vcpu);
}

void machine_open(struct machine *m, const char *path)
{
	if (!machine_try_open(m, path))
		err(1, "%s", path);
}

void machine_close(struct machine *m)
{
	munmap(m->run, m->run_size);
	close(m->vcpu);
	close(m->vm);
	close(m->dev);
	munmap(m->memory, MACHINE_MEMORY);
}

static void segments_set(struct kvm_sregs *sregs, enum machine_mode mode)
{
	struct kvm_segment code = {
		.limit = ~0u, .selector = 8, .type = 11, .present = 1, .s = 1, .g = 1,
		.l = mode == MACHINE_LONG, .db = mode == MACHINE_PROTECTED,
	};
	struct kvm_segment data = {
		.limit = ~0u, .selector = 16, .type = 3, .present = 1, .s = 1, .db = 1, .g = 1,
	};

	if (mode == MACHINE_REAL) {
		sregs->cs.selector = 0;
		sregs->cs.base = 0;
		return;
	}
	sregs->cs = code;
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
	sregs->cr0 = 0x31;		/* NE ET PE */
	if (mode == MACHINE_LONG) {
		sregs->cr0 |= 0x80000000;
		sregs->cr3 = MACHINE_TABLES;
		sregs->cr4 = 0x20;	/* PAE */
		sregs->efer = 0x500;	/* LMA LME */
	}
}

void machine_load(struct machine *m, enum machine_mode mode, const void *code, size_t size)
{
	struct kvm_regs regs = {
		.rip = MACHINE_CODE, .rflags = 2, .rsp = MACHINE_STACK, .rdi = MACHINE_RESULT,
	};
	struct kvm_sregs sregs;

	tables_write(m->memory);
	memcpy(m->memory + MACHINE_CODE, code, size);
	check(ioctl(m->vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	segments_set(&sregs, mode);
	check(ioctl(m->vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	check(ioctl(m->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

static void on_alarm(int sig)
{
	(void)sig;
}

int machine_run(struct machine *m, unsigned int seconds)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int ret;

	if (seconds) {
		sigaction(SIGALRM, &action, NULL);
		alarm(seconds);
	}
	ret = ioctl(m->vcpu, KVM_RUN, 0);
	if (ret < 0)
		ret = -errno;
	if (seconds)
		alarm(0);
	return ret < 0 ? ret : (int)m->run->exit_reason;
}
