// SPDX-License-Identifier: GPL-2.0-only
/* The walk up, as the kernel itself walks to make a path's name: lockless, then not. */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include <compat/ksym.h>
#include <compat/mount.h>
#include <hull/policy_find.h>
#include <hooks/walk.h>

static seqlock_t *mounts_lock;			/* [I] the kernel's mount_lock */

/*
 * Where the walk is. @root_depth: of the root of @mnt. @lost: it ended at a mount that is no
 * longer where it was, and nobody knows where that had been
 */
struct walk {
	const struct dentry *dentry;
	const struct vfsmount *mnt;
	u32 root_depth;
	bool lost;
};

static inline void walk_init(struct walk *walk, const struct path *path)
{
	walk->dentry = path->dentry;
	walk->mnt = path->mnt;
	walk->root_depth = 0;
	walk->lost = false;
}

/* From the root of a file system to the directory that has its mount point in it. */
static bool walk_cross(struct walk *walk, u32 *depth)
{
	const struct hull_mount_head *head, *parent;
	const struct dentry *point;

	do {
		if (!walk->mnt)
			return false;
		head = hull_mount_head(walk->mnt);
		parent = READ_ONCE(head->parent);
		point = READ_ONCE(head->mountpoint);
		if (parent == head) {
			walk->lost = walk->mnt->mnt_flags & MNT_UMOUNT;
			return false;
		}
		walk->mnt = &parent->mnt;
		/* Components above it are counted from the mount's root on. */
		*depth = walk->root_depth + 1;
		if (point == walk->mnt->mnt_root)
			walk->root_depth = *depth - 1;
		walk->dentry = READ_ONCE(point->d_parent);
	} while (walk->dentry == point);
	return true;
}

/* One step up; false: there is nothing above. @depth: of what is to be looked at next */
static inline bool walk_up(struct walk *walk, u32 *depth)
{
	const struct dentry *parent = READ_ONCE(walk->dentry->d_parent);

	if (walk->mnt && walk->dentry == walk->mnt->mnt_root)
		walk->root_depth = *depth - 1;
	if (likely(parent != walk->dentry)) {
		walk->dentry = parent;
		return true;
	}
	return walk_cross(walk, depth);
}

static inline unsigned long identity(const struct dentry *dentry)
{
	return (unsigned long)READ_ONCE(dentry->d_inode);
}

/* Names of the object and of the directories above, as far as patterns look at them. */
struct names {
	struct name_snapshot shot[HULL_BLOB_GLOB_PARTS];
	u32 n;
};

static void names_add(struct names *names, struct hull_request *request,
		      const struct dentry *dentry)
{
	struct name_snapshot *shot = &names->shot[names->n];

	take_dentry_name_snapshot(shot, (struct dentry *)dentry);
	request->name[names->n].s = shot->name.name;
	request->name[names->n].len = shot->name.len;
	request->n_names = ++names->n;
}

static void names_take(struct names *names, struct hull_request *request, u32 parts,
		       const struct path *path, const struct dentry *child)
{
	struct walk walk;
	u32 depth = 1;

	names->n = 0;
	if (child)
		names_add(names, request, child);
	walk_init(&walk, path);
	while (names->n < parts) {
		/* A mounted root is called as its mount point is. */
		while (IS_ROOT(walk.dentry) || (walk.mnt && walk.dentry == walk.mnt->mnt_root)) {
			const struct hull_mount_head *head;

			if (!walk.mnt)
				return;
			head = hull_mount_head(walk.mnt);
			if (READ_ONCE(head->parent) == head)
				return;
			walk.dentry = READ_ONCE(head->mountpoint);
			walk.mnt = &READ_ONCE(head->parent)->mnt;
		}
		names_add(names, request, walk.dentry);
		if (!walk_up(&walk, &depth))
			return;
	}
}

static void names_release(struct names *names)
{
	while (names->n)
		release_dentry_name_snapshot(&names->shot[--names->n]);
}

/* Return: is what rules may have been about lost? */
static bool walk_once(struct hull_eval *eval, const struct hull_ruleset *set, u32 sub,
		      const struct hull_request *request, const struct path *path)
{
	struct walk walk;

	if (hull_eval_begin(eval, set, sub, request))
		return false;
	walk_init(&walk, path);
	while (!hull_eval_object(eval, identity(walk.dentry), 0, 0))
		if (!walk_up(&walk, &eval->depth))
			return walk.lost;
	return false;
}

static bool walk_lockless(struct hull_eval *eval, const struct hull_ruleset *set, u32 sub,
			  const struct hull_request *request, const struct path *path,
			  bool *lost)
{
	unsigned int mount_seq = read_seqbegin(mounts_lock);
	unsigned int rename_seq = read_seqbegin(&rename_lock);

	*lost = walk_once(eval, set, sub, request, path);
	return !read_seqretry(&rename_lock, rename_seq) && !read_seqretry(mounts_lock, mount_seq);
}

void hull_verdict_floor(const struct hull_ruleset *set, u16 error, struct hull_verdict *verdict)
{
	*verdict = (struct hull_verdict) {
		.action = set->mode == HULL_MODE_ENFORCE ? HULL_DO_DENY : HULL_DO_ALLOW,
		.would = HULL_DO_DENY,
		.error = error,
		.sub = HULL_SUB_SAME,
		.tell = true,
	};
}

