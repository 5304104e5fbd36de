// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <base/cgroup.h>

#include "cgroup.h"

#define PARENT			"hull"
#define WEIGHT_DEFAULT		100u
#define PERIOD_US		100000u

/* The VMM itself, and tables for the memory of the guest: host's and engine's. */
#define OVERHEAD		(16ull << 20)
#define OVERHEAD_PER(memory)	((memory) / 64)

static int write_number(const char *dir, const char *name, unsigned long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	return hull_cgroup_write(dir, name, text);
}

/* No more than its vCPUs can use is no limit that anybody would miss. */
static bool wants_cpu_limits(const struct vmm_options *options)
{
	return (options->cpu_max_percent && options->cpu_max_percent < 100 * options->cpus) ||
	       (options->cpu_weight && options->cpu_weight != WEIGHT_DEFAULT);
}

static int set_cpu(const struct vmm_cgroup *cgroup, const struct vmm_options *options)
{
	char text[48];

	if (options->cpu_weight && write_number(cgroup->path, "cpu.weight", options->cpu_weight))
		return -1;
	if (!options->cpu_max_percent)
		return 0;
	snprintf(text, sizeof(text), "%llu %u",
		 (unsigned long long)options->cpu_max_percent * (PERIOD_US / 100), PERIOD_US);
	return hull_cgroup_write(cgroup->path, "cpu.max", text);
}

static int set_limits(const struct vmm_cgroup *cgroup, const struct vmm_options *options,
		      struct vmm_error *error)
{
	uint64_t memory = options->memory + OVERHEAD + OVERHEAD_PER(options->memory);

	if (write_number(cgroup->path, "memory.max", memory))
		vmm_notice(error, "no memory controller for cgroup v2 here: memory is not limited");
	if (!set_cpu(cgroup, options))
		return 0;
	if (wants_cpu_limits(options))
		return vmm_fail_errno(error, "cannot limit CPU time by cgroup %s", cgroup->path);
	vmm_notice(error, "no cpu controller for cgroup v2 here: CPU time is not shared by weight");
	return 0;
}

static int no_cgroup(struct vmm_cgroup *cgroup, const struct vmm_options *options,
		     const char *why, struct vmm_error *error)
{
	cgroup->path[0] = 0;
	if (wants_cpu_limits(options))
		return vmm_fail(error, EOPNOTSUPP, "cannot limit CPU time: %s", why);
	vmm_notice(error, "%s: memory and CPU time of the VM are not limited", why);
	return 0;
}

int cgroup_create(struct vmm_cgroup *cgroup, const struct vmm_options *options,
		  struct vmm_error *error)
{
	static const char *const controllers[] = { "memory", "cpu" };
	char root[PATH_MAX / 2], parent[PATH_MAX / 2 + sizeof(PARENT) + 1];

	if (!hull_cgroup_mount(root, sizeof(root)))
		return no_cgroup(cgroup, options, "cgroup v2 is not mounted", error);
	snprintf(parent, sizeof(parent), "%s/" PARENT, root);
	if (mkdir(parent, 0755) && errno != EEXIST)
		return no_cgroup(cgroup, options, "no permission to make a cgroup", error);
	/* A controller that is not there is missed when its file is written. */
	hull_cgroup_enable(root, controllers, 2);
	hull_cgroup_enable(parent, controllers, 2);
	snprintf(cgroup->path, sizeof(cgroup->path), "%s/%s", parent, options->name);
	/* What a VMM that was killed left; the run directory's lock tells that it is dead. */
	rmdir(cgroup->path);
	if (mkdir(cgroup->path, 0755)) {
		vmm_error_set_errno(error, "cannot make cgroup %s", cgroup->path);
		cgroup->path[0] = 0;
		return -1;
	}
	if (!set_limits(cgroup, options, error))
		return 0;
	cgroup_remove(cgroup);
	return -1;
}

int vmm_cpu_weight_set(const char *name, unsigned int weight, struct vmm_error *error)
{
	char root[PATH_MAX / 2], path[PATH_MAX];

	if (!hull_cgroup_mount(root, sizeof(root)))
		return vmm_fail(error, EOPNOTSUPP, "cgroup v2 is not mounted");
	snprintf(path, sizeof(path), "%s/" PARENT "/%s", root, name);
	if (write_number(path, "cpu.weight", weight))
		return vmm_fail_errno(error, "cannot set cpu.weight in %s", path);
	return 0;
}

int cgroup_join(const struct vmm_cgroup *cgroup, struct vmm_error *error)
{
	if (cgroup->path[0] && hull_cgroup_write(cgroup->path, "cgroup.procs", "0"))
		return vmm_fail_errno(error, "cannot join cgroup %s", cgroup->path);
	return 0;
}

/* The kernel takes a moment to see that the last process is gone. */
void cgroup_remove(struct vmm_cgroup *cgroup)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	int tries = 100;

	while (cgroup->path[0] && rmdir(cgroup->path) && errno == EBUSY && --tries)
		nanosleep(&pause, NULL);
	cgroup->path[0] = 0;
}
