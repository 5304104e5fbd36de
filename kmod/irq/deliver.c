// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages from I/O APICs, MSIs and processors to local APICs.
 * SDM Vol. 3, 11.6 and 11.11.
 *
 * APIC IDs cannot be changed by guests here, so the table of local APICs by ID
 * changes only when a vCPU comes or goes; readers are under RCU.
 */

#include <linux/nospec.h>
#include <irq/irq_private.h>

static struct hull_lapic *lapic_by_id(struct hull_irqchip *chip, u32 id)
{
	if (id > chip->max_id)
		return NULL;
	return rcu_dereference(chip->lapics[array_index_nospec(id, chip->max_id + 1)]);
}

static int lapic_take(struct hull_lapic *apic, const struct hull_irq_msg *msg)
{
	switch (msg->mode) {
	case HULL_IRQ_FIXED:
	case HULL_IRQ_LOWEST:
		return hull_lapic_irq_set(apic, msg->vector, msg->level);
	case HULL_IRQ_NMI:
		apic->ops->nmi(apic->vcpu);
		return 1;
	case HULL_IRQ_INIT:
		apic->ops->init(apic->vcpu);
		return 1;
	case HULL_IRQ_SIPI:
		apic->ops->sipi(apic->vcpu, msg->vector);
		return 1;
	default:	/* SMI: there is no SMM; ExtINT: the PIC has its own wire */
		return -1;
	}
}

static bool lapic_match(const struct hull_lapic *apic, const struct hull_irq_msg *msg)
{
	struct hull_apic_target target = {
		.id = apic->id,
		.ldr = READ_ONCE(apic->ldr),
		.dfr = READ_ONCE(apic->dfr),
		.x2apic = hull_lapic_x2apic(apic),
	};

	return hull_lapic_hw_enabled(apic) && hull_apic_match(&target, msg);
}

/* IDs that @msg can be for: all, one, or an x2APIC cluster's 16. */
static void candidates(struct hull_irqchip *chip, const struct hull_irq_msg *msg, u32 *first,
		       u32 *end)
{
	*first = 0;
	*end = READ_ONCE(chip->nr_ids);
	if (msg->dest == 0xff || msg->dest == ~0U)
		return;
	if (!msg->logical) {
		*first = min(msg->dest, *end);
		*end = min(msg->dest + 1, *end);
	} else if (msg->wide && msg->dest > 0xffff) {
		*first = min((msg->dest >> 16) * 16, *end);
		*end = min((msg->dest >> 16) * 16 + 16, *end);
	}
}

static int count(int sum, int more)
{
	return more < 0 ? sum : max(sum, 0) + more;
}

/*
 * One among those addressed: the least busy, and in turns among equals. The
 * architecture leaves the arbitration to the processor (11.6.2.4).
 */
static int deliver_lowest(struct hull_irqchip *chip, const struct hull_irq_msg *msg)
{
	struct hull_lapic *apic, *best = NULL;
	u32 first, end, n, i, id;

	candidates(chip, msg, &first, &end);
	n = end - first;
	id = n > 1 ? READ_ONCE(chip->arbiter) % n : 0;
	for (i = 0; i < n; i++, id = id + 1 < n ? id + 1 : 0) {
		apic = lapic_by_id(chip, first + id);
		if (!apic || !hull_lapic_sw_enabled(apic) || !lapic_match(apic, msg))
			continue;
		if (!best || READ_ONCE(apic->ppr) < READ_ONCE(best->ppr))
			best = apic;
	}
	if (!best)
		return -1;
	WRITE_ONCE(chip->arbiter, best->id - first + 1);
	return lapic_take(best, msg);
}

static int deliver_all(struct hull_irqchip *chip, const struct hull_lapic *but,
		       const struct hull_irq_msg *msg)
{
	u32 id, end = READ_ONCE(chip->nr_ids);
	struct hull_lapic *apic;
	int ret = -1;

	for (id = 0; id < end; id++) {
		apic = lapic_by_id(chip, id);
		if (apic && apic != but && hull_lapic_hw_enabled(apic))
			ret = count(ret, lapic_take(apic, msg));
	}
	return ret;
}

