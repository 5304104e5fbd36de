// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a GSI to pins and MSIs.
 *
 * The table is replaced whole, under RCU: nothing on the way of an interrupt sleeps. Nor
 * does who replaces it, as a rule: old tables are freed when later ones are replaced. One
 * who goes on and on waits for an ordinary grace period, which disturbs nobody.
 */

#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <irq/irq_private.h>

#define NR_GSI_MAX	4096	/* KVM_CAP_IRQ_ROUTING, as KVM's */

/* Tables that were replaced and may still be read. A VMM replaces one with each vector. */
#define OLD_MAX		16

/* --- the table --------------------------------------------------------------------- */

static bool entry_valid(const struct hull_irqchip *chip, const struct kvm_irq_routing_entry *e)
{
	unsigned int pins;

	if (e->gsi >= NR_GSI_MAX || e->flags)
		return false;
	switch (e->type) {
	case KVM_IRQ_ROUTING_IRQCHIP:
		if (chip->split || e->u.irqchip.irqchip > KVM_IRQCHIP_IOAPIC)
			return false;
		pins = e->u.irqchip.irqchip == KVM_IRQCHIP_IOAPIC ? HULL_IOAPIC_PINS : 8;
		return e->u.irqchip.pin < pins;
	case KVM_IRQ_ROUTING_MSI:
		return !(READ_ONCE(chip->x2apic_api) & KVM_X2APIC_API_USE_32BIT_IDS) ||
		       !(e->u.msi.address_hi & 0xff);
	default:
		return false;
	}
}

/* One GSI goes to one MSI, or to pins of different chips. */
static bool gsi_valid(const struct kvm_irq_routing_entry *e, unsigned int n)
{
	unsigned int i, seen = 0;

	if (n == 1)
		return true;
	for (i = 0; i < n; i++) {
		if (e[i].type != KVM_IRQ_ROUTING_IRQCHIP || (seen & BIT(e[i].u.irqchip.irqchip)))
			return false;
		seen |= BIT(e[i].u.irqchip.irqchip);
	}
	return true;
}

static struct hull_routing *routing_alloc(u32 n, u32 nr_gsi)
{
	struct hull_routing *r;
	size_t entries = struct_size(r, entries, n);

