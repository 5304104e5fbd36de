/* SPDX-License-Identifier: GPL-2.0-only */
/* Directories below the run directory. */
#ifndef HULL_BASE_DIR_H
#define HULL_BASE_DIR_H

/** hull_dir_make - @path, for the owner alone, and what is missing above it; 0, or -1 and errno */
int hull_dir_make(const char *path);
/** hull_dir_remove - directory @name in @dir and the files in it; 0, or -1 and errno */
int hull_dir_remove(int dir, const char *name);

#endif
