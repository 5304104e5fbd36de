// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KVM ABI as it is promised: errors where errors belong, state that comes back as it
 * was set, guests of a few instructions that leave for each reason there is.
 *
 * usage: kvm_abi [/dev/hull | /dev/kvm] [TEST]
 */
#include "kvm_abi.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "hull_tap.h"

#define TEST_SECONDS	60

const char *device = "/dev/hull";
bool is_hull;

static int check(int ret, const char *what)
{
	if (ret < 0)
		err(FAIL, "# %s", what);
	return ret;
}

struct kvm_cpuid2 *cpuid_supported(int dev)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + 256 * sizeof(cpuid->entries[0]));
	if (!cpuid)
		err(FAIL, "# calloc");
	cpuid->nent = 256;
	check(ioctl(dev, KVM_GET_SUPPORTED_CPUID, cpuid), "KVM_GET_SUPPORTED_CPUID");
	return cpuid;
}

static void memory_add(struct vm *vm)
{
	struct kvm_userspace_memory_region low = { .memory_size = NOWHERE };
	struct kvm_userspace_memory_region high = {
		.slot = 1, .guest_phys_addr = 0x100000, .memory_size = MEMORY - 0x100000,
	};

	vm->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm->memory == MAP_FAILED)
		err(FAIL, "# mmap");
	low.userspace_addr = (uintptr_t)vm->memory;
	high.userspace_addr = low.userspace_addr + high.guest_phys_addr;
	check(ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &low), "KVM_SET_USER_MEMORY_REGION");
	check(ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &high), "KVM_SET_USER_MEMORY_REGION");
}

void vm_open(struct vm *vm, int flags)
{
	struct kvm_enable_cap hlt = {
		.cap = KVM_CAP_X86_DISABLE_EXITS, .args = { KVM_X86_DISABLE_EXITS_HLT },
	};

	vm->dev = check(open(device, O_RDWR | O_CLOEXEC), device);
	vm->vm = check(ioctl(vm->dev, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	check(ioctl(vm->vm, KVM_SET_TSS_ADDR, 0xfffbd000UL), "KVM_SET_TSS_ADDR");
	if (flags & CHIP)
		check(ioctl(vm->vm, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	memory_add(vm);
	if (flags & HLT_INSIDE)
		check(ioctl(vm->vm, KVM_ENABLE_CAP, &hlt), "KVM_ENABLE_CAP");
	vm->vcpu = check(ioctl(vm->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	vm->run_size = check(ioctl(vm->dev, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
	vm->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
	if (vm->run == MAP_FAILED)
		err(FAIL, "# mmap of the run page");
	if (flags & CPUID) {
		struct kvm_cpuid2 *cpuid = cpuid_supported(vm->dev);

		check(ioctl(vm->vcpu, KVM_SET_CPUID2, cpuid), "KVM_SET_CPUID2");
		free(cpuid);
	}
}

void vm_load(struct vm *vm, const void *code, const void *end)
{
	struct kvm_regs regs = { .rip = CODE, .rsp = STACK, .rflags = 2 };
	struct kvm_sregs sregs;

	memcpy(vm->memory + CODE, code, (const char *)end - (const char *)code);
	check(ioctl(vm->vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs.selector = 0;
	sregs.cs.base = 0;
	sregs.ds.selector = DATA >> 4;
	sregs.ds.base = DATA;
	check(ioctl(vm->vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	check(ioctl(vm->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

int vm_run(struct vm *vm)
{
	return ioctl(vm->vcpu, KVM_RUN, 0) < 0 ? -errno : (int)vm->run->exit_reason;
}

long vm_run_out(struct vm *vm, uint16_t port)
{
	int reason = vm_run(vm);
	uint32_t val = 0;

	if (reason != KVM_EXIT_IO || vm->run->io.direction != KVM_EXIT_IO_OUT ||
	    vm->run->io.port != port) {
		printf("# instead of OUT to %#x: exit reason %d, port %#x\n", port, reason,
		       reason == KVM_EXIT_IO ? vm->run->io.port : 0);
		return -1;
	}
	memcpy(&val, (uint8_t *)vm->run + vm->run->io.data_offset, vm->run->io.size);
	return val;
}

struct one_msr {
	struct kvm_msrs header;
	struct kvm_msr_entry entry;
};

int msr_get(int vcpu, uint32_t index, uint64_t *val)
{
	struct one_msr msr = { .header = { .nmsrs = 1 }, .entry = { .index = index } };
	int ret = ioctl(vcpu, KVM_GET_MSRS, &msr);

	*val = msr.entry.data;
	return ret;
}

int msr_set(int vcpu, uint32_t index, uint64_t val)
{
	struct one_msr msr = { .header = { .nmsrs = 1 },
			       .entry = { .index = index, .data = val } };

	return ioctl(vcpu, KVM_SET_MSRS, &msr);
}

/* ---- tests by rows ----------------------------------------------------------- */

static const struct test *const tables[] = { state_tests, irq_tests, run_tests };

static int test_run(const struct test *test)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(FAIL, "fork");
	if (!pid) {
		setvbuf(stdout, NULL, _IOLBF, 0);
		alarm(TEST_SECONDS);
		exit(test->fn());
	}
	if (waitpid(pid, &status, 0) != pid)
		err(FAIL, "waitpid");
	if (WIFSIGNALED(status)) {
		printf("# ended by signal %d\n", WTERMSIG(status));
		return FAIL;
	}
	return WEXITSTATUS(status);
}

static void test_report(const struct test *test)
{
	int ret = test_run(test);

	if (ret == SKIP)
		tap_skip(test->name, "not on this device");
	else
		tap_ok(ret == PASS, "%s", test->name);
}

static unsigned int tests_each(const char *only, void (*fn)(const struct test *test))
{
	const struct test *test;
	unsigned int i, n = 0;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (test = tables[i]; test->name; test++) {
			if (only && strcmp(only, test->name))
				continue;
			if (fn)
				fn(test);
			n++;
		}
	}
	return n;
}

int main(int argc, char **argv)
{
	const char *only = argc > 2 ? argv[2] : NULL;
	int dev, vm;

	if (argc > 1)
		device = argv[1];
	is_hull = strstr(device, "hull");
	dev = open(device, O_RDWR | O_CLOEXEC);
	if (dev < 0)
		return tap_skip_all("%s: %s", device, strerror(errno));
	vm = ioctl(dev, KVM_CREATE_VM, 0);
	if (vm < 0)
		return tap_skip_all("%s: KVM_CREATE_VM: %s", device, strerror(errno));
	close(vm);
	close(dev);

	tap_plan(tests_each(only, NULL));
	tests_each(only, test_report);
	return tap_end();
}
