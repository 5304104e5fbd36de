// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of groups by cgroup. Readers are under RCU; writers are under a spinlock,
 * since the removal of a cgroup is told where nobody may sleep.
 */

#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <compat/ksym.h>
#include <core/group_table.h>

/* Exported for a module that measures the look-up. */
struct hull_group_table hull_group_table = { .level = U32_MAX };
EXPORT_SYMBOL_GPL(hull_group_table);
DEFINE_STATIC_KEY_FALSE(hull_groups_key);
EXPORT_SYMBOL_GPL(hull_groups_key);

/* Written under table_lock and the kernel's cgroup lock; read by anybody at any time. */
u8 hull_group_filter[HULL_GROUP_FILTER_BYTES + sizeof(u32)] __aligned(sizeof(u32));
/* Objects of this size are aligned to 1024: their counters are aligned and do not overlap. */
static_assert(sizeof(struct cgroup) > 512);
static_assert((1024 >> HULL_GROUP_FILTER_SHIFT) == sizeof(u32));

static DEFINE_SPINLOCK(table_lock);
static LIST_HEAD(outermost);				/* table_lock */
static u32 level_count[HULL_GROUP_LEVEL_MAX + 1];	/* table_lock */

static_assert(HULL_GROUP_LEVEL_MAX == BITS_PER_BYTE * sizeof(hull_group_table.levels) - 1);

struct hull_group *hull_group_climb(const struct cgroup *cgroup)
{
	u64 levels = READ_ONCE(hull_group_table.levels) &
		     (~0ULL >> (HULL_GROUP_LEVEL_MAX - min(cgroup->level, HULL_GROUP_LEVEL_MAX)));
	struct hull_group *group;
	unsigned long level;

