// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies from files. An include goes no higher than the directory of the file that was
 * named, whatever its symbolic links say; <NAME> is one of the ready policies.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmd/policy_calls.h>

#ifndef POLICIES
#define POLICIES "/usr/local/share/hull/policies"
#endif

struct files {
	int top, ready;			/* directories; -1: none */
};

static char *text_read(int fd, size_t *size, const char **why)
{
	size_t room = 4096;
	char *text = malloc(room), *more;
	struct stat stat;
	ssize_t n = -1;

	*size = 0;
	*why = "not a file";
	if (!text || fstat(fd, &stat) || S_ISDIR(stat.st_mode))
		goto out_free;
	while ((n = read(fd, text + *size, room - *size)) > 0) {
		*size += (size_t)n;
		*why = "longer than 4 MiB: no policy";
		if (*size > GROUP_TEXT_MAX)
			goto out_free;
		if (*size < room)
			continue;
		more = realloc(text, 2 * room);
		if (!more)
			goto out_free;
		text = more;
		room *= 2;
	}
	*why = strerror(errno);
	if (!n)
		return text;
out_free:
	free(text);
	return NULL;
}

static char *file_read(void *data, const char *name, bool system, size_t *size, const char **why)
{
	const struct files *files = data;
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int dir = system ? files->ready : files->top, fd;
	char path[256], *text;

	snprintf(path, sizeof(path), system ? "%s.policy" : "%s", name);
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	if (fd < 0) {
		*why = dir < 0 ? "no such directory; HULL_POLICIES names the one of ready policies" :
		       errno == EXDEV ? "it would leave the directory of the policy" :
		       strerror(errno);
		return NULL;
	}
	text = text_read(fd, size, why);
	close(fd);
	return text;
}

static const char *ready_dir(void)
{
	const char *dir = getenv("HULL_POLICIES");

	return dir ? dir : POLICIES;
}

/* The file that was named: from here, or one of the ready ones. */
static int top_open(const char *file, struct files *files)
{
	const char *slash = strrchr(file, '/');
	char dir[4096], name[256];
	int fd;

	files->ready = open(ready_dir(), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!strcmp(file, "-")) {
		files->top = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
		return dup(STDIN_FILENO);
	}
	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - file) + 1 : 1,
		 slash ? file : ".");
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT && !slash && files->ready >= 0) {
		snprintf(name, sizeof(name), "%s.policy", file);
		snprintf(dir, sizeof(dir), "%s", ready_dir());
		fd = openat(files->ready, name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			errno = ENOENT;
	}
	files->top = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

void policy_complain(const struct command *command, const struct group_error *error)
{
	bool end = !error->found[0];

	if (!error->line)
		command_complain(command, "%s", error->why);
	else
		command_complain(command, "%s:%u:%u: %s%s%s: %s", error->file, error->line,
				 error->column, end ? "" : "'", end ? "at the end" : error->found,
				 end ? "" : "'", error->why);
}

enum status policy_load(const struct command *command, const char *file, bool compile,
			struct policy_loaded *loaded)
{
	struct files files = { -1, -1 };
	struct group_reader reader = { file_read, &files };
	enum status status = STATUS_FAILURE;
	struct policy_rules calls;
	struct group_error error;
	const char *why;
	char *text = NULL;
	size_t size;
	int fd;

	memset(loaded, 0, sizeof(*loaded));
	fd = top_open(file, &files);
	why = strerror(errno);
	if (fd >= 0)
		text = text_read(fd, &size, &why);
	if (!text) {
		command_complain(command, "%s: %s", file, why);
		goto out_close;
	}
	if (!group_parse(&loaded->policy, file, text, size, &reader, &error)) {
		policy_complain(command, &error);
		goto out_free;
	}
	/* The block of hypercalls is of the other language: it must be right, too. */
	if (!policy_calls_read(command, file, &loaded->policy, &calls))
		goto out_free;
	if (compile)
		loaded->blob = group_compile(&loaded->policy, &loaded->size, &error);
	if (compile && !loaded->blob)
		policy_complain(command, &error);
	else
		status = STATUS_OK;
out_free:
	free(text);
out_close:
	if (fd >= 0)
		close(fd);
	if (files.top >= 0)
		close(files.top);
	if (files.ready >= 0)
		close(files.ready);
	return status;
}

void policy_unload(struct policy_loaded *loaded)
{
	group_policy_free(&loaded->policy);
	free(loaded->blob);
	loaded->blob = NULL;
}

enum status policy_load_set(const struct command *command, const char *file,
			    struct policy_loaded *loaded, struct group_set *set)
{
	enum status status = policy_load(command, file, true, loaded);
	const char *why;
	void *blob = loaded->blob;

	memset(set, 0, sizeof(*set));
	if (status != STATUS_OK)
		return status;
	loaded->blob = NULL;
	if (group_set_make(set, blob, loaded->size, &why))
		return STATUS_OK;
	command_complain(command, "%s: %s", file, why);
	return STATUS_FAILURE;
}

enum status policy_request(const struct command *command, int n, char *const *words,
			   struct group_policy *request)
{
	struct group_error error;
	size_t size = strlen("allow") + 1;
	char *text;
	bool ok;
	int i;

	for (i = 0; i < n; i++)
		size += strlen(words[i]) + 1;
	text = malloc(size);
	if (!text) {
		command_complain(command, "out of memory");
		return STATUS_FAILURE;
	}
	strcpy(text, "allow");
	for (i = 0; i < n; i++)
		strcat(strcat(text, " "), words[i]);
	ok = group_parse(request, "request", text, strlen(text), NULL, &error);
	free(text);
	if (ok && request->n_items)
		return STATUS_OK;
	if (ok)
		command_complain(command, "no request: CLASS [PERMISSION,...] [OBJECT]");
	else
		command_complain(command, "'%s': %s", error.found, error.why);
	return STATUS_USAGE;
}

void policy_does(const struct hull_ruleset *set, uint32_t n, char *text, size_t size)
{
	group_action_text(&set->rule[n], text, size);
}
