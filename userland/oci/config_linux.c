// SPDX-License-Identifier: GPL-2.0-only
/* linux: namespaces, ids, devices, paths, sysctl and what is in no other section */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>

#include <oci/config.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define END		{ NULL, NULL, 0, NULL, false, 0, 0 }

static const struct oci_word namespaces[] = {
	{ "user", HULL_CT_USER }, { "mount", HULL_CT_MNT }, { "pid", HULL_CT_PID },
	{ "network", HULL_CT_NET }, { "uts", HULL_CT_UTS }, { "ipc", HULL_CT_IPC },
	{ "cgroup", HULL_CT_CGROUP }, { "time", HULL_CT_TIME }, { NULL, 0 },
};

struct namespace {
	int kind;
	const char *path;
};

static const struct oci_row namespace_rows[] = {
	{ "type", oci_read_word, OCI_AT(namespace, kind), namespaces, true, 0, 0 },
	{ "path", oci_read_string, OCI_AT(namespace, path), NULL, false, 0, PATH_MAX - 1 },
	END
};

static bool read_namespaces(struct oci_reader *reader, const struct oci_row *row,
			    const json_t *value, void *to)
{
	struct hull_ct_namespace *ns = to;
	struct namespace one;
	size_t i;

	(void)row;
	if (!json_is_array(value))
		return oci_refuse(reader, "not an array");
	for (i = 0; i < json_array_size(value); i++) {
		one = (struct namespace){ 0, NULL };
		if (!oci_enter(reader, NULL, i) ||
		    !oci_read_rows(reader, namespace_rows, json_array_get(value, i), &one))
			return false;
		if (ns[one.kind].mode != HULL_CT_NS_HOST)
			return oci_refuse(reader, "a second one of type %s",
					  hull_ct_ns_name((enum hull_ct_ns)one.kind));
		if (one.path && one.path[0] && one.path[0] != '/')
			return oci_refuse(reader, "path: not an absolute path");
		ns[one.kind].mode = one.path && one.path[0] ? HULL_CT_NS_PATH : HULL_CT_NS_PRIVATE;
		ns[one.kind].path = ns[one.kind].mode == HULL_CT_NS_PATH ? one.path : NULL;
		oci_leave(reader);
	}
	return true;
}

static const struct oci_array uid_maps = {
	sizeof(struct hull_ct_id_map), OCI_AT(hull_ct_config, maps.n_uid),
	OCI_AT(hull_ct_config, maps.uid), oci_read_object, oci_id_map_rows,
};

static const struct oci_array gid_maps = {
	sizeof(struct hull_ct_id_map), OCI_AT(hull_ct_config, maps.n_gid),
	OCI_AT(hull_ct_config, maps.gid), oci_read_object, oci_id_map_rows,
};

/* Clocks of a time namespace, in the order of hull_ct_config.time. */
static const char *const clocks[] = { "monotonic", "boottime" };

struct offset {
	int64_t secs;
	uint32_t nanosecs;
};

static const struct oci_row offset_rows[] = {
	{ "secs", oci_read_i64, OCI_AT(offset, secs), NULL, false, INT64_MIN, 0 },
	{ "nanosecs", oci_read_u32, OCI_AT(offset, nanosecs), NULL, false, 0, 999999999 },
	END
};

static bool read_offset(struct oci_reader *reader, const char *key, const json_t *value, void *to)
{
	struct offset offset = { 0, 0 };
	struct hull_ct_config *config = to;
	size_t i;

	for (i = 0; i < COUNT(clocks) && strcmp(clocks[i], key); i++)
		;
	if (i == COUNT(clocks))
		return oci_refuse(reader, "no such clock: monotonic, boottime");
	if (!oci_read_rows(reader, offset_rows, value, &offset))
		return false;
	config->has_time[i] = true;
	config->time[i].s = offset.secs;
	config->time[i].ns = offset.nanosecs;
	return true;
}

static bool read_time_offsets(struct oci_reader *reader, const struct oci_row *row,
			      const json_t *value, void *to)
{
	(void)row;
	return oci_read_map(reader, value, read_offset, to);
}

/* Character, block, unbuffered character, pipe. */
static bool read_device_type(struct oci_reader *reader, const struct oci_row *row,
			     const json_t *value, void *to)
{
	const char *text = oci_text(reader, value);

	(void)row;
	if (!text)
		return false;
	if (strlen(text) != 1 || !strchr("cbup", text[0]))
		return oci_refuse(reader, "none of c, b, u, p");
	*(char *)to = text[0];
	return true;
}

#define MAJOR_MAX	4095
#define MINOR_MAX	1048575

struct device {
	struct hull_ct_device device;
	bool has_major, has_minor, has_mode;
	int64_t major, minor, mode;
};