	r = kvzalloc(size_add(entries, array_size(nr_gsi + 1, sizeof(*r->start))),
		     GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	r->n = n;
	r->nr_gsi = nr_gsi;
	r->start = (void *)r + entries;
	memset(r->pin_gsi, 0xff, sizeof(r->pin_gsi));
	return r;
}

/* Sorts by counting: start[g + 1] counts up to where the next entry of g goes. */
static void routing_fill(struct hull_routing *r, const struct kvm_irq_routing_entry *entries)
{
	u32 i, gsi, at;

	for (i = 0; i < r->n; i++)
		r->start[entries[i].gsi + 1]++;
	for (gsi = 0; gsi < r->nr_gsi; gsi++)
		r->start[gsi + 1] += r->start[gsi];
	/* From behind, so that each start[gsi + 1] ends as start of its own GSI. */
	for (i = r->n; i--; ) {
		at = --r->start[entries[i].gsi + 1];
		r->entries[at] = entries[i];
		if (entries[i].type == KVM_IRQ_ROUTING_IRQCHIP)
			r->pin_gsi[entries[i].u.irqchip.irqchip][entries[i].u.irqchip.pin] =
				entries[i].gsi;
	}
	memmove(r->start, r->start + 1, r->nr_gsi * sizeof(*r->start));
	r->start[r->nr_gsi] = r->n;
}

static struct hull_routing *routing_build(const struct hull_irqchip *chip,
					  const struct kvm_irq_routing_entry *entries, u32 n)
{
	struct hull_routing *r;
	u32 i, nr_gsi = 0;

	for (i = 0; i < n; i++) {
		if (!entry_valid(chip, &entries[i]))
			return ERR_PTR(-EINVAL);
		nr_gsi = max(nr_gsi, entries[i].gsi + 1);
	}
	r = routing_alloc(n, max_t(u32, nr_gsi, chip->split ? chip->split_pins : HULL_IOAPIC_PINS));
	if (!r)
		return ERR_PTR(-ENOMEM);
	routing_fill(r, entries);
	for (i = 0; i < nr_gsi; i++) {
		if (!gsi_valid(r->entries + r->start[i], r->start[i + 1] - r->start[i])) {
			kvfree(r);
			return ERR_PTR(-EINVAL);
		}
	}
	return r;
}

/* Free what nobody reads any more. Above OLD_MAX it waits until there is such. */
static void old_routings_free(struct hull_irqchip *chip)
{
	struct hull_routing **at = &chip->old_routings, *r, *next;
	unsigned int n = 0;

	lockdep_assert_held(&chip->lock);
	/* What was replaced before one that nobody reads, nobody reads either. */
	while ((r = *at) && ++n < OLD_MAX && !poll_state_synchronize_rcu(r->retired))
		at = &r->older;
	if (!r)
		return;
	cond_synchronize_rcu(r->retired);
	*at = NULL;
	for (; r; r = next) {
		next = r->older;
		kvfree(r);
	}
}

int hull_irq_routing_set(struct hull_irqchip *chip, const struct kvm_irq_routing_entry *entries,
			 unsigned int n)
{
	struct hull_routing *new, *old;

	if (n > NR_GSI_MAX)
		return -EINVAL;
	new = routing_build(chip, entries, n);
	if (IS_ERR(new))
		return PTR_ERR(new);
	mutex_lock(&chip->lock);
	old = rcu_replace_pointer(chip->routing, new, lockdep_is_held(&chip->lock));
	if (old) {
		old->retired = start_poll_synchronize_rcu();
		old->older = chip->old_routings;
		chip->old_routings = old;
	}
	old_routings_free(chip);
	mutex_unlock(&chip->lock);
	return 0;
}

/* GSI n is pin n of the I/O APIC and, up to 15, line n of the PIC. */
int hull_routing_init(struct hull_irqchip *chip)
{
	struct kvm_irq_routing_entry *e;
	u32 gsi, n = 0;
	int ret;

	if (chip->split)
		return hull_irq_routing_set(chip, NULL, 0);
	e = kcalloc(HULL_IOAPIC_PINS + HULL_PIC_PINS, sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	for (gsi = 0; gsi < HULL_IOAPIC_PINS; gsi++) {
		e[n].gsi = gsi;
		e[n].type = KVM_IRQ_ROUTING_IRQCHIP;
		e[n].u.irqchip.irqchip = KVM_IRQCHIP_IOAPIC;
		e[n++].u.irqchip.pin = gsi;
		if (gsi >= HULL_PIC_PINS)
			continue;
		e[n].gsi = gsi;
		e[n].type = KVM_IRQ_ROUTING_IRQCHIP;
		e[n].u.irqchip.irqchip = gsi < 8 ? KVM_IRQCHIP_PIC_MASTER : KVM_IRQCHIP_PIC_SLAVE;
		e[n++].u.irqchip.pin = gsi & 7;
	}
	ret = hull_irq_routing_set(chip, e, n);
	kfree(e);
	return ret;
}

void hull_routing_destroy(struct hull_irqchip *chip)
{
	struct hull_routing *r, *older;

	kvfree(rcu_dereference_protected(chip->routing, true));
	/* Nobody raises interrupts any more. */
	for (r = chip->old_routings; r; r = older) {
		older = r->older;
		kvfree(r);
	}
}

/* --- the way of an interrupt ---------------------------------------------------------- */

static int entry_set(struct hull_irqchip *chip, const struct kvm_irq_routing_entry *e,
		     enum hull_irq_source src, bool level)
{
	struct kvm_msi msi = {};
	unsigned int pin;

	if (e->type == KVM_IRQ_ROUTING_MSI) {
		if (!level)
			return -1;
		msi.address_lo = e->u.msi.address_lo;
		msi.address_hi = e->u.msi.address_hi;
		msi.data = e->u.msi.data;
		return hull_irq_msi_send(chip, &msi);
	}
	pin = e->u.irqchip.pin;
	if (e->u.irqchip.irqchip == KVM_IRQCHIP_IOAPIC)
		return hull_ioapic_line(chip, pin, src, level);
	return hull_pic_line(chip, pin + (e->u.irqchip.irqchip == KVM_IRQCHIP_PIC_SLAVE ? 8 : 0),
			     src, level);
}

int hull_irq_gsi_set(struct hull_irqchip *chip, u32 gsi, enum hull_irq_source src, bool level)
{
	const struct hull_routing *r;
	int ret = -EINVAL, one;
	u32 i;

	rcu_read_lock();
	r = rcu_dereference(chip->routing);
	if (gsi < r->nr_gsi) {
		ret = -1;
		gsi = array_index_nospec(gsi, r->nr_gsi);
		for (i = r->start[gsi]; i < r->start[gsi + 1]; i++) {
			one = entry_set(chip, &r->entries[i], src, level);
			if (one >= 0)
				ret = max(ret, 0) + one;
		}
	}
	rcu_read_unlock();
	return ret;
}

int hull_irq_line_set(struct hull_irqchip *chip, u32 gsi, bool level)
{
	return hull_irq_gsi_set(chip, gsi, HULL_IRQ_SRC_USER, level);
}

int hull_irq_gsi_edge(struct hull_irqchip *chip, u32 gsi, enum hull_irq_source src)
{
	int ret = hull_irq_gsi_set(chip, gsi, src, true);

	hull_irq_gsi_set(chip, gsi, src, false);
	return ret;
}

/* --- the way back ------------------------------------------------------------------------ */

void hull_irq_pin_acked(struct hull_irqchip *chip, unsigned int which, unsigned int pin)
{
	int gsi;

	if (list_empty(&chip->resamplers))
		return;
	rcu_read_lock();
	gsi = rcu_dereference(chip->routing)->pin_gsi[which][pin];
	rcu_read_unlock();
	if (gsi >= 0)
		hull_irqfd_gsi_acked(chip, gsi);
}

bool hull_irq_split_eoi(struct hull_irqchip *chip, u8 vector)
{
	const struct kvm_irq_routing_entry *e;
	const struct hull_routing *r;
	struct hull_irq_msg msg;
	bool found = false;
	u32 i, end;

	rcu_read_lock();
	r = rcu_dereference(chip->routing);
	end = r->start[min(chip->split_pins, r->nr_gsi)];
	for (i = 0; i < end && !found; i++) {
		e = &r->entries[i];
		hull_apic_msi_decode(e->u.msi.address_lo, e->u.msi.data, false, &msg);
		found = msg.level && msg.vector == vector;
	}
	rcu_read_unlock();
	return found;
}
