// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an exit costs: the same tiny guest and the same VMM on any device that speaks
 * the KVM ABI. Prints one line a figure: name, unit, value. The unit is the TSC cycle,
 * which in the emulated machine is the instruction.
 *
 * usage: exits /dev/hull | /dev/kvm
 */
#include <err.h>
#include <stdbool.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#include <linux/hull_hypercall.h>

#define MEMORY		(64UL << 20)
#define CODE		0x1000UL
#define RESULT		0x8000UL
#define STACK		0x9000UL
#define TABLES		0x10000UL	/* PML4, PDPT, PD: identity map of 1 GiB */
#define FRESH		(16UL << 20)	/* memory that nobody touched yet */

#define BATCHES		21		/* odd: the median is one of them */

extern const char bench_guest_start[], bench_guest_end[];
extern const char bench_empty[], bench_vmcall[], bench_cpuid[], bench_rdmsr[], bench_in[],
		  bench_out[], bench_touch[], bench_first[];

struct machine {
	int dev, vm, vcpu;
	struct kvm_run *run;
	size_t run_size;
	uint8_t *memory;
};

static int check(int ret, const char *what)
{
	if (ret < 0)
		err(1, "%s", what);
	return ret;
}

static void tables_write(uint8_t *memory)
{
	uint64_t *pml4 = (uint64_t *)(memory + TABLES);
	uint64_t *pdpt = pml4 + 512, *pd = pdpt + 512;
	int i;

	pml4[0] = (TABLES + 0x1000) | 3;
	pdpt[0] = (TABLES + 0x2000) | 3;
	for (i = 0; i < 512; i++)
		pd[i] = ((uint64_t)i << 21) | 0x83;
}

static void long_mode_set(int vcpu)
{
	struct kvm_segment code = {
		.limit = ~0u, .selector = 8, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1,
	};
	struct kvm_segment data = {
		.limit = ~0u, .selector = 16, .type = 3, .present = 1, .s = 1, .db = 1, .g = 1,
	};
	struct kvm_sregs sregs;

	check(ioctl(vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.cr0 = 0x80000031;		/* PG NE ET PE */
	sregs.cr3 = TABLES;
	sregs.cr4 = 0x20;		/* PAE */
	sregs.efer = 0x500;		/* LMA LME */
	check(ioctl(vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
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

static void machine_open(struct machine *m, const char *path)
{
	struct kvm_pit_config pit = { 0 };
	struct kvm_userspace_memory_region region = { .memory_size = MEMORY };

	m->dev = check(open(path, O_RDWR | O_CLOEXEC), path);
	m->vm = check(ioctl(m->dev, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	check(ioctl(m->vm, KVM_SET_TSS_ADDR, 0xfffbd000UL), "KVM_SET_TSS_ADDR");
	check(ioctl(m->vm, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	check(ioctl(m->vm, KVM_CREATE_PIT2, &pit), "KVM_CREATE_PIT2");
	m->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m->memory == MAP_FAILED)
		err(1, "mmap");
	/* One fault a page is what is measured. */
	madvise(m->memory, MEMORY, MADV_NOHUGEPAGE);
	region.userspace_addr = (uintptr_t)m->memory;
	check(ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
	m->vcpu = check(ioctl(m->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	m->run_size = check(ioctl(m->dev, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
	m->run = mmap(NULL, m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, m->vcpu, 0);
	if (m->run == MAP_FAILED)
		err(1, "mmap of the run page");
	cpuid_set(m);
	tables_write(m->memory);
	memcpy(m->memory + CODE, bench_guest_start, bench_guest_end - bench_guest_start);
	long_mode_set(m->vcpu);
}

static void machine_close(struct machine *m)
{
	munmap(m->run, m->run_size);
	close(m->vcpu);
	close(m->vm);
	close(m->dev);
	munmap(m->memory, MEMORY);
}

/* Runs one entry point of the guest; returns cycles between its two stamps. */
static uint64_t guest_run(struct machine *m, const char *entry, uint64_t iterations, uint64_t what)
{
	struct kvm_regs regs = {
		.rip = CODE + (entry - bench_guest_start), .rflags = 2, .rsp = STACK + 0x1000,
		.rcx = iterations, .rdi = RESULT, .r8 = what,
	};
	uint64_t *stamp = (uint64_t *)(m->memory + RESULT);

	check(ioctl(m->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
	for (;;) {
		check(ioctl(m->vcpu, KVM_RUN, 0), "KVM_RUN");
		if (m->run->exit_reason != KVM_EXIT_IO)
			errx(1, "exit reason %u", m->run->exit_reason);
		if (m->run->io.port == 0x81)
			return stamp[1] - stamp[0];
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The median batch, per iteration: a timer tick in one batch changes nothing. */
static double median(struct machine *m, const char *entry, unsigned int iterations, uint64_t what,
		     uint64_t step)
{
	double v[BATCHES];
	int i;

	guest_run(m, entry, iterations, what);
	for (i = 0; i < BATCHES; i++)
		v[i] = (double)guest_run(m, entry, iterations, what + (i + 1) * step) / iterations;
	qsort(v, BATCHES, sizeof(v[0]), by_value);
	return v[BATCHES / 2];
}

static void report(const char *name, double value)
{
	printf("FIGURE %s instructions %.1f\n", name, value);
	fflush(stdout);
}

/* A VM from nothing to its first instruction and the exit that says so. */
static double create_measure(const char *path)
{
	double v[BATCHES];
	struct machine m;
	uint64_t start;
	int i;

	for (i = 0; i < BATCHES; i++) {
		start = __rdtsc();
		machine_open(&m, path);
		guest_run(&m, bench_first, 1, 0);
		v[i] = __rdtsc() - start;
		machine_close(&m);
	}
	qsort(v, BATCHES, sizeof(v[0]), by_value);
	return v[BATCHES / 2];
}

int main(int argc, char **argv)
{
	/* A number that KVM does not know is its shortest hypercall. */
	bool hull = argc == 2 && !strcmp(argv[1], "/dev/hull");
	uint64_t number = hull ? HULL_HYPERCALL_NOP : 0x1234;
	struct machine m;
	double empty;

	if (argc != 2)
		errx(2, "usage: exits /dev/hull | /dev/kvm");
	machine_open(&m, argv[1]);
	empty = median(&m, bench_empty, 100, 0, 0);
	report("vmcall", median(&m, bench_vmcall, 100, number, 0) - empty);
	report("cpuid", median(&m, bench_cpuid, 100, 0, 0) - empty);
	report("rdmsr", median(&m, bench_rdmsr, 100, 0x1a0, 0) - empty);
	report("io-kernel", median(&m, bench_in, 100, 0x21, 0) - empty);
	report("io-user", median(&m, bench_out, 100, 0x80, 0) - empty);
	report("ept-fault", median(&m, bench_touch, 100, FRESH, 100 * 4096) - empty);
	machine_close(&m);
	report("vm-create", create_measure(argv[1]));
	return 0;
}
