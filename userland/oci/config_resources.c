// SPDX-License-Identifier: GPL-2.0-only
/*
 * resources: bounds of the container's cgroup. The words are those of cgroup v1; what they
 * mean in version 2 is what crun and runc have made of them, too.
 */
#include <limits.h>
#include <string.h>

#include <oci/config.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define END		{ NULL, NULL, 0, NULL, false, 0, 0 }

#define MAJOR_MAX	4095
#define MINOR_MAX	1048575

/* Whatever the value: version 2 has no such thing. */
static bool read_v1(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to)
{
	(void)value;
	(void)to;
	return oci_refuse(reader, "cannot be honoured: cgroup v2 has %s", (const char *)row->more);
}

static bool read_hierarchy(struct oci_reader *reader, const struct oci_row *row,
			   const json_t *value, void *to)
{
	bool on;

	(void)to;
	if (!oci_read_bool(reader, row, value, &on))
		return false;
	return on || oci_refuse(reader, "cannot be honoured: cgroup v2 always accounts upwards");
}

/* A kernel memory limit that is none. */
static bool read_no_limit(struct oci_reader *reader, const struct oci_row *row,
			  const json_t *value, void *to)
{
	int64_t number;

	(void)to;
	if (!oci_integer(reader, value, -1, INT64_MAX, &number))
		return false;
	return number <= 0 || oci_refuse(reader, "cannot be honoured: cgroup v2 has %s",
					 (const char *)row->more);
}

/* A bound: -1 is none, 0 stands for "not given". */
static bool read_bound(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		       void *to)
{
	int64_t number;

	(void)row;
	if (!oci_integer(reader, value, -1, INT64_MAX, &number))
		return false;
	*(int64_t *)to = number < 0 ? HULL_CT_UNLIMITED : number;
	return true;
}

struct memory {
	int64_t limit, reservation, swap;
	bool check;
};

#define NO_KMEM	"no limit of kernel memory by itself"

static const struct oci_row memory_rows[] = {
	{ "limit", read_bound, OCI_AT(memory, limit), NULL, false, 0, 0 },
	{ "reservation", read_bound, OCI_AT(memory, reservation), NULL, false, 0, 0 },
	{ "swap", read_bound, OCI_AT(memory, swap), NULL, false, 0, 0 },
	{ "checkBeforeUpdate", oci_read_bool, OCI_AT(memory, check), NULL, false, 0, 0 },
	{ "kernel", read_no_limit, 0, NO_KMEM, false, 0, 0 },
	{ "kernelTCP", read_no_limit, 0, NO_KMEM, false, 0, 0 },
	{ "swappiness", read_v1, 0, "no swappiness", false, 0, 0 },
	{ "disableOOMKiller", oci_read_never, 0, "cgroup v2 always has the killer", false, 0, 0 },
	{ "useHierarchy", read_hierarchy, 0, NULL, false, 0, 0 },
	END
};

/* @swap is that of memory and swap together; version 2 bounds swap alone. */
static bool read_memory(struct oci_reader *reader, const struct oci_row *row,
			const json_t *value, void *to)
{
	struct hull_ct_resources *resources = to;
	struct memory memory = { 0 };

	(void)row;
	if (!oci_read_rows(reader, memory_rows, value, &memory))
		return false;
	resources->memory_max = memory.limit;
	resources->memory_low = memory.reservation == HULL_CT_UNLIMITED ? 0 : memory.reservation;
	reader->check_memory |= memory.check;
	if (!memory.swap)
		return true;
	resources->has_swap_max = true;
	resources->swap_max = HULL_CT_UNLIMITED;
	if (memory.swap == HULL_CT_UNLIMITED)
		return true;
	if (!memory.limit || memory.limit == HULL_CT_UNLIMITED)
		return oci_refuse(reader, "swap: is that of memory and swap, so limit must be "
				  "given");
	if (memory.swap < memory.limit)
		return oci_refuse(reader, "swap: is that of memory and swap, and below limit");
	resources->swap_max = memory.swap - memory.limit;
	return true;
}