static const struct oci_row device_rows[] = {
	{ "type", read_device_type, OCI_AT(device, device.type), NULL, true, 0, 0 },
	{ "path", oci_read_path, OCI_AT(device, device.path), NULL, true, 0, 0 },
	{ "major", oci_read_i64, OCI_AT(device, major), NULL, false, 0, MAJOR_MAX },
	{ "minor", oci_read_i64, OCI_AT(device, minor), NULL, false, 0, MINOR_MAX },
	{ "fileMode", oci_read_i64, OCI_AT(device, mode), NULL, false, 0, UINT32_MAX },
	{ "uid", oci_read_u32, OCI_AT(device, device.uid), NULL, false, 0, UINT32_MAX - 1 },
	{ "gid", oci_read_u32, OCI_AT(device, device.gid), NULL, false, 0, UINT32_MAX - 1 },
	END
};

static bool read_device(struct oci_reader *reader, const struct oci_row *row,
			const json_t *value, void *to)
{
	struct device device = { .major = -1, .minor = -1, .mode = 0666 };

	(void)row;
	if (!oci_read_rows(reader, device_rows, value, &device))
		return false;
	if (device.device.type != 'p' && (device.major < 0 || device.minor < 0))
		return oci_refuse(reader, "major and minor are missing");
	/* Some tools give the file's type, too, as stat() has it. */
	device.device.mode = (mode_t)device.mode & 07777;
	device.device.major = device.major < 0 ? 0 : (uint32_t)device.major;
	device.device.minor = device.minor < 0 ? 0 : (uint32_t)device.minor;
	if (device.device.type == 'u')
		device.device.type = 'c';
	*(struct hull_ct_device *)to = device.device;
	return true;
}

static const struct oci_array devices = {
	sizeof(struct hull_ct_device), OCI_AT(hull_ct_config, n_devices),
	OCI_AT(hull_ct_config, devices), read_device, NULL,
};

static const struct oci_word propagations[] = {
	{ "private", MS_PRIVATE | MS_REC }, { "rprivate", MS_PRIVATE | MS_REC },
	{ "slave", MS_SLAVE | MS_REC }, { "rslave", MS_SLAVE | MS_REC },
	{ "shared", MS_SHARED | MS_REC }, { "rshared", MS_SHARED | MS_REC },
	{ "unbindable", MS_UNBINDABLE | MS_REC }, { "runbindable", MS_UNBINDABLE | MS_REC },
	{ "", 0 }, { NULL, 0 },
};

static bool read_propagation(struct oci_reader *reader, const struct oci_row *row,
			     const json_t *value, void *to)
{
	uint64_t flags;

	(void)row;
	if (!oci_find_word(reader, propagations, value, &flags))
		return false;
	*(unsigned long *)to = (unsigned long)flags;
	return true;
}

/* What a container may set belongs to one of its namespaces; the rest is the machine's. */
static const struct {
	const char *name;		/* with a dot at its end: all that begins so */
	enum hull_ct_ns ns;
} sysctls[] = {
	{ "net.", HULL_CT_NET },
	{ "fs.mqueue.", HULL_CT_IPC },
	{ "kernel.msgmax", HULL_CT_IPC }, { "kernel.msgmnb", HULL_CT_IPC },
	{ "kernel.msgmni", HULL_CT_IPC }, { "kernel.sem", HULL_CT_IPC },
	{ "kernel.shmall", HULL_CT_IPC }, { "kernel.shmmax", HULL_CT_IPC },
	{ "kernel.shmmni", HULL_CT_IPC }, { "kernel.shm_rmid_forced", HULL_CT_IPC },
	{ "kernel.domainname", HULL_CT_UTS }, { "kernel.hostname", HULL_CT_UTS },
};

