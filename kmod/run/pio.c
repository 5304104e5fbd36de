// SPDX-License-Identifier: GPL-2.0-only
/* Port I/O: in the kernel where a device or an ioeventfd is, else in userspace. */

#include <uapi/asm/vmx.h>
#include <run/loop.h>
#include <run/pending.h>

/* SDM Vol. 3, table 28-5 */
#define IO_SIZE(q)	(((q) & 7) + 1)
#define IO_IN(q)	((q) & BIT(3))
#define IO_STRING(q)	((q) & BIT(4))
#define IO_PORT(q)	(((q) >> 16) & 0xffff)

bool hull_pio_kernel(struct hull_vcpu *vcpu, u16 port, unsigned int size, void *data, bool write)
{
	struct hull_vm *vm = vcpu->vm;

	if (vm->irqchip && hull_irqchip_pio(vm->irqchip, port, size, data, write))
		return true;
	return write && hull_iobus_write(vm, true, port, size, data);
}

void hull_pio_user(struct hull_vcpu *vcpu, u16 port, unsigned int size, const void *data,
		   bool write)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_IO;
	run->io.direction = write ? KVM_EXIT_IO_OUT : KVM_EXIT_IO_IN;
	run->io.size = size;
	run->io.port = port;
	run->io.count = 1;
	run->io.data_offset = KVM_PIO_PAGE_OFFSET * PAGE_SIZE;
	if (write)
		memcpy(vcpu->pio_data, data, size);
}

/* AL and AX leave the rest of RAX alone, EAX clears its upper half. */
static void rax_load(struct hull_vcpu *vcpu, unsigned int size, u32 val)
{
	unsigned long mask = GENMASK(size * 8 - 1, 0);
	unsigned long rax = vcpu->vmx.regs[HULL_REG_RAX];

	vcpu->vmx.regs[HULL_REG_RAX] = size == 4 ? val : (rax & ~mask) | (val & mask);
}

/* The instruction has been stepped over; userspace may have moved the vCPU elsewhere. */
static int in_complete(struct hull_vcpu *vcpu)
{
	struct hull_pending *pending = vcpu->pending;
	u32 val = 0;

	memcpy(&val, vcpu->pio_data, pending->pio_size);
	if (hull_vmx_reg_get(&vcpu->vmx, HULL_REG_RIP) == pending->pio_rip)
		rax_load(vcpu, pending->pio_size, val);
	return HULL_EXIT_ENTER;
}

static int io_in(struct hull_vcpu *vcpu, u16 port, unsigned int size)
{
	u32 val = 0;

	hull_exit_skip(vcpu);
	if (hull_pio_kernel(vcpu, port, size, &val, false)) {
		rax_load(vcpu, size, val);
		return HULL_EXIT_ENTER;
	}
	hull_pio_user(vcpu, port, size, NULL, false);
	vcpu->pending->pio_rip = hull_vmx_reg_get(&vcpu->vmx, HULL_REG_RIP);
	vcpu->pending->pio_size = size;
	vcpu->pending->complete = in_complete;
	return HULL_EXIT_USER;
}

static int io_out(struct hull_vcpu *vcpu, u16 port, unsigned int size)
{
	u32 val = vcpu->vmx.regs[HULL_REG_RAX];

	hull_exit_skip(vcpu);
	if (hull_pio_kernel(vcpu, port, size, &val, true))
		return HULL_EXIT_ENTER;
	hull_pio_user(vcpu, port, size, &val, true);
	return HULL_EXIT_USER;
}

int hull_exit_io(struct hull_vcpu *vcpu)
{
	unsigned long q = hull_vmx_exit_qualification(&vcpu->vmx);
	unsigned int size = IO_SIZE(q);

	if (size != 1 && size != 2 && size != 4)
		return hull_exit_internal(vcpu, KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON,
					  "I/O exit of unknown size");
	if (unlikely(IO_STRING(q)))
		return hull_emul_start(vcpu);
	return IO_IN(q) ? io_in(vcpu, IO_PORT(q), size) : io_out(vcpu, IO_PORT(q), size);
}
