// SPDX-License-Identifier: GPL-2.0-only
/* What the ioctls say and keep, without running a guest. */
#include "kvm_abi.h"

#include <fcntl.h>
#include <linux/hull.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define MSR_STAR	0xc0000081
#define MSR_LSTAR	0xc0000082
#define MSR_PAT		0x277
#define MSR_NOWHERE	0x7ffffff0

#define CR0_PE	1ull
#define CR0_NW	(1ull << 29)
#define CR0_CD	(1ull << 30)
#define CR0_PG	(1ull << 31)
#define CR4_PAE	(1ull << 5)
#define EFER_LME	(1ull << 8)
#define EFER_LMA	(1ull << 10)

static int test_device(void)
{
	int dev = open(device, O_RDWR), size;

	CHECK(dev >= 0);
	CHECK(ioctl(dev, KVM_GET_API_VERSION, 0) == 12);
	CHECK_ERR(ioctl(dev, KVM_GET_API_VERSION, 1), EINVAL);
	size = ioctl(dev, KVM_GET_VCPU_MMAP_SIZE, 0);
	CHECK(size >= 2 * (int)PAGE && size % PAGE == 0);
	CHECK(ioctl(dev, KVM_CREATE_VM, 1ul << 40) == -1);
	CHECK(ioctl(dev, KVM_RUN, 0) == -1 && (errno == ENOTTY || errno == EINVAL));
	CHECK(ioctl(dev, 0x1234, 0) == -1);
	return PASS;
}

/* With the capability the call is known, without it the call is refused. */
static const struct {
	int cap;
	bool vcpu;
	unsigned long cmd;
} claims[] = {
	{ KVM_CAP_IRQCHIP, false, KVM_CREATE_IRQCHIP },
	{ KVM_CAP_USER_MEMORY, false, KVM_SET_USER_MEMORY_REGION },
	{ KVM_CAP_SET_TSS_ADDR, false, KVM_SET_TSS_ADDR },
	{ KVM_CAP_SET_IDENTITY_MAP_ADDR, false, KVM_SET_IDENTITY_MAP_ADDR },
	{ KVM_CAP_PIT2, false, KVM_CREATE_PIT2 },
	{ KVM_CAP_PIT_STATE2, false, KVM_GET_PIT2 },
	{ KVM_CAP_REINJECT_CONTROL, false, KVM_REINJECT_CONTROL },
	{ KVM_CAP_IRQ_ROUTING, false, KVM_SET_GSI_ROUTING },
	{ KVM_CAP_IRQFD, false, KVM_IRQFD },
	{ KVM_CAP_IOEVENTFD, false, KVM_IOEVENTFD },
	{ KVM_CAP_SIGNAL_MSI, false, KVM_SIGNAL_MSI },
	{ KVM_CAP_ADJUST_CLOCK, false, KVM_GET_CLOCK },
	{ KVM_CAP_DEVICE_CTRL, false, KVM_CREATE_DEVICE },
	{ KVM_CAP_ENABLE_CAP_VM, false, KVM_ENABLE_CAP },
	{ KVM_CAP_MP_STATE, true, KVM_GET_MP_STATE },
	{ KVM_CAP_VCPU_EVENTS, true, KVM_GET_VCPU_EVENTS },
	{ KVM_CAP_DEBUGREGS, true, KVM_GET_DEBUGREGS },
	{ KVM_CAP_XSAVE, true, KVM_GET_XSAVE },
	{ KVM_CAP_XCRS, true, KVM_GET_XCRS },
	{ KVM_CAP_GET_TSC_KHZ, true, KVM_GET_TSC_KHZ },
	{ KVM_CAP_SET_GUEST_DEBUG, true, KVM_SET_GUEST_DEBUG },
	{ KVM_CAP_KVMCLOCK_CTRL, true, KVM_KVMCLOCK_CTRL },
	{ KVM_CAP_NESTED_STATE, true, KVM_GET_NESTED_STATE },
	{ KVM_CAP_SREGS2, true, KVM_GET_SREGS2 },
	{ KVM_CAP_XSAVE2, true, KVM_GET_XSAVE2 },
	{ KVM_CAP_X86_SMM, true, KVM_SMI },
	{ KVM_CAP_USER_NMI, true, KVM_NMI },
};

