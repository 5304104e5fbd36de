// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "options.h"

static bool name_ok(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	size_t len = name ? strlen(name) : 0;

	return len && len <= HULL_NAME_MAX && name[0] != '.' && name[0] != '-' &&
	       strspn(name, allowed) == len;
}

/* A guest that touches all of its memory must not be more than the host can hold. */
static int host_check(const struct vmm_options *options, struct vmm_error *error)
{
	struct sysinfo host;
	uint64_t memory;

	if (sysinfo(&host))
		return vmm_fail_errno(error, "sysinfo");
	memory = ((uint64_t)host.totalram + host.totalswap) * host.mem_unit;
	if (options->memory > memory)
		return vmm_fail(error, ENOMEM, "memory of %llu MiB: the host has %llu MiB",
				(unsigned long long)options->memory >> 20,
				(unsigned long long)memory >> 20);
	return 0;
}

int options_check(const struct vmm_options *options, struct vmm_error *error)
{
	if (!name_ok(options->name))
		return vmm_fail(error, EINVAL,
				"name of a VM: 1 to %d of A-Z a-z 0-9 _ . -, not starting with . or -",
				HULL_NAME_MAX);
	if (!options->kernel)
		return vmm_fail(error, EINVAL, "no kernel given");
	if (options->engine == VMM_ENGINE_HULL && !options->id)
		return vmm_fail(error, EINVAL, "a VM of Hull's engine has a record");
	if (options->memory < VMM_MEMORY_MIN || options->memory > VMM_MEMORY_MAX ||
	    options->memory % 4096)
		return vmm_fail(error, EINVAL,
				"memory of %llu bytes: must be 1 MiB to 64 TiB and a multiple of 4096",
				(unsigned long long)options->memory);
	if (!options->cpus || options->cpus > HULL_VCPUS_MAX)
		return vmm_fail(error, EINVAL, "%u CPUs: must be 1 to %d", options->cpus,
				HULL_VCPUS_MAX);
	if (options->cpu_weight > 10000)
		return vmm_fail(error, EINVAL, "CPU weight %u: must be 1 to 10000",
				options->cpu_weight);
	if (options->cpu_max_percent > HULL_VCPUS_MAX * 100u)
		return vmm_fail(error, EINVAL, "CPU limit of %u%%: must be 1 to %u",
				options->cpu_max_percent, HULL_VCPUS_MAX * 100u);
	return host_check(options, error);
}
