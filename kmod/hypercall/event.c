// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of an event: from a send to a bit in the peer's memory and an interrupt.
 *
 * A send runs with interrupts off in the sender's exit and touches the peer's VM by
 * atomic operations on its page and by the ways that interrupts have. The bits are set
 * in the order pending, words, any, and the guest clears them in the other: an event
 * either finds `any` clear and interrupts, or the guest has yet to look.
 */

#include <linux/nospec.h>
#include <compat/eventfd.h>
#include <hypercall/event_private.h>

#define MSI_ADDRESS	0xfee00000u	/* SDM Vol. 3, 11.11.1: physical destination */
#define MSI_DEST_SHIFT	12

struct hull_event_end hull_event_broken;

/* --- telling a guest ------------------------------------------------------------- */

static void guest_interrupt(struct hull_events *events, const struct hull_event_target *target)
{
	/* pairs with the chip's creation */
	struct hull_irqchip *chip = smp_load_acquire(&events->vm->irqchip);
	struct kvm_msi msi = {};

	if (!chip)
		return;
	if (target->how == HULL_EVENT_GSI) {
		hull_irq_line_set(chip, target->what, true);
		hull_irq_line_set(chip, target->what, false);
	} else if (target->how == HULL_EVENT_VECTOR) {
		msi.address_lo = MSI_ADDRESS | target->what >> 8 << MSI_DEST_SHIFT;
		msi.data = target->what & 0xff;
		hull_irq_msi_send(chip, &msi);
	}
}

static bool page_bit(const HULL_U64 *words, u32 port)
{
	return READ_ONCE(words[port / 64]) & BIT_ULL(port % 64);
}

/* @always: interrupt whatever `any` says, for the guest's own asking. */
static void guest_tell(struct hull_events *events, const struct hull_event_target *target,
		       u32 port, bool always)
{
	struct hull_event_page *page = target->page;

	set_bit(port / 64, (unsigned long *)&page->words);
	if (!page_bit(page->mask, port) && (!xchg(&page->any, 1) || always))
		guest_interrupt(events, target);
	hull_mmu_dirty_mark(&events->vm->mmu, target->gpa);
}

static void port_raise(struct hull_events *events, u32 port)
{
	const struct hull_event_target *target = rcu_dereference(events->target);

	/*
	 * Who set the bit before us goes on to tell the guest, which has not taken it yet.
	 * The locked operation also puts our own stores before what the guest does then.
	 */
	if (target && !test_and_set_bit(port, (unsigned long *)target->page->pending))
		guest_tell(events, target, port, false);
}

void hull_event_end_raise(struct hull_event_end *end)
{
	if (!end->host)
		port_raise(end->events, end->number);
	else if (end->eventfd)
		hull_compat_eventfd_signal(end->eventfd);
}

int hull_event_end_send(struct hull_event_end *end)
{
	struct hull_event_end *peer = rcu_dereference(end->peer);

	if (!peer)
		return -ENOTCONN;
	if (peer == HULL_EVENT_BROKEN)
		return -EPIPE;
	hull_event_end_raise(peer);
	return 0;
}

void hull_events_again(struct hull_events *events)
{
	u32 port;

	lockdep_assert_held(&events->domain->lock);
	rcu_read_lock();
	for (port = 1; port < HULL_EVENT_PORTS_MAX; port++)
		if (rcu_access_pointer(events->ports[port]))
			port_raise(events, port);
	rcu_read_unlock();
}

/* --- calls ----------------------------------------------------------------------- */

static struct hull_event_end *port_find(struct hull_events *events, u64 port)
{
	if (port >= HULL_EVENT_PORTS_MAX)
		return NULL;
	return rcu_dereference(events->ports[array_index_nospec(port, HULL_EVENT_PORTS_MAX)]);
}

long hull_hc_event_send(struct hull_call *call)
{
	struct hull_event_end *end;
	int ret = -EBADF;

	rcu_read_lock();
	end = port_find(call->vm->calls->events, call->arg[0]);
	if (end)
		ret = hull_event_end_send(end);
	rcu_read_unlock();
	return ret;
}

static void port_unmask(struct hull_events *events, u32 port)
{
	const struct hull_event_target *target = rcu_dereference(events->target);

	if (!target)
		return;
	clear_bit(port, (unsigned long *)target->page->mask);
	/* Clear, then look: a sender sets pending, then looks at the mask. */
	smp_mb__after_atomic();
	if (page_bit(target->page->pending, port))
		guest_tell(events, target, port, true);
}

long hull_hc_event_unmask(struct hull_call *call)
{
	struct hull_events *events = call->vm->calls->events;
	struct hull_event_end *end;

	rcu_read_lock();
	end = port_find(events, call->arg[0]);
	if (end)
		port_unmask(events, end->number);
	rcu_read_unlock();
	return end ? 0 : -EBADF;
}

/* --- the host's own --------------------------------------------------------------- */

int hull_event_port_raise(struct hull_vm *vm, u32 port)
{
	struct hull_events *events = vm->calls->events;
	struct hull_event_end *end;

	rcu_read_lock();
	end = port_find(events, port);
	if (end)
		port_raise(events, end->number);
	rcu_read_unlock();
	return end ? 0 : -EBADF;
}

bool hull_event_port_exists(struct hull_vm *vm, u32 port)
{
	struct hull_event_end *end;

	rcu_read_lock();
	end = port_find(vm->calls->events, port);
	rcu_read_unlock();
	return end;
}
