// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts and their controllers, routing, eventfds in and out. */
#include "kvm_abi.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#define PORT	0x510
#define VECTOR	0x40
#define GSI	24		/* behind the I/O APIC's pins */

#define MSR_APIC_BASE	0x1b
#define APIC_BASE_X2	0xfee00d00	/* on, x2APIC, bootstrap processor */

/* Waits with interrupts on; each handler says its vector by OUT and ends the interrupt. */
GUEST(guest_wait, "sti\n1: hlt; jmp 1b");
GUEST(guest_handlers,
	"handler_nmi: pushw %ax; movb $2, %al; jmp 1f\n"
	".org handler_nmi + 0x10\n"
	"pushw %ax; movb $0x40, %al; jmp 1f\n"
	".org handler_nmi + 0x20\n"
	"pushw %ax; movb $0x41, %al\n"
	"1: movw $0x510, %dx; outb %al, %dx\n"
	"xorl %eax, %eax; xorl %edx, %edx; movl $0x80b, %ecx; wrmsr; popw %ax; iretw");

#define HANDLERS	0x2000

static void vector_set(struct vm *vm, int vector, uint16_t offset)
{
	memcpy(vm->memory + 4 * vector, &offset, 2);
	memset(vm->memory + 4 * vector + 2, 0, 2);
}

static void handlers_load(struct vm *vm)
{
	memcpy(vm->memory + HANDLERS, guest_handlers, guest_handlers_end - guest_handlers);
	vector_set(vm, 2, HANDLERS);
	vector_set(vm, VECTOR, HANDLERS + 0x10);
	vector_set(vm, VECTOR + 1, HANDLERS + 0x20);
}

/* The local APIC, switched on as firmware would; in real mode only its MSRs can be reached. */
static int lapic_enable(struct vm *vm)
{
	struct kvm_lapic_state state;
	uint32_t svr = 0x1ff;

	CHECK(msr_set(vm->vcpu, MSR_APIC_BASE, APIC_BASE_X2) == 1);
	CHECK(!ioctl(vm->vcpu, KVM_GET_LAPIC, &state));
	memcpy(state.regs + 0xf0, &svr, sizeof(svr));
	CHECK(!ioctl(vm->vcpu, KVM_SET_LAPIC, &state));
	return PASS;
}

static int routes_set(struct vm *vm, const struct kvm_irq_routing_entry *entries, unsigned int n,
		      unsigned int flags)
{
	struct kvm_irq_routing *routing = calloc(1, sizeof(*routing) + n * sizeof(*entries));
	int ret, error;

	routing->nr = n;
	routing->flags = flags;
	if (entries)
		memcpy(routing->entries, entries, n * sizeof(*entries));
	ret = ioctl(vm->vm, KVM_SET_GSI_ROUTING, routing);
	error = errno;
	free(routing);
	errno = error;
	return ret;
}

static const struct kvm_irq_routing_entry msi_route = {
	.gsi = GSI, .type = KVM_IRQ_ROUTING_MSI,
	.u.msi = { .address_lo = 0xfee00000, .data = VECTOR },
};

static const struct kvm_irq_routing_entry pin_route = {
	.gsi = 5, .type = KVM_IRQ_ROUTING_IRQCHIP,
	.u.irqchip = { .irqchip = KVM_IRQCHIP_IOAPIC, .pin = 5 },
};

static int waiting_guest(struct vm *vm)
{
	vm_open(vm, CHIP | CPUID);
	vm_load(vm, guest_wait, guest_wait_end);
	handlers_load(vm);
	return lapic_enable(vm);
}

static int test_msi(void)
{
	struct kvm_msi msi = { .address_lo = 0xfee00000, .data = VECTOR };
	struct vm vm;

	CHECK(waiting_guest(&vm) == PASS);
	CHECK(ioctl(vm.vm, KVM_SIGNAL_MSI, &msi) == 1);
	CHECK(vm_run_out(&vm, PORT) == VECTOR);
	msi.flags = 1u << 31;
	CHECK_ERR(ioctl(vm.vm, KVM_SIGNAL_MSI, &msi), EINVAL);
	return PASS;
}

static int test_nmi(void)
{
	struct vm vm;

	CHECK(waiting_guest(&vm) == PASS);
	CHECK(!ioctl(vm.vcpu, KVM_NMI));
	CHECK(vm_run_out(&vm, PORT) == 2);
	return PASS;
}

