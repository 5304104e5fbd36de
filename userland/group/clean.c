// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <group/clean.h>
#include <group/net.h>
#include <group/place.h>

int hull_group_clean(struct hull_group_dir *dir, struct hull_kept *state, bool remove,
		     struct hull_error *error)
{
	int ret = 0;

	/* With the cgroup its record and its counters go, so it stays until the group is deleted. */
	if (state->cgroup[0])
		ret = remove ? hull_group_place_remove(state->cgroup, error) :
			       hull_group_place_empty(state->cgroup, error);
	if (ret)
		return -1;
	if (state->bridge[0])
		hull_group_net_end(state->bridge, dir->name, state->id);
	if (remove) {
		hull_group_dir_delete(dir);
		return 0;
	}
	state->phase = HULL_PHASE_ENDED;
	state->pid = 0;
	state->keeper = 0;
	if (!state->ended)
		state->ended = hull_group_now();
	unlinkat(dir->dir, HULL_GROUP_CONTROL, 0);
	unlinkat(dir->dir, HULL_GROUP_CONSOLE, 0);
	return hull_kept_write(dir, state, error);
}

/* Its keeper is gone and had not ended? Then it is over. true: it was so */
static bool clean_if_left(struct hull_group_dir *dir, struct hull_kept *state,
			  struct hull_error *error)
{
	bool found = !hull_kept_read(dir, state, error);

	if (found && state->phase == HULL_PHASE_ENDED)
		return false;
	if (!hull_group_dir_lock(dir))
		return false;
	/* It may have been the keeper's last act meanwhile. */
	hull_kept_free(state);
	found = !hull_kept_read(dir, state, error);
	if (found && state->phase == HULL_PHASE_ENDED)
		return false;
	state->status = -1;
	hull_group_clean(dir, state, !found || state->remove || !state->background, error);
	return true;
}

int hull_group_sweep(void)
{
	struct hull_kept state;
	struct hull_group_dir dir;
	struct hull_error error;
	struct dirent *entry;
	int base, n = 0;
	DIR *names;

	base = hull_group_base(false, &error);
	names = base < 0 ? NULL : fdopendir(base);
	if (!names)
		return 0;
	while ((entry = readdir(names))) {
		if (entry->d_name[0] == '.' || hull_group_dir_open(&dir, entry->d_name, &error))
			continue;
		n += clean_if_left(&dir, &state, &error);
		hull_kept_free(&state);
		hull_group_dir_close(&dir);
	}
	closedir(names);
	return n;
}

int hull_group_find(struct hull_group_dir *dir, const char *name, struct hull_kept *state,
		    struct hull_error *error)
{
	if (hull_group_dir_open(dir, name, error))
		return -1;
	clean_if_left(dir, state, error);
	hull_kept_free(state);
	/* Gone by that, or being made and no more than a directory yet. */
	if (dir->dir >= 0 && !hull_kept_read(dir, state, error))
		return 0;
	hull_group_dir_close(dir);
	return hull_error_set(error, ENOENT, "there is no group %s", name);
}
