// SPDX-License-Identifier: GPL-2.0-only
/* Calls from user mode, where the VM allows them: the caller's rights, not the host's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "calls_basic.h"

#define KERNELS		0x600000UL	/* a page of the guest's kernel alone */
#define RFLAGS_IOPL	0x3002

/* User mode, and its rights to all but one large page. */
static void user_mode(struct machine *m)
{
	uint64_t *pml4 = (uint64_t *)(m->memory + MACHINE_TABLES), *pd = pml4 + 1024;
	struct kvm_sregs sregs;
	unsigned int i;

	pml4[0] |= 4;
	pml4[512] |= 4;
	for (i = 0; i < 512; i++)
		pd[i] |= 4;
	pd[KERNELS >> 21] &= ~4ULL;
	ioctl(m->vcpu, KVM_GET_SREGS, &sregs);
	sregs.cs.selector = 0x1b;
	sregs.cs.dpl = 3;
	sregs.ss.selector = 0x23;
	sregs.ss.dpl = 3;
	ioctl(m->vcpu, KVM_SET_SREGS, &sregs);
}

static long user_call(struct machine *m, uint32_t number, uint64_t a, uint64_t b)
{
	struct kvm_regs regs = { .rax = number, .rbx = a, .rcx = b };

	puppet_set(m, puppet_call, &regs);
	regs.rflags = RFLAGS_IOPL;
	ioctl(m->vcpu, KVM_SET_REGS, &regs);
	if (machine_run(m, PUPPET_SECONDS) != KVM_EXIT_IO)
		return -EIO;
	ioctl(m->vcpu, KVM_GET_REGS, &regs);
	return regs.rax;
}

static long user_multicall(struct machine *m, uint64_t address, long n)
{
	long done = 0, ret = 1;

	while (done < n && ret >= 0) {
		ret = user_call(m, HULL_HYPERCALL_MULTICALL,
				address + done * sizeof(struct hull_multicall_entry), n - done);
		done += ret > 0 ? ret : 0;
	}
	return done ? done : ret;
}

static void allowed_run(struct machine *m)
{
	struct hull_multicall_entry *entry = (void *)(m->memory + BASIC_AREA);
	struct hull_multicall_entry *kernels = (void *)(m->memory + KERNELS);
	long ret;
	int i;

	basic_ok(user_call(m, HULL_HYPERCALL_VERSION, 0, 0) == HULL_HYPERCALL_ABI,
	       "user mode calls where it may");
	basic_ok(!user_call(m, HULL_HYPERCALL_TIME_PAIR, BASIC_AREA, 0) &&
	       user_call(m, HULL_HYPERCALL_TIME_PAIR, KERNELS, 0) == -EFAULT,
	       "a time pair goes where it may write");
	basic_ok(user_call(m, HULL_HYPERCALL_MEM_GIVE, 0, 4096) == -EPERM &&
	       user_call(m, HULL_HYPERCALL_GROUP_REPORT, BASIC_AREA, 0) == -EPERM,
	       "what is the kernel's alone stays so");
	kernels->number = HULL_HYPERCALL_VERSION;
	kernels->result = 77;
	basic_ok(user_call(m, HULL_HYPERCALL_MULTICALL, KERNELS, 1) == -EFAULT &&
	       kernels->result == 77, "a multicall of entries of the kernel's");
	for (i = 0; i < 2; i++) {
		memset(entry, 0, 3 * sizeof(*entry));
		entry[0].number = HULL_HYPERCALL_VERSION;
		entry[1].number = HULL_HYPERCALL_TIME_PAIR;
		entry[1].arg[0] = KERNELS;
		entry[2].number = HULL_HYPERCALL_MEM_GIVE;
		ret = user_multicall(m, BASIC_AREA, 3);
		basic_ok(ret == 3 && entry[0].result == HULL_HYPERCALL_ABI &&
		       entry[1].result == -EFAULT && entry[2].result == -EPERM,
		       "its entries have the caller's rights: %ld done, %lld %lld %lld", ret,
		       entry[0].result, entry[1].result, entry[2].result);
	}
}

void basic_user_run(void)
{
	struct machine m;
	uint32_t id;

	if (!puppet_open(&m, basic_device, 0))
		return;
	user_mode(&m);
	basic_ok(user_call(&m, HULL_HYPERCALL_VERSION, 0, 0) == -EPERM &&
	       user_call(&m, HULL_HYPERCALL_MULTICALL, BASIC_AREA, 1) == -EPERM,
	       "user mode may not call");
	machine_close(&m);

	id = puppet_record("calls-user", NULL);
	if (system("vmctl vm set calls-user --hypercall-cpl3"))
		id = 0;
	if (!basic_ok(id && puppet_open(&m, basic_device, id), "a VM whose user mode may"))
		return;
	user_mode(&m);
	allowed_run(&m);
	machine_close(&m);
	puppet_record_delete("calls-user");
}