static int test_irqfd(void)
{
	struct kvm_irqfd irqfd = { .gsi = GSI };
	uint64_t one = 1;
	struct vm vm;
	int i;

	CHECK(waiting_guest(&vm) == PASS);
	CHECK(!routes_set(&vm, &msi_route, 1, 0));
	irqfd.fd = eventfd(0, EFD_CLOEXEC);
	CHECK(!ioctl(vm.vm, KVM_IRQFD, &irqfd));
	CHECK_ERR(ioctl(vm.vm, KVM_IRQFD, &irqfd), EBUSY);
	for (i = 0; i < 3; i++) {
		CHECK(write(irqfd.fd, &one, sizeof(one)) == sizeof(one));
		CHECK(vm_run_out(&vm, PORT) == VECTOR);
	}
	irqfd.flags = KVM_IRQFD_FLAG_DEASSIGN;
	CHECK(!ioctl(vm.vm, KVM_IRQFD, &irqfd));

	/* Taken over and closed while in use. */
	irqfd.flags = 0;
	CHECK(!ioctl(vm.vm, KVM_IRQFD, &irqfd));
	CHECK(write(irqfd.fd, &one, sizeof(one)) == sizeof(one));
	close(irqfd.fd);
	CHECK(vm_run_out(&vm, PORT) == VECTOR);

	irqfd.fd = -1;
	CHECK_ERR(ioctl(vm.vm, KVM_IRQFD, &irqfd), EBADF);
	irqfd.fd = 0;
	irqfd.flags = 1u << 31;
	CHECK_ERR(ioctl(vm.vm, KVM_IRQFD, &irqfd), EINVAL);
	return PASS;
}

/* Redirection entry 5: fixed, physical, to APIC 0; edge. */
static int ioapic_pin_set(struct vm *vm, uint64_t entry)
{
	struct kvm_irqchip chip = { .chip_id = KVM_IRQCHIP_IOAPIC };

	CHECK(!ioctl(vm->vm, KVM_GET_IRQCHIP, &chip));
	chip.chip.ioapic.redirtbl[5].bits = entry;
	CHECK(!ioctl(vm->vm, KVM_SET_IRQCHIP, &chip));
	CHECK(!ioctl(vm->vm, KVM_GET_IRQCHIP, &chip));
	CHECK((chip.chip.ioapic.redirtbl[5].bits & ~(1ull << 14)) == entry);
	return PASS;
}

static int test_irq_line(void)
{
	struct kvm_irq_level line = { .irq = 5, .level = 1 };
	struct vm vm;

	CHECK(waiting_guest(&vm) == PASS);
	CHECK(ioapic_pin_set(&vm, VECTOR + 1) == PASS);
	CHECK(!ioctl(vm.vm, KVM_IRQ_LINE_STATUS, &line) && line.status > 0);
	CHECK(vm_run_out(&vm, PORT) == VECTOR + 1);
	line.irq = 5;
	line.level = 0;
	CHECK(!ioctl(vm.vm, KVM_IRQ_LINE, &line));
	line.level = 1;
	CHECK(!ioctl(vm.vm, KVM_IRQ_LINE, &line));
	CHECK(vm_run_out(&vm, PORT) == VECTOR + 1);
	return PASS;
}

/* As a VMM does that goes on and on; each table is in force when the ioctl returns. */
static int test_routes_replaced(void)
{
	struct kvm_irqfd irqfd = { .gsi = GSI };
	struct kvm_irq_routing_entry entry;
	uint64_t one = 1;
	struct vm vm;
	int i;

	CHECK(waiting_guest(&vm) == PASS);
	irqfd.fd = eventfd(0, EFD_CLOEXEC);
	CHECK(!ioctl(vm.vm, KVM_IRQFD, &irqfd));
	for (i = 0; i < 200; i++) {
		entry = msi_route;
		entry.u.msi.data += i & 1;
		CHECK(!routes_set(&vm, &entry, 1, 0));
		if (i % 20 > 1)
			continue;
		CHECK(write(irqfd.fd, &one, sizeof(one)) == sizeof(one));
		CHECK(vm_run_out(&vm, PORT) == VECTOR + (i & 1));
	}
	close(irqfd.fd);
	return PASS;
}