static bool sysctl_valid(const char *key)
{
	const char *at;

	for (at = key; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._-/", *at))
			return false;
	return !strstr(key, "..") && !strstr(key, "//") && key[0] && strlen(key) < 256;
}

static bool sysctl_add(struct oci_reader *reader, const char *key, const json_t *value, void *to)
{
	struct hull_ct_config *config = to;
	const char *text = oci_text(reader, value);
	struct hull_ct_pair *pair;
	char *name, *at;
	size_t i, len;

	if (!text)
		return false;
	name = hull_ct_strdup(config, key);
	if (!name)
		return oci_no_memory(reader);
	/* "net/ipv4/x" is the same thing, where the name itself has no dots. */
	for (at = name; *at && *at != '.'; at++)
		if (*at == '/')
			*at = '.';
	if (!sysctl_valid(name))
		return oci_refuse(reader, "not a name");
	for (i = 0; i < COUNT(sysctls); i++) {
		len = strlen(sysctls[i].name);
		if (sysctls[i].name[len - 1] == '.' ? !strncmp(name, sysctls[i].name, len) :
						      !strcmp(name, sysctls[i].name))
			break;
	}
	if (i == COUNT(sysctls))
		return oci_refuse(reader, "belongs to the whole machine");
	pair = hull_ct_append(config, &config->sysctl, &config->n_sysctl, sizeof(*pair));
	if (!pair)
		return oci_no_memory(reader);
	pair->name = name;
	pair->value = text;
	return true;
}

static bool read_sysctl(struct oci_reader *reader, const struct oci_row *row,
			const json_t *value, void *to)
{
	(void)row;
	return oci_read_map(reader, value, sysctl_add, to);
}

/* Without a namespace of its own the container would set the host's. */
static bool sysctl_check(struct oci_reader *reader, const struct hull_ct_config *config)
{
	size_t i, k;

	for (i = 0; i < config->n_sysctl; i++) {
		for (k = 0; k < COUNT(sysctls) - 1; k++)
			if (!strncmp(config->sysctl[i].name, sysctls[k].name,
				     strlen(sysctls[k].name)))
				break;
		if (config->ns[sysctls[k].ns].mode == HULL_CT_NS_HOST)
			return oci_refuse(reader, "sysctl: %.60s needs a namespace of type %s",
					  config->sysctl[i].name,
					  hull_ct_ns_name(sysctls[k].ns));
	}
	return true;
}

static const struct oci_word domains[] = {
	{ "LINUX", PER_LINUX }, { "LINUX32", PER_LINUX32 }, { NULL, 0 },
};

static const struct oci_row personality_rows[] = {
	{ "domain", oci_read_word, 0, domains, true, 0, 0 },
	{ "flags", oci_read_never, 0, "the runtime-spec names no flags", false, 0, 0 },
	END
};

static bool read_personality(struct oci_reader *reader, const struct oci_row *row,
			     const json_t *value, void *to)
{
	struct hull_ct_config *config = to;
	int domain = 0;

	(void)row;
	if (!oci_read_rows(reader, personality_rows, value, &domain))
		return false;
	config->has_personality = true;
	config->personality = (unsigned long)domain;
	return true;
}

static bool read_cgroups_path(struct oci_reader *reader, const struct oci_row *row,
			      const json_t *value, void *to)
{
	const char *text = oci_text(reader, value), *at;

	(void)row;
	if (!text)
		return false;
	if (strlen(text) >= PATH_MAX / 2)
		return oci_refuse(reader, "longer than a path may be");
	for (at = text; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (!strncmp(at, "..", 2) && (!at[2] || at[2] == '/'))
			return oci_refuse(reader, "has '..' in it");
	}
	if (*text)
		memcpy(to, &text, sizeof(text));
	return true;
}

static const struct oci_row rows[] = {
	{ "namespaces", read_namespaces, OCI_AT(hull_ct_config, ns), NULL, false, 0, 0 },
	{ "uidMappings", oci_read_array, 0, &uid_maps, false, 0, 0 },
	{ "gidMappings", oci_read_array, 0, &gid_maps, false, 0, 0 },
	{ "timeOffsets", read_time_offsets, 0, NULL, false, 0, 0 },
	{ "devices", oci_read_array, 0, &devices, false, 0, 0 },
	{ "cgroupsPath", read_cgroups_path, OCI_AT(hull_ct_config, cgroup), NULL, false, 0, 0 },
	{ "resources", oci_read_resources, OCI_AT(hull_ct_config, resources), NULL, false, 0, 0 },
	{ "rootfsPropagation", read_propagation, OCI_AT(hull_ct_config, root_propagation), NULL,
	  false, 0, 0 },
	{ "maskedPaths", oci_read_paths, OCI_AT(hull_ct_config, masked), NULL, false, 0, 0 },
	{ "readonlyPaths", oci_read_paths, OCI_AT(hull_ct_config, readonly), NULL, false, 0, 0 },
	{ "mountLabel", oci_read_string, OCI_AT(hull_ct_config, mount_label), NULL, false, 0, 0 },
	{ "seccomp", oci_read_seccomp, OCI_AT(hull_ct_config, seccomp), NULL, false, 0, 0 },
	{ "sysctl", read_sysctl, 0, NULL, false, 0, 0 },
	{ "personality", read_personality, 0, NULL, false, 0, 0 },
	{ "intelRdt", oci_read_never, 0, "resctrl is not supported", false, 0, 0 },
	{ "netDevices", oci_read_never, 0, "of a later runtime-spec than " OCI_VERSION,
	  false, 0, 0 },
	{ "memoryPolicy", oci_read_never, 0, "of a later runtime-spec than " OCI_VERSION,
	  false, 0, 0 },
	END
};

bool oci_read_linux(struct oci_reader *reader, const struct oci_row *row, const json_t *value,
		    void *to)
{
	struct hull_ct_config *config = to;

	(void)row;
	if (!oci_read_rows(reader, rows, value, config) || !sysctl_check(reader, config))
		return false;
	if (config->mount_label && !config->mount_label[0])
		config->mount_label = NULL;
	return true;
}
