// SPDX-License-Identifier: GPL-2.0-only
/* Options of groups: what it may use, what it may do, and whose namespaces it is in. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/resource.h>
#include <linux/landlock.h>
#include <cmd/group_private.h>
#include <group/net.h>
#include <lib/names.h>
#include <oci/config.h>

#define PERIOD_US	100000u

bool group_id_parse(const char *text, size_t len, uint32_t *id)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
		if (value >= UINT32_MAX)
			return false;
	}
	*id = (uint32_t)value;
	return len;
}

/* --- cgroup ------------------------------------------------------------------------ */

static bool bytes_parse(const char *text, int64_t *bytes, const char **why)
{
	uint64_t size;

	if (!strcmp(text, "max")) {
		*bytes = HULL_CT_UNLIMITED;
		return true;
	}
	if (!hull_size_parse(text, &size, why))
		return false;
	*why = "not a size up to 64T, nor max";
	*bytes = (int64_t)size;
	return size <= 64ull << 40;
}

GROUP_OPTION(memory)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config || !bytes_parse(text, &config->resources.memory_max, why))
		return false;
	*why = "less than a program can start with: 64K";
	return config->resources.memory_max >= 64 << 10;
}

GROUP_OPTION(memory_high)
{
	struct hull_ct_config *config = group_config_of(args, why);

	return config && bytes_parse(text, &config->resources.memory_high, why);
}

GROUP_OPTION(swap)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config)
		return false;
	config->resources.has_swap_max = true;
	return bytes_parse(text, &config->resources.swap_max, why);
}

/* "1.5" */
GROUP_OPTION(cpus)
{
	struct hull_ct_config *config = group_config_of(args, why);
	uint32_t thousandths;

	if (!config)
		return false;
	*why = "not a number of CPUs: 0.01 to 4096";
	if (!hull_milliseconds_parse(text, 10, 4096000, &thousandths))
		return false;
	config->resources.cpu_period_us = PERIOD_US;
	config->resources.cpu_quota_us = (uint64_t)thousandths * PERIOD_US / 1000;
	return true;
}

GROUP_OPTION(cpu_weight)
{
	struct hull_ct_config *config = group_config_of(args, why);
	bool ok = config && hull_number_parse(text, 1, 10000, &config->resources.cpu_weight, why);

	*why = "a weight is 1 to 10000";
	return ok;
}

GROUP_OPTION(io_weight)
{
	struct hull_ct_config *config = group_config_of(args, why);
	bool ok = config && hull_number_parse(text, 1, 10000, &config->resources.io_weight, why);

	*why = "a weight is 1 to 10000";
	return ok;
}

GROUP_OPTION(cpuset)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config)
		return false;
	config->resources.cpus = hull_ct_strdup(config, text);
	*why = "not a list of CPUs, as 0-3,8";
	return *text && config->resources.cpus && !text[strspn(text, "0123456789,-")];
}

GROUP_OPTION(pids)
{
	struct hull_ct_config *config = group_config_of(args, why);
	uint32_t pids;

	if (!config)
		return false;
	if (!strcmp(text, "max")) {
		config->resources.pids_max = HULL_CT_UNLIMITED;
		return true;
	}
	*why = "not a number of tasks: 1 to 4194304, or max";
	if (!hull_number_parse(text, 1, 4194304, &pids, why))
		return false;
	config->resources.pids_max = pids;
	return true;
}

/* "/dev/vda:rbps=1000000,wiops=100" or "8:0 rbps=..." is a line of io.max */
GROUP_OPTION(io)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_unified *file;
	char *device, *limits, *comma;
	struct stat st;

	if (!config || args->group.made)
		return config;
	file = hull_ct_append(config, &config->resources.files, &config->resources.n_files,
			      sizeof(*file));
	device = group_piece(config, &text, ':');
	limits = hull_ct_strdup(config, text);
	if (!file || !device || !limits)
		return false;
	*why = "not DEVICE:LIMIT,... with a block device and limits as rbps=1000000,wiops=100";
	if (stat(device, &st) || !S_ISBLK(st.st_mode) || !strchr(limits, '='))
		return false;
	while ((comma = strchr(limits, ',')))
		*comma = ' ';
	file->file = "io.max";
	file->value = hull_ct_printf(config, "%u:%u %s", major(st.st_rdev), minor(st.st_rdev),
				     limits);
	return file->value;
}

/* --- privileges ------------------------------------------------------------------------ */