static int test_capabilities(void)
{
	unsigned int i, known = 0;
	bool claimed, refused;
	struct vm vm;

	vm_open(&vm, 0);
	CHECK(ioctl(vm.dev, KVM_CHECK_EXTENSION, 100000) == 0);
	CHECK(ioctl(vm.dev, KVM_CHECK_EXTENSION, ~0ul) == 0);
	for (i = 0; i < 300; i++)
		known += ioctl(vm.dev, KVM_CHECK_EXTENSION, i) > 0;
	CHECK(known >= 30);
	for (i = 0; is_hull && i < sizeof(claims) / sizeof(claims[0]); i++) {
		claimed = ioctl(vm.vm, KVM_CHECK_EXTENSION, claims[i].cap) > 0;
		/* An address that faults: known calls say EFAULT at most. */
		errno = 0;
		ioctl(claims[i].vcpu ? vm.vcpu : vm.vm, claims[i].cmd, 8ul);
		refused = errno == ENOTTY || (!claimed && errno == EINVAL);
		if (claimed == refused)
			printf("# capability %d: claimed %d, the call says %s\n", claims[i].cap,
			       claimed, strerror(errno));
		CHECK(claimed != refused);
	}
	return PASS;
}

static int test_cpuid_supported(void)
{
	struct kvm_cpuid2 *cpuid, one = { .nent = 0 };
	struct kvm_cpuid_entry2 *e;
	unsigned int found = 0;
	struct vm vm;
	uint32_t i;

	vm_open(&vm, 0);
	CHECK_ERR(ioctl(vm.dev, KVM_GET_SUPPORTED_CPUID, &one), E2BIG);
	cpuid = cpuid_supported(vm.dev);
	CHECK(cpuid->nent > 10 && cpuid->nent < 256);
	for (i = 0; i < cpuid->nent; i++) {
		e = &cpuid->entries[i];
		if (e->function == 0x40000000) {
			CHECK(!memcmp(&e->ebx, "KVMKVMKVM\0\0\0", 12));
			found |= 1;
		} else if (e->function == 1) {
			CHECK(!is_hull || !(e->ecx & 1 << 5));	/* no VMX inside */
			found |= 2;
		} else if (e->function == 0x40000100) {
			CHECK(!memcmp(&e->ebx, "HullHullHull", 12));
			found |= 4;
		}
	}
	CHECK(found == (is_hull ? 7 : 3));

	CHECK(!ioctl(vm.vcpu, KVM_SET_CPUID2, cpuid));
	CHECK_ERR(ioctl(vm.vcpu, KVM_GET_CPUID2, &one), E2BIG);
	i = cpuid->nent;
	cpuid->nent = 256;
	CHECK(!ioctl(vm.vcpu, KVM_GET_CPUID2, cpuid));
	CHECK(!is_hull || cpuid->nent == i);	/* KVM 6.1 leaves it */
	cpuid->nent = 100000;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_CPUID2, cpuid), E2BIG);
	return PASS;
}

static int test_msrs(void)
{
	struct kvm_msr_list *list, none = { .nmsrs = 0 };
	struct kvm_msrs many = { .nmsrs = 100000 };
	uint64_t val, again;
	struct vm vm;
	uint32_t i;

	vm_open(&vm, CHIP | CPUID);
	CHECK_ERR(ioctl(vm.dev, KVM_GET_MSR_INDEX_LIST, &none), E2BIG);
	CHECK(none.nmsrs > 20);
	list = calloc(1, sizeof(*list) + none.nmsrs * sizeof(list->indices[0]));
	list->nmsrs = none.nmsrs;
	CHECK(!ioctl(vm.dev, KVM_GET_MSR_INDEX_LIST, list) && list->nmsrs == none.nmsrs);
	for (i = 0; is_hull && i < list->nmsrs; i++) {
		bool ok = msr_get(vm.vcpu, list->indices[i], &val) == 1 &&
			  msr_set(vm.vcpu, list->indices[i], val) == 1 &&
			  msr_get(vm.vcpu, list->indices[i], &again) == 1;

		if (!ok)
			printf("# MSR %#x is listed\n", list->indices[i]);
		CHECK(ok);
	}
	CHECK(msr_set(vm.vcpu, MSR_STAR, 0x23001000000000) == 1);
	CHECK(msr_get(vm.vcpu, MSR_STAR, &val) == 1 && val == 0x23001000000000);
	CHECK(msr_set(vm.vcpu, MSR_LSTAR, 0xffffffff81000000) == 1);
	CHECK(msr_get(vm.vcpu, MSR_LSTAR, &val) == 1 && val == 0xffffffff81000000);
	CHECK(msr_set(vm.vcpu, MSR_LSTAR, 1ull << 60) == 0);
	CHECK(msr_set(vm.vcpu, MSR_PAT, 2) != 1);	/* a type that isn't */
	CHECK(msr_get(vm.vcpu, MSR_NOWHERE, &val) == 0);
	CHECK(msr_set(vm.vcpu, MSR_NOWHERE, 0) == 0);
	CHECK_ERR(ioctl(vm.vcpu, KVM_GET_MSRS, &many), E2BIG);
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_MSRS, &many), E2BIG);
	return PASS;
}