static int test_routing_errors(void)
{
	struct kvm_irq_routing_entry entry = msi_route;
	struct vm vm;

	vm_open(&vm, 0);
	CHECK_ERR(routes_set(&vm, &entry, 1, 0), EINVAL);

	vm_open(&vm, CHIP);
	CHECK(!routes_set(&vm, NULL, 0, 0));
	CHECK(!routes_set(&vm, &pin_route, 1, 0));
	CHECK_ERR(routes_set(&vm, &entry, 1, 1), EINVAL);
	CHECK_ERR(routes_set(&vm, NULL, 5000, 0), EINVAL);
	entry.type = 99;
	CHECK_ERR(routes_set(&vm, &entry, 1, 0), EINVAL);
	entry = msi_route;
	entry.gsi = 1u << 31;
	CHECK_ERR(routes_set(&vm, &entry, 1, 0), EINVAL);
	entry = pin_route;
	entry.u.irqchip.irqchip = 9;
	CHECK_ERR(routes_set(&vm, &entry, 1, 0), EINVAL);
	entry = pin_route;
	entry.u.irqchip.pin = 200;
	CHECK_ERR(routes_set(&vm, &entry, 1, 0), EINVAL);
	return PASS;
}

static int test_no_chip(void)
{
	struct kvm_irq_level line = { .irq = 1, .level = 1 };
	struct kvm_msi msi = { .address_lo = 0xfee00000, .data = VECTOR };
	struct kvm_irqfd irqfd = { .gsi = 1 };
	struct kvm_irqchip chip = { .chip_id = KVM_IRQCHIP_IOAPIC };
	struct kvm_lapic_state lapic;
	struct kvm_pit_state2 pit;
	struct vm vm;

	vm_open(&vm, 0);
	irqfd.fd = eventfd(0, 0);
	CHECK_ERR(ioctl(vm.vm, KVM_IRQ_LINE, &line), ENXIO);
	CHECK_ERR(ioctl(vm.vm, KVM_SIGNAL_MSI, &msi), EINVAL);
	CHECK_ERR(ioctl(vm.vm, KVM_IRQFD, &irqfd), EINVAL);
	CHECK_ERR(ioctl(vm.vm, KVM_GET_IRQCHIP, &chip), ENXIO);
	CHECK_ERR(ioctl(vm.vm, KVM_GET_PIT2, &pit), ENXIO);
	CHECK_ERR(ioctl(vm.vcpu, KVM_GET_LAPIC, &lapic), EINVAL);
	/* Too late for a chip: vCPUs get their local APIC when they are made. */
	CHECK_ERR(ioctl(vm.vm, KVM_CREATE_IRQCHIP, 0), EINVAL);
	return PASS;
}

static int test_chip_state(void)
{
	struct kvm_irqchip chip = { .chip_id = KVM_IRQCHIP_PIC_MASTER };
	struct kvm_pit_config config = { .flags = 0 };
	struct kvm_pit_state2 pit, again;
	struct vm vm;

	vm_open(&vm, CHIP);
	CHECK_ERR(ioctl(vm.vm, KVM_CREATE_IRQCHIP, 0), EEXIST);
	CHECK(!ioctl(vm.vm, KVM_GET_IRQCHIP, &chip));
	chip.chip.pic.irq_base = 0x20;
	chip.chip.pic.imr = 0xfe;
	CHECK(!ioctl(vm.vm, KVM_SET_IRQCHIP, &chip));
	memset(&chip.chip, 0, sizeof(chip.chip));
	CHECK(!ioctl(vm.vm, KVM_GET_IRQCHIP, &chip));
	CHECK(chip.chip.pic.irq_base == 0x20 && chip.chip.pic.imr == 0xfe);
	chip.chip_id = 3;
	CHECK_ERR(ioctl(vm.vm, KVM_GET_IRQCHIP, &chip), EINVAL);
	CHECK_ERR(ioctl(vm.vm, KVM_SET_IRQCHIP, &chip), EINVAL);

	CHECK(!ioctl(vm.vm, KVM_CREATE_PIT2, &config));
	CHECK_ERR(ioctl(vm.vm, KVM_CREATE_PIT2, &config), EEXIST);
	CHECK(!ioctl(vm.vm, KVM_GET_PIT2, &pit));
	pit.channels[2].count = 1234;
	pit.channels[2].mode = 3;
	CHECK(!ioctl(vm.vm, KVM_SET_PIT2, &pit));
	CHECK(!ioctl(vm.vm, KVM_GET_PIT2, &again));
	CHECK(again.channels[2].count == 1234 && again.channels[2].mode == 3);
	return PASS;
}

