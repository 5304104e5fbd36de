/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of kvm_abi share: small VMs, and tests as rows. */
#ifndef HULL_SELFTESTS_KVM_ABI_H
#define HULL_SELFTESTS_KVM_ABI_H

#include <errno.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PAGE		4096UL
#define MEMORY		(2UL << 20)
#define CODE		0x1000UL
#define STACK		0x8000UL
#define DATA		0x10000UL	/* DS base of the guests below */
#define NOWHERE		0xd0000UL	/* no memory there */

enum { PASS, FAIL = 1, SKIP = 4 };

/* A test runs in a process of its own, so that it may leave everything open. */
struct test {
	const char *name;
	int (*fn)(void);
};

extern const struct test state_tests[], irq_tests[], run_tests[];

extern const char *device;
extern bool is_hull;

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		printf("# %s:%d: %s (errno %d: %s)\n", __FILE__, __LINE__, #cond,	\
		       errno, strerror(errno));					\
		return FAIL;							\
	}									\
} while (0)

/* The call fails, and with this. */
#define CHECK_ERR(call, error) do {						\
	errno = 0;								\
	CHECK((call) == -1 && errno == (error));				\
} while (0)

enum { CHIP = 1, CPUID = 2, HLT_INSIDE = 4 };

/* 2 MiB of memory at 0, less what is missing at NOWHERE; one vCPU, number 0. */
struct vm {
	int dev, vm, vcpu;
	struct kvm_run *run;
	size_t run_size;
	uint8_t *memory;
};

/*
 * Dies when it can't. CHIP: with interrupt controllers; CPUID: all that is supported;
 * HLT_INSIDE: HLT does not exit.
 */
void vm_open(struct vm *vm, int flags);
/* Real mode at CODE, DS at DATA, everything else at 0. */
void vm_load(struct vm *vm, const void *code, const void *end);
/* KVM_RUN: exit reason, or -errno. */
int vm_run(struct vm *vm);
/* KVM_RUN, and it comes out by OUT to @port: the value, or -1 with a line that says what it was. */
long vm_run_out(struct vm *vm, uint16_t port);

struct kvm_cpuid2 *cpuid_supported(int dev);
int msr_get(int vcpu, uint32_t index, uint64_t *val);
int msr_set(int vcpu, uint32_t index, uint64_t val);

/* 16-bit guest code between two labels. */
#define GUEST(name, ...)						\
	extern const char name[], name##_end[];				\
	asm(".pushsection .rodata\n.code16\n" #name ":\n"		\
	    __VA_ARGS__ "\n" #name "_end:\n.code64\n.popsection")

#endif
