// SPDX-License-Identifier: GPL-2.0-only
/* plan - the steps that a configuration needs, in their order */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <container/private.h>

static bool add(struct hull_ct_plan *plan, const struct hull_ct_step_kind *kind,
		const void *object)
{
	struct hull_ct_step *step = hull_ct_append(plan->config, &plan->steps, &plan->n,
						   sizeof(*step));

	if (!step)
		return false;
	step->kind = kind;
	step->object = object;
	return true;
}

static bool private_ns(const struct hull_ct_config *config, enum hull_ct_ns ns)
{
	return config->ns[ns].mode == HULL_CT_NS_PRIVATE;
}

/* One of its own, or another's. */
static bool user_ns(const struct hull_ct_config *config)
{
	return config->ns[HULL_CT_USER].mode != HULL_CT_NS_HOST;
}

static bool idmapped(const struct hull_ct_config *config)
{
	size_t i;

	for (i = 0; i < config->n_mounts; i++)
		if (config->mounts[i].idmap)
			return true;
	return config->root.idmap;
}

static bool has_limits(const struct hull_ct_resources *r)
{
	return r->memory_max || r->memory_high || r->memory_low || r->memory_min ||
	       r->has_swap_max || r->cpu_quota_us || r->cpu_period_us || r->cpu_burst_us ||
	       r->cpu_weight || r->cpu_idle || r->cpus || r->mems || r->pids_max ||
	       r->io_weight || r->n_files;
}

static bool plan_before(struct hull_ct_plan *plan, const struct hull_ct_config *config)
{
	int i;

	if ((has_limits(&config->resources) && !add(plan, &hull_ct_step_limits, config)) ||
	    (config->resources.n_devices && !add(plan, &hull_ct_step_device_rules, config)))
		return false;
	/* By whoever may: root's new process may not, nobody's only in its namespace. */
	if (((user_ns(config) && !geteuid()) || idmapped(config)) &&
	    !add(plan, &hull_ct_step_trees, config))
		return false;
	for (i = 0; i < HULL_CT_NS_NR; i++)
		if (config->ns[i].mode == HULL_CT_NS_PATH &&
		    !add(plan, &hull_ct_step_join, &config->ns[i]))
			return false;
	return !private_ns(config, HULL_CT_TIME) || add(plan, &hull_ct_step_time, config);
}

static bool plan_beside(struct hull_ct_plan *plan, const struct hull_ct_config *config)
{
	if (private_ns(config, HULL_CT_USER) && !add(plan, &hull_ct_step_maps, config))
		return false;
	if (idmapped(config) && !add(plan, &hull_ct_step_idmaps, config))
		return false;
	return add(plan, &hull_ct_step_created, config);
}

static bool plan_self(struct hull_ct_plan *plan, const struct hull_ct_config *config)
{
	const struct hull_ct_process *process = &config->process;
	size_t i;

	if ((!process->keep_keyring && !add(plan, &hull_ct_step_keyring, config)) ||
	    (user_ns(config) && !add(plan, &hull_ct_step_ids, config)) ||
	    (private_ns(config, HULL_CT_CGROUP) && !add(plan, &hull_ct_step_cgroup_ns, config)) ||
	    (config->hostname && !add(plan, &hull_ct_step_hostname, config->hostname)) ||
	    (config->domainname && !add(plan, &hull_ct_step_domainname, config->domainname)) ||
	    (private_ns(config, HULL_CT_NET) && !add(plan, &hull_ct_step_loopback, config)))
		return false;
	for (i = 0; i < config->n_sysctl; i++)
		if (!add(plan, &hull_ct_step_sysctl, &config->sysctl[i]))
			return false;
	if ((process->has_oom_score_adj && !add(plan, &hull_ct_step_oom_score, config)) ||
	    (process->scheduler.given && !add(plan, &hull_ct_step_scheduler, config)) ||
	    (process->io_class && !add(plan, &hull_ct_step_io_priority, config)))
		return false;
	for (i = 0; i < process->n_rlimits; i++)
		if (!add(plan, &hull_ct_step_rlimit, &process->rlimits[i]))
			return false;
	return true;
}

