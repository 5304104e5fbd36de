// SPDX-License-Identifier: GPL-2.0-only
/* Guests of a few instructions, one for each way out. */
#include "kvm_abi.h"

#include <linux/kvm_para.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#define PORT	0x510

static void nothing(int sig)
{
	(void)sig;
}

/* SIGALRM in @us, and then each 20 ms: the first may come before KVM_RUN. */
static void alarm_us(unsigned int us)
{
	struct itimerval timer = {
		.it_value = { .tv_usec = us }, .it_interval = { .tv_usec = 20000 },
	};
	struct sigaction action = { .sa_handler = nothing };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void alarm_off(void)
{
	struct itimerval timer = { 0 };

	setitimer(ITIMER_REAL, &timer, NULL);
}

GUEST(guest_io,
	"movw $0x510, %dx; movb $0x42, %al; outb %al, %dx\n"
	"movl $0x12345678, %eax; outl %eax, %dx\n"
	"inw %dx, %ax; outw %ax, %dx\n"
	"hlt");

static int test_io(void)
{
	uint8_t *data;
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_io, guest_io_end);
	CHECK(vm_run_out(&vm, PORT) == 0x42 && vm.run->io.size == 1 && vm.run->io.count == 1);
	CHECK(vm_run_out(&vm, PORT) == 0x12345678 && vm.run->io.size == 4);
	CHECK(vm_run(&vm) == KVM_EXIT_IO);
	CHECK(vm.run->io.direction == KVM_EXIT_IO_IN && vm.run->io.port == PORT);
	CHECK(vm.run->io.size == 2 && vm.run->io.data_offset < vm.run_size);
	data = (uint8_t *)vm.run + vm.run->io.data_offset;
	data[0] = 0xcd;
	data[1] = 0xab;
	CHECK(vm_run_out(&vm, PORT) == 0xabcd);
	CHECK(vm_run(&vm) == KVM_EXIT_HLT);
	return PASS;
}

GUEST(guest_string,
	"movw $0x510, %dx; movw $0, %si; movw $8, %cx; cld; rep outsb\n"
	"pushw %ds; popw %es\n"
	"movw $0x100, %di; movw $4, %cx; rep insw\n"
	"movw %cx, %ax; outw %ax, %dx; hlt");

/* Count and chunks are the engine's choice; the bytes are not. */
static int test_string_io(void)
{
	char got[8];
	unsigned int n = 0, i, size;
	uint8_t *data;
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_string, guest_string_end);
	memcpy(vm.memory + DATA, "hullhull", 8);
	while (n < sizeof(got)) {
		CHECK(vm_run(&vm) == KVM_EXIT_IO && vm.run->io.direction == KVM_EXIT_IO_OUT);
		size = vm.run->io.size * vm.run->io.count;
		CHECK(vm.run->io.size == 1 && n + size <= sizeof(got));
		memcpy(got + n, (uint8_t *)vm.run + vm.run->io.data_offset, size);
		n += size;
	}
	CHECK(!memcmp(got, "hullhull", sizeof(got)));
	for (n = 0; n < 4; n += vm.run->io.count) {
		CHECK(vm_run(&vm) == KVM_EXIT_IO && vm.run->io.direction == KVM_EXIT_IO_IN);
		CHECK(vm.run->io.size == 2 && n + vm.run->io.count <= 4);
		data = (uint8_t *)vm.run + vm.run->io.data_offset;
		for (i = 0; i < 2 * vm.run->io.count; i++)
			data[i] = 0x10 + 2 * n + i;
	}
	CHECK(vm_run_out(&vm, PORT) == 0);
	for (i = 0; i < 8; i++)
		CHECK(vm.memory[DATA + 0x100 + i] == 0x10 + i);
	return PASS;
}

GUEST(guest_mmio,
	"movw $0xd000, %ax; movw %ax, %es\n"
	"movl $0x11223344, %es:0x10\n"
	"movb %es:0x23, %bl\n"
	"movw $0x510, %dx; movb %bl, %al; outb %al, %dx\n"
	"movw $0x2ff, %di; movw $0xbeef, %ax; stosw\n"
	"hlt");

