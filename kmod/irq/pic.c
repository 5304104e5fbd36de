// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PIC of a VM: lock, lines' sources and delivery around the machine in i8259.c.
 */

#include <irq/irq_private.h>

/* After an operation: tell the processors of a new request. Return: lines whose service ended. */
static unsigned long pic_settle(struct hull_irqchip *chip, bool output)
{
	struct hull_pic *pic = &chip->pic;
	unsigned long acked = pic->pair.acked;

	lockdep_assert_held(&pic->lock);
	pic->pair.acked = 0;
	if (pic->pair.output && !output)
		hull_irq_extint_changed(chip);
	return acked;
}

/* Without the lock, devices hear of it. */
static void pic_acked(struct hull_irqchip *chip, unsigned long acked)
{
	unsigned int pin;

	for_each_set_bit(pin, &acked, HULL_PIC_PINS)
		hull_irq_pin_acked(chip, pin < 8 ? KVM_IRQCHIP_PIC_MASTER : KVM_IRQCHIP_PIC_SLAVE,
				   pin & 7);
}

int hull_pic_line(struct hull_irqchip *chip, unsigned int pin, enum hull_irq_source src,
		  bool level)
{
	struct hull_pic *pic = &chip->pic;
	unsigned long flags, acked;
	bool output;
	int ret;

	raw_spin_lock_irqsave(&pic->lock, flags);
	output = pic->pair.output;
	if (level)
		pic->sources[pin] |= BIT(src);
	else
		pic->sources[pin] &= ~BIT(src);
	ret = hull_i8259_line(&pic->pair, pin, pic->sources[pin]);
	acked = pic_settle(chip, output);
	raw_spin_unlock_irqrestore(&pic->lock, flags);
	pic_acked(chip, acked);
	return ret;
}

int hull_pic_intack(struct hull_irqchip *chip)
{
	struct hull_pic *pic = &chip->pic;
	unsigned long flags, acked;
	int vector = -1;

	raw_spin_lock_irqsave(&pic->lock, flags);
	if (pic->pair.output)
		vector = hull_i8259_intack(&pic->pair);
	acked = pic_settle(chip, true);
	raw_spin_unlock_irqrestore(&pic->lock, flags);
	pic_acked(chip, acked);
	return vector;
}

bool hull_pic_port(u16 port)
{
	switch (port) {
	case 0x20:
	case 0x21:
	case 0xa0:
	case 0xa1:
	case 0x4d0:
	case 0x4d1:
		return true;
	default:
		return false;
	}
}

u8 hull_pic_read(struct hull_irqchip *chip, u16 port)
{
	struct hull_pic *pic = &chip->pic;
	unsigned long flags, acked;
	bool output;
	u8 val;

	raw_spin_lock_irqsave(&pic->lock, flags);
	output = pic->pair.output;
	if (port >= 0x4d0)
		val = pic->pair.chip[port & 1].elcr;
	else
		val = hull_i8259_read(&pic->pair, port & 0x80, port & 1);
	acked = pic_settle(chip, output);
	raw_spin_unlock_irqrestore(&pic->lock, flags);
	pic_acked(chip, acked);
	return val;
}

void hull_pic_write(struct hull_irqchip *chip, u16 port, u8 val)
{
	struct hull_pic *pic = &chip->pic;
	unsigned long flags, acked;
	bool output;

	raw_spin_lock_irqsave(&pic->lock, flags);
	output = pic->pair.output;
	if (port >= 0x4d0)
		hull_i8259_elcr_write(&pic->pair, port & 1, val);
	else
		hull_i8259_write(&pic->pair, port & 0x80, port & 1, val);
	acked = pic_settle(chip, output);
	raw_spin_unlock_irqrestore(&pic->lock, flags);
	pic_acked(chip, acked);
}

void hull_pic_state_get(struct hull_irqchip *chip, unsigned int which, struct kvm_pic_state *state)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&chip->pic.lock, flags);
	*state = chip->pic.pair.chip[which];
	raw_spin_unlock_irqrestore(&chip->pic.lock, flags);
}

void hull_pic_state_set(struct hull_irqchip *chip, unsigned int which,
			const struct kvm_pic_state *state)
{
	struct hull_pic *pic = &chip->pic;
	unsigned long flags, acked;
	bool output;

	raw_spin_lock_irqsave(&pic->lock, flags);
	output = pic->pair.output;
	pic->pair.chip[which] = *state;
	hull_i8259_sanitize(&pic->pair);
	acked = pic_settle(chip, output);
	raw_spin_unlock_irqrestore(&pic->lock, flags);
	pic_acked(chip, acked);
}

void hull_pic_init(struct hull_irqchip *chip)
{
	raw_spin_lock_init(&chip->pic.lock);
	hull_i8259_reset(&chip->pic.pair);
}