/* A user namespace may not make device nodes: it gets the host's. */
static bool plan_devices(struct hull_ct_plan *plan, const struct hull_ct_config *config,
			 const struct hull_ct_step_kind *kind)
{
	const struct hull_ct_device *device;
	size_t i;

	for (i = 0; config->default_devices && (device = hull_ct_default_device(i)); i++)
		if (!add(plan, kind, device))
			return false;
	for (i = 0; i < config->n_devices; i++)
		if (!add(plan, kind, &config->devices[i]))
			return false;
	return true;
}

static bool plan_outside(struct hull_ct_plan *plan, const struct hull_ct_config *config)
{
	size_t i;

	if (!add(plan, &hull_ct_step_propagation, config) ||
	    !add(plan, &hull_ct_step_root, config) ||
	    (config->masked.n && !add(plan, &hull_ct_step_null, config)))
		return false;
	for (i = 0; i < config->n_mounts; i++)
		if (!add(plan, &hull_ct_step_mount_make, &config->mounts[i]))
			return false;
	if (user_ns(config) &&
	    !plan_devices(plan, config, &hull_ct_step_device_open))
		return false;
	if (config->hooks[HULL_CT_HOOK_CREATE_CONTAINER].n &&
	    !add(plan, &hull_ct_step_hooks, config))
		return false;
	return add(plan, &hull_ct_step_pivot, config);
}

static bool plan_inside(struct hull_ct_plan *plan, const struct hull_ct_config *config)
{
	size_t i;

	for (i = 0; i < config->n_mounts; i++)
		if (!add(plan, &hull_ct_step_mount_attach, &config->mounts[i]))
			return false;
	if (!plan_devices(plan, config, &hull_ct_step_device) ||
	    (config->default_devices && !add(plan, &hull_ct_step_dev_links, config)) ||
	    (config->process.terminal && !add(plan, &hull_ct_step_console, config)))
		return false;
	for (i = 0; i < config->readonly.n; i++)
		if (!add(plan, &hull_ct_step_readonly, config->readonly.at[i]))
			return false;
	for (i = 0; i < config->masked.n; i++)
		if (!add(plan, &hull_ct_step_mask, config->masked.at[i]))
			return false;
	if ((config->root.readonly || config->root_propagation) &&
	    !add(plan, &hull_ct_step_root_readonly, config))
		return false;
	return true;
}

static bool plan_all(struct hull_ct_plan *plan, const struct hull_ct_config *config)
{
	return plan_before(plan, config) && plan_beside(plan, config) &&
	       plan_self(plan, config) &&
	       (!config->root.path ||
		(plan_outside(plan, config) && plan_inside(plan, config))) &&
	       (!config->has_personality || add(plan, &hull_ct_step_personality, config)) &&
	       (!config->landlock.handled || add(plan, &hull_ct_step_landlock, config));
}

struct hull_ct_plan *hull_ct_plan_make(struct hull_ct_config *config, struct hull_ct_error *error)
{
	struct hull_ct_plan *plan;
	const char *why;

	error->exit_code = 125;
	if (!hull_ct_config_check(config, &why)) {
		hull_ct_fail(error, EINVAL, "%s", why);
		return NULL;
	}
	plan = calloc(1, sizeof(*plan));
	if (plan) {
		plan->config = config;
		if (plan_all(plan, config))
			return plan;
	}
	free(plan);
	hull_ct_fail(error, ENOMEM, "no memory for a plan");
	return NULL;
}

void hull_ct_plan_free(struct hull_ct_plan *plan)
{
	free(plan);
}

void hull_ct_plan_print(const struct hull_ct_plan *plan, FILE *f)
{
	static const char *const where[] = {
		[HULL_CT_BEFORE] = "before", [HULL_CT_BESIDE] = "beside",
		[HULL_CT_OUTSIDE] = "outside", [HULL_CT_INSIDE] = "inside",
	};
	const struct hull_ct_step *step;
	char text[256];
	size_t i;

	for (i = 0; i < plan->n; i++) {
		step = &plan->steps[i];
		text[0] = '\0';
		if (step->kind->describe)
			step->kind->describe(text, sizeof(text), step->object);
		fprintf(f, "%3zu %-8s %s%s%s\n", i + 1, where[step->kind->where],
			step->kind->name, text[0] ? ": " : "", text);
	}
	fprintf(f, "%3zu %-8s become %s\n", i + 1, "inside", plan->config->process.args.at[0]);
}
