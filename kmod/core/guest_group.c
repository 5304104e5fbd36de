// SPDX-License-Identifier: GPL-2.0-only
/* Reports of guests about their groups. See guest_group.h. */

#include <linux/slab.h>
#include <core/guest_group.h>

void hull_guest_groups_init(struct hull_guest_groups *groups)
{
	mutex_init(&groups->lock);
}

void hull_guest_groups_clear(struct hull_guest_groups *groups)
{
	mutex_lock(&groups->lock);
	kfree(groups->group);
	groups->group = NULL;
	groups->n = 0;
	mutex_unlock(&groups->lock);
}

/* Where a report of @id goes: its own place, a free one, or the oldest. */
static struct hull_guest_group *place_find(struct hull_guest_groups *groups, u64 id)
{
	struct hull_guest_group *oldest = groups->group;
	u32 i;

	lockdep_assert_held(&groups->lock);
	for (i = 0; i < groups->n; i++) {
		if (groups->group[i].id == id)
			return &groups->group[i];
		if (groups->group[i].age < oldest->age)
			oldest = &groups->group[i];
	}
	return groups->n < HULL_GUEST_GROUPS_MAX ? &groups->group[groups->n++] : oldest;
}

int hull_guest_group_set(struct hull_guest_groups *groups, const struct hull_guest_group *group)
{
	struct hull_guest_group *place;
	int ret = 0;

	mutex_lock(&groups->lock);
	if (!groups->group)
		groups->group = kcalloc(HULL_GUEST_GROUPS_MAX, sizeof(*group), GFP_KERNEL_ACCOUNT);
	if (groups->group) {
		place = place_find(groups, group->id);
		*place = *group;
		place->age = ++groups->reports;
	} else {
		ret = -ENOMEM;
	}
	mutex_unlock(&groups->lock);
	return ret;
}

bool hull_guest_group_get(struct hull_guest_groups *groups, u32 index,
			  struct hull_guest_group *group)
{
	bool found;

	mutex_lock(&groups->lock);
	found = index < groups->n;
	if (found)
		*group = groups->group[index];
	mutex_unlock(&groups->lock);
	return found;
}
