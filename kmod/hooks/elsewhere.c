// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts that show elsewhere what is denied where it is. What may be done with a file depends
 * on the directories above it, and beyond the root of a file system those are the ones that it
 * is mounted in; so a copy of a mount, or the mount itself in another place, may be asked for
 * only if nothing would be allowed there that is denied here. Where it will be nobody
 * knows: so it is taken to be nowhere.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/mount.h>
#include <hooks/check.h>
#include <hooks/checks.h>
#include <hooks/hook.h>
#include <hooks/walk.h>

int hull_check_elsewhere(const struct path *path)
{
	struct hull_act here, nowhere;

	if (!hull_interesting(HULL_CLASS_FILE, HULL_FILE_PLACE))
		return 0;
	hull_act_init(&here, HULL_CLASS_FILE, HULL_FILE_PLACE);
	here.path = *path;
	hull_act_init(&nowhere, HULL_CLASS_FILE, HULL_FILE_PLACE);
	nowhere.path.dentry = path->dentry;
	return hull_check_move(&here, &nowhere);
}

/*
 * struct mount *__do_loopback(struct path *old_path, int recurse): by mount() and open_tree().
 * int do_move_mount(struct path *old_path, struct path *new_path, ...): by mount() and move_mount()
 */
int hull_on_mount_elsewhere(const unsigned long *arg)
{
	return hull_check_elsewhere(HULL_HOOK_ARG(const struct path *, arg, 0));
}

static bool related(const struct path *a, const struct path *b, bool both_ways)
{
	if (a->dentry->d_sb != b->dentry->d_sb)
		return false;
	return is_subdir(a->dentry, b->dentry) || (both_ways && is_subdir(b->dentry, a->dentry));
}

/* Is anything below @act's path, or itself, what rules deny something about? */
static bool hides_denied(struct hull_act *act, const struct hull_rules *rules)
{
	const struct path layer = act->path;
	bool patterns = hull_ruleset_parts(&rules->set);
	bool denied = !hull_may_by(act, rules);
	u32 i;

	for (i = 0; i < rules->n_paths && !denied; i++) {
		if (!related(&rules->paths[i], &layer, patterns))
			continue;
		act->path = rules->paths[i];
		denied = patterns || !hull_may_by(act, rules);
	}
	act->path = layer;
	return denied;
}

static bool hides(struct hull_act *act)
{
	const struct hull_group *group;
	const struct hull_rules *rules;
	bool denied = false;

	rcu_read_lock();
	for (group = hull_group_current(); group && !denied; group = hull_group_outer(group)) {
		rules = hull_group_rules(group);
		denied = rules && hides_denied(act, rules);
	}
	rcu_read_unlock();
	return denied;
}

/*
 * struct vfsmount *clone_private_mount(const struct path *path): a layer of a file system that
 * is stacked on others. Its files are others, which no rule is about.
 */
int hull_on_stack(const unsigned long *arg)
{
	struct hull_act act;

	if (!hull_interesting(HULL_CLASS_FILE, HULL_FILE_PLACE))
		return 0;
	hull_act_init(&act, HULL_CLASS_FILE, HULL_FILE_PLACE);
	act.path = *HULL_HOOK_ARG(const struct path *, arg, 0);
	return hides(&act) ? hull_deny_as(&act, EXDEV) : 0;
}

/*
 * int security_path_notify(const struct path *path, u64 mask, unsigned int obj_type): a mark on
 * a mount or a file system watches everything in it.
 */
int hull_on_path_notify(const unsigned long *arg)
{
	const struct path *path = HULL_HOOK_ARG(const struct path *, arg, 0);
	unsigned int what = HULL_HOOK_ARG(unsigned int, arg, 2);
	int ret = hull_check_path(path, HULL_FILE_WATCH);
	struct hull_act act;

	if (ret || what == FSNOTIFY_OBJ_TYPE_INODE ||
	    !hull_interesting(HULL_CLASS_FILE, HULL_FILE_WATCH))
		return ret;
	hull_act_init(&act, HULL_CLASS_FILE, HULL_FILE_WATCH);
	act.path.mnt = path->mnt;
	act.path.dentry = what == FSNOTIFY_OBJ_TYPE_VFSMOUNT ? path->mnt->mnt_root :
							       path->mnt->mnt_sb->s_root;
	return hides(&act) ? hull_deny(&act) : 0;
}
