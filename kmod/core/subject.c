// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry of subjects: by id in an xarray, by name in a hash table. Look-ups
 * are under RCU; changes are under one mutex.
 */

#include <linux/ctype.h>
#include <linux/hashtable.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/stringhash.h>
#include <linux/xarray.h>
#include <core/subject.h>
#include <policy/policy.h>

#define NAME_BITS	10

static DEFINE_MUTEX(registry_lock);
static DEFINE_XARRAY_FLAGS(subjects, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
static DEFINE_HASHTABLE(names, NAME_BITS);		/* written under registry_lock */
static u32 next_id;					/* registry_lock */
static u32 generation = 1;				/* registry_lock to write; never 0 */

/* How many of each kind there may be, and are. */
static struct {
	const u32 max;
	u32 count;					/* registry_lock to write */
} kinds[] = {
	[HULL_SUBJECT_VM] = { .max = HULL_VMS_MAX },
	[HULL_SUBJECT_GROUP] = { .max = HULL_GROUPS_MAX },
};

bool hull_name_valid(const char *name)
{
	size_t i, len = strnlen(name, HULL_NAME_MAX + 1);
	bool number = true;

	if (!len || len > HULL_NAME_MAX || name[0] == '-' || name[0] == '.')
		return false;
	for (i = 0; i < len; i++) {
		if (!isascii(name[i]) || (!isalnum(name[i]) && !strchr("_.-", name[i])))
			return false;
		number &= isdigit(name[i]) != 0;
	}
	/* A name that is a number would be taken for an id. */
	return !number;
}

static u32 name_hash(enum hull_subject_kind kind, const char *name)
{
	return full_name_hash((void *)(unsigned long)kind, name, strlen(name));
}

/* Under RCU or registry_lock. */
static struct hull_subject *name_find(enum hull_subject_kind kind, const char *name)
{
	struct hull_subject *subject;

	hash_for_each_possible_rcu(names, subject, by_name, name_hash(kind, name),
				   lockdep_is_held(&registry_lock))
		if (subject->kind == kind && !strcmp(subject->name, name))
			return subject;
	return NULL;
}

static void generation_advance(void)
{
	lockdep_assert_held(&registry_lock);
	WRITE_ONCE(generation, generation + 1 ?: 1);
}

int hull_subject_publish(struct hull_subject *subject, const char *name)
{
	enum hull_subject_kind kind = subject->kind;
	int ret;

	if (!hull_name_valid(name))
		return -EINVAL;
	strscpy(subject->name, name, sizeof(subject->name));
	kref_init(&subject->ref);

	mutex_lock(&registry_lock);
	ret = -EEXIST;
	if (name_find(kind, name))
		goto out_unlock;
	ret = -ENOSPC;
	if (kinds[kind].count >= kinds[kind].max)
		goto out_unlock;
	/* First the number, then what it stands for: readers see it complete. */
	ret = xa_alloc_cyclic(&subjects, &subject->id, NULL, XA_LIMIT(1, INT_MAX), &next_id,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0)
		goto out_unlock;
	kref_get(&subject->ref);
	subject->published = true;
	xa_store(&subjects, subject->id, subject, GFP_KERNEL_ACCOUNT);
	hash_add_rcu(names, &subject->by_name, name_hash(kind, name));
	WRITE_ONCE(kinds[kind].count, kinds[kind].count + 1);
	generation_advance();
	ret = 0;
out_unlock:
	mutex_unlock(&registry_lock);
	return ret;
}

bool hull_subject_unpublish(struct hull_subject *subject)
{
	enum hull_subject_kind kind = subject->kind;
	bool was;

	mutex_lock(&registry_lock);
	was = subject->published;
	if (was) {
		subject->published = false;
		hash_del_rcu(&subject->by_name);
		xa_erase(&subjects, subject->id);
		WRITE_ONCE(kinds[kind].count, kinds[kind].count - 1);
		generation_advance();
	}
	mutex_unlock(&registry_lock);
	if (was)
		hull_subject_put(subject);
	return was;
}

struct hull_subject *hull_subject_get_by_id(enum hull_subject_kind kind, u32 id)
{
	struct hull_subject *subject;

	rcu_read_lock();
	subject = xa_load(&subjects, id);
	if (subject && (subject->kind != kind || !kref_get_unless_zero(&subject->ref)))
		subject = NULL;
	rcu_read_unlock();
	return subject;
}

struct hull_subject *hull_subject_get_by_name(enum hull_subject_kind kind, const char *name)
{
	struct hull_subject *subject;

	rcu_read_lock();
	subject = name_find(kind, name);
	if (subject && !kref_get_unless_zero(&subject->ref))
		subject = NULL;
	rcu_read_unlock();
	return subject;
}

struct hull_subject *hull_subject_get_next(enum hull_subject_kind kind, u32 after)
{
	struct hull_subject *subject;
	unsigned long id = after;

	rcu_read_lock();
	do {
		subject = xa_find_after(&subjects, &id, INT_MAX, XA_PRESENT);
	} while (subject && (subject->kind != kind || !kref_get_unless_zero(&subject->ref)));
	rcu_read_unlock();
	return subject;
}

u32 hull_subject_generation(void)
{
	return READ_ONCE(generation);
}

u32 hull_subject_count(enum hull_subject_kind kind)
{
	return READ_ONCE(kinds[kind].count);
}

void hull_subject_get(struct hull_subject *subject)
{
	kref_get(&subject->ref);
}

bool hull_subject_get_unless_gone(struct hull_subject *subject)
{
	return kref_get_unless_zero(&subject->ref);
}

static void subject_release(struct kref *ref)
{
	struct hull_subject *subject = container_of(ref, struct hull_subject, ref);

	subject->release(subject);
}

void hull_subject_put(struct hull_subject *subject)
{
	kref_put(&subject->ref, subject_release);
}

struct hull_policy *hull_subject_policy(struct hull_subject *subject)
{
	struct hull_policy *policy;

	rcu_read_lock();
	/* One that is on its way out was replaced a moment ago. */
	do {
		policy = rcu_dereference(subject->policy);
	} while (!hull_policy_get_unless_gone(policy));
	rcu_read_unlock();
	return policy;
}

int hull_subject_init(void)
{
	return 0;
}

void hull_subject_exit(void)
{
	xa_destroy(&subjects);
}
