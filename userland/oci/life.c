// SPDX-License-Identifier: GPL-2.0-only
/* life - start, signals, freezing, and the end */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <group/place.h>
#include <lib/group.h>
#include <oci/cgroup.h>
#include <oci/life.h>

#define EXECUTED_MS	2000	/* for the program to take the starter's place */
#define GONE_MS		10000	/* for a process that was killed */
#define FROZEN_MS	10000

static void nap(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* Hooks after the start want the program to be there; the gate cannot tell. */
static void executed_wait(const struct oci_container *container)
{
	char path[32], exe[64];
	ssize_t n;
	int ms;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)container->pid);
	for (ms = 0; ms < EXECUTED_MS; ms++) {
		n = readlink(path, exe, sizeof(exe) - 1);
		if (n < 0)
			return;
		exe[n] = '\0';
		if (strncmp(exe, "/memfd:", 7))
			return;
		nap(1);
	}
}

int oci_start(struct oci_container *container, struct hull_error *error)
{
	enum oci_status status = oci_container_status(container);
	struct oci_bundle bundle;
	int fd, ret;

	if (status != OCI_CREATED)
		return hull_error_set(error, EBUSY, "cannot start a container in the %s state: %s",
				      oci_status_name(status), container->id);
	if (oci_container_config(container, &bundle, error))
		return -1;
	fd = openat(container->dir, OCI_GATE_FILE, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	/* Nobody waits there any more: a start was killed before it could say that it is done. */
	ret = fd < 0 ? errno != ENXIO || oci_container_status(container) != OCI_CREATED :
		       write(fd, "", 1) != 1;
	if (ret)
		hull_error_set(error, errno, "container %s: its process does not wait: %s",
			       container->id, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (!ret) {
		unlinkat(container->dir, OCI_GATE_FILE, 0);
		if (bundle.config->hooks[HULL_CT_HOOK_POSTSTART].n) {
			executed_wait(container);
			oci_hooks_after(container, bundle.config, HULL_CT_HOOK_POSTSTART);
		}
	}
	oci_bundle_free(&bundle);
	return ret ? -1 : 0;
}

static bool kill_one(int pid, void *data)
{
	kill(pid, *(const int *)data);
	return true;
}

int oci_kill(const struct oci_container *container, int signal, bool all, struct hull_error *error)
{
	int cgroup, fd, ret;

	if (all) {
		cgroup = oci_container_cgroup(container, error);
		if (cgroup < 0)
			return -1;
		ret = 0;
		if (signal == SIGKILL)
			ret = hull_group_kill(cgroup, error);
		else
			oci_cgroup_each(cgroup, kill_one, &signal);
		close(cgroup);
		return ret;
	}
	if (oci_container_status(container) == OCI_STOPPED)
		return hull_error_set(error, ESRCH, "container not running: %s", container->id);
	fd = oci_container_pidfd(container, error);
	if (fd < 0)
		return -1;
	ret = (int)syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0);
	if (ret)
		hull_error_set(error, errno, "signal %d: %s", signal, strerror(errno));
	close(fd);
	return ret;
}

int oci_freeze(const struct oci_container *container, bool frozen, struct hull_error *error)
{
	enum oci_status status = oci_container_status(container);
	int cgroup, ret;

	if (frozen ? status != OCI_RUNNING && status != OCI_CREATED : status != OCI_PAUSED)
		return hull_error_set(error, EBUSY, "container %s is %s, not %s", container->id,
				      oci_status_name(status), frozen ? "running" : "paused");
	cgroup = oci_container_cgroup(container, error);
	if (cgroup < 0)
		return -1;
	ret = hull_group_freeze(cgroup, frozen, FROZEN_MS, error);
	/* All or nothing: half a container must not stand still for ever. */
	if (ret && frozen)
		hull_group_freeze(cgroup, false, 0, &(struct hull_error){ 0 });
	close(cgroup);
	return ret;
}

/* Without a cgroup its first process takes the others of its pid namespace along. */
static int process_end(const struct oci_container *container, struct hull_error *error)
{
	struct hull_error unheard;
	int fd = oci_container_pidfd(container, &unheard), ret = 0;
	struct pollfd gone = { .fd = fd, .events = POLLIN };

	if (fd < 0)
		return 0;
	if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) && errno != ESRCH)
		ret = hull_error_set(error, errno, "kill: %s", strerror(errno));
	else if (poll(&gone, 1, GONE_MS) != 1)
		ret = hull_error_set(error, EAGAIN, "process %d does not end", (int)container->pid);
	close(fd);
	return ret;
}

int oci_delete(struct oci_container *container, bool force, struct hull_error *error)
{
	enum oci_status status = oci_container_status(container);
	struct hull_error unheard;
	struct oci_bundle bundle = { .config = NULL };
	int ret = 0;

	if (!force && status != OCI_STOPPED && status != OCI_CREATED) {
		hull_error_set(error, EBUSY, "cannot delete container %s that is not stopped: %s",
			       container->id, oci_status_name(status));
		oci_container_close(container);
		return -1;
	}
	if (status != OCI_STOPPED)
		ret = process_end(container, error);
	if (!ret)
		ret = hull_group_place_remove(container->cgroup, error);
	if (ret) {
		oci_container_close(container);
		return -1;
	}
	if (!oci_container_config(container, &bundle, &unheard))
		oci_hooks_after(container, bundle.config, HULL_CT_HOOK_POSTSTOP);
	oci_bundle_free(&bundle);
	oci_container_forget(container);
	return 0;
}