static int test_lapic_state(void)
{
	struct kvm_lapic_state state;
	uint32_t tpr = 0x30, got;
	struct kvm_sregs sregs;
	struct vm vm;

	vm_open(&vm, CHIP | CPUID);
	CHECK(!ioctl(vm.vcpu, KVM_GET_LAPIC, &state));
	memcpy(state.regs + 0x80, &tpr, sizeof(tpr));
	CHECK(!ioctl(vm.vcpu, KVM_SET_LAPIC, &state));
	CHECK(!ioctl(vm.vcpu, KVM_GET_LAPIC, &state));
	memcpy(&got, state.regs + 0x80, sizeof(got));
	CHECK(got == tpr);
	CHECK(!ioctl(vm.vcpu, KVM_GET_SREGS, &sregs) && sregs.cr8 == 3);
	/* On, and of the bootstrap processor. */
	CHECK(sregs.apic_base == 0xfee00900);
	return PASS;
}

static int test_split(void)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 24 } };
	struct kvm_irqchip chip = { .chip_id = KVM_IRQCHIP_IOAPIC };
	struct kvm_pit_config pit = { 0 };
	struct vm vm;

	vm_open(&vm, 0);
	close(vm.vm);
	vm.vm = ioctl(vm.dev, KVM_CREATE_VM, 0);
	CHECK(vm.vm >= 0);
	cap.args[0] = 1u << 20;
	CHECK_ERR(ioctl(vm.vm, KVM_ENABLE_CAP, &cap), EINVAL);
	cap.args[0] = 24;
	cap.flags = 1;
	CHECK_ERR(ioctl(vm.vm, KVM_ENABLE_CAP, &cap), EINVAL);
	cap.flags = 0;
	CHECK(!ioctl(vm.vm, KVM_ENABLE_CAP, &cap));
	CHECK_ERR(ioctl(vm.vm, KVM_ENABLE_CAP, &cap), EEXIST);
	CHECK_ERR(ioctl(vm.vm, KVM_CREATE_IRQCHIP, 0), EEXIST);
	CHECK_ERR(ioctl(vm.vm, KVM_GET_IRQCHIP, &chip), ENXIO);
	CHECK(ioctl(vm.vm, KVM_CREATE_PIT2, &pit) == -1 || !is_hull);
	cap.cap = 9999;
	CHECK_ERR(ioctl(vm.vm, KVM_ENABLE_CAP, &cap), EINVAL);
	return PASS;
}

/* ---- ioeventfds --------------------------------------------------------------- */

GUEST(guest_notify,
	"movw $0x600, %dx; movw $7, %ax; outw %ax, %dx\n"
	"movw $8, %ax; outw %ax, %dx\n"
	"outb %al, %dx\n"
	"movw $0xd000, %ax; movw %ax, %es; movl $0x55, %es:0x40\n"
	"movb $1, %es:0x80\n"
	"hlt");

static uint64_t signalled(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static int test_ioeventfd(void)
{
	struct kvm_ioeventfd args = {
		.addr = 0x600, .len = 2, .datamatch = 7,
		.flags = KVM_IOEVENTFD_FLAG_PIO | KVM_IOEVENTFD_FLAG_DATAMATCH,
	};
	int seven, any, memory;
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_notify, guest_notify_end);
	args.fd = seven = eventfd(0, EFD_NONBLOCK);
	CHECK(!ioctl(vm.vm, KVM_IOEVENTFD, &args));
	CHECK_ERR(ioctl(vm.vm, KVM_IOEVENTFD, &args), EEXIST);
	args.fd = memory = eventfd(0, EFD_NONBLOCK);
	args.addr = NOWHERE + 0x40;
	args.len = 4;
	args.flags = 0;
	CHECK(!ioctl(vm.vm, KVM_IOEVENTFD, &args));
	args.fd = any = eventfd(0, EFD_NONBLOCK);
	args.addr = NOWHERE + 0x80;
	args.len = 0;
	CHECK(!ioctl(vm.vm, KVM_IOEVENTFD, &args));

	CHECK(vm_run_out(&vm, 0x600) == 8 && vm.run->io.size == 2);
	CHECK(vm_run_out(&vm, 0x600) == 8 && vm.run->io.size == 1);
	CHECK(vm_run(&vm) == KVM_EXIT_HLT);
	CHECK(signalled(seven) == 1 && signalled(memory) == 1 && signalled(any) == 1);

	args.flags = KVM_IOEVENTFD_FLAG_DEASSIGN;
	CHECK(!ioctl(vm.vm, KVM_IOEVENTFD, &args));
	CHECK_ERR(ioctl(vm.vm, KVM_IOEVENTFD, &args), ENOENT);
	vm_load(&vm, guest_notify, guest_notify_end);
	CHECK(vm_run_out(&vm, 0x600) == 8);
	CHECK(vm_run_out(&vm, 0x600) == 8);
	CHECK(vm_run(&vm) == KVM_EXIT_MMIO && vm.run->mmio.phys_addr == NOWHERE + 0x80);
	CHECK(vm_run(&vm) == KVM_EXIT_HLT);
	CHECK(signalled(seven) == 1 && signalled(memory) == 1 && !signalled(any));
	return PASS;
}