static int test_mmio(void)
{
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_mmio, guest_mmio_end);
	CHECK(vm_run(&vm) == KVM_EXIT_MMIO);
	CHECK(vm.run->mmio.is_write && vm.run->mmio.phys_addr == NOWHERE + 0x10);
	CHECK(vm.run->mmio.len == 4 && !memcmp(vm.run->mmio.data, "\x44\x33\x22\x11", 4));
	CHECK(vm_run(&vm) == KVM_EXIT_MMIO);
	CHECK(!vm.run->mmio.is_write && vm.run->mmio.phys_addr == NOWHERE + 0x23);
	CHECK(vm.run->mmio.len == 1);
	vm.run->mmio.data[0] = 0x77;
	CHECK(vm_run_out(&vm, PORT) == 0x77);
	CHECK(vm_run(&vm) == KVM_EXIT_MMIO);
	CHECK(vm.run->mmio.is_write && vm.run->mmio.phys_addr == NOWHERE + 0x2ff);
	CHECK(vm.run->mmio.len == 2 && !memcmp(vm.run->mmio.data, "\xef\xbe", 2));
	CHECK(vm_run(&vm) == KVM_EXIT_HLT);
	return PASS;
}

/* A number that nobody has. */
GUEST(guest_vmcall,
	"movl $0x7777, %eax; xorl %ebx, %ebx; xorl %ecx, %ecx; xorl %edx, %edx\n"
	"vmcall; movw $0x510, %dx; outl %eax, %dx; hlt");

static int test_vmcall(void)
{
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_vmcall, guest_vmcall_end);
	CHECK((int32_t)vm_run_out(&vm, PORT) == -KVM_ENOSYS);
	return PASS;
}

GUEST(guest_cpuid,
	"movl $0x40000000, %eax; cpuid; movw $0x510, %dx; movl %ebx, %eax; outl %eax, %dx; hlt");

static int test_cpuid(void)
{
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_cpuid, guest_cpuid_end);
	CHECK(vm_run_out(&vm, PORT) == 0x4b4d564b);	/* "KVMK" */
	return PASS;
}

GUEST(guest_spin, "cli\n1: jmp 1b");

static int test_immediate_exit(void)
{
	struct kvm_regs regs;
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_io, guest_io_end);
	vm.run->immediate_exit = 1;
	CHECK(vm_run(&vm) == -EINTR);
	CHECK(!ioctl(vm.vcpu, KVM_GET_REGS, &regs) && regs.rip == CODE);
	vm.run->immediate_exit = 0;
	CHECK(vm_run_out(&vm, PORT) == 0x42);
	/* What was left open is completed before. */
	vm.run->immediate_exit = 1;
	CHECK(vm_run(&vm) == -EINTR);
	CHECK(!ioctl(vm.vcpu, KVM_GET_REGS, &regs) && regs.rip == CODE + 6);
	CHECK_ERR(ioctl(vm.vcpu, KVM_RUN, 1), EINVAL);
	return PASS;
}

static int test_signal(void)
{
	struct kvm_regs regs;
	struct vm vm;
	int i;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_spin, guest_spin_end);
	for (i = 0; i < 10; i++) {
		alarm_us(5000);
		CHECK(vm_run(&vm) == -EINTR && vm.run->exit_reason == KVM_EXIT_INTR);
		alarm_off();
		CHECK(!ioctl(vm.vcpu, KVM_GET_REGS, &regs) && regs.rip == CODE + 1);
	}
	return PASS;
}

GUEST(guest_halt, "cli; hlt");

static int test_halt_inside(void)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X86_DISABLE_EXITS, .args = { KVM_X86_DISABLE_EXITS_HLT },
	};
	struct vm vm;
	int exits;

	vm_open(&vm, CPUID);
	exits = ioctl(vm.vm, KVM_CHECK_EXTENSION, KVM_CAP_X86_DISABLE_EXITS);
	if (!(exits & KVM_X86_DISABLE_EXITS_HLT))
		return SKIP;
	CHECK_ERR(ioctl(vm.vm, KVM_ENABLE_CAP, &cap), EINVAL);	/* a vCPU exists */
	vm_load(&vm, guest_halt, guest_halt_end);
	CHECK(vm_run(&vm) == KVM_EXIT_HLT);

	vm_open(&vm, CPUID | HLT_INSIDE);
	vm_load(&vm, guest_halt, guest_halt_end);
	alarm_us(20000);
	CHECK(vm_run(&vm) == -EINTR);
	CHECK(vm_run(&vm) == -EINTR);
	alarm_off();
	return PASS;
}