	while (levels) {
		level = __fls(levels);
		group = hull_group_at(cgroup->ancestors[level]);
		if (group)
			return group;
		levels ^= BIT_ULL(level);
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(hull_group_climb);

static void level_add(const struct hull_group *group, int n)
{
	u64 levels = hull_group_table.levels, bit = BIT_ULL(group->level);

	lockdep_assert_held(&table_lock);
	level_count[group->level] += n;
	levels = level_count[group->level] ? levels | bit : levels & ~bit;
	WRITE_ONCE(hull_group_table.levels, levels);
	/* Who sees that one level is not all there is sees which there are. */
	smp_store_release(&hull_group_table.level, hweight64(levels) == 1 ? __fls(levels) : U32_MAX);
}

/* @parent may be NULL. The old parent's reference goes; it is in the table, so not the last. */
static void parent_set(struct hull_group *group, struct hull_group *parent)
{
	struct hull_group *old = rcu_dereference_protected(group->parent,
							   lockdep_is_held(&table_lock));

	if (parent)
		hull_subject_get(&parent->subject);
	rcu_assign_pointer(group->parent, parent);
	list_move(&group->sibling, parent ? &parent->children : &outermost);
	if (old)
		hull_subject_put(&old->subject);
}

/* Groups in cgroups below that of @group, which has just become their parent's child. */
static void children_adopt(struct hull_group *group, struct hull_group *parent)
{
	struct hull_group *child, *next;

	lockdep_assert_held(&table_lock);
	list_for_each_entry_safe(child, next, parent ? &parent->children : &outermost, sibling)
		if (child != group && cgroup_is_descendant(child->cgroup, group->cgroup))
			parent_set(child, group);
}

struct mutex *hull_group_hierarchy_lock(void)
{
	static struct mutex *lock;

	if (!READ_ONCE(lock))
		WRITE_ONCE(lock, (struct mutex *)hull_ksym("cgroup_mutex"));
	return lock;
}

static void filter_add(const struct cgroup *cgroup, int n)
{
	unsigned long at = (unsigned long)cgroup >> HULL_GROUP_FILTER_SHIFT;
	u32 *slot = (u32 *)&hull_group_filter[at % HULL_GROUP_FILTER_BYTES];

	lockdep_assert_held(&table_lock);
	WRITE_ONCE(*slot, *slot + n);
}

/* The live cgroups from @top down that are in no group come or go. */
static void filter_add_below(struct cgroup *top, int n)
{
	struct cgroup_subsys_state *css;

	rcu_read_lock();
	css_for_each_descendant_pre(css, &top->self)
		if ((READ_ONCE(css->flags) & CSS_ONLINE) && !hull_group_of_cgroup(css->cgroup))
			filter_add(css->cgroup, n);
	rcu_read_unlock();
}

void hull_group_cgroup_made(struct cgroup *cgroup)
{
	unsigned long flags;

	spin_lock_irqsave(&table_lock, flags);
	rcu_read_lock();
	if (hull_group_of_cgroup(cgroup))
		filter_add(cgroup, 1);
	rcu_read_unlock();
	spin_unlock_irqrestore(&table_lock, flags);
}

void hull_group_cgroup_removed(struct cgroup *cgroup)
{
	unsigned long flags;

	spin_lock_irqsave(&table_lock, flags);
	rcu_read_lock();
	if (hull_group_of_cgroup(cgroup))
		filter_add(cgroup, -1);
	rcu_read_unlock();
	spin_unlock_irqrestore(&table_lock, flags);
}

static int table_add(struct hull_group *group)
{
	struct cgroup *cgroup = group->cgroup;
	struct hull_group *parent;
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&table_lock, flags);
	/*
	 * Removal takes ONLINE away before it is told; who is told takes the lock. So either
	 * it is seen here, or the group is found there.
	 */
	ret = -ESTALE;
	if (!(READ_ONCE(cgroup->self.flags) & CSS_ONLINE))
		goto out_unlock;
	rcu_read_lock();
	parent = hull_group_of_cgroup(cgroup);
	rcu_read_unlock();
	ret = -EEXIST;
	if (parent && parent->cgroup == cgroup)
		goto out_unlock;
	parent_set(group, parent);
	if (cgroup->nr_descendants)
		children_adopt(group, parent);
	if (!parent)
		filter_add_below(cgroup, 1);
	hlist_add_head_rcu(&group->by_cgroup,
			   &hull_group_table.bucket[hash_ptr(cgroup, HULL_GROUP_TABLE_BITS)]);
	level_add(group, 1);
	ret = 0;
out_unlock:
	spin_unlock_irqrestore(&table_lock, flags);
	return ret;
}

int hull_group_bind(struct hull_group *group)
{
	struct mutex *lock = hull_group_hierarchy_lock();
	int ret;

	if (!lock)
		return -EOPNOTSUPP;
	mutex_lock(lock);
	ret = table_add(group);
	mutex_unlock(lock);
	return ret;
}

/* @removed: the cgroup is not counted by the filter any more, and has none below it. */
static void table_del(struct hull_group *group, bool removed)
{
	struct hull_group *parent, *child, *next;
	unsigned long flags;

	spin_lock_irqsave(&table_lock, flags);
	if (hlist_unhashed(&group->by_cgroup))
		goto out_unlock;
	/* A reader may be at @group still: it keeps its parent until it is freed. */
	parent = rcu_dereference_protected(group->parent, lockdep_is_held(&table_lock));
	list_for_each_entry_safe(child, next, &group->children, sibling)
		parent_set(child, parent);
	list_del_init(&group->sibling);
	hlist_del_init_rcu(&group->by_cgroup);
	level_add(group, -1);
	if (!parent && !removed)
		filter_add_below(group->cgroup, -1);
out_unlock:
	spin_unlock_irqrestore(&table_lock, flags);
}

void hull_group_unbind(struct hull_group *group)
{
	struct mutex *lock = hull_group_hierarchy_lock();

	mutex_lock(lock);
	table_del(group, false);
	mutex_unlock(lock);
}

void hull_group_unbind_removed(struct hull_group *group)
{
	table_del(group, true);
}
