// SPDX-License-Identifier: GPL-2.0-only
/* Policies of groups as objects. */

#include <linux/cpumask.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <compat/lookup.h>
#include <policy/rules.h>

static struct workqueue_struct *free_queue;	/* [I] from init to exit */

static bool any_limit(const struct hull_ruleset *set)
{
	u32 i;

	for (i = 0; i < set->n_rules; i++)
		if (set->rule[i].action == HULL_DO_LIMIT)
			return true;
	return false;
}

/* Letting go of paths may sleep. */
static void rules_free(struct hull_rules *rules)
{
	u32 i;

	while (rules->n_paths)
		path_put(&rules->paths[--rules->n_paths]);
	kvfree(rules->paths);
	kvfree(rules->buckets);
	for (i = 0; i < HULL_RULES_HIT_BLOCKS; i++)
		free_percpu(rules->hits[i]);
	kvfree(rules->slots);
	kvfree(rules->blob);
	kfree(rules);
}

static void free_work(struct work_struct *work)
{
	struct hull_rules *rules = container_of(to_rcu_work(work), struct hull_rules, free_work);

	if (rules->unused)
		rules->unused(rules);
	rules_free(rules);
}

static void rules_release(struct kref *ref)
{
	queue_rcu_work(free_queue, &container_of(ref, struct hull_rules, ref)->free_work);
}

void hull_rules_get(struct hull_rules *rules)
{
	kref_get(&rules->ref);
}

void hull_rules_put(struct hull_rules *rules)
{
	if (rules)
		kref_put(&rules->ref, rules_release);
}

static int hits_alloc(struct hull_rules *rules)
{
	u32 i, n = rules->set.n_rules;

	for (i = 0; i * HULL_RULES_HITS < n; i++) {
		rules->hits[i] = __alloc_percpu_gfp(min(n - i * HULL_RULES_HITS, HULL_RULES_HITS) *
						    sizeof(u64), sizeof(u64), GFP_KERNEL_ACCOUNT);
		if (!rules->hits[i])
			return -ENOMEM;
	}
	return 0;
}

static int rules_alloc(struct hull_rules *rules)
{
	const struct hull_ruleset *set = &rules->set;
	u32 n = hull_ruleset_slots_wanted(set);

	rules->slots = kvcalloc(n, sizeof(*rules->slots), GFP_KERNEL_ACCOUNT);
	rules->paths = kvcalloc(max(set->n_anchors, 1u), sizeof(*rules->paths), GFP_KERNEL_ACCOUNT);
	if (any_limit(set))
		rules->buckets = kvcalloc(set->n_rules, sizeof(*rules->buckets),
					  GFP_KERNEL_ACCOUNT);
	if (hits_alloc(rules) || !rules->slots || !rules->paths ||
	    (any_limit(set) && !rules->buckets))
		return -ENOMEM;
	hull_ruleset_slots_give(&rules->set, rules->slots, n);
	return 0;
}

static int anchor_find(struct hull_rules *rules, u32 anchor, const struct path *root,
		       const char **why)
{
	const struct hull_blob_anchor *row = &rules->set.anchor[anchor];
	const char *name = rules->set.string + row->path.at;
	struct path *path = &rules->paths[rules->n_paths];
	int ret;

	*why = "the path of an anchor must be absolute";
	if (name[0] != '/' || strlen(name) != row->path.len)
		return -EINVAL;
	name += strspn(name, "/");
	if (*name) {
		ret = vfs_path_lookup(root->dentry, root->mnt, name, LOOKUP_FOLLOW, path);
	} else {
		*path = *root;
		path_get(path);
		ret = 0;
	}
	if (ret == -ENOENT && (row->flags & HULL_ANCHOR_OPTIONAL))
		return 0;
	*why = ret == -ENOENT ? "a file or directory that rules are about does not exist" :
	       ret ? "a file or directory that rules are about cannot be looked up" : NULL;
	if (ret)
		return ret;
	rules->n_paths++;
	return hull_ruleset_resolve(&rules->set, anchor, (unsigned long)d_inode(path->dentry),
				    0, 0);
}

static int rules_build(struct hull_rules *rules, size_t size, const struct path *root,
		       struct hull_rules_flaw *flaw)
{
	struct hull_blob_flaw bad = { };
	int ret = hull_ruleset_init(&rules->set, rules->blob, size, &bad);

	if (ret) {
		flaw->why = bad.why;
		flaw->item = bad.item;
		return ret;
	}
	ret = rules_alloc(rules);
	for (flaw->item = 0; !ret && flaw->item < rules->set.n_anchors; flaw->item++) {
		ret = anchor_find(rules, flaw->item, root, &flaw->why);
		if (ret)
			break;
		cond_resched();
	}
	return ret;
}

struct hull_rules *hull_rules_new(void *blob, size_t size, const struct path *root,
				  struct hull_rules_flaw *flaw)
{
	struct hull_rules *rules = kzalloc(sizeof(*rules), GFP_KERNEL_ACCOUNT);
	int ret;

	flaw->why = NULL;
	flaw->item = 0;
	if (!rules)
		return ERR_PTR(-ENOMEM);
	kref_init(&rules->ref);
	raw_spin_lock_init(&rules->bucket_lock);
	INIT_RCU_WORK(&rules->free_work, free_work);
	rules->blob = blob;
	ret = rules_build(rules, size, root, flaw);
	if (!ret)
		return rules;
	rules->blob = NULL;
	rules_free(rules);
	return ERR_PTR(ret);
}

u64 hull_rules_hits(const struct hull_rules *rules, u32 rule)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(rules->hits[rule / HULL_RULES_HITS],
					     cpu)[rule % HULL_RULES_HITS]);
	return sum;
}

bool hull_rules_limit(struct hull_rules *rules, u32 rule)
{
	const struct hull_policy_rule limit = {
		.rate = rules->set.rule[rule].rate,
		.burst = rules->set.rule[rule].burst,
	};
	unsigned long flags;
	bool below;

	raw_spin_lock_irqsave(&rules->bucket_lock, flags);
	below = hull_policy_bucket_take(&rules->buckets[rule], &limit, ktime_get_ns());
	raw_spin_unlock_irqrestore(&rules->bucket_lock, flags);
	return below;
}

int hull_rules_init(void)
{
	free_queue = alloc_workqueue("hull_rules", WQ_UNBOUND, 0);
	return free_queue ? 0 : -ENOMEM;
}

void hull_rules_drain(void)
{
	rcu_barrier();
	flush_workqueue(free_queue);
}

void hull_rules_exit(void)
{
	hull_rules_drain();
	destroy_workqueue(free_queue);
}