/* Blocked for the thread, but not while the guest runs; pending afterwards. */
static int test_signal_mask(void)
{
	struct {
		struct kvm_signal_mask mask;
		uint64_t set;
	} __attribute__((packed)) arg = { .mask = { .len = 8 } };
	sigset_t set, pending;
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_spin, guest_spin_end);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK(!ioctl(vm.vcpu, KVM_SET_SIGNAL_MASK, &arg));
	alarm_us(5000);
	CHECK(vm_run(&vm) == -EINTR);
	alarm_off();
	CHECK(!sigpending(&pending) && sigismember(&pending, SIGALRM) == 1);
	CHECK(!sigprocmask(SIG_SETMASK, NULL, &set) && sigismember(&set, SIGALRM) == 1);
	arg.mask.len = 4;
	CHECK_ERR(ioctl(vm.vcpu, KVM_SET_SIGNAL_MASK, &arg), EINVAL);
	CHECK(!ioctl(vm.vcpu, KVM_SET_SIGNAL_MASK, NULL));
	return PASS;
}

/* A byte in every second page of DS: 2, 4, ... 14, and, as SI wraps, 0. */
GUEST(guest_dirty,
	"movw $0x510, %dx\n"
	"1: movw $8, %cx; movw $0x2000, %si\n"
	"2: incb (%si); addw $0x2000, %si; loop 2b\n"
	"outb %al, %dx; jmp 1b");

static int dirty_log(struct vm *vm, uint64_t *bits)
{
	struct kvm_dirty_log log = { .slot = 0, .dirty_bitmap = bits };

	return ioctl(vm->vm, KVM_GET_DIRTY_LOG, &log);
}

static int test_dirty_log(void)
{
	struct kvm_userspace_memory_region region = { .memory_size = NOWHERE };
	uint64_t bits[NOWHERE / PAGE / 64 + 1] = { 0 };
	const uint64_t written = 0x5555;
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_dirty, guest_dirty_end);
	CHECK(vm_run_out(&vm, PORT) >= 0);
	CHECK_ERR(dirty_log(&vm, bits), ENOENT);

	region.userspace_addr = (uintptr_t)vm.memory;
	region.flags = KVM_MEM_LOG_DIRTY_PAGES;
	CHECK(!ioctl(vm.vm, KVM_SET_USER_MEMORY_REGION, &region));
	CHECK(!dirty_log(&vm, bits));
	CHECK(!dirty_log(&vm, bits) && !bits[0] && !bits[1]);
	CHECK(vm_run_out(&vm, PORT) >= 0);
	CHECK(!dirty_log(&vm, bits));
	CHECK((bits[0] >> (DATA / PAGE) & 0xffff) == written && !(bits[0] >> 32));
	CHECK(!dirty_log(&vm, bits) && !bits[0]);
	CHECK(vm_run_out(&vm, PORT) >= 0);
	CHECK(!dirty_log(&vm, bits) && (bits[0] >> (DATA / PAGE) & 0xffff) == written);
	CHECK(vm.memory[DATA + 0x2000] == 3);

	region.flags = 0;
	CHECK(!ioctl(vm.vm, KVM_SET_USER_MEMORY_REGION, &region));
	CHECK(vm_run_out(&vm, PORT) >= 0);
	CHECK_ERR(dirty_log(&vm, bits), ENOENT);
	return PASS;
}

GUEST(guest_rom,
	"movw $0xd000, %ax; movw %ax, %es; movw $0x510, %dx\n"
	"movb %es:0, %al; outb %al, %dx\n"
	"movb $1, %es:0\n"
	"movb %es:0, %al; outb %al, %dx; jmp .");

