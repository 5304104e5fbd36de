// SPDX-License-Identifier: GPL-2.0-only
/* vmctl oci create, run, start, state, kill, delete, pause, resume. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmd/oci_options.h>
#include <cmd/output.h>
#include <group/keeper.h>
#include <oci/life.h>

const char *oci_begin(const struct command *command, const struct args *args)
{
	const struct oci_args *oci = &args->oci;
	static char path[PATH_MAX];
	const char *format = oci->text[OCI_LOG_FORMAT];
	const char *root = oci->text[OCI_ROOT];

	if (!oci_log_open(oci->text[OCI_LOG], format && !strcmp(format, "json"),
			  oci->flag[OCI_DEBUG])) {
		command_complain(command, "--log %s: %s", oci->text[OCI_LOG], strerror(errno));
		return NULL;
	}
	if (!root)
		root = oci_root(path, sizeof(path));
	if (!root)
		command_complain(command, "who is not root needs --root, or $XDG_RUNTIME_DIR");
	return root;
}

int oci_fail(const struct hull_error *error)
{
	oci_log(OCI_LOG_ERROR, "%s", error->text);
	return STATUS_FAILURE;
}

bool oci_preserve(const struct args *args, unsigned int *n, struct hull_error *error)
{
	const char *text = args->oci.text[OCI_PRESERVE_FDS];
	char *end;
	unsigned long number = text ? strtoul(text, &end, 10) : 0;

	*n = (unsigned int)number;
	if (!text || (isdigit((unsigned char)*text) && !*end && number <= 1000))
		return true;
	hull_error_set(error, EINVAL, "--preserve-fds %s: not in 0..1000", text);
	return false;
}

static enum oci_rootless rootless_of(const char *text)
{
	if (!text || !strcmp(text, "auto"))
		return OCI_ROOTLESS_AUTO;
	return strcmp(text, "true") ? OCI_ROOTLESS_FALSE : OCI_ROOTLESS_TRUE;
}

static struct oci_make make_of(const struct args *args, const char *root)
{
	const struct oci_args *oci = &args->oci;

	return (struct oci_make){
		.root = root, .id = args->words[0],
		.bundle = oci->text[OCI_BUNDLE] ? oci->text[OCI_BUNDLE] : ".",
		.console_socket = oci->text[OCI_CONSOLE_SOCKET],
		.pid_file = oci->text[OCI_PID_FILE], .no_pivot = oci->flag[OCI_NO_PIVOT],
		.keep_keyring = oci->flag[OCI_NO_NEW_KEYRING],
		.systemd = oci->flag[OCI_SYSTEMD_CGROUP],
		.rootless = rootless_of(oci->text[OCI_ROOTLESS]),
	};
}

int oci_create_run(const struct command *command, const struct args *args)
{
	const char *root = oci_begin(command, args);
	struct oci_container container;
	struct hull_error error = { 0 };
	struct oci_make make;
	struct hull_ct made;

	if (!root)
		return STATUS_FAILURE;
	make = make_of(args, root);
	if (!oci_preserve(args, &make.preserve_fds, &error) ||
	    oci_create(&make, &container, &made, &error))
		return oci_fail(&error);
	close(made.pidfd);
	oci_container_close(&container);
	return STATUS_OK;
}

/* What its program has no answer to ends it all the same. */
static void front_kill(const struct hull_front *front, int signal)
{
	*(int *)front->data = signal;
	kill(front->pid, SIGKILL);
}

static int run_front(const char *root, const char *id, const struct hull_ct *made, bool keep)
{
	struct hull_error error = { 0 };
	struct oci_container container;
	int killed_by = 0, status;
	struct hull_front front = {
		made->pid, made->pidfd, made->terminal, front_kill, &killed_by,
	};

	status = hull_wait_exit(hull_front_wait(&front));
	if (killed_by)
		status = 128 + killed_by;
	if (keep)
		return status;
	if (oci_container_open(&container, root, id, true, &error) ||
	    oci_delete(&container, true, &error))
		oci_fail(&error);
	return status;
}

int oci_run_run(const struct command *command, const struct args *args)
{
	const char *root = oci_begin(command, args);
	bool detach = args->oci.flag[OCI_DETACH];
	struct oci_container container;
	struct hull_error error = { 0 };
	struct oci_make make;
	struct hull_ct made;
	sigset_t set, old;
	int ret, status = STATUS_OK;

	if (!root)
		return STATUS_FAILURE;
	make = make_of(args, root);
	make.terminal_here = !detach && !make.console_socket;
	hull_keeper_signals(&set, &old);
	if (!oci_preserve(args, &make.preserve_fds, &error) ||
	    oci_create(&make, &container, &made, &error))
		return oci_fail(&error);
	ret = oci_start(&container, &error);
	if (ret) {
		oci_delete(&container, true, &(struct hull_error){ 0 });
		return oci_fail(&error);
	}
	oci_container_close(&container);
	if (!detach)
		status = run_front(root, make.id, &made, args->oci.flag[OCI_KEEP]);
	close(made.pidfd);
	return status;
}