static bool capabilities_change(const char *text, struct args *args, bool add, const char **why)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_capabilities *caps;
	uint64_t bits = 0;
	char *name;
	int number;

	if (!config)
		return false;
	*why = "no name of a capability, nor ALL";
	if (!*text)
		return false;
	while (*text) {
		name = group_piece(config, &text, ',');
		number = name ? hull_ct_capability(name) : -1;
		if (name && !strcasecmp(name, "all"))
			bits = ~0ull;
		else if (number < 0)
			return false;
		else
			bits |= 1ull << number;
	}
	caps = &config->process.caps;
	caps->bounding = add ? caps->bounding | bits : caps->bounding & ~bits;
	caps->permitted = caps->bounding;
	caps->effective = caps->bounding;
	return true;
}

GROUP_OPTION(cap_add)
{
	return capabilities_change(text, args, true, why);
}

GROUP_OPTION(cap_drop)
{
	return capabilities_change(text, args, false, why);
}

GROUP_OPTION(no_new_privileges)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config)
		return false;
	config->process.no_new_privs = !text || !strcmp(text, "on");
	*why = "neither on nor off";
	return config->process.no_new_privs || !strcmp(text, "off");
}

GROUP_OPTION(seccomp)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_error error;

	if (!config)
		return false;
	*why = "neither default nor unconfined, nor the absolute path of a profile";
	if (!strcmp(text, "default"))
		config->seccomp.kind = HULL_CT_SECCOMP_DEFAULT;
	else if (!strcmp(text, "unconfined"))
		config->seccomp.kind = HULL_CT_SECCOMP_NONE;
	else if (text[0] != '/')
		return false;
	else if (oci_seccomp_load(config, text, &error))
		*why = hull_ct_strdup(config, error.text);
	else
		return true;
	return text[0] != '/';
}

/* What both kernels' Landlock know: all of ABI 2. */
#define LANDLOCK_READ	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
			 LANDLOCK_ACCESS_FS_READ_DIR)
#define LANDLOCK_ALL	((LANDLOCK_ACCESS_FS_REFER << 1) - 1)

GROUP_OPTION(landlock)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_landlock_rule *rule;

	if (!config)
		return false;
	rule = hull_ct_append(config, &config->landlock.rules, &config->landlock.n_rules,
			      sizeof(*rule));
	if (!rule)
		return false;
	rule->path = group_piece(config, &text, ':');
	*why = "not PATH:ro or PATH:rw with an absolute path";
	if (!rule->path || rule->path[0] != '/' || (strcmp(text, "ro") && strcmp(text, "rw")))
		return false;
	config->landlock.handled = LANDLOCK_ALL;
	rule->access = text[1] == 'o' ? LANDLOCK_READ : LANDLOCK_ALL;
	return true;
}

GROUP_OPTION(apparmor)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config)
		return false;
	config->process.apparmor = hull_ct_strdup(config, text);
	*why = "the name of a profile is missing";
	return *text && config->process.apparmor;
}

GROUP_OPTION(rlimit)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_rlimit *limit;
	uint64_t *values[2];
	char *name, *value, *end;
	int i;

	if (!config)
		return false;
	limit = hull_ct_append(config, &config->process.rlimits, &config->process.n_rlimits,
			       sizeof(*limit));
	name = group_piece(config, &text, '=');
	if (!limit || !name)
		return false;
	limit->resource = hull_ct_rlimit(name);
	*why = "not NAME=SOFT[:HARD], a name as nofile, numbers or unlimited";
	if (limit->resource < 0 || !*text)
		return false;
	values[0] = &limit->soft;
	values[1] = &limit->hard;
	for (i = 0; i < 2; i++) {
		value = *text || !i ? group_piece(config, &text, ':') : NULL;
		if (!value) {
			*values[i] = limit->soft;
			continue;
		}
		errno = 0;
		*values[i] = strcmp(value, "unlimited") ? strtoull(value, &end, 10) : RLIM_INFINITY;
		if (strcmp(value, "unlimited") &&
		    (errno || *end || value[0] < '0' || value[0] > '9'))
			return false;
	}
	return !*text && limit->soft <= limit->hard;
}

GROUP_OPTION(oom_score_adj)
{
	struct hull_ct_config *config = group_config_of(args, why);
	char *end;
	long value;

	if (!config)
		return false;
	value = strtol(text, &end, 10);
	*why = "not a number from -1000 to 1000";
	if (!*text || *end || value < -1000 || value > 1000)
		return false;
	config->process.has_oom_score_adj = true;
	config->process.oom_score_adj = (int)value;
	return true;
}

