/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain: the VMs that may meet. Names that their guests give to event channels and
 * to shared memory are known within it, and nowhere else. A VM whose record names no
 * domain has one of its own, and meets its VMM only.
 *
 * Lock order: vcpu->mutex > shares_lock; vcpu->mutex > lock. Neither of the two is taken
 * under the other, and under neither does anybody wait for a VMM or its memory.
 */
#ifndef HULL_HYPERCALL_DOMAIN_H
#define HULL_HYPERCALL_DOMAIN_H

#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <hypercall/calls.h>

struct hull_domain {
	char name[HULL_NAME_MAX + 1];	/* [I] empty: one VM's own */
	struct list_head link;		/* domains_lock; only when it has a name */
	unsigned int users;		/* domains_lock */

	struct mutex lock;		/* ends of event channels, and: */
	DECLARE_HASHTABLE(offers, 6);	/* struct hull_event_end that wait for a peer */

	struct mutex shares_lock;	/* life of shared memory, and: */
	struct list_head shares;	/* struct hull_shared on offer */
};

/* May its VMs meet each other? */
static inline bool hull_domain_shared(const struct hull_domain *domain)
{
	return domain->name[0];
}

/* a row of vm_parts: calls->domain */
int hull_domain_join(struct hull_vm_calls *calls);
void hull_domain_leave(struct hull_vm_calls *calls);

#endif