static int test_readonly(void)
{
	struct kvm_userspace_memory_region rom = {
		.slot = 2, .flags = KVM_MEM_READONLY, .guest_phys_addr = NOWHERE,
		.memory_size = PAGE,
	};
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_rom, guest_rom_end);
	rom.userspace_addr = (uintptr_t)vm.memory + NOWHERE;
	vm.memory[NOWHERE] = 0x99;
	CHECK(!ioctl(vm.vm, KVM_SET_USER_MEMORY_REGION, &rom));
	CHECK(vm_run_out(&vm, PORT) == 0x99);
	CHECK(vm_run(&vm) == KVM_EXIT_MMIO && vm.run->mmio.is_write);
	CHECK(vm.run->mmio.phys_addr == NOWHERE && vm.run->mmio.data[0] == 1);
	CHECK(vm_run_out(&vm, PORT) == 0x99 && vm.memory[NOWHERE] == 0x99);
	return PASS;
}

GUEST(guest_reader,
	"movw $0xd000, %ax; movw %ax, %es; movw $0x510, %dx\n"
	"1: movb %es:0, %al; outb %al, %dx; jmp 1b");

/* A slot that comes, is taken away under the guest, and comes back elsewhere. */
static int test_slot_removed(void)
{
	struct kvm_userspace_memory_region slot = {
		.slot = 2, .guest_phys_addr = NOWHERE, .memory_size = PAGE,
	};
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_reader, guest_reader_end);
	slot.userspace_addr = (uintptr_t)vm.memory + NOWHERE;
	vm.memory[NOWHERE] = 1;
	vm.memory[NOWHERE + PAGE] = 2;
	CHECK(!ioctl(vm.vm, KVM_SET_USER_MEMORY_REGION, &slot));
	CHECK(vm_run_out(&vm, PORT) == 1);
	slot.memory_size = 0;
	CHECK(!ioctl(vm.vm, KVM_SET_USER_MEMORY_REGION, &slot));
	CHECK(vm_run(&vm) == KVM_EXIT_MMIO && vm.run->mmio.phys_addr == NOWHERE);
	vm.run->mmio.data[0] = 3;
	CHECK(vm_run_out(&vm, PORT) == 3);
	slot.memory_size = PAGE;
	slot.userspace_addr += PAGE;
	CHECK(!ioctl(vm.vm, KVM_SET_USER_MEMORY_REGION, &slot));
	CHECK(vm_run_out(&vm, PORT) == 2);
	return PASS;
}

/* The guest sees what its VMM does with the memory. */
static int test_memory_follows(void)
{
	uint8_t *page;
	struct kvm_userspace_memory_region slot = {
		.slot = 2, .guest_phys_addr = NOWHERE, .memory_size = PAGE,
	};
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_reader, guest_reader_end);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	slot.userspace_addr = (uintptr_t)page;
	CHECK(!ioctl(vm.vm, KVM_SET_USER_MEMORY_REGION, &slot));
	page[0] = 5;
	CHECK(vm_run_out(&vm, PORT) == 5);
	CHECK(!madvise(page, PAGE, MADV_DONTNEED));
	CHECK(vm_run_out(&vm, PORT) == 0);
	CHECK(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		   -1, 0) == page);
	page[0] = 6;
	CHECK(vm_run_out(&vm, PORT) == 6);
	CHECK(!munmap(page, PAGE));
	CHECK(vm_run(&vm) == -EFAULT);
	CHECK(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		   -1, 0) == page);
	page[0] = 7;
	CHECK(vm_run_out(&vm, PORT) == 7);
	return PASS;
}

/* An interrupt table of no entries: there are zeros at this address. */
GUEST(guest_triple, "lidt %cs:0x1100; int3");

static int test_triple_fault(void)
{
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_triple, guest_triple_end);
	CHECK(vm_run(&vm) == KVM_EXIT_SHUTDOWN);
	return PASS;
}

GUEST(guest_steps, "nop; incw %ax; incw %ax; int3; hlt");

static bool step(struct vm *vm)
{
	return vm_run(vm) == KVM_EXIT_DEBUG && vm->run->debug.arch.exception == 1;
}