static int deliver_matching(struct hull_irqchip *chip, const struct hull_irq_msg *msg)
{
	struct hull_lapic *apic;
	u32 id, end;
	int ret = -1;

	for (candidates(chip, msg, &id, &end); id < end; id++) {
		apic = lapic_by_id(chip, id);
		if (apic && lapic_match(apic, msg))
			ret = count(ret, lapic_take(apic, msg));
	}
	return ret;
}

int hull_irq_deliver(struct hull_irqchip *chip, struct hull_lapic *src,
		     const struct hull_irq_msg *msg)
{
	int ret;

	rcu_read_lock();
	if (msg->shorthand == HULL_IRQ_TO_SELF)
		ret = lapic_take(src, msg);
	else if (msg->shorthand == HULL_IRQ_TO_ALL)
		ret = deliver_all(chip, NULL, msg);
	else if (msg->shorthand == HULL_IRQ_TO_OTHERS)
		ret = deliver_all(chip, src, msg);
	else if (msg->lowest)
		ret = deliver_lowest(chip, msg);
	else
		ret = deliver_matching(chip, msg);
	rcu_read_unlock();
	return ret;
}

void hull_lapic_icr_send(struct hull_lapic *apic, u32 low, u32 dest)
{
	struct hull_irq_msg msg;

	if (!hull_apic_icr_decode(low, dest, hull_lapic_x2apic(apic), &msg))
		return;
	if (msg.mode <= HULL_IRQ_LOWEST && msg.vector < 16)
		hull_lapic_error(apic, HULL_ESR_SEND_VECTOR);
	else
		hull_irq_deliver(apic->chip, apic, &msg);
}

int hull_irq_ipi_send(struct hull_irqchip *chip, const unsigned long bitmap[2], u32 min, u32 icr,
		      bool wide)
{
	unsigned int word, bit, bits = wide ? 64 : 32;
	struct hull_irq_msg msg;
	struct hull_lapic *apic;
	unsigned long set;
	int reached = 0;
	u64 id;

	if (!hull_apic_icr_decode(icr, 0, true, &msg) || msg.logical || msg.shorthand)
		return -EINVAL;
	if (msg.mode != HULL_IRQ_NMI && (msg.mode != HULL_IRQ_FIXED || msg.vector < 16))
		return -EINVAL;
	rcu_read_lock();
	for (word = 0; word < 2; word++) {
		set = wide ? bitmap[word] : (u32)bitmap[word];
		for_each_set_bit(bit, &set, 64) {
			id = (u64)min + word * bits + bit;
			apic = id <= chip->max_id ? lapic_by_id(chip, id) : NULL;
			if (apic && hull_lapic_hw_enabled(apic) && lapic_take(apic, &msg) >= 0)
				reached++;
		}
	}
	rcu_read_unlock();
	return reached;
}

int hull_irq_msi_send(struct hull_irqchip *chip, const struct kvm_msi *msi)
{
	u32 api = READ_ONCE(chip->x2apic_api);
	bool wide = api & KVM_X2APIC_API_USE_32BIT_IDS;
	u64 address = msi->address_lo | (u64)msi->address_hi << 32;
	struct hull_irq_msg msg;

	if (msi->flags || (wide && (msi->address_hi & 0xff)))
		return -EINVAL;
	hull_apic_msi_decode(address, msi->data, wide, &msg);
	msg.wide = api & KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK;
	return hull_irq_deliver(chip, NULL, &msg);
}

void hull_irq_extint_changed(struct hull_irqchip *chip)
{
	u32 id, end = READ_ONCE(chip->nr_ids);
	struct hull_lapic *apic;

	rcu_read_lock();
	for (id = 0; id < end; id++) {
		apic = lapic_by_id(chip, id);
		if (!apic)
			continue;
		if (hull_lapic_hw_enabled(apic)) {
			hull_lapic_lvt_raise(apic, HULL_LVT_LINT0);
		} else if (hull_lapic_takes_extint(apic)) {
			hull_lapic_reevaluate(apic);
			apic->ops->kick(apic->vcpu);
		}
	}
	rcu_read_unlock();
}
