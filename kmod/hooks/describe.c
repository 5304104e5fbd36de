// SPDX-License-Identifier: GPL-2.0-only
/* Acts in words. */

#include <linux/dcache.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <hooks/check.h>
#include <hooks/describe.h>

/* Within the file system when it is not known where that is mounted. */
static void path_text(const struct path *path, char *text, size_t size)
{
	char *at = path->mnt ? d_path(path, text, size) :
			       dentry_path_raw((struct dentry *)path->dentry, text, size);

	if (IS_ERR(at))
		snprintf(text, size, ".../%pd4", path->dentry);
	else
		memmove(text, at, strlen(at) + 1);
}

static void file_text(const struct hull_act *act, char *text, size_t size)
{
	size_t len;

	path_text(&act->path, text, size);
	len = strlen(text);
	if (act->child)
		snprintf(text + len, size - len, "/%pd", act->child);
}

static void inet_text(const struct hull_request *request, char *text, size_t size)
{
	if (request->inet.family == 4)
		snprintf(text, size, "%pI4:%u", request->inet.addr, request->inet.port);
	else
		snprintf(text, size, "[%pI6c]:%u", request->inet.addr, request->inet.port);
}

static void peer_text(const struct hull_act *act, char *text, size_t size)
{
	char comm[TASK_COMM_LEN];

	if (!act->peer)
		return;
	/* Who traces is asked about with the task's lock held, which keeps names steady. */
	strscpy(comm, act->peer->comm, sizeof(comm));
	snprintf(text, size, "pid %d (%s), number %llu", task_tgid_nr(act->peer), comm,
		 act->request.number);
}

static void mount_text(const struct hull_act *act, char *text, size_t size)
{
	const struct hull_request *request = &act->request;
	int len;

	len = scnprintf(text, size, "type %.*s, source %.*s, target ",
			(int)request->mount.type.len, request->mount.type.s ?: "",
			(int)request->mount.source.len, request->mount.source.s ?: "");
	if (act->path.dentry && size - len > 1)
		path_text(&act->path, text + len, size - len);
}

void hull_describe(const struct hull_act *act, char *text, size_t size)
{
	const struct hull_request *request = &act->request;

	text[0] = '\0';
	switch (hull_class_rows[request->class].kind) {
	case HULL_KIND_FILE:
		file_text(act, text, size);
		break;
	case HULL_KIND_INET:
		inet_text(request, text, size);
		break;
	case HULL_KIND_UNIX:
		snprintf(text, size, "@%.*s", (int)request->unix_name.len,
			 request->unix_name.s ?: "");
		break;
	case HULL_KIND_PEER:
		peer_text(act, text, size);
		break;
	case HULL_KIND_MOUNT:
		mount_text(act, text, size);
		break;
	case HULL_KIND_NUMBER:
	case HULL_KIND_RANGES:
		snprintf(text, size, "%llu", request->number);
		break;
	}
}

void hull_describe_exe(char *text, size_t size)
{
	struct mm_struct *mm = current->mm;
	struct file *exe = mm ? rcu_dereference(mm->exe_file) : NULL;

	text[0] = '\0';
	if (exe)
		path_text(&exe->f_path, text, size);
}
