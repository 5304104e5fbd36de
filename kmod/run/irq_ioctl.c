// SPDX-License-Identifier: GPL-2.0-only
/* The VM's ioctls about interrupt controllers, routing and the PIT. */

#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <run/abi.h>

#define IOAPIC_PINS	24

/* The chip, once it is published, or NULL. */
static struct hull_irqchip *vm_chip(struct hull_vm *vm)
{
	/* pairs with chip_create() */
	return smp_load_acquire(&vm->irqchip);
}

static struct hull_irqchip *vm_chip_full(struct hull_vm *vm)
{
	struct hull_irqchip *chip = vm_chip(vm);

	return chip && !hull_irqchip_is_split(chip) ? chip : NULL;
}

static int chip_create(struct hull_vm *vm, bool split, unsigned int pins)
{
	struct hull_irqchip *chip;

	lockdep_assert_held(&vm->lock);
	if (vm->irqchip)
		return -EEXIST;
	/* vCPUs get their local APIC when they are made. */
	if (vm->vcpus_online)
		return -EINVAL;
	chip = hull_irqchip_create(vm, &hull_run_irq_ops, split, pins, HULL_VCPUS_MAX - 1,
				   vm->tsc_khz);
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	hull_irqchip_x2apic_api_set(chip, vm->x2apic_api);
	vm->irqchip_mode = split ? HULL_IRQCHIP_SPLIT : HULL_IRQCHIP_KERNEL;
	/* for those who look without vm->lock */
	smp_store_release(&vm->irqchip, chip);
	return 0;
}

long hull_vm_irqchip_create(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	int ret;

	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	ret = chip_create(vm, false, IOAPIC_PINS);
	mutex_unlock(&vm->lock);
	return ret;
}

int hull_vm_irqchip_split(struct hull_vm *vm, u64 pins)
{
	int ret;

	if (pins > HULL_ROUTES_MAX)
		return -EINVAL;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	ret = chip_create(vm, true, pins);
	mutex_unlock(&vm->lock);
	return ret;
}

int hull_vm_x2apic_api(struct hull_vm *vm, u64 flags)
{
	if (flags & ~HULL_X2APIC_API_VALID)
		return -EINVAL;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	vm->x2apic_api |= flags;
	if (vm->irqchip)
		hull_irqchip_x2apic_api_set(vm->irqchip, vm->x2apic_api);
	mutex_unlock(&vm->lock);
	return 0;
}

long hull_vm_irqchip_get(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct hull_irqchip *chip = vm_chip_full(vm);

	return chip ? hull_irqchip_state_get(chip, arg.data) : -ENXIO;
}

long hull_vm_irqchip_set(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct hull_irqchip *chip = vm_chip_full(vm);

	return chip ? hull_irqchip_state_set(chip, arg.data) : -ENXIO;
}

/* KVM_IRQ_LINE too: there the status is not given back. */
long hull_vm_irq_line(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct hull_irqchip *chip = vm_chip(vm);
	struct kvm_irq_level *line = arg.data;
	int status;

	if (!chip)
		return -ENXIO;
	status = hull_irq_line_set(chip, line->irq, line->level);
	if (status == -EINVAL)
		return status;
	line->status = status;
	return 0;
}

long hull_vm_msi(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct hull_irqchip *chip = vm_chip(vm);
	const struct kvm_msi *msi = arg.data;

	if (!chip || msi->flags)
		return -EINVAL;
	return hull_irq_msi_send(chip, msi);
}

long hull_vm_routing(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct kvm_irq_routing __user *user = arg.user;
	struct kvm_irq_routing_entry *entries = NULL;
	struct hull_irqchip *chip = vm_chip(vm);
	struct kvm_irq_routing header;
	int ret;

	if (copy_from_user(&header, user, sizeof(header)))
		return -EFAULT;
	if (!chip || header.flags || header.nr > HULL_ROUTES_MAX)
		return -EINVAL;
	if (header.nr) {
		entries = vmemdup_user(user->entries, array_size(header.nr, sizeof(*entries)));
		if (IS_ERR(entries))
			return PTR_ERR(entries);
	}
	ret = hull_irq_routing_set(chip, entries, header.nr);
	kvfree(entries);
	return ret;
}

long hull_vm_irqfd(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct hull_irqchip *chip = vm_chip(vm);

	return chip ? hull_irqfd_set(chip, arg.data) : -EINVAL;
}

long hull_vm_pit_create(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct hull_irqchip *chip = vm_chip_full(vm);
	int ret;

	if (!chip)
		return -ENXIO;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	ret = hull_pit_create(chip, arg.data);
	mutex_unlock(&vm->lock);
	return ret;
}

long hull_vm_pit_get(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct hull_irqchip *chip = vm_chip_full(vm);

	return chip ? hull_pit_get(chip, arg.data) : -ENXIO;
}

long hull_vm_pit_set(struct hull_vm *vm, union hull_ioctl_arg arg)
{
	struct hull_irqchip *chip = vm_chip_full(vm);

	return chip ? hull_pit_set(chip, arg.data) : -ENXIO;
}
