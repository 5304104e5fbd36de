// SPDX-License-Identifier: GPL-2.0-only
/* config - the memory of a configuration, and what can be known to be wrong with it */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <container/config.h>

#define ARENA_BLOCK	4064u

struct hull_ct_arena {
	struct hull_ct_arena *next;
	size_t used, size;
	_Alignas(16) char data[];
};

static struct hull_ct_arena *block_new(struct hull_ct_config *config, size_t size)
{
	struct hull_ct_arena *block = calloc(1, sizeof(*block) + size);

	if (!block)
		return NULL;
	block->size = size;
	block->next = config->arena;
	config->arena = block;
	return block;
}

void *hull_ct_alloc(struct hull_ct_config *config, size_t n, size_t size)
{
	struct hull_ct_arena *block = config->arena;
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + 15) & ~(size_t)15;
	if (!block || block->size - block->used < bytes)
		block = block_new(config, bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK);
	if (!block)
		return NULL;
	p = block->data + block->used;
	block->used += bytes;
	return p;
}

char *hull_ct_strdup(struct hull_ct_config *config, const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = hull_ct_alloc(config, 1, size);

	return copy ? memcpy(copy, s, size) : NULL;
}

char *hull_ct_printf(struct hull_ct_config *config, const char *format, ...)
{
	char *text, *copy;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		return NULL;
	copy = hull_ct_strdup(config, text);
	free(text);
	return copy;
}

/* Room grows at powers of two, so that no capacity needs to be kept. */
void *hull_ct_append(struct hull_ct_config *config, void *array, size_t *n, size_t size)
{
	void *at, *grown;

	memcpy(&at, array, sizeof(at));
	if (!(*n & (*n - 1))) {
		grown = hull_ct_alloc(config, *n ? *n * 2 : 1, size);
		if (!grown)
			return NULL;
		if (*n)
			memcpy(grown, at, *n * size);
		memcpy(array, &grown, sizeof(grown));
		at = grown;
	}
	return (char *)at + (*n)++ * size;
}

bool hull_ct_strings_add(struct hull_ct_config *config, struct hull_ct_strings *strings,
			 const char *s)
{
	size_t n = strings->n;
	const char **end, **slot;

	/* One more than n, for the NULL at the end. */
	end = hull_ct_append(config, &strings->at, &n, sizeof(*strings->at));
	if (!end)
		return false;
	*end = hull_ct_strdup(config, s);
	strings->n = n;
	slot = hull_ct_append(config, &strings->at, &n, sizeof(*strings->at));
	return *end && slot;
}

struct hull_ct_config *hull_ct_config_new(void)
{
	struct hull_ct_config *config = calloc(1, sizeof(*config));

	if (config)
		config->process.cwd = "/";
	return config;
}

void hull_ct_config_free(struct hull_ct_config *config)
{
	struct hull_ct_arena *block;

	if (!config)
		return;
	while ((block = config->arena)) {
		config->arena = block->next;
		free(block);
	}
	free(config);
}

static bool wrong(struct hull_ct_config *config, const char **why, const char *text,
		  const char *object)
{
	const char *whole = hull_ct_printf(config, text, object);

	*why = whole ? whole : "no memory";
	return false;
}

static bool maps_overlap(const struct hull_ct_id_map *maps, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		if (!maps[i].count || maps[i].container > UINT32_MAX - maps[i].count ||
		    maps[i].host > UINT32_MAX - maps[i].count)
			return true;
		for (j = 0; j < i; j++)
			if ((maps[i].container < maps[j].container + maps[j].count &&
			     maps[j].container < maps[i].container + maps[i].count) ||
			    (maps[i].host < maps[j].host + maps[j].count &&
			     maps[j].host < maps[i].host + maps[i].count))
				return true;
	}
	return false;
}

static bool check_maps(struct hull_ct_config *config, const char **why)
{
	const struct hull_ct_id_maps *maps = &config->maps;
	bool user = config->ns[HULL_CT_USER].mode == HULL_CT_NS_PRIVATE;

	/* user_namespaces(7) */
	if (maps->n_uid > 340 || maps->n_gid > 340)
		return wrong(config, why, "more than %s id mappings", "340");
	if (maps_overlap(maps->uid, maps->n_uid) || maps_overlap(maps->gid, maps->n_gid))
		return wrong(config, why, "id mappings overlap, are empty or end above %s",
			     "4294967295");
	if (user && (!maps->n_uid || !maps->n_gid))
		return wrong(config, why, "a private %s namespace needs id mappings", "user");
	return true;
}

/* Is it the caller's own, be it by a path? */
static bool host_ns(const struct hull_ct_config *config, enum hull_ct_ns which)
{
	const struct hull_ct_namespace *ns = &config->ns[which];
	struct stat own, other;
	char path[48];

	if (ns->mode != HULL_CT_NS_PATH)
		return ns->mode == HULL_CT_NS_HOST;
	snprintf(path, sizeof(path), "/proc/self/ns/%s", hull_ct_ns_name(which));
	return !stat(path, &own) && !stat(ns->path, &other) &&
	       own.st_ino == other.st_ino && own.st_dev == other.st_dev;
}

