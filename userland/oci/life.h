/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done with OCI containers. Nothing here prints but by oci_log(). */
#ifndef HULL_OCI_LIFE_H
#define HULL_OCI_LIFE_H

#include <container/container.h>
#include <oci/state.h>

#define OCI_GROUP_ANNOTATION	"hull.group"	/* "required": none without the kernel's record */

enum oci_rootless {
	OCI_ROOTLESS_AUTO,	/* who is not root: no cgroup, if none was handed over */
	OCI_ROOTLESS_TRUE,	/* anybody: no cgroup, if none may be made */
	OCI_ROOTLESS_FALSE,	/* nobody goes without */
};

/* What the command line adds to the bundle. */
struct oci_make {
	const char *root, *id, *bundle, *console_socket, *pid_file;
	unsigned int preserve_fds;
	bool no_pivot, keep_keyring, systemd;
	enum oci_rootless rootless;
	bool terminal_here;	/* the pty's master is for the caller, if there is no socket */
};

/* All: 0, or -1 and *@error. */
/**
 * oci_create - everything up to the gate
 * @made: the process and, with @make->terminal_here, its terminal; close them. NULL: not asked
 *
 * Its process has the caller's stdin, stdout and stderr, or a terminal.
 */
int oci_create(const struct oci_make *make, struct oci_container *container, struct hull_ct *made,
	       struct hull_error *error);
/** oci_start - open the gate, run the hooks after it */
int oci_start(struct oci_container *container, struct hull_error *error);
/** oci_kill - @signal to its first process; @all: to every process of it */
int oci_kill(const struct oci_container *container, int signal, bool all,
	     struct hull_error *error);
/**
 * oci_delete - what is left of it; @force: also of one that runs
 *
 * The container is closed afterwards, in any case.
 */
int oci_delete(struct oci_container *container, bool force, struct hull_error *error);
/** oci_freeze - stop all its processes, or let them go on */
int oci_freeze(const struct oci_container *container, bool frozen, struct hull_error *error);

struct oci_exec {
	const struct oci_bundle *process;	/* its process; memory of it is used */
	const char *console_socket, *pid_file;
	const char *cgroup;		/* below the container's; NULL: that one */
	unsigned int preserve_fds;
	bool detach;
	bool paused_too;		/* and wait until it goes on */
	bool terminal_here;
};

/**
 * oci_exec - one more process, started
 * @made: it is a child of the caller; terminal as at oci_create()
 * @code: 126, 127: it could not be executed, or not found
 */
int oci_exec(const struct oci_container *container, const struct oci_exec *exec,
	     struct hull_ct *made, int *code, struct hull_error *error);

/** oci_hooks_after - poststart, poststop: a failure is a warning */
void oci_hooks_after(struct oci_container *container, const struct hull_ct_config *config,
		     enum hull_ct_hook_kind kind);

/** oci_pid_file_write - whole or not at all */
int oci_pid_file_write(const char *path, pid_t pid, struct hull_error *error);
/** oci_descriptor_send - with @text, to a UNIX socket that somebody listens on */
int oci_descriptor_send(const char *path, int fd, const char *text, struct hull_error *error);

/* --log FILE, --log-format: each line a sentence, or JSON as runc has it. */
bool oci_log_open(const char *file, bool json, bool debug);
enum oci_log_level { OCI_LOG_DEBUG, OCI_LOG_WARNING, OCI_LOG_ERROR };
__attribute__((format(printf, 2, 3)))
void oci_log(enum oci_log_level level, const char *format, ...);

#endif
