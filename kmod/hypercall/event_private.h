/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels inside: ends and where their VM is told of events.
 *
 * Whoever sends holds RCU and nothing else: it may be in another VM's exit, with
 * interrupts off. Ends and targets are freed after a grace period; a VM waits for one
 * after it has closed its ends and before it takes anything away that senders use.
 *
 * Fields: [I] never changes; [D] domain->lock, read under RCU; [S] setup_lock, likewise.
 */
#ifndef HULL_HYPERCALL_EVENT_PRIVATE_H
#define HULL_HYPERCALL_EVENT_PRIVATE_H

#include <linux/bitmap.h>
#include <linux/eventfd.h>
#include <linux/rcupdate.h>
#include <hypercall/domain.h>
#include <hypercall/event.h>
#include <hypercall/meet_logic.h>

#define HULL_EVENT_HOST_MAX	64	/* ends that the VMM of one VM may have */

/* Where a VM's events are written, and how its guest is told. */
struct hull_event_target {
	struct hull_event_page *page;		/* [I] the kernel's address of it */
	struct page *pinned;			/* [I] */
	u64 gpa;				/* [I] */
	u32 how, what;				/* [I] HULL_EVENT_* */
};

/* One end of a channel: a guest's port, or the VMM's. */
struct hull_event_end {
	struct hull_events *events;		/* [I] whose it is */
	u32 number;				/* [I] in @events->ports or @events->host */
	bool host;				/* [I] it is the VMM's */
	struct eventfd_ctx *eventfd;		/* [I] the VMM's way to hear of events, or NULL */
	struct hull_event_end __rcu *peer;	/* [D] NULL: nobody yet; or HULL_EVENT_BROKEN */
	struct hlist_node offer;		/* [D] while it waits for a peer */
	char name[HULL_GUEST_NAME_MAX + 1];	/* [I] empty: nobody can connect */
	struct rcu_head rcu;
};

/* What a VM keeps for event channels. */
struct hull_events {
	struct hull_vm *vm;			/* [I] */
	struct hull_domain *domain;		/* [I] */
	struct mutex setup_lock;		/* outside domain->lock */
	struct hull_event_target __rcu *target;	/* [S] NULL: no setup yet */
	struct hlist_head host_offers;		/* [D] the VMM's ends that wait */
	struct hull_event_end __rcu *host[HULL_EVENT_HOST_MAX];		/* [D] */
	struct hull_event_end __rcu *ports[HULL_EVENT_PORTS_MAX];	/* [D] 0 is never used */
};

/* The peer of an end whose peer was closed. */
extern struct hull_event_end hull_event_broken;
#define HULL_EVENT_BROKEN	(&hull_event_broken)

/* --- event.c: the way of an event ------------------------------------------- */

/** hull_event_end_raise - tell whoever has @end; under RCU, any context but NMI */
void hull_event_end_raise(struct hull_event_end *end);
/** hull_event_end_send - to the peer. Return: 0, -ENOTCONN, -EPIPE. Likewise */
int hull_event_end_send(struct hull_event_end *end);
/** hull_events_again - make every port pending; domain->lock held */
void hull_events_again(struct hull_events *events);

/* --- event_port.c: ends ------------------------------------------------------- */

struct hull_event_end *hull_event_end_alloc(struct hull_events *events, const char *name);
/** hull_event_end_free - of one that nobody has seen */
void hull_event_end_free(struct hull_event_end *end);
/**
 * hull_event_end_publish - give it a number of @table, from @first on
 *
 * Context: domain->lock held. Return: the number, -ENOSPC.
 */
int hull_event_end_publish(struct hull_event_end *end, struct hull_event_end __rcu **table,
			   u32 first, u32 size);
/** hull_event_end_close - take it out of its table, tell its peer; domain->lock held */
void hull_event_end_close(struct hull_event_end *end);

/* --- event_setup.c ------------------------------------------------------------ */

/** hull_events_reset - close the guest's ports, let go of its page; may sleep */
void hull_events_reset(struct hull_events *events);

#endif