static int region(struct vm *vm, uint32_t slot, uint32_t flags, uint64_t gpa, uint64_t size,
		  const void *hva)
{
	struct kvm_userspace_memory_region r = {
		.slot = slot, .flags = flags, .guest_phys_addr = gpa, .memory_size = size,
		.userspace_addr = (uintptr_t)hva,
	};

	return ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &r);
}

static int test_memory(void)
{
	int i, slots;
	uint8_t *m;
	struct vm vm;

	vm_open(&vm, 0);
	m = vm.memory;
	CHECK_ERR(region(&vm, 2, 0, NOWHERE + 1, PAGE, m), EINVAL);
	CHECK_ERR(region(&vm, 2, 0, NOWHERE, PAGE + 1, m), EINVAL);
	CHECK_ERR(region(&vm, 2, 0, NOWHERE, PAGE, m + 1), EINVAL);
	CHECK_ERR(region(&vm, 2, 1u << 31, NOWHERE, PAGE, m), EINVAL);
	CHECK_ERR(region(&vm, 65535, 0, NOWHERE, PAGE, m), EINVAL);
	CHECK_ERR(region(&vm, 2, 0, -2 * PAGE, 4 * PAGE, m), EINVAL);
	CHECK_ERR(region(&vm, 2, 0, NOWHERE, PAGE, (void *)-PAGE), EINVAL);
	CHECK_ERR(region(&vm, 2, 0, 0, PAGE, m), EEXIST);
	CHECK_ERR(region(&vm, 2, 0, NOWHERE - PAGE, 2 * PAGE, m), EEXIST);
	CHECK_ERR(region(&vm, 0, 0, 0, NOWHERE - PAGE, m), EINVAL);
	CHECK_ERR(region(&vm, 2, 0, NOWHERE, 0, m), EINVAL);
	CHECK(!region(&vm, 2, 0, NOWHERE, PAGE, m));
	CHECK_ERR(region(&vm, 2, 0, NOWHERE, PAGE, m + PAGE), EINVAL);
	CHECK_ERR(region(&vm, 2, KVM_MEM_READONLY, NOWHERE, PAGE, m), EINVAL);
	CHECK(!region(&vm, 2, KVM_MEM_LOG_DIRTY_PAGES, NOWHERE, PAGE, m));
	CHECK(!region(&vm, 2, 0, NOWHERE + PAGE, PAGE, m));
	CHECK(!region(&vm, 3, 0, NOWHERE, PAGE, m));
	CHECK(!region(&vm, 2, 0, 0, 0, NULL));
	CHECK(!region(&vm, 2, 0, 1ull << 40, PAGE, m) || errno == EINVAL);

	slots = ioctl(vm.dev, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);
	CHECK(slots >= 32);
	for (i = 4; i < slots && i < 1024; i++)
		CHECK(!region(&vm, i, 0, (16ull << 20) + 2 * i * PAGE, PAGE, m));
	CHECK_ERR(region(&vm, slots, 0, 8ull << 20, PAGE, m), EINVAL);
	return PASS;
}