struct cpu {
	uint64_t shares, burst;
	int64_t quota, period, idle;
	const char *cpus, *mems;
};

/* "0-3,7": what cpuset takes. */
static bool read_list(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	const char *text = oci_text(reader, value);

	(void)row;
	if (!text)
		return false;
	if (text[strspn(text, "0123456789,-")] || strlen(text) > 4000)
		return oci_refuse(reader, "not a list such as 0-3,7");
	if (*text)
		memcpy(to, &text, sizeof(text));
	return true;
}

#define NO_REALTIME	"cgroup v2 has no share of real time"

static const struct oci_row cpu_rows[] = {
	{ "shares", oci_read_u64, OCI_AT(cpu, shares), NULL, false, 0, 0 },
	{ "quota", oci_read_i64, OCI_AT(cpu, quota), NULL, false, -1, 0 },
	{ "period", oci_read_i64, OCI_AT(cpu, period), NULL, false, 0, 1000000 },
	{ "burst", oci_read_u64, OCI_AT(cpu, burst), NULL, false, 0, 0 },
	{ "idle", oci_read_i64, OCI_AT(cpu, idle), NULL, false, 0, 1 },
	{ "cpus", read_list, OCI_AT(cpu, cpus), NULL, false, 0, 0 },
	{ "mems", read_list, OCI_AT(cpu, mems), NULL, false, 0, 0 },
	{ "realtimeRuntime", oci_read_never, 0, NO_REALTIME, false, 0, 0 },
	{ "realtimePeriod", oci_read_never, 0, NO_REALTIME, false, 0, 0 },
	END
};

#define SHARES_MIN	2ull
#define SHARES_MAX	262144ull

/* 2..262144 to 1..10000, as everybody does it. */
static uint32_t shares_weight(uint64_t shares)
{
	shares = shares < SHARES_MIN ? SHARES_MIN : shares > SHARES_MAX ? SHARES_MAX : shares;
	return (uint32_t)(1 + (shares - SHARES_MIN) * 9999 / (SHARES_MAX - SHARES_MIN));
}

static bool read_cpu(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		     void *to)
{
	struct hull_ct_resources *resources = to;
	struct cpu cpu = { 0 };

	(void)row;
	if (!oci_read_rows(reader, cpu_rows, value, &cpu))
		return false;
	if (cpu.shares)
		resources->cpu_weight = shares_weight(cpu.shares);
	if (cpu.period && cpu.period < 1000)
		return oci_refuse(reader, "period: not in 1000..1000000 microseconds");
	if (cpu.quota > 0 && cpu.quota < 1000)
		return oci_refuse(reader, "quota: below 1000 microseconds");
	/* No quota is said by a period alone. */
	if (cpu.quota < 0 && !cpu.period)
		cpu.period = 100000;
	resources->cpu_quota_us = cpu.quota > 0 ? (uint64_t)cpu.quota : 0;
	resources->cpu_period_us = (uint64_t)cpu.period;
	resources->cpu_burst_us = cpu.burst;
	resources->cpu_idle = (int)cpu.idle;
	resources->cpus = cpu.cpus;
	resources->mems = cpu.mems;
	return true;
}

static const struct oci_row pids_rows[] = {
	{ "limit", read_bound, OCI_AT(hull_ct_resources, pids_max), NULL, true, 0, 0 },
	END
};

static bool file_add(struct oci_reader *reader, struct hull_ct_resources *resources,
		     const char *file, const char *value)
{
	struct hull_ct_unified *new;

	if (!file || !value)
		return oci_no_memory(reader);
	new = hull_ct_append(reader->config, &resources->files, &resources->n_files, sizeof(*new));
	if (!new)
		return oci_no_memory(reader);
	new->file = file;
	new->value = value;
	return true;
}

/* An entry of a list about block devices: a number a device. */
struct block {
	int64_t major, minor, weight;
	uint64_t rate;
};