/* Whoever renames and mounts all the time does not keep it from an answer. */
static bool walk_steady(struct hull_eval *eval, const struct hull_ruleset *set, u32 sub,
			const struct hull_request *request, const struct path *path)
{
	bool lost;

	if (walk_lockless(eval, set, sub, request, path, &lost))
		return lost;
	read_seqlock_excl(mounts_lock);
	read_seqlock_excl(&rename_lock);
	lost = walk_once(eval, set, sub, request, path);
	read_sequnlock_excl(&rename_lock);
	read_sequnlock_excl(mounts_lock);
	return lost;
}

static noinline bool walk_named(struct hull_eval *eval, const struct hull_ruleset *set, u32 sub,
				struct hull_request *request, const struct path *path,
				const struct dentry *child)
{
	struct names names;
	bool lost;

	names_take(&names, request, hull_ruleset_parts(set), path, child);
	lost = walk_steady(eval, set, sub, request, path);
	names_release(&names);
	request->n_names = 0;
	return lost;
}

void hull_walk(const struct hull_ruleset *set, u32 sub, struct hull_request *request,
	       const struct path *path, const struct dentry *child,
	       struct hull_verdict *verdict)
{
	struct hull_eval eval;
	bool lost;

	if (hull_ruleset_parts(set))
		lost = walk_named(&eval, set, sub, request, path, child);
	else
		lost = walk_steady(&eval, set, sub, request, path);
	lost = lost && (eval.pending & eval.class->speaks);
	hull_eval_end(&eval, verdict);
	/* It was mounted where a rule may have been about it: a default does not give it free. */
	if (unlikely(lost) && verdict->would < HULL_DO_DENY)
		hull_verdict_floor(set, hull_class_rows[HULL_CLASS_FILE].error, verdict);
}

/* The slot of @object, or a free one. */
static __always_inline const struct hull_anchor_slot *slot_find(const struct hull_ruleset *set,
								unsigned long object)
{
	u32 at = hull_anchor_hash(object, 0) & set->slot_mask;
	const struct hull_anchor_slot *slot;

	for (slot = &set->slots[at]; unlikely(slot->anchor); slot = &set->slots[at]) {
		if (slot->ino == object)
			break;
		at = (at + 1) & set->slot_mask;
	}
	return slot;
}

/*
 * walk_cross() of what lies in registers. Return: no dentry: there is nothing above; and with a
 * mount nobody knows what had been.
 */
static noinline struct path path_cross(struct path path)
{
	struct walk walk;
	u32 depth = 0;

	walk_init(&walk, &path);
	if (walk_cross(&walk, &depth)) {
		path.mnt = (struct vfsmount *)walk.mnt;
		path.dentry = (struct dentry *)walk.dentry;
		return path;
	}
	path.dentry = NULL;
	if (!walk.lost)
		path.mnt = NULL;
	return path;
}

/* The rule of the first anchor that says something. Patterns are for those who take names. */
static __always_inline int walk_rule(const struct hull_ruleset *set,
				     const struct hull_blob_class *class, struct path path, u32 bit)
{
	const u16 *index = &set->index[class->table[0].at];
	const struct hull_anchor_slot *slot;
	struct dentry *parent;
	u32 rule;

	for (;;) {
		slot = slot_find(set, identity(path.dentry));
		if (slot->anchor) {
			/* Several anchors are the same object: the strictest counts. */
			if (slot->twins || index[2 * slot->anchor - 1])
				return -1;
			rule = hull_find_cell(set, index[2 * slot->anchor - 2], bit);
			if (rule)
				return rule;
		}
		parent = READ_ONCE(path.dentry->d_parent);
		if (likely(parent != path.dentry)) {
			path.dentry = parent;
			continue;
		}
		path = path_cross(path);
		if (!path.dentry)
			return path.mnt ? -1 : 0;
	}
}

int hull_walk_quick(const struct hull_ruleset *set, const struct hull_blob_class *class,
		    const struct path *path, u32 bit)
{
	unsigned int mount_seq, rename_seq;
	int rule = 0;

	if (class->speaks & BIT(bit)) {
		mount_seq = read_seqbegin(mounts_lock);
		rename_seq = read_seqbegin(&rename_lock);
		rule = walk_rule(set, class, *path, bit);
		if (read_seqretry(&rename_lock, rename_seq) ||
		    read_seqretry(mounts_lock, mount_seq))
			return -1;
	}
	return rule ?: hull_find_cell(set, class->cell, bit);
}

void hull_walk_anchors(const struct hull_ruleset *set, struct hull_request *request,
		       const struct path *path)
{
	struct walk walk;
	u32 depth = 1, n = 0, room;

	request->mount.n_anchors = 0;
	if (!path->dentry)
		return;
	walk_init(&walk, path);
	do {
		room = HULL_REQUEST_ANCHORS - n;
		n += min(room, hull_ruleset_anchor(set, identity(walk.dentry), 0, 0,
						   &request->mount.anchor[n], room));
		depth++;
	} while (n < HULL_REQUEST_ANCHORS && walk_up(&walk, &depth));
	request->mount.n_anchors = n;
}

int hull_walk_resolve(void)
{
	static const char *const places[] = { "/", "/proc", "/sys", "/dev", "/tmp" };
	struct path path;
	unsigned int i;
	bool good = true;

	mounts_lock = (seqlock_t *)hull_ksym("mount_lock");
	if (!mounts_lock)
		return -EOPNOTSUPP;
	for (i = 0; i < ARRAY_SIZE(places) && good; i++) {
		if (kern_path(places[i], LOOKUP_FOLLOW, &path))
			continue;
		good = hull_mount_check(&path);
		path_put(&path);
	}
	return good ? 0 : -EOPNOTSUPP;
}
