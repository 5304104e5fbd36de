/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A subject is what policy applies to: a VM or a group. One id space, one life
 * cycle, one registry. The record lives here; what runs lives in vm.h.
 */
#ifndef HULL_CORE_SUBJECT_H
#define HULL_CORE_SUBJECT_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/hull.h>

struct hull_policy;

enum hull_subject_kind { HULL_SUBJECT_VM = 1, HULL_SUBJECT_GROUP };

struct hull_subject {
	u32 id;				/* [I] */
	enum hull_subject_kind kind;	/* [I] */
	char name[HULL_NAME_MAX + 1];	/* [I] */
	struct hlist_node by_name;	/* in the registry */
	bool published;			/* registry's lock */
	struct kref ref;
	struct rcu_head rcu;
	/* [r] a reference, never NULL once published; written under its owner's lock */
	struct hull_policy __rcu *policy;
	/* [I] last reference is gone; frees by kfree_rcu(), since look-ups may still see it */
	void (*release)(struct hull_subject *subject);
};

/** hull_name_valid - 1 to HULL_NAME_MAX of [A-Za-z0-9_.-], no - or . first, not all digits */
bool hull_name_valid(const char *name);

/**
 * hull_subject_publish - give @subject an id and make it findable
 *
 * @subject is zeroed but for @kind, @policy, @release. It starts with two references: the
 * registry's and the caller's. Ids are not used again soon.
 * Return: 0; -EINVAL: bad name; -EEXIST: name taken by a live subject of the same
 * kind; -ENOSPC: too many; -ENOMEM.
 */
int hull_subject_publish(struct hull_subject *subject, const char *name);
/**
 * hull_subject_unpublish - nobody finds it any more; drops the registry's reference
 *
 * The caller holds one of its own. Return: false when somebody did it before.
 */
bool hull_subject_unpublish(struct hull_subject *subject);
struct hull_subject *hull_subject_get_by_id(enum hull_subject_kind kind, u32 id);
struct hull_subject *hull_subject_get_by_name(enum hull_subject_kind kind, const char *name);
/** hull_subject_get_next - reference to the first one with an id above @after, or NULL */
struct hull_subject *hull_subject_get_next(enum hull_subject_kind kind, u32 after);
/** hull_subject_generation - changes whenever one is published or unpublished (dump consistency) */
u32 hull_subject_generation(void);
/** hull_subject_count - how many are published */
u32 hull_subject_count(enum hull_subject_kind kind);
/** hull_subject_get - one more reference, by somebody who has one */
void hull_subject_get(struct hull_subject *subject);
/** hull_subject_get_unless_gone - likewise, by somebody who found it under RCU */
bool hull_subject_get_unless_gone(struct hull_subject *subject);
void hull_subject_put(struct hull_subject *subject);
/** hull_subject_policy - a reference to the policy in force; any context but NMI */
struct hull_policy *hull_subject_policy(struct hull_subject *subject);

int hull_subject_init(void);
void hull_subject_exit(void);

#endif