static bool check_idmap(struct hull_ct_config *config, const char **why)
{
	bool user = config->ns[HULL_CT_USER].mode != HULL_CT_NS_HOST;
	size_t i;

	if (config->root.idmap && config->root.overlay)
		return wrong(config, why, "an %s has no id mapping", "overlay");
	for (i = 0; i < config->n_mounts; i++)
		if (config->mounts[i].idmap && !config->mounts[i].maps.n_uid && !user)
			return wrong(config, why, "mount %s: ids are mapped in a user namespace, "
				     "not in the host's", config->mounts[i].target);
	if (config->root.idmap && !user)
		return wrong(config, why, "the %s's ids are mapped in a user namespace, not in "
			     "the host's", "root");
	return true;
}

static bool check_namespaces(struct hull_ct_config *config, const char **why)
{
	int i;

	for (i = 0; i < HULL_CT_NS_NR; i++)
		if (config->ns[i].mode == HULL_CT_NS_PATH && !config->ns[i].path)
			return wrong(config, why, "the %s namespace to join has no path",
				     hull_ct_ns_name(i));
	if (config->ns[HULL_CT_MNT].mode == HULL_CT_NS_HOST &&
	    (config->root.path || config->n_mounts))
		return wrong(config, why, "a root and mounts need a private %s namespace",
			     "mount");
	if ((config->hostname || config->domainname) && host_ns(config, HULL_CT_UTS))
		return wrong(config, why, "a host name needs a private %s namespace", "uts");
	if ((config->has_time[0] || config->has_time[1]) &&
	    config->ns[HULL_CT_TIME].mode != HULL_CT_NS_PRIVATE)
		return wrong(config, why, "clock offsets need a private %s namespace", "time");
	return true;
}

static bool check_paths(struct hull_ct_config *config, const char **why)
{
	size_t i;

	for (i = 0; i < config->n_mounts; i++) {
		if (!config->mounts[i].target || config->mounts[i].target[0] != '/')
			return wrong(config, why, "mount target '%s' is not absolute",
				     config->mounts[i].target ? config->mounts[i].target : "");
		if (config->mounts[i].bind && !config->mounts[i].source)
			return wrong(config, why, "the bind mount on %s has no source",
				     config->mounts[i].target);
	}
	for (i = 0; i < config->masked.n + config->readonly.n; i++) {
		const char *path = i < config->masked.n ? config->masked.at[i] :
				   config->readonly.at[i - config->masked.n];

		if (path[0] != '/')
			return wrong(config, why, "path '%s' is not absolute", path);
	}
	return true;
}

/* Others are the host's. */
static bool sysctl_allowed(const struct hull_ct_config *config, const char *name)
{
	static const struct {
		const char *prefix;
		enum hull_ct_ns ns;
	} rows[] = {
		{ "net.", HULL_CT_NET }, { "kernel.shm", HULL_CT_IPC },
		{ "kernel.msg", HULL_CT_IPC }, { "kernel.sem", HULL_CT_IPC },
		{ "fs.mqueue.", HULL_CT_IPC }, { "kernel.domainname", HULL_CT_UTS },
		{ "kernel.hostname", HULL_CT_UTS },
	};
	size_t i, j;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (j = 0; rows[i].prefix[j]; j++)
			if (rows[i].prefix[j] != (name[j] == '/' ? '.' : name[j]))
				break;
		if (!rows[i].prefix[j])
			return !host_ns(config, rows[i].ns) && !strstr(name, "..");
	}
	return false;
}

static bool check_sysctl(struct hull_ct_config *config, const char **why)
{
	size_t i;

	for (i = 0; i < config->n_sysctl; i++)
		if (!sysctl_allowed(config, config->sysctl[i].name))
			return wrong(config, why, "sysctl %s is not of a namespace that is the "
				     "container's", config->sysctl[i].name);
	return true;
}

static bool check_process(struct hull_ct_config *config, const char **why)
{
	const struct hull_ct_process *process = &config->process;
	size_t i;

	if (!process->args.n || !process->args.at[0][0])
		return wrong(config, why, "%s to run", "no command");
	if (process->cwd[0] != '/')
		return wrong(config, why, "working directory '%s' is not absolute",
			     process->cwd);
	for (i = 0; i < process->n_rlimits; i++)
		if (process->rlimits[i].soft > process->rlimits[i].hard)
			return wrong(config, why, "a %s limit is above the hard one", "soft");
	if (process->has_oom_score_adj &&
	    (process->oom_score_adj < -1000 || process->oom_score_adj > 1000))
		return wrong(config, why, "the out-of-memory score is not in %s",
			     "-1000..1000");
	return true;
}

bool hull_ct_config_check(struct hull_ct_config *config, const char **why)
{
	return check_namespaces(config, why) && check_maps(config, why) &&
	       check_idmap(config, why) &&
	       check_paths(config, why) && check_sysctl(config, why) &&
	       check_process(config, why);
}
