// SPDX-License-Identifier: GPL-2.0-only
/* exec - one more process in a container that runs */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <base/cgroup.h>
#include <group/listener.h>
#include <oci/cgroup.h>
#include <oci/life.h>

/* What the container is confined by holds for every process of it. */
static void confine(struct hull_ct_config *config, const struct oci_bundle *bundle)
{
	const struct hull_ct_config *from = bundle->config;

	config->seccomp = from->seccomp;
	config->landlock = from->landlock;
	config->annotations = from->annotations;
	config->n_annotations = from->n_annotations;
	if (!config->process.apparmor)
		config->process.apparmor = from->process.apparmor;
	if (!config->process.selinux)
		config->process.selinux = from->process.selinux;
}

/* The program may start with what it was promised only: terminal sent, pid told. */
static int finish(const struct oci_container *container, const struct oci_exec *exec,
		  struct hull_ct *made, int *code, struct hull_error *error)
{
	struct hull_ct_error ct_error = { 0 };

	if (exec->console_socket && made->terminal >= 0) {
		if (oci_descriptor_send(exec->console_socket, made->terminal, "/dev/pts/0", error))
			return -1;
		close(made->terminal);
		made->terminal = -1;
	}
	if (exec->pid_file && oci_pid_file_write(exec->pid_file, made->pid, error))
		return -1;
	if (hull_ct_start(made, &ct_error)) {
		*code = ct_error.exit_code;
		if (ct_error.code == ENOENT && ct_error.exit_code == 127)
			return hull_error_set(error, ENOENT, "exec: \"%.100s\": executable file "
					      "not found in $PATH",
					      made->config->process.args.at[0]);
		return hull_error_set(error, ct_error.code, "exec: %s", ct_error.text);
	}
	return hull_listener_send(made, oci_container_json(container, OCI_RUNNING, false), error);
}

/* One that is there below @base, and no link: the container may have made it. */
static int cgroup_below(int base, const char *path, struct hull_error *error)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV,
	};
	int fd;

	path += strspn(path, "/");
	fd = (int)syscall(SYS_openat2, base, *path ? path : ".", &how, sizeof(how));
	if (fd < 0)
		hull_error_set(error, errno, "cgroup %.200s below the container's: %s", path,
			       strerror(errno));
	return fd;
}

/* Processes and controllers for what is below exclude each other in a cgroup. */
static bool hands_on(int cgroup)
{
	int fd = openat(cgroup, "cgroup.subtree_control", O_RDONLY | O_CLOEXEC);
	char byte;
	bool some = fd >= 0 && read(fd, &byte, 1) == 1 && byte != '\n';

	if (fd >= 0)
		close(fd);
	return some;
}

/* Where the container has handed its controllers on, a process of it is where its first one is. */
static int cgroup_of_first(const struct oci_container *container, int base,
			   struct hull_error *error)
{
	char mount[PATH_MAX], path[64], line[PATH_MAX + 8] = "", *below = line + 3;
	size_t len = strlen(container->cgroup), skip;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)container->pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file) && strncmp(line, "0::/", 4))
		;
	if (file)
		fclose(file);
	line[strcspn(line, "\n")] = '\0';
	skip = hull_cgroup_mount(mount, sizeof(mount)) ? strlen(mount) : len;
	if (strncmp(line, "0::/", 4) || strncmp(below, container->cgroup + skip, len - skip) ||
	    below[len - skip] != '/')
		return hull_error_set(error, EBUSY, "exec: the container's cgroup takes no "
				      "process, and its first one is not below");
	return cgroup_below(base, below + len - skip, error);
}

static int cgroup_for(const struct oci_container *container, const struct oci_exec *exec,
		      int *base, struct hull_error *error)
{
	struct hull_error unheard;

	*base = oci_container_cgroup(container, exec->cgroup ? error : &unheard);
	if (*base < 0)
		return -1;
	if (!exec->cgroup)
		return hands_on(*base) ? cgroup_of_first(container, *base, error) :
					 fcntl(*base, F_DUPFD_CLOEXEC, 3);
	if (strchr(exec->cgroup, ':'))
		return hull_error_set(error, EINVAL, "--cgroup %.100s: cgroup v2 has one path for "
				      "all controllers", exec->cgroup);
	return cgroup_below(*base, exec->cgroup, error);
}

static int enter(const struct oci_container *container, const struct oci_exec *exec,
		 struct hull_ct_config *config, struct hull_ct *made, int *code,
		 struct hull_error *error)
{
	struct hull_ct_place place = { .stdio = { -1, -1, -1 }, .gate = -1, .tied = !exec->detach };
	struct hull_ct_error ct_error = { 0 };
	int pidfd = oci_container_pidfd(container, error), base = -1, ret = -1;

	if (pidfd < 0)
		return -1;
	place.cgroup = cgroup_for(container, exec, &base, error);
	/* A container without a cgroup is one all the same. */
	if (place.cgroup < 0 && (base >= 0 || exec->cgroup))
		goto out;
	ret = hull_ct_exec(pidfd, container->pid, config, &place, made, &ct_error);
	if (ret) {
		*code = ct_error.exit_code;
		hull_error_set(error, ct_error.code, "exec: %s", ct_error.text);
	} else {
		ret = finish(container, exec, made, code, error);
		if (ret)
			hull_ct_end(made);
	}
out:
	if (place.cgroup >= 0)
		close(place.cgroup);
	if (base >= 0)
		close(base);
	close(pidfd);
	return ret;
}

int oci_exec(const struct oci_container *container, const struct oci_exec *exec,
	     struct hull_ct *made, int *code, struct hull_error *error)
{
	enum oci_status status = oci_container_status(container);
	struct hull_ct_config *config = exec->process->config;
	struct oci_bundle bundle;
	int ret;

	*made = (struct hull_ct){
		.pidfd = -1, .terminal = -1, .channel = -1, .seccomp_listener = -1,
	};
	if (status != OCI_RUNNING && status != OCI_CREATED &&
	    (status != OCI_PAUSED || !exec->paused_too))
		return hull_error_set(error, EBUSY, "cannot exec in a container that is %s: %s",
				      oci_status_name(status), container->id);
	if (config->process.terminal && !exec->console_socket && !exec->terminal_here)
		return hull_error_set(error, EINVAL, "terminal: needs --console-socket, as the "
				      "terminal is for somebody else");
	if (!config->process.terminal && exec->console_socket)
		return hull_error_set(error, EINVAL, "--console-socket: terminal is false");
	if (oci_container_config(container, &bundle, error))
		return -1;
	confine(config, &bundle);
	config->process.preserve_fds = exec->preserve_fds;
	ret = enter(container, exec, config, made, code, error);
	made->config = NULL;
	oci_bundle_free(&bundle);
	return ret;
}
