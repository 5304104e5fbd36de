// SPDX-License-Identifier: GPL-2.0-only
/* vmctl group logs: what a group in the background has written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmd/calls.h>
#include <cmd/group_options.h>
#include <group/clean.h>

#define LOOK_MS		100

/* What is in @fd from @at on; Return: where that ends */
static off_t copy(int fd, off_t at)
{
	char data[65536];
	ssize_t n;

	while ((n = pread(fd, data, sizeof(data), at)) > 0) {
		fwrite(data, 1, (size_t)n, stdout);
		at += n;
	}
	fflush(stdout);
	return at;
}

static bool has_ended(const char *name)
{
	struct hull_kept state;
	struct hull_group_dir dir;
	struct hull_error error;

	if (hull_group_find(&dir, name, &state, &error))
		return true;
	hull_group_dir_close(&dir);
	hull_kept_free(&state);
	return state.phase == HULL_PHASE_ENDED;
}

/* Until the group has ended, or somebody interrupts. */
static void follow(int fd, off_t at, const char *name)
{
	struct stat st;
	bool ended = false;

	interrupt_catch();
	while (!ended && !interrupt_seen() && !ferror(stdout)) {
		interrupt_wait(-1, LOOK_MS);
		ended = has_ended(name);
		/* It was full and begins anew. */
		if (!fstat(fd, &st) && st.st_size < at)
			at = 0;
		at = copy(fd, at);
	}
}

int group_logs_run(const struct command *command, const struct args *args)
{
	struct hull_error error = { 0 };
	struct hull_kept state;
	struct hull_group_dir dir;
	int log, old;
	off_t at;

	if (hull_group_find(&dir, args->words[0], &state, &error))
		return command_fail(command, &error);
	old = openat(dir.dir, HULL_GROUP_LOG_OLD, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	log = openat(dir.dir, HULL_GROUP_LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	hull_group_dir_close(&dir);
	hull_kept_free(&state);
	if (log < 0) {
		hull_error_set(&error, ESRCH, "%s is in the foreground and has no log",
			       args->words[0]);
		return command_fail(command, &error);
	}
	if (old >= 0) {
		copy(old, 0);
		close(old);
	}
	at = copy(log, 0);
	if (args->group.follow)
		follow(log, at, args->words[0]);
	close(log);
	return STATUS_OK;
}
