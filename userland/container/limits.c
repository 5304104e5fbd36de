// SPDX-License-Identifier: GPL-2.0-only
/* limits - resources as files of a cgroup (Documentation/admin-guide/cgroup-v2.rst) */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <container/private.h>

#define PERIOD_US	100000

struct limits {
	int cgroup;
	const char *file;	/* the one being written: at fault if it fails */
};

static int put(struct limits *l, const char *file, const char *value)
{
	l->file = file;
	return hull_ct_write(l->cgroup, file, value);
}

static int put_amount(struct limits *l, const char *file, int64_t amount)
{
	char text[32];

	if (amount == HULL_CT_UNLIMITED)
		return put(l, file, "max");
	snprintf(text, sizeof(text), "%" PRId64, amount);
	return put(l, file, text);
}

static int memory_apply(struct limits *l, const struct hull_ct_resources *r)
{
	if ((r->memory_max && put_amount(l, "memory.max", r->memory_max)) ||
	    (r->memory_high && put_amount(l, "memory.high", r->memory_high)) ||
	    (r->memory_low && put_amount(l, "memory.low", r->memory_low)) ||
	    (r->memory_min && put_amount(l, "memory.min", r->memory_min)) ||
	    (r->has_swap_max && put_amount(l, "memory.swap.max", r->swap_max)))
		return -1;
	return 0;
}

static int cpu_apply(struct limits *l, const struct hull_ct_resources *r)
{
	uint64_t period = r->cpu_period_us ? r->cpu_period_us : PERIOD_US;
	char text[64];

	if (r->cpu_weight && put_amount(l, "cpu.weight", r->cpu_weight))
		return -1;
	if (r->cpu_idle && put(l, "cpu.idle", "1"))
		return -1;
	if (r->cpu_quota_us || r->cpu_period_us) {
		if (r->cpu_quota_us)
			snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64, r->cpu_quota_us,
				 period);
		else
			snprintf(text, sizeof(text), "max %" PRIu64, period);
		if (put(l, "cpu.max", text))
			return -1;
	}
	if (r->cpu_burst_us && put_amount(l, "cpu.max.burst", (int64_t)r->cpu_burst_us))
		return -1;
	if ((r->cpus && put(l, "cpuset.cpus", r->cpus)) ||
	    (r->mems && put(l, "cpuset.mems", r->mems)))
		return -1;
	return 0;
}

/* Disks have the BFQ scheduler's file or the kernel's own. */
static int io_apply(struct limits *l, const struct hull_ct_resources *r)
{
	char text[32];

	if (!r->io_weight)
		return 0;
	snprintf(text, sizeof(text), "default %u", r->io_weight);
	if (!put(l, "io.weight", text))
		return 0;
	return errno == ENOENT ? put_amount(l, "io.bfq.weight", r->io_weight) : -1;
}

static int files_apply(struct limits *l, const struct hull_ct_resources *r)
{
	size_t i;

	for (i = 0; i < r->n_files; i++) {
		/* Of this cgroup, and not how it is ruled. */
		if (strchr(r->files[i].file, '/') || !strncmp(r->files[i].file, "cgroup.", 7)) {
			l->file = r->files[i].file;
			errno = EINVAL;
			return -1;
		}
		if (put(l, r->files[i].file, r->files[i].value))
			return -1;
	}
	return 0;
}

static int apply(struct limits *l, const struct hull_ct_resources *r)
{
	if (memory_apply(l, r) || cpu_apply(l, r) ||
	    (r->pids_max && put_amount(l, "pids.max", r->pids_max)) || io_apply(l, r))
		return -1;
	return files_apply(l, r);
}

int hull_ct_limits_apply(int cgroup, const struct hull_ct_resources *resources,
			 struct hull_ct_error *error)
{
	struct limits l = { .cgroup = cgroup };

	if (!apply(&l, resources))
		return 0;
	return hull_ct_fail(error, errno, "set %s: %s%s", l.file, strerror(errno),
			    errno == ENOENT ? " (is its controller enabled?)" : "");
}

static int limits(struct hull_ct_run *run, const void *object)
{
	const struct hull_ct_config *config = object;
	struct limits l = { .cgroup = run->place->cgroup };
	int ret;

	if (l.cgroup < 0) {
		run->object = "no cgroup of its own";
		errno = EOPNOTSUPP;
		return -1;
	}
	ret = apply(&l, &config->resources);
	run->object = ret ? l.file : NULL;
	return ret;
}

const struct hull_ct_step_kind hull_ct_step_limits = {
	"set limits", HULL_CT_BEFORE, limits, NULL, NULL
};