typedef int (*act_fn)(struct oci_container *container, const struct args *args,
		      struct hull_error *error);

/* Opens the container that the first word names, does it, and says what was wrong. */
static int act(const struct command *command, const struct args *args, bool lock, act_fn fn)
{
	const char *root = oci_begin(command, args);
	struct oci_container container;
	struct hull_error error = { 0 };
	int ret;

	if (!root)
		return STATUS_FAILURE;
	if (oci_container_open(&container, root, args->words[0], lock, &error))
		return oci_fail(&error);
	ret = fn(&container, args, &error);
	oci_container_close(&container);
	return ret ? oci_fail(&error) : STATUS_OK;
}

static int start(struct oci_container *container, const struct args *args,
		 struct hull_error *error)
{
	(void)args;
	return oci_start(container, error);
}

int oci_start_run(const struct command *command, const struct args *args)
{
	return act(command, args, true, start);
}

static int state(struct oci_container *container, const struct args *args,
		 struct hull_error *error)
{
	json_t *json = oci_container_json(container, oci_container_status(container), true);
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	(void)args;
	json_decref(json);
	if (!text)
		return hull_error_set(error, ENOMEM, "no memory");
	printf("%s\n", text);
	free(text);
	return 0;
}

int oci_state_run(const struct command *command, const struct args *args)
{
	return act(command, args, false, state);
}

/* "TERM", "SIGTERM", "15"; -1 */
static int signal_of(const char *text)
{
	char *end;
	unsigned long number;
	const char *name;
	int i;

	if (isdigit((unsigned char)*text)) {
		number = strtoul(text, &end, 10);
		return !*end && number > 0 && number < (unsigned long)_NSIG ? (int)number : -1;
	}
	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (i = 1; i < _NSIG; i++) {
		name = sigabbrev_np(i);
		if (name && !strcasecmp(name, text))
			return i;
	}
	if (!strncasecmp(text, "RTMIN+", 6) || !strncasecmp(text, "RTMAX-", 6)) {
		number = strtoul(text + 6, &end, 10);
		if (!*end && number <= (unsigned long)(SIGRTMAX - SIGRTMIN))
			return toupper((unsigned char)text[3]) == 'I' ? SIGRTMIN + (int)number :
								       SIGRTMAX - (int)number;
	}
	return -1;
}

static int kill_it(struct oci_container *container, const struct args *args,
		   struct hull_error *error)
{
	const char *text = args->n_words > 1 ? args->words[1] : "TERM";
	int number = signal_of(text);

	if (number < 0)
		return hull_error_set(error, EINVAL, "'%.20s' is no signal", text);
	return oci_kill(container, number, args->oci.flag[OCI_ALL], error);
}

int oci_kill_run(const struct command *command, const struct args *args)
{
	return act(command, args, false, kill_it);
}

static int pause_it(struct oci_container *container, const struct args *args,
		    struct hull_error *error)
{
	(void)args;
	return oci_freeze(container, true, error);
}

static int resume_it(struct oci_container *container, const struct args *args,
		     struct hull_error *error)
{
	(void)args;
	return oci_freeze(container, false, error);
}

int oci_pause_run(const struct command *command, const struct args *args)
{
	return act(command, args, true, pause_it);
}

int oci_resume_run(const struct command *command, const struct args *args)
{
	return act(command, args, true, resume_it);
}

int oci_delete_run(const struct command *command, const struct args *args)
{
	const char *root = oci_begin(command, args);
	bool force = args->oci.flag[OCI_FORCE];
	struct oci_container container;
	struct hull_error error = { 0 };

	if (!root)
		return STATUS_FAILURE;
	if (oci_container_open(&container, root, args->words[0], true, &error))
		return force && error.code == ENOENT ? STATUS_OK : oci_fail(&error);
	return oci_delete(&container, force, &error) ? oci_fail(&error) : STATUS_OK;
}

int oci_checkpoint_run(const struct command *command, const struct args *args)
{
	(void)args;
	command_complain(command, "not offered: a container can be neither saved to a file nor "
			 "restored from one");
	return STATUS_FAILURE;
}
