/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside userland/container: trees of mounts that are attached nowhere yet. */
#ifndef HULL_CONTAINER_MOUNT_H
#define HULL_CONTAINER_MOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include <container/config.h>

#define HULL_CT_TREE_NONE	(-2)	/* an optional mount that has no source */

/* All return a descriptor or 0; -1 and errno. */
/** hull_ct_tree_open - a copy of the mount at @path ("": of @dir itself) */
int hull_ct_tree_open(int dir, const char *path, bool recursive);
/** hull_ct_tree_change - MOUNT_ATTR_* and MS_* of the mount that @tree is the root of */
int hull_ct_tree_change(int tree, bool recursive, uint64_t set, uint64_t clear,
			unsigned long propagation);
/** hull_ct_tree_attach - @tree on @target, an O_PATH descriptor */
int hull_ct_tree_attach(int tree, int target);
/** hull_ct_fs_make - a new mount of a filesystem; @data: comma-separated options */
int hull_ct_fs_make(const char *type, const char *source, const char *data, uint64_t attr);
/** hull_ct_bind_open - what a bind mount shows, or HULL_CT_TREE_NONE */
int hull_ct_bind_open(const struct hull_ct_mount *mount);
/** hull_ct_copy_up - fill the mount @tree with what is in the directory @from beneath it */
int hull_ct_copy_up(int from, int tree);

#endif