static int test_vcpu_create(void)
{
	int max, i;
	struct vm vm;

	vm_open(&vm, CHIP);
	max = ioctl(vm.vm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID);
	CHECK(max >= 1);
	CHECK_ERR(ioctl(vm.vm, KVM_CREATE_VCPU, 0), EEXIST);
	CHECK_ERR(ioctl(vm.vm, KVM_CREATE_VCPU, max), EINVAL);
	CHECK_ERR(ioctl(vm.vm, KVM_CREATE_VCPU, -1ul), EINVAL);
	for (i = 1; i < 8; i++)
		CHECK(ioctl(vm.vm, KVM_CREATE_VCPU, i) >= 0);
	if (is_hull) {
		CHECK(mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, vm.vcpu, 0) == MAP_FAILED);
		CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, vm.vcpu, 2 * PAGE) == MAP_FAILED);
	}
	CHECK(fcntl(vm.vcpu, F_GETFD) & FD_CLOEXEC);
	CHECK(fcntl(vm.vm, F_GETFD) & FD_CLOEXEC);
	return PASS;
}

/* The guest's memory is its creator's: a child's is another. */
static int test_other_process(void)
{
	struct kvm_regs regs;
	struct vm vm;
	int status;
	pid_t pid;

	vm_open(&vm, 0);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		bool refused = ioctl(vm.vcpu, KVM_GET_REGS, &regs) == -1 && errno == EIO &&
			       ioctl(vm.vcpu, KVM_RUN, 0) == -1 && errno == EIO &&
			       ioctl(vm.vm, KVM_CREATE_VCPU, 1) == -1 && errno == EIO;

		_exit(refused ? PASS : FAIL);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status));
	CHECK(!ioctl(vm.vcpu, KVM_GET_REGS, &regs));
	return PASS;
}

static int test_regs(void)
{
	struct kvm_regs regs, again;
	uint64_t *reg = (uint64_t *)&regs;
	struct vm vm;
	int i;

	vm_open(&vm, CPUID);
	CHECK(!ioctl(vm.vcpu, KVM_GET_REGS, &regs));
	CHECK(regs.rip == 0xfff0 && regs.rflags == 2);
	for (i = 0; i < 17; i++)
		reg[i] = 0x1111111111111111 * (i % 7) + i;
	regs.rflags = 0x246;
	CHECK(!ioctl(vm.vcpu, KVM_SET_REGS, &regs));
	CHECK(!ioctl(vm.vcpu, KVM_GET_REGS, &again));
	CHECK(!memcmp(&regs, &again, sizeof(regs)));
	CHECK_ERR(ioctl(vm.vcpu, KVM_GET_REGS, NULL), EFAULT);
	return PASS;
}

/* One change each to a state that is sound. */
static const struct {
	const char *what;
	bool hull_only;
	uint64_t cr0_set, cr0_clear, cr4_set, efer_set;
	bool cs_l;
} bad_sregs[] = {
	{ "PG without PE", false, CR0_PG, CR0_PE, 0, 0, false },
	{ "NW without CD", false, CR0_NW, CR0_CD, 0, 0, false },
	{ "high half of CR0", false, 1ull << 40, 0, 0, 0, false },
	{ "unknown CR4 bit", false, 0, 0, 1ull << 40, 0, false },
	{ "long mode without PAE", false, CR0_PG | CR0_PE, 0, 0, EFER_LME | EFER_LMA, false },
	{ "LME, PG and no LMA", false, CR0_PG | CR0_PE, 0, CR4_PAE, EFER_LME, false },
	{ "LMA alone", false, 0, 0, 0, EFER_LMA, false },
	{ "CS.L outside long mode", false, 0, 0, 0, 0, true },
	{ "VMX inside", true, 0, 0, 1ull << 13, 0, false },
	{ "unknown EFER bit", true, 0, 0, 0, 1ull << 40, false },
};

