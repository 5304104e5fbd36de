// SPDX-License-Identifier: GPL-2.0-only
/*
 * The I/O APIC: 24 pins, as the 82093AA has them, with the EOI register of later ones.
 *
 * Deliveries happen under ioapic.lock, so that a line's messages keep their order.
 */

#include <linux/nospec.h>
#include <compat/hrtimer.h>
#include <irq/irq_private.h>

/*
 * A level line that stays up is delivered again at each EOI. After so many times in a
 * row it has to wait, so that a guest that cannot quiet its device gets other work done.
 */
#define STORM_LIMIT	1000
#define STORM_PAUSE	(10 * NSEC_PER_MSEC)

static struct hull_irqchip *to_chip(struct hull_ioapic *io)
{
	return container_of(io, struct hull_irqchip, ioapic);
}

/* Send the pin's message, as its entry says. Return: as hull_irq_deliver(). */
static int pin_deliver(struct hull_ioapic *io, unsigned int pin)
{
	struct hull_irq_msg msg;
	int ret;

	lockdep_assert_held(&io->lock);
	if (io->table[pin] & HULL_RTE_MASKED)
		return -1;
	hull_rte_decode(io->table[pin], &msg);
	ret = hull_irq_deliver(to_chip(io), NULL, &msg);
	if (msg.level && ret >= 0)
		io->table[pin] |= HULL_RTE_REMOTE_IRR;
	return ret;
}

static void pin_deliver_level(struct hull_ioapic *io, unsigned int pin)
{
	if (io->sources[pin] && hull_rte_level_ready(io->table[pin]))
		pin_deliver(io, pin);
}

int hull_ioapic_line(struct hull_irqchip *chip, unsigned int pin, enum hull_irq_source src,
		     bool level)
{
	struct hull_ioapic *io = &chip->ioapic;
	unsigned long flags;
	bool was;
	int ret;

	raw_spin_lock_irqsave(&io->lock, flags);
	was = io->sources[pin];
	if (level)
		io->sources[pin] |= BIT(src);
	else
		io->sources[pin] &= ~BIT(src);
	if (!io->sources[pin]) {
		io->storm[pin] = 0;
		ret = 1;
	} else if (hull_rte_is_level(io->table[pin])) {
		ret = io->table[pin] & HULL_RTE_REMOTE_IRR ? 0 : pin_deliver(io, pin);
	} else {
		ret = was ? 0 : pin_deliver(io, pin);
	}
	raw_spin_unlock_irqrestore(&io->lock, flags);
	return ret;
}

/* --- end of interrupt ---------------------------------------------------------- */

static enum hrtimer_restart storm_over(struct hrtimer *timer)
{
	struct hull_ioapic *io = container_of(timer, struct hull_ioapic, storm_timer);
	unsigned long flags;
	unsigned int pin;

	raw_spin_lock_irqsave(&io->lock, flags);
	for (pin = 0; pin < HULL_IOAPIC_PINS; pin++)
		if (io->stalled & BIT(pin))
			pin_deliver_level(io, pin);
	io->stalled = 0;
	raw_spin_unlock_irqrestore(&io->lock, flags);
	return HRTIMER_NORESTART;
}

static void pin_redeliver(struct hull_ioapic *io, unsigned int pin)
{
	if (!io->sources[pin]) {
		io->storm[pin] = 0;
		return;
	}
	if (++io->storm[pin] < STORM_LIMIT) {
		pin_deliver_level(io, pin);
		return;
	}
	io->storm[pin] = 0;
	if (!io->stalled)
		hrtimer_start(&io->storm_timer, ns_to_ktime(STORM_PAUSE), HRTIMER_MODE_REL_HARD);
	io->stalled |= BIT(pin);
}

/*
 * In two steps: between them, without the lock, devices hear that their interrupt
 * was ended and may lower their lines.
 */
void hull_ioapic_eoi(struct hull_irqchip *chip, u8 vector)
{
	struct hull_ioapic *io = &chip->ioapic;
	unsigned long flags, ended = 0;
	unsigned int pin;

	raw_spin_lock_irqsave(&io->lock, flags);
	for (pin = 0; pin < HULL_IOAPIC_PINS; pin++) {
		if ((u8)io->table[pin] != vector || !(io->table[pin] & HULL_RTE_REMOTE_IRR))
			continue;
		io->table[pin] &= ~HULL_RTE_REMOTE_IRR;
		ended |= BIT(pin);
	}
	raw_spin_unlock_irqrestore(&io->lock, flags);
	if (!ended)
		return;

	for_each_set_bit(pin, &ended, HULL_IOAPIC_PINS)
		hull_irq_pin_acked(chip, KVM_IRQCHIP_IOAPIC, pin);

	raw_spin_lock_irqsave(&io->lock, flags);
	for_each_set_bit(pin, &ended, HULL_IOAPIC_PINS)
		pin_redeliver(io, pin);
	raw_spin_unlock_irqrestore(&io->lock, flags);
}

/* --- registers ------------------------------------------------------------------- */