static const struct oci_row rate_rows[] = {
	{ "major", oci_read_i64, OCI_AT(block, major), NULL, true, 0, MAJOR_MAX },
	{ "minor", oci_read_i64, OCI_AT(block, minor), NULL, true, 0, MINOR_MAX },
	{ "rate", oci_read_u64, OCI_AT(block, rate), NULL, true, 0, 0 },
	END
};

static const struct oci_row weight_rows[] = {
	{ "major", oci_read_i64, OCI_AT(block, major), NULL, true, 0, MAJOR_MAX },
	{ "minor", oci_read_i64, OCI_AT(block, minor), NULL, true, 0, MINOR_MAX },
	{ "weight", oci_read_i64, OCI_AT(block, weight), NULL, false, 0, 1000 },
	{ "leafWeight", oci_read_never, 0, "cgroup v2 has no weight of leaves", false, 0, 0 },
	END
};

/* blkio's 10..1000 to io's 1..10000 */
static uint32_t io_weight(int64_t weight)
{
	return (uint32_t)(1 + (weight - 10) * 9999 / 990);
}

/* @more: the word of io.max, or NULL for io.weight */
static bool read_blocks(struct oci_reader *reader, const struct oci_row *row,
			const json_t *value, void *to)
{
	const char *key = row->more, *text;
	struct block block;
	size_t i;

	if (!json_is_array(value))
		return oci_refuse(reader, "not an array");
	for (i = 0; i < json_array_size(value); i++) {
		block = (struct block){ 0 };
		if (!oci_enter(reader, NULL, i) ||
		    !oci_read_rows(reader, key ? rate_rows : weight_rows,
				   json_array_get(value, i), &block))
			return false;
		if (!key && block.weight && block.weight < 10)
			return oci_refuse(reader, "weight: not in 10..1000");
		if (key)
			text = hull_ct_printf(reader->config, "%lld:%lld %s=%llu",
					      (long long)block.major, (long long)block.minor, key,
					      (unsigned long long)block.rate);
		else
			text = hull_ct_printf(reader->config, "%lld:%lld %u",
					      (long long)block.major, (long long)block.minor,
					      io_weight(block.weight));
		if ((key ? block.rate : (uint64_t)block.weight) &&
		    !file_add(reader, to, key ? "io.max" : "io.weight", text))
			return false;
		oci_leave(reader);
	}
	return true;
}

static bool read_io_weight(struct oci_reader *reader, const struct oci_row *row,
			   const json_t *value, void *to)
{
	struct hull_ct_resources *resources = to;
	int64_t weight;

	(void)row;
	if (!oci_integer(reader, value, 0, 1000, &weight))
		return false;
	if (weight && weight < 10)
		return oci_refuse(reader, "not in 10..1000");
	resources->io_weight = weight ? io_weight(weight) : 0;
	return true;
}

static const struct oci_row io_rows[] = {
	{ "weight", read_io_weight, 0, NULL, false, 0, 0 },
	{ "leafWeight", oci_read_never, 0, "cgroup v2 has no weight of leaves", false, 0, 0 },
	{ "weightDevice", read_blocks, 0, NULL, false, 0, 0 },
	{ "throttleReadBpsDevice", read_blocks, 0, "rbps", false, 0, 0 },
	{ "throttleWriteBpsDevice", read_blocks, 0, "wbps", false, 0, 0 },
	{ "throttleReadIOPSDevice", read_blocks, 0, "riops", false, 0, 0 },
	{ "throttleWriteIOPSDevice", read_blocks, 0, "wiops", false, 0, 0 },
	END
};

struct huge {
	const char *size;
	uint64_t limit;
};

static const struct oci_row huge_rows[] = {
	{ "pageSize", oci_read_string, OCI_AT(huge, size), NULL, true, 3, 16 },
	{ "limit", oci_read_u64, OCI_AT(huge, limit), NULL, true, 0, 0 },
	END
};