static int test_sregs(void)
{
	struct kvm_sregs sregs, bad, again;
	unsigned int i;
	struct vm vm;

	vm_open(&vm, CPUID);
	CHECK(!ioctl(vm.vcpu, KVM_GET_SREGS, &sregs));
	CHECK(sregs.cs.base == 0xffff0000 && sregs.cs.selector == 0xf000);
	for (i = 0; i < sizeof(bad_sregs) / sizeof(bad_sregs[0]); i++) {
		if (bad_sregs[i].hull_only && !is_hull)
			continue;
		bad = sregs;
		bad.cr0 = (bad.cr0 | bad_sregs[i].cr0_set) & ~bad_sregs[i].cr0_clear;
		bad.cr4 |= bad_sregs[i].cr4_set;
		bad.efer |= bad_sregs[i].efer_set;
		bad.cs.l = bad_sregs[i].cs_l;
		errno = 0;
		if (ioctl(vm.vcpu, KVM_SET_SREGS, &bad) != -1 || errno != EINVAL)
			printf("# %s: taken\n", bad_sregs[i].what);
		CHECK(errno == EINVAL);
		CHECK(!ioctl(vm.vcpu, KVM_GET_SREGS, &again));
		CHECK(!memcmp(&sregs, &again, sizeof(sregs)));
	}
	bad = sregs;
	bad.gdt.base = 1ull << 60;
	if (is_hull)
		CHECK_ERR(ioctl(vm.vcpu, KVM_SET_SREGS, &bad), EINVAL);

	sregs.cr0 |= CR0_PE | CR0_PG;
	sregs.cr4 |= CR4_PAE;
	sregs.cr3 = 0x5000;
	sregs.cr2 = 0x123456789000;
	sregs.efer |= EFER_LME | EFER_LMA;
	sregs.cr8 = 5;
	sregs.fs.base = 0xffff800000000000;
	sregs.gdt.base = 0xffffffff80001000;
	sregs.gdt.limit = 0x7f;
	sregs.interrupt_bitmap[1] = 1ull << 3;
	CHECK(!ioctl(vm.vcpu, KVM_SET_SREGS, &sregs));
	CHECK(!ioctl(vm.vcpu, KVM_GET_SREGS, &again));
	CHECK(again.cr0 == sregs.cr0 && again.cr4 == sregs.cr4 && again.efer == sregs.efer);
	CHECK(again.cr3 == 0x5000 && again.cr2 == sregs.cr2 && again.cr8 == 5);
	CHECK(again.fs.base == sregs.fs.base && again.gdt.base == sregs.gdt.base);
	CHECK(again.gdt.limit == 0x7f && again.interrupt_bitmap[1] == 1ull << 3);
	return PASS;
}

static int test_fpu(void)
{
	struct kvm_xcrs xcrs = { .nr_xcrs = 1 };
	struct kvm_xsave xsave, again;
	struct kvm_fpu fpu, fpu_again;
	struct vm vm;

	vm_open(&vm, CPUID);
	CHECK(!ioctl(vm.vcpu, KVM_GET_FPU, &fpu));
	memset(fpu.xmm[3], 0xa5, sizeof(fpu.xmm[3]));
	fpu.fcw = 0x27f;
	CHECK(!ioctl(vm.vcpu, KVM_SET_FPU, &fpu));
	CHECK(!ioctl(vm.vcpu, KVM_GET_FPU, &fpu_again));
	CHECK(fpu_again.fcw == 0x27f && !memcmp(fpu.xmm, fpu_again.xmm, sizeof(fpu.xmm)));
	if (ioctl(vm.dev, KVM_CHECK_EXTENSION, KVM_CAP_XCRS) <= 0)
		return PASS;

	CHECK(!ioctl(vm.vcpu, KVM_GET_XSAVE, &xsave));
	/* The two share their state; KVM's KVM_SET_FPU does not say so to XRSTOR. */
	CHECK(!is_hull || xsave.region[160 / 4 + 3 * 4] == 0xa5a5a5a5);
	xsave.region[160 / 4] = 0x12345678;
	xsave.region[512 / 4] |= 3;
	CHECK(!ioctl(vm.vcpu, KVM_SET_XSAVE, &xsave));
	CHECK(!ioctl(vm.vcpu, KVM_GET_XSAVE, &again));
	CHECK(again.region[160 / 4] == 0x12345678);
	xsave.region[512 / 4 + 1] = 1u << 30;		/* a component that isn't */
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_XSAVE, &xsave), EINVAL);

	CHECK(!ioctl(vm.vcpu, KVM_GET_XCRS, &xcrs) && xcrs.nr_xcrs == 1);
	CHECK(xcrs.xcrs[0].xcr == 0 && xcrs.xcrs[0].value == 1);
	xcrs.xcrs[0].value = 3;
	CHECK(!ioctl(vm.vcpu, KVM_SET_XCRS, &xcrs));
	xcrs.xcrs[0].value = 0;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_XCRS, &xcrs), EINVAL);
	xcrs.xcrs[0].value = 5;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_XCRS, &xcrs), EINVAL);
	xcrs.xcrs[0].value = 1ull << 40 | 1;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_XCRS, &xcrs), EINVAL);
	CHECK(!ioctl(vm.vcpu, KVM_GET_XCRS, &xcrs) && xcrs.xcrs[0].value == 3);
	return PASS;
}

