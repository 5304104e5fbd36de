// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt controllers of one VM together.
 */

#include <linux/err.h>
#include <linux/slab.h>
#include <irq/irq_private.h>

#define ID_MAX	4095	/* as many IDs as KVM has */

struct hull_irqchip *hull_irqchip_create(void *vm, const struct hull_irq_ops *ops, bool split,
					 unsigned int pins, unsigned int max_id, u32 tsc_khz)
{
	struct hull_irqchip *chip;
	int ret;

	if (max_id > ID_MAX || !tsc_khz || (split && pins > HULL_SPLIT_PINS_MAX))
		return ERR_PTR(-EINVAL);
	chip = kvzalloc(struct_size(chip, lapics, max_id + 1), GFP_KERNEL_ACCOUNT);
	if (!chip)
		return ERR_PTR(-ENOMEM);
	chip->ops = ops;
	chip->split = split;
	chip->split_pins = split ? pins : 0;
	chip->tsc_khz = tsc_khz;
	chip->max_id = max_id;
	mutex_init(&chip->lock);
	hull_irqfds_init(chip);
	hull_ioapic_init(chip);
	hull_pic_init(chip);
	ret = hull_routing_init(chip);
	if (ret) {
		kvfree(chip);
		return ERR_PTR(ret);
	}
	return chip;
}

void hull_irqchip_quiesce(struct hull_irqchip *chip)
{
	hull_pit_stop(chip);
	hull_ioapic_stop(chip);
	chip->quiet = true;
}

void hull_irqchip_destroy(struct hull_irqchip *chip)
{
	hull_irqchip_irqfds_release(chip);
	hull_irqchip_quiesce(chip);
	hull_pit_destroy(chip);
	hull_routing_destroy(chip);
	kvfree(chip);
}

bool hull_irqchip_is_split(const struct hull_irqchip *chip)
{
	return chip->split;
}

int hull_irqchip_x2apic_api_set(struct hull_irqchip *chip, u64 flags)
{
	if (flags & ~(KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK))
		return -EINVAL;
	WRITE_ONCE(chip->x2apic_api, chip->x2apic_api | flags);
	return 0;
}

int hull_irqchip_state_get(struct hull_irqchip *chip, struct kvm_irqchip *state)
{
	if (chip->split)
		return -ENXIO;
	memset(&state->chip, 0, sizeof(state->chip));
	switch (state->chip_id) {
	case KVM_IRQCHIP_PIC_MASTER:
	case KVM_IRQCHIP_PIC_SLAVE:
		hull_pic_state_get(chip, state->chip_id, &state->chip.pic);
		return 0;
	case KVM_IRQCHIP_IOAPIC:
		hull_ioapic_state_get(chip, &state->chip.ioapic);
		return 0;
	default:
		return -EINVAL;
	}
}

int hull_irqchip_state_set(struct hull_irqchip *chip, const struct kvm_irqchip *state)
{
	if (chip->split)
		return -ENXIO;
	switch (state->chip_id) {
	case KVM_IRQCHIP_PIC_MASTER:
	case KVM_IRQCHIP_PIC_SLAVE:
		hull_pic_state_set(chip, state->chip_id, &state->chip.pic);
		return 0;
	case KVM_IRQCHIP_IOAPIC:
		return hull_ioapic_state_set(chip, &state->chip.ioapic);
	default:
		return -EINVAL;
	}
}

bool hull_irqchip_mmio(struct hull_irqchip *chip, u64 gpa, unsigned int len, void *data, bool write)
{
	return !chip->split && hull_ioapic_mmio(chip, gpa, len, data, write);
}

/* These chips have 8 data lines: a wider access is one of each port in turn. */
bool hull_irqchip_pio(struct hull_irqchip *chip, u16 port, unsigned int len, void *data, bool write)
{
	u8 *byte = data;
	unsigned int i;

	if (chip->split || (!hull_pic_port(port) && !hull_pit_port(chip, port)))
		return false;
	for (i = 0; i < len; i++, port++, byte++) {
		if (hull_pic_port(port) && write)
			hull_pic_write(chip, port, *byte);
		else if (hull_pic_port(port))
			*byte = hull_pic_read(chip, port);
		else if (hull_pit_port(chip, port) && write)
			hull_pit_write(chip, port, *byte);
		else if (hull_pit_port(chip, port))
			*byte = hull_pit_read(chip, port);
		else if (!write)
			*byte = 0xff;
	}
	return true;
}