static bool read_hugepages(struct oci_reader *reader, const struct oci_row *row,
			   const json_t *value, void *to)
{
	const char *unit;
	struct huge huge;
	size_t i, digits;

	(void)row;
	if (!json_is_array(value))
		return oci_refuse(reader, "not an array");
	for (i = 0; i < json_array_size(value); i++) {
		huge = (struct huge){ NULL, 0 };
		if (!oci_enter(reader, NULL, i) ||
		    !oci_read_rows(reader, huge_rows, json_array_get(value, i), &huge))
			return false;
		digits = strspn(huge.size, "0123456789");
		unit = huge.size + digits;
		if (!digits || (strcmp(unit, "KB") && strcmp(unit, "MB") && strcmp(unit, "GB")))
			return oci_refuse(reader, "pageSize: not a size such as 2MB");
		if (!file_add(reader, to,
			      hull_ct_printf(reader->config, "hugetlb.%s.max", huge.size),
			      hull_ct_printf(reader->config, "%llu",
					     (unsigned long long)huge.limit)))
			return false;
		oci_leave(reader);
	}
	return true;
}

struct rdma {
	int64_t handles, objects;
};

static const struct oci_row rdma_rows[] = {
	{ "hcaHandles", oci_read_i64, OCI_AT(rdma, handles), NULL, false, 0, UINT32_MAX },
	{ "hcaObjects", oci_read_i64, OCI_AT(rdma, objects), NULL, false, 0, UINT32_MAX },
	END
};

static bool rdma_add(struct oci_reader *reader, const char *key, const json_t *value, void *to)
{
	struct rdma rdma = { -1, -1 };
	char handles[32] = "", objects[32] = "";

	if (!oci_read_rows(reader, rdma_rows, value, &rdma))
		return false;
	if (!*key || strpbrk(key, " \t\n") || strlen(key) > 64)
		return oci_refuse(reader, "not a device's name");
	if (rdma.handles >= 0)
		snprintf(handles, sizeof(handles), " hca_handle=%lld", (long long)rdma.handles);
	if (rdma.objects >= 0)
		snprintf(objects, sizeof(objects), " hca_object=%lld", (long long)rdma.objects);
	if (!handles[0] && !objects[0])
		return oci_refuse(reader, "hcaHandles or hcaObjects is missing");
	return file_add(reader, to, "rdma.max",
			hull_ct_printf(reader->config, "%s%s%s", key, handles, objects));
}

static bool read_rdma(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	(void)row;
	return oci_read_map(reader, value, rdma_add, to);
}

/* Files of the container's own cgroup, of controllers: what sets a bound. */
static bool unified_valid(const char *key)
{
	const char *at;

	for (at = key; *at; at++)
		if ((*at < 'a' || *at > 'z') && (*at < '0' || *at > '9') &&
		    (*at < 'A' || *at > 'Z') && *at != '_' && *at != '.')
			return false;
	if (!strncmp(key, "cgroup.", 7))
		return !strcmp(key, "cgroup.max.depth") || !strcmp(key, "cgroup.max.descendants");
	return key[0] != '.' && strchr(key, '.') && strlen(key) < 100;
}

static bool unified_add(struct oci_reader *reader, const char *key, const json_t *value, void *to)
{
	const char *text = oci_text(reader, value);

	if (!text)
		return false;
	if (!unified_valid(key))
		return oci_refuse(reader, "no file of a cgroup's controller");
	return file_add(reader, to, hull_ct_strdup(reader->config, key), text);
}

static bool read_unified(struct oci_reader *reader, const struct oci_row *row,
			 const json_t *value, void *to)
{
	(void)row;
	return oci_read_map(reader, value, unified_add, to);
}