static int test_events(void)
{
	struct kvm_vcpu_events events, again;
	struct kvm_mp_state state;
	struct vm vm;
	int ap;

	vm_open(&vm, CHIP | CPUID);
	CHECK(!ioctl(vm.vcpu, KVM_GET_VCPU_EVENTS, &events));
	CHECK(!events.exception.injected && !events.nmi.pending && !events.interrupt.injected);
	CHECK(!ioctl(vm.vcpu, KVM_NMI));
	CHECK(!ioctl(vm.vcpu, KVM_GET_VCPU_EVENTS, &events) && events.nmi.pending);
	events.nmi.pending = 0;
	events.exception.injected = 1;
	events.exception.nr = 13;
	events.exception.has_error_code = 1;
	events.exception.error_code = 0x18;
	CHECK(!ioctl(vm.vcpu, KVM_SET_VCPU_EVENTS, &events));
	CHECK(!ioctl(vm.vcpu, KVM_GET_VCPU_EVENTS, &again));
	CHECK(again.exception.injected && again.exception.nr == 13 && !again.nmi.pending);
	CHECK(again.exception.error_code == 0x18);
	events.exception.nr = 32;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_VCPU_EVENTS, &events), EINVAL);
	events.exception.nr = 2;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_VCPU_EVENTS, &events), EINVAL);
	events.exception.injected = 0;
	events.flags |= 1u << 31;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_VCPU_EVENTS, &events), EINVAL);

	CHECK(!ioctl(vm.vcpu, KVM_GET_MP_STATE, &state));
	CHECK(state.mp_state == KVM_MP_STATE_RUNNABLE);
	state.mp_state = KVM_MP_STATE_HALTED;
	CHECK(!ioctl(vm.vcpu, KVM_SET_MP_STATE, &state));
	CHECK(!ioctl(vm.vcpu, KVM_GET_MP_STATE, &state));
	CHECK(state.mp_state == KVM_MP_STATE_HALTED);
	state.mp_state = 77;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_MP_STATE, &state), EINVAL);
	ap = ioctl(vm.vm, KVM_CREATE_VCPU, 1);
	CHECK(ap >= 0 && !ioctl(ap, KVM_GET_MP_STATE, &state));
	CHECK(state.mp_state == KVM_MP_STATE_UNINITIALIZED);
	return PASS;
}

static int test_debugregs(void)
{
	struct kvm_debugregs regs, again;
	struct vm vm;

	vm_open(&vm, CPUID);
	CHECK(!ioctl(vm.vcpu, KVM_GET_DEBUGREGS, &regs));
	CHECK(regs.dr6 == 0xffff0ff0 && regs.dr7 == 0x400 && !regs.flags);
	regs.db[0] = 0xffffffff81000000;
	regs.db[3] = 0x1000;
	regs.dr7 = 0x401;
	CHECK(!ioctl(vm.vcpu, KVM_SET_DEBUGREGS, &regs));
	CHECK(!ioctl(vm.vcpu, KVM_GET_DEBUGREGS, &again));
	CHECK(!memcmp(&regs, &again, sizeof(regs)));
	regs.flags = 1;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_DEBUGREGS, &regs), EINVAL);
	regs.flags = 0;
	regs.dr7 |= 1ull << 32;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_DEBUGREGS, &regs), EINVAL);
	return PASS;
}

static int test_clock(void)
{
	struct kvm_clock_data clock = { 0 }, again;
	struct vm vm;
	int khz;

	vm_open(&vm, CPUID);
	CHECK(!ioctl(vm.vm, KVM_GET_CLOCK, &clock) && clock.clock < 60ull * 1000000000);
	clock.clock = 1000ull * 1000000000;
	clock.flags = 0;
	CHECK(!ioctl(vm.vm, KVM_SET_CLOCK, &clock));
	CHECK(!ioctl(vm.vm, KVM_GET_CLOCK, &again));
	CHECK(again.clock >= clock.clock && again.clock < clock.clock + 20ull * 1000000000);
	clock.flags = 1u << 31;
	CHECK_ERR(ioctl(vm.vm, KVM_SET_CLOCK, &clock), EINVAL);

	khz = ioctl(vm.vcpu, KVM_GET_TSC_KHZ, 0);
	CHECK(khz > 1000);
	CHECK(!ioctl(vm.vcpu, KVM_SET_TSC_KHZ, khz));
	if (is_hull)
		CHECK_ERR(ioctl(vm.vcpu, KVM_SET_TSC_KHZ, khz * 2), EINVAL);
	return PASS;
}