static int test_ioeventfd_errors(void)
{
	struct kvm_ioeventfd args = { .addr = 0x600, .len = 3, .flags = KVM_IOEVENTFD_FLAG_PIO };
	unsigned int n;
	struct vm vm;

	vm_open(&vm, 0);
	args.fd = eventfd(0, 0);
	CHECK_ERR(ioctl(vm.vm, KVM_IOEVENTFD, &args), EINVAL);
	args.len = 0;
	args.flags |= KVM_IOEVENTFD_FLAG_DATAMATCH;
	CHECK_ERR(ioctl(vm.vm, KVM_IOEVENTFD, &args), EINVAL);
	args.len = 8;
	args.addr = ~0ull - 1;
	CHECK_ERR(ioctl(vm.vm, KVM_IOEVENTFD, &args), EINVAL);
	args.addr = 0x600;
	args.flags = 1u << 31;
	CHECK_ERR(ioctl(vm.vm, KVM_IOEVENTFD, &args), EINVAL);
	args.flags = 0;
	args.fd = -1;
	CHECK_ERR(ioctl(vm.vm, KVM_IOEVENTFD, &args), EBADF);
	args.fd = eventfd(0, 0);
	for (n = 0; n < 5000; n++) {
		args.addr = 0x1000000 + 8 * n;
		if (ioctl(vm.vm, KVM_IOEVENTFD, &args))
			break;
	}
	CHECK(n >= 256 && (!is_hull || (n < 5000 && errno == ENOSPC)));
	return PASS;
}

/* ---- interrupts from userspace -------------------------------------------------- */

GUEST(guest_window, "movw $0x510, %dx; outb %al, %dx; sti; nop; nop\n1: jmp 1b");

static int test_user_interrupt(void)
{
	struct kvm_interrupt interrupt = { .irq = VECTOR };
	struct vm vm;

	vm_open(&vm, CPUID);
	vm_load(&vm, guest_window, guest_window_end);
	handlers_load(&vm);
	CHECK(vm_run_out(&vm, PORT) >= 0 && !vm.run->if_flag);
	CHECK(!vm.run->ready_for_interrupt_injection);
	vm.run->request_interrupt_window = 1;
	CHECK(vm_run(&vm) == KVM_EXIT_IRQ_WINDOW_OPEN);
	CHECK(vm.run->if_flag && vm.run->ready_for_interrupt_injection);
	vm.run->request_interrupt_window = 0;
	CHECK(!ioctl(vm.vcpu, KVM_INTERRUPT, &interrupt));
	CHECK(vm_run_out(&vm, PORT) == VECTOR);
	interrupt.irq = 256;
	CHECK_ERR(ioctl(vm.vcpu, KVM_INTERRUPT, &interrupt), EINVAL);

	vm_open(&vm, CHIP | CPUID);
	interrupt.irq = VECTOR;
	CHECK_ERR(ioctl(vm.vcpu, KVM_INTERRUPT, &interrupt), ENXIO);
	return PASS;
}

const struct test irq_tests[] = {
	{ "MSI", test_msi },
	{ "NMI", test_nmi },
	{ "irqfd", test_irqfd },
	{ "I/O APIC line", test_irq_line },
	{ "routes replaced again and again", test_routes_replaced },
	{ "routing errors", test_routing_errors },
	{ "without a chip", test_no_chip },
	{ "state of PIC and PIT", test_chip_state },
	{ "state of the local APIC", test_lapic_state },
	{ "split irqchip", test_split },
	{ "ioeventfd", test_ioeventfd },
	{ "ioeventfd errors", test_ioeventfd_errors },
	{ "interrupts from userspace", test_user_interrupt },
	{ NULL, NULL },
};