static bool read_access(struct oci_reader *reader, const struct oci_row *row,
			const json_t *value, void *to)
{
	const char *text = oci_text(reader, value);
	unsigned int access = 0;

	(void)row;
	if (!text)
		return false;
	for (; *text; text++) {
		if (*text != 'r' && *text != 'w' && *text != 'm')
			return oci_refuse(reader, "only r, w and m");
		access |= *text == 'r' ? HULL_CT_DEV_READ : *text == 'w' ? HULL_CT_DEV_WRITE :
			  HULL_CT_DEV_MKNOD;
	}
	*(unsigned int *)to = access;
	return true;
}

static bool read_rule_type(struct oci_reader *reader, const struct oci_row *row,
			   const json_t *value, void *to)
{
	const char *text = oci_text(reader, value);

	(void)row;
	if (!text)
		return false;
	if (*text && (strlen(text) != 1 || !strchr("abc", *text)))
		return oci_refuse(reader, "none of a, b, c");
	if (*text)
		*(char *)to = *text;
	return true;
}

static const struct oci_row rule_rows[] = {
	{ "allow", oci_read_bool, OCI_AT(hull_ct_device_rule, allow), NULL, true, 0, 0 },
	{ "type", read_rule_type, OCI_AT(hull_ct_device_rule, type), NULL, false, 0, 0 },
	{ "major", oci_read_i64, OCI_AT(hull_ct_device_rule, major), NULL, false, -1, MAJOR_MAX },
	{ "minor", oci_read_i64, OCI_AT(hull_ct_device_rule, minor), NULL, false, -1, MINOR_MAX },
	{ "access", read_access, OCI_AT(hull_ct_device_rule, access), NULL, false, 0, 0 },
	END
};

static bool read_rule(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		      void *to)
{
	struct hull_ct_device_rule *rule = to;

	(void)row;
	*rule = (struct hull_ct_device_rule){
		.type = 'a', .major = -1, .minor = -1,
		.access = HULL_CT_DEV_READ | HULL_CT_DEV_WRITE | HULL_CT_DEV_MKNOD,
	};
	if (!oci_read_rows(reader, rule_rows, value, rule))
		return false;
	if (rule->type == 'a' && (rule->major >= 0 || rule->minor >= 0))
		return oci_refuse(reader, "type a is for all devices, without major and minor");
	return rule->access || oci_refuse(reader, "access: empty");
}

static const struct oci_array rules = {
	sizeof(struct hull_ct_device_rule), OCI_AT(hull_ct_resources, n_devices),
	OCI_AT(hull_ct_resources, devices), read_rule, NULL,
};

static const struct oci_row rows[] = {
	{ "memory", read_memory, 0, NULL, false, 0, 0 },
	{ "cpu", read_cpu, 0, NULL, false, 0, 0 },
	{ "pids", oci_read_object, 0, pids_rows, false, 0, 0 },
	{ "blockIO", oci_read_object, 0, io_rows, false, 0, 0 },
	{ "hugepageLimits", read_hugepages, 0, NULL, false, 0, 0 },
	{ "rdma", read_rdma, 0, NULL, false, 0, 0 },
	{ "devices", oci_read_array, 0, &rules, false, 0, 0 },
	{ "network", oci_read_never, 0, "cgroup v2 has no classes of packets", false, 0, 0 },
	END
};

static const struct oci_row unified_rows[] = {
	{ "unified", read_unified, 0, NULL, false, 0, 0 },
	END
};

/* What the file says in version 2's own words goes last, whatever its place in the file. */
bool oci_read_resources(struct oci_reader *reader, const struct oci_row *row,
			const json_t *value, void *to)
{
	json_t *unified = json_object_get(value, "unified"), *rest, *last;
	bool ok;

	(void)row;
	if (!unified)
		return oci_read_rows(reader, rows, value, to);
	rest = json_copy((json_t *)value);
	last = json_object();
	ok = rest && last && !json_object_set(last, "unified", unified);
	if (!ok)
		oci_no_memory(reader);
	else
		json_object_del(rest, "unified");
	ok = ok && oci_read_rows(reader, rows, rest, to) &&
	     oci_read_rows(reader, unified_rows, last, to);
	json_decref(rest);
	json_decref(last);
	return ok;
}