static int test_translate(void)
{
	struct kvm_translation tr = { .linear_address = 0x1234 };
	struct kvm_sregs sregs;
	uint64_t *table;
	struct vm vm;

	vm_open(&vm, CPUID);
	CHECK(!ioctl(vm.vcpu, KVM_TRANSLATE, &tr) && tr.valid && tr.physical_address == 0x1234);
	table = (uint64_t *)(vm.memory + 0x5000);
	table[0] = 0x6003;
	table[512] = 0x7003;
	table[1024] = 0x200083;
	CHECK(!ioctl(vm.vcpu, KVM_GET_SREGS, &sregs));
	sregs.cr0 |= CR0_PE | CR0_PG;
	sregs.cr3 = 0x5000;
	sregs.cr4 |= CR4_PAE;
	sregs.efer |= EFER_LME | EFER_LMA;
	CHECK(!ioctl(vm.vcpu, KVM_SET_SREGS, &sregs));
	CHECK(!ioctl(vm.vcpu, KVM_TRANSLATE, &tr) && tr.valid && tr.physical_address == 0x201234);
	tr.linear_address = 0x40000000;
	CHECK(!ioctl(vm.vcpu, KVM_TRANSLATE, &tr) && !tr.valid);
	return PASS;
}

static int test_hull(void)
{
	struct hull_vm_attach attach = { .size = sizeof(attach), .id = 0x7fffffff };
	struct hull_vm_stop stop = { .size = sizeof(stop), .reason = HULL_STOP_VMM_ERROR };
	struct { struct hull_vm_stop stop; uint64_t more; } large = { .stop = stop };
	struct vm vm;

	if (!is_hull)
		return SKIP;
	vm_open(&vm, 0);
	CHECK_ERR(ioctl(vm.dev, HULL_VM_ATTACH, &attach), ENOENT);
	attach.flags = 1;
	CHECK_ERR(ioctl(vm.dev, HULL_VM_ATTACH, &attach), EINVAL);
	attach.flags = 0;
	attach.reserved[1] = 1;
	CHECK_ERR(ioctl(vm.dev, HULL_VM_ATTACH, &attach), EINVAL);
	attach.reserved[1] = 0;
	attach.size = 2;
	CHECK_ERR(ioctl(vm.dev, HULL_VM_ATTACH, &attach), EINVAL);
	attach.size = 1 << 20;
	CHECK_ERR(ioctl(vm.dev, HULL_VM_ATTACH, &attach), EINVAL);
	CHECK_ERR(ioctl(vm.dev, HULL_VM_ATTACH, NULL), EFAULT);

	stop.reason = 1000;
	CHECK_ERR(ioctl(vm.vm, HULL_VM_STOP, &stop), EINVAL);
	stop.reason = HULL_STOP_NONE;
	CHECK_ERR(ioctl(vm.vm, HULL_VM_STOP, &stop), EINVAL);
	stop.reason = HULL_STOP_POWEROFF;
	memset(stop.text, 'x', sizeof(stop.text));
	CHECK_ERR(ioctl(vm.vm, HULL_VM_STOP, &stop), EINVAL);
	/* What a later, larger structure says is refused unless it is zero. */
	large.stop.size = sizeof(large);
	large.more = 1;
	CHECK_ERR(ioctl(vm.vm, HULL_VM_STOP, &large), E2BIG);
	large.more = 0;
	CHECK(!ioctl(vm.vm, HULL_VM_STOP, &large));
	return PASS;
}

const struct test state_tests[] = {
	{ "device", test_device },
	{ "capabilities", test_capabilities },
	{ "supported CPUID", test_cpuid_supported },
	{ "MSRs", test_msrs },
	{ "memory regions", test_memory },
	{ "creation of vCPUs", test_vcpu_create },
	{ "another process", test_other_process },
	{ "registers", test_regs },
	{ "system registers", test_sregs },
	{ "FPU, XSAVE, XCR0", test_fpu },
	{ "events and MP state", test_events },
	{ "debug registers", test_debugregs },
	{ "clock and TSC", test_clock },
	{ "translation", test_translate },
	{ "Hull's own ioctls", test_hull },
	{ NULL, NULL },
};