static u32 reg_read(struct hull_ioapic *io)
{
	unsigned int n = io->select - HULL_IOAPIC_REG_TABLE;

	switch (io->select) {
	case HULL_IOAPIC_REG_ID:
	case HULL_IOAPIC_REG_ARB:
		return (u32)io->id << 24;
	case HULL_IOAPIC_REG_VERSION:
		return HULL_IOAPIC_VERSION;
	}
	if (io->select < HULL_IOAPIC_REG_TABLE || n >= 2 * HULL_IOAPIC_PINS)
		return ~0U;
	n = array_index_nospec(n, 2 * HULL_IOAPIC_PINS);
	return io->table[n / 2] >> (n % 2 * 32);
}

static void reg_write(struct hull_ioapic *io, u32 val)
{
	unsigned int n = io->select - HULL_IOAPIC_REG_TABLE;

	if (io->select == HULL_IOAPIC_REG_ID)
		io->id = val >> 24 & 0xf;
	if (io->select < HULL_IOAPIC_REG_TABLE || n >= 2 * HULL_IOAPIC_PINS)
		return;
	n = array_index_nospec(n, 2 * HULL_IOAPIC_PINS);
	io->table[n / 2] = hull_rte_write(io->table[n / 2], val, n % 2);
	pin_deliver_level(io, n / 2);
}

bool hull_ioapic_mmio(struct hull_irqchip *chip, u64 gpa, unsigned int len, void *data, bool write)
{
	struct hull_ioapic *io = &chip->ioapic;
	u64 offset = gpa - READ_ONCE(io->base);
	unsigned long flags;
	u32 val = 0;

	if (offset >= HULL_IOAPIC_SIZE)
		return false;
	if (write)
		memcpy(&val, data, min_t(unsigned int, len, 4));
	if (write && offset == HULL_IOAPIC_EOI) {
		hull_ioapic_eoi(chip, val);
		return true;
	}
	raw_spin_lock_irqsave(&io->lock, flags);
	if (write && offset == HULL_IOAPIC_SELECT)
		io->select = val;
	else if (write && offset == HULL_IOAPIC_WINDOW)
		reg_write(io, val);
	else if (offset == HULL_IOAPIC_SELECT)
		val = io->select;
	else if (offset == HULL_IOAPIC_WINDOW)
		val = reg_read(io);
	raw_spin_unlock_irqrestore(&io->lock, flags);
	if (!write) {
		memset(data, 0, len);
		memcpy(data, &val, min_t(unsigned int, len, 4));
	}
	return true;
}

/* --- KVM_GET_IRQCHIP, KVM_SET_IRQCHIP ---------------------------------------------- */

void hull_ioapic_state_get(struct hull_irqchip *chip, struct kvm_ioapic_state *state)
{
	struct hull_ioapic *io = &chip->ioapic;
	unsigned long flags;
	unsigned int pin;

	raw_spin_lock_irqsave(&io->lock, flags);
	state->base_address = io->base;
	state->ioregsel = io->select;
	state->id = io->id;
	for (pin = 0; pin < HULL_IOAPIC_PINS; pin++) {
		state->irr |= io->sources[pin] ? BIT(pin) : 0;
		state->redirtbl[pin].bits = io->table[pin];
	}
	raw_spin_unlock_irqrestore(&io->lock, flags);
}

int hull_ioapic_state_set(struct hull_irqchip *chip, const struct kvm_ioapic_state *state)
{
	struct hull_ioapic *io = &chip->ioapic;
	unsigned long flags;
	unsigned int pin;
	u64 rte;

	if (state->base_address & (HULL_IOAPIC_SIZE - 1) ||
	    state->base_address > ~0ULL - HULL_IOAPIC_SIZE)
		return -EINVAL;
	raw_spin_lock_irqsave(&io->lock, flags);
	WRITE_ONCE(io->base, state->base_address);
	io->select = state->ioregsel;
	io->id = state->id & 0xf;
	for (pin = 0; pin < HULL_IOAPIC_PINS; pin++) {
		rte = state->redirtbl[pin].bits & (HULL_RTE_BITS & ~HULL_RTE_STATUS);
		if (!(rte & HULL_RTE_LEVEL))
			rte &= ~HULL_RTE_REMOTE_IRR;
		io->table[pin] = rte;
		io->storm[pin] = 0;
		io->sources[pin] = state->irr & BIT(pin) ? BIT(HULL_IRQ_SRC_USER) : 0;
		pin_deliver_level(io, pin);
	}
	raw_spin_unlock_irqrestore(&io->lock, flags);
	return 0;
}

void hull_ioapic_init(struct hull_irqchip *chip)
{
	struct hull_ioapic *io = &chip->ioapic;
	unsigned int pin;

	raw_spin_lock_init(&io->lock);
	hull_compat_hrtimer_setup(&io->storm_timer, storm_over, CLOCK_MONOTONIC,
				  HRTIMER_MODE_REL_HARD);
	io->base = HULL_IOAPIC_BASE;
	for (pin = 0; pin < HULL_IOAPIC_PINS; pin++)
		io->table[pin] = HULL_RTE_MASKED;
}

void hull_ioapic_stop(struct hull_irqchip *chip)
{
	hrtimer_cancel(&chip->ioapic.storm_timer);
}
