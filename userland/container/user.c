// SPDX-License-Identifier: GPL-2.0-only
/*
 * user - NAME[:GROUP] or numbers to ids, by /etc/passwd and /etc/group of a root
 *
 * The files are the image's: they are read with a limit and understood here, not by the
 * host's name service, whose modules would be loaded from the image.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <container/private.h>

#define FILE_MAX	(1024 * 1024)
#define GROUPS_MAX	1024

/* Root -1: the caller's own files. NULL and no errno: there is no such file. */
static char *file_read(int root, const char *path)
{
	int fd = root < 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) :
		 hull_ct_path_open(root, path, O_RDONLY | O_NONBLOCK);
	size_t used = 0, room = 4096;
	char *text = NULL, *more;
	ssize_t len;

	if (fd < 0)
		return NULL;
	do {
		more = used + 1 < FILE_MAX ? realloc(text, room *= 2) : NULL;
		if (!more) {
			free(text);
			close(fd);
			return NULL;
		}
		text = more;
		len = read(fd, text + used, room - used - 1);
		used += len > 0 ? (size_t)len : 0;
	} while (len > 0);
	text[used] = '\0';
	close(fd);
	return text;
}

static bool number(const char *text, uint32_t *id)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value >= HULL_CT_NO_ID)
		return false;
	*id = (uint32_t)value;
	return true;
}

/* Splits one line at colons; the rest of them are "". */
static void fields(char *line, char **field, int n)
{
	int i;

	for (i = 0; i < n; i++)
		field[i] = line ? strsep(&line, ":") : (char *)(uintptr_t)"";
}

/* By name, or by number if it is one. */
static bool matches(const char *wanted, bool is_number, uint32_t id, char **field)
{
	uint32_t found;

	return is_number ? number(field[2], &found) && found == id : !strcmp(field[0], wanted);
}

static bool passwd_find(struct hull_ct_config *config, int root, const char *user,
			const char **name, const char **home)
{
	struct hull_ct_process *process = &config->process;
	bool is_number = number(user, &process->uid), found = false;
	char *text = file_read(root, "/etc/passwd"), *rest = text, *line, *field[7];

	while (!found && rest && (line = strsep(&rest, "\n"))) {
		fields(line, field, 7);
		if (!matches(user, is_number, process->uid, field))
			continue;
		found = number(field[2], &process->uid) && number(field[3], &process->gid);
		*name = hull_ct_strdup(config, field[0]);
		*home = hull_ct_strdup(config, field[5]);
	}
	free(text);
	return found || is_number;
}

static bool is_member(char *members, const char *name)
{
	char *member;

	while ((member = strsep(&members, ",")))
		if (!strcmp(member, name))
			return true;
	return false;
}

static bool group_add(struct hull_ct_config *config, uint32_t gid)
{
	struct hull_ct_process *process = &config->process;
	uint32_t *slot;

	if (process->n_groups >= GROUPS_MAX)
		return true;
	slot = hull_ct_append(config, &process->groups, &process->n_groups, sizeof(*slot));
	if (slot)
		*slot = gid;
	return slot;
}

/* The group asked for, or those that the user is in. */
static bool groups_find(struct hull_ct_config *config, int root, const char *group,
			const char *name)
{
	bool is_number = group && number(group, &config->process.gid), found = false;
	char *text, *rest, *line, *field[4];
	uint32_t gid;

	if (is_number || (!group && !name))
		return true;
	text = file_read(root, "/etc/group");
	rest = text;
	while (rest && (line = strsep(&rest, "\n"))) {
		fields(line, field, 4);
		if (!number(field[2], &gid))
			continue;
		if (group && !strcmp(field[0], group)) {
			config->process.gid = gid;
			found = true;
			break;
		}
		if (!group && is_member(field[3], name) && !group_add(config, gid))
			break;
	}
	free(text);
	return !group || found;
}

static bool home_set(struct hull_ct_config *config, const char *home)
{
	size_t i;
	char *text;

	for (i = 0; i < config->process.env.n; i++)
		if (!strncmp(config->process.env.at[i], "HOME=", 5))
			return true;
	text = hull_ct_printf(config, "HOME=%s", home && home[0] ? home : "/");
	return text && hull_ct_strings_add(config, &config->process.env, text);
}

int hull_ct_user_find(struct hull_ct_config *config, int root)
{
	const char *user = config->process.user, *name = NULL, *home = NULL;
	char *copy, *group, uid[16];
	bool ok;

	if (!user) {
		/* Ids are known; only the home directory is looked up. */
		uint32_t gid = config->process.gid;

		snprintf(uid, sizeof(uid), "%u", config->process.uid);
		passwd_find(config, root, uid, &name, &home);
		config->process.gid = gid;
		return home_set(config, home) ? 0 : -1;
	}
	copy = hull_ct_strdup(config, user);
	if (!copy)
		return -1;
	group = strchr(copy, ':');
	if (group)
		*group++ = '\0';
	ok = passwd_find(config, root, copy, &name, &home) &&
	     groups_find(config, root, group, name);
	if (!ok) {
		errno = ENOENT;
		return -1;
	}
	return home_set(config, home) ? 0 : -1;
}