static int test_debugger(void)
{
	struct kvm_guest_debug debug = { .control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP };
	struct kvm_regs regs;
	struct vm vm;
	int i;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_steps, guest_steps_end);
	CHECK(!ioctl(vm.vcpu, KVM_SET_GUEST_DEBUG, &debug));
	for (i = 1; i <= 3; i++) {
		CHECK(step(&vm));
		/* Bochs traps once before the first instruction, on any hypervisor. */
		if (i == 1 && vm.run->debug.arch.pc == CODE)
			CHECK(step(&vm));
		CHECK(vm.run->debug.arch.pc == CODE + i && (vm.run->debug.arch.dr6 & 1 << 14));
	}
	CHECK(!ioctl(vm.vcpu, KVM_GET_REGS, &regs) && !(regs.rflags & 1 << 8));

	debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP;
	CHECK(!ioctl(vm.vcpu, KVM_SET_GUEST_DEBUG, &debug));
	CHECK(vm_run(&vm) == KVM_EXIT_DEBUG && vm.run->debug.arch.exception == 3);
	CHECK(vm.run->debug.arch.pc == CODE + 3);

	regs.rip = CODE;
	regs.rflags = 2;
	CHECK(!ioctl(vm.vcpu, KVM_SET_REGS, &regs));
	debug.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
	debug.arch.debugreg[1] = CODE + 2;
	debug.arch.debugreg[7] = 0x400 | 1 << 2;	/* L1: execution */
	CHECK(!ioctl(vm.vcpu, KVM_SET_GUEST_DEBUG, &debug));
	CHECK(vm_run(&vm) == KVM_EXIT_DEBUG && vm.run->debug.arch.exception == 1);
	CHECK(vm.run->debug.arch.pc == CODE + 2 && (vm.run->debug.arch.dr6 & 2));

	debug.control = 1u << 31;
	if (is_hull)
		CHECK_ERR(ioctl(vm.vcpu, KVM_SET_GUEST_DEBUG, &debug), EINVAL);
	return PASS;
}

/* The vCPU's file alone keeps the VM. */
static int test_vm_file_closed(void)
{
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_io, guest_io_end);
	close(vm.vm);
	close(vm.dev);
	CHECK(vm_run_out(&vm, PORT) == 0x42);
	close(vm.vcpu);
	/* So does the mapping. */
	CHECK(vm.run->exit_reason == KVM_EXIT_IO);
	CHECK(!munmap(vm.run, vm.run_size));
	return PASS;
}

static void victim(unsigned int what)
{
	struct vm vm;

	vm_open(&vm, what & 1 ? CHIP | CPUID : CPUID);
	if (what & 2)
		vm_load(&vm, guest_spin, guest_spin_end);
	else
		vm_load(&vm, guest_mmio, guest_mmio_end);
	for (;;)
		vm_run(&vm);
}

/* From before the VM is there until long after it runs. */
static int test_kill(void)
{
	struct timespec delay = { 0 };
	unsigned int i;
	int status;
	pid_t pid;

	for (i = 0; i < 30; i++) {
		pid = fork();
		CHECK(pid >= 0);
		if (!pid)
			victim(i);
		delay.tv_nsec = i * 1000000;
		nanosleep(&delay, NULL);
		kill(pid, SIGKILL);
		CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	}
	return test_io();
}

const struct test run_tests[] = {
	{ "ports", test_io },
	{ "string I/O", test_string_io },
	{ "MMIO", test_mmio },
	{ "VMCALL with an unknown number", test_vmcall },
	{ "CPUID", test_cpuid },
	{ "immediate_exit", test_immediate_exit },
	{ "signals end a spinning guest", test_signal },
	{ "signal mask", test_signal_mask },
	{ "HLT without an exit", test_halt_inside },
	{ "dirty log", test_dirty_log },
	{ "read-only memory", test_readonly },
	{ "slot taken away", test_slot_removed },
	{ "memory follows the VMM", test_memory_follows },
	{ "triple fault", test_triple_fault },
	{ "debugger", test_debugger },
	{ "VM file closed first", test_vm_file_closed },
	{ "kill -9", test_kill },
	{ NULL, NULL },
};