/* --- namespaces -------------------------------------------------------------------------- */

static bool namespace_parse(const char *text, struct args *args, enum hull_ct_ns which,
			    const char **why)
{
	struct hull_ct_config *config = group_config_of(args, why);
	struct hull_ct_namespace *ns;

	if (!config)
		return false;
	ns = &config->ns[which];
	ns->path = NULL;
	if (!strcmp(text, "private")) {
		ns->mode = HULL_CT_NS_PRIVATE;
	} else if (!strcmp(text, "host")) {
		ns->mode = HULL_CT_NS_HOST;
	} else if (text[0] == '/') {
		ns->mode = HULL_CT_NS_PATH;
		ns->path = hull_ct_strdup(config, text);
	} else {
		*why = "neither private nor host nor the path of a namespace, as /proc/PID/ns/net";
		return false;
	}
	return ns->mode != HULL_CT_NS_PATH || ns->path;
}

GROUP_OPTION(userns)
{
	args->group.userns = true;
	return namespace_parse(text, args, HULL_CT_USER, why);
}

GROUP_OPTION(pid)
{
	return namespace_parse(text, args, HULL_CT_PID, why);
}

GROUP_OPTION(uts)
{
	return namespace_parse(text, args, HULL_CT_UTS, why);
}

GROUP_OPTION(ipc)
{
	return namespace_parse(text, args, HULL_CT_IPC, why);
}

GROUP_OPTION(cgroupns)
{
	return namespace_parse(text, args, HULL_CT_CGROUP, why);
}

GROUP_OPTION(time)
{
	return namespace_parse(text, args, HULL_CT_TIME, why);
}

/* "bridge", "bridge=NAME", "bridge=NAME,ADDRESS/BITS" */
static bool bridge_parse(const char *text, struct hull_ct_config *config, const char **why)
{
	struct hull_ct_net *net = &config->net;

	net->kind = HULL_CT_NET_BRIDGE;
	net->bridge = *text ? group_piece(config, &text, ',') : HULL_GROUP_BRIDGE;
	net->address = *text ? hull_ct_strdup(config, text) : NULL;
	*why = "a bridge's name has 1 to 15 letters, digits, '-', '_' and '.'";
	return net->bridge && *net->bridge && strlen(net->bridge) <= 15 &&
	       net->bridge[0] != '.' &&
	       !net->bridge[strspn(net->bridge, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_.")];
}

GROUP_OPTION(net)
{
	struct hull_ct_config *config = group_config_of(args, why);

	if (!config)
		return false;
	config->net = (struct hull_ct_net){ 0 };
	config->ns[HULL_CT_NET].mode = HULL_CT_NS_PRIVATE;
	if (!strcmp(text, "none"))
		return true;
	if (!strncmp(text, "bridge", 6) && (!text[6] || text[6] == '='))
		return bridge_parse(text + 6 + (text[6] == '='), config, why);
	if (namespace_parse(text, args, HULL_CT_NET, why))
		return true;
	*why = "neither none, host nor bridge[=NAME[,ADDRESS/BITS]], nor the path of a namespace";
	return false;
}

/* "INSIDE:OUTSIDE:COUNT" */
static bool map_parse(const char *text, struct hull_ct_config *config,
		      struct hull_ct_id_map **maps, size_t *n, const char **why)
{
	struct hull_ct_id_map *map = hull_ct_append(config, maps, n, sizeof(*map));
	uint32_t *numbers[3];
	char *piece;
	int i;

	if (!map)
		return false;
	numbers[0] = &map->container;
	numbers[1] = &map->host;
	numbers[2] = &map->count;
	*why = "not INSIDE:OUTSIDE:COUNT";
	for (i = 0; i < 3; i++) {
		piece = group_piece(config, &text, ':');
		if (!piece || !group_id_parse(piece, strlen(piece), numbers[i]))
			return false;
	}
	config->ns[HULL_CT_USER].mode = HULL_CT_NS_PRIVATE;
	return !*text;
}

GROUP_OPTION(uidmap)
{
	struct hull_ct_config *config = group_config_of(args, why);

	args->group.userns = true;
	return config && map_parse(text, config, &config->maps.uid, &config->maps.n_uid, why);
}

GROUP_OPTION(gidmap)
{
	struct hull_ct_config *config = group_config_of(args, why);

	args->group.userns = true;
	return config && map_parse(text, config, &config->maps.gid, &config->maps.n_gid, why);
}
